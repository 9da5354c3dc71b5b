//! One integration binary: whatever is checked across files.

mod architecture;
mod command_line;
#[cfg(feature = "plugin")]
mod editor;
mod loudness;
#[cfg(feature = "plugin")]
mod params;
mod support;
