//! `cargo xtask soak`: hours of a host's life in minutes, and whether memory, files and threads stay as they are.
//!
//! Cycles of two minutes of audio, played as fast as it goes: the song with jumps, edits, listenings, stops; meanwhile states
//! saved and loaded, references asked for, the editor opened and closed, other instances made and removed. After each cycle
//! the process is weighed.

mod cycle;
mod footprint;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use discern::audio_file;
use discern_host::Random;

use crate::instance::{ClapInstance, Instance, Vst3Instance};
use crate::verify::on_screen_with;
use crate::workspace::{bundled, demo_mix};
use cycle::Cycle;
pub use footprint::Footprint;
use footprint::Scale;

const HOURS: &str = "DISCERN_SOAK_HOURS";
/// Audio of one cycle, s.
const CYCLE_S: f64 = 120.0;
/// Fewer cycles would say nothing of what grows.
const MIN_CYCLES: usize = 6;

/// `--hours N` of audio, 24 if nothing is said.
pub fn run(args: &[String]) -> Result<()> {
    let hours = match args {
        [] => 24.0,
        [name, hours] if name == "--hours" => hours.parse().context("--hours needs a number")?,
        _ => anyhow::bail!("usage: cargo xtask soak [--hours N]"),
    };
    for_hours(hours)
}

/// So much audio, on a screen of its own.
pub fn for_hours(hours: f64) -> Result<()> {
    ensure!(hours > 0.0 && hours <= 1000.0, "{hours} hours are not to be waited for");
    let text = |text: &str| OsString::from(text);
    on_screen_with(
        "soak",
        &[
            (HOURS, OsString::from(hours.to_string())),
            // One heap that gives back what is free: the C library's usual dozen keep so much in reserve, each for the
            // threads that happen upon it, that a leak of the same size would not be seen for hours.
            ("MALLOC_ARENA_MAX", text("1")),
            ("MALLOC_MMAP_THRESHOLD_", text("131072")),
            ("MALLOC_TRIM_THRESHOLD_", text("131072")),
        ],
    )
}

/// What [`for_hours`] starts: half of the time for each format.
pub fn on_screen(display: &str) -> Result<()> {
    let hours: f64 = std::env::var(HOURS).context("how long?")?.parse()?;
    let num_cycles = ((hours * 3600.0 / 2.0 / CYCLE_S).round() as usize).max(MIN_CYCLES);
    soak::<ClapInstance>(bundled("clap"), display, num_cycles, 1).context(".clap")?;
    soak::<Vst3Instance>(bundled("vst3"), display, num_cycles, 2).context(".vst3")
}

fn soak<I: Instance>(bundle: PathBuf, display: &str, num_cycles: usize, seed: u64) -> Result<()> {
    let start = Instant::now();
    let mut random = Random::new(seed);
    let song = audio_file::read(&demo_mix())?;
    let mut instance = I::load(&bundle)?;
    let mut states = vec![instance.save()?];
    let mut scale = Scale::default();
    let mut deeds = cycle::Deeds::default();
    for _ in 0..num_cycles {
        let cycle = Cycle { bundle: &bundle, display, song: &song, audio_s: CYCLE_S };
        cycle.run(&mut instance, &mut random, &mut states, &mut deeds)?;
        scale.weigh_settled()?;
    }
    println!(
        "   {}: {:.1} h of audio in {:.0} s; {deeds}",
        bundle.extension().unwrap_or_default().to_string_lossy(),
        num_cycles as f64 * CYCLE_S / 3600.0,
        start.elapsed().as_secs_f64()
    );
    scale.ensure_flat(CYCLE_S)
}
