//! Buttons as host parameters, so that a controller or a script can press them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use nice_plug::prelude::{BoolParam, Param, ParamPtr};

/// All buttons. They are saved and load as 0.
#[derive(Debug)]
pub struct ActionParams {
    /// Listen, or end the listening. Can be automated, since hosts show nothing else to everybody.
    pub listen: Action,
    /// Accept every Needed move. Cannot be automated: what was recorded once must not decide again.
    pub accept_needed: Action,
}

/// A button: counts what the host sets it to, by hand or by automation. It always reads 0, which is what is saved.
#[derive(Debug)]
pub struct Action {
    id: &'static str,
    param: BoolParam,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    num_presses: AtomicU32,
    num_sends: AtomicU32,
    is_held: AtomicBool,
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
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        let param = BoolParam::new(name, false).make_button();
        let param = mark(param).with_callback(Arc::new(move |is_down| counted.add(is_down)));
        Self { id, param, counts }
    }

    /// How often it was set from 0 to 1. Real-time safe.
    pub fn num_presses(&self) -> u32 {
        self.counts.num_presses.load(Ordering::Relaxed)
    }

    /// How often it was set to 1, from 0 or from 1. Real-time safe.
    pub fn num_sends(&self) -> u32 {
        self.counts.num_sends.load(Ordering::Relaxed)
    }

    /// As if the host had set it.
    #[cfg(test)]
    pub fn send(&self, is_down: bool) {
        self.counts.add(is_down);
    }

    /// Its parameter id.
    pub fn id(&self) -> &'static str {
        self.id
    }

    pub(super) fn as_ptr(&self) -> ParamPtr {
        self.param.as_ptr()
    }
}

impl Counts {
    fn add(&self, is_down: bool) {
        let was_held = self.is_held.swap(is_down, Ordering::Relaxed);
        if is_down {
            self.num_sends.fetch_add(1, Ordering::Relaxed);
            self.num_presses.fetch_add(u32::from(!was_held), Ordering::Relaxed);
        }
    }
}
