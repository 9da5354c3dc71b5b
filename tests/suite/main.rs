//! One integration binary: whatever is checked across files.

mod architecture;
mod chain;
mod command_line;
mod equalizer;
mod loudness;
#[cfg(feature = "plugin")]
mod params;
mod spectrum;
mod support;
