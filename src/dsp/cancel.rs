//! Whether work is still wanted: asked every few milliseconds by whatever takes longer than that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by who works and who wants it; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    own: Arc<AtomicBool>,
    above: Option<Arc<Cancel>>,
}

impl Cancel {
    /// One that ends with this one, or by itself before.
    pub fn child(&self) -> Self {
        Self { own: Arc::default(), above: Some(Arc::new(self.clone())) }
    }

    /// Nobody wants the work any more. For ever.
    pub fn cancel(&self) {
        self.own.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    pub fn is_cancelled(&self) -> bool {
        self.own.load(Ordering::Relaxed) || self.above.as_ref().is_some_and(|above| above.is_cancelled())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_ends_with_what_is_above() {
        let all = Cancel::default();
        let (one, other) = (all.child(), all.child().child());
        one.cancel();
        assert_eq!([&all, &one, &other].map(Cancel::is_cancelled), [false, true, false]);
        all.clone().cancel();
        assert!(other.is_cancelled());
    }
}
