//! Which part of the song was heard? Cells of 100 ms on the song's time line, and the song's extent.

use std::collections::BTreeMap;

use super::Block;
use super::programme::ABSOLUTE_GATE_LUFS;

/// Length of a cell, seconds.
pub const CELL_S: f64 = 0.1;
/// Longest song that is kept: 4 h. What would go beyond is not counted.
const MAX_CELLS: usize = 4 * 36_000;
/// Most blocks of a map that is looked at: several for each pixel of a wide screen.
const MAX_MAP: usize = 18_000;
/// Two stretches with less than this between them are one, in cells: a jump costs the cell it falls into.
const BRIDGED_CELLS: i64 = 3;
/// Silence of so many cells after so many with sound is an end (`product.md` section 3).
const END_SILENCE_CELLS: u32 = 40;
const END_AFTER_CELLS: u32 = 300;

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

    fn count_in(&self, range: std::ops::Range<i64>) -> usize {
        self.iter().filter(|(idx, _)| range.contains(idx)).count()
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
}

/// Cells `start..end`, of which `count` were heard.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: i64,
    end: i64,
    count: usize,
}

impl Coverage {
    /// Whether this cell has not been heard yet and can be kept.
    pub fn is_new(&self, cell_idx: i64) -> bool {
        self.cells.len < MAX_CELLS && self.cells.get(cell_idx).is_none()
    }

    /// Takes a new cell: its K-weighted power and its highest sample.
    pub fn insert(&mut self, cell_idx: i64, power: f64, peak: f64) {
        self.cells.insert(cell_idx, (power as f32, peak as f32));
        self.extend_stretch(cell_idx);
        self.num_in_mark += usize::from(self.marked_cells().is_some_and(|cells| cells.contains(&cell_idx)));
        let is_active = super::loudness::lufs_from_power(power) > ABSOLUTE_GATE_LUFS;
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
            if self.is_marked() { self.num_in_mark } else { self.largest_stretch().map_or(0, |stretch| stretch.count) };
        let heard_s = num_heard as f64 * CELL_S + partial_s;
        // The last cell of a mark may reach over it; a thousandth less than all is rounding.
        let share = heard_s / (end_s - start_s);
        Some(if share > 0.999 { 1.0 } else { share })
    }

    /// Start and end of the song as far as known, seconds; the largest stretch heard while nothing is marked.
    pub fn extent_s(&self) -> Option<(f64, f64)> {
        let seconds = |stretch: Stretch| (stretch.start as f64 * CELL_S, stretch.end as f64 * CELL_S);
        self.marked_s.or_else(|| self.largest_stretch().map(seconds))
    }

    /// Seconds heard, repeats not counted.
    pub fn heard_s(&self) -> f64 {
        self.cells.len as f64 * CELL_S
    }

    /// What was heard, in song order.
    pub fn blocks(&self) -> Vec<Block> {
        let block = |(idx, (power, peak))| Block { start_s: idx as f64 * CELL_S, power, peak };
        self.cells.iter().map(block).collect()
    }

    /// As [`Self::blocks`], of neighbours so many together that there are no more than [`MAX_MAP`] or little more.
    pub fn map(&self) -> Vec<Block> {
        let together = self.cells.len.div_ceil(MAX_MAP).max(1) as i64;
        let mut map: Vec<Block> = Vec::with_capacity(self.cells.len.div_ceil(together as usize) + 1);
        let (mut place, mut count) = (None, 0.0);
        for (idx, (power, peak)) in self.cells.iter() {
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

    fn marked_cells(&self) -> Option<std::ops::Range<i64>> {
        self.marked_s.map(|(start_s, end_s)| (start_s / CELL_S).round() as i64..(end_s / CELL_S).ceil() as i64)
    }

    fn largest_stretch(&self) -> Option<Stretch> {
        self.stretches.iter().copied().max_by_key(|stretch| stretch.end - stretch.start)
    }

    /// Adds a cell to the stretch it is near to, joins stretches that it brings together, or begins one.
    fn extend_stretch(&mut self, cell: i64) {
        let after = self.stretches.partition_point(|stretch| stretch.start <= cell);
        self.stretches.insert(after, Stretch { start: cell, end: cell + 1, count: 1 });
        for idx in [after + 1, after] {
            if idx > 0 && idx < self.stretches.len() {
                let (before, next) = (self.stretches[idx - 1], self.stretches[idx]);
                if next.start - before.end <= BRIDGED_CELLS {
                    let end = before.end.max(next.end);
                    self.stretches[idx - 1] = Stretch { start: before.start, end, count: before.count + next.count };
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
