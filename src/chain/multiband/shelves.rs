//! The filters that give four bands their gains: a shelf at each crossover.

use std::f64::consts::SQRT_2;

use wide::f64x2;

use crate::chain::settings::NUM_SPLITS;
use crate::dsp::crossover::{NUM_CROSSOVERS, warped};
use crate::dsp::decibels::gain_from_db;

/// A square matrix over the crossovers.
type Matrix = [[f64; NUM_CROSSOVERS]; NUM_CROSSOVERS];

/// What the differences between neighbouring bands' gains make of the shelves' gains, in dB.
///
/// A shelf alone would have the very difference. But its slope reaches into the bands beside it: at small gains it is
/// r⁴ / (1 + r⁴) of its gain at r times its crossover. Two steps of iteration take most of what that does to the
/// middles of the bands away; they stop short of the exact solution, which for narrow bands is a set of huge shelves
/// against each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mixing {
    matrix: Matrix,
}

impl Mixing {
    const NUM_STEPS: usize = 2;

    /// For crossovers in the bilinear plane.
    pub fn new(warped: [f64; NUM_CROSSOVERS]) -> Self {
        // Gain of the middle of band `band` (1 … 3; the last one has no upper end) per dB of shelf `shelf`.
        let reach: Matrix = std::array::from_fn(|band_idx| {
            std::array::from_fn(|shelf| match warped.get(band_idx + 1) {
                Some(upper) => {
                    let ratio = (warped[band_idx] * upper).sqrt() / warped[shelf];
                    ratio.powi(4) / (1.0 + ratio.powi(4))
                }
                None => 1.0,
            })
        });
        let mut matrix: Matrix = std::array::from_fn(|row| std::array::from_fn(|column| f64::from(row == column)));
        for _ in 0..Self::NUM_STEPS {
            // What is missing in the middles of the bands for a difference of 1 dB at `column`, as differences again.
            let missing: Matrix = std::array::from_fn(|band_idx| {
                std::array::from_fn(|column| {
                    let reached: f64 =
                        (0..NUM_CROSSOVERS).map(|shelf| reach[band_idx][shelf] * matrix[shelf][column]).sum();
                    f64::from(column <= band_idx) - reached
                })
            });
            for row in 0..NUM_CROSSOVERS {
                for column in 0..NUM_CROSSOVERS {
                    let below = if row == 0 { 0.0 } else { missing[row - 1][column] };
                    matrix[row][column] += missing[row][column] - below;
                }
            }
        }
        Self { matrix }
    }

    /// Gains of the shelves in dB for those of the bands; exactly 0 when these are equal.
    #[inline(always)]
    pub fn shelf_gains_db(&self, gains_db: &[f64x2; NUM_SPLITS]) -> [f64x2; NUM_CROSSOVERS] {
        let [first, second, third, fourth] = *gains_db;
        let differences = [second - first, third - second, fourth - third];
        self.matrix.map(|[a, b, c]| {
            let [a, b, c] = [a, b, c].map(f64x2::splat);
            a * differences[0] + b * differences[1] + c * differences[2]
        })
    }
}

/// Coefficients of a high shelf as a state-variable filter, for two channels: a1, a2, a3, m0, m1, m2.
type Shelf = [f64x2; 6];

/// High shelf of the cookbook with a Butterworth slope, its middle at `warped` in the bilinear plane (Simper, *Linear
/// trapezoidal integrated SVF*), times `scale`.
#[inline(always)]
fn design(warped: f64, gain_db: f64x2, scale: f64x2) -> Shelf {
    let (one, damping) = (f64x2::splat(1.0), f64x2::splat(SQRT_2));
    let root = gain_from_db(f64x2::splat(0.25) * gain_db);
    let amplitude = root * root;
    let g = f64x2::splat(warped) * root;
    let a1 = one / (one + g * (g + damping));
    let a2 = g * a1;
    let square = amplitude * amplitude;
    [a1, a2, g * a2, scale * square, scale * (damping * (one - amplitude) * amplitude), scale * (one - square)]
}

/// A running shelf.
#[derive(Clone, Debug)]
struct Section {
    now: Shelf,
    next: Shelf,
    step: Shelf,
    band: f64x2,
    low: f64x2,
}

/// The shelves in a row, moving in straight lines between gains that come every few samples.
///
/// A straight line between two sets of coefficients stays stable, see [`crate::dsp::crossover`].
#[derive(Clone, Debug)]
pub(super) struct Shelves {
    sections: [Section; NUM_CROSSOVERS],
    mixing: Mixing,
    warped: [f64; NUM_CROSSOVERS],
    gains_db: [f64x2; NUM_SPLITS],
    kind: Kind,
    is_redesigned: bool,
}

/// What the shelves do until they are aimed again.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Identity,
    Resting,
    Moving,
}

