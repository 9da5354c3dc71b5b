//! One integration binary.

mod command_line;
mod loudness;
mod support;
