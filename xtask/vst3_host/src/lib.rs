//! A small VST3 host for tasks: one plugin, its parameters, its state, its editor on X11 and its audio thread.
//!
//! [`Plugin`] and [`Editor`] stay on the thread that made them (VST3's main thread); [`Audio`] may be sent to another one.

// Elsewhere VST3 has other entry points, windows and main loops.
#![cfg(target_os = "linux")]
// VST3 is COM: every call into the plugin is one through a table of functions that nobody but the plugin vouches for. The
// one plugin that is loaded here is the one that this repository built.
#![allow(unsafe_code)]

mod application;
mod audio;
mod block;
mod changes;
mod editor;
mod handler;
mod module;
mod parameters;
mod plugin;
mod run_loop;
mod steps;
mod stream;
mod walk;

use anyhow::{Result, ensure};
use vst3::Steinberg::{kResultOk, tresult};

pub use audio::{Around, Audio, Transport};
pub use block::{Block, Channels};
pub use changes::Point;
pub use editor::Editor;
pub use parameters::Parameter;
pub use plugin::Plugin;
pub use steps::Setup;
/// The interfaces, for whoever makes a plugin by hand.
pub use vst3;

/// An error unless the plugin agreed.
fn agreed(result: tresult, call: &str) -> Result<()> {
    ensure!(result == kResultOk, "{call} returned {result}");
    Ok(())
}
