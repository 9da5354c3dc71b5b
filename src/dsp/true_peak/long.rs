//! Near-ideal interpolation, eight points to the sample, and the 32-tap interpolator of ffmpeg's meter.

use super::folded::{Folded, fold, keep_max, load};
use crate::dsp::window::kaiser_sinc;
use std::f64::consts::PI;
use wide::f32x4;

/// Taps on each side of a point half way between two samples.
const HALF_TAPS: usize = 62;
/// Those are within 0.03 dB up to this share of the Nyquist frequency, and above it as close as so many taps can be: the full band
/// of noise has its highest peaks there.
const HALF_EDGE: f64 = 0.9;
/// How much more an error below that edge counts than one above it.
const HALF_WEIGHT: f64 = 100.0;
/// Kaiser shape of the 10 taps that work on samples and half-way points together, within 0.004 dB.
const EIGHTH_BETA: f64 = 7.5;
/// libswresample's default filter, which ffmpeg's `ebur128=peak=true` reads: 32 taps, Kaiser with shape 9.
const SWR_BETA: f64 = 9.0;

/// The ideal band-limited peak, nearly: a 124-tap filter gives the points half way between samples, a 10-tap one (the rate is
/// doubled now, so it may be short) the eighths, and a parabola through three of them the peak between. Together with
/// libswresample's interpolator at the quarters.
#[derive(Clone, Debug)]
pub struct LongFamily {
    half: [f32; HALF_TAPS],
    /// At a quarter of the interval between a sample and a half-way point, and mirrored.
    eighth: Folded<5>,
    quarter: Folded<5>,
    swr_quarter: Folded<16>,
    swr_half: Folded<16>,
}

impl LongFamily {
    /// Intervals that one call looks into.
    pub const NUM_CENTRES: usize = 16;
    /// Samples before the first centre, and after the last one, that a call sees.
    pub const PADDING: usize = 64;
    /// Samples of one call.
    pub const WINDOW: usize = Self::NUM_CENTRES + 2 * Self::PADDING;

    /// Computes the tables.
    pub fn new() -> Self {
        let half = half_way_weights::<HALF_TAPS>(HALF_EDGE, HALF_WEIGHT);
        let at = |point: f64| move |position: isize| kaiser_sinc(position as f64 - point, 5.0, EIGHTH_BETA);
        let swr_at = |point: f64| {
            let weight = move |position: isize| kaiser_sinc(position as f64 - point, 16.0, SWR_BETA);
            let sum: f64 = (-15..=16).map(weight).sum();
            move |position: isize| weight(position) / sum
        };
        Self {
            half: half.map(|weight| weight as f32),
            eighth: Folded::new(at(0.25)),
            quarter: Folded::new(at(0.5)),
            swr_quarter: Folded::new(swr_at(0.25)),
            swr_half: Folded::new(swr_at(0.5)),
        }
    }

    /// Largest magnitude over the family in the [`Self::NUM_CENTRES`] intervals that begin at the middle samples.
    pub fn max_abs(&self, samples: &[f32; Self::WINDOW]) -> f32 {
        let halves = self.half_way_points(samples);
        let mut max = f32x4::ZERO;
        let mut last_eighth = self.eighth_before(samples, &halves);
        for i in (0..Self::NUM_CENTRES).step_by(4) {
            let x: [f32x4; 6] = std::array::from_fn(|k| load(samples, Self::PADDING + i + k - 2));
            let h: [f32x4; 5] = std::array::from_fn(|k| load(&halves, i + k));
            let [first_eighth, quarter, third_eighth] =
                self.eighths([x[2], h[1], x[1], h[0], x[0]], [h[2], x[3], h[3], x[4], h[4]]);
            let [fifth_eighth, three_quarters, seventh_eighth] =
                self.eighths([h[2], x[2], h[1], x[1], h[0]], [x[3], h[3], x[4], h[4], x[5]]);
            let sevenths = seventh_eighth.to_array();
            let before = f32x4::new([last_eighth, sevenths[0], sevenths[1], sevenths[2]]);
            last_eighth = sevenths[3];
            let grid = [
                before,
                x[2],
                first_eighth,
                quarter,
                third_eighth,
                h[2],
                fifth_eighth,
                three_quarters,
                seventh_eighth,
                x[3],
            ];
            for around in grid.windows(3) {
                max = keep_max(peak_of_parabola(around[0], around[1], around[2]), max);
            }
            max = self.swr_max(samples, Self::PADDING + i, max);
        }
        max.to_array().into_iter().fold(0.0, f32::max)
    }

