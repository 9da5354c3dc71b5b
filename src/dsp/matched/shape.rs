//! A section as what must be positive for it to be stable and minimum-phase, and where the fit starts from.

use std::f64::consts::{LN_10, PI};

use super::table::{self, Family, Values};
use crate::dsp::svf::Coefficients;

/// Where the corrector's pole and zero meet when there is nothing to correct, in the bilinear plane.
const CORRECTOR_REST: f64 = 3.5;
/// Largest sum of a pair of real roots. The upper one stays below the corrector: were they to change places from one
/// node of the table to the next, nothing between the two would fit.
const LARGEST_SUM: f64 = 1.3;
/// Corner over sample rate up to which the resonances of a shelf are widened as the bilinear transform asks.
const LAST_WIDENED: f64 = 0.43;
/// Widening of resonances far above half the sample rate, of which only the lower skirt is left.
const MOST_WIDENED: f64 = 17.3;
/// ln of the widening's growth from the one to the other, and how fast it comes about, for a smooth start.
const WIDENING_LEFT: f64 = 1.002965;
const WIDENING_RATE: f64 = 15.63168;

/// A section with s = (z − 1) / (z + 1), all of its numbers positive:
/// gain · (s²/zero² + zero_damping s/zero + 1) / (s²/pole² + pole_damping s/pole + 1)
/// · (1 + s/corrector_zero) / (1 + s/corrector_pole). Families with zeros at the ends of the axis use a part of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Frequency of the pole pair.
    pub pole: f64,
    /// Its damping, 1/Q.
    pub pole_damping: f64,
    /// Frequency of the zero pair.
    pub zero: f64,
    /// Its damping.
    pub zero_damping: f64,
    /// Frequency of the corrector's pole.
    pub corrector_pole: f64,
    /// Frequency of the corrector's zero.
    pub corrector_zero: f64,
    /// Gain at 0 Hz; not looked up.
    pub gain: f64,
}

impl Shape {
    /// The shape that the moves of the table are counted from, and its place on the table's first axis.
    ///
    /// Resonances are where the bilinear transform puts them; what lies beyond half the sample rate is gathered below
    /// it. `ratio` is the corner over the sample rate, `gain_db` ≥ 0.
    pub fn start(family: Family, ratio: f64, q: f64, gain_db: f64) -> (Self, f64) {
        let damping = 1.0 / q;
        let corner = Self {
            pole: 1.0,
            pole_damping: damping,
            zero: 1.0,
            zero_damping: damping,
            corrector_pole: CORRECTOR_REST,
            corrector_zero: CORRECTOR_REST,
            gain: 1.0,
        };
        if family == Family::Shelf {
            let spread = (gain_db * (LN_10 / 80.0)).exp();
            let (at_pole, at_zero) = (Warped::new(ratio * spread), Warped::new(ratio / spread));
            let (pole, pole_damping) = hold(at_pole.tangent, damping * at_pole.widening);
            let (zero, zero_damping) = hold(at_zero.tangent, damping * at_zero.widening);
            return (Self { pole, pole_damping, zero, zero_damping, ..corner }, at_pole.place);
        }
        let tangent = (PI * ratio).tan();
        let (pole, pole_damping) = hold(tangent, damping);
        let plain = Self { pole, pole_damping, ..corner };
        // A real pole at the corner and one at rest, as a pair.
        let pair = (tangent * CORRECTOR_REST).sqrt();
        let first_order = Self { pole: pair, pole_damping: (tangent + CORRECTOR_REST) / pair, ..corner };
        let shape = match family {
            Family::Bell => {
                let root_gain = (gain_db * (LN_10 / 40.0)).exp();
                let (pole, pole_damping) = hold(tangent, damping / root_gain);
                let (zero, zero_damping) = hold(tangent, damping * root_gain);
                Self { pole, pole_damping, zero, zero_damping, ..corner }
            }
            Family::HighCut => Self { zero: CORRECTOR_REST, zero_damping: 2.0, ..plain },
            Family::HighCut1 => Self { zero: CORRECTOR_REST, zero_damping: 2.0, ..first_order },
            // What they pass at low frequencies is a power of πf, not of its tangent.
            Family::LowCut => Self { zero: PI * ratio, ..plain },
            Family::LowCut1 => Self { zero: PI * ratio, ..first_order },
            Family::Notch | Family::Shelf => Self { zero: tangent, ..plain },
        };
        (shape, tangent.ln())
    }

