//! Boxes in boxes.

use anyhow::Result;

use crate::audio_file::read::input::{Input, Numbers};

/// The boxes that stand one after the other in bytes: kind and content.
pub struct Boxes<'a>(&'a [u8]);

impl<'a> Boxes<'a> {
    /// Those in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.0.part(4, 4)?.try_into().ok()?;
        let (head, size) = match self.0.big(0, 4)? {
            0 => (8, self.0.len()),
            1 => (16, usize::try_from(self.0.big(8, 8)?).ok()?),
            size => (8, size as usize),
        };
        let content = self.0.get(head..size.min(self.0.len()))?;
        self.0 = &self.0[size.min(self.0.len())..];
        Some((kind, content))
    }
}

/// The content of the first box of a kind.
pub fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    Boxes::new(bytes).find(|(found, _)| found == kind).map(|(_, content)| content)
}

/// The content of a box in boxes.
pub fn path<'a>(bytes: &'a [u8], kinds: &[&[u8; 4]]) -> Option<&'a [u8]> {
    kinds.iter().try_fold(bytes, |bytes, kind| child(bytes, kind))
}

/// Kind, length of the header and length with it of the box that comes next in the file; its header is taken.
pub fn header(input: &mut Input) -> Result<Option<([u8; 4], u64, u64)>> {
    let remaining = input.remaining();
    let ahead = input.peek(16)?;
    let (Some(size), Some(kind)) = (ahead.big(0, 4), ahead.part(4, 4)) else { return Ok(None) };
    let kind: [u8; 4] = kind.try_into().unwrap_or_default();
    let (head, size) = match size {
        0 => (8, remaining),
        1 => (16, ahead.big(8, 8).unwrap_or(0)),
        size => (8, size),
    };
    if size < head || head > remaining {
        return Ok(None);
    }
    input.skip(head);
    Ok(Some((kind, head, size)))
}

/// Seconds that a segment index speaks of; the input stands at its content.
pub fn segment_seconds(input: &mut Input) -> Result<f64> {
    let content = input.peek(1 << 16)?;
    let is_long = content.first() == Some(&1);
    let Some(scale) = content.big(8, 4).filter(|&scale| scale > 0) else { return Ok(0.0) };
    let at = if is_long { 28 } else { 20 };
    let count = content.big(at + 2, 2).unwrap_or(0) as usize;
    let entries = content.get(at + 4..).unwrap_or(&[]).chunks_exact(12).take(count);
    let total: u64 = entries.map(|entry| entry.big(4, 4).unwrap_or(0)).sum();
    Ok(total as f64 / scale as f64)
}

/// Begin (in the media's time) and length (in the movie's) of a track's only edit.
pub fn edit(track: &[u8]) -> Option<(u64, u64)> {
    let list = path(track, &[b"edts", b"elst"])?;
    let is_long = list.first() == Some(&1);
    let entries = list.get(8..)?.chunks_exact(if is_long { 20 } else { 12 });
    let mut edits = entries.filter_map(|entry| {
        let (length, start) = if is_long {
            (entry.big(0, 8)?, entry.big(8, 8)? as i64)
        } else {
            (entry.big(0, 4)?, i64::from(entry.big(4, 4)? as u32 as i32))
        };
        // Without a place it is silence before the sound.
        Some((u64::try_from(start).ok()?, length))
    });
    let first = edits.next()?;
    // Several edits are no encoder's delay: all of it is heard from where the first begins.
    Some(if edits.next().is_some() { (first.0, 0) } else { first })
}

/// What iTunes notes: frames that the encoder put before, and frames of the song.
pub fn gapless(index: &[u8]) -> Option<(u64, u64)> {
    let meta = path(index, &[b"udta", b"meta"])?;
    let list = child(meta.get(4..)?, b"ilst").or_else(|| child(meta, b"ilst"))?;
    let text = Boxes::new(list).filter(|(kind, _)| kind == b"----").find_map(|(_, content)| {
        let is_it = child(content, b"name")?.get(4..)? == b"iTunSMPB";
        let data = child(content, b"data")?.get(8..)?;
        is_it.then(|| std::str::from_utf8(data).ok())?
    })?;
    let mut numbers = text.split_whitespace().skip(1).map(|number| u64::from_str_radix(number, 16).ok());
    let (before, _behind, length) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some((before, length))
}
