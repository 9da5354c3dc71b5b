//! What happens within a few hundredths of a second? Band powers every 10 ms.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

use super::spectrum::{is_of_side, up_to};
use super::texture::NUM_NOISE_BANDS;

/// Bands of rises: two and a half per octave from 60 Hz on.
pub const NUM_RISE_BANDS: usize = 20;
const LOWEST_RISE_HZ: f64 = 60.0;
const RISE_PER_OCTAVE: f64 = 2.5;
/// Lowest noise octave.
const LOWEST_NOISE_HZ: f64 = 250.0;
/// Where esses lie and what they are heard against (`dsp.md` section 8.4).
const ESS_HZ: (f64, f64) = (5000.0, 9000.0);
const BODY_HZ: (f64, f64) = (300.0, 4000.0);
/// Frames per second.
pub const FRAMES_PER_S: f64 = 100.0;
/// Share of the running powers that a frame leaves: they reach back over a second.
const KEPT: f64 = 0.99;
/// A frame is at least this long.
const FRAME_S: f64 = 0.02;

/// Powers of one frame of mid, or of the side where mid is what a channel that is upside down leaves of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShortFrame {
    /// Place of its centre, frames since the stream began or broke.
    pub centre: u64,
    /// Per rise band.
    pub rise: [f32; NUM_RISE_BANDS],
    /// Per noise octave.
    pub noise: [f32; NUM_NOISE_BANDS],
    /// 5–9 kHz.
    pub ess: f32,
    /// 300 Hz–4 kHz.
    pub body: f32,
    /// All.
    pub all: f32,
}

/// Streaming Hann frames of some 20 ms, one every 10 ms.
pub struct ShortFrames {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    sample_rate_hz: f64,
    bin_hz: f64,
    /// The samples of the next frame, mid and side; what is older is let go in large pieces.
    line: Vec<f32>,
    side: Vec<f32>,
    /// Running powers of mid and side, and which of them is heard: a choice that came and went would swing like speech.
    running: [f64; 2],
    is_of_side: bool,
    num_heard: u64,
    num_measured: u64,
    frame: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    below: Vec<f64>,
}

impl ShortFrames {
    /// Frames for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let len = ((sample_rate_hz * FRAME_S) as usize).next_power_of_two();
        let fft = RealFftPlanner::new().plan_fft_forward(len);
        Self {
            window: (0..len).map(|i| (PI * i as f64 / len as f64).sin().powi(2) as f32).collect(),
            sample_rate_hz,
            bin_hz: sample_rate_hz / len as f64,
            line: Vec::with_capacity(8 * len),
            side: Vec::with_capacity(8 * len),
            running: [0.0; 2],
            is_of_side: false,
            num_heard: 0,
            num_measured: 0,
            frame: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            below: vec![0.0; len / 2 + 2],
            fft,
        }
    }

    /// Hears; `on_frame` gets every frame that becomes complete.
    pub fn process(&mut self, left: &[f32], right: &[f32], mut on_frame: impl FnMut(&ShortFrame)) {
        let len = self.window.len();
        for (left, right) in left.chunks(len).zip(right.chunks(len)) {
            self.line.extend(left.iter().zip(right).map(|(l, r)| (l + r) * 0.5));
            self.side.extend(left.iter().zip(right).map(|(l, r)| (l - r) * 0.5));
            self.num_heard += left.len() as u64;
            loop {
                // Rounded for each frame, so that ten of them are a tenth of a second at any rate.
                let start = (self.num_measured as f64 * self.sample_rate_hz / FRAMES_PER_S).round() as u64;
                let oldest = self.num_heard - self.line.len() as u64;
                if start + len as u64 > self.num_heard {
                    if self.line.len() > 7 * len {
                        let num_old = (start.max(oldest) - oldest) as usize;
                        self.line.drain(..num_old);
                        self.side.drain(..num_old);
                    }
                    break;
                }
                let frame = self.measure((start - oldest) as usize, start);
                self.num_measured += 1;
                on_frame(&frame);
            }
        }
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        self.line.clear();
        self.side.clear();
        self.running = [0.0; 2];
        self.is_of_side = false;
        self.num_heard = 0;
        self.num_measured = 0;
    }

    fn measure(&mut self, from: usize, start: u64) -> ShortFrame {
        let len = self.window.len();
        let (mid, side) = (&self.line[from..from + len], &self.side[from..from + len]);
        let now = [power(mid), power(side)];
        self.running = std::array::from_fn(|at| self.running[at] * KEPT + now[at]);
        let [running_mid, running_side] = self.running;
        // Once the side is heard, mid has to come half of the way back.
        self.is_of_side = is_of_side(running_mid, running_side * if self.is_of_side { 2.0 } else { 1.0 });
        let heard = if self.is_of_side { side } else { mid };
        for ((to, sample), weight) in self.frame.iter_mut().zip(heard).zip(&self.window) {
            *to = sample * weight;
        }
        self.fft.process_with_scratch(&mut self.frame, &mut self.bins, &mut self.scratch).expect("the plan's buffers");
        // As in the long frames: a full-scale sine on both channels sums to 1.
        let scale = 4.0 / ((len * len) as f64 * 0.375);
        let mut sum = 0.0;
        for (below, bin) in self.below[1..].iter_mut().zip(&self.bins) {
            sum += scale * f64::from(bin.norm_sqr());
            *below = sum;
        }
        let band = |low_hz: f64, high_hz: f64| {
            (up_to(&self.below, high_hz / self.bin_hz) - up_to(&self.below, low_hz / self.bin_hz)) as f32
        };
        let octaves = |lowest_hz: f64, per_octave: f64, idx: usize| {
            let edge_hz = |idx: usize| lowest_hz * 2f64.powf(idx as f64 / per_octave);
            band(edge_hz(idx), edge_hz(idx + 1))
        };
        ShortFrame {
            centre: start + len as u64 / 2,
            rise: std::array::from_fn(|idx| octaves(LOWEST_RISE_HZ, RISE_PER_OCTAVE, idx)),
            noise: std::array::from_fn(|idx| octaves(LOWEST_NOISE_HZ, 1.0, idx)),
            ess: band(ESS_HZ.0, ESS_HZ.1),
            body: band(BODY_HZ.0, BODY_HZ.1),
            all: sum as f32,
        }
    }
}

fn power(samples: &[f32]) -> f64 {
    // Eight sums side by side: one would wait for itself.
    let mut sums = [0.0f32; 8];
    for part in samples.chunks(8) {
        sums.iter_mut().zip(part).for_each(|(sum, sample)| *sum += sample * sample);
    }
    f64::from(sums.iter().sum::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tests::sine;

    #[test]
    fn a_hundred_frames_a_second_whatever_the_division() {
        let tone = sine(44_100.0, 6500.0, 1.0, 1.2);
        for size in [1, 441, 44_100] {
            let mut frames = ShortFrames::new(44_100.0);
            let (mut num_frames, mut last) = (0, 0);
            for part in tone.chunks(size) {
                frames.process(part, part, |frame| {
                    num_frames += 1;
                    last = frame.centre;
                    assert!((frame.ess - 1.0).abs() < 0.02 && frame.body < 1e-4, "{frame:?}");
                });
            }
            assert_eq!((num_frames, last), (118, 117 * 441 + 512), "{size}");
        }
    }
}
