//! The stack that each call of a host takes in the plugin as it is delivered.

use std::fmt::Write;

use anyhow::{Context, Result};
use discern_host::{Plugin, StackPerCall};

use crate::bundle;
use crate::workspace::bundled;

/// The thread that all calls are made on, and the rates that they are made at.
const THREAD_BYTES: usize = 256 << 10;
const RATES_HZ: [f64; 3] = [8000.0, 48_000.0, 384_000.0];

/// The table of the page.
///
/// # Errors
/// If the plugin cannot be built or refuses a call.
pub fn table() -> Result<String> {
    bundle::run(&[])?;
    let clap = bundled("clap");
    let state = Plugin::load(&clap)?.save().context("a state to load")?;
    let measured = StackPerCall::measure(THREAD_BYTES, || Plugin::load(&clap), &state, &RATES_HZ)?;
    let mut page = format!(
        "\n## Stack per call\n\nThe delivered CLAP plugin on a thread with {} kB of stack: the most that each call takes, with every stage on, \
         at 8, 48 and 384 kHz in every latency mode. The figures of the debug build are above, under *Stack*.\n\n\
         | call | kB |\n|---|---|\n",
        THREAD_BYTES >> 10
    );
    for (name, bytes) in measured.calls {
        writeln!(page, "| {name} | {:.1} |", bytes as f64 / 1024.0)?;
    }
    Ok(page)
}
