//! Reads WAV, AIFF, FLAC, MP3 and Ogg Vorbis.

use std::path::Path;

use anyhow::{Context, Result, bail};
use symphonia::core::audio::sample::SampleFormat;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_PCM_F32BE, CODEC_ID_PCM_F32LE, CODEC_ID_PCM_F64BE, CODEC_ID_PCM_F64LE,
};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{FORMAT_ID_AIFF, FORMAT_ID_FLAC, FORMAT_ID_WAVE};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::open::open;
use super::{AudioFile, WordLength};
use crate::dsp::cancel::Cancel;
use crate::dsp::sample_rate::{SAMPLE_RATE_RANGE_HZ, is_sample_rate};

pub(super) const READABLE: &str = "WAV, AIFF, FLAC, MP3 or Ogg Vorbis";

/// Longest song that is read, seconds: more is not kept of one.
pub const MAX_SONG_S: f64 = 4.0 * 3600.0;
/// Longest record that is read to be compared with, seconds.
pub const MAX_REFERENCE_S: f64 = 900.0;

/// Most bytes that a second of audio takes in a file: two channels of 32 bits at the highest rate.
const MAX_BYTES_PER_S: f64 = 2.0 * 4.0 * 384_000.0;
/// A file that unpacks to more than this many bytes, and to so many times its own length, holds no music: the densest codecs
/// stay under a hundred times.
const MAX_UNPACKED: u64 = 128 << 20;
const MAX_UNPACKING: u64 = 250;

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
}

impl Format {
    /// Length, seconds.
    pub fn duration_s(&self) -> f64 {
        self.num_frames as f64 / f64::from(self.sample_rate_hz.max(1))
    }
}

/// Takes sample rate and next frames.
type Take<'a> = dyn FnMut(u32, &[Vec<f32>]) -> Result<()> + 'a;

/// Reads a whole file of one or two channels.
///
/// # Errors
/// If the file is no regular one or cannot be opened, is none of the formats, is damaged or shorter than it says, is empty,
/// longer than [`MAX_SONG_S`], unpacks to nothing but silence, or has more than two channels or a rate outside
/// [`SAMPLE_RATE_RANGE_HZ`]. The message names the file and what to do.
pub fn read(path: &Path) -> Result<AudioFile> {
    let mut channels: Vec<Vec<f32>> = Vec::new();
    let limits = Limits { max_s: MAX_SONG_S, cancel: Cancel::default() };
    let format = read_through(path, &limits, |_, planes| {
        channels.resize(planes.len(), Vec::new());
        channels.iter_mut().zip(planes).for_each(|(channel, plane)| channel.extend_from_slice(plane));
        Ok(())
    })?;
    Ok(AudioFile { sample_rate_hz: format.sample_rate_hz, channels, source: format.source })
}

/// Reads a file from its beginning to its end without keeping it: `take` gets the sample rate in Hz and the next frames of each
/// channel, a few thousand at a time, and may refuse them.
///
/// # Errors
/// As [`read`], for a file that is longer than it may be, for one that is no longer wanted, and what `take` refuses.
pub fn read_through(path: &Path, limits: &Limits, take: impl FnMut(u32, &[Vec<f32>]) -> Result<()>) -> Result<Format> {
    read_named(path, limits, take).with_context(|| path.display().to_string())
}

fn read_named(path: &Path, limits: &Limits, mut take: impl FnMut(u32, &[Vec<f32>]) -> Result<()>) -> Result<Format> {
    let (file, num_bytes) = open(path)?;
    if num_bytes as f64 > limits.max_s * MAX_BYTES_PER_S {
        bail!("is larger than {} of audio; choose a part of it", length_text(limits.max_s));
    }
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let mut format = symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|_| anyhow::anyhow!("is not audio in {READABLE}; convert it first"))?;
    decode(format.as_mut(), num_bytes, limits, &mut take)
}

