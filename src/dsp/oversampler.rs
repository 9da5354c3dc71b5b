//! Lets a curve bend a stereo pair at a raised rate and brings back what it adds, and only that.
//!
//! The untouched signal never passes a filter: the caller delays it by a whole number of samples and adds what comes from here
//! (`dsp.md` section 4). Where the curve adds nothing, no filter runs, and what comes is exactly nothing.

mod phase;
mod stage;
mod tape;
mod taps;

use std::ops::Range;

use wide::f64x2;

use stage::Stage;
use tape::{Added, Tape};

/// Frames that are processed at once, at most.
pub const MAX_RUN: usize = 16;
/// What no sample falls below: for a curve that moves, under which a sample that was quiet when it came in may be loud by
/// the time it has passed the filters.
pub const NEVER_QUIET: f64 = -1.0;
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
    /// Newest frames of which `doubled` and `before` know nothing.
    num_unknown: usize,
    /// Frames to come that may depend on one that was not quiet.
    num_loud: usize,
    reach: usize,
    /// 1 over an upper bound of the largest sample between samples over the largest sample.
    inverse_peak_gain: f64,
    /// The two samples at the raised rate before the next one, oldest first.
    before: [f64x2; 2],
    /// What was added at four times the rate, and at twice.
    inner_added: Added,
    outer_added: Added,
}

