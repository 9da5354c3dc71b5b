//! Where things are in the repository, and how tasks run programs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// A built bundle: `extension` is "clap" or "vst3".
pub fn bundled(extension: &str) -> PathBuf {
    target().join("bundled").join(format!("Discern.{extension}"))
}

/// The song that tasks play when none is given.
pub fn demo_mix() -> PathBuf {
    root().join("assets/demo_mix.flac")
}

/// A folder for results of tasks, made if missing; not part of the repository.
pub fn out(name: &str) -> Result<PathBuf> {
    let folder = root().join("out").join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

/// Runs a program in the root to its end; an error if it fails.
pub fn run(program: &str, args: &[&str]) -> Result<()> {
    run_command(Command::new(program).args(args))
}

/// Runs a prepared command in the root to its end; an error if it fails.
pub fn run_command(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let shown = command.get_args().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let status = command.current_dir(root()).status().with_context(|| format!("{name} cannot be started"))?;
    if !status.success() {
        bail!("`{name} {shown}` failed ({status})");
    }
    Ok(())
}

/// Whether a program can be started.
pub fn has_program(name: &str, args: &[&str]) -> bool {
    Command::new(name).args(args).output().is_ok_and(|output| output.status.success())
}

/// Does one step of a task and says how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    println!("── {name}");
    let result = work().with_context(|| format!("{name} failed"))?;
    println!("   {:.1} s", start.elapsed().as_secs_f64());
    Ok(result)
}

/// Builds a bench without the framework; its path.
pub fn build_bench(name: &str) -> Result<PathBuf> {
    let built = Command::new("cargo")
        .args(["bench", "--no-default-features", "--bench", name, "--no-run"])
        .current_dir(root())
        .output()
        .context("cargo cannot be started")?;
    let text = String::from_utf8_lossy(&built.stderr);
    // cargo says `Executable benches/cost.rs (target/release/deps/cost-…)`.
    let path = text.lines().filter(|line| line.contains(&format!("benches/{name}.rs"))).find_map(|line| {
        let (_, path) = line.rsplit_once('(')?;
        Some(root().join(path.trim_end_matches(')')))
    });
    path.filter(|_| built.status.success()).with_context(|| format!("the bench cannot be built:\n{text}"))
}

/// What the system says of its processor.
pub fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}

/// Installs what a comparison needs from Debian and from PyPI, or says how to; `ffmpeg` stands for Debian's.
///
/// # Errors
/// If something is missing and was not to be installed, or cannot be.
pub fn require(install: bool, task: &str, packages: &[&str], modules: &[&str]) -> Result<()> {
    if install {
        run("apt-get", &[&["install", "-y"][..], packages].concat())?;
        run("python3", &[&["-m", "pip", "install"][..], modules].concat())?;
    }
    let imports = format!("import {}", modules.join(", "));
    if !has_program("ffmpeg", &["-version"]) || !has_program("python3", &["-c", &imports]) {
        bail!(
            "the peers are not all here; `cargo xtask {task} --install` as root, or:\n  apt-get install {}\n  pip install {}",
            packages.join(" "),
            modules.join(" ")
        );
    }
    Ok(())
}
