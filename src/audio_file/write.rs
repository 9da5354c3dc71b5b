//! Writes WAV (16, 24 bit and float) and FLAC (16 and 24 bit) as the samples come, never half a file, and never one that does not
//! say what was meant.

mod atomic;
mod check;
mod claim;
mod digest;
mod sink;
mod unfinished;
pub(super) mod wav;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::AudioFile;
use super::flac::MAX_FLAC_RATE_HZ;
use super::tags::Tags;
use sink::Sink;

pub use atomic::{atomic, fill};
pub use claim::Claim;
pub use unfinished::remove_unfinished;

/// File formats that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// RIFF WAVE; RF64 over 4 GB.
    Wav,
    /// FLAC.
    Flac,
}

impl Container {
    /// The format that a file name asks for.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_lowercase();
        match extension.as_str() {
            "wav" | "wave" => Some(Self::Wav),
            "flac" => Some(Self::Flac),
            _ => None,
        }
    }
}

/// The most frames that a FLAC file can count (RFC 9639, section 8.2).
const MAX_FLAC_FRAMES: u64 = (1 << 36) - 1;

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordLength {
    /// 16-bit integers.
    Bits16,
    /// 24-bit integers.
    Bits24,
    /// 32-bit floating point.
    Float32,
}

impl WordLength {
    /// Bits per sample.
    pub fn bits(self) -> u16 {
        match self {
            Self::Bits16 => 16,
            Self::Bits24 => 24,
            Self::Float32 => 32,
        }
    }

    /// The stored integer for a sample: the nearest, limited to the range. Integers read from a file of no more bits
    /// come out as they went in.
    fn integer(self, sample: f32) -> i32 {
        let scale = f64::from(1u32 << (self.bits() - 1));
        (f64::from(sample) * scale).round().clamp(-scale, scale - 1.0) as i32
    }

    /// What a reader of the file gets for a sample.
    pub fn stored(self, sample: f32) -> f32 {
        match self {
            Self::Float32 => sample,
            _ => (f64::from(self.integer(sample)) / f64::from(1u32 << (self.bits() - 1))) as f32,
        }
    }
}

/// What a file is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// File format.
    pub container: Container,
    /// How samples are stored.
    pub word_length: WordLength,
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// Channels.
    pub num_channels: usize,
    /// Length, frames: known before, because it decides what the header looks like.
    pub num_frames: u64,
}

impl Spec {
    /// Refuses what the format cannot hold, before any work.
    ///
    /// # Errors
    /// Float, a rate over [`MAX_FLAC_RATE_HZ`], more than eight channels or 2³⁶ − 1 frames in FLAC.
    pub fn check(&self) -> Result<()> {
        if self.container == Container::Flac {
            if self.word_length == WordLength::Float32 {
                bail!("FLAC holds integers only; use --bits 24 or write .wav");
            }
            if !(1..=MAX_FLAC_RATE_HZ).contains(&self.sample_rate_hz) {
                let rate_hz = self.sample_rate_hz;
                bail!("FLAC holds rates up to {MAX_FLAC_RATE_HZ} Hz, and this is {rate_hz} Hz; write .wav");
            }
            if self.num_frames > MAX_FLAC_FRAMES {
                bail!("is longer than FLAC can say; write .wav");
            }
            if self.num_channels > 8 {
                bail!("FLAC holds up to 8 channels, and these are {}; write .wav", self.num_channels);
            }
        }
        Ok(())
    }
}

/// How a file is written.
#[derive(Clone, Debug, Default)]
pub struct WriteOptions {
    /// Whether it may replace another.
    pub overwrite: bool,
    /// What it says beside the sound: nothing if `None`.
    pub tags: Option<Tags>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Samples over full scale, which an integer file cannot hold: they are clipped in it. None in a float file.
    pub num_clipped: u64,
    /// What the source said and this file cannot, or must not, for the person who reads; one line each.
    pub notes: Vec<String>,
}

