//! What the editor changed, step by step, so that it can be taken back and done again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Weak};

use super::saved::{Decision, Judged, Saved};
use super::saved_form::Leftover;
use crate::assistant::Remeasured;

/// Older steps are forgotten.
const MAX_STEPS: usize = 200;
/// Ticks of the wheel and presses of a key that follow each other within this time are one step, seconds.
const TOGETHER_S: f64 = 0.8;

/// What was said of moves and findings: the part of the saved state that a step may change.
#[derive(Clone, Debug, Default, PartialEq)]
struct Decided {
    decisions: BTreeMap<String, Decision>,
    rejected_at: BTreeMap<String, f64>,
    amounts: BTreeMap<String, f64>,
    before: BTreeMap<String, BTreeMap<String, f64>>,
    by_hand: BTreeSet<String>,
    intended: Vec<String>,
}

impl Decided {
    fn of(saved: &Saved) -> Self {
        Self {
            decisions: saved.decisions.clone(),
            rejected_at: saved.rejected_at.clone(),
            amounts: saved.amounts.clone(),
            before: saved.before.clone(),
            by_hand: saved.by_hand.clone(),
            intended: saved.intended.clone(),
        }
    }

    /// Brings back what differs from `left`, and nothing else.
    fn restore(&self, left: &Self, saved: &mut Saved) {
        restore_map(&mut saved.decisions, &left.decisions, &self.decisions);
        restore_map(&mut saved.rejected_at, &left.rejected_at, &self.rejected_at);
        restore_map(&mut saved.amounts, &left.amounts, &self.amounts);
        restore_map(&mut saved.before, &left.before, &self.before);
        saved.by_hand.retain(|id| self.by_hand.contains(id) || !left.by_hand.contains(id));
        saved.by_hand.extend(self.by_hand.difference(&left.by_hand).cloned());
        saved.intended.retain(|kind| self.intended.contains(kind) || !left.intended.contains(kind));
        let missing: Vec<String> = self.intended.iter().filter(|kind| !left.intended.contains(kind)).cloned().collect();
        saved.intended.extend(missing);
    }
}

fn restore_map<V: Clone + PartialEq>(
    now: &mut BTreeMap<String, V>,
    left: &BTreeMap<String, V>,
    wanted: &BTreeMap<String, V>,
) {
    let keys: BTreeSet<&String> = left.keys().chain(wanted.keys()).collect();
    for key in keys.into_iter().filter(|key| left.get(*key) != wanted.get(*key)) {
        match wanted.get(key) {
            Some(value) => now.insert(key.clone(), value.clone()),
            None => now.remove(key),
        };
    }
}

/// All that a new song makes forgotten.
#[derive(Clone, Debug)]
struct Song {
    number: u32,
    judged: Option<Arc<Judged>>,
    decided: Decided,
    remeasured: Arc<Vec<Remeasured>>,
    is_accept_pending: bool,
    /// What of it could not be read.
    leftover: Arc<Leftover>,
    /// Where its start and end are marked, seconds.
    extent_s: Option<(f64, f64)>,
}

impl Song {
    /// What is known now, which is known no more afterwards.
    fn take(saved: &mut Saved) -> Self {
        let song = Self {
            number: saved.undo.song,
            judged: saved.judged.clone(),
            decided: Decided::of(saved),
            remeasured: Arc::clone(&saved.remeasured),
            is_accept_pending: saved.is_accept_pending,
            leftover: Arc::clone(&saved.leftover),
            extent_s: saved.undo.extent_s.take(),
        };
        saved.forget_song();
        song
    }

    fn is_blank(&self) -> bool {
        self.judged.is_none()
            && self.decided == Decided::default()
            && self.extent_s.is_none()
            && !self.leftover.has_song()
    }

    fn put(self, saved: &mut Saved) {
        let Decided { decisions, rejected_at, amounts, before, by_hand, intended } = self.decided;
        (saved.decisions, saved.rejected_at, saved.amounts) = (decisions, rejected_at, amounts);
        (saved.before, saved.by_hand, saved.intended) = (before, by_hand, intended);
        (saved.judged, saved.remeasured) = (self.judged, self.remeasured);
        (saved.is_accept_pending, saved.leftover) = (self.is_accept_pending, self.leftover);
        (saved.undo.song, saved.undo.extent_s) = (self.number, self.extent_s);
    }
}

/// A setting before and after a step, plain values.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    id: String,
    before: f64,
    after: f64,
}

/// What one gesture changed.
#[derive(Clone, Debug)]
struct Step {
    label: String,
    changes: Vec<Change>,
    /// Before and after, where the step decided something.
    decided: Option<(Decided, Decided)>,
    /// The moves that the decisions are of.
    judged: Option<Weak<Judged>>,
    /// The song that is known on the other side of the step, where it is one that begins another song.
    song: Option<Box<Song>>,
    is_nudge: bool,
    at_s: f64,
}

/// A step that is being made.
#[derive(Clone, Debug)]
struct Open {
    label: Option<String>,
    /// Name of the first setting that it changed.
    first: Option<String>,
    changes: Vec<Change>,
    decided: Decided,
    judged: Option<Weak<Judged>>,
    is_nudge: bool,
}

