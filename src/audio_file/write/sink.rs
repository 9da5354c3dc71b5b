//! Samples on their way into the container: quantised, counted, written.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::digest::Digest;
use super::wav::{self, Frame};
use super::{Container, Spec, WordLength};
use crate::audio_file::flac::{self, FlacEncoder, FlacSpec};
use crate::audio_file::tags::Tags;

/// Frames that are worked on at a time.
const CHUNK: usize = 1 << 12;

enum Form {
    Wav { sink: BufWriter<File>, tail: Vec<u8> },
    Flac(Box<FlacEncoder<BufWriter<File>>>),
}

/// A file being filled.
pub struct Sink {
    form: Form,
    word_length: WordLength,
    /// Frames so far.
    pub num_frames: u64,
    /// Samples over full scale so far, which an integer cannot hold.
    pub num_clipped: u64,
    /// Of all samples so far, as they are stored.
    pub digest: Digest,
}

impl Sink {
    /// Writes what comes before the samples.
    ///
    /// # Errors
    /// If the disk refuses it.
    pub fn new(file: File, spec: &Spec, tags: Option<&Tags>) -> io::Result<Self> {
        let mut sink = BufWriter::with_capacity(1 << 16, file);
        let form = match spec.container {
            Container::Wav => {
                let (before, after) = tags.map(|tags| tags.chunks(spec)).unwrap_or_default();
                let Frame { head, tail } = wav::frame(spec, &before, &after);
                sink.write_all(&head)?;
                Form::Wav { sink, tail }
            }
            Container::Flac => {
                let Spec { sample_rate_hz, num_channels, .. } = *spec;
                let format = FlacSpec { sample_rate_hz, num_channels, bits: u32::from(spec.word_length.bits()) };
                let mut blocks: Vec<(u8, Vec<u8>)> =
                    flac::seek_table(sample_rate_hz, spec.num_frames).into_iter().collect();
                blocks.extend(tags.map(|tags| tags.blocks(spec)).unwrap_or_default());
                Form::Flac(Box::new(FlacEncoder::new(sink, format, blocks)?))
            }
        };
        Ok(Self { form, word_length: spec.word_length, num_frames: 0, num_clipped: 0, digest: Digest::default() })
    }

    /// Adds frames; channels of equal length.
    ///
    /// # Errors
    /// If the disk refuses them.
    pub fn push(&mut self, channels: &[&[f32]]) -> io::Result<()> {
        let num_frames = channels.first().map_or(0, |channel| channel.len());
        for from in (0..num_frames).step_by(CHUNK) {
            let part: Vec<&[f32]> =
                channels.iter().map(|channel| &channel[from..num_frames.min(from + CHUNK)]).collect();
            match self.word_length {
                WordLength::Float32 => self.push_floats(&part)?,
                _ => self.push_integers(&part)?,
            }
        }
        self.num_frames += num_frames as u64;
        Ok(())
    }

    fn push_floats(&mut self, channels: &[&[f32]]) -> io::Result<()> {
        let Form::Wav { sink, .. } = &mut self.form else {
            return Err(io::Error::other("FLAC holds integers only"));
        };
        for frame_idx in 0..channels[0].len() {
            for channel in channels {
                let bits = channel[frame_idx].to_bits();
                self.digest.add(bits);
                sink.write_all(&bits.to_le_bytes())?;
            }
        }
        Ok(())
    }

    fn push_integers(&mut self, channels: &[&[f32]]) -> io::Result<()> {
        let integers: Vec<Vec<i32>> = channels
            .iter()
            .map(|channel| channel.iter().map(|sample| self.word_length.integer(*sample)).collect())
            .collect();
        let is_over = |sample: &&f32| sample.abs() > 1.0;
        self.num_clipped += channels.iter().map(|channel| channel.iter().filter(is_over).count() as u64).sum::<u64>();
        for frame_idx in 0..integers[0].len() {
            integers.iter().for_each(|channel| self.digest.add(channel[frame_idx] as u32));
        }
        match &mut self.form {
            Form::Flac(encoder) => encoder.push(&integers.iter().map(Vec::as_slice).collect::<Vec<_>>()),
            Form::Wav { sink, .. } => {
                let num_bytes = usize::from(self.word_length.bits() / 8);
                for frame_idx in 0..integers[0].len() {
                    for channel in &integers {
                        sink.write_all(&channel[frame_idx].to_le_bytes()[..num_bytes])?;
                    }
                }
                Ok(())
            }
        }
    }

    /// Writes what comes after the samples.
    ///
    /// # Errors
    /// If the disk refuses it.
    pub fn finish(self) -> io::Result<()> {
        let mut sink = match self.form {
            Form::Wav { mut sink, tail } => {
                sink.write_all(&tail)?;
                sink
            }
            Form::Flac(encoder) => encoder.finish()?,
        };
        sink.flush()
    }
}
