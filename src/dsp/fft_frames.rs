//! Power spectra of overlapping frames of a stereo stream, computed in small equal portions.
//!
//! A frame of N samples is one FFT of radix 4 split by hand (Cooley & Tukey 1965, decimation in time): four real FFTs of
//! every fourth sample, then butterflies. The caller runs the portions when it likes, so that no block of audio has to
//! wait for a whole transform.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

/// Short transforms per frame.
pub const NUM_PARTS: usize = 4;
/// Samples beyond this are held at it (+120 dBFS), so that no square overflows.
const MAX_SAMPLE: f64 = 1e6;
/// Smaller samples are 0 (−400 dBFS), so that nothing becomes denormal.
const MIN_SAMPLE: f64 = 1e-20;

/// The last samples of a stereo stream, and the power spectra of one frame of each channel.
pub struct FrameFft {
    fft: Arc<dyn RealToComplex<f32>>,
    /// Every fourth weight from the first, then from the second, …
    window: Vec<f32>,
    ring: [Vec<f32>; 2],
    write_idx: usize,
    frame_idx: usize,
    channel_idx: usize,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Real and imaginary parts of each short transform.
    parts: [[Vec<f32>; 2]; NUM_PARTS],
    /// The same of the turns of parts 1–3.
    turns: [[Vec<f32>; 2]; 3],
    /// Powers of the four bins of each group of butterflies.
    sums: [Vec<f32>; 4],
    power: [Vec<f32>; 2],
}

impl FrameFft {
    /// Allocates everything for Hann frames of `frame_len` samples, a power of two ≥ 64.
    pub fn new(frame_len: usize) -> Self {
        Self::with_peak(frame_len, 0.5)
    }

    /// The same with a window that rises as the first half of a Hann window until `peak` (0–1) of its length and falls as
    /// the second half after it. Late peaks hear what is new sooner, at the same bandwidth for noise.
    pub fn with_peak(frame_len: usize, peak: f64) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(frame_len / 4);
        let num_groups = frame_len / 8 + 1;
        let turn = |r: usize, k: usize| Complex::from_polar(1.0, -2.0 * PI * (r * k) as f64 / frame_len as f64);
        // A full-scale sine has the power 1 in its bin.
        let weight = |n: usize| {
            let place = n as f64 / frame_len as f64;
            let phase = if place < peak { place / peak } else { (1.0 - place) / (1.0 - peak) };
            (4.0 / frame_len as f64 * (0.5 * PI * phase).sin().powi(2)) as f32
        };
        Self {
            window: (0..4).flat_map(|from| (from..frame_len).step_by(4).map(weight)).collect(),
            ring: [vec![0.0; 2 * frame_len], vec![0.0; 2 * frame_len]],
            write_idx: 0,
            frame_idx: 0,
            channel_idx: 0,
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            parts: std::array::from_fn(|_| [vec![0.0; num_groups], vec![0.0; num_groups]]),
            turns: [1, 2, 3].map(|r| {
                [
                    (0..num_groups).map(|k| turn(r, k).re as f32).collect(),
                    (0..num_groups).map(|k| turn(r, k).im as f32).collect(),
                ]
            }),
            sums: std::array::from_fn(|_| vec![0.0; num_groups]),
            power: [vec![0.0; frame_len / 2 + 1], vec![0.0; frame_len / 2 + 1]],
            fft,
        }
    }

    /// Forgets the samples, as if silence had been heard; the spectra stay until they are computed anew.
    pub fn reset(&mut self) {
        self.write_idx = 0;
        self.ring.iter_mut().for_each(|ring| ring.fill(0.0));
    }

    /// Hears samples; at most `frame_len` of them between [`Self::mark`] and the last [`Self::transform_part`].
    pub fn push(&mut self, left: &[f64], right: &[f64]) {
        let mask = self.ring[0].len() - 1;
        for (ring, samples) in self.ring.iter_mut().zip([left, right]) {
            let (head, tail) = samples.split_at(samples.len().min(mask + 1 - self.write_idx));
            hold(head, &mut ring[self.write_idx..]);
            hold(tail, ring);
        }
        self.write_idx = (self.write_idx + left.len()) & mask;
    }

    /// Makes the samples of channel 0 or 1 heard last the frame to transform. It ends up to three samples earlier, where
    /// a number of samples divisible by four had been heard.
    pub fn mark(&mut self, channel_idx: usize) {
        let len = self.ring[0].len();
        self.frame_idx = (self.write_idx / 4 * 4 + len / 2) & (len - 1);
        self.channel_idx = channel_idx;
    }

    /// Short transform number `part_idx` < [`NUM_PARTS`] of the marked frame; all of them precede [`Self::combine`].
    pub fn transform_part(&mut self, part_idx: usize) {
        let ring = &self.ring[self.channel_idx];
        let window = self.window.chunks_exact(self.input.len()).nth(part_idx).unwrap_or_default();
        // Past its end the ring goes on at its beginning.
        let (until_end, after) = (&ring[self.frame_idx..], &ring[..self.frame_idx]);
        let num_head = (until_end.len() / 4).min(self.input.len());
        let (head, tail) = self.input.split_at_mut(num_head);
        let (head_window, tail_window) = window.split_at(num_head);
        weigh(until_end, part_idx, head_window, head);
        weigh(after, part_idx, tail_window, tail);
        let result = self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        debug_assert!(result.is_ok(), "every length is the plan's own");
        let [real, imaginary] = &mut self.parts[part_idx];
        for ((bin, real), imaginary) in self.output.iter().zip(real).zip(imaginary) {
            (*real, *imaginary) = (bin.re, bin.im);
        }
    }

    /// Butterflies number `share` of `num_shares`; the powers of a frame hold once all shares are done.
    pub fn combine(&mut self, share: usize, num_shares: usize) {
        let num_groups = self.sums[0].len();
        let (from, to) = (share * num_groups / num_shares, (share + 1) * num_groups / num_shares);
        let len = to - from;
        let [a, b, c, d] = self.parts.each_ref().map(|part| part.each_ref().map(|half| &half[from..to]));
        let [turn_b, turn_c, turn_d] = self.turns.each_ref().map(|turn| turn.each_ref().map(|half| &half[from..to]));
        let [first, second, third, fourth] = self.sums.each_mut().map(|sums| &mut sums[from..to]);
        // Plain indices into slices of one length: the compiler does four groups at a time.
        for i in 0..len {
            let (a_re, a_im) = (a[0][i], a[1][i]);
            let (b_re, b_im) = multiply(b[0][i], b[1][i], turn_b[0][i], turn_b[1][i]);
            let (c_re, c_im) = multiply(c[0][i], c[1][i], turn_c[0][i], turn_c[1][i]);
            let (d_re, d_im) = multiply(d[0][i], d[1][i], turn_d[0][i], turn_d[1][i]);
            let (even_re, even_im, odd_re, odd_im) = (a_re + c_re, a_im + c_im, b_re + d_re, b_im + d_im);
            // The odd half of the turned bins, times −i.
            let (p_re, p_im, q_re, q_im) = (a_re - c_re, a_im - c_im, b_im - d_im, d_re - b_re);
            first[i] = square(even_re + odd_re, even_im + odd_im);
            second[i] = square(p_re + q_re, p_im + q_im);
            third[i] = square(even_re - odd_re, even_im - odd_im);
            fourth[i] = square(p_re - q_re, p_im - q_im);
        }
        // The spectrum of real samples is its own mirror image.
        let quarter = 2 * (num_groups - 1);
        let power = &mut self.power[self.channel_idx];
        power[from..to].copy_from_slice(first);
        power[quarter + from..quarter + to].copy_from_slice(second);
        let mirrored = |powers: &mut [f32], sums: &[f32]| {
            powers.iter_mut().rev().zip(sums).for_each(|(power, sum)| *power = *sum);
        };
        mirrored(&mut power[2 * quarter + 1 - to..2 * quarter + 1 - from], third);
        mirrored(&mut power[quarter + 1 - to..quarter + 1 - from], fourth);
    }

    /// Power of each channel per bin from 0 Hz to half the sample rate.
    pub fn powers(&self) -> [&[f32]; 2] {
        self.power.each_ref().map(Vec::as_slice)
    }
}

