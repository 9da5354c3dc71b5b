//! Host parameters made from the table of settings, action parameters, and the saved state beside them.

mod host_param;
mod migrate;
mod saved;
mod saved_report;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{BoolParam, Param, ParamPtr, Params};
use parking_lot::Mutex;

use crate::assistant::Move;
use crate::chain::Settings;
use crate::chain::settings::{Setting, table};

pub use host_param::HostParam;
pub use migrate::filter_state;
pub use saved::{Decision, EditorSize, Judged, Saved};

/// Key of the saved state's own part among the host's fields.
const STATE_KEY: &str = "discern";

/// Buttons as host parameters, so that a controller or a script can press them. They act on a change from 0 to 1,
/// cannot be automated, and load as 0.
#[derive(Debug)]
pub struct ActionParams {
    /// Listen, or end the listening.
    pub listen: BoolParam,
    /// Accept every Needed move.
    pub accept_needed: BoolParam,
}

impl ActionParams {
    /// `(id, parameter)` in display order.
    fn all(&self) -> [(&'static str, &BoolParam); 2] {
        [("action.listen", &self.listen), ("action.accept_needed", &self.accept_needed)]
    }
}

/// Everything that the host saves and shows for one instance.
pub struct DiscernParams {
    settings: Vec<HostParam>,
    /// Buttons.
    pub actions: ActionParams,
    saved: Mutex<Saved>,
    num_loads: AtomicU32,
}

impl Default for DiscernParams {
    fn default() -> Self {
        let action = |name: &str| BoolParam::new(name, false).non_automatable();
        Self {
            settings: table().iter().map(HostParam::new).collect(),
            actions: ActionParams { listen: action("Listen"), accept_needed: action("Accept Needed") },
            saved: Mutex::new(Saved::default()),
            num_loads: AtomicU32::new(0),
        }
    }
}

impl DiscernParams {
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

    /// Changes the saved state. Never from the audio thread: it may wait.
    pub fn change_saved<R>(&self, change: impl FnOnce(&mut Saved) -> R) -> R {
        change(&mut self.saved.lock())
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

    /// Accepts a move: one gesture for each of its settings, and the decision noted.
    pub fn accept(&self, context: &GuiContext, accepted: &Move) {
        for (id, value) in &accepted.settings {
            self.set_by_gesture(context, id, *value);
        }
        self.change_saved(|saved| saved.decide(&accepted.id, Some(Decision::Accepted)));
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
        let actions = self.actions.all().map(|(id, param)| (id.to_owned(), param.as_ptr(), "Actions".to_owned()));
        settings.chain(actions).collect()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        BTreeMap::from([(STATE_KEY.to_owned(), self.saved.lock().to_json())])
    }

    fn deserialize_fields(&self, serialized: &BTreeMap<String, String>) {
        *self.saved.lock() = Saved::from_json(serialized.get(STATE_KEY).map(String::as_str));
        self.num_loads.fetch_add(1, Ordering::Relaxed);
    }
}

/// The parameters as an instance shares them.
pub type SharedParams = Arc<DiscernParams>;

/// The host's context, stored when the editor opens and kept after it closes: the only way to set parameters from
/// inside. Shared with the analysis thread.
pub type ContextSlot = Arc<Mutex<Option<GuiContext>>>;