/// Which way through the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Takes the last step back.
    Undo,
    /// Makes the step again that was taken back last.
    Redo,
}

/// A setting that a step taken back, or made again, is to bring back.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    /// Id of the setting.
    pub id: String,
    /// The value that it is to have.
    pub wanted: f64,
    /// The value that the step had left it with.
    pub left: f64,
}

/// The steps of one instance. They are not saved: a loaded state begins without any.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    open: Option<Open>,
    extent_s: Option<(f64, f64)>,
    /// Number of the present song, and the highest there was.
    song: u32,
    last_song: u32,
}

impl Undo {
    /// What the next step in a direction did, in a few words.
    pub fn label(&self, direction: Direction) -> Option<&str> {
        let step = match direction {
            Direction::Undo => self.done.back(),
            Direction::Redo => self.undone.last(),
        };
        step.map(|step| step.label.as_str())
    }

    /// Where start and end of the present song are marked, seconds: not kept here, but brought back with its song.
    pub fn extent_s(&self) -> Option<(f64, f64)> {
        self.extent_s
    }

    /// Number of the present song: each new one has another, and one that comes back has its own.
    pub fn song(&self) -> u32 {
        self.song
    }

    /// Says where they are marked now, before a song goes or another comes.
    pub fn set_extent(&mut self, extent_s: Option<(f64, f64)>) {
        self.extent_s = extent_s;
    }

    fn push(&mut self, step: Step) {
        self.undone.clear();
        if let Some(last) = self.done.back_mut().filter(|last| is_one(last, &step)) {
            for (change, new) in last.changes.iter_mut().zip(step.changes) {
                change.after = new.after;
            }
            last.decided = match (last.decided.take(), step.decided) {
                (Some((before, _)), Some((_, after))) => Some((before, after)),
                (old, new) => old.or(new),
            };
            last.at_s = step.at_s;
            return;
        }
        if self.done.len() == MAX_STEPS {
            self.done.pop_front();
        }
        self.done.push_back(step);
    }
}

/// Whether a nudge goes on with the one before it.
fn is_one(last: &Step, step: &Step) -> bool {
    let same = |(old, new): (&Change, &Change)| old.id == new.id;
    last.is_nudge
        && step.is_nudge
        // The clock begins anew with every window.
        && (0.0..=TOGETHER_S).contains(&(step.at_s - last.at_s))
        && last.label == step.label
        && last.changes.len() == step.changes.len()
        && last.changes.iter().zip(&step.changes).all(same)
}

fn downgraded(judged: &Option<Arc<Judged>>) -> Option<Weak<Judged>> {
    judged.as_ref().map(Arc::downgrade)
}

fn is_same(one: &Option<Weak<Judged>>, other: &Option<Weak<Judged>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.ptr_eq(other),
        (None, None) => true,
        _ => false,
    }
}

impl Saved {
    /// Begins a step, or goes on with the one that is being made. What changes until [`Self::close_step`] belongs to it.
    pub fn open_step(&mut self, label: Option<&str>, is_nudge: bool) {
        if self.undo.open.is_none() {
            let (decided, judged) = (Decided::of(self), downgraded(&self.judged));
            self.undo.open = Some(Open { label: None, first: None, changes: Vec::new(), decided, judged, is_nudge });
        }
        if let Some(open) = self.undo.open.as_mut() {
            open.label = open.label.take().or_else(|| label.map(str::to_owned));
            open.is_nudge &= is_nudge;
        }
    }

    /// Notes that the open step changes a setting; `name` is for people.
    pub fn note_change(&mut self, (id, name): (&str, &str), before: f64, after: f64) {
        let Some(open) = self.undo.open.as_mut() else { return };
        open.first.get_or_insert_with(|| name.to_owned());
        match open.changes.iter_mut().find(|change| change.id == id) {
            Some(change) => change.after = after,
            None => open.changes.push(Change { id: id.to_owned(), before, after }),
        }
    }

    /// Ends the open step; one that changed nothing leaves no trace.
    pub fn close_step(&mut self, now_s: f64) {
        let Some(open) = self.undo.open.take() else { return };
        let mut changes = open.changes;
        changes.retain(|change| change.before != change.after);
        let decided = Decided::of(self);
        // Another listening has ended meanwhile: its decisions are its own.
        let is_told = is_same(&open.judged, &downgraded(&self.judged)) && open.decided != decided;
        if changes.is_empty() && !is_told {
            return;
        }
        let label =
            open.label.or(open.first.filter(|_| changes.len() <= 3)).unwrap_or_else(|| "several settings".to_owned());
        self.undo.push(Step {
            label,
            changes,
            decided: is_told.then_some((open.decided, decided)),
            judged: open.judged,
            song: None,
            is_nudge: open.is_nudge,
            at_s: now_s,
        });
    }

