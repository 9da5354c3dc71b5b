//! Where a picture goes, checked before the work begins.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::usage;

/// A checked place for a picture.
pub struct PictureFile(PathBuf);

impl PictureFile {
    /// Checks the name. A picture may replace another, and nothing else: so it must be called one.
    ///
    /// # Errors
    /// If the name does not end in .png, is that of a folder, or its folder does not exist.
    pub fn check(path: &Path) -> Result<Self> {
        let name = path.display();
        if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
            return Err(usage(format!("{name}: end the name of the picture in .png")));
        }
        if path.is_dir() {
            bail!("{name}: is a folder; give a file name with --picture");
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            bail!("{name}: its folder does not exist; create it first");
        }
        Ok(Self(path.to_owned()))
    }

    /// Writes the file: first beside it, then under its name, so that it is never half there.
    ///
    /// # Errors
    /// If it cannot be written; then nothing is left behind.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let name = self.0.file_name().unwrap_or_default().to_string_lossy();
        let temporary = self.0.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, &self.0));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written.with_context(|| format!("{}: cannot be written; check the folder and the space left", self.0.display()))
    }

    /// A line for the person who reads.
    pub fn note(&self) -> String {
        format!("Drew {}.\n", self.0.display())
    }
}
