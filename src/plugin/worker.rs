//! What the analysis thread does: hears mix and master through the ring, and judges when a listening ends.

mod requests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam::channel::Receiver;

use crate::analysis::Block;
use crate::bridge::{AnalysisEnd, Hearing, Phase, panic_text};
use crate::dsp::cancel::Cancel;
use crate::params::{Judged, Saved, SharedParams};

use super::ears::{Ears, Stream};
use super::judging::Judging;
use super::library::{Library, kept_s};
use super::remeasuring::Remeasuring;
use super::sabotage::{Sabotage, Step};
use super::shown::Shown;

/// The ring holds seconds; looking this often keeps meters smooth.
const POLL_PLAYING: Duration = Duration::from_millis(8);
const POLL_IDLE: Duration = Duration::from_millis(40);
/// Meters and song map are shown this often.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(33);
/// The song map grows by a block every 100 ms; copying it more often would show nothing new.
const MAP_INTERVAL: Duration = Duration::from_millis(250);
/// So many blocks (ten minutes) more make it that much rarer.
const MAP_BLOCKS: u32 = 6000;
/// A listening ends this long after the transport stopped, if this much was heard (`product.md` section 3).
const STOP_ENDS_AFTER: Duration = Duration::from_secs(3);
const STOP_ENDS_WITH_S: f64 = 20.0;

/// What the thread does; everything it owns.
pub struct Worker {
    end: AnalysisEnd,
    params: SharedParams,
    streams: Receiver<Stream>,
    accept_needed: Box<dyn Fn() + Send>,
    ears: Option<Box<Ears>>,
    phase: Phase,
    judging: Judging,
    /// The brief changed while it was worked out.
    is_judged_again: bool,
    last_playing: Instant,
    was_playing: bool,
    last_published: Instant,
    last_mapped: Instant,
    blocks: Arc<Vec<Block>>,
    /// Where the parts of the song that are kept lie, seconds.
    kept_s: Arc<Vec<(f64, f64)>>,
    busy: Duration,
    /// What the engineer marked as the song.
    extent_s: Option<(f64, f64)>,
    /// What can be heard beside the song.
    library: Library,
    remeasuring: Remeasuring,
    seen_loads: u32,
    /// The song that the sound is of that is heard or kept, and the sentence of its verdict.
    song: Option<u32>,
    verdict: Option<String>,
    /// What the editor was last woken for.
    shown: Shown,
    /// Ends this thread, and all that it began.
    cancel: Cancel,
    sabotage: Sabotage,
}

impl Worker {
    /// Has heard nothing. `accept_needed` asks the main thread to accept the open Needed moves; the first of the last two ends
    /// the thread.
    pub fn new(
        end: AnalysisEnd,
        params: SharedParams,
        streams: Receiver<Stream>,
        accept_needed: Box<dyn Fn() + Send>,
        (cancel, sabotage): (Cancel, Sabotage),
    ) -> Self {
        let now = Instant::now();
        Self {
            end,
            params,
            streams,
            accept_needed,
            ears: None,
            phase: Phase::Idle,
            judging: Judging::new(cancel.clone(), sabotage.clone()),
            is_judged_again: false,
            last_playing: now,
            was_playing: false,
            last_published: now,
            last_mapped: now,
            blocks: Arc::default(),
            kept_s: Arc::default(),
            busy: Duration::ZERO,
            extent_s: None,
            library: Library::new(cancel.clone(), sabotage.clone()),
            remeasuring: Remeasuring::new(cancel.clone(), sabotage.clone()),
            seen_loads: 0,
            song: None,
            verdict: None,
            shown: Shown::default(),
            cancel,
            sabotage,
        }
    }

    /// Until it is stopped; waits for nothing that it began.
    pub fn run(mut self) {
        while !self.cancel.is_cancelled() {
            let has_heard = self.turn_or_recover();
            thread::park_timeout(if has_heard { POLL_PLAYING } else { POLL_IDLE });
        }
    }

