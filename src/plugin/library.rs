//! Records and parts of the song that can be heard beside it: read, measured, sent to the audio thread.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use thread_priority::{ThreadPriority, set_current_thread_priority};

use crate::analysis::{Analyzer, Excerpt};
use crate::assistant::Reference;
use crate::audio_file;
use crate::bridge::{AnalysisEnd, ClipKind, ReferenceState};
use crate::chain::monitor::Clip;
use crate::dsp::resample::resample;
use crate::params::{KeptReference, MAX_REFERENCES, SharedParams, name_of};

/// A longer file is no song, and would take much memory, seconds.
const MAX_DURATION_S: f64 = 900.0;
/// Frames per step of measuring.
const CHUNK: usize = 1 << 15;

/// What was made of a file.
struct Loaded {
    reference: Reference,
    integrated_lufs: Option<f64>,
    clip: Arc<Clip>,
}

/// A file that is read.
struct Loading {
    path: PathBuf,
    is_cancelled: Arc<AtomicBool>,
    thread: JoinHandle<Result<Loaded, String>>,
}

/// All of it; lives on the analysis thread.
#[derive(Default)]
pub struct Library {
    /// To be read, one after the other.
    waiting: VecDeque<PathBuf>,
    loading: Option<Loading>,
    failed: Vec<(PathBuf, String)>,
    /// The record that is heard as reference.
    chosen: Option<(PathBuf, Arc<Clip>)>,
    /// One that is to be, once it is read.
    wanted: Option<PathBuf>,
    looped_s: Option<(f64, f64)>,
    /// What the audio thread has no room for yet.
    unsent: [Option<(ClipKind, Option<Arc<Clip>>)>; 2],
    states: Arc<Vec<(PathBuf, ReferenceState)>>,
}

impl Library {
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

    /// Takes a record away.
    pub fn remove(&mut self, params: &SharedParams, path: &Path) {
        params.change_saved(|saved| saved.change_references(|kept| kept.retain(|kept| kept.path != path)));
        self.waiting.retain(|waiting| waiting != path);
        self.failed.retain(|(failed, _)| failed != path);
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
        if !self.chosen.as_ref().is_some_and(has_it) {
            self.wanted = Some(path.clone());
            self.read(path);
        }
    }

    /// Another sample rate: the record that is heard, or is to be, is needed at that one.
    pub fn change_rate(&mut self, sample_rate_hz: f64) {
        let heard = self.wanted.clone().or_else(|| self.chosen.as_ref().map(|chosen| chosen.0.clone()));
        if let Some(path) = heard {
            self.choose(path, sample_rate_hz);
        }
        self.forget_excerpt();
    }

    /// The host loaded other references: those that are gone are let go, those that were never measured are read.
    pub fn follow(&mut self, params: &SharedParams) {
        let kept = params.with_saved(|saved| saved.references.clone());
        let is_kept = |path: &Path| kept.iter().any(|kept| kept.path == path);
        self.waiting.retain(|waiting| is_kept(waiting));
        self.failed.retain(|(failed, _)| is_kept(failed));
        self.wanted = self.wanted.take().filter(|wanted| is_kept(wanted));
        if self.chosen.take_if(|chosen| !is_kept(&chosen.0)).is_some() {
            self.send(ClipKind::Reference, None);
        }
        for unmeasured in kept.iter().filter(|kept| kept.measured.is_none()) {
            self.read(unmeasured.path.clone());
        }
    }

    /// Ends whatever is read; waits for it.
    pub fn stop(&mut self) {
        if let Some(loading) = self.loading.take() {
            loading.is_cancelled.store(true, Ordering::Relaxed);
            drop(loading.thread.join());
        }
    }

