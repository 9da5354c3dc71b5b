//! Opens regular files and nothing else: a pipe or a device could keep a reader waiting for ever.

use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::ErrorKind;
use std::path::{Component, Path, Prefix};

use anyhow::{Result, anyhow, bail};

use super::read::READABLE;

/// The file and its length, bytes.
///
/// # Errors
/// If it is not there, cannot be opened, is empty, or is a folder, a pipe, a device or a socket.
pub fn open(path: &Path) -> Result<(File, u64)> {
    let is_device = path.components().next().is_some_and(|first| match first {
        Component::Prefix(prefix) => matches!(prefix.kind(), Prefix::DeviceNS(_)),
        _ => false,
    });
    if is_device || path.as_os_str() == OsStr::new("") {
        bail!("is no file; give a file in {READABLE}");
    }
    // Asked before, because opening some devices does something, and after, because another file may have taken its place.
    check(&std::fs::metadata(path).map_err(explained)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A pipe without a writer would be waited for.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path).map_err(explained)?;
    let metadata = file.metadata().map_err(explained)?;
    check(&metadata)?;
    Ok((file, metadata.len()))
}

fn check(metadata: &Metadata) -> Result<()> {
    if metadata.is_dir() {
        bail!("is a folder; give a file in {READABLE}");
    }
    if !metadata.is_file() {
        bail!("is a pipe, a device or a socket; give a file in {READABLE}");
    }
    if metadata.len() == 0 {
        bail!("is empty; export it again");
    }
    Ok(())
}

fn explained(error: std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound => anyhow!("no such file; check the path"),
        _ => anyhow!("cannot be opened ({error}); check its permissions"),
    }
}
