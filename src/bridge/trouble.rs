//! What went wrong inside the plugin and is to be said: a caught panic, a state that could not be read.

use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// More than that says nothing new; the first ones say where it began.
const MAX_TROUBLES: usize = 16;

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// A whole sentence or clause for people, without a full stop: "Analysis stopped: …".
    pub text: String,
    /// Whether it is a fault of the plugin, to be reported, rather than of what it was given.
    pub is_fault: bool,
}

/// What went wrong in one instance since it was made, until the engineer has read it. Any thread may note; noting
/// allocates, so the audio thread does it only once it has failed anyway.
#[derive(Debug, Default)]
pub struct Troubles {
    kept: Mutex<Vec<Trouble>>,
    /// Grows with every change, so that the editor sees one without the lock.
    num_changes: AtomicU32,
}

impl Troubles {
    /// Notes a fault of the plugin. The same text is kept once.
    pub fn note_fault(&self, text: impl Into<String>) {
        self.note(Trouble { text: text.into(), is_fault: true });
    }

    /// Notes something that is nobody's fault but to be known. The same text is kept once.
    pub fn note_notice(&self, text: impl Into<String>) {
        self.note(Trouble { text: text.into(), is_fault: false });
    }

    fn note(&self, trouble: Trouble) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_TROUBLES && !kept.contains(&trouble) {
            kept.push(trouble);
            self.num_changes.fetch_add(1, Ordering::Release);
        }
    }

    /// All that was not dismissed, oldest first.
    pub fn all(&self) -> Vec<Trouble> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The engineer has read them.
    pub fn dismiss(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.num_changes.fetch_add(1, Ordering::Release);
    }

    /// A number that changes whenever [`Self::all`] does. Real-time safe.
    pub fn num_changes(&self) -> u32 {
        self.num_changes.load(Ordering::Acquire)
    }
}

/// What a panic said.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_until_it_was_read() {
        let troubles = Troubles::default();
        troubles.note_fault("Analysis stopped: index out of bounds");
        troubles.note_fault("Analysis stopped: index out of bounds");
        troubles.note_notice("Part of the saved session cannot be read");
        assert_eq!(troubles.all().len(), 2);
        let seen = troubles.num_changes();
        troubles.dismiss();
        assert!(troubles.all().is_empty() && troubles.num_changes() != seen);
        (0..100).for_each(|idx| troubles.note_fault(idx.to_string()));
        assert_eq!(troubles.all().len(), MAX_TROUBLES);
    }
}
