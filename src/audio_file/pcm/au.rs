//! AU, the sound file of Sun and NeXT, in either byte order.

use anyhow::Result;

use super::bytes::Bytes;
use super::chunks::{Grammar, Size};
use super::layout::{Kind, Layout, Spec};
use super::{Found, Opened, cut, damaged, foreign};

const CONTAINER: &str = "AU";

/// Reads the header of a file whose AU begins at `start`.
///
/// # Errors
/// If it is damaged, cut off or holds another codec.
pub(super) fn open(bytes: &mut Bytes, start: u64) -> Result<Opened> {
    if bytes.len() < start + 24 {
        return Err(cut(CONTAINER));
    }
    let head: [u8; 24] = bytes.array(start)?;
    let is_big_endian = head.starts_with(b".snd");
    let grammar = Grammar::Iff { is_big_endian };
    let four = |at: usize| grammar.number([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (kind, bits) = match four(12) {
        1 => (Kind::MuLaw, 8),
        2 => (Kind::Signed, 8),
        3 => (Kind::Signed, 16),
        4 => (Kind::Signed, 24),
        5 => (Kind::Signed, 32),
        6 => (Kind::Float, 32),
        7 => (Kind::Float, 64),
        27 => (Kind::ALaw, 8),
        23..=26 => return foreign(CONTAINER, "G.72x ADPCM"),
        other => return foreign(CONTAINER, &format!("an unknown codec (number {other})")),
    };
    if four(4) < 24 {
        return Err(damaged(CONTAINER, "its samples begin inside its header"));
    }
    let layout = Layout::new(Spec {
        container: CONTAINER,
        sample_rate_hz: four(16) as u32,
        num_channels: four(20) as usize,
        kind,
        bits,
        valid_bits: 0,
        block_bytes: 0,
        bytes_per_s: 0,
        is_big_endian,
    })?;
    Ok(Opened::Found(Found { layout, start: start + four(4), promised: Size::of_32_bits(four(8)).known() }))
}
