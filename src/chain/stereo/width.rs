//! The gain of the side signal over frequency: one gain and a shelf per crossover.

use wide::f64x2;

use crate::chain::settings::{NUM_SPLITS, StereoSettings};
use crate::dsp::matched;
use crate::dsp::prototype::Prototype;
use crate::dsp::ramp::{Glide, KNOT_SAMPLES};
use crate::dsp::svf::{Coefficients, Section};
use crate::dsp::units::{db_from_gain, gain_from_db};

/// Time constant of each of the two smoothers of a parameter, seconds.
const GLIDE_S: f64 = 0.02;
/// A width of 0 % next to bands that are wider ends here; where all bands are at 0 % the side signal is gone.
pub const LEAST_DB: f64 = -60.0;
/// Each shelf is two equal ones in a row: the step from 0 % to 300 % takes as few octaves as one from 100 % to 150 %.
const SECTIONS_PER_SHELF: usize = 2;
const SHELF_Q: f64 = std::f64::consts::FRAC_1_SQRT_2;
const NUM_SHELVES: usize = NUM_SPLITS - 1;

/// Widths and crossovers after amount and order: what the stage is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Gain per band, dB, at least [`LEAST_DB`].
    pub widths_db: [f64; NUM_SPLITS],
    /// All bands at 0 %.
    pub is_mono: bool,
    /// Crossovers in rising order.
    pub crossover_hz: [f64; NUM_SHELVES],
}

impl Wanted {
    /// Width 1 + (w − 1) · `amount`, not below 0.
    pub fn new(settings: &StereoSettings, amount: f64) -> Self {
        let widths = settings.width_percent.map(|percent| (1.0 + (percent / 100.0 - 1.0) * amount).max(0.0));
        // Exactly 0 dB for exactly 100 %.
        let widths_db = widths.map(|width| if width == 1.0 { 0.0 } else { db_from_gain(width).max(LEAST_DB) });
        let mut crossover_hz = settings.crossover_hz;
        for idx in 1..NUM_SHELVES {
            crossover_hz[idx] = crossover_hz[idx].max(crossover_hz[idx - 1]);
        }
        Self { widths_db, is_mono: widths == [0.0; NUM_SPLITS], crossover_hz }
    }

    /// Gain of the side signal at a frequency, dB; −∞ in mono.
    pub fn db(&self, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
        if self.is_mono {
            return f64::NEG_INFINITY;
        }
        let shelf_db = |idx: usize| {
            let step_db = self.widths_db[idx + 1] - self.widths_db[idx];
            let section = shelf(step_db, self.crossover_hz[idx], sample_rate_hz);
            SECTIONS_PER_SHELF as f64 * db_from_gain(section.magnitude(frequency_hz, sample_rate_hz))
        };
        self.widths_db[0] + (0..NUM_SHELVES).map(shelf_db).sum::<f64>()
    }
}

/// One of the sections of a shelf of `gain_db`, exactly nothing at 0 dB.
fn shelf(gain_db: f64, crossover_hz: f64, sample_rate_hz: f64) -> Coefficients {
    if gain_db == 0.0 {
        return Coefficients::IDENTITY;
    }
    let prototype = Prototype::HighShelf { gain_db: gain_db / SECTIONS_PER_SHELF as f64, q: SHELF_Q };
    matched::design(prototype, crossover_hz, sample_rate_hz)
}

/// The filter of the side signal.
pub struct Width {
    widths_db: [Glide; NUM_SPLITS],
    /// 1, and 0 when all bands are at 0 %.
    presence: Glide,
    ln_crossover: [Glide; NUM_SHELVES],
    gain: f64,
    gain_step: f64,
    shelves: [[Section; SECTIONS_PER_SHELF]; NUM_SHELVES],
    is_idle: [bool; NUM_SHELVES],
    is_moving: bool,
    sample_rate_hz: f64,
}

