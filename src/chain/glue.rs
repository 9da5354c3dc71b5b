//! The bus compressor.
//!
//! Feed-forward, in decibels: key filter, detector, static curve, link, ballistics, in this order (Giannoulis,
//! Massberg, Reiss, *Digital Dynamic Range Compressor Design*, JAES 60(6) 2012).

mod detector;
mod makeup;
#[cfg(test)]
mod tests;

use wide::f64x2;

use super::settings::{Detector, GlueSettings};
use crate::dsp::decibels::{db_from_power, gain_from_db};
use crate::dsp::envelope::{Ballistics, Glides, PeakHold, SlowRelease, hold_and_rest, rate, settle_at_zero};
use crate::dsp::gain_curve::{GainCurve, PreparedCurve, slope_from_ratio};
use crate::dsp::ramp::{Fade, Glide, KNOT_SAMPLES};
use detector::{KeyFilter, MeanPower};
pub use makeup::auto_makeup_db;

/// Length of the crossfade that switches the stage, seconds.
const FADE_S: f64 = 0.02;
/// The peak detector holds a peak for half a period of the lowest note that it must not follow, 50 Hz, seconds.
const HOLD_S: f64 = 0.01;
/// Corners of the key filter at or below this are no filter, Hz.
const HIGHPASS_OFF_HZ: f64 = 20.0;
/// Less power than any level that matters; keeps the logarithm finite.
const LEAST_POWER: f64 = 1e-30;

/// The static curve of the stage.
pub fn gain_curve(settings: &GlueSettings) -> GainCurve {
    GainCurve {
        threshold_db: settings.threshold_dbfs,
        slope: slope_from_ratio(settings.ratio),
        knee_db: settings.knee_db,
        range_db: f64::MAX,
        sign: 1.0,
    }
}

const NUM_PARAMETERS: usize = 10;

/// What glides, in the order that [`Parameters`] reads it.
fn parameters(settings: &GlueSettings, amount: f64) -> [f64; NUM_PARAMETERS] {
    let GainCurve { threshold_db, slope, knee_db, .. } = gain_curve(settings);
    let auto_db = if settings.auto_makeup { auto_makeup_db(settings) } else { 0.0 };
    let share = |is_on: bool| f64::from(u8::from(is_on));
    [
        threshold_db,
        slope,
        knee_db,
        1.0 - settings.link_percent / 100.0,
        settings.mix_percent / 100.0,
        amount,
        amount * (settings.makeup_db + auto_db),
        share(settings.auto_release),
        share(settings.detector == Detector::Rms),
        share(settings.sidechain_highpass_hz > HIGHPASS_OFF_HZ),
    ]
}

/// What glides, ready for use.
struct Parameters {
    curve: PreparedCurve,
    /// 1 − link.
    unlinked: f64x2,
    /// Share of the compressed signal.
    mix: f64x2,
    /// Scale of the reduction.
    amount: f64x2,
    /// All of the make-up, scaled.
    makeup_db: f64x2,
    /// Share of the slow release.
    slow: f64x2,
    /// Share of the mean power against the peak.
    rms: f64x2,
    /// Share of the filtered key.
    highpass: f64x2,
}

impl Parameters {
    #[inline(always)]
    fn new(values: &[f64; NUM_PARAMETERS]) -> Self {
        let [threshold_db, slope, knee_db, others @ ..] = *values;
        let curve = GainCurve { threshold_db, slope, knee_db, range_db: f64::MAX, sign: 1.0 }.prepare();
        let [unlinked, mix, amount, makeup_db, slow, rms, highpass] = others.map(f64x2::splat);
        Self { curve, unlinked, mix, amount, makeup_db, slow, rms, highpass }
    }
}

