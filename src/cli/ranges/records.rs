//! Which records does a folder hold? Each once, however many names it has.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Endings of files that are looked at.
const ENDINGS: [&str; 20] = [
    "aif", "aifc", "aiff", "bw64", "caf", "flac", "m4a", "mka", "mkv", "mov", "mp3", "mp4", "oga", "ogg", "opus",
    "rf64", "w64", "wav", "webm", "wv",
];
/// Folders within folders that are looked through.
const MAX_DEPTH: usize = 8;
/// Most files that are looked at: weeks of work.
const MAX_FILES: usize = 20_000;

/// What was found.
#[derive(Default)]
pub struct Found {
    /// Records, in the order of their paths.
    pub paths: Vec<PathBuf>,
    /// Folders within the folder that were looked through.
    pub num_folders: usize,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// The records of a folder and of those in it. What is hidden is no record; links are followed, but what they lead to counts
/// once, and so do copies that are the same to the last byte.
///
/// # Errors
/// If the folder itself cannot be read.
pub fn find(dir: &Path) -> Result<Found> {
    let mut found = Found::default();
    let mut seen = HashSet::new();
    if let Ok(own) = fs::canonicalize(dir) {
        seen.insert(own);
    }
    collect(dir, 0, &mut seen, &mut found)?;
    found.paths.sort();
    leave_out_copies(&mut found);
    Ok(found)
}

fn collect(dir: &Path, depth: usize, seen: &mut HashSet<PathBuf>, found: &mut Found) -> Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("{}: cannot be read as a folder", dir.display()))?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        paths.push(entry.with_context(|| format!("{}: cannot be read", dir.display()))?.path());
    }
    // What is a link comes last, so that a record goes by the name of its own.
    paths.sort_by_key(|path| (path.is_symlink(), path.clone()));
    for path in paths {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_folder = path.is_dir();
        if !is_folder && !ENDINGS.contains(&ending.as_str()) {
            continue;
        }
        // What leads nowhere is named when it is to be read.
        if fs::canonicalize(&path).is_ok_and(|own| !seen.insert(own)) {
            continue;
        }
        if !is_folder && found.paths.len() >= MAX_FILES {
            note_once(found, format!("Left out: what comes after {MAX_FILES} files"));
        } else if !is_folder {
            found.paths.push(path);
        } else if depth >= MAX_DEPTH {
            found.notes.push(format!("Left out: {}: lies more than {MAX_DEPTH} folders deep", path.display()));
        } else {
            found.num_folders += 1;
            if let Err(error) = collect(&path, depth + 1, seen, found) {
                found.notes.push(format!("Left out: {error:#}"));
            }
        }
    }
    Ok(())
}

fn note_once(found: &mut Found, note: String) {
    if !found.notes.contains(&note) {
        found.notes.push(note);
    }
}

/// Files of one length are compared byte by byte.
fn leave_out_copies(found: &mut Found) {
    let mut kept: Vec<(u64, PathBuf)> = Vec::new();
    for path in std::mem::take(&mut found.paths) {
        let num_bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let is_copy = |other: &&(u64, PathBuf)| other.0 == num_bytes && num_bytes > 0 && are_same(&other.1, &path);
        match kept.iter().find(is_copy) {
            Some((_, other)) => {
                found.notes.push(format!("Left out: {}: is a copy of {}", path.display(), other.display()));
            }
            None => kept.push((num_bytes, path)),
        }
    }
    found.paths = kept.into_iter().map(|(_, path)| path).collect();
}

fn are_same(one: &Path, other: &Path) -> bool {
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    // A pipe would never end.
    if !is_file(one) || !is_file(other) {
        return false;
    }
    let (Ok(one), Ok(other)) = (File::open(one), File::open(other)) else { return false };
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let (mut a, mut b) = ([0; 8192], [0; 8192]);
    loop {
        let (Ok(num_a), Ok(num_b)) = (fill(&mut one, &mut a), fill(&mut other, &mut b)) else { return false };
        if a[..num_a] != b[..num_b] {
            return false;
        }
        if num_a == 0 {
            return true;
        }
    }
}

/// Reads until the buffer is full or the file ends.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            num => filled += num,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_once_by_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let write = |name: &str, text: &str| {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for name in ["a.wav", "b.FLAC", "more/c.mp3", "more/copy of a.wav"] {
            write(name, if name.contains('a') && name.ends_with("wav") { "one" } else { name });
        }
        write(".hidden.wav", "hidden");
        write(".folder/d.wav", "hidden too");
        write("notes.txt", "no record");
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink(".", dir.join("self")).unwrap();
            symlink("a.wav", dir.join("0 link.wav")).unwrap();
            symlink("..", dir.join("more/up")).unwrap();
        }
        let found = find(dir).unwrap();
        let names: Vec<_> =
            found.paths.iter().map(|path| path.strip_prefix(dir).unwrap().display().to_string()).collect();
        assert_eq!(names, ["a.wav", "b.FLAC", "more/c.mp3"]);
        assert_eq!(found.num_folders, 1);
        assert!(
            matches!(&found.notes[..], [note] if note.contains("copy of a.wav: is a copy of")),
            "{:?}",
            found.notes
        );
        assert!(find(&dir.join("a.wav")).is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let deep: PathBuf = std::iter::repeat_n("x", 12).collect();
        fs::create_dir_all(folder.path().join(&deep)).unwrap();
        let found = find(folder.path()).unwrap();
        assert_eq!((found.num_folders, found.notes.len()), (MAX_DEPTH, 1), "{:?}", found.notes);
    }
}
