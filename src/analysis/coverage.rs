//! Which part of the song was heard? Cells of 100 ms on the song's time line, and the song's extent.
//!
//! Where nobody marked the song, it reaches from its first sound to its last: a host that plays on past the end, or began before
//! the start, plays no music there. Silence between sounds is part of the song.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Block;
use super::programme::ABSOLUTE_GATE_LUFS;

/// Length of a cell, seconds.
pub const CELL_S: f64 = 0.1;
/// Longest song that is kept: 12 h. What would go beyond is not counted.
const MAX_CELLS: usize = 12 * 36_000;
/// Most blocks of a map that is looked at: several for each pixel of a wide screen.
const MAX_MAP: usize = 18_000;
/// Two stretches with less than this between them are one, in cells: a jump costs the cell it falls into.
const BRIDGED_CELLS: i64 = 3;
/// Silence of so many cells after so many with sound is an end (`product.md` section 3).
const END_SILENCE_CELLS: u32 = 40;
const END_AFTER_CELLS: u32 = 300;

/// More holes than that are not counted: a machine that loses so much is told of it anyway.
const MAX_HOLES: usize = 500;

/// Cells in a page.
const PAGE: i64 = 64;

/// Power and peak of the cells that were heard, in pages of neighbours: a song is heard in long stretches, and hours of it
/// are to be kept.
#[derive(Clone, Debug, Default)]
struct Cells {
    pages: BTreeMap<i64, Box<Page>>,
    len: usize,
}

type Page = [(f32, f32); PAGE as usize];

/// A cell that was not heard: no power is negative.
const UNHEARD: (f32, f32) = (-1.0, 0.0);

impl Cells {
    fn get(&self, idx: i64) -> Option<(f32, f32)> {
        let cell = self.pages.get(&idx.div_euclid(PAGE))?[idx.rem_euclid(PAGE) as usize];
        (cell != UNHEARD).then_some(cell)
    }

    fn insert(&mut self, idx: i64, cell: (f32, f32)) {
        let page = self.pages.entry(idx.div_euclid(PAGE)).or_insert_with(|| Box::new([UNHEARD; PAGE as usize]));
        let before = std::mem::replace(&mut page[idx.rem_euclid(PAGE) as usize], cell);
        self.len += usize::from(before == UNHEARD);
    }

    /// All, in song order.
    fn iter(&self) -> impl Iterator<Item = (i64, (f32, f32))> {
        self.pages.iter().flat_map(|(&page, cells)| {
            let heard = (page * PAGE..).zip(cells.iter().copied());
            heard.filter(|(_, cell)| *cell != UNHEARD)
        })
    }

    /// Those in a range of places, in song order.
    fn within(&self, range: Range<i64>) -> impl Iterator<Item = (i64, (f32, f32))> {
        let pages = self.pages.range(range.start.div_euclid(PAGE)..=range.end.div_euclid(PAGE));
        pages
            .flat_map(|(&page, cells)| (page * PAGE..).zip(cells.iter().copied()))
            .filter(move |(idx, cell)| *cell != UNHEARD && range.contains(idx))
    }

    fn count_in(&self, range: Range<i64>) -> usize {
        if range.is_empty() { 0 } else { self.within(range).count() }
    }
}

/// The cells heard, each once, with their power and peak.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    cells: Cells,
    marked_s: Option<(f64, f64)>,
    has_position: bool,
    is_end_known: bool,
    num_active: u32,
    silent_run: u32,
    /// What was heard in one go, in song order, none of them near another.
    stretches: Vec<Stretch>,
    num_in_mark: usize,
    /// What was lost on the way, from and to, seconds.
    holes_s: Vec<(f64, f64)>,
}

/// Cells `start..end`, of which `count` were heard.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: i64,
    end: i64,
    count: usize,
    sound: Option<Sound>,
}

/// Where a stretch sounds: from its first cell over the gate to its last, `start..end`, of which so many cells were heard.
#[derive(Clone, Copy, Debug)]
struct Sound {
    start: i64,
    end: i64,
    count: usize,
    /// Silent cells that were heard before and after it.
    num_before: usize,
    num_after: usize,
}

/// Whether a cell of this power sounds.
fn is_active(power: f64) -> bool {
    super::loudness::lufs_from_power(power) > ABSOLUTE_GATE_LUFS
}

impl Stretch {
    /// From cells in song order, `start..end`.
    fn of(cells: &Cells, start: i64, end: i64) -> Self {
        let mut stretch = Self { start, end, count: 0, sound: None };
        for (idx, (power, _)) in cells.within(start..end) {
            stretch.count += 1;
            match &mut stretch.sound {
                None if is_active(f64::from(power)) => {
                    let num_before = stretch.count - 1;
                    stretch.sound = Some(Sound { start: idx, end: idx + 1, count: 1, num_before, num_after: 0 });
                }
                None => {}
                Some(sound) if is_active(f64::from(power)) => {
                    (sound.end, sound.count, sound.num_after) = (idx + 1, sound.count + sound.num_after + 1, 0);
                }
                Some(sound) => sound.num_after += 1,
            }
        }
        stretch
    }

