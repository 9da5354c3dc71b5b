//! The equalizer: eight bands in a row, each a short cascade of matched sections on a part of the stereo signal.

mod band;
mod cascade;
mod curve;
mod lane;
mod linear;
mod makeup;
mod movement;
mod serial;
mod still;
#[cfg(test)]
mod tests;

use wide::f64x2;

use super::settings::{EqualizerSettings, LatencyMode, NUM_BANDS};
use crate::dsp::heap::on_heap;
use crate::dsp::ramp::{Fade, KNOT_SAMPLES};
pub use cascade::{MAX_SECTIONS, tilt_db};
pub use curve::{BandCurve, band_response_db, response_db};
use linear::LinearPhase;
use makeup::MakeUp;
pub use makeup::auto_makeup_db;
use serial::Serial;

/// Length of every crossfade of the stage, seconds.
const FADE_S: f64 = 0.02;

/// Stage 2. Minimum phase without latency, or linear phase in [`LatencyMode::Linear`].
///
/// Frequency, gain, q and make-up glide; whatever else changes crossfades. Everything moves on a grid of
/// [`KNOT_SAMPLES`] counted from the last reset, so the division into blocks cannot be heard or measured.
///
/// In linear phase the bands at rest are one finite impulse response, and what dynamic bands move is done by
/// minimum-phase bands after it, which do nothing while nothing moves.
pub struct Equalizer {
    serial: Serial,
    linear: Option<Box<LinearPhase>>,
    makeup: MakeUp,
    switch: Fade,
    position: usize,
    is_fresh: bool,
    is_resting: bool,
}

impl Equalizer {
    /// An equalizer that does nothing until it is set.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode) -> Self {
        Self {
            serial: Serial::new(sample_rate_hz),
            linear: (latency_mode == LatencyMode::Linear).then(|| on_heap(|| LinearPhase::new(sample_rate_hz))),
            makeup: MakeUp::new(sample_rate_hz),
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            position: 0,
            is_fresh: true,
            is_resting: true,
        }
    }

    /// Takes new settings; `amount` (0–2) scales the gains, at 0 the stage is off. Real-time safe.
    ///
    /// Before the first sample after `new` or `reset` they hold at once, later they glide.
    pub fn set(&mut self, settings: &EqualizerSettings, amount: f64) {
        let is_on = settings.enabled && amount > 0.0;
        if is_on {
            // A stage that comes back from silence starts with its new settings under the fade.
            let holds_at_once = self.is_fresh || self.switch.is_zero();
            if let Some(linear) = &mut self.linear {
                linear.set(&settings.bands, amount, self.is_fresh);
                self.serial.set(&settings.bands.map(linear::moving_part), amount, holds_at_once);
            } else {
                self.serial.set(&settings.bands, amount, holds_at_once);
            }
            self.makeup.set(settings, amount, holds_at_once);
        }
        self.switch.go(is_on, self.is_fresh);
        self.is_resting = false;
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.is_fresh = self.is_fresh && left.is_empty();
        let mut done = 0;
        while done < left.len() {
            if self.position == 0 && !self.is_resting && !self.switch.is_zero() {
                self.is_resting = true;
                self.is_resting &= !self.serial.move_to_next_knot();
                self.is_resting &= !self.makeup.move_to_next_knot();
            }
            let run = (KNOT_SAMPLES - self.position).min(left.len() - done);
            let is_working = self.linear.is_some() || self.serial.is_working() || self.makeup.is_active();
            if is_working && (self.linear.is_some() || !self.switch.is_zero()) {
                self.process_run(&mut left[done..done + run], &mut right[done..done + run]);
            } else if !self.switch.is_zero() && !self.switch.is_one() {
                (0..run).for_each(|_| _ = self.switch.advance());
            }
            self.position = (self.position + run) % KNOT_SAMPLES;
            done += run;
        }
    }

    /// Back to the state of a new equalizer.
    pub fn reset(&mut self) {
        self.serial.reset();
        if let Some(linear) = &mut self.linear {
            linear.reset();
        }
        self.makeup.reset();
        self.switch.jump(false);
        self.position = 0;
        self.is_fresh = true;
        self.is_resting = true;
    }

    /// Does at once what the settings need before their first sample; takes milliseconds, so never on the audio thread.
    pub fn finish_design(&mut self) {
        if let Some(linear) = &mut self.linear {
            linear.finish_design();
        }
    }

    /// Right after the first settings, where nobody hears what comes out at first: lets a linear phase take its time over its
    /// design. Returns how many samples of what comes out are not to be heard.
    pub fn take_time(&mut self) -> usize {
        self.linear.as_mut().map_or(0, |linear| linear.take_time())
    }

    /// 0, or the delay of the linear phase: 2560 samples up to 50 kHz, twice that up to 100 kHz, 4 times up to
    /// 200 kHz, else 8 times.
    pub fn latency_samples(&self) -> usize {
        self.linear.as_ref().map_or(0, |linear| linear.latency_samples())
    }

    /// Movement of each dynamic band away from its static gain at the end of the last [`Self::process`], dB.
    pub fn movements_db(&self) -> [f64; NUM_BANDS] {
        if self.switch.is_zero() { [0.0; NUM_BANDS] } else { self.serial.movements_db() }
    }

    /// Between two knots.
    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) {
        let mut wet = [f64x2::splat(0.0); KNOT_SAMPLES];
        let wet = &mut wet[..left.len()];
        if self.linear.is_none() && self.switch.is_one() && !self.serial.is_listening() {
            // Nobody asks for what came in.
            join(left, right, wet);
            self.serial.process(wet, &[], self.position == 0);
            self.makeup.process(wet);
            part(wet, left, right);
            return;
        }
        let mut dry = [f64x2::splat(0.0); KNOT_SAMPLES];
        let dry = &mut dry[..left.len()];
        join(left, right, dry);
        if let Some(linear) = &mut self.linear {
            linear.process(dry, wet, self.position == 0);
        } else {
            wet.copy_from_slice(dry);
        }
        if !self.switch.is_zero() {
            self.serial.process(wet, dry, self.position == 0);
            self.makeup.process(wet);
        }
        if self.switch.is_zero() {
            wet.copy_from_slice(dry);
        } else if !self.switch.is_one() {
            for (wet, dry) in wet.iter_mut().zip(dry.iter()) {
                let weight = self.switch.advance();
                // Exact at the end: the run may be longer than the fade.
                if weight < 1.0 {
                    *wet = *dry + f64x2::splat(weight) * (*wet - *dry);
                }
            }
        }
        part(wet, left, right);
    }
}

fn join(left: &[f64], right: &[f64], frames: &mut [f64x2]) {
    for (frame, (l, r)) in frames.iter_mut().zip(left.iter().zip(right)) {
        *frame = f64x2::from([*l, *r]);
    }
}

fn part(frames: &[f64x2], left: &mut [f64], right: &mut [f64]) {
    for (frame, (l, r)) in frames.iter().zip(left.iter_mut().zip(right)) {
        [*l, *r] = frame.to_array();
    }
}
