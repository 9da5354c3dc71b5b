//! Antiderivative anti-aliasing: a curve averaged over the path between samples.
//!
//! Second order (Bilbao, Esqueda, Parker, Välimäki, *Antiderivative Antialiasing for Memoryless Nonlinearities*, IEEE Signal
//! Processing Letters 24(7), 2017): twice the second divided difference of the second antiderivative over three samples.

use wide::f64x2;

/// Points nearer than this, relative to their size, are the same point to the outer difference.
const OUTER_TOLERANCE: f64 = 1e-4;
/// The same for the two inner differences.
const INNER_TOLERANCE: f64 = 1e-5;

/// A memoryless curve with its antiderivatives, for both channels at once; scaled so that it bends at about 1.
pub trait Curve {
    /// The curve.
    fn value(&self, x: f64x2) -> f64x2;
    /// Its antiderivative.
    fn first(&self, x: f64x2) -> f64x2;
    /// The antiderivative of that.
    fn second(&self, x: f64x2) -> f64x2;
}

/// The curve over each three neighbouring samples, oldest first: one result fewer than samples at either end.
#[inline]
pub fn second_order(samples: &[f64x2], curve: &impl Curve, results: &mut [f64x2]) {
    let (mut older, mut newer) = (samples[0], samples[1]);
    let (mut size_of_older, mut size_of_newer) = (size(older), size(newer));
    let mut at_newer = curve.second(newer);
    let mut before = divided_difference([older, newer], [curve.second(older), at_newer], size_of_older, curve);
    for (sample, result) in samples[2..].iter().zip(results) {
        let sample = *sample;
        let at_sample = curve.second(sample);
        let (step, distance) = (sample - newer, sample - older);
        let mut after = (at_sample - at_newer) / step;
        *result = (after - before) * f64x2::splat(2.0) / distance;
        let is_near = is_within(distance, OUTER_TOLERANCE, size_of_older);
        if (is_near | is_within(step, INNER_TOLERANCE, size_of_newer)).any() {
            after = divided_difference([newer, sample], [at_newer, at_sample], size_of_newer, curve);
            let apart = (after - before) * f64x2::splat(2.0) / distance;
            *result = is_near.select(around_a_turn([older, newer, sample], curve), apart);
        }
        (older, newer, at_newer, before) = (newer, sample, at_sample, after);
        (size_of_older, size_of_newer) = (size_of_newer, size(sample));
    }
}

/// What tolerances are relative to.
#[inline]
fn size(x: f64x2) -> f64x2 {
    f64x2::splat(1.0) + x.abs()
}

#[inline]
fn is_within(distance: f64x2, tolerance: f64, size: f64x2) -> f64x2 {
    distance.abs().simd_lt(size * f64x2::splat(tolerance))
}

/// Slope of the second antiderivative from one sample to the next, of which the first has that size.
#[inline(never)]
fn divided_difference([a, b]: [f64x2; 2], [at_a, at_b]: [f64x2; 2], size: f64x2, curve: &impl Curve) -> f64x2 {
    let slope = (at_b - at_a) / (b - a);
    let is_near = is_within(b - a, INNER_TOLERANCE, size);
    if is_near.any() { is_near.select(curve.first(f64x2::splat(0.5) * (a + b)), slope) } else { slope }
}

/// The curve over three samples of which the first and the last are nearly the same.
///
/// A divided difference does not depend on the order of its points: with the middle one at an end, the distance to divide by
/// is too small only if all three are the same.
#[inline(never)]
fn around_a_turn([a, b, c]: [f64x2; 3], curve: &impl Curve) -> f64x2 {
    let side = f64x2::splat(0.5) * (a + c);
    let distance = side - b;
    let size = f64x2::splat(1.0) + side.abs();
    let is_near = distance.abs().simd_lt(size * f64x2::splat(OUTER_TOLERANCE));
    let together = curve.value((a + b + c) * f64x2::splat(1.0 / 3.0));
    if is_near.all() {
        return together;
    }
    let slope = (curve.second(side) - curve.second(b)) / distance;
    let turn = f64x2::splat(2.0) * (curve.first(side) - slope) / distance;
    is_near.select(together, turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x³: the average is a polynomial of the points.
    struct Cube;

    impl Curve for Cube {
        fn value(&self, x: f64x2) -> f64x2 {
            x * x * x
        }
        fn first(&self, x: f64x2) -> f64x2 {
            x * x * x * x * f64x2::splat(0.25)
        }
        fn second(&self, x: f64x2) -> f64x2 {
            x * x * x * x * x * f64x2::splat(0.05)
        }
    }

    /// The average over the triangle that three points span: the complete homogeneous polynomial over ten.
    fn exact([a, b, c]: [f64; 3]) -> f64 {
        let cubes = a * a * a + b * b * b + c * c * c;
        let pairs = a * a * (b + c) + b * b * (a + c) + c * c * (a + b);
        (cubes + pairs + a * b * c) / 10.0
    }

    #[test]
    fn equals_the_average_however_near_the_points_are() {
        for distance in [1.0, 1e-2, 1e-3, 2e-4, 9e-5, 2e-5, 9e-6, 1e-9, 0.0] {
            for points in
                [[0.3, 0.3 + distance, 0.3 - distance], [0.5, 0.5, 0.5 + distance], [-0.7, 0.2, 0.2 + distance]]
            {
                for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]] {
                    let points = order.map(|idx: usize| points[idx]);
                    let mut got = [f64x2::splat(0.0)];
                    second_order(&points.map(f64x2::splat), &Cube, &mut got);
                    let got = got[0].to_array();
                    assert_eq!(got[0], got[1]);
                    assert!((got[0] - exact(points)).abs() < 5e-7, "{points:?}: {} {}", got[0], exact(points));
                }
            }
        }
    }
}
