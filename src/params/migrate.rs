//! States of other versions: older ones are completed, newer ones are kept whole and not applied. What of a state cannot
//! be read takes nothing else with it.

use std::collections::BTreeMap;

use nice_plug::plugin::{ParamValue, PluginState};
use serde_json::{Map, Value};

use crate::chain::settings::{Kind, Setting, find, table};

use super::STATE_KEY;
use super::dirty::Worth;
use super::newer::{Newer, state_from_text};
use super::saved::Saved;
use super::saved_form::{CUT, MAX_KEPT_BYTES, Schema, parse, written};

/// Key of the parameters, among the host's fields, that this version does not know or cannot read: JSON by id.
const PARAMETERS_KEY: &str = "discern.parameters";
/// Key of what older versions changed around a session that they could not read: their states, one a line, oldest first.
const OLDER_KEY: &str = "discern.older";
/// Key of what is to be said of the last of them; never saved.
const OLDER_IS_NEW_KEY: &str = "discern.older.is_new";
/// Longest text of them, bytes in the host's state: half of what is kept of fields that are another's.
const MAX_OLDER_BYTES: usize = MAX_KEPT_BYTES / 2;
/// Parameters that are kept so, and fields that are another's, at most.
const MAX_KEPT: usize = 2000;

/// What to say of a newer state that cannot be kept.
const TOO_LONG: &str = "This session was saved by a newer Discern and is too long for me to keep. Do not save over it";
/// What to say of work that an older version did around this session.
const OLDER_IS_KEPT: &str =
    "An older Discern could not read this session, and was used all the same. What it changed is kept, but not applied";
const OLDER_IS_LOST: &str =
    "An older Discern could not read this session, and was used all the same. What it changed is too long to be kept";

/// Called by the framework before a state is loaded.
///
/// * A state of a newer schema is not understood: it is put away whole, to be saved again with this session, and the
///   parameters stay as they are. A later version that finds it takes it out again.
/// * Settings that a state does not know, or whose values are none, get their defaults; the framework would leave them
///   as they are. What stood there is kept beside the rest.
/// * Action parameters always load as 0.
pub fn filter_state(state: &mut PluginState) {
    state.fields.remove(OLDER_IS_NEW_KEY);
    take_out(state);
    if schema_of(state) == Schema::Newer {
        let params = std::mem::take(&mut state.params);
        let fields = std::mem::take(&mut state.fields);
        let newer = Newer::of(PluginState { version: state.version.clone(), params, fields });
        state.fields = newer.fields().clone();
        return;
    }
    let mut kept = kept_parameters(&state.fields);
    // A version that did not know them has kept them for this one.
    kept.retain(|id, raw| match find(id).and_then(|setting| read(setting, raw)) {
        Some(value) => state.params.insert(id.clone(), value).is_some_and(|there| {
            state.params.insert(id.clone(), there);
            false
        }),
        None => true,
    });
    state.params.retain(|id, value| {
        let is_read = id.starts_with("action.") || find(id).is_some_and(|setting| is_of(setting, value));
        // One more than is kept shows that there were too many.
        if !is_read && (kept.len() <= MAX_KEPT || find(id).is_some()) {
            kept.insert(id.clone(), serde_json::to_value(&*value).unwrap_or_default());
        }
        is_read
    });
    for setting in table() {
        let value = state.params.entry(setting.id.clone()).or_insert_with(|| default_of(setting));
        hold(setting, value);
        // Somebody has set it since: what could not be read there is past.
        if !is_default(setting, value) {
            kept.remove(&setting.id);
        }
    }
    for (_, value) in state.params.iter_mut().filter(|(id, _)| id.starts_with("action.")) {
        *value = ParamValue::Bool(false);
    }
    match kept.is_empty() {
        true => drop(state.fields.remove(PARAMETERS_KEY)),
        false => drop(state.fields.insert(PARAMETERS_KEY.to_owned(), Value::Object(kept).to_string())),
    }
}

