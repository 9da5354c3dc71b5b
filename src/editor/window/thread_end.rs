//! The end of a window's thread, waited for.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A thread gets so long to close what it opened; after that a host that hangs is worse than one that may crash.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

/// A thread that is waited for when this is dropped.
///
/// On X11 the framework's own window gives up waiting when its thread ends before it answers (baseview 0.4.2), and a host
/// that unloads the plugin then, or ends, takes the code and the graphics driver away under a thread that still runs.
pub struct ThreadEnd(Option<PathBuf>);

impl ThreadEnd {
    /// That of the calling thread; nothing is waited for where the system does not show its threads.
    pub fn of_this_thread() -> Self {
        Self(std::fs::read_link("/proc/thread-self").ok().map(|thread| Path::new("/proc").join(thread)))
    }
}

impl Drop for ThreadEnd {
    fn drop(&mut self) {
        let end = Instant::now() + PATIENCE;
        while self.0.as_deref().is_some_and(Path::exists) && Instant::now() < end {
            std::thread::sleep(PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn thread_is_gone_when_its_end_is_dropped() {
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            sender.send(ThreadEnd::of_this_thread()).unwrap();
            std::thread::sleep(Duration::from_millis(50));
        });
        let end = receiver.recv().unwrap();
        let path = end.0.clone().unwrap();
        assert!(path.exists());
        drop(end);
        assert!(!path.exists());
        thread.join().unwrap();
    }
}
