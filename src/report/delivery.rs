//! The delivery check: what a mastering house would be asked about the file.

use crate::analysis::{Levels, Stereo};
use crate::assistant::{Brief, CEILING_TOLERANCE_DB};

/// One check.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Name with unit where it has one.
    pub check: &'static str,
    /// Whether it holds.
    pub pass: bool,
    /// Measured; `None` where it does not exist.
    pub value: Option<f64>,
    /// What it is held to.
    pub limit: f64,
}

/// An offset of more than −60 dBFS is one (`dsp.md` section 8.4).
const MAX_DC: f64 = 0.001;
/// Folding down to mono may cost this much loudness, LU (`dsp.md` section 8.4).
const MIN_FOLD_DOWN_LU: f64 = -3.0;

/// How far from the loudness that is asked for a file may lie, LU.
const LOUDNESS_TOLERANCE_LU: f64 = 0.5;

/// The loudness as it plays against what the brief asks for; nothing where it asks for none. A destination that takes louder
/// masters as they are is content with one.
fn loudness(levels: &Levels, brief: &Brief) -> Option<Check> {
    let target_lufs = brief.target_lufs()?;
    let may_be_louder = brief.loudness_lufs.is_none() && !brief.destination.is_exact();
    let is_met = |lufs: f64| {
        let over_lu = lufs - target_lufs;
        over_lu >= -LOUDNESS_TOLERANCE_LU && (may_be_louder || over_lu <= LOUDNESS_TOLERANCE_LU)
    };
    Some(Check {
        check: "integrated_loudness",
        pass: levels.playback_lufs.is_some_and(is_met),
        value: levels.playback_lufs,
        limit: target_lufs,
    })
}

/// Checks a file by its measurements.
pub fn delivery(levels: &Levels, stereo: &Stereo, num_non_finite: u64, brief: &Brief) -> Vec<Check> {
    let largest_dc = stereo.dc_offset.iter().fold(0.0, |max: f64, dc| max.max(dc.abs()));
    let below = |check, value: Option<f64>, limit: f64, tolerance: f64| Check {
        check,
        pass: value.is_none_or(|value| value <= limit + tolerance),
        value,
        limit,
    };
    let mut checks = vec![
        below("true_peak", levels.true_peak_dbtp, brief.ceiling(), CEILING_TOLERANCE_DB),
        below("dc_offset", Some(largest_dc), MAX_DC, 0.0),
        Check {
            check: "mono_fold_down",
            pass: stereo.mono_fold_down_lu.is_none_or(|lu| lu >= MIN_FOLD_DOWN_LU),
            value: stereo.mono_fold_down_lu,
            limit: MIN_FOLD_DOWN_LU,
        },
        below("non_finite_samples", Some(num_non_finite as f64), 0.0, 0.0),
    ];
    checks.extend(loudness(levels, brief));
    checks
}
