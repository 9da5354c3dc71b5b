//! Is the recording damaged? Clicks, dropouts, clipped peaks, peaks between samples.

use super::{Finding, FindingKind, Song};
use crate::analysis::Defect;

/// Clicks a minute that pass for part of the music.
const CLICKS_PER_MINUTE: f64 = 3.0;
/// A click is heard if its curvature is at least this against the song's root mean square, dB.
const AUDIBLE_CLICK_DB: f64 = -20.0;
/// Dropouts: none.
const DROPOUTS_PER_MINUTE: f64 = 0.0;
/// Sound around a dropout, against the song's root mean square, dB.
const AUDIBLE_DROPOUT_DB: f64 = -20.0;
/// Flat tops a minute (`dsp.md` section 8.4), and how near to the highest peak they lie, as a ratio (−1 dB).
const TOPS_PER_MINUTE: f64 = 10.0;
const NEAR_PEAK: f64 = 0.89;
/// Places are told apart if they lie this far from each other, seconds.
const APART_S: f64 = 1.0;

/// All four.
pub fn measure(song: &Song<'_>) -> Vec<Finding> {
    let power = song.active.iter().map(|texture| texture.power()).sum::<f64>() / song.active.len() as f64;
    let rms = (power / 2.0).sqrt();
    let minutes = song.features.active_s.max(1.0) / 60.0;
    let defects = &song.features.defects;
    let over = |db: f64| move |defect: &&Defect| f64::from(defect.level) > rms * 10f64.powf(db / 20.0);
    let counted = |kind: FindingKind, found: Vec<&Defect>, limit: f64| {
        let places_s = places(&found, if kind == FindingKind::Clipping { APART_S } else { 0.0 });
        Finding::new(kind, found.len() as f64 / minutes, [0.0, limit]).in_places(song, places_s)
    };
    let clicks = defects.clicks.iter().filter(over(AUDIBLE_CLICK_DB)).collect();
    let dropouts = defects.dropouts.iter().filter(over(AUDIBLE_DROPOUT_DB)).collect();
    let peak = song.features.levels.sample_peak_dbfs.map_or(0.0, |db| 10f64.powf(db / 20.0));
    let tops = defects.flat_tops.iter().filter(|top| f64::from(top.level) > NEAR_PEAK * peak).collect();
    let mut findings = vec![
        counted(FindingKind::Clicks, clicks, CLICKS_PER_MINUTE),
        counted(FindingKind::Dropout, dropouts, DROPOUTS_PER_MINUTE),
        counted(FindingKind::Clipping, tops, TOPS_PER_MINUTE),
    ];
    findings.extend(between_samples(song));
    findings
}

/// Peaks over full scale that lie between samples; where samples are over too, the samples are what is wrong.
fn between_samples(song: &Song<'_>) -> Option<Finding> {
    let levels = &song.features.levels;
    let (true_peak, sample_peak) = (levels.true_peak_dbtp?, levels.sample_peak_dbfs?);
    let value = if sample_peak > 0.0 { true_peak.min(0.0) } else { true_peak };
    Some(Finding::new(FindingKind::IntersamplePeaks, value, [-120.0, 0.0]))
}

/// Defects less than `apart_s` from each other are one place.
fn places(defects: &[&Defect], apart_s: f64) -> Vec<(f64, f64)> {
    let mut times: Vec<f64> = defects.iter().map(|defect| f64::from(defect.at_s)).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.chunk_by(|a, b| b - a < apart_s).map(|place| (place[0], place[place.len() - 1] + 0.001)).collect()
}
