//! Core Audio Format (Apple) with uncompressed samples.

use anyhow::Result;

use super::bytes::Bytes;
use super::chunks::{Chunk, End, Grammar, Size, scan, walk};
use super::layout::{Kind, Layout, Spec};
use super::{Found, Opened, cut, damaged};

const CONTAINER: &str = "CAF";
const GRAMMAR: Grammar = Grammar::Caf;

/// Reads the header of a file whose CAF begins at `start`. Compressed ones are another reader's.
///
/// # Errors
/// If it is damaged or cut off.
pub(super) fn open(bytes: &mut Bytes, start: u64) -> Result<Opened> {
    let (mut is_other, mut layout, mut data) = (false, None, None);
    let mut take = |bytes: &mut Bytes, chunk: Chunk, is_search: bool| -> Result<bool> {
        match &chunk.id {
            b"desc" if layout.is_none() => match format(bytes, chunk) {
                Ok(found) => {
                    is_other = found.is_none();
                    layout = found;
                }
                // What only looks like a format.
                Err(_) if is_search => {}
                Err(error) => return Err(error),
            },
            b"data" if data.is_none() => data = Some(chunk),
            _ => {}
        }
        Ok(is_other || (layout.is_some() && data.is_some()))
    };
    let walked = walk(bytes, start + 8, GRAMMAR, |bytes, chunk| take(bytes, chunk, false))?;
    if walked != End::Found {
        scan(bytes, start + 8, (GRAMMAR, 0), &[b"desc", b"data"], |bytes, chunk| take(bytes, chunk, true))?;
    }
    if is_other {
        return Ok(Opened::Other);
    }
    // There is no size of the whole; what leads beyond the end was cut.
    let is_cut = walked != End::Lost;
    let Some(layout) = layout else {
        return Err(if is_cut { cut(CONTAINER) } else { damaged(CONTAINER, "no format chunk") });
    };
    let Some(data) = data else {
        return Err(if is_cut { cut(CONTAINER) } else { damaged(CONTAINER, "no samples") });
    };
    // Four bytes count edits.
    let promised = match data.size.known() {
        Some(..=4) | None => None,
        Some(size) => Some(size - 4),
    };
    Ok(Opened::Found(Found { layout, start: data.start + 4, promised }))
}

/// What the samples are, `None` for codecs that are not ours.
fn format(bytes: &mut Bytes, chunk: Chunk) -> Result<Option<Layout>> {
    let content: [u8; 32] = bytes.array(chunk.start)?;
    if bytes.len().saturating_sub(chunk.start) < 32 {
        return Err(cut(CONTAINER));
    }
    if matches!(chunk.size, Size::Known(..=31)) {
        return Err(damaged(CONTAINER, "its format chunk is too short"));
    }
    let four = |at: usize| GRAMMAR.number([content[at], content[at + 1], content[at + 2], content[at + 3]]);
    let flags = four(12);
    let kind = match &content[8..12] {
        b"lpcm" if flags & 1 != 0 => Kind::Float,
        b"lpcm" => Kind::Signed,
        b"alaw" => Kind::ALaw,
        b"ulaw" => Kind::MuLaw,
        _ => return Ok(None),
    };
    let rate_hz = f64::from_be_bytes(std::array::from_fn(|idx| content[idx]));
    Layout::new(Spec {
        container: CONTAINER,
        sample_rate_hz: rate_hz.round() as u32,
        num_channels: four(24) as usize,
        kind,
        bits: four(28) as u32,
        valid_bits: 0,
        block_bytes: four(16),
        bytes_per_s: 0,
        is_big_endian: flags & 2 == 0,
    })
    .map(Some)
}