fn hold(samples: &[f64], ring: &mut [f32]) {
    for (sample, held) in samples.iter().zip(ring) {
        let clamped = sample.clamp(-MAX_SAMPLE, MAX_SAMPLE);
        *held = if clamped.abs() < MIN_SAMPLE { 0.0 } else { clamped as f32 };
    }
}

/// Every fourth sample from number `from` under its weights.
fn weigh(samples: &[f32], from: usize, window: &[f32], weighed: &mut [f32]) {
    for ((samples, weight), weighed) in samples.chunks_exact(4).zip(window).zip(weighed) {
        *weighed = samples[from] * weight;
    }
}

fn multiply(a_re: f32, a_im: f32, b_re: f32, b_im: f32) -> (f32, f32) {
    (a_re * b_re - a_im * b_im, a_re * b_im + a_im * b_re)
}

fn square(re: f32, im: f32) -> f32 {
    re * re + im * im
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::{sine, white_noise};

    fn analyse(frame: &mut FrameFft) {
        for channel_idx in 0..2 {
            frame.mark(channel_idx);
            (0..NUM_PARTS).for_each(|part_idx| frame.transform_part(part_idx));
            (0..5).for_each(|share| frame.combine(share, 5));
        }
    }

    #[test]
    fn the_spectrum_is_that_of_a_plain_transform() {
        let (left, right) = (white_noise(1, 0.5, 700), white_noise(2, 0.5, 700));
        let mut frame = FrameFft::new(256);
        for (left, right) in left.chunks(100).zip(right.chunks(100)) {
            frame.push(left, right);
        }
        analyse(&mut frame);
        for (samples, power) in [&left, &right].into_iter().zip(frame.powers()) {
            for (k, power) in power.iter().enumerate() {
                let mut sum = Complex::new(0.0, 0.0);
                for (n, x) in samples[444..].iter().enumerate() {
                    let hann = (PI * n as f64 / 256.0).sin().powi(2);
                    sum += Complex::from_polar(x * hann * 4.0 / 256.0, -2.0 * PI * (k * n) as f64 / 256.0);
                }
                assert!((f64::from(*power) - sum.norm_sqr()).abs() < 1e-6, "bin {k}: {power} {}", sum.norm_sqr());
            }
        }
    }

    #[test]
    fn a_full_scale_sine_reads_1_and_hot_samples_stay_finite() {
        let tone = sine(3000.0, 1.0, 4096, 48_000.0);
        let mut frame = FrameFft::new(4096);
        frame.push(&tone, &tone);
        analyse(&mut frame);
        assert!((frame.powers()[1][256] - 1.0).abs() < 1e-5);
        let hot: Vec<f64> = tone.iter().map(|x| x * 1e40).collect();
        frame.push(&hot, &hot);
        analyse(&mut frame);
        assert!(frame.powers()[0].iter().all(|power| power.is_finite()));
    }
}
