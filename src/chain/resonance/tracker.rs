//! Which peaks are cut, where and how deep: follows peaks from frame to frame and gives each a bell of its own.

use super::bells::{Aim, Bells, NUM_BELLS};
use super::detector::{Detector, POINTS_PER_OCTAVE};
use crate::dsp::heap::heap_array;

/// A peak that is being cut is held while it comes back under the threshold by no more than this, dB.
const HOLD_DB: f64 = 2.5;
/// The cut is whole from this far above the end of the hold, dB.
const KNEE_DB: f64 = 2.0;
/// Share of the prominence that is cut, up to the depth: all of it, back to the smooth spectrum.
const SLOPE: f64 = 1.0;
/// Where the spectrum falls by more than the first within half an octave on both sides of a peak it is cut less, by more
/// than the second not at all, dB: with so little around it a tone is the music, not a fault in it.
const LONE_DB: (f64, f64) = (30.0, 40.0);
/// Quieter than this nothing is cut, dBFS.
const SILENCE_DB: f32 = -80.0;
/// A peak is narrow when the spectrum falls by this much, dB, …
const NARROW_DB: f64 = 3.0;
/// … on both sides within this many grid points (a quarter octave).
const VALLEY_POINTS: usize = POINTS_PER_OCTAVE / 4;
/// A peak that moved by no more than this many grid points between two frames (a twelfth octave) is the same.
const SAME_POINTS: f64 = 2.0;
/// Two bells keep this many grid points between them (an eighth of an octave).
const APART_POINTS: f64 = 3.0;
/// A peer of a peak lies at least so many grid points away …
const PEER_POINTS: f64 = 4.0;
/// … and sticks out at most so much less, dB.
const PEER_DB: f64 = 30.0;
/// What the mean over notes is raised by before it is held against the threshold, dB: a mean of levels lies below the
/// level of the mean power.
const SLOW_BONUS_DB: f64 = 1.0;
/// Share of the evidence that a peak must keep while it is cut.
const KEPT_SURENESS: f32 = 0.3;
/// Bells farther apart than this many grid points do not overlap (an octave).
const OVERLAP_POINTS: f64 = POINTS_PER_OCTAVE as f64;
/// Width of the edges of the range of frequencies, octaves.
const EDGE_OCTAVES: f64 = 1.0 / 6.0;
/// The threshold's dip where hearing is keenest (`dsp.md` section 3, step 4), dB.
const DIP_DB: f64 = 2.0;
/// The dip's edges, Hz: begins, is whole, ends to be whole, is over.
const DIP_HZ: [f64; 4] = [1000.0, 2000.0, 8000.0, 12_000.0];

/// What is asked of the stage, in the tracker's terms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Deepest cut, dB.
    pub depth_db: f64,
    /// How far a peak must stick out, dB; [`DIP_DB`] less where hearing is keenest.
    pub threshold_db: f64,
    /// Nothing is cut below, Hz.
    pub low_hz: f64,
    /// Nothing is cut above, Hz.
    pub high_hz: f64,
    /// Factor of every cut in dB.
    pub amount: f64,
}

/// A place on the grid where the spectrum has a narrow peak.
#[derive(Clone, Copy, Debug)]
struct Peak {
    /// Grid points from the lowest, with a fraction.
    place: f64,
    /// Above the smooth spectrum, dB.
    prominence_db: f64,
    /// Above the threshold there, dB.
    excess_db: f64,
    /// Above the deeper places around, dB.
    height_db: f64,
    /// There is evidence enough that it is no chance.
    is_sure: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Free,
    /// Is cut, or was until lately.
    Open,
}

#[derive(Clone, Copy, Debug)]
struct Track {
    state: State,
    place: f64,
    wanted_db: f64,
}

const FREE: Track = Track { state: State::Free, place: 0.0, wanted_db: 0.0 };
/// Most peaks that are looked at in a frame; the most prominent ones.
const MAX_PEAKS: usize = 3 * NUM_BELLS;

/// Follows peaks; track number i drives bell number i.
pub struct Tracker {
    tracks: [Track; NUM_BELLS],
    peaks: Box<[Option<Peak>; MAX_PEAKS]>,
    /// How much of [`DIP_DB`] holds at each grid point, 0–1.
    dips: Vec<f64>,
    frequencies_hz: Vec<f64>,
}

