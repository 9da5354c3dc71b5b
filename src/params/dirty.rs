//! Whether the host is to be told that there is something to save.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::assistant::Brief;

use super::kept_reference::{KeptReference, SavedReference};
use super::saved::{Decision, Judged, Saved};

/// What of the saved state the engineer would miss: all of it but size and scale of the editor.
#[derive(PartialEq)]
pub(super) struct Worth {
    /// Without its references, which follow from those below.
    brief: Brief,
    references: AsSaved,
    judged: Same<Judged>,
    decisions: BTreeMap<String, Decision>,
    rejected_at: BTreeMap<String, f64>,
    amounts: BTreeMap<String, f64>,
    before: BTreeMap<String, BTreeMap<String, f64>>,
    by_hand: BTreeSet<String>,
    intended: Vec<String>,
    is_accept_pending: bool,
    is_motion_reduced: bool,
}

/// The very same: a verdict that says the same of another listening is another one.
struct Same<T>(Option<Arc<T>>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().map(Arc::as_ptr) == other.0.as_ref().map(Arc::as_ptr)
    }
}

/// Records by what is saved of them: measuring one again that did not change is no change.
struct AsSaved(Vec<KeptReference>);

impl PartialEq for AsSaved {
    fn eq(&self, other: &Self) -> bool {
        let is_untouched = |one: &KeptReference, other: &KeptReference| {
            one.path == other.path
                && one.integrated_lufs == other.integrated_lufs
                && one.measured.as_ref().map(Arc::as_ptr) == other.measured.as_ref().map(Arc::as_ptr)
        };
        let is_same = |(one, other): (&KeptReference, &KeptReference)| {
            is_untouched(one, other) || SavedReference::from(one) == SavedReference::from(other)
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(is_same)
    }
}

impl Worth {
    pub fn of(saved: &Saved) -> Self {
        // Every field by name, so that a new one has to be decided on.
        let Saved {
            brief,
            references,
            judged,
            decisions,
            rejected_at,
            amounts,
            before,
            by_hand,
            intended,
            is_accept_pending,
            is_motion_reduced,
            // The window is no part of the work, the rest follows from what is above or was loaded.
            editor_size: _,
            editor_scale_percent: _,
            remeasured: _,
            undo: _,
            newer_state: _,
            leftover: _,
        } = saved;
        let Brief { destination, loudness_lufs, ceiling_dbtp, character, restraint, locks, references: _, ranges: _ } =
            brief;
        Self {
            brief: Brief {
                destination: *destination,
                loudness_lufs: *loudness_lufs,
                ceiling_dbtp: *ceiling_dbtp,
                character: *character,
                restraint: *restraint,
                locks: locks.clone(),
                references: Vec::new(),
                ranges: None,
            },
            references: AsSaved(references.clone()),
            judged: Same(judged.clone()),
            decisions: decisions.clone(),
            rejected_at: rejected_at.clone(),
            amounts: amounts.clone(),
            before: before.clone(),
            by_hand: by_hand.clone(),
            intended: intended.clone(),
            is_accept_pending: *is_accept_pending,
            is_motion_reduced: *is_motion_reduced,
        }
    }
}

/// The way to the host; none in a program without one.
#[derive(Default)]
pub(super) struct Dirty {
    tell: Mutex<Option<Arc<dyn Fn() + Send + Sync>>>,
}

impl Dirty {
    pub fn tell(&self, mark: impl Fn() + Send + Sync + 'static) {
        *self.tell.lock() = Some(Arc::new(mark));
    }

    pub fn mark(&self) {
        let tell = self.tell.lock().clone();
        if let Some(tell) = tell {
            tell();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::super::{DiscernParams, EditorSize, KeptReference};
    use super::*;
    use crate::assistant::findings::FindingKind;

    #[test]
    fn what_would_be_missed_marks_once_and_nothing_else_does() {
        let params = DiscernParams::new();
        let num_marks = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&num_marks);
        params.tell_when_dirty(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let marks = |change: &dyn Fn(&mut Saved)| {
            params.change_saved(|saved| change(saved));
            num_marks.swap(0, Ordering::Relaxed)
        };
        let kind = *FindingKind::ALL.first().expect("a kind");
        let measure = |saved: &mut Saved, lufs: f64| saved.references[0].integrated_lufs = Some(lufs);
        let worth: [&dyn Fn(&mut Saved); 10] = [
            &|saved| saved.brief.loudness_lufs = Some(-11.0),
            &|saved| saved.brief.character.brighter = 1,
            &|saved| saved.references.push(KeptReference::new("song.wav".into())),
            &|saved| measure(saved, -9.4),
            &|saved| saved.decide("limiter.level", Some(Decision::Rejected)),
            &|saved| saved.set_amount("limiter.level", 50.0),
            &|saved| saved.set_intended(kind, true),
            &|saved| saved.by_hand.extend(["limiter.level".to_owned()]),
            &|saved| saved.is_motion_reduced = true,
            &Saved::forget_song,
        ];
        for (idx, change) in worth.into_iter().enumerate() {
            assert_eq!(marks(change), 1, "{idx}");
            assert_eq!(marks(change), u32::from(idx == 2), "{idx} the second time");
        }
        let unworthy: [&dyn Fn(&mut Saved); 6] = [
            &|saved| measure(saved, -9.400_1),
            &|saved| saved.editor_size = Some(EditorSize { width: 1.0, height: 1.0 }),
            &|saved| saved.editor_scale_percent = Some(150),
            &|saved| saved.set_remeasured(Vec::new()),
            &|saved| saved.open_step(Some("step"), false),
            &|saved| saved.close_step(0.0),
        ];
        for (idx, change) in unworthy.into_iter().enumerate() {
            assert_eq!(marks(change), 0, "{idx}");
        }
    }
}
