//! Was it clipped? Flat tops at a repeated level.

/// Samples in a flat top at least, and how equal they are (`dsp.md` section 8.4).
const MIN_RUN: usize = 3;
const EQUAL: f32 = 2e-4;
/// Tops lower than this share of the highest peak so far are no clipping (−6 dB).
const NEAR_PEAK: f32 = 0.5;
/// The step into a top and out of it is at least this many times what the top varies by: a round peak leaves slowly.
const CORNER: f32 = 4.0;
/// Longest top, samples at 48 kHz: a square wave is no clipping.
const LONGEST_S: f64 = 0.004;

/// A flat top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlatTop {
    /// Place of its first sample, frames since the stream began or broke.
    pub place: u64,
    /// Its level, linear.
    pub level: f32,
}

/// Watches one channel.
#[derive(Clone, Debug)]
pub struct ClipWatch {
    longest: usize,
    peak: f32,
    num_heard: u64,
    /// The two newest samples.
    last: [f32; 2],
    run: Run,
}

#[derive(Clone, Copy, Debug, Default)]
struct Run {
    len: usize,
    first: f32,
    step_in: f32,
    /// Largest difference from the first sample.
    varies: f32,
}

impl ClipWatch {
    /// A watch for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let longest = (LONGEST_S * sample_rate_hz) as usize;
        Self { longest, peak: 0.0, num_heard: 0, last: [0.0; 2], run: Run::default() }
    }

    /// Hears; `on_top` gets every flat top.
    pub fn process(&mut self, samples: &[f32], mut on_top: impl FnMut(FlatTop)) {
        for &sample in samples {
            let height = sample.abs();
            self.peak = self.peak.max(height);
            // Nearly all samples end here.
            if height > NEAR_PEAK * self.peak || self.run.len > 0 {
                self.hear(sample, &mut on_top);
            } else {
                self.last = [self.last[1], sample];
            }
            self.num_heard += 1;
        }
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        (self.num_heard, self.last, self.run) = (0, [0.0; 2], Run::default());
    }

    fn hear(&mut self, sample: f32, on_top: &mut impl FnMut(FlatTop)) {
        let [before, last] = self.last;
        self.last = [last, sample];
        let difference = (sample - if self.run.len > 0 { self.run.first } else { last }).abs();
        if difference <= EQUAL * sample.abs() && sample.abs() > NEAR_PEAK * self.peak {
            if self.run.len == 0 {
                self.run = Run { len: 1, first: last, step_in: last.abs() - before.abs(), varies: 0.0 };
            }
            self.run.len += 1;
            self.run.varies = self.run.varies.max(difference);
        } else if self.run.len > 0 {
            let run = std::mem::take(&mut self.run);
            let step_out = run.first.abs() - sample.abs() * (sample.signum() * run.first.signum());
            let corner = (CORNER * run.varies).max(EQUAL * run.first.abs());
            if (MIN_RUN..=self.longest).contains(&run.len) && run.step_in.min(step_out) > corner {
                on_top(FlatTop { place: self.num_heard - run.len as u64, level: run.first.abs() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::{pink_noise, sine};

    fn num_tops(samples: impl Iterator<Item = f64>) -> usize {
        let samples: Vec<f32> = samples.map(|x| x as f32).collect();
        let mut watch = ClipWatch::new(48_000.0);
        let peak = samples.iter().fold(0.0, |max: f32, x| max.max(x.abs()));
        let mut count = 0;
        // While the peak is not known yet, lower tops are told of too; the findings leave them out.
        watch.process(&samples, |top| count += usize::from(top.level > 0.89 * peak));
        count
    }

    #[test]
    fn tells_clipped_peaks_from_round_ones() {
        let tone = sine(50.0, 0.9, 96_000, 48_000.0);
        let noise = pink_noise(3, 0.2, 96_000);
        assert_eq!(num_tops(tone.iter().copied()), 0);
        assert_eq!(num_tops(noise.iter().copied()), 0);
        let mixed = || tone.iter().zip(&noise).map(|(a, b)| a + b);
        assert_eq!(num_tops(mixed()), 0);
        assert!(num_tops(mixed().map(|x| x.clamp(-0.8, 0.8))) > 100);
    }
}
