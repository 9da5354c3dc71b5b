//! How samples lie in the file: what a header says, made sense of.

use anyhow::{Result, bail};

use super::bytes::Bytes;
use super::containers::{Padding, padding};
use super::{WordLength, damaged, samples};

/// What numbers the samples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Two's complement.
    Signed,
    /// From 0, with silence in the middle.
    Unsigned,
    /// IEEE 754.
    Float,
    /// ITU-T G.711.
    ALaw,
    /// ITU-T G.711.
    MuLaw,
}

/// What a header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    /// Name of the container, for people.
    pub container: &'static str,
    pub sample_rate_hz: u32,
    pub num_channels: usize,
    pub kind: Kind,
    /// Bits per sample; 0 where it does not say.
    pub bits: u32,
    /// Those of them that hold something; 0 where it does not say.
    pub valid_bits: u32,
    /// Bytes per frame; 0 where it does not say.
    pub block_bytes: u64,
    /// Bytes per second; 0 where it does not say.
    pub bytes_per_s: u64,
    pub is_big_endian: bool,
}

/// Where in a frame each sample is, and how to read it.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub sample_rate_hz: u32,
    pub num_channels: usize,
    pub(super) kind: Kind,
    pub(super) is_big_endian: bool,
    /// Bytes of a sample, from one sample to the next, and before the first.
    pub(super) width: usize,
    pub(super) stride: usize,
    pub(super) offset: usize,
    spec: Spec,
}

impl Layout {
    /// Makes sense of a header.
    ///
    /// # Errors
    /// If there is none to make, or the samples are of a kind that nobody here reads.
    pub fn new(spec: Spec) -> Result<Self> {
        let Spec { container, kind, num_channels, .. } = spec;
        if num_channels == 0 {
            return Err(damaged(container, "it has no channels"));
        }
        if spec.sample_rate_hz == 0 {
            return Err(damaged(container, "it has no sample rate"));
        }
        // What a frame's length leaves for each sample.
        let room = spec.block_bytes / num_channels as u64;
        let is_even = spec.block_bytes == room * num_channels as u64;
        let bits = match spec.bits {
            0 if is_even && (1..=8).contains(&room) => 8 * room as u32,
            bits => bits,
        };
        let width = match (kind, bits) {
            (Kind::ALaw | Kind::MuLaw, _) => 1,
            (Kind::Float, 32) => 4,
            (Kind::Float, 64) => 8,
            (Kind::Float, _) => {
                bail!("is {container} with {bits}-bit float inside; export it as 24-bit PCM or 32-bit float")
            }
            (_, 1..=32) => bits.div_ceil(8) as usize,
            (_, 33..=64) => 8,
            _ => return Err(damaged(container, &format!("{bits} bits per sample"))),
        };
        let stride = if is_even && room <= 8 { width.max(room as usize) } else { width };
        let Spec { sample_rate_hz, is_big_endian, .. } = spec;
        Ok(Self {
            sample_rate_hz,
            num_channels,
            kind,
            is_big_endian,
            width,
            stride,
            offset: 0,
            spec: Spec { bits, ..spec },
        })
    }

    /// Finds out where samples lie that have more room than they need, from the samples between two places.
    ///
    /// # Errors
    /// If they could be read in more than one way, one of which is noise, and if the file cannot be read.
    pub fn settled(mut self, file: &mut Bytes, (start, end): (u64, u64)) -> Result<Self> {
        if self.stride == self.width {
            return Ok(self);
        }
        let is_integer = matches!(self.kind, Kind::Signed | Kind::Unsigned);
        let found = if is_integer { padding(file, (start, end), &self)? } else { None };
        let is_padding_last = match found {
            Some(Padding::Low) => self.is_big_endian,
            Some(Padding::High) => !self.is_big_endian,
            None if self.spec.bytes_per_s
                == u64::from(self.sample_rate_hz) * (self.num_channels * self.width) as u64 =>
            {
                // Only the length of a frame is wrong.
                self.stride = self.width;
                return Ok(self);
            }
            None => bail!(
                "is {} with {} bit in blocks of {} bytes, which could be read in several ways; export it again as plain PCM",
                self.spec.container,
                self.spec.bits,
                self.block_bytes()
            ),
        };
        self.offset = if is_padding_last { 0 } else { self.stride - self.width };
        Ok(self)
    }

    /// Bytes of a frame: at least 1.
    pub fn block_bytes(&self) -> u64 {
        self.stride as u64 * self.num_channels as u64
    }

    /// Word length of the samples.
    pub fn source(&self) -> WordLength {
        let Spec { bits, valid_bits, .. } = self.spec;
        match (self.kind, if (1..bits).contains(&valid_bits) { valid_bits } else { bits }) {
            (Kind::Float, _) => WordLength::Float32,
            (Kind::ALaw | Kind::MuLaw, _) => WordLength::Bits16,
            (_, ..=16) => WordLength::Bits16,
            (_, 17..=24) => WordLength::Bits24,
            _ => WordLength::Float32,
        }
    }

    /// Name of the codec.
    pub fn codec(&self) -> &'static str {
        match self.kind {
            Kind::Signed | Kind::Unsigned => "PCM",
            Kind::Float => "PCM float",
            Kind::ALaw => "A-law",
            Kind::MuLaw => "µ-law",
        }
    }

    /// Appends whole frames to the channels' planes.
    pub fn decode(&self, frames: &[u8], planes: &mut [Vec<f32>]) {
        for (channel_idx, plane) in planes.iter_mut().enumerate() {
            samples::decode(frames, channel_idx, self, plane);
        }
    }
}