impl Shelves {
    /// Neutral, to be set with [`Self::jump`].
    pub fn new() -> Self {
        let zero = f64x2::splat(0.0);
        let neutral = design(0.1, zero, f64x2::splat(1.0));
        let section = Section { now: neutral, next: neutral, step: [zero; 6], band: zero, low: zero };
        Self {
            sections: std::array::from_fn(|_| section.clone()),
            mixing: Mixing::new([0.01, 0.1, 1.0]),
            warped: [0.01, 0.1, 1.0],
            gains_db: [zero; NUM_SPLITS],
            kind: Kind::Identity,
            is_redesigned: false,
        }
    }

    /// Crossovers in the bilinear plane, reached by the end of the next line.
    pub fn set_crossovers(&mut self, warped: [f64; NUM_CROSSOVERS]) {
        (self.warped, self.mixing, self.is_redesigned) = (warped, Mixing::new(warped), true);
    }

    /// Begins a line of `num_samples` to the bands' gains (dB, per channel).
    #[inline(always)]
    pub fn aim(&mut self, gains_db: [f64x2; NUM_SPLITS], num_samples: f64) {
        let was_resting = self.kind != Kind::Moving;
        let is_same = gains_db == self.gains_db && !self.is_redesigned;
        if is_same && was_resting {
            return;
        }
        let zero = [f64x2::splat(0.0); NUM_SPLITS];
        self.kind = match is_same {
            true if gains_db == zero => Kind::Identity,
            true => Kind::Resting,
            false => Kind::Moving,
        };
        self.is_redesigned = false;
        self.gains_db = gains_db;
        let shelf_gains_db = self.mixing.shelf_gains_db(&gains_db);
        let mut scale = gain_from_db(gains_db[0]);
        let share = f64x2::splat(1.0 / num_samples);
        for ((section, gain_db), warped) in self.sections.iter_mut().zip(shelf_gains_db).zip(self.warped) {
            section.now = section.next;
            section.next = design(warped, gain_db, scale);
            for ((step, next), now) in section.step.iter_mut().zip(&section.next).zip(&section.now) {
                *step = (*next - *now) * share;
            }
            scale = f64x2::splat(1.0);
        }
    }

    /// Forgets what it heard; has these crossovers (in the bilinear plane) and gains of the bands (dB) at once.
    pub fn jump(&mut self, warped: [f64; NUM_CROSSOVERS], gains_db: [f64x2; NUM_SPLITS]) {
        *self = Self::new();
        self.set_crossovers(warped);
        // Twice: the second line starts where the first one ended.
        (0..2).for_each(|_| self.aim(gains_db, 1.0));
    }

    /// Ends decays before they become denormal; called at knots.
    pub fn settle(&mut self) {
        for section in &mut self.sections {
            for state in [&mut section.band, &mut section.low] {
                let tiny = state.abs().simd_lt(f64x2::splat(1e-150));
                *state = tiny.select(f64x2::splat(0.0), *state);
            }
        }
    }

    /// Filters frames in place; neutral, it only listens, so that a movement starts warm.
    pub fn process(&mut self, frames: &mut [f64x2]) {
        for section in &mut self.sections {
            match self.kind {
                Kind::Moving => section.filter::<true>(frames),
                Kind::Resting => section.filter::<false>(frames),
                Kind::Identity => section.listen(frames),
            }
        }
    }
}

impl Section {
    fn filter<const MOVES: bool>(&mut self, frames: &mut [f64x2]) {
        let [mut a1, mut a2, mut a3, mut m0, mut m1, mut m2] = self.now;
        let [a1_step, a2_step, a3_step, m0_step, m1_step, m2_step] = self.step;
        let (mut band, mut low) = (self.band, self.low);
        for frame in frames {
            if MOVES {
                (a1, a2, a3) = (a1 + a1_step, a2 + a2_step, a3 + a3_step);
                (m0, m1, m2) = (m0 + m0_step, m1 + m1_step, m2 + m2_step);
            }
            let v3 = *frame - low;
            let v1 = a1 * band + a2 * v3;
            let change = a2 * band + a3 * v3;
            let v2 = low + change;
            band = (v1 + v1) - band;
            low = v2 + change;
            *frame = m0 * *frame + (m1 * v1 + m2 * v2);
        }
        (self.band, self.low) = (band, low);
        self.now = [a1, a2, a3, m0, m1, m2];
    }

    fn listen(&mut self, frames: &[f64x2]) {
        let [a1, a2, a3, ..] = self.now;
        let (mut band, mut low) = (self.band, self.low);
        for frame in frames {
            let v3 = *frame - low;
            let v1 = a1 * band + a2 * v3;
            let change = a2 * band + a3 * v3;
            band = (v1 + v1) - band;
            low = (low + change) + change;
        }
        (self.band, self.low) = (band, low);
    }
}

/// The curve that the gains of the bands really make; made once, then asked for many frequencies.
#[derive(Clone, Debug)]
pub struct ResponseCurve {
    warped: [f64; NUM_CROSSOVERS],
    shelf_gains_db: [f64; NUM_CROSSOVERS],
    lowest_db: f64,
    sample_rate_hz: f64,
}

