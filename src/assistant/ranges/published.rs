//! What the literature says: the base that measured ranges are drawn to while few records are known.

use super::{MEASURES, NUM_TONE, Range, Ranges, TONE_PLACES};
use crate::assistant::findings::{FEW_STROKES_DB, MANY_STROKES_DB, SPREAD_DB};

/// Over how many octaves departures go together, and what a band does alone, dB. Ours, as in the findings.
const REACH_OCTAVES: f64 = 2.0;
const ALONE_DB2: f64 = 1.0;
/// Songs differ by more than the published spreads of one kind of music.
const WIDER: f64 = 1.3;

/// Mean and spread of each single measure: `dsp.md` sections 8.1–8.3 (tables of tilt, PLR and side over mid); crest and esses
/// are what 22 songs of the evaluation have.
const SINGLE: [(f64, f64); MEASURES.len()] = [
    (-4.5, 1.1),
    (11.0, 3.5),
    (8.5, 2.5),
    (10.5, 2.5),
    (12.0, 2.5),
    (13.0, 3.0),
    (-14.0, 7.5),
    (-7.5, 3.5),
    (-5.2, 2.5),
    (-7.0, 2.6),
    (-9.3, 3.6),
    (0.85, 0.2),
    (-9.0, 5.0),
];

impl Ranges {
    /// Elowsson and Friberg (AES 142, 2017, equation 6) for few strokes, the same with the offsets of contemporary records for
    /// many, spreads by `dsp.md` section 8.1.
    pub fn published() -> Self {
        // Between 0.2 and 0.55 of percussiveness one curve turns into the other; the mean is halfway at 0.4.
        let per_unit = 0.15 / 0.35;
        let tone = TONE_PLACES
            .map(|place| {
                let (few, many) = (FEW_STROKES_DB[place], MANY_STROKES_DB[place]);
                Range {
                    mean: few + (many - few) * (0.4 - 0.2) / 0.35,
                    per_percussiveness: (many - few) * per_unit,
                    per_level_spread: 0.0,
                    spread: WIDER * SPREAD_DB[place],
                }
            })
            .collect();
        let covariance = (0..NUM_TONE).map(|a| (0..NUM_TONE).map(|b| covariance(a, b)).collect()).collect();
        let side = |place: usize| {
            let band = [8, 14, 20, 25].iter().take_while(|&&edge| place > edge).count();
            let (mean, spread) = SINGLE[6 + band];
            Range { mean, spread, ..Range::default() }
        };
        let single = MEASURES.iter().zip(SINGLE);
        Self {
            name: "Published".to_owned(),
            source: "Elowsson and Friberg 2017; contemporary offsets and stereo statistics".to_owned(),
            num_songs: 0,
            tone,
            covariance,
            side_to_mid: TONE_PLACES.map(side).collect(),
            measures: single
                .map(|(name, (mean, spread))| ((*name).to_owned(), Range { mean, spread, ..Range::default() }))
                .collect(),
        }
    }
}

fn covariance(a: usize, b: usize) -> f64 {
    let octaves = a.abs_diff(b) as f64 / 3.0;
    let spread = |band: usize| WIDER * SPREAD_DB[band + TONE_PLACES.start];
    let alone = if a == b { ALONE_DB2 } else { 0.0 };
    spread(a) * spread(b) * (-octaves / REACH_OCTAVES).exp() + alone
}
