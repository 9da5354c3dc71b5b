//! `cargo xtask try`: the built plugin masters a song in a host, as a person would have it do.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use discern::analysis::{Levels, measure_levels};
use discern::audio_file::{self, AudioFile, Container, WordLength};
use discern_host::Audio;
use serde_json::{Value, json};

use crate::bundle;
use crate::listening::Listening;
use crate::playback::{Pace, play};
use crate::session::{self, Session, settings_of_moves};
use crate::workspace::{bundled, demo_mix, out};

/// Blocks as hosts commonly have them.
const BLOCK_SIZES: &[usize] = &[512];
/// Times real time. The plugin says when it could not hear everything; on a busy machine it then gets more time.
const SPEEDS: [f64; 4] = [20.0, 10.0, 5.0, 2.0];

/// What came of a try.
pub struct Outcome {
    /// The plugin's report, from its saved state.
    pub report: Value,
    /// The settings that were accepted.
    pub accepted: Vec<(String, f64)>,
    /// The song.
    pub mix: AudioFile,
    /// What the plugin made of it.
    pub master: AudioFile,
}

/// Builds the plugin, then tries it on the named file or the demo mix.
pub fn run(args: &[String]) -> Result<()> {
    let path = match args {
        [] => demo_mix(),
        [path] => PathBuf::from(path),
        _ => bail!("usage: cargo xtask try [MIX]"),
    };
    let mix = audio_file::read(&path)?;
    bundle::run(&[])?;
    let start = Instant::now();
    let outcome = try_plugin(&bundled("clap"), mix)?;
    let name = path.file_stem().map_or_else(|| "mix".into(), |name| name.to_string_lossy().into_owned());
    let folder = out(&name)?;
    let master = folder.join("master.wav");
    audio_file::write(&master, &outcome.master, Container::Wav, WordLength::Float32)?;
    let before = levels(&outcome.mix);
    let after = levels(&outcome.master);
    let report = folder.join("report.json");
    std::fs::write(&report, serde_json::to_string_pretty(&summary(&path, &outcome, &before, &after))?)
        .with_context(|| format!("{} cannot be written", report.display()))?;
    print(&outcome, &before, &after);
    println!("\n{}\n{}", master.display(), report.display());
    println!("{:.0} s of music in {:.1} s", outcome.mix.duration_s(), start.elapsed().as_secs_f64());
    Ok(())
}

/// Listens, waits for the verdict, accepts what is Needed by parameter events, plays again.
pub fn try_plugin(clap: &Path, mix: AudioFile) -> Result<Outcome> {
    let (mut session, mut audio, report, pace) = listen(clap, &mix)?;
    let accepted = settings_of_moves(&report, "needed")?;
    for (id, value) in &accepted {
        let (host_id, value) = session.host_value(id, *value)?;
        audio.set(host_id, value);
    }
    // With the transport stopped, so that the song starts with the settings in place.
    let silence = AudioFile { channels: vec![vec![0.0; BLOCK_SIZES[0]]; mix.channels.len()], ..mix.clone() };
    let (mut audio, _) = play(&mut session.plugin, audio, &silence, pace, |_, deck| Ok(deck.is_song_over()))?;
    session.check(&accepted).context("an accepted move did not arrive")?;
    audio.transport.position_frames = 0;
    audio.reset();
    let (audio, master) = play(&mut session.plugin, audio, &mix, pace, |_, deck| Ok(deck.is_song_over()))?;
    session.plugin.deactivate(audio);
    Ok(Outcome { report, accepted, mix, master })
}

/// Plays the song to a fresh instance until one has heard every frame of it.
fn listen(clap: &Path, mix: &AudioFile) -> Result<(Session, Audio, Value, Pace<'static>)> {
    for speed in SPEEDS {
        let pace = Pace { block_sizes: BLOCK_SIZES, speed: Some(speed) };
        let mut session = Session::load(clap)?;
        let audio = session.activate(f64::from(mix.sample_rate_hz), mix.channels.len(), BLOCK_SIZES[0])?;
        let mut listening = Listening::default();
        let (audio, _) = play(&mut session.plugin, audio, mix, pace, |plugin, deck| listening.watch(plugin, deck))?;
        let report = session::report(&mut session.plugin)?.context("the plugin has no report")?;
        let dropped = &report["heard"]["dropped_frames"];
        if *dropped == 0 {
            println!("   heard at {speed} times real time, no frame dropped");
            return Ok((session, audio, report, pace));
        }
        println!("   at {speed} times real time this machine dropped {dropped} frames");
        session.plugin.deactivate(audio);
    }
    bail!("the plugin dropped frames at every speed");
}

/// Loudness and peaks of a recording.
pub fn levels(audio: &AudioFile) -> Levels {
    let channels: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    measure_levels(f64::from(audio.sample_rate_hz), &channels)
}

type Row = (&'static str, &'static str, fn(&Levels) -> Option<f64>);

const ROWS: [Row; 6] = [
    ("integrated_lufs", "LUFS", |levels| levels.integrated_lufs),
    ("max_short_term_lufs", "LUFS", |levels| levels.max_short_term_lufs),
    ("loudness_range_lu", "LU", |levels| levels.loudness_range_lu),
    ("true_peak_dbtp", "dBTP", |levels| levels.true_peak_dbtp),
    ("sample_peak_dbfs", "dBFS", |levels| levels.sample_peak_dbfs),
    ("plr_db", "dB", |levels| levels.plr_db),
];

fn summary(path: &Path, outcome: &Outcome, before: &Levels, after: &Levels) -> Value {
    let table = |levels: &Levels| -> Value {
        ROWS.iter()
            .map(|(name, _, get)| ((*name).to_owned(), json!(get(levels))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let accepted: serde_json::Map<_, _> =
        outcome.accepted.iter().map(|(id, value)| (id.clone(), json!(value))).collect();
    json!({
        "schema": 1,
        "discern": env!("CARGO_PKG_VERSION"),
        "file": path.file_name().map(|name| name.to_string_lossy()),
        "sample_rate_hz": outcome.mix.sample_rate_hz,
        "channels": outcome.mix.channels.len(),
        "duration_s": outcome.mix.duration_s(),
        "verdict": outcome.report["verdict"],
        "moves": outcome.report["moves"],
        "accepted": accepted,
        "dropped_frames": outcome.report["heard"]["dropped_frames"],
        "before": table(before),
        "after": table(after),
    })
}

fn print(outcome: &Outcome, before: &Levels, after: &Levels) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    println!("\n{}: {}", text(&outcome.report["verdict"]["kind"]), text(&outcome.report["verdict"]["sentence"]));
    for proposed in outcome.report["moves"].as_array().into_iter().flatten() {
        println!("  {} ({}): {}", text(&proposed["id"]), text(&proposed["class"]), text(&proposed["sentence"]));
        for (id, value) in proposed["settings"].as_object().into_iter().flatten() {
            println!("    {id} = {value}");
        }
    }
    println!("\n{:<22}{:>10}{:>10}", "", "before", "after");
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
    for (name, unit, get) in ROWS {
        println!("{name:<22}{:>10}{:>10}  {unit}", number(get(before)), number(get(after)));
    }
    println!("frames dropped: {}", outcome.report["heard"]["dropped_frames"]);
}
