//! The saved state beside the parameters, in its own versioned types.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::Features;
use crate::assistant::findings::FindingKind;
use crate::assistant::{Brief, Character, Destination, Move, Remeasured, Report, Restraint};
use crate::chain::Stage;

use super::kept_reference::{KeptReference, MAX_REFERENCES, SavedReference, ask_for};
use super::saved_report::SavedReport;
use super::tweak::{FULL_PERCENT, MAX_PERCENT};
use super::undo::Undo;

/// Version of the saved form. Grows with every change that an older version could not read.
pub const SCHEMA: u32 = 1;

/// Of a state that holds more references than that, no more are looked at.
const MAX_SAVED_REFERENCES: usize = 64;

/// A rejected move is offered again when what it rests on has grown to this many times what it was.
const GROWN: f64 = 1.5;

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
    /// Records that the song is to be like; the brief has what was measured of them.
    pub references: Vec<KeptReference>,
    /// The last finished listening.
    pub judged: Option<Arc<Judged>>,
    /// Decisions by move id.
    pub decisions: BTreeMap<String, Decision>,
    /// What the measurement behind a rejected move was, by move id.
    pub rejected_at: BTreeMap<String, f64>,
    /// Amounts in percent by move id, where not 100.
    pub amounts: BTreeMap<String, f64>,
    /// By move id: its settings before it was accepted, or before the first of them was moved by hand.
    pub before: BTreeMap<String, BTreeMap<String, f64>>,
    /// Moves one of whose settings was moved by hand.
    pub by_hand: BTreeSet<String>,
    /// Kinds of findings that are meant to be as they are.
    pub intended: Vec<String>,
    /// Accept Needed was pressed while nobody could set parameters: the editor had never been open.
    pub is_accept_pending: bool,
    /// Size of the editor when it was last open.
    pub editor_size: Option<EditorSize>,
    /// Scale of the editor in percent, where it is not 100.
    pub editor_scale_percent: Option<u16>,
    /// Whether nothing in the editor is to glide or fade.
    pub is_motion_reduced: bool,
    /// What open moves do and cost with the chain set as it is now; nothing before a hand moved something. Not saved.
    pub remeasured: Arc<Vec<Remeasured>>,
    /// What can be taken back; not saved.
    pub undo: Undo,
    /// A whole state of a newer version, kept for it.
    pub newer_state: Option<String>,
}

impl Saved {
    /// Notes or takes back a decision.
    pub fn decide(&mut self, move_id: &str, decision: Option<Decision>) {
        self.rejected_at.remove(move_id);
        if decision == Some(Decision::Rejected)
            && let Some(size) = self.proposed(move_id).and_then(size)
        {
            self.rejected_at.insert(move_id.to_owned(), size);
        }
        match decision {
            Some(decision) => self.decisions.insert(move_id.to_owned(), decision),
            None => self.decisions.remove(move_id),
        };
    }

    /// Replaces what was heard. Old decisions concern moves that are gone, but what was rejected stays so until it
    /// has grown.
    pub fn set_judged(&mut self, judged: Judged) {
        self.judged = Some(Arc::new(judged));
        let rejections = std::mem::take(&mut self.decisions);
        let sizes = std::mem::take(&mut self.rejected_at);
        self.forget_moves();
        for (id, _) in rejections.into_iter().filter(|(_, decision)| *decision == Decision::Rejected) {
            let was = sizes.get(&id).copied();
            let now = self.proposed(&id).and_then(size);
            let has_grown = was.zip(now).is_some_and(|(was, now)| now >= GROWN * was && now > was);
            if !has_grown {
                self.rejected_at.extend(was.map(|was| (id.clone(), was)));
                self.decisions.insert(id, Decision::Rejected);
            }
        }
    }

    /// Another song: nothing that was heard or said is of it.
    pub fn forget_song(&mut self) {
        self.judged = None;
        self.intended.clear();
        self.forget_moves();
    }

    fn forget_moves(&mut self) {
        self.decisions.clear();
        self.rejected_at.clear();
        self.amounts.clear();
        self.before.clear();
        self.by_hand.clear();
        self.remeasured = Arc::default();
        self.is_accept_pending = false;
    }

    /// Amount of a move, percent.
    pub fn amount(&self, move_id: &str) -> f64 {
        self.amounts.get(move_id).copied().unwrap_or(FULL_PERCENT)
    }

    /// Changes the amount of a move; whole percent.
    pub fn set_amount(&mut self, move_id: &str, percent: f64) {
        let percent = if percent.is_nan() { FULL_PERCENT } else { percent.clamp(0.0, MAX_PERCENT).round() };
        if percent == FULL_PERCENT {
            self.amounts.remove(move_id);
        } else {
            self.amounts.insert(move_id.to_owned(), percent);
        }
    }

    /// A hand is about to move a setting: moves that set it too are the engineer's now. `value` reads a setting.
    pub fn note_hand(&mut self, setting_id: &str, value: impl Fn(&str) -> Option<f64>) {
        let Some(judged) = self.judged.clone() else { return };
        let sets_it = |each: &&Move| each.settings.iter().any(|(id, _)| id == setting_id);
        for each in judged.report.moves.iter().filter(sets_it) {
            if self.decisions.get(&each.id) != Some(&Decision::Rejected) && self.by_hand.insert(each.id.clone()) {
                self.note_before(each, &value);
            }
        }
    }

