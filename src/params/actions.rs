//! Buttons as host parameters, so that a controller or a script can press them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// How often a button was set to 1, from 0 and at all: 31 bits each, and what it is set to, in one, so that nobody sees half of a
/// change.
#[derive(Debug, Default)]
struct Counts(AtomicU64);

const IS_HELD: u64 = 1;
const ONE_SEND: u64 = 1 << 1;
const ONE_PRESS: u64 = 1 << 33;
const SENDS: u64 = ONE_PRESS - ONE_SEND;

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

    /// How often it was set from 0 to 1, and how often to 1 at all; both begin anew after two billion. Real-time safe.
    pub fn num_presses_and_sends(&self) -> (u64, u64) {
        let counts = self.counts.0.load(Ordering::Relaxed);
        (counts / ONE_PRESS, counts & SENDS)
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
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |counts| {
            if !is_down {
                return Some(counts & !IS_HELD);
            }
            let sent = (counts & !SENDS) | (counts.wrapping_add(ONE_SEND) & SENDS) | IS_HELD;
            Some(if counts & IS_HELD == 0 { sent.wrapping_add(ONE_PRESS) } else { sent })
        });
    }
}
