//! The input stage: trim, polarity, channel swap, DC blocker.

use std::f64::consts::TAU;

use super::settings::InputSettings;
use crate::dsp::ramp::{Fade, Glide, KNOT_SAMPLES, crossfade};
use crate::dsp::units::gain_from_db;

/// Corner of the DC blocker, Hz.
const DC_CORNER_HZ: f64 = 5.0;
/// Length of every crossfade of the stage, seconds.
const FADE_S: f64 = 0.02;
/// Time constant of each of the two smoothers of the trim, seconds.
const GLIDE_S: f64 = 0.02;

/// Which input goes where with which sign: output = matrix · (left, right).
type Matrix = [[f64; 2]; 2];

const STRAIGHT: Matrix = [[1.0, 0.0], [0.0, 1.0]];

/// Stage 1. No latency; the trim glides, all else crossfades.
pub struct Input {
    trim_db: Glide,
    trim: f64,
    trim_step: f64,
    wanted_routing: Matrix,
    routing: Matrix,
    previous_routing: Matrix,
    routing_fade: Fade,
    blocker: DcBlocker,
    switch: Fade,
    position: usize,
    is_fresh: bool,
}

impl Input {
    /// A stage that does nothing until it is set.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            trim_db: Glide::new(0.0, GLIDE_S, 1e-5, sample_rate_hz),
            trim: 1.0,
            trim_step: 0.0,
            wanted_routing: STRAIGHT,
            routing: STRAIGHT,
            previous_routing: STRAIGHT,
            routing_fade: Fade::new(true, FADE_S, sample_rate_hz),
            blocker: DcBlocker::new(sample_rate_hz),
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            position: 0,
            is_fresh: true,
        }
    }

    /// Takes new settings; `amount` (0–2) scales the trim, at 0 the stage is off. Real-time safe.
    ///
    /// Before the first sample after `new` or `reset` they hold at once, later they glide.
    pub fn set(&mut self, settings: &InputSettings, amount: f64) {
        let is_on = settings.enabled && amount > 0.0;
        if is_on {
            let sign = |inverts: bool| if inverts { -1.0 } else { 1.0 };
            // Polarity belongs to the plugin's inputs, so it is turned before the swap.
            let (left, right) = (sign(settings.invert_left), sign(settings.invert_right));
            self.wanted_routing =
                if settings.swap_channels { [[0.0, right], [left, 0.0]] } else { [[left, 0.0], [0.0, right]] };
            self.trim_db.aim(settings.gain_db * amount);
            self.blocker.switch.aim(settings.dc_blocker);
            if self.is_fresh || self.switch.is_zero() {
                self.trim_db.jump(settings.gain_db * amount);
                (self.trim, self.trim_step) = (gain_from_db(self.trim_db.value()), 0.0);
                self.routing = self.wanted_routing;
                self.routing_fade.jump(true);
                self.blocker.switch.jump(settings.dc_blocker);
                self.blocker.offset = [0.0; 2];
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
        self.trim_db.jump(0.0);
        (self.trim, self.trim_step) = (1.0, 0.0);
        (self.wanted_routing, self.routing, self.previous_routing) = (STRAIGHT, STRAIGHT, STRAIGHT);
        self.routing_fade.jump(true);
        self.blocker.switch.jump(false);
        self.blocker.offset = [0.0; 2];
        self.switch.jump(false);
        self.position = 0;
        self.is_fresh = true;
    }

    /// Always 0.
    pub fn latency_samples(&self) -> usize {
        0
    }

    fn move_to_next_knot(&mut self) {
        self.trim = gain_from_db(self.trim_db.value());
        self.trim_step = 0.0;
        if !self.trim_db.is_settled() {
            self.trim_step = (gain_from_db(self.trim_db.advance()) - self.trim) / KNOT_SAMPLES as f64;
        }
        if self.wanted_routing != self.routing && self.routing_fade.is_one() {
            self.previous_routing = self.routing;
            self.routing = self.wanted_routing;
            self.routing_fade.jump(false);
            self.routing_fade.aim(true);
        }
        self.blocker.settle();
    }

    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) {
        let does_route = !self.routing_fade.is_one() || self.routing != STRAIGHT;
        let does_trim = self.trim != 1.0 || self.trim_step != 0.0;
        let does_block = !self.blocker.switch.is_zero();
        let is_switching = !self.switch.is_one();
        if !(does_route || does_trim || does_block) {
            if is_switching {
                left.iter().for_each(|_| _ = self.switch.advance());
            }
            return;
        }
        for (l, r) in left.iter_mut().zip(right) {
            let dry = [*l, *r];
            let mut wet = dry;
            if does_route {
                wet = self.route(dry);
            }
            if does_block {
                wet = self.blocker.process(wet);
            }
            if does_trim {
                self.trim += self.trim_step;
                wet = wet.map(|x| x * self.trim);
            }
            if is_switching {
                let weight = self.switch.advance();
                wet = [crossfade(dry[0], wet[0], weight), crossfade(dry[1], wet[1], weight)];
            }
            [*l, *r] = wet;
        }
    }

    fn route(&mut self, frame: [f64; 2]) -> [f64; 2] {
        let apply = |matrix: &Matrix| matrix.map(|row| row[0] * frame[0] + row[1] * frame[1]);
        let after = apply(&self.routing);
        if self.routing_fade.is_one() {
            return after;
        }
        let before = apply(&self.previous_routing);
        let weight = self.routing_fade.advance();
        [crossfade(before[0], after[0], weight), crossfade(before[1], after[1], weight)]
    }
}

