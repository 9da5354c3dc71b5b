//! `cargo xtask peers`: the limiter and the chain's stages beside others, each table in one run with one method; writes
//! `docs/limiter-peers.md` and `docs/chain-peers.md`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use discern::chain::equalizer::Equalizer;
use discern::chain::glue::Glue;
use discern::chain::limiter::Limiter;
use discern::chain::multiband::Multiband;
use discern::chain::settings::LatencyMode;

use crate::workspace::{self, out, root, run_command, step, target};

/// What the measurement needs from Debian.
const PACKAGES: [&str; 6] = ["ffmpeg", "valgrind", "x42-plugins", "lsp-plugins-lv2", "zam-plugins", "calf-plugins"];
/// What it needs from PyPI.
const MODULES: [&str; 5] = ["numpy", "scipy", "soundfile", "pyloudnorm", "pedalboard"];
/// The crate that is measured too, in a build of its own; it asks for a newer compiler than it needs.
const TRUEPEAK_MANIFEST: &str = "[package]\nname = \"truepeak-runner\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
    [dependencies]\nhound = \"=3.5.1\"\ntruepeak = \"=0.1.1\"\n\n[workspace]\n";

/// The tables, each a script of this name.
const TABLES: [&str; 5] = ["limiter", "equalizer", "multiband", "compressor", "saturation"];
/// The rate that everything is measured at.
const RATE_HZ: f64 = 48_000.0;
/// Of the stage colour, which is not public; its own test holds it to this.
const COLOUR_LATENCY_SAMPLES: usize = 40;

/// Measures what is named, or all: `[TABLE]... [--install] [--songs FOLDER]... [other options of xtask/peers/limiter.py]`.
///
/// # Errors
/// If something that is needed is missing, or cannot be run.
pub fn run(args: &[String]) -> Result<()> {
    let (install, args): (Vec<&String>, Vec<&String>) = args.iter().partition(|arg| *arg == "--install");
    let (named, options): (Vec<&String>, Vec<&String>) =
        args.into_iter().partition(|arg| TABLES.contains(&arg.as_str()));
    workspace::require(!install.is_empty(), "peers", &PACKAGES, &MODULES)?;
    let folder = out("peers")?;
    let cli = step("build discern-cli", || {
        workspace::run("cargo", &["build", "--release", "--no-default-features", "--bin", "discern-cli"])?;
        Ok(target().join("release/discern-cli"))
    })?;
    let signals = folder.join("signals");
    step("write signals", || run_command(Command::new("python3").arg(script("signals")).arg(&signals)))?;
    for table in TABLES.into_iter().filter(|table| named.is_empty() || named.iter().any(|name| name == table)) {
        let mut measure = Command::new("python3");
        measure.arg(script(table)).arg("--signals").arg(&signals).arg("--discern").arg(&cli);
        measure.args(["--discern-latency", &latency_samples(table).to_string()]);
        if table == "limiter" {
            add_limiter_options(&mut measure, &folder)?;
        } else {
            measure.arg("--output").arg(root().join("docs/chain-peers.md"));
        }
        measure.args(&options);
        step(&format!("measure: {table}"), || run_command(&mut measure))?;
    }
    Ok(())
}

fn script(name: &str) -> PathBuf {
    root().join("xtask/peers").join(name).with_extension("py")
}

/// What Discern's stage of a table delays by in the latency mode *standard*, which the command line takes off again.
fn latency_samples(table: &str) -> usize {
    match table {
        "equalizer" => Equalizer::new(RATE_HZ, LatencyMode::Standard).latency_samples(),
        "multiband" => Multiband::new(RATE_HZ).latency_samples(),
        "compressor" => Glue::new(RATE_HZ).latency_samples(),
        "saturation" => COLOUR_LATENCY_SAMPLES,
        _ => Limiter::new(RATE_HZ, LatencyMode::Standard).latency_samples(),
    }
}

fn add_limiter_options(measure: &mut Command, folder: &Path) -> Result<()> {
    let tracking = Limiter::new(RATE_HZ, LatencyMode::Tracking).latency_samples();
    measure.args(["--tracking-latency", &tracking.to_string()]);
    measure.arg("--output").arg(root().join("docs/limiter-peers.md"));
    if let Some(truepeak) = step("build the crate truepeak", || Ok(build_truepeak(folder)))? {
        measure.arg("--truepeak").arg(truepeak);
    }
    Ok(())
}

/// The runner of the crate `truepeak`, or nothing (and why, on the terminal) where it does not build.
fn build_truepeak(folder: &Path) -> Option<PathBuf> {
    let crate_folder = folder.join("truepeak");
    let built = std::fs::create_dir_all(crate_folder.join("src"))
        .and_then(|()| std::fs::write(crate_folder.join("Cargo.toml"), TRUEPEAK_MANIFEST))
        .and_then(|()| std::fs::write(crate_folder.join("src/main.rs"), include_str!("../peers/truepeak_runner.rs")))
        .and_then(|()| {
            Command::new("cargo")
                .args(["build", "--release", "--ignore-rust-version", "--target-dir", "target"])
                .current_dir(&crate_folder)
                .status()
        });
    match built {
        Ok(status) if status.success() => Some(crate_folder.join("target/release/truepeak-runner")),
        Ok(status) => {
            eprintln!("the crate truepeak does not build here ({status}) and is left out");
            None
        }
        Err(error) => {
            eprintln!("the crate truepeak is left out: {error}");
            None
        }
    }
}
