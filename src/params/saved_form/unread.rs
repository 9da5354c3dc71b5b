//! What of a saved state could not be read: kept as it is, said, and written back at its place.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

use serde_json::{Map, Value};

use crate::params::saved::Judged;

use super::text::written;

/// More than that is not kept of what cannot be read, bytes of JSON or nearly. In the host's state, a text of its own, none
/// of it takes more than twice that: far less than the framework reads.
pub const MAX_KEPT_BYTES: usize = 4 << 20;

/// What to say where there was more than can be kept.
pub const CUT: &str = "The saved session holds more than I can keep; the rest is left out";

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A field of an object.
    Field(String),
    /// An entry of a list that nobody changes.
    Entry(usize),
    /// The entry of a list whose field says this: entries before it may go.
    Where(&'static str, String),
}

/// Why a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Of a field that this version does not know: nothing to be said.
    Unknown,
    /// It cannot be read, or not as it is.
    Unreadable,
    /// There are more of its kind than are used.
    TooMany,
}

/// One value as it was found.
#[derive(Clone, Debug)]
struct Kept {
    at: Vec<Step>,
    raw: Value,
    /// What stands there instead as long as nobody changes it.
    instead: Option<Value>,
    why: Why,
}

/// All that could not be read of one state.
#[derive(Clone, Debug, Default)]
pub struct Unread {
    kept: Vec<Kept>,
    num_bytes: usize,
    /// There was more of it than can be kept.
    is_cut: bool,
    /// The listening that was loaded with it: what belongs to it goes when another takes its place.
    judged: Option<Weak<Judged>>,
}

impl Unread {
    /// Keeps what stands at a place.
    pub fn keep(&mut self, at: Vec<Step>, raw: &Value, why: Why) {
        let num_bytes = self.num_bytes + size(raw);
        if num_bytes > MAX_KEPT_BYTES {
            self.is_cut = true;
            return;
        }
        self.num_bytes = num_bytes;
        self.kept.push(Kept { at, raw: raw.clone(), instead: None, why });
    }

    /// Whether nothing is kept, and nothing was too much.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && !self.is_cut
    }

    /// How much is kept by now, to go back to.
    pub fn mark(&self) -> (usize, usize) {
        (self.kept.len(), self.num_bytes)
    }

    /// Forgets what was kept since a mark: it is kept as part of a whole.
    pub fn go_back(&mut self, (num_kept, num_bytes): (usize, usize)) {
        self.kept.truncate(num_kept);
        self.num_bytes = num_bytes;
    }

    /// Notes what stands in the places of what is kept, in the form that was just read, and whose listening it is.
    pub fn settle(&mut self, mut form: Value, judged: Option<&Arc<Judged>>) {
        for kept in &mut self.kept {
            kept.instead = find(&form, &kept.at).cloned();
            // Places count the entries that were not read too: they are found once those before them are back.
            kept.restore(&mut form, &kept.at);
        }
        self.judged = judged.map(Arc::downgrade);
    }

    /// Puts everything back where it was, unless something else was put there since.
    pub fn restore(&self, form: &mut Value, judged: Option<&Arc<Judged>>) {
        let is_same_song = match (&self.judged, judged) {
            (Some(was), Some(now)) => was.ptr_eq(&Arc::downgrade(now)),
            (None, None) => true,
            _ => false,
        };
        for kept in self.kept.iter().filter(|kept| is_same_song || !is_in(&kept.at, "report")) {
            kept.restore(form, &kept.at);
        }
    }

    /// Nothing of these fields is wanted any more.
    pub fn forget(&mut self, fields: &[&str]) {
        self.kept.retain(|kept| !fields.iter().any(|field| is_in(&kept.at, field)));
        self.num_bytes = self.kept.iter().map(|kept| size(&kept.raw)).sum();
    }

    /// Whether anything of these fields is kept.
    pub fn has(&self, fields: &[&str]) -> bool {
        self.kept.iter().any(|kept| fields.iter().any(|field| is_in(&kept.at, field)))
    }

    /// How many entries of a list of the root are kept as a whole.
    pub fn num_entries(&self, list: &str) -> usize {
        let is_entry = |kept: &&Kept| matches!(kept.at.as_slice(), [Step::Field(name), Step::Entry(_)] if name == list);
        self.kept.iter().filter(is_entry).count()
    }

    /// What to say of it: each part once, in words for people. References that are too many are counted elsewhere.
    pub fn notices(&self) -> Vec<String> {
        let is_said = |kept: &&Kept| match kept.why {
            Why::Unknown => false,
            Why::Unreadable => true,
            Why::TooMany => !is_in(&kept.at, "references"),
        };
        let parts: BTreeSet<&str> = self.kept.iter().filter(is_said).map(|kept| part(&kept.at)).collect();
        let cut = self.is_cut.then(|| CUT.to_owned());
        let unread = |part| format!("I cannot read all of the saved session: {part}. What I cannot read stays in it");
        parts.into_iter().map(unread).chain(cut).collect()
    }
}

