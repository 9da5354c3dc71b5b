//! One integration binary: whatever is checked across files.

mod architecture;
mod assistant;
mod automation;
mod chain;
#[cfg(feature = "plugin")]
mod clap_host;
mod command_line;
#[cfg(feature = "plugin")]
mod editor;
mod equalizer;
mod figures;
mod hearing;
mod judgement;
mod limiter;
mod loudness;
mod nonlinear;
#[cfg(feature = "plugin")]
mod params;
mod sample_rates;
mod spectrum;
#[cfg(all(feature = "plugin", target_os = "linux"))]
mod stack;
mod support;
