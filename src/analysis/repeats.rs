//! Was the mix changed? A place that is heard again, against what it was.

use super::texture::Texture;

/// Textures in a row that are compared together: 5 s, so that a position told to a few hundredths of a second and the
/// grain of the frames average out.
const RUN: usize = 10;
/// Of a run no two neighbours lie further apart, textures: what was lost on the way leaves holes.
const MAX_HOLE: i64 = 8;
/// A mix has changed where its loudness moved by this in the mean, LU, or its bands did, dB. The same music heard again differs
/// by 0.05 LU and, since the frames lie otherwise, by up to 2 dB.
const LOUDNESS_LU: f64 = 0.3;
const SPECTRUM_DB: f64 = 2.5;
/// Third octaves that are compared, by place: 100 Hz–12.5 kHz, where frames hold enough periods.
const BANDS: std::ops::Range<usize> = 7..29;
/// Bands this far under the loudest are no evidence, dB.
const AUDIBLE_DB: f64 = 50.0;

/// Compares what is heard again.
#[derive(Clone, Debug, Default)]
pub struct Repeats {
    /// Loudness and band differences of the run so far.
    loudness: Vec<f64>,
    bands: Vec<(f64, f64)>,
    last_idx: i64,
    changed_at_s: Option<f64>,
    is_watching: bool,
}

impl Repeats {
    /// A half second that was heard before.
    pub fn compare(&mut self, before: &Texture, now: &Texture) {
        let (Some(old_db), Some(new_db)) = (before.loudness.db(), now.loudness.db()) else { return };
        if !(1..=MAX_HOLE).contains(&now.idx.saturating_sub(self.last_idx)) {
            self.forget_run();
        }
        self.last_idx = now.idx;
        self.loudness.push(new_db - old_db);
        self.bands.resize(BANDS.len(), (0.0, 0.0));
        let loudest = before.mid.iter().filter_map(|level| level.db()).fold(f64::NEG_INFINITY, f64::max);
        for ((sums, old), new) in self.bands.iter_mut().zip(&before.mid[BANDS]).zip(&now.mid[BANDS]) {
            if old.db().is_some_and(|db| db > loudest - AUDIBLE_DB) {
                sums.0 += old.power();
                sums.1 += new.power();
            }
        }
        if self.loudness.len() == RUN {
            self.judge(now.start_s());
            self.forget_run();
        }
    }

    /// A half second that is new: no run reaches across it.
    pub fn pass_new(&mut self) {
        self.forget_run();
    }

    fn forget_run(&mut self) {
        self.loudness.clear();
        self.bands.clear();
    }

    /// Where it was last found changed, seconds.
    pub fn changed_at_s(&self) -> Option<f64> {
        self.changed_at_s
    }

    /// Whether new places are left alone.
    pub fn is_watching(&self) -> bool {
        self.is_watching
    }

    /// See [`Self::is_watching`].
    pub fn set_watching(&mut self, is_watching: bool) {
        self.is_watching = is_watching;
    }

    fn judge(&mut self, at_s: f64) {
        let loudness = self.loudness.iter().sum::<f64>() / self.loudness.len() as f64;
        let differences: Vec<f64> = self
            .bands
            .iter()
            .filter(|(old, new)| *old > 0.0 && *new > 0.0)
            .map(|(old, new)| (10.0 * (new / old).log10()).powi(2))
            .collect();
        let spectrum = (differences.iter().sum::<f64>() / differences.len().max(1) as f64).sqrt();
        if loudness.abs() > LOUDNESS_LU || spectrum > SPECTRUM_DB {
            self.changed_at_s = Some(at_s);
        }
    }
}