    /// Loops the part of the song that was kept nearest to a place, seconds.
    pub fn choose_excerpt(&mut self, excerpts: &[Excerpt], sample_rate_hz: f64, (from_s, to_s): (f64, f64)) {
        let middle = (from_s + to_s) / 2.0;
        let length_s = |excerpt: &Excerpt| excerpt.left.len() as f64 / sample_rate_hz;
        let distance = |excerpt: &Excerpt| (excerpt.start_s + length_s(excerpt) / 2.0 - middle).abs();
        let Some(nearest) = excerpts.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))) else { return };
        let clip = Clip::new(sample_rate_hz, nearest.left.to_vec(), nearest.right.to_vec(), true);
        self.looped_s = clip.is_some().then(|| (nearest.start_s, nearest.start_s + length_s(nearest)));
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
            let (file, is_cancelled) = (path.clone(), Arc::new(AtomicBool::new(false)));
            let is_over = Arc::clone(&is_cancelled);
            let work = move || {
                set_current_thread_priority(ThreadPriority::Min).ok();
                load(&file, rate_hz, &is_over)
            };
            match thread::Builder::new().name("discern-reference".to_owned()).spawn(work) {
                Ok(thread) => self.loading = Some(Loading { path, is_cancelled, thread }),
                Err(error) => self.failed.push((path, error.to_string())),
            }
        }
        self.note_states();
        has_measured
    }

    /// References that are read, can be heard, or could not be read.
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
        let Some(loading) = self.loading.take_if(|loading| loading.thread.is_finished()) else { return false };
        let path = loading.path;
        let result = loading.thread.join().unwrap_or_else(|_| Err("cannot be measured".to_owned()));
        // It may have been taken away meanwhile.
        if !params.with_saved(|saved| saved.references.iter().any(|kept| kept.path == path)) {
            return false;
        }
        let Loaded { reference, integrated_lufs, clip } = match result {
            Ok(loaded) => loaded,
            Err(why) => {
                self.failed.push((path, why));
                return false;
            }
        };
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

    fn note_states(&mut self) {
        let loading = self.loading.iter().map(|loading| &loading.path).chain(&self.waiting);
        let states: Vec<(PathBuf, ReferenceState)> = loading
            .map(|path| (path.clone(), ReferenceState::Loading))
            .chain(self.chosen.iter().map(|(path, _)| (path.clone(), ReferenceState::Ready)))
            .chain(self.failed.iter().map(|(path, why)| (path.clone(), ReferenceState::Failed(why.clone()))))
            .collect();
        if *self.states != states {
            self.states = Arc::new(states);
        }
    }
}

/// Reads, measures and resamples a file.
fn load(path: &Path, sample_rate_hz: f64, is_cancelled: &AtomicBool) -> Result<Loaded, String> {
    let check = || if is_cancelled.load(Ordering::Relaxed) { Err("is no longer wanted".to_owned()) } else { Ok(()) };
    // Without the file's name, which is shown beside it.
    let audio = audio_file::read_at_most(path, MAX_DURATION_S).map_err(|error| error.root_cause().to_string())?;
    let own_rate_hz = f64::from(audio.sample_rate_hz);
    let mut analyzer = Analyzer::new(own_rate_hz, audio.channels.len());
    analyzer.set_extent(Some((0.0, audio.duration_s())));
    for (left, right) in audio.left().chunks(CHUNK).zip(audio.right().chunks(CHUNK)) {
        check()?;
        analyzer.process(left, right);
    }
    analyzer.finish();
    let features = analyzer.features();
    let at_rate = |samples: &[f32]| check().map(|()| resample(samples, own_rate_hz, sample_rate_hz));
    let clip = Clip::new(sample_rate_hz, at_rate(audio.left())?, at_rate(audio.right())?, false);
    Ok(Loaded {
        reference: Reference::of(&name_of(path), &features),
        integrated_lufs: features.levels.integrated_lufs,
        clip: Arc::new(clip.ok_or("holds no sound")?),
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::analysis::Role;
    use crate::audio_file::{AudioFile, Container, WordLength, write};
    use crate::bridge::{AudioEnd, connect};
    use crate::dsp::signals::pink_noise;
    use crate::params::DiscernParams;

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
    fn what_cannot_be_read_says_why_and_is_kept() {
        let (_audio, mut end, _editor) = connect();
        let (params, mut library) = (DiscernParams::new(), Library::default());
        let path = std::env::temp_dir().join("discern-library-not-there.wav");
        library.add(&params, path.clone());
        assert!(!wait(&mut library, &mut end, &params));
        assert!(matches!(&library.states()[..], [(_, ReferenceState::Failed(why))] if why.contains("no such file")));
        assert_eq!(params.with_saved(|saved| saved.references.len()), 1);
    }

    #[test]
    fn the_nearest_excerpt_is_looped() {
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
        assert_eq!(library.looped_s(), Some((40.0, 43.0)));
        library.work(&mut end, &params, Some(48_000.0));
        assert!(audio.excerpts.follow() && audio.excerpts.current().is_some());
        library.forget_excerpt();
        library.work(&mut end, &params, Some(48_000.0));
        assert!(audio.excerpts.follow() && audio.excerpts.current().is_none());
        library.choose_excerpt(&[], 48_000.0, (0.0, 1.0));
        assert_eq!(library.looped_s(), None);
    }
}
