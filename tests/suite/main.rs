//! One integration binary: whatever is checked across files.

mod architecture;
#[cfg(feature = "plugin")]
mod params;
