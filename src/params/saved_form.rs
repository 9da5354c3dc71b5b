//! The form in which a session is saved, and how it is read: field by field, so that what cannot be read takes nothing
//! else with it and is written back as it was.

mod heard;
mod reader;
mod report;
mod text;
mod unread;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::assistant::{Brief, Character, Destination, Restraint};
use crate::chain::Stage;
use crate::chain::settings::{Kind, Setting, find};

use super::STATE_KEY;
use super::kept_reference::{KeptReference, MAX_REFERENCES, SavedReference, ask_for};
use super::newer::Newer;
use super::saved::{Decision, EditorSize, SCHEMA, Saved};
use super::tweak::MAX_PERCENT;
use report::SavedReport;
use unread::Unread;

pub(super) use reader::{Reader, plain};
pub(super) use text::{Tree, parse, written};
pub(super) use unread::{CUT, MAX_KEPT_BYTES};

/// Fields that are of a song.
const OF_SONG: [&str; 8] =
    ["report", "decisions", "rejected_at", "amounts", "before", "by_hand", "intended", "remeasured"];
/// Entries of a list or a map of a session that are looked at: several times what any session has.
const MAX_ENTRIES: usize = 200;
/// Steps of a wish along one axis.
const MAX_STEPS: f64 = 3.0;
/// Numbers that have no range of their own: further no measure goes.
const ANY: std::ops::RangeInclusive<f64> = -1e9..=1e9;
/// Loudness that can be asked for, LUFS.
const LOUDNESS_LUFS: std::ops::RangeInclusive<f64> = -70.0..=0.0;
/// Ceiling that can be asked for, dBTP.
const CEILING_DBTP: std::ops::RangeInclusive<f64> = -30.0..=6.0;
/// Side of the editor, points.
const SIDE: std::ops::RangeInclusive<f64> = 320.0..=8192.0;
/// Scale of the editor, percent.
const SCALE_PERCENT: std::ops::RangeInclusive<u64> = 75..=250;

/// What a loaded state held that this version cannot read.
#[derive(Clone, Debug, Default)]
pub(super) struct Leftover {
    unread: Unread,
    /// The whole text, where it is no session at all.
    text: Option<String>,
    /// Fields of the host's state that are not ours, or hold what is not the host's.
    pub(super) fields: BTreeMap<String, String>,
}

impl Leftover {
    /// Another song: what was left of the one before goes with it.
    pub(super) fn forget_song(&mut self) {
        self.unread.forget(&OF_SONG);
    }

    /// Whether nothing was left.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_none() && self.fields.is_empty() && self.unread.is_empty()
    }

    /// Whether anything that was left is of the song.
    pub(super) fn has_song(&self) -> bool {
        self.unread.has(&OF_SONG)
    }
}

/// A version number as it is written in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// This version's or an older one's, or nothing that is a version: to be read field by field.
    Readable,
    /// A later version's.
    Newer,
}

impl Schema {
    /// Of the root of a state.
    pub(super) fn of(root: &Map<String, Value>) -> Self {
        let Some(schema) = root.get("schema") else { return Self::Readable };
        let is_newer = match (schema.as_u64(), schema.as_f64()) {
            (Some(number), _) => number > u64::from(SCHEMA),
            // A whole number that is longer than any that we can hold.
            (None, Some(number)) => number >= 2f64.powi(64),
            (None, None) => false,
        };
        if is_newer { Self::Newer } else { Self::Readable }
    }
}

impl Saved {
    /// As fields of the host's state: ours, and those that are kept beside it.
    pub(super) fn to_fields(&self) -> BTreeMap<String, String> {
        let mut fields = self.leftover.fields.clone();
        fields.extend(self.newer_state.iter().flat_map(|newer| newer.fields().clone()));
        fields.insert(STATE_KEY.to_owned(), self.to_json());
        fields
    }

    /// The saved form.
    pub(super) fn to_json(&self) -> String {
        let mut form = self.form();
        self.leftover.unread.restore(&mut form, self.judged.as_ref());
        form.to_string()
    }

    /// Keeps the fields of the host's state that are not ours.
    pub(super) fn keep_fields(&mut self, fields: BTreeMap<String, String>) {
        if !fields.is_empty() {
            Arc::make_mut(&mut self.leftover).fields = fields;
        }
    }

    fn form(&self) -> Value {
        serde_json::to_value(SavedForm::from(self)).unwrap_or_default()
    }

