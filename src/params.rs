//! Host parameters made from the table of settings, action parameters, and the saved state beside them.

mod actions;
mod dirty;
mod follower;
mod host_param;
mod kept_reference;
mod migrate;
mod newer;
mod saved;
mod saved_form;
mod standing;
pub mod tweak;
mod undo;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{ParamPtr, Params};
use parking_lot::Mutex;

use crate::assistant::Move;
use crate::bridge::Troubles;
use crate::chain::Settings;
use crate::chain::settings::{Setting, table};

pub use actions::{Action, ActionParams};
use dirty::{Dirty, Worth};
pub use follower::Follower;
pub use host_param::HostParam;
pub use kept_reference::{KeptReference, MAX_REFERENCES, name_of};
pub use migrate::{filter_saved_state, filter_state, repair_state};
pub use saved::{Decision, EditorSize, Judged, Saved};
pub use standing::{MoveState, Standing};
pub use undo::{Direction, Restored, Undo};

/// Key of the saved state's own part among the host's fields.
const STATE_KEY: &str = "discern";

/// Everything that the host saves and shows for one instance.
pub struct DiscernParams {
    settings: Vec<HostParam>,
    /// Buttons.
    pub actions: ActionParams,
    saved: Mutex<Saved>,
    dirty: Dirty,
    num_loads: AtomicU32,
    /// What went wrong in this instance and is still to be said.
    pub troubles: Troubles,
}

impl DiscernParams {
    /// The parameters of a fresh instance.
    pub fn new() -> SharedParams {
        Arc::new(Self {
            settings: table().iter().map(HostParam::new).collect(),
            actions: ActionParams::new(),
            saved: Mutex::new(Saved::default()),
            dirty: Dirty::default(),
            num_loads: AtomicU32::new(0),
            troubles: Troubles::default(),
        })
    }

