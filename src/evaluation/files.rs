//! The files that a table is written to: a page, JSON, and what is kept until both are there.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::json::json;
use super::page::markdown;
use super::table::Table;
use crate::audio_file::atomic;

/// Where the results go, checked before the work begins.
pub struct Files {
    /// Markdown.
    pub page: PathBuf,
    /// JSON.
    pub json: PathBuf,
    /// Songs that are done.
    pub partial: PathBuf,
}

impl Files {
    /// Beside each other, whichever of the two was named.
    ///
    /// # Errors
    /// If they exist and may not be replaced, or their folder does not exist.
    pub fn check(output: &Path, is_overwriting: bool) -> Result<Self> {
        let is_known = output.extension().is_some_and(|extension| extension == "md" || extension == "json");
        let stem = if is_known { output.with_extension("") } else { output.to_owned() };
        let with = |extension: &str| {
            let mut name = stem.clone().into_os_string();
            name.push(extension);
            PathBuf::from(name)
        };
        let files = Self { page: with(".md"), json: with(".json"), partial: with(".partial.json") };
        for path in [&files.page, &files.json] {
            if path.is_dir() {
                bail!("{}: is a folder; give a file name with -o", path.display());
            }
            if path.exists() && !is_overwriting {
                bail!("{}: exists; use --overwrite to replace it", path.display());
            }
        }
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            bail!("{}: its folder does not exist; create it first", output.display());
        }
        Ok(files)
    }

    /// Writes both; `command` is named as what made them.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(&self, table: &Table, command: &str) -> Result<()> {
        atomic(&self.page, true, |file| file.write_all(markdown(table, command).as_bytes()))?;
        atomic(&self.json, true, |file| writeln!(file, "{:#}", json(table)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_lie_beside_each_other() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["out", "out.md", "out.json"] {
            let files = Files::check(&dir.path().join(name), false).expect("free");
            assert_eq!(files.page, dir.path().join("out.md"));
            assert_eq!(files.json, dir.path().join("out.json"));
        }
        std::fs::write(dir.path().join("out.json"), "").expect("written");
        assert!(Files::check(&dir.path().join("out"), false).is_err());
        assert!(Files::check(&dir.path().join("out"), true).is_ok());
    }
}
