//! Sample mathematics: parts that know nothing of mastering.

pub mod box_filter;
pub mod delay;
pub mod sliding_maximum;
pub mod true_peak;
pub mod units;
pub mod window;