    /// What the chain is to do now, automation and modulation included. Real-time safe.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        for (setting, param) in table().iter().zip(&self.settings) {
            setting.set(&mut settings, param.value());
        }
        settings
    }

    /// How often a state was loaded: an action that a load presses is not a press by hand. Real-time safe.
    pub fn num_loads(&self) -> u32 {
        self.num_loads.load(Ordering::Relaxed)
    }

    /// The parameter of a setting.
    pub fn param(&self, id: &str) -> Option<(&'static Setting, &HostParam)> {
        let position = table().iter().position(|setting| setting.id == id)?;
        Some((&table()[position], &self.settings[position]))
    }

    /// Reads the saved state. Never from the audio thread: it may wait.
    pub fn with_saved<R>(&self, read: impl FnOnce(&Saved) -> R) -> R {
        read(&self.saved.lock())
    }

    /// Changes the saved state. The host is told that there is something to save if the engineer would miss it: not of the
    /// editor's size, nor of what is not saved. Never from the audio thread: it may wait.
    pub fn change_saved<R>(&self, change: impl FnOnce(&mut Saved) -> R) -> R {
        let mut saved = self.saved.lock();
        let before = Worth::of(&saved);
        let result = change(&mut saved);
        let is_dirty = before != Worth::of(&saved);
        drop(saved);
        if is_dirty {
            self.dirty.mark();
        }
        result
    }

    /// From now on the host is told through `mark` that there is something to save; it may be called from any thread but
    /// the audio thread.
    pub fn tell_when_dirty(&self, mark: impl Fn() + Send + Sync + 'static) {
        self.dirty.tell(mark);
    }

    /// Sets a setting as a gesture of the engineer, so that the host records it. `value` is plain.
    pub fn set_by_gesture(&self, context: &GuiContext, id: &str, value: f64) {
        if let Some((setting, param)) = self.param(id) {
            let setter = context.param_setter();
            param.begin(&setter);
            param.set(&setter, setting.snap(value));
            param.end(&setter);
        }
    }

    /// A setting's value as the host has it, without modulation.
    pub fn plain(&self, id: &str) -> Option<f64> {
        self.param(id).map(|(setting, param)| setting.snap(param.to_plain(param.normalized())))
    }

    /// Accepts a move at its amount: one gesture for each of its settings, and the decision noted.
    pub fn accept(&self, context: &GuiContext, accepted: &Move) {
        self.change_saved(|saved| saved.note_before(accepted, |id| self.plain(id)));
        for (setting, value) in self.settings_of(accepted) {
            self.set_by_gesture(context, &setting.id, value);
        }
        self.change_saved(|saved| {
            saved.by_hand.remove(&accepted.id);
            saved.decide(&accepted.id, Some(Decision::Accepted));
        });
    }

    /// What a move sets at its amount, from what its settings were before it.
    pub fn settings_of(&self, proposed: &Move) -> Vec<(&'static Setting, f64)> {
        let (percent, before) =
            self.with_saved(|saved| (saved.amount(&proposed.id), saved.before.get(&proposed.id).cloned()));
        let before = before.unwrap_or_default();
        let value = |setting: &Setting| before.get(&setting.id).copied().or_else(|| self.plain(&setting.id));
        tweak::settings_at(proposed, percent, |setting| value(setting).unwrap_or(setting.default)).collect()
    }

    /// The Needed moves that wait for a decision: what *Accept all* counts and accepts, in the editor and by the host.
    pub fn open_needed(&self) -> Vec<Move> {
        let settings = self.settings();
        self.with_saved(|saved| saved.open_needed(&settings))
    }

    /// Accepts every Needed move that is open, or notes that this is to be done once a context is there.
    /// Returns how many moves were accepted.
    pub fn accept_needed(&self, context: Option<&GuiContext>) -> usize {
        let open = self.open_needed();
        let Some(context) = context else {
            self.change_saved(|saved| saved.is_accept_pending = !open.is_empty());
            return 0;
        };
        for each in &open {
            self.accept(context, each);
        }
        self.change_saved(|saved| saved.is_accept_pending = false);
        open.len()
    }

    /// Whether every setting of a move has the value that the move gives it.
    pub fn is_applied(&self, accepted: &Move) -> bool {
        accepted.settings.iter().all(|(id, value)| {
            self.param(id).is_some_and(|(setting, param)| setting.snap(param.value()) == setting.snap(*value))
        })
    }
}

// Reason for the exception: the framework finds parameters by address. They live in a `Vec` that is never changed
// inside the `Arc` that the framework itself holds, which is what the trait asks for.
#[allow(unsafe_code)]
unsafe impl Params for DiscernParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        let settings = table().iter().zip(&self.settings).map(|(setting, param)| {
            let group = match setting.band() {
                Some(band_idx) => format!("{}/Band {}", setting.group, band_idx + 1),
                None => setting.group.to_owned(),
            };
            (setting.id.clone(), param.as_ptr(), group)
        });
        let actions = self.actions.all().map(|action| (action.id().to_owned(), action.as_ptr(), "Actions".to_owned()));
        settings.chain(actions).collect()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        self.saved.lock().to_fields()
    }

    fn deserialize_fields(&self, serialized: &BTreeMap<String, String>) {
        // Read as a whole before anything that is there goes.
        let (saved, notices) = migrate::load(serialized);
        let mut present = self.saved.lock();
        *present = saved;
        // Before anybody can see it: its steps and songs are counted anew.
        self.num_loads.fetch_add(1, Ordering::Relaxed);
        drop(present);
        notices.into_iter().for_each(|notice| self.troubles.note_notice(notice));
    }
}

/// The way to the host for changes from inside: given to the editor when it opens and kept after it closes. Empty
/// until then, and nothing inside the plugin can set a parameter (the framework has no other way).
pub type ContextSlot = Arc<Mutex<Option<GuiContext>>>;

/// The parameters as an instance shares them.
pub type SharedParams = Arc<DiscernParams>;
