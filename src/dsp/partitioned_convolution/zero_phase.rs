//! From a magnitude to the partitions of a linear-phase response, in small steps.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

use super::Response;

/// Partitions of a response; also the number of interleaved parts that its magnitude is transformed in.
pub const NUM_PARTITIONS: usize = 16;
/// Calls of [`ZeroPhase::fold`] that a magnitude needs. The other interleaved parts mirror these.
pub const NUM_FOLDS: usize = NUM_PARTITIONS / 2 + 1;
const HALF: usize = NUM_PARTITIONS / 2;

/// Designs symmetrical responses of n = [`NUM_PARTITIONS`] · `block_len` samples around sample n/2 from their
/// magnitude at n/2 + 1 frequencies from 0 to half the sample rate (frequency sampling).
///
/// The inverse transform is done in two stages (Cooley & Tukey 1965), so that no step is longer than a few transforms
/// of a partition. A window that is 1 over the middle three fifths and falls to 0 like a squared cosine ends the
/// response; the flatter it is, the finer the resolution at low frequencies.
pub struct ZeroPhase {
    block_len: usize,
    column_fft: Arc<dyn RealToComplex<f64>>,
    partition_fft: Arc<dyn RealToComplex<f64>>,
    scratch: Vec<Complex<f64>>,
    time: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    /// Transforms of the interleaved parts, turned by what lies between the parts: real and imaginary.
    columns: [[Vec<f64>; 2]; NUM_FOLDS],
    /// That turn over a block, cosine and sine.
    turns: [[Vec<f64>; 2]; NUM_FOLDS],
    /// The right half of the window with the transforms' scale.
    window: Vec<f64>,
    /// The right half of the response.
    taps: Vec<f64>,
}

impl ZeroPhase {
    /// For partitions of `block_len` samples, a power of two from 16 on.
    pub fn new(block_len: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let column_fft = planner.plan_fft_forward(block_len);
        let partition_fft = planner.plan_fft_forward(2 * block_len);
        let num_taps = NUM_PARTITIONS * block_len;
        let scale = 1.0 / (num_taps * 2 * block_len) as f64;
        let window = |distance: usize| {
            let place = distance as f64 / (num_taps / 2) as f64;
            if place <= 0.6 { 1.0 } else { (0.5 * PI * (place - 0.6) / 0.4).cos().powi(2) }
        };
        Self {
            block_len,
            scratch: vec![Complex::default(); column_fft.get_scratch_len().max(partition_fft.get_scratch_len())],
            time: vec![0.0; 2 * block_len],
            spectrum: vec![Complex::default(); block_len + 1],
            columns: std::array::from_fn(|_| [vec![0.0; block_len], vec![0.0; block_len]]),
            turns: std::array::from_fn(|fold_idx| {
                let angle = |offset: usize| TAU * (fold_idx * offset) as f64 / num_taps as f64;
                let part = |of: fn(f64) -> f64| (0..block_len).map(|offset| of(angle(offset))).collect();
                [part(f64::cos), part(f64::sin)]
            }),
            window: (0..num_taps / 2).map(|distance| scale * window(distance)).collect(),
            // The outermost sample has no partner and stays 0.
            taps: vec![0.0; num_taps / 2 + 1],
            column_fft,
            partition_fft,
        }
    }

    /// Frequencies that a magnitude is given at.
    pub fn num_magnitudes(&self) -> usize {
        HALF * self.block_len + 1
    }

