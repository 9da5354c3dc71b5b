//! What an open editor works on: parameters, the bridge's end, and the host's context.

use std::cell::RefCell;
use std::collections::HashMap;

use nice_plug::context::gui::GuiContext;

use crate::assistant::{Move, MoveClass};
use crate::bridge::EditorEnd;
use crate::chain::Settings;
use crate::chain::monitor::MonitorState;
use crate::chain::settings::{Setting, find, table};
use crate::params::{Decision, HostParam, SharedParams};

/// One open editor's way to the plugin. Dropping it leaves nothing half done: a drag that runs is ended and the
/// monitor is neutral again.
pub struct Session {
    /// Host parameters and saved state.
    pub params: SharedParams,
    /// Meters, hearing, requests, monitor.
    pub end: EditorEnd,
    /// Sets host parameters.
    pub context: GuiContext,
    gestures: RefCell<Vec<&'static Setting>>,
    before: RefCell<HashMap<String, Vec<(String, f64)>>>,
}

impl Session {
    /// A session; takes up an Accept Needed that was pressed while nobody could set parameters.
    pub fn new(params: SharedParams, end: EditorEnd, context: GuiContext) -> Self {
        let session =
            Self { params, end, context, gestures: RefCell::new(Vec::new()), before: RefCell::new(HashMap::new()) };
        if session.params.change_saved(|saved| std::mem::take(&mut saved.is_accept_pending)) {
            session.accept_needed();
        }
        session
    }

    /// The setting with this id and its parameter. All ids come from the table.
    pub fn param(&self, id: &str) -> Option<(&'static Setting, &HostParam)> {
        self.params.param(id)
    }

    /// Begins a gesture.
    pub fn begin(&self, setting: &'static Setting) {
        if let Some((_, param)) = self.param(&setting.id) {
            param.begin(&self.context.param_setter());
            self.gestures.borrow_mut().push(setting);
        }
    }

    /// Sets a plain value inside a gesture; nothing where it is the value already.
    pub fn set(&self, setting: &'static Setting, value: f64) {
        if let Some((_, param)) = self.param(&setting.id) {
            let value = setting.snap(value);
            if param.to_normalized(value) != param.normalized() {
                param.set(&self.context.param_setter(), value);
            }
        }
    }

    /// Ends a gesture.
    pub fn end_gesture(&self, setting: &'static Setting) {
        let mut gestures = self.gestures.borrow_mut();
        if let Some(position) = gestures.iter().position(|running| running.id == setting.id) {
            gestures.swap_remove(position);
            if let Some((_, param)) = self.param(&setting.id) {
                param.end(&self.context.param_setter());
            }
        }
    }

    /// Whether a gesture of this setting runs.
    pub fn has_gesture(&self, setting: &Setting) -> bool {
        self.gestures.borrow().iter().any(|running| running.id == setting.id)
    }

    /// One whole gesture.
    pub fn set_once(&self, id: &str, value: f64) {
        self.params.set_by_gesture(&self.context, id, value);
    }

    /// Back to the value of a fresh instance.
    pub fn reset(&self, id: &str) {
        if let Some(setting) = find(id) {
            self.set_once(id, setting.default);
        }
    }

    /// Sets the whole chain, one gesture for each value that differs; latency mode and bypass stay as they are.
    pub fn apply_chain(&self, settings: &Settings) {
        let is_kept = |setting: &&Setting| !matches!(setting.id.as_str(), "latency_mode" | "bypass");
        for setting in table().iter().filter(is_kept) {
            let value = setting.get(settings);
            let is_other = self
                .param(&setting.id)
                .is_some_and(|(_, param)| setting.snap(param.to_plain(param.normalized())) != setting.snap(value));
            if is_other {
                self.set_once(&setting.id, value);
            }
        }
    }

    /// Accepts a move and remembers what it replaced.
    pub fn accept(&self, accepted: &Move) {
        let before = accepted.settings.iter().filter_map(|(id, _)| {
            let (setting, param) = self.param(id)?;
            Some((id.clone(), setting.snap(param.to_plain(param.normalized()))))
        });
        self.before.borrow_mut().insert(accepted.id.clone(), before.collect());
        self.params.accept(&self.context, accepted);
    }

    /// Accepts every Needed move that is open.
    pub fn accept_needed(&self) {
        let Some(judged) = self.params.with_saved(|saved| saved.judged.clone()) else { return };
        for proposed in judged.report.moves.iter().filter(|each| each.class == MoveClass::Needed) {
            if self.params.with_saved(|saved| !saved.decisions.contains_key(&proposed.id)) {
                self.accept(proposed);
            }
        }
    }

    /// Rejects a move.
    pub fn reject(&self, rejected: &Move) {
        self.params.change_saved(|saved| saved.decide(&rejected.id, Some(Decision::Rejected)));
    }

    /// Takes a decision back; an accepted move's settings return to what they were, where this session saw them.
    pub fn reopen(&self, decided: &Move) {
        let was_accepted =
            self.params.with_saved(|saved| saved.decisions.get(&decided.id) == Some(&Decision::Accepted));
        if let Some(before) = self.before.borrow_mut().remove(&decided.id).filter(|_| was_accepted) {
            for (id, value) in before {
                self.set_once(&id, value);
            }
        }
        self.params.change_saved(|saved| saved.decide(&decided.id, None));
    }

    /// Whether [`Self::reopen`] can bring settings back.
    pub fn knows_before(&self, decided: &Move) -> bool {
        self.before.borrow().contains_key(&decided.id)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let running: Vec<&'static Setting> = self.gestures.borrow().clone();
        for setting in running {
            self.end_gesture(setting);
        }
        self.end.set_monitor_state(MonitorState::default());
        self.end.watch(None);
    }
}
