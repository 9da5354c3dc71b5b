//! Records and parts of the song that can be heard beside it: read, measured, sent to the audio thread.
//!
//! Nothing of the file system is touched that the engineer did not ask for since a state was loaded: a state is what somebody
//! else may have written, and a path in it may lead to a pipe, to another machine, or to a file that takes all memory.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::analysis::Excerpt;
use crate::bridge::{AnalysisEnd, ClipKind, ReferenceState, kept_part};
use crate::chain::monitor::Clip;
use crate::dsp::cancel::Cancel;
use crate::params::{KeptReference, MAX_REFERENCES, SharedParams};

use super::reading::{Loaded, load};
use super::sabotage::{Sabotage, Step};
use super::work::Work;

/// A file that takes longer than this comes from somewhere that does not answer; it is left behind.
const MAX_READING: Duration = Duration::from_secs(300);

/// A file that is read.
struct Loading {
    path: PathBuf,
    began: Instant,
    work: Work<Result<Loaded, String>>,
}

/// All of it; lives on the analysis thread.
#[derive(Default)]
pub struct Library {
    /// To be read, one after the other.
    waiting: VecDeque<PathBuf>,
    loading: Option<Loading>,
    failed: Vec<(PathBuf, String)>,
    /// Those that were cut off, and what to say of them.
    cut: Vec<(PathBuf, String)>,
    /// The record that is heard as reference.
    chosen: Option<(PathBuf, Arc<Clip>)>,
    /// One that is to be, once it is read.
    wanted: Option<PathBuf>,
    /// Whether the one that is heard was asked for since the last state was loaded.
    is_chosen_by_hand: bool,
    looped_s: Option<(f64, f64)>,
    /// What the audio thread has no room for yet.
    unsent: [Option<(ClipKind, Option<Arc<Clip>>)>; 2],
    states: Arc<Vec<(PathBuf, ReferenceState)>>,
    cancel: Cancel,
    sabotage: Sabotage,
}

impl Library {
    /// Empty; whatever it reads ends with `cancel`.
    pub fn new(cancel: Cancel, sabotage: Sabotage) -> Self {
        Self { cancel, sabotage, ..Self::default() }
    }

    /// After a panic: nothing that it may have left half done is used any more.
    pub fn begin_anew(&mut self, params: &SharedParams) {
        *self = Self::new(self.cancel.clone(), self.sabotage.clone());
        self.send(ClipKind::Reference, None);
        self.send(ClipKind::Excerpt, None);
        self.note_states(params);
    }

    /// Takes a record up and reads it. One that is there already is read anew: its file may be another.
    pub fn add(&mut self, params: &SharedParams, path: PathBuf) {
        let is_there = params.change_saved(|saved| {
            let is_known = saved.references.iter().any(|kept| kept.path == path);
            if !is_known && saved.references.len() < MAX_REFERENCES {
                saved.change_references(|references| references.push(KeptReference::new(path.clone())));
            }
            is_known || saved.references.iter().any(|kept| kept.path == path)
        });
        if is_there {
            self.read(path);
        }
    }

    /// Takes a record away; one that is read now is read no further.
    pub fn remove(&mut self, params: &SharedParams, path: &Path) {
        params.change_saved(|saved| saved.change_references(|kept| kept.retain(|kept| kept.path != path)));
        self.waiting.retain(|waiting| waiting != path);
        self.failed.retain(|(failed, _)| failed != path);
        self.cut.retain(|(cut, _)| cut != path);
        self.loading = self.loading.take().filter(|loading| loading.path != path);
        if self.wanted.as_deref() == Some(path) {
            self.wanted = None;
        }
        if self.chosen.as_ref().is_some_and(|(chosen, _)| chosen == path) {
            self.chosen = None;
            self.send(ClipKind::Reference, None);
        }
    }

    /// Makes a record the one that is heard; it is read first where it is not in memory at this rate.
    pub fn choose(&mut self, path: PathBuf, sample_rate_hz: f64) {
        let has_it = |(chosen, clip): &(PathBuf, Arc<Clip>)| *chosen == path && clip.sample_rate_hz() == sample_rate_hz;
        if self.chosen.as_ref().is_some_and(has_it) {
            self.is_chosen_by_hand = true;
        } else {
            self.wanted = Some(path.clone());
            self.read(path);
        }
    }

