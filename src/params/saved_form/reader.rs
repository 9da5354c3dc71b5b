//! Reads an object of a saved state field by field: what cannot be read is kept as it is and takes nothing else with it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::unread::{Step, Unread, Why};

/// Longest key of a map that is read: ids of moves and settings, bytes.
const MAX_KEY_BYTES: usize = 200;

/// What became of a value.
pub enum Taken<T> {
    /// It is this.
    Whole(T),
    /// It makes sense only as this: kept as well, as it was found.
    Near(T),
    /// It cannot be read.
    Not,
}

impl<T> From<Option<T>> for Taken<T> {
    fn from(read: Option<T>) -> Self {
        read.map_or(Self::Not, Self::Whole)
    }
}

/// An object that is read.
pub struct Reader<'a> {
    object: &'a Map<String, Value>,
    at: Vec<Step>,
    known: Vec<&'static str>,
    unread: &'a mut Unread,
}

impl<'a> Reader<'a> {
    /// Reads the root of a state.
    pub fn new(object: &'a Map<String, Value>, unread: &'a mut Unread) -> Self {
        Self { object, at: Vec::new(), known: Vec::new(), unread }
    }

    /// Keeps the fields that nobody has asked for: another version's. To be called once everything was read.
    pub fn keep_rest(&mut self) {
        for (name, raw) in self.object.iter().filter(|(name, _)| !self.known.contains(&name.as_str())) {
            let at = way(&self.at, Step::Field(name.clone()));
            self.unread.keep(at, raw, Why::Unknown);
        }
    }

    /// The field as it stands; nothing is as good as absent.
    pub fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Keeps a field as it is: it cannot be read, or not as it is.
    pub fn refuse(&mut self, name: &'static str) {
        if let Some(raw) = self.object.get(name) {
            self.unread.keep(way(&self.at, Step::Field(name.to_owned())), raw, Why::Unreadable);
        }
    }

    /// A field that `read` understands.
    pub fn field<T>(&mut self, name: &'static str, read: impl FnOnce(&Value) -> Taken<T>) -> Option<T> {
        let (value, is_whole) = match read(self.raw(name)?) {
            Taken::Whole(value) => (Some(value), true),
            Taken::Near(value) => (Some(value), false),
            Taken::Not => (None, false),
        };
        if !is_whole {
            self.refuse(name);
        }
        value
    }

    /// Text as it stands, no longer than `max_bytes`.
    pub fn exact_text(&mut self, name: &'static str, max_bytes: usize) -> Option<String> {
        self.field(name, |value| exact_text(value, max_bytes).into())
    }

    /// Text to be shown: nothing in it that would be no letter, no longer than `max_chars`.
    pub fn text(&mut self, name: &'static str, max_chars: usize) -> Option<String> {
        self.field(name, |value| shown_text(value, max_chars))
    }

    /// One of the names that `of` knows.
    pub fn one_of<T>(&mut self, name: &'static str, of: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.field(name, |value| value.as_str().and_then(of).into())
    }

