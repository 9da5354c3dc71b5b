//! What an open editor works on: parameters, the bridge's end, and the host's context.

use std::cell::{Cell, RefCell};

use nice_plug::context::gui::GuiContext;

use crate::assistant::Move;
use crate::assistant::findings::FindingKind;
use crate::bridge::{EditorEnd, Request};
use crate::chain::Settings;
use crate::chain::monitor::MonitorState;
use crate::chain::settings::{Setting, find, table};
use crate::params::tweak::is_scaled;
use crate::params::{Decision, Direction, HostParam, Restored, SharedParams};

use super::words;

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
    /// Whether the amount of a move is dragged.
    is_amount_held: Cell<bool>,
    /// Id of the move that is heard, while one is.
    heard: RefCell<Option<String>>,
}

impl Session {
    /// A session; takes up an Accept Needed that was pressed while nobody could set parameters.
    pub fn new(params: SharedParams, end: EditorEnd, context: GuiContext) -> Self {
        let session = Self {
            params,
            end,
            context,
            gestures: RefCell::default(),
            is_amount_held: Cell::default(),
            heard: RefCell::default(),
        };
        if session.params.change_saved(|saved| std::mem::take(&mut saved.is_accept_pending)) {
            session.accept_needed();
        }
        session
    }

    /// The setting with this id and its parameter. All ids come from the table.
    pub fn param(&self, id: &str) -> Option<(&'static Setting, &HostParam)> {
        self.params.param(id)
    }

    /// Begins a gesture, unless one of this setting runs.
    pub fn begin(&self, setting: &'static Setting) {
        if self.has_gesture(setting) {
            return;
        }
        if let Some((_, param)) = self.param(&setting.id) {
            param.begin(&self.context.param_setter());
            self.gestures.borrow_mut().push(setting);
        }
    }

    /// Sets a plain value by hand inside a gesture; nothing where it is the value already.
    pub fn set(&self, setting: &'static Setting, value: f64) {
        self.note_step(setting, value, false);
        self.note_hand(setting, value);
        self.set_inside(setting, value);
    }

    /// Begins a step that can be taken back as a whole, with words for it; it ends with [`Self::close_step`].
    fn open_step(&self, label: &str) {
        self.params.change_saved(|saved| saved.open_step(Some(label), false));
    }

    /// A change of a setting belongs to the step that is being made; it begins one if there is none.
    fn note_step(&self, setting: &Setting, value: f64, is_nudge: bool) {
        let Some(before) = self.params.plain(&setting.id) else { return };
        let after = setting.snap(value);
        let has_gesture = self.has_gesture(setting);
        if before != after || has_gesture {
            self.params.change_saved(|saved| {
                saved.open_step(None, is_nudge);
                saved.note_change((&setting.id, &words::name(setting)), before, after);
            });
        }
    }

    /// Ends the step that is being made, unless a gesture runs. Called once a frame.
    pub fn close_step(&self, now_s: f64) {
        if self.gestures.borrow().is_empty() && !self.is_amount_held.get() {
            self.params.change_saved(|saved| saved.close_step(now_s));
        }
    }

    /// Takes the last step back or makes it again, in gestures. A setting that the host has moved since is the host's.
    pub fn travel(&self, direction: Direction) {
        if !self.gestures.borrow().is_empty() {
            return;
        }
        let extent_s = self.end.hearing().extent_s;
        let (restored, marked_s) = self.params.change_saved(|saved| {
            saved.close_step(f64::NEG_INFINITY);
            saved.undo.set_extent(extent_s);
            (saved.travel(direction), saved.undo.extent_s())
        });
        if marked_s != extent_s {
            // Another song is back, with its mark.
            self.end.request(Request::Extent(marked_s));
        }
        for Restored { id, wanted, left } in restored.into_iter().flatten() {
            let now = self.params.plain(&id);
            if now == Some(left) || now == Some(wanted) {
                self.params.set_by_gesture(&self.context, &id, wanted);
            }
        }
    }

    fn set_inside(&self, setting: &'static Setting, value: f64) {
        if let Some((_, param)) = self.param(&setting.id) {
            let value = setting.snap(value);
            if param.to_normalized(value) != param.normalized() {
                param.set(&self.context.param_setter(), value);
            }
        }
    }

