//! AIFF and AIFC (Apple, 1991), with the codecs that QuickTime added.

use anyhow::Result;

use super::bytes::Bytes;
use super::chunks::{Chunk, End, Grammar, Size, corrected, scan, walk};
use super::codecs;
use super::layout::{Kind, Layout, Spec};
use super::{Found, Opened, cut, damaged, foreign};

const GRAMMAR: Grammar = Grammar::Iff { is_big_endian: true };

/// What was found in a file so far.
struct Aiff {
    container: &'static str,
    is_compressible: bool,
    layout: Option<Layout>,
    sound: Option<Chunk>,
}

/// Reads the header of a file whose FORM begins at `start`.
///
/// # Errors
/// If it is damaged, cut off or holds another codec.
pub(super) fn open(bytes: &mut Bytes, start: u64) -> Result<Opened> {
    let head: [u8; 16] = bytes.array(start)?;
    if bytes.len() < start + 12 {
        return Err(cut("AIFF"));
    }
    let is_compressible = &head[8..12] == b"AIFC";
    if !is_compressible && &head[8..12] != b"AIFF" && &head[12..] != b"COMM" {
        return Ok(Opened::Other);
    }
    let container = if is_compressible { "AIFC" } else { "AIFF" };
    let size = Size::of_32_bits(GRAMMAR.number([head[4], head[5], head[6], head[7]]));
    let end = size.known().map(|size| start + 8 + size);
    let mut aiff = Aiff { container, is_compressible, layout: None, sound: None };
    let walked = walk(bytes, start + 12, GRAMMAR, |bytes, chunk| aiff.take(bytes, chunk, false))?;
    if walked != End::Found {
        let search = (GRAMMAR, end.unwrap_or(0));
        scan(bytes, start + 12, search, &[b"COMM", b"SSND"], |bytes, chunk| aiff.take(bytes, chunk, true))?;
    }
    let is_cut = end.map_or(walked != End::Lost, |end| end > bytes.len());
    let Some(layout) = aiff.layout else {
        return Err(if is_cut { cut(container) } else { damaged(container, "no format chunk") });
    };
    let Some(sound) = aiff.sound else {
        return Err(if is_cut { cut(container) } else { damaged(container, "no samples") });
    };
    let first = sound.start + 8 + GRAMMAR.number::<4>(bytes.array(sound.start)?);
    // A size that leaves nothing while there is something was never filled in.
    let promised = match sound.size.known() {
        Some(..=8) | None => None,
        Some(_) => Some(corrected(sound.end().saturating_sub(first), first, bytes.len(), end)),
    };
    Ok(Opened::Found(Found { layout, start: first, promised }))
}

impl Aiff {
    /// Takes what it needs of a chunk; `true` when that is all.
    fn take(&mut self, bytes: &mut Bytes, chunk: Chunk, is_search: bool) -> Result<bool> {
        match &chunk.id {
            b"COMM" if self.layout.is_none() => match self.format(bytes, chunk) {
                Ok(layout) => self.layout = Some(layout),
                // What only looks like a format.
                Err(_) if is_search => {}
                Err(error) => return Err(error),
            },
            b"SSND" if self.sound.is_none() => self.sound = Some(chunk),
            _ => {}
        }
        Ok(self.layout.is_some() && self.sound.is_some())
    }

    fn format(&self, bytes: &mut Bytes, chunk: Chunk) -> Result<Layout> {
        let container = self.container;
        let there = bytes.len().saturating_sub(chunk.start).min(chunk.size.known().unwrap_or(18));
        let content: [u8; 22] = bytes.array(chunk.start)?;
        if there < 18 {
            let is_cut = chunk.size.known().is_some_and(|size| size >= 18);
            return Err(if is_cut { cut(container) } else { damaged(container, "its format chunk is too short") });
        }
        let said_bits = GRAMMAR.number([content[6], content[7]]) as u32;
        let letters =
            if self.is_compressible && there >= 22 { [18, 19, 20, 21].map(|at| content[at]) } else { *b"NONE" };
        let (kind, bits, is_big_endian) = match &letters {
            b"NONE" | b"twos" | b"lpcm" => (Kind::Signed, said_bits, true),
            b"sowt" => (Kind::Signed, said_bits, false),
            b"raw " => (Kind::Unsigned, 8, true),
            b"in16" => (Kind::Signed, 16, true),
            b"in24" => (Kind::Signed, 24, true),
            b"in32" => (Kind::Signed, 32, true),
            b"42ni" | b"42n1" => (Kind::Signed, 24, false),
            b"23ni" => (Kind::Signed, 32, false),
            b"fl32" | b"FL32" => (Kind::Float, 32, true),
            b"fl64" | b"FL64" => (Kind::Float, 64, true),
            b"alaw" | b"ALAW" => (Kind::ALaw, 8, true),
            b"ulaw" | b"ULAW" => (Kind::MuLaw, 8, true),
            _ => return foreign(container, &codecs::of_aifc(letters)),
        };
        Layout::new(Spec {
            container,
            sample_rate_hz: rate_hz(std::array::from_fn(|idx| content[8 + idx])),
            num_channels: GRAMMAR.number([content[0], content[1]]) as usize,
            kind,
            bits,
            valid_bits: 0,
            block_bytes: 0,
            bytes_per_s: 0,
            is_big_endian,
        })
    }
}

/// A rate as an 80-bit float: 0 for what is none.
fn rate_hz(bytes: [u8; 10]) -> u32 {
    let exponent = i32::from(i16::from_be_bytes([bytes[0], bytes[1]]));
    let mantissa = GRAMMAR.number::<8>(std::array::from_fn(|idx| bytes[2 + idx]));
    // Negative ones come out as 0, endless ones as the highest.
    if exponent < 0 {
        0
    } else {
        (mantissa as f64 * 2f64.powi((exponent - 16_383 - 63).clamp(-200, 200))).round() as u32
    }
}