impl Tracker {
    /// Allocates everything for the grid of one detector.
    pub fn new(frequencies_hz: &[f64]) -> Self {
        let [begin, whole, still_whole, over] = DIP_HZ.map(f64::log2);
        let dip = |frequency_hz: &f64| {
            let octave = frequency_hz.log2();
            smooth_step((octave - begin) / (whole - begin)) * smooth_step((over - octave) / (over - still_whole))
        };
        Self {
            tracks: [FREE; NUM_BELLS],
            peaks: heap_array(|_| None),
            dips: frequencies_hz.iter().map(dip).collect(),
            frequencies_hz: frequencies_hz.to_vec(),
        }
    }

    /// Forgets every peak.
    pub fn reset(&mut self) {
        self.tracks = [FREE; NUM_BELLS];
    }

    /// Hears of a new frame and sends the bells where they belong.
    pub fn update(&mut self, detector: &Detector, rules: &Rules, bells: &mut Bells) {
        self.find_peaks(detector, rules);
        self.compare_peaks(detector);
        let is_transient = detector.is_transient();
        for idx in 0..NUM_BELLS {
            self.follow(idx, rules, is_transient, bells.is_resting(idx));
        }
        for idx in 0..MAX_PEAKS {
            if let Some(peak) = self.peaks[idx].take() {
                self.welcome(&peak, rules, is_transient);
            }
        }
        self.aim(bells);
    }

    /// Lists the narrow peaks near or above the threshold, most prominent first.
    fn find_peaks(&mut self, detector: &Detector, rules: &Rules) {
        let (prominences_db, levels_db) = (detector.prominences_db(), detector.levels_db());
        self.peaks.fill(None);
        let mut num_peaks = 0;
        for idx in 1..prominences_db.len() - 1 {
            if detector.sureness(idx) < KEPT_SURENESS {
                continue;
            }
            let [below, here, above] = [levels_db[idx - 1], levels_db[idx], levels_db[idx + 1]];
            let prominence_db = f64::from(prominences_db[idx]);
            let excess_db = prominence_db - (rules.threshold_db - DIP_DB * self.dips[idx]);
            let frequency_hz = self.frequencies_hz[idx];
            let is_heard = here > SILENCE_DB && frequency_hz >= rules.low_hz && frequency_hz <= rules.high_hz;
            let is_sure = (idx - 1..=idx + 1).any(|idx| detector.sureness(idx) >= 1.0);
            if !is_heard || excess_db <= -HOLD_DB || here <= below || here < above {
                continue;
            }
            if height_db(levels_db, idx, VALLEY_POINTS) < NARROW_DB {
                continue;
            }
            // The top of the parabola through three points.
            let bend = f64::from(below - 2.0 * here + above);
            let offset = if bend < 0.0 { 0.5 * f64::from(below - above) / bend } else { 0.0 };
            let height_db = height_db(levels_db, idx, POINTS_PER_OCTAVE / 2);
            let peak =
                Peak { place: idx as f64 + offset.clamp(-0.5, 0.5), prominence_db, excess_db, height_db, is_sure };
            let rank = self.peaks[..num_peaks]
                .partition_point(|other| other.is_some_and(|other| other.excess_db >= peak.excess_db));
            if rank < MAX_PEAKS {
                num_peaks = (num_peaks + 1).min(MAX_PEAKS);
                self.peaks[rank..num_peaks].rotate_right(1);
                self.peaks[rank] = Some(peak);
            }
        }
    }

    /// Where a peak has peers, it is made of tones, and must stick out over many notes.
    fn compare_peaks(&mut self, detector: &Detector) {
        let peaks = *self.peaks;
        for peak in self.peaks.iter_mut().flatten() {
            let is_peer = |other: &&Peak| {
                let distance = (other.place - peak.place).abs();
                other.is_sure && distance >= PEER_POINTS && other.prominence_db > peak.prominence_db - PEER_DB
            };
            if !peaks.iter().flatten().any(|other| is_peer(&other)) {
                continue;
            }
            let slow_db = f64::from(detector.slow_prominence_db(peak.place.round() as usize)) + SLOW_BONUS_DB;
            let loss_db = (peak.prominence_db - slow_db).max(0.0);
            peak.prominence_db -= loss_db;
            peak.excess_db -= loss_db;
        }
    }

