//! The stereo image: width in bands, mono bass, balance, rotation.

mod width;

use wide::f64x2;

use super::settings::StereoSettings;
use crate::dsp::matched;
use crate::dsp::prototype::Prototype;
use crate::dsp::ramp::{Fade, Glide, KNOT_SAMPLES, crossfade};
use crate::dsp::svf::{Coefficients, Section};
use crate::dsp::units::{db_from_gain, gain_from_db};
use width::{Wanted, Width};

/// Length of every crossfade of the stage, seconds.
const FADE_S: f64 = 0.02;
/// Time constant of each of the two smoothers of a parameter, seconds.
const GLIDE_S: f64 = 0.02;

/// Gain of the side signal (half of left minus right) at `frequency_hz`, dB: widths and mono bass, the stage's amount included
/// (the chain's is not). −∞ where nothing of it is left.
pub fn side_gain_db(settings: &StereoSettings, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    let amount = settings.amount_percent / 100.0;
    if !settings.enabled || amount <= 0.0 {
        return 0.0;
    }
    let frequency_hz = frequency_hz.min(0.499 * sample_rate_hz);
    let high_pass = high_pass(settings.mono_bass_hz, sample_rate_hz);
    let bass_db =
        if settings.mono_bass { db_from_gain(high_pass.magnitude(frequency_hz, sample_rate_hz)) } else { 0.0 };
    Wanted::new(settings, amount).db(frequency_hz, sample_rate_hz) + bass_db
}

/// The filter that takes the bass off the side signal: 12 dB per octave, −3 dB at its corner.
fn high_pass(corner_hz: f64, sample_rate_hz: f64) -> Coefficients {
    matched::design(Prototype::LowCut { q: std::f64::consts::FRAC_1_SQRT_2 }, corner_hz, sample_rate_hz)
}

/// Stage 7. Minimum phase, no latency: widths and mono bass filter the side signal, then balance and rotation mix the channels.
///
/// Everything continuous glides, the rest crossfades, on a grid of [`KNOT_SAMPLES`] counted from the last reset. With all widths
/// equal the side signal gets one gain and no filter; at 100 % nothing happens; at 0 % left and right are the same bits.
pub struct Stereo {
    width: Width,
    bass: MonoBass,
    balance_db: Glide,
    rotation_deg: Glide,
    /// Output = matrix · (left, right), rows in a row, and its steps from sample to sample.
    matrix: [f64; 4],
    step: [f64; 4],
    switch: Fade,
    position: usize,
    is_fresh: bool,
    sample_rate_hz: f64,
}

const STRAIGHT: [f64; 4] = [1.0, 0.0, 0.0, 1.0];

impl Stereo {
    /// A stage that does nothing until it is set.
    pub fn new(sample_rate_hz: f64) -> Self {
        let glide = || Glide::new(0.0, GLIDE_S, 1e-5, sample_rate_hz);
        Self {
            width: Width::new(sample_rate_hz),
            bass: MonoBass::new(sample_rate_hz),
            balance_db: glide(),
            rotation_deg: glide(),
            matrix: STRAIGHT,
            step: [0.0; 4],
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            position: 0,
            is_fresh: true,
            sample_rate_hz,
        }
    }

