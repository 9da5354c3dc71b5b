//! A small CLAP host for tests and tasks: one plugin, its parameters, its state, its editor and its audio thread.
//!
//! [`Plugin`] stays on the thread that made it (CLAP's main thread); [`Audio`] may be sent to another one.

mod audio;
mod callbacks;
mod contract;
mod editor;
#[cfg(target_os = "linux")]
mod painted_stack;
mod parameters;
mod plugin;
mod random;
#[cfg(target_os = "linux")]
mod stack_per_call;
mod steps;

pub use audio::{Around, Audio, Transport};
pub use clack_host::entry::EntryDescriptor;
pub use clack_host::prelude::ProcessStatus;
pub use clack_host::utils::ClapId;
pub use contract::{CONTRACT, Load, Promise, RANGE};
#[cfg(target_os = "linux")]
pub use painted_stack::{PaintedStack, on_painted_stack};
pub use parameters::Parameter;
pub use plugin::{Descriptor, Plugin};
pub use random::Random;
#[cfg(target_os = "linux")]
pub use stack_per_call::StackPerCall;
pub use steps::Steps;
