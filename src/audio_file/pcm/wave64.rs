//! Sony Wave64: WAV with GUIDs for names and sizes of 64 bits, whatever the file is called.

use anyhow::Result;

use super::bytes::Bytes;
use super::chunks::{Grammar, Size};
use super::riff::Wave;
use super::{Opened, cut};

/// What such a file begins with.
pub(super) const RIFF: [u8; 16] =
    [0x72, 0x69, 0x66, 0x66, 0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00];

/// Reads the header of a file whose Wave64 begins at `start`.
///
/// # Errors
/// If it is damaged, cut off or holds another codec.
pub(super) fn open(bytes: &mut Bytes, start: u64) -> Result<Opened> {
    if bytes.len() < start + 40 {
        return Err(cut("Wave64"));
    }
    let head: [u8; 24] = bytes.array(start)?;
    let size = Size::of_64_bits(Grammar::Wave64.number(std::array::from_fn::<u8, 8, _>(|idx| head[16 + idx])));
    let end = size.known().map(|size| start + size);
    Wave::new("Wave64", Grammar::Wave64).open(bytes, start + 40, end)
}
