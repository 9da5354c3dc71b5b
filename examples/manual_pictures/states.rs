//! The states that the manual shows: what was heard, what was set, which keys were pressed.

use discern::assistant::{MoveClass, VerdictKind};
use discern::bridge::Phase;
use discern::chain::Stage;
use egui::{Key, Modifiers};

use crate::fixture::Fixture;

/// One picture.
pub struct State {
    /// Of the file.
    pub name: &'static str,
    /// The song with this verdict plays; `None`: silence.
    pub song: Option<VerdictKind>,
    /// What the assistant does.
    pub phase: Phase,
    /// Where in the song the picture is taken, 0–1.
    pub share: f64,
    /// The stage that is selected.
    pub stage: Option<Stage>,
    /// Set before anything plays.
    pub prepare: fn(&Fixture),
    /// Pressed one after the other while it plays.
    pub keys: &'static [(Key, Modifiers)],
    /// Key states are shown at 200 % as well.
    pub is_large: bool,
}

const fn state(name: &'static str, song: VerdictKind) -> State {
    State {
        name,
        song: Some(song),
        phase: Phase::Judged,
        share: 0.7,
        stage: None,
        prepare: |_| {},
        keys: &[],
        is_large: false,
    }
}

const fn stage(name: &'static str, stage: Stage) -> State {
    State { stage: Some(stage), prepare: work, ..state(name, VerdictKind::SmallMoves) }
}

const fn plain(key: Key) -> (Key, Modifiers) {
    (key, Modifiers::NONE)
}

/// All of them.
pub const STATES: [State; 24] = [
    State { song: None, phase: Phase::Idle, ..state("idle", VerdictKind::LevelOnly) },
    State { phase: Phase::Listening, share: 0.6, ..state("listening", VerdictKind::LevelOnly) },
    State { phase: Phase::Judging, share: 1.0, ..state("judging", VerdictKind::LevelOnly) },
    state("level_only", VerdictKind::LevelOnly),
    State { is_large: true, ..state("small_moves", VerdictKind::SmallMoves) },
    State { is_large: true, ..state("work_needed", VerdictKind::WorkNeeded) },
    state("send_back", VerdictKind::SendBack),
    state("not_enough_heard", VerdictKind::NotEnoughHeard),
    state("outside_scope", VerdictKind::OutsideScope),
    stage("stage_input", Stage::Input),
    State { is_large: true, ..stage("stage_equalizer", Stage::Equalizer) },
    stage("stage_resonance", Stage::Resonance),
    stage("stage_multiband", Stage::Multiband),
    stage("stage_glue", Stage::Glue),
    stage("stage_colour", Stage::Colour),
    stage("stage_stereo", Stage::Stereo),
    stage("stage_clipper", Stage::Clipper),
    State { is_large: true, ..stage("stage_limiter", Stage::Limiter) },
    stage("stage_dither", Stage::Dither),
    State { keys: &[plain(Key::H)], ..state("hearing_move", VerdictKind::WorkNeeded) },
    State { prepare: tweak, ..state("tweaked", VerdictKind::WorkNeeded) },
    State { prepare: decide, ..state("decided", VerdictKind::WorkNeeded) },
    // From the master to the mix and back: what plays then is matched.
    State {
        prepare: decide,
        keys: &[plain(Key::M), plain(Key::M)],
        stage: Some(Stage::Limiter),
        ..state("comparing", VerdictKind::WorkNeeded)
    },
    State {
        prepare: decide,
        keys: &[plain(Key::D)],
        stage: Some(Stage::Limiter),
        ..state("delta", VerdictKind::WorkNeeded)
    },
];

/// Every stage has something to do, on top of what the assistant asks for.
const WORKING: [(&str, f64); 19] = [
    ("input.dc_blocker", 1.0),
    ("equalizer.band_3.gain_db", -1.5),
    ("equalizer.band_6.gain_db", 1.2),
    ("equalizer.band_4.dynamic", 1.0),
    ("equalizer.band_4.threshold_db", -12.0),
    ("equalizer.band_4.range_db", -3.0),
    ("resonance.threshold_db", 4.0),
    ("multiband.band_1.threshold_dbfs", -28.0),
    ("multiband.band_1.ratio", 2.1),
    ("multiband.band_2.threshold_dbfs", -26.0),
    ("multiband.band_2.ratio", 1.6),
    ("glue.threshold_dbfs", -20.0),
    ("glue.ratio", 2.0),
    ("colour.drive_db", 6.0),
    ("stereo.band_2.width_percent", 80.0),
    ("stereo.band_4.width_percent", 120.0),
    ("stereo.mono_bass", 1.0),
    ("clipper.ceiling_dbfs", -3.0),
    ("dither.bits", 1.0),
];

fn work(fixture: &Fixture) {
    decide(fixture);
    for stage in Stage::ALL {
        // The input has no switch; what is not in the table stays as it is.
        let id = format!("{}.enabled", stage.key());
        if fixture.params.param(&id).is_some() {
            fixture.session.set_once(&id, 1.0);
        }
    }
    for (id, value) in WORKING {
        fixture.session.set_once(id, value);
    }
}

/// Needed moves accepted, as the button does it.
fn decide(fixture: &Fixture) {
    fixture.session.accept_needed();
}

/// One move accepted and then turned by hand, one at another amount, and one setting that no move asks for.
fn tweak(fixture: &Fixture) {
    let judged = fixture.params.with_saved(|saved| saved.judged.clone());
    let moves = judged.iter().flat_map(|judged| &judged.report.moves);
    let needed: Vec<_> = moves.filter(|each| each.class == MoveClass::Needed).collect();
    if let [first, second, ..] = needed[..] {
        fixture.session.accept(first);
        fixture.session.set_amount(second, 60.0);
        if let Some((id, value)) = first.settings.iter().find(|(id, _)| id.ends_with("gain_db")) {
            fixture.session.set_once(id, value + 1.0);
        }
    }
    fixture.session.set_once("limiter.gain_db", 1.0);
}
