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
