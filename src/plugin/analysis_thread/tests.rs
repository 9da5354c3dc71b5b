//! The thread held up and broken in everything it does: an end waits for nothing, and a panic costs no more than its work.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::*;
use crate::analysis::Features;
use crate::assistant::{Brief, Move, MoveClass, Report, Verdict, VerdictKind};
use crate::bridge::{EditorEnd, FrameProducer, Hearing, Phase, Place, ReferenceState, Request, connect, frames};
use crate::chain::Stage;
use crate::params::{DiscernParams, Judged};
use crate::plugin::sabotage::{Act, Step};

const RATE_HZ: f64 = 48_000.0;
/// A bound on a hang.
const PATIENCE: Duration = Duration::from_secs(60);
/// What an end may take on a machine that is busy with other tests; a thread that is held would take for ever.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Brings an instance into a state.
type Reach = fn(&mut Instance);

struct Instance {
    analysis: AnalysisThread,
    editor: EditorEnd,
    producer: FrameProducer,
    params: SharedParams,
    sabotage: Sabotage,
    /// Frees whatever is held.
    until: Cancel,
    written: usize,
}

impl Instance {
    fn new() -> Self {
        let (_audio, end, editor) = connect();
        let (params, sabotage) = (DiscernParams::new(), Sabotage::default());
        let mut analysis = AnalysisThread::sabotaged(end, Arc::clone(&params), || {}, sabotage.clone());
        let (producer, consumer) = frames(RATE_HZ);
        analysis.hear(Stream { frames: consumer, sample_rate_hz: RATE_HZ, num_channels: 2 });
        Self { analysis, editor, producer, params, sabotage, until: Cancel::default(), written: 0 }
    }