    /// Between sample i and sample i + 1, from i = −2 to the last centre + 2.
    fn half_way_points(&self, samples: &[f32; Self::WINDOW]) -> [f32; Self::NUM_CENTRES + 4] {
        let mut sums = [f32x4::ZERO; (Self::NUM_CENTRES + 4) / 4];
        for (j, &weight) in self.half.iter().enumerate() {
            let weight = f32x4::splat(weight);
            for (group, sum) in sums.iter_mut().enumerate() {
                let centre = Self::PADDING - 2 + 4 * group;
                *sum += weight * (load(samples, centre - j) + load(samples, centre + 1 + j));
            }
        }
        let mut points = [0.0; Self::NUM_CENTRES + 4];
        for (four, sum) in points.chunks_exact_mut(4).zip(sums) {
            four.copy_from_slice(&sum.to_array());
        }
        points
    }

    /// The points at 1/4, 1/2 and 3/4 between the innermost of `left` and the innermost of `right`.
    #[inline(always)]
    fn eighths(&self, left: [f32x4; 5], right: [f32x4; 5]) -> [f32x4; 3] {
        let sums = std::array::from_fn(|j| left[j] + right[j]);
        let differences = std::array::from_fn(|j| left[j] - right[j]);
        let (even, odd) = (self.eighth.even(&sums), self.eighth.odd(&differences));
        [even + odd, self.quarter.even(&sums), even - odd]
    }

    /// The last eighth before the first centre. Its farthest tap (weight 0.001) would need one more half-way point and is left
    /// out: it only says where a peak near the first centre leans.
    fn eighth_before(&self, samples: &[f32; Self::WINDOW], halves: &[f32; Self::NUM_CENTRES + 4]) -> f32 {
        let x = |i: usize| f32x4::splat(samples[Self::PADDING - 2 + i]);
        let h = |i: usize| f32x4::splat(halves[i]);
        self.eighths([h(1), x(1), h(0), x(0), f32x4::ZERO], [x(2), h(2), x(3), h(3), x(4)])[2].to_array()[0]
    }

    #[inline(always)]
    fn swr_max(&self, samples: &[f32; Self::WINDOW], centre: usize, max: f32x4) -> f32x4 {
        let (sums, differences) = fold::<16>(samples, centre);
        let (even, odd) = (self.swr_quarter.even(&sums), self.swr_quarter.odd(&differences));
        let (quarter, half, three_quarters) = (even + odd, self.swr_half.even(&sums), even - odd);
        let max = keep_max(peak_of_parabola(load(samples, centre), quarter, half), max);
        let max = keep_max(peak_of_parabola(quarter, half, three_quarters), max);
        keep_max(peak_of_parabola(half, three_quarters, load(samples, centre + 1)), max)
    }

    /// How much of a functional can lie `k` chunks of 16 away from the chunk of its centre, k = 0 … 4: for samples within ±1
    /// there, its largest possible share (largest over the family and the centre's place in its chunk).
    pub fn l1_by_chunk(&self) -> [f64; 5] {
        let mut shares = [0.0f64; 5];
        for weights in self.functionals() {
            for place in 0..Self::NUM_CENTRES {
                let mut by_chunk = [0.0; 9];
                for (i, weight) in weights.iter().enumerate() {
                    by_chunk[((i + place) / Self::NUM_CENTRES).min(8)] += weight.abs();
                }
                for (chunk, &share) in by_chunk.iter().enumerate() {
                    let distance = chunk.abs_diff(4);
                    shares[distance] = shares[distance].max(share);
                }
            }
        }
        shares
    }

    /// Every member's weights, `[64 + offset from its centre]`.
    fn functionals(&self) -> Vec<[f64; 2 * Self::PADDING + 1]> {
        let doubled = |place: isize, weight: f64, weights: &mut [f64; 2 * Self::PADDING + 1]| {
            let base = Self::PADDING as isize + place.div_euclid(2);
            if place.rem_euclid(2) == 0 {
                return weights[base as usize] += weight;
            }
            for (j, &half) in self.half.iter().enumerate() {
                weights[base as usize - j] += weight * f64::from(half);
                weights[base as usize + 1 + j] += weight * f64::from(half);
            }
        };
        let mut all = Vec::new();
        for eighth in 0..8 {
            let mut weights = [0.0; 2 * Self::PADDING + 1];
            for position in -4isize..=5 {
                let weight = kaiser_sinc(position as f64 - (eighth % 4) as f64 / 4.0, 5.0, EIGHTH_BETA);
                doubled(eighth / 4 + position, weight, &mut weights);
            }
            all.push(weights);
        }
        for quarter in 1..4 {
            let mut weights = [0.0; 2 * Self::PADDING + 1];
            for position in -15isize..=16 {
                weights[(Self::PADDING as isize + position) as usize] =
                    kaiser_sinc(position as f64 - f64::from(quarter) / 4.0, 16.0, SWR_BETA);
            }
            all.push(weights);
        }
        all
    }
}

