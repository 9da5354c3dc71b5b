//! Filters of the audio EQ cookbook (R. Bristow-Johnson), which share nothing with the equalizer that is judged.

use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

/// A second-order section, normalised to a0 = 1.
#[derive(Clone, Copy, Debug)]
pub struct Biquad {
    feedforward: [f64; 3],
    feedback: [f64; 2],
}

/// Terms that all designs of the cookbook share.
struct Terms {
    cos: f64,
    alpha: f64,
}

impl Terms {
    fn of(rate_hz: f64, hz: f64, q: f64) -> Self {
        let omega = TAU * hz / rate_hz;
        Self { cos: omega.cos(), alpha: omega.sin() / (2.0 * q) }
    }
}

impl Biquad {
    fn normalised(b: [f64; 3], a: [f64; 3]) -> Self {
        Self { feedforward: b.map(|b| b / a[0]), feedback: [a[1] / a[0], a[2] / a[0]] }
    }

    /// A bell of `gain_db` at `hz`.
    pub fn bell(rate_hz: f64, hz: f64, q: f64, gain_db: f64) -> Self {
        let Terms { cos, alpha } = Terms::of(rate_hz, hz, q);
        let root = 10f64.powf(gain_db / 40.0);
        Self::normalised(
            [1.0 + alpha * root, -2.0 * cos, 1.0 - alpha * root],
            [1.0 + alpha / root, -2.0 * cos, 1.0 - alpha / root],
        )
    }

    /// A shelf of `gain_db` above `hz`, half of it at `hz`.
    pub fn high_shelf(rate_hz: f64, hz: f64, q: f64, gain_db: f64) -> Self {
        Self::shelf(rate_hz, hz, q, gain_db, 1.0)
    }

    /// A shelf of `gain_db` below `hz`, half of it at `hz`.
    pub fn low_shelf(rate_hz: f64, hz: f64, q: f64, gain_db: f64) -> Self {
        Self::shelf(rate_hz, hz, q, gain_db, -1.0)
    }

    /// The cookbook's two shelves differ in signs only.
    fn shelf(rate_hz: f64, hz: f64, q: f64, gain_db: f64, sign: f64) -> Self {
        let Terms { cos, alpha } = Terms::of(rate_hz, hz, q);
        let root = 10f64.powf(gain_db / 40.0);
        let (cos, bend) = (sign * cos, 2.0 * root.sqrt() * alpha);
        let (plus, minus) = (root + 1.0, root - 1.0);
        let b = [
            root * (plus + minus * cos + bend),
            -2.0 * root * (minus + plus * cos),
            root * (plus + minus * cos - bend),
        ];
        let a = [plus - minus * cos + bend, 2.0 * (minus - plus * cos), plus - minus * cos - bend];
        Self::normalised([b[0], sign * b[1], b[2]], [a[0], sign * a[1], a[2]])
    }

    fn low_pass(rate_hz: f64, hz: f64, q: f64) -> Self {
        let Terms { cos, alpha } = Terms::of(rate_hz, hz, q);
        let side = 0.5 * (1.0 - cos);
        Self::normalised([side, 2.0 * side, side], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    fn high_pass(rate_hz: f64, hz: f64, q: f64) -> Self {
        let Terms { cos, alpha } = Terms::of(rate_hz, hz, q);
        let side = 0.5 * (1.0 + cos);
        Self::normalised([side, -2.0 * side, side], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    /// Gain at an angular frequency, radians per sample; dB.
    pub fn gain_db(&self, omega: f64) -> f64 {
        let power = |coefficients: [f64; 3]| {
            let (re, im) = (0..3).fold((0.0, 0.0), |(re, im), n| {
                let phase = omega * n as f64;
                (re + coefficients[n] * phase.cos(), im - coefficients[n] * phase.sin())
            });
            re * re + im * im
        };
        let [a1, a2] = self.feedback;
        10.0 * (power(self.feedforward) / power([1.0, a1, a2])).log10()
    }

    /// Filters in place, from rest.
    pub fn run(&self, samples: &mut [f64]) {
        let ([b0, b1, b2], [a1, a2]) = (self.feedforward, self.feedback);
        let (mut s1, mut s2) = (0.0, 0.0);
        for sample in samples {
            let output = b0 * *sample + s1;
            s1 = b1 * *sample - a1 * output + s2;
            s2 = b2 * *sample - a2 * output;
            *sample = output;
        }
    }
}

/// Sections in a row.
#[derive(Clone, Debug)]
pub struct Cascade(Vec<Biquad>);

impl Cascade {
    /// A Butterworth low-pass of an even order.
    pub fn low_pass(rate_hz: f64, hz: f64, order: usize) -> Self {
        Self(butterworth_qs(order).map(|q| Biquad::low_pass(rate_hz, hz, q)).collect())
    }

    /// A Butterworth high-pass of an even order.
    pub fn high_pass(rate_hz: f64, hz: f64, order: usize) -> Self {
        Self(butterworth_qs(order).map(|q| Biquad::high_pass(rate_hz, hz, q)).collect())
    }

    /// A Butterworth high-pass and low-pass, both of an even order.
    pub fn band(rate_hz: f64, low_hz: f64, high_hz: f64, order: usize) -> Self {
        Self::high_pass(rate_hz, low_hz, order).then(Self::low_pass(rate_hz, high_hz, order))
    }

    /// A Linkwitz-Riley low-pass of order 4: −6 dB at `hz`.
    pub fn linkwitz_riley_low_pass(rate_hz: f64, hz: f64) -> Self {
        Self(vec![Biquad::low_pass(rate_hz, hz, FRAC_1_SQRT_2); 2])
    }

    /// This one and then another.
    pub fn then(mut self, next: Self) -> Self {
        self.0.extend(next.0);
        self
    }

    /// A filtered copy, from rest.
    pub fn filtered(&self, samples: &[f64]) -> Vec<f64> {
        let mut filtered = samples.to_vec();
        self.0.iter().for_each(|section| section.run(&mut filtered));
        filtered
    }
}

/// Qualities of the sections of a Butterworth filter.
fn butterworth_qs(order: usize) -> impl Iterator<Item = f64> {
    (0..order / 2).map(move |idx| 0.5 / (PI * (2 * idx + 1) as f64 / (2 * order) as f64).cos())
}
