//! Files that are being written: beside their place, under a random name, gone with whoever makes them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// The end of their names.
pub(super) const SUFFIX: &str = ".part";

/// Those of this process. Whoever makes, names or removes one holds the lock, so that [`remove_unfinished`] finds all.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the files that this process has not finished, for a program that is being ended: from then on none can be begun or
/// finished, so the caller must end the process.
pub fn remove_unfinished() {
    let files = unfinished();
    for path in files.iter() {
        let _ = fs::remove_file(path);
    }
    std::mem::forget(files);
}

/// A file that is removed when this is dropped, unless it got its name.
pub(super) struct Unfinished(Option<NamedTempFile>);

impl Unfinished {
    /// A new, empty file in a folder. Its name begins with `prefix` and goes on at random: nobody can put a link in its place.
    ///
    /// # Errors
    /// If the folder does not let itself be written to.
    pub(super) fn new(folder: &Path, prefix: &str) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix).suffix(SUFFIX).rand_bytes(10);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What any program gives a new file; the umask takes away from it.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut files = unfinished();
        let file = builder.tempfile_in(folder)?;
        files.push(file.path().to_owned());
        Ok(Self(Some(file)))
    }

    pub(super) fn file(&self) -> &File {
        self.0.as_ref().expect("there until it has its name").as_file()
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// If the folder refuses it, or, where it may not replace anything, something is there.
    pub(super) fn persist(mut self, target: &Path, may_replace: bool) -> io::Result<()> {
        let file = self.0.take().expect("there until it has its name");
        let mut files = unfinished();
        let path = file.path().to_owned();
        let result = if may_replace { file.persist(target) } else { persist_anew(file, target) };
        files.retain(|each| *each != path);
        match result {
            Ok(_) => Ok(()),
            Err(error) => {
                drop(error.file); // Removed while nobody else removes.
                Err(error.error)
            }
        }
    }
}

/// Takes a free name. Where the file system knows neither links nor a renaming that spares what is there, a look must do.
fn persist_anew(file: NamedTempFile, target: &Path) -> Result<File, tempfile::PersistError> {
    file.persist_noclobber(target).or_else(|error| {
        let is_unable = matches!(error.error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied);
        if is_unable && fs::symlink_metadata(target).is_err() { error.file.persist(target) } else { Err(error) }
    })
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(file) = self.0.take() {
            let mut files = unfinished();
            files.retain(|each| each != file.path());
            drop(file);
        }
    }
}
