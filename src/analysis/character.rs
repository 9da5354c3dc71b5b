//! What is the song like as a whole? Long-term measures over the half seconds that are no pause.

use std::sync::Arc;

use super::spectrum::{NOMINAL_HZ, NUM_STEREO_BANDS, STEREO_EDGES_HZ, num_thirds};
use super::stereo::side_to_mid_db;
use super::texture::{NUM_CREST_BANDS, Texture};
use super::{Spectrum, StereoMeasures};
use crate::dsp::units::db_from_power;

/// What is more than this under the integrated loudness is a pause, LU (the relative gate of EBU Tech 3342).
pub const PAUSE_GATE_LU: f64 = -20.0;

/// The textures that are no pause: those within 20 LU of the power-weighted mean over all.
pub fn active(textures: &[Arc<Texture>]) -> Vec<&Texture> {
    let powers = || textures.iter().map(|texture| texture.loudness.power());
    // As in BS.1770: the gate is taken from the mean of what is over it, so that pauses do not lower it.
    let mean_above = |gate: f64| {
        let (sum, count) = powers().filter(|&power| power > gate).fold((0.0, 0.0), |(s, n), p| (s + p, n + 1.0));
        sum / f64::max(count, 1.0)
    };
    let ratio = 10f64.powf(PAUSE_GATE_LU / 10.0);
    let gate = mean_above(mean_above(0.0) * ratio) * ratio;
    textures.iter().map(Arc::as_ref).filter(|texture| texture.loudness.power() > gate).collect()
}

/// Mean third-octave powers of mid and side.
pub fn long_term(textures: &[&Texture], sample_rate_hz: f64) -> Spectrum {
    let num_bands = num_thirds(sample_rate_hz);
    let mean_db = |power: &dyn Fn(&Texture) -> f64| {
        let sum: f64 = textures.iter().map(|texture| power(texture)).sum();
        (sum > 0.0).then(|| db_from_power(sum / textures.len() as f64))
    };
    Spectrum {
        frequencies_hz: NOMINAL_HZ[..num_bands].to_vec(),
        mid_db: (0..num_bands).map(|band| mean_db(&|texture| texture.mid[band].power())).collect(),
        side_db: (0..num_bands).map(|band| mean_db(&|texture| texture.side[band].power())).collect(),
    }
}

/// Left against right in each stereo band.
pub fn stereo_bands(textures: &[&Texture]) -> Vec<StereoMeasures> {
    (0..NUM_STEREO_BANDS)
        .map(|band| {
            let mut sums = [0.0; 3];
            for texture in textures {
                sums.iter_mut().zip(texture.stereo[band].powers()).for_each(|(sum, power)| *sum += power);
            }
            stereo_measures(STEREO_EDGES_HZ[band], STEREO_EDGES_HZ[band + 1], sums)
        })
        .collect()
}

/// The measures of `[left, right, left times right]`.
pub fn stereo_measures(low_hz: f64, high_hz: f64, [left, right, product]: [f64; 3]) -> StereoMeasures {
    let ratio_db = |num: f64, den: f64| (num > 0.0 && den > 0.0).then(|| db_from_power(num / den));
    StereoMeasures {
        low_hz,
        high_hz,
        correlation: (left > 0.0 && right > 0.0).then(|| (product / (left * right).sqrt()).clamp(-1.0, 1.0)),
        side_to_mid_db: side_to_mid_db(left + right - 2.0 * product, left + right + 2.0 * product),
        balance_db: ratio_db(left, right),
    }
}

/// Peak over mean in each crest band: the mean over the half seconds, dB.
pub fn crest_db(textures: &[&Texture]) -> [Option<f64>; NUM_CREST_BANDS] {
    std::array::from_fn(|band| {
        let crests: Vec<f64> = textures
            .iter()
            .filter_map(|texture| texture.crest[band].0.db().zip(texture.crest[band].1.db()))
            .map(|(peak, mean)| peak - mean)
            .collect();
        (!crests.is_empty()).then(|| crests.iter().sum::<f64>() / crests.len() as f64)
    })
}

/// Share of strokes in the sound, 0–1.
pub fn percussiveness(textures: &[&Texture]) -> Option<f64> {
    (!textures.is_empty())
        .then(|| textures.iter().map(|texture| f64::from(texture.percussiveness)).sum::<f64>() / textures.len() as f64)
}

/// How far the level of 10 ms swings within half a second, median, dB: little in dense music.
pub fn level_spread_db(textures: &[&Texture]) -> Option<f64> {
    let mut spreads: Vec<f64> = textures.iter().map(|texture| f64::from(texture.spread_db)).collect();
    spreads.sort_unstable_by(f64::total_cmp);
    spreads.get(spreads.len() / 2).copied()
}
