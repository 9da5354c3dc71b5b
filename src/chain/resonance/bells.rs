//! The bank of moving bells that makes the cuts.

use std::f64::consts::{LN_10, PI};

use wide::f64x2;

use crate::dsp::heap::heap_array;
use crate::dsp::ramp::{Glide, KNOT_SAMPLES};

/// Most cuts at a time.
pub const NUM_BELLS: usize = 12;
/// Samples between two updates of the bells, on the grid that begins at the last reset. Twice the other stages' knots:
/// a bell takes 2 ms or more to go anywhere.
pub const BELL_KNOT_SAMPLES: usize = 2 * KNOT_SAMPLES;
/// Time constant of each of the two smoothers of frequency and width, seconds.
const GLIDE_S: f64 = 0.015;
/// A centre that is sent nowhere farther than this stays (14 cents; nothing at these widths), natural logarithm.
const SAME_LN_FREQUENCY: f64 = 0.008;
/// Nearer than this to no cut is none, dB; the rest of a step in gain lies below −115 dB.
const REST_DB: f64 = 1e-5;
/// Two equal one-poles in a row cover 63 % of a step after this many of their time constants.
const TWO_POLE_TIME: f64 = 2.146;
/// The attack is this much slower while the music itself attacks (`dsp.md` section 3, step 7).
const TRANSIENT_FACTOR: f64 = 4.0;
/// Highest centre, as a part of the sample rate.
const MAX_RATIO: f64 = 0.45;

/// What one bell is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// Centre, Hz.
    pub frequency_hz: f64,
    /// Cut, dB, ≥ 0.
    pub cut_db: f64,
}

/// How fast the bells move and how wide they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// Time to 63 % of a cut, seconds.
    pub attack_s: f64,
    /// Time to 63 % of the way back, seconds.
    pub release_s: f64,
    /// Q of the poles: centre over the bandwidth between the points where the bell has done half its way, in gain.
    pub pole_q: f64,
}

/// Bells in a row: each x + k (G − 1) · band-pass(x), G its gain, on a state-variable filter (see [`crate::dsp::svf`]).
///
/// The poles do not depend on the gain, so that a moving cut moves one factor and nothing rings by itself. A bell whose
/// cut is 0 is not there: the bank at rest passes its input itself.
pub struct Bells {
    bells: Box<[Bell; NUM_BELLS]>,
    motion: Motion,
    /// Shares of the way per knot: attack, attack at a transient, release.
    rates: [f64; 3],
    sample_rate_hz: f64,
}

