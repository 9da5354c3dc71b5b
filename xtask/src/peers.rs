//! `cargo xtask peers`: the limiter beside others, in one run with one method; writes `docs/limiter-peers.md`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use discern::chain::limiter::Limiter;
use discern::chain::settings::LatencyMode;

use crate::workspace::{self, has_program, out, root, run_command, step, target};

/// What the measurement needs from Debian.
const PACKAGES: [&str; 6] = ["ffmpeg", "valgrind", "x42-plugins", "lsp-plugins-lv2", "zam-plugins", "calf-plugins"];
/// What it needs from PyPI.
const MODULES: [&str; 5] = ["numpy", "scipy", "soundfile", "pyloudnorm", "pedalboard"];
/// The crate that is measured too, in a build of its own; it asks for a newer compiler than it needs.
const TRUEPEAK_MANIFEST: &str = "[package]\nname = \"truepeak-runner\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
    [dependencies]\nhound = \"=3.5.1\"\ntruepeak = \"=0.1.1\"\n\n[workspace]\n";

/// Measures all limiters: `[--install] [--songs FOLDER]... [other options of xtask/peers/measure.py]`.
///
/// # Errors
/// If something that is needed is missing, or cannot be run.
pub fn run(args: &[String]) -> Result<()> {
    let (install, options): (Vec<&String>, Vec<&String>) = args.iter().partition(|arg| *arg == "--install");
    prepare(!install.is_empty())?;
    let folder = out("peers")?;
    let cli = step("build discern-cli", || {
        workspace::run("cargo", &["build", "--release", "--no-default-features", "--bin", "discern-cli"])?;
        Ok(target().join("release/discern-cli"))
    })?;
    let truepeak = step("build the crate truepeak", || Ok(build_truepeak(&folder)))?;
    let signals = folder.join("signals");
    let script = |name: &str| root().join("xtask/peers").join(name);
    step("write signals", || run_command(Command::new("python3").arg(script("signals.py")).arg(&signals)))?;
    let latency = |mode| Limiter::new(48_000.0, mode).latency_samples().to_string();
    let mut measure = Command::new("python3");
    measure.arg(script("measure.py")).arg("--signals").arg(&signals).arg("--discern").arg(&cli);
    measure.args(["--discern-latency", &latency(LatencyMode::Standard)]);
    measure.args(["--tracking-latency", &latency(LatencyMode::Tracking)]);
    measure.arg("--output").arg(root().join("docs/limiter-peers.md")).args(options);
    if let Some(truepeak) = truepeak {
        measure.arg("--truepeak").arg(truepeak);
    }
    step("measure", || run_command(&mut measure))
}

/// Installs what is missing, or says how.
fn prepare(install: bool) -> Result<()> {
    if install {
        workspace::run("apt-get", &[&["install", "-y"][..], &PACKAGES].concat())?;
        workspace::run("python3", &[&["-m", "pip", "install"][..], &MODULES].concat())?;
    }
    let imports = format!("import {}", MODULES.join(", "));
    if !has_program("ffmpeg", &["-version"]) || !has_program("python3", &["-c", &imports]) {
        bail!(
            "the peers are not all here; `cargo xtask peers --install` as root, or:\n  apt-get install {}\n  pip install {}",
            PACKAGES.join(" "),
            MODULES.join(" ")
        );
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
