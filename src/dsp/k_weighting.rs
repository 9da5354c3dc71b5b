//! The K-weighting filter of ITU-R BS.1770-5 (annex 1, figures 2 and 4) at any sample rate.

use std::f64::consts::PI;

/// Two second-order sections in series, transposed direct form II; one channel.
#[derive(Clone, Debug)]
pub struct KWeighting {
    shelf: Section,
    high_pass: Section,
}

#[derive(Clone, Debug)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Section {
    fn new(b: [f64; 3], a: [f64; 2]) -> Self {
        Self { b, a, state: [0.0; 2] }
    }

    #[inline]
    fn process(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.state[0];
        self.state[0] = self.b[1] * x - self.a[0] * y + self.state[1];
        self.state[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

impl KWeighting {
    /// The filter for `sample_rate_hz` > 4 kHz.
    ///
    /// The standard gives coefficients for 48 kHz only; other rates are bilinear transforms of the analogue
    /// prototype those coefficients stem from (the constants of libebur128, which reproduce the standard's digits).
    pub fn new(sample_rate_hz: f64) -> Self {
        let shelf = {
            let (f0, gain_db, q) = (1_681.974_450_955_533, 3.999_843_853_973_347, 0.707_175_236_955_419_6);
            let k = (PI * f0 / sample_rate_hz).tan();
            let vh = 10f64.powf(gain_db / 20.0);
            let vb = vh.powf(0.499_666_774_154_541_6);
            let a0 = 1.0 + k / q + k * k;
            Section::new(
                [(vh + vb * k / q + k * k) / a0, 2.0 * (k * k - vh) / a0, (vh - vb * k / q + k * k) / a0],
                [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
            )
        };
        let high_pass = {
            let (f0, q) = (38.135_470_876_024_44, 0.500_327_037_323_877_3);
            let k = (PI * f0 / sample_rate_hz).tan();
            let a0 = 1.0 + k / q + k * k;
            Section::new([1.0, -2.0, 1.0], [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0])
        };
        Self { shelf, high_pass }
    }

    /// The next weighted sample.
    #[inline]
    pub fn process(&mut self, sample: f64) -> f64 {
        self.high_pass.process(self.shelf.process(sample))
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.shelf.state = [0.0; 2];
        self.high_pass.state = [0.0; 2];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_coefficients_of_the_standard_at_48_khz() {
        let filter = KWeighting::new(48_000.0);
        let b = [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85];
        let a = [-1.690_659_293_182_41, 0.732_480_774_215_85];
        for (ours, theirs) in filter.shelf.b.iter().chain(&filter.shelf.a).zip(b.iter().chain(&a)) {
            assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
        }
        for (ours, theirs) in filter.high_pass.a.iter().zip([-1.990_047_454_833_98, 0.990_072_250_366_21]) {
            assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
        }
    }
}
