//! Takes the tips off peaks before the limiter, oversampled and anti-aliased on the residual.

mod knee;

use wide::f64x2;

use super::settings::{ClipperSettings, LatencyMode};
use crate::dsp::adaa;
use crate::dsp::delay::Delay;
use crate::dsp::oversampler::{LowPass, NEVER_QUIET, Oversampler, Plan};
use crate::dsp::ramp::{Fade, Glide, KNOT_SAMPLES};
use crate::dsp::units::{db_from_gain, gain_from_db};
use knee::Knee;

/// Length of the crossfade when the stage is switched, seconds.
const FADE_S: f64 = 0.02;
/// Time constant of each of the two smoothers of a parameter, seconds.
const GLIDE_S: f64 = 0.02;

/// Stage 8 (`dsp.md` section 4). The output is the delayed input times the gain, plus what clipping adds at four times the rate
/// (twice from 66 kHz, once from 132 kHz); up to the bend it adds exactly nothing.
///
/// Ceiling and knee hold for the waveform between the samples; what the way back to the rate cuts off above 20 kHz lets
/// samples overshoot, so the limiter's ceiling is the guarantee. In the latency mode *tracking* the stage is off.
pub struct Clipper {
    /// `None` in *tracking*.
    engine: Option<Engine>,
    reduction_db: f64,
}

impl Clipper {
    /// A stage that does nothing until it is set.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode) -> Self {
        let engine = (latency_mode != LatencyMode::Tracking).then(|| Engine::new(sample_rate_hz));
        Self { engine, reduction_db: 0.0 }
    }

    /// Takes new settings; `amount` (0–2) scales the gain, at 0 the stage is off. Real-time safe.
    ///
    /// Before the first sample after `new` or `reset` they hold at once, later they glide.
    pub fn set(&mut self, settings: &ClipperSettings, amount: f64) {
        if let Some(engine) = &mut self.engine {
            engine.set(settings, amount);
        }
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        if let Some(engine) = &mut self.engine {
            self.reduction_db = engine.process(left, right);
        }
    }

    /// Back to the state of a new stage.
    pub fn reset(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.reset();
        }
        self.reduction_db = 0.0;
    }

    /// Delay, the same for all settings.
    pub fn latency_samples(&self) -> usize {
        self.engine.as_ref().map_or(0, |engine| engine.oversampler.latency_samples())
    }

    /// Largest reduction of a peak in the last [`Self::process`], dB, ≥ 0.
    pub fn reduction_db(&self) -> f64 {
        self.reduction_db
    }
}

struct Engine {
    oversampler: Oversampler,
    dry: Delay<f64x2>,
    gain_db: Glide,
    ceiling_db: Glide,
    knee_db: Glide,
    /// Gain, onset of the bend and ceiling, linear, and their steps from sample to sample.
    now: [f64; 3],
    step: [f64; 3],
    switch: Fade,
    position: usize,
    is_fresh: bool,
}

impl Engine {
    fn new(sample_rate_hz: f64) -> Self {
        let oversampler = Oversampler::new(if sample_rate_hz < 66_000.0 {
            Plan::Quadruple(LowPass::Sharp)
        } else if sample_rate_hz < 132_000.0 {
            Plan::Double(LowPass::Wide)
        } else {
            Plan::Single
        });
        let delay = oversampler.latency_samples();
        let glide = || Glide::new(0.0, GLIDE_S, 1e-5, sample_rate_hz);
        Self {
            oversampler,
            dry: Delay::new(delay, f64x2::splat(0.0)),
            gain_db: glide(),
            ceiling_db: glide(),
            knee_db: glide(),
            now: [1.0; 3],
            step: [0.0; 3],
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            position: 0,
            is_fresh: true,
        }
    }

    fn set(&mut self, settings: &ClipperSettings, amount: f64) {
        let is_on = settings.enabled && amount > 0.0;
        if is_on {
            let wanted = [settings.gain_db * amount, settings.ceiling_dbfs, settings.knee_db];
            let holds_at_once = self.is_fresh || self.switch.is_zero();
            for (glide, wanted) in [&mut self.gain_db, &mut self.ceiling_db, &mut self.knee_db].into_iter().zip(wanted)
            {
                glide.go(wanted, holds_at_once);
            }
            if holds_at_once {
                (self.now, self.step) = (self.values(), [0.0; 3]);
            }
        }
        self.switch.go(is_on, self.is_fresh);
    }

    fn reset(&mut self) {
        self.oversampler.reset();
        self.dry.reset();
        for glide in [&mut self.gain_db, &mut self.ceiling_db, &mut self.knee_db] {
            glide.jump(0.0);
        }
        (self.now, self.step) = ([1.0; 3], [0.0; 3]);
        self.switch.jump(false);
        (self.position, self.is_fresh) = (0, true);
    }

    fn values(&self) -> [f64; 3] {
        let ceiling_db = self.ceiling_db.value();
        [self.gain_db.value(), ceiling_db - self.knee_db.value(), ceiling_db].map(gain_from_db)
    }

