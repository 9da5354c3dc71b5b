//! Walks the chunks of a file by what they say of their sizes, and looks for those that matter where that leads nowhere.

use anyhow::Result;

use super::bytes::Bytes;

/// More chunks than anybody writes.
const MAX_CHUNKS: usize = 10_000;
/// How much is looked through at a time, bytes.
const SCAN_BYTES: usize = 1 << 16;

/// How a container writes the heads of its chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// Four letters, 32 bits of size, padded to an even length.
    Iff { is_big_endian: bool },
    /// A GUID and 64 bits of size that count the head too, padded to eight bytes.
    Wave64,
    /// Four letters, 64 bits of size, no padding.
    Caf,
}

impl Grammar {
    /// Bytes of a chunk's head.
    pub fn head_bytes(self) -> u64 {
        match self {
            Self::Iff { .. } => 8,
            Self::Wave64 => 24,
            Self::Caf => 12,
        }
    }

    /// A number as the container writes it.
    pub fn number<const N: usize>(self, mut bytes: [u8; N]) -> u64 {
        if matches!(self, Self::Iff { is_big_endian: true } | Self::Caf) {
            bytes.reverse();
        }
        bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

/// The rest of the GUIDs of Wave64, behind their four letters: of lists, and of all others.
const GUID_TAILS: [[u8; 12]; 2] = [
    [0x2f, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00],
    [0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a],
];

/// A chunk: what it says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Four letters.
    pub id: [u8; 4],
    /// Place of the content, bytes from the start of the file.
    pub start: u64,
    /// Size of the content, bytes.
    pub size: Size,
}

/// A size that was written into a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// Bytes.
    Known(u64),
    /// Written before anybody knew: nothing, everything, or what programs put there that write into a pipe.
    Streamed,
}

impl Size {
    /// A size of 32 bits. FFmpeg and mpg123 write all ones or nothing, LAME and SoX about 2^31, arecord 2^31, SoX 0x7f000000 into
    /// AIFF; some take the head or what is left of a frame off, or add it.
    pub fn of_32_bits(size: u64) -> Self {
        match size {
            0 | 0x7eff_ff00..=0x7f00_0100 | 0x7fff_e000..=0x8000_1000 | 0xffff_f000.. => Self::Streamed,
            _ => Self::Known(size),
        }
    }

    /// A size of 64 bits.
    pub fn of_64_bits(size: u64) -> Self {
        if size == 0 || size >= 1 << 62 { Self::Streamed } else { Self::Known(size) }
    }

    /// Bytes, where they are known.
    pub fn known(self) -> Option<u64> {
        match self {
            Self::Known(size) => Some(size),
            Self::Streamed => None,
        }
    }
}

impl Chunk {
    /// Whether this can be the head of a chunk at all.
    fn is_plausible(&self) -> bool {
        self.id.iter().all(|letter| (b' '..=b'~').contains(letter))
    }

    /// End of the content; its start where the size is not known.
    pub fn end(&self) -> u64 {
        self.start.saturating_add(self.size.known().unwrap_or(0))
    }
}

/// The chunk whose head is at a place: `None` where the file ends before it does.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn chunk_at(bytes: &mut Bytes, at: u64, grammar: Grammar) -> Result<Option<Chunk>> {
    let num_bytes = grammar.head_bytes();
    if at.checked_add(num_bytes).is_none_or(|end| end > bytes.len()) {
        return Ok(None);
    }
    let head: [u8; 24] = bytes.array(at)?;
    let mut id = [head[0], head[1], head[2], head[3]];
    let size = match grammar {
        Grammar::Iff { .. } => match grammar.number([head[4], head[5], head[6], head[7]]) {
            0 => Size::Known(0),
            size => Size::of_32_bits(size),
        },
        Grammar::Caf => plain(grammar.number(std::array::from_fn::<u8, 8, _>(|idx| head[4 + idx]))),
        Grammar::Wave64 => {
            if !GUID_TAILS.iter().any(|tail| head[4..16] == *tail) {
                id = [0; 4];
            }
            match grammar.number(std::array::from_fn::<u8, 8, _>(|idx| head[16 + idx])) {
                0 => Size::Known(0),
                size => plain(size).known().map_or(Size::Streamed, |size| Size::Known(size.saturating_sub(num_bytes))),
            }
        }
    };
    Ok(Some(Chunk { id, start: at + num_bytes, size }))
}

fn plain(size: u64) -> Size {
    if size == 0 { Size::Known(0) } else { Size::of_64_bits(size) }
}

