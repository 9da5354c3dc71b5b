//! The running spectra of mix and master, as every plot over frequency draws them.

use egui::{Pos2, pos2};

use crate::analysis::{LiveSpectrum, NO_SIGNAL_DB};

use super::pen::Pen;
use super::theme::{MASTER, MIX};

/// The level, dB, that plots put on their reference line: the mean from 100 Hz to 8 kHz; it follows slowly, so that the
/// picture stands still.
pub fn reference(spectrum: &LiveSpectrum, last: Option<f32>) -> Option<f32> {
    let levels = if spectrum.mix_db.is_empty() { &spectrum.master_db } else { &spectrum.mix_db };
    let inner = spectrum.frequencies_hz.iter().zip(levels);
    let inner =
        inner.filter(|(hz, level)| (100.0..8000.0).contains(*hz) && **level > NO_SIGNAL_DB).map(|(_, level)| *level);
    let (sum, count) = inner.fold((0.0, 0), |(sum, count), level| (sum + level, count + 1));
    if count == 0 {
        return last;
    }
    let mean = sum / count as f32;
    Some(last.filter(|last| (last - mean).abs() < 12.0).map_or(mean, |last| last + 0.02 * (mean - last)))
}

/// The points of one spectrum: `x` places hertz, `y` a level over the reference in dB. Where there is no signal they lie
/// below the plot, which the plot's clip leaves out.
pub fn points(
    frequencies_hz: &[f32],
    levels_db: &[f32],
    reference_db: f32,
    (x, y): (impl Fn(f64) -> f32, impl Fn(f32) -> f32),
) -> Vec<Pos2> {
    let pairs = frequencies_hz.iter().zip(levels_db).filter(|(_, level)| level.is_finite());
    pairs.map(|(hz, level)| pos2(x(f64::from(*hz)), y(level - reference_db))).collect()
}

/// The mix as a thin line over an area, the master as a thick line, gold where they differ. `range` is y where the
/// area's colour begins and where it has faded.
pub fn draw(pen: &Pen, mix: Vec<Pos2>, master: Vec<Pos2>, range: (f32, f32)) {
    if mix.len() > 1 {
        pen.area(&mix, range.1, range, (MIX.gamma_multiply(0.19), MIX.gamma_multiply(0.01)));
    }
    if mix.len() == master.len() {
        pen.between(&mix, &master, MASTER.gamma_multiply(0.3));
    }
    if mix.len() > 1 {
        pen.path(mix, 1.1, MIX);
    }
    if master.len() > 1 {
        pen.path(master, 1.9, MASTER);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn silence_has_no_reference_and_its_points_lie_far_below() {
        let frequencies_hz = Arc::new(vec![200.0, 1000.0, 5000.0]);
        let silent = LiveSpectrum {
            frequencies_hz: Arc::clone(&frequencies_hz),
            mix_db: vec![NO_SIGNAL_DB; 3],
            master_db: vec![NO_SIGNAL_DB; 3],
        };
        assert_eq!(reference(&silent, None), None);
        assert_eq!(reference(&silent, Some(-30.0)), Some(-30.0));
        let half = LiveSpectrum { mix_db: vec![-30.0, -32.0, NO_SIGNAL_DB], ..silent };
        assert_eq!(reference(&half, None), Some(-31.0));
        let points = points(&half.frequencies_hz, &half.mix_db, -31.0, (|hz| hz as f32, |db| -db));
        assert!(points[2].y > 200.0);
    }
}
