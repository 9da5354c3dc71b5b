//! Every value that crosses a thread, and nothing else.
//!
//! [`connect`] makes the three ends, one per thread; each end can do only what its thread may. A [`frames`] ring
//! joins the audio and the analysis thread for the length of one activation.

mod clips;
mod frames;
mod hearing;
mod meters;
mod trouble;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam::channel::{Receiver, Sender, unbounded};

use crate::assistant::Brief;
use crate::chain::Stage;
use crate::chain::monitor::{Clip, MonitorState};

pub use clips::{ClipKind, ClipSender, ClipSlot};
pub use frames::{FrameConsumer, FrameProducer, FramesRead, Place, frames};
pub use hearing::{Hearing, Phase, ReferenceState, kept_part};
pub use meters::Meters;
pub use trouble::{Trouble, Troubles};

/// What the editor asks of the analysis thread.
#[derive(Clone, Debug)]
pub enum Request {
    /// Listen, or end the listening that runs.
    Listen,
    /// Forget what was heard: another song is on.
    NewSong,
    /// The song reaches from the first to the second position, seconds; `None` takes the mark away.
    Extent(Option<(f64, f64)>),
    /// Let go of the master's true peak that the meters hold.
    ReleaseTruePeak,
    /// A changed brief: judge again what was heard.
    Brief(Brief),
    /// A hand moved something: what open moves do is to be measured anew.
    Edited,
    /// A record that the song is to be like: measure it, and judge again.
    AddReference(PathBuf),
    /// One that it is no longer to be like.
    RemoveReference(PathBuf),
    /// This record, of those that were added, is the one that is heard as reference.
    ChooseReference(PathBuf),
    /// The part of the song that was kept of this place, seconds, is the one that is looped; none where it was not kept.
    ChooseExcerpt((f64, f64)),
}

/// Buttons that are host parameters: each counts its presses, and the analysis thread looks for new ones.
#[derive(Default)]
struct Presses {
    listen: AtomicU32,
    accept_needed: AtomicU32,
}

/// How many unread monitor states fit between editor and audio thread; the newest always gets through.
const NUM_MONITOR_SLOTS: usize = 64;

/// Draws the open editor again soon; callable from any thread but the audio thread.
type Wake = Box<dyn Fn() + Send>;

/// The audio thread's end.
pub struct AudioEnd {
    meters: Arc<Meters>,
    presses: Arc<Presses>,
    monitor: rtrb::Consumer<MonitorState>,
    activations: Arc<AtomicU32>,
    watched: Arc<AtomicU8>,
    /// Records heard beside mix and master.
    pub references: ClipSlot,
    /// Parts of the song heard while the transport stands.
    pub excerpts: ClipSlot,
}

/// The analysis thread's end.
pub struct AnalysisEnd {
    meters: Arc<Meters>,
    presses: Arc<Presses>,
    requests: Receiver<Request>,
    hearing: Arc<Mutex<Arc<Hearing>>>,
    wake: Arc<Mutex<Option<Wake>>>,
    monitor: Arc<Mutex<MonitorSender>>,
    seen_listen: u32,
    seen_accept_needed: u32,
    references: ClipSender,
    excerpts: ClipSender,
}

/// The editor's end; clones share it (the window may be opened many times).
#[derive(Clone)]
pub struct EditorEnd {
    meters: Arc<Meters>,
    requests: Sender<Request>,
    hearing: Arc<Mutex<Arc<Hearing>>>,
    monitor: Arc<Mutex<MonitorSender>>,
    /// Place of the watched stage in [`Stage::ALL`], 255 for none.
    watched: Arc<AtomicU8>,
    wake: Arc<Mutex<Option<Wake>>>,
}

struct MonitorSender {
    activations: Arc<AtomicU32>,
    seen_activations: u32,
    producer: rtrb::Producer<MonitorState>,
    wanted: MonitorState,
    is_sent: bool,
}

impl MonitorSender {
    /// A new activation listens to nothing but the master.
    fn follow_activations(&mut self) {
        let activations = self.activations.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.seen_activations, activations) != activations {
            (self.wanted, self.is_sent) = (MonitorState::default(), true);
        }
    }

    fn flush(&mut self) {
        self.follow_activations();
        if !self.is_sent {
            self.is_sent = self.producer.push(self.wanted).is_ok();
        }
    }
}

