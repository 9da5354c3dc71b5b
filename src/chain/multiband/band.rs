//! One band of the multiband stage: its level, its static curve, its ballistics.

use wide::f64x2;

use crate::chain::settings::{Direction, DynamicsSettings};
use crate::dsp::decibels::db_from_power;
use crate::dsp::envelope::{Ballistics, Glides, PeakHold, hold_and_rest, rate, settle_at_zero};
use crate::dsp::gain_curve::{GainCurve, PreparedCurve, slope_from_ratio};

use super::STEP_SAMPLES;

/// The longest hold of a peak: half a period of the lowest note, 30 Hz, seconds.
const LONGEST_HOLD_S: f64 = 1.0 / 60.0;
/// Less power than any level that matters; keeps the logarithm finite.
const LEAST_POWER: f64 = 1e-30;
/// How late the gain follows a rise of the level in the mean, since it looks at steps and moves in lines between them.
const DELAY_SAMPLES: f64 = 0.5 * (STEP_SAMPLES as f64 + 1.0);

/// The static curve of a band.
pub fn gain_curve(settings: &DynamicsSettings) -> GainCurve {
    GainCurve {
        threshold_db: settings.threshold_dbfs,
        slope: slope_from_ratio(settings.ratio),
        knee_db: settings.knee_db,
        range_db: settings.range_db,
        sign: match settings.direction {
            Direction::Down => 1.0,
            Direction::Up => -1.0,
        },
    }
}

const NUM_PARAMETERS: usize = 7;

/// What glides: the curve, the scale of the gain change and all of the make-up.
fn parameters(settings: &DynamicsSettings, amount: f64) -> [f64; NUM_PARAMETERS] {
    let GainCurve { threshold_db, slope, knee_db, range_db, sign } = gain_curve(settings);
    let amount = if settings.enabled { amount } else { 0.0 };
    [threshold_db, slope, knee_db, range_db, sign, amount, amount * settings.makeup_db]
}

/// A band of a stereo pair.
#[derive(Clone, Debug)]
pub(super) struct Band {
    parameters: Glides<NUM_PARAMETERS>,
    curve: PreparedCurve,
    amount: f64x2,
    makeup_db: f64x2,
    ballistics: Ballistics,
    pub hold: PeakHold,
    gain_db: f64x2,
    /// What the static curve asked for last.
    wanted_db: f64x2,
    sample_rate_hz: f64,
}

impl Band {
    pub fn new(sample_rate_hz: f64) -> Self {
        let neutral = GainCurve { threshold_db: 0.0, slope: 0.0, knee_db: 0.0, range_db: 0.0, sign: 1.0 };
        Self {
            parameters: Glides::new(sample_rate_hz),
            curve: neutral.prepare(),
            amount: f64x2::splat(0.0),
            makeup_db: f64x2::splat(0.0),
            ballistics: Ballistics { attack: 1.0, release: 1.0 },
            hold: PeakHold::new(hold_and_rest(LONGEST_HOLD_S, 1.0, sample_rate_hz).0),
            gain_db: f64x2::splat(0.0),
            wanted_db: f64x2::splat(0.0),
            sample_rate_hz,
        }
    }

    /// Takes new settings; `lowest_hz` is the lower end of the band, 0 for the first one.
    pub fn set(&mut self, settings: &DynamicsSettings, amount: f64, lowest_hz: f64, holds_at_once: bool) {
        self.parameters.set(parameters(settings, amount), holds_at_once);
        if holds_at_once {
            self.read_parameters();
        }
        // What lies an octave below the band's end is still heard in it, 24 dB down.
        let wanted_s = if lowest_hz > 0.0 { (1.0 / lowest_hz).min(LONGEST_HOLD_S) } else { LONGEST_HOLD_S };
        let (mut attack_s, mut release_s) = (settings.attack_ms / 1000.0, settings.release_ms / 1000.0);
        // A held peak is late to fall: that is the beginning of a release downward, of an attack upward.
        let falling_s = match settings.direction {
            Direction::Down => &mut release_s,
            Direction::Up => &mut attack_s,
        };
        let (num_knots, rest_s) = hold_and_rest(wanted_s, *falling_s, self.sample_rate_hz);
        // It falls at a step; a rising one comes between two.
        *falling_s = rest_s + DELAY_SAMPLES / self.sample_rate_hz;
        self.hold.set_hold(num_knots);
        let delay_s = DELAY_SAMPLES / self.sample_rate_hz;
        let rate = |time_s: f64| rate(time_s - delay_s, self.sample_rate_hz / STEP_SAMPLES as f64);
        self.ballistics = Ballistics { attack: rate(attack_s), release: rate(release_s) };
    }

    /// Forgets what it heard.
    pub fn forget(&mut self) {
        self.hold.reset();
        (self.gain_db, self.wanted_db) = (f64x2::splat(0.0), f64x2::splat(0.0));
    }

    pub fn move_to_next_knot(&mut self) {
        if self.parameters.move_to_next_knot() {
            self.read_parameters();
        }
        self.hold.end_knot();
        self.gain_db = settle_at_zero(self.gain_db, self.wanted_db);
    }

    fn read_parameters(&mut self) {
        let [threshold_db, slope, knee_db, range_db, sign, amount, makeup_db] = *self.parameters.values();
        self.curve = GainCurve { threshold_db, slope, knee_db, range_db, sign }.prepare();
        (self.amount, self.makeup_db) = (f64x2::splat(amount), f64x2::splat(makeup_db));
    }

    /// Every [`STEP_SAMPLES`]: the gain of the band in dB, make-up included. `unlinked` is the share of each
    /// channel's own gain.
    #[inline(always)]
    pub fn advance(&mut self, unlinked: f64x2) -> f64x2 {
        if self.parameters.is_moving() {
            self.parameters.advance(STEP_SAMPLES as f64);
            self.read_parameters();
        }
        let peak = self.hold.peak();
        let own = self.curve.gain_db(db_from_power((peak * peak).fast_max(f64x2::splat(LEAST_POWER))));
        // Up- and downward, the gain falls with the level: the louder channel has the lower one.
        let [own_left, own_right] = own.to_array();
        let louder = own.fast_min(f64x2::from([own_right, own_left]));
        self.wanted_db = louder + unlinked * (own - louder);
        self.gain_db = self.ballistics.advance(self.gain_db, self.wanted_db);
        self.amount * self.gain_db + self.makeup_db
    }

    /// The make-up as it is now, dB.
    pub fn makeup_db(&self) -> f64x2 {
        self.makeup_db
    }

    /// The larger of the two channels' gain changes, make-up left out, dB.
    pub fn change_db(&self) -> f64 {
        let [left, right] = (self.amount * self.gain_db).to_array();
        if left.abs() > right.abs() { left } else { right }
    }
}
