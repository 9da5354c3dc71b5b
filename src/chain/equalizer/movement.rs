//! What makes a dynamic band move: how loud its range is within the whole, and how its gain follows.

use std::f64::consts::{PI, SQRT_2};

use wide::f64x2;

use super::band::Dynamics;
use super::lane::{GLIDE_S, extract};
use crate::chain::settings::{BandChannel, BandShape};
use crate::dsp::ramp::{Glide, KNOT_SAMPLES};
use crate::dsp::sliding_sum::SlidingSum;
use crate::dsp::svf::{Coefficients, Section};
use crate::dsp::units::db_from_power;

/// Both levels are means over this long, seconds.
const WINDOW_S: f64 = 0.3;
/// K-weighted mean square below which there is nothing to follow: −240 dBFS.
const SILENCE_POWER: f64 = 1e-24;
/// Width of the bends where the gain begins to move and where it arrives, dB.
const KNEE_DB: f64 = 3.0;
/// Nearer than this to where it goes, a movement is there, dB.
const TOLERANCE_DB: f64 = 1e-5;

/// What there is to hear in at most [`KNOT_SAMPLES`] frames between two knots.
pub(super) struct Heard<'a> {
    /// The stage's input.
    pub input: &'a [f64x2],
    /// The same K-weighted.
    pub weighted: &'a [f64x2],
    /// Sum of its squares since the last knot: the same for all bands that work on both channels alike.
    pub weighted_squares: f64x2,
}

/// Listens to the stage's input in the band's own range and part of the stereo signal.
///
/// The range is a band-pass with the band's frequency and q for bells, a second-order Butterworth low- or high-pass at
/// its frequency for shelves. Its power and the K-weighted power of the same part are summed over the same 300 ms; their
/// ratio does not depend on the level. Listening to the stage's input, not the band's, makes bands independent of each
/// other's settings and order.
pub(super) struct Movement {
    /// 1 while the band is dynamic; fades the movement where that changes.
    presence: Glide,
    threshold_db: Glide,
    range_db: Glide,
    filter: Section,
    is_filter_moving: bool,
    /// Sums since the last knot: squares in the range, K-weighted squares.
    squares: [f64x2; 2],
    window: SlidingSum,
    silence: f64,
    movement_db: f64,
    is_listening: bool,
    sample_rate_hz: f64,
}

impl Movement {
    pub fn new(sample_rate_hz: f64) -> Self {
        let glide = |tolerance| Glide::new(0.0, GLIDE_S, tolerance, sample_rate_hz);
        let window = SlidingSum::new((WINDOW_S * sample_rate_hz / KNOT_SAMPLES as f64).round() as usize);
        Self {
            presence: glide(1e-6),
            threshold_db: glide(1e-5),
            range_db: glide(1e-5),
            filter: Section::new(Coefficients::IDENTITY),
            is_filter_moving: false,
            squares: [f64x2::splat(0.0); 2],
            silence: SILENCE_POWER * (window.num_items() * KNOT_SAMPLES) as f64,
            window,
            movement_db: 0.0,
            is_listening: false,
            sample_rate_hz,
        }
    }

    /// Whether it hears; only then has it to be told the signal.
    pub fn is_listening(&self) -> bool {
        self.is_listening
    }

    /// Hears nothing and has moved nothing, until [`Self::advance`] finds something to do.
    pub fn rest(&mut self) {
        self.is_listening = false;
        self.movement_db = 0.0;
    }

    /// Begins to listen at once if there is anything to do; what it moves holds at once or fades in.
    pub fn start(&mut self, wanted: &Dynamics, shape: BandShape, [frequency_hz, q]: [f64; 2], holds_at_once: bool) {
        self.rest();
        if !wanted.moves() {
            return;
        }
        self.presence.jump(if holds_at_once { 1.0 } else { 0.0 });
        self.threshold_db.jump(wanted.threshold_db);
        self.range_db.jump(wanted.range_db);
        self.filter = Section::new(self.range_of(shape, frequency_hz, q));
        self.is_filter_moving = false;
        self.squares = [f64x2::splat(0.0); 2];
        self.window.reset();
        self.is_listening = true;
    }

    /// At a knot: takes in what was heard since the last one and returns the movement to be reached at the next, dB.
    /// `has_moved` says whether frequency or q moved.
    pub fn advance(&mut self, wanted: &Dynamics, shape: BandShape, place: [f64; 2], has_moved: bool) -> f64 {
        if !self.is_listening {
            self.start(wanted, shape, place, false);
            return 0.0;
        }
        if has_moved || self.is_filter_moving {
            let [frequency_hz, q] = place;
            self.filter.aim(self.range_of(shape, frequency_hz, q));
            self.is_filter_moving = has_moved;
        }
        self.filter.settle();
        let [heard, weighted] = self.squares;
        self.squares = [f64x2::splat(0.0); 2];
        let [heard, weighted] = self.window.push(f64x2::from([heard.reduce_add(), weighted.reduce_add()])).to_array();

        self.presence.aim(if wanted.is_on { 1.0 } else { 0.0 });
        self.threshold_db.aim(wanted.threshold_db);
        self.range_db.aim(wanted.range_db);
        let presence = self.presence.advance();
        let (threshold_db, range_db) = (self.threshold_db.advance(), self.range_db.advance());
        let target_db = if weighted > self.silence {
            target_db(db_from_power(heard / weighted) - threshold_db, range_db)
        } else {
            0.0
        };
        self.movement_db = follow(self.movement_db, target_db, wanted, self.sample_rate_hz);
        if !wanted.moves() && presence * self.movement_db == 0.0 && self.range_db.is_settled() {
            self.rest();
        }
        presence * self.movement_db
    }

