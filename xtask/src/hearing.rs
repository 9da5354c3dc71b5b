//! `cargo xtask hearing`: what is heard of songs beside ffmpeg's meter, and what hearing costs beside other analysers;
//! writes `docs/hearing-peers.md`.

mod levels;
mod memory;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::landing::collect;
use crate::measurements::output;
use crate::workspace::{self, build_bench, out, processor, root, step, target};

/// What the measurement needs from PyPI, and from Debian.
const MODULES: [&str; 3] = ["libsonare", "numpy", "soundfile"];
const PACKAGES: [&str; 1] = ["ffmpeg"];
const PAGE: &str = "docs/hearing-peers.md";

/// Measures the songs of a folder, by default the one beside the repository: `[DIR] [--install]`.
///
/// # Errors
/// If something that is needed is missing or cannot be run, or a bar is missed.
pub fn run(args: &[String]) -> Result<()> {
    let (install, dirs): (Vec<&String>, Vec<&String>) = args.iter().partition(|arg| *arg == "--install");
    let dir = match dirs[..] {
        [] => root().join("../shared/music"),
        [dir] if !dir.starts_with('-') => PathBuf::from(dir),
        _ => bail!("usage: cargo xtask hearing [DIR] [--install]"),
    };
    workspace::require(!install.is_empty(), "hearing", &PACKAGES, &MODULES)?;
    let mut songs = Vec::new();
    collect(&dir, &mut songs)?;
    songs.sort();
    if songs.is_empty() {
        bail!("{}: no WAV or FLAC in it", dir.display());
    }
    let cli = step("build discern-cli", || {
        workspace::run("cargo", &["build", "--release", "--no-default-features", "--bin", "discern-cli"])?;
        Ok(target().join("release/discern-cli"))
    })?;
    let bench = step("build benches/hearing.rs", || build_bench("hearing"))?;

    let (levels, mut faults) = step("levels", || levels::measure(&cli, &songs))?;
    let speed = step("speed", || speed(&bench, &songs))?;
    let cases = step("cases", || output(&mut Command::new(&bench)))?;
    let (memory, too_large) = step("memory, twice three hours of programme", || memory::measure(&bench))?;
    faults.extend(too_large);
    let text = page(&[&levels, &speed, &cases_text(&cases), &memory], &faults);
    let path = root().join(PAGE);
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}", path.display());
    if !faults.is_empty() {
        bail!("{} misses:\n{}", faults.len(), faults.join("\n"));
    }
    Ok(())
}

/// The section that `xtask/peers/hearing.py` measures and prints; how far it is goes to the terminal.
fn speed(bench: &Path, songs: &[PathBuf]) -> Result<String> {
    let mut measure = Command::new("python3");
    measure.arg(root().join("xtask/peers/hearing.py")).arg("--bench").arg(bench);
    measure.arg("--folder").arg(out("hearing")?).args(songs).stderr(Stdio::inherit());
    let measured = measure.output().context("python3 cannot be started")?;
    if !measured.status.success() {
        bail!("xtask/peers/hearing.py failed ({})", measured.status);
    }
    Ok(String::from_utf8(measured.stdout)?)
}

fn cases_text(cases: &str) -> String {
    format!(
        "## In the plugin\n\nThe demo mix for four minutes. `analyzer`: a song from beginning to end with what is found in it; \
         `live`: what an instance does while it listens, analysis, meters of mix and master, spectra, and what it shows the editor; \
         `meters`: the same while it does not listen. Time on the processor, the least of three runs.\n\n```\n{cases}```\n"
    )
}

fn page(sections: &[&str], faults: &[String]) -> String {
    let missed = match faults {
        [] => "No bar is missed.".to_owned(),
        faults => format!("Bars missed:\n\n* {}", faults.join("\n* ")),
    };
    format!(
        "# Hearing beside others\n\nWritten by `cargo xtask hearing`, in one run on one machine ({}), which is not idle and not \
         alone. {missed}\n\n{}",
        processor(),
        sections.join("\n")
    )
}
