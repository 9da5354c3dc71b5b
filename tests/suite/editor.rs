//! The editor by its accessible names: what a press, a drag or a typed value does to the plugin.

mod access;
mod brief;
mod colours;
mod drawers;
pub mod fixture;
mod keyboard;
mod meters;
mod moves;
mod plots;
mod preferences;
mod references;
mod sizes;
mod songs;
mod stages;
mod states;
mod steps;

use discern::assistant::VerdictKind;
use discern::bridge::{Phase, Request};
use discern::chain::Stage;
use discern::chain::monitor::{MonitorState, Source};
use discern::editor::{DEFAULT_SIZE, FRAME_FAILED, FailAt, MIN_SIZE, Screen, theme};
use discern::params::Decision;
use egui::{Event, Key, Modifiers, PointerButton, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use fixture::{Fixture, Gesture, hearing};

/// A screen on a session.
pub struct State {
    fixture: Fixture,
    screen: Screen,
    /// Frames that fail are what the test is about.
    may_fail: bool,
}

impl State {
    /// Draws a frame. The screen catches one that panics: unless a test asked for it, it fails the test.
    fn frame(&mut self, ui: &mut egui::Ui) {
        self.screen.ui(ui, &self.fixture.session);
        let troubles = self.fixture.params.troubles.all();
        let failed = troubles.iter().find(|each| each.text.starts_with(FRAME_FAILED));
        assert!(self.may_fail || failed.is_none(), "{failed:?}");
    }

    /// Asks the next frame to fail.
    fn fail_next_frame(&mut self, at: FailAt) {
        self.may_fail = true;
        self.screen.fail_next_frame(at);
    }
}

fn open_sized(fixture: Fixture, stage: Option<Stage>, size: Vec2, scale: f32) -> Harness<'static, State> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_pixels_per_point(scale)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, state: &mut State| state.frame(ui),
            State { fixture, screen: Screen::default(), may_fail: false },
        );
    harness.run_steps(2);
    if let Some(stage) = stage {
        harness.state_mut().screen.select(stage);
        harness.run_steps(2);
    }
    harness
}

pub fn open(fixture: Fixture, stage: Option<Stage>) -> Harness<'static, State> {
    open_sized(fixture, stage, DEFAULT_SIZE, 1.0)
}

fn click(harness: &mut Harness<'_, State>, name: &str) {
    harness.get_by_label(name).click();
    harness.run_steps(3);
}

fn fixture<'a>(harness: &'a Harness<'_, State>) -> &'a Fixture {
    &harness.state().fixture
}

#[test]
fn listen_asks_the_analysis_thread() {
    let mut harness = open(Fixture::new(), None);
    click(&mut harness, "Listen");
    assert!(matches!(fixture(&harness).analysis.next_request(), Some(Request::Listen)));
    fixture(&harness).analysis.publish(hearing(Phase::Listening, None));
    harness.run_steps(2);
    click(&mut harness, "Stop");
    assert!(matches!(fixture(&harness).analysis.next_request(), Some(Request::Listen)));
    assert!(fixture(&harness).host.take().is_empty(), "listening sets no parameter");
}

#[test]
fn accept_sets_the_parameters_and_undo_brings_them_back() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Limiter));
    // As automation would: a hand would make the move the engineer's.
    let Fixture { params, session, .. } = fixture(&harness);
    params.set_by_gesture(&session.context, "limiter.gain_db", 0.5);
    fixture(&harness).host.take();
    click(&mut harness, "Proposal 2, needed, Limiter, +2.2 dB, ceiling \u{2212}1.0 dBTP");
    click(&mut harness, "Accept proposal 2");
    assert_eq!(fixture(&harness).value("limiter.gain_db"), 2.2);
    assert_eq!(fixture(&harness).value("limiter.ceiling_dbtp"), -1.0);
    let gestures = fixture(&harness).host.take();
    assert_eq!(gestures.iter().filter(|each| **each == Gesture::Begin).count(), 2);
    assert_eq!(gestures.iter().filter(|each| **each == Gesture::End).count(), 2);
    let decision = |harness: &Harness<'_, State>| {
        fixture(harness).params.with_saved(|saved| saved.decisions.get("limiter.level").copied())
    };
    assert_eq!(decision(&harness), Some(Decision::Accepted));
    click(&mut harness, "Undo proposal 2");
    assert_eq!(fixture(&harness).value("limiter.gain_db"), 0.5);
    assert_eq!(fixture(&harness).value("limiter.ceiling_dbtp"), 0.1);
    assert_eq!(decision(&harness), None);
}

