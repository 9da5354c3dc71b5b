//! WAV and AIFF through symphonia.

use std::fs::File;

use anyhow::{Context, Result, bail};
use symphonia::core::audio::sample::SampleFormat;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::sound::{Declared, Sound};
use crate::audio_file::WordLength;

/// A file that symphonia reads.
pub struct WaveFile {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    declared: Declared,
    sample_rate_hz: u32,
    num_read: u64,
}

impl WaveFile {
    /// A file that is WAV or AIFF by its first bytes.
    ///
    /// # Errors
    /// If it is none, or its header is damaged.
    pub fn open(file: File, name: &'static str) -> Result<Self> {
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let format = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| anyhow::anyhow!("is {name}, but damaged ({error}); export it again"))?;
        let track = format.default_track(TrackType::Audio).context("holds no audio; choose another file")?;
        let (track_id, num_frames) = (track.id, track.num_frames);
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters = parameters.context("holds no audio; choose another file")?.clone();
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
            .map_err(|_| anyhow::anyhow!("is {name} with a codec that cannot be read; convert it to WAV or FLAC"))?;
        let declared = Declared {
            sample_rate_hz: parameters.sample_rate,
            num_channels: parameters.channels.as_ref().map(|channels| channels.count()),
            num_frames,
            source: word_length(&parameters),
            codec: "PCM",
        };
        Ok(Self { format, decoder, track_id, declared, sample_rate_hz: 0, num_read: 0 })
    }
}

impl Sound for WaveFile {
    fn declared(&self) -> Declared {
        self.declared
    }

    fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<bool> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => bail!("is damaged ({error}); export it again"),
            };
            if packet.track_id != self.track_id {
                continue;
            }
            let buffer = match self.decoder.decode(&packet) {
                Ok(buffer) => buffer,
                Err(error) => bail!("is damaged ({error}); export it again"),
            };
            self.sample_rate_hz = buffer.spec().rate();
            buffer.copy_to_vecs_planar(planes);
            self.num_read += planes.first().map_or(0, Vec::len) as u64;
            return Ok(true);
        }
    }

    fn truncated_s(&self) -> Option<f64> {
        let missing = self.declared.num_frames?.checked_sub(self.num_read).filter(|&missing| missing > 0)?;
        Some(missing as f64 / f64::from(self.declared.sample_rate_hz?.max(1)))
    }
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