/// Called by the framework with a state that it cannot read as a whole: what of it can be read. `None` where it is no
/// state of a plugin at all.
pub fn repair_state(json: &[u8]) -> Option<PluginState> {
    // A byte that is no letter takes no more with it than the text it stands in.
    let letters: Vec<u8> = json.iter().map(|byte| if byte.is_ascii_control() { b' ' } else { *byte }).collect();
    let root = parse(&String::from_utf8_lossy(&letters))?.root;
    if !root.contains_key("params") && !root.contains_key("fields") {
        return None;
    }
    let object = |name: &str| root.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut fields = BTreeMap::new();
    for (name, value) in object("fields") {
        match value {
            Value::String(text) => drop(fields.insert(name, text)),
            // Ours is a text of JSON; as JSON it says the same.
            other => drop(fields.insert(name, other.to_string())),
        }
    }
    let (mut params, mut kept) = (BTreeMap::new(), kept_parameters(&fields));
    for (id, raw) in object("params") {
        match serde_json::from_value(raw.clone()) {
            Ok(value) => drop(params.insert(id, value)),
            Err(_) => drop(kept.insert(id, raw)),
        }
    }
    if !kept.is_empty() {
        fields.insert(PARAMETERS_KEY.to_owned(), Value::Object(kept).to_string());
    }
    let version = root.get("version").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(PluginState { version, params, fields })
}

/// Reads what the host has of ours, and what is to be said of it.
pub(super) fn load(fields: &BTreeMap<String, String>) -> (Saved, Vec<String>) {
    let mut fields = fields.clone();
    let mut newer = Newer::take(&mut fields);
    let is_too_long = newer.as_ref().is_some_and(Newer::is_too_long);
    if is_too_long {
        newer = None;
    }
    let (mut saved, mut notices) = Saved::from_json(fields.get(STATE_KEY).map(String::as_str), newer);
    if is_too_long {
        notices.push(TOO_LONG.to_owned());
    }
    // Only what is ours is said: a text from elsewhere is none for people.
    if let Some(said) =
        fields.remove(OLDER_IS_NEW_KEY).filter(|said| [OLDER_IS_KEPT, OLDER_IS_LOST].contains(&said.as_str()))
    {
        notices.push(said);
    }
    let mut is_cut = hold_parameters(&mut fields);
    for id in kept_parameters(&fields).keys() {
        if let Some(setting) = find(id) {
            let name = [setting.group, &setting.name].join(" ");
            let name = name.trim();
            notices.push(format!("I cannot read all of the saved session: {name} is as in a fresh chain"));
        }
    }
    // Beside a newer state there is less room.
    let room = if saved.newer_state.is_some() { MAX_KEPT_BYTES / 4 } else { MAX_KEPT_BYTES };
    let (mut others, mut num_bytes) = (BTreeMap::new(), 0);
    fields.remove(STATE_KEY);
    // Ours first: what others left there does not push them out.
    let ours = [PARAMETERS_KEY, OLDER_KEY].map(|name| fields.remove_entry(name));
    for (name, text) in ours.into_iter().flatten().chain(fields) {
        let bytes = written(&name) + written(&text);
        if others.len() == MAX_KEPT || num_bytes + bytes > room {
            is_cut = true;
            continue;
        }
        num_bytes += bytes;
        others.insert(name, text);
    }
    if is_cut && !notices.iter().any(|notice| notice == CUT) {
        notices.push(CUT.to_owned());
    }
    saved.keep_fields(others);
    (saved, notices)
}

/// Holds the parameters that are kept within their number. Whether some had to go.
fn hold_parameters(fields: &mut BTreeMap<String, String>) -> bool {
    let Some(tree) = fields.get(PARAMETERS_KEY).and_then(|text| parse(text)) else { return false };
    let is_cut = tree.is_cut || tree.root.len() > MAX_KEPT;
    if is_cut {
        let first: Map<String, Value> = tree.root.into_iter().take(MAX_KEPT).collect();
        fields.insert(PARAMETERS_KEY.to_owned(), Value::Object(first).to_string());
    }
    is_cut
}

/// Called by the framework before a state is saved: a button that the host holds down is not part of it.
pub fn filter_saved_state(state: &mut PluginState) {
    for (_, value) in state.params.iter_mut().filter(|(id, _)| id.starts_with("action.")) {
        *value = ParamValue::Bool(false);
    }
}

