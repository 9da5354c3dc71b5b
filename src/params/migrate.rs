//! States of other versions: older ones are completed, newer ones are kept whole and not applied. What of a state cannot
//! be read takes nothing else with it.

use std::collections::BTreeMap;

use nice_plug::plugin::{ParamValue, PluginState};
use serde_json::{Map, Value};

use crate::chain::settings::{Kind, Setting, find, table};

use super::STATE_KEY;
use super::saved::Saved;
use super::saved_form::{MAX_KEPT_BYTES, Schema, parse};

/// Key of the parameters, among the host's fields, that this version does not know or cannot read: JSON by id.
const PARAMETERS_KEY: &str = "discern.parameters";
/// Parameters that are kept so, and fields that are another's, at most.
const MAX_KEPT: usize = 2000;

/// Called by the framework before a state is loaded.
///
/// * A state of a newer schema is not understood: it is put away whole, to be saved again with this session, and the
///   parameters stay as they are. A later version that finds it takes it out again.
/// * Settings that a state does not know, or whose values are none, get their defaults; the framework would leave them
///   as they are. What stood there is kept beside the rest.
/// * Action parameters always load as 0.
pub fn filter_state(state: &mut PluginState) {
    // One that an older version put away lies in the one of that version. Each is shorter than the one around it.
    while let Some(kept) = kept_state(state) {
        *state = kept;
    }
    if schema_of(state) == Schema::Newer {
        let whole = serde_json::to_string(state).unwrap_or_default();
        let refused = Saved { newer_state: Some(whole), ..Saved::default() };
        state.params.clear();
        state.fields = BTreeMap::from([(STATE_KEY.to_owned(), refused.to_json())]);
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
        if !is_read && kept.len() < MAX_KEPT {
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
    for (name, value) in object("fields").into_iter().take(MAX_KEPT) {
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
    let (mut saved, mut notices) = Saved::from_json(fields.get(STATE_KEY).map(String::as_str));
    for id in kept_parameters(fields).keys() {
        if let Some(setting) = find(id) {
            let name = [setting.group, &setting.name].join(" ");
            let name = name.trim();
            notices.push(format!("I cannot read all of the saved session: {name} is as in a fresh chain"));
        }
    }
    let (mut others, mut num_bytes) = (BTreeMap::new(), 0);
    for (name, text) in fields.iter().filter(|(name, _)| *name != STATE_KEY).take(MAX_KEPT) {
        num_bytes += name.len() + text.len();
        if num_bytes <= MAX_KEPT_BYTES {
            others.insert(name.clone(), text.clone());
        }
    }
    saved.keep_fields(others);
    (saved, notices)
}

/// Called by the framework before a state is saved: a button that the host holds down is not part of it.
pub fn filter_saved_state(state: &mut PluginState) {
    for (_, value) in state.params.iter_mut().filter(|(id, _)| id.starts_with("action.")) {
        *value = ParamValue::Bool(false);
    }
}

/// A newer state that an older version put away and that this one can read.
fn kept_state(state: &PluginState) -> Option<PluginState> {
    let tree = parse(state.fields.get(STATE_KEY)?)?;
    if Schema::of(&tree.root) == Schema::Newer {
        return None;
    }
    let json = tree.root.get("newer_state")?.as_str()?;
    let kept: PluginState = serde_json::from_str(json).ok().or_else(|| repair_state(json.as_bytes()))?;
    let is_session = kept.fields.get(STATE_KEY).is_some_and(|text| parse(text).is_some());
    (is_session && schema_of(&kept) == Schema::Readable).then_some(kept)
}

fn schema_of(state: &PluginState) -> Schema {
    let tree = state.fields.get(STATE_KEY).and_then(|text| parse(text));
    tree.map_or(Schema::Readable, |tree| Schema::of(&tree.root))
}

fn kept_parameters(fields: &BTreeMap<String, String>) -> Map<String, Value> {
    let tree = fields.get(PARAMETERS_KEY).and_then(|text| parse(text));
    tree.map(|tree| tree.root.into_iter().take(MAX_KEPT).collect()).unwrap_or_default()
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
                let kept: Value = serde_json::from_str(&saved.newer_state.clone().expect("kept")).expect("JSON");
                assert_eq!(kept, whole, "{schema}");
                loaded.fields = BTreeMap::from([(STATE_KEY.to_owned(), saved.to_json())]);
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
            // As the framework saves it.
            loaded.fields = saved.leftover.fields.clone();
            loaded.fields.insert(STATE_KEY.to_owned(), saved.to_json());
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
