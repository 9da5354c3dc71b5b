//! Gentle saturation, anti-aliased on what it adds.

mod warmth;

use std::f64::consts::TAU;

use wide::f64x2;

use super::settings::{ColourSettings, LatencyMode};
use crate::dsp::adaa;
use crate::dsp::delay::Delay;
use crate::dsp::oversampler::{LowPass, MAX_RUN, NEVER_QUIET, Oversampler, Plan};
use crate::dsp::ramp::{Fade, Glide, KNOT_SAMPLES};
use crate::dsp::units::{db_from_gain, gain_from_db};
use warmth::Warmth;

/// Length of the crossfade when the stage is switched, seconds.
const FADE_S: f64 = 0.02;
/// Time constant of each of the two smoothers of a parameter, seconds.
const GLIDE_S: f64 = 0.02;
/// Sample at which the curves end without drive (+1.9 dBFS): the odd one saturates at full scale over the drive.
const END: f64 = 1.25;
/// Samples below this share of the curves' end get nothing; they would get less than −215 dBFS.
const QUIET: f64 = 2e-3;
/// Samples that the curves see at once: four for each frame, one before and one after.
const MAX_SAMPLES: usize = 4 * MAX_RUN + 2;
/// Corner of the high-pass that takes the mean off what even harmonics add, Hz.
const DC_CORNER_HZ: f64 = 5.0;
/// Below this (−240 dBFS) what is left of that mean is forgotten.
const MEAN_REST: f64 = 1e-12;

/// Stage 6 (`dsp.md` section 4). The output is the delayed input plus what the curves add, times the make-up.
///
/// Drive scales the sample that the curves see and fades them in: at 0 dB they add exactly nothing. Character moves from the
/// even curve to the odd one. They work at four times the rate (twice from 66 kHz, once from 132 kHz and in the latency mode
/// *tracking*), averaged over the path between samples.
pub struct Colour {
    oversampler: Oversampler,
    dry: Delay<f64x2>,
    delay: usize,
    drive_db: Glide,
    character: Glide,
    /// Mix times amount.
    share: Glide,
    makeup_db: Glide,
    now: Values,
    step: Values,
    mean: f64x2,
    mean_rate: f64,
    /// A faster rate for the beginning: a running average of all that was added so far.
    starting_rate: f64,
    switch: Fade,
    position: usize,
    is_fresh: bool,
    /// Largest magnitude added in the last call, per channel.
    added: f64x2,
}

/// What a sample needs to know: the curves' scale, the odd one's weight (the even one has the rest of 1), the gain of what they
/// add, make-up; all linear.
type Values = [f64; 4];

/// What is done at a frame: the curves' scale, the odd one's weight, the gain of what they add, the gain of the input; linear.
#[derive(Clone, Copy)]
struct Work {
    scale: f64,
    character: f64,
    wet: f64,
    dry: f64,
}

impl Work {
    /// At a weight of the stage's switch, 0–1.
    fn new(&[scale, character, share, makeup]: &Values, weight: f64) -> Self {
        let dry = if weight == 1.0 { makeup } else { 1.0 + weight * (makeup - 1.0) };
        Self { scale, character, wet: weight * share * makeup, dry }
    }
}

const NEUTRAL: Values = [1.0, 0.0, 0.0, 1.0];
/// The running average of the beginning starts as if it had heard so many samples of silence.
const STARTING_SAMPLES: f64 = 48.0;