    /// A number within a range.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        self.field(name, |value| number(value, &range))
    }

    /// A whole number within a range.
    pub fn whole(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        self.field(name, |value| match (value.as_u64(), value.as_i64()) {
            (Some(number), _) if range.contains(&number) => Taken::Whole(number),
            (Some(number), _) => Taken::Near(number.clamp(*range.start(), *range.end())),
            (None, Some(_)) => Taken::Near(*range.start()),
            (None, None) => Taken::Not,
        })
    }

    /// Yes or no; no where nothing is said.
    pub fn flag(&mut self, name: &'static str) -> bool {
        self.field(name, |value| value.as_bool().into()).unwrap_or_default()
    }

    /// Two numbers within a range.
    pub fn pair(&mut self, name: &'static str, range: RangeInclusive<f64>) -> Option<[f64; 2]> {
        self.field(name, |value| numbers::<2>(value, &[range.clone(), range.clone()]))
    }

    /// Numbers in places of their own, null where there is none: all of them, or the field cannot be read.
    pub fn series(&mut self, name: &'static str, max: usize, range: RangeInclusive<f64>) -> Vec<Option<f64>> {
        let place = |value: &Value| match (value, number(value, &range)) {
            (Value::Null, _) => Some((None, true)),
            (_, Taken::Whole(number)) => Some((Some(number), true)),
            (_, Taken::Near(number)) => Some((Some(number), false)),
            (_, Taken::Not) => None,
        };
        let all = |value: &Value| {
            let list = value.as_array().filter(|list| list.len() <= max);
            match list.and_then(|list| list.iter().map(place).collect::<Option<Vec<_>>>()) {
                Some(all) if all.iter().all(|(_, is_whole)| *is_whole) => Taken::Whole(all),
                Some(all) => Taken::Near(all),
                None => Taken::Not,
            }
        };
        self.field(name, all).into_iter().flatten().map(|(number, _)| number).collect()
    }

    /// An object of its own; where `read` gives it up it is kept as a whole.
    pub fn object<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Reader<'_>) -> Option<T>) -> Option<T> {
        let raw = self.raw(name)?;
        let at = way(&self.at, Step::Field(name.to_owned()));
        self.inner(raw, at.clone(), at, read)
    }

    /// Entries that `read` understands, up to `max`; each other is kept.
    pub fn list<T>(&mut self, name: &'static str, max: usize, read: impl FnMut(&Value) -> Taken<T>) -> Vec<T> {
        let Some(list) = self.array(name) else { return Vec::new() };
        let (at, mut read, mut taken) = (way(&self.at, Step::Field(name.to_owned())), read, Vec::new());
        for (idx, raw) in list.iter().enumerate() {
            match read(raw) {
                Taken::Whole(value) if taken.len() < max => taken.push(value),
                // An entry has no place of its own to be put back into beside what stands for it.
                _ => self.unread.keep(way(&at, Step::Entry(idx)), raw, Why::Unreadable),
            }
        }
        taken
    }

    /// Entries that are objects, up to `max`. With `key`, entries may come and go: what is not read of one is found
    /// again by that field of it.
    pub fn objects<T>(
        &mut self,
        name: &'static str,
        (max, key): (usize, Option<&'static str>),
        mut read: impl FnMut(&mut Reader<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(list) = self.array(name) else { return Vec::new() };
        let (at, mut taken) = (way(&self.at, Step::Field(name.to_owned())), Vec::new());
        for (idx, raw) in list.iter().enumerate() {
            let whole_at = way(&at, Step::Entry(idx));
            if taken.len() == max {
                self.unread.keep(whole_at, raw, Why::TooMany);
                continue;
            }
            let id = key.and_then(|key| Some(Step::Where(key, raw.get(key)?.as_str()?.to_owned())));
            let inner_at = way(&at, id.unwrap_or(Step::Entry(idx)));
            taken.extend(self.inner(raw, whole_at, inner_at, &mut read));
        }
        taken
    }

    /// Entries by key that `read` understands, up to `max`; each other is kept.
    pub fn map<T>(
        &mut self,
        name: &'static str,
        max: usize,
        mut read: impl FnMut(&str, &Value) -> Taken<T>,
    ) -> BTreeMap<String, T> {
        let (mut taken, at) = (BTreeMap::new(), way(&self.at, Step::Field(name.to_owned())));
        let Some(raw) = self.raw(name) else { return taken };
        let Value::Object(map) = raw else {
            self.refuse(name);
            return taken;
        };
        for (key, raw) in map {
            let is_taken = key.len() <= MAX_KEY_BYTES && taken.len() < max;
            let (value, is_whole) = match if is_taken { read(key, raw) } else { Taken::Not } {
                Taken::Whole(value) => (Some(value), true),
                Taken::Near(value) => (Some(value), false),
                Taken::Not => (None, false),
            };
            if !is_whole {
                self.unread.keep(way(&at, Step::Field(key.clone())), raw, Why::Unreadable);
            }
            taken.extend(value.map(|value| (key.clone(), value)));
        }
        taken
    }

    fn array(&mut self, name: &'static str) -> Option<&'a Vec<Value>> {
        let list = self.raw(name)?.as_array();
        if list.is_none() {
            self.refuse(name);
        }
        list
    }

    /// Reads an object that stands at a place; where it cannot be, it is kept as a whole.
    fn inner<T>(
        &mut self,
        raw: &Value,
        whole_at: Vec<Step>,
        at: Vec<Step>,
        read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
    ) -> Option<T> {
        let mark = self.unread.mark();
        let value = raw.as_object().and_then(|object| {
            let mut reader = Reader { object, at, known: Vec::new(), unread: &mut *self.unread };
            let value = read(&mut reader)?;
            reader.keep_rest();
            Some(value)
        });
        if value.is_none() {
            self.unread.go_back(mark);
            self.unread.keep(whole_at, raw, Why::Unreadable);
        }
        value
    }
}

fn way(at: &[Step], step: Step) -> Vec<Step> {
    at.iter().cloned().chain([step]).collect()
}

/// A number within a range.
pub fn number(value: &Value, range: &RangeInclusive<f64>) -> Taken<f64> {
    match value.as_f64() {
        Some(number) if range.contains(&number) => Taken::Whole(number),
        Some(number) => Taken::Near(number.clamp(*range.start(), *range.end())),
        None => Taken::Not,
    }
}

/// So many numbers, each within its range.
pub fn numbers<const N: usize>(value: &Value, ranges: &[RangeInclusive<f64>; N]) -> Taken<[f64; N]> {
    let Some(list) = value.as_array().filter(|list| list.len() == N) else { return Taken::Not };
    let (mut all, mut is_whole) = ([0.0; N], true);
    for ((slot, value), range) in all.iter_mut().zip(list).zip(ranges) {
        match number(value, range) {
            Taken::Whole(number) => *slot = number,
            Taken::Near(number) => (*slot, is_whole) = (number, false),
            Taken::Not => return Taken::Not,
        }
    }
    if is_whole { Taken::Whole(all) } else { Taken::Near(all) }
}

/// Text as it stands.
pub fn exact_text(value: &Value, max_bytes: usize) -> Option<String> {
    value.as_str().filter(|text| text.len() <= max_bytes).map(str::to_owned)
}

/// Text to be shown.
pub fn shown_text(value: &Value, max_chars: usize) -> Taken<String> {
    let Some(text) = value.as_str() else { return Taken::Not };
    let shown = plain(text, max_chars);
    if shown == text { Taken::Whole(shown) } else { Taken::Near(shown) }
}

/// Text without anything that is no letter of a line: no control characters, nothing that turns the direction, no more
/// than `max_chars`.
pub fn plain(text: &str, max_chars: usize) -> String {
    let is_unseen = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    text.chars().filter(|letter| !is_unseen(*letter)).take(max_chars).collect()
}
