//! A small CLAP host for tests and tasks: one plugin, its parameters, its state, its editor and its audio thread.
//!
//! [`Plugin`] stays on the thread that made it (CLAP's main thread); [`Audio`] may be sent to another one.

mod audio;
mod callbacks;
mod contract;
mod editor;
mod parameters;
mod plugin;
mod random;
mod steps;

pub use audio::{Around, Audio, Transport};
pub use clack_host::entry::EntryDescriptor;
pub use clack_host::prelude::ProcessStatus;
pub use clack_host::utils::ClapId;
pub use contract::{CONTRACT, Load, Promise, RANGE};
pub use parameters::Parameter;
pub use plugin::{Descriptor, Plugin};
pub use random::Random;
pub use steps::Steps;
