//! Analogue prototypes: the curves that the equalizer's digital sections are held to.

/// An analogue filter of first or second order with its corner or centre at 1.
///
/// Bells and shelves are those of R. Bristow-Johnson's *Cookbook formulae for audio equalizer biquad filter
/// coefficients*, before their bilinear transform. `gain_db` may have either sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prototype {
    /// Peak or dip; its bandwidth lies between the points of half its gain in dB.
    Bell {
        /// Gain at the centre, dB.
        gain_db: f64,
        /// Quality.
        q: f64,
    },
    /// Gain above the corner.
    HighShelf {
        /// Gain far above, dB.
        gain_db: f64,
        /// Quality; resonant above √½.
        q: f64,
    },
    /// Gain below the corner.
    LowShelf {
        /// Gain far below, dB.
        gain_db: f64,
        /// Quality; resonant above √½.
        q: f64,
    },
    /// Second-order low-pass.
    HighCut {
        /// Quality, the gain at the corner.
        q: f64,
    },
    /// Second-order high-pass.
    LowCut {
        /// Quality, the gain at the corner.
        q: f64,
    },
    /// First-order low-pass.
    HighCut1,
    /// First-order high-pass.
    LowCut1,
    /// Zero at the centre.
    Notch {
        /// Quality, centre over bandwidth at −3 dB.
        q: f64,
    },
}

impl Prototype {
    /// Magnitude at `ratio` times the corner, linear.
    pub fn magnitude(self, ratio: f64) -> f64 {
        let s = ratio;
        // |c2 (js)² + c1 js + c0|
        let part = |c2: f64, c1: f64, c0: f64| (c0 - c2 * s * s).hypot(c1 * s);
        match self {
            Self::Bell { gain_db, q } => {
                let a = 10f64.powf(gain_db / 40.0);
                part(1.0, a / q, 1.0) / part(1.0, 1.0 / (a * q), 1.0)
            }
            Self::HighShelf { gain_db, q } => {
                let a = 10f64.powf(gain_db / 40.0);
                part(a, a.sqrt() / q, 1.0) / part(1.0 / a, 1.0 / (a.sqrt() * q), 1.0)
            }
            Self::LowShelf { gain_db, q } => {
                10f64.powf(gain_db / 20.0) * Self::HighShelf { gain_db: -gain_db, q }.magnitude(s)
            }
            Self::HighCut { q } => 1.0 / part(1.0, 1.0 / q, 1.0),
            Self::LowCut { q } => s * s / part(1.0, 1.0 / q, 1.0),
            Self::HighCut1 => 1.0 / 1f64.hypot(s),
            Self::LowCut1 => s / 1f64.hypot(s),
            Self::Notch { q } => (1.0 - s * s).abs() / part(1.0, 1.0 / q, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_at_the_landmarks() {
        let db = |prototype: Prototype, ratio: f64| 20.0 * prototype.magnitude(ratio).log10();
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-3, "{got} is not {want}");
        near(db(Prototype::Bell { gain_db: 6.0, q: 2.0 }, 1.0), 6.0);
        near(db(Prototype::Bell { gain_db: -6.0, q: 2.0 }, 1.0), -6.0);
        near(db(Prototype::HighShelf { gain_db: 6.0, q: 0.7 }, 1e5), 6.0);
        near(db(Prototype::HighShelf { gain_db: 6.0, q: 0.7 }, 1e-5), 0.0);
        near(db(Prototype::HighShelf { gain_db: 6.0, q: 0.7 }, 1.0), 3.0);
        near(db(Prototype::LowShelf { gain_db: -9.0, q: 0.7 }, 1e-5), -9.0);
        near(db(Prototype::HighCut { q: std::f64::consts::FRAC_1_SQRT_2 }, 1.0), -3.0103);
        near(db(Prototype::LowCut1, 1.0), -3.0103);
    }
}
