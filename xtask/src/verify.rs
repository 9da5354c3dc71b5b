//! `cargo xtask verify`: the built plugin in hosts, format against format, its editor on a screen.

mod allocations;
mod clap;
mod editor;
mod samples;
mod tools;

use anyhow::{Context, Result, ensure};

use crate::workspace::{bundled, demo_mix, out, run_command, step};
use crate::{bundle, screen};

/// All checks in order; the first that fails ends it.
pub fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "verify takes no arguments");
    step("tools", tools::install)?;
    step("bundle", || bundle::run(&[]))?;
    step("the .clap in a host", || clap::run(&bundled("clap")))?;
    step("the same samples from .clap, .vst3 and command line", samples::run)?;
    step("no allocation while processing", allocations::run)?;
    step("the editor in a window", || on_screen("editor"))?;
    step("pictures of the editor", || on_screen("pictures"))?;
    println!("verified; pictures in {}", out("verify")?.display());
    Ok(())
}

/// Runs one of this program's own tasks on a screen of its own.
pub fn on_screen(task: &str) -> Result<()> {
    let server = screen::Server::start()?;
    let program = std::env::current_exe().context("this program has no path")?;
    run_command(
        std::process::Command::new(program)
            .args(["on-screen", task])
            .env("DISPLAY", server.display())
            .env("LIBGL_ALWAYS_SOFTWARE", "1"),
    )
}

/// What [`on_screen`] starts; the display is in the environment.
pub fn run_on_screen(task: &str) -> Result<()> {
    let display = std::env::var("DISPLAY").context("there is no screen")?;
    match task {
        "editor" => editor::run(&bundled("clap"), &demo_mix(), &display, &out("verify")?),
        "pictures" => crate::screenshots::take(&display, &out("verify")?),
        _ => crate::screenshots::take(&display, &crate::workspace::root().join("docs/images")),
    }
}

/// What [`allocations`] starts.
pub fn run_allocation_check(library: &str) -> Result<()> {
    allocations::process(library.as_ref())
}