    /// With the next one, which begins where this one ends or later.
    fn join(self, next: Self) -> Self {
        let sound = match (self.sound, next.sound) {
            (None, None) => None,
            (None, Some(late)) => Some(Sound { num_before: late.num_before + self.count, ..late }),
            (Some(early), None) => Some(Sound { num_after: early.num_after + next.count, ..early }),
            (Some(early), Some(late)) => Some(Sound {
                start: early.start,
                end: late.end,
                count: early.count + early.num_after + late.num_before + late.count,
                num_before: early.num_before,
                num_after: late.num_after,
            }),
        };
        Self { start: self.start, end: next.end, count: self.count + next.count, sound }
    }
}

impl Coverage {
    /// This part of the song was lost on the way. Where the host tells no position it is no place to come back to.
    pub fn miss(&mut self, from_s: f64, to_s: f64) {
        if !self.has_position || to_s <= from_s {
            return;
        }
        let holes_s = std::mem::take(&mut self.holes_s);
        self.holes_s = holes_s.into_iter().filter(|hole| self.unheard_s(*hole) > 0.0).collect();
        if self.holes_s.len() < MAX_HOLES {
            self.holes_s.push((from_s, to_s));
        }
    }

    /// Seconds that were lost on the way and not heard since.
    pub fn missed_s(&self) -> f64 {
        self.holes_s.iter().map(|hole| self.unheard_s(*hole)).sum()
    }

    fn unheard_s(&self, (from_s, to_s): (f64, f64)) -> f64 {
        let cells =
            (from_s / CELL_S).floor() as i64..(to_s / CELL_S).ceil().min((from_s / CELL_S) + MAX_CELLS as f64) as i64;
        let is_wanted = |cell: &i64| {
            self.cells.get(*cell).is_none() && self.marked_cells().is_none_or(|marked| marked.contains(cell))
        };
        let shared_s = |cell: i64| to_s.min((cell + 1) as f64 * CELL_S) - from_s.max(cell as f64 * CELL_S);
        cells.filter(is_wanted).map(|cell| shared_s(cell).max(0.0)).sum()
    }

    /// Whether this cell has not been heard yet and can be kept.
    pub fn is_new(&self, cell_idx: i64) -> bool {
        self.cells.len < MAX_CELLS && self.cells.get(cell_idx).is_none()
    }

    /// Takes a new cell: its K-weighted power and its highest sample.
    pub fn insert(&mut self, cell_idx: i64, power: f64, peak: f64) {
        self.cells.insert(cell_idx, (power as f32, peak as f32));
        self.extend_stretch(cell_idx);
        self.num_in_mark += usize::from(self.marked_cells().is_some_and(|cells| cells.contains(&cell_idx)));
        let is_active = is_active(power);
        self.num_active += u32::from(is_active);
        self.silent_run = if is_active { 0 } else { self.silent_run + 1 };
        self.is_end_known = self.num_active >= END_AFTER_CELLS && self.silent_run >= END_SILENCE_CELLS;
    }

    /// The engineer's mark, or a file's length: the song is `start_s..end_s`; `None` takes the mark away.
    pub fn mark(&mut self, extent_s: Option<(f64, f64)>) {
        self.marked_s = extent_s.filter(|(start_s, end_s)| end_s > start_s);
        self.num_in_mark = self.marked_cells().map_or(0, |cells| self.cells.count_in(cells));
    }

    /// Whether the extent was marked.
    pub fn is_marked(&self) -> bool {
        self.marked_s.is_some()
    }

    /// Whether cells are positions in a song rather than time since listening began.
    pub fn set_has_position(&mut self, has_position: bool) {
        self.has_position = has_position;
    }

    /// The transport stopped: what was heard is taken for the song until more is heard.
    pub fn stop(&mut self) {
        self.is_end_known = true;
    }

    /// Seconds heard above the absolute gate.
    pub fn active_s(&self) -> f64 {
        f64::from(self.num_active) * CELL_S
    }

    /// Share of the song heard, 0–1, with `partial_s` seconds of an unfinished cell; `None` while its extent is
    /// unknown.
    pub fn share(&self, partial_s: f64) -> Option<f64> {
        let is_known = self.marked_s.is_some() || (self.has_position && self.is_end_known);
        let (start_s, end_s) = self.extent_s().filter(|_| is_known)?;
        let num_heard =
            if self.is_marked() { self.num_in_mark } else { self.largest_sound().map_or(0, |sound| sound.count) };
        let heard_s = num_heard as f64 * CELL_S + partial_s;
        // The last cell of a mark may reach over it; a thousandth less than all is rounding.
        let share = heard_s / (end_s - start_s);
        Some(if share > 0.999 { 1.0 } else { share })
    }

