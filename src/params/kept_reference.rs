//! References as a session keeps them: where they are, and what was asked of them.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::assistant::{Brief, Reference};

/// So many are kept at most: more say nothing new, and each is read as a whole.
pub const MAX_REFERENCES: usize = 8;

/// A record that the song is to be like.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptReference {
    /// Where it is on this machine.
    pub path: PathBuf,
    /// What was measured of it; `None` until then. Without its file a session is still judged by this.
    pub measured: Option<Arc<Reference>>,
    /// Its integrated loudness, LUFS.
    pub integrated_lufs: Option<f64>,
}

impl KeptReference {
    /// One that is still to be measured.
    pub fn new(path: PathBuf) -> Self {
        Self { path, measured: None, integrated_lufs: None }
    }

    /// Its name for people.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }
}

/// Name of a file for people: without folder and kind.
pub fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The brief asks for what the references that were measured have.
pub fn ask_for(references: &[KeptReference], brief: &mut Brief) {
    brief.references = references.iter().filter_map(|kept| kept.measured.clone()).collect();
}

/// The saved form. Bands as they are, in order; what has none is null.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedReference {
    path: String,
    /// The same where it is no Unicode: its bytes (`unix:2f6d…`), or on Windows its 16-bit units, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_raw: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tone_db: Vec<Option<f64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    widths_db: Vec<Option<f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level_spread_db: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    integrated_lufs: Option<f64>,
}

/// Hundredths are more than anybody hears.
fn rounded(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite()).map(|value| (value * 100.0).round() / 100.0)
}

impl From<&KeptReference> for SavedReference {
    fn from(kept: &KeptReference) -> Self {
        let bands = |of: fn(&Reference) -> &[Option<f64>]| match &kept.measured {
            Some(measured) => of(measured).iter().map(|value| rounded(*value)).collect(),
            None => Vec::new(),
        };
        Self {
            path: kept.path.to_string_lossy().into_owned(),
            path_raw: raw_text(&kept.path),
            tone_db: bands(|measured| &measured.tone_db),
            widths_db: bands(|measured| &measured.widths_db),
            level_spread_db: rounded(kept.measured.as_ref().and_then(|measured| measured.level_spread_db)),
            integrated_lufs: rounded(kept.integrated_lufs),
        }
    }
}

impl From<SavedReference> for KeptReference {
    fn from(saved: SavedReference) -> Self {
        let path = saved.path_raw.as_deref().and_then(raw_path).unwrap_or_else(|| PathBuf::from(saved.path));
        // Other bands than ours: another version's, and to be measured anew.
        let measured = saved.tone_db.try_into().ok().map(|tone_db| {
            Arc::new(Reference {
                name: name_of(&path),
                tone_db,
                widths_db: saved.widths_db,
                level_spread_db: saved.level_spread_db,
            })
        });
        Self { path, measured, integrated_lufs: saved.integrated_lufs }
    }
}

/// What `path_raw` says of systems that name files by bytes, and by 16-bit units.
const BYTES: &str = "unix:";
const UNITS: &str = "wide:";

/// A path that is no Unicode, to the last bit; `None` for one that is, since its text says it all.
fn raw_text(path: &Path) -> Option<String> {
    if path.to_str().is_some() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let bytes = path.as_os_str().as_bytes().iter();
        Some(bytes.fold(BYTES.to_owned(), |mut text, byte| {
            write!(text, "{byte:02x}").ok();
            text
        }))
    }
    #[cfg(windows)]
    {
        use std::os::windows::ffi::OsStrExt;
        Some(path.as_os_str().encode_wide().fold(UNITS.to_owned(), |mut text, unit| {
            write!(text, "{unit:04x}").ok();
            text
        }))
    }
}

/// The path that was written so; `None` for what is none, or none of this system.
fn raw_path(text: &str) -> Option<PathBuf> {
    let (prefix, digits) = if cfg!(windows) { (UNITS, 4) } else { (BYTES, 2) };
    let text = text.strip_prefix(prefix).filter(|text| !text.is_empty() && text.len() % digits == 0)?;
    let numbers: Option<Vec<u16>> = text
        .as_bytes()
        .chunks(digits)
        .map(|chunk| {
            std::str::from_utf8(chunk).ok().filter(|chunk| chunk.bytes().all(|digit| digit.is_ascii_hexdigit()))
        })
        .map(|chunk| u16::from_str_radix(chunk?, 16).ok())
        .collect();
    let numbers = numbers.filter(|numbers| !numbers.contains(&0))?;
    #[cfg(unix)]
    let name = {
        use std::os::unix::ffi::OsStringExt;
        OsString::from_vec(numbers.into_iter().map(|byte| byte as u8).collect())
    };
    #[cfg(windows)]
    let name = {
        use std::os::windows::ffi::OsStringExt;
        OsString::from_wide(&numbers)
    };
    Some(PathBuf::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved_and_loaded(path: &Path) -> (String, PathBuf) {
        let json = serde_json::to_string(&SavedReference::from(&KeptReference::new(path.to_owned()))).unwrap();
        let saved: SavedReference = serde_json::from_str(&json).unwrap();
        (json, KeptReference::from(saved).path)
    }

    #[test]
    fn paths_of_any_name_come_back() {
        for text in ["/music/One.wav", "/music/Für Elise.flac", "C:\\Music\\One.wav", "unix:2f", "", "/a\u{fffd}b.wav"]
        {
            let (json, path) = saved_and_loaded(Path::new(text));
            assert_eq!(path, Path::new(text));
            assert!(!json.contains("path_raw"), "{json}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_unicode_come_back_to_the_last_bit() {
        use std::os::unix::ffi::OsStringExt;
        for name in [b"/music/caf\xe9.wav".to_vec(), b"/\xff\xfe".to_vec(), b"/a\xed\xa0\x80.wav".to_vec()] {
            let path = PathBuf::from(OsString::from_vec(name));
            let (json, loaded) = saved_and_loaded(&path);
            assert_eq!(loaded, path);
            // An older version has at least its readable letters.
            assert!(json.contains("\"path\":\"/"), "{json}");
        }
    }

    #[test]
    fn what_is_no_path_leaves_the_text() {
        for raw in ["", "unix:", "unix:2", "unix:zz", "unix:2f00", "wide:002f0", "+f", "unix:+f"] {
            let json = format!("{{\"path\":\"/One.wav\",\"path_raw\":\"{raw}\"}}");
            let saved: SavedReference = serde_json::from_str(&json).unwrap();
            assert_eq!(KeptReference::from(saved).path, Path::new("/One.wav"), "{raw}");
        }
    }
}