    /// One turn. A panic in it is said, and costs what was heard; what follows is heard with new ears.
    fn turn_or_recover(&mut self) -> bool {
        let panic = match catch_unwind(AssertUnwindSafe(|| self.turn())) {
            Ok(has_heard) => return has_heard,
            Err(panic) => panic,
        };
        self.params.troubles.note_fault(format!("Analysis stopped: {}", panic_text(&*panic)));
        if catch_unwind(AssertUnwindSafe(|| self.begin_anew())).is_err() {
            // Deaf until the next activation.
            self.judging.forget();
            (self.ears, self.phase, self.song) = (None, Phase::Idle, None);
        }
        false
    }

    /// Does all there is to do now; whether anything was heard.
    fn turn(&mut self) -> bool {
        let start = Instant::now();
        self.sabotage.at(Step::Analysis);
        while let Ok(stream) = self.streams.try_recv() {
            self.take_stream(stream);
        }
        self.follow_loads();
        self.follow_undo();
        let has_heard = self.hear();
        self.answer();
        self.end.flush_monitor_state();
        self.end_listening_when_over();
        self.collect_judgement();
        let rate_hz = self.ears.as_ref().map(|ears| ears.stream.sample_rate_hz);
        if self.library.work(&mut self.end, &self.params, rate_hz) {
            self.judge_again();
        }
        // Between a change of the stream and another listening there is nothing to render.
        let song = self.ears.as_ref().filter(|_| self.phase == Phase::Judged).map(|ears| &ears.song);
        if self.remeasuring.work(song, &self.params) {
            self.end.wake_editor();
        }
        self.busy += start.elapsed();
        if self.last_published.elapsed() >= PUBLISH_INTERVAL {
            self.publish();
            self.wake_editor();
        }
        has_heard
    }

    /// After a panic: nothing that it may have left half done is used any more.
    fn begin_anew(&mut self) {
        self.library.begin_anew(&self.params);
        self.remeasuring.forget();
        self.blocks = Arc::default();
        self.was_playing = false;
        let Some(stream) = self.ears.take().map(|ears| ears.stream) else { return };
        self.put_on(Box::new(Ears::new(stream)));
        self.publish();
        self.end.wake_editor();
    }

    /// Ears that have heard nothing take the place of those that were there.
    fn put_on(&mut self, mut ears: Box<Ears>) {
        ears.song.set_extent(self.extent_s);
        if matches!(self.phase, Phase::Judged | Phase::Judging) {
            // What plays now is not heard for the first time: the verdict is of what was heard before.
            ears.song.watch();
        }
        self.ears = Some(ears);
        if self.phase == Phase::Listening {
            (self.phase, self.song) = (Phase::Idle, None);
        }
    }

    /// A new activation. What was heard of the song stays if it is the same kind of stream.
    fn take_stream(&mut self, stream: Stream) {
        match &mut self.ears {
            Some(ears)
                if ears.stream.sample_rate_hz == stream.sample_rate_hz
                    && ears.stream.num_channels == stream.num_channels =>
            {
                ears.stream = stream;
            }
            _ => {
                self.library.change_rate(stream.sample_rate_hz);
                self.put_on(Box::new(Ears::new(stream)));
            }
        }
    }

    /// Empties the ring; whether there was anything.
    fn hear(&mut self) -> bool {
        let Some(ears) = &mut self.ears else { return false };
        let is_listening = self.phase == Phase::Listening;
        // What plays after a verdict is compared with what was judged.
        let is_watching = self.phase == Phase::Judged;
        let mut has_heard = false;
        while let Some(read) = ears.stream.frames.read() {
            has_heard = true;
            // What is lost while the transport stands is no part of the song.
            if (is_listening || is_watching) && read.place.is_playing && self.was_playing {
                ears.song.add_dropped_frames(read.num_dropped);
            }
            if !read.place.is_playing {
                self.was_playing = false;
                ears.played.stop();
                continue;
            }
            if !self.was_playing {
                ears.mix.restart();
                ears.master.restart();
                // The delay of the chain holds the silence of the stop.
                ears.song.interrupt();
                self.was_playing = true;
            }
            self.last_playing = Instant::now();
            let [mix_left, mix_right] = read.mix;
            let [master_left, master_right] = read.master;
            ears.mix.process(mix_left, mix_right);
            ears.master.process(master_left, master_right);
            ears.spectra.process(read.mix, read.master);
            ears.scope.process(master_left, master_right);
            ears.played.hear(read.place.position_s, ears.stream.sample_rate_hz, read.mix);
            if is_listening || (is_watching && read.place.position_s.is_some()) {
                ears.song.set_position(read.place.position_s);
                ears.song.process(mix_left, mix_right);
            }
        }
        has_heard
    }

