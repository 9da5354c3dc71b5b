//! The running filter section: a state-variable filter and a first-order corrector, for a stereo pair.
//!
//! Structure: topology-preserving state-variable filter (Simper, *Linear trapezoidal integrated SVF*; Zavalishin,
//! *The Art of VA Filter Design*, chapter 4). It stays stable while its coefficients move, for all g, k > 0.

use wide::f64x2;

use super::ramp::KNOT_SAMPLES;

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
    band: f64x2,
    low: f64x2,
    corrector: f64x2,
}

impl Section {
    /// A section at rest.
    pub fn new(coefficients: Coefficients) -> Self {
        let zero = f64x2::splat(0.0);
        Self {
            now: coefficients,
            next: coefficients,
            step: [0.0; 7],
            is_moving: false,
            band: zero,
            low: zero,
            corrector: zero,
        }
    }

    /// At a knot: arrives where the last knot aimed, and aims at `next`, to be reached at the next knot.
    pub fn aim(&mut self, next: Coefficients) {
        self.now = self.next;
        self.next = next;
        self.is_moving = self.now != next;
        if self.is_moving {
            let (from, to) = (self.now.as_array(), next.as_array());
            self.step = std::array::from_fn(|i| (to[i] - from[i]) / KNOT_SAMPLES as f64);
        }
    }

    /// Forgets what it heard and is where it was going.
    pub fn rest(&mut self) {
        *self = Self::new(self.next);
    }

    /// Ends a decay before it becomes denormal; called at knots.
    pub fn settle(&mut self) {
        for state in [&mut self.band, &mut self.low, &mut self.corrector] {
            let tiny = state.abs().simd_lt(f64x2::splat(1e-150));
            *state = tiny.select(f64x2::splat(0.0), *state);
        }
    }

    /// Filters frames in place. Between two calls of [`Self::aim`] lie [`KNOT_SAMPLES`] frames if the section moves.
    pub fn process(&mut self, frames: &mut [f64x2]) {
        if self.is_moving {
            self.process_moving(frames);
        } else {
            self.process_resting(frames);
        }
    }

    /// Filters a signal that is the same in both lanes through one section and then another. It gives what two calls of
    /// [`Self::process`] would; while both rest, each has a lane to itself and the second is a frame behind the first.
    pub fn process_in_a_row(first: &mut Self, second: &mut Self, frames: &mut [f64x2]) {
        let has_corrector = first.now.corrector_gain != 1.0;
        let is_alike = has_corrector == (second.now.corrector_gain != 1.0);
        if first.is_moving || second.is_moving || !is_alike || frames.is_empty() {
            first.process(frames);
            second.process(frames);
        } else if has_corrector {
            process_lanes::<true>(first, second, frames);
        } else {
            process_lanes::<false>(first, second, frames);
        }
    }

    fn process_resting(&mut self, frames: &mut [f64x2]) {
        let Coefficients { g, k, m0, m1, m2, .. } = self.now;
        let a1 = 1.0 / (1.0 + g * (g + k));
        let [a1, a2, a3] = [a1, g * a1, g * g * a1].map(f64x2::splat);
        let [m0, m1, m2] = [m0, m1, m2].map(f64x2::splat);
        let two = f64x2::splat(2.0);
        let (mut band, mut low) = (self.band, self.low);
        for frame in frames.iter_mut() {
            let x = *frame;
            let v3 = x - low;
            let v1 = a1 * band + a2 * v3;
            let v2 = low + (a2 * band + a3 * v3);
            band = two * v1 - band;
            low = two * v2 - low;
            *frame = m0 * x + (m1 * v1 + m2 * v2);
        }
        (self.band, self.low) = (band, low);
        if self.now.corrector_gain != 1.0 {
            let pole = f64x2::splat(self.now.corrector);
            let (direct, through) =
                (f64x2::splat(self.now.corrector_gain), f64x2::splat(1.0 - self.now.corrector_gain));
            let mut state = self.corrector;
            for frame in frames.iter_mut() {
                let v = (*frame - state) * pole;
                let low = v + state;
                state = low + v;
                *frame = direct * *frame + through * low;
            }
            self.corrector = state;
        } else {
            self.corrector = f64x2::splat(0.0);
        }
    }

