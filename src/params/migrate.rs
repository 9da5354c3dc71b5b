//! States of other versions: older ones are completed, newer ones are kept whole and not applied.

use nice_plug::plugin::{ParamValue, PluginState};

use crate::chain::settings::{Kind, table};

use super::STATE_KEY;
use super::saved::{SCHEMA, Saved, schema_of};

/// Called by the framework before a state is loaded.
///
/// * A state of a newer schema is not understood: it is put away whole, to be saved again with this session, and the
///   parameters stay as they are. A later version that finds it takes it out again.
/// * Settings that an older state does not know get their defaults; the framework would leave them as they are.
/// * Action parameters always load as 0.
pub fn filter_state(state: &mut PluginState) {
    if let Some(kept) = kept_state(state) {
        *state = kept;
    }
    let schema = state.fields.get(STATE_KEY).and_then(|json| schema_of(json)).unwrap_or(0);
    if schema > SCHEMA {
        let whole = serde_json::to_string(state).unwrap_or_default();
        let refused = Saved { newer_state: Some(whole), ..Saved::default() };
        state.params.clear();
        state.fields.insert(STATE_KEY.to_owned(), refused.to_json());
        return;
    }
    for setting in table() {
        state.params.entry(setting.id.clone()).or_insert_with(|| match setting.kind {
            Kind::Number { .. } => ParamValue::F32(setting.default as f32),
            Kind::Toggle => ParamValue::Bool(setting.default >= 0.5),
            Kind::Choice(_) => ParamValue::I32(setting.default as i32),
        });
    }
    for (id, value) in &mut state.params {
        if id.starts_with("action.") {
            *value = ParamValue::Bool(false);
        }
        if let ParamValue::F32(number) = value
            && !number.is_finite()
        {
            *number = table().iter().find(|setting| setting.id == *id).map_or(0.0, |setting| setting.default as f32);
        }
    }
}

/// Called by the framework before a state is saved: a button that the host holds down is not part of it.
pub fn filter_saved_state(state: &mut PluginState) {
    for (_, value) in state.params.iter_mut().filter(|(id, _)| id.starts_with("action.")) {
        *value = ParamValue::Bool(false);
    }
}

/// A newer state that an older version put away and that this one can read.
fn kept_state(state: &PluginState) -> Option<PluginState> {
    let json = Saved::from_json(state.fields.get(STATE_KEY).map(String::as_str)).newer_state?;
    let kept: PluginState = serde_json::from_str(&json).ok()?;
    (schema_of(kept.fields.get(STATE_KEY)?)? <= SCHEMA).then_some(kept)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn state(schema: u32) -> PluginState {
        PluginState {
            version: "9.9.9".to_owned(),
            params: BTreeMap::from([
                ("limiter.gain_db".to_owned(), ParamValue::F32(3.0)),
                ("action.listen".to_owned(), ParamValue::Bool(true)),
            ]),
            fields: BTreeMap::from([(STATE_KEY.to_owned(), format!("{{\"schema\":{schema},\"future\":[1]}}"))]),
        }
    }

    #[test]
    fn older_state_is_completed_and_actions_load_as_zero() {
        let mut loaded = state(1);
        filter_state(&mut loaded);
        assert_eq!(loaded.params.len(), table().len() + 1);
        assert!(matches!(loaded.params["limiter.gain_db"], ParamValue::F32(gain) if gain == 3.0));
        assert!(matches!(loaded.params["action.listen"], ParamValue::Bool(false)));
    }

    #[test]
    fn newer_state_is_kept_whole_and_not_applied() {
        let mut loaded = state(SCHEMA + 1);
        let whole = serde_json::to_value(&loaded).expect("serializes");
        filter_state(&mut loaded);
        assert!(loaded.params.is_empty());
        let saved = Saved::from_json(loaded.fields.get(STATE_KEY).map(String::as_str));
        let kept: serde_json::Value = serde_json::from_str(&saved.newer_state.expect("kept")).expect("JSON");
        assert_eq!(kept, whole);
    }
}
