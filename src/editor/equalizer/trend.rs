//! The song's own trend: how its spectrum runs without what stands out of it.

use crate::analysis::{LiveSpectrum, NO_SIGNAL_DB};

/// Half width of the fit, octaves (one standard deviation).
const WIDTH_OCTAVES: f64 = 1.1;
/// The trend is fitted at every so many points of the spectrum; between them it is a line.
const STRIDE: usize = 6;
/// What the display does not reach, dB: silence.
const SILENCE_DB: f32 = -110.0;

/// A smooth curve through the running spectrum of the mix, dB at each of its frequencies: a straight line fitted around
/// each point, weighted by a bell two octaves wide. A report stores how far a band departs, not the curve it departs
/// from; so this is a drawing of it, and what lies in `without_hz` has no say in it. Where the mix
/// has no signal it has no trend; empty where there is no spectrum.
pub fn of(spectrum: &LiveSpectrum, without_hz: Option<(f64, f64)>) -> Vec<f32> {
    let known = || spectrum.frequencies_hz.iter().zip(&spectrum.mix_db).filter(|(_, db)| **db > SILENCE_DB);
    let is_counted = |hz: f64| without_hz.is_none_or(|(low, high)| !(low..=high).contains(&hz));
    let heard: Vec<(f64, f64)> = known()
        .filter(|(hz, _)| is_counted(f64::from(**hz)))
        .map(|(hz, db)| (f64::from(*hz).log2(), f64::from(*db)))
        .collect();
    let num_points = spectrum.mix_db.len().min(spectrum.frequencies_hz.len());
    if heard.len() < 8 || num_points < 2 {
        return Vec::new();
    }
    let fit = |idx: usize| fitted(&heard, f64::from(spectrum.frequencies_hz[idx]).log2());
    let last = num_points - 1;
    let knots: Vec<f64> = (0..=last / STRIDE + 1).map(|knot| fit((knot * STRIDE).min(last))).collect();
    let between = |idx: usize| {
        let knot = idx / STRIDE;
        let span = ((knot + 1) * STRIDE).min(last) - (knot * STRIDE).min(last);
        let share = if span == 0 { 0.0 } else { (idx % STRIDE) as f64 / span as f64 };
        egui::lerp(knots[knot]..=knots[knot + 1], share) as f32
    };
    let is_silent = |idx: usize| spectrum.mix_db[idx] <= SILENCE_DB;
    (0..num_points).map(|idx| if is_silent(idx) { NO_SIGNAL_DB } else { between(idx) }).collect()
}

/// The weighted straight line's value at an octave.
fn fitted(heard: &[(f64, f64)], octave: f64) -> f64 {
    let mut sums = [0.0; 5];
    for (at, db) in heard {
        let distance = at - octave;
        let weight = (-0.5 * (distance / WIDTH_OCTAVES).powi(2)).exp();
        for (sum, value) in sums.iter_mut().zip([1.0, distance, distance * distance, *db, distance * db]) {
            *sum += weight * value;
        }
    }
    let [weight, x, xx, y, xy] = sums;
    let spread = weight * xx - x * x;
    if spread.abs() < 1e-9 { y / weight } else { (y * xx - x * xy) / spread }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_straight_spectrum_is_its_own_trend_and_a_bump_has_no_say() {
        let frequencies_hz: Vec<f32> = (0..240).map(|idx| 20.0 * 1000f32.powf(idx as f32 / 239.0)).collect();
        let line = |hz: f32| -30.0 - 1.5 * (hz / 1000.0).log2();
        let bump = |hz: f32| if (200.0..400.0).contains(&hz) { 6.0 } else { 0.0 };
        let mix_db = frequencies_hz.iter().map(|hz| line(*hz) + bump(*hz)).collect();
        let spectrum = LiveSpectrum { frequencies_hz: Arc::new(frequencies_hz.clone()), mix_db, master_db: Vec::new() };
        let trend = of(&spectrum, Some((199.0, 401.0)));
        for (hz, db) in frequencies_hz.iter().zip(&trend) {
            assert!((db - line(*hz)).abs() < 0.05, "{hz} Hz: {db}");
        }
        assert!(of(&LiveSpectrum::default(), None).is_empty());
    }
}
