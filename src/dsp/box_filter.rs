//! A smooth curve through values that come once a chunk: three moving averages in whole numbers.

use super::delay::DelayLine;

/// Most binary places of the fixed-point numbers; three boxes of together 2^22.7 samples still fit in 63 bits with them.
const MAX_FRACTION_BITS: u32 = 40;
/// Bits of a sum: a value of 1 times the lengths of the boxes.
const SUM_BITS: u32 = 63;

/// Three cascaded moving averages (a quadratic B-spline) over a value that is held for `CHUNK` samples at a time.
///
/// A box whose length is a whole number of chunks nulls every image of the chunk rate, so nothing of the chunks is heard.
/// It is a cascaded integrator-comb interpolator (Hogenauer, IEEE Trans. ASSP 29, 1981): combs once a chunk, integrators once
/// a sample, in wrapping 64-bit numbers. Sums are exact, so the output is exactly 0 when all values in reach are 0.
#[derive(Clone, Debug)]
pub struct BoxFilter<const CHUNK: usize> {
    box_chunks: [usize; 3],
    combs: [DelayLine<u64>; 3],
    integrators: [u64; 3],
    /// Binary places: fewer where long boxes need more before the point.
    fraction_bits: u32,
    scale: f64,
    num_active: usize,
}

impl<const CHUNK: usize> BoxFilter<CHUNK> {
    /// Lengths of the boxes in chunks, each ≥ 1; the product of the lengths in samples stays below 2^40.
    pub fn new(box_chunks: [usize; 3]) -> Self {
        let product: f64 = box_chunks.iter().map(|&chunks| (chunks * CHUNK) as f64).product();
        debug_assert!(product < (1u64 << 40) as f64);
        let whole_bits = product.log2() as u32 + 1;
        let fraction_bits = MAX_FRACTION_BITS.min(SUM_BITS.saturating_sub(whole_bits));
        Self {
            box_chunks,
            combs: box_chunks.map(|chunks| DelayLine::new(chunks, 0)),
            integrators: [0; 3],
            fraction_bits,
            scale: 1.0 / (product * (1u64 << fraction_bits) as f64),
            num_active: 0,
        }
    }

    /// Chunks that a value reaches back from the one it came with: a value held for this many chunks and one more has its
    /// full weight in the last of them.
    pub fn span_chunks(&self) -> usize {
        self.box_chunks.iter().sum()
    }

    /// Takes `value` (0–1, rounded up) and writes 1 minus the average, exactly 1 where the average is 0. False when all are 1.
    pub fn complement(&mut self, value: f64, output: &mut [f64; CHUNK]) -> bool {
        if value > 0.0 {
            self.num_active = self.span_chunks() + 1;
        }
        if self.num_active == 0 {
            output.fill(1.0);
            return false;
        }
        self.num_active -= 1;
        let mut difference = (value * (1u64 << self.fraction_bits) as f64).ceil() as u64;
        for (comb, &chunks) in self.combs.iter_mut().zip(&self.box_chunks) {
            comb.push(difference);
            difference = difference.wrapping_sub(*comb.get(chunks));
        }
        let [mut first, mut second, mut third] = self.integrators;
        for sample in output.iter_mut() {
            first = first.wrapping_add(difference);
            second = second.wrapping_add(first);
            third = third.wrapping_add(second);
            *sample = 1.0 - (third as i64) as f64 * self.scale;
        }
        self.integrators = [first, second, third];
        true
    }

    /// As new.
    pub fn reset(&mut self) {
        self.combs.iter_mut().for_each(DelayLine::reset);
        self.integrators = [0; 3];
        self.num_active = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(values: &[f64], lengths: [usize; 3]) -> Vec<f64> {
        let mut samples: Vec<f64> = values.iter().flat_map(|&value| [value; 4]).collect();
        for length in lengths {
            let from = |n: usize| (n + 1).saturating_sub(length);
            samples = (0..samples.len()).map(|n| samples[from(n)..=n].iter().sum::<f64>() / length as f64).collect();
        }
        samples
    }

    #[test]
    fn equals_three_moving_averages() {
        let values: Vec<f64> = (0..60u64).map(|n| if n % 20 < 9 { (n * 7 % 5) as f64 / 8.0 } else { 0.0 }).collect();
        let expected = naive(&values, [8, 4, 12]);
        let mut filter = BoxFilter::<4>::new([2, 1, 3]);
        let mut gains = [0.0; 4];
        for (chunk_idx, &value) in values.iter().enumerate() {
            filter.complement(value, &mut gains);
            for (i, gain) in gains.iter().enumerate() {
                assert!((1.0 - gain - expected[chunk_idx * 4 + i]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn long_boxes_still_fit() {
        // Those of the limiter at 384 kHz, and a power of two.
        for box_chunks in [[17, 23, 40], [16, 16, 16]] {
            let mut filter = BoxFilter::<16>::new(box_chunks);
            let mut gains = [0.0; 16];
            let mut last = 1.0;
            for _ in 0..=filter.span_chunks() {
                filter.complement(1.0, &mut gains);
                assert!(gains.iter().all(|gain| (-1e-9..=last).contains(gain)), "{gains:?} after {last}");
                last = gains[15] + 1e-9;
            }
            assert!(gains[15].abs() < 1e-9, "{box_chunks:?}: {gains:?}");
        }
    }

    #[test]
    fn rests_at_exactly_one() {
        let mut filter = BoxFilter::<4>::new([2, 2, 2]);
        let mut gains = [0.0; 4];
        for value in [0.3, 1e-11, 0.7] {
            filter.complement(value, &mut gains);
        }
        for _ in 0..filter.span_chunks() {
            assert!(filter.complement(0.0, &mut gains));
        }
        assert!(!filter.complement(0.0, &mut gains));
        assert_eq!(gains, [1.0; 4]);
        assert_eq!(filter.integrators, [0; 3]);
    }
}
