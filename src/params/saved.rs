//! The saved state beside the parameters, in its own versioned types.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::Features;
use crate::assistant::{Brief, Character, Destination, Report, Restraint};
use crate::chain::Stage;

use super::saved_report::SavedReport;

/// Version of the saved form. Grows with every change that an older version could not read.
pub const SCHEMA: u32 = 1;

/// A finished listening.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What was measured.
    pub features: Features,
    /// What to do.
    pub report: Report,
}

/// What the engineer said to a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Its settings were applied.
    Accepted,
    /// It is not wanted.
    Rejected,
}

/// Size of the editor in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditorSize {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// What a session keeps beside the parameters.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// What the engineer wants.
    pub brief: Brief,
    /// The last finished listening.
    pub judged: Option<Arc<Judged>>,
    /// Decisions by move id.
    pub decisions: BTreeMap<String, Decision>,
    /// Accept Needed was pressed while nobody could set parameters: the editor had never been open.
    pub is_accept_pending: bool,
    /// Size of the editor when it was last open.
    pub editor_size: Option<EditorSize>,
    /// A whole state of a newer version, kept for it.
    pub newer_state: Option<String>,
}

impl Saved {
    /// Notes or takes back a decision.
    pub fn decide(&mut self, move_id: &str, decision: Option<Decision>) {
        match decision {
            Some(decision) => self.decisions.insert(move_id.to_owned(), decision),
            None => self.decisions.remove(move_id),
        };
    }

    /// Replaces what was heard: old decisions concern moves that are gone.
    pub fn set_judged(&mut self, judged: Judged) {
        self.judged = Some(Arc::new(judged));
        self.decisions.clear();
        self.is_accept_pending = false;
    }

    /// The saved form.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(&SavedForm::from(self)).unwrap_or_default()
    }

    /// Reads the saved form; what is missing or unreadable is as in a fresh instance.
    pub(super) fn from_json(json: Option<&str>) -> Self {
        json.and_then(|json| serde_json::from_str::<SavedForm>(json).ok()).map(Self::from).unwrap_or_default()
    }
}

/// The schema number of a saved form.
pub(super) fn schema_of(json: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Head {
        schema: u32,
    }
    serde_json::from_str::<Head>(json).ok().map(|head| head.schema)
}

#[derive(Serialize, Deserialize)]
struct SavedForm {
    schema: u32,
    #[serde(default)]
    discern: String,
    #[serde(default)]
    brief: SavedBrief,
    #[serde(default)]
    report: Option<SavedReport>,
    #[serde(default)]
    decisions: BTreeMap<String, Decision>,
    #[serde(default)]
    accept_pending: bool,
    #[serde(default)]
    editor: Option<EditorSize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newer_state: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct SavedBrief {
    destination: String,
    loudness_lufs: Option<f64>,
    ceiling_dbtp: Option<f64>,
    /// Brighter, fuller, denser, wider.
    character: [i8; 4],
    restraint: String,
    locks: Vec<String>,
}

impl From<&Brief> for SavedBrief {
    fn from(brief: &Brief) -> Self {
        let Character { brighter, fuller, denser, wider } = brief.character;
        Self {
            destination: brief.destination.key().to_owned(),
            loudness_lufs: brief.loudness_lufs,
            ceiling_dbtp: brief.ceiling_dbtp,
            character: [brighter, fuller, denser, wider],
            restraint: brief.restraint.key().to_owned(),
            locks: brief.locks.iter().map(|stage| stage.key().to_owned()).collect(),
        }
    }
}

impl From<SavedBrief> for Brief {
    fn from(saved: SavedBrief) -> Self {
        let [brighter, fuller, denser, wider] = saved.character.map(|steps| steps.clamp(-3, 3));
        let is_locked = |stage: &Stage| saved.locks.iter().any(|lock| lock == stage.key());
        Self {
            destination: Destination::from_key(&saved.destination).unwrap_or_default(),
            loudness_lufs: saved.loudness_lufs,
            ceiling_dbtp: saved.ceiling_dbtp,
            character: Character { brighter, fuller, denser, wider },
            restraint: Restraint::from_key(&saved.restraint).unwrap_or_default(),
            locks: Stage::ALL.into_iter().filter(is_locked).collect(),
            references: Vec::new(),
            ranges: None,
        }
    }
}

impl From<&Saved> for SavedForm {
    fn from(saved: &Saved) -> Self {
        Self {
            schema: SCHEMA,
            discern: env!("CARGO_PKG_VERSION").to_owned(),
            brief: SavedBrief::from(&saved.brief),
            report: saved.judged.as_deref().map(SavedReport::from),
            decisions: saved.decisions.clone(),
            accept_pending: saved.is_accept_pending,
            editor: saved.editor_size,
            newer_state: saved.newer_state.clone(),
        }
    }
}

impl From<SavedForm> for Saved {
    fn from(form: SavedForm) -> Self {
        let brief = Brief::from(form.brief);
        Self {
            judged: form.report.map(|report| Arc::new(report.into_judged(&brief))),
            brief,
            decisions: form.decisions,
            is_accept_pending: form.accept_pending,
            editor_size: form.editor,
            newer_state: form.newer_state,
        }
    }
}