    /// What a hand changes is the engineer's, also where a move asks for it.
    fn note_hand(&self, setting: &Setting, value: f64) {
        if self.params.plain(&setting.id) != Some(setting.snap(value)) {
            self.params.change_saved(|saved| saved.note_hand(&setting.id, |id| self.params.plain(id)));
            self.end.request(Request::Edited);
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

    /// Ends whatever runs: the hand let go of a control that is no longer there.
    pub fn end_all(&self) {
        let running: Vec<&'static Setting> = self.gestures.borrow().clone();
        running.into_iter().for_each(|setting| self.end_gesture(setting));
        self.is_amount_held.set(false);
    }

    /// Whether a gesture of this setting runs.
    pub fn has_gesture(&self, setting: &Setting) -> bool {
        self.gestures.borrow().iter().any(|running| running.id == setting.id)
    }

    /// One whole gesture by hand.
    pub fn set_once(&self, id: &str, value: f64) {
        self.set_whole(id, value, false);
    }

    /// One whole gesture that is a tick of the wheel or a press of a key: such that follow each other are one step.
    pub fn nudge(&self, id: &str, value: f64) {
        self.set_whole(id, value, true);
    }

    fn set_whole(&self, id: &str, value: f64, is_nudge: bool) {
        if let Some(setting) = find(id) {
            self.note_step(setting, value, is_nudge);
            self.note_hand(setting, value);
        }
        self.params.set_by_gesture(&self.context, id, value);
    }

    /// Settings that a step is about to set, with their values.
    fn note_settings(&self, wanted: impl IntoIterator<Item = (&'static Setting, f64)>) {
        self.end.request(Request::Edited);
        for (setting, value) in wanted {
            if let Some(before) = self.params.plain(&setting.id) {
                let name = words::name(setting);
                self.params.change_saved(|saved| saved.note_change((&setting.id, &name), before, value));
            }
        }
    }

    /// Back to the value of a fresh instance.
    pub fn reset(&self, id: &str) {
        if let Some(setting) = find(id) {
            self.set_once(id, setting.default);
        }
    }

    /// Sets the whole chain, one gesture for each value that differs; latency mode and bypass stay as they are.
    pub fn apply_chain(&self, settings: &Settings) {
        self.open_step("preset");
        // The band that is listened to is another one, or none.
        self.end.set_monitor_state(MonitorState { band: None, ..self.end.monitor_state() });
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

    /// Accepts a move at its amount.
    pub fn accept(&self, accepted: &Move) {
        self.open_step(&format!("accept {}", accepted.title));
        self.note_settings(self.params.settings_of(accepted));
        self.params.accept(&self.context, accepted);
    }

    /// Accepts every Needed move that is open.
    pub fn accept_needed(&self) {
        self.open_step("accept all needed");
        self.params.open_needed().iter().for_each(|proposed| self.accept(proposed));
    }

    /// Rejects a move.
    pub fn reject(&self, rejected: &Move) {
        self.open_step(&format!("reject {}", rejected.title));
        self.params.change_saved(|saved| saved.decide(&rejected.id, Some(Decision::Rejected)));
    }

    /// Takes a decision back; the settings of an accepted or hand-made move return to what they were before it.
    pub fn reopen(&self, decided: &Move) {
        self.open_step(&format!("re-open {}", decided.title));
        let before = self.params.change_saved(|saved| {
            let is_rejected = saved.decisions.get(&decided.id) == Some(&Decision::Rejected);
            saved.by_hand.remove(&decided.id);
            saved.decide(&decided.id, None);
            saved.before.remove(&decided.id).filter(|_| !is_rejected)
        });
        for (id, value) in before.into_iter().flatten() {
            self.note_settings(find(&id).map(|setting| (setting, value)));
            self.params.set_by_gesture(&self.context, &id, value);
        }
    }

    /// Whether [`Self::reopen`] can bring settings back.
    pub fn knows_before(&self, decided: &Move) -> bool {
        self.params.with_saved(|saved| saved.before.contains_key(&decided.id))
    }

    /// Marks a kind of finding as meant, or takes the mark away.
    pub fn set_intended(&self, kinds: impl IntoIterator<Item = FindingKind>, is_intended: bool) {
        self.open_step(if is_intended { "mark as intended" } else { "bring back what is intended" });
        self.params.change_saved(|saved| kinds.into_iter().for_each(|kind| saved.set_intended(kind, is_intended)));
    }

    /// Begins a gesture of each setting that an accepted move's amount changes.
    pub fn begin_amount(&self, tweaked: &Move) {
        self.is_amount_held.set(true);
        self.amount_settings(tweaked).into_iter().for_each(|setting| self.begin(setting));
    }

    /// Changes the amount of a move, and what it set if it was accepted: inside the gestures that run, else in one
    /// gesture each.
    pub fn set_amount(&self, tweaked: &Move, percent: f64) {
        let label = format!("amount of {}", tweaked.title);
        self.params.change_saved(|saved| saved.open_step(Some(&label), !self.is_amount_held.get()));
        self.params.change_saved(|saved| saved.set_amount(&tweaked.id, percent));
        let changed = self.amount_settings(tweaked);
        let wanted = self.params.settings_of(tweaked);
        for (setting, value) in wanted.into_iter().filter(|(each, _)| changed.iter().any(|other| other.id == each.id)) {
            self.note_settings([(setting, value)]);
            if self.has_gesture(setting) {
                self.set_inside(setting, value);
            } else if self.params.plain(&setting.id) != Some(value) {
                self.params.set_by_gesture(&self.context, &setting.id, value);
            }
        }
    }

    /// Ends the gestures of [`Self::begin_amount`].
    pub fn end_amount(&self, tweaked: &Move) {
        self.is_amount_held.set(false);
        self.amount_settings(tweaked).into_iter().for_each(|setting| self.end_gesture(setting));
    }

    /// Settings that follow a move's amount now: those of an accepted one, where it is known what they were.
    fn amount_settings(&self, tweaked: &Move) -> Vec<&'static Setting> {
        let is_set = self.params.with_saved(|saved| {
            saved.decisions.get(&tweaked.id) == Some(&Decision::Accepted) && saved.before.contains_key(&tweaked.id)
        });
        let settings = tweaked.settings.iter().filter_map(|(id, _)| find(id)).filter(|setting| is_scaled(setting));
        settings.filter(|_| is_set).collect()
    }

    /// Notes which move is heard.
    pub fn set_heard(&self, move_id: Option<&str>) {
        *self.heard.borrow_mut() = move_id.map(str::to_owned);
    }

    /// Id of the move that was heard last.
    pub fn heard(&self) -> Option<String> {
        self.heard.borrow().clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end_all();
        self.close_step(f64::NEG_INFINITY);
        self.end.set_monitor_state(MonitorState::default());
        self.end.watch(None);
    }
}
