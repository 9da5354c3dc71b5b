//! Discern, a mastering assistant: modules in reading order, and the plugin's entry points.

#[cfg(test)]
#[path = "../tests/suite/figures.rs"]
mod figures;

pub mod dsp;

pub mod chain;

pub mod analysis;

pub mod assistant;

pub mod audio_file;

pub mod bridge;

pub mod report;

pub mod evaluation;

pub mod cli;

#[cfg(feature = "plugin")]
pub mod params;

#[cfg(feature = "plugin")]
pub mod editor;

#[cfg(feature = "plugin")]
pub mod plugin;

#[cfg(feature = "plugin")]
nice_plug::nice_export_clap!(plugin::Discern);

#[cfg(feature = "plugin")]
nice_plug::nice_export_vst3!(plugin::Discern);
