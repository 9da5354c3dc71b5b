//! The clipper's curve: straight, a quadratic bend, flat.

use wide::f64x2;

use crate::dsp::adaa::Curve;

/// What clipping adds to a sample, f(x) − x, and its antiderivatives: exactly 0 up to the onset.
///
/// From the onset the slope falls in a straight line from 1 to 0 over `width`, so the curve reaches the ceiling at
/// onset + width, half the width above the onset; from there it is flat. Odd in x.
#[derive(Clone, Copy, Debug)]
pub struct Knee {
    onset: f64,
    width: f64,
    /// Of the second antiderivative in the bend, 1 / (24 · width); 0 without a bend.
    fourth: f64,
}

impl Knee {
    /// The curve that ends at `ceiling` and begins to bend at `onset` ≤ `ceiling`, linear.
    pub fn new(onset: f64, ceiling: f64) -> Self {
        let width = 2.0 * (ceiling - onset).max(0.0);
        Self { onset, width, fourth: if width > 0.0 { 1.0 / (24.0 * width) } else { 0.0 } }
    }

    /// The largest sample to which nothing is added.
    pub fn onset(&self) -> f64 {
        self.onset
    }

    /// What `x` ≥ 0 becomes, over `x`: 0–1.
    pub fn gain(&self, x: f64) -> f64 {
        if x <= self.onset { 1.0 } else { 1.0 + self.value(f64x2::splat(x)).to_array()[0] / x }
    }

    /// How far over the onset, ≥ 0.
    #[inline]
    fn over(&self, x: f64x2) -> f64x2 {
        (x.abs() - f64x2::splat(self.onset)).fast_max(f64x2::splat(0.0))
    }

    /// `bent` inside the bend, `flat` beyond it.
    #[inline]
    fn choose(&self, over: f64x2, bent: f64x2, flat: f64x2) -> f64x2 {
        over.simd_lt(f64x2::splat(self.width)).select(bent, flat)
    }
}

/// `value` for x ≥ 0, −`value` for x < 0.
#[inline]
fn with_sign_of(x: f64x2, value: f64x2) -> f64x2 {
    value ^ (x & f64x2::splat(-0.0))
}

impl Curve for Knee {
    #[inline]
    fn value(&self, x: f64x2) -> f64x2 {
        let over = self.over(x);
        let bent = over * over * f64x2::splat(-0.5 / self.width);
        let flat = f64x2::splat(0.5 * self.width) - over;
        with_sign_of(x, self.choose(over, bent, flat))
    }

    #[inline]
    fn first(&self, x: f64x2) -> f64x2 {
        let (over, width) = (self.over(x), f64x2::splat(self.width));
        let bent = over * over * over * f64x2::splat(-1.0 / (6.0 * self.width));
        let flat = over * (width - over) * f64x2::splat(0.5) - width * width * f64x2::splat(1.0 / 6.0);
        self.choose(over, bent, flat)
    }

    #[inline]
    fn second(&self, x: f64x2) -> f64x2 {
        let (over, width) = (self.over(x), f64x2::splat(self.width));
        let bent = over.fast_min(width);
        let square = bent * bent;
        let mut sum = square * square * f64x2::splat(self.fourth);
        let flat = over - bent;
        if flat.simd_gt(f64x2::splat(0.0)).any() {
            let quarter = width * f64x2::splat(0.25);
            let slope = width * width * f64x2::splat(1.0 / 6.0);
            sum += flat * (slope + flat * (quarter + flat * f64x2::splat(1.0 / 6.0)));
        }
        -with_sign_of(x, sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn antiderivatives_belong_to_the_curve() {
        for knee in [Knee::new(0.5, 0.8), Knee::new(0.8, 0.8)] {
            let at = |curve: fn(&Knee, f64x2) -> f64x2, x: f64| curve(&knee, f64x2::splat(x)).to_array()[0];
            for idx in -400..400 {
                let (x, h) = (f64::from(idx) * 0.0101, 1e-5);
                let slope = |curve| (at(curve, x + h) - at(curve, x - h)) / (2.0 * h);
                assert!((slope(Knee::first) - at(Knee::value, x)).abs() < 1e-4, "{x}");
                assert!((slope(Knee::second) - at(Knee::first, x)).abs() < 1e-8, "{x}");
            }
        }
    }

    #[test]
    fn the_curve_is_straight_then_bends_then_holds() {
        let knee = Knee::new(0.5, 0.8);
        assert_eq!(knee.gain(0.5), 1.0);
        assert!((knee.gain(0.8) * 0.8 - (0.8 - 0.075)).abs() < 1e-12);
        for x in [1.1, 2.0, 1e5] {
            assert!((knee.gain(x) * x - 0.8).abs() < 1e-10);
        }
        assert!((Knee::new(0.8, 0.8).gain(1.6) - 0.5).abs() < 1e-12);
    }
}
