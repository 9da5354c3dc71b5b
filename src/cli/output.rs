//! Where the result goes, checked before the work begins.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::args::OutputArgs;
use super::usage;
use crate::audio_file::{AudioFile, Container, MAX_FLAC_RATE_HZ, WordLength, clipped_samples, write};

/// A checked place for the result.
pub struct Output {
    path: PathBuf,
    container: Container,
    bits: Option<WordLength>,
}

impl Output {
    /// Checks the wish against the source and what is there.
    ///
    /// # Errors
    /// If the name says no format that can be written, the format cannot hold the word length, the output exists
    /// and may not be replaced, is the source itself, or its folder does not exist.
    pub fn check(arguments: &OutputArgs, source: &Path) -> Result<Self> {
        let path = arguments.output.clone();
        let name = path.display();
        let Some(container) = Container::of(&path) else {
            return Err(usage(format!("{name}: end the name of the output in .wav or .flac")));
        };
        if container == Container::Flac && arguments.bits == Some(WordLength::Float32) {
            return Err(usage(format!("{name}: FLAC holds integers only; use --bits 24 or write .wav")));
        }
        if path.canonicalize().is_ok_and(|path| source.canonicalize().is_ok_and(|source| source == path)) {
            bail!("{name}: is the source itself; give another name with -o");
        }
        if path.is_dir() {
            bail!("{name}: is a folder; give a file name with -o");
        }
        if path.exists() && !arguments.overwrite {
            bail!("{name}: exists; use --overwrite to replace it");
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            bail!("{name}: its folder does not exist; create it first");
        }
        Ok(Self { path, container, bits: arguments.bits })
    }

    /// Refuses, before any work, a source at a rate that the format is not written at.
    ///
    /// # Errors
    /// For FLAC above [`MAX_FLAC_RATE_HZ`].
    pub fn check_rate(&self, source: &AudioFile) -> Result<()> {
        if self.container == Container::Flac && source.sample_rate_hz > MAX_FLAC_RATE_HZ {
            let rate_hz = source.sample_rate_hz;
            bail!("{}: FLAC is written up to {MAX_FLAC_RATE_HZ} Hz, and this is {rate_hz} Hz; write .wav", self.name());
        }
        Ok(())
    }

    /// The word length to write: as asked, else as the source and 24 bit at least, so that an idle chain loses
    /// nothing: float for a float source in WAV.
    pub fn word_length(&self, source: &AudioFile) -> WordLength {
        let default = match (source.source, self.container) {
            (Some(WordLength::Float32), Container::Wav) => WordLength::Float32,
            _ => WordLength::Bits24,
        };
        self.bits.unwrap_or(default)
    }

    /// Name as it was given.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Writes the file; notes for the person who reads, one line each.
    ///
    /// # Errors
    /// If it cannot be written; then nothing is left behind.
    pub fn write(&self, audio: &AudioFile, word_length: WordLength) -> Result<Vec<String>> {
        write(&self.path, audio, self.container, word_length)?;
        let form = match word_length {
            WordLength::Float32 => "32-bit float".to_owned(),
            integer => format!("{} bit", integer.bits()),
        };
        let mut notes = vec![format!("Wrote {} ({form}, {} Hz).", self.name(), audio.sample_rate_hz)];
        let num_clipped = clipped_samples(audio, word_length);
        if num_clipped > 0 {
            notes.push(format!(
                "{num_clipped} samples were over full scale and are clipped in this file; set a ceiling or use --bits 32f."
            ));
        }
        Ok(notes)
    }
}
