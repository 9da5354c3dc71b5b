//! The way around the chain: the input, delayed like the output, and the crossfade between them.

use crate::dsp::ramp::{Fade, crossfade};

/// Length of the crossfade, seconds.
const FADE_S: f64 = 0.02;

/// Delays the chain's input by the chain's latency and puts it in the output's place.
///
/// Both are the same music in time, so weights that add up to 1 keep the level. At rest either is passed bit for bit.
pub struct Bypass {
    delayed: Vec<[f64; 2]>,
    position: usize,
    fade: Fade,
    is_fresh: bool,
}

impl Bypass {
    /// A way around that nothing takes yet.
    pub fn new(sample_rate_hz: f64, latency_samples: usize) -> Self {
        Self {
            delayed: vec![[0.0; 2]; latency_samples],
            position: 0,
            fade: Fade::new(false, FADE_S, sample_rate_hz),
            is_fresh: true,
        }
    }

    /// Leads around the chain or through it; at once before the first sample, with a crossfade later.
    pub fn set(&mut self, is_bypassed: bool) {
        self.fade.go(is_bypassed, self.is_fresh);
    }

    /// Takes frames of the chain's input and replaces them by those that belong to the output of now.
    pub fn delay(&mut self, frames: &mut [[f64; 2]]) {
        self.is_fresh = self.is_fresh && frames.is_empty();
        if self.delayed.is_empty() {
            return;
        }
        for frame in frames {
            std::mem::swap(frame, &mut self.delayed[self.position]);
            self.position += 1;
            if self.position == self.delayed.len() {
                self.position = 0;
            }
        }
    }

    /// Puts the delayed input into the output as far as the chain is bypassed.
    pub fn mix(&mut self, delayed: &[[f64; 2]], left: &mut [f64], right: &mut [f64]) {
        if self.fade.is_zero() {
            return;
        }
        for ((l, r), dry) in left.iter_mut().zip(right).zip(delayed) {
            let weight = if self.fade.is_one() { 1.0 } else { self.fade.advance() };
            *l = crossfade(*l, dry[0], weight);
            *r = crossfade(*r, dry[1], weight);
        }
    }

    /// Back to the state of a new one.
    pub fn reset(&mut self) {
        self.delayed.fill([0.0; 2]);
        self.position = 0;
        self.fade.jump(false);
        self.is_fresh = true;
    }
}
