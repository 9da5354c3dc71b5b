//! Error feedback: the noise of rounding, moved to where it is heard least.

use crate::chain::settings::{Choice, NoiseShaping};

/// From this rate on the noise stays flat: there is room above hearing anyway.
const FLAT_FROM_HZ: f64 = 88_000.0;
const MAX_TAPS: usize = 9;
/// An error of rounding and triangular dither is at most 1.5 steps; what is more comes from numbers too large to round.
const MAX_ERROR: f64 = 2.0;

/// Taps on past errors, of designs for 44.1 kHz; at other rates the curves shift with the rate. In the order of
/// [`NoiseShaping`]: none; three and nine taps after the F-weighted curves of Wannamaker, *Psychoacoustically Optimal Noise
/// Shaping* (JAES 40(7/8), 1992); five after Lipshitz, Vanderkooy and Wannamaker, *Minimally Audible Noise Shaping* (JAES
/// 39(11), 1991). The noise is (1 − Σ tap z⁻ᵏ) times white.
const TAPS: [&[f64]; 4] = [
    &[],
    &[1.623, -0.982, 0.109],
    &[2.033, -2.165, 1.959, -1.590, 0.6149],
    &[2.412, -3.370, 3.937, -4.174, 3.353, -2.205, 1.281, -0.569, 0.0847],
];

/// The taps in force at a rate.
pub fn taps(noise_shaping: NoiseShaping, sample_rate_hz: f64) -> &'static [f64] {
    if sample_rate_hz >= FLAT_FROM_HZ { &[] } else { TAPS[noise_shaping.index()] }
}

/// Sum of the magnitudes of the noise's impulse response: so many times the error of one rounding, an output sample is off
/// at most.
pub fn l1(taps: &[f64]) -> f64 {
    1.0 + taps.iter().map(|tap| tap.abs()).sum::<f64>()
}

/// Past errors of one channel, in steps, newest first.
#[derive(Clone, Copy, Debug)]
pub struct Shaper {
    errors: [f64; MAX_TAPS],
}

impl Shaper {
    /// No past.
    pub const NEW: Self = Self { errors: [0.0; MAX_TAPS] };

    /// Rounds `sample` (in steps) with `dither` (in steps) to a whole step.
    #[inline]
    pub fn round(&mut self, sample: f64, dither: f64, taps: &[f64]) -> f64 {
        let fed_back: f64 = taps.iter().zip(&self.errors).map(|(tap, error)| tap * error).sum();
        let wanted = sample - fed_back;
        let rounded = (wanted + dither).round();
        if !taps.is_empty() {
            self.errors.copy_within(..MAX_TAPS - 1, 1);
            self.errors[0] = (rounded - wanted).clamp(-MAX_ERROR, MAX_ERROR);
        }
        rounded
    }
}
