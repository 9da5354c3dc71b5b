//! Where a picture goes, checked before the work begins.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use super::usage;
use crate::audio_file::{Claim, fill};

/// A checked place for a picture, this run's until it is drawn or dropped.
pub struct PictureFile(Claim);

impl PictureFile {
    /// Checks the name and takes it. A picture may replace another, and nothing else: so it must be called one.
    ///
    /// # Errors
    /// If the name does not end in .png, or as [`Claim::take`].
    pub fn check(path: &Path) -> Result<Self> {
        if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
            return Err(usage(format!("{}: end the name of the picture in .png", path.display())));
        }
        Claim::take(path, true).map(Self)
    }

    /// Writes the file, whole or not at all. Once.
    ///
    /// # Errors
    /// If it cannot be written; then nothing is left behind.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        fill(&self.0, |file| file.write_all(bytes))
    }

    /// A line for the person who reads.
    pub fn note(&self) -> String {
        format!("Drew {}.\n", self.0.name().display())
    }
}