    /// Another song: nothing that was heard or said is of it. One step that can be taken back; start and end of the old
    /// song are `extent_s` where they are marked.
    pub fn begin_song(&mut self, extent_s: Option<(f64, f64)>) {
        self.close_step(f64::NEG_INFINITY);
        self.undo.extent_s = extent_s;
        let song = Song::take(self);
        self.undo.last_song += 1;
        self.undo.song = self.undo.last_song;
        if song.is_blank() {
            return;
        }
        self.undo.push(Step {
            label: "new song".to_owned(),
            changes: Vec::new(),
            decided: None,
            judged: None,
            song: Some(Box::new(song)),
            is_nudge: false,
            at_s: f64::NEG_INFINITY,
        });
    }

    /// Goes one step back or on: brings the decisions back and says what the settings are to be.
    pub fn travel(&mut self, direction: Direction) -> Option<Vec<Restored>> {
        let mut step = match direction {
            Direction::Undo => self.undo.done.pop_back(),
            Direction::Redo => self.undo.undone.pop(),
        }?;
        if let Some(song) = step.song.take() {
            step.song = Some(Box::new(Song::take(self)));
            song.put(self);
        }
        let judged = downgraded(&self.judged);
        if let Some((before, after)) = step.decided.as_ref().filter(|_| is_same(&step.judged, &judged)) {
            match direction {
                Direction::Undo => before.restore(after, self),
                Direction::Redo => after.restore(before, self),
            }
        }
        let restored = |Change { id, before, after }: &Change| {
            let (wanted, left) = if direction == Direction::Undo { (*before, *after) } else { (*after, *before) };
            Restored { id: id.clone(), wanted, left }
        };
        let restored = step.changes.iter().map(restored).collect();
        // What was travelled is no longer a nudge that goes on.
        step.is_nudge = false;
        match direction {
            Direction::Undo => self.undo.undone.push(step),
            Direction::Redo => self.undo.done.push_back(step),
        }
        Some(restored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(saved: &mut Saved, id: &str, (before, after): (f64, f64), is_nudge: bool, at_s: f64) {
        saved.open_step(None, is_nudge);
        saved.note_change((id, id), before, after);
        saved.close_step(at_s);
    }

    #[test]
    fn steps_are_taken_back_and_made_again_in_order() {
        let mut saved = Saved::default();
        step(&mut saved, "a", (0.0, 1.0), false, 0.0);
        step(&mut saved, "a", (1.0, 2.0), false, 0.1);
        step(&mut saved, "a", (2.0, 2.0), false, 0.2);
        let wanted = |restored: Option<Vec<Restored>>| restored.map(|all| all[0].wanted);
        assert_eq!(wanted(saved.travel(Direction::Undo)), Some(1.0));
        assert_eq!(wanted(saved.travel(Direction::Undo)), Some(0.0));
        assert_eq!(saved.travel(Direction::Undo), None);
        assert_eq!(wanted(saved.travel(Direction::Redo)), Some(1.0));
        step(&mut saved, "b", (0.0, 5.0), false, 1.0);
        assert_eq!(saved.undo.label(Direction::Redo), None, "a new step forgets what was taken back");
    }

    #[test]
    fn nudges_in_a_row_are_one_step() {
        let mut saved = Saved::default();
        for tick in 0..5 {
            step(&mut saved, "a", (f64::from(tick), f64::from(tick + 1)), true, f64::from(tick) * 0.1);
        }
        step(&mut saved, "a", (5.0, 6.0), true, 5.0);
        let first = saved.travel(Direction::Undo).expect("the late one");
        assert_eq!((first[0].wanted, first[0].left), (5.0, 6.0));
        let second = saved.travel(Direction::Undo).expect("the row");
        assert_eq!((second[0].wanted, second[0].left), (0.0, 5.0));
    }

    #[test]
    fn only_the_decisions_of_the_step_come_back() {
        let mut saved = Saved::default();
        saved.open_step(Some("reject"), false);
        saved.decide("one", Some(Decision::Rejected));
        saved.close_step(0.0);
        saved.decide("two", Some(Decision::Accepted));
        saved.travel(Direction::Undo);
        assert_eq!(saved.decisions.keys().collect::<Vec<_>>(), ["two"]);
        saved.travel(Direction::Redo);
        assert_eq!(saved.decisions.len(), 2);
    }

    #[test]
    fn what_of_a_song_cannot_be_read_comes_back_with_it() {
        let form = r#"{"schema":1,"report":7,"decisions":{"one":"postponed"},"invention":[1]}"#;
        let mut saved = Saved::from_json(Some(form), None).0;
        let whole = saved.to_json();
        saved.begin_song(None);
        let blank = saved.to_json();
        assert!(!blank.contains("postponed") && blank.contains("invention"), "{blank}");
        saved.travel(Direction::Undo);
        assert_eq!(saved.to_json(), whole);
        saved.travel(Direction::Redo);
        assert_eq!(saved.to_json(), blank);
    }

    #[test]
    fn old_steps_are_forgotten() {
        let mut saved = Saved::default();
        for number in 0..MAX_STEPS + 20 {
            step(&mut saved, "a", (number as f64, number as f64 + 1.0), false, 0.0);
        }
        assert_eq!(std::iter::from_fn(|| saved.travel(Direction::Undo)).count(), MAX_STEPS);
    }
}
