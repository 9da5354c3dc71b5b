//! `ranges`: measures a folder of finished records.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::args::RangesArgs;
use super::{song, usage};
use crate::assistant::Ranges;
use crate::audio_file::{Claim, MAX_SONG_S, fill};

/// Endings of files that are looked at.
const ENDINGS: [&str; 7] = ["wav", "aiff", "aif", "flac", "mp3", "ogg", "oga"];
/// Fewer records say nothing.
const LEAST: usize = 3;

/// Measures and writes; what was measured, as text.
///
/// # Errors
/// If the folder cannot be read, holds too few records, or the file cannot be written.
pub fn run(arguments: &RangesArgs) -> Result<String> {
    let output = &arguments.output;
    if output.exists() && !arguments.overwrite {
        return Err(usage(format!("{}: exists; --overwrite replaces it", output.display())));
    }
    let claim = Claim::take(output, arguments.overwrite)?;
    let mut paths = Vec::new();
    collect(&arguments.dir, &mut paths)?;
    paths.sort();
    let (mut records, mut notes) = (Vec::new(), Vec::new());
    for path in &paths {
        match song::analyze_file(path, MAX_SONG_S) {
            Ok(features) => records.push(features),
            Err(error) => notes.push(format!("Left out: {error:#}")),
        }
    }
    if records.len() < LEAST {
        bail!("{}: holds {} records that can be read; {LEAST} are needed", arguments.dir.display(), records.len());
    }
    let folder = arguments.dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = arguments.source.clone().unwrap_or_else(|| format!("{} records in {folder}", records.len()));
    let ranges = Ranges::measure(arguments.name.as_deref().unwrap_or(&folder), &source, &records);
    fill(&claim, |file| file.write_all(ranges.write().as_bytes()))?;
    notes.push(format!("Measured {} records into {}.", ranges.num_songs, output.display()));
    Ok(notes.join("\n") + "\n")
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("{}: cannot be read as a folder", dir.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("{}: cannot be read", dir.display()))?.path();
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if ENDINGS.contains(&ending.as_str()) {
            paths.push(path);
        }
    }
    Ok(())
}
