//! The map of a song: every half second's [`Texture`], filled the first time its place is heard.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::clipping::{ClipWatch, FlatTop};
use super::crest::{CrestMeter, CrestSums};
use super::decibel::Level;
use super::defects::Defects;
use super::instants::{InstantEvent, InstantWatch};
use super::rises::{Esses, RiseWindow, Rises};
use super::short_frames::{ShortFrame, ShortFrames};
use super::spectrum::{LongFrame, LongFrames, NUM_FINE, NUM_STEREO_BANDS, NUM_THIRDS};
use super::texture::{NUM_NOISE_BANDS, StereoBand, TEXTURE_S, Texture};

/// Longest song that is kept: 12 h. What would go beyond is not mapped.
const MAX_TEXTURES: usize = 12 * 7200;
/// Short frames that make a texture whole, of 50: the first and last of a stretch may lack some.
const MIN_SHORT_FRAMES: usize = 20;
/// Cells of 100 ms more than which make a texture whole enough to be compared.
const WHOLE_CELLS: f64 = 4.5;
/// Half of the longest frame, a little more, seconds: so much is missing to the frames on either side of a break.
const HALF_FRAME_S: f64 = 0.4;
/// Short frames that the noise floor is looked for in: 50 ms.
const FLOOR_FRAMES: usize = 5;

/// Hears the stream and fills the map.
pub struct SongMap {
    sample_rate_hz: f64,
    long: LongFrames,
    short: ShortFrames,
    crest: CrestMeter,
    instants: [InstantWatch; 2],
    clips: [ClipWatch; 2],
    window: RiseWindow,
    esses: Esses,
    num_channels: usize,
    /// Song position of the stream's first frame, seconds, and frames since.
    start_s: Option<f64>,
    num_frames: u64,
    open: VecDeque<Draft>,
    textures: BTreeMap<i64, Arc<Texture>>,
    defects: Defects,
    repeats: super::repeats::Repeats,
    /// Textures up to this one lack frames that would have begun before the stream did.
    cut_until: i64,
    /// Those of the map that lack something: what is heard there again is not compared with them.
    cut: BTreeSet<i64>,
}

/// A texture that is being filled.
#[derive(Default)]
struct Draft {
    idx: i64,
    is_new: bool,
    loudness: (f64, f64),
    num_long: f64,
    long: LongFrame,
    crest: CrestSums,
    rises: Rises,
    ess: f32,
    body: f64,
    num_short: f64,
    floor: Option<[f32; NUM_NOISE_BANDS]>,
    floor_sum: ([f32; NUM_NOISE_BANDS], usize),
}

impl SongMap {
    /// An empty map.
    pub fn new(sample_rate_hz: f64, num_channels: usize) -> Self {
        Self {
            sample_rate_hz,
            long: LongFrames::new(sample_rate_hz),
            short: ShortFrames::new(sample_rate_hz),
            crest: CrestMeter::new(sample_rate_hz),
            instants: std::array::from_fn(|_| InstantWatch::new(sample_rate_hz)),
            clips: std::array::from_fn(|_| ClipWatch::new(sample_rate_hz)),
            window: RiseWindow::default(),
            esses: Esses::default(),
            num_channels,
            start_s: None,
            num_frames: 0,
            open: VecDeque::new(),
            textures: BTreeMap::new(),
            defects: Defects::default(),
            repeats: super::repeats::Repeats::default(),
            cut_until: i64::MIN,
            cut: BTreeSet::new(),
        }
    }

