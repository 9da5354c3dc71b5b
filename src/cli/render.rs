//! `render`: the chain alone.

use std::path::Path;

use anyhow::{Context, Result};

use super::args::RenderArgs;
use super::output::Output;
use super::song;
use crate::audio_file::read;
use crate::chain::Settings;
use crate::report::{find_preset, presets, read_settings};

/// Renders; what was written, as text.
///
/// # Errors
/// If a file cannot be read or the output not written.
pub fn run(arguments: &RenderArgs) -> Result<String> {
    let output = Output::check(&arguments.output, &arguments.file)?;
    let mut settings = match &arguments.settings {
        None => Settings::default(),
        Some(path) => settings_of(path)?,
    };
    for assignment in &arguments.assignments {
        assignment.apply(&mut settings);
    }
    let audio = read(&arguments.file)?;
    let format = song::format(&audio);
    // What the format cannot hold is refused before the work.
    drop(output.begin(&format)?);
    let rendered = song::render(&audio, &settings);
    let mut writer = output.begin(&format)?;
    writer.push(&rendered.channels.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    let written = writer.finish()?;
    let notes = [output.note(&format)].into_iter().chain(output.clipping_note(&written));
    Ok(notes.collect::<Vec<_>>().join("\n") + "\n")
}

/// The settings of a file, or of the factory preset of that name where there is no such file.
fn settings_of(path: &Path) -> Result<Settings> {
    if let Some(preset) = path.to_str().and_then(find_preset).filter(|_| !path.exists()) {
        return Ok(preset.settings);
    }
    let name = || path.display().to_string();
    let text = std::fs::read_to_string(path)
        .with_context(|| {
            let keys: Vec<_> = presets().iter().map(|preset| preset.key).collect();
            format!("cannot be read; check the path, or name a preset: {}", keys.join(", "))
        })
        .with_context(name)?;
    read_settings(&text).with_context(name)
}
