//! Sample mathematics: parts that know nothing of mastering.

pub mod units;
