//! From a band's shape to its sections.

use std::f64::consts::{LN_10, PI};

use crate::chain::settings::{BandShape, CutSlope};
use crate::dsp::matched;
use crate::dsp::prototype::Prototype;
use crate::dsp::svf::Coefficients;

/// Most sections that a band needs: a cut of 96 dB per octave.
pub const MAX_SECTIONS: usize = 8;

/// What a band is to do at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BandDesign {
    pub shape: BandShape,
    pub slope: CutSlope,
    pub frequency_hz: f64,
    /// After the amount: ±36 dB.
    pub gain_db: f64,
    pub q: f64,
}

impl BandDesign {
    /// How many sections it takes.
    pub fn num_sections(&self) -> usize {
        match self.shape {
            BandShape::LowCut | BandShape::HighCut => self.slope.order().div_ceil(2),
            BandShape::Tilt => matched::TILT_SECTIONS,
            BandShape::Bell | BandShape::LowShelf | BandShape::HighShelf | BandShape::Notch => 1,
        }
    }

    /// Writes the sections and returns how many there are.
    ///
    /// `q` is the resonance of cuts of 12 dB per octave; all other cuts are Butterworth filters and ignore it.
    pub fn sections(&self, sample_rate_hz: f64, sections: &mut [Coefficients; MAX_SECTIONS]) -> usize {
        let Self { shape, slope, frequency_hz, gain_db, q } = *self;
        let design = |prototype| matched::design(prototype, frequency_hz, sample_rate_hz);
        let single = match shape {
            BandShape::Bell => Prototype::Bell { gain_db, q },
            BandShape::LowShelf => Prototype::LowShelf { gain_db, q },
            BandShape::HighShelf => Prototype::HighShelf { gain_db, q },
            BandShape::Notch => Prototype::Notch { q },
            BandShape::Tilt => {
                let tilt = matched::tilt(tilt_exponent(gain_db), frequency_hz, sample_rate_hz);
                sections[..tilt.len()].copy_from_slice(&tilt);
                return tilt.len();
            }
            BandShape::LowCut | BandShape::HighCut => {
                let (first, second): (Prototype, fn(f64) -> Prototype) = match shape {
                    BandShape::LowCut => (Prototype::LowCut1, |q| Prototype::LowCut { q }),
                    _ => (Prototype::HighCut1, |q| Prototype::HighCut { q }),
                };
                let order = slope.order();
                let pairs = order / 2;
                for (idx, section) in sections[..pairs].iter_mut().enumerate() {
                    let pair_q = if order == 2 { q } else { butterworth_q(order, idx) };
                    *section = design(second(pair_q));
                }
                if order % 2 == 1 {
                    sections[pairs] = design(first);
                }
                return pairs + order % 2;
            }
        };
        sections[0] = design(single);
        1
    }
}

/// Quality of pole pair `idx` of a Butterworth filter.
fn butterworth_q(order: usize, idx: usize) -> f64 {
    0.5 / ((2 * idx + 1) as f64 * PI / (2 * order) as f64).sin()
}

/// The power of frequency that a tilt of `gain_db` follows: from −gain at 20 Hz to +gain at 20 kHz.
fn tilt_exponent(gain_db: f64) -> f64 {
    2.0 * gain_db / 20.0 * LN_10 / 1000f64.ln()
}

/// The straight line that a tilt of `gain_db` around `pivot_hz` is held to, dB.
pub fn tilt_db(gain_db: f64, pivot_hz: f64, frequency_hz: f64) -> f64 {
    2.0 * gain_db * (frequency_hz / pivot_hz).ln() / 1000f64.ln()
}
