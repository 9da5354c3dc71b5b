//! Sample mathematics: parts that know nothing of mastering.

pub mod biquad;
pub mod k_weighting;
pub mod matched;
pub mod prototype;
pub mod ramp;
pub mod random;
pub mod signals;
pub mod svf;
pub mod units;
