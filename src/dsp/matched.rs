//! Digital sections that follow their analogue prototypes up to the top of the audible range.
//!
//! The bilinear transform squeezes the frequency axis towards half the sample rate, which bends every curve up there
//! (*cramping*). A section here is the bilinear one with its poles, zeros and a first-order corrector moved to where
//! the magnitude fits best. The moves were fitted once (`cargo xtask eq-tables`) and are looked up; as they are
//! logarithms of frequencies and dampings, every value between the nodes gives a stable, minimum-phase filter.

pub mod shape;
pub mod table;
mod tilt;

use super::prototype::Prototype;
use super::svf::Coefficients;
use shape::Shape;
use table::Family;
pub use tilt::{NUM_SECTIONS as TILT_SECTIONS, tilt};

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
    let (mut shape, place) = Shape::start(family, ratio, q, gain_db.abs());
    shape.apply(&table::look_up(family, place, q, gain_db.abs()));
    if gain_db < 0.0 {
        shape.invert();
    }
    if let Prototype::LowShelf { .. } = prototype {
        shape.gain *= (-gain_db * (std::f64::consts::LN_10 / 20.0)).exp();
    }
    shape.coefficients(family)
}
