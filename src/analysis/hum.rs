//! Is there mains hum? Steady lines at multiples of 50 or 60 Hz.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

/// Rate that the lines are looked for at, about, Hz.
const LOW_RATE_HZ: f64 = 1600.0;
/// Samples of a frame at that rate: 10 s, so that a line is 0.2 Hz wide and notes beside it are told from it.
const FRAME: usize = 16_384;
/// The mains as they are and how far they stray, in steps (ENTSO-E and NERC keep ±0.2 Hz; recordings stray too).
const MAINS_HZ: [f64; 2] = [50.0, 60.0];
const STEP_HZ: f64 = 0.02;
const NUM_STEPS: usize = 11;
/// Multiples that are looked for.
const NUM_HARMONICS: usize = 10;
/// A line's share of its surroundings counts up to this, dB: one strong note must not stand for a row of lines.
const MOST_DB: f64 = 20.0;
/// Surroundings of a line, Hz from its centre.
const AROUND_HZ: (f64, f64) = (0.5, 3.5);

/// How far each candidate stands out in one frame, and its power.
type Candidates = [[(f32, f32); NUM_STEPS]; MAINS_HZ.len()];

/// Hum that was found to be there all the time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hum {
    /// Frequency of the lowest line, Hz.
    pub frequency_hz: f64,
    /// How far ten lines stand out of what is beside them, mean, dB; in all but the weakest tenth of the song.
    pub prominence_db: f64,
    /// Power of the lines, where the song leaves it bare: dB as in the spectra.
    pub power: f64,
}

/// Listens for lines in mid.
pub struct HumWatch {
    decimator: Decimator,
    bin_hz: f64,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    samples: Vec<f32>,
    frame: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    heard: Vec<Candidates>,
}

impl HumWatch {
    /// A watch for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let decimator = Decimator::new((sample_rate_hz / LOW_RATE_HZ).round() as usize);
        let fft = RealFftPlanner::new().plan_fft_forward(FRAME);
        Self {
            bin_hz: sample_rate_hz / decimator.factor as f64 / FRAME as f64,
            decimator,
            window: (0..FRAME).map(|i| (PI * i as f64 / FRAME as f64).sin().powi(2) as f32).collect(),
            samples: Vec::with_capacity(FRAME),
            frame: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            heard: Vec::new(),
            fft,
        }
    }

    /// Hears.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        for (&l, &r) in left.iter().zip(right) {
            let Some(sample) = self.decimator.push(f64::from(l) + f64::from(r)) else { continue };
            self.samples.push(0.5 * sample as f32);
            if self.samples.len() == FRAME {
                self.measure();
                self.samples.drain(..FRAME / 2);
            }
        }
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        self.samples.clear();
    }

    /// The candidate that stands out most in all but the weakest tenth of what was heard; `None` if less than 10 s were.
    pub fn hum(&self) -> Option<Hum> {
        if self.heard.len() < 2 {
            return None;
        }
        let mut best: Option<Hum> = None;
        for (mains_idx, mains_hz) in MAINS_HZ.into_iter().enumerate() {
            for step in 0..NUM_STEPS {
                let mut frames: Vec<(f32, f32)> = self.heard.iter().map(|frame| frame[mains_idx][step]).collect();
                let weak = (frames.len() - 1) / 4;
                frames.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
                let prominence_db = f64::from(frames[weak].0);
                if best.is_none_or(|best| prominence_db > best.prominence_db) {
                    frames.sort_unstable_by(|a, b| a.1.total_cmp(&b.1));
                    let frequency_hz = mains_hz + offset_hz(step);
                    best = Some(Hum { frequency_hz, prominence_db, power: f64::from(frames[weak].1) });
                }
            }
        }
        best
    }

    fn measure(&mut self) {
        for ((to, sample), weight) in self.frame.iter_mut().zip(&self.samples).zip(&self.window) {
            *to = sample * weight;
        }
        self.fft.process_with_scratch(&mut self.frame, &mut self.bins, &mut self.scratch).expect("the plan's buffers");
        let scale = 4.0 / ((FRAME * FRAME) as f64 * 0.375);
        let powers: Vec<f64> = self.bins.iter().map(|bin| scale * f64::from(bin.norm_sqr())).collect();
        // Silence has no lines, and what is beyond all numbers has none that can be told.
        let sum: f64 = powers.iter().sum();
        if sum < 1e-24 || !sum.is_finite() {
            return;
        }
        let candidate = |mains_hz: f64, step: usize| {
            let mut sum = (0.0, 0.0);
            for harmonic in 1..=NUM_HARMONICS {
                let (prominence_db, power) =
                    line(&powers, (mains_hz + offset_hz(step)) * harmonic as f64 / self.bin_hz, self.bin_hz);
                sum.0 += prominence_db / NUM_HARMONICS as f64;
                sum.1 += power;
            }
            (sum.0 as f32, sum.1 as f32)
        };
        self.heard.push(MAINS_HZ.map(|mains_hz| std::array::from_fn(|step| candidate(mains_hz, step))));
    }
}

