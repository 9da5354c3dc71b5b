//! One integration binary: whatever is checked across files.

mod architecture;
mod assistant;
mod audio_files;
mod automation;
mod chain;
#[cfg(feature = "plugin")]
mod clap;
#[cfg(feature = "plugin")]
mod clap_host;
mod command_line;
#[cfg(feature = "plugin")]
mod contract;
#[cfg(feature = "plugin")]
mod editor;
mod endings;
mod equalizer;
mod figures;
mod flac;
mod framework;
mod hearing;
#[cfg(feature = "plugin")]
mod host_threads;
mod judgement;
mod limiter;
mod loudness;
mod memory;
mod nonlinear;
#[cfg(feature = "plugin")]
mod params;
mod sample_rates;
mod spectrum;
#[cfg(all(feature = "plugin", target_os = "linux"))]
mod stack;
#[cfg(feature = "plugin")]
mod states;
#[cfg(feature = "plugin")]
mod steps;
mod support;
mod tags;
#[cfg(all(feature = "plugin", target_os = "linux"))]
mod vst3_host;
mod writing;
