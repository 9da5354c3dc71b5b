//! What the glue compressor listens through: the key's high-pass and the mean power.

use std::f64::consts::SQRT_2;

use wide::f64x2;

use crate::dsp::crossover::warped;
use crate::dsp::ramp::KNOT_SAMPLES;

/// Second-order Butterworth high-pass for the key alone, which nobody hears: its corner moves in steps.
#[derive(Clone, Debug)]
pub(super) struct KeyFilter {
    coefficients: [f64x2; 3],
    band: f64x2,
    low: f64x2,
}

impl KeyFilter {
    /// At rest, to be [`Self::set`].
    pub fn new() -> Self {
        let zero = f64x2::splat(0.0);
        Self { coefficients: [f64x2::splat(1.0), zero, zero], band: zero, low: zero }
    }

    /// Corner in Hz.
    pub fn set(&mut self, corner_hz: f64, sample_rate_hz: f64) {
        let g = warped(corner_hz, sample_rate_hz);
        let a1 = 1.0 / (1.0 + g * (g + SQRT_2));
        self.coefficients = [a1, g * a1, g * g * a1].map(f64x2::splat);
    }

    /// One frame.
    #[inline(always)]
    pub fn process(&mut self, frame: f64x2) -> f64x2 {
        let [a1, a2, a3] = self.coefficients;
        let v3 = frame - self.low;
        let v1 = a1 * self.band + a2 * v3;
        let change = a2 * self.band + a3 * v3;
        let v2 = self.low + change;
        self.band = (v1 + v1) - self.band;
        self.low = v2 + change;
        (frame - f64x2::splat(SQRT_2) * v1) - v2
    }

    /// Ends a decay before it becomes denormal; called at knots.
    pub fn settle(&mut self) {
        for state in [&mut self.band, &mut self.low] {
            let tiny = state.abs().simd_lt(f64x2::splat(1e-150));
            *state = tiny.select(f64x2::splat(0.0), *state);
        }
    }

    /// As new, but for the corner.
    pub fn reset(&mut self) {
        (self.band, self.low) = (f64x2::splat(0.0), f64x2::splat(0.0));
    }
}

/// Mean power of 20 ms, scaled so that a full-scale sine reads 1 (AES17).
///
/// Three moving averages of 11 ms in a row weigh like a bell as wide as a window of 20 ms (by its noise bandwidth),
/// but their ripple under a tone is the third power of the window's. They run once a knot; lines join the results.
#[derive(Clone, Debug)]
pub(super) struct MeanPower {
    sum: f64x2,
    boxes: [MovingSum; 3],
    scale: f64x2,
    power: f64x2,
    step: f64x2,
}

impl MeanPower {
    /// Length of each moving average, seconds.
    const BOX_S: f64 = 0.011;

    /// In silence.
    pub fn new(sample_rate_hz: f64) -> Self {
        let num_knots = (Self::BOX_S * sample_rate_hz / KNOT_SAMPLES as f64).round().max(1.0);
        let zero = f64x2::splat(0.0);
        Self {
            sum: zero,
            boxes: std::array::from_fn(|_| MovingSum::new(num_knots as usize)),
            scale: f64x2::splat(2.0 / (KNOT_SAMPLES as f64 * num_knots.powi(3))),
            power: zero,
            step: zero,
        }
    }

    /// Takes a frame; the power now.
    #[inline(always)]
    pub fn push(&mut self, frame: f64x2) -> f64x2 {
        self.sum += frame * frame;
        self.power += self.step;
        self.power
    }

    /// Ends a knot.
    pub fn end_knot(&mut self) {
        let mut sum = self.sum;
        for moving_sum in &mut self.boxes {
            sum = moving_sum.push(sum);
        }
        self.sum = f64x2::splat(0.0);
        self.step = (sum * self.scale - self.power) * f64x2::splat(1.0 / KNOT_SAMPLES as f64);
    }

    /// As new.
    pub fn reset(&mut self) {
        let zero = f64x2::splat(0.0);
        (self.sum, self.power, self.step) = (zero, zero, zero);
        self.boxes.iter_mut().for_each(MovingSum::reset);
    }
}

/// Sum of the newest values; rounding errors last no longer than one window.
#[derive(Clone, Debug)]
struct MovingSum {
    values: Vec<f64x2>,
    oldest: usize,
    sum: f64x2,
    /// Sum of the values since the ring began anew, which replaces the sum when it is round.
    fresh: f64x2,
}

impl MovingSum {
    fn new(num_values: usize) -> Self {
        let zero = f64x2::splat(0.0);
        Self { values: vec![zero; num_values], oldest: 0, sum: zero, fresh: zero }
    }

    /// Takes a value ≥ 0; the sum of the newest ones, ≥ 0.
    fn push(&mut self, value: f64x2) -> f64x2 {
        let zero = f64x2::splat(0.0);
        let out = std::mem::replace(&mut self.values[self.oldest], value);
        self.fresh += value;
        self.sum = (self.sum + (value - out)).fast_max(zero);
        self.oldest += 1;
        if self.oldest == self.values.len() {
            (self.oldest, self.sum, self.fresh) = (0, self.fresh, zero);
        }
        self.sum
    }

    fn reset(&mut self) {
        let zero = f64x2::splat(0.0);
        self.values.fill(zero);
        (self.oldest, self.sum, self.fresh) = (0, zero, zero);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals;

    #[test]
    fn a_full_scale_sine_reads_1_whatever_its_frequency() {
        for rate in [44_100.0, 96_000.0] {
            for frequency in [60.0, 97.0, 1000.0, 7777.0] {
                let mut mean = MeanPower::new(rate);
                for (n, x) in signals::sine(frequency, 1.0, 20_000, rate).into_iter().enumerate() {
                    if n.is_multiple_of(KNOT_SAMPLES) {
                        mean.end_knot();
                    }
                    let db = 10.0 * mean.push(f64x2::splat(x)).to_array()[0].log10();
                    assert!(n < 8000 || db.abs() < 0.1, "{rate} {frequency}: {db}");
                }
            }
        }
    }

    #[test]
    fn a_burst_is_forgotten() {
        let mut sum = MovingSum::new(5);
        for n in 0..40 {
            let got = sum.push(f64x2::splat(if n < 7 { 1e12 / 3.0 } else { 0.1 })).to_array()[0];
            assert!(n < 20 || (got - 0.5).abs() < 1e-12, "{n}: {got}");
        }
    }

    #[test]
    fn the_key_filter_is_3_db_down_at_its_corner_and_falls_by_12_db_an_octave() {
        for (frequency, want) in [(100.0, -3.01), (50.0, -12.3), (25.0, -24.1), (1000.0, 0.0)] {
            let mut filter = KeyFilter::new();
            filter.set(100.0, 48_000.0);
            let tone = signals::sine(frequency, 1.0, 48_000, 48_000.0);
            let peak = tone.into_iter().map(|x| filter.process(f64x2::splat(x)).to_array()[0]).skip(24_000);
            let db = 20.0 * peak.fold(0.0, |max: f64, y| max.max(y.abs())).log10();
            assert!((db - want).abs() < 0.05, "{frequency}: {db}");
        }
    }
}
