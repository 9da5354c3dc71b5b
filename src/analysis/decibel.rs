//! A level in two bytes: hundredths of a decibel, for maps of songs of any length.

use crate::dsp::units::db_from_power;

/// A power as hundredths of a decibel, −327.67…+327.67 dB; or nothing, for a power of 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(i16);

impl Level {
    /// No power at all.
    pub const NOTHING: Self = Self(i16::MIN);

    /// The level of a power, to the nearest hundredth.
    pub fn from_power(power: f64) -> Self {
        if power > 0.0 { Self::from_db(db_from_power(power)) } else { Self::NOTHING }
    }

    /// The level of so many decibels, to the nearest hundredth.
    pub fn from_db(db: f64) -> Self {
        // Rounding to a symmetrical range leaves the lowest number for nothing.
        Self((db * 100.0).round().clamp(-32_767.0, 32_767.0) as i16)
    }

    /// dB; `None` for nothing.
    pub fn db(self) -> Option<f64> {
        (self != Self::NOTHING).then(|| f64::from(self.0) / 100.0)
    }

    /// The power, 0 for nothing.
    pub fn power(self) -> f64 {
        self.db().map_or(0.0, |db| 10f64.powf(db / 10.0))
    }
}

impl Default for Level {
    fn default() -> Self {
        Self::NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_a_level_to_a_hundredth_and_knows_nothing() {
        assert_eq!(Level::from_power(0.0), Level::default());
        assert_eq!(Level::from_power(0.0).power(), 0.0);
        assert_eq!(Level::from_power(1e-3).db(), Some(-30.0));
        assert_eq!(Level::from_db(-1e9).db(), Some(-327.67));
        let power = 0.123;
        assert!((Level::from_power(power).power() / power - 1.0).abs() < 0.0012);
    }
}