    /// Gives the largest reduction, dB.
    fn process(&mut self, left: &mut [f64], right: &mut [f64]) -> f64 {
        self.is_fresh = self.is_fresh && left.is_empty();
        let mut min_gain = 1.0f64;
        let mut done = 0;
        while done < left.len() {
            if self.position == 0 {
                self.move_to_next_knot();
            }
            let run = self.switch.run_len((KNOT_SAMPLES - self.position).min(left.len() - done));
            let (left, right) = (&mut left[done..done + run], &mut right[done..done + run]);
            let peak = self.process_run(left, right);
            if peak > 0.0 {
                min_gain = min_gain.min(Knee::new(self.now[1], self.now[2]).gain(peak));
            }
            self.position = (self.position + run) % KNOT_SAMPLES;
            done += run;
        }
        // Not −0.
        (0.0 - db_from_gain(min_gain)).max(0.0)
    }

    fn move_to_next_knot(&mut self) {
        let glides = [&mut self.gain_db, &mut self.ceiling_db, &mut self.knee_db];
        if glides.iter().all(|glide| glide.is_settled()) && self.step == [0.0; 3] {
            return;
        }
        // Exactly at the knot, whatever the steps add up to.
        self.now = self.values();
        for glide in [&mut self.gain_db, &mut self.ceiling_db, &mut self.knee_db] {
            glide.advance();
        }
        let next = self.values();
        self.step = std::array::from_fn(|idx| (next[idx] - self.now[idx]) / KNOT_SAMPLES as f64);
    }

    /// At most as many frames as there are between two knots. Gives the largest sample that the curve saw.
    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) -> f64 {
        let mut dry = [f64x2::splat(0.0); KNOT_SAMPLES];
        let dry = &mut dry[..left.len()];
        for (dry, (l, r)) in dry.iter_mut().zip(left.iter().zip(right.iter())) {
            *dry = f64x2::from([*l, *r]);
        }
        let mut added = [f64x2::splat(0.0); KNOT_SAMPLES];
        let added = &mut added[..left.len()];
        let mut peak = 0.0;
        let has_added = if self.switch.is_zero() {
            // Off: delays, and lets what was added before run out.
            self.oversampler.pass_run(dry, added)
        } else {
            self.clip(dry, added, &mut peak)
        };
        self.dry.process(dry);
        for ((l, r), (dry, added)) in left.iter_mut().zip(right).zip(dry.iter().zip(added.iter())) {
            [*l, *r] = if has_added { sum(*dry, *added) } else { *dry }.to_array();
        }
        peak
    }

    /// Gains `dry` and finds what clipping adds to it; false for nothing at all. Raises `peak` to what the curve saw.
    #[inline]
    fn clip(&mut self, dry: &mut [f64x2], added: &mut [f64x2], peak: &mut f64) -> bool {
        let mut frames = [f64x2::splat(0.0); KNOT_SAMPLES];
        let mut knees = [Knee::new(self.now[1], self.now[2]); KNOT_SAMPLES];
        let mut weights = [1.0; KNOT_SAMPLES];
        // What glides has another value at every frame; what rests needs no division into frames.
        let is_still = self.step == [0.0; 3];
        let is_switching = !self.switch.is_one();
        let is_resting = is_still && !is_switching;
        for (idx, dry) in dry.iter_mut().enumerate() {
            if !is_still {
                self.now.iter_mut().zip(self.step).for_each(|(now, step)| *now += step);
                knees[idx] = Knee::new(self.now[1], self.now[2]);
            }
            let gain = self.now[0];
            frames[idx] = *dry * f64x2::splat(gain);
            if is_switching {
                weights[idx] = self.switch.advance();
            }
            // The crossfade happens at the entrance: what is added then belongs to the same moment as the gain.
            let dry_gain = if weights[idx] == 1.0 { gain } else { 1.0 + weights[idx] * (gain - 1.0) };
            *dry *= f64x2::splat(dry_gain);
        }
        let factor = self.oversampler.factor();
        let shape = |first: usize, samples: &[f64x2], added: &mut [f64x2]| {
            let largest = samples[2..].iter().fold(f64x2::splat(0.0), |largest, x| largest.fast_max(x.abs()));
            let [left, right] = largest.to_array();
            *peak = peak.max(left).max(right);
            let num_at_once = if is_resting { added.len() } else { factor };
            for (idx, added) in added.chunks_mut(num_at_once).enumerate() {
                let samples = &samples[idx * num_at_once..idx * num_at_once + added.len() + 2];
                adaa::second_order(samples, &knees[first + idx], added);
                if is_switching {
                    added.iter_mut().for_each(|added| *added *= f64x2::splat(weights[first + idx]));
                }
            }
        };
        let frames = &frames[..dry.len()];
        // What was quiet when it came in may lie above the onset by the time it reaches the curve.
        let quiet = if is_resting { knees[0].onset() } else { NEVER_QUIET };
        self.oversampler.process_run(frames, quiet, shape, added)
    }
}

/// A channel to which nothing is added keeps its bits, the sign of 0 included.
#[inline]
fn sum(dry: f64x2, added: f64x2) -> f64x2 {
    added.simd_eq(f64x2::splat(0.0)).select(dry, dry + added)
}

#[cfg(test)]
mod tests;