/// Stage 5. No latency.
///
/// Everything that shapes the gain glides on a grid of [`KNOT_SAMPLES`] counted from the last reset. Attack and release
/// are times to 63 % with the peak detector; the window of the RMS detector adds its own.
pub struct Glue {
    sample_rate_hz: f64,
    parameters: Glides<NUM_PARAMETERS>,
    ballistics: Ballistics,
    key_filter: KeyFilter,
    ln_highpass: Glide,
    peak: PeakHold,
    mean: MeanPower,
    slow_release: SlowRelease,
    reduction: f64x2,
    /// What the static curve asked for last.
    wanted: f64x2,
    largest: f64x2,
    switch: Fade,
    position: usize,
    is_fresh: bool,
}

impl Glue {
    /// A stage that does nothing until it is set.
    pub fn new(sample_rate_hz: f64) -> Self {
        let zero = f64x2::splat(0.0);
        Self {
            sample_rate_hz,
            parameters: Glides::new(sample_rate_hz),
            ballistics: Ballistics { attack: 1.0, release: 1.0 },
            key_filter: KeyFilter::new(),
            ln_highpass: Glide::new(HIGHPASS_OFF_HZ.ln(), FADE_S, 1e-6, sample_rate_hz),
            peak: PeakHold::new(hold_and_rest(HOLD_S, 1.0, sample_rate_hz).0),
            mean: MeanPower::new(sample_rate_hz),
            slow_release: SlowRelease::new(sample_rate_hz / KNOT_SAMPLES as f64),
            reduction: zero,
            wanted: zero,
            largest: zero,
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            position: 0,
            is_fresh: true,
        }
    }

    /// Takes new settings; `amount` (0–2) scales what it does, at 0 the stage is off. Real-time safe.
    ///
    /// Before the first sample after `new` or `reset` they hold at once, later they glide.
    pub fn set(&mut self, settings: &GlueSettings, amount: f64) {
        let is_on = settings.enabled && amount > 0.0;
        if is_on {
            // A stage that comes back from silence starts anew under the fade.
            let holds_at_once = self.is_fresh || self.switch.is_zero();
            if holds_at_once {
                self.forget();
            }
            self.aim(settings, amount, holds_at_once);
        }
        self.switch.go(is_on, self.is_fresh);
    }

    fn aim(&mut self, settings: &GlueSettings, amount: f64, holds_at_once: bool) {
        let release_s = settings.release_ms / 1000.0;
        let (num_knots, rest_s) = hold_and_rest(HOLD_S, release_s, self.sample_rate_hz);
        let is_peak = settings.detector == Detector::Peak;
        self.peak.set_hold(num_knots);
        self.ballistics = Ballistics {
            attack: rate(settings.attack_ms / 1000.0, self.sample_rate_hz),
            release: rate(if is_peak { rest_s } else { release_s }, self.sample_rate_hz),
        };
        self.parameters.set(parameters(settings, amount), holds_at_once);
        let ln_highpass = settings.sidechain_highpass_hz.max(HIGHPASS_OFF_HZ).ln();
        if holds_at_once {
            self.ln_highpass.jump(ln_highpass);
            self.key_filter.set(ln_highpass.exp(), self.sample_rate_hz);
        } else {
            self.ln_highpass.aim(ln_highpass);
        }
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.is_fresh = self.is_fresh && left.is_empty();
        self.largest = f64x2::splat(0.0);
        let mut done = 0;
        while done < left.len() {
            let run = (KNOT_SAMPLES - self.position).min(left.len() - done);
            if !self.switch.is_zero() {
                if self.position == 0 {
                    self.move_to_next_knot();
                }
                let (left, right) = (&mut left[done..done + run], &mut right[done..done + run]);
                if self.parameters.is_moving() {
                    for (l, r) in left.chunks_mut(1).zip(right.chunks_mut(1)) {
                        self.parameters.advance(1.0);
                        self.process_run(l, r);
                    }
                } else {
                    self.process_run(left, right);
                }
            }
            self.position = (self.position + run) % KNOT_SAMPLES;
            done += run;
        }
    }

