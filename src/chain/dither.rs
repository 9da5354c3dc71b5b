//! Dither: the last rounding, made harmless.

use super::settings::DitherSettings;
use crate::dsp::random::Random;

/// Seconds of digital silence after which the dither falls silent too.
const BLANK_AFTER_S: f64 = 1.0;
/// Below this (−200 dBFS) the input is digital silence: what is left of a filter's decay.
const SILENCE: f64 = 1e-10;
const SEED: u64 = 0x0d15_ce72;

/// Stage 10: triangular dither of ±1 step and rounding to whole steps of the word length.
///
/// The noise of left and right is independent and of constant power whatever the signal (Lipshitz, Wannamaker,
/// Vanderkooy, *Quantization and Dither: A Theoretical Survey*, JAES 40(5) 1992); it begins anew at every reset, so
/// a render can be repeated. Samples beyond full scale stay on the grid and are not clipped. Turning it on or off is
/// a change of at most 1.5 steps and needs no crossfade.
pub struct Dither {
    random: [Random; 2],
    /// Steps per unit; `None` when off.
    steps: Option<f64>,
    num_silent: usize,
    blank_after: usize,
}

impl Dither {
    /// A stage that does nothing until it is set.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            random: [Random::new(SEED, 1), Random::new(SEED, 2)],
            steps: None,
            num_silent: 0,
            blank_after: (BLANK_AFTER_S * sample_rate_hz) as usize,
        }
    }

    /// Takes new settings. Real-time safe.
    pub fn set(&mut self, settings: &DitherSettings) {
        self.steps = settings.enabled.then(|| 2f64.powi(settings.bits.bits() as i32 - 1));
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        let Some(steps) = self.steps else { return };
        for (l, r) in left.iter_mut().zip(right) {
            let is_silent = l.abs() < SILENCE && r.abs() < SILENCE;
            self.num_silent = if is_silent { self.num_silent + 1 } else { 0 };
            if self.num_silent > self.blank_after {
                // Stays just past the limit, so that no count overflows.
                self.num_silent = self.blank_after + 1;
                (*l, *r) = (0.0, 0.0);
            } else {
                *l = (*l * steps + self.random[0].triangular()).round() / steps;
                *r = (*r * steps + self.random[1].triangular()).round() / steps;
            }
        }
    }

    /// Back to the state of a new stage.
    pub fn reset(&mut self) {
        self.random = [Random::new(SEED, 1), Random::new(SEED, 2)];
        self.steps = None;
        self.num_silent = 0;
    }

    /// Always 0.
    pub fn latency_samples(&self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::settings::DitherBits;

    const RATE: f64 = 48_000.0;

    fn dithered(bits: DitherBits, input: &[f64]) -> [Vec<f64>; 2] {
        let mut stage = Dither::new(RATE);
        stage.set(&DitherSettings { enabled: true, bits });
        let (mut left, mut right) = (input.to_vec(), input.to_vec());
        stage.process(&mut left, &mut right);
        [left, right]
    }

    #[test]
    fn every_word_length_lands_on_its_grid_in_f32() {
        let input: Vec<f64> = (0..5000).map(|n| 0.9 * (f64::from(n) * 0.37).sin()).collect();
        for bits in [DitherBits::Bits16, DitherBits::Bits20, DitherBits::Bits24] {
            let steps = 2f64.powi(bits.bits() as i32 - 1);
            for sample in dithered(bits, &input)[0].iter().map(|&y| f64::from(y as f32) * steps) {
                assert_eq!(sample, sample.round());
            }
        }
    }

    #[test]
    fn the_error_has_no_mean_the_power_of_three_uniform_ones_and_no_stereo() {
        let input: Vec<f64> = (0..400_000).map(|n| 1e-5 * (f64::from(n) * 0.131).sin()).collect();
        let [left, right] = dithered(DitherBits::Bits16, &input);
        let errors = |y: &[f64]| -> Vec<f64> { y.iter().zip(&input).map(|(y, x)| (y - x) * 32_768.0).collect() };
        let (left, right) = (errors(&left), errors(&right));
        let mean = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>() / x.len() as f64;
        let ones = vec![1.0; left.len()];
        assert!(mean(&left, &ones).abs() < 0.002, "{}", mean(&left, &ones));
        // TPDF and rounding: q²/6 + q²/12.
        assert!((mean(&left, &left) - 0.25).abs() < 0.002);
        assert!(mean(&left, &right).abs() < 0.002);
    }

    #[test]
    fn silence_is_blanked_after_a_second() {
        let mut input = vec![0.0; 50_000];
        input[0] = 0.5;
        let [left, right] = dithered(DitherBits::Bits16, &input);
        assert!(left[47_000..48_000].iter().any(|y| *y != 0.0));
        assert!(left[48_001..].iter().chain(&right[48_001..]).all(|y| *y == 0.0));
    }
}
