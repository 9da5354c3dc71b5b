//! Sample mathematics: parts that know nothing of mastering.

pub mod biquad;
pub mod box_filter;
pub mod delay;
pub mod k_weighting;
pub mod matched;
pub mod oversampler;
pub mod prototype;
pub mod ramp;
pub mod random;
pub mod signals;
pub mod sliding_maximum;
pub mod svf;
pub mod true_peak;
pub mod units;
pub mod window;