    /// Applies moves.
    pub fn apply(&mut self, moves: &Values) {
        self.pole *= moves[0].exp();
        self.pole_damping *= moves[1].exp();
        self.zero *= moves[2].exp();
        self.zero_damping *= moves[3].exp();
        self.corrector_pole *= moves[4].exp();
        self.corrector_zero *= moves[5].exp();
    }

    /// Exchanges poles and zeros: the cut that undoes a boost.
    pub(super) fn invert(&mut self) {
        std::mem::swap(&mut self.pole, &mut self.zero);
        std::mem::swap(&mut self.pole_damping, &mut self.zero_damping);
        std::mem::swap(&mut self.corrector_pole, &mut self.corrector_zero);
        self.gain = 1.0 / self.gain;
    }

    /// The running filter's coefficients.
    pub fn coefficients(&self, family: Family) -> Coefficients {
        let (g, k, gain) = (self.pole, self.pole_damping, self.gain);
        let ratio = self.pole / self.zero;
        let mut corrector_gain = self.corrector_pole / self.corrector_zero;
        // Numerator n2 s² + n1 s + n0 over the frequency of the poles.
        let [n2, n1, n0] = match family {
            Family::Bell | Family::Shelf | Family::HighCut | Family::HighCut1 => {
                [gain * ratio * ratio, gain * self.zero_damping * ratio, gain]
            }
            Family::LowCut => [ratio * ratio, 0.0, 0.0],
            Family::Notch => [ratio * ratio, 0.0, 1.0],
            Family::LowCut1 => {
                corrector_gain = 1.0;
                [ratio * self.pole / self.corrector_zero, ratio, 0.0]
            }
        };
        Coefficients {
            g,
            k,
            m0: n2,
            m1: n1 - n2 * k,
            m2: n0 - n2,
            corrector: self.corrector_pole / (1.0 + self.corrector_pole),
            corrector_gain,
        }
    }
}

/// Frequency and damping of a pair whose real roots are not to spread too far: the lower one hardly changes.
fn hold(frequency: f64, damping: f64) -> (f64, f64) {
    let sum = frequency * damping / LARGEST_SUM;
    let factor = 1.0 / (1.0 + sum * sum).sqrt().sqrt();
    (frequency * factor, damping * factor)
}

/// A resonance of a shelf in the bilinear plane, up to far beyond half the sample rate.
struct Warped {
    /// Its frequency.
    tangent: f64,
    /// How much wider than in the prototype a narrow one is.
    widening: f64,
    /// Where it is on the table's axis.
    place: f64,
}

impl Warped {
    /// `x` is the prototype's frequency over the sample rate.
    fn new(x: f64) -> Self {
        let over = x - table::KNEE;
        let (tangent, place) = if over < 0.0 {
            let tangent = (PI * x).tan();
            (tangent, tangent.ln())
        } else {
            let tangent = table::KNEE_TANGENT * (1.0 - (-table::KNEE_SLOPE * over).exp()).exp();
            (tangent, table::place_beyond(over))
        };
        let widening = if x < LAST_WIDENED {
            let tangent = if over < 0.0 { tangent } else { (PI * x).tan() };
            PI * x * (1.0 + tangent * tangent) / tangent
        } else {
            MOST_WIDENED * (-WIDENING_LEFT * (-WIDENING_RATE * (x - LAST_WIDENED)).exp()).exp()
        };
        Self { tangent, widening, place }
    }
}
