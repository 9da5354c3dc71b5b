//! Every second tap of a linear-phase filter: symmetric again, so two samples share a product.

use wide::f64x2;

use super::tape::Tape;

/// Symmetric taps.
#[derive(Clone, Debug)]
pub struct Phase {
    /// Samples before the first tap.
    offset: usize,
    len: usize,
    /// The first half, the middle one included.
    half: Vec<f64x2>,
}

impl Phase {
    /// Keeps the first half of `taps`.
    pub fn new(offset: usize, taps: &[f64]) -> Self {
        let half = taps[..taps.len().div_ceil(2)].iter().copied().map(f64x2::splat).collect();
        Self { offset, len: taps.len(), half }
    }

    /// Sum of the magnitudes of all taps.
    pub fn sum_of_magnitudes(&self) -> f64 {
        let magnitude = |idx: usize| self.half[idx.min(self.len - 1 - idx)].to_array()[0].abs();
        (0..self.len).map(magnitude).sum()
    }

    /// Filters the newest `outputs.len()` samples, `age` samples late, and hands each result to `put`.
    #[inline]
    pub fn filter<T>(&self, input: &Tape, age: usize, outputs: &mut [T], put: impl Fn(&mut T, f64x2)) {
        if self.len == 0 {
            return;
        }
        let inputs = input.window(age + self.offset, outputs.len() + self.len - 1);
        // The lengths that occur (`taps`): known to the compiler, the sums need no loop.
        match self.len {
            1 => filter::<1, 0, 0, T>(inputs, &self.half, outputs, put),
            12 => filter::<12, 6, 0, T>(inputs, &self.half, outputs, put),
            20 => filter::<20, 10, 0, T>(inputs, &self.half, outputs, put),
            21 => filter::<21, 10, 0, T>(inputs, &self.half, outputs, put),
            34 => filter::<34, 17, 0, T>(inputs, &self.half, outputs, put),
            35 => filter::<35, 17, 0, T>(inputs, &self.half, outputs, put),
            57 => filter::<57, 14, 14, T>(inputs, &self.half, outputs, put),
            58 => filter::<58, 14, 15, T>(inputs, &self.half, outputs, put),
            len => unreachable!("no filter has {len} taps"),
        }
    }
}

/// One output for every window of `LEN` inputs; `PAIRS` and `MORE` together lie on either side of the middle. They are two
/// numbers because the compiler writes out short loops only.
#[inline]
fn filter<const LEN: usize, const PAIRS: usize, const MORE: usize, T>(
    inputs: &[f64x2],
    half: &[f64x2],
    outputs: &mut [T],
    put: impl Fn(&mut T, f64x2),
) {
    let (taps, rest) = half.split_first_chunk::<PAIRS>().expect("half as many taps as the filter has");
    let (more_taps, middle) = rest.split_first_chunk::<MORE>().expect("half as many taps as the filter has");
    for (window, output) in inputs.array_windows::<LEN>().zip(outputs) {
        if PAIRS == 0 {
            put(output, window[0] * middle[0]);
            continue;
        }
        let product = |idx: usize| (window[idx] + window[LEN - 1 - idx]) * taps[idx];
        let more_product = |idx: usize| (window[PAIRS + idx] + window[LEN - 1 - PAIRS - idx]) * more_taps[idx];
        // Two sums, so that an addition need not wait for the one before.
        let mut sums = [product(0), product(1)];
        for idx in 2..PAIRS {
            sums[idx % 2] += product(idx);
        }
        for idx in 0..MORE {
            sums[idx % 2] += more_product(idx);
        }
        if LEN % 2 == 1 {
            sums[1] += window[PAIRS + MORE] * middle[0];
        }
        put(output, sums[0] + sums[1]);
    }
}