/// Takes out what older versions put away and this one can read; one may lie in another, where the session went down
/// from version to version.
///
/// The innermost is the session: those around it began from a fresh chain, since they could not read what is in them. What
/// was done in them is no part of it and cannot be joined with it, but it is somebody's work, so it is kept beside it.
fn take_out(state: &mut PluginState) {
    let mut shells = Vec::new();
    while let Some(inner) = take_kept(state) {
        shells.push(std::mem::replace(state, inner));
    }
    let (mut is_new, mut is_lost) = (false, false);
    for mut shell in shells.into_iter().rev() {
        if let Some(lines) = shell.fields.remove(OLDER_KEY) {
            is_lost |= !keep_older(state, &lines);
        }
        if is_worked_on(&shell) {
            is_new = true;
            is_lost |= !keep_older(state, &serde_json::to_string(&shell).unwrap_or_default());
        }
    }
    if is_new || is_lost {
        let said = if is_lost { OLDER_IS_LOST } else { OLDER_IS_KEPT };
        state.fields.insert(OLDER_IS_NEW_KEY.to_owned(), said.to_owned());
    }
}

/// Adds what an older version did to what is kept of it. Whether there is room.
fn keep_older(state: &mut PluginState, line: &str) -> bool {
    let there = state.fields.get(OLDER_KEY).map_or(0, |lines| written(lines));
    if there + written(line) > MAX_OLDER_BYTES {
        return false;
    }
    let lines = state.fields.entry(OLDER_KEY.to_owned()).or_default();
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines.push_str(line);
    true
}

/// Takes a newer state that an older version put away, and that this one can read, out of that version's.
fn take_kept(state: &mut PluginState) -> Option<PluginState> {
    let is_session = |text: &str| parse(text).is_some_and(|tree| Schema::of(&tree.root) == Schema::Readable);
    if schema_of(state) == Schema::Newer || Newer::is_endless(&state.fields) {
        return None;
    }
    if let Some(session) = Newer::session(&state.fields) {
        return is_session(session).then(|| Newer::take(&mut state.fields).map(Newer::into_state)).flatten();
    }
    // Early versions kept it as a text in ours.
    let mut tree = parse(state.fields.get(STATE_KEY)?)?;
    let kept = state_from_text(tree.root.get("newer_state")?.as_str()?)?;
    if !kept.fields.get(STATE_KEY).is_some_and(|text| is_session(text)) {
        return None;
    }
    tree.root.remove("newer_state");
    state.fields.insert(STATE_KEY.to_owned(), Value::Object(tree.root).to_string());
    Some(kept)
}

/// Whether anything was done in a state that began fresh.
fn is_worked_on(state: &PluginState) -> bool {
    let is_moved = |(id, value): (&String, &ParamValue)| match find(id) {
        Some(setting) => !is_default(setting, value),
        None => !id.starts_with("action."),
    };
    let (saved, _) = load(&state.fields);
    state.params.iter().any(is_moved) || !saved.leftover.is_empty() || Worth::of(&saved) != Worth::of(&Saved::default())
}

fn schema_of(state: &PluginState) -> Schema {
    let tree = state.fields.get(STATE_KEY).and_then(|text| parse(text));
    tree.map_or(Schema::Readable, |tree| Schema::of(&tree.root))
}

fn kept_parameters(fields: &BTreeMap<String, String>) -> Map<String, Value> {
    let tree = fields.get(PARAMETERS_KEY).and_then(|text| parse(text));
    tree.map(|tree| tree.root).unwrap_or_default()
}

/// A setting's value as it was kept; nothing that is none.
fn read(setting: &Setting, raw: &Value) -> Option<ParamValue> {
    serde_json::from_value(raw.clone()).ok().filter(|value| is_of(setting, value))
}

/// Whether a value is of the setting's kind, and a number.
fn is_of(setting: &Setting, value: &ParamValue) -> bool {
    match (&setting.kind, value) {
        (Kind::Number { .. }, ParamValue::F32(number)) => number.is_finite(),
        (Kind::Toggle, ParamValue::Bool(_)) | (Kind::Choice(_), ParamValue::I32(_)) => true,
        _ => false,
    }
}

fn default_of(setting: &Setting) -> ParamValue {
    match setting.kind {
        Kind::Number { .. } => ParamValue::F32(setting.default as f32),
        Kind::Toggle => ParamValue::Bool(setting.default >= 0.5),
        Kind::Choice(_) => ParamValue::I32(setting.default as i32),
    }
}

