//! A music folder with a `manifest.tsv`: what is finished, what is a mix, what is outside the scope.

use std::path::Path;

use anyhow::{Context, Result, bail};
use discern::audio_file::{AudioFile, read};

/// Longest part of a song that faults are injected into, seconds: its middle.
const LONGEST_S: f64 = 45.0;

/// A song of the folder.
pub struct Song {
    /// File name without folder and ending.
    pub name: String,
    /// `fin` finished, `mix` not mastered, `ood` nothing that the assistant should judge.
    pub class: String,
    /// Its middle.
    pub audio: AudioFile,
}

/// All songs, in the manifest's order.
///
/// # Errors
/// If there is no manifest, or a song cannot be read.
pub fn read_folder(dir: &Path) -> Result<Vec<Song>> {
    let manifest = dir.join("manifest.tsv");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("{}: a music folder needs a manifest.tsv", manifest.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|&title| title == name)
            .with_context(|| format!("{}: no column {name}", manifest.display()))
    };
    let (file, class) = (column("file")?, column("class")?);
    let mut songs = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (Some(file), Some(class)) = (cells.get(file), cells.get(class)) else {
            bail!("{}: a line has too few columns: {line}", manifest.display());
        };
        let path = dir.join(file);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        songs.push(Song { name, class: (*class).to_owned(), audio: middle(read(&path)?) });
    }
    Ok(songs)
}

fn middle(mut audio: AudioFile) -> AudioFile {
    let longest = (LONGEST_S * f64::from(audio.sample_rate_hz)) as usize;
    for channel in &mut audio.channels {
        if channel.len() > longest {
            let from = (channel.len() - longest) / 2;
            *channel = channel[from..from + longest].to_vec();
        }
    }
    audio
}
