//! How much memory a thread holds, so that a test can say how much something takes at most.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes that this thread allocated and did not free, and the most that was since the last look.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(change: isize) {
    // A thread that ends has no counter any more.
    let _ = HELD.try_with(|held| {
        let (now, peak) = held.get();
        held.set((now + change, peak.max(now + change)));
    });
}

// Reason for the exception: the trait is unsafe. Everything goes on to the system's allocator as it is.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The old and the new place may both be there for a moment.
        count(size as isize);
        count(-(layout.size() as isize));
        unsafe { System.realloc(place, layout, size) }
    }
}

/// Begins to look at what this thread holds.
pub fn begin() -> isize {
    let held = HELD.with(Cell::get).0;
    HELD.with(|cell| cell.set((held, held)));
    held
}

/// The most that this thread held since then, beyond what it held, bytes.
pub fn peak_since(before: isize) -> usize {
    usize::try_from(HELD.with(Cell::get).1 - before).unwrap_or_default()
}

#[test]
fn what_a_thread_holds_is_counted() {
    let before = begin();
    drop(std::hint::black_box(vec![1u8; 1 << 20]));
    assert!((1 << 20..2 << 20).contains(&peak_since(before)));
}
