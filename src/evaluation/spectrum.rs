//! How far apart the long-term spectra of two recordings are, and how much of a difference was undone.

use crate::analysis::Features;

/// Thirds of an octave that are compared: 40 Hz to 12.5 kHz.
pub const NUM_COMPARED: usize = 26;
/// The first of them, counted from 20 Hz.
const FIRST: usize = 3;
/// Nothing is quieter than this, dB.
const FLOOR_DB: f64 = -120.0;
/// Going past the original by more than this share of the fault is too much.
pub const OVERSHOOT: f64 = 0.1;

/// Levels of mid and side together per third of an octave, their mean removed, dB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thirds(pub [f64; NUM_COMPARED]);

/// How much of a fault was taken back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Undone {
    /// 1 all of it, 0 none, negative where it is farther off than before.
    pub share: f64,
    /// Whether it went past the original by more than a tenth of the fault.
    pub is_past: bool,
}

impl Thirds {
    /// Of what was heard.
    pub fn of(features: &Features) -> Self {
        let power = |db: Option<&Option<f64>>| db.copied().flatten().map_or(0.0, |db| 10f64.powf(db / 10.0));
        let spectrum = &features.spectrum;
        Self::levels(std::array::from_fn(|idx| {
            let sum = power(spectrum.mid_db.get(FIRST + idx)) + power(spectrum.side_db.get(FIRST + idx));
            (10.0 * sum.log10()).max(FLOOR_DB)
        }))
    }

    /// Of levels, dB.
    pub fn levels(levels_db: [f64; NUM_COMPARED]) -> Self {
        let mean = levels_db.iter().sum::<f64>() / NUM_COMPARED as f64;
        Self(levels_db.map(|level| level - mean))
    }

    /// Root of the mean square of the differences, dB.
    pub fn distance_db(&self, other: &Self) -> f64 {
        (dot(&self.minus(other), &self.minus(other)) / NUM_COMPARED as f64).sqrt()
    }

    fn minus(&self, other: &Self) -> [f64; NUM_COMPARED] {
        std::array::from_fn(|idx| self.0[idx] - other.0[idx])
    }
}

fn dot(a: &[f64; NUM_COMPARED], b: &[f64; NUM_COMPARED]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// What mending took back of a fault in the spectrum: 1 − |mended − original| / |faulty − original|. It is past the
/// original where what is left points against the fault.
pub fn undone(original: &Thirds, faulty: &Thirds, mended: &Thirds) -> Option<Undone> {
    let (fault, left) = (faulty.minus(original), mended.minus(original));
    let size = dot(&fault, &fault);
    (size > 0.0).then(|| Undone {
        share: 1.0 - (dot(&left, &left) / size).sqrt(),
        is_past: dot(&left, &fault) / size < -OVERSHOOT,
    })
}

/// The same of one number. Where less is never too little nothing can go past the original.
pub fn undone_value(original: f64, faulty: f64, mended: f64, is_less_always_fine: bool) -> Option<Undone> {
    let fault = faulty - original;
    let left = (mended - original) / fault;
    if !left.is_finite() {
        return None;
    }
    let left = if is_less_always_fine { left.max(0.0) } else { left };
    Some(Undone { share: 1.0 - left.abs(), is_past: left < -OVERSHOOT })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bump(gain_db: f64) -> Thirds {
        let mut levels = [-30.0; NUM_COMPARED];
        levels[9] += gain_db;
        levels[10] += gain_db;
        Thirds::levels(levels)
    }

    #[test]
    fn distance_ignores_level_and_is_the_rms() {
        assert!(Thirds::levels([-10.0; NUM_COMPARED]).distance_db(&Thirds::levels([-40.0; NUM_COMPARED])) < 1e-9);
        let levels = std::array::from_fn(|idx| if idx % 2 == 0 { 3.0 } else { -3.0 });
        assert!((Thirds::levels(levels).distance_db(&bump(0.0)) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn half_undone_is_half_and_too_much_is_past() {
        let half = undone(&bump(0.0), &bump(6.0), &bump(3.0)).expect("a fault");
        assert!((half.share - 0.5).abs() < 1e-9 && !half.is_past);
        let past = undone(&bump(0.0), &bump(6.0), &bump(-1.2)).expect("a fault");
        assert!((past.share - 0.8).abs() < 1e-9 && past.is_past);
        assert!(undone(&bump(0.0), &bump(6.0), &bump(12.0)).expect("a fault").share < -0.99);
        assert_eq!(undone(&bump(1.0), &bump(1.0), &bump(1.0)), None);
    }

    #[test]
    fn numbers_are_undone_alike() {
        let undone = |mended, less| undone_value(-40.0, -20.0, mended, less).expect("a fault");
        assert_eq!(undone(-35.0, false), Undone { share: 0.75, is_past: false });
        assert_eq!(undone(-50.0, false), Undone { share: 0.5, is_past: true });
        assert_eq!(undone(-50.0, true), Undone { share: 1.0, is_past: false });
        assert_eq!(undone_value(1.0, 1.0, 0.0, false), None);
    }
}