    /// Start and end of the song as far as known, seconds; while nothing is marked, of the largest stretch that sounds.
    pub fn extent_s(&self) -> Option<(f64, f64)> {
        let seconds = |sound: Sound| (sound.start as f64 * CELL_S, sound.end as f64 * CELL_S);
        self.marked_s.or_else(|| self.largest_sound().map(seconds))
    }

    /// From the first sound that was heard to the last, seconds; all of it where the song is marked.
    pub fn sounding_s(&self) -> Option<(f64, f64)> {
        let cells = self.counted_cells();
        (!cells.is_empty()).then_some((cells.start as f64 * CELL_S, cells.end as f64 * CELL_S))
    }

    /// Seconds heard, repeats not counted.
    pub fn heard_s(&self) -> f64 {
        let num_cells = if self.is_marked() { self.cells.len } else { self.num_sounding() };
        num_cells as f64 * CELL_S
    }

    /// Seconds heard between two places.
    pub fn heard_within_s(&self, from_s: f64, to_s: f64) -> f64 {
        let cell = |seconds: f64| (seconds / CELL_S).round() as i64;
        self.cells.count_in(cell(from_s)..cell(to_s)) as f64 * CELL_S
    }

    /// What was heard, in song order.
    pub fn blocks(&self) -> Vec<Block> {
        let block = |(idx, (power, peak))| Block { start_s: idx as f64 * CELL_S, power, peak };
        let cells = self.counted_cells();
        self.cells.iter().filter(|(idx, _)| cells.contains(idx)).map(block).collect()
    }

    /// As [`Self::blocks`], of neighbours so many together that there are no more than [`MAX_MAP`] or little more.
    pub fn map(&self) -> Vec<Block> {
        let together = self.cells.len.div_ceil(MAX_MAP).max(1) as i64;
        let mut map: Vec<Block> = Vec::with_capacity(self.cells.len.div_ceil(together as usize) + 1);
        let (mut place, mut count) = (None, 0.0);
        let cells = self.counted_cells();
        for (idx, (power, peak)) in self.cells.iter().filter(|(idx, _)| cells.contains(idx)) {
            let here = idx.div_euclid(together);
            match map.last_mut().filter(|_| place == Some(here)) {
                Some(block) => {
                    count += 1.0;
                    block.power += (power - block.power) / count;
                    block.peak = block.peak.max(peak);
                }
                None => {
                    (place, count) = (Some(here), 1.0);
                    map.push(Block { start_s: idx as f64 * CELL_S, power, peak });
                }
            }
        }
        map
    }

    fn marked_cells(&self) -> Option<Range<i64>> {
        self.marked_s.map(|(start_s, end_s)| (start_s / CELL_S).round() as i64..(end_s / CELL_S).ceil() as i64)
    }

    fn largest_sound(&self) -> Option<Sound> {
        self.stretches.iter().filter_map(|stretch| stretch.sound).max_by_key(|sound| sound.end - sound.start)
    }

    /// Cells that are of the song: those between its first sound and its last, all where it is marked.
    fn counted_cells(&self) -> Range<i64> {
        let mut sounds = self.stretches.iter().filter_map(|stretch| stretch.sound);
        match (self.stretches.first().zip(self.stretches.last()), sounds.next()) {
            (Some((first, last)), _) if self.is_marked() => first.start..last.end,
            (_, Some(first)) => first.start..sounds.next_back().unwrap_or(first).end,
            _ => 0..0,
        }
    }

    /// How many of those were heard.
    fn num_sounding(&self) -> usize {
        let silent = |stretches: &mut dyn Iterator<Item = &Stretch>, at_end: fn(&Sound) -> usize| {
            let mut num_silent = 0;
            for stretch in stretches {
                match &stretch.sound {
                    None => num_silent += stretch.count,
                    Some(sound) => return Some(num_silent + at_end(sound)),
                }
            }
            None
        };
        let before = silent(&mut self.stretches.iter(), |sound| sound.num_before);
        let after = silent(&mut self.stretches.iter().rev(), |sound| sound.num_after);
        before.zip(after).map_or(0, |(before, after)| self.cells.len - before - after)
    }

