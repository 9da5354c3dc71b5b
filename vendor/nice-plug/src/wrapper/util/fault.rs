//! Panics on demand, so that tests can see what a host sees when something inside fails. Debug builds only.

#[cfg(debug_assertions)]
thread_local! {
    static FAULT: std::cell::Cell<Option<&'static str>> = const { std::cell::Cell::new(None) };
}

/// Makes the host call or place called `name` panic on the calling thread; `None` ends that.
#[cfg(debug_assertions)]
pub fn set_fault(name: Option<&'static str>) {
    FAULT.with(|fault| fault.set(name));
}

/// Panics if a test asked for it. Nothing at all in release builds.
#[inline]
pub(crate) fn fault_point(name: &'static str) {
    #[cfg(debug_assertions)]
    if FAULT.with(|fault| fault.get()) == Some(name) {
        panic!("fault injected into {name}");
    }
    #[cfg(not(debug_assertions))]
    let _ = name;
}
