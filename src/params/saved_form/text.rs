//! The text of a saved state as a tree of values, within bounds: whatever was written there costs little to read.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Of a list or a map that is longer no more is read: three hours of song make some ten thousand.
const MAX_ENTRIES: usize = 20_000;
/// Of a text with more values no more is read: a full state has some forty thousand.
const MAX_VALUES: usize = 600_000;

/// A text that was read.
#[derive(Debug, Default)]
pub struct Tree {
    /// What it says; an object, or nothing.
    pub root: Map<String, Value>,
    /// Whether something else than entries of [`Self::cut_lists`] was left out because there was too much of it.
    pub is_cut: bool,
    /// Whether an object named a field twice. The last one counts.
    pub has_twins: bool,
    /// Lists of the root of which entries were left out, with how many there were.
    pub cut_lists: BTreeMap<String, usize>,
}

/// Bytes of a text within JSON.
pub fn written(text: &str) -> usize {
    let letter = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..32 => 6,
        _ => 1,
    };
    2 + text.bytes().map(letter).sum::<usize>()
}

/// Reads a text; `None` where it is not an object of JSON as a whole. Numbers that JSON does not know, or that are too
/// large for it, take nothing else with them: they become texts.
pub fn parse(text: &str) -> Option<Tree> {
    parse_strictly(text).or_else(|| parse_strictly(&mended(text)?))
}

fn parse_strictly(text: &str) -> Option<Tree> {
    let counts = Counts { num_left: Cell::new(MAX_VALUES), ..Counts::default() };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Node { counts: &counts, depth: 0 }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    let Value::Object(root) = value else { return None };
    let (is_cut, has_twins) = (counts.is_cut.get(), counts.has_twins.get());
    Some(Tree { root, is_cut, has_twins, cut_lists: counts.cut_lists.into_inner() })
}

/// The text with quotes around every word and number that is none of JSON, and without control characters; `None` where
/// that changes nothing.
fn mended(text: &str) -> Option<String> {
    let mut mended = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => end_of_text(rest),
            '-' | '+' | '.' | '0'..='9' | 'a'..='z' | 'A'..='Z' => rest
                .find(|letter: char| !letter.is_ascii_alphanumeric() && !"-+.".contains(letter))
                .unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        let is_word = first.is_ascii_alphanumeric() || "-+.".contains(first);
        match is_word && serde_json::from_str::<Value>(word).is_err() {
            true => mended.extend(["\"", word, "\""]),
            false => mended.extend(word.chars().map(|letter| if letter.is_control() { ' ' } else { letter })),
        }
        rest = after;
    }
    (mended != text).then_some(mended)
}

/// Where the text ends that begins here, its quotes with it.
fn end_of_text(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '"' if !is_escaped => return at + 1,
            _ => is_escaped = letter == '\\' && !is_escaped,
        }
    }
    rest.len()
}

#[derive(Default)]
struct Counts {
    num_left: Cell<usize>,
    is_cut: Cell<bool>,
    has_twins: Cell<bool>,
    cut_lists: RefCell<BTreeMap<String, usize>>,
    /// The field of the root that is read.
    field: RefCell<String>,
}

/// One value of the text.
#[derive(Clone, Copy)]
struct Node<'a> {
    counts: &'a Counts,
    depth: usize,
}

impl Node<'_> {
    /// A value in this one.
    fn inner(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    /// Notes a list of which only the first of `num` entries were read.
    fn note_cut_list(self, num: usize) {
        match self.depth {
            1 => drop(self.counts.cut_lists.borrow_mut().insert(self.counts.field.borrow().clone(), num)),
            _ => self.counts.is_cut.set(true),
        }
    }

    /// Whether a list or a map that has `num` entries may have one more.
    fn has_room(self, num: usize) -> bool {
        num < MAX_ENTRIES && self.counts.num_left.get() > 0
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.counts.num_left.set(self.counts.num_left.get().saturating_sub(1));
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while self.has_room(list.len()) {
            let Some(value) = entries.next_element_seed(self.inner())? else { return Ok(Value::Array(list)) };
            list.push(value);
        }
        let mut num = list.len();
        while entries.next_element::<IgnoredAny>()?.is_some() {
            num += 1;
        }
        if num > list.len() {
            self.note_cut_list(num);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while self.has_room(map.len()) {
            let Some(name) = entries.next_key::<String>()? else { return Ok(Value::Object(map)) };
            if self.depth == 0 {
                self.counts.field.replace(name.clone());
            }
            if map.insert(name, entries.next_value_seed(self.inner())?).is_some() {
                self.counts.has_twins.set(true);
            }
        }
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            self.counts.is_cut.set(true);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_within_bounds() {
        let tree = parse("{\"a\":[1,-2,2.5,\"x\",null,true],\"b\":{\"c\":1},\"a\":7}").expect("JSON");
        assert_eq!(Value::Object(tree.root), serde_json::json!({"a": 7, "b": {"c": 1}}));
        assert!(tree.has_twins && !tree.is_cut);
        let long = format!("{{\"list\":[{}1],\"after\":2}}", "1,".repeat(300_000));
        let tree = parse(&long).expect("JSON");
        assert_eq!((tree.is_cut, tree.cut_lists["list"]), (false, 300_001));
        assert_eq!(tree.root["after"], 2, "one field that is too long takes no other");
        assert_eq!(tree.root["list"].as_array().map(Vec::len), Some(MAX_ENTRIES));
        let deeper = format!("{{\"in\":{long}}}");
        assert!(parse(&deeper).is_some_and(|tree| tree.is_cut && tree.cut_lists.is_empty()));
    }

    #[test]
    fn the_length_of_a_text_within_json_is_known() {
        for text in ["", "a", "\"\\\n\r\t", "\u{0}\u{8}\u{c}\u{1f}\u{7f}", "\u{e9}\u{1d11e}/"] {
            assert_eq!(written(text), Value::from(text).to_string().len(), "{text:?}");
        }
    }

    #[test]
    fn a_number_that_is_none_takes_nothing_with_it() {
        let tree = parse("{\"a\":NaN,\"b\":[-Infinity,1e999,1],\"c\":\"NaN \\\" 1e999\",\"d\":\"\u{7}\",\"e\":true}")
            .expect("read");
        let wanted =
            serde_json::json!({"a": "NaN", "b": ["-Infinity", "1e999", 1], "c": "NaN \" 1e999", "d": " ", "e": true});
        assert_eq!(Value::Object(tree.root), wanted);
    }

    #[test]
    fn what_is_no_object_is_not_read() {
        let deep = "[".repeat(200_000);
        for text in ["", "null", "[1]", "7", "{\"a\":1", "{} x", "not JSON", &deep] {
            assert!(parse(text).is_none(), "{}", &text[..text.len().min(20)]);
        }
        assert!(parse(&format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))).is_none());
    }
}