impl ResponseCurve {
    /// For the gains of the bands in dB (make-up included) and crossovers in order
    /// ([`crate::dsp::crossover::ordered`]), as processed at `sample_rate_hz`.
    pub fn new(gains_db: &[f64; NUM_SPLITS], crossover_hz: &[f64; NUM_CROSSOVERS], sample_rate_hz: f64) -> Self {
        let warped = crossover_hz.map(|frequency| warped(frequency, sample_rate_hz));
        let shelf_gains_db = Mixing::new(warped).shelf_gains_db(&gains_db.map(f64x2::splat));
        Self {
            warped,
            shelf_gains_db: shelf_gains_db.map(|db| db.to_array()[0]),
            lowest_db: gains_db[0],
            sample_rate_hz,
        }
    }

    /// Gain at `frequency_hz`, dB; held at its value near half the sample rate above that.
    pub fn db(&self, frequency_hz: f64) -> f64 {
        let place = warped(frequency_hz, self.sample_rate_hz);
        let shelf = |(gain_db, warped): (f64, f64)| {
            let square = 10f64.powf(gain_db / 20.0);
            let ratio = (place / warped).powi(4);
            10.0 * ((1.0 + square * ratio) / (1.0 + ratio / square)).log10()
        };
        self.lowest_db + self.shelf_gains_db.into_iter().zip(self.warped).map(shelf).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CROSSOVER_HZ: [f64; 3] = [120.0, 1000.0, 6000.0];
    const MIDDLES_HZ: [f64; 4] = [20.0, 346.4, 2449.5, 20_000.0];

    #[test]
    fn the_middles_of_the_bands_have_their_gains() {
        for rate in [44_100.0, 96_000.0] {
            for (gains, tolerance) in [
                ([0.0, -6.0, 0.0, 0.0], 0.1),
                ([-6.0, 0.0, 3.0, -3.0], 0.1),
                ([-6.0, 6.0, -6.0, 6.0], 0.25),
                ([0.0, -18.0, 0.0, 0.0], 0.5),
            ] {
                let curve = ResponseCurve::new(&gains, &CROSSOVER_HZ, rate);
                for (frequency, gain) in MIDDLES_HZ.into_iter().zip(gains) {
                    let got = curve.db(frequency);
                    println!("{rate} {gains:?} {frequency}: {got:.2}");
                    assert!((got - gain).abs() < tolerance, "{gains:?} {frequency}: {got}");
                }
            }
        }
    }

    #[test]
    fn narrow_bands_stay_within_reason() {
        let curve = ResponseCurve::new(&[0.0, -6.0, 0.0, 0.0], &[1000.0, 1500.0, 2250.0], 48_000.0);
        let lowest = (0..400).map(|n| curve.db(20.0 * 10f64.powf(f64::from(n) * 0.0075))).fold(0.0, f64::min);
        println!("{lowest:.2} dB of −6 dB");
        assert!(lowest < -3.0 && lowest > -6.2, "{lowest}");
    }

    #[test]
    fn the_curve_is_what_is_heard() {
        let rate = 48_000.0;
        let gains = [-3.0, 4.0, -5.0, 2.0];
        let mut shelves = Shelves::new();
        shelves.jump(CROSSOVER_HZ.map(|frequency| warped(frequency, rate)), gains.map(f64x2::splat));
        assert_eq!(shelves.kind, Kind::Resting);
        let mut frames = vec![f64x2::splat(0.0); 1 << 15];
        frames[0] = f64x2::splat(1.0);
        shelves.process(&mut frames);
        let curve = ResponseCurve::new(&gains, &CROSSOVER_HZ, rate);
        for frequency in [20.0, 120.0, 400.0, 1000.0, 3000.0, 6000.0, 19_000.0] {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, frame) in frames.iter().enumerate() {
                let (sin, cos) = (std::f64::consts::TAU * frequency / rate * n as f64).sin_cos();
                let y = frame.to_array()[0];
                (re, im) = (re + y * cos, im - y * sin);
            }
            let got = 20.0 * re.hypot(im).log10();
            assert!((got - curve.db(frequency)).abs() < 0.001, "{frequency}: {got}, {}", curve.db(frequency));
        }
    }

    #[test]
    fn equal_gains_are_nothing_but_a_gain() {
        let mut shelves = Shelves::new();
        shelves.jump([0.01, 0.1, 1.0], [f64x2::splat(-6.0); 4]);
        let input: Vec<f64x2> = (0..500).map(|n| f64x2::splat((f64::from(n) * 0.7).sin())).collect();
        let mut output = input.clone();
        shelves.process(&mut output);
        let gain = gain_from_db(f64x2::splat(-6.0));
        assert!(input.iter().zip(&output).all(|(x, y)| *y == gain * *x));
    }
}