    /// Reads the saved form. What is missing is as in a fresh instance, what is unreadable as well, and kept; the second
    /// value says it in words. `newer` is what was put away beside it.
    pub(super) fn from_json(text: Option<&str>, newer: Option<Newer>) -> (Self, Vec<String>) {
        let text = text.unwrap_or_default();
        let Some(tree) = parse(text) else { return Self::from_rubbish(text, newer) };
        let mut unread = Unread::default();
        let mut reader = Reader::new(&tree.root, &mut unread);
        let mut saved = Self::read(&mut reader, newer);
        reader.keep_rest();
        unread.settle(saved.form(), saved.judged.as_ref());
        let mut notices = unread.notices();
        let num_references = saved.references.len() + unread.num_entries("references");
        notices.extend(say_references(&tree, num_references));
        if saved.leftover.text.is_some() {
            notices.push("The saved session keeps an earlier one that I cannot read".to_owned());
        }
        if tree.root.get("schema").is_some_and(|schema| !schema.is_u64()) {
            notices.push("The saved session does not say which version wrote it; I read what I know of it".to_owned());
        }
        if tree.is_cut || tree.cut_lists.keys().any(|list| list != "references") {
            notices.push(CUT.to_owned());
        }
        if tree.has_twins {
            notices.push("The saved session says something twice; the last counts".to_owned());
        }
        saved.leftover = Arc::new(Leftover { unread, ..Leftover::clone(&saved.leftover) });
        (saved, notices)
    }

    /// A text that is no session: kept whole.
    fn from_rubbish(text: &str, newer: Option<Newer>) -> (Self, Vec<String>) {
        let fresh = Self { newer_state: newer.map(Arc::new), ..Self::default() };
        if matches!(text.trim(), "" | "null" | "{}") {
            return (fresh, Vec::new());
        }
        let is_kept = written(text) <= MAX_KEPT_BYTES;
        let notice = match is_kept {
            true => "I cannot read the saved session and begin anew. What I cannot read stays in it",
            false => "I cannot read the saved session and begin anew. It is too long to be kept",
        };
        let leftover = Leftover { text: is_kept.then(|| text.to_owned()), ..Leftover::default() };
        (Self { leftover: Arc::new(leftover), ..fresh }, vec![notice.to_owned()])
    }

    fn read(reader: &mut Reader<'_>, newer: Option<Newer>) -> Self {
        // Ours are written anew whatever stood there.
        for name in ["schema", "discern"] {
            reader.raw(name);
        }
        let mut brief = reader.object("brief", |reader| Some(read_brief(reader))).unwrap_or_default();
        let references = read_references(reader);
        ask_for(&references, &mut brief);
        let judged = reader.object("report", |reader| report::read(reader, &brief)).map(Arc::new);
        let editor_size = reader.object("editor", |reader| {
            let mut side = |name| reader.number(name, SIDE).map(|points| points as f32);
            let (width, height) = (side("width"), side("height"));
            Some(EditorSize { width: width?, height: height? })
        });
        let decision = |_: &str, value: &Value| value.as_str().and_then(Decision::from_key).into();
        let leftover = Leftover { text: reader.exact_text("unreadable", MAX_KEPT_BYTES), ..Leftover::default() };
        Self {
            brief,
            references,
            judged,
            decisions: reader.map("decisions", MAX_ENTRIES, decision),
            rejected_at: reader.map("rejected_at", MAX_ENTRIES, |_, value| reader::number(value, &ANY)),
            amounts: reader.map("amounts", MAX_ENTRIES, |_, value| reader::number(value, &(0.0..=MAX_PERCENT))),
            before: reader.map("before", MAX_ENTRIES, |_, value| read_settings(value)),
            by_hand: reader.list("by_hand", MAX_ENTRIES, key).into_iter().collect(),
            intended: reader.list("intended", MAX_ENTRIES, key),
            is_accept_pending: reader.flag("accept_pending"),
            editor_size,
            editor_scale_percent: reader
                .whole("editor_scale_percent", SCALE_PERCENT)
                .and_then(|percent| u16::try_from(percent).ok()),
            is_motion_reduced: reader.flag("reduced_motion"),
            remeasured: Arc::new(report::read_remeasured(reader)),
            // Where one lies beside it already, the field stays as one that nobody knows.
            newer_state: newer.or_else(|| reader.field("newer_state", read_newer)).map(Arc::new),
            leftover: Arc::new(leftover),
            ..Self::default()
        }
    }
}

/// The id of a move, the kind of a finding.
fn key(value: &Value) -> reader::Taken<String> {
    reader::exact_text(value, 200).into()
}

fn read_brief(reader: &mut Reader<'_>) -> Brief {
    let steps = |value: &Value| {
        let range = -MAX_STEPS..=MAX_STEPS;
        let taken = reader::numbers::<4>(value, &[range.clone(), range.clone(), range.clone(), range]);
        let whole = |steps: [f64; 4]| steps.map(|steps| steps.round() as i8);
        match taken {
            reader::Taken::Whole(steps) if steps.iter().all(|step| step.fract() == 0.0) => {
                reader::Taken::Whole(whole(steps))
            }
            reader::Taken::Whole(steps) | reader::Taken::Near(steps) => reader::Taken::Near(whole(steps)),
            reader::Taken::Not => reader::Taken::Not,
        }
    };
    let [brighter, fuller, denser, wider] = reader.field("character", steps).unwrap_or_default();
    let stage = |value: &Value| Stage::ALL.into_iter().find(|stage| value == stage.key()).into();
    let locked = reader.list("locks", Stage::ALL.len(), stage);
    Brief {
        destination: reader.one_of("destination", Destination::from_key).unwrap_or_default(),
        loudness_lufs: reader.number("loudness_lufs", LOUDNESS_LUFS),
        ceiling_dbtp: reader.number("ceiling_dbtp", CEILING_DBTP),
        character: Character { brighter, fuller, denser, wider },
        restraint: reader.one_of("restraint", Restraint::from_key).unwrap_or_default(),
        locks: Stage::ALL.into_iter().filter(|stage| locked.contains(stage)).collect(),
        references: Vec::new(),
        ranges: None,
    }
}