    /// Transforms every [`NUM_PARTITIONS`]th value of `magnitudes` (linear) from `fold_idx` < [`NUM_FOLDS`] on.
    pub fn fold(&mut self, fold_idx: usize, magnitudes: &[f64]) {
        let num_taps = NUM_PARTITIONS * self.block_len;
        let column = &mut self.time[..self.block_len];
        for (idx, value) in column.iter_mut().enumerate() {
            let bin = NUM_PARTITIONS * idx + fold_idx;
            *value = magnitudes[bin.min(num_taps - bin)];
        }
        let half = &mut self.spectrum[..self.block_len / 2 + 1];
        self.column_fft.process_with_scratch(column, half, &mut self.scratch).expect("buffers made by the plan");
        let [column_re, column_im] = &mut self.columns[fold_idx];
        let [cos, sin] = &self.turns[fold_idx];
        let mut put = |offset: usize, re: f64, im: f64| {
            column_re[offset] = cos[offset] * re - sin[offset] * im;
            column_im[offset] = sin[offset] * re + cos[offset] * im;
        };
        // The inverse transform of real values is the conjugate of the forward one.
        for (offset, bin) in half.iter().enumerate() {
            put(offset, bin.re, -bin.im);
        }
        for (offset, bin) in half.iter().enumerate().skip(1).take(self.block_len / 2 - 1) {
            put(self.block_len - offset, bin.re, bin.im);
        }
    }

    /// After all folds, for `idx` from 0 to [`NUM_PARTITIONS`] − 1 in this order: makes one of the partitions of
    /// spectrum `spectrum_idx`.
    pub fn partition(&mut self, idx: usize, response: &mut Response, spectrum_idx: usize) {
        let block_len = self.block_len;
        // From the middle out to the end, then back from the middle to the beginning.
        let partition_idx = if idx < HALF {
            self.find_taps(idx);
            HALF + idx
        } else {
            NUM_PARTITIONS - 1 - idx
        };
        let (part, rest) = self.time.split_at_mut(block_len);
        rest.fill(0.0);
        if idx < HALF {
            part.copy_from_slice(&self.taps[idx * block_len..][..block_len]);
        } else {
            let first = (HALF - partition_idx) * block_len;
            for (offset, value) in part.iter_mut().enumerate() {
                *value = self.taps[first - offset];
            }
        }
        self.partition_fft
            .process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch)
            .expect("buffers made by the plan");
        response.spectra[spectrum_idx].set(partition_idx, &self.spectrum);
    }

    /// The samples from `idx` blocks after the middle on.
    fn find_taps(&mut self, idx: usize) {
        let taps = &mut self.taps[idx * self.block_len..][..self.block_len];
        taps.fill(0.0);
        for (fold_idx, [re, im]) in self.columns.iter().enumerate() {
            // All but the first and the last stand for a mirrored part too.
            let weight = if fold_idx == 0 || fold_idx == HALF { 1.0 } else { 2.0 };
            let (sin, cos) = (TAU * (fold_idx * idx) as f64 / NUM_PARTITIONS as f64).sin_cos();
            let (sin, cos) = (weight * sin, weight * cos);
            for (tap, (re, im)) in taps.iter_mut().zip(re.iter().zip(im)) {
                *tap += cos * re - sin * im;
            }
        }
        for (tap, window) in taps.iter_mut().zip(&self.window[idx * self.block_len..]) {
            *tap *= window;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_are_the_inverse_transform_under_the_window() {
        let mut design = ZeroPhase::new(32);
        let num_taps = NUM_PARTITIONS * 32;
        let magnitudes: Vec<f64> = (0..design.num_magnitudes()).map(|bin| 1.0 + (bin as f64 * 0.37).sin()).collect();
        (0..NUM_FOLDS).for_each(|fold_idx| design.fold(fold_idx, &magnitudes));
        let mut response = Response::new(32);
        (0..NUM_PARTITIONS).for_each(|idx| design.partition(idx, &mut response, 0));
        for (distance, tap) in design.taps[..num_taps / 2].iter().enumerate() {
            let sum: f64 = (0..num_taps)
                .map(|bin| {
                    magnitudes[bin.min(num_taps - bin)] * (TAU * (bin * distance) as f64 / num_taps as f64).cos()
                })
                .sum();
            // The window carries 1 / num_taps and the convolver's scale.
            assert!((tap - sum * design.window[distance]).abs() < 1e-14, "{distance}");
        }
    }
}
