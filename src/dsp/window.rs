//! Windows and the ideal interpolation kernel that they cut to length.

use std::f64::consts::PI;

/// Modified Bessel function of the first kind and order 0, by its power series; exact to rounding for |x| ≤ 30.
pub fn bessel_i0(x: f64) -> f64 {
    let quarter_square = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= quarter_square / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

/// Kaiser window at `position` (−1 … 1 from end to end, 0 outside), shape `beta` (Kaiser & Schafer 1980).
pub fn kaiser(position: f64, beta: f64) -> f64 {
    if position.abs() >= 1.0 {
        return 0.0;
    }
    bessel_i0(beta * (1.0 - position * position).sqrt()) / bessel_i0(beta)
}

/// sin(πt)/(πt).
pub fn sinc(t: f64) -> f64 {
    if t.abs() < 1e-9 { 1.0 } else { (PI * t).sin() / (PI * t) }
}

/// Weight of a sample that lies `t` samples from the point asked for: a sinc under a Kaiser window of `half_width` samples.
pub fn kaiser_sinc(t: f64, half_width: f64, beta: f64) -> f64 {
    sinc(t) * kaiser(t / half_width, beta)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bessel_meets_tabulated_values() {
        // Abramowitz & Stegun, table 9.8 and 9.11.
        for (x, expected) in [(0.0, 1.0), (1.0, 1.266_065_877_752_008), (5.0, 27.239_871_823_604_44)] {
            assert!((bessel_i0(x) / expected - 1.0).abs() < 1e-14, "{x}");
        }
    }

    #[test]
    fn kaiser_is_even_and_ends_at_zero() {
        assert_eq!(kaiser(0.0, 7.0), 1.0);
        assert_eq!(kaiser(0.3, 7.0), kaiser(-0.3, 7.0));
        assert_eq!(kaiser(1.0, 7.0), 0.0);
        assert!(kaiser(0.999, 7.0) < 0.01);
    }
}