/// A state that an early version of this schema put away as a text.
fn read_newer(value: &Value) -> reader::Taken<Newer> {
    value.as_str().and_then(Newer::from_text).into()
}

/// What to say where a session has more references than are used, or than were kept.
fn say_references(tree: &Tree, num_kept: usize) -> Option<String> {
    let in_tree = tree.root.get("references").and_then(Value::as_array).map_or(0, Vec::len);
    let num = tree.cut_lists.get("references").copied().unwrap_or(in_tree);
    if num_kept < num {
        return Some(format!("I keep the first {num_kept} references of {num}, and use {MAX_REFERENCES} at most"));
    }
    let is_said = num > MAX_REFERENCES;
    is_said.then(|| format!("I use the first {MAX_REFERENCES} references of {num}. The others stay in the session"))
}

fn read_references(reader: &mut Reader<'_>) -> Vec<KeptReference> {
    let mut paths = BTreeSet::new();
    reader.objects("references", (MAX_REFERENCES, Some("path")), |reader| {
        let kept = KeptReference::read(reader)?;
        paths.insert(kept.path.clone()).then_some(kept)
    })
}

/// Settings by id; one that nobody knows stays as it is.
fn read_settings(value: &Value) -> reader::Taken<BTreeMap<String, f64>> {
    let Some(map) = value.as_object() else { return reader::Taken::Not };
    let (mut settings, mut is_whole) = (BTreeMap::new(), map.len() <= MAX_ENTRIES);
    for (id, value) in map.iter().take(MAX_ENTRIES) {
        match read_setting(id, value) {
            reader::Taken::Whole(value) => drop(settings.insert(id.clone(), value)),
            reader::Taken::Near(value) => {
                settings.insert(id.clone(), value);
                is_whole = false;
            }
            reader::Taken::Not => is_whole = false,
        }
    }
    if is_whole { reader::Taken::Whole(settings) } else { reader::Taken::Near(settings) }
}

/// The value of a setting, within its range where it is known.
fn read_setting(id: &str, value: &Value) -> reader::Taken<f64> {
    reader::number(value, &find(id).map_or(ANY, range_of))
}

fn range_of(setting: &Setting) -> std::ops::RangeInclusive<f64> {
    match setting.kind {
        Kind::Number { min, max, .. } => min..=max,
        Kind::Toggle => 0.0..=1.0,
        Kind::Choice(names) => 0.0..=(names.len() - 1) as f64,
    }
}

#[derive(Serialize)]
struct SavedForm {
    schema: u32,
    discern: String,
    brief: SavedBrief,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<SavedReference>,
    report: Option<SavedReport>,
    decisions: BTreeMap<String, Decision>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    rejected_at: BTreeMap<String, f64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    amounts: BTreeMap<String, f64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    before: BTreeMap<String, BTreeMap<String, f64>>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    by_hand: BTreeSet<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    intended: Vec<String>,
    accept_pending: bool,
    editor: Option<SavedSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    editor_scale_percent: Option<u16>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reduced_motion: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remeasured: Vec<report::SavedOutcome>,
    /// A text that stood in place of a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
}

#[derive(Serialize)]
struct SavedBrief {
    destination: String,
    loudness_lufs: Option<f64>,
    ceiling_dbtp: Option<f64>,
    /// Brighter, fuller, denser, wider.
    character: [i8; 4],
    restraint: String,
    locks: Vec<String>,
}

#[derive(Serialize)]
struct SavedSize {
    width: f64,
    height: f64,
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

impl From<&Saved> for SavedForm {
    fn from(saved: &Saved) -> Self {
        // Tenths of a point: an `f32` is not the same number as an `f64` of the same digits.
        let side = |points: f32| (f64::from(points) * 10.0).round() / 10.0;
        let size = |size: EditorSize| SavedSize { width: side(size.width), height: side(size.height) };
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
            editor: saved.editor_size.map(size),
            editor_scale_percent: saved.editor_scale_percent,
            reduced_motion: saved.is_motion_reduced,
            remeasured: saved.remeasured.iter().map(report::SavedOutcome::from).collect(),
            unreadable: saved.leftover.text.clone(),
        }
    }
}
