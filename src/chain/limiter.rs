//! The limiter: gain and delay.

use super::settings::{LatencyMode, LimiterSettings};
use crate::dsp::units::gain_from_db;

/// Stage 9.
pub struct Limiter {
    delay: Vec<[f64; 2]>,
    position: usize,
    gain: f64,
}

impl Limiter {
    /// Allocates.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode) -> Self {
        let latency_s = if latency_mode == LatencyMode::Tracking { 0.002 } else { 0.0125 };
        Self { delay: vec![[0.0; 2]; (sample_rate_hz * latency_s) as usize], position: 0, gain: 1.0 }
    }

    /// New settings.
    pub fn set(&mut self, settings: &LimiterSettings, amount: f64, dither_bits: Option<u32>) {
        let _ = dither_bits;
        let is_on = settings.enabled && amount > 0.0;
        self.gain = if is_on { gain_from_db(settings.gain_db * amount) } else { 1.0 };
    }

    /// In place.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        for (l, r) in left.iter_mut().zip(right) {
            let delayed = std::mem::replace(&mut self.delay[self.position], [*l * self.gain, *r * self.gain]);
            [*l, *r] = delayed;
            self.position = (self.position + 1) % self.delay.len();
        }
    }

    /// As new.
    pub fn reset(&mut self) {
        self.delay.fill([0.0; 2]);
        self.position = 0;
        self.gain = 1.0;
    }

    /// Delay.
    pub fn latency_samples(&self) -> usize {
        self.delay.len()
    }

    /// Reduction.
    pub fn reduction_db(&self) -> f64 {
        0.0
    }
}
