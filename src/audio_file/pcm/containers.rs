//! Samples in more bytes than they need: at which end the others are.
//!
//! Microsoft's rule is that samples stand at the upper end; arecord and some converters' software put them at the lower one.
//! Nothing in a header tells which, and the wrong one is noise at full scale or silence, so the samples are asked.

use anyhow::Result;

use super::bytes::Bytes;
use super::layout::Layout;

/// Bytes that are looked at at a time, about.
const LOOK_BYTES: u64 = 1 << 16;

/// Where the bytes are that hold nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    /// Below the sample.
    Low,
    /// Above it.
    High,
}

/// Where the samples between two places have their padding; low where nothing speaks against it, `None` where it is nowhere.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn padding(file: &mut Bytes, (mut start, end): (u64, u64), layout: &Layout) -> Result<Option<Padding>> {
    let (mut may_be_low, mut may_be_zero, mut may_be_sign) = (true, true, true);
    let num_padding = layout.stride - layout.width;
    let most_bytes = LOOK_BYTES / layout.stride as u64 * layout.stride as u64;
    loop {
        let look_bytes = end.saturating_sub(start).min(most_bytes);
        let look = file.at(start, look_bytes as usize)?;
        for sample in look.chunks_exact(layout.stride) {
            let mut bytes = [0; 8];
            let bytes = &mut bytes[..layout.stride];
            bytes.copy_from_slice(sample);
            if layout.is_big_endian {
                bytes.reverse();
            }
            let (low, high) = (&bytes[..num_padding], &bytes[layout.width..]);
            let sign = if bytes[layout.width - 1] & 0x80 == 0 { 0 } else { 0xff };
            may_be_low &= low.iter().all(|&byte| byte == 0);
            may_be_zero &= high.iter().all(|&byte| byte == 0);
            may_be_sign &= high.iter().all(|&byte| byte == sign);
        }
        let may_be_high = may_be_zero || may_be_sign;
        let is_end = (look.len() as u64) < most_bytes;
        match (may_be_low, may_be_high) {
            (false, false) => return Ok(None),
            (true, false) => return Ok(Some(Padding::Low)),
            (false, true) => return Ok(Some(Padding::High)),
            (true, true) if is_end => return Ok(Some(Padding::Low)),
            (true, true) => start += look_bytes,
        }
    }
}