fn offset_hz(step: usize) -> f64 {
    (step as f64 - (NUM_STEPS / 2) as f64) * STEP_HZ
}

/// How far a line at `place` bins stands over nearly all that is beside it, dB within 0–20, and its power. Nearly all: music
/// that repeats every two seconds has lines too, every half hertz, and some of them fall on those of the mains.
fn line(powers: &[f64], place: f64, bin_hz: f64) -> (f64, f64) {
    let centre = place.round() as usize;
    let (near, far) = ((AROUND_HZ.0 / bin_hz) as usize, (AROUND_HZ.1 / bin_hz) as usize);
    if centre + far >= powers.len() || centre <= far {
        return (0.0, 0.0);
    }
    let mut around: Vec<f64> =
        (near..=far).flat_map(|distance| [powers[centre - distance], powers[centre + distance]]).collect();
    around.sort_unstable_by(f64::total_cmp);
    let beside = around[around.len() * 9 / 10];
    let power = powers[centre - 1..=centre + 1].iter().sum::<f64>();
    let highest = powers[centre].max(1e-30);
    ((10.0 * (highest / beside.max(highest * 1e-9)).log10()).clamp(0.0, MOST_DB), power)
}

/// Three cascaded moving averages, one value out of every `factor` (Hogenauer, IEEE Trans. ASSP 29, 1981): what would
/// fold onto the lowest lines is 90 dB down, onto the highest 45 dB.
struct Decimator {
    factor: usize,
    position: usize,
    /// Sums over the piece that is being filled, of samples weighted 1, by place and by its square.
    sums: [f64; 3],
    /// The same of the two pieces before.
    before: [[f64; 3]; 2],
}

impl Decimator {
    fn new(factor: usize) -> Self {
        Self { factor: factor.max(1), position: 0, sums: [0.0; 3], before: [[0.0; 3]; 2] }
    }

    /// The next value at the low rate, if this sample completes one.
    fn push(&mut self, sample: f64) -> Option<f64> {
        let place = self.position as f64;
        let weighted = sample * place;
        self.sums[0] += sample;
        self.sums[1] += weighted;
        self.sums[2] += weighted * place;
        self.position += 1;
        if self.position < self.factor {
            return None;
        }
        self.position = 0;
        // The three boxes together weigh by a quadratic B-spline over three pieces, here written by moments.
        let n = self.factor as f64;
        let [oldest, middle] = self.before;
        let newest = self.sums;
        let rising = 0.5 * (oldest[2] + oldest[1]) / (n * n);
        let falling = 0.5 * (n * (n - 1.0) * newest[0] - (2.0 * n - 1.0) * newest[1] + newest[2]) / (n * n);
        let top = (0.5 * (n * n + n) * middle[0] + (n - 1.0) * middle[1] - middle[2]) / (n * n);
        self.before = [middle, newest];
        self.sums = [0.0; 3];
        Some((rising + top + falling) / n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::{pink_noise, sine};

    #[test]
    fn the_decimator_passes_low_and_stops_what_would_fold() {
        let run = |frequency_hz: f64| {
            let mut decimator = Decimator::new(30);
            let samples = sine(frequency_hz, 1.0, 96_000, 48_000.0);
            let low: Vec<f64> = samples.into_iter().filter_map(|x| decimator.push(x)).collect();
            (low[100..].iter().map(|x| 2.0 * x * x).sum::<f64>() / (low.len() - 100) as f64).sqrt()
        };
        assert!((run(50.0) - 1.0).abs() < 0.01, "{}", run(50.0));
        assert!(run(1600.0 - 50.0) < 1e-4, "{}", run(1550.0));
    }

    #[test]
    fn finds_lines_in_noise_and_none_without() {
        let noise = pink_noise(7, 0.1, 48_000 * 20);
        let hear = |with_hum: bool| {
            let mut watch = HumWatch::new(48_000.0);
            let mut samples: Vec<f32> = noise.iter().map(|&x| x as f32).collect();
            for harmonic in 1..=6 {
                let tone = sine(60.04 * f64::from(harmonic), 0.01, samples.len(), 48_000.0);
                samples.iter_mut().zip(tone).for_each(|(x, y)| *x += if with_hum { y as f32 } else { 0.0 });
            }
            watch.process(&samples, &samples);
            watch.hum().unwrap()
        };
        let hum = hear(true);
        assert!((hum.frequency_hz - 60.04).abs() < 0.021 && hum.prominence_db > 7.0, "{hum:?}");
        assert!(hear(false).prominence_db < 4.0, "{:?}", hear(false));
    }
}
