//! Another record beside mix and master, as loud as they are heard.

use std::sync::Arc;

use super::clip::Clip;
use super::matching::MAX_SLEW_DB_PER_S;
use crate::chain::loudness_window::BLOCK_S;
use crate::dsp::ramp::Ramp;
use crate::dsp::units::gain_from_db;

/// As loud as this while nothing was measured that it could be as loud as, LUFS: quiet for any record.
const UNKNOWN_LUFS: f64 = -20.0;

/// Plays a record round and round while it is heard, and finds its gain.
pub struct ReferencePlayer {
    clip: Option<Arc<Clip>>,
    sample_rate_hz: f64,
    position: usize,
    /// What it was to be as loud as when that was asked last.
    level_lufs: Option<f64>,
    /// What it would have to be turned up to be as loud as the quieter of mix and master.
    distance_db: Option<f64>,
    gain: Ramp,
}

impl ReferencePlayer {
    pub fn new(sample_rate_hz: f64) -> Self {
        Self { clip: None, sample_rate_hz, position: 0, level_lufs: None, distance_db: None, gain: Ramp::new(0.0) }
    }

    /// Takes another record, or none. The caller keeps one that is taken away until it is let go elsewhere: nothing is freed here.
    pub fn take(&mut self, clip: Option<Arc<Clip>>) {
        self.clip = clip.filter(|clip| clip.sample_rate_hz() == self.sample_rate_hz);
        self.reset();
    }

    /// Whether there is anything to hear.
    pub fn is_there(&self) -> bool {
        self.clip.is_some()
    }

    /// Back to where it begins.
    pub fn reset(&mut self) {
        self.position = self.clip.as_ref().map_or(0, |clip| clip.start());
        self.gain = Ramp::new(0.0);
        self.forget_level();
    }

    /// Another comparison: the level is found at once, not step by step.
    pub fn forget_level(&mut self) {
        self.distance_db = None;
    }

    /// Leads its gain to where it is as loud as `level_lufs` within `num_samples`, and returns what mix and master have to be
    /// turned down to be as quiet as it is, dB: nothing is ever turned up.
    pub fn match_to(&mut self, level_lufs: Option<f64>, num_samples: usize) -> f64 {
        let Some(clip) = &self.clip else { return 0.0 };
        self.level_lufs = level_lufs;
        let own_lufs = clip.loudness_lufs(self.position);
        let wanted_db = if own_lufs.is_finite() { level_lufs.unwrap_or(UNKNOWN_LUFS) - own_lufs } else { 0.0 };
        // Without a level of mix and master they stay as they are.
        let wanted_db = if level_lufs.is_none() { wanted_db.min(0.0) } else { wanted_db };
        let max_step = MAX_SLEW_DB_PER_S * BLOCK_S;
        let now_db = match self.distance_db {
            Some(now) => now + (wanted_db - now).clamp(-max_step, max_step),
            None => wanted_db,
        };
        let is_first = self.distance_db.replace(now_db).is_none();
        self.gain.aim(gain_from_db(now_db.min(0.0)), if is_first { 0 } else { num_samples });
        now_db.max(0.0)
    }

    /// The next frame, turned down.
    pub fn advance(&mut self) -> [f64; 2] {
        let Some(clip) = &self.clip else { return [0.0; 2] };
        let gain = self.gain.advance();
        let frame = clip.frame(self.position).map(|x| gain * f64::from(x));
        self.position += 1;
        if self.position >= clip.num_frames() {
            self.position = 0;
            // Its ends are silent, and its beginning may be much louder: found at once.
            self.distance_db = None;
            self.match_to(self.level_lufs, 0);
        }
        frame
    }
}