#[test]
fn a_move_that_the_host_applied_is_not_offered_again() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Limiter));
    let Fixture { params, session, .. } = fixture(&harness);
    params.set_by_gesture(&session.context, "limiter.gain_db", 2.2);
    params.set_by_gesture(&session.context, "limiter.ceiling_dbtp", -1.0);
    harness.run_steps(3);
    assert!(harness.query_by_label("Accept proposal 2").is_none());
    assert!(harness.query_by_label_contains("Limiter, +2.2 dB, ceiling \u{2212}1.0 dBTP, accepted").is_some());
}

#[test]
fn a_preset_sets_the_chain_and_the_fresh_chain_comes_back() {
    let mut harness = open(Fixture::new(), None);
    click(&mut harness, "Preset");
    click(&mut harness, "Gentle glue");
    assert_eq!(fixture(&harness).value("glue.enabled"), 1.0);
    assert_eq!(fixture(&harness).value("glue.ratio"), 1.5);
    assert_eq!(fixture(&harness).value("limiter.ceiling_dbtp"), -1.0);
    click(&mut harness, "Preset");
    click(&mut harness, "As freshly inserted");
    assert_eq!(fixture(&harness).params.settings(), discern::chain::Settings::default());
}

#[test]
fn solo_listens_to_one_stage_and_ends() {
    let mut harness = open(Fixture::new(), Some(Stage::Glue));
    click(&mut harness, "Solo the open stage");
    assert_eq!(monitor(&harness).solo, Some(Stage::Glue));
    assert!(monitor(&harness).is_comparing);
    click(&mut harness, "Full level");
    assert_eq!(monitor(&harness), MonitorState::default());
}

fn monitor(harness: &Harness<'_, State>) -> MonitorState {
    fixture(harness).session.end.monitor_state()
}

#[test]
fn accept_all_needed_leaves_could_alone() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    click(&mut harness, "Accept all needed");
    assert_eq!(fixture(&harness).value("equalizer.band_3.gain_db"), -1.2);
    assert_eq!(fixture(&harness).value("limiter.gain_db"), 2.2);
    let decided = fixture(&harness).params.with_saved(|saved| saved.decisions.len());
    assert_eq!(decided, 2);
}

#[test]
fn reject_marks_and_sets_nothing() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    click(&mut harness, "Reject proposal 1");
    let decision = fixture(&harness).params.with_saved(|saved| saved.decisions.get("equalizer.boom").copied());
    assert_eq!(decision, Some(Decision::Rejected));
    assert!(fixture(&harness).host.take().is_empty());
    harness.get_by_label("Proposal 1, needed, EQ, \u{2212}1.2 dB at 240 Hz, Q 0.80, rejected");
}

#[test]
fn keys_decide_the_open_card() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    harness.key_press(Key::R);
    harness.run_steps(2);
    harness.key_press(Key::A);
    harness.run_steps(2);
    let decisions = fixture(&harness).params.with_saved(|saved| saved.decisions.clone());
    assert_eq!(decisions.get("equalizer.boom"), Some(&Decision::Rejected));
    assert_eq!(decisions.get("limiter.level"), Some(&Decision::Accepted));
}

#[test]
fn pending_accept_is_taken_up_when_the_editor_opens() {
    let Fixture { params, host, analysis, session, .. } = Fixture::judged(VerdictKind::LevelOnly);
    let (end, context) = (session.end.clone(), session.context.clone());
    drop(session);
    params.change_saved(|saved| saved.is_accept_pending = true);
    let session = discern::editor::Session::new(params.clone(), end, context);
    let gain = params.param("limiter.gain_db").map(|(setting, param)| setting.snap(param.value()));
    assert_eq!(gain, Some(2.2));
    assert!(!params.with_saved(|saved| saved.is_accept_pending));
    drop((session, host, analysis));
}

