//! A second-order section in transposed direct form II, for fixed filters of measurements.

use wide::f64x2;

/// b0 + b1 z⁻¹ + b2 z⁻² over 1 + a1 z⁻¹ + a2 z⁻².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// Numerator.
    pub b: [f64; 3],
    /// Denominator without its leading 1.
    pub a: [f64; 2],
}

impl Coefficients {
    /// Magnitude at `frequency_hz`, linear.
    pub fn magnitude(&self, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
        let angle = std::f64::consts::TAU * frequency_hz / sample_rate_hz;
        let part = |c: [f64; 3]| {
            let re = c[0] + c[1] * angle.cos() + c[2] * (2.0 * angle).cos();
            let im = c[1] * angle.sin() + c[2] * (2.0 * angle).sin();
            re.hypot(im)
        };
        part(self.b) / part([1.0, self.a[0], self.a[1]])
    }
}

/// The running filter for a stereo pair.
#[derive(Clone, Debug)]
pub struct Biquad {
    b: [f64x2; 3],
    a: [f64x2; 2],
    state: [f64x2; 2],
}

impl Biquad {
    /// A filter at rest.
    pub fn new(coefficients: Coefficients) -> Self {
        Self { b: coefficients.b.map(f64x2::splat), a: coefficients.a.map(f64x2::splat), state: [f64x2::splat(0.0); 2] }
    }

    /// One frame.
    #[inline]
    pub fn process(&mut self, input: f64x2) -> f64x2 {
        let output = self.b[0] * input + self.state[0];
        self.state[0] = self.b[1] * input - self.a[0] * output + self.state[1];
        self.state[1] = self.b[2] * input - self.a[1] * output;
        output
    }

    /// Back to rest.
    pub fn reset(&mut self) {
        self.state = [f64x2::splat(0.0); 2];
    }

    /// Ends a decay before it becomes denormal; called now and then.
    pub fn settle(&mut self) {
        for state in &mut self.state {
            let tiny = state.abs().simd_lt(f64x2::splat(1e-100));
            *state = tiny.select(f64x2::splat(0.0), *state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_impulse_response_has_the_stated_magnitude() {
        let coefficients = Coefficients { b: [0.3, 0.2, 0.1], a: [-0.5, 0.3] };
        let mut filter = Biquad::new(coefficients);
        let (mut re, mut im) = (0.0, 0.0);
        for n in 0..400 {
            let y = filter.process(f64x2::splat(f64::from(u8::from(n == 0)))).to_array()[1];
            let angle = std::f64::consts::TAU * 0.1 * f64::from(n);
            re += y * angle.cos();
            im -= y * angle.sin();
        }
        assert!((re.hypot(im) - coefficients.magnitude(4800.0, 48_000.0)).abs() < 1e-12);
    }
}
