//! Writes FLAC.

use std::io::{self, Seek, Write};

use flacenc::component::BitRepr;
use flacenc::error::Verify;

/// What is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlacSpec {
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// Channels.
    pub num_channels: usize,
    /// Bits per sample.
    pub bits: u32,
}

/// Collects all samples and encodes them at the end.
pub(crate) struct FlacEncoder<W> {
    sink: W,
    spec: FlacSpec,
    blocks: Vec<(u8, Vec<u8>)>,
    samples: Vec<i32>,
}

impl<W: Write + Seek> FlacEncoder<W> {
    /// With other metadata blocks, type and content each, to come after the stream's own.
    ///
    /// # Errors
    /// For a rate that the encoder does not know.
    pub(crate) fn new(sink: W, spec: FlacSpec, blocks: Vec<(u8, Vec<u8>)>) -> io::Result<Self> {
        if spec.sample_rate_hz > 96_000 {
            return Err(io::Error::other("FLAC is written up to 96000 Hz"));
        }
        Ok(Self { sink, spec, blocks, samples: Vec::new() })
    }

    /// Adds frames.
    ///
    /// # Errors
    /// None.
    pub(crate) fn push(&mut self, channels: &[&[i32]]) -> io::Result<()> {
        let num_frames = channels.first().map_or(0, |channel| channel.len());
        self.samples
            .extend((0..num_frames).flat_map(|frame_idx| channels.iter().map(move |channel| channel[frame_idx])));
        Ok(())
    }

    /// Encodes and writes.
    ///
    /// # Errors
    /// If the encoder or the sink refuses.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let config = flacenc::config::Encoder::default().into_verified().map_err(|(_, error)| failed(&error))?;
        let source = flacenc::source::MemSource::from_samples(
            &self.samples,
            self.spec.num_channels,
            self.spec.bits as usize,
            self.spec.sample_rate_hz as usize,
        );
        let mut stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
            .map_err(|error| failed(&error))?;
        // The encoder counts the shorter last block into the least block size, which then reads as a stream of variable
        // blocks (RFC 9639, section 8.2 leaves the last one out); strict readers refuse that.
        stream
            .stream_info_mut()
            .set_block_sizes(config.block_size, config.block_size)
            .map_err(|error| failed(&error))?;
        let mut encoded = flacenc::bitsink::ByteSink::new();
        stream.write(&mut encoded).map_err(|error| failed(&error))?;
        let (head, frames) = encoded.as_slice().split_at(4 + 4 + 34);
        self.sink.write_all(&head[..4])?;
        let stream_info = (0, head[8..].to_vec());
        for (idx, (kind, content)) in std::iter::once(&stream_info).chain(&self.blocks).enumerate() {
            let last = if idx == self.blocks.len() { 0x80 } else { 0 };
            self.sink.write_all(&[last | kind])?;
            self.sink.write_all(&(content.len() as u32).to_be_bytes()[1..])?;
            self.sink.write_all(content)?;
        }
        self.sink.write_all(frames)?;
        Ok(self.sink)
    }
}

fn failed(error: &dyn std::fmt::Debug) -> io::Error {
    io::Error::other(format!("the FLAC encoder failed: {error:?}"))
}
