//! How loud is the whole? Integrated loudness by gating, and loudness range.

use super::loudness::{BlockPowers, lufs_from_power, power_from_lufs};

/// Absolute gate, LUFS (ITU-R BS.1770-5, annex 1, section 3).
pub const ABSOLUTE_GATE_LUFS: f64 = -70.0;
/// Relative gate of integrated loudness, LU.
const RELATIVE_GATE_LU: f64 = -10.0;
/// Relative gate of loudness range, LU (EBU Tech 3342 section 2).
const RANGE_GATE_LU: f64 = -20.0;

/// The powers that integrated loudness and loudness range need: one gating block (400 ms) and one short-term window
/// (3 s) per 100 ms, 8 bytes in all, and the maxima.
#[derive(Clone, Debug, Default)]
pub struct Programme {
    gating: Vec<f32>,
    short_term: Vec<f32>,
    max_momentary: f64,
    max_short_term: f64,
}

impl Programme {
    /// Adds 100 ms.
    pub fn push(&mut self, powers: &BlockPowers) {
        let gate = power_from_lufs(ABSOLUTE_GATE_LUFS);
        self.gating.extend(powers.gating.filter(|&power| power > gate).map(|power| power as f32));
        self.short_term.extend(powers.short_term.filter(|&power| power > gate).map(|power| power as f32));
        self.max_momentary = self.max_momentary.max(powers.max_momentary.unwrap_or(0.0));
        self.max_short_term = self.max_short_term.max(powers.max_short_term.unwrap_or(0.0));
    }

    /// Integrated loudness, LUFS; `None` if nothing passed the gates.
    pub fn integrated_lufs(&self) -> Option<f64> {
        integrated_lufs(self.gating.iter().map(|&power| f64::from(power)))
    }

    /// Loudness range, LU: 95th minus 10th percentile of the short-term loudness above the gates (Tech 3342, windows every
    /// 100 ms). `None` if no 3 s were heard.
    ///
    /// No silence is put after a file. Tech 3342 (2023, section 5) wants 1.5 s of it, but ffmpeg's and libebur128's meters have
    /// none, and windows that are half silence count as a quiet part, in a recording of half a minute as 5 % of it.
    pub fn loudness_range_lu(&self) -> Option<f64> {
        let mut powers = self.short_term.clone();
        powers.sort_unstable_by(f32::total_cmp);
        let mean = powers.iter().map(|&power| f64::from(power)).sum::<f64>() / powers.len().max(1) as f64;
        let gate = mean * 10f64.powf(RANGE_GATE_LU / 10.0);
        let gated = &powers[powers.partition_point(|&power| f64::from(power) < gate)..];
        let last = gated.len().checked_sub(1)? as f64;
        // Index as in the reference implementation of Tech 3342, section 5: round((n − 1) p).
        let percentile = |share: f64| lufs_from_power(f64::from(gated[(last * share).round() as usize]));
        Some(percentile(0.95) - percentile(0.10))
    }

    /// Highest momentary loudness, LUFS.
    pub fn max_momentary_lufs(&self) -> Option<f64> {
        (self.max_momentary > 0.0).then(|| lufs_from_power(self.max_momentary))
    }

    /// Highest short-term loudness, LUFS.
    pub fn max_short_term_lufs(&self) -> Option<f64> {
        (self.max_short_term > 0.0).then(|| lufs_from_power(self.max_short_term))
    }

    /// Blocks above the absolute gate.
    pub fn num_blocks(&self) -> usize {
        self.gating.len()
    }

    /// As new.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

/// Integrated loudness of gating blocks of 400 ms that overlap by 75 %, LUFS (BS.1770-5, annex 1, equations 3–7).
pub fn integrated_lufs(gating: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let mean_above = |gate: f64| {
        let (sum, count) = gating.clone().filter(|&power| power > gate).fold((0.0, 0u64), |(s, n), p| (s + p, n + 1));
        (count > 0).then(|| sum / count as f64)
    };
    let absolute_gate = power_from_lufs(ABSOLUTE_GATE_LUFS);
    let ungated = mean_above(absolute_gate)?;
    let relative_gate = ungated * 10f64.powf(RELATIVE_GATE_LU / 10.0);
    mean_above(relative_gate.max(absolute_gate)).map(lufs_from_power)
}
