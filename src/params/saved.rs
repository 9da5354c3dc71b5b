//! The saved state beside the parameters, in its own versioned types.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use crate::analysis::Features;
use crate::assistant::findings::FindingKind;
use crate::assistant::{Brief, Move, Remeasured, Report};

use super::kept_reference::{KeptReference, ask_for};
use super::newer::Newer;
use super::saved_form::Leftover;
use super::tweak::{FULL_PERCENT, MAX_PERCENT};
use super::undo::Undo;

/// Version of the saved form. Grows with every change that an older version could not read.
pub const SCHEMA: u32 = 1;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Its settings were applied.
    Accepted,
    /// It is not wanted.
    Rejected,
}

impl Decision {
    /// The one with this name.
    pub(super) fn from_key(key: &str) -> Option<Self> {
        match key {
            "accepted" => Some(Self::Accepted),
            "rejected" => Some(Self::Rejected),
            _ => None,
        }
    }
}

/// Size of the editor in points.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// What open moves do and cost with the chain set as it is now; nothing before a hand moved something.
    pub remeasured: Arc<Vec<Remeasured>>,
    /// What can be taken back; not saved.
    pub undo: Undo,
    /// A whole state of a newer version, kept for it.
    pub newer_state: Option<Arc<Newer>>,
    /// What was loaded and cannot be read, kept as it was.
    pub(super) leftover: Arc<Leftover>,
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
        Arc::make_mut(&mut self.leftover).forget_song();
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
}

/// How much it is that a move rests on: the value itself, or on scales that have no zero how far it lies outside.
fn size(proposed: &Move) -> Option<f64> {
    let evidence = proposed.evidence.first()?;
    let has_no_zero = ["_lufs", "_dbtp", "_dbfs"].iter().any(|unit| evidence.metric.ends_with(unit));
    let [low, high] = evidence.expected;
    Some(if has_no_zero { (low - evidence.value).max(evidence.value - high).max(0.0) } else { evidence.value.abs() })
}
