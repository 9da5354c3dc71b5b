//! A name that is to be written: checked and taken before the work begins, checked again when it ends.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use super::unfinished::{SUFFIX, Unfinished};

/// As many links as the system itself follows.
const MAX_LINKS: usize = 40;
/// How long another run may take to look through a folder.
const PATIENCE: Duration = Duration::from_secs(2);

/// A name that is this run's until it is dropped or finished.
///
/// The new content goes into a file beside it, which is locked as long as it is written to: another run finds it there and
/// leaves the name alone. The lock goes with its process, however that ends, and what an ended one left is cleared away.
pub struct Claim {
    /// As it was given, for messages.
    name: PathBuf,
    /// Where links lead, in the real folder.
    target: PathBuf,
    may_replace: bool,
    /// Until it is finished.
    unfinished: Mutex<Option<Unfinished>>,
}

impl Claim {
    /// Takes a name; `may_replace` what is there.
    ///
    /// # Errors
    /// If its folder does not exist or cannot be written to, something is there that may not be replaced, or another run is
    /// writing it. The message names the file and what to do.
    pub fn take(path: &Path, may_replace: bool) -> Result<Self> {
        Self::take_named(path, may_replace).with_context(|| path.display().to_string())
    }

    fn take_named(path: &Path, may_replace: bool) -> Result<Self> {
        let target = resolve(path)?;
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        if check(&target, may_replace)?.is_none() && is_link && !may_replace {
            bail!("exists (a link to a file that does not); use --overwrite to make that file");
        }
        let folder = target.parent().context("is a folder; give a file name")?;
        let prefix = prefix(&target);
        let folder_lock = lock_folder(folder);
        clear(folder, &prefix, folder_lock.is_some())?;
        let unfinished = Unfinished::new(folder, &prefix).map_err(|error| unwritable(&error))?;
        // Where a file system has no locks, the look at the end has to do.
        let _ = unfinished.file().try_lock();
        drop(folder_lock);
        Ok(Self { name: path.to_owned(), target, may_replace, unfinished: Mutex::new(Some(unfinished)) })
    }

    /// Name as it was given.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// The new content, empty, at its beginning; it may be read again. Content that is not finished is dropped for the next.
    ///
    /// # Errors
    /// If the disk refuses, or it has its name already.
    pub fn file(&self) -> io::Result<File> {
        let unfinished = self.unfinished.lock().unwrap_or_else(PoisonError::into_inner);
        let unfinished = unfinished.as_ref().ok_or_else(|| io::Error::other("it is written already"))?;
        let mut file = unfinished.file().try_clone()?;
        file.set_len(0)?;
        file.rewind()?;
        Ok(file)
    }

    /// Gives the content its name, on the disk as well: it has it whole or not at all. What it replaces hands on its
    /// permissions, and a link its place.
    ///
    /// # Errors
    /// If somebody has put something there meanwhile that may not be replaced, or the disk refuses. Then nothing is left behind.
    pub fn finish(&self) -> Result<()> {
        let unfinished = self.unfinished.lock().unwrap_or_else(PoisonError::into_inner).take();
        unfinished
            .context("is written already")
            .and_then(|unfinished| finish_named(&self.target, self.may_replace, unfinished))
            .with_context(|| self.name.display().to_string())
    }
}

fn finish_named(target: &Path, may_replace: bool, unfinished: Unfinished) -> Result<()> {
    let file = unfinished.file();
    file.sync_all().map_err(|error| unwritable(&error))?;
    if let Some(replaced) = check(target, may_replace)? {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            // Only an administrator may give files away; anybody else's new file is their own.
            let _ = fchown(file, Some(replaced.uid()), Some(replaced.gid()));
        }
        file.set_permissions(replaced.permissions()).map_err(|error| unwritable(&error))?;
    }
    unfinished.persist(target, may_replace).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => anyhow!("was made by somebody else meanwhile; use --overwrite to replace it"),
        _ => unwritable(&error),
    })?;
    // The name is safe when its folder is. Some systems cannot sync folders, and the file is there by now.
    if let Some(folder) = target.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Where a name leads, links followed, in its real folder.
fn resolve(path: &Path) -> Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        let folder = match target.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
            Some(folder) => folder,
            None => bail!("is a folder; give a file name"),
        };
        let Ok(next) = fs::read_link(&target) else {
            let name = target.file_name().context("is a folder; give a file name")?;
            let folder = folder.canonicalize().ok().filter(|folder| folder.is_dir());
            return Ok(folder.context("its folder does not exist; create it first")?.join(name));
        };
        target = folder.join(next);
    }
    bail!("is a link that leads in a circle; give another name")
}

/// What is there, if anything; refused unless it is a file that may be replaced.
fn check(target: &Path, may_replace: bool) -> Result<Option<Metadata>> {
    let metadata = match fs::symlink_metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unwritable(&error)),
    };
    if metadata.is_dir() {
        bail!("is a folder; give a file name");
    }
    if !metadata.is_file() {
        bail!("is a pipe, a device or a socket; give a file name");
    }
    if !may_replace {
        bail!("exists; use --overwrite to replace it");
    }
    // Asked of the file itself as well, because an administrator may write to it in spite of that.
    let is_refused = || {
        let opened = OpenOptions::new().write(true).open(target);
        opened.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
    };
    if metadata.permissions().readonly() || is_refused() {
        bail!("is read-only; make it writable or give another name");
    }
    Ok(Some(metadata))
}

/// What is wrong with a folder or disk, and what to do.
pub(super) fn unwritable(error: &io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::StorageFull => anyhow!("cannot be written, the disk is full; make room or give another folder"),
        ErrorKind::QuotaExceeded => anyhow!("cannot be written, your share of the disk is used up; make room on it"),
        ErrorKind::FileTooLarge => anyhow!("cannot be written, files may not be that large there; give another folder"),
        ErrorKind::ReadOnlyFilesystem => anyhow!("cannot be written, the disk is read-only; give another folder"),
        ErrorKind::PermissionDenied => anyhow!("cannot be written, its folder does not let you; give another folder"),
        ErrorKind::InvalidFilename => anyhow!("has a name that is too long or not allowed there; give another name"),
        _ => anyhow!("cannot be written ({error}); check the folder and the space left"),
    }
}

/// The beginning of the names of all files that are to become this one. Made of a checksum, because the name itself may leave no
/// room, and the same in every version of the program (FNV-1a).
fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().as_encoded_bytes();
    let hash = name
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!(".discern-{hash:016x}-")
}

/// Keeps two runs from looking through a folder at once; `None` where folders cannot be locked.
fn lock_folder(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    let begun = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => sleep(Duration::from_millis(5)),
            Err(_) => return None,
        }
    }
}

/// Refuses a name that another run is writing. Files of runs that have ended are removed if `is_alone`: else one may just be
/// being made.
fn clear(folder: &Path, prefix: &str, is_alone: bool) -> Result<()> {
    // A folder that can be written to but not listed hides what others do.
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_regular = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_regular || !name.starts_with(prefix.as_bytes()) || !name.ends_with(SUFFIX.as_bytes()) {
            continue;
        }
        let Ok(other) = OpenOptions::new().read(true).open(entry.path()) else { continue };
        match other.try_lock() {
            Err(TryLockError::WouldBlock) => {
                bail!("another run is writing this file; wait for it or give another name")
            }
            Ok(()) if is_alone => drop(fs::remove_file(entry.path())),
            _ => {}
        }
    }
    Ok(())
}
