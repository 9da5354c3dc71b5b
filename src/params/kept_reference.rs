//! References as a session keeps them: where they are, and what was asked of them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::analysis::NUM_STEREO_BANDS;
use crate::assistant::{Brief, Reference};

use super::saved_form::{Reader, plain};

/// So many are kept at most: more say nothing new, and each is read as a whole.
pub const MAX_REFERENCES: usize = 8;

/// Longest path that is read, bytes: longer ones no system has.
const MAX_PATH_BYTES: usize = 4096;
/// Longest name that is shown, characters.
const MAX_NAME: usize = 200;
/// Bands of any kind in the saved form, and what one of them may say, dB.
const MAX_BANDS: usize = 200;
const LEVEL_DB: std::ops::RangeInclusive<f64> = -1000.0..=1000.0;

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
    plain(&path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy(), MAX_NAME)
}

/// The brief asks for what the references that were measured have.
pub fn ask_for(references: &[KeptReference], brief: &mut Brief) {
    brief.references = references.iter().filter_map(|kept| kept.measured.clone()).collect();
}

/// The saved form. Bands as they are, in order; what has none is null.
#[derive(PartialEq, Serialize)]
pub(super) struct SavedReference {
    path: String,
    /// The path as the system has it, where that is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_exact: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tone_db: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    widths_db: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level_spread_db: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integrated_lufs: Option<f64>,
}

/// The units of a path that is no text as four hexadecimal digits each; nothing where it is one.
fn exact_of(path: &Path) -> Option<String> {
    path.to_str().is_none().then(|| units_of(path.as_os_str()).into_iter().map(|unit| format!("{unit:04x}")).collect())
}

fn exact_path(digits: &str) -> Option<PathBuf> {
    if digits.len() > 4 * MAX_PATH_BYTES || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let units = digits.as_bytes().chunks(4).map(|unit| u16::from_str_radix(str::from_utf8(unit).ok()?, 16).ok());
    path_of(&units.collect::<Option<Vec<u16>>>()?)
}

#[cfg(unix)]
fn units_of(path: &OsStr) -> Vec<u16> {
    std::os::unix::ffi::OsStrExt::as_bytes(path).iter().map(|byte| u16::from(*byte)).collect()
}

#[cfg(unix)]
fn path_of(units: &[u16]) -> Option<PathBuf> {
    let bytes =
        units.iter().map(|unit| u8::try_from(*unit).ok().filter(|byte| *byte != 0)).collect::<Option<Vec<u8>>>()?;
    Some(PathBuf::from(<OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes)))
}

#[cfg(windows)]
fn units_of(path: &OsStr) -> Vec<u16> {
    std::os::windows::ffi::OsStrExt::encode_wide(path).collect()
}

#[cfg(windows)]
fn path_of(units: &[u16]) -> Option<PathBuf> {
    let is_path = units.iter().all(|unit| *unit != 0);
    is_path.then(|| PathBuf::from(<OsString as std::os::windows::ffi::OsStringExt>::from_wide(units)))
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
            path_exact: exact_of(&kept.path),
            tone_db: bands(|measured| &measured.tone_db),
            widths_db: bands(|measured| &measured.widths_db),
            level_spread_db: rounded(kept.measured.as_ref().and_then(|measured| measured.level_spread_db)),
            integrated_lufs: rounded(kept.integrated_lufs),
        }
    }
}

impl KeptReference {
    /// Reads the saved form; one without a path is none.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let path = reader.exact_text("path", MAX_PATH_BYTES).filter(|path| !path.is_empty() && !path.contains('\0'))?;
        // What the system has must be what is shown, or it was saved on another system.
        let exact =
            |value: &Value| value.as_str().and_then(exact_path).filter(|exact| exact.to_string_lossy() == path).into();
        let path = reader.field("path_exact", exact).unwrap_or_else(|| PathBuf::from(&path));
        let tone_db = reader.series("tone_db", MAX_BANDS, LEVEL_DB);
        let is_measured = !tone_db.is_empty();
        let widths_db = reader.series("widths_db", NUM_STEREO_BANDS, LEVEL_DB);
        let level_spread_db = reader.number("level_spread_db", LEVEL_DB);
        let integrated_lufs = reader.number("integrated_lufs", LEVEL_DB);
        let measured = tone_db
            .try_into()
            .ok()
            .map(|tone_db| Arc::new(Reference { name: name_of(&path), tone_db, widths_db, level_spread_db }));
        if is_measured && measured.is_none() {
            // Other bands than ours: another version's, and to be measured anew.
            reader.refuse("tone_db");
        }
        Some(Self { path, measured, integrated_lufs })
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_no_text_comes_back() {
        let units: Vec<u16> = b"/music/Caf\xE9.wav".iter().map(|byte| u16::from(*byte)).collect();
        let path = path_of(&units).expect("a path");
        assert!(path.to_str().is_none());
        let digits = exact_of(&path).expect("no text");
        assert_eq!(exact_path(&digits), Some(path));
        assert_eq!(exact_of(Path::new("/music/Caf\u{e9}.wav")), None);
        for digits in ["0", "00000", "zzzz", "0000", "ffff", "\u{e9}\u{e9}"] {
            assert_eq!(exact_path(digits), None, "{digits}");
        }
    }
}