impl Bells {
    /// A bank at rest.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            bells: heap_array(|_| Bell::new(sample_rate_hz)),
            motion: Motion { attack_s: 0.01, release_s: 0.1, pole_q: 8.0 },
            rates: [0.0; 3],
            sample_rate_hz,
        }
    }

    /// Takes how to move from here on.
    pub fn set_motion(&mut self, motion: Motion) {
        self.motion = motion;
        let knot_s = BELL_KNOT_SAMPLES as f64 / self.sample_rate_hz;
        let times_s = [motion.attack_s, TRANSIENT_FACTOR * motion.attack_s, motion.release_s];
        self.rates = times_s.map(|time_s| 1.0 - (-TWO_POLE_TIME * knot_s / time_s.max(1e-4)).exp());
        for bell in &mut *self.bells {
            bell.ln_damping.aim(-motion.pole_q.ln());
        }
    }

    /// Sends bell `idx` to a new place, from where it is; a resting one begins there.
    pub fn aim(&mut self, idx: usize, aim: Aim) {
        let bell = &mut self.bells[idx];
        let ln_frequency = aim.frequency_hz.min(MAX_RATIO * self.sample_rate_hz).ln();
        if bell.is_resting() {
            bell.ln_frequency.jump(ln_frequency);
            bell.ln_damping.jump(-self.motion.pole_q.ln());
            bell.aimed_ln_frequency = ln_frequency;
        } else if (ln_frequency - bell.aimed_ln_frequency).abs() > SAME_LN_FREQUENCY {
            bell.ln_frequency.aim(ln_frequency);
            bell.aimed_ln_frequency = ln_frequency;
        }
        bell.target_db = aim.cut_db;
    }

    /// Centre and present cut of bell `idx`.
    pub fn state(&self, idx: usize) -> Aim {
        let bell = &self.bells[idx];
        Aim { frequency_hz: bell.ln_frequency.value().exp(), cut_db: bell.cut_db }
    }

    /// True when bell `idx` does nothing and is asked for nothing.
    pub fn is_resting(&self, idx: usize) -> bool {
        self.bells[idx].is_resting()
    }

    /// Cut in dB of a bell this many octaves from its centre, as a share of its cut there; for shallow cuts.
    pub fn overlap(&self, octaves: f64) -> f64 {
        let detuning = self.motion.pole_q * (octaves.exp2() - (-octaves).exp2());
        1.0 / (1.0 + detuning * detuning)
    }

    /// True when every bell rests.
    pub fn is_identity(&self) -> bool {
        self.bells.iter().all(Bell::is_resting)
    }

    /// Deepest of the present cuts, dB, ≥ 0.
    pub fn deepest_db(&self) -> f64 {
        self.bells.iter().map(|bell| bell.cut_db).fold(0.0, f64::max)
    }

    /// Gain of the bank as it is now, a power ratio, at the frequency that [`warp`] puts at `place`.
    pub fn power_gain(&self, place: f64) -> f64 {
        self.bells.iter().filter(|bell| bell.m1 != 0.0).map(|bell| bell.power_gain(place)).product()
    }

    /// Where `frequency_hz` lies in the bilinear plane.
    #[cfg(test)]
    pub fn place(&self, frequency_hz: f64) -> f64 {
        warp(frequency_hz, self.sample_rate_hz)
    }

    /// Advances everything that moves, once per [`BELL_KNOT_SAMPLES`]; cuts deepen slower while an attack is heard.
    pub fn move_to_next_knot(&mut self, is_transient: bool) {
        let [attack, slow_attack, release] = self.rates;
        let attack = if is_transient { slow_attack } else { attack };
        for bell in self.bells.iter_mut().filter(|bell| !bell.is_resting()) {
            bell.move_to_next_knot(attack, release, self.sample_rate_hz);
        }
    }

    /// Filters frames between two knots in place.
    pub fn process(&mut self, frames: &mut [f64x2]) {
        let (mut active, mut num_active) = ([0; NUM_BELLS], 0);
        for (idx, _) in self.bells.iter().enumerate().filter(|(_, bell)| !bell.is_resting()) {
            active[num_active] = idx;
            num_active += 1;
        }
        // One bell after the other would wait for each other's results; four at a time fill the time.
        for group in active[..num_active].chunks(4) {
            let is_gliding = group.iter().any(|idx| self.bells[*idx].is_gliding());
            match *group {
                [a, b, c, d] => self.process_group([a, b, c, d], is_gliding, frames),
                [a, b, c] => self.process_group([a, b, c], is_gliding, frames),
                [a, b] => self.process_group([a, b], is_gliding, frames),
                [a] => self.process_group([a], is_gliding, frames),
                _ => {}
            }
        }
    }

    fn process_group<const N: usize>(&mut self, group: [usize; N], is_gliding: bool, frames: &mut [f64x2]) {
        if is_gliding {
            self.process_moving::<N, true>(group, frames);
        } else {
            self.process_moving::<N, false>(group, frames);
        }
    }

    fn process_moving<const N: usize, const IS_GLIDING: bool>(&mut self, group: [usize; N], frames: &mut [f64x2]) {
        let bells = group.map(|idx| self.bells[idx]);
        let mut coefficients = bells.map(|bell| bell.coefficients.map(f64x2::splat));
        let steps = bells.map(|bell| bell.coefficient_steps.map(f64x2::splat));
        let m1_steps = bells.map(|bell| f64x2::splat(bell.m1_step));
        let mut states = bells.map(|bell| [bell.band, bell.low, f64x2::splat(bell.m1)]);
        for frame in frames.iter_mut() {
            let mut x = *frame;
            for idx in 0..N {
                if IS_GLIDING {
                    for (coefficient, step) in coefficients[idx].iter_mut().zip(steps[idx]) {
                        *coefficient += step;
                    }
                }
                let [a1, a2, double_g] = coefficients[idx];
                let [band, low, m1] = &mut states[idx];
                *m1 += m1_steps[idx];
                let v1 = a1 * *band + a2 * (x - *low);
                *band = v1 + v1 - *band;
                *low += double_g * v1;
                x += *m1 * v1;
            }
            *frame = x;
        }
        for ((idx, [band, low, m1]), coefficients) in group.into_iter().zip(states).zip(coefficients) {
            let bell = &mut self.bells[idx];
            (bell.band, bell.low, bell.m1) = (band, low, m1.to_array()[0]);
            if IS_GLIDING {
                bell.coefficients = coefficients.map(|coefficient| coefficient.to_array()[0]);
            }
        }
    }

    /// Back to rest at once.
    pub fn reset(&mut self) {
        self.bells.iter_mut().for_each(|bell| *bell = Bell::new(self.sample_rate_hz));
    }
}

#[derive(Clone, Copy)]
struct Bell {
    ln_frequency: Glide,
    aimed_ln_frequency: f64,
    /// Logarithm of 1/Q of the poles before the warp.
    ln_damping: Glide,
    target_db: f64,
    first_db: f64,
    cut_db: f64,
    g: f64,
    k: f64,
    m1: f64,
    /// a1, a2 and 2 g of the filter (see [`crate::dsp::svf`]), on straight lines between knots.
    coefficients: [f64; 3],
    coefficient_steps: [f64; 3],
    m1_step: f64,
    is_fresh: bool,
    band: f64x2,
    low: f64x2,
}

