//! One integration binary: whatever is checked across files.

mod architecture;
mod assistant;
mod command_line;
mod loudness;
#[cfg(feature = "plugin")]
mod params;
mod support;
