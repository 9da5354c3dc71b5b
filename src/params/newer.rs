//! A state of a newer version within one of this version: kept whole, for the first version that can read it.

use std::collections::BTreeMap;

use nice_plug::plugin::{ParamValue, PluginState};
use serde::Serialize;

use super::STATE_KEY;
use super::migrate::repair_state;
use super::saved_form::written;

/// Key of its parameters and its version among the host's fields. Each of its own fields stands under its name after
/// this one: none of them is put into another, where it would grow with every quote in it.
const KEY: &str = "discern.newer";
const PREFIX: &str = "discern.newer.";
/// Longest one that is kept, bytes in the host's state. The framework reads 32 MiB, and this version's own session is to
/// have room beside it.
const MAX_BYTES: usize = 22 << 20;

/// Versions that put a state away one after the other, at most.
const MAX_DEPTH: usize = 32;

/// A whole state of a newer version, as fields of the host's state.
#[derive(Clone, Debug)]
pub struct Newer {
    fields: BTreeMap<String, String>,
}

/// What of a state is no field.
#[derive(Serialize)]
struct Rest<'a> {
    version: &'a str,
    params: &'a BTreeMap<String, ParamValue>,
}

impl Newer {
    /// Puts a state away.
    pub(super) fn of(state: PluginState) -> Self {
        let rest = Rest { version: &state.version, params: &state.params };
        let rest = serde_json::to_string(&rest).unwrap_or_default();
        let fields = state.fields.into_iter().map(|(name, text)| (format!("{PREFIX}{name}"), text));
        Self { fields: fields.chain([(KEY.to_owned(), rest)]).collect() }
    }

    /// The one that an early version put away as a text in its own.
    pub(super) fn from_text(json: &str) -> Option<Self> {
        state_from_text(json).map(Self::of)
    }

    /// Takes the one out that lies among the host's fields.
    pub(super) fn take(fields: &mut BTreeMap<String, String>) -> Option<Self> {
        let all = std::mem::take(fields);
        let (of_newer, others) = all.into_iter().partition(|(name, _)| is_of_newer(name));
        *fields = others;
        let newer = Self { fields: of_newer };
        (!newer.fields.is_empty()).then_some(newer)
    }

    /// Whether versions have put one away in another more often than any did: each level is a pass through all of it.
    pub(super) fn is_endless(fields: &BTreeMap<String, String>) -> bool {
        let deepest = PREFIX.repeat(MAX_DEPTH);
        fields.keys().any(|name| name.starts_with(&deepest))
    }

    /// The text of its session.
    pub(super) fn session(fields: &BTreeMap<String, String>) -> Option<&str> {
        fields.get(&format!("{PREFIX}{STATE_KEY}")).map(String::as_str)
    }

    /// Takes out what was put away.
    pub(super) fn into_state(mut self) -> PluginState {
        let rest = self.fields.remove(KEY).unwrap_or_default();
        let nothing = || PluginState { version: String::new(), params: BTreeMap::new(), fields: BTreeMap::new() };
        let mut state = repair_state(rest.as_bytes()).unwrap_or_else(nothing);
        let own = |(name, text): (String, String)| Some((name.strip_prefix(PREFIX)?.to_owned(), text));
        state.fields.extend(self.fields.into_iter().filter_map(own));
        state
    }

    /// As fields of the host's state.
    pub(super) fn fields(&self) -> &BTreeMap<String, String> {
        &self.fields
    }

    /// Whether it is too long for the host's state to be read again with it.
    pub(super) fn is_too_long(&self) -> bool {
        self.fields.iter().map(|(name, text)| written(name) + written(text)).sum::<usize>() > MAX_BYTES
    }
}

/// A state of the host as an early version put it away.
pub(super) fn state_from_text(json: &str) -> Option<PluginState> {
    serde_json::from_str(json).ok().or_else(|| repair_state(json.as_bytes()))
}

fn is_of_newer(name: &str) -> bool {
    name == KEY || name.starts_with(PREFIX)
}
