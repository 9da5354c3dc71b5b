//! Reads sound files: plain samples in many containers, FLAC, MP3, Ogg, MP4, CAF and Matroska.
//!
//! `read/` has a front for each container (`mpeg`, `ogg`, `mp4`, `caf`, `matroska`) that gives packets, one for the decoders
//! (`decoder`), and what joins them and leaves out an encoder's padding (`packets`); `flac` is both.

mod aac;
mod caf;
mod decoder;
mod flac;
mod input;
mod kind;
mod matroska;
mod mp4;
mod mpeg;
mod ogg;
mod opus;
mod packets;
mod plain;
mod sound;
mod tags;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use self::input::Input;
use self::plain::PlainFile;
use self::sound::Sound;
use super::open::open;
use super::pcm;
use super::{AudioFile, WordLength};
use crate::dsp::cancel::Cancel;
use crate::dsp::sample_rate::{SAMPLE_RATE_RANGE_HZ, is_sample_rate};

/// What is read, for people.
pub const READABLE: &str = "WAV, AIFF, FLAC, MP3, AAC, ALAC, Opus or Vorbis";

/// Longest song that is read, seconds.
pub const MAX_SONG_S: f64 = 12.0 * 3600.0;
/// Longest record that is read to be compared with, seconds.
pub const MAX_REFERENCE_S: f64 = 900.0;

/// Most bytes that a second of audio takes in a file: two channels of 32 bits at the highest rate.
const MAX_BYTES_PER_S: f64 = 2.0 * 4.0 * 384_000.0;
/// A file that unpacks to more than this many bytes, and to so many times its own length, holds no music: speech in the densest
/// codecs stays under 300 times, silence in FLAC is over 2000.
const MAX_UNPACKED: u64 = 128 << 20;
const MAX_UNPACKING: u64 = 1000;

/// Until when a file is worth reading.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest audio, seconds: a longer one is refused, where it says how long it is before any of it is decoded.
    pub max_s: f64,
    /// Asked for each packet.
    pub cancel: Cancel,
}

/// What a file that was read through is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// 1 or 2.
    pub num_channels: usize,
    /// Length, frames.
    pub num_frames: u64,
    /// Word length of the source: `None` for lossy ones.
    pub source: Option<WordLength>,
    /// Seconds that are missing by what the file says of itself: it was cut off. 0 where it does not say by how much; `None`
    /// for a whole file.
    pub truncated_s: Option<f64>,
    /// Codec, as people call it: PCM, FLAC, MP3.
    pub codec: &'static str,
}

impl Format {
    /// Length, seconds.
    pub fn duration_s(&self) -> f64 {
        self.num_frames as f64 / f64::from(self.sample_rate_hz.max(1))
    }

    /// What to say of a file that was cut off, after its name; `None` for a whole one.
    pub fn truncation(&self) -> Option<String> {
        let missing_s = self.truncated_s?;
        let text = |seconds: f64| match seconds {
            ..0.1 => format!("{:.0} ms", seconds * 1000.0),
            _ => format!("{seconds:.1} s"),
        };
        let heard = text(self.duration_s());
        Some(if missing_s < 0.001 {
            format!("was cut off after {heard}; it does not say how much is missing")
        } else {
            format!("was cut off after {heard}; the last {} are missing", text(missing_s))
        })
    }
}

/// Reads a whole file of one or two channels into memory.
///
/// # Errors
/// If the file is no regular one or cannot be opened, is none of the formats, is damaged or was cut off, is empty, longer than
/// [`MAX_SONG_S`], unpacks to nothing but silence, or has more than two channels or a rate outside [`SAMPLE_RATE_RANGE_HZ`].
/// The message names the file and what to do.
pub fn read(path: &Path) -> Result<AudioFile> {
    let mut channels: Vec<Vec<f32>> = Vec::new();
    let limits = Limits { max_s: MAX_SONG_S, cancel: Cancel::default() };
    let format = read_through(path, &limits, |_, planes| {
        channels.resize(planes.len(), Vec::new());
        channels.iter_mut().zip(planes).for_each(|(channel, plane)| channel.extend_from_slice(plane));
        Ok(())
    })?;
    if let Some(said) = format.truncation() {
        return Err(anyhow!("{said}; copy or export it again").context(path.display().to_string()));
    }
    Ok(AudioFile { sample_rate_hz: format.sample_rate_hz, channels, source: format.source })
}

