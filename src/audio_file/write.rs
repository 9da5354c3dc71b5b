//! Writes WAV (16, 24 bit and float) and FLAC (16 and 24 bit), never half a file.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::AudioFile;
use super::flac::{self, FlacEncoder, FlacSpec};

/// Frames that are turned into integers before they are handed on.
const FRAMES_AT_ONCE: usize = 4096;

/// File formats that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// RIFF WAVE.
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
    pub(super) fn integer(self, sample: f32) -> i32 {
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

/// Samples that an integer file cannot hold, being over full scale.
pub fn clipped_samples(audio: &AudioFile, word_length: WordLength) -> usize {
    if word_length == WordLength::Float32 {
        return 0;
    }
    audio.channels.iter().flatten().filter(|sample| sample.abs() > 1.0).count()
}

/// Writes `audio` to `path`: first to a temporary file beside it, which then takes its name, so that whatever happens
/// there is no half-written file under that name.
///
/// # Errors
/// If the folder cannot be written to, the disk is full, or the format cannot hold the audio.
pub fn write(path: &Path, audio: &AudioFile, container: Container, word_length: WordLength) -> Result<()> {
    let temporary = Temporary::beside(path);
    let written = match container {
        Container::Wav => write_wav(&temporary.0, audio, word_length),
        Container::Flac => write_flac(&temporary.0, audio, word_length),
    };
    written
        .and_then(|()| fs::rename(&temporary.0, path).map_err(anyhow::Error::from))
        .with_context(|| format!("{}: cannot be written; check the folder and the space left", path.display()))
}

/// A file that is gone when this is dropped, unless it was renamed.
struct Temporary(PathBuf);

impl Temporary {
    fn beside(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Self(path.with_file_name(format!(".{name}.{}.part", std::process::id())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn write_wav(path: &Path, audio: &AudioFile, word_length: WordLength) -> Result<()> {
    let num_bytes = audio.num_frames() as u64 * audio.channels.len() as u64 * u64::from(word_length.bits() / 8);
    if num_bytes > u64::from(u32::MAX) - 1024 {
        bail!("longer than WAV can hold (4 GB); write FLAC");
    }
    let is_float = word_length == WordLength::Float32;
    let spec = hound::WavSpec {
        channels: audio.channels.len() as u16,
        sample_rate: audio.sample_rate_hz,
        bits_per_sample: word_length.bits(),
        sample_format: if is_float { hound::SampleFormat::Float } else { hound::SampleFormat::Int },
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for frame_idx in 0..audio.num_frames() {
        for channel in &audio.channels {
            let sample = channel[frame_idx];
            if is_float {
                writer.write_sample(sample)?;
            } else {
                writer.write_sample(word_length.integer(sample))?;
            }
        }
    }
    Ok(writer.finalize()?)
}

fn write_flac(path: &Path, audio: &AudioFile, word_length: WordLength) -> Result<()> {
    if word_length == WordLength::Float32 {
        bail!("FLAC holds integers only; use --bits 24 or write WAV");
    }
    let spec = FlacSpec {
        sample_rate_hz: audio.sample_rate_hz,
        num_channels: audio.channels.len(),
        bits: u32::from(word_length.bits()),
    };
    let seek_table = flac::seek_table(audio.sample_rate_hz, audio.num_frames() as u64);
    let sink = BufWriter::new(fs::File::create(path)?);
    let mut encoder = FlacEncoder::new(sink, spec, seek_table.into_iter().collect())?;
    let mut integers: Vec<Vec<i32>> = vec![Vec::new(); audio.channels.len()];
    for start in (0..audio.num_frames()).step_by(FRAMES_AT_ONCE) {
        let end = audio.num_frames().min(start + FRAMES_AT_ONCE);
        for (integers, channel) in integers.iter_mut().zip(&audio.channels) {
            integers.clear();
            integers.extend(channel[start..end].iter().map(|sample| word_length.integer(*sample)));
        }
        encoder.push(&integers.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    }
    encoder.finish()?;
    Ok(())
}
