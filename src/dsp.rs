//! Sample mathematics: parts that know nothing of mastering.

pub mod k_weighting;
pub mod units;
