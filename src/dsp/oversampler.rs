//! Lets a curve bend a stereo pair at a raised rate and brings back what it adds, and only that.
//!
//! The untouched signal never passes a filter: the caller delays it by a whole number of samples and adds what comes from here
//! (`dsp.md` section 4). Where the curve adds nothing, no filter runs, and what comes is exactly nothing.

mod stage;
mod tape;
mod taps;

use wide::f64x2;

use stage::Stage;
use tape::{Sum, Tape};

/// Added samples below this (−600 dB) are nothing: it ends decays before they become denormal.
const NOTHING: f64 = 1e-30;

/// How far the rate is raised, and through which low-pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Not at all.
    Single,
    /// Twice.
    Double(LowPass),
    /// Four times.
    Quadruple(LowPass),
}

/// The linear-phase low-pass between the rate and twice the rate; edges for 48 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LowPass {
    /// Flat to 20 kHz, −102 dB from 24 kHz: nothing folds back at all.
    Sharp,
    /// Flat to 20 kHz, −91 dB from 26.2 kHz: what folds back stays above 20 kHz, even at 44.1 kHz. Shorter than sharp.
    Gentle,
    /// Flat to 12 kHz, −101 dB from 24 kHz: for rates of which the audible range is the lower half.
    Wide,
}

impl LowPass {
    fn stage(self, is_late: bool) -> Stage {
        let half: &[f64] = match self {
            Self::Sharp => &taps::SHARP,
            Self::Gentle => &taps::GENTLE,
            Self::Wide => &taps::WIDE,
        };
        Stage::new(half, is_late)
    }
}

/// Raises the rate where needed, bends, and comes back.
#[derive(Clone, Debug)]
pub struct Oversampler {
    plan: Plan,
    outer: Stage,
    inner: Stage,
    input: Tape,
    /// Samples at twice the rate, as far as they were needed.
    doubled: Tape,
    /// Newest frames of which `doubled` knows nothing.
    num_unknown: usize,
    /// Frames of `input` that a sample now may depend on and that were not quiet.
    num_loud: usize,
    reach: usize,
    /// 1 over an upper bound of the largest sample between samples over the largest sample.
    inverse_peak_gain: f64,
    /// The two samples at the raised rate before the next one, oldest first.
    before: [f64x2; 2],
    inner_sum: Sum,
    output: Sum,
}

impl Oversampler {
    /// Allocates the filters of `plan`.
    pub fn new(plan: Plan) -> Self {
        let (outer, inner) = match plan {
            Plan::Single => (Stage::none(), Stage::none()),
            Plan::Double(low_pass) => (low_pass.stage(true), Stage::none()),
            Plan::Quadruple(low_pass) => (low_pass.stage(false), Stage::late_half_band(&taps::SHORT_HALF_BAND)),
        };
        // The inner stage looks back this many frames, two of its samples more for the curve's memory.
        let lag = (inner.reach() + 2).div_ceil(2) + 2;
        let zero = f64x2::splat(0.0);
        Self {
            plan,
            input: Tape::new(outer.reach() + lag),
            doubled: Tape::new(inner.reach() + 4),
            num_unknown: lag,
            num_loud: 0,
            reach: outer.reach() + lag,
            inverse_peak_gain: (1.0 - 1e-9) / (outer.peak_gain() * inner.peak_gain()),
            before: [zero; 2],
            inner_sum: Sum::new(inner.reach() + 4),
            output: Sum::new(outer.reach() + 2),
            outer,
            inner,
        }
    }

    /// Delay of what is added, samples. It includes the one sample at the raised rate by which a curve averaged over three
    /// samples ([`adaa`](super::adaa)) is late.
    pub fn latency_samples(&self) -> usize {
        match self.plan {
            Plan::Single => 1,
            Plan::Double(_) => (self.outer.order() + 1 + self.outer.lateness()) / 2,
            Plan::Quadruple(_) => {
                (2 * (self.outer.order() + self.outer.lateness()) + self.inner.order() + 1 + self.inner.lateness()) / 4
            }
        }
    }

