//! Fragments: each with a table of its own before its sound.

use std::collections::VecDeque;

use anyhow::Result;

use super::boxes::{Boxes, child, header, path};
use crate::audio_file::read::input::{Input, Numbers};

/// Longest table of a fragment, bytes.
const MAX_TABLE: u64 = 16 << 20;

/// The fragments of a track, one after the other.
#[derive(Debug)]
pub struct Fragments {
    track_id: u64,
    default_size: u64,
    /// Where the next box stands.
    position: Option<u64>,
    places: VecDeque<(u64, u64)>,
    /// Whether one was cut off.
    pub is_cut: bool,
}

impl Fragments {
    /// From the first on, if there are any.
    pub fn new(index: &[u8], track_id: u64, position: Option<u64>) -> Self {
        let defaults = child(index, b"mvex").and_then(|extends| {
            let mut all = Boxes::new(extends).filter(|(kind, _)| kind == b"trex");
            all.find(|(_, content)| content.big(4, 4) == Some(track_id)).and_then(|(_, content)| content.big(16, 4))
        });
        Self { track_id, default_size: defaults.unwrap_or(0), position, places: VecDeque::new(), is_cut: false }
    }

    /// Place and length of the next sample, bytes.
    pub fn next(&mut self, input: &mut Input) -> Result<Option<(u64, u64)>> {
        loop {
            if let Some(place) = self.places.pop_front() {
                return Ok(Some(place));
            }
            let Some(position) = self.position else { return Ok(None) };
            input.seek(position);
            let Some((kind, head, size)) = header(input)? else {
                self.is_cut |= input.remaining() > 0 && input.remaining() < 8;
                self.position = None;
                return Ok(None);
            };
            let end = position.saturating_add(size);
            self.position = Some(end);
            if end > input.end() {
                self.is_cut = true;
            }
            if &kind == b"moof"
                && size <= MAX_TABLE
                && let Some(content) = input.take((size - head) as usize)?
            {
                self.read(&content, position);
            }
        }
    }

    fn read(&mut self, fragment: &[u8], start: u64) {
        for (_, track) in Boxes::new(fragment).filter(|(kind, _)| kind == b"traf") {
            let Some(head) = path(track, &[b"tfhd"]).filter(|head| head.big(4, 4) == Some(self.track_id)) else {
                continue;
            };
            let flags = head.big(1, 3).unwrap_or(0);
            let mut at = 8;
            let mut field = |bit: u64, width: usize| {
                let value = (flags & bit != 0).then(|| head.big(at, width)).flatten();
                at += if flags & bit != 0 { width } else { 0 };
                value
            };
            let base = field(1, 8).unwrap_or(start);
            let (_description, _duration) = (field(2, 4), field(8, 4));
            let size = field(0x10, 4).unwrap_or(self.default_size);
            let mut offset = base;
            for (_, run) in Boxes::new(track).filter(|(kind, _)| kind == b"trun") {
                self.read_run(run, base, size, &mut offset);
            }
        }
    }

    fn read_run(&mut self, run: &[u8], base: u64, default_size: u64, offset: &mut u64) {
        let flags = run.big(1, 3).unwrap_or(0);
        let count = run.big(4, 4).unwrap_or(0);
        let mut at = 8;
        if flags & 1 != 0 {
            let relative = run.big(at, 4).unwrap_or(0) as u32 as i32;
            *offset = base.saturating_add_signed(i64::from(relative));
            at += 4;
        }
        at += if flags & 4 != 0 { 4 } else { 0 };
        let width = [0x100, 0x200, 0x400, 0x800].iter().filter(|&&bit| flags & bit != 0).count() * 4;
        let in_sample = if flags & 0x100 != 0 { 4 } else { 0 };
        for idx in 0..count {
            let size = if flags & 0x200 != 0 {
                let Some(size) = run.big(at + idx as usize * width + in_sample, 4) else { return };
                size
            } else {
                default_size
            };
            // Without a table a count may be anything.
            if size == 0 || self.places.len() >= MAX_TABLE as usize / 16 {
                return;
            }
            self.places.push_back((*offset, size));
            *offset = offset.saturating_add(size);
        }
    }
}
