//! Decibels and back.

/// Linear gain of `db` decibels.
pub fn gain_from_db(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// Decibels of the linear `gain`; −∞ for 0.
pub fn db_from_gain(gain: f64) -> f64 {
    20.0 * gain.log10()
}

/// Decibels of a power ratio; −∞ for 0.
pub fn db_from_power(power: f64) -> f64 {
    10.0 * power.log10()
}
