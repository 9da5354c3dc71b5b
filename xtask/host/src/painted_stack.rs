//! How much stack a call takes: the part of it that is not in use is painted before, and looked at afterwards.

use std::hint::black_box;

use anyhow::{Context, Result, anyhow};

/// Kept away from at the far end of the stack, where its guard is.
const GUARD_BYTES: usize = 16 << 10;
/// Left as it is below the function that paints, for what it calls itself.
const MARGIN_BYTES: usize = 1 << 10;
const PAINT: u64 = 0x5afe_c0de_d15c_e512;

/// The stack of the thread that runs; only from [`on_painted_stack`].
pub struct PaintedStack {
    lowest: usize,
}

/// Runs `work` on a thread of its own with a stack of this size, where it can ask how deep its calls go; one that goes
/// deeper than that ends the program.
///
/// # Errors
/// If no thread can be started, or `work` panics.
pub fn on_painted_stack<T: Send>(
    stack_bytes: usize,
    work: impl FnOnce(&PaintedStack) -> Result<T> + Send,
) -> Result<T> {
    std::thread::scope(|scope| {
        let run = || work(&PaintedStack { lowest: lowest_address()? + GUARD_BYTES });
        let thread = std::thread::Builder::new().stack_size(stack_bytes).spawn_scoped(scope, run);
        thread.context("no thread can be started")?.join().map_err(|_| anyhow!("the thread that measures panicked"))?
    })
}

impl PaintedStack {
    /// What `call` returns, and the most stack that was in use below its caller while it ran, bytes.
    pub fn measure<T>(&self, call: impl FnOnce() -> T) -> (T, usize) {
        let top = self.paint();
        let returned = black_box(call)();
        // What reaches less deep than the margin counts as the margin.
        (returned, top + MARGIN_BYTES - self.lowest_touched(top))
    }

    /// Paints everything that is not in use; returns where that ends.
    #[inline(never)]
    fn paint(&self) -> usize {
        let here = 0u64;
        let top = (black_box(&raw const here) as usize - MARGIN_BYTES) & !7;
        for address in (self.lowest..top).step_by(8) {
            #[allow(unsafe_code)] // Memory of this thread's own stack, mapped as a whole and below every frame in use.
            unsafe {
                (address as *mut u64).write_volatile(PAINT);
            }
        }
        top
    }

    #[inline(never)]
    fn lowest_touched(&self, top: usize) -> usize {
        #[allow(unsafe_code)] // As above; only read.
        let is_painted = |address: &usize| unsafe { (*address as *const u64).read_volatile() == PAINT };
        (self.lowest..top).step_by(8).find(|address| !is_painted(address)).unwrap_or(top)
    }
}

/// Where the stack of this thread ends.
fn lowest_address() -> Result<usize> {
    let (mut lowest, mut size) = (std::ptr::null_mut(), 0);
    #[allow(unsafe_code)] // The attributes are filled by the first call, read by the second, and freed once.
    let outcome = unsafe {
        let mut attributes = std::mem::MaybeUninit::uninit();
        let mut outcome = libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr());
        if outcome == 0 {
            outcome = libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut lowest, &raw mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
        }
        outcome
    };
    anyhow::ensure!(outcome == 0, "the thread does not know its stack");
    Ok(lowest as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn deep<const BYTES: usize>() -> u8 {
        let bytes = [1u8; BYTES];
        black_box(&bytes)[BYTES / 2]
    }

    #[test]
    fn a_call_takes_what_its_frames_take() {
        let [shallow, deep] =
            on_painted_stack(4 << 20, |stack| Ok([stack.measure(deep::<1000>).1, stack.measure(deep::<300_000>).1]))
                .expect("measures");
        assert!(shallow < 8000, "{shallow}");
        assert!((300_000..310_000).contains(&deep), "{deep}");
    }
}