fn decode(format: &mut dyn FormatReader, num_bytes: u64, limits: &Limits, take: &mut Take<'_>) -> Result<Format> {
    let track = format.default_track(TrackType::Audio).context("holds no audio; choose another file")?;
    let (track_id, num_declared) = (track.id, track.num_frames);
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .context("holds no audio; choose another file")?
        .clone();
    // Lossless formats know their length and can be held to it; MP3 and Vorbis streams may start and end anywhere.
    let is_lossless = [FORMAT_ID_WAVE, FORMAT_ID_AIFF, FORMAT_ID_FLAC].contains(&format.format_info().format);
    let source = is_lossless.then(|| word_length(&parameters)).flatten();
    let mut read = Format { sample_rate_hz: 0, num_channels: 0, num_frames: 0, source };
    // What it says of itself is believed as far as it is a reason to leave it.
    if let (Some(rate_hz), Some(channels)) = (parameters.sample_rate, &parameters.channels) {
        check_layout(rate_hz, channels.count())?;
        let num_frames = num_declared.filter(|_| is_lossless).unwrap_or(0);
        check_length(
            &Format { sample_rate_hz: rate_hz, num_channels: channels.count(), num_frames, source },
            num_bytes,
            limits,
        )?;
    }
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
        .map_err(|_| anyhow::anyhow!("uses a codec that cannot be read; convert it to WAV or FLAC"))?;
    let mut planes: Vec<Vec<f32>> = Vec::new();
    loop {
        if limits.cancel.is_cancelled() {
            bail!("is no longer wanted");
        }
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // A stream that breaks off: the check of the length below tells by how much.
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(Error::ResetRequired) => bail!("changes its format midway; convert it to WAV or FLAC"),
            Err(error) => bail!("is damaged ({error}); export it again"),
        };
        if packet.track_id != track_id {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(buffer) => {
                let (rate_hz, num_channels) = (buffer.spec().rate(), buffer.num_planes());
                if read.num_channels == 0 {
                    (read.sample_rate_hz, read.num_channels) = (rate_hz, num_channels);
                    check_layout(rate_hz, num_channels)?;
                } else if rate_hz != read.sample_rate_hz || num_channels != read.num_channels {
                    bail!("changes its format midway; convert it to WAV or FLAC");
                }
                buffer.copy_to_vecs_planar(&mut planes);
                read.num_frames += planes.first().map_or(0, Vec::len) as u64;
                check_length(&read, num_bytes, limits)?;
                take(rate_hz, &planes)?;
            }
            // Lossy streams are made to survive a bad packet; a lossless one that has any is damaged.
            Err(Error::DecodeError(_)) if !is_lossless => {}
            Err(error) => bail!("is damaged ({error}); export it again"),
        }
    }
    if let Some(num_declared) = num_declared.filter(|&declared| is_lossless && declared > read.num_frames) {
        let seconds = |frames: u64| frames as f64 / f64::from(read.sample_rate_hz.max(1));
        if read.num_frames > 0 {
            bail!(
                "ends after {:.1} s of {:.1} s; it was cut off, copy or export it again",
                seconds(read.num_frames),
                seconds(num_declared)
            );
        }
        bail!("was cut off before the first sample; copy or export it again");
    }
    if read.num_frames == 0 {
        bail!("holds no samples; export it again");
    }
    Ok(read)
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

fn word_length(parameters: &AudioCodecParameters) -> Option<WordLength> {
    // A float file need not say how many bits it has.
    if [CODEC_ID_PCM_F32LE, CODEC_ID_PCM_F32BE, CODEC_ID_PCM_F64LE, CODEC_ID_PCM_F64BE].contains(&parameters.codec) {
        return Some(WordLength::Float32);
    }
    match parameters.sample_format {
        Some(SampleFormat::F32 | SampleFormat::F64) => Some(WordLength::Float32),
        _ => match parameters.bits_per_sample? {
            ..=16 => Some(WordLength::Bits16),
            17..=24 => Some(WordLength::Bits24),
            _ => Some(WordLength::Float32),
        },
    }
}
