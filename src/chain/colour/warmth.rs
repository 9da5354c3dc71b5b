//! The colour stage's curves: an even and an odd one, both flat where music is quiet.

use wide::f64x2;

use crate::dsp::adaa::Curve;

/// Height of the even curve, over the sample at which both curves end.
const EVEN_HEIGHT: f64 = 0.15;

/// What colour adds to a sample t (1 where the bends end), and its antiderivatives.
///
/// Odd: −t⁵/5, from 1 on −(t − 4/5), so t plus all of it saturates at 4/5. Even: −h (5t⁴ − 4t⁵), from 1 on −h: the upper half
/// is bent in and the lower one out. Neither has a first, second or third power, so quiet music stays as it is; both have a
/// continuous slope, and their sums with t rise everywhere at weights up to 1.
#[derive(Clone, Copy, Debug)]
pub struct Warmth {
    even: f64x2,
    odd: f64x2,
}

impl Warmth {
    /// The curves with their weights.
    pub fn new(even: f64, odd: f64) -> Self {
        Self { even: f64x2::splat(even * EVEN_HEIGHT), odd: f64x2::splat(odd) }
    }
}

/// Magnitude up to the end of the bend, and what is beyond it.
#[inline]
fn split(x: f64x2) -> (f64x2, f64x2) {
    let magnitude = x.abs();
    let bent = magnitude.fast_min(f64x2::splat(1.0));
    (bent, magnitude - bent)
}

/// `value` for x ≥ 0, −`value` for x < 0.
#[inline]
fn with_sign_of(x: f64x2, value: f64x2) -> f64x2 {
    value ^ (x & f64x2::splat(-0.0))
}

/// Coefficient as a pair.
#[inline]
fn c(value: f64) -> f64x2 {
    f64x2::splat(value)
}

impl Curve for Warmth {
    #[inline]
    fn value(&self, x: f64x2) -> f64x2 {
        let (t, u) = split(x);
        let fourth = (t * t) * (t * t);
        let even = fourth * (c(5.0) - c(4.0) * t);
        let odd = fourth * t * c(0.2) + u;
        -(self.even * even + with_sign_of(x, self.odd * odd))
    }

    #[inline]
    fn first(&self, x: f64x2) -> f64x2 {
        let (t, u) = split(x);
        let fifth = (t * t) * (t * t) * t;
        let even = fifth * (c(1.0) - c(2.0 / 3.0) * t) + u;
        let odd = fifth * t * c(1.0 / 30.0) + u * (c(0.2) + c(0.5) * u);
        -(with_sign_of(x, self.even * even) + self.odd * odd)
    }

    #[inline]
    fn second(&self, x: f64x2) -> f64x2 {
        let (t, u) = split(x);
        let (even, odd) = (self.even, with_sign_of(x, self.odd));
        let square = t * t;
        let sixth = square * square * square;
        let mut sum = sixth * (even * c(1.0 / 6.0) + t * (odd * c(1.0 / 210.0) - even * c(2.0 / 21.0)));
        if u.simd_gt(c(0.0)).any() {
            let beyond = |even: f64x2, odd: f64x2| {
                even * (c(1.0 / 3.0) + c(0.5) * u) + odd * (c(1.0 / 30.0) + u * (c(0.1) + u * c(1.0 / 6.0)))
            };
            sum += u * beyond(even, odd);
        }
        -sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn antiderivatives_belong_to_the_curves() {
        for warmth in [Warmth::new(1.0, 0.0), Warmth::new(0.0, 1.0), Warmth::new(0.3, 0.9)] {
            let at = |curve: fn(&Warmth, f64x2) -> f64x2, x: f64| curve(&warmth, f64x2::splat(x)).to_array()[0];
            for idx in -300..300 {
                let (x, h) = (f64::from(idx) * 0.0101, 1e-5);
                let slope = |curve| (at(curve, x + h) - at(curve, x - h)) / (2.0 * h);
                assert!((slope(Warmth::first) - at(Warmth::value, x)).abs() < 1e-8, "{x}");
                assert!((slope(Warmth::second) - at(Warmth::first, x)).abs() < 1e-8, "{x}");
                assert!(slope(Warmth::value) > -1.0 - 1e-9, "{x}");
            }
        }
    }
}