    /// Another sample rate: the record that is heard, or is to be, is needed at that one. One that a state brought is let go.
    pub fn change_rate(&mut self, sample_rate_hz: f64) {
        let chosen = self.chosen.as_ref().map(|chosen| chosen.0.clone());
        if let Some(path) = self.wanted.clone().or(chosen.clone().filter(|_| self.is_chosen_by_hand)) {
            self.choose(path, sample_rate_hz);
        } else if self.chosen.take_if(|(_, clip)| clip.sample_rate_hz() != sample_rate_hz).is_some() {
            self.send(ClipKind::Reference, None);
        }
        self.forget_excerpt();
    }

    /// The host loaded other references: those that are gone are let go, and what was to be read is to be asked for again.
    pub fn follow(&mut self, params: &SharedParams) {
        let kept = params.with_saved(|saved| saved.references.clone());
        let is_kept = |path: &Path| kept.iter().any(|kept| kept.path == path);
        self.failed.retain(|(failed, _)| is_kept(failed));
        self.cut.retain(|(cut, _)| is_kept(cut));
        self.waiting.clear();
        (self.wanted, self.loading, self.is_chosen_by_hand) = (None, None, false);
        if self.chosen.take_if(|chosen| !is_kept(&chosen.0)).is_some() {
            self.send(ClipKind::Reference, None);
        }
    }

    /// Loops the part of the song that was kept of a place, seconds; nothing where none was.
    pub fn choose_excerpt(&mut self, excerpts: &[Excerpt], sample_rate_hz: f64, place_s: (f64, f64)) {
        let kept = kept_s(excerpts, sample_rate_hz);
        let Some(idx) = kept_part(&kept, place_s) else {
            self.forget_excerpt();
            return;
        };
        let Excerpt { left, right, .. } = &excerpts[idx];
        let clip = Clip::new(sample_rate_hz, left.to_vec(), right.to_vec(), true);
        self.looped_s = clip.is_some().then(|| kept[idx]);
        self.send(ClipKind::Excerpt, clip.map(Arc::new));
    }

    /// Another song: nothing of this one is looped.
    pub fn forget_excerpt(&mut self) {
        if self.looped_s.take().is_some() {
            self.send(ClipKind::Excerpt, None);
        }
    }

    /// Goes on with whatever is under way; true when a record was measured, and a brief asks for something else.
    pub fn work(&mut self, end: &mut AnalysisEnd, params: &SharedParams, sample_rate_hz: Option<f64>) -> bool {
        end.free_clips();
        for unsent in &mut self.unsent {
            if let Some((kind, clip)) = unsent.take()
                && !end.send_clip(kind, clip.clone())
            {
                *unsent = Some((kind, clip));
            }
        }
        let has_measured = self.collect(params, sample_rate_hz);
        if self.loading.is_none()
            && let Some(rate_hz) = sample_rate_hz
            && let Some(path) = self.waiting.pop_front()
        {
            let (file, sabotage) = (path.clone(), self.sabotage.clone());
            let work = move |cancel: &Cancel| {
                sabotage.at(Step::Reading);
                load(&file, rate_hz, cancel)
            };
            match Work::begin("discern-reference", &self.cancel, work) {
                Ok(work) => self.loading = Some(Loading { path, began: Instant::now(), work }),
                Err(error) => self.failed.push((path, error.to_string())),
            }
        }
        self.note_states(params);
        has_measured
    }

    /// References that are read, can be heard, could not be read, or wait for a hand.
    pub fn states(&self) -> Arc<Vec<(PathBuf, ReferenceState)>> {
        Arc::clone(&self.states)
    }

    /// The part of the song that is looped, seconds.
    pub fn looped_s(&self) -> Option<(f64, f64)> {
        self.looped_s
    }

    fn read(&mut self, path: PathBuf) {
        self.failed.retain(|(failed, _)| *failed != path);
        if !self.waiting.contains(&path) {
            self.waiting.push_back(path);
        }
    }

    fn send(&mut self, kind: ClipKind, clip: Option<Arc<Clip>>) {
        self.unsent[kind as usize] = Some((kind, clip));
    }

