//! Sample mathematics: parts that know nothing of mastering.

pub mod adaa;
pub mod biquad;
pub mod box_filter;
pub mod cancel;
pub mod crossover;
pub mod decibels;
pub mod delay;
pub mod envelope;
pub mod fft_frames;
pub mod gain_curve;
pub mod k_weighting;
pub mod matched;
pub mod oversampler;
pub mod partitioned_convolution;
pub mod prototype;
pub mod ramp;
pub mod random;
pub mod resample;
pub mod signals;
pub mod sliding_maximum;
pub mod sliding_sum;
pub mod svf;
pub mod true_peak;
pub mod units;
pub mod window;
