//! `render`: the chain alone.

use anyhow::{Context, Result};

use super::args::RenderArgs;
use super::output::Output;
use super::song;
use crate::chain::Settings;
use crate::report::read_settings;

/// Renders; what was written, as text.
///
/// # Errors
/// If a file cannot be read or the output not written.
pub fn run(arguments: &RenderArgs) -> Result<String> {
    let output = Output::check(&arguments.output, &arguments.file)?;
    let mut settings = match &arguments.settings {
        None => Settings::default(),
        Some(path) => {
            let name = || path.display().to_string();
            let text = std::fs::read_to_string(path).context("cannot be read; check the path").with_context(name)?;
            read_settings(&text).with_context(name)?
        }
    };
    for assignment in &arguments.assignments {
        assignment.apply(&mut settings);
    }
    let audio = song::read_for_chain(&arguments.file)?;
    let rendered = song::render(&audio, &settings);
    Ok(output.write(&rendered, output.word_length(&audio))?.join("\n") + "\n")
}
