//! The true-peak meter of ITU-R BS.1770-5, annex 2.

use super::short::ShortFamily;
use crate::dsp::units::db_from_gain;

const BLOCK: usize = 64;
/// Twice the padding of annex 2, and one.
const CARRIED: usize = 11;

/// Running true peak of one channel: the largest of the samples and the four phases of annex 2's filter.
///
/// Annex 2 alone can read below the sample peak, since none of its phases is the sample itself. The last 12 samples of a stream
/// are judged when what follows them arrives, or with [`Self::finish`].
#[derive(Clone, Debug)]
pub struct TruePeakMeter {
    family: ShortFamily,
    window: [f32; CARRIED + BLOCK],
    num_pending: usize,
    max: f32,
}

impl TruePeakMeter {
    /// A meter that has heard silence.
    pub fn new() -> Self {
        Self { family: ShortFamily::annex_2(), window: [0.0; CARRIED + BLOCK], num_pending: 0, max: 0.0 }
    }

    /// Takes more of the stream and gives the largest magnitude so far, linear. Not-a-number counts as silence. Real-time safe.
    pub fn process<T: Copy + Into<f64>>(&mut self, samples: &[T]) -> f64 {
        for &sample in samples {
            let sample = sample.into() as f32;
            self.max = self.max.max(sample.abs());
            self.window[CARRIED + self.num_pending] = if sample.is_nan() { 0.0 } else { sample };
            self.num_pending += 1;
            if self.num_pending == BLOCK {
                self.judge();
            }
        }
        self.max_abs()
    }

    /// Ends a file: looks between its last samples and the silence after it.
    pub fn finish(&mut self) -> f64 {
        self.process(&[0.0f32; CARRIED + BLOCK])
    }

    /// Largest magnitude so far, linear; at most the 70 newest samples are yet to be looked between.
    pub fn max_abs(&self) -> f64 {
        f64::from(self.max)
    }

    /// Largest magnitude so far in dBTP; −∞ for silence.
    pub fn max_dbtp(&self) -> f64 {
        db_from_gain(self.max_abs())
    }

    /// As new. Real-time safe.
    pub fn reset(&mut self) {
        (self.window, self.num_pending, self.max) = ([0.0; CARRIED + BLOCK], 0, 0.0);
    }

    fn judge(&mut self) {
        let local = self.window.iter().fold(0.0f32, |max, sample| max.max(sample.abs()));
        if f64::from(local) * self.family.l1() > f64::from(self.max) {
            self.max = self.max.max(self.family.max_abs(&self.window));
        }
        self.window.copy_within(BLOCK.., 0);
        self.num_pending = 0;
    }
}

impl Default for TruePeakMeter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn reads_between_samples() {
        // A quarter of the sample rate at 45 degrees: samples at 0.707 of the peak (EBU Tech 3341, case 16, but louder).
        let sine: Vec<f64> = (0..960).map(|n| (PI / 2.0 * n as f64 + PI / 4.0).sin()).collect();
        let mut meter = TruePeakMeter::new();
        assert_eq!(meter.max_dbtp(), f64::NEG_INFINITY);
        meter.process(&sine);
        assert!((-0.4..0.25).contains(&meter.max_dbtp()), "{}", meter.max_dbtp());
        meter.reset();
        assert_eq!(meter.max_abs(), 0.0);
    }

    #[test]
    fn does_not_depend_on_blocks_and_looks_at_the_end() {
        let samples: Vec<f32> = (0..1000).map(|n| ((n * n) as f32 * 0.37).sin()).chain([0.9, 0.9]).collect();
        let mut whole = TruePeakMeter::new();
        whole.process(&samples);
        let mut pieces = TruePeakMeter::new();
        samples.chunks(7).for_each(|piece| {
            pieces.process(piece);
        });
        assert_eq!(whole.finish(), pieces.finish());
        let mut end = TruePeakMeter::new();
        end.process(&[0.0f32, 0.9, 0.9]);
        assert!(end.finish() > 1.0);
    }
}