    /// Keeps what the settings of a move are without it, unless that is known. `value` reads a setting.
    pub fn note_before(&mut self, proposed: &Move, value: impl Fn(&str) -> Option<f64>) {
        self.before
            .entry(proposed.id.clone())
            .or_insert_with(|| proposed.settings.iter().filter_map(|(id, _)| Some((id.clone(), value(id)?))).collect());
    }

    /// Adds or takes away references, or keeps what was measured of them: the brief follows.
    pub fn change_references(&mut self, change: impl FnOnce(&mut Vec<KeptReference>)) {
        change(&mut self.references);
        ask_for(&self.references, &mut self.brief);
    }

    /// Ids of the moves that wait for a decision.
    pub fn open_moves(&self) -> Vec<String> {
        let moves = self.judged.iter().flat_map(|judged| &judged.report.moves);
        let is_open = |each: &&Move| !self.decisions.contains_key(&each.id) && !self.by_hand.contains(&each.id);
        moves.filter(is_open).map(|each| each.id.clone()).collect()
    }

    /// Keeps what open moves do and cost now; what was measured of others stays.
    pub fn set_remeasured(&mut self, measured: Vec<Remeasured>) {
        let is_anew = |old: &&Remeasured| measured.iter().all(|each| each.id != old.id);
        let kept: Vec<Remeasured> = self.remeasured.iter().filter(is_anew).cloned().collect();
        self.remeasured = Arc::new(kept.into_iter().chain(measured).collect());
    }

    /// Whether a kind of finding is meant to be as it is.
    pub fn is_intended(&self, kind: FindingKind) -> bool {
        self.intended.iter().any(|intended| intended == kind.key())
    }

    /// Marks a kind of finding as meant, or takes the mark away.
    pub fn set_intended(&mut self, kind: FindingKind, is_intended: bool) {
        self.intended.retain(|intended| intended != kind.key());
        if is_intended {
            self.intended.push(kind.key().to_owned());
        }
    }

    fn proposed(&self, move_id: &str) -> Option<&Move> {
        self.judged.as_ref()?.report.moves.iter().find(|each| each.id == move_id)
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

/// How much it is that a move rests on: the value itself, or on scales that have no zero how far it lies outside.
fn size(proposed: &Move) -> Option<f64> {
    let evidence = proposed.evidence.first()?;
    let has_no_zero = ["_lufs", "_dbtp", "_dbfs"].iter().any(|unit| evidence.metric.ends_with(unit));
    let [low, high] = evidence.expected;
    Some(if has_no_zero { (low - evidence.value).max(evidence.value - high).max(0.0) } else { evidence.value.abs() })
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    references: Vec<SavedReference>,
    #[serde(default)]
    report: Option<SavedReport>,
    #[serde(default)]
    decisions: BTreeMap<String, Decision>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    rejected_at: BTreeMap<String, f64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    amounts: BTreeMap<String, f64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    before: BTreeMap<String, BTreeMap<String, f64>>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    by_hand: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    intended: Vec<String>,
    #[serde(default)]
    accept_pending: bool,
    #[serde(default)]
    editor: Option<EditorSize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    editor_scale_percent: Option<u16>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    reduced_motion: bool,
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
            references: saved.references.iter().map(SavedReference::from).collect(),
            report: saved.judged.as_deref().map(SavedReport::from),
            decisions: saved.decisions.clone(),
            rejected_at: saved.rejected_at.clone(),
            amounts: saved.amounts.clone(),
            before: saved.before.clone(),
            by_hand: saved.by_hand.clone(),
            intended: saved.intended.clone(),
            accept_pending: saved.is_accept_pending,
            editor: saved.editor_size,
            editor_scale_percent: saved.editor_scale_percent,
            reduced_motion: saved.is_motion_reduced,
            newer_state: saved.newer_state.clone(),
        }
    }
}

impl From<SavedForm> for Saved {
    fn from(form: SavedForm) -> Self {
        let mut brief = Brief::from(form.brief);
        let mut references: Vec<KeptReference> = Vec::new();
        for kept in form.references.into_iter().take(MAX_SAVED_REFERENCES).map(KeptReference::from) {
            // What another hand wrote there stays within what is kept.
            if references.len() < MAX_REFERENCES && references.iter().all(|other| other.path != kept.path) {
                references.push(kept);
            }
        }
        ask_for(&references, &mut brief);
        Self {
            judged: form.report.map(|report| Arc::new(report.into_judged(&brief))),
            brief,
            references,
            decisions: form.decisions,
            rejected_at: form.rejected_at,
            amounts: form.amounts,
            before: form.before,
            by_hand: form.by_hand,
            intended: form.intended,
            is_accept_pending: form.accept_pending,
            editor_size: form.editor,
            // What another hand wrote there stays within what can be drawn.
            editor_scale_percent: form.editor_scale_percent.map(|percent| percent.clamp(75, 250)),
            is_motion_reduced: form.reduced_motion,
            remeasured: Arc::default(),
            undo: Undo::default(),
            newer_state: form.newer_state,
        }
    }
}
