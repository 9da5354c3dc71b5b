//! One integration binary.
mod equalizer;
