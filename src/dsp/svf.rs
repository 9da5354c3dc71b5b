//! The running filter section: a state-variable filter and a first-order corrector, for a stereo pair.
//!
//! Structure: topology-preserving state-variable filter (Simper, *Linear trapezoidal integrated SVF*; Zavalishin,
//! *The Art of VA Filter Design*, chapter 4). It stays stable while its coefficients move, for all g, k > 0.

mod resting;
mod row;
#[cfg(test)]
mod tests;

use wide::f64x2;

use super::ramp::KNOT_SAMPLES;
use resting::{Resting, State};
pub use row::Row;
use row::process_lanes;

/// Coefficients of one running section.
///
/// With s = (z − 1) / (z + 1), the section is
/// (m0 s²/g² + (m0 k + m1) s/g + m0 + m2) / (s²/g² + k s/g + 1) · (1 + r s/p) / (1 + s/p).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// Frequency of the pole pair in the bilinear plane, tan(π f / fs); > 0.
    pub g: f64,
    /// Damping of the pole pair, 1/Q; > 0.
    pub k: f64,
    /// Share of the input in the output.
    pub m0: f64,
    /// Share of the band-pass.
    pub m1: f64,
    /// Share of the low-pass.
    pub m2: f64,
    /// The corrector's pole, as g/(1 + g) of its frequency in the bilinear plane; 0…1.
    pub corrector: f64,
    /// The corrector's gain far above its pole, its gain far below being 1; 1 means no corrector.
    pub corrector_gain: f64,
}

impl Coefficients {
    /// Passes everything exactly.
    pub const IDENTITY: Self = Self { g: 0.1, k: 1.0, m0: 1.0, m1: 0.0, m2: 0.0, corrector: 0.5, corrector_gain: 1.0 };

    fn as_array(&self) -> [f64; 7] {
        [self.g, self.k, self.m0, self.m1, self.m2, self.corrector, self.corrector_gain]
    }

    fn from_array([g, k, m0, m1, m2, corrector, corrector_gain]: [f64; 7]) -> Self {
        Self { g, k, m0, m1, m2, corrector, corrector_gain }
    }

    /// Magnitude at `frequency_hz` below half the sample rate, linear.
    pub fn magnitude(&self, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
        let s = (std::f64::consts::PI * frequency_hz / sample_rate_hz).tan();
        let u = s / self.g;
        let numerator = (self.m0 + self.m2 - self.m0 * u * u).hypot((self.m0 * self.k + self.m1) * u);
        let denominator = (1.0 - u * u).hypot(self.k * u);
        let v = s * (1.0 - self.corrector) / self.corrector;
        numerator / denominator * 1f64.hypot(self.corrector_gain * v) / 1f64.hypot(v)
    }
}

/// A section with its state, moving linearly between the coefficients of two knots.
#[derive(Clone, Debug)]
pub struct Section {
    now: Coefficients,
    next: Coefficients,
    step: [f64; 7],
    is_moving: bool,
    resting: Resting,
    state: State,
}

impl Section {
    /// A section at rest.
    pub fn new(coefficients: Coefficients) -> Self {
        Self {
            now: coefficients,
            next: coefficients,
            step: [0.0; 7],
            is_moving: false,
            resting: Resting::new(&coefficients),
            state: State::ZERO,
        }
    }

    /// At a knot: arrives where the last knot aimed, and aims at `next`, to be reached at the next knot.
    pub fn aim(&mut self, next: Coefficients) {
        let was_moving = self.is_moving;
        self.now = self.next;
        self.next = next;
        self.is_moving = self.now != next;
        if self.is_moving {
            let (from, to) = (self.now.as_array(), next.as_array());
            self.step = std::array::from_fn(|i| (to[i] - from[i]) / KNOT_SAMPLES as f64);
            if !was_moving {
                self.state.band /= f64x2::splat(self.now.g);
            }
        } else if was_moving {
            self.state.band *= f64x2::splat(next.g);
            self.resting = Resting::new(&next);
            if !self.resting.has_corrector {
                self.state.corrector = f64x2::ZERO;
            }
        }
    }

