//! Tags that stand before, between and behind the sound of any format.

use super::input::{Input, Numbers};

/// The length of the tag that begins here, bytes: ID3v2, ID3v1, APE, Lyrics3.
pub fn length(bytes: &[u8]) -> Option<u64> {
    if bytes.starts_with(b"ID3") {
        let sizes = bytes.part(6, 4)?;
        if bytes[3] == 0xff || sizes.iter().any(|byte| byte & 0x80 != 0) {
            return None;
        }
        let size = sizes.iter().fold(0, |size, &byte| size << 7 | u64::from(byte));
        let footer = if bytes[5] & 0x10 != 0 { 10 } else { 0 };
        return Some(10 + size + footer);
    }
    if bytes.starts_with(b"APETAGEX") {
        let is_header = bytes.little(20, 4)? >> 29 & 1 == 1;
        return Some(if is_header { 32 + bytes.little(12, 4)? } else { 32 });
    }
    bytes.starts_with(b"TAG").then_some(128)
}

/// Leaves the tags and zeros in front of the sound.
///
/// # Errors
/// If the file cannot be read.
pub fn skip(input: &mut Input) -> anyhow::Result<()> {
    let start = input.position();
    while let Some(num_bytes) = length(input.peek(32)?).filter(|&num_bytes| num_bytes <= input.remaining()) {
        input.skip(num_bytes);
        // Padding that the size does not count.
        let at = input.position();
        let zeros = input.peek(1 << 16)?.iter().take_while(|&&byte| byte == 0).count();
        input.skip(zeros as u64);
        if input.remaining() == 0 {
            input.seek(at);
            break;
        }
    }
    if input.remaining() == 0 {
        input.seek(start);
    }
    Ok(())
}
