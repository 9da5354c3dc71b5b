//! The K-weighting filter of ITU-R BS.1770 at any sample rate.

use std::f64::consts::PI;

use wide::f64x2;

use super::biquad::{Biquad, Coefficients};

/// Loudness offset of BS.1770: L = −0.691 + 10 log₁₀ Σ z, so that a 997 Hz tone reads its level.
pub const OFFSET_LU: f64 = -0.691;

/// Pre-filter and RLB filter in a row for a stereo pair (ITU-R BS.1770-5, annex 1, tables 1 and 2).
///
/// The standard gives coefficients at 48 kHz only; other rates take the analogue parameters behind them, as
/// libebur128 recovered them, through the bilinear transform.
#[derive(Clone, Debug)]
pub struct KWeighting {
    stages: [Biquad; 2],
}

impl KWeighting {
    /// A filter at rest.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self { stages: coefficients(sample_rate_hz).map(Biquad::new) }
    }

    /// One frame.
    #[inline]
    pub fn process(&mut self, input: f64x2) -> f64x2 {
        let shelved = self.stages[0].process(input);
        self.stages[1].process(shelved)
    }

    /// Back to rest.
    pub fn reset(&mut self) {
        self.stages.iter_mut().for_each(Biquad::reset);
    }

    /// Ends a decay before it becomes denormal; called now and then.
    pub fn settle(&mut self) {
        self.stages.iter_mut().for_each(Biquad::settle);
    }
}

/// The pre-filter (a high shelf) and the RLB filter (a high-pass), in this order.
pub fn coefficients(sample_rate_hz: f64) -> [Coefficients; 2] {
    [pre_filter(sample_rate_hz), rlb_filter(sample_rate_hz)]
}

fn pre_filter(sample_rate_hz: f64) -> Coefficients {
    const FREQUENCY_HZ: f64 = 1_681.974_450_955_533;
    const GAIN_DB: f64 = 3.999_843_853_973_347;
    const Q: f64 = 0.707_175_236_955_419_6;
    // The exponent makes the shelf's midpoint that of the standard; a cookbook shelf is 0.44 dB off at 1.5 kHz.
    const MID_EXPONENT: f64 = 0.499_666_774_154_541_6;
    let k = (PI * FREQUENCY_HZ / sample_rate_hz).tan();
    let high = 10f64.powf(GAIN_DB / 20.0);
    let mid = high.powf(MID_EXPONENT);
    let a0 = 1.0 + k / Q + k * k;
    Coefficients {
        b: [(high + mid * k / Q + k * k) / a0, 2.0 * (k * k - high) / a0, (high - mid * k / Q + k * k) / a0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / Q + k * k) / a0],
    }
}

fn rlb_filter(sample_rate_hz: f64) -> Coefficients {
    const FREQUENCY_HZ: f64 = 38.135_470_876_024_44;
    const Q: f64 = 0.500_327_037_323_877_3;
    let k = (PI * FREQUENCY_HZ / sample_rate_hz).tan();
    let a0 = 1.0 + k / Q + k * k;
    // The numerator stays 1, −2, 1 at every rate, as other meters take it; rates then differ by up to 0.03 dB.
    Coefficients { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / Q + k * k) / a0] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_at_48_khz_are_those_of_the_standard() {
        // ITU-R BS.1770-5, annex 1, tables 1 and 2.
        let [pre, rlb] = coefficients(48_000.0);
        let want = [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85];
        assert!(pre.b.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-10), "{pre:?}");
        let want = [-1.690_659_293_182_41, 0.732_480_774_215_85];
        assert!(pre.a.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-10), "{pre:?}");
        let want = [-1.990_047_454_833_98, 0.990_072_250_366_21];
        assert!(rlb.a.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-10), "{rlb:?}");
        assert_eq!(rlb.b, [1.0, -2.0, 1.0]);
    }

    #[test]
    fn other_rates_weigh_alike() {
        let db =
            |rate: f64, f: f64| -> f64 { coefficients(rate).iter().map(|c| 20.0 * c.magnitude(f, rate).log10()).sum() };
        for rate in [44_100.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0] {
            for (f, tolerance) in [(40.0, 0.05), (997.0, 0.05), (5000.0, 0.05), (10_000.0, 0.1)] {
                let difference = db(rate, f) - db(48_000.0, f);
                assert!(difference.abs() < tolerance, "{rate} Hz, {f} Hz: {difference} dB");
            }
        }
    }

    #[test]
    fn a_full_scale_997_hz_tone_in_one_channel_reads_minus_3_01() {
        for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            let mut filter = KWeighting::new(rate);
            let step = std::f64::consts::TAU * 997.0 / rate;
            let num_frames = (rate * 2.0) as usize;
            let mut sum = 0.0;
            for n in 0..num_frames {
                let y = filter.process(f64x2::from([(step * n as f64).sin(), 0.0])).to_array();
                if n >= num_frames / 2 {
                    sum += y[0] * y[0] + y[1] * y[1];
                }
            }
            let lufs = OFFSET_LU + 10.0 * (sum / (num_frames / 2) as f64).log10();
            assert!((lufs + 3.01).abs() < 0.02, "{rate}: {lufs}");
        }
    }
}
