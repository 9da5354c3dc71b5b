//! What do the meters show? Loudness, peaks and correlation of a stream as it plays.

use super::loudness::LoudnessMeter;
use super::programme::{ABSOLUTE_GATE_LUFS, Programme};
use super::true_peak::TruePeakMeter;
use crate::dsp::units::db_from_gain;

/// Readings of a meter; `None` for silence, which is all below −70 LUFS, and before there is anything.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LiveLevels {
    /// Loudness of the last 400 ms, LUFS.
    pub momentary_lufs: Option<f64>,
    /// Loudness of the last 3 s, LUFS.
    pub short_term_lufs: Option<f64>,
    /// Integrated loudness since the last reset, LUFS.
    pub integrated_lufs: Option<f64>,
    /// Loudness range since the last reset, LU; refreshed every second, less often after some minutes.
    pub loudness_range_lu: Option<f64>,
    /// Highest momentary loudness since the last reset, LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Highest short-term loudness since the last reset, LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// Highest true peak since the last reset, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Highest true peak since a reset or since it was let go, dBTP.
    pub held_true_peak_dbtp: Option<f64>,
    /// True peak of the last 3 s minus short-term loudness, dB.
    pub psr_db: Option<f64>,
    /// True peak minus integrated loudness since the last reset, dB.
    pub plr_db: Option<f64>,
    /// Correlation of left and right over the last 400 ms, K-weighted, −1…1.
    pub correlation: Option<f64>,
}

/// Blocks in the true-peak window of PSR and in that of correlation.
const PEAK_BLOCKS: usize = 30;
const CORRELATION_BLOCKS: usize = 4;
/// Blocks between two computations of loudness range and of integrated loudness. Both look at all that was heard, so they
/// come less often the longer that is: after three hours every two minutes and every eleven seconds.
const RANGE_BLOCKS: u64 = 10;
const RANGE_PER_BLOCK: u64 = 100;
const INTEGRATED_PER_BLOCK: u64 = 1000;

/// A running meter of one stream. Cheap to poll; takes any block size. A mono one is measured as it plays, from two
/// loudspeakers: what services ask for, and what is landed on, is meant so.
pub struct LiveMeter {
    loudness: LoudnessMeter,
    peaks: TruePeakMeter,
    programme: Programme,
    num_blocks: u64,
    peak_ring: [f64; PEAK_BLOCKS],
    stereo_ring: [[f64; 3]; CORRELATION_BLOCKS],
    block_peak: f64,
    true_peak: f64,
    held_true_peak: f64,
    integrated_lufs: Option<f64>,
    loudness_range_lu: Option<f64>,
}

impl LiveMeter {
    /// A meter of one or two channels.
    pub fn new(sample_rate_hz: f64, num_channels: usize) -> Self {
        Self {
            loudness: LoudnessMeter::new(sample_rate_hz, if num_channels == 1 { &[2.0] } else { &[1.0, 1.0] }),
            peaks: TruePeakMeter::new(num_channels),
            programme: Programme::default(),
            num_blocks: 0,
            peak_ring: [0.0; PEAK_BLOCKS],
            stereo_ring: [[0.0; 3]; CORRELATION_BLOCKS],
            block_peak: 0.0,
            true_peak: 0.0,
            held_true_peak: 0.0,
            integrated_lufs: None,
            loudness_range_lu: None,
        }
    }

