//! Levels that the audio thread writes and the editor draws: one atomic number each.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use atomic_float::{AtomicF32, AtomicF64};

/// Levels of the running stream. Peaks hold the highest value until taken; the rest is the newest value.
#[derive(Debug, Default)]
pub struct Meters {
    mix_peak: [AtomicF32; 2],
    master_peak: [AtomicF32; 2],
    limiter_reduction_db: AtomicF32,
    match_db: AtomicF32,
    seconds_to_match: AtomicF32,
    sample_rate_hz: AtomicF64,
    latency_samples: AtomicU64,
    load_share: AtomicF32,
    position_s: AtomicF64,
    is_playing: AtomicBool,
    has_position: AtomicBool,
    num_non_finite: AtomicU64,
}

impl Meters {
    /// Highest samples of one block, linear, left and right.
    pub fn hold_peaks(&self, mix: [f32; 2], master: [f32; 2]) {
        for channel in 0..2 {
            self.mix_peak[channel].fetch_max(mix[channel], Relaxed);
            self.master_peak[channel].fetch_max(master[channel], Relaxed);
        }
    }

    /// Peaks since the last call, linear: mix left, right, master left, right.
    pub fn take_peaks(&self) -> ([f32; 2], [f32; 2]) {
        let take = |pair: &[AtomicF32; 2]| [pair[0].swap(0.0, Relaxed), pair[1].swap(0.0, Relaxed)];
        (take(&self.mix_peak), take(&self.master_peak))
    }

    /// Largest gain reduction of one block, dB.
    pub fn hold_limiter_reduction(&self, reduction_db: f32) {
        self.limiter_reduction_db.fetch_max(reduction_db, Relaxed);
    }

    /// Largest gain reduction since the last call, dB.
    pub fn take_limiter_reduction_db(&self) -> f32 {
        self.limiter_reduction_db.swap(0.0, Relaxed)
    }

    /// The monitor's match gain (how much the louder side is turned down, dB; negative: the master) and the seconds
    /// of playing still needed before it is trusted.
    pub fn set_match(&self, match_db: f32, seconds_to_match: f32) {
        self.match_db.store(match_db, Relaxed);
        self.seconds_to_match.store(seconds_to_match, Relaxed);
    }

    /// See [`Self::set_match`].
    pub fn match_db(&self) -> (f32, f32) {
        (self.match_db.load(Relaxed), self.seconds_to_match.load(Relaxed))
    }

    /// Rate and latency of this activation.
    pub fn set_stream(&self, sample_rate_hz: f64, latency_samples: usize) {
        self.sample_rate_hz.store(sample_rate_hz, Relaxed);
        self.latency_samples.store(latency_samples as u64, Relaxed);
    }

    /// Sample rate in Hz (0 before the first activation) and latency in samples.
    pub fn stream(&self) -> (f64, u64) {
        (self.sample_rate_hz.load(Relaxed), self.latency_samples.load(Relaxed))
    }

    /// Song position in seconds where the host tells one, and whether the transport runs.
    pub fn set_transport(&self, position_s: Option<f64>, is_playing: bool) {
        self.position_s.store(position_s.unwrap_or(0.0), Relaxed);
        self.has_position.store(position_s.is_some(), Relaxed);
        self.is_playing.store(is_playing, Relaxed);
    }

    /// See [`Self::set_transport`].
    pub fn transport(&self) -> (Option<f64>, bool) {
        let position_s = self.has_position.load(Relaxed).then(|| self.position_s.load(Relaxed));
        (position_s, self.is_playing.load(Relaxed))
    }

    /// Share of real time that the analysis thread takes, 0–1.
    pub fn set_load_share(&self, share: f32) {
        self.load_share.store(share, Relaxed);
    }

    /// See [`Self::set_load_share`].
    pub fn load_share(&self) -> f32 {
        self.load_share.load(Relaxed)
    }

    /// Input samples that were not numbers.
    pub fn set_num_non_finite(&self, count: u64) {
        self.num_non_finite.store(count, Relaxed);
    }

    /// See [`Self::set_num_non_finite`].
    pub fn num_non_finite(&self) -> u64 {
        self.num_non_finite.load(Relaxed)
    }
}
