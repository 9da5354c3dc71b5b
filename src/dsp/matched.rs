//! Digital sections that follow their analogue prototypes up to the top of the audible range.
//!
//! The bilinear transform squeezes the frequency axis towards half the sample rate, which bends every curve up there
//! (*cramping*). A section here is the bilinear one with its poles, zeros and a first-order corrector moved to where
//! the magnitude fits best. The moves were fitted once (`cargo xtask eq-tables`) and are looked up; as they are
//! logarithms of frequencies and dampings, every value between the nodes gives a stable, minimum-phase filter.

pub mod table;
mod tilt;

use std::f64::consts::PI;

use super::prototype::Prototype;
use super::svf::Coefficients;
use table::{Family, Values};
pub use tilt::tilt;

/// Where the corrector's pole and zero meet when there is nothing to correct, in the bilinear plane.
const CORRECTOR_REST: f64 = 3.0;

/// The digital section for `prototype` with its corner or centre at `frequency_hz`.
///
/// Frequencies are held within 1e−5 and 0.4535 of the sample rate, q within 0.1–30, gains within ±36 dB.
/// Allocates nothing; takes less than a microsecond.
pub fn design(prototype: Prototype, frequency_hz: f64, sample_rate_hz: f64) -> Coefficients {
    let ratio = (frequency_hz / sample_rate_hz).clamp(table::MIN_RATIO, table::MAX_RATIO);
    let (family, q, gain_db) = match prototype {
        Prototype::Bell { gain_db, q } => (Family::Bell, q, gain_db),
        Prototype::HighShelf { gain_db, q } => (Family::Shelf, q, gain_db),
        // A low shelf is a high shelf of the opposite gain, raised as a whole.
        Prototype::LowShelf { gain_db, q } => (Family::Shelf, q, -gain_db),
        Prototype::HighCut { q } => (Family::HighCut, q, 0.0),
        Prototype::LowCut { q } => (Family::LowCut, q, 0.0),
        Prototype::HighCut1 => (Family::HighCut1, 1.0, 0.0),
        Prototype::LowCut1 => (Family::LowCut1, 1.0, 0.0),
        Prototype::Notch { q } => (Family::Notch, q, 0.0),
    };
    let q = q.clamp(table::MIN_Q, table::MAX_Q);
    let gain_db = gain_db.clamp(-table::MAX_GAIN_DB, table::MAX_GAIN_DB);
    let moves = table::look_up(family, ratio, q, gain_db.abs());
    let mut shape = Shape::bilinear(family, ratio, q, gain_db.abs());
    shape.add(&moves);
    if gain_db < 0.0 {
        shape.invert();
    }
    if let Prototype::LowShelf { .. } = prototype {
        shape.ln_gain -= gain_db / 20.0 * std::f64::consts::LN_10;
    }
    shape.coefficients(family)
}

/// A section as logarithms of what must be positive, with s = (z − 1) / (z + 1):
/// gain · (s²/zero² + zero_damping s/zero + 1) / (s²/pole² + pole_damping s/pole + 1)
/// · (1 + s/corrector_zero) / (1 + s/corrector_pole). Families with zeros at the ends of the axis use a part of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Frequency of the pole pair.
    pub ln_pole: f64,
    /// Its damping, 1/Q.
    pub ln_pole_damping: f64,
    /// Frequency of the zero pair.
    pub ln_zero: f64,
    /// Its damping.
    pub ln_zero_damping: f64,
    /// Frequency of the corrector's pole.
    pub ln_corrector_pole: f64,
    /// Frequency of the corrector's zero.
    pub ln_corrector_zero: f64,
    /// Gain at 0 Hz; not looked up.
    pub ln_gain: f64,
}

impl Shape {
    /// The shape that the moves of the table are counted from: the bilinear transform's, where it has one.
    /// `gain_db` ≥ 0.
    pub fn bilinear(family: Family, ratio: f64, q: f64, gain_db: f64) -> Self {
        let ln_corner = (PI * ratio).tan().ln();
        let ln_rest = CORRECTOR_REST.ln();
        let ln_a = gain_db / 40.0 * std::f64::consts::LN_10;
        let plain = Self {
            ln_pole: ln_corner,
            ln_pole_damping: -q.ln(),
            ln_zero: ln_corner,
            ln_zero_damping: -q.ln(),
            ln_corrector_pole: ln_rest,
            ln_corrector_zero: ln_rest,
            ln_gain: 0.0,
        };
        // A real pole at the corner and one at rest, as a pair.
        let first_order = {
            let pair = 0.5 * (ln_corner + ln_rest);
            Self { ln_pole: pair, ln_pole_damping: 2f64.ln() + ((ln_corner - ln_rest) / 2.0).cosh().ln(), ..plain }
        };
        match family {
            Family::Bell => Self {
                ln_pole_damping: plain.ln_pole_damping - ln_a,
                ln_zero_damping: plain.ln_zero_damping + ln_a,
                ..plain
            },
            Family::Shelf => Self { ln_pole: ln_corner + 0.5 * ln_a, ln_zero: ln_corner - 0.5 * ln_a, ..plain },
            Family::HighCut => Self { ln_zero: ln_rest, ln_zero_damping: 2f64.ln(), ..plain },
            Family::LowCut | Family::Notch => plain,
            Family::HighCut1 => Self { ln_zero: ln_rest, ln_zero_damping: 2f64.ln(), ..first_order },
            Family::LowCut1 => first_order,
        }
    }

    /// Applies moves.
    pub fn add(&mut self, moves: &Values) {
        self.ln_pole += moves[0];
        self.ln_pole_damping += moves[1];
        self.ln_zero += moves[2];
        self.ln_zero_damping += moves[3];
        self.ln_corrector_pole += moves[4];
        self.ln_corrector_zero += moves[5];
    }

    /// Exchanges poles and zeros: the cut that undoes a boost.
    fn invert(&mut self) {
        std::mem::swap(&mut self.ln_pole, &mut self.ln_zero);
        std::mem::swap(&mut self.ln_pole_damping, &mut self.ln_zero_damping);
        std::mem::swap(&mut self.ln_corrector_pole, &mut self.ln_corrector_zero);
        self.ln_gain = -self.ln_gain;
    }

    /// The running filter's coefficients.
    pub fn coefficients(&self, family: Family) -> Coefficients {
        let g = self.ln_pole.exp();
        let k = self.ln_pole_damping.exp();
        let ratio = (self.ln_pole - self.ln_zero).exp();
        let gain = self.ln_gain.exp();
        let mut corrector_gain = (self.ln_corrector_pole - self.ln_corrector_zero).exp();
        // Numerator n2 s² + n1 s + n0 over the frequency of the poles.
        let [n2, n1, n0] = match family {
            Family::Bell | Family::Shelf | Family::HighCut | Family::HighCut1 => {
                [gain * ratio * ratio, gain * self.ln_zero_damping.exp() * ratio, gain]
            }
            Family::LowCut => [ratio * ratio, 0.0, 0.0],
            Family::Notch => [ratio * ratio, 0.0, 1.0],
            Family::LowCut1 => {
                corrector_gain = 1.0;
                [ratio * (self.ln_pole - self.ln_corrector_zero).exp(), ratio, 0.0]
            }
        };
        let corrector = self.ln_corrector_pole.exp();
        Coefficients {
            g,
            k,
            m0: n2,
            m1: n1 - n2 * k,
            m2: n0 - n2,
            corrector: corrector / (1.0 + corrector),
            corrector_gain,
        }
    }
}
