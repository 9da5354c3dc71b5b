//! The border between host and plugin: no panic may cross it, since unwinding out of an `extern "C"` function aborts the
//! whole host.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::fault::fault_point;
use super::{PanicHook, permit_alloc};

/// Runs a host call. `None` if it panicked; the caller then answers with what is safe. The hook is told the name of the
/// call and the message. Neither a panic inside the hook nor one while the payload is dropped escapes.
///
/// Whatever the call had locked is unlocked by unwinding. What it was changing may be half changed: the caller decides
/// what can still be used.
pub(crate) fn guard<T>(name: &'static str, hook: Option<&PanicHook>, call: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(|| {
        fault_point(name);
        call()
    }));
    match result {
        Ok(value) => Some(value),
        Err(payload) => {
            permit_alloc(|| tell(name, hook, payload));
            None
        }
    }
}

#[cold]
fn tell(name: &'static str, hook: Option<&PanicHook>, payload: Box<dyn Any + Send>) {
    if let Some(hook) = hook {
        quietly(|| hook(name, message(&*payload)));
    }
    quietly(move || drop(payload));
}

/// Runs something that may panic in its turn.
fn quietly(call: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
        // Dropping it may be what panics.
        mem::forget(payload);
    }
}

/// What a panic said.
fn message(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<&'static str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "unknown cause",
    }
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;
    use std::sync::{Arc, Mutex};

    use super::*;

    struct PanicsWhenDropped;

    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn a_panic_ends_here_and_is_told() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let hook: PanicHook = {
            let told = Arc::clone(&told);
            Arc::new(move |name, message| told.lock().unwrap().push(format!("{name}: {message}")))
        };
        assert_eq!(guard("fine", Some(&hook), || 3), Some(3));
        assert_eq!(guard("literal", Some(&hook), || -> u32 { panic!("why") }), None);
        assert_eq!(guard("formatted", Some(&hook), || -> u32 { panic!("why {}", 3) }), None);
        assert_eq!(guard("any", Some(&hook), || -> u32 { panic_any(3) }), None);
        assert_eq!(guard("no hook", None, || -> u32 { panic!("why") }), None);
        assert_eq!(*told.lock().unwrap(), ["literal: why", "formatted: why 3", "any: unknown cause"]);
    }

    #[test]
    fn neither_hook_nor_payload_lets_a_panic_out() {
        let hook: PanicHook = Arc::new(|_, _| panic_any(PanicsWhenDropped));
        assert_eq!(guard("call", Some(&hook), || -> u32 { panic_any(PanicsWhenDropped) }), None);
    }

    #[test]
    fn a_fault_is_injected_where_and_while_it_is_asked_for() {
        super::super::fault::set_fault(Some("process"));
        assert_eq!(guard("process", None, || 1), None);
        assert_eq!(guard("reset", None, || 1), Some(1));
        super::super::fault::set_fault(None);
        assert_eq!(guard("process", None, || 1), Some(1));
    }
}