    /// Takes a frame; gives what `shape` added to the one [`Self::latency_samples`] ago, `None` for nothing at all.
    ///
    /// `shape` gets neighbouring samples at the raised rate, oldest first, and where to write what is to be added to each but
    /// the first and the last of them: it may look at one before and one after. It is asked only if one of them exceeds
    /// `quiet` in magnitude; else it would have to add nothing.
    #[inline]
    pub fn process(&mut self, frame: f64x2, quiet: f64, shape: impl FnMut(&[f64x2], &mut [f64x2])) -> Option<f64x2> {
        self.input.push(frame);
        let [left, right] = frame.abs().to_array();
        let threshold = quiet * self.inverse_peak_gain;
        if left > threshold || right > threshold {
            self.num_loud = self.reach;
        }
        if self.num_loud > 0 {
            self.num_loud -= 1;
            self.bend(quiet, shape);
        } else {
            // One is enough to know that `before` is not the truth; no count overflows.
            self.num_unknown = (self.num_unknown + 1).min(self.reach);
        }
        if self.inner_sum.is_pending() {
            let pair = [self.inner_sum.take(), self.inner_sum.take()];
            self.outer.down(pair, &mut self.output);
        }
        self.output.is_pending().then(|| self.output.take())
    }

    /// Back to the state of a new one. Real-time safe.
    pub fn reset(&mut self) {
        self.input.reset();
        self.doubled.reset();
        self.inner_sum.reset();
        self.output.reset();
        (self.num_unknown, self.num_loud) = (self.reach, 0);
        self.before = [f64x2::splat(0.0); 2];
    }

    fn bend(&mut self, quiet: f64, mut shape: impl FnMut(&[f64x2], &mut [f64x2])) {
        let num_missing = std::mem::take(&mut self.num_unknown);
        if num_missing > 0 {
            self.catch_up(num_missing);
        }
        let zero = f64x2::splat(0.0);
        let mut samples = [self.before[0], self.before[1], zero, zero, zero, zero];
        let factor = match self.plan {
            Plan::Single => {
                samples[2] = self.input.newest(0);
                1
            }
            Plan::Double(_) => {
                [samples[2], samples[3]] = self.outer.up(&self.input, 0);
                2
            }
            Plan::Quadruple(_) => {
                let [first, second] = self.outer.up(&self.input, 0);
                self.doubled.push(first);
                [samples[2], samples[3]] = self.inner.up(&self.doubled, 0);
                self.doubled.push(second);
                [samples[4], samples[5]] = self.inner.up(&self.doubled, 0);
                4
            }
        };
        self.before = [samples[factor], samples[factor + 1]];
        // What is beyond the factor is 0 and changes nothing.
        let [left, right] = samples.iter().fold(zero, |peak, sample| peak.fast_max(sample.abs())).to_array();
        if left <= quiet && right <= quiet {
            return;
        }
        let mut added = [zero; 4];
        shape(&samples[..factor + 2], &mut added[..factor]);
        for added in &mut added {
            *added = added.abs().simd_lt(f64x2::splat(NOTHING)).select(zero, *added);
        }
        match self.plan {
            Plan::Single if added[0] == zero => {}
            Plan::Single => self.output.add(0, &[f64x2::splat(1.0)], added[0]),
            Plan::Double(_) => self.outer.down([added[0], added[1]], &mut self.output),
            Plan::Quadruple(_) => self.inner.down_two_frames(added, &mut self.inner_sum),
        }
    }

    /// Computes what was not needed for so many frames and is now.
    fn catch_up(&mut self, num_missing: usize) {
        match self.plan {
            Plan::Single => self.before = [self.input.newest(2), self.input.newest(1)],
            Plan::Double(_) => self.before = self.outer.up(&self.input, 1),
            Plan::Quadruple(_) => {
                for age in (1..=num_missing.min(self.inner.reach() / 2 + 2)).rev() {
                    self.outer.up(&self.input, age).into_iter().for_each(|sample| self.doubled.push(sample));
                }
                self.before = self.inner.up(&self.doubled, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests;
