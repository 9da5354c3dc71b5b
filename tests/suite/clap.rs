//! The plugin's CLAP functions called as hosts call them, well and badly: with panics inside, with whatever a host may give.

mod automation;
#[cfg(debug_assertions)]
mod faults;
mod hostile;
mod manners;
mod parameters;
mod probe;
mod rig;
mod teardown;
