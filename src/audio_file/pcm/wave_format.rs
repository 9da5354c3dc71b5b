//! The format chunk of WAV and Wave64, of any length.

use anyhow::Result;

use super::bytes::Bytes;
use super::chunks::{Chunk, Grammar};
use super::codecs;
use super::layout::{Kind, Layout, Spec};
use super::{cut, damaged, foreign};

/// What is behind the number of a format in a GUID that stands for one, and in the GUIDs of Ambisonics.
const WAVE_GUID: [u8; 12] = [0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];
const AMBISONIC_GUID: [u8; 12] = [0x21, 0x07, 0xd3, 0x11, 0x86, 0x44, 0xc8, 0xc1, 0xca, 0x00, 0x00, 0x00];
const EXTENSIBLE: u16 = 0xfffe;

/// Reads a format chunk. What stands behind what it needs is left alone, and so is what contradicts the samples: masks, sizes
/// of extensions, valid bits.
///
/// # Errors
/// If it is too short, makes no sense or names another codec.
pub(super) fn read(bytes: &mut Bytes, chunk: Chunk, grammar: Grammar, container: &'static str) -> Result<Layout> {
    let there = bytes.len().saturating_sub(chunk.start).min(chunk.size.known().unwrap_or(16));
    let content: [u8; 40] = bytes.array(chunk.start)?;
    if there < 14 {
        let is_cut = chunk.size.known().is_some_and(|size| size >= 14);
        return Err(if is_cut { cut(container) } else { damaged(container, "its format chunk is too short") });
    }
    let two = |at: usize| grammar.number([content[at], content[at + 1]]);
    let four = |at: usize| grammar.number([content[at], content[at + 1], content[at + 2], content[at + 3]]);
    let bits = if there >= 16 { two(14) as u32 } else { 0 };
    let mut tag = two(0) as u16;
    let mut valid_bits = 0;
    if tag == EXTENSIBLE {
        tag = if there >= 40 {
            valid_bits = two(18) as u32;
            let number = four(24);
            let tail = &content[28..40];
            if number > 0xffff || (tail != WAVE_GUID && tail != AMBISONIC_GUID) {
                return foreign(container, "an unknown codec");
            }
            number as u16
        } else {
            // The name of the codec is missing; only 32 bits could be either.
            match bits {
                8 | 16 | 24 => 1,
                64 => 3,
                _ => return Err(damaged(container, "its format chunk is too short")),
            }
        };
    }
    let kind = match tag {
        1 if bits <= 8 && (bits > 0 || two(12) == two(2)) => Kind::Unsigned,
        1 => Kind::Signed,
        3 => Kind::Float,
        6 => Kind::ALaw,
        7 => Kind::MuLaw,
        _ => return foreign(container, &codecs::of_wave_tag(tag)),
    };
    Layout::new(Spec {
        container,
        sample_rate_hz: four(4) as u32,
        num_channels: two(2) as usize,
        kind,
        bits,
        valid_bits,
        block_bytes: two(12),
        bytes_per_s: four(8),
        is_big_endian: matches!(grammar, Grammar::Iff { is_big_endian: true }),
    })
}