    /// Hears; for a mono meter `right` is not looked at.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        let channels = [left, right];
        let channels = &channels[..self.loudness.num_channels()];
        let mut from = 0;
        while from < left.len() {
            let to = left.len().min(from + self.loudness.frames_to_block_end());
            let mut part = [&left[from..to], &[][..]];
            if let [_, right] = channels {
                part[1] = &right[from..to];
            }
            self.process_part(&part[..channels.len()]);
            from = to;
        }
    }

    /// Restarts integrated loudness, range and maxima; the windows run on.
    pub fn restart(&mut self) {
        self.programme.reset();
        self.true_peak = 0.0;
        self.held_true_peak = 0.0;
        self.integrated_lufs = None;
        self.loudness_range_lu = None;
    }

    /// Lets go of the true peak that is held; what is said of all that was heard keeps its own.
    pub fn release_true_peak(&mut self) {
        self.held_true_peak = 0.0;
    }

    /// The readings.
    pub fn levels(&self) -> LiveLevels {
        let db = |peak: f64| (peak > 0.0).then(|| db_from_gain(peak));
        let true_peak_dbtp = db(self.true_peak);
        // Filters ring on for ever: what is below the gate is silence.
        let heard = |lufs: Option<f64>| lufs.filter(|lufs| *lufs > ABSOLUTE_GATE_LUFS);
        let short_term_lufs = heard(self.loudness.short_term_lufs());
        let recent_peak = self.peak_ring.iter().copied().fold(self.block_peak, f64::max);
        let [kll, krr, klr] =
            self.stereo_ring.iter().fold([0.0; 3], |sum, block| std::array::from_fn(|i| sum[i] + block[i]));
        LiveLevels {
            momentary_lufs: heard(self.loudness.momentary_lufs()),
            short_term_lufs,
            integrated_lufs: self.integrated_lufs,
            loudness_range_lu: self.loudness_range_lu,
            max_momentary_lufs: self.programme.max_momentary_lufs(),
            max_short_term_lufs: self.programme.max_short_term_lufs(),
            true_peak_dbtp,
            held_true_peak_dbtp: db(self.held_true_peak),
            psr_db: db(recent_peak).zip(short_term_lufs).map(|(peak, lufs)| peak - lufs),
            plr_db: true_peak_dbtp.zip(self.integrated_lufs).map(|(peak, lufs)| peak - lufs),
            correlation: (kll > 0.0 && krr > 0.0).then(|| (klr / (kll * krr).sqrt()).clamp(-1.0, 1.0)),
        }
    }

    fn process_part(&mut self, channels: &[&[f32]]) {
        let (true_peak, _) = self.peaks.process(channels);
        self.block_peak = self.block_peak.max(true_peak);
        self.true_peak = self.true_peak.max(true_peak);
        self.held_true_peak = self.held_true_peak.max(true_peak);
        let mut block = None;
        self.loudness.process(channels, |powers| block = Some(powers));
        let Some(powers) = block else { return };
        self.peak_ring[self.num_blocks as usize % PEAK_BLOCKS] = self.block_peak;
        self.block_peak = 0.0;
        let [left, right] = powers.channels;
        self.stereo_ring[self.num_blocks as usize % CORRELATION_BLOCKS] = [left, right, powers.cross];
        self.num_blocks += 1;
        self.programme.push(&powers);
        let num_heard = self.programme.num_blocks() as u64;
        if self.num_blocks.is_multiple_of(1 + num_heard / INTEGRATED_PER_BLOCK) {
            self.integrated_lufs = self.programme.integrated_lufs();
        }
        if self.num_blocks.is_multiple_of(RANGE_BLOCKS + num_heard / RANGE_PER_BLOCK) {
            self.loudness_range_lu = self.programme.loudness_range_lu();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rings_on_after_the_end_is_silence() {
        let mut meter = LiveMeter::new(48_000.0, 2);
        meter.process(&[0.5; 96_000], &[0.5; 96_000]);
        meter.process(&[0.1; 4800], &[-0.1; 4800]);
        assert!(meter.levels().momentary_lufs.is_some());
        for _ in 0..100 {
            meter.process(&[0.0; 4800], &[0.0; 4800]);
            for lufs in [meter.levels().momentary_lufs, meter.levels().short_term_lufs].into_iter().flatten() {
                assert!(lufs > -70.0, "{lufs} LUFS");
            }
        }
        assert_eq!(meter.levels().short_term_lufs, None);
    }
}