    fn collect(&mut self, params: &SharedParams, sample_rate_hz: Option<f64>) -> bool {
        let Some(Loading { path, began, work }) = &self.loading else { return false };
        let result = match work.take() {
            Some(Ok(result)) => result,
            Some(Err(why)) => {
                params.troubles.note_fault(format!("Reading a reference stopped: {why}"));
                Err("cannot be read".to_owned())
            }
            None if began.elapsed() > MAX_READING => Err("takes too long to read".to_owned()),
            None => return false,
        };
        let path = path.clone();
        self.loading = None;
        // It may have been taken away meanwhile.
        if !params.with_saved(|saved| saved.references.iter().any(|kept| kept.path == path)) {
            return false;
        }
        let Loaded { reference, integrated_lufs, clip, truncation } = match result {
            Ok(loaded) => loaded,
            Err(why) => {
                self.failed.push((path, why));
                return false;
            }
        };
        self.cut.retain(|(cut, _)| *cut != path);
        self.cut.extend(truncation.map(|why| (path.clone(), why)));
        let is_for_hearing = self.chosen.is_none()
            || self.wanted.as_ref() == Some(&path)
            || self.chosen.as_ref().is_some_and(|chosen| chosen.0 == path);
        if is_for_hearing && sample_rate_hz.is_some_and(|rate_hz| rate_hz != clip.sample_rate_hz()) {
            // The host changed its rate meanwhile.
            self.wanted = Some(path.clone());
            self.read(path.clone());
        } else if is_for_hearing {
            self.wanted = self.wanted.take().filter(|wanted| *wanted != path);
            self.chosen = Some((path.clone(), Arc::clone(&clip)));
            self.is_chosen_by_hand = true;
            self.send(ClipKind::Reference, Some(clip));
        }
        let reference = Arc::new(reference);
        params.change_saved(|saved| {
            let before = saved.brief.references.clone();
            saved.change_references(|references| {
                for kept in references.iter_mut().filter(|kept| kept.path == path) {
                    (kept.measured, kept.integrated_lufs) = (Some(Arc::clone(&reference)), integrated_lufs);
                }
            });
            saved.brief.references != before
        })
    }

    fn note_states(&mut self, params: &SharedParams) {
        let loading = self.loading.iter().map(|loading| &loading.path).chain(&self.waiting);
        let mut states: Vec<(PathBuf, ReferenceState)> = loading
            .map(|path| (path.clone(), ReferenceState::Loading))
            .chain(self.chosen.iter().map(|(path, _)| (path.clone(), ReferenceState::Ready)))
            .chain(self.failed.iter().map(|(path, why)| (path.clone(), ReferenceState::Failed(why.clone()))))
            .collect();
        for (path, why) in &self.cut {
            let cut = |is_ready| ReferenceState::Cut { why: why.clone(), is_ready };
            match states.iter_mut().find(|(known, _)| known == path) {
                Some((_, state)) if *state == ReferenceState::Ready => *state = cut(true),
                Some(_) => {}
                None => states.push((path.clone(), cut(false))),
            }
        }
        params.with_saved(|saved| {
            for kept in saved.references.iter().filter(|kept| kept.measured.is_none()) {
                if states.iter().all(|(path, _)| *path != kept.path) {
                    states.push((kept.path.clone(), ReferenceState::Unread));
                }
            }
        });
        if *self.states != states {
            self.states = Arc::new(states);
        }
    }
}

