//! Buttons as host parameters, so that a controller or a script can press them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use nice_plug::params::InternalParamMut;
use nice_plug::prelude::{BoolParam, Param, ParamPtr};

use super::DiscernParams;

/// All buttons. They cannot be automated and always load as 0.
#[derive(Debug)]
pub struct ActionParams {
    /// Listen, or end the listening.
    pub listen: Action,
    /// Accept every Needed move.
    pub accept_needed: Action,
}

/// A momentary parameter: setting it to 1 presses it, and it springs back to 0 at once.
///
/// Springing back is what makes every press a change from 0 to 1, and keeps a press out of saved states.
#[derive(Debug)]
pub struct Action {
    id: &'static str,
    param: BoolParam,
    num_presses: Arc<AtomicU32>,
}

impl ActionParams {
    /// The buttons of `params`.
    pub(super) fn new(params: &Weak<DiscernParams>) -> Self {
        Self {
            listen: Action::new("action.listen", "Listen", params, |actions| &actions.listen),
            accept_needed: Action::new("action.accept_needed", "Accept Needed", params, |actions| {
                &actions.accept_needed
            }),
        }
    }

    /// In display order.
    pub(super) fn all(&self) -> [&Action; 2] {
        [&self.listen, &self.accept_needed]
    }
}

impl Action {
    fn new(id: &'static str, name: &str, params: &Weak<DiscernParams>, find: fn(&ActionParams) -> &Action) -> Self {
        let num_presses = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&num_presses);
        let params = Weak::clone(params);
        let on_change = move |is_down: bool| {
            if is_down {
                counted.fetch_add(1, Ordering::Relaxed);
                if let Some(params) = params.upgrade() {
                    find(&params.actions).spring_back();
                }
            }
        };
        let param = BoolParam::new(name, false).non_automatable().with_callback(Arc::new(on_change));
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

    // Reason for the exception: the framework has no momentary parameter, and this is called from inside its own
    // setting of the value. It stores one atomic number.
    #[allow(unsafe_code)]
    fn spring_back(&self) {
        // SAFETY: no precondition of memory; the framework only asks others to keep out of its bookkeeping, and a
        // value that is back where it was leaves that as it is.
        unsafe { self.param._internal_set_plain_value(false) };
    }
}