/// Reads a file from its beginning to its end without keeping it: `take` gets the sample rate in Hz and the next frames of each
/// channel, a few thousand at a time, and may refuse them. A file that was cut off is read to where it ends; whoever asked
/// decides what to do with it ([`Format::truncated_s`]).
///
/// # Errors
/// As [`read`] but for a cut, for a file that is longer than it may be, for one that is no longer wanted, and what `take`
/// refuses.
pub fn read_through(path: &Path, limits: &Limits, take: impl FnMut(u32, &[Vec<f32>]) -> Result<()>) -> Result<Format> {
    read_named(path, limits, take).with_context(|| path.display().to_string())
}

fn read_named(path: &Path, limits: &Limits, mut take: impl FnMut(u32, &[Vec<f32>]) -> Result<()>) -> Result<Format> {
    let (file, num_bytes) = open(path)?;
    if num_bytes as f64 > limits.max_s * MAX_BYTES_PER_S {
        bail!("is larger than {} of audio; choose a part of it", length_text(limits.max_s));
    }
    let mut sound = guarded(|| open_sound(file, num_bytes, path))?;
    let declared = sound.declared();
    let mut read = Format {
        sample_rate_hz: 0,
        num_channels: 0,
        num_frames: 0,
        source: declared.source,
        truncated_s: None,
        codec: declared.codec,
    };
    // What it says of itself is believed as far as it is a reason to leave it.
    if let (Some(sample_rate_hz), Some(num_channels)) = (declared.sample_rate_hz, declared.num_channels) {
        check_layout(sample_rate_hz, num_channels)?;
        let num_frames = declared.num_frames.unwrap_or(0);
        check_length(&Format { sample_rate_hz, num_channels, num_frames, ..read }, num_bytes, limits)?;
    }
    let mut planes: Vec<Vec<f32>> = Vec::new();
    loop {
        if limits.cancel.is_cancelled() {
            bail!("is no longer wanted");
        }
        if !guarded(|| sound.next(&mut planes))? {
            break;
        }
        let num_frames = planes.first().map_or(0, Vec::len);
        if num_frames == 0 {
            continue;
        }
        let (rate_hz, num_channels) = (sound.sample_rate_hz(), planes.len());
        if read.num_channels == 0 {
            (read.sample_rate_hz, read.num_channels) = (rate_hz, num_channels);
            check_layout(rate_hz, num_channels)?;
        } else if rate_hz != read.sample_rate_hz || num_channels != read.num_channels {
            bail!("changes its format after {:.1} s; convert it to WAV or FLAC", read.duration_s());
        }
        read.num_frames += num_frames as u64;
        check_length(&read, num_bytes, limits)?;
        take(rate_hz, &planes)?;
    }
    read.truncated_s = sound.truncated_s();
    if read.num_frames == 0 {
        if read.truncated_s.is_some() {
            bail!("is {}, but was cut off before the first sample; copy or export it again", read.codec);
        }
        bail!("holds no samples; export it again");
    }
    Ok(read)
}

/// Finds out what the file is: plain samples, or something for a decoder.
fn open_sound(file: File, num_bytes: u64, path: &Path) -> Result<Box<dyn Sound>> {
    match pcm::open(file, num_bytes)? {
        Ok(reader) => Ok(Box::new(PlainFile(reader))),
        Err(file) => kind::open(Input::new(file, num_bytes), path),
    }
}

/// A reader that panics has met damage that it was not made for.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(anyhow!("is damaged (it makes no sense); export it again")))
}

/// Refuses what is too long, and what unpacks to far more than music does.
fn check_length(format: &Format, num_bytes: u64, limits: &Limits) -> Result<()> {
    if format.duration_s() > limits.max_s {
        bail!("is longer than {}; choose a part of it", length_text(limits.max_s));
    }
    let unpacked = format.num_frames.saturating_mul(4 * format.num_channels as u64);
    if unpacked > MAX_UNPACKED && unpacked / MAX_UNPACKING > num_bytes {
        bail!("unpacks to hours of silence from {} kB; choose another file", num_bytes / 1000);
    }
    Ok(())
}

/// A limit for people.
fn length_text(seconds: f64) -> String {
    if seconds < 7200.0 { format!("{:.0} minutes", seconds / 60.0) } else { format!("{:.0} hours", seconds / 3600.0) }
}

fn check_layout(rate_hz: u32, num_channels: usize) -> Result<()> {
    if num_channels > 2 {
        bail!("has {num_channels} channels; give a mono or stereo file");
    }
    if !is_sample_rate(f64::from(rate_hz)) {
        let (least, most) = (SAMPLE_RATE_RANGE_HZ.start(), SAMPLE_RATE_RANGE_HZ.end());
        bail!("has a sample rate of {rate_hz} Hz; Discern runs at {least} to {most} Hz, convert it first");
    }
    Ok(())
}
