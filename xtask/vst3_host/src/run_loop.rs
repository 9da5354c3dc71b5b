//! The host's main loop on Linux: it waits for what plugins read from and calls them from time to time.

use std::ffi::c_int;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IEventHandlerTrait, ITimerHandler, ITimerHandlerTrait, TimerInterval,
};
use vst3::Steinberg::{kInvalidArgument, kResultOk, tresult};
use vst3::{ComPtr, ComRef};

/// What plugins have registered; outlives editors.
#[derive(Default)]
pub(crate) struct RunLoop {
    sources: Mutex<Vec<Source>>,
    timers: Mutex<Vec<Timer>>,
    num_calls: AtomicUsize,
}

#[derive(Clone)]
struct Source {
    handler: ComPtr<IEventHandler>,
    file: c_int,
}

struct Timer {
    handler: ComPtr<ITimerHandler>,
    period: Duration,
    due: Instant,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RunLoop {
    /// Waits for so long at most and calls whoever is to be called; on the main thread only.
    pub fn tick(&self, wait: Duration) -> Result<()> {
        // Copies: handlers register and unregister from within their calls.
        let sources = locked(&self.sources).clone();
        let timeout = Timespec::try_from(wait)?;
        // A plugin keeps its file open as long as it is registered.
        let files = sources.iter().map(|source| unsafe { BorrowedFd::borrow_raw(source.file) });
        let mut polled: Vec<PollFd> = files.map(|file| PollFd::from_borrowed_fd(file, PollFlags::IN)).collect();
        poll(&mut polled, Some(&timeout))?;
        for (source, polled) in sources.iter().zip(&polled) {
            if polled.revents().contains(PollFlags::IN) {
                unsafe { source.handler.onFDIsSet(source.file) };
                self.num_calls.fetch_add(1, Ordering::Relaxed);
            }
        }
        let now = Instant::now();
        let mut due = Vec::new();
        for timer in locked(&self.timers).iter_mut().filter(|timer| timer.due <= now) {
            timer.due = now + timer.period;
            due.push(timer.handler.clone());
        }
        for handler in due {
            unsafe { handler.onTimer() };
            self.num_calls.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Handlers that are registered now.
    pub fn num_handlers(&self) -> usize {
        locked(&self.sources).len() + locked(&self.timers).len()
    }

    /// How often handlers were called.
    pub fn num_calls(&self) -> usize {
        self.num_calls.load(Ordering::Relaxed)
    }

    /// # Safety
    /// `handler` is null or an event handler.
    pub unsafe fn add_source(&self, handler: *mut IEventHandler, file: FileDescriptor) -> tresult {
        let Some(handler) = (unsafe { ComRef::from_raw(handler) }) else { return kInvalidArgument };
        locked(&self.sources).push(Source { handler: handler.to_com_ptr(), file });
        kResultOk
    }

    pub fn remove_source(&self, handler: *mut IEventHandler) -> tresult {
        remove(&self.sources, |source| source.handler.as_ptr() == handler)
    }

    /// # Safety
    /// `handler` is null or a timer handler.
    pub unsafe fn add_timer(&self, handler: *mut ITimerHandler, interval_ms: TimerInterval) -> tresult {
        let Some(handler) = (unsafe { ComRef::from_raw(handler) }) else { return kInvalidArgument };
        let period = Duration::from_millis(interval_ms);
        locked(&self.timers).push(Timer { handler: handler.to_com_ptr(), period, due: Instant::now() + period });
        kResultOk
    }

    pub fn remove_timer(&self, handler: *mut ITimerHandler) -> tresult {
        remove(&self.timers, |timer| timer.handler.as_ptr() == handler)
    }
}

fn remove<T>(registered: &Mutex<Vec<T>>, is_meant: impl Fn(&T) -> bool) -> tresult {
    // What is let go may call back, so not while the list is locked.
    let (gone, kept): (Vec<T>, Vec<T>) = std::mem::take(&mut *locked(registered)).into_iter().partition(is_meant);
    *locked(registered) = kept;
    if gone.is_empty() { kInvalidArgument } else { kResultOk }
}