/// Samples at the raised rate of a run, after one frame and two samples before it.
type Raised = [f64x2; 4 * (MAX_RUN + 1) + 2];

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
        let reach = outer.reach() + lag;
        Self {
            plan,
            input: Tape::new(reach + MAX_RUN),
            doubled: Tape::new(inner.reach() + 2 * (MAX_RUN + 1)),
            num_unknown: reach,
            num_loud: 0,
            reach,
            inverse_peak_gain: (1.0 - 1e-9) / (outer.peak_gain() * inner.peak_gain()),
            before: [f64x2::splat(0.0); 2],
            inner_added: Added::new(inner.reach() + 1 + 2 * MAX_RUN),
            outer_added: Added::new(outer.reach() + 1 + MAX_RUN),
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

    /// How many times faster the raised rate is.
    pub fn factor(&self) -> usize {
        match self.plan {
            Plan::Single => 1,
            Plan::Double(_) => 2,
            Plan::Quadruple(_) => 4,
        }
    }

    /// Takes a run of at most [`MAX_RUN`] frames; writes what `shape` added to those [`Self::latency_samples`] ago. False leaves
    /// `output` as it is, as nothing at all was added.
    ///
    /// `shape` gets the index in the run of the first frame that it is asked for, neighbouring samples at the raised rate, oldest
    /// first, and where to write what is to be added to each but the first and the last of them: it may look at one before and
    /// one after. It is asked only where one of them exceeds `quiet` in magnitude; else it would have to add nothing. `quiet`
    /// holds for the whole run; while the curve moves it is [`NEVER_QUIET`].
    #[inline]
    pub fn process_run(
        &mut self,
        frames: &[f64x2],
        quiet: f64,
        shape: impl FnMut(usize, &[f64x2], &mut [f64x2]),
        output: &mut [f64x2],
    ) -> bool {
        let bound = f64x2::splat(quiet * self.inverse_peak_gain);
        let is_loud = frames.iter().any(|frame| frame.abs().simd_gt(bound).any());
        if !is_loud && self.num_loud == 0 {
            return self.pass_run(frames, output);
        }
        self.num_loud = if is_loud { self.reach } else { self.num_loud.saturating_sub(frames.len()) };
        self.input.grow(frames.len()).copy_from_slice(frames);
        let mut added = [f64x2::splat(0.0); 4 * MAX_RUN];
        let added = &mut added[..self.factor() * frames.len()];
        let has_added = match self.plan {
            Plan::Single => self.bend::<1>(quiet, shape, added),
            Plan::Double(_) => self.bend::<2>(quiet, shape, added),
            Plan::Quadruple(_) => self.bend::<4>(quiet, shape, added),
        };
        self.come_down(has_added.then_some(&*added), output)
    }

    /// The same for frames to which nothing is to be added.
    #[inline]
    pub fn pass_run(&mut self, frames: &[f64x2], output: &mut [f64x2]) -> bool {
        self.input.grow(frames.len()).copy_from_slice(frames);
        self.num_loud = self.num_loud.saturating_sub(frames.len());
        // One is enough to know that `before` is not the truth; no count overflows.
        self.num_unknown = (self.num_unknown + frames.len()).min(self.reach);
        self.come_down(None, output)
    }

    /// Back to the state of a new one. Real-time safe.
    pub fn reset(&mut self) {
        self.input.reset();
        self.doubled.reset();
        self.inner_added.reset();
        self.outer_added.reset();
        (self.num_unknown, self.num_loud) = (self.reach, 0);
        self.before = [f64x2::splat(0.0); 2];
    }

    /// Writes what `shape` adds to the samples at the raised rate of the newest frames; false for nothing.
    #[inline]
    fn bend<const FACTOR: usize>(
        &mut self,
        quiet: f64,
        mut shape: impl FnMut(usize, &[f64x2], &mut [f64x2]),
        added: &mut [f64x2],
    ) -> bool {
        let num_frames = added.len() / FACTOR;
        let mut raised: Raised = [f64x2::splat(0.0); 4 * (MAX_RUN + 1) + 2];
        let samples = self.raise(num_frames, &mut raised);
        let mut before = [samples[0].abs(), samples[1].abs()];
        let mut has_added = false;
        let mut first = 0;
        for (idx, new) in samples[2..].as_chunks::<FACTOR>().0.iter().enumerate() {
            let mut peak = before[0].fast_max(before[1]);
            for sample in new {
                before = [before[1], sample.abs()];
                peak = peak.fast_max(before[1]);
            }
            if !peak.simd_gt(f64x2::splat(quiet)).any() {
                has_added |= first < idx;
                shape_frames::<FACTOR>(first..idx, samples, &mut shape, added);
                first = idx + 1;
            }
        }
        has_added |= first < num_frames;
        shape_frames::<FACTOR>(first..num_frames, samples, &mut shape, added);
        self.before = [samples[added.len()], samples[added.len() + 1]];
        has_added
    }

    /// The samples at the raised rate of the newest frames, and two before them.
    #[inline]
    fn raise<'a>(&mut self, num_frames: usize, raised: &'a mut Raised) -> &'a [f64x2] {
        let is_gap = std::mem::take(&mut self.num_unknown) > 0;
        // After a gap, one frame more, as the two samples before are not known.
        let (factor, num_all) = (self.factor(), num_frames + usize::from(is_gap));
        let new = &mut raised[2..2 + factor * num_all];
        match self.plan {
            Plan::Single => new.copy_from_slice(self.input.window(0, num_all)),
            Plan::Double(_) => self.outer.up(&self.input, new),
            Plan::Quadruple(_) => {
                let num_doubled = if is_gap { num_frames + self.inner.reach() / 2 + 2 } else { num_frames };
                self.outer.up(&self.input, self.doubled.grow(2 * num_doubled));
                self.inner.up(&self.doubled, new);
            }
        }
        if !is_gap {
            raised[..2].copy_from_slice(&self.before);
            return &raised[..2 + factor * num_frames];
        }
        if factor == 1 {
            raised[1] = self.input.window(num_all, 1)[0];
        }
        &raised[factor..2 + factor * num_all]
    }

    /// Brings what was added back to the rate.
    #[inline]
    fn come_down(&mut self, added: Option<&[f64x2]>, output: &mut [f64x2]) -> bool {
        let num_frames = output.len();
        let mut halved = [f64x2::splat(0.0); 2 * MAX_RUN];
        let halved = &mut halved[..2 * num_frames];
        let pairs = match self.plan {
            Plan::Single => {
                let Some(added) = added else { return false };
                output.copy_from_slice(added);
                end_decays(output);
                return true;
            }
            Plan::Double(_) => added,
            Plan::Quadruple(_) => self.inner_added.push(added, 2 * num_frames).then(|| {
                self.inner.down(&self.inner_added, halved);
                &*halved
            }),
        };
        let is_pending = self.outer_added.push(pairs, num_frames);
        if is_pending {
            self.outer.down(&self.outer_added, output);
            end_decays(output);
        }
        is_pending
    }
}

/// Ends decays before they become denormal.
#[inline]
fn end_decays(output: &mut [f64x2]) {
    for output in output {
        *output = output.abs().simd_lt(f64x2::splat(NOTHING)).select(f64x2::splat(0.0), *output);
    }
}

/// Lets `shape` see neighbouring frames.
#[inline]
fn shape_frames<const FACTOR: usize>(
    frames: Range<usize>,
    samples: &[f64x2],
    shape: &mut impl FnMut(usize, &[f64x2], &mut [f64x2]),
    added: &mut [f64x2],
) {
    if frames.is_empty() {
        return;
    }
    let (from, to) = (FACTOR * frames.start, FACTOR * frames.end);
    shape(frames.start, &samples[from..to + 2], &mut added[from..to]);
}

#[cfg(test)]
mod tests;
