//! Where the result goes: checked and taken before the work begins.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::args::OutputArgs;
use super::usage;
use crate::audio_file::tags::{self, Tags};
use crate::audio_file::{Claim, Container, Format, Spec, WordLength, Writer, Written};

/// A checked place for the result, this run's until it is written or dropped.
pub struct Output {
    claim: Arc<Claim>,
    container: Container,
    bits: Option<WordLength>,
    tags: Option<Tags>,
}

impl Output {
    /// Checks the wish against the source and what is there, and takes the name.
    ///
    /// # Errors
    /// If the name says no format that can be written, the format cannot hold the word length, the output is the source itself,
    /// or as [`Claim::take`].
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
        let claim = Arc::new(Claim::take(&path, arguments.overwrite)?);
        let tags = (!arguments.strip).then(|| tags::read(source));
        Ok(Self { claim, container, bits: arguments.bits, tags })
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

    /// Begins the file, for a result of the source's layout and length, with the source's tags. It may be begun anew as long as
    /// it is not finished.
    ///
    /// # Errors
    /// If the format cannot hold it, or the disk refuses.
    pub fn begin(&self, source: &Format) -> Result<Writer> {
        let spec = Spec {
            container: self.container,
            word_length: self.word_length(source),
            sample_rate_hz: source.sample_rate_hz,
            num_channels: source.num_channels,
            num_frames: source.num_frames,
        };
        Writer::in_claim(&self.claim, &spec, self.tags.as_ref())
    }

    /// Where it goes.
    pub fn path(&self) -> &Path {
        self.claim.name()
    }

    /// Name as it was given.
    pub fn name(&self) -> String {
        self.path().display().to_string()
    }

    /// What was written and what could not be, for the person who reads; one line each.
    pub fn note(&self, source: &Format) -> String {
        let form = match self.word_length(source) {
            WordLength::Float32 => "32-bit float".to_owned(),
            integer => format!("{} bit", integer.bits()),
        };
        let wrote = format!("Wrote {} ({form}, {} Hz).", self.name(), source.sample_rate_hz);
        let tags = self.tags.as_ref().map(|tags| tags.notes(self.container)).unwrap_or_default();
        std::iter::once(wrote).chain(tags).collect::<Vec<_>>().join("\n")
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
