//! Discern without a host: the plugin on JACK, ALSA or, with `--backend dummy`, on nothing.

use std::process::ExitCode;

use discern::plugin::Discern;
use nice_plug::prelude::nice_export_standalone;

fn main() -> ExitCode {
    if nice_export_standalone::<Discern>() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
