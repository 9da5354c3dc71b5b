//! Reads WAV, AIFF, FLAC, MP3 and Ogg Vorbis.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, bail};
use symphonia::core::audio::sample::SampleFormat;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{FORMAT_ID_AIFF, FORMAT_ID_FLAC, FORMAT_ID_WAVE};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::{AudioFile, WordLength};
use crate::dsp::sample_rate::{SAMPLE_RATE_RANGE_HZ, is_sample_rate};

const READABLE: &str = "WAV, AIFF, FLAC, MP3 or Ogg Vorbis";

/// Reads a whole file of one or two channels.
///
/// # Errors
/// If the file cannot be opened, is none of the formats, is damaged or shorter than it says, is empty, has more
/// than two channels or a rate outside [`SAMPLE_RATE_RANGE_HZ`]. The message names the file and what to do.
pub fn read(path: &Path) -> Result<AudioFile> {
    read_named(path, f64::INFINITY).with_context(|| path.display().to_string())
}

/// The same for a file of at most so many seconds: a longer one is refused before it has taken more memory than that.
///
/// # Errors
/// As [`read`], and for a longer file.
pub fn read_at_most(path: &Path, max_s: f64) -> Result<AudioFile> {
    read_named(path, max_s).with_context(|| path.display().to_string())
}

fn read_named(path: &Path, max_s: f64) -> Result<AudioFile> {
    if path.is_dir() {
        bail!("is a folder; give a file in {READABLE}");
    }
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => anyhow::anyhow!("no such file; check the path"),
        _ => anyhow::anyhow!("cannot be opened ({error}); check its permissions"),
    })?;
    if file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
        bail!("is empty; export it again");
    }
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let mut format = symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|_| anyhow::anyhow!("is not audio in {READABLE}; convert it first"))?;
    decode(format.as_mut(), max_s)
}

fn decode(format: &mut dyn FormatReader, max_s: f64) -> Result<AudioFile> {
    let track = format.default_track(TrackType::Audio).context("holds no audio; choose another file")?;
    let (track_id, num_declared) = (track.id, track.num_frames);
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .context("holds no audio; choose another file")?
        .clone();
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
        .map_err(|_| anyhow::anyhow!("uses a codec that cannot be read; convert it to WAV or FLAC"))?;
    // Lossless formats know their length and can be held to it; MP3 and Vorbis streams may start and end anywhere.
    let is_lossless = [FORMAT_ID_WAVE, FORMAT_ID_AIFF, FORMAT_ID_FLAC].contains(&format.format_info().format);

    let mut audio = AudioFile {
        sample_rate_hz: 0,
        channels: Vec::new(),
        source: is_lossless.then(|| word_length(&parameters)).flatten(),
    };
    let mut planes: Vec<Vec<f32>> = Vec::new();
    loop {
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
                if audio.channels.is_empty() {
                    audio.sample_rate_hz = rate_hz;
                    audio.channels = vec![Vec::new(); num_channels];
                    check_layout(rate_hz, num_channels)?;
                } else if rate_hz != audio.sample_rate_hz || num_channels != audio.channels.len() {
                    bail!("changes its format midway; convert it to WAV or FLAC");
                }
                buffer.copy_to_vecs_planar(&mut planes);
                for (channel, plane) in audio.channels.iter_mut().zip(&planes) {
                    channel.extend_from_slice(plane);
                }
                if audio.duration_s() > max_s {
                    bail!("is longer than {:.0} minutes; choose a part of it", max_s / 60.0);
                }
            }
            // Lossy streams are made to survive a bad packet; a lossless one that has any is damaged.
            Err(Error::DecodeError(_)) if !is_lossless => {}
            Err(error) => bail!("is damaged ({error}); export it again"),
        }
    }
    let num_frames = audio.channels.first().map_or(0, Vec::len);
    if let Some(num_declared) = num_declared.filter(|&declared| is_lossless && declared > num_frames as u64) {
        let seconds = |frames: f64| frames / f64::from(audio.sample_rate_hz.max(1));
        if num_frames > 0 {
            bail!(
                "ends after {:.1} s of {:.1} s; it was cut off, copy or export it again",
                seconds(num_frames as f64),
                seconds(num_declared as f64)
            );
        }
        bail!("was cut off before the first sample; copy or export it again");
    }
    if num_frames == 0 {
        bail!("holds no samples; export it again");
    }
    Ok(audio)
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
    match parameters.sample_format {
        Some(SampleFormat::F32 | SampleFormat::F64) => Some(WordLength::Float32),
        _ => match parameters.bits_per_sample? {
            ..=16 => Some(WordLength::Bits16),
            17..=24 => Some(WordLength::Bits24),
            _ => Some(WordLength::Float32),
        },
    }
}
