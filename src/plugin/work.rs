//! Work on a thread of its own that nobody ever waits for: it can be cancelled, and a panic in it is an answer.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{io, thread};

use crossbeam::channel::{Receiver, TryRecvError, bounded};
use thread_priority::{ThreadPriority, set_current_thread_priority};

use crate::dsp::cancel::Cancel;

/// Work that runs. Dropped, it is cancelled and left behind: its thread owns all that it needs, and ends by itself as soon as it
/// looks, which a read that hangs may never do. The library stays in memory for it (`resident.rs`).
pub struct Work<T> {
    cancel: Cancel,
    result: Receiver<Result<T, String>>,
}

impl<T: Send + 'static> Work<T> {
    /// Begins, at the lowest priority; ends with `above`.
    ///
    /// # Errors
    /// If the machine has no thread left.
    pub fn begin(name: &str, above: &Cancel, work: impl FnOnce(&Cancel) -> T + Send + 'static) -> io::Result<Self> {
        let (sender, result) = bounded(1);
        let cancel = above.child();
        let seen = cancel.clone();
        let run = move || {
            // Best effort: without the right to do so the thread runs at normal priority.
            set_current_thread_priority(ThreadPriority::Min).ok();
            let made = catch_unwind(AssertUnwindSafe(|| work(&seen)));
            // Nobody may be there any more.
            sender.send(made.map_err(|panic| panic_text(&*panic))).ok();
        };
        thread::Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self { cancel, result })
    }

    /// What came of it, once: the work's own result, or what a panic said. `None` while it runs.
    pub fn take(&self) -> Option<Result<T, String>> {
        match self.result.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("its thread is gone".to_owned())),
        }
    }
}

impl<T> Drop for Work<T> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// What a panic said.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn wait<T: Send + 'static>(work: &Work<T>) -> Result<T, String> {
        let start = Instant::now();
        loop {
            if let Some(result) = work.take() {
                return result;
            }
            assert!(start.elapsed() < Duration::from_secs(60));
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_panic_is_an_answer_and_a_drop_cancels() {
        let all = Cancel::default();
        assert_eq!(wait(&Work::begin("test", &all, |_| 5).unwrap()), Ok(5));
        let failed = Work::begin("test", &all, |_| -> u8 { panic!("number {}", 7) }).unwrap();
        assert_eq!(wait(&failed), Err("number 7".to_owned()));
        let (sender, ended) = bounded(1);
        let endless = Work::begin("test", &all, move |cancel| {
            while !cancel.is_cancelled() {
                thread::sleep(Duration::from_millis(1));
            }
            sender.send(()).ok();
        });
        drop(endless.unwrap());
        assert!(ended.recv_timeout(Duration::from_secs(60)).is_ok());
    }
}
