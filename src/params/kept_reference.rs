//! References as a session keeps them: where they are, and what was asked of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

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
#[derive(Serialize)]
pub(super) struct SavedReference {
    path: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tone_db: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    widths_db: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level_spread_db: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
        let path = PathBuf::from(path);
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