impl Bell {
    fn new(sample_rate_hz: f64) -> Self {
        // A glide counts in the knots of the other stages.
        let glide_rate_hz = sample_rate_hz * KNOT_SAMPLES as f64 / BELL_KNOT_SAMPLES as f64;
        Self {
            ln_frequency: Glide::new(1000f64.ln(), GLIDE_S, 1e-6, glide_rate_hz),
            aimed_ln_frequency: 1000f64.ln(),
            ln_damping: Glide::new(0.0, GLIDE_S, 1e-6, glide_rate_hz),
            target_db: 0.0,
            first_db: 0.0,
            cut_db: 0.0,
            g: 0.1,
            k: 1.0,
            m1: 0.0,
            coefficients: [0.0; 3],
            coefficient_steps: [0.0; 3],
            m1_step: 0.0,
            is_fresh: true,
            band: f64x2::splat(0.0),
            low: f64x2::splat(0.0),
        }
    }

    fn is_resting(&self) -> bool {
        self.target_db == 0.0 && self.cut_db == 0.0 && self.m1 == 0.0
    }

    /// The poles where frequency and width are now.
    fn poles(&self, sample_rate_hz: f64) -> (f64, f64) {
        let frequency_hz = self.ln_frequency.value().exp();
        // The bilinear transform squeezes a band at w by w / sin w (Bristow-Johnson, cookbook).
        let w = 2.0 * PI * frequency_hz / sample_rate_hz;
        (warp(frequency_hz, sample_rate_hz), self.ln_damping.value().exp() * w / w.sin())
    }

    fn move_to_next_knot(&mut self, attack: f64, release: f64, sample_rate_hz: f64) {
        let num_samples = BELL_KNOT_SAMPLES as f64;
        if self.is_fresh {
            (self.g, self.k) = self.poles(sample_rate_hz);
            self.is_fresh = false;
        }
        self.coefficients = coefficients(self.g, self.k);
        self.coefficient_steps = [0.0; 3];
        let k_before = self.k;
        if !(self.ln_frequency.is_settled() && self.ln_damping.is_settled()) {
            self.ln_frequency.advance();
            self.ln_damping.advance();
            (self.g, self.k) = self.poles(sample_rate_hz);
            let targets = coefficients(self.g, self.k);
            self.coefficient_steps = std::array::from_fn(|idx| (targets[idx] - self.coefficients[idx]) / num_samples);
        }
        let cut_before_db = self.cut_db;
        let follow = |from: &mut f64, to: f64| *from += if to > *from { attack } else { release } * (to - *from);
        follow(&mut self.first_db, self.target_db);
        let first_db = self.first_db;
        follow(&mut self.cut_db, first_db);
        if self.target_db == 0.0 && self.first_db < REST_DB && self.cut_db < REST_DB {
            (self.first_db, self.cut_db) = (0.0, 0.0);
        }
        let is_steady = self.cut_db == cut_before_db && self.k == k_before && self.m1_step == 0.0;
        if !is_steady {
            let m1 = self.k * ((-self.cut_db * LN_10 / 20.0).exp() - 1.0);
            self.m1_step = (m1 - self.m1) / num_samples;
        }
        if self.cut_db == 0.0 && self.target_db == 0.0 {
            // Nothing can be heard of the last hundred-thousandth of a decibel.
            *self = Self { ln_frequency: self.ln_frequency, ln_damping: self.ln_damping, ..Self::new(sample_rate_hz) };
        }
        for state in [&mut self.band, &mut self.low] {
            let tiny = state.abs().simd_lt(f64x2::splat(1e-150));
            *state = tiny.select(f64x2::splat(0.0), *state);
        }
    }

    /// Its poles move until the next knot.
    fn is_gliding(&self) -> bool {
        self.coefficient_steps != [0.0; 3]
    }

    /// |1 + m1 s/g / (s²/g² + k s/g + 1)|² with s = i · `place`.
    fn power_gain(&self, place: f64) -> f64 {
        let u = place / self.g;
        let real = (1.0 - u * u) * (1.0 - u * u);
        let (through, damping) = (u * (self.k + self.m1), u * self.k);
        (real + through * through) / (real + damping * damping)
    }
}

fn coefficients(g: f64, k: f64) -> [f64; 3] {
    let a1 = 1.0 / (1.0 + g * (g + k));
    [a1, g * a1, 2.0 * g]
}

/// `frequency_hz` in the bilinear plane, tan(π f / fs); held below half the sample rate.
pub fn warp(frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    (PI * frequency_hz.min(0.49 * sample_rate_hz) / sample_rate_hz).tan()
}
