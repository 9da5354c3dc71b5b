//! What the checks need of the system: installed when run as root on Debian or Ubuntu, named otherwise.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::workspace::{has_program, run, run_command, target};

/// An X server with OpenGL in software, the libraries that the editor opens at run time, Python, and readers of sound files.
const PACKAGES: [&str; 15] = [
    "xvfb",
    "libgl1-mesa-dri",
    "libgl1",
    "libegl1",
    "libglx-mesa0",
    "libx11-6",
    "libx11-xcb1",
    "libxcursor1",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libfreetype6",
    "python3",
    "python3-venv",
    "ffmpeg",
    "flac",
];
/// Python's: an independent host, and arrays to talk to it.
const MODULES: [&str; 2] = ["pedalboard", "numpy"];

/// Installs what is missing.
pub fn install() -> Result<()> {
    install_packages()?;
    if !has_modules(&python()) {
        let folder = target().join("python");
        run_command(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let mut pip = Command::new(folder.join("bin/python"));
        run_command(pip.args(["-m", "pip", "install", "--quiet"]).args(MODULES))?;
    }
    Ok(())
}

/// The Python to use: the system's if it has the modules, else one of our own.
pub fn python() -> PathBuf {
    let system = PathBuf::from("python3");
    let own = target().join("python/bin/python");
    if !has_modules(&system) && own.exists() { own } else { system }
}

fn has_modules(python: &std::path::Path) -> bool {
    has_program(&python.to_string_lossy(), &["-c", &format!("import {}", MODULES.join(", "))])
}

fn install_packages() -> Result<()> {
    if !has_program("dpkg", &["--version"]) {
        return Ok(()); // Another system: whoever is in charge of it knows the names there.
    }
    let missing: Vec<&str> = PACKAGES.into_iter().filter(|name| !has_program("dpkg", &["-s", name])).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    if !is_root {
        bail!("these packages are missing: apt-get install {}", missing.join(" "));
    }
    run("apt-get", &["update", "-qq"])?;
    let fixed = ["install", "-y", "-qq", "--no-install-recommends"];
    let mut apt = Command::new("apt-get");
    run_command(apt.args(fixed).args(missing).env("DEBIAN_FRONTEND", "noninteractive"))
}
