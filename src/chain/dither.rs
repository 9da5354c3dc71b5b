//! Dither: the last rounding, made harmless.

mod shaper;

use super::settings::DitherSettings;
use crate::dsp::random::Random;
use shaper::Shaper;

/// Seconds of digital silence after which the dither falls silent too.
const BLANK_AFTER_S: f64 = 1.0;
/// Below this (−200 dBFS) the input is digital silence: what is left of a filter's decay.
const SILENCE: f64 = 1e-10;
const SEED: u64 = 0x0d15_ce72;
/// Triangular dither and rounding move a sample by up to this many steps.
const MAX_STEPS: f64 = 1.5;

/// Stage 10: triangular dither of ±1 step, noise shaping, and rounding to whole steps of the word length.
///
/// The noise of left and right is independent and of constant power whatever the signal (Lipshitz, Wannamaker,
/// Vanderkooy, *Quantization and Dither: A Theoretical Survey*, JAES 40(5) 1992); it begins anew at every reset, so
/// a render can be repeated. Samples beyond full scale stay on the grid and are not clipped. Turning it on or off, or
/// changing its curve, is a change of a few steps at most and needs no crossfade.
pub struct Dither {
    random: [Random; 2],
    shapers: [Shaper; 2],
    taps: &'static [f64],
    /// Steps per unit; `None` when off.
    steps: Option<f64>,
    num_silent: usize,
    blank_after: usize,
    sample_rate_hz: f64,
}

impl Dither {
    /// A stage that does nothing until it is set.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            random: [Random::new(SEED, 1), Random::new(SEED, 2)],
            shapers: [Shaper::NEW; 2],
            taps: &[],
            steps: None,
            num_silent: 0,
            blank_after: (BLANK_AFTER_S * sample_rate_hz) as usize,
            sample_rate_hz,
        }
    }

    /// Takes new settings. Real-time safe.
    pub fn set(&mut self, settings: &DitherSettings) {
        let steps = settings.enabled.then(|| 2f64.powi(settings.bits.bits() as i32 - 1));
        let taps = shaper::taps(settings.noise_shaping, self.sample_rate_hz);
        if steps != self.steps || taps != self.taps {
            // Errors of another word length or of another curve are not this one's to undo.
            self.shapers = [Shaper::NEW; 2];
        }
        (self.steps, self.taps) = (steps, taps);
    }

    /// The most that the settings in force can move a sample, linear; 0 when off.
    pub fn max_error(&self) -> f64 {
        self.steps.map_or(0.0, |steps| MAX_STEPS * shaper::l1(self.taps) / steps)
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        let Some(steps) = self.steps else { return };
        for (l, r) in left.iter_mut().zip(right) {
            let is_silent = l.abs() < SILENCE && r.abs() < SILENCE;
            self.num_silent = if is_silent { self.num_silent + 1 } else { 0 };
            if self.num_silent > self.blank_after {
                // Stays just past the limit, so that no count overflows.
                self.num_silent = self.blank_after + 1;
                self.shapers = [Shaper::NEW; 2];
                (*l, *r) = (0.0, 0.0);
            } else {
                *l = self.shapers[0].round(*l * steps, self.random[0].triangular(), self.taps) / steps;
                *r = self.shapers[1].round(*r * steps, self.random[1].triangular(), self.taps) / steps;
            }
        }
    }

    /// Back to the state of a new stage.
    pub fn reset(&mut self) {
        *self = Self::new(self.sample_rate_hz);
    }

    /// Always 0.
    pub fn latency_samples(&self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests;
