//! Discern, a mastering assistant: modules in reading order, and the plugin's entry points.

pub mod dsp;

pub mod chain;

pub mod analysis;

pub mod assistant;

pub mod bridge;

pub mod report;

#[cfg(feature = "plugin")]
pub mod params;

#[cfg(feature = "plugin")]
pub mod editor;
