//! How loud and how peaky is the song? The level measures of what counts.

use super::Levels;
use super::loudness::{BlockPowers, lufs_from_power, playback_gain_lu, power_from_lufs};
use super::programme::{ABSOLUTE_GATE_LUFS, Programme};
use crate::dsp::units::db_from_gain;

/// Blocks of 100 ms in the true-peak window of PSR.
const PEAK_BLOCKS: usize = 30;
/// PSR counts where the short-term loudness is within this of the integrated: fades and pauses are no evidence, LU.
const PSR_GATE_LU: f64 = -20.0;

/// Gathers loudness and peaks block by block.
#[derive(Clone, Debug)]
pub struct SongLevels {
    playback_gain_lu: f64,
    programme: Programme,
    true_peak: f64,
    sample_peak: f64,
    recent_peaks: Vec<f64>,
    /// `(short-term power, true peak of the same 3 s)`.
    psr: Vec<(f32, f32)>,
}

impl SongLevels {
    /// Of a song of one or two channels.
    pub fn new(num_channels: usize) -> Self {
        Self {
            playback_gain_lu: playback_gain_lu(num_channels),
            programme: Programme::default(),
            true_peak: 0.0,
            sample_peak: 0.0,
            recent_peaks: Vec::new(),
            psr: Vec::new(),
        }
    }

    /// The true peak of a block that was heard, whether or not it counts: windows of 3 s look back over it.
    pub fn hear_peak(&mut self, true_peak: f64) {
        if self.recent_peaks.len() == PEAK_BLOCKS {
            self.recent_peaks.remove(0);
        }
        self.recent_peaks.push(true_peak);
    }

    /// A block that counts, after [`Self::hear_peak`]; its true and sample peak.
    pub fn push(&mut self, powers: &BlockPowers, peaks: (f64, f64)) {
        self.programme.push(powers);
        self.push_peaks(peaks);
        if let Some(power) = powers.short_term.filter(|&power| power > power_from_lufs(ABSOLUTE_GATE_LUFS)) {
            self.psr.push((power as f32, self.recent_peaks.iter().copied().fold(0.0, f64::max) as f32));
        }
    }

    /// The true and sample peak of something that is too short for a block.
    pub fn push_peaks(&mut self, (true_peak, sample_peak): (f64, f64)) {
        self.true_peak = self.true_peak.max(true_peak);
        self.sample_peak = self.sample_peak.max(sample_peak);
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        self.recent_peaks.clear();
    }

    /// The measures so far.
    pub fn levels(&self) -> Levels {
        let db = |peak: f64| (peak > 0.0).then(|| db_from_gain(peak));
        let integrated_lufs = self.programme.integrated_lufs();
        let playback_lufs = integrated_lufs.map(|lufs| lufs + self.playback_gain_lu);
        let true_peak_dbtp = db(self.true_peak);
        let psr_gate = integrated_lufs.map_or(f64::INFINITY, |lufs| power_from_lufs(lufs + PSR_GATE_LU));
        let mut psr: Vec<f64> = self
            .psr
            .iter()
            .map(|&(power, peak)| (f64::from(power), f64::from(peak)))
            .filter(|(power, _)| *power >= psr_gate)
            .map(|(power, peak)| db_from_gain(peak) - lufs_from_power(power) - self.playback_gain_lu)
            .collect();
        psr.sort_unstable_by(f64::total_cmp);
        Levels {
            integrated_lufs,
            playback_lufs,
            max_short_term_lufs: self.programme.max_short_term_lufs(),
            max_momentary_lufs: self.programme.max_momentary_lufs(),
            loudness_range_lu: self.programme.loudness_range_lu(),
            true_peak_dbtp,
            sample_peak_dbfs: db(self.sample_peak),
            plr_db: true_peak_dbtp.zip(playback_lufs).map(|(peak, lufs)| peak - lufs),
            psr_min_db: psr.first().copied(),
            psr_p10_db: psr.get(psr.len() / 10).copied(),
        }
    }
}