    /// Hears frames between two knots.
    pub fn listen(&mut self, heard: &Heard, channel: BandChannel) {
        let Heard { input, weighted, weighted_squares } = *heard;
        let [in_range, all] = &mut self.squares;
        if channel == BandChannel::Stereo {
            *all = weighted_squares;
            self.filter.add_squares(input, in_range);
            return;
        }
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let part = &mut buffer[..input.len()];
        extract(weighted, channel, part);
        part.iter().for_each(|weighted| *all += *weighted * *weighted);
        extract(input, channel, part);
        self.filter.add_squares(part, in_range);
    }

    /// The filter that hears the band's range; 0 dB in the middle of it.
    fn range_of(&self, shape: BandShape, frequency_hz: f64, q: f64) -> Coefficients {
        let g = (PI * (frequency_hz / self.sample_rate_hz).clamp(1e-5, 0.4535)).tan();
        let plain = Coefficients { g, ..Coefficients::IDENTITY };
        match shape {
            BandShape::LowShelf => Coefficients { k: SQRT_2, m0: 0.0, m1: 0.0, m2: 1.0, ..plain },
            BandShape::HighShelf => Coefficients { k: SQRT_2, m0: 1.0, m1: -SQRT_2, m2: -1.0, ..plain },
            _ => Coefficients { k: 1.0 / q, m0: 0.0, m1: 1.0 / q, m2: 0.0, ..plain },
        }
    }
}

/// Where the gain goes when the level is `over_db` over the threshold: as far as it is over, up to the range.
///
/// Exactly 0 up to the threshold; from there a bend of w = min(3 dB, |range|) to a slope of 1, and before the range the
/// same bend back to 0, so that the whole range is reached at |range| + w over the threshold.
fn target_db(over_db: f64, range_db: f64) -> f64 {
    let range = range_db.abs();
    let knee = KNEE_DB.min(range);
    let moved = if over_db <= 0.0 || range == 0.0 {
        return 0.0;
    } else if over_db < knee {
        over_db * over_db / (2.0 * knee)
    } else if over_db < range {
        over_db - knee / 2.0
    } else if over_db < range + knee {
        range - (range + knee - over_db).powi(2) / (2.0 * knee)
    } else {
        range
    };
    moved.copysign(range_db)
}

/// One knot of smooth branching (Giannoulis, Massberg, Reiss 2012): attack away from 0, release back to it.
fn follow(movement_db: f64, target_db: f64, wanted: &Dynamics, sample_rate_hz: f64) -> f64 {
    if (target_db - movement_db).abs() < TOLERANCE_DB {
        return target_db;
    }
    let is_attack = target_db.abs() > movement_db.abs();
    let time_s = if is_attack { wanted.attack_ms } else { wanted.release_ms } / 1000.0;
    let rate = 1.0 - (-(KNOT_SAMPLES as f64) / (time_s * sample_rate_hz)).exp();
    movement_db + rate * (target_db - movement_db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_begins_at_the_threshold_and_ends_at_the_range() {
        for range_db in [-12.0, -3.0, -1.0, 2.0, 18.0] {
            let range = f64::abs(range_db);
            let knee = KNEE_DB.min(range);
            assert_eq!(target_db(-1.0, range_db), 0.0);
            assert_eq!(target_db(0.0, range_db), 0.0);
            assert_eq!(target_db(range + knee, range_db), range_db);
            assert_eq!(target_db(f64::INFINITY, range_db), range_db);
            assert!((target_db(0.5 * (range + knee), range_db) - 0.5 * range_db).abs() < 1e-12);
            // Slope between 0 and 1, no jumps.
            for idx in 0..2000 {
                let x = f64::from(idx) * 0.02;
                let slope = (target_db(x + 0.02, range_db) - target_db(x, range_db)).abs() / 0.02;
                assert!(slope <= 1.0 + 1e-9, "{range_db} {x}: {slope}");
            }
        }
        assert_eq!(target_db(10.0, 0.0), 0.0);
    }

    #[test]
    fn attack_and_release_take_their_time() {
        // From the moment where the measured level calls for another gain until 63 % of the way is done.
        for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            for (attack_ms, release_ms) in [(1.0, 10.0), (5.0, 50.0), (20.0, 200.0), (500.0, 2000.0)] {
                let wanted = Dynamics { is_on: true, threshold_db: 0.0, range_db: -6.0, attack_ms, release_ms };
                let time_ms = |start: f64, target: f64| {
                    let goal = 1.0 - (-1.0f64).exp();
                    let share = |movement: f64| (movement - start) / (target - start);
                    let (mut movement, mut num_knots) = (start, 0.0);
                    loop {
                        let next = follow(movement, target, &wanted, rate);
                        if share(next) >= goal {
                            let part = (goal - share(movement)) / (share(next) - share(movement));
                            break (num_knots + part) * KNOT_SAMPLES as f64 / rate * 1000.0;
                        }
                        (movement, num_knots) = (next, num_knots + 1.0);
                    }
                };
                let (attack, release) = (time_ms(0.0, -6.0), time_ms(-6.0, 0.0));
                assert!((attack / attack_ms - 1.0).abs() < 0.05, "{rate} {attack_ms}: {attack}");
                assert!((release / release_ms - 1.0).abs() < 0.05, "{rate} {release_ms}: {release}");
            }
        }
    }
}