    /// Finds this frame's peak of a track and takes it off the list.
    fn follow(&mut self, idx: usize, rules: &Rules, is_transient: bool, is_resting: bool) {
        let track = self.tracks[idx];
        if track.state == State::Free {
            return;
        }
        let distance = |peak: &Option<Peak>| peak.map_or(f64::INFINITY, |peak| (peak.place - track.place).abs());
        let nearest = self.peaks.iter_mut().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let peak = nearest.filter(|peak| distance(peak) <= SAME_POINTS).and_then(Option::take);
        let place = peak.map_or(track.place, |peak| peak.place);
        let wanted_db = peak.map_or(0.0, |peak| self.cut_db(&peak, rules));
        let next = Track { state: track.state, place, wanted_db: 0.0 };
        self.tracks[idx] = match track.state {
            State::Open if wanted_db == 0.0 && is_resting => FREE,
            // In the frame of an attack no cut begins to deepen.
            State::Open if is_transient => Track { wanted_db: wanted_db.min(track.wanted_db), ..next },
            _ => Track { state: State::Open, wanted_db, ..next },
        };
    }

    /// Gives a peak that nobody follows a track, if it is sure, there is room around it and a track is free.
    fn welcome(&mut self, peak: &Peak, rules: &Rules, is_transient: bool) {
        let is_near = |track: &Track| track.state != State::Free && (track.place - peak.place).abs() < APART_POINTS;
        if peak.excess_db < 0.0 || self.tracks.iter().any(is_near) {
            return;
        }
        if !peak.is_sure || is_transient {
            return;
        }
        let wanted_db = self.cut_db(peak, rules);
        if let Some(track) = self.tracks.iter_mut().find(|track| track.state == State::Free) {
            *track = Track { state: State::Open, place: peak.place, wanted_db };
        }
    }

    /// The cut law, dB.
    fn cut_db(&self, peak: &Peak, rules: &Rules) -> f64 {
        let knee = smooth_step((peak.excess_db + HOLD_DB) / KNEE_DB);
        let (begin, end) = LONE_DB;
        let lone = 1.0 - smooth_step((peak.height_db - begin) / (end - begin));
        let octave = self.frequency_hz(peak.place).log2();
        let edge = smooth_step((octave - rules.low_hz.log2()) / EDGE_OCTAVES)
            * smooth_step((rules.high_hz.log2() - octave) / EDGE_OCTAVES);
        let cut_db = (SLOPE * peak.prominence_db * knee).clamp(0.0, rules.depth_db.max(0.0));
        rules.amount * cut_db * lone * edge
    }

    fn frequency_hz(&self, place: f64) -> f64 {
        self.frequencies_hz[0] * (place / POINTS_PER_OCTAVE as f64).exp2()
    }

    /// Sends the bells to the tracks; where bells overlap they share the cut.
    fn aim(&self, bells: &mut Bells) {
        for (idx, track) in self.tracks.iter().enumerate() {
            if track.state != State::Open {
                continue;
            }
            let overlap: f64 = self
                .tracks
                .iter()
                .enumerate()
                .filter(|(other_idx, other)| *other_idx != idx && other.wanted_db > 0.0)
                .filter(|(_, other)| (other.place - track.place).abs() < OVERLAP_POINTS)
                .map(|(_, other)| {
                    other.wanted_db * bells.overlap((other.place - track.place) / POINTS_PER_OCTAVE as f64)
                })
                .sum();
            // Two equal bells that reach each other by a share o give 1/(1 + o) each.
            let share = if track.wanted_db > 0.0 { track.wanted_db / (track.wanted_db + overlap) } else { 0.0 };
            bells.aim(idx, Aim { frequency_hz: self.frequency_hz(track.place), cut_db: track.wanted_db * share });
        }
    }
}

/// How far the level falls from `idx` within `num_points`, on the side where it falls less, dB.
fn height_db(levels_db: &[f32], idx: usize, num_points: usize) -> f64 {
    let least = |levels_db: &[f32]| levels_db.iter().fold(f32::INFINITY, |least, level| least.min(*level));
    let below = least(&levels_db[idx.saturating_sub(num_points)..idx]);
    let above = least(&levels_db[idx + 1..levels_db.len().min(idx + 1 + num_points)]);
    f64::from(levels_db[idx] - below.max(above))
}

/// From 0 to 1 without corners while `place` goes from 0 to 1.
fn smooth_step(place: f64) -> f64 {
    let place = place.clamp(0.0, 1.0);
    place * place * (3.0 - 2.0 * place)
}