    /// Back to the state of a new stage.
    pub fn reset(&mut self) {
        self.forget();
        self.switch.jump(false);
        self.largest = f64x2::splat(0.0);
        self.position = 0;
        self.is_fresh = true;
    }

    /// Always 0.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// Largest gain reduction of the last [`Self::process`], make-up and mix left out, dB, ≥ 0.
    pub fn reduction_db(&self) -> f64 {
        let [left, right] = self.largest.to_array();
        left.max(right)
    }

    /// Forgets what it heard.
    fn forget(&mut self) {
        let zero = f64x2::splat(0.0);
        self.key_filter.reset();
        self.peak.reset();
        self.mean.reset();
        self.slow_release.reset();
        (self.reduction, self.wanted) = (zero, zero);
    }

    fn move_to_next_knot(&mut self) {
        self.parameters.move_to_next_knot();
        if !self.ln_highpass.is_settled() {
            self.key_filter.set(self.ln_highpass.advance().exp(), self.sample_rate_hz);
        }
        self.peak.end_knot();
        self.mean.end_knot();
        self.key_filter.settle();
        self.slow_release.advance(self.reduction, self.wanted);
        self.reduction = settle_at_zero(self.reduction, self.wanted);
    }

    /// At most up to the next knot, with the parameters as they are.
    ///
    /// One thing after the other for the whole run: only filters and ballistics must wait for their last sample.
    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) {
        let parameters = Parameters::new(self.parameters.values());
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let values = &mut buffer[..left.len()];
        self.read_power(&parameters, left, right, values);
        for value in values.iter_mut() {
            *value = wanted_reduction_db(&parameters, *value);
        }
        self.follow(&parameters, values);
        for (value, (l, r)) in values.iter().zip(left.iter_mut().zip(right)) {
            let one = f64x2::splat(1.0);
            let gain = gain_from_db(parameters.makeup_db - parameters.amount * *value);
            let weight = if self.switch.is_one() { 1.0 } else { self.switch.advance() };
            let mixed = one + f64x2::splat(weight) * parameters.mix * (gain - one);
            [*l, *r] = (f64x2::from([*l, *r]) * mixed).to_array();
        }
    }

    /// Key filter and detector.
    fn read_power(&mut self, parameters: &Parameters, left: &[f64], right: &[f64], powers: &mut [f64x2]) {
        for (power, (l, r)) in powers.iter_mut().zip(left.iter().zip(right)) {
            let frame = f64x2::from([*l, *r]);
            let key = frame + parameters.highpass * (self.key_filter.process(frame) - frame);
            self.peak.push(key);
            let peak = self.peak.peak();
            let peak_power = peak * peak;
            *power = peak_power + parameters.rms * (self.mean.push(key) - peak_power);
        }
    }

    /// Ballistics: from the wanted reductions to the real ones.
    fn follow(&mut self, parameters: &Parameters, values: &mut [f64x2]) {
        let slow_floor = parameters.slow * self.slow_release.floor();
        let (ballistics, mut reduction, mut largest) = (self.ballistics, self.reduction, f64x2::splat(0.0));
        for value in values.iter_mut() {
            self.wanted = *value;
            reduction = ballistics.advance_above(reduction, *value, slow_floor.fast_max(*value));
            largest = largest.fast_max(reduction);
            *value = reduction;
        }
        self.reduction = reduction;
        self.largest = self.largest.fast_max(parameters.amount * largest);
    }
}

/// Static curve and link.
#[inline(always)]
fn wanted_reduction_db(parameters: &Parameters, power: f64x2) -> f64x2 {
    let level_db = db_from_power(power.fast_max(f64x2::splat(LEAST_POWER)));
    let own = parameters.curve.reduction_db(level_db);
    let [own_left, own_right] = own.to_array();
    let louder = own.fast_max(f64x2::from([own_right, own_left]));
    louder + parameters.unlinked * (own - louder)
}
