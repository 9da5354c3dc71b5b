//! Threads whose work nobody wants any more; they are waited for before the instance goes.

use std::thread::JoinHandle;

/// A host may unload the plugin once its last instance is gone: no code of ours may run then.
#[derive(Default)]
pub struct Retired(Vec<Box<dyn FnOnce() + Send>>);

impl Retired {
    /// Keeps a thread until [`Self::wait`], if it has not ended yet.
    pub fn add<T: Send + 'static>(&mut self, thread: Option<JoinHandle<T>>) {
        if let Some(thread) = thread.filter(|thread| !thread.is_finished()) {
            self.0.push(Box::new(move || drop(thread.join())));
        }
    }

    /// Waits for all of them.
    pub fn wait(self) {
        self.0.into_iter().for_each(|wait| wait());
    }
}