/// Where the next chunk begins. Programs that forget the padding are found out by what they wrote.
fn next_at(bytes: &mut Bytes, chunk: &Chunk, grammar: Grammar) -> Result<u64> {
    let end = chunk.end();
    match grammar {
        Grammar::Caf => Ok(end),
        Grammar::Wave64 => Ok(end.next_multiple_of(8)),
        Grammar::Iff { .. } if end % 2 == chunk.start % 2 => Ok(end),
        Grammar::Iff { .. } => {
            let mut is_known = |at| -> Result<bool> { Ok(KNOWN.contains(&bytes.array::<4>(at)?.as_slice())) };
            let is_unpadded = is_known(end)? && !is_known(end + 1)?;
            Ok(if is_unpadded { end } else { end + 1 })
        }
    }
}

/// What stands behind odd chunks, most often.
const KNOWN: &[&[u8]] = &[
    b"data", b"fmt ", b"fact", b"LIST", b"bext", b"iXML", b"JUNK", b"junk", b"PEAK", b"cue ", b"smpl", b"inst",
    b"id3 ", b"ID3 ", b"axml", b"chna", b"cart", b"PAD ", b"FLLR", b"SSND", b"COMM", b"FVER", b"MARK", b"NAME",
    b"AUTH", b"ANNO", b"(c) ", b"APPL",
];

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All that was wanted is found.
    Found,
    /// The file ended where a chunk could begin, or inside a chunk's head.
    OutOfFile,
    /// A chunk is longer than the file.
    Beyond,
    /// What stands where a chunk should begin is none.
    Lost,
}

/// Walks the chunks from `at` on until `take` says that it has all it wants. It gets every chunk, also one that is longer than
/// the file.
///
/// # Errors
/// What `take` refuses, and if the file cannot be read.
pub(super) fn walk(
    bytes: &mut Bytes,
    mut at: u64,
    grammar: Grammar,
    mut take: impl FnMut(&mut Bytes, Chunk) -> Result<bool>,
) -> Result<End> {
    for _ in 0..MAX_CHUNKS {
        let Some(chunk) = chunk_at(bytes, at, grammar)? else { return Ok(End::OutOfFile) };
        if !chunk.is_plausible() {
            return Ok(End::Lost);
        }
        if take(bytes, chunk)? {
            return Ok(End::Found);
        }
        if chunk.size == Size::Streamed || chunk.end() > bytes.len() {
            return Ok(End::Beyond);
        }
        at = next_at(bytes, &chunk, grammar)?;
    }
    Ok(End::Lost)
}

/// Looks through everything from `at` on for chunks of these names that end before `limit`, or have no size, until `take` says
/// that it has all it wants: for files whose chunks lead nowhere.
///
/// # Errors
/// What `take` refuses, and if the file cannot be read.
pub(super) fn scan(
    bytes: &mut Bytes,
    mut at: u64,
    (grammar, limit): (Grammar, u64),
    ids: &[&[u8; 4]],
    mut take: impl FnMut(&mut Bytes, Chunk) -> Result<bool>,
) -> Result<End> {
    let head_bytes = grammar.head_bytes() as usize;
    let limit = limit.max(bytes.len());
    loop {
        // A copy, so that what is looked at on the way does not make this be read again.
        let window = bytes.at(at, SCAN_BYTES)?.to_vec();
        let Some(last) = window.len().checked_sub(head_bytes) else { return Ok(End::OutOfFile) };
        for place in 0..=last {
            if !ids.iter().any(|id| window[place..].starts_with(*id)) {
                continue;
            }
            let Some(chunk) = chunk_at(bytes, at + place as u64, grammar)? else { continue };
            // The word "data" within a text is no chunk.
            let is_text = window[place + 4..place + 8].iter().all(|letter| (b' '..=b'~').contains(letter));
            let fits = chunk.size == Size::Streamed || chunk.end() <= limit;
            if chunk.is_plausible() && (grammar == Grammar::Wave64 || !is_text) && fits && take(bytes, chunk)? {
                return Ok(End::Found);
            }
        }
        at += last as u64 + 1;
    }
}

/// Whether chunks follow each other from `at` to the very end of the file.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn leads_to_the_end(bytes: &mut Bytes, at: u64, grammar: Grammar) -> Result<bool> {
    let mut end = at;
    let ended = walk(bytes, at, grammar, |_, chunk| {
        end = chunk.end();
        Ok(chunk.size == Size::Streamed)
    })?;
    Ok(ended == End::OutOfFile && end <= bytes.len() && bytes.len() - end < 8)
}

/// A promised number of bytes of samples from `start` on, without two mistakes of writers; the container ends at `end`, by what it
/// says.
pub(super) fn corrected(promised: u64, start: u64, num_bytes: u64, end: Option<u64>) -> u64 {
    let there = num_bytes.saturating_sub(start);
    match promised.checked_sub(there) {
        // The header was counted into the samples. The container itself is whole, so nothing was cut.
        Some(too_many) if too_many <= start + 8 && end.is_some_and(|end| end <= num_bytes) => there,
        Some(_) => promised,
        // More than 4 GB in 32 bits: what does not fit was dropped.
        None if promised <= u64::from(u32::MAX) => promised + ((there - promised) >> 32 << 32),
        None => promised,
    }
}