    fn wait(&self, what: &str, is_so: impl Fn(&Hearing) -> bool) {
        let start = Instant::now();
        while !is_so(&self.editor.hearing()) {
            assert!(start.elapsed() < PATIENCE, "{what}: {:?}", self.editor.hearing().phase);
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn wait_for(&self, phase: Phase) {
        self.wait(&format!("{phase:?}"), |hearing| hearing.phase == phase);
    }

    fn wait_for_trouble(&self, words: &str) {
        let start = Instant::now();
        while !self.params.troubles.all().iter().any(|trouble| trouble.is_fault && trouble.text.contains(words)) {
            assert!(start.elapsed() < PATIENCE, "{words}: {:?}", self.params.troubles.all());
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn hold(&self, step: Step) {
        self.sabotage.plan(step, Act::Hold(self.until.clone()));
    }

    /// Four seconds of sound that go on where the last ones ended.
    fn play(&mut self) {
        let tone: Vec<f32> = (0..192_000).map(|idx| (idx as f32 * 0.05).sin() * 0.2).collect();
        let place = Place { position_s: Some(self.written as f64 / RATE_HZ), is_playing: true };
        self.producer.write(place, [&tone, &tone], [&tone, &tone]);
        self.written += tone.len();
    }

    /// Listens, begun anew from whatever is.
    fn listen(&mut self) {
        self.editor.request(Request::Listen);
        self.wait_for(Phase::Listening);
        self.play();
        self.wait("heard", |hearing| hearing.heard_s > 3.5);
    }

    fn judge(&mut self) {
        self.listen();
        self.editor.request(Request::Listen);
    }

    /// Judged, with a move that waits.
    fn propose(&mut self) {
        self.judge();
        self.wait_for(Phase::Judged);
        let proposed = Move {
            id: "limiter.level".to_owned(),
            stage: Stage::Limiter,
            class: MoveClass::Needed,
            title: String::new(),
            sentence: String::new(),
            confidence: 1.0,
            withdraw_if: String::new(),
            settings: vec![("limiter.gain_db".to_owned(), 3.0)],
            evidence: Vec::new(),
            effect: Vec::new(),
            cost: Vec::new(),
            finding: None,
            is_mitigation: false,
        };
        let verdict = Verdict { kind: VerdictKind::LevelOnly, sentence: "Louder.".to_owned(), confidence: 1.0 };
        let features = Features { sample_rate_hz: RATE_HZ, num_channels: 2, ..Features::default() };
        let (findings, for_the_mixer) = (Vec::new(), Vec::new());
        let report = Report { brief: Brief::default(), verdict, moves: vec![proposed], findings, for_the_mixer };
        self.params.change_saved(|saved| saved.set_judged(Judged { features, report }));
        self.editor.request(Request::Edited);
    }

    /// Whether an act that was planned has begun.
    fn wait_until_begun(&self, step: Step) {
        let start = Instant::now();
        while self.sabotage.num_begun(step) == 0 {
            assert!(start.elapsed() < PATIENCE, "{step:?} has not begun");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The end of the instance: how long it takes while whatever is held is held. All that was left behind lets go later.
    fn destroy(self) -> Duration {
        let Self { analysis, params, until, .. } = self;
        let start = Instant::now();
        drop(analysis);
        let elapsed = start.elapsed();
        until.cancel();
        let start = Instant::now();
        while Arc::strong_count(&params) > 1 {
            assert!(start.elapsed() < PATIENCE, "a thread does not end");
            thread::sleep(Duration::from_millis(1));
        }
        elapsed
    }
}

#[test]
fn an_end_waits_for_nothing_in_any_state() {
    let states: [(&str, Reach); 9] = [
        ("idle", |_| ()),
        ("listening", Instance::listen),
        ("analysing, held", |instance| {
            instance.hold(Step::Analysis);
            instance.wait_until_begun(Step::Analysis);
        }),
        ("judging, held", |instance| {
            instance.hold(Step::Judgement);
            instance.judge();
            instance.wait_for(Phase::Judging);
            instance.wait_until_begun(Step::Judgement);
        }),
        ("judged", |instance| {
            instance.judge();
            instance.wait_for(Phase::Judged);
        }),
        ("remeasuring, held", |instance| {
            instance.hold(Step::Remeasuring);
            instance.propose();
            instance.wait_until_begun(Step::Remeasuring);
        }),
        ("reading, held", |instance| {
            instance.hold(Step::Reading);
            instance.editor.request(Request::AddReference(PathBuf::from("/stuck.wav")));
            instance.wait_until_begun(Step::Reading);
        }),
        ("all at once, held", |instance| {
            instance.hold(Step::Judgement);
            instance.hold(Step::Reading);
            instance.editor.request(Request::AddReference(PathBuf::from("/stuck.wav")));
            instance.judge();
            instance.wait_until_begun(Step::Judgement);
            instance.wait_until_begun(Step::Reading);
        }),
        ("never activated", |instance| {
            let (_audio, end, _editor) = connect();
            instance.analysis = AnalysisThread::new(end, Arc::clone(&instance.params), || {});
        }),
    ];
    for (name, reach) in states {
        let mut instance = Instance::new();
        reach(&mut instance);
        let elapsed = instance.destroy();
        println!("destroy, {name}: {:.2} ms", elapsed.as_secs_f64() * 1e3);
        assert!(elapsed < AT_ONCE, "{name}: {elapsed:?}");
    }
}

#[test]
fn nobody_waits_for_a_judgement_that_is_not_wanted() {
    let mut instance = Instance::new();
    instance.hold(Step::Judgement);
    instance.judge();
    instance.wait_until_begun(Step::Judgement);
    // Another song, and it is listened to at once.
    instance.editor.request(Request::NewSong);
    instance.wait_for(Phase::Idle);
    instance.judge();
    instance.wait_for(Phase::Judging);
    // A state that is loaded meanwhile.
    let params = DiscernParams::new();
    nice_plug::prelude::Params::deserialize_fields(
        &*instance.params,
        &nice_plug::prelude::Params::serialize_fields(&*params),
    );
    instance.wait_for(Phase::Idle);
    instance.listen();
    instance.destroy();
}

#[test]
fn a_panic_of_the_analysis_is_said_in_every_phase_and_costs_what_was_heard() {
    let phases: [(Phase, Reach); 4] = [
        (Phase::Idle, |_| ()),
        (Phase::Listening, Instance::listen),
        (Phase::Judging, |instance| {
            instance.hold(Step::Judgement);
            instance.judge();
        }),
        (Phase::Judged, Instance::judge),
    ];
    for (phase, reach) in phases {
        let mut instance = Instance::new();
        reach(&mut instance);
        instance.wait_for(phase);
        instance.sabotage.plan(Step::Analysis, Act::Panic);
        instance.wait_for_trouble("Analysis stopped: sabotaged Analysis");
        instance.until.cancel();
        let rest = if phase == Phase::Listening { Phase::Idle } else { Phase::Judged };
        instance.wait_for(if phase == Phase::Idle { Phase::Idle } else { rest });
        instance.judge();
        instance.wait_for(Phase::Judged);
        instance.destroy();
    }
}

#[test]
fn a_panic_of_a_judgement_is_said_and_listening_goes_on() {
    let mut instance = Instance::new();
    instance.sabotage.plan(Step::Judgement, Act::Panic);
    instance.judge();
    instance.wait_for_trouble("Judging stopped: sabotaged Judgement");
    instance.wait_for(Phase::Idle);
    instance.judge();
    instance.wait_for(Phase::Judged);
    instance.sabotage.plan(Step::Remeasuring, Act::Panic);
    instance.propose();
    instance.wait_for_trouble("Measuring the open moves anew stopped: sabotaged Remeasuring");
    instance.editor.request(Request::Edited);
    instance.wait_for(Phase::Judged);
    instance.sabotage.plan(Step::Reading, Act::Panic);
    instance.editor.request(Request::AddReference(PathBuf::from("/none.wav")));
    instance.wait_for_trouble("Reading a reference stopped: sabotaged Reading");
    instance.wait("failed", |hearing| matches!(hearing.references[..], [(_, ReferenceState::Failed(_))]));
    instance.destroy();
}