    /// What is judged by is another.
    fn judge_again(&mut self) {
        self.follow_undo();
        match self.phase {
            // Another stream has heard nothing to judge by.
            Phase::Judged if self.ears.as_ref().is_some_and(|ears| ears.song.progress().heard_s > 0.0) => self.judge(),
            // What is worked out now is by what was before.
            Phase::Judging => self.is_judged_again = true,
            _ => {}
        }
    }

    fn toggle_listening(&mut self) {
        match self.phase {
            Phase::Listening => self.judge(),
            Phase::Judging => {}
            Phase::Idle | Phase::Judged => {
                if let Some(ears) = &mut self.ears {
                    ears.song.reset();
                    ears.song.set_extent(self.extent_s);
                    ears.song.set_played_from(ears.played.run_s().map(|(from_s, _)| from_s));
                    self.song = Some(self.params.with_saved(|saved| saved.undo.song()));
                    self.verdict = None;
                    self.last_playing = Instant::now();
                    self.phase = Phase::Listening;
                    self.publish();
                }
            }
        }
    }

    fn forget(&mut self) {
        let extent_s = self.extent_s.take();
        self.library.forget_excerpt();
        if let Some(ears) = &mut self.ears {
            ears.song.reset();
        }
        self.params.change_saved(|saved| saved.begin_song(extent_s));
        self.forget_work();
        (self.phase, self.song, self.verdict) = (Phase::Idle, None, None);
    }

    /// Nothing that is worked out now is wanted.
    fn forget_work(&mut self) {
        self.judging.forget();
        self.remeasuring.forget();
        self.is_judged_again = false;
    }

    /// The host loaded a state: what is worked out is of the one before.
    fn follow_loads(&mut self) {
        let loads = self.params.num_loads();
        if std::mem::replace(&mut self.seen_loads, loads) == loads {
            return;
        }
        self.library.follow(&self.params);
        self.forget_work();
        let (loaded, song) = self.params.with_saved(|saved| (sentence(saved), saved.undo.song()));
        // Hosts that undo by loading a state bring the same verdict back: the sound that was kept is still its own.
        let is_same = loaded.is_some() && loaded == self.verdict;
        self.song = (is_same || self.phase == Phase::Listening).then_some(song);
        match self.phase {
            Phase::Listening => {}
            _ if is_same => self.phase = Phase::Judged,
            _ => self.phase = Phase::Idle,
        }
    }

    /// The engineer took a new song back, or began it again: the sound that is kept may be of another verdict than the one
    /// that is there. It is neither judged by nor offered until its own is back; a listening that runs is given up.
    fn follow_undo(&mut self) {
        let (loads, song, is_judged) =
            self.params.with_saved(|saved| (self.params.num_loads(), saved.undo.song(), saved.judged.is_some()));
        if loads != self.seen_loads {
            // A state that was loaded is followed first.
            return;
        }
        let is_own = self.song == Some(song);
        match self.phase {
            Phase::Listening | Phase::Judging | Phase::Judged if !is_own => {
                if self.phase == Phase::Listening {
                    // Half of a song is not to be taken for what a verdict is of.
                    self.song = None;
                }
                self.library.forget_excerpt();
                self.forget_work();
                self.phase = Phase::Idle;
            }
            Phase::Idle if is_own && is_judged => self.phase = Phase::Judged,
            _ => {}
        }
    }

