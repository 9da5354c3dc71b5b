//! The built .clap as a host sees it: parameters, state, the chain's own samples, and a listening that is accepted.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use discern::audio_file::{self, AudioFile};
use discern::chain::settings::{LatencyMode, table};
use discern::chain::{Chain, Settings};
use discern_host::Parameter;

use crate::playback::render;
use crate::session::{self, Session};
use crate::try_mix::{levels, try_plugin};
use crate::workspace::demo_mix;

/// Sizes that hosts use and sizes that find mistakes.
const BLOCK_SIZES: [usize; 7] = [512, 1, 64, 4096, 7, 480, 1023];
/// A landing is this close, LU.
const LANDING_LU: f64 = 0.3;

/// All checks.
pub fn run(clap: &Path) -> Result<()> {
    check_parameters(clap)?;
    check_state(clap)?;
    let mix = audio_file::read(&demo_mix())?;
    for sample_rate_hz in [44_100, 96_000] {
        check_samples(clap, &AudioFile { sample_rate_hz, ..mix.clone() })?;
    }
    check_accepting(clap, mix)
}

/// Settings that make every stage work.
pub fn busy_settings() -> Vec<(String, f64)> {
    let mut settings = vec![
        ("input.gain_db", -1.3),
        ("input.invert_right", 1.0),
        ("input.dc_blocker", 1.0),
        ("equalizer.amount_percent", 87.5),
        ("equalizer.band_1.shape", 3.0),
        ("equalizer.band_1.frequency_hz", 27.4),
        ("equalizer.band_2.gain_db", 2.35),
        ("equalizer.band_3.gain_db", -3.1),
        ("equalizer.band_3.channel", 3.0),
        ("equalizer.band_6.shape", 2.0),
        ("equalizer.band_6.gain_db", 1.75),
        ("equalizer.band_7.channel", 4.0),
        ("equalizer.band_7.gain_db", 2.0),
        ("equalizer.band_4.dynamic", 1.0),
        ("equalizer.band_4.threshold_db", -12.0),
        ("equalizer.band_4.range_db", -4.0),
        ("equalizer.auto_makeup", 1.0),
        ("resonance.enabled", 1.0),
        ("resonance.threshold_db", 4.0),
        ("multiband.enabled", 1.0),
        ("multiband.band_1.threshold_dbfs", -30.0),
        ("multiband.band_3.direction", 1.0),
        ("glue.enabled", 1.0),
        ("glue.threshold_dbfs", -24.0),
        ("colour.enabled", 1.0),
        ("colour.drive_db", 6.0),
        ("stereo.band_3.width_percent", 130.0),
        ("stereo.mono_bass", 1.0),
        ("clipper.enabled", 1.0),
        ("clipper.ceiling_dbfs", -4.0),
        ("limiter.gain_db", 7.25),
        ("limiter.ceiling_dbtp", -1.0),
        ("limiter.style", 1.0),
        ("dither.enabled", 1.0),
        ("dither.bits", 1.0),
    ];
    settings.sort_by_key(|(id, _)| table().iter().position(|setting| setting.id == *id));
    settings.into_iter().map(|(id, value)| (id.to_owned(), value)).collect()
}

fn check_parameters(clap: &Path) -> Result<()> {
    let session = Session::load(clap)?;
    let parameters = session.plugin.parameters();
    let expected: Vec<_> = table().iter().map(|setting| Parameter::id_of(&setting.id)).collect();
    let num_actions = parameters.len().checked_sub(expected.len()).context("parameters are missing")?;
    for id in &expected {
        ensure!(parameters.iter().filter(|parameter| parameter.id == *id).count() == 1, "parameter {id} is not there");
    }
    for parameter in parameters {
        ensure!(!parameter.name.is_empty(), "parameter {} has no name", parameter.id);
    }
    ensure!(parameters.iter().filter(|parameter| parameter.is_bypass).count() == 1, "there is no bypass for the host");
    println!("   {} settings and {num_actions} actions are parameters", expected.len());
    Ok(())
}

/// Every setting away from its default, saved, loaded into a fresh instance, saved again.
fn check_state(clap: &Path) -> Result<()> {
    let mut first = Session::load(clap)?;
    let mut wanted = Vec::new();
    for (index, setting) in table().iter().enumerate() {
        let parameter = first.plugin.parameter(Parameter::id_of(&setting.id))?;
        let share = 0.13 + 0.7 * ((index * 37) % 101) as f64 / 101.0;
        let raw = parameter.min + share * (parameter.max - parameter.min);
        let id = parameter.id;
        let raw = if parameter.is_stepped { raw.round() } else { raw };
        let text = first.plugin.format(id, raw)?;
        wanted.push((
            setting.id.clone(),
            setting.parse(&text).with_context(|| format!("{} shows {text:?}", setting.id))?,
        ));
    }
    set_all(&mut first, &wanted)?;
    first.check(&wanted).context("settings did not arrive")?;
    let state = first.plugin.save()?;
    let mut second = Session::load(clap)?;
    second.plugin.restore(&state)?;
    second.check(&wanted).context("settings were lost in the state")?;
    ensure!(second.plugin.save()? == state, "a loaded state is saved differently");
    let mut broken = Session::load(clap)?;
    ensure!(broken.plugin.restore(b"no state").is_err(), "rubbish is taken for a state");
    Ok(())
}