    /// Adds a cell to the stretch it is near to, joins stretches that it brings together, or begins one.
    fn extend_stretch(&mut self, cell: i64) {
        let after = self.stretches.partition_point(|stretch| stretch.start <= cell);
        self.stretches.insert(after, Stretch::of(&self.cells, cell, cell + 1));
        for idx in [after + 1, after] {
            if idx > 0 && idx < self.stretches.len() {
                let (before, next) = (self.stretches[idx - 1], self.stretches[idx]);
                if next.start - before.end <= BRIDGED_CELLS {
                    // A cell that fills a hole has others on both sides in one stretch.
                    self.stretches[idx - 1] = if next.start < before.end {
                        Stretch::of(&self.cells, before.start, before.end.max(next.end))
                    } else {
                        before.join(next)
                    };
                    self.stretches.remove(idx);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: f64 = 0.01;

    #[test]
    fn counts_a_cell_once_and_knows_shares_of_a_mark() {
        let mut coverage = Coverage::default();
        coverage.set_has_position(true);
        (100..200).for_each(|idx| coverage.insert(idx, LOUD, 0.5));
        assert!(!coverage.is_new(150) && coverage.is_new(200));
        assert_eq!(coverage.share(0.0), None);
        coverage.mark(Some((10.0, 30.0)));
        assert_eq!(coverage.share(0.0), Some(0.5));
    }

    #[test]
    fn a_map_of_hours_has_few_blocks() {
        let mut coverage = Coverage::default();
        (0..100_000).for_each(|idx| coverage.insert(idx, if idx % 3 == 0 { 3.0 } else { 0.0 }, 0.5));
        let map = coverage.map();
        assert_eq!(map.len(), 16_667);
        assert!(map[..16_666].iter().all(|block| (block.power() - 1.0).abs() < 1e-6 && block.peak() == 0.5));
        assert!(map[1].start_s - map[0].start_s > 0.59);
        assert_eq!(coverage.blocks().len(), 100_000);
    }

    #[test]
    fn takes_the_largest_stretch_for_the_song_once_the_end_is_known() {
        let mut coverage = Coverage::default();
        coverage.set_has_position(true);
        (0..50).chain(52..100).chain(500..520).for_each(|idx| coverage.insert(idx, LOUD, 0.5));
        coverage.stop();
        assert_eq!(coverage.extent_s(), Some((0.0, 10.0)));
        assert!(coverage.share(0.0).is_some_and(|share| (share - 0.98).abs() < 1e-9));
        coverage.insert(520, LOUD, 0.5);
        assert_eq!(coverage.share(0.0), None);
    }

    #[test]
    fn silence_around_the_sound_is_not_of_the_song_and_silence_within_is() {
        // Heard in any order, whole or with holes that are filled later.
        let orders: [fn(&mut Vec<i64>); 3] =
            [|_| (), |cells| cells.reverse(), |cells| cells.sort_by_key(|cell| (cell % 3, *cell))];
        for order in orders {
            let mut coverage = Coverage::default();
            coverage.set_has_position(true);
            let mut cells: Vec<i64> = (0..1000).collect();
            order(&mut cells);
            for cell in cells {
                let is_sound = (100..400).contains(&cell) || (500..700).contains(&cell);
                coverage.insert(cell, if is_sound { LOUD } else { 1e-9 }, 0.5);
            }
            assert_eq!((coverage.extent_s(), coverage.sounding_s()), (Some((10.0, 70.0)), Some((10.0, 70.0))));
            assert!((coverage.heard_s() - 60.0).abs() < 1e-9, "{}", coverage.heard_s());
            assert_eq!((coverage.blocks().len(), coverage.map().len()), (600, 600));
            coverage.stop();
            assert_eq!(coverage.share(0.0), Some(1.0));
            // What is marked is the song, silent or not.
            coverage.mark(Some((0.0, 100.0)));
            assert_eq!((coverage.extent_s(), coverage.share(0.0)), (Some((0.0, 100.0)), Some(1.0)));
            assert!((coverage.heard_s() - 100.0).abs() < 1e-9 && coverage.blocks().len() == 1000);
        }
        let mut coverage = Coverage::default();
        (0..100).for_each(|idx| coverage.insert(idx, 0.0, 0.0));
        assert_eq!((coverage.heard_s(), coverage.extent_s()), (0.0, None));
        // Stretches of silence before and after it, each heard by itself.
        let mut coverage = Coverage::default();
        (0..50).chain(200..250).for_each(|idx| coverage.insert(idx, 0.0, 0.0));
        (100..150).for_each(|idx| coverage.insert(idx, LOUD, 0.5));
        assert!((coverage.heard_s() - 5.0).abs() < 1e-9);
    }

    #[test]
    fn takes_four_seconds_of_silence_after_thirty_of_sound_for_the_end() {
        let mut coverage = Coverage::default();
        coverage.set_has_position(true);
        (0..300).for_each(|idx| coverage.insert(idx, LOUD, 0.5));
        (300..339).for_each(|idx| coverage.insert(idx, 0.0, 0.0));
        assert_eq!(coverage.share(0.0), None);
        coverage.insert(339, 0.0, 0.0);
        assert_eq!(coverage.share(0.0), Some(1.0));
    }
}
