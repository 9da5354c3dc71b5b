//! What was noted: one entry for each way that led to a forbidden call.

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

/// Calls of the way that are kept, the innermost first.
const MAX_DEPTH: usize = 24;
/// More ways than that are counted with the last.
const MAX_NOTES: usize = 512;

/// A forbidden call.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Note {
    /// Its name, for ever.
    pub what: *const c_char,
    /// A size, or the number of a system call.
    pub detail: usize,
    /// How often it came this way.
    pub count: u64,
    /// Return addresses, the innermost first.
    pub frames: [*mut c_void; MAX_DEPTH],
    /// So many of them.
    pub num_frames: usize,
}

const EMPTY: Note =
    Note { what: std::ptr::null(), detail: 0, count: 0, frames: [std::ptr::null_mut(); MAX_DEPTH], num_frames: 0 };

struct Notes {
    is_locked: AtomicBool,
    notes: UnsafeCell<([Note; MAX_NOTES], usize)>,
}

// Only whoever has locked it looks inside.
unsafe impl Sync for Notes {}

static NOTES: Notes = Notes { is_locked: AtomicBool::new(false), notes: UnsafeCell::new(([EMPTY; MAX_NOTES], 0)) };

fn with_notes<T>(work: impl FnOnce(&mut [Note; MAX_NOTES], &mut usize) -> T) -> T {
    while NOTES.is_locked.swap(true, Ordering::Acquire) {
        std::hint::spin_loop();
    }
    // Locked: nobody else is inside.
    let (notes, num_notes) = unsafe { &mut *NOTES.notes.get() };
    let result = work(notes, num_notes);
    NOTES.is_locked.store(false, Ordering::Release);
    result
}

/// The first look at the stack loads a library.
pub fn prepare() {
    let mut frames = [std::ptr::null_mut(); 4];
    unsafe { libc::backtrace(frames.as_mut_ptr(), frames.len() as c_int) };
}

/// Notes a call.
pub fn add(what: *const c_char, detail: usize) {
    let mut note = Note { what, detail, count: 1, ..EMPTY };
    note.num_frames = unsafe { libc::backtrace(note.frames.as_mut_ptr(), MAX_DEPTH as c_int) } as usize;
    with_notes(|notes, num_notes| {
        let known = notes[..*num_notes].iter_mut().find(|other| other.what == what && other.frames == note.frames);
        match known {
            Some(known) => known.count += 1,
            None if *num_notes < MAX_NOTES => {
                notes[*num_notes] = note;
                *num_notes += 1;
            }
            None => notes[MAX_NOTES - 1].count += 1,
        }
    });
}

/// # Safety
/// `room` notes fit to where `to` points.
pub unsafe fn take(to: *mut Note, room: usize) -> usize {
    with_notes(|notes, num_notes| {
        unsafe { std::ptr::copy_nonoverlapping(notes.as_ptr(), to, room.min(*num_notes)) };
        std::mem::take(num_notes)
    })
}
