//! The peak of a recording on a grid 16 times finer, interpolated by Fourier transform.

use std::f64::consts::{PI, TAU};

/// Samples per transform; the middle half is looked at, the outer eighths are faded.
const BLOCK: usize = 1 << 14;
const RATIO: usize = 16;

/// Highest magnitude, dBFS; −∞ for silence.
pub fn peak_dbfs(channels: &[Vec<f32>]) -> f64 {
    let sample_peak = channels.iter().flatten().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    let mut peak = f64::from(sample_peak);
    let small = Fft::new(BLOCK);
    let large = Fft::new(BLOCK * RATIO);
    let num_frames = channels[0].len();
    let (left, right) = (&channels[0], &channels[channels.len() - 1]);
    for middle in (0..num_frames).step_by(BLOCK / 2) {
        // No interpolated peak is worth looking for where the samples stay 3 dB under the highest.
        let end = num_frames.min(middle + BLOCK / 2);
        let is_near = |channel: &[f32]| channel[middle..end].iter().any(|sample| sample.abs() > 0.7 * sample_peak);
        if is_near(left) || is_near(right) {
            peak = peak.max(block_peak(left, right, middle as isize - BLOCK as isize / 4, &small, &large));
        }
    }
    20.0 * peak.log10()
}

/// Both channels travel as the real and imaginary part of one transform.
fn block_peak(left: &[f32], right: &[f32], start: isize, small: &Fft, large: &Fft) -> f64 {
    let sample = |channel: &[f32], i: usize| {
        let idx = usize::try_from(start + i as isize).ok();
        f64::from(idx.and_then(|idx| channel.get(idx)).copied().unwrap_or(0.0))
    };
    let fade = BLOCK / 8;
    let mut block: Vec<[f64; 2]> = (0..BLOCK)
        .map(|i| {
            let edge = (i.min(BLOCK - 1 - i) as f64 / fade as f64).min(1.0);
            let weight = 0.5 - 0.5 * (PI * edge).cos();
            [weight * sample(left, i), weight * sample(right, i)]
        })
        .collect();
    small.transform(&mut block, false);
    let mut fine = vec![[0.0; 2]; BLOCK * RATIO];
    let half = BLOCK / 2;
    fine[..half].copy_from_slice(&block[..half]);
    fine[BLOCK * RATIO - half..].copy_from_slice(&block[half..]);
    // The bin at half the rate belongs to both sides.
    let [re, im] = block[half];
    fine[half] = [re / 2.0, im / 2.0];
    fine[BLOCK * RATIO - half] = [re / 2.0, im / 2.0];
    large.transform(&mut fine, true);
    let quarter = BLOCK * RATIO / 4;
    let highest = fine[quarter..3 * quarter].iter().fold(0.0f64, |peak, [l, r]| peak.max(l.abs()).max(r.abs()));
    highest / BLOCK as f64
}

/// Radix-2 transform of complex numbers; neither direction is scaled.
struct Fft {
    twiddles: Vec<[f64; 2]>,
}

impl Fft {
    fn new(len: usize) -> Self {
        let twiddle = |i: usize| {
            let phase = -TAU * i as f64 / len as f64;
            [phase.cos(), phase.sin()]
        };
        Self { twiddles: (0..len / 2).map(twiddle).collect() }
    }

    fn transform(&self, data: &mut [[f64; 2]], is_inverse: bool) {
        let len = data.len();
        let shift = usize::BITS - len.trailing_zeros();
        for i in 0..len {
            let j = i.reverse_bits() >> shift;
            if i < j {
                data.swap(i, j);
            }
        }
        let sign = if is_inverse { -1.0 } else { 1.0 };
        let mut half = 1;
        while half < len {
            let stride = len / (2 * half);
            for pair in data.chunks_exact_mut(2 * half) {
                let (low, high) = pair.split_at_mut(half);
                for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                    let [cos, sin] = self.twiddles[k * stride];
                    let sin = sign * sin;
                    let turned = [b[0] * cos - b[1] * sin, b[0] * sin + b[1] * cos];
                    *b = [a[0] - turned[0], a[1] - turned[1]];
                    *a = [a[0] + turned[0], a[1] + turned[1]];
                }
            }
            half *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_peak_between_samples() {
        // fs/4 at 45°: every sample is 3 dB under the peak.
        let sine: Vec<f32> = (0..40_000).map(|i| (TAU * (i as f64 / 4.0 + 0.125)).sin() as f32 * 0.5).collect();
        let peak = peak_dbfs(&[sine.clone(), vec![0.0; sine.len()]]);
        // The abrupt ends ring; in between it is 0.5.
        assert!((-6.03..-4.5).contains(&peak), "{peak}");
        let small = Fft::new(BLOCK);
        let large = Fft::new(BLOCK * RATIO);
        let inside = 20.0 * block_peak(&sine, &sine, 10_000, &small, &large).log10();
        assert!((inside + 6.0206).abs() < 0.001, "{inside}");
    }
}
