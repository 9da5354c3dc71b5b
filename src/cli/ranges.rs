//! `ranges`: measures a folder of finished records.

mod records;

use std::io::Write;

use anyhow::{Result, bail};

use super::args::RangesArgs;
use super::song::Song;
use super::usage;
use crate::assistant::{Ranges, Reference};
use crate::audio_file::{Claim, MAX_SONG_S, fill};
use records::{Found, find};

/// Fewer records say nothing.
const LEAST: usize = 3;
/// Most reasons that an error names.
const MAX_REASONS: usize = 3;

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
    let Found { paths, num_folders, mut notes } = find(&arguments.dir)?;
    let mut records = Vec::new();
    for path in &paths {
        let heard = Song::measure(path, "Listening", MAX_SONG_S);
        match heard.map(|song| (Reference::refusal(&song.features), song)) {
            Ok((None, song)) => {
                let cut = song.format.truncation();
                notes.extend(cut.map(|cut| format!("{}: {cut}; what is there counts", path.display())));
                records.push(song.features);
            }
            Ok((Some(why), _)) => notes.push(format!("Left out: {}: {why}", path.display())),
            Err(error) => notes.push(format!("Left out: {error:#}")),
        }
    }
    if records.len() < LEAST {
        let has = match records.len() {
            0 => "no record that counts".to_owned(),
            1 => "1 record that counts".to_owned(),
            count => format!("{count} records that count"),
        };
        let more = notes.len().saturating_sub(MAX_REASONS);
        notes.truncate(MAX_REASONS);
        notes.extend((more > 0).then(|| format!("{more} more are left out")));
        let why = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
        bail!("{}: holds {has}; {LEAST} are needed{why}", arguments.dir.display());
    }
    let folder = arguments.dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = arguments.source.clone().unwrap_or_else(|| format!("{} records in {folder}", records.len()));
    let ranges = Ranges::measure(arguments.name.as_deref().unwrap_or(&folder), &source, &records);
    if !ranges.is_finite() {
        bail!("{}: its records give ranges that are no numbers; leave out what is not music", arguments.dir.display());
    }
    fill(&claim, |file| file.write_all(ranges.write().as_bytes()))?;
    if num_folders > 0 {
        let folders = if num_folders == 1 { "1 folder".to_owned() } else { format!("{num_folders} folders") };
        notes.insert(0, format!("Looked through {} and {folders} in it.", arguments.dir.display()));
    }
    notes.push(format!("Measured {} records into {}.", ranges.num_songs, output.display()));
    Ok(notes.join("\n") + "\n")
}