    fn end_listening_when_over(&mut self) {
        let Some(ears) = &mut self.ears else { return };
        if self.phase != Phase::Listening {
            return;
        }
        let progress = ears.song.progress();
        let has_stopped = self.last_playing.elapsed() >= STOP_ENDS_AFTER;
        if has_stopped && progress.heard_s >= STOP_ENDS_WITH_S {
            ears.song.stop();
            self.judge();
        } else if progress.is_complete {
            self.judge();
        }
    }

    /// Works out verdict and moves.
    fn judge(&mut self) {
        let Some(ears) = &mut self.ears else { return };
        self.phase = Phase::Judging;
        self.song = Some(self.params.with_saved(|saved| saved.undo.song()));
        if let Err(error) = self.judging.begin(&mut ears.song, &self.params) {
            self.stop_judging(&error.to_string());
        }
        self.publish();
    }

    /// There is no verdict: why. Listening again is all that is left.
    fn stop_judging(&mut self, why: &str) {
        self.params.troubles.note_fault(format!("Judging stopped: {why}"));
        (self.phase, self.song, self.is_judged_again) = (Phase::Idle, None, false);
    }

    fn collect_judgement(&mut self) {
        self.follow_undo();
        let Some(result) = self.judging.take() else { return };
        match result {
            Ok(Some(judged)) => self.keep(judged),
            // Cancelled, which only this thread's own end does to what is still here.
            Ok(None) => self.phase = Phase::Idle,
            Err(why) => self.stop_judging(&why),
        }
        self.publish();
    }

    fn keep(&mut self, judged: Judged) {
        self.verdict = self.params.change_saved(|saved| {
            saved.set_judged(judged);
            sentence(saved)
        });
        self.remeasuring.forget();
        self.phase = Phase::Judged;
        if std::mem::take(&mut self.is_judged_again) {
            self.judge_again();
        }
    }

    /// The editor rests until there is something new; from then on it looks by itself until that has come to rest again.
    fn wake_editor(&mut self) {
        let shown = Shown::now(&self.end, &self.params);
        if shown != self.shown || self.end.meters().has_peaks() {
            self.shown = shown;
            self.end.wake_editor();
        }
    }

    fn publish(&mut self) {
        let elapsed = self.last_published.elapsed().max(Duration::from_millis(1));
        self.last_published = Instant::now();
        let load = std::mem::take(&mut self.busy).as_secs_f64() / elapsed.as_secs_f64();
        self.end.meters().set_load_share(load as f32);
        let Some(ears) = &self.ears else { return };
        let progress = ears.song.progress();
        // Copying the map takes longer the longer the song is.
        if self.last_mapped.elapsed() >= MAP_INTERVAL * (1 + self.blocks.len() as u32 / MAP_BLOCKS) {
            self.last_mapped = self.last_published;
            self.blocks = Arc::new(ears.song.map());
        }
        // What is kept of another song than the one whose verdict is shown is not shown.
        let is_shown = self.phase != Phase::Idle;
        let excerpts = if is_shown { ears.song.excerpts() } else { &[] };
        let kept_s = kept_s(excerpts, ears.stream.sample_rate_hz);
        if *self.kept_s != kept_s {
            self.kept_s = Arc::new(kept_s);
        }
        self.end.publish(Hearing {
            phase: self.phase,
            mix: ears.mix.levels(),
            master: ears.master.levels(),
            spectrum: ears.spectra.spectrum(),
            scope: Arc::new(ears.scope.pairs()),
            heard_s: progress.heard_s,
            duration_s: progress.duration_s,
            extent_s: self.extent_s,
            share: progress.share,
            blocks: if is_shown { Arc::clone(&self.blocks) } else { Arc::default() },
            changed_at_s: progress.changed_at_s.filter(|_| is_shown),
            references: self.library.states(),
            looped_s: self.library.looped_s(),
            kept_s: Arc::clone(&self.kept_s),
            missed_s: if is_shown { progress.missed_s } else { 0.0 },
        });
    }
}