/// A sound file that is being written. It takes its name when it is finished; dropped before, it leaves nothing behind.
pub struct Writer {
    claim: Arc<Claim>,
    file: File,
    spec: Spec,
    sink: Sink,
    notes: Vec<String>,
}

impl Writer {
    /// Checks everything that can be, takes the name, and begins.
    ///
    /// # Errors
    /// As [`Claim::take`] and [`Spec::check`], and if the disk refuses. The message names the file.
    pub fn create(path: &Path, spec: &Spec, options: &WriteOptions) -> Result<Self> {
        Self::in_claim(&Arc::new(Claim::take(path, options.overwrite)?), spec, options.tags.as_ref())
    }

    /// Begins a file whose name was taken before, from its beginning if one was begun already and not finished.
    ///
    /// # Errors
    /// As [`Spec::check`], and if the disk refuses.
    pub fn in_claim(claim: &Arc<Claim>, spec: &Spec, tags: Option<&Tags>) -> Result<Self> {
        let begin = || {
            spec.check()?;
            let begun = claim.file().and_then(|file| Ok((file.try_clone()?, Sink::new(file, spec, tags)?)));
            begun.map_err(|error| claim::unwritable(&error))
        };
        let (file, sink) = begin().with_context(|| claim.name().display().to_string())?;
        let notes = tags.map(|tags| tags.notes(spec.container)).unwrap_or_default();
        Ok(Self { claim: Arc::clone(claim), file, spec: *spec, sink, notes })
    }

    /// Adds frames: as many channels as the file has, of equal length, full scale ±1.
    ///
    /// # Errors
    /// If the disk is full or refuses. The message names the file.
    ///
    /// # Panics
    /// If the channels are of different lengths.
    pub fn push(&mut self, channels: &[&[f32]]) -> Result<()> {
        assert_eq!(channels.len(), self.spec.num_channels, "as many channels as were said");
        self.sink
            .push(channels)
            .map_err(|error| claim::unwritable(&error))
            .with_context(|| self.claim.name().display().to_string())
    }

    /// Writes the rest, reads all of it again, compares it with what was meant, and gives it its name.
    ///
    /// # Errors
    /// If the disk refuses, the file does not hold what was written, or somebody has taken the name meanwhile. Then nothing is
    /// left behind. The message names the file.
    pub fn finish(self) -> Result<Written> {
        let Self { claim, file, spec, sink, notes } = self;
        let (num_clipped, digest) = (sink.num_clipped, sink.digest);
        let complete = || {
            ensure!(
                sink.num_frames == spec.num_frames,
                "became {} frames instead of {}; this is a fault of Discern's, report it",
                sink.num_frames,
                spec.num_frames
            );
            sink.finish().map_err(|error| claim::unwritable(&error))?;
            let is_right = match check::decode(file, &spec) {
                Ok(found) => found == digest,
                Err(error) => return Err(error.context(DAMAGED)),
            };
            if is_right { Ok(()) } else { Err(anyhow!(DAMAGED)) }
        };
        complete().with_context(|| claim.name().display().to_string())?;
        claim.finish()?;
        Ok(Written { num_clipped, notes })
    }
}

const DAMAGED: &str = "does not read back as it was written, and was not kept; check the disk, or write it elsewhere";

/// Writes a whole recording, replacing what is there.
///
/// # Errors
/// As [`Writer::create`] and [`Writer::finish`].
pub fn write(path: &Path, audio: &AudioFile, container: Container, word_length: WordLength) -> Result<()> {
    let spec = Spec {
        container,
        word_length,
        sample_rate_hz: audio.sample_rate_hz,
        num_channels: audio.channels.len(),
        num_frames: audio.num_frames() as u64,
    };
    let mut writer = Writer::create(path, &spec, &WriteOptions { overwrite: true, tags: None })?;
    writer.push(&audio.channels.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    writer.finish().map(drop)
}
