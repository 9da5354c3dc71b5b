//! Turns down narrow peaks while they stick out of the signal's own smooth spectrum.
//!
//! Spectra of overlapping frames only listen (`detector.rs`); peaks that surely stick out are followed
//! (`tracker.rs`) and each is cut by a moving bell of its own (`bells.rs`). Bells instead of a filter made from the whole
//! spectrum: no delay, no echo ahead of an attack, resolution at 250 Hz that would take a filter of thousands of taps,
//! and exactly nothing where nothing sticks out.

mod bells;
mod decimator;
mod detector;
mod layer;
#[cfg(test)]
mod tests;
mod tracker;

use wide::f64x2;

use super::settings::{LatencyMode, ResonanceSettings};
use crate::dsp::ramp::{Fade, crossfade};
use bells::{BELL_KNOT_SAMPLES, Bells, Motion, NUM_BELLS, warp};
use detector::{Detector, LAST_SLICE, NUM_SLICES};
use tracker::{Rules, Tracker};

/// Points of the curve that [`Resonance::cuts_db`] gives.
pub const NUM_CURVE_POINTS: usize = 64;
/// Length of the crossfade of the switch, seconds.
const FADE_S: f64 = 0.02;
/// Q of the bells' poles at 0 and 100 % sharpness.
const POLE_Q: (f64, f64) = (5.0, 25.0);
/// Slices of a hop that refresh the curve.
const CURVE_SLICES: usize = NUM_SLICES - 1 - LAST_SLICE;

/// Frequency of point `idx` of the curve, Hz: from 20 Hz to 20 kHz in equal ratios.
pub fn curve_frequency_hz(idx: usize) -> f64 {
    20.0 * 1000f64.powf(idx as f64 / (NUM_CURVE_POINTS - 1) as f64)
}

/// Stage 3. No latency; off in [`LatencyMode::Tracking`].
pub struct Resonance {
    detector: Detector,
    tracker: Tracker,
    bells: Bells,
    rules: Rules,
    curve_db: [f32; NUM_CURVE_POINTS],
    /// The curve's frequencies in the bilinear plane.
    curve_places: [f64; NUM_CURVE_POINTS],
    deepest_db: f64,
    switch: Fade,
    is_offered: bool,
    /// Samples since the last hop began.
    position: usize,
    is_fresh: bool,
}

