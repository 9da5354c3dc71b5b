//! Samples as bytes, to samples as numbers of full scale ±1.

use super::layout::{Kind, Layout};

/// Appends one channel of whole frames to `plane`. Integers of up to 24 bits are exact, longer ones and 64-bit floats rounded.
pub(super) fn decode(frames: &[u8], channel_idx: usize, layout: &Layout, plane: &mut Vec<f32>) {
    let first = channel_idx * layout.stride + layout.offset;
    let block_bytes = layout.stride * layout.num_channels;
    let mut fill = Fill { frames, first, block_bytes, is_big_endian: layout.is_big_endian, plane };
    match (layout.kind, layout.width) {
        (Kind::ALaw, _) => fill.with(|[code]| f32::from(a_law(code)) / 32_768.0),
        (Kind::MuLaw, _) => fill.with(|[code]| f32::from(mu_law(code)) / 32_768.0),
        (Kind::Float, 4) => fill.with(f32::from_le_bytes),
        (Kind::Float, _) => fill.with(|bytes| f64::from_le_bytes(bytes) as f32),
        (Kind::Unsigned, 1) => fill.with(|[byte]| (f32::from(byte) - 128.0) / 128.0),
        (_, 1) => fill.with(|[byte]| f32::from(byte as i8) / 128.0),
        (_, 2) => fill.with(|bytes| f32::from(i16::from_le_bytes(bytes)) / 32_768.0),
        (_, 3) => fill.with(|[a, b, c]| (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8_388_608.0),
        (_, 4) => fill.with(|bytes| (f64::from(i32::from_le_bytes(bytes)) / 2_147_483_648.0) as f32),
        (_, _) => fill.with(|bytes| (i64::from_le_bytes(bytes) as f64 / 9_223_372_036_854_775_808.0) as f32),
    }
}

struct Fill<'a> {
    frames: &'a [u8],
    first: usize,
    block_bytes: usize,
    is_big_endian: bool,
    plane: &'a mut Vec<f32>,
}

impl Fill<'_> {
    fn with<const WIDTH: usize>(&mut self, number: impl Fn([u8; WIDTH]) -> f32) {
        let Self { frames, first, block_bytes, is_big_endian, .. } = *self;
        self.plane.extend(frames.chunks_exact(block_bytes).map(|frame| {
            let mut sample = [0; WIDTH];
            sample.copy_from_slice(&frame[first..first + WIDTH]);
            if is_big_endian {
                sample.reverse();
            }
            number(sample)
        }));
    }
}

/// A-law of ITU-T G.711 to 16 bits.
fn a_law(code: u8) -> i16 {
    let code = code ^ 0x55;
    let (exponent, mantissa) = ((code >> 4) & 7, i16::from(code & 15));
    let size = match exponent {
        0 => (mantissa << 4) + 8,
        _ => ((mantissa << 4) + 0x108) << (exponent - 1),
    };
    if code & 0x80 == 0 { -size } else { size }
}

/// µ-law of ITU-T G.711 to 16 bits.
fn mu_law(code: u8) -> i16 {
    let code = !code;
    let (exponent, mantissa) = ((code >> 4) & 7, i16::from(code & 15));
    let size = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    if code & 0x80 == 0 { size } else { -size }
}
