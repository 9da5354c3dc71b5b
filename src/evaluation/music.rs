//! A music folder with a `manifest.tsv`: what is finished, what is a mix, what is outside the scope.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::audio_file::{AudioFile, read};

/// Longest part of a song that the fault bench injects into, seconds: its middle.
const LONGEST_S: f64 = 45.0;

/// A song as the manifest lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// File name without folder and ending.
    pub name: String,
    /// Title.
    pub title: String,
    /// Genre.
    pub genre: String,
    /// `fin` finished, `mix` not mastered, `ood` nothing that the assistant should judge.
    pub class: String,
}

/// A song of the folder.
pub struct Song {
    /// File name without folder and ending.
    pub name: String,
    /// `fin` finished, `mix` not mastered, `ood` nothing that the assistant should judge.
    pub class: String,
    /// Its middle.
    pub audio: AudioFile,
}

impl Entry {
    /// The middle of the song, at most so long.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, longest_s: f64) -> Result<AudioFile> {
        Ok(middle(read(&self.path)?, longest_s))
    }

    /// Another number for every song, the same in every run.
    pub fn seed(&self) -> u64 {
        seed(&self.name)
    }
}

impl Song {
    /// Another number for every song, the same in every run.
    pub fn seed(&self) -> u64 {
        seed(&self.name)
    }
}

fn seed(name: &str) -> u64 {
    name.bytes().fold(17, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// What the manifest of a folder lists, in its order.
///
/// # Errors
/// If there is no manifest, or it lacks a column.
pub fn read_manifest(dir: &Path) -> Result<Vec<Entry>> {
    let manifest = dir.join("manifest.tsv");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("{}: a music folder needs a manifest.tsv", manifest.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| header.iter().position(|&title| title == name);
    let required = |name: &str| column(name).with_context(|| format!("{}: no column {name}", manifest.display()));
    let (file, class) = (required("file")?, required("class")?);
    let mut entries = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (Some(file), Some(class)) = (cells.get(file), cells.get(class)) else {
            bail!("{}: a line has too few columns: {line}", manifest.display());
        };
        let cell =
            |name: &str| column(name).and_then(|column| cells.get(column)).copied().unwrap_or_default().to_owned();
        let path = dir.join(file);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        entries.push(Entry { path, name, title: cell("title"), genre: cell("genre"), class: (*class).to_owned() });
    }
    if entries.is_empty() {
        bail!("{}: lists no song", manifest.display());
    }
    Ok(entries)
}

/// All songs, in the manifest's order.
///
/// # Errors
/// If there is no manifest, or a song cannot be read.
pub fn read_folder(dir: &Path) -> Result<Vec<Song>> {
    let song = |entry: Entry| {
        let audio = entry.read(LONGEST_S)?;
        Ok(Song { name: entry.name, class: entry.class, audio })
    };
    read_manifest(dir)?.into_iter().map(song).collect()
}

fn middle(mut audio: AudioFile, longest_s: f64) -> AudioFile {
    let longest = (longest_s * f64::from(audio.sample_rate_hz)) as usize;
    for channel in &mut audio.channels {
        if channel.len() > longest {
            let from = (channel.len() - longest) / 2;
            *channel = channel[from..from + longest].to_vec();
        }
    }
    audio
}
