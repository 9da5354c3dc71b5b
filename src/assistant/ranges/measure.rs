//! Ranges from a folder of finished records.

use super::{Condition, MEASURES, NUM_TONE, Range, Ranges, TONE_PLACES, levels_db};
use crate::analysis::{Features, NUM_CREST_BANDS, NUM_STEREO_BANDS};

/// The published ranges count as much as so many records.
const BASE_SONGS: f64 = 30.0;
/// A mean follows its records sooner than their dependence on a condition does.
const MEAN_SONGS: f64 = 10.0;
/// Quieter than this against the loudest third octave is no part of the music, dB.
const NOTHING_DB: f64 = -70.0;

impl Ranges {
    /// Of records as they were heard. Few records draw the published ranges to themselves only a little.
    pub fn measure(name: &str, source: &str, records: &[Features]) -> Self {
        let base = Self::published();
        let records: Vec<&Features> = records.iter().filter(|record| record.levels.integrated_lufs.is_some()).collect();
        let conditions: Vec<Condition> = records.iter().map(|record| Condition::of(record)).collect();
        let fit = |values: &[Option<f64>], base: &Range| fit(values, &conditions, base);

        let levels: Vec<[f64; NUM_TONE]> = records.iter().map(|record| tone_db(record)).collect();
        let tone: Vec<Range> = (0..NUM_TONE)
            .map(|band| fit(&levels.iter().map(|levels| Some(levels[band])).collect::<Vec<_>>(), &centred(&base, band)))
            .collect();
        let left: Vec<Vec<f64>> = levels
            .iter()
            .zip(&conditions)
            .map(|(levels, condition)| levels.iter().zip(&tone).map(|(db, range)| db - range.at(*condition)).collect())
            .collect();
        let covariance = (0..NUM_TONE)
            .map(|a| {
                let product = |b: usize| left.iter().map(|left| left[a] * left[b]).sum::<f64>();
                (0..NUM_TONE)
                    .map(|b| (product(b) + BASE_SONGS * base.covariance[a][b]) / (left.len() as f64 + BASE_SONGS))
                    .collect()
            })
            .collect();
        let side_to_mid = (0..NUM_TONE)
            .map(|band| {
                let values: Vec<Option<f64>> = records.iter().map(|record| side_db(record, band)).collect();
                fit(&values, &base.side_to_mid[band])
            })
            .collect();
        let measures = MEASURES
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let values: Vec<Option<f64>> = records.iter().map(|record| single(record, at)).collect();
                ((*name).to_owned(), fit(&values, &base.measures[at].1))
            })
            .collect();
        Self {
            name: name.to_owned(),
            source: source.to_owned(),
            num_songs: records.len(),
            tone,
            covariance,
            side_to_mid,
            measures,
        }
    }
}

/// Third-octave levels against their mean.
fn tone_db(record: &Features) -> [f64; NUM_TONE] {
    let levels = levels_db(record);
    let loudest = levels.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let db: [f64; NUM_TONE] = std::array::from_fn(|band| {
        levels[band + TONE_PLACES.start].unwrap_or(f64::NEG_INFINITY).max(loudest + NOTHING_DB)
    });
    let mean = db.iter().sum::<f64>() / NUM_TONE as f64;
    db.map(|db| db - mean)
}

/// The published curve is against 200 Hz–2 kHz, the measured ones against their own mean.
fn centred(base: &Ranges, band: usize) -> Range {
    let mean = |of: fn(&Range) -> f64| base.tone.iter().map(of).sum::<f64>() / NUM_TONE as f64;
    let range = base.tone[band];
    Range {
        mean: range.mean - mean(|range| range.mean),
        per_percussiveness: range.per_percussiveness - mean(|range| range.per_percussiveness),
        ..range
    }
}

fn side_db(record: &Features, band: usize) -> Option<f64> {
    let at = |levels: &[Option<f64>]| levels.get(band + TONE_PLACES.start).copied().flatten();
    Some((at(&record.spectrum.side_db)? - at(&record.spectrum.mid_db)?).clamp(-60.0, 20.0))
}

/// One of [`MEASURES`].
fn single(record: &Features, at: usize) -> Option<f64> {
    const CREST: usize = 2;
    const SIDE: usize = CREST + NUM_CREST_BANDS;
    const CORRELATION: usize = SIDE + NUM_STEREO_BANDS;
    match at {
        0 => record.spectrum.slope_db_per_octave(),
        1 => record.levels.plr_db,
        CREST..SIDE => record.crest_db[at - CREST],
        SIDE..CORRELATION => record.bands.get(at - SIDE)?.side_to_mid_db,
        CORRELATION => record.bands.first()?.correlation,
        _ => {
            let sharpest = record.textures.iter().map(|texture| texture.ess.power()).fold(0.0, f64::max);
            let body = record.textures.iter().map(|texture| texture.body.power()).sum::<f64>();
            let ratio = sharpest * record.textures.len() as f64 / body;
            (ratio.is_finite() && ratio > 0.0).then(|| 10.0 * ratio.log10())
        }
    }
}

/// Mean and dependence by least squares on what the base does not explain, drawn to the base as if it were so many records.
fn fit(values: &[Option<f64>], conditions: &[Condition], base: &Range) -> Range {
    let known: Vec<(f64, [f64; 3])> = values
        .iter()
        .zip(conditions)
        .filter_map(|(value, condition)| {
            let Condition([percussiveness, level_spread]) = *condition;
            Some(((*value)? - base.at(*condition), [1.0, percussiveness, level_spread]))
        })
        .collect();
    let weights = [MEAN_SONGS, BASE_SONGS, BASE_SONGS];
    let matrix: Vec<Vec<f64>> = (0..3)
        .map(|a| {
            let sum = |b: usize| known.iter().map(|(_, terms)| terms[a] * terms[b]).sum::<f64>();
            (0..3).map(|b| sum(b) + if a == b { weights[a] } else { 0.0 }).collect()
        })
        .collect();
    let right = (0..3).map(|a| known.iter().map(|(value, terms)| value * terms[a]).sum()).collect();
    let terms = crate::assistant::linear::solve(matrix, right);
    let squares: f64 =
        known.iter().map(|(value, at)| (value - at.iter().zip(&terms).map(|(a, b)| a * b).sum::<f64>()).powi(2)).sum();
    let spread = ((squares + BASE_SONGS * base.spread.powi(2)) / (known.len() as f64 + BASE_SONGS)).sqrt();
    Range {
        mean: base.mean + terms[0],
        per_percussiveness: base.per_percussiveness + terms[1],
        per_level_spread: base.per_level_spread + terms[2],
        spread,
    }
}
