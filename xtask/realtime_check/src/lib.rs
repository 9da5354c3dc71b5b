//! What an audio thread must not do, noticed: preloaded into a host (`LD_PRELOAD`), it stands before the C library's
//! functions that allocate, lock, wait or call the system, and has the kernel stop at every system call.
//!
//! The host says where the plugin's time begins and ends (`discern_realtime_enter`, `discern_realtime_leave`, on the audio
//! thread); in between every such call is noted with the way that led to it and then carried out as ever.
//! `discern_realtime_take` hands over what was noted.

// Elsewhere libraries are not preloaded, and the functions have other names.
#![cfg(all(target_os = "linux", target_env = "gnu"))]
// It stands in for functions of the C library, for callers who know nothing of Rust.
#![allow(unsafe_code)]

mod dispatch;
mod notes;
mod traps;

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};

pub use notes::Note;

/// Calls that were watched.
static NUM_ENTERED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The thread is in the plugin's time. Neither made when first looked at nor dropped, both of which would allocate.
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// The plugin's time begins on this thread.
#[unsafe(no_mangle)]
pub extern "C" fn discern_realtime_enter() {
    NUM_ENTERED.fetch_add(1, Ordering::Relaxed);
    dispatch::prepare();
    IS_WATCHED.set(true);
    dispatch::set(true);
}

/// The plugin's time ends on this thread.
#[unsafe(no_mangle)]
pub extern "C" fn discern_realtime_leave() {
    dispatch::set(false);
    IS_WATCHED.set(false);
}

/// Loads what noting needs; to be called once before the first call is watched. Whether the kernel stops at system calls:
/// without that, those that do not go through a function of the C library's are missed.
#[unsafe(no_mangle)]
pub extern "C" fn discern_realtime_prepare() -> bool {
    notes::prepare();
    dispatch::install()
}

/// How many calls have been watched.
#[unsafe(no_mangle)]
pub extern "C" fn discern_realtime_num_entered() -> u64 {
    NUM_ENTERED.load(Ordering::Relaxed)
}

/// Hands over at most `room` of the notes, each place once, and forgets all; how many there were.
///
/// # Safety
/// `notes` has room for so many. No thread is in the plugin's time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn discern_realtime_take(notes: *mut Note, room: usize) -> usize {
    unsafe { notes::take(notes, room) }
}

/// Notes a call, if the plugin makes it.
fn note(what: &'static core::ffi::CStr, detail: usize) {
    // Noting may make such calls itself.
    if IS_WATCHED.replace(false) {
        // The kernel's own watch is off meanwhile.
        let was_stopping = dispatch::set(false);
        notes::add(what.as_ptr(), detail);
        dispatch::set(was_stopping);
        IS_WATCHED.set(true);
    }
}

/// Looks for the C library's own function, once.
fn real(cached: &std::sync::atomic::AtomicUsize, name: &core::ffi::CStr) -> *mut c_void {
    let known = cached.load(Ordering::Relaxed);
    if known != 0 {
        return known as *mut c_void;
    }
    // The name ends with a zero; the function is that of the library loaded after this one.
    let found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    if found.is_null() {
        // Nothing can be said from in here that would not come back to here.
        unsafe { libc::abort() }
    }
    cached.store(found as usize, Ordering::Relaxed);
    found
}
