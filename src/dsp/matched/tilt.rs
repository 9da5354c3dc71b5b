//! A tilt: gain that is a straight line over the logarithm of frequency.

use crate::dsp::svf::Coefficients;

use super::shape::Shape;
use super::table::{Family, MAX_RATIO, MIN_RATIO};

/// Sections of a tilt.
pub const NUM_SECTIONS: usize = 4;

/// Centres of the eight first-order shelves in the bilinear plane, natural logarithms.
///
/// As both the line and the shelves are counted from the sample rate, one set serves every rate. Shelf i has its zero
/// at exp(centre − exponent · spread) and its pole at exp(centre + exponent · spread). Fitted to the line from 5e−5
/// to 0.4535 of the sample rate for exponents of 0.1–1.2: within 0.05 dB at 0.6 (±18 dB over the audible range),
/// 0.14 dB at 1.2.
const CENTRES: [f64; 8] = [-8.99679, -7.34406, -5.78545, -4.2987, -2.87136, -1.54296, -0.45396, 0.77645];
/// Half the distance of pole and zero per unit of exponent.
const SPREADS: [f64; 8] = [0.92837, 0.79004, 0.76282, 0.72246, 0.70708, 0.59584, 0.52778, 0.15306];

/// Sections whose magnitude is (frequency / pivot)^`exponent`, ±1.2 at most, at every sample rate.
pub fn tilt(exponent: f64, pivot_hz: f64, sample_rate_hz: f64) -> [Coefficients; NUM_SECTIONS] {
    let exponent = exponent.clamp(-1.2, 1.2);
    let ratio = (pivot_hz / sample_rate_hz).clamp(MIN_RATIO, MAX_RATIO);
    let mut sections = std::array::from_fn(|pair| {
        let at = |shelf: usize, side: f64| CENTRES[shelf] + side * exponent * SPREADS[shelf];
        let (zeros, poles) = ([at(2 * pair, -1.0), at(2 * pair + 1, -1.0)], [at(2 * pair, 1.0), at(2 * pair + 1, 1.0)]);
        let (zero, zero_damping) = join(zeros);
        let (pole, pole_damping) = join(poles);
        let shape =
            Shape { pole, pole_damping, zero, zero_damping, corrector_pole: 1.0, corrector_zero: 1.0, gain: 1.0 };
        shape.coefficients(Family::Bell)
    });
    // Exactly 0 dB at the pivot.
    for section in &mut sections {
        let gain = 1.0 / section.magnitude(ratio, 1.0);
        section.m0 *= gain;
        section.m1 *= gain;
        section.m2 *= gain;
    }
    sections
}

/// Two real roots, logarithms, as frequency and damping of a pair.
fn join([a, b]: [f64; 2]) -> (f64, f64) {
    ((0.5 * (a + b)).exp(), 2.0 * (0.5 * (a - b)).cosh())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tilts_are_straight_at_every_rate() {
        for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            for gain_db in [-36.0, -18.0, -6.0, 1.0, 6.0, 18.0, 36.0] {
                for pivot_hz in [10.0, 640.0, 20_000.0] {
                    let exponent = gain_db / 30.0;
                    let sections = tilt(exponent, pivot_hz, rate);
                    for idx in 0..=300 {
                        let frequency_hz = 20.0 * 1000f64.powf(f64::from(idx) / 300.0);
                        let got: f64 = sections.iter().map(|s| 20.0 * s.magnitude(frequency_hz, rate).log10()).sum();
                        let want = 20.0 * exponent * (frequency_hz / pivot_hz).log10();
                        let bar = if f64::abs(gain_db) <= 18.0 { 0.1 } else { 0.25 };
                        assert!((got - want).abs() < bar, "{rate} {gain_db} {pivot_hz} {frequency_hz}: {got} {want}");
                    }
                }
            }
        }
    }
}