/// No stage is watched.
const NO_STAGE: u8 = u8::MAX;

/// The ends of one plugin instance.
pub fn connect() -> (AudioEnd, AnalysisEnd, EditorEnd) {
    let meters = Arc::new(Meters::default());
    let presses = Arc::new(Presses::default());
    let hearing = Arc::new(Mutex::new(Arc::new(Hearing::default())));
    let (requests, received) = unbounded();
    let (producer, monitor) = rtrb::RingBuffer::new(NUM_MONITOR_SLOTS);
    let watched = Arc::new(AtomicU8::new(NO_STAGE));
    let wake = Arc::new(Mutex::new(None));
    let (reference_sender, references) = clips::clips();
    let (excerpt_sender, excerpts) = clips::clips();
    let activations = Arc::new(AtomicU32::new(0));
    let sender = Arc::new(Mutex::new(MonitorSender {
        activations: Arc::clone(&activations),
        seen_activations: 0,
        producer,
        wanted: MonitorState::default(),
        is_sent: true,
    }));
    (
        AudioEnd {
            meters: Arc::clone(&meters),
            presses: Arc::clone(&presses),
            monitor,
            activations: Arc::clone(&activations),
            watched: Arc::clone(&watched),
            references,
            excerpts,
        },
        AnalysisEnd {
            meters: Arc::clone(&meters),
            presses,
            requests: received,
            hearing: Arc::clone(&hearing),
            wake: Arc::clone(&wake),
            monitor: Arc::clone(&sender),
            seen_listen: 0,
            seen_accept_needed: 0,
            references: reference_sender,
            excerpts: excerpt_sender,
        },
        EditorEnd { meters, requests, hearing, monitor: sender, watched, wake },
    )
}

impl AudioEnd {
    /// Where levels are written.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// The Listen parameter went from 0 to 1.
    pub fn press_listen(&self) {
        self.presses.listen.fetch_add(1, Ordering::Relaxed);
    }

    /// The Accept Needed parameter went from 0 to 1.
    pub fn press_accept_needed(&self) {
        self.presses.accept_needed.fetch_add(1, Ordering::Relaxed);
    }

    /// The newest monitor state, if the editor sent one since the last call.
    pub fn new_monitor_state(&mut self) -> Option<MonitorState> {
        let mut newest = None;
        while let Ok(state) = self.monitor.pop() {
            newest = Some(state);
        }
        newest
    }

    /// A new activation begins with the neutral state, whatever was heard before: it may be an export. The editor is told.
    pub fn begin_neutral(&mut self) {
        self.new_monitor_state();
        self.activations.fetch_add(1, Ordering::Relaxed);
    }

    /// The stage whose loudness the editor wants measured.
    pub fn watched_stage(&self) -> Option<Stage> {
        Stage::ALL.get(usize::from(self.watched.load(Ordering::Relaxed))).copied()
    }
}

impl AnalysisEnd {
    /// Levels, for what only this thread computes.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// The next request of the editor.
    pub fn next_request(&self) -> Option<Request> {
        self.requests.try_recv().ok()
    }

    /// Whether the Listen parameter was pressed since the last call.
    pub fn was_listen_pressed(&mut self) -> bool {
        let presses = self.presses.listen.load(Ordering::Relaxed);
        std::mem::replace(&mut self.seen_listen, presses) != presses
    }

    /// Whether the Accept Needed parameter was pressed since the last call.
    pub fn was_accept_needed_pressed(&mut self) -> bool {
        let presses = self.presses.accept_needed.load(Ordering::Relaxed);
        std::mem::replace(&mut self.seen_accept_needed, presses) != presses
    }

    /// Sends the audio thread a recording, or takes away the one it has; false where there is no room now.
    pub fn send_clip(&mut self, kind: ClipKind, clip: Option<Arc<Clip>>) -> bool {
        match kind {
            ClipKind::Reference => self.references.send(clip),
            ClipKind::Excerpt => self.excerpts.send(clip),
        }
    }

