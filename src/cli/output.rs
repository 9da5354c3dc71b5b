//! Where the result goes, checked before the work begins.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::args::OutputArgs;
use super::usage;
use crate::audio_file::{Container, Format, Spec, WordLength, WriteOptions, Writer, Written, tags};

/// A checked place for the result.
pub struct Output {
    path: PathBuf,
    container: Container,
    bits: Option<WordLength>,
    options: WriteOptions,
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
        let tags = (!arguments.strip).then(|| tags::read(source));
        let options = WriteOptions { overwrite: arguments.overwrite, tags };
        Ok(Self { path, container, bits: arguments.bits, options })
    }

    /// The word length to write: as asked, else as the source and 24 bit at least, so that an idle chain loses
    /// nothing: float for a float source in WAV.
    pub fn word_length(&self, source: &Format) -> WordLength {
        let default = match (source.source, self.container) {
            (Some(WordLength::Float32), Container::Wav) => WordLength::Float32,
            _ => WordLength::Bits24,
        };
        self.bits.unwrap_or(default)
    }

    /// Begins the file, for a result of the source's layout and length.
    ///
    /// # Errors
    /// As [`Writer::create`].
    pub fn begin(&self, source: &Format) -> Result<Writer> {
        let spec = Spec {
            container: self.container,
            word_length: self.word_length(source),
            sample_rate_hz: source.sample_rate_hz,
            num_channels: source.num_channels,
            num_frames: source.num_frames,
        };
        Writer::create(&self.path, &spec, &self.options)
    }

    /// Where it goes.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Name as it was given.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// What was written, for the person who reads.
    pub fn note(&self, source: &Format) -> String {
        let form = match self.word_length(source) {
            WordLength::Float32 => "32-bit float".to_owned(),
            integer => format!("{} bit", integer.bits()),
        };
        format!("Wrote {} ({form}, {} Hz).", self.name(), source.sample_rate_hz)
    }

    /// What was lost, for the person who reads; nothing where nothing was.
    pub fn clipping_note(&self, written: &Written) -> Option<String> {
        (written.num_clipped > 0).then(|| {
            let (count, name) = (written.num_clipped, self.name());
            let samples = if count == 1 { "1 sample was".to_owned() } else { format!("{count} samples were") };
            format!("{name}: {samples} over full scale and clipped; set a ceiling or use --bits 32f")
        })
    }
}
