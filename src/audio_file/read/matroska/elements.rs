//! EBML (RFC 8794): elements with a number and a length.

use anyhow::Result;

use crate::audio_file::read::input::{Input, Numbers};

/// The length of an element that ends where its parent's next child begins.
pub const UNKNOWN: u64 = u64::MAX;

/// A number that says its own width, and that width, bytes; the mark is kept for ids and taken off for lengths.
fn variable(bytes: &[u8], keeps_mark: bool) -> Option<(u64, usize)> {
    let width = bytes.first()?.leading_zeros() as usize + 1;
    let all = bytes.big(0, width).filter(|_| width <= 8)?;
    let mark = 1 << (7 * width);
    if keeps_mark {
        return Some((all, width));
    }
    let value = all & (mark - 1);
    Some((if value == mark - 1 { UNKNOWN } else { value }, width))
}

/// A length or a track's number, and its width, bytes.
pub fn sized(bytes: &[u8]) -> Option<(u64, usize)> {
    variable(bytes, false)
}

/// Id and length of the element that comes next in the file; its header is taken.
pub fn header(input: &mut Input) -> Result<Option<(u64, u64)>> {
    let ahead = input.peek(12)?;
    let Some((id, id_width)) = variable(ahead, true) else { return Ok(None) };
    let Some((size, size_width)) = sized(&ahead[id_width..]) else { return Ok(None) };
    input.skip((id_width + size_width) as u64);
    Ok(Some((id, size)))
}

/// The elements that stand one after the other in bytes: id and content.
pub struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    /// Those in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (id, id_width) = variable(self.0, true)?;
        let (size, size_width) = sized(&self.0[id_width..])?;
        let rest = self.0.get(id_width + size_width..)?;
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(rest.len());
        let (content, rest) = rest.split_at(size);
        self.0 = rest;
        Some((id, content))
    }
}

/// A whole number.
pub fn number(content: &[u8]) -> u64 {
    content.big(0, content.len().min(8)).unwrap_or(0)
}

/// A whole number with a sign.
pub fn signed(content: &[u8]) -> i64 {
    let width = content.len().min(8) as u32;
    if width == 0 {
        return 0;
    }
    let shift = 64 - 8 * width;
    (number(content) << shift) as i64 >> shift
}

/// A number of four or eight bytes.
pub fn float(content: &[u8]) -> Option<f64> {
    match content.len() {
        4 => Some(f64::from(f32::from_bits(number(content) as u32))),
        8 => Some(f64::from_bits(number(content))),
        _ => None,
    }
}

/// The frames of a block.
pub fn lacing(content: &[u8], kind: u8) -> Option<Vec<&[u8]>> {
    if kind == 0 {
        return Some(vec![content]);
    }
    let count = usize::from(*content.first()?) + 1;
    let mut at = 1;
    let mut sizes = Vec::with_capacity(count);
    match kind {
        1 => {
            for _ in 1..count {
                let mut size = 0;
                loop {
                    let byte = usize::from(*content.get(at)?);
                    (at, size) = (at + 1, size + byte);
                    if byte < 255 {
                        break;
                    }
                }
                sizes.push(size);
            }
        }
        2 => sizes.resize(count - 1, content.get(at..)?.len() / count),
        _ => {
            let mut size = 0i64;
            for idx in 1..count {
                let (value, width) = sized(content.get(at..)?)?;
                // The first is a length, the others are differences with their middle at 0.
                let value = i64::try_from(value).ok()?;
                size = if idx == 1 { value } else { size.checked_add(value - ((1 << (7 * width - 1)) - 1))? };
                at += width;
                sizes.push(usize::try_from(size).ok()?);
            }
        }
    }
    let mut frames = Vec::with_capacity(count);
    for size in sizes {
        frames.push(content.part(at, size)?);
        at += size;
    }
    frames.push(content.get(at..)?);
    Some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_taken_apart() {
        assert_eq!(lacing(&[1, 2, 3], 0), Some(vec![&[1, 2, 3][..]]));
        assert_eq!(lacing(&[1, 2, 7, 7, 8], 1), Some(vec![&[7, 7][..], &[8]]));
        assert_eq!(lacing(&[1, 7, 7, 8, 8], 2), Some(vec![&[7, 7][..], &[8, 8]]));
        // Lengths 2, then 1 less; the rest.
        assert_eq!(lacing(&[2, 0x82, 0xbe, 7, 7, 8, 9, 9], 3), Some(vec![&[7, 7][..], &[8], &[9, 9]]));
        assert_eq!(lacing(&[255, 1], 1), None);
    }

    #[test]
    fn numbers_say_their_width() {
        assert_eq!(sized(&[0x81]), Some((1, 1)));
        assert_eq!(sized(&[0x40, 2]), Some((2, 2)));
        assert_eq!(sized(&[0xff]), Some((UNKNOWN, 1)));
        assert_eq!((sized(&[0]), sized(&[0x40])), (None, None));
        assert_eq!((signed(&[0xff]), signed(&[]), number(&[1, 0])), (-1, 0, 256));
    }
}
