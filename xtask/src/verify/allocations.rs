//! Processing never allocates: a build that aborts when it does, run through everything that changes while playing.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use discern::audio_file;
use discern::chain::settings::{Kind, table};

use crate::listening::Listening;
use crate::playback::{Pace, play};
use crate::session::Session;
use crate::workspace::{demo_mix, run_command, target};

/// Builds and runs it in a process of its own, since an allocation ends the process.
pub fn run() -> Result<()> {
    let args = ["build", "--quiet", "-p", "discern", "--lib", "--features", "assert_process_allocs"];
    crate::workspace::run("cargo", &args)?;
    let library = target().join("debug").join(format!("{DLL_PREFIX}discern{DLL_SUFFIX}"));
    let program = std::env::current_exe().context("this program has no path")?;
    run_command(Command::new(program).arg("allocation-check").arg(library))
        .context("the plugin allocated on its audio thread (trace above), or could not be run")
}

/// Plays, listens, and moves settings back and forth meanwhile.
pub fn process(library: &Path) -> Result<()> {
    let mix = audio_file::read(&demo_mix())?;
    let mut session = Session::load(library)?;
    let mut changes = Vec::new();
    // Every setting to the far end of its range and back; what is on by default stays on, so that it works meanwhile.
    let stays = |id: &str, default: f64| id == "latency_mode" || id.ends_with(".enabled") && default == 1.0;
    for setting in table().iter().filter(|setting| !stays(&setting.id, setting.default)) {
        let (min, max) = match setting.kind {
            Kind::Number { min, max, .. } => (min, max),
            Kind::Toggle => (0.0, 1.0),
            Kind::Choice(names) => (0.0, (names.len() - 1) as f64),
        };
        let far = if setting.default - min > max - setting.default { min } else { max };
        changes.push([session.host_value(&setting.id, far)?, session.host_value(&setting.id, setting.default)?]);
    }
    let audio = session.activate(f64::from(mix.sample_rate_hz), mix.channels.len(), 4096)?;
    let mut listening = Listening::default();
    let mut num_looks = 0;
    let pace = Pace { block_sizes: &[512, 1, 64, 4096, 7], speed: Some(20.0) };
    let (audio, _) = play(&mut session.plugin, audio, &mix, pace, |plugin, deck| {
        let [there, back] = changes[num_looks % changes.len()];
        let (id, value) = if (num_looks / changes.len()) % 2 == 0 { there } else { back };
        deck.set(id, value)?;
        num_looks += 1;
        listening.watch(plugin, deck)
    })?;
    session.plugin.deactivate(audio);
    println!("   {:.0} s of music, {num_looks} changes, a listening and its verdict", mix.duration_s());
    Ok(())
}