    /// Hears what comes next, which lies at `position_s` of the song where the stream was broken before it.
    pub fn process(&mut self, position_s: f64, left: &[f32], right: &[f32]) {
        if self.start_s.is_none() {
            self.cut_until = texture_idx(position_s + HALF_FRAME_S);
        }
        let start_s = *self.start_s.get_or_insert(position_s);
        let idx_at = |frames: u64| texture_idx(start_s + frames as f64 / self.sample_rate_hz);
        let here = idx_at(self.num_frames);
        draft(&mut self.open, &self.textures, here);
        if let Some(draft) = self.open.iter_mut().find(|draft| draft.idx == here) {
            self.crest.process(left, right, &mut draft.crest);
        }
        let channels = [left, right];
        let (defects, textures) = (&mut self.defects, &self.textures);
        let is_watching = self.repeats.is_watching();
        let is_new = |frames: u64| !is_watching && !textures.contains_key(&idx_at(frames));
        let time_s = |frames: u64| start_s + frames as f64 / self.sample_rate_hz;
        for ((channel, instants), clips) in
            channels.into_iter().zip(&mut self.instants).zip(&mut self.clips).take(self.num_channels)
        {
            instants.process(channel, |event: InstantEvent| {
                if is_new(event.place) {
                    defects.add_instant(time_s(event.place), &event);
                }
            });
            clips.process(channel, |top: FlatTop| {
                if is_new(top.place) {
                    defects.add_flat_top(time_s(top.place), top.level);
                }
            });
        }
        let open = &mut self.open;
        let (window, esses) = (&mut self.window, &mut self.esses);
        self.short.process(left, right, |frame: &ShortFrame| {
            let ess = esses.push(frame);
            if let Some(draft) = draft(open, textures, idx_at(frame.centre)) {
                draft.hear_short(frame, ess);
            }
            if let Some(middle) = window.push(frame)
                && let Some(draft) = draft(open, textures, idx_at(middle.centre))
            {
                window.add_middle(&mut draft.rises);
            }
        });
        let mut newest = None;
        self.long.process(left, right, |frame: &LongFrame| {
            let idx = idx_at(frame.centre);
            if let Some(draft) = draft(open, textures, idx) {
                draft.hear_long(frame);
            }
            newest = Some(idx);
        });
        self.num_frames += left.len() as u64;
        if let Some(newest) = newest {
            self.close(|draft| draft.idx < newest);
        }
    }

    /// The K-weighted power of 100 ms that end where the stream is.
    pub fn hear_loudness(&mut self, power: f64) {
        let Some(start_s) = self.start_s else { return };
        let middle_s = start_s + self.num_frames as f64 / self.sample_rate_hz - 0.05;
        let idx = texture_idx(middle_s);
        if let Some(draft) = self.open.iter_mut().find(|draft| draft.idx == idx) {
            draft.loudness.0 += power;
            draft.loudness.1 += 1.0;
        }
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        // What is open waits for frames that will not come.
        self.cut_until = i64::MAX;
        self.close(|_| true);
        self.start_s = None;
        self.num_frames = 0;
        self.long.break_stream();
        self.short.break_stream();
        self.crest.break_stream();
        self.instants.iter_mut().for_each(InstantWatch::break_stream);
        self.clips.iter_mut().for_each(ClipWatch::break_stream);
        self.window.break_stream();
        self.esses.break_stream();
    }

    /// Every texture, in song order.
    pub fn textures(&self) -> Vec<Arc<Texture>> {
        self.textures.values().cloned().collect()
    }

    /// Clicks, dropouts and flat tops.
    pub fn defects(&self) -> &Defects {
        &self.defects
    }

    /// Where the song was heard again and was another, seconds.
    pub fn changed_at_s(&self) -> Option<f64> {
        self.repeats.changed_at_s()
    }

    /// Only compares from now on: nothing new is kept.
    pub fn set_watching(&mut self, is_watching: bool) {
        self.repeats.set_watching(is_watching);
    }

    fn close(&mut self, is_over: impl Fn(&Draft) -> bool) {
        while self.open.front().is_some_and(&is_over) {
            let Some(draft) = self.open.pop_front() else { return };
            if draft.num_long == 0.0 || draft.rises.num_frames() < MIN_SHORT_FRAMES {
                continue;
            }
            let is_new = draft.is_new;
            let is_cut = draft.idx <= self.cut_until || draft.loudness.1 < WHOLE_CELLS;
            let texture = draft.finish();
            match self.textures.get(&texture.idx) {
                Some(before) if !is_cut && !self.cut.contains(&texture.idx) => self.repeats.compare(before, &texture),
                // What lacked something the first time is heard whole now.
                Some(_) if !is_cut && !self.repeats.is_watching() && self.cut.remove(&texture.idx) => {
                    self.textures.insert(texture.idx, Arc::new(texture));
                }
                Some(_) => {}
                None if is_new && self.textures.len() < MAX_TEXTURES && !self.repeats.is_watching() => {
                    self.repeats.pass_new();
                    if is_cut {
                        self.cut.insert(texture.idx);
                    }
                    self.textures.insert(texture.idx, Arc::new(texture));
                }
                None => {}
            }
        }
    }
}