fn is_default(setting: &Setting, value: &ParamValue) -> bool {
    match value {
        ParamValue::F32(number) => *number == setting.default as f32,
        ParamValue::Bool(is_on) => *is_on == (setting.default >= 0.5),
        ParamValue::I32(choice) => *choice == setting.default as i32,
        ParamValue::String(_) => false,
    }
}

/// Holds a value within its setting's range.
fn hold(setting: &Setting, value: &mut ParamValue) {
    match (&setting.kind, value) {
        (Kind::Number { min, max, .. }, ParamValue::F32(number)) => *number = number.clamp(*min as f32, *max as f32),
        (Kind::Choice(names), ParamValue::I32(choice)) => *choice = (*choice).clamp(0, names.len() as i32 - 1),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::saved::SCHEMA;

    fn state(schema: impl std::fmt::Display) -> PluginState {
        PluginState {
            version: "9.9.9".to_owned(),
            params: BTreeMap::from([
                ("limiter.gain_db".to_owned(), ParamValue::F32(3.0)),
                ("action.listen".to_owned(), ParamValue::Bool(true)),
            ]),
            fields: BTreeMap::from([(STATE_KEY.to_owned(), format!("{{\"schema\":{schema},\"future\":[1]}}"))]),
        }
    }

    fn is_gain(state: &PluginState, wanted: f32) -> bool {
        matches!(state.params["limiter.gain_db"], ParamValue::F32(gain) if gain == wanted)
    }

    #[test]
    fn older_state_is_completed_and_actions_load_as_zero() {
        let mut loaded = state(1);
        filter_state(&mut loaded);
        assert_eq!(loaded.params.len(), table().len() + 1);
        assert!(is_gain(&loaded, 3.0));
        assert!(matches!(loaded.params["action.listen"], ParamValue::Bool(false)));
        assert!(load(&loaded.fields).1.is_empty(), "nothing is to be said of it");
    }

    #[test]
    fn newer_state_is_kept_whole_and_not_applied() {
        for schema in
            [(SCHEMA + 1).to_string(), u32::MAX.to_string(), "4294967296".into(), u64::MAX.to_string(), "1".repeat(40)]
        {
            let mut loaded = state(&schema);
            let whole = serde_json::to_value(&loaded).expect("serializes");
            for _ in 0..3 {
                filter_state(&mut loaded);
                let (saved, notices) = load(&loaded.fields);
                assert!(notices.is_empty(), "the editor says that by itself: {notices:?}");
                let newer = Newer::clone(saved.newer_state.as_ref().expect("kept"));
                assert_eq!(serde_json::to_value(newer.into_state()).expect("serializes"), whole, "{schema}");
                loaded.fields = saved.to_fields();
            }
        }
    }

    #[test]
    fn what_is_no_version_is_read_field_by_field() {
        for schema in ["-1", "\"1\"", "1.5", "null", "[]", "-99999999999999999999", "0"] {
            let mut loaded = state(schema);
            filter_state(&mut loaded);
            assert!(is_gain(&loaded, 3.0), "{schema}");
            let saved = load(&loaded.fields).0;
            assert!(saved.newer_state.is_none());
            assert!(saved.to_json().contains("\"future\":[1]"), "{schema}");
        }
    }

    #[test]
    fn a_state_put_away_is_taken_out_again() {
        let kept = serde_json::to_string(&state(1)).expect("serializes");
        let form = |newer: &str| serde_json::json!({"schema": 1, "newer_state": newer}).to_string();
        let mut loaded = PluginState {
            version: String::new(),
            params: BTreeMap::new(),
            fields: BTreeMap::from([(STATE_KEY.to_owned(), form(&kept))]),
        };
        loaded.fields =
            BTreeMap::from([(STATE_KEY.to_owned(), form(&serde_json::to_string(&loaded).expect("serializes")))]);
        filter_state(&mut loaded);
        assert!(is_gain(&loaded, 3.0));
        assert_eq!(loaded.fields[STATE_KEY], "{\"schema\":1,\"future\":[1]}");
    }

    /// A state as an older version leaves it that refused another.
    fn refused(inner: PluginState, ours: &str) -> PluginState {
        let mut fields = Newer::of(inner).fields().clone();
        fields.insert(STATE_KEY.to_owned(), ours.to_owned());
        PluginState { version: "1".to_owned(), params: BTreeMap::new(), fields }
    }

    #[test]
    fn what_older_versions_changed_around_a_session_is_kept_and_said() {
        let inner = refused(state(1), "{\"schema\":1,\"intended\":[\"sibilance\"]}");
        let mut outer = refused(inner, "{\"schema\":1}");
        outer.params.insert("limiter.gain_db".to_owned(), ParamValue::F32(7.0));
        let mut loaded = refused(outer, "{\"schema\":1}");
        filter_state(&mut loaded);
        assert!(is_gain(&loaded, 3.0), "the innermost is the session");
        let lines: Vec<Value> =
            loaded.fields[OLDER_KEY].lines().map(|line| parse(line).expect("JSON").root.into()).collect();
        assert_eq!(lines.len(), 2, "nobody did anything in the third: {lines:?}");
        assert!(lines[0]["fields"][STATE_KEY].as_str().is_some_and(|text| text.contains("sibilance")));
        assert_eq!(lines[1]["params"]["limiter.gain_db"]["f32"], 7.0);
        let (saved, notices) = load(&loaded.fields);
        assert_eq!(notices, [OLDER_IS_KEPT]);
        loaded.fields = saved.to_fields();
        let text = serde_json::to_string(&loaded).expect("serializes");
        filter_state(&mut loaded);
        let (saved, notices) = load(&loaded.fields);
        assert!(notices.is_empty(), "it is said once: {notices:?}");
        loaded.fields = saved.to_fields();
        assert_eq!(serde_json::to_string(&loaded).expect("serializes"), text, "a fixed point");
        let mut loaded = refused(loaded, "{\"schema\":1,\"intended\":[\"hum\"]}");
        filter_state(&mut loaded);
        assert_eq!(loaded.fields[OLDER_KEY].lines().count(), 3);
        let long = serde_json::json!({"schema": 1, "invention": "x".repeat(3 << 20)}).to_string();
        let mut loaded = refused(loaded, &long);
        filter_state(&mut loaded);
        let (saved, notices) = load(&loaded.fields);
        assert_eq!(notices, [OLDER_IS_LOST]);
        assert_eq!(saved.leftover.fields[OLDER_KEY].lines().count(), 3, "what was kept before stays");
    }

    #[test]
    fn a_newer_state_in_a_newer_state_is_put_away_with_it() {
        let inner = state(SCHEMA + 2);
        let outer = refused(inner, &format!("{{\"schema\":{}}}", SCHEMA + 1));
        let whole = serde_json::to_value(&outer).expect("serializes");
        let mut loaded = outer;
        for _ in 0..2 {
            filter_state(&mut loaded);
            let (saved, notices) = load(&loaded.fields);
            assert!(notices.is_empty(), "{notices:?}");
            let newer = Newer::clone(saved.newer_state.as_ref().expect("kept"));
            assert_eq!(serde_json::to_value(newer.into_state()).expect("serializes"), whole);
            loaded.fields = saved.to_fields();
        }
    }

    #[test]
    fn a_newer_state_takes_no_more_room_than_it_took() {
        let mut loaded = state(SCHEMA + 1);
        let quotes = "\\\"".repeat(1 << 20);
        loaded.fields.insert(STATE_KEY.to_owned(), format!("{{\"schema\":{},\"x\":\"{quotes}\"}}", SCHEMA + 1));
        let before = serde_json::to_string(&loaded).expect("serializes").len();
        filter_state(&mut loaded);
        loaded.fields = load(&loaded.fields).0.to_fields();
        let after = serde_json::to_string(&loaded).expect("serializes").len();
        assert!(after < before + 2000, "{before} bytes became {after}");
    }

    #[test]
    fn a_newer_state_that_is_too_long_is_said() {
        let mut loaded = state(SCHEMA + 1);
        loaded.fields.insert("more".to_owned(), "x".repeat(29 << 20));
        filter_state(&mut loaded);
        let (saved, notices) = load(&loaded.fields);
        assert!(saved.newer_state.is_none());
        assert_eq!(notices, [TOO_LONG]);
    }

    #[test]
    fn a_newer_state_that_was_put_away_as_a_text_is_read() {
        let newer = state(SCHEMA + 1);
        let whole = serde_json::to_value(&newer).expect("serializes");
        let text = serde_json::to_string(&newer).expect("serializes");
        let form = serde_json::json!({"schema": 1, "newer_state": text}).to_string();
        let mut loaded = PluginState { fields: BTreeMap::from([(STATE_KEY.to_owned(), form)]), ..state(1) };
        filter_state(&mut loaded);
        let (saved, notices) = load(&loaded.fields);
        assert!(notices.is_empty(), "{notices:?}");
        let newer = Newer::clone(saved.newer_state.as_ref().expect("kept"));
        assert_eq!(serde_json::to_value(newer.into_state()).expect("serializes"), whole);
        assert!(!saved.to_json().contains("newer_state"), "once is enough");
    }

    #[test]
    fn fields_and_parameters_that_are_too_many_are_said() {
        let mut loaded = state(1);
        loaded.params.extend((0..3 * MAX_KEPT).map(|idx| (format!("invention.{idx}"), ParamValue::Bool(true))));
        filter_state(&mut loaded);
        let (saved, notices) = load(&loaded.fields);
        assert_eq!(notices, [CUT]);
        assert_eq!(kept_parameters(&saved.leftover.fields).len(), MAX_KEPT);
        let mut loaded = state(1);
        loaded.fields.extend((0..3 * MAX_KEPT).map(|idx| (format!("of another {idx}"), String::new())));
        filter_state(&mut loaded);
        let (saved, notices) = load(&loaded.fields);
        assert_eq!((notices.as_slice(), saved.leftover.fields.len()), (&[CUT.to_owned()][..], MAX_KEPT));
    }

    #[test]
    fn a_parameter_that_cannot_be_read_takes_no_other() {
        let json = serde_json::json!({
            "version": "1",
            "params": {
                "limiter.gain_db": {"f32": 3.0},
                "limiter.ceiling_dbtp": {"f32": 1e39},
                "input.gain_db": {"f32": -1e38},
                "bypass": 3,
                "equalizer.band_1.shape": {"i32": 99_999},
                "equalizer.band_2.gain_db": {"bool": true},
                "equalizer.band_3.gain_db": null,
                "invention.gain_db": {"f32": 2.0},
                "other": [1, 2],
            },
            "fields": {STATE_KEY: "{\"schema\":1}", "another": "text"},
        });
        let mut loaded = repair_state(json.to_string().as_bytes()).expect("a state");
        let mut last = None;
        for _ in 0..3 {
            filter_state(&mut loaded);
            assert!(is_gain(&loaded, 3.0));
            assert!(matches!(loaded.params["bypass"], ParamValue::Bool(false)));
            assert!(matches!(loaded.params["input.gain_db"], ParamValue::F32(gain) if gain > -100.0));
            assert_eq!(loaded.fields["another"], "text");
            let kept = kept_parameters(&loaded.fields);
            assert_eq!(kept["bypass"], 3);
            assert_eq!(kept["invention.gain_db"]["f32"], 2.0);
            assert_eq!(kept["other"], serde_json::json!([1, 2]));
            let (saved, notices) = load(&loaded.fields);
            assert!(notices.iter().any(|notice| notice.contains("Bypass")), "{notices:?}");
            assert!(!notices.iter().any(|notice| notice.contains("nvention")), "{notices:?}");
            loaded.fields = saved.to_fields();
            let text = serde_json::to_string(&loaded).expect("serializes");
            assert!(last.replace(text.clone()).is_none_or(|last| last == text), "a fixed point");
        }
        loaded.params.insert("bypass".to_owned(), ParamValue::Bool(true));
        filter_state(&mut loaded);
        assert!(!kept_parameters(&loaded.fields).contains_key("bypass"), "the engineer has set it since");
    }

    #[test]
    fn a_byte_that_is_no_letter_takes_no_more_than_its_text() {
        let mut json = serde_json::to_vec(&state(1)).expect("serializes");
        let at = json.windows(5).position(|text| text == b"9.9.9").expect("is there");
        (json[at], json[at + 2]) = (0xFF, 0x01);
        let mut loaded = repair_state(&json).expect("a state");
        filter_state(&mut loaded);
        assert!(is_gain(&loaded, 3.0));
    }

    #[test]
    fn what_is_no_state_is_not_repaired() {
        for json in ["", "null", "[]", "7", "{}", "{\"params\":{", "{\"other\":1}"] {
            assert!(repair_state(json.as_bytes()).is_none(), "{json}");
        }
    }
}