/// First-order high-pass: subtracts a slow mean.
struct DcBlocker {
    offset: [f64; 2],
    rate: f64,
    switch: Fade,
}

impl DcBlocker {
    fn new(sample_rate_hz: f64) -> Self {
        Self {
            offset: [0.0; 2],
            rate: 1.0 - (-TAU * DC_CORNER_HZ / sample_rate_hz).exp(),
            switch: Fade::new(false, FADE_S, sample_rate_hz),
        }
    }

    fn process(&mut self, frame: [f64; 2]) -> [f64; 2] {
        let weight = if self.switch.is_one() { 1.0 } else { self.switch.advance() };
        if self.switch.is_zero() {
            // Forgotten at this very sample, wherever a block ends, so that it begins anew when it is switched on again.
            self.offset = [0.0; 2];
            return frame;
        }
        std::array::from_fn(|channel| {
            self.offset[channel] += self.rate * (frame[channel] - self.offset[channel]);
            frame[channel] - weight * self.offset[channel]
        })
    }

    /// Ends a decay before it becomes denormal.
    fn settle(&mut self) {
        for offset in &mut self.offset {
            if offset.abs() < 1e-150 {
                *offset = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Settings;

    const RATE: f64 = 48_000.0;

    fn run(settings: &InputSettings, amount: f64, frames: &[[f64; 2]]) -> Vec<[f64; 2]> {
        let mut stage = Input::new(RATE);
        stage.set(settings, amount);
        let (mut left, mut right): (Vec<f64>, Vec<f64>) = frames.iter().map(|f| (f[0], f[1])).unzip();
        stage.process(&mut left, &mut right);
        left.into_iter().zip(right).map(|(l, r)| [l, r]).collect()
    }

    #[test]
    fn routing_turns_and_swaps_exactly() {
        let base = Settings::default().input;
        let frames = [[0.25, -0.5], [1.5, 0.125]];
        let swapped = run(&InputSettings { swap_channels: true, invert_left: true, ..base }, 1.0, &frames);
        assert_eq!(swapped, [[-0.5, -0.25], [0.125, -1.5]]);
        let inverted = run(&InputSettings { invert_right: true, ..base }, 0.5, &frames);
        assert_eq!(inverted, [[0.25, 0.5], [1.5, -0.125]]);
    }

    #[test]
    fn amount_scales_the_trim_in_decibels() {
        let settings = InputSettings { gain_db: 6.0, invert_left: true, ..Settings::default().input };
        assert!((run(&settings, 2.0, &[[0.0, 0.1]])[0][1] - 0.1 * gain_from_db(12.0)).abs() < 1e-12);
        assert_eq!(run(&settings, 0.0, &[[0.3, 0.1]]), [[0.3, 0.1]]);
    }

    #[test]
    fn the_dc_blocker_removes_an_offset_and_leaves_20_hz() {
        let settings = InputSettings { dc_blocker: true, ..Settings::default().input };
        let frames: Vec<[f64; 2]> = (0..96_000).map(|n| [0.5, (TAU * 20.0 * f64::from(n) / RATE).sin()]).collect();
        let output = run(&settings, 1.0, &frames);
        assert!(output[95_999][0].abs() < 1e-12);
        let peak = output[48_000..].iter().fold(0.0, |peak: f64, frame| peak.max(frame[1].abs()));
        assert!((20.0 * peak.log10() + 0.263).abs() < 0.02, "{peak}");
    }
}
