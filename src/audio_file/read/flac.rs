//! FLAC: the stream with what people put around it, and its frames one after the other.
//!
//! The format is RFC 9639. Frames are decoded where they stand, so that one that is damaged is known from one that was cut.

mod bits;
mod frame;

use anyhow::{Context, Result, bail};

pub use frame::{FrameError, decode_frame};

use super::input::{Input, Numbers};
use super::sound::{Declared, Sound};
use super::tags;
use crate::audio_file::WordLength;

/// Bytes that hold nearly every frame, and any.
const MOST_FRAMES: usize = 1 << 16;
const ANY_FRAME: usize = 1 << 21;

const CHANGED: &str = "is FLAC, but changes its format midway; convert it to WAV";

/// What STREAMINFO says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StreamInfo {
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// Channels, 1 to 8.
    pub num_channels: usize,
    /// Bits per sample, 4 to 32.
    pub bits: u32,
    /// Frames; `None` if it does not say.
    pub num_frames: Option<u64>,
}

impl StreamInfo {
    /// Reads the block's content; sizes of blocks and frames are not asked, since writers get them wrong.
    pub fn read(block: &[u8]) -> Option<Self> {
        let packed = block.big(10, 8)?;
        let num_frames = packed & 0xf_ffff_ffff;
        Some(Self {
            sample_rate_hz: (packed >> 44) as u32,
            num_channels: (packed >> 41 & 7) as usize + 1,
            bits: (packed >> 36 & 31) as u32 + 1,
            num_frames: (num_frames > 0).then_some(num_frames),
        })
    }

    /// The word length that holds its samples.
    pub fn source(&self) -> WordLength {
        match self.bits {
            ..=16 => WordLength::Bits16,
            17..=24 => WordLength::Bits24,
            _ => WordLength::Float32,
        }
    }
}

/// A FLAC file.
pub struct FlacFile {
    input: Input,
    info: StreamInfo,
    /// Frames that it promises in all, where it says so.
    num_promised: Option<u64>,
    num_read: u64,
    /// Frames of a block that was cut, where the file does not say how many there are.
    num_cut: Option<u64>,
}

/// Reads the blocks before the sound, from the stream's first byte on.
fn read_headers(input: &mut Input) -> Result<StreamInfo> {
    const CUT: &str = "is FLAC, but was cut off in its header; copy or export it again";
    input.skip(4);
    let mut info = None;
    loop {
        let header = input.take(4)?.context(CUT)?;
        let num_bytes = header.big(1, 3).unwrap_or(0);
        match header[0] & 0x7f {
            0 if info.is_none() => {
                let block = input.take(num_bytes as usize)?.context(CUT)?;
                info = StreamInfo::read(&block);
            }
            127 => bail!("is FLAC, but its header is damaged; export it again"),
            _ if num_bytes > input.remaining() => bail!(CUT),
            _ => input.skip(num_bytes),
        }
        if header[0] & 0x80 != 0 {
            break;
        }
    }
    info.context("is FLAC, but its header is damaged; export it again")
}

impl FlacFile {
    /// From the stream's first byte on.
    ///
    /// # Errors
    /// If the headers are damaged or end early.
    pub fn open(mut input: Input) -> Result<Self> {
        let info = read_headers(&mut input)?;
        Ok(Self { input, info, num_promised: info.num_frames, num_read: 0, num_cut: None })
    }

    /// Whether what comes is no frame but what others put behind the last one.
    fn is_at_tags(&mut self) -> Result<bool> {
        if self.num_promised.is_some_and(|promised| self.num_read >= promised) {
            return Ok(true);
        }
        let ahead = self.input.peek(128)?;
        let is_tag = [&b"TAG"[..], b"APETAGEX", b"ID3", b"LYRICSBEGIN"].iter().any(|tag| ahead.starts_with(tag));
        Ok(is_tag || ahead.iter().all(|&byte| byte == 0))
    }

    /// Goes on with a stream that was joined to this one, behind tags or not; false if there is none.
    fn begin_next(&mut self) -> Result<bool> {
        let start = self.input.position();
        while let Some(num_bytes) = tags::length(self.input.peek(32)?) {
            self.input.skip(num_bytes);
        }
        if !self.input.peek(4)?.starts_with(b"fLaC") {
            self.input.seek(start);
            return Ok(false);
        }
        let info = read_headers(&mut self.input)?;
        if (info.sample_rate_hz, info.num_channels) != (self.info.sample_rate_hz, self.info.num_channels) {
            bail!(CHANGED);
        }
        self.num_promised = self.num_promised.zip(info.num_frames).map(|(before, behind)| before + behind);
        self.info = info;
        Ok(true)
    }
}

impl Sound for FlacFile {
    fn declared(&self) -> Declared {
        Declared {
            sample_rate_hz: Some(self.info.sample_rate_hz),
            num_channels: Some(self.info.num_channels),
            num_frames: self.info.num_frames,
            source: Some(self.info.source()),
            codec: "FLAC",
        }
    }

    fn sample_rate_hz(&self) -> u32 {
        self.info.sample_rate_hz
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<bool> {
        if self.input.remaining() == 0 {
            return Ok(false);
        }
        let mut result = decode_frame(self.input.peek(MOST_FRAMES)?, &self.info, planes);
        if matches!(result, Err(FrameError::Short(_))) && self.input.remaining() > MOST_FRAMES as u64 {
            result = decode_frame(self.input.peek(ANY_FRAME)?, &self.info, planes);
        }
        let error = match result {
            Ok(num_bytes) => {
                self.input.skip(num_bytes as u64);
                self.num_read += planes.first().map_or(0, Vec::len) as u64;
                return Ok(true);
            }
            Err(error) => error,
        };
        planes.iter_mut().for_each(Vec::clear);
        if self.begin_next()? {
            // Nothing of it yet.
            return Ok(true);
        }
        if self.is_at_tags()? {
            return Ok(false);
        }
        match error {
            FrameError::Short(num_frames) => {
                self.num_cut = Some(num_frames);
                Ok(false)
            }
            FrameError::Changed => bail!(CHANGED),
            FrameError::Damaged(what) => bail!(
                "is FLAC, but damaged after {:.1} s ({what}); copy or export it again",
                self.num_read as f64 / f64::from(self.info.sample_rate_hz.max(1))
            ),
        }
    }

    fn truncated_s(&self) -> Option<f64> {
        let missing = match self.num_promised {
            Some(promised) => promised.checked_sub(self.num_read).filter(|&missing| missing > 0),
            None => self.num_cut,
        };
        Some(missing? as f64 / f64::from(self.info.sample_rate_hz.max(1)))
    }
}
