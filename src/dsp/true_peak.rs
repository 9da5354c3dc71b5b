//! Peaks between the samples: the meter of ITU-R BS.1770-5 and the family of interpolators that a limiter must satisfy.
//!
//! Every true-peak meter is a set of linear functionals, fixed weights on neighbouring samples. "True peak" differs from meter to
//! meter by tenths of a dB, so the limiter holds its ceiling on the union of several: [`ShortFamily`] are the ones that delivery
//! specifications are checked with, [`LongFamily`] the near-ideal ones that cost more and are looked at only where it matters.

mod folded;
mod long;
mod meter;
mod short;

pub use long::LongFamily;
pub use meter::TruePeakMeter;
pub use short::ShortFamily;
