//! What was done to the tone of this song? The broad equalization that its spectrum is evidence of, after what songs differ
//! by anyway is taken off.

use super::linear::solve;
use super::ranges::{Condition, NUM_TONE, Ranges};
use super::reference::Wanted;
use crate::analysis::NUM_THIRDS;

/// The tone of a song against a set of ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct Tone {
    /// How much too loud each third octave is thought to be, dB, against the mean of those that are judged.
    pub excess_db: [f64; NUM_TONE],
    /// Whether there is music in a band: a register without instruments is no fault.
    pub is_judged: [bool; NUM_TONE],
}

/// Where a register without instruments begins, from the ends inwards: under its expected level by this, dB. No equalizer
/// takes so much away; a missing bass does.
const EMPTY_DB: f64 = -14.0;
/// How far inwards that is looked for, bands.
const EMPTY_BANDS: usize = 12;
/// What an equalizer may have done, as a Gaussian process: half of its power moves within two thirds of an octave, half within
/// two and a half, dB. Ours: about the faults of 3–5 dB that the evaluation puts in.
const FAULT_DB: f64 = 4.2;
const REACH_OCTAVES: [f64; 2] = [0.7, 2.5];
/// Level is no departure.
const LEVEL_DB2: f64 = 1e4;

impl Tone {
    /// The mean of what an equalizer may have done, given the departures and how songs differ (a Wiener filter over frequency,
    /// `dsp.md` section 8.6). `None` where too little of the spectrum is there.
    pub fn of(levels_db: &[Option<f64>; NUM_THIRDS], condition: Condition, ranges: &Ranges) -> Option<Self> {
        let departures = ranges.departures(levels_db, condition);
        let is_judged = judged(&departures);
        let bands: Vec<usize> = (0..NUM_TONE).filter(|&band| is_judged[band]).collect();
        if bands.len() < NUM_TONE / 2 {
            return None;
        }
        let matrix = bands
            .iter()
            .map(|&a| bands.iter().map(|&b| ranges.covariance[a][b] + fault_db2(a, b) + LEVEL_DB2).collect())
            .collect();
        let weights = solve(matrix, bands.iter().map(|&band| departures[band].unwrap_or(0.0)).collect());
        let at = |band: usize| bands.iter().zip(&weights).map(|(&other, weight)| fault_db2(band, other) * weight).sum();
        Some(Self::centred(std::array::from_fn(at), is_judged))
    }

    /// Of a song against others that it is to be like: what lies outside of what they differ by among themselves.
    pub fn against(levels_db: &[Option<f64>; NUM_TONE], references: &[Option<Wanted>; NUM_TONE]) -> Option<Self> {
        let difference: [Option<f64>; NUM_TONE] =
            std::array::from_fn(|band| Some(levels_db[band]? - references[band]?.mean));
        // A register that one of the two does not have is no fault of balance.
        let (missing, added) = (judged(&difference), judged(&difference.map(|db| db.map(|db| -db))));
        let is_judged: [bool; NUM_TONE] = std::array::from_fn(|band| missing[band] && added[band]);
        let is_enough = is_judged.iter().filter(|&&is_judged| is_judged).count() >= NUM_TONE / 2;
        let level = Self::centred(difference.map(|db| db.unwrap_or(0.0)), is_judged).excess_db;
        let outside =
            |band: usize| references[band].map_or(0.0, |wanted| Wanted { mean: 0.0, ..wanted }.excess(level[band]));
        is_enough.then(|| Self::centred(std::array::from_fn(outside), is_judged))
    }

    fn centred(excess_db: [f64; NUM_TONE], is_judged: [bool; NUM_TONE]) -> Self {
        let tone = Self { excess_db, is_judged };
        let mean = tone.mean(|db| db);
        Self { excess_db: excess_db.map(|db| db - mean), is_judged }
    }

    /// Root mean square over what is judged, dB.
    pub fn rms_db(&self) -> f64 {
        self.mean(|db| db * db).sqrt()
    }

    /// The same around the mean: after bands were added that shift the whole.
    pub fn rms_db_centred(&self) -> f64 {
        let mean = self.mean(|db| db);
        self.mean(|db| (db - mean) * (db - mean)).sqrt()
    }

    fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        let judged = || self.excess_db.iter().zip(&self.is_judged).filter(|(_, is_judged)| **is_judged);
        judged().map(|(db, _)| of(*db)).sum::<f64>() / judged().count().max(1) as f64
    }
}

/// Which bands are music: all but empty registers at the ends.
fn judged(departures: &[Option<f64>; NUM_TONE]) -> [bool; NUM_TONE] {
    let mut known: Vec<f64> = departures.iter().flatten().copied().collect();
    known.sort_unstable_by(f64::total_cmp);
    let Some(&median) = known.get(known.len() / 2) else { return [false; NUM_TONE] };
    let is_empty = |band: &usize| departures[*band].is_none_or(|db| db - median < EMPTY_DB);
    let mut is_judged = departures.map(|db| db.is_some());
    (0..EMPTY_BANDS).take_while(is_empty).for_each(|band| is_judged[band] = false);
    (NUM_TONE - EMPTY_BANDS..NUM_TONE).rev().take_while(is_empty).for_each(|band| is_judged[band] = false);
    is_judged
}

fn fault_db2(a: usize, b: usize) -> f64 {
    let octaves = a.abs_diff(b) as f64 / 3.0;
    let part = |reach: f64| (-0.5 * (octaves / reach).powi(2)).exp() / 2.0;
    FAULT_DB * FAULT_DB * REACH_OCTAVES.map(part).iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(ranges: &Ranges, extra: impl Fn(usize) -> f64) -> [Option<f64>; NUM_THIRDS] {
        std::array::from_fn(|place| {
            let band = place.checked_sub(3).filter(|&band| band < NUM_TONE)?;
            Some(-20.0 + ranges.tone[band].mean + extra(band))
        })
    }

    #[test]
    fn a_record_as_all_has_nothing_and_a_bump_is_seen_in_part() {
        let ranges = Ranges::factory();
        let mean = Condition::of(&crate::analysis::Features {
            percussiveness: Some(0.4),
            level_spread_db: Some(12.0),
            ..Default::default()
        });
        let plain = Tone::of(&like(ranges, |_| 0.0), mean, ranges).expect("a whole spectrum");
        assert!(plain.rms_db() < 0.05, "{}", plain.rms_db());
        let bump = Tone::of(&like(ranges, |band| if (8..14).contains(&band) { 8.0 } else { 0.0 }), mean, ranges)
            .expect("a whole spectrum");
        let inside = bump.excess_db[8..14].iter().sum::<f64>() / 6.0 - bump.excess_db[20];
        assert!((2.0..8.0).contains(&inside), "{inside}");
        let empty = Tone::of(&like(ranges, |band| if band < 4 { -30.0 } else { 0.0 }), mean, ranges);
        assert!(empty.is_some_and(|tone| tone.rms_db() < 1.0 && !tone.is_judged[3]));
    }
}
