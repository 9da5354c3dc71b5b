//! `cargo xtask verify`: the built plugin in hosts, format against format, its editor on a screen.

mod allocations;
#[cfg(target_os = "linux")]
mod ardour;
mod clap;
mod editor;
mod flac;
mod hosts;
mod pictures;
#[cfg(target_os = "linux")]
mod realtime;
mod samples;
mod standalone;
mod tools;
mod validators;
// The host has Linux's main loop and windows of X11.
#[cfg(target_os = "linux")]
mod vst3_editor;
#[cfg(target_os = "linux")]
mod vst3_promises;

use std::ffi::OsString;

use anyhow::{Context, Result, bail};

use crate::workspace::{bundled, demo_mix, out, run_command, step};
use crate::{bundle, screen};

type Check = (&'static str, &'static str, fn() -> Result<()>);

/// All checks in order.
const CHECKS: [Check; 15] = [
    ("tools", "what the checks need", tools::install),
    ("bundle", "both bundles", || bundle::run(&[])),
    ("clap", "the .clap in a host", || clap::run(&bundled("clap"))),
    ("flac", "FLAC files in decoders of others", flac::run),
    ("samples", "the same samples from .clap, .vst3 and command line", samples::run),
    ("allocations", "no allocation while processing", allocations::run),
    ("validators", "what validators try", validators::run),
    ("realtime", "nothing forbidden on the audio thread", on_linux::realtime),
    ("editor", "the editor in a window", || on_screen("editor")),
    ("hosts", "the editor as hosts treat it", || on_screen("hosts")),
    ("vst3_editor", "the editor as VST3 hosts treat it", || on_screen("vst3_editor")),
    ("soak", "an hour of use", on_linux::soak),
    ("ardour", "a session in Ardour", on_linux::ardour),
    ("standalone", "the plugin as an application", standalone::build),
    ("pictures", "pictures of the editor", || on_screen("pictures")),
];

/// Checks that run only when they are named: `standalone` builds everything once more, `ardour` needs Debian's Ardour.
const BY_NAME: [&str; 2] = ["standalone", "ardour"];

/// All checks but those of [`BY_NAME`], or those named; the first that fails ends it.
pub fn run(names: &[String]) -> Result<()> {
    if let Some(name) = names.iter().find(|name| CHECKS.iter().all(|(known, ..)| known != name)) {
        let known = CHECKS.map(|(name, ..)| name).join(", ");
        bail!("there is no check {name:?}; there are {known}");
    }
    for (name, title, check) in CHECKS {
        let is_wanted = if names.is_empty() { !BY_NAME.contains(&name) } else { names.iter().any(|each| each == name) };
        if is_wanted {
            step(title, check)?;
        }
    }
    println!("verified; pictures in {}", out("verify")?.display());
    Ok(())
}

/// Runs one of this program's own tasks on a screen of its own.
pub fn on_screen(task: &str) -> Result<()> {
    on_screen_with(task, &[])
}

/// The same with more in its environment.
pub fn on_screen_with(task: &str, environment: &[(&str, OsString)]) -> Result<()> {
    let server = screen::Server::start()?;
    let program = std::env::current_exe().context("this program has no path")?;
    run_command(
        std::process::Command::new(program)
            .args(["on-screen", task])
            .env("DISPLAY", server.display())
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .envs(environment.iter().map(|(name, value)| (name, value))),
    )
}

/// What [`on_screen`] starts; the display is in the environment.
pub fn run_on_screen(task: &str) -> Result<()> {
    let display = std::env::var("DISPLAY").context("there is no screen")?;
    match task {
        "editor" => editor::run(&bundled("clap"), &demo_mix(), &display),
        "hosts" => hosts::run(&bundled("clap"), &display, &out("verify")?),
        #[cfg(target_os = "linux")]
        "vst3_editor" => vst3_editor::run(&bundled("vst3"), &display, &out("verify/vst3")?),
        #[cfg(target_os = "linux")]
        "realtime" => realtime::watch(&display),
        #[cfg(target_os = "linux")]
        "soak" => crate::soak::on_screen(&display),
        "standalone" => standalone::look(&display),
        "pictures" => pictures::take(&display, &out("verify")?),
        "frames" => crate::frames::on_screen(&display),
        _ => bail!("there is no task {task:?} for a screen"),
    }
}

/// What [`allocations`] starts.
pub fn run_allocation_check(library: &str) -> Result<()> {
    allocations::process(library.as_ref())
}

/// Checks that rest on what only Linux has: preloaded libraries, its X11 windows, its files about processes.
#[cfg(target_os = "linux")]
mod on_linux {
    pub use super::ardour::run as ardour;
    pub use super::realtime::run as realtime;
    pub use super::vst3_promises::run as vst3_promises;

    pub fn soak() -> anyhow::Result<()> {
        crate::soak::for_hours(1.0)
    }
}

#[cfg(not(target_os = "linux"))]
mod on_linux {
    use anyhow::Result;

    fn say() -> Result<()> {
        println!("   only on Linux");
        Ok(())
    }

    pub fn vst3_promises(_vst3: &std::path::Path) -> Result<()> {
        say()
    }

    pub use {say as ardour, say as realtime, say as soak};
}