/// The half second that a position belongs to; what falls short of one by the rounding of a position belongs to it.
fn texture_idx(position_s: f64) -> i64 {
    (position_s / TEXTURE_S + 1e-4).floor() as i64
}

/// The draft of this half second, which is begun if it comes after all that are open.
fn draft<'a>(open: &'a mut VecDeque<Draft>, textures: &BTreeMap<i64, Arc<Texture>>, idx: i64) -> Option<&'a mut Draft> {
    if open.back().is_none_or(|last| last.idx < idx) {
        open.push_back(Draft { idx, is_new: !textures.contains_key(&idx), ..Draft::default() });
    }
    open.iter_mut().find(|draft| draft.idx == idx)
}

impl Draft {
    fn hear_long(&mut self, frame: &LongFrame) {
        self.num_long += 1.0;
        let add = |sums: &mut [f64], powers: &[f64]| sums.iter_mut().zip(powers).for_each(|(sum, power)| *sum += power);
        add(&mut self.long.mid, &frame.mid);
        add(&mut self.long.side, &frame.side);
        add(&mut self.long.fine, &frame.fine);
        for (sums, powers) in self.long.stereo.iter_mut().zip(&frame.stereo) {
            add(sums, powers);
        }
        self.long.rumble += frame.rumble;
    }

    fn hear_short(&mut self, frame: &ShortFrame, ess: f32) {
        self.ess = self.ess.max(ess);
        self.num_short += 1.0;
        self.body += f64::from(frame.body);
        let (sum, count) = &mut self.floor_sum;
        sum.iter_mut().zip(frame.noise).for_each(|(sum, power)| *sum += power / FLOOR_FRAMES as f32);
        *count += 1;
        if *count == FLOOR_FRAMES {
            let lowest = self.floor.map_or(*sum, |floor| std::array::from_fn(|band| floor[band].min(sum[band])));
            self.floor = Some(lowest);
            self.floor_sum = Default::default();
        }
    }

    fn finish(self) -> Texture {
        let n = self.num_long;
        let level = |power: f64| Level::from_power(power / n);
        let mut stereo = [StereoBand::default(); NUM_STEREO_BANDS];
        for (band, [mid, side, product]) in stereo.iter_mut().zip(self.long.stereo) {
            let root = (mid * side).sqrt();
            let lean = if root > 0.0 { (product / root).clamp(-1.0, 1.0) } else { 0.0 };
            *band = StereoBand { mid: level(mid), side: level(side), lean: lean as f32 };
        }
        let (percussiveness, spread_db, band_spread_db) = self.rises.measures();
        let floor = self.floor.unwrap_or_default();
        Texture {
            idx: self.idx,
            loudness: Level::from_power(self.loudness.0 / self.loudness.1.max(1.0)),
            mid: std::array::from_fn::<_, NUM_THIRDS, _>(|band| level(self.long.mid[band])),
            side: std::array::from_fn::<_, NUM_THIRDS, _>(|band| level(self.long.side[band])),
            fine: std::array::from_fn::<_, NUM_FINE, _>(|band| level(self.long.fine[band])),
            stereo,
            crest: self.crest.levels(),
            floor: floor.map(|power| Level::from_power(f64::from(power))),
            rumble: level(self.long.rumble),
            percussiveness: percussiveness as f32,
            spread_db: spread_db as f32,
            band_spread_db: band_spread_db as f32,
            ess: Level::from_power(f64::from(self.ess)),
            body: Level::from_power(self.body / self.num_short),
        }
    }
}