/// Sets settings while the plugin is not active.
pub fn set_all(session: &mut Session, settings: &[(String, f64)]) -> Result<()> {
    let mut events = Vec::new();
    for (id, value) in settings {
        events.push(session.host_value(id, *value)?);
    }
    session.plugin.flush(&events)?;
    Ok(())
}

/// The song through the plugin with busy settings.
pub fn render_clap(
    clap: &Path,
    song: &AudioFile,
    settings: &[(String, f64)],
    block_sizes: &[usize],
) -> Result<AudioFile> {
    let mut session = Session::load(clap)?;
    set_all(&mut session, settings)?;
    let max_frames = block_sizes.iter().copied().max().unwrap_or(512);
    let audio = session.activate(f64::from(song.sample_rate_hz), song.channels.len(), max_frames)?;
    let (audio, master) = render(&mut session.plugin, audio, song, block_sizes)?;
    session.plugin.deactivate(audio);
    Ok(master)
}

/// The plugin's samples are the chain's, whatever the blocks.
fn check_samples(clap: &Path, song: &AudioFile) -> Result<()> {
    let settings = busy_settings();
    let master = render_clap(clap, song, &settings, &BLOCK_SIZES)?;
    let expected = render_chain(song, &settings);
    same_samples("chain", &expected, "plugin", &master)
        .with_context(|| format!("at {} Hz in blocks of {BLOCK_SIZES:?}", song.sample_rate_hz))
}

/// The song through the chain alone, delay removed.
fn render_chain(song: &AudioFile, settings: &[(String, f64)]) -> AudioFile {
    let mut values = Settings::default();
    for (id, value) in settings {
        discern::chain::settings::find(id).expect("a known setting").set(&mut values, *value);
    }
    let mut chain = Chain::new(f64::from(song.sample_rate_hz), LatencyMode::Standard);
    chain.set(&values);
    let latency_samples = chain.latency_samples();
    let (mut left, mut right) = (song.left().to_vec(), song.right().to_vec());
    for channel in [&mut left, &mut right] {
        channel.resize(song.num_frames() + latency_samples, 0.0);
    }
    chain.process(&mut left, &mut right);
    let channels = [left, right].map(|channel| channel[latency_samples..].to_vec());
    AudioFile { channels: channels.into(), ..song.clone() }
}

/// Fails with the first difference between two recordings.
pub fn same_samples(name: &str, one: &AudioFile, other_name: &str, other: &AudioFile) -> Result<()> {
    ensure!(one.channels.len() == other.channels.len(), "{name} and {other_name} differ in channels");
    ensure!(one.num_frames() == other.num_frames(), "{name} and {other_name} differ in length");
    let mut num_different = 0;
    let mut first = None;
    let mut largest: f32 = 0.0;
    for (one, other) in one.channels.iter().zip(&other.channels) {
        for (frame_idx, (a, b)) in one.iter().zip(other).enumerate() {
            if a != b {
                num_different += 1;
                largest = largest.max((a - b).abs());
                first = first.or(Some((frame_idx, *a, *b)));
            }
        }
    }
    if let Some((frame_idx, a, b)) = first {
        bail!(
            "{num_different} samples of {name} and {other_name} differ, by up to {largest:e}; \
             the first at frame {frame_idx}: {a:e} and {b:e}"
        );
    }
    println!(
        "   {name} = {other_name}: {} samples at {} Hz",
        one.num_frames() * one.channels.len(),
        one.sample_rate_hz
    );
    Ok(())
}

/// A whole first master: listening, verdict, Needed moves by parameter events, ceiling and landing.
fn check_accepting(clap: &Path, mix: AudioFile) -> Result<()> {
    let outcome = try_plugin(clap, mix)?;
    ensure!(!outcome.accepted.is_empty(), "nothing was Needed for the demo mix, so nothing was tried");
    check_landing(&outcome.accepted, &outcome.master)?;
    let mut session = Session::load(clap)?;
    ensure!(session::report(&mut session.plugin)?.is_none(), "a fresh instance has a report");
    Ok(())
}

/// The master holds the accepted ceiling and is as loud as streaming services play it.
pub fn check_landing(accepted: &[(String, f64)], master: &AudioFile) -> Result<()> {
    let after = levels(master);
    let loudness = after.integrated_lufs.context("the master is silent")?;
    let peak = after.true_peak_dbtp.context("the master is silent")?;
    let ceiling = accepted.iter().find(|(id, _)| id == "limiter.ceiling_dbtp").context("no ceiling was accepted")?.1;
    println!("   master: {loudness:.2} LUFS, {peak:.2} dBTP under a ceiling of {ceiling:.2} dBTP");
    ensure!(peak <= ceiling, "the ceiling is not held");
    ensure!((loudness + 14.0).abs() <= LANDING_LU, "the master does not land at -14 LUFS");
    Ok(())
}