impl Resonance {
    /// A stage that does nothing until it is set. Allocates everything for `sample_rate_hz`.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode) -> Self {
        let detector = Detector::new(sample_rate_hz);
        Self {
            tracker: Tracker::new(detector.frequencies_hz()),
            detector,
            bells: Bells::new(sample_rate_hz),
            rules: Rules { depth_db: 0.0, threshold_db: 6.0, low_hz: 20.0, high_hz: 20_000.0, amount: 0.0 },
            curve_db: [0.0; NUM_CURVE_POINTS],
            curve_places: std::array::from_fn(|idx| warp(curve_frequency_hz(idx), sample_rate_hz)),
            deepest_db: 0.0,
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            is_offered: latency_mode != LatencyMode::Tracking,
            position: 0,
            is_fresh: true,
        }
    }

    /// Takes new settings; `amount` (0–2) scales every cut in dB, at 0 the stage is off. Real-time safe.
    pub fn set(&mut self, settings: &ResonanceSettings, amount: f64) {
        let is_on = self.is_offered && settings.enabled && amount > 0.0;
        if is_on {
            let ResonanceSettings { depth_db, threshold_db, low_hz, high_hz, .. } = *settings;
            self.rules = Rules { depth_db, threshold_db, low_hz, high_hz, amount };
            let sharpness = settings.sharpness_percent / 100.0;
            self.bells.set_motion(Motion {
                attack_s: settings.attack_ms / 1000.0,
                release_s: settings.release_ms / 1000.0,
                pole_q: POLE_Q.0 * (POLE_Q.1 / POLE_Q.0).powf(sharpness),
            });
        }
        self.switch.go(is_on, self.is_fresh);
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.is_fresh = self.is_fresh && left.is_empty();
        self.deepest_db = 0.0;
        let mut done = 0;
        while done < left.len() {
            let run = (BELL_KNOT_SAMPLES - self.position % BELL_KNOT_SAMPLES).min(left.len() - done);
            let end = done + run;
            if !self.switch.is_zero() {
                if self.position.is_multiple_of(BELL_KNOT_SAMPLES) {
                    self.move_to_next_knot();
                }
                self.detector.push(self.position % BELL_KNOT_SAMPLES, &left[done..end], &right[done..end]);
                self.process_run(&mut left[done..end], &mut right[done..end]);
                if self.switch.is_zero() {
                    self.forget();
                }
            }
            self.position = (self.position + run) % self.detector.hop_len();
            done = end;
        }
    }

    /// Back to the state of a new stage.
    pub fn reset(&mut self) {
        self.forget();
        self.switch.jump(false);
        self.deepest_db = 0.0;
        self.position = 0;
        self.is_fresh = true;
    }

    /// Always 0.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// Deepest cut of the last [`Self::process`], dB, ≥ 0.
    pub fn cut_db(&self) -> f64 {
        self.deepest_db
    }

    /// Cut at each [`curve_frequency_hz`], dB, ≥ 0; refreshed about a hundred times a second.
    pub fn cuts_db(&self) -> [f32; NUM_CURVE_POINTS] {
        self.curve_db
    }

    /// Cut at any frequency as it is now, dB.
    #[cfg(test)]
    pub fn present_cut_db(&self, frequency_hz: f64) -> f64 {
        -10.0 * self.bells.power_gain(self.bells.place(frequency_hz)).log10()
    }

    /// How many bells are at work.
    #[cfg(test)]
    pub fn num_active(&self) -> usize {
        (0..NUM_BELLS).filter(|idx| !self.bells.is_resting(*idx)).count()
    }

    fn forget(&mut self) {
        self.detector.reset();
        self.tracker.reset();
        self.bells.reset();
        self.curve_db = [0.0; NUM_CURVE_POINTS];
    }

    fn move_to_next_knot(&mut self) {
        let slice_len = self.detector.hop_len() / NUM_SLICES;
        for slice in self.position.div_ceil(slice_len)..(self.position + BELL_KNOT_SAMPLES).div_ceil(slice_len) {
            if self.detector.run_slice(slice) {
                self.tracker.update(&self.detector, &self.rules, &mut self.bells);
            }
            if slice > LAST_SLICE {
                self.draw_curve(slice - LAST_SLICE - 1);
            }
        }
        self.bells.move_to_next_knot(self.detector.is_transient());
        self.deepest_db = self.deepest_db.max(self.bells.deepest_db());
    }

    /// Refreshes a share of the curve. A bell that falls between two points shows at the nearer one in full.
    fn draw_curve(&mut self, share: usize) {
        let points = share * NUM_CURVE_POINTS / CURVE_SLICES..(share + 1) * NUM_CURVE_POINTS / CURVE_SLICES;
        let is_identity = self.bells.is_identity();
        for idx in points {
            let gain = if is_identity { 1.0 } else { self.bells.power_gain(self.curve_places[idx]) };
            self.curve_db[idx] = (-10.0 * gain.log10()).max(0.0) as f32;
        }
        if share + 1 == CURVE_SLICES && !is_identity {
            for bell in (0..NUM_BELLS).map(|idx| self.bells.state(idx)).filter(|bell| bell.cut_db > 0.0) {
                let place = (bell.frequency_hz / 20.0).ln() / 1000f64.ln() * (NUM_CURVE_POINTS - 1) as f64;
                let point_db = &mut self.curve_db[(place.round() as usize).min(NUM_CURVE_POINTS - 1)];
                *point_db = point_db.max(bell.cut_db as f32);
            }
        }
    }

    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) {
        if self.bells.is_identity() {
            if !self.switch.is_one() {
                left.iter().for_each(|_| _ = self.switch.advance());
            }
            return;
        }
        let mut buffer = [f64x2::splat(0.0); BELL_KNOT_SAMPLES];
        let frames = &mut buffer[..left.len()];
        for (frame, (l, r)) in frames.iter_mut().zip(left.iter().zip(right.iter())) {
            *frame = f64x2::from([*l, *r]);
        }
        self.bells.process(frames);
        let is_whole = self.switch.is_one();
        for (frame, (l, r)) in frames.iter().zip(left.iter_mut().zip(right.iter_mut())) {
            let weight = if is_whole { 1.0 } else { self.switch.advance() };
            let [wet_left, wet_right] = frame.to_array();
            *l = crossfade(*l, wet_left, weight);
            *r = crossfade(*r, wet_right, weight);
        }
    }
}