    fn process_moving(&mut self, frames: &mut [f64x2]) {
        let two = f64x2::splat(2.0);
        let mut moving = self.now.as_array();
        for frame in frames.iter_mut() {
            for (value, step) in moving.iter_mut().zip(self.step) {
                *value += step;
            }
            let [g, k, m0, m1, m2, pole, gain] = moving;
            let a1 = 1.0 / (1.0 + g * (g + k));
            let [a1, a2, a3] = [a1, g * a1, g * g * a1].map(f64x2::splat);
            let x = *frame;
            let v3 = x - self.low;
            let v1 = a1 * self.band + a2 * v3;
            let v2 = self.low + (a2 * self.band + a3 * v3);
            self.band = two * v1 - self.band;
            self.low = two * v2 - self.low;
            let y = f64x2::splat(m0) * x + (f64x2::splat(m1) * v1 + f64x2::splat(m2) * v2);
            let v = (y - self.corrector) * f64x2::splat(pole);
            let low = v + self.corrector;
            self.corrector = low + v;
            *frame = f64x2::splat(gain) * y + f64x2::splat(1.0 - gain) * low;
        }
        self.now = Coefficients::from_array(moving);
    }
}

/// One lane for each of two resting sections.
fn process_lanes<const HAS_CORRECTOR: bool>(first: &mut Section, second: &mut Section, frames: &mut [f64x2]) {
    let lanes = |of: fn(&Coefficients) -> f64| f64x2::from([of(&first.now), of(&second.now)]);
    let (g, k) = (lanes(|c| c.g), lanes(|c| c.k));
    let a1 = f64x2::splat(1.0) / (f64x2::splat(1.0) + g * (g + k));
    let (a2, a3) = (g * a1, g * g * a1);
    let (m0, m1, m2) = (lanes(|c| c.m0), lanes(|c| c.m1), lanes(|c| c.m2));
    let (pole, direct) = (lanes(|c| c.corrector), lanes(|c| c.corrector_gain));
    let (through, two) = (f64x2::splat(1.0) - direct, f64x2::splat(2.0));
    let step = |[band, low, corrector]: [f64x2; 3], x: f64x2| {
        let v3 = x - low;
        let v1 = a1 * band + a2 * v3;
        let v2 = low + (a2 * band + a3 * v3);
        let y = m0 * x + (m1 * v1 + m2 * v2);
        let (band, low) = (two * v1 - band, two * v2 - low);
        if !HAS_CORRECTOR {
            return ([band, low, f64x2::splat(0.0)], y);
        }
        let v = (y - corrector) * pole;
        let below = v + corrector;
        ([band, low, below + v], direct * y + through * below)
    };
    let states = |section: &Section| [section.band, section.low, section.corrector];
    let (of_first, of_second) = (states(first), states(second));
    // The second has nothing to filter yet, and in the end the first has nothing any more.
    let (after, mut y) = step(std::array::from_fn(|idx| join(of_first[idx], of_second[idx])), frames[0]);
    let mut now: [f64x2; 3] = std::array::from_fn(|idx| join(after[idx], of_second[idx]));
    for idx in 1..frames.len() {
        (now, y) = step(now, join(frames[idx], y));
        frames[idx - 1] = f64x2::splat(y.to_array()[1]);
    }
    let (last, y) = step(now, join(y, y));
    frames[frames.len() - 1] = f64x2::splat(y.to_array()[1]);
    [first.band, first.low, first.corrector] = now.map(|lanes| f64x2::splat(lanes.to_array()[0]));
    [second.band, second.low, second.corrector] = last.map(|lanes| f64x2::splat(lanes.to_array()[1]));
}

/// The first lanes of both.
fn join(first: f64x2, second: f64x2) -> f64x2 {
    f64x2::from([first.to_array()[0], second.to_array()[0]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::white_noise;

    #[test]
    fn two_in_a_row_are_one_after_the_other() {
        let bell = Coefficients { g: 0.2, k: 0.9, m0: 1.0, m1: 0.4, m2: 0.1, ..Coefficients::IDENTITY };
        let shelf = Coefficients { corrector: 0.3, corrector_gain: 1.4, m0: 0.7, ..bell };
        for [a, b] in [[bell, bell], [shelf, shelf], [bell, shelf], [shelf, Coefficients { g: 0.01, ..shelf }]] {
            let noise = white_noise(3, 1.0, 72);
            let mut at = 0;
            let [mut first, mut second, mut third, mut fourth] = [a, b, a, b].map(Section::new);
            for len in [16, 1, 2, 16, 0, 5, 16] {
                let frames: Vec<f64x2> = noise[at..at + len].iter().copied().map(f64x2::splat).collect();
                at += len;
                let (mut together, mut apart) = (frames.clone(), frames);
                Section::process_in_a_row(&mut first, &mut second, &mut together);
                third.process(&mut apart);
                fourth.process(&mut apart);
                assert_eq!(together, apart);
            }
        }
    }
}