#[test]
fn a_frequency_can_be_typed() {
    let mut harness = open(Fixture::new(), None);
    harness.get_by_label("Band 1 frequency").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Type Band 1 frequency").type_text("2.4k");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("equalizer.band_1.frequency_hz"), 2400.0);
    assert!(harness.query_by_label("Type Band 1 frequency").is_none());
}

#[test]
fn escape_leaves_a_typed_value_alone() {
    let mut harness = open(Fixture::new(), Some(Stage::Limiter));
    harness.get_by_label("Limiter gain").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Type Limiter gain").type_text("7");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("limiter.gain_db"), 0.0);
}

#[test]
fn a_drag_is_one_gesture() {
    let mut harness = open(Fixture::new(), Some(Stage::Limiter));
    let center = harness.get_by_label("Limiter gain").rect().center();
    harness.drag_at(center);
    harness.run_steps(1);
    for step in 1..=4 {
        harness.event(Event::PointerMoved(center - egui::vec2(0.0, 10.0 * step as f32)));
        harness.run_steps(1);
    }
    harness.drop_at(center - egui::vec2(0.0, 40.0));
    harness.run_steps(2);
    let gestures = fixture(&harness).host.take();
    assert_eq!(gestures.first(), Some(&Gesture::Begin));
    assert_eq!(gestures.last(), Some(&Gesture::End));
    assert_eq!(gestures.iter().filter(|each| **each == Gesture::Begin).count(), 1);
    let gain_db = fixture(&harness).value("limiter.gain_db");
    assert!((4.0..10.0).contains(&gain_db), "{gain_db}");
}

#[test]
fn arrows_step_and_home_resets() {
    let mut harness = open(Fixture::new(), Some(Stage::Limiter));
    harness.get_by_label("Limiter gain").focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowUp);
    harness.key_press(Key::PageUp);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("limiter.gain_db"), 1.1);
    harness.key_press(Key::Home);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).value("limiter.gain_db"), 0.0);
}

#[test]
fn assistive_technology_sets_values() {
    let mut harness = open(Fixture::new(), Some(Stage::Limiter));
    harness.get_by_label("Limiter ceiling").set_value_accesskit(-1.0);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).value("limiter.ceiling_dbtp"), -1.0);
    assert_eq!(harness.get_by_label("Limiter ceiling").value().as_deref(), Some("\u{2212}1.0 dBTP"));
    harness.get_by_label("Limiter ceiling").increment_accesskit();
    harness.run_steps(2);
    assert_eq!(fixture(&harness).value("limiter.ceiling_dbtp"), -0.9);
}

#[test]
fn comparing_is_a_monitor_state_and_ends() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    click(&mut harness, "MIX");
    let heard = fixture(&harness).session.end.monitor_state();
    assert_eq!((heard.source, heard.is_comparing), (Source::Mix, true));
    assert!(heard.predicted_difference_lu.is_some_and(|lu| (lu - 4.3).abs() < 1e-9));
    click(&mut harness, "MASTER");
    assert_eq!(fixture(&harness).session.end.monitor_state().source, Source::Master);
    click(&mut harness, "Delta");
    assert_eq!(fixture(&harness).session.end.monitor_state().source, Source::Delta);
    harness.key_press(Key::M);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).session.end.monitor_state().source, Source::Mix);
    click(&mut harness, "Full level");
    assert_eq!(fixture(&harness).session.end.monitor_state(), MonitorState::default());
    assert!(fixture(&harness).host.take().is_empty(), "comparing sets no parameter");
}

#[test]
fn closing_is_neutral_and_ends_what_runs() {
    let Fixture { params, host, mut audio, analysis, session } = Fixture::new();
    let (setting, _) = session.param("limiter.gain_db").expect("in the table");
    session.begin(setting);
    session.set(setting, 3.0);
    session.end.set_monitor_state(MonitorState { source: Source::Mix, is_comparing: true, ..Default::default() });
    drop(session);
    assert_eq!(audio.new_monitor_state(), Some(MonitorState::default()));
    assert_eq!(host.take().last(), Some(&Gesture::End));
    drop((params, analysis));
}

