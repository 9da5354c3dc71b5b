//! Interpolators of even length, folded about the middle of the interval that they interpolate in.

use wide::f32x4;

/// Four samples from `start` on.
#[inline(always)]
pub fn load(samples: &[f32], start: usize) -> f32x4 {
    let four = &samples[start..start + 4];
    f32x4::new([four[0], four[1], four[2], four[3]])
}

/// The larger magnitude, per lane; a NaN in `candidate` is passed over.
#[inline(always)]
pub fn keep_max(candidate: f32x4, max: f32x4) -> f32x4 {
    candidate.abs().fast_max(max)
}

/// Weights of an interpolator and, at once, of its mirror image, for the samples around the interval `[0, 1)`.
///
/// With `s[j] = x[−j] + x[1 + j]` and `d[j] = x[−j] − x[1 + j]` the interpolator gives `E + O`, its mirror image `E − O`, where
/// `E = Σ even[j]·s[j]` and `O = Σ odd[j]·d[j]`: half the multiplications, and the larger magnitude of both is `|E| + |O|`.
#[derive(Clone, Copy, Debug)]
pub struct Folded<const HALF: usize> {
    /// Weight of the sums, innermost first; the same in all lanes.
    pub even: [f32x4; HALF],
    /// Weight of the differences; zero for an interpolator that is its own mirror image.
    pub odd: [f32x4; HALF],
    /// Sum of the weights' magnitudes: the largest output for samples within ±1.
    pub l1: f64,
}

impl<const HALF: usize> Folded<HALF> {
    /// From the weight of the sample at position −HALF + 1 … HALF.
    pub fn new(weight: impl Fn(isize) -> f64) -> Self {
        let pair = |j: usize| (weight(-(j as isize)), weight(1 + j as isize));
        Self {
            even: std::array::from_fn(|j| f32x4::splat(((pair(j).0 + pair(j).1) / 2.0) as f32)),
            odd: std::array::from_fn(|j| f32x4::splat(((pair(j).0 - pair(j).1) / 2.0) as f32)),
            l1: (0..HALF).map(|j| pair(j).0.abs() + pair(j).1.abs()).sum(),
        }
    }

    /// `E` for sums `s`.
    #[inline(always)]
    pub fn even(&self, s: &[f32x4; HALF]) -> f32x4 {
        dot(&self.even, s)
    }

    /// `O` for differences `d`.
    #[inline(always)]
    pub fn odd(&self, d: &[f32x4; HALF]) -> f32x4 {
        dot(&self.odd, d)
    }
}

#[inline(always)]
fn dot<const N: usize>(weights: &[f32x4; N], values: &[f32x4; N]) -> f32x4 {
    let mut sum = weights[0] * values[0];
    for j in 1..N {
        sum += weights[j] * values[j];
    }
    sum
}

/// Sums and differences about the interval that begins at `samples[centre]`, for it and the next three intervals.
#[inline(always)]
pub fn fold<const HALF: usize>(samples: &[f32], centre: usize) -> ([f32x4; HALF], [f32x4; HALF]) {
    let mut sums = [f32x4::ZERO; HALF];
    let mut differences = [f32x4::ZERO; HALF];
    for j in 0..HALF {
        let (left, right) = (load(samples, centre - j), load(samples, centre + 1 + j));
        sums[j] = left + right;
        differences[j] = left - right;
    }
    (sums, differences)
}
