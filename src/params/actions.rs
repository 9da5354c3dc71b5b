//! Buttons as host parameters, so that a controller or a script can press them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::prelude::{BoolParam, Param, ParamPtr};

/// All buttons. A press is a change from 0 to 1, by hand or by automation; they are saved and load as 0.
#[derive(Debug)]
pub struct ActionParams {
    /// Listen, or end the listening. Can be automated, since hosts show nothing else to everybody.
    pub listen: Action,
    /// Accept every Needed move. Cannot be automated: what was recorded once must not decide again.
    pub accept_needed: Action,
}

/// A button: setting it from 0 to 1 presses it. A host that holds it at 1, or sends the same again, presses it once. It
/// always reads 0, which is what is saved.
#[derive(Debug)]
pub struct Action {
    id: &'static str,
    param: BoolParam,
    num_presses: Arc<AtomicU32>,
}

impl ActionParams {
    /// The buttons, none of them pressed.
    pub(super) fn new() -> Self {
        let accept_needed = Action::new("action.accept_needed", "Accept Needed", BoolParam::non_automatable);
        Self { listen: Action::new("action.listen", "Listen", |param| param), accept_needed }
    }

    /// In display order.
    pub(super) fn all(&self) -> [&Action; 2] {
        [&self.listen, &self.accept_needed]
    }
}

impl Action {
    fn new(id: &'static str, name: &str, mark: fn(BoolParam) -> BoolParam) -> Self {
        let num_presses = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&num_presses);
        let on_change = move |is_down: bool| {
            if is_down {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        };
        let param = mark(BoolParam::new(name, false).make_button()).with_callback(Arc::new(on_change));
        Self { id, param, num_presses }
    }

    /// How often it was pressed. Real-time safe.
    pub fn num_presses(&self) -> u32 {
        self.num_presses.load(Ordering::Relaxed)
    }

    /// Its parameter id.
    pub fn id(&self) -> &'static str {
        self.id
    }

    pub(super) fn as_ptr(&self) -> ParamPtr {
        self.param.as_ptr()
    }
}