impl Colour {
    /// A stage that does nothing until it is set.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode) -> Self {
        let oversampler = Oversampler::new(if latency_mode == LatencyMode::Tracking || sample_rate_hz >= 132_000.0 {
            Plan::Single
        } else if sample_rate_hz >= 66_000.0 {
            Plan::Double(LowPass::Wide)
        } else {
            Plan::Quadruple(LowPass::Gentle)
        });
        let delay = oversampler.latency_samples();
        let glide = |tolerance| Glide::new(0.0, GLIDE_S, tolerance, sample_rate_hz);
        Self {
            oversampler,
            dry: Delay::new(delay, f64x2::splat(0.0)),
            delay,
            drive_db: glide(1e-5),
            character: glide(1e-6),
            share: glide(1e-6),
            makeup_db: glide(1e-5),
            now: NEUTRAL,
            step: [0.0; 4],
            mean: f64x2::splat(0.0),
            mean_rate: 1.0 - (-TAU * DC_CORNER_HZ / sample_rate_hz).exp(),
            starting_rate: 1.0 / STARTING_SAMPLES,
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            position: 0,
            is_fresh: true,
            added: f64x2::splat(0.0),
        }
    }

    /// Takes new settings; `amount` (0–2) scales what it does, at 0 the stage is off. Real-time safe.
    ///
    /// Before the first sample after `new` or `reset` they hold at once, later they glide.
    pub fn set(&mut self, settings: &ColourSettings, amount: f64) {
        let is_on = settings.enabled && amount > 0.0;
        if is_on {
            let wanted = [
                settings.drive_db,
                settings.character_percent / 100.0,
                settings.mix_percent / 100.0 * amount,
                settings.makeup_db * amount,
            ];
            let holds_at_once = self.is_fresh || self.switch.is_zero();
            for (glide, wanted) in self.glides().into_iter().zip(wanted) {
                glide.go(wanted, holds_at_once);
            }
            if holds_at_once {
                (self.now, self.step) = (self.values(), [0.0; 4]);
            }
        }
        self.switch.go(is_on, self.is_fresh);
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.is_fresh = self.is_fresh && left.is_empty();
        self.added = f64x2::splat(0.0);
        let mut done = 0;
        while done < left.len() {
            if self.position == 0 {
                self.move_to_next_knot();
            }
            let run = self.switch.run_len((KNOT_SAMPLES - self.position).min(left.len() - done));
            self.process_run(&mut left[done..done + run], &mut right[done..done + run]);
            self.position = (self.position + run) % KNOT_SAMPLES;
            done += run;
        }
    }

    /// Back to the state of a new stage.
    pub fn reset(&mut self) {
        self.oversampler.reset();
        self.dry.reset();
        self.glides().into_iter().for_each(|glide| glide.jump(0.0));
        (self.now, self.step) = (NEUTRAL, [0.0; 4]);
        (self.mean, self.starting_rate) = (f64x2::splat(0.0), 1.0 / STARTING_SAMPLES);
        self.switch.jump(false);
        (self.position, self.is_fresh, self.added) = (0, true, f64x2::splat(0.0));
    }

    /// Delay, the same for all settings.
    pub fn latency_samples(&self) -> usize {
        self.delay
    }

    /// Largest sample added in the last [`Self::process`], dBFS; −∞ when none was.
    pub fn added_dbfs(&self) -> f64 {
        let [left, right] = self.added.to_array();
        db_from_gain(left.max(right))
    }

    fn glides(&mut self) -> [&mut Glide; 4] {
        [&mut self.drive_db, &mut self.character, &mut self.share, &mut self.makeup_db]
    }

    fn values(&self) -> Values {
        let (drive, makeup) = (gain_from_db(self.drive_db.value()), gain_from_db(self.makeup_db.value()));
        let scale = drive / END;
        [scale, self.character.value(), (1.0 - 1.0 / drive) / scale * self.share.value(), makeup]
    }

    fn move_to_next_knot(&mut self) {
        if !self.glides().iter().all(|glide| glide.is_settled()) || self.step != [0.0; 4] {
            // Exactly at the knot, whatever the steps add up to.
            self.now = self.values();
            self.glides().into_iter().for_each(|glide| _ = glide.advance());
            let next = self.values();
            self.step = std::array::from_fn(|idx| (next[idx] - self.now[idx]) / KNOT_SAMPLES as f64);
        }
    }

    /// At most as many frames as there are between two knots.
    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) {
        let num_frames = left.len();
        let mut frames = [f64x2::splat(0.0); KNOT_SAMPLES];
        let frames = &mut frames[..num_frames];
        for (frame, (l, r)) in frames.iter_mut().zip(left.iter().zip(right.iter())) {
            *frame = f64x2::from([*l, *r]);
        }
        let mut added = [f64x2::splat(0.0); KNOT_SAMPLES];
        let added = &mut added[..num_frames];
        let is_off = self.switch.is_zero();
        let mut works = [Work::new(&self.now, if is_off { 0.0 } else { 1.0 }); KNOT_SAMPLES];
        let has_added = if is_off {
            self.starting_rate = 1.0 / STARTING_SAMPLES;
            self.oversampler.pass_run(frames, added)
        } else {
            let is_still = self.is_still();
            self.move_along(&mut works[..num_frames]);
            self.bend(frames, &works[..num_frames], is_still, added)
        };
        self.dry.process(frames);
        if is_off && !has_added && self.mean == f64x2::splat(0.0) {
            for ((l, r), frame) in left.iter_mut().zip(right).zip(frames) {
                [*l, *r] = frame.to_array();
            }
            return;
        }
        for (idx, (l, r)) in left.iter_mut().zip(right).enumerate() {
            [*l, *r] = self.sum(frames[idx], added[idx], &works[idx]).to_array();
        }
    }

    /// What there is to do at each of the next frames, which begin with what there was at the last one.
    #[inline]
    fn move_along(&mut self, works: &mut [Work]) {
        if self.is_still() {
            return;
        }
        for work in works {
            self.now.iter_mut().zip(self.step).for_each(|(now, step)| *now += step);
            let weight = if self.switch.is_one() { 1.0 } else { self.switch.advance() };
            *work = Work::new(&self.now, weight);
        }
    }

    /// Fully on, and nothing glides: one frame is treated as the next.
    fn is_still(&self) -> bool {
        self.step == [0.0; 4] && self.switch.is_one()
    }

    /// What the curves add to each frame, before any weight; false for nothing at all.
    #[inline]
    fn bend(&mut self, frames: &[f64x2], works: &[Work], is_still: bool, added: &mut [f64x2]) -> bool {
        let num_together = if is_still { MAX_RUN } else { 1 } * self.oversampler.factor();
        // What was quiet when it came in may not be by the time it reaches the curve, if that moves.
        let quiet = match works[0] {
            _ if !is_still => NEVER_QUIET,
            Work { wet: 0.0, .. } => f64::INFINITY,
            Work { scale, .. } => QUIET / scale,
        };
        let shape = |first: usize, samples: &[f64x2], added: &mut [f64x2]| {
            let mut scaled = [f64x2::splat(0.0); MAX_SAMPLES];
            for (idx, added) in added.chunks_mut(num_together).enumerate() {
                let Work { scale, character, .. } = works[first + idx];
                let samples = &samples[idx * num_together..idx * num_together + added.len() + 2];
                let scaled = &mut scaled[..samples.len()];
                for (scaled, sample) in scaled.iter_mut().zip(samples) {
                    *scaled = *sample * f64x2::splat(scale);
                }
                adaa::second_order(scaled, &Warmth::new(1.0 - character, character), added);
            }
        };
        self.oversampler.process_run(frames, quiet, shape, added)
    }

    /// The output: dry and what was added, with their gains.
    #[inline]
    fn sum(&mut self, dry: f64x2, added: f64x2, work: &Work) -> f64x2 {
        if work.wet == 0.0 {
            self.starting_rate = 1.0 / STARTING_SAMPLES;
        }
        let dry = dry * f64x2::splat(work.dry);
        if (added | self.mean).simd_eq(f64x2::splat(0.0)).all() {
            return dry;
        }
        // The mean is taken off before the weights: when these move, it moves with them.
        let added = self.without_mean(added) * f64x2::splat(work.wet);
        self.added = self.added.fast_max(added.abs());
        // A channel to which nothing is added keeps its bits, the sign of 0 included.
        added.simd_eq(f64x2::splat(0.0)).select(dry, dry + added)
    }

    fn without_mean(&mut self, added: f64x2) -> f64x2 {
        let rate = self.mean_rate.max(self.starting_rate);
        if rate > self.mean_rate {
            self.starting_rate /= 1.0 + self.starting_rate;
        }
        self.mean += f64x2::splat(rate) * (added - self.mean);
        let is_rest = self.mean.abs().simd_lt(f64x2::splat(MEAN_REST)) & added.simd_eq(f64x2::splat(0.0));
        self.mean = is_rest.select(f64x2::splat(0.0), self.mean);
        added - self.mean
    }
}

#[cfg(test)]
mod tests;
