//! Writes FLAC (RFC 9639) block after block, so that a file of any length takes the same memory.
//!
//! Every block is said in whichever form takes the fewest bits, each form counted to the bit, its samples as they are
//! among them: no frame is larger than its samples and a header.

mod bits;
mod crc;
mod fixed;
mod frame;
mod linear;
mod rice;
mod seek_points;
mod stream_info;
mod subframe;

use std::io::{self, Seek, SeekFrom, Write};

use md5::{Digest, Md5};

use self::frame::FrameEncoder;
use self::seek_points::SeekTable;
use self::stream_info::StreamInfo;

/// The highest rate that FLAC can name, Hz.
pub const MAX_FLAC_RATE_HZ: u32 = 655_350;

/// Frames in a block.
const BLOCK_LEN: usize = 4096;
/// The most bytes that a metadata block may have.
const MAX_METADATA_LEN: usize = (1 << 24) - 1;

/// What a FLAC stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlacSpec {
    /// 1 to [`MAX_FLAC_RATE_HZ`], Hz.
    pub sample_rate_hz: u32,
    /// 1 to 8.
    pub num_channels: usize,
    /// Bits of a sample, 4 to 32.
    pub bits: u32,
}

/// A metadata block for [`FlacEncoder::new`] with room for one seek point per ten seconds of `num_frames`; `None` where
/// there would be only one.
pub fn seek_table(sample_rate_hz: u32, num_frames: u64) -> Option<(u8, Vec<u8>)> {
    seek_points::room(sample_rate_hz, num_frames)
}

/// Writes one FLAC stream.
pub struct FlacEncoder<W: Write + Seek> {
    sink: W,
    /// Where the stream begins in the sink.
    start: u64,
    spec: FlacSpec,
    /// The block that is filling up.
    block: Vec<Vec<i32>>,
    frames: FrameEncoder,
    window: Vec<f64>,
    info: StreamInfo,
    seek_table: Option<SeekTable>,
    md5: Md5,
    /// Samples as they are summed up.
    bytes: Vec<u8>,
}

impl<W: Write + Seek> FlacEncoder<W> {
    /// Begins a stream: its head and the metadata `blocks`, each a type and its content. A seek table among them
    /// ([`seek_table`]) is filled as the stream goes on.
    ///
    /// # Errors
    /// If FLAC cannot hold what `spec` says or a block, or the sink fails.
    pub fn new(mut sink: W, spec: FlacSpec, blocks: Vec<(u8, Vec<u8>)>) -> io::Result<Self> {
        require((1..=MAX_FLAC_RATE_HZ).contains(&spec.sample_rate_hz), "FLAC holds rates of 1 to 655 350 Hz")?;
        require((1..=8).contains(&spec.num_channels), "FLAC holds one to eight channels")?;
        require((4..=32).contains(&spec.bits), "FLAC holds samples of 4 to 32 bits")?;
        // Type 0 is the head, which is there already; 127 is forbidden.
        let is_fit = |(kind, content): &(u8, Vec<u8>)| (1..127).contains(kind) && content.len() <= MAX_METADATA_LEN;
        require(blocks.iter().all(is_fit), "FLAC holds no such metadata")?;
        let start = sink.stream_position()?;
        let info = StreamInfo::new(spec, BLOCK_LEN);
        let mut head = b"fLaC".to_vec();
        append_block(&mut head, 0, &info.bytes(&[0; 16]), blocks.is_empty());
        let mut seek_table = None;
        for (idx, (kind, content)) in blocks.iter().enumerate() {
            append_block(&mut head, *kind, content, idx + 1 == blocks.len());
            if *kind == seek_points::KIND && seek_table.is_none() {
                let place = start + (head.len() - content.len()) as u64;
                seek_table = Some(SeekTable::new(place, content.len(), spec.sample_rate_hz));
            }
        }
        sink.write_all(&head)?;
        Ok(Self {
            sink,
            start,
            spec,
            block: vec![Vec::with_capacity(BLOCK_LEN); spec.num_channels],
            frames: FrameEncoder::new(spec),
            window: linear::window(BLOCK_LEN),
            info,
            seek_table,
            md5: Md5::new(),
            bytes: Vec::new(),
        })
    }

