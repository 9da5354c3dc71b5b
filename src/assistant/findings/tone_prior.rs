//! How loud a third of an octave is in good records, and how it goes along with the others.

use crate::analysis::NUM_THIRDS;
use crate::assistant::linear::solve;

/// Third octaves that tone is judged in, by their place: 50 Hz–12.5 kHz.
pub const BANDS: std::ops::Range<usize> = 4..29;
pub const NUM_BANDS: usize = BANDS.end - BANDS.start;

/// Mean level of third octaves against 200 Hz–2 kHz, dB, 20 Hz–20 kHz: Elowsson and Friberg, AES 142 (2017), equation 6
/// (12 345 tracks), as `dsp.md` section 8.1 tabulates it [3RD]; 20 Hz extended.
pub const FEW_STROKES_DB: [f64; NUM_THIRDS] = [
    -8.0, -6.5, -5.0, -3.7, -2.5, -1.5, -0.6, 0.1, 0.7, 1.1, 1.4, 1.6, 1.6, 1.5, 1.2, 0.7, 0.2, -0.6, -1.4, -2.5, -3.6,
    -4.9, -6.4, -8.0, -9.8, -11.7, -13.7, -15.9, -18.2, -20.7, -23.3,
];
/// The same for contemporary records, whose bass and air are higher (the same section [3RD] [MEAS]).
pub const MANY_STROKES_DB: [f64; NUM_THIRDS] = [
    -16.0, -11.0, -4.7, -0.8, 1.5, 4.0, 5.2, 5.3, 4.9, 4.4, 3.1, 2.3, 2.0, 1.3, 0.7, 0.3, -0.3, -1.0, -1.9, -2.9, -3.6,
    -4.5, -5.4, -6.5, -7.2, -7.7, -8.8, -10.5, -12.6, -16.7, -25.8,
];
/// Spread between records of one kind (the same section), dB.
pub const SPREAD_DB: [f64; NUM_THIRDS] = [
    9.0, 6.0, 5.5, 5.0, 4.5, 4.0, 3.5, 3.0, 3.0, 3.0, 2.5, 2.2, 2.0, 1.9, 1.8, 1.8, 1.8, 1.8, 2.0, 2.2, 2.4, 2.6, 2.8,
    3.0, 3.3, 3.6, 4.0, 4.5, 5.0, 6.0, 9.0,
];
/// Percussiveness at which the first and the second curve hold whole. Elowsson and Friberg find that genres differ in bass
/// and treble mainly by how prominent strokes are; the two ends are those of the songs measured.
const STROKES: [f64; 2] = [0.2, 0.55];
/// Over how many octaves the departures of two bands go together, and what a band does alone, dB. Ours: of the values
/// tried (0.5–4 octaves, 0.5–2 dB) those at which a fault stands out most of the spread between 21 songs.
const REACH_OCTAVES: f64 = 2.0;
const ALONE_DB: f64 = 2.0;
/// Level is no departure: all bands may be shifted together by this, dB.
const LEVEL_DB: f64 = 100.0;

/// What a band of tone is expected to have, as a weighted sum of departures from the mean record: the departure of its
/// bands less what those of the others let expect (the conditional mean of a Gaussian process over frequency).
#[derive(Clone, Debug)]
pub struct Contrast {
    weights: [f64; NUM_BANDS],
}

impl Contrast {
    /// Of the third octaves at `places` (a part of [`BANDS`]); `guard` bands on each side are left out of the others.
    pub fn new(places: std::ops::RangeInclusive<usize>, guard: usize) -> Self {
        let inside: Vec<usize> = places.clone().map(|place| place - BANDS.start).collect();
        let guarded = places.start().saturating_sub(guard)..=places.end() + guard;
        let others: Vec<usize> =
            BANDS.filter(|place| !guarded.contains(place)).map(|place| place - BANDS.start).collect();
        let matrix: Vec<Vec<f64>> =
            others.iter().map(|&a| others.iter().map(|&b| covariance(a, b)).collect()).collect();
        let share = 1.0 / inside.len() as f64;
        let wanted: Vec<f64> =
            others.iter().map(|&other| inside.iter().map(|&band| share * covariance(band, other)).sum()).collect();
        let mut weights = [0.0; NUM_BANDS];
        inside.iter().for_each(|&band| weights[band] = share);
        for (&other, weight) in others.iter().zip(solve(matrix, wanted)) {
            weights[other] = -weight;
        }
        Self { weights }
    }

    /// The excess of a spectrum, dB; `None` where a band has nothing in it.
    pub fn excess_db(&self, departures: &[Option<f64>; NUM_BANDS]) -> Option<f64> {
        self.weights.iter().zip(departures).map(|(weight, departure)| departure.map(|db| weight * db)).sum()
    }
}

/// How far third-octave levels depart from the mean record of this percussiveness, dB.
pub fn departures(levels_db: &[Option<f64>; NUM_THIRDS], percussiveness: f64) -> [Option<f64>; NUM_BANDS] {
    let many = ((percussiveness - STROKES[0]) / (STROKES[1] - STROKES[0])).clamp(0.0, 1.0);
    std::array::from_fn(|band| {
        let place = band + BANDS.start;
        let mean = many * MANY_STROKES_DB[place] + (1.0 - many) * FEW_STROKES_DB[place];
        levels_db[place].map(|db| db - mean)
    })
}

fn covariance(a: usize, b: usize) -> f64 {
    let octaves = a.abs_diff(b) as f64 / 3.0;
    let spread = SPREAD_DB[a + BANDS.start] * SPREAD_DB[b + BANDS.start];
    let alone = if a == b { ALONE_DB * ALONE_DB } else { 0.0 };
    spread * (-octaves / REACH_OCTAVES).exp() + LEVEL_DB * LEVEL_DB + alone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_no_excess_and_a_bump_is_one() {
        let contrast = Contrast::new(10..=14, 0);
        let flat = [Some(-20.0); NUM_BANDS];
        assert!(contrast.excess_db(&flat).unwrap().abs() < 0.05);
        let bump = std::array::from_fn(|band| Some(if (6..=10).contains(&band) { 6.0 } else { 0.0 }));
        let excess = contrast.excess_db(&bump).unwrap();
        assert!((excess - 6.0).abs() < 1e-9, "{excess}");
        let mut empty = flat;
        empty[3] = None;
        assert_eq!(contrast.excess_db(&empty), None);
    }
}