    /// Sends the editor's newest monitor state again if there was no room for it: an editor that closed cannot.
    pub fn flush_monitor_state(&self) {
        self.monitor.lock().unwrap_or_else(PoisonError::into_inner).flush();
    }

    /// Frees recordings that the audio thread gave back.
    pub fn free_clips(&mut self) {
        self.references.free_returned();
        self.excerpts.free_returned();
    }

    /// Shows the editor what was heard.
    pub fn publish(&self, hearing: Hearing) {
        *self.hearing.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(hearing);
    }

    /// Draws the editor again, if one is open.
    pub fn wake_editor(&self) {
        if let Some(wake) = self.wake.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            wake();
        }
    }

    /// What was published last.
    pub fn published(&self) -> Arc<Hearing> {
        Arc::clone(&self.hearing.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EditorEnd {
    /// Levels to draw.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// What was heard.
    pub fn hearing(&self) -> Arc<Hearing> {
        Arc::clone(&self.hearing.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What [`AnalysisEnd::wake_editor`] does from now on; `None` when no editor is there.
    pub fn set_wake(&self, wake: Option<Box<dyn Fn() + Send>>) {
        *self.wake.lock().unwrap_or_else(PoisonError::into_inner) = wake;
    }

    /// Asks the analysis thread; lost only when the instance is gone.
    pub fn request(&self, request: Request) {
        self.requests.send(request).ok();
    }

    /// What the engineer listens to, as last set.
    pub fn monitor_state(&self) -> MonitorState {
        let mut sender = self.monitor.lock().unwrap_or_else(PoisonError::into_inner);
        sender.follow_activations();
        sender.wanted
    }

    /// Changes what the engineer listens to. Never saved; [`MonitorState::default`] is neutral.
    pub fn set_monitor_state(&self, state: MonitorState) {
        let mut sender = self.monitor.lock().unwrap_or_else(PoisonError::into_inner);
        sender.follow_activations();
        sender.wanted = state;
        sender.is_sent = sender.producer.push(state).is_ok();
    }

    /// Asks for the loudness into and out of a stage, or of none; answered by [`Meters::stage_loudness`].
    pub fn watch(&self, stage: Option<Stage>) {
        self.watched.store(stage.map_or(NO_STAGE, |stage| stage as u8), Ordering::Relaxed);
    }

    /// Sends the newest monitor state again if there was no room for it. Call once a frame.
    pub fn flush_monitor_state(&self) {
        self.monitor.lock().unwrap_or_else(PoisonError::into_inner).flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_monitor_state_gets_through_a_full_ring() {
        let (mut audio, _analysis, editor) = connect();
        for _ in 0..2 * NUM_MONITOR_SLOTS {
            editor.set_monitor_state(MonitorState::default());
        }
        let last = MonitorState { is_comparing: true, ..MonitorState::default() };
        editor.set_monitor_state(last);
        audio.new_monitor_state();
        editor.flush_monitor_state();
        assert_eq!(audio.new_monitor_state(), Some(last));
        assert_eq!(audio.new_monitor_state(), None);
    }

    #[test]
    fn the_watched_stage_is_what_was_asked_for_last() {
        let (audio, _analysis, editor) = connect();
        assert_eq!(audio.watched_stage(), None);
        editor.watch(Some(Stage::Glue));
        assert_eq!(audio.watched_stage(), Some(Stage::Glue));
        editor.watch(None);
        assert_eq!(audio.watched_stage(), None);
    }

    #[test]
    fn the_editor_is_woken_while_there_is_one() {
        let (_audio, analysis, editor) = connect();
        analysis.wake_editor();
        let num_wakes = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&num_wakes);
        editor.set_wake(Some(Box::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        })));
        analysis.wake_editor();
        editor.set_wake(None);
        analysis.wake_editor();
        assert_eq!(num_wakes.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn presses_are_seen_once() {
        let (audio, mut analysis, _editor) = connect();
        assert!(!analysis.was_listen_pressed());
        audio.press_listen();
        assert!(analysis.was_listen_pressed());
        assert!(!analysis.was_listen_pressed());
        assert!(!analysis.was_accept_needed_pressed());
    }
}
