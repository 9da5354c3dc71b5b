//! Discern, a mastering assistant: modules in reading order, and the plugin's entry points.

pub mod dsp;

pub mod chain;

pub mod analysis;

pub mod assistant;

pub mod audio_file;

pub mod bridge;

pub mod report;

pub mod cli;

#[cfg(feature = "plugin")]
pub mod params;
