//! A small CLAP host for tests and tasks: one plugin, its parameters, its state, its editor and its audio thread.
//!
//! [`Plugin`] stays on the thread that made it (CLAP's main thread); [`Audio`] may be sent to another one.

mod audio;
mod callbacks;
mod editor;
#[cfg(target_os = "linux")]
mod painted_stack;
mod parameters;
mod plugin;
#[cfg(target_os = "linux")]
mod stack_per_call;

pub use audio::{Audio, Transport};
pub use clack_host::entry::EntryDescriptor;
pub use clack_host::prelude::ProcessStatus;
pub use clack_host::utils::ClapId;
#[cfg(target_os = "linux")]
pub use painted_stack::{PaintedStack, on_painted_stack};
pub use parameters::Parameter;
pub use plugin::{Descriptor, Plugin};
#[cfg(target_os = "linux")]
pub use stack_per_call::StackPerCall;