impl Default for LongFamily {
    fn default() -> Self {
        Self::new()
    }
}

/// Weights of the samples `j + 0.5` samples to either side of a point half way, `j` = 0 … `HALF` − 1: least squares over the whole
/// band, in which errors below `edge` (share of the Nyquist frequency) count `weight` times.
fn half_way_weights<const HALF: usize>(edge: f64, weight: f64) -> [f64; HALF] {
    // The response 2 Σ w[j] cos((j + 1/2) ω) is to be 1; integrals of its squared error over ω give the normal equations.
    let sinc_integral = |order: f64| if order == 0.0 { edge * PI } else { (order * edge * PI).sin() / order };
    let mut matrix = vec![[0.0; HALF]; HALF];
    let mut solution = [0.0; HALF];
    for (i, (row, right)) in matrix.iter_mut().zip(&mut solution).enumerate() {
        for (j, element) in row.iter_mut().enumerate().take(i + 1) {
            let whole_band = if i == j { PI } else { 0.0 };
            let below_edge = sinc_integral((i - j) as f64) + sinc_integral((i + j + 1) as f64);
            *element = whole_band + (weight - 1.0) * below_edge;
        }
        let order = i as f64 + 0.5;
        *right = (order * PI).sin() / order + (weight - 1.0) * sinc_integral(order);
    }
    // Cholesky's decomposition, then forward and backward substitution.
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for i in 0..HALF {
        let (solved, rest) = matrix.split_at_mut(i);
        let row = &mut rest[0];
        for (j, above) in solved.iter().enumerate() {
            row[j] = (row[j] - dot(&row[..j], &above[..j])) / above[j];
        }
        row[i] = (row[i] - dot(&row[..i], &row[..i])).sqrt();
        solution[i] = (solution[i] - dot(&row[..i], &solution[..i])) / row[i];
    }
    for i in (0..HALF).rev() {
        let known: f64 = (i + 1..HALF).map(|k| matrix[k][i] * solution[k]).sum();
        solution[i] = (solution[i] - known) / matrix[i][i];
    }
    solution
}

/// Vertex of the parabola through three neighbours, if it lies within half a step of the middle one; else the middle one.
///
/// On eighths of a sample this takes the grid's error from 0.17 dB to below 0.001 dB for anything below the Nyquist frequency.
#[inline(always)]
fn peak_of_parabola(before: f32x4, middle: f32x4, after: f32x4) -> f32x4 {
    let slope = after - before;
    let curvature = middle + middle - before - after;
    let is_peak = slope.abs().simd_le(curvature.abs()) & curvature.abs().simd_gt(f32x4::splat(1e-30));
    middle + ((slope * slope / (curvature * f32x4::splat(8.0))) & is_peak)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(cycles_per_sample: f64, phase: f64) -> [f32; LongFamily::WINDOW] {
        std::array::from_fn(|n| (2.0 * PI * cycles_per_sample * n as f64 + phase).sin() as f32)
    }

    #[test]
    fn reads_sines_within_three_hundredths_of_a_db() {
        let family = LongFamily::new();
        for step in 1..=19 {
            let cycles_per_sample = f64::from(step) * 0.025;
            for phase in 0..20 {
                // 16 intervals see a crest of anything above fs/32.
                let peak = f64::from(family.max_abs(&sine(cycles_per_sample, f64::from(phase) * 0.157)));
                let has_crest = cycles_per_sample >= 0.05;
                // libswresample's short filter lets images of what lies close to the Nyquist frequency through and reads
                // them, so there the family reads more than the crest, as ffmpeg does.
                let most = if cycles_per_sample < 0.44 { 1.0035 } else { 1.06 };
                assert!(peak < most && (peak > 0.9965 || !has_crest), "{cycles_per_sample} {phase}: {peak}");
            }
        }
    }

    #[test]
    fn shares_by_chunk_bound_an_impulse() {
        let family = LongFamily::new();
        let shares = family.l1_by_chunk();
        for place in 0..LongFamily::WINDOW {
            let mut samples = [0.0; LongFamily::WINDOW];
            samples[place] = 1.0;
            let distance = (place / 16).abs_diff(4);
            let peak = f64::from(family.max_abs(&samples));
            // The parabola adds at most an eighth of the step beside it.
            assert!(peak <= shares[distance] * 1.06 + 1e-6, "{place}: {peak} {}", shares[distance]);
        }
    }
}