impl Kept {
    fn restore(&self, value: &mut Value, at: &[Step]) {
        match at {
            [Step::Field(name)] => {
                let Value::Object(object) = value else { return };
                if object.get(name) == self.instead.as_ref() {
                    object.insert(name.clone(), self.raw.clone());
                }
            }
            [Step::Entry(idx)] => {
                let Value::Array(list) = value else { return };
                list.insert((*idx).min(list.len()), self.raw.clone());
            }
            [Step::Field(name), rest @ ..] => {
                let Value::Object(object) = value else { return };
                if !object.contains_key(name) && !is_in(&self.at, "report") {
                    object.insert(name.clone(), empty_for(rest));
                }
                if let Some(inner) = object.get_mut(name) {
                    self.restore(inner, rest);
                }
            }
            [step, rest @ ..] => {
                if let Some(entry) = entry_of(value, step) {
                    self.restore(entry, rest);
                }
            }
            [] => {}
        }
    }
}

/// What a way goes on through.
fn empty_for(way: &[Step]) -> Value {
    match way.first() {
        Some(Step::Field(_)) => Value::Object(Map::new()),
        _ => Value::Array(Vec::new()),
    }
}

fn entry_of<'a>(list: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    let list = list.as_array_mut()?;
    match step {
        Step::Entry(idx) => list.get_mut(*idx),
        Step::Where(field, text) => list.iter_mut().find(|entry| entry[*field] == text.as_str()),
        Step::Field(_) => None,
    }
}

fn find<'a>(value: &'a Value, at: &[Step]) -> Option<&'a Value> {
    at.iter().try_fold(value, |value, step| match step {
        Step::Field(name) => value.get(name),
        Step::Entry(idx) => value.get(idx),
        Step::Where(field, text) => value.as_array()?.iter().find(|entry| entry[*field] == text.as_str()),
    })
}

fn is_in(at: &[Step], field: &str) -> bool {
    matches!(at.first(), Some(Step::Field(name)) if name == field)
}

/// Bytes of a value as JSON, or nearly.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 12,
        Value::String(text) => written(text) + 1,
        Value::Array(list) => 2 + list.iter().map(size).sum::<usize>(),
        Value::Object(map) => 2 + map.iter().map(|(name, value)| written(name) + 2 + size(value)).sum::<usize>(),
    }
}

/// The part of a session that a place belongs to, in words.
fn part(at: &[Step]) -> &'static str {
    let names: Vec<&str> =
        at.iter().filter_map(|step| if let Step::Field(name) = step { Some(name.as_str()) } else { None }).collect();
    match names.as_slice() {
        ["brief", ..] => "the brief",
        ["references", ..] => "a reference",
        ["report", "moves", ..] => "a proposed move",
        ["report", "findings", ..] => "a finding",
        ["report", "for_the_mixer", ..] => "a note for the mixer",
        ["report", "heard", "map", ..] => "the song map",
        ["report", "heard", "sections", ..] => "a section of the song",
        ["report", "heard", ..] => "what was measured",
        ["report", ..] => "the verdict",
        ["decisions" | "rejected_at", ..] => "a decision on a move",
        ["amounts", ..] => "the amount of a move",
        ["before" | "by_hand", ..] => "what a move changed",
        ["remeasured", ..] => "what a move does",
        ["intended", ..] => "what is marked as intended",
        ["editor" | "editor_scale_percent" | "reduced_motion", ..] => "how the editor is set",
        ["newer_state"] => "the session of a newer Discern in it",
        _ => "a part of it",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::reader::Reader;
    use super::*;

    /// Reads moves, and writes what was read and what was not.
    fn reloaded(root: &Value) -> Value {
        let mut unread = Unread::default();
        let mut reader = Reader::new(root.as_object().expect("an object"), &mut unread);
        let moves = reader.objects("moves", (10, None), |reader| {
            let stage = reader.one_of("stage", |stage| (stage == "limiter").then(|| stage.to_owned()))?;
            Some(json!({"stage": stage, "title": reader.text("title", 20)?}))
        });
        reader.keep_rest();
        let mut form = json!({"moves": moves});
        unread.settle(form.clone(), None);
        unread.restore(&mut form, None);
        form
    }

    #[test]
    fn entries_that_are_not_read_move_no_other() {
        let root = json!({"moves": [
            {"stage": "invention", "title": "one"},
            {"stage": "limiter", "title": "t\u{1}wo", "since": 9},
            {"stage": "limiter", "title": "three"},
            7,
            {"stage": "limiter", "title": "f\u{1}our"},
        ]});
        let once = reloaded(&root);
        assert_eq!(once, root);
        assert_eq!(reloaded(&once), root);
    }
}