    /// Takes new settings; `amount` (0–2) scales what it does, at 0 the stage is off. Real-time safe.
    ///
    /// Before the first sample after `new` or `reset` they hold at once, later they glide.
    pub fn set(&mut self, settings: &StereoSettings, amount: f64) {
        let is_on = settings.enabled && amount > 0.0;
        if is_on {
            let holds_at_once = self.is_fresh || self.switch.is_zero();
            self.width.set(&Wanted::new(settings, amount), holds_at_once);
            self.bass.set(settings.mono_bass, settings.mono_bass_hz, holds_at_once);
            let wanted = [settings.balance_db * amount, settings.rotation_deg * amount];
            for (glide, wanted) in [&mut self.balance_db, &mut self.rotation_deg].into_iter().zip(wanted) {
                glide.go(wanted, holds_at_once);
            }
            if holds_at_once {
                (self.matrix, self.step) = (self.matrix_now(), [0.0; 4]);
            }
        }
        self.switch.go(is_on, self.is_fresh);
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.is_fresh = self.is_fresh && left.is_empty();
        let mut done = 0;
        while done < left.len() {
            if self.position == 0 {
                self.move_to_next_knot();
            }
            let run = (KNOT_SAMPLES - self.position).min(left.len() - done);
            if !self.switch.is_zero() {
                self.process_run(&mut left[done..done + run], &mut right[done..done + run]);
            }
            self.position = (self.position + run) % KNOT_SAMPLES;
            done += run;
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

    /// Right over left, half on each side; then a turn of the plane of left and right, which keeps its power.
    fn matrix_now(&self) -> [f64; 4] {
        let (balance_db, rotation_deg) = (self.balance_db.value(), self.rotation_deg.value());
        if balance_db == 0.0 && rotation_deg == 0.0 {
            return STRAIGHT;
        }
        let (left, right) = (gain_from_db(-0.5 * balance_db), gain_from_db(0.5 * balance_db));
        let (sin, cos) = rotation_deg.to_radians().sin_cos();
        [cos * left, -sin * right, sin * left, cos * right]
    }

    fn move_to_next_knot(&mut self) {
        self.width.move_to_next_knot();
        self.bass.move_to_next_knot();
        let is_settled = self.balance_db.is_settled() && self.rotation_deg.is_settled();
        if !is_settled || self.step != [0.0; 4] {
            self.matrix = self.matrix_now();
            self.balance_db.advance();
            self.rotation_deg.advance();
            let next = self.matrix_now();
            self.step = std::array::from_fn(|idx| (next[idx] - self.matrix[idx]) / KNOT_SAMPLES as f64);
        }
    }

    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) {
        let does_filter = self.width.is_active() || self.bass.is_active;
        let does_mix = self.matrix != STRAIGHT || self.step != [0.0; 4];
        let is_switching = !self.switch.is_one();
        if !does_filter && !does_mix {
            if is_switching {
                left.iter().for_each(|_| _ = self.switch.advance());
            }
            return;
        }
        let mut wet = [[0.0; 2]; KNOT_SAMPLES];
        let wet = &mut wet[..left.len()];
        for (wet, (l, r)) in wet.iter_mut().zip(left.iter().zip(right.iter())) {
            *wet = [*l, *r];
        }
        if does_filter {
            self.filter_side(wet);
        }
        if does_mix {
            for wet in wet.iter_mut() {
                for (value, step) in self.matrix.iter_mut().zip(self.step) {
                    *value += step;
                }
                let [ll, lr, rl, rr] = self.matrix;
                *wet = [ll * wet[0] + lr * wet[1], rl * wet[0] + rr * wet[1]];
            }
        }
        for (wet, (l, r)) in wet.iter().zip(left.iter_mut().zip(right.iter_mut())) {
            let weight = if is_switching { self.switch.advance() } else { 1.0 };
            (*l, *r) = (crossfade(*l, wet[0], weight), crossfade(*r, wet[1], weight));
        }
    }

    fn filter_side(&mut self, frames: &mut [[f64; 2]]) {
        let mut side = [f64x2::splat(0.0); KNOT_SAMPLES];
        let side = &mut side[..frames.len()];
        for (side, [left, right]) in side.iter_mut().zip(frames.iter()) {
            *side = f64x2::splat(0.5 * (left - right));
        }
        if self.position == 0 {
            self.width.settle();
            self.bass.settle();
        }
        if self.width.is_active() {
            self.width.process(side);
        }
        if self.bass.is_active {
            self.bass.process(side);
        }
        for (frame, side) in frames.iter_mut().zip(side.iter()) {
            let (mid, side) = (0.5 * (frame[0] + frame[1]), side.to_array()[0]);
            *frame = [mid + side, mid - side];
        }
    }
}

/// The high-pass of the side signal, with its switch.
struct MonoBass {
    section: Section,
    ln_corner: Glide,
    is_moving: bool,
    switch: Fade,
    /// Filters, or may have to before the next knot; ends at knots only, wherever a fade ends.
    is_active: bool,
    sample_rate_hz: f64,
}

impl MonoBass {
    fn new(sample_rate_hz: f64) -> Self {
        Self {
            section: Section::new(Coefficients::IDENTITY),
            ln_corner: Glide::new(0.0, GLIDE_S, 1e-6, sample_rate_hz),
            is_moving: false,
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            is_active: false,
            sample_rate_hz,
        }
    }

    fn set(&mut self, is_on: bool, corner_hz: f64, holds_at_once: bool) {
        if holds_at_once {
            self.switch.jump(is_on);
        }
        if self.switch.is_zero() || holds_at_once {
            // Starts without a past, at its corner, under the fade.
            self.ln_corner.jump(corner_hz.ln());
            self.section = Section::new(self.design());
            self.is_moving = false;
        } else {
            self.ln_corner.aim(corner_hz.ln());
        }
        self.switch.aim(is_on);
        self.is_active |= !self.switch.is_zero();
    }

    fn design(&self) -> Coefficients {
        high_pass(self.ln_corner.value().exp(), self.sample_rate_hz)
    }

    fn move_to_next_knot(&mut self) {
        let moves = !self.ln_corner.is_settled();
        if moves || self.is_moving {
            self.ln_corner.advance();
            self.section.aim(self.design());
        }
        self.is_moving = moves;
        self.is_active = !self.switch.is_zero();
    }

    fn settle(&mut self) {
        self.section.settle();
    }

    fn process(&mut self, side: &mut [f64x2]) {
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let dry = &mut buffer[..side.len()];
        dry.copy_from_slice(side);
        self.section.process(side);
        if !self.switch.is_one() {
            for (side, dry) in side.iter_mut().zip(dry) {
                let weight = self.switch.advance();
                if weight < 1.0 {
                    *side = *dry + f64x2::splat(weight) * (*side - *dry);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