    /// Forgets what it heard and is where it was going.
    pub fn rest(&mut self) {
        *self = Self::new(self.next);
    }

    /// Ends a decay before it becomes denormal; called at knots.
    pub fn settle(&mut self) {
        let State { band, low, corrector } = &mut self.state;
        for state in [band, low, corrector] {
            let tiny = state.abs().simd_lt(f64x2::splat(1e-150));
            *state = !tiny & *state;
        }
    }

    /// Filters frames in place. Between two calls of [`Self::aim`] lie [`KNOT_SAMPLES`] frames if the section moves.
    pub fn process(&mut self, frames: &mut [f64x2]) {
        if self.is_moving {
            self.process_moving(frames);
        } else if self.resting.has_corrector {
            self.process_resting::<true>(frames);
        } else {
            self.process_resting::<false>(frames);
        }
    }

    /// Adds the squares of what [`Self::process`] would make of at most [`KNOT_SAMPLES`] frames, one by one, to `sum`.
    pub fn add_squares(&mut self, frames: &[f64x2], sum: &mut f64x2) {
        if !self.is_moving && self.resting.is_band_pass() {
            let (resting, mut state, mut total) = (self.resting, self.state, *sum);
            for frame in frames {
                let y = resting.step_band_pass(&mut state, *frame);
                total += y * y;
            }
            (self.state, *sum) = (state, total);
        } else {
            let mut buffer = [f64x2::ZERO; KNOT_SAMPLES];
            let filtered = &mut buffer[..frames.len()];
            filtered.copy_from_slice(frames);
            self.process(filtered);
            filtered.iter().for_each(|y| *sum += *y * *y);
        }
    }

    /// Filters a signal that is the same in both lanes through one section and then another. It gives what two calls of
    /// [`Self::process`] would; while both rest, each has a lane to itself and the second is a frame behind the first.
    pub fn process_in_a_row(first: &mut Self, second: &mut Self, frames: &mut [f64x2]) {
        let is_alike = first.resting.has_corrector == second.resting.has_corrector;
        if first.is_moving || second.is_moving || !is_alike || frames.is_empty() {
            first.process(frames);
            second.process(frames);
        } else if first.resting.has_corrector {
            process_lanes::<true>(first, second, frames);
        } else {
            process_lanes::<false>(first, second, frames);
        }
    }

    fn process_resting<const HAS_CORRECTOR: bool>(&mut self, frames: &mut [f64x2]) {
        let (resting, mut state) = (&self.resting, self.state);
        for frame in frames {
            *frame = resting.step::<HAS_CORRECTOR, true>(&mut state, *frame);
        }
        self.state = state;
    }

    fn process_moving(&mut self, frames: &mut [f64x2]) {
        let one = f64x2::ONE;
        let State { mut band, mut low, mut corrector } = self.state;
        let [mut g, mut k, mut m0, mut m1, mut m2, mut pole, mut gain] = self.now.as_array().map(f64x2::splat);
        let step = self.step.map(f64x2::splat);
        for frame in frames {
            g += step[0];
            k += step[1];
            m0 += step[2];
            m1 += step[3];
            m2 += step[4];
            pole += step[5];
            gain += step[6];
            let x = *frame;
            let a1 = one / (one + g * (g + k));
            let v1 = a1 * (band + g * (x - low));
            let w = g * v1;
            let v2 = low + w;
            band = v1 + v1 - band;
            low = v2 + w;
            let y = m0 * x + (m1 * v1 + m2 * v2);
            let v = (y - corrector) * pole;
            let below = v + corrector;
            corrector = below + v;
            *frame = gain * (y - below) + below;
        }
        self.state = State { band, low, corrector };
        let moved = [g, k, m0, m1, m2, pole, gain];
        self.now = Coefficients::from_array(moved.map(|lanes| lanes.to_array()[0]));
    }
}