/// Where the parts of a song that were kept lie, seconds, in their order.
pub fn kept_s(excerpts: &[Excerpt], sample_rate_hz: f64) -> Vec<(f64, f64)> {
    let end_s = |excerpt: &Excerpt| excerpt.start_s + excerpt.left.len() as f64 / sample_rate_hz;
    excerpts.iter().map(|excerpt| (excerpt.start_s, end_s(excerpt))).collect()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::analysis::Role;
    use crate::audio_file::{AudioFile, Container, WordLength, write};
    use crate::bridge::{AudioEnd, connect};
    use crate::dsp::signals::pink_noise;
    use crate::params::DiscernParams;
    use crate::plugin::sabotage::Act;
    use nice_plug::prelude::Params;

    fn record(name: &str, sample_rate_hz: u32) -> PathBuf {
        let path = std::env::temp_dir().join(format!("discern-library-{}-{name}.wav", std::process::id()));
        let samples: Vec<f32> = pink_noise(4, 0.1, 4 * sample_rate_hz as usize).iter().map(|x| *x as f32).collect();
        let audio = AudioFile { sample_rate_hz, channels: vec![samples.clone(), samples], source: None };
        write(&path, &audio, Container::Wav, WordLength::Float32).unwrap();
        path
    }

    /// Works until something was measured or failed.
    fn wait(library: &mut Library, end: &mut AnalysisEnd, params: &SharedParams) -> bool {
        let start = Instant::now();
        loop {
            let has_measured = library.work(end, params, Some(48_000.0));
            let is_done = !library.states().iter().any(|(_, state)| *state == ReferenceState::Loading);
            if has_measured || is_done || start.elapsed() > Duration::from_secs(60) {
                return has_measured;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn heard(audio: &mut AudioEnd) -> Option<Arc<Clip>> {
        while audio.references.is_waiting() {
            audio.references.follow();
        }
        audio.references.current()
    }

    #[test]
    fn a_reference_is_measured_heard_saved_and_taken_away() {
        let (mut audio, mut end, _editor) = connect();
        let (params, mut library, path) = (DiscernParams::new(), Library::default(), record("a", 44_100));
        library.add(&params, path.clone());
        assert!(wait(&mut library, &mut end, &params), "{:?}", library.states());
        assert_eq!(params.with_saved(|saved| saved.brief.references.len()), 1);
        library.work(&mut end, &params, Some(48_000.0));
        let clip = heard(&mut audio).unwrap();
        assert_eq!((clip.sample_rate_hz(), clip.num_frames()), (48_000.0, 4 * 48_000));
        assert_eq!(*library.states(), [(path.clone(), ReferenceState::Ready)]);
        // The same again asks for nothing new.
        library.add(&params, path.clone());
        assert!(!wait(&mut library, &mut end, &params));

        library.remove(&params, &path);
        library.work(&mut end, &params, Some(48_000.0));
        assert!(heard(&mut audio).is_none() && library.states().is_empty());
        assert!(params.with_saved(|saved| saved.references.is_empty() && saved.brief.references.is_empty()));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_was_cut_off_is_used_and_says_so() {
        let (_audio, mut end, _editor) = connect();
        let (params, mut library, path) = (DiscernParams::new(), Library::default(), record("cut", 48_000));
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..44 + (whole.len() - 44) * 4 / 5]).unwrap();
        library.add(&params, path.clone());
        assert!(wait(&mut library, &mut end, &params), "{:?}", library.states());
        assert_eq!(params.with_saved(|saved| saved.brief.references.len()), 1);
        let states = library.states();
        let [(_, ReferenceState::Cut { why, is_ready: true })] = &states[..] else { panic!("{states:?}") };
        assert!(why.contains("was cut off after 3.2 s; the last 0.8 s are missing"), "{why}");
        library.remove(&params, &path);
        library.work(&mut end, &params, Some(48_000.0));
        assert!(library.states().is_empty());
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn silence_is_no_reference() {
        let path = std::env::temp_dir().join(format!("discern-library-{}-silence.wav", std::process::id()));
        for (num_frames, level, reason) in [(240_000, 0.0, "silent"), (480, 0.1, "3 s of sound")] {
            let audio = AudioFile { sample_rate_hz: 48_000, channels: vec![vec![level; num_frames]; 2], source: None };
            write(&path, &audio, Container::Wav, WordLength::Float32).unwrap();
            let why = load(&path, 48_000.0, &Cancel::default()).err().expect("refused");
            assert!(why.contains(reason), "{why}");
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_cannot_be_read_says_why_and_is_kept() {
        let (_audio, mut end, _editor) = connect();
        let (params, mut library) = (DiscernParams::new(), Library::default());
        let path = std::env::temp_dir().join("discern-library-not-there.wav");
        library.add(&params, path.clone());
        assert!(!wait(&mut library, &mut end, &params));
        assert!(matches!(&library.states()[..], [(_, ReferenceState::Failed(why))] if why.contains("no such file")));
        assert_eq!(params.with_saved(|saved| saved.references.len()), 1);
        // Nor can what has no sound be compared with.
        let silent = record("silent", 44_100);
        let audio = AudioFile { sample_rate_hz: 44_100, channels: vec![vec![0.0; 5 * 44_100]; 2], source: None };
        write(&silent, &audio, Container::Wav, WordLength::Float32).unwrap();
        library.add(&params, silent.clone());
        assert!(!wait(&mut library, &mut end, &params));
        let states = library.states();
        let why = states.iter().find_map(|(path, state)| match state {
            ReferenceState::Failed(why) if *path == silent => Some(why),
            _ => None,
        });
        assert!(why.is_some_and(|why| why.starts_with("is silent")), "{states:?}");
        assert!(params.with_saved(|saved| saved.brief.references.is_empty()));
        std::fs::remove_file(silent).unwrap();
    }

    #[test]
    fn a_kept_part_is_looped_only_where_its_place_is() {
        let (mut audio, mut end, _editor) = connect();
        let params = DiscernParams::new();
        let mut library = Library::default();
        let samples = Arc::new(vec![0.1f32; 3 * 48_000]);
        let excerpts = [10.0, 40.0, 90.0].map(|start_s| Excerpt {
            start_s,
            loudness_lufs: -20.0,
            role: Role::Loudest,
            left: Arc::clone(&samples),
            right: Arc::clone(&samples),
        });
        library.choose_excerpt(&excerpts, 48_000.0, (60.0, 61.0));
        assert_eq!(library.looped_s(), None, "it was not kept");
        library.choose_excerpt(&excerpts, 48_000.0, (41.0, 42.0));
        assert_eq!(library.looped_s(), Some((40.0, 43.0)));
        library.work(&mut end, &params, Some(48_000.0));
        assert!(audio.excerpts.follow() && audio.excerpts.current().is_some());
        // What was looped before is not what was asked for either.
        library.choose_excerpt(&excerpts, 48_000.0, (60.0, 61.0));
        library.work(&mut end, &params, Some(48_000.0));
        assert!(audio.excerpts.follow() && audio.excerpts.current().is_none());
        library.choose_excerpt(&[], 48_000.0, (0.0, 1.0));
        assert_eq!(library.looped_s(), None);
    }

    /// What a state that names these paths does to an instance.
    fn loaded(paths: &[&Path]) -> SharedParams {
        let (params, loaded) = (DiscernParams::new(), DiscernParams::new());
        params.change_saved(|saved| {
            saved
                .change_references(|kept| kept.extend(paths.iter().map(|path| KeptReference::new(path.to_path_buf()))));
        });
        loaded.deserialize_fields(&params.serialize_fields());
        loaded
    }

    #[test]
    fn a_state_that_loads_reads_nothing_until_a_hand_asks() {
        let (mut audio, mut end, _editor) = connect();
        let path = record("loaded", 44_100);
        let (params, mut library) = (loaded(&[&path]), Library::default());
        // Loading, other rates and time: nothing is read.
        for rate_hz in [48_000.0, 44_100.0, 48_000.0] {
            library.follow(&params);
            library.change_rate(rate_hz);
            for _ in 0..20 {
                assert!(!library.work(&mut end, &params, Some(rate_hz)) && library.loading.is_none());
            }
            assert_eq!(*library.states(), [(path.clone(), ReferenceState::Unread)]);
        }
        library.choose(path.clone(), 48_000.0);
        assert!(wait(&mut library, &mut end, &params), "{:?}", library.states());
        library.work(&mut end, &params, Some(48_000.0));
        assert!(heard(&mut audio).is_some());
        // Loaded again it is still heard, and not read again for another rate.
        library.follow(&params);
        library.work(&mut end, &params, Some(48_000.0));
        assert!(heard(&mut audio).is_some() && library.loading.is_none());
        library.change_rate(44_100.0);
        library.work(&mut end, &params, Some(44_100.0));
        assert!(heard(&mut audio).is_none() && library.loading.is_none() && library.states().is_empty());
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn one_that_hangs_is_left_behind_when_it_is_taken_away() {
        let (_audio, mut end, _editor) = connect();
        let (stuck, path) = (PathBuf::from("/stuck.wav"), record("behind", 48_000));
        let (params, until) = (loaded(&[&stuck]), Cancel::default());
        let mut library = Library::default();
        library.sabotage.plan(Step::Reading, Act::Hold(until.clone()));
        library.choose(stuck.clone(), 48_000.0);
        library.work(&mut end, &params, Some(48_000.0));
        assert_eq!(*library.states(), [(stuck.clone(), ReferenceState::Loading)]);
        library.remove(&params, &stuck);
        until.cancel();
        library.add(&params, path.clone());
        assert!(wait(&mut library, &mut end, &params), "{:?}", library.states());
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_panic_in_reading_is_said_and_read_again() {
        let (_audio, mut end, _editor) = connect();
        let (params, mut library, path) = (DiscernParams::new(), Library::default(), record("panic", 48_000));
        library.sabotage.plan(Step::Reading, Act::Panic);
        library.add(&params, path.clone());
        assert!(!wait(&mut library, &mut end, &params));
        assert!(matches!(&library.states()[..], [(_, ReferenceState::Failed(_))]));
        assert!(params.troubles.all()[0].text.starts_with("Reading a reference stopped: "));
        library.add(&params, path.clone());
        assert!(wait(&mut library, &mut end, &params), "{:?}", library.states());
        std::fs::remove_file(path).unwrap();
    }
}
