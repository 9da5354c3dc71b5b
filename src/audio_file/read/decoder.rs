//! One decoder per codec behind one face.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, bail};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC, CODEC_ID_MP3, CODEC_ID_VORBIS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

use super::flac::{FrameError, StreamInfo, decode_frame};
use super::input::Numbers;
use super::opus::Opus;
use super::packets::{Codec, Pcm, Track};

/// Why a packet gives no sound.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// It is damaged.
    Packet(String),
    /// It needs what no decoder here has.
    Unsupported(&'static str),
}

/// A decoder with its state.
pub enum Decoder {
    /// Of symphonia, and the rate of what it gave last, Hz.
    Symphonia { decoder: Box<dyn AudioDecoder>, sample_rate_hz: Option<u32>, usual_length: usize },
    /// Opus, with the gain of its header.
    Opus { decoder: Opus, num_channels: usize, gain: f32 },
    /// FLAC frames.
    Flac(StreamInfo),
    /// Plain samples.
    Pcm { form: Pcm, num_channels: usize },
}

impl Decoder {
    /// A decoder for a track.
    ///
    /// # Errors
    /// If its configuration makes no sense or asks for what is not supported.
    pub fn new(track: &Track) -> Result<Self> {
        let damaged = || anyhow::anyhow!("is {}, but its header is damaged; export it again", track.codec.name());
        let id = match track.codec {
            Codec::Mp3 => CODEC_ID_MP3,
            Codec::Aac => CODEC_ID_AAC,
            Codec::Alac => CODEC_ID_ALAC,
            Codec::Vorbis => CODEC_ID_VORBIS,
            Codec::Flac => return StreamInfo::read(&track.config).map(Self::Flac).ok_or_else(damaged),
            Codec::Pcm(form) => return Ok(Self::Pcm { form, num_channels: track.num_channels }),
            Codec::Opus => return opus(&track.config).ok_or_else(damaged),
        };
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(id).with_sample_rate(track.sample_rate_hz);
        if !track.config.is_empty() {
            parameters.with_extra_data(track.config.clone().into_boxed_slice());
        }
        let options = AudioDecoderOptions::default();
        let made = catch_unwind(|| symphonia::default::get_codecs().make_audio_decoder(&parameters, &options));
        match made {
            Ok(Ok(decoder)) => {
                let usual_length = match track.codec {
                    Codec::Mp3 if track.sample_rate_hz < 32_000 => 576,
                    Codec::Mp3 => 1152,
                    Codec::Aac => 1024,
                    _ => 0,
                };
                Ok(Self::Symphonia { decoder, sample_rate_hz: None, usual_length })
            }
            Ok(Err(Error::Unsupported(what))) => {
                bail!("is {} of a kind that cannot be read ({what}); convert it to WAV or FLAC", track.codec.name())
            }
            _ => Err(damaged()),
        }
    }

    /// The rate of what was decoded last, Hz, where the sound says it.
    pub fn sample_rate_hz(&self) -> Option<u32> {
        match self {
            Self::Symphonia { sample_rate_hz, .. } => *sample_rate_hz,
            _ => None,
        }
    }

    /// Frames that a packet has before any was decoded, 0 where that is not known.
    pub fn usual_length(&self) -> usize {
        match self {
            Self::Symphonia { usual_length, .. } => *usual_length,
            _ => 0,
        }
    }

    /// Decodes a packet to one plane per channel, full scale ±1.
    ///
    /// # Errors
    /// If it is damaged or of an unsupported kind; a decoder that panics is one that met damage.
    pub fn decode(&mut self, data: &[u8], planes: &mut Vec<Vec<f32>>) -> Result<(), Failure> {
        catch_unwind(AssertUnwindSafe(|| self.decode_here(data, planes)))
            .unwrap_or_else(|_| Err(Failure::Packet("a packet that makes no sense".to_owned())))
    }

    fn decode_here(&mut self, data: &[u8], planes: &mut Vec<Vec<f32>>) -> Result<(), Failure> {
        match self {
            Self::Symphonia { decoder, sample_rate_hz, .. } => {
                let packet = PacketRef::new(0, Timestamp::new(0), Duration::new(0), data);
                match decoder.decode_ref(&packet) {
                    Ok(buffer) => {
                        *sample_rate_hz = Some(buffer.spec().rate());
                        buffer.copy_to_vecs_planar(planes);
                        Ok(())
                    }
                    Err(Error::Unsupported(what)) => Err(Failure::Unsupported(what)),
                    Err(error) => Err(Failure::Packet(error.to_string())),
                }
            }
            Self::Opus { decoder, num_channels, gain } => {
                let interleaved = decoder.decode(data).ok_or_else(|| Failure::Packet("a damaged packet".to_owned()))?;
                planes.resize(*num_channels, Vec::new());
                for (idx, plane) in planes.iter_mut().enumerate() {
                    plane.clear();
                    plane.extend(interleaved.chunks_exact(*num_channels).map(|frame| frame[idx] * *gain));
                }
                Ok(())
            }
            Self::Flac(info) => decode_frame(data, info, planes).map(|_| ()).map_err(|error| match error {
                FrameError::Short(_) => Failure::Packet("a block that ends early".to_owned()),
                FrameError::Changed => Failure::Packet("a block of another format".to_owned()),
                FrameError::Damaged(what) => Failure::Packet(what.to_owned()),
            }),
            Self::Pcm { form, num_channels } => {
                planes.resize(*num_channels, Vec::new());
                planes.iter_mut().for_each(Vec::clear);
                for frame in data.chunks_exact(form.num_bytes * *num_channels) {
                    for (plane, bytes) in planes.iter_mut().zip(frame.chunks_exact(form.num_bytes)) {
                        plane.push(sample(*form, bytes));
                    }
                }
                Ok(())
            }
        }
    }
}

fn sample(form: Pcm, bytes: &[u8]) -> f32 {
    let width = bytes.len();
    let number = if form.is_big_endian { bytes.big(0, width) } else { bytes.little(0, width) }.unwrap_or(0);
    match (form.is_float, width) {
        (true, 8) => f64::from_bits(number) as f32,
        (true, _) => f32::from_bits(number as u32),
        (false, 1) if form.is_unsigned => (number as f32 - 128.0) / 128.0,
        _ => {
            let shift = 64 - 8 * width as u32;
            ((number << shift) as i64 as f64 / (1u64 << 63) as f64) as f32
        }
    }
}

/// A decoder as an Opus header asks for it; `None` if it makes no sense or has a table for more than stereo.
fn opus(head: &[u8]) -> Option<Decoder> {
    let num_channels = usize::from(*head.get(9)?);
    let gain = 10f32.powf(f32::from(head.little(16, 2)? as u16 as i16) / 256.0 / 20.0);
    Some(Decoder::Opus { decoder: Opus::new(num_channels)?, num_channels, gain })
}