/// Of the verdict that is there.
fn sentence(saved: &Saved) -> Option<String> {
    saved.judged.as_ref().map(|judged| judged.report.verdict.sentence.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::{Place, Request, connect, frames};
    use crate::params::{Direction, DiscernParams};

    const RATE_HZ: f64 = 48_000.0;
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Waits for the judgement that runs, and for the one after it; the share of the song it tells of.
    fn judged_share(worker: &mut Worker) -> Option<f64> {
        let start = Instant::now();
        while worker.phase != Phase::Judged {
            assert!(start.elapsed() < PATIENCE, "no verdict");
            thread::sleep(Duration::from_millis(5));
            worker.collect_judgement();
        }
        worker.params.with_saved(|saved| saved.judged.as_ref().and_then(|judged| judged.features.share))
    }

    #[test]
    fn a_marked_end_ends_the_listening_and_a_moved_one_is_judged_by() {
        let (_audio, end, editor) = connect();
        let (mut producer, consumer) = frames(RATE_HZ);
        let (_streams, receiver) = crossbeam::channel::unbounded();
        let mut worker = Worker::new(end, DiscernParams::new(), receiver, Box::new(|| {}), Default::default());
        worker.take_stream(Stream { frames: consumer, sample_rate_hz: RATE_HZ, num_channels: 2 });
        let ask = |worker: &mut Worker, request: Request| {
            editor.request(request);
            worker.answer();
        };
        ask(&mut worker, Request::Listen);
        let tone: Vec<f32> = (0..240_000).map(|idx| (idx as f32 * 0.05).sin() * 0.2).collect();
        let place = Place { position_s: Some(0.0), is_playing: true };
        producer.write(place, [&tone, &tone], [&tone, &tone]);
        worker.hear();
        worker.end_listening_when_over();
        assert_eq!(worker.phase, Phase::Listening, "the length is not known");
        // All five seconds up to the mark were heard.
        ask(&mut worker, Request::Extent(Some((0.0, 4.0))));
        worker.end_listening_when_over();
        assert_eq!(worker.phase, Phase::Judging);
        // What is worked out is of the mark before: once more.
        ask(&mut worker, Request::Extent(Some((0.0, 10.0))));
        assert_eq!(judged_share(&mut worker), Some(0.5));
        ask(&mut worker, Request::Extent(Some((0.0, 20.0))));
        assert_eq!((worker.phase, judged_share(&mut worker)), (Phase::Judging, Some(0.25)));
        assert_eq!(editor.hearing().extent_s, Some((0.0, 20.0)));
        // Another stream has heard nothing: the verdict stays.
        let (_producer, consumer) = frames(44_100.0);
        worker.take_stream(Stream { frames: consumer, sample_rate_hz: 44_100.0, num_channels: 2 });
        ask(&mut worker, Request::Extent(Some((0.0, 30.0))));
        assert_eq!((worker.phase, judged_share(&mut worker)), (Phase::Judged, Some(0.25)));
        ask(&mut worker, Request::NewSong);
        assert_eq!(worker.extent_s, None, "a mark is of its song");
    }

    #[test]
    fn what_the_ring_could_not_take_is_said_and_is_no_change() {
        let (_audio, end, editor) = connect();
        let (mut producer, consumer) = frames(RATE_HZ);
        let (_streams, receiver) = crossbeam::channel::unbounded();
        let mut worker = Worker::new(end, DiscernParams::new(), receiver, Box::new(|| {}), Default::default());
        worker.take_stream(Stream { frames: consumer, sample_rate_hz: RATE_HZ, num_channels: 2 });
        worker.toggle_listening();
        let tone: Vec<f32> = (0..384_000).map(|idx| (idx as f32 * 0.05).sin() * 0.2).collect();
        let mut play = |worker: &mut Worker, position_s: f64, num_frames: usize| {
            let place = Place { position_s: Some(position_s), is_playing: true };
            let part = &tone[..num_frames];
            producer.write(place, [part, part], [part, part]);
            worker.hear();
            worker.publish();
        };
        // Eight seconds in one go into a ring of six; what was lost is told with what comes next.
        play(&mut worker, 0.0, 384_000);
        play(&mut worker, 8.0, 48_000);
        let missed_s = editor.hearing().missed_s;
        assert!((missed_s - 2.0).abs() < 0.05, "{missed_s} s");
        // After the verdict nothing is missed, and what is lost is no change either.
        worker.judge();
        judged_share(&mut worker);
        play(&mut worker, 0.0, 384_000);
        play(&mut worker, 8.0, 48_000);
        assert_eq!((editor.hearing().missed_s, editor.hearing().changed_at_s), (missed_s, None));
        // Played again it is heard.
        worker.toggle_listening();
        play(&mut worker, 0.0, 384_000);
        play(&mut worker, 8.0, 48_000);
        assert!(editor.hearing().missed_s > 1.0);
        play(&mut worker, 5.0, 240_000);
        assert_eq!(editor.hearing().missed_s, 0.0);
    }

    #[test]
    fn the_sound_of_another_song_is_not_judged_by_until_its_verdict_is_back() {
        let (_audio, end, editor) = connect();
        let (mut producer, consumer) = frames(RATE_HZ);
        let (_streams, receiver) = crossbeam::channel::unbounded();
        let mut worker = Worker::new(end, DiscernParams::new(), receiver, Box::new(|| {}), Default::default());
        worker.take_stream(Stream { frames: consumer, sample_rate_hz: RATE_HZ, num_channels: 2 });
        let tone: Vec<f32> = (0..240_000).map(|idx| (idx as f32 * 0.05).sin() * 0.2).collect();
        let ask = |worker: &mut Worker, request: Request| {
            editor.request(request);
            worker.answer();
        };
        let judged = |worker: &Worker| worker.params.with_saved(|saved| saved.judged.as_ref().map(Arc::as_ptr));
        let mut hear_song = |worker: &mut Worker, extent_s: (f64, f64)| {
            ask(worker, Request::Extent(Some(extent_s)));
            ask(worker, Request::Listen);
            producer.write(Place { position_s: Some(0.0), is_playing: true }, [&tone, &tone], [&tone, &tone]);
            worker.hear();
            worker.judge();
            judged_share(worker);
        };
        hear_song(&mut worker, (0.0, 10.0));
        let first = judged(&worker);
        ask(&mut worker, Request::NewSong);
        hear_song(&mut worker, (0.0, 20.0));
        let second = judged(&worker);
        assert_ne!(first, second);
        for (direction, extent_s, phase, verdict) in
            [(Direction::Undo, (0.0, 10.0), Phase::Idle, first), (Direction::Redo, (0.0, 20.0), Phase::Judging, second)]
        {
            worker.params.change_saved(|saved| saved.travel(direction));
            ask(&mut worker, Request::Edited);
            ask(&mut worker, Request::ChooseExcerpt((0.0, 5.0)));
            ask(&mut worker, Request::Extent(Some(extent_s)));
            assert_eq!((worker.phase, worker.library.looped_s().is_some()), (phase, phase != Phase::Idle));
            worker.publish();
            assert_eq!(editor.hearing().kept_s.is_empty(), phase == Phase::Idle);
            assert_eq!(judged(&worker), verdict);
        }
        // What is worked out of the second song does not take the place of the first.
        worker.params.change_saved(|saved| saved.travel(Direction::Undo));
        worker.collect_judgement();
        assert_eq!((worker.phase, judged(&worker)), (Phase::Idle, first));
        // Nor is what is heard of a third.
        ask(&mut worker, Request::NewSong);
        ask(&mut worker, Request::Listen);
        assert_eq!(worker.phase, Phase::Listening);
        worker.params.change_saved(|saved| saved.travel(Direction::Undo));
        ask(&mut worker, Request::Extent(Some((0.0, 10.0))));
        assert_eq!((worker.phase, judged(&worker)), (Phase::Idle, first));
    }
}
