//! Brings a stereo stream down to the rate at which low frequencies are listened to.

use wide::f32x4;

use super::bells::BELL_KNOT_SAMPLES;
use crate::dsp::sample_rate::scaled;
use crate::dsp::window::kaiser_sinc;

/// Samples that become one at 48 kHz; twice as many where the rate is twice as high, at most a knot's, half as many
/// where it is half as high.
const FACTOR_48K: usize = 8;
/// Taps per sample that becomes part of one.
const TAPS_PER_SAMPLE: usize = 8;
/// Shape of the Kaiser window: 70 dB, beyond what a neighbour in a Hann spectrum leaks.
const BETA: f64 = 6.8;
/// Sums that run side by side.
pub const LANES: usize = 4;
/// Samples beyond this are held at it (+120 dBFS).
const MAX_SAMPLE: f64 = 1e6;
/// Smaller samples are 0 (−400 dBFS), so that nothing becomes denormal.
const MIN_SAMPLE: f64 = 1e-20;

/// A linear-phase low-pass that is computed only where its output is kept. At 48 kHz it is flat within 1 dB to 1.4 kHz, and
/// what folds back below 1.4 kHz lies under −70 dB.
pub struct Decimator {
    factor: usize,
    taps: Vec<f32>,
    /// Newest samples of each channel; the last knot is being filled.
    lines: [Vec<f32>; 2],
}

impl Decimator {
    /// Allocates everything; `octaves` of the sample rate over 48 kHz, at least −3.
    pub fn new(octaves: i32) -> Self {
        let factor = scaled(FACTOR_48K, octaves).clamp(1, BELL_KNOT_SAMPLES);
        let num_taps = TAPS_PER_SAMPLE * factor;
        let tap = |idx: usize| {
            let t = idx as f64 + 0.5 - num_taps as f64 / 2.0;
            kaiser_sinc(t / factor as f64, TAPS_PER_SAMPLE as f64 / 2.0, BETA)
        };
        let sum: f64 = (0..num_taps).map(tap).sum();
        Self {
            factor,
            taps: (0..num_taps).map(|idx| (tap(idx) / sum) as f32).collect(),
            lines: [vec![0.0; num_taps + BELL_KNOT_SAMPLES], vec![0.0; num_taps + BELL_KNOT_SAMPLES]],
        }
    }

    /// Input samples per output sample.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Forgets everything that was heard.
    pub fn reset(&mut self) {
        self.lines.iter_mut().for_each(|line| line.fill(0.0));
    }

    /// Hears samples, the first of them number `place` of a knot; at most up to the next one.
    pub fn push(&mut self, place: usize, samples: [&[f64]; 2]) {
        for (line, samples) in self.lines.iter_mut().zip(samples) {
            let from = line.len() - BELL_KNOT_SAMPLES + place;
            for (held, sample) in line[from..].iter_mut().zip(samples) {
                let clamped = sample.clamp(-MAX_SAMPLE, MAX_SAMPLE);
                *held = if clamped.abs() < MIN_SAMPLE { 0.0 } else { clamped as f32 };
            }
        }
    }

    /// The output of a whole knot, once it was heard: `output` gets one sample for every [`Self::factor`]; returns how many.
    pub fn take(&mut self, output: &mut [[f64; BELL_KNOT_SAMPLES]; 2]) -> usize {
        let num_outputs = BELL_KNOT_SAMPLES / self.factor;
        for (line, output) in self.lines.iter_mut().zip(output) {
            for (idx, output) in output[..num_outputs].iter_mut().enumerate() {
                let from = (idx + 1) * self.factor;
                *output = f64::from(dot(&self.taps, &line[from..from + self.taps.len()]));
            }
            line.copy_within(BELL_KNOT_SAMPLES.., 0);
        }
        num_outputs
    }
}

/// The sum of products; `samples` may go on. Both are read in whole [`LANES`].
pub fn dot(taps: &[f32], samples: &[f32]) -> f32 {
    let chunks = taps.as_chunks::<LANES>().0.iter().zip(samples.as_chunks::<LANES>().0);
    let sums =
        chunks.fold(f32x4::splat(0.0), |sums, (taps, samples)| sums + f32x4::from(*taps) * f32x4::from(*samples));
    sums.reduce_add()
}
