//! `listen`: hears a song and prints what was found.

use anyhow::Result;

use super::args::ListenArgs;
use super::{song, text};
use crate::audio_file::read;
use crate::report::{delivery, json};

/// The report, as text or JSON.
///
/// # Errors
/// If the file cannot be read, or has a rate at which the chain cannot predict anything.
pub fn run(arguments: &ListenArgs) -> Result<String> {
    let audio = read(&arguments.file)?;
    song::check_rate(&arguments.file, &audio)?;
    let brief = arguments.brief.brief();
    let features = song::analyze(&audio);
    let report = song::judge(&audio, &features, &brief);
    let checks = delivery(&features.levels, &features.stereo, features.num_non_finite, &brief);
    let source = song::source(&arguments.file, &audio);
    if arguments.json {
        return Ok(text::pretty(&json(&source, &features, &report, &checks, None)));
    }
    Ok([
        text::heading(&source, &features),
        text::verdict(&report),
        text::moves(&report),
        text::measurements(&features),
        text::checks(&checks),
    ]
    .join("\n"))
}
