//! The equalizer: eight bands in a row, each a short cascade of matched sections on a part of the stereo signal.

mod band;
mod cascade;
mod curve;

use wide::f64x2;

use super::settings::{EqualizerSettings, NUM_BANDS};
use crate::dsp::ramp::{Fade, KNOT_SAMPLES, crossfade};
use band::Band;
pub use cascade::{MAX_SECTIONS, tilt_db};
pub use curve::{BandCurve, band_response_db, response_db};

/// Length of every crossfade of the stage, seconds.
const FADE_S: f64 = 0.02;

/// Stage 2. Minimum phase, no latency.
///
/// Frequency, gain and q glide; whatever else changes crossfades. Everything moves on a grid of [`KNOT_SAMPLES`]
/// counted from the last reset, so the division into blocks cannot be heard or measured.
pub struct Equalizer {
    bands: [Band; NUM_BANDS],
    switch: Fade,
    position: usize,
    is_fresh: bool,
    is_resting: bool,
}

impl Equalizer {
    /// An equalizer that does nothing until it is set.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            bands: std::array::from_fn(|_| Band::new(sample_rate_hz)),
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            position: 0,
            is_fresh: true,
            is_resting: true,
        }
    }

    /// Takes new settings; `amount` (0–2) scales the gains, at 0 the stage is off. Real-time safe.
    ///
    /// Before the first sample after `new` or `reset` they hold at once, later they glide.
    pub fn set(&mut self, settings: &EqualizerSettings, amount: f64) {
        let is_on = settings.enabled && amount > 0.0;
        if is_on {
            // A stage that comes back from silence starts with its new settings under the fade.
            let holds_at_once = self.is_fresh || self.switch.is_zero();
            for (band, band_settings) in self.bands.iter_mut().zip(&settings.bands) {
                band.set(band_settings, amount, holds_at_once);
            }
        }
        if self.is_fresh {
            self.switch.jump(is_on);
        } else {
            self.switch.aim(is_on);
        }
        self.is_resting = false;
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.is_fresh = self.is_fresh && left.is_empty();
        let mut done = 0;
        while done < left.len() {
            if self.position == 0 && !self.is_resting {
                self.move_to_next_knot();
            }
            let run = (KNOT_SAMPLES - self.position).min(left.len() - done);
            if !self.switch.is_zero() && self.bands.iter().any(Band::is_active) {
                self.process_run(&mut left[done..done + run], &mut right[done..done + run]);
            } else if !self.switch.is_zero() && !self.switch.is_one() {
                (0..run).for_each(|_| _ = self.switch.advance());
            }
            self.position = (self.position + run) % KNOT_SAMPLES;
            done += run;
        }
    }

    /// Back to the state of a new equalizer.
    pub fn reset(&mut self) {
        self.bands.iter_mut().for_each(Band::reset);
        self.switch.jump(false);
        self.position = 0;
        self.is_fresh = true;
        self.is_resting = true;
    }

    /// Always 0.
    pub fn latency_samples(&self) -> usize {
        0
    }

    fn move_to_next_knot(&mut self) {
        self.is_resting = true;
        for band in &mut self.bands {
            self.is_resting &= !band.move_to_next_knot();
        }
    }

    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) {
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let frames = &mut buffer[..left.len()];
        for (frame, (l, r)) in frames.iter_mut().zip(left.iter().zip(right.iter())) {
            *frame = f64x2::from([*l, *r]);
        }
        for band in self.bands.iter_mut().filter(|band| band.is_active()) {
            if self.position == 0 {
                band.settle();
            }
            band.process(frames);
        }
        if self.switch.is_one() {
            for (frame, (l, r)) in frames.iter().zip(left.iter_mut().zip(right.iter_mut())) {
                [*l, *r] = frame.to_array();
            }
        } else {
            for (frame, (l, r)) in frames.iter().zip(left.iter_mut().zip(right.iter_mut())) {
                let weight = self.switch.advance();
                let [wet_left, wet_right] = frame.to_array();
                *l = crossfade(*l, wet_left, weight);
                *r = crossfade(*r, wet_right, weight);
            }
        }
    }
}
