//! A whole recording at another sample rate.

use super::window::kaiser_sinc;

/// Zero crossings of the kernel on each side.
const HALF_WIDTH: f64 = 32.0;
/// Kaiser shape: about 100 dB of rejection.
const BETA: f64 = 10.0;
/// The pass band ends here, as a share of the lower of the two Nyquist frequencies; the kernel's transition fills the rest.
const PASS: f64 = 0.91;
/// Steps of the kernel's table per zero crossing; between them it is interpolated, which is good for −100 dB.
const STEPS: usize = 512;

/// The samples at `to_hz`, by a windowed sinc (Smith, *Digital Audio Resampling*); as they are where the rates agree.
///
/// Flat to 0.8 of the lower Nyquist frequency, aliases and images below −80 dB. For recordings, not for streams.
pub fn resample(samples: &[f32], from_hz: f64, to_hz: f64) -> Vec<f32> {
    let mut made = Vec::with_capacity((samples.len() as f64 * to_hz / from_hz) as usize + 1);
    let mut resampler = Resampler::new(from_hz, to_hz);
    resampler.process(samples, &mut made);
    resampler.finish(&mut made);
    made
}

/// The same for a recording that comes in parts and is never in memory as a whole: for every division the same samples.
pub struct Resampler {
    ratio: f64,
    /// Cut-off in cycles per input sample, times two.
    cutoff: f64,
    /// Input samples on each side that a sample depends on.
    reach: f64,
    /// Empty where the rates agree.
    table: Vec<f64>,
    /// Input from `num_gone` on.
    kept: Vec<f32>,
    num_gone: usize,
    num_made: usize,
}

impl Resampler {
    /// From one rate to another, both above 0.
    pub fn new(from_hz: f64, to_hz: f64) -> Self {
        let ratio = to_hz / from_hz;
        let cutoff = PASS * ratio.min(1.0);
        let num_steps = if from_hz == to_hz { 0 } else { HALF_WIDTH as usize * STEPS + 2 };
        let table = (0..num_steps).map(|i| cutoff * kaiser_sinc(i as f64 / STEPS as f64, HALF_WIDTH, BETA)).collect();
        Self { ratio, cutoff, reach: HALF_WIDTH / cutoff, table, kept: Vec::new(), num_gone: 0, num_made: 0 }
    }

    /// Takes the next samples and appends what can be told by now.
    pub fn process(&mut self, samples: &[f32], made: &mut Vec<f32>) {
        if self.table.is_empty() {
            made.extend_from_slice(samples);
            return;
        }
        self.kept.extend_from_slice(samples);
        while (self.at() + self.reach) as usize + 1 < self.num_heard() {
            self.make(made);
        }
        let num_done = ((self.at() - self.reach).max(0.0) as usize).saturating_sub(self.num_gone).min(self.kept.len());
        self.kept.drain(..num_done);
        self.num_gone += num_done;
    }

    /// The recording ended: appends what is left.
    pub fn finish(&mut self, made: &mut Vec<f32>) {
        if self.table.is_empty() {
            return;
        }
        let num_frames = (self.num_heard() as f64 * self.ratio).round() as usize;
        while self.num_made < num_frames {
            self.make(made);
        }
    }

    fn num_heard(&self) -> usize {
        self.num_gone + self.kept.len()
    }

    /// Where the next sample lies, in input samples.
    fn at(&self) -> f64 {
        self.num_made as f64 / self.ratio
    }

    fn make(&mut self, made: &mut Vec<f32>) {
        let at = self.at();
        let first = (at - self.reach).ceil().max(0.0) as usize;
        let last = ((at + self.reach).floor() as usize).min(self.num_heard() - 1);
        let near = self.kept.get(first - self.num_gone..=last - self.num_gone).unwrap_or_default().iter().enumerate();
        let sum: f64 = near.map(|(idx, sample)| f64::from(*sample) * self.weight((first + idx) as f64 - at)).sum();
        made.push(sum as f32);
        self.num_made += 1;
    }

    fn weight(&self, distance: f64) -> f64 {
        let at = distance.abs() * self.cutoff * STEPS as f64;
        let (idx, share) = (at as usize, at.fract());
        match self.table.get(idx..idx + 2) {
            Some(pair) => pair[0] + share * (pair[1] - pair[0]),
            None => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::sine;

    fn tone(frequency_hz: f64, rate_hz: f64) -> Vec<f32> {
        sine(frequency_hz, 0.5, rate_hz as usize / 2, rate_hz).iter().map(|x| *x as f32).collect()
    }

    /// Largest difference in the middle, dB.
    fn error_db(a: &[f32], b: &[f32]) -> f64 {
        let middle = a.len() / 4..a.len() * 3 / 4;
        let worst = a[middle.clone()].iter().zip(&b[middle]).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
        20.0 * worst.log10()
    }

    #[test]
    fn tones_are_the_same_at_another_rate() {
        for (from_hz, to_hz) in
            [(44_100.0, 48_000.0), (48_000.0, 44_100.0), (96_000.0, 48_000.0), (44_100.0, 192_000.0)]
        {
            for frequency_hz in [100.0, 1000.0, 15_000.0] {
                let made = resample(&tone(frequency_hz, from_hz), from_hz, to_hz);
                let wanted = tone(frequency_hz, to_hz);
                assert!(made.len().abs_diff(wanted.len()) <= 1);
                let error_db = error_db(&made[..wanted.len().min(made.len())], &wanted);
                assert!(error_db < -75.0, "{frequency_hz} Hz, {from_hz} to {to_hz}: {error_db:.1} dB");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        let made = resample(&tone(30_000.0, 96_000.0), 96_000.0, 48_000.0);
        let worst = made[4000..20_000].iter().fold(0f32, |worst, x| worst.max(x.abs()));
        assert!(worst < 1e-4, "{worst}");
    }

    #[test]
    fn parts_give_the_same_samples() {
        let whole = tone(1000.0, 44_100.0);
        for to_hz in [8000.0, 44_100.0, 48_000.0, 192_000.0] {
            let mut made = Vec::new();
            let mut resampler = Resampler::new(44_100.0, to_hz);
            whole.chunks(777).for_each(|part| resampler.process(part, &mut made));
            assert!(resampler.kept.len() < 2000);
            resampler.finish(&mut made);
            assert_eq!(made, resample(&whole, 44_100.0, to_hz));
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(resample(&[], 44_100.0, 48_000.0).is_empty());
        assert_eq!(resample(&[1.0], 48_000.0, 48_000.0), [1.0]);
    }
}
