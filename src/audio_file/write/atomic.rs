//! Small files, written whole or not at all: pictures, ranges, tables.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::claim::{Claim, unwritable};

/// Writes a file through `write`; what was there stays until all of the new one is on the disk. For work that takes long, see
/// [`Claim`].
///
/// # Errors
/// As [`Claim::take`] and [`Claim::finish`], and if the disk does not hold what is written. Then nothing is left behind.
pub fn atomic(
    path: &Path,
    may_replace: bool,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<()> {
    fill(&Claim::take(path, may_replace)?, write)
}

/// Writes a name that was taken before.
///
/// # Errors
/// As [`atomic`].
pub fn fill(claim: &Claim, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<()> {
    let fill = || {
        let mut sink = BufWriter::new(claim.file()?);
        let written = write(&mut sink).and_then(|()| sink.flush());
        // What is left in the buffer of a full disk must not be tried once more.
        drop(sink.into_parts());
        written
    };
    fill().map_err(|error| unwritable(&error)).with_context(|| claim.name().display().to_string())?;
    claim.finish()
}