#[test]
fn brief_reaches_state_and_analysis() {
    let mut harness = open(Fixture::new(), None);
    click(&mut harness, "Destination");
    click(&mut harness, "Vinyl");
    assert!(matches!(
        fixture(&harness).analysis.next_request(),
        Some(Request::Brief(brief)) if brief.destination.key() == "vinyl"
    ));
    assert_eq!(fixture(&harness).params.with_saved(|saved| saved.brief.destination.key()), "vinyl");
}

#[test]
fn nodes_are_dragged_and_deleted() {
    let mut harness = open(Fixture::new(), Some(Stage::Equalizer));
    fixture(&harness).session.set_once("equalizer.band_1.gain_db", 1.0);
    fixture(&harness).session.set_once("equalizer.band_1.frequency_hz", 200.0);
    harness.run_steps(2);
    fixture(&harness).host.take();
    let center = harness.get_by_label("Band 1, bell, 200 Hz, +1.0 dB, Q 0.70, stereo").rect().center();
    harness.drag_at(center);
    harness.run_steps(1);
    for step in 1..=4 {
        harness.event(Event::PointerMoved(center + egui::vec2(15.0, 12.0) * step as f32));
        harness.run_steps(1);
    }
    harness.drop_at(center + egui::vec2(60.0, 48.0));
    harness.run_steps(2);
    let gestures = fixture(&harness).host.take();
    let count = |wanted: Gesture| gestures.iter().filter(|each| **each == wanted).count();
    assert_eq!((count(Gesture::Begin), count(Gesture::End)), (3, 3), "frequency, gain and Q");
    assert!(fixture(&harness).value("equalizer.band_1.gain_db") < 0.0);
    assert!(fixture(&harness).value("equalizer.band_1.frequency_hz") > 300.0);
    harness.key_press(Key::Delete);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).value("equalizer.band_1.gain_db"), 0.0);
    harness.get_by_label("EQ curve, flat");
}

#[test]
fn double_click_makes_a_band() {
    let mut harness = open(Fixture::new(), Some(Stage::Equalizer));
    let at = harness.get_by_label("EQ curve, flat").rect().center() - egui::vec2(0.0, 90.0);
    // All of it in one frame: the harness' clock is too slow for two clicks in a row.
    harness.input_mut().events.push(Event::PointerMoved(at));
    for pressed in [true, false, true, false] {
        let button = PointerButton::Primary;
        let event = Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE };
        harness.input_mut().events.push(event);
        harness.input_mut().time = Some(1.0);
        harness.step();
    }
    harness.run_steps(2);
    assert!(fixture(&harness).value("equalizer.band_1.gain_db") > 0.5);
    harness.get_by_label("EQ curve, 1 band");
}

#[test]
fn every_state_fits_every_size() {
    let states: [fn() -> Fixture; 8] = [
        Fixture::new,
        || {
            let fixture = Fixture::new();
            fixture.analysis.publish(hearing(Phase::Listening, Some(0.4)));
            fixture
        },
        || Fixture::judged(VerdictKind::LevelOnly),
        || Fixture::judged(VerdictKind::NotEnoughHeard),
        || Fixture::judged(VerdictKind::OutsideScope),
        || Fixture::judged(VerdictKind::SmallMoves),
        || Fixture::judged(VerdictKind::WorkNeeded),
        || Fixture::judged(VerdictKind::SendBack),
    ];
    for state in states {
        for (size, scale) in [(DEFAULT_SIZE, 1.0), (MIN_SIZE, 1.0), (DEFAULT_SIZE, 2.5), (MIN_SIZE, 0.75)] {
            let mut harness = open_sized(state(), None, size, scale);
            for stage in std::iter::once(None).chain(Stage::ALL.map(Some)) {
                if let Some(stage) = stage {
                    harness.state_mut().screen.select(stage);
                }
                fixture(&harness).play(1.0);
                harness.run_steps(3);
            }
        }
    }
}