    /// Appends frames: for each channel a slice, all of one length, of samples within the word length.
    ///
    /// # Errors
    /// If `channels` are not as the spec says, a sample has too many bits (then the stream is of no use), or the
    /// sink fails.
    pub fn push(&mut self, channels: &[&[i32]]) -> io::Result<()> {
        require(channels.len() == self.spec.num_channels, "another number of channels than was said")?;
        let len = channels[0].len();
        require(channels.iter().all(|channel| channel.len() == len), "channels of different lengths")?;
        let mut from = 0;
        while from < len {
            let to = len.min(from + BLOCK_LEN - self.block[0].len());
            for (block, channel) in self.block.iter_mut().zip(channels) {
                block.extend_from_slice(&channel[from..to]);
            }
            if self.block[0].len() == BLOCK_LEN {
                self.end_block()?;
            }
            from = to;
        }
        Ok(())
    }

    /// Writes the last, shorter block, then what only now is known into the stream's head. The sink stands at its end.
    ///
    /// # Errors
    /// If the sink fails.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.block[0].is_empty() {
            if self.block[0].len() < BLOCK_LEN {
                self.window = linear::window(self.block[0].len());
            }
            self.end_block()?;
        }
        let end = self.sink.stream_position()?;
        // After the stream's mark and the head's own.
        self.sink.seek(SeekFrom::Start(self.start + 8))?;
        self.sink.write_all(&self.info.bytes(&self.md5.finalize().into()))?;
        if let Some(table) = self.seek_table {
            self.sink.seek(SeekFrom::Start(table.place()))?;
            self.sink.write_all(&table.bytes())?;
        }
        self.sink.seek(SeekFrom::Start(end))?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn end_block(&mut self) -> io::Result<()> {
        // A number fits when all bits above its sign are as the sign.
        let fits = |sample: &i32| (sample ^ (sample >> 31)) as u32 >> (self.spec.bits - 1) == 0;
        require(self.block.iter().flatten().all(fits), "a sample beyond the word length")?;
        self.sum_up();
        let frame = self.frames.encode(&self.block, self.info.num_blocks(), &self.window);
        if let Some(table) = &mut self.seek_table {
            table.note(self.info.num_frames(), self.info.num_bytes(), self.block[0].len());
        }
        self.info.note(self.block[0].len(), frame.len());
        self.sink.write_all(frame)?;
        for channel in &mut self.block {
            channel.clear();
        }
        Ok(())
    }

    /// Samples as the check sum wants them: interleaved, in whole bytes, the lowest first.
    fn sum_up(&mut self) {
        let num_bytes = self.spec.bits.div_ceil(8) as usize;
        let stride = num_bytes * self.spec.num_channels;
        self.bytes.clear();
        self.bytes.resize(stride * self.block[0].len(), 0);
        for (channel_idx, channel) in self.block.iter().enumerate() {
            let places = self.bytes.chunks_exact_mut(stride);
            for (frame, sample) in places.zip(channel) {
                let place = &mut frame[channel_idx * num_bytes..][..num_bytes];
                place.copy_from_slice(&sample.to_le_bytes()[..num_bytes]);
            }
        }
        self.md5.update(&self.bytes);
    }
}

fn require(is_so: bool, otherwise: &str) -> io::Result<()> {
    if is_so { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, otherwise)) }
}

fn append_block(head: &mut Vec<u8>, kind: u8, content: &[u8], is_last: bool) {
    let first = u32::from(kind | if is_last { 0x80 } else { 0 }) << 24;
    head.extend((first | content.len() as u32).to_be_bytes());
    head.extend(content);
}
