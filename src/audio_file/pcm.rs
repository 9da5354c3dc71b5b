//! Reads uncompressed sound: RIFF WAVE, RF64, BW64, RIFX, Wave64, AIFF, AIFC, CAF and AU, as their writers meant them.
//!
//! Recorders, pipes and editors leave headers that are not by the book: sizes that were never filled in, chunks that are longer
//! than the file, format chunks with something behind them. The samples are there all the same, and any other tool plays them.
//! What a header says is used to find them, never to reserve memory.

mod aiff;
mod au;
mod bytes;
mod caf;
mod chunks;
mod codecs;
mod containers;
mod layout;
mod riff;
mod samples;
mod wave64;
mod wave_format;

use std::fs::File;

use anyhow::{Result, anyhow, bail};

use self::bytes::Bytes;
use self::layout::Layout;
use super::WordLength;

/// Bytes of samples that are read at a time, about.
const BLOCK_BYTES: u64 = 1 << 15;

/// Most channels that are read: a header's number must not decide how much memory is taken.
const MAX_CHANNELS: usize = 64;

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Declared {
    /// Sample rate, Hz: anything but 0.
    pub sample_rate_hz: u32,
    /// Channels: anything but 0.
    pub num_channels: usize,
    /// Frames that the header promises, be they there or not; `None` where it was written before they were counted.
    pub num_frames: Option<u64>,
    /// Word length of the samples.
    pub source: Option<WordLength>,
    /// Name of the codec.
    pub codec: &'static str,
}

/// Where the samples are and what they look like.
struct Found {
    layout: Layout,
    /// Place of the first sample, bytes from the start of the file.
    start: u64,
    /// Bytes of samples that the header promises; `None` where it was written before they were counted.
    promised: Option<u64>,
}

/// What a container turned out to be.
enum Opened {
    /// One of ours.
    Found(Found),
    /// Another codec or format, which another reader may know.
    Other,
}

/// Reads the samples of one file from its first to its last.
#[derive(Debug)]
pub(super) struct PcmReader {
    file: Bytes,
    layout: Layout,
    num_promised: Option<u64>,
    /// Place of the next sample, bytes.
    at: u64,
    /// Frames that were read, and those that are still there.
    num_read: u64,
    num_left: u64,
}

/// Reads the header of `file`, which is `num_bytes` long. A file in a container that is none of ours, or with a codec that is
/// none of ours and that another reader may know, is handed back at its beginning.
///
/// # Errors
/// If it is one of ours and damaged, cut off inside its header, or holds what nobody here reads. The message is a predicate: it
/// says what the file is, what is wrong with it and what to do.
pub(super) fn open(file: File, num_bytes: u64) -> Result<Result<PcmReader, File>> {
    let mut bytes = Bytes::new(file, num_bytes);
    let start = bytes.after_id3(0)?;
    let head: [u8; 16] = bytes.array(start)?;
    let opened = match &head[..4] {
        b"RIFF" | b"RIFX" | b"RF64" | b"BW64" => riff::open(&mut bytes, start)?,
        b"riff" if head == wave64::RIFF => wave64::open(&mut bytes, start)?,
        b"FORM" => aiff::open(&mut bytes, start)?,
        b"caff" => caf::open(&mut bytes, start)?,
        b".snd" | b"dns." => au::open(&mut bytes, start)?,
        _ => Opened::Other,
    };
    match opened {
        Opened::Found(found) => PcmReader::new(bytes, &found).map(Ok),
        Opened::Other => bytes.into_file().map(Err),
    }
}

impl PcmReader {
    fn new(mut file: Bytes, found: &Found) -> Result<Self> {
        let end = found.promised.map_or(u64::MAX, |promised| found.start.saturating_add(promised)).min(file.len());
        let layout = found.layout.clone().settled(&mut file, (found.start, end))?;
        let block_bytes = layout.block_bytes();
        let there = file.len().saturating_sub(found.start);
        let num_promised = found.promised.map(|promised| promised / block_bytes);
        let num_left = num_promised.unwrap_or(u64::MAX).min(there / block_bytes);
        Ok(Self { file, layout, num_promised, at: found.start, num_read: 0, num_left })
    }

    /// What the file says of itself. Costs nothing, and is not checked against what anyone can work with.
    pub fn declared(&self) -> Declared {
        Declared {
            sample_rate_hz: self.layout.sample_rate_hz,
            num_channels: self.layout.num_channels,
            num_frames: self.num_promised,
            source: Some(self.layout.source()),
            codec: self.layout.codec(),
        }
    }

    /// Puts the next frames into `planes`, one for each channel, at most a few thousand; `false` after the last.
    ///
    /// # Errors
    /// If the file cannot be read any more, or has more channels than anybody asks for.
    pub fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<bool> {
        if self.layout.num_channels > MAX_CHANNELS {
            bail!("has {} channels; give a mono or stereo file", self.layout.num_channels);
        }
        planes.resize_with(self.layout.num_channels, Vec::new);
        planes.iter_mut().for_each(Vec::clear);
        let block_bytes = self.layout.block_bytes();
        let num_frames = (BLOCK_BYTES / block_bytes).clamp(1, 4096).min(self.num_left);
        if num_frames == 0 {
            return Ok(false);
        }
        let read = self.file.at(self.at, (num_frames * block_bytes) as usize)?;
        let num_frames = read.len() as u64 / block_bytes;
        if num_frames == 0 {
            // Somebody makes the file shorter while it is read.
            self.num_left = 0;
            return Ok(false);
        }
        self.layout.decode(&read[..(num_frames * block_bytes) as usize], planes);
        self.at += num_frames * block_bytes;
        self.num_read += num_frames;
        self.num_left -= num_frames;
        Ok(true)
    }

    /// Frames that the header promises and the file has not; known when the last was read. 0 where nothing was promised.
    pub fn missing_frames(&self) -> u64 {
        self.num_promised.unwrap_or(0).saturating_sub(self.num_read + self.num_left)
    }
}

/// A header that cannot be understood.
fn damaged(container: &str, what: &str) -> anyhow::Error {
    anyhow!("is {container}, but its header is damaged: {what}; export it again")
}

/// A header that is not whole.
fn cut(container: &str) -> anyhow::Error {
    anyhow!("is {container}, but was cut off inside its header; copy or export it again")
}

/// A codec that nobody here reads.
fn foreign<T>(container: &str, codec: &str) -> Result<T> {
    bail!("is {container} with {codec} inside; convert it to PCM")
}