impl Width {
    /// A filter that does nothing.
    pub fn new(sample_rate_hz: f64) -> Self {
        let glide = |value, tolerance| Glide::new(value, GLIDE_S, tolerance, sample_rate_hz);
        Self {
            widths_db: std::array::from_fn(|_| glide(0.0, 1e-5)),
            presence: glide(1.0, 1e-6),
            ln_crossover: std::array::from_fn(|_| glide(0.0, 1e-6)),
            gain: 1.0,
            gain_step: 0.0,
            shelves: std::array::from_fn(|_| std::array::from_fn(|_| Section::new(Coefficients::IDENTITY))),
            is_idle: [true; NUM_SHELVES],
            is_moving: false,
            sample_rate_hz,
        }
    }

    /// Goes to `wanted`, or is there at once.
    pub fn set(&mut self, wanted: &Wanted, holds_at_once: bool) {
        let presence = if wanted.is_mono { 0.0 } else { 1.0 };
        let targets = wanted.widths_db.into_iter().chain([presence]).chain(wanted.crossover_hz.map(f64::ln));
        for (glide, target) in self.glides().zip(targets) {
            glide.go(target, holds_at_once);
        }
        if holds_at_once {
            (self.gain, self.gain_step, self.is_moving) = (self.gain_now(), 0.0, false);
            for idx in 0..NUM_SHELVES {
                self.shelves[idx] = std::array::from_fn(|_| Section::new(self.design(idx)));
                self.is_idle[idx] = self.step_db(idx) == 0.0;
            }
        }
    }

    /// False when the side signal passes exactly.
    pub fn is_active(&self) -> bool {
        self.gain != 1.0 || self.gain_step != 0.0 || self.is_idle != [true; NUM_SHELVES]
    }

    /// Advances what moves.
    pub fn move_to_next_knot(&mut self) {
        let moves = self.glides().any(|glide| !glide.is_settled());
        if !moves && !self.is_moving {
            return;
        }
        let was_level: [bool; NUM_SHELVES] = std::array::from_fn(|idx| self.step_db(idx) == 0.0);
        self.gain = self.gain_now();
        self.glides().for_each(|glide| _ = glide.advance());
        self.gain_step = (self.gain_now() - self.gain) / KNOT_SAMPLES as f64;
        for (idx, was_level) in was_level.into_iter().enumerate() {
            let design = self.design(idx);
            let is_idle = was_level && self.step_db(idx) == 0.0;
            for section in &mut self.shelves[idx] {
                section.aim(design);
                if is_idle {
                    section.rest();
                }
            }
            self.is_idle[idx] = is_idle;
        }
        // The knot after the last move ends the last ramp.
        self.is_moving = moves;
    }

    /// Filters at most [`KNOT_SAMPLES`] samples between two knots; both lanes carry the side signal.
    pub fn process(&mut self, side: &mut [f64x2]) {
        if self.gain_step != 0.0 {
            for side in side.iter_mut() {
                self.gain += self.gain_step;
                *side *= f64x2::splat(self.gain);
            }
        } else {
            side.iter_mut().for_each(|side| *side *= f64x2::splat(self.gain));
        }
        for (sections, is_idle) in self.shelves.iter_mut().zip(self.is_idle) {
            if !is_idle {
                let [first, second] = sections;
                Section::process_in_a_row(first, second, side);
            }
        }
    }

    /// Ends decays before they become denormal; called at knots.
    pub fn settle(&mut self) {
        self.shelves.as_flattened_mut().iter_mut().for_each(Section::settle);
    }

    fn glides(&mut self) -> impl Iterator<Item = &mut Glide> {
        self.widths_db.iter_mut().chain([&mut self.presence]).chain(&mut self.ln_crossover)
    }

    fn gain_now(&self) -> f64 {
        let width_db = self.widths_db[0].value();
        self.presence.value() * if width_db == 0.0 { 1.0 } else { gain_from_db(width_db) }
    }

    fn step_db(&self, idx: usize) -> f64 {
        self.widths_db[idx + 1].value() - self.widths_db[idx].value()
    }

    fn design(&self, idx: usize) -> Coefficients {
        shelf(self.step_db(idx), self.ln_crossover[idx].value().exp(), self.sample_rate_hz)
    }
}
