//! Hearing, tweaking and deciding moves; the mixer's list; what a session keeps of it.

use discern::assistant::findings::FindingKind;
use discern::assistant::{Change, Remeasured, VerdictKind};
use discern::chain::Stage;
use discern::chain::monitor::{MonitorState, Source};
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use discern::params::{Decision, DiscernParams};
use egui::{Key, OutputCommand, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use nice_plug::prelude::Params;

use super::fixture::{Fixture, Gesture, judged};
use super::{State, click, fixture, monitor, open, open_sized};

const TONE: &str = "Proposal 1, needed, EQ, \u{2212}1.2 dB at 240 Hz, Q 0.80";
const GAIN: &str = "equalizer.band_3.gain_db";

/// High enough for all cards to be in sight.
const HIGH: Vec2 = Vec2::new(1180.0, 1100.0);

fn set_amount(harness: &mut Harness<'_, State>, percent: f64) {
    harness.get_by_label("Amount of proposal 1").set_value_accesskit(percent);
    harness.run_steps(3);
}

fn amount(harness: &Harness<'_, State>) -> f64 {
    fixture(harness).params.with_saved(|saved| saved.amount("equalizer.boom"))
}

#[test]
fn an_amount_scales_what_is_accepted() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    set_amount(&mut harness, 50.0);
    assert_eq!(amount(&harness), 50.0);
    assert!(fixture(&harness).host.take().is_empty(), "nothing is set before it is accepted");
    click(&mut harness, "Accept proposal 1");
    assert_eq!(fixture(&harness).value(GAIN), -0.6);
    assert_eq!(fixture(&harness).value("equalizer.band_3.frequency_hz"), 240.0);
    harness.get_by_label(&format!("{TONE}, accepted"));
}

#[test]
fn an_amount_changes_what_was_accepted_in_one_gesture() {
    let mut harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), None, HIGH, 1.0);
    click(&mut harness, "Accept proposal 1");
    click(&mut harness, &format!("{TONE}, accepted"));
    fixture(&harness).host.take();
    set_amount(&mut harness, 150.0);
    assert_eq!(fixture(&harness).value(GAIN), -1.8);
    let gestures = fixture(&harness).host.take();
    assert_eq!((gestures.len(), gestures[0], gestures[2]), (3, Gesture::Begin, Gesture::End));

    // A drag over the whole slider is one gesture too.
    let track = harness.get_by_label("Amount of proposal 1").rect();
    harness.drag_at(track.center());
    harness.run_steps(1);
    for step in 1..=4 {
        let pos = track.center() - egui::vec2(track.width() / 8.0 * step as f32, 0.0);
        harness.event(egui::Event::PointerMoved(pos));
        harness.run_steps(1);
    }
    harness.drop_at(track.left_center());
    harness.run_steps(2);
    let gestures = fixture(&harness).host.take();
    assert_eq!((gestures.first(), gestures.last()), (Some(&Gesture::Begin), Some(&Gesture::End)));
    assert_eq!(gestures.iter().filter(|each| **each == Gesture::Begin).count(), 1);
    assert!(amount(&harness) < 10.0 && fixture(&harness).value(GAIN) > -0.2);
    harness.get_by_label(&format!("{TONE}, accepted"));
    click(&mut harness, "Undo proposal 1");
    assert_eq!(fixture(&harness).value(GAIN), 0.0);
}

#[test]
fn a_move_is_heard_before_it_is_accepted() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    click(&mut harness, "Hear proposal 1");
    let heard = monitor(&harness);
    assert_eq!((heard.source, heard.is_comparing), (Source::Master, true));
    let settings = heard.hear.expect("a move is heard").applied_to(&fixture(&harness).params.settings());
    assert_eq!(settings.equalizer.bands[2].gain_db, -1.2);
    assert!(fixture(&harness).host.take().is_empty(), "hearing sets nothing");
    click(&mut harness, "WITHOUT");
    assert_eq!(monitor(&harness).source, Source::Mix);
    assert!(monitor(&harness).hear.is_some());
    set_amount(&mut harness, 50.0);
    let settings = monitor(&harness).hear.expect("still heard").applied_to(&fixture(&harness).params.settings());
    assert_eq!(settings.equalizer.bands[2].gain_db, -0.6);
    click(&mut harness, "Stop hearing proposal 1");
    assert_eq!(monitor(&harness), MonitorState::default());
    harness.key_press(Key::H);
    harness.run_steps(2);
    assert!(monitor(&harness).hear.is_some());
    click(&mut harness, "Accept proposal 1");
    assert_eq!(monitor(&harness), MonitorState::default(), "what is set is heard as it is");
}

#[test]
fn a_control_moved_by_hand_makes_the_move_yours() {
    let mut harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), None, HIGH, 1.0);
    fixture(&harness).session.set_once(GAIN, -0.4);
    harness.run_steps(3);
    harness.get_by_label(&format!("{TONE}, yours"));
    fixture(&harness).session.set_once(GAIN, 0.0);
    harness.run_steps(3);
    harness.get_by_label(TONE);
    for (name, value) in [("gain_db", -1.15), ("frequency_hz", 238.0), ("q", 0.8)] {
        fixture(&harness).session.set_once(&format!("equalizer.band_3.{name}"), value);
    }
    harness.run_steps(3);
    click(&mut harness, &format!("{TONE}, done by you"));
    fixture(&harness).session.accept_needed();
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value(GAIN), -1.15, "what is done by hand is left alone");
    click(&mut harness, "Undo proposal 1");
    assert_eq!(fixture(&harness).value(GAIN), 0.0);
    harness.get_by_label(TONE);
}

#[test]
fn automation_makes_no_move_yours() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    let Fixture { params, session, .. } = fixture(&harness);
    params.set_by_gesture(&session.context, GAIN, -0.4);
    harness.run_steps(3);
    harness.get_by_label(TONE);
}

#[test]
fn a_note_is_marked_as_intended_for_good() {
    let mut harness = open(Fixture::judged(VerdictKind::SendBack), None);
    let status = "Verdict: send back to the mix. 2 to fix in the mix, 2 worth a look. 96 % of 3:51 heard.";
    harness.get_by_label(status);
    let clipping = "For the mixer 1, clipping, fix in the mix, 0:48\u{2013}3:34";
    harness.get_by_label(clipping);
    // The first note is open.
    click(&mut harness, "Mark clipping as intended");
    assert!(harness.query_by_label(clipping).is_none());
    harness.get_by_label("For the mixer 1, phase inverted, fix in the mix, 1:52\u{2013}2:30");
    fixture(&harness).params.change_saved(|saved| saved.set_judged(judged(VerdictKind::SendBack)));
    harness.run_steps(3);
    assert!(harness.query_by_label(clipping).is_none(), "another listening does not bring it back");
    assert!(fixture(&harness).params.with_saved(|saved| saved.is_intended(FindingKind::Clipping)));
    click(&mut harness, "Bring back what is intended");
    harness.get_by_label(clipping);
}

#[test]
fn the_mixers_list_is_copied_as_text() {
    let mut harness = open(Fixture::judged(VerdictKind::SendBack), None);
    harness.get_by_label("Copy report").click();
    let mut copied = None;
    for _ in 0..3 {
        harness.step();
        copied = copied.or(harness.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }));
    }
    let copied = copied.expect("something is copied");
    assert_eq!(copied.lines().count(), 5);
    assert!(copied.contains("1. 0:48\u{2013}3:34  Clipping (fix in the mix). 214 flat-topped peaks"), "{copied}");
}

#[test]
fn a_place_in_the_map_opens_its_note() {
    let mut harness = open(Fixture::judged(VerdictKind::SendBack), None);
    click(&mut harness, "Note 3, sibilance, 2:56\u{2013}3:34");
    harness.get_by_label("Mark sibilance as intended");
    let mut harness = open(Fixture::judged(VerdictKind::WorkNeeded), None);
    click(&mut harness, "Evidence 2, 1:52\u{2013}2:30");
    harness.get_by_label("Accept proposal 2");
}

#[test]
fn a_card_says_what_it_rests_on() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), None, size, 1.0);
        let card = harness.get_by_label(TONE);
        let described = card.accesskit_node().description().unwrap_or_default();
        for part in
            ["Measured 3.1 dB, expected \u{2212}2.6 to 1.8 dB; 0:48\u{2013}1:52, 68 %", "Cost: ", "Withdrawn if "]
        {
            assert!(described.contains(part), "{described}");
        }
    }
}

#[test]
fn a_rejection_holds_until_the_fault_has_grown_by_half() {
    let Fixture { params, .. } = Fixture::judged(VerdictKind::SmallMoves);
    params.change_saved(|saved| saved.decide("equalizer.boom", Some(Decision::Rejected)));
    let hear_again = |value: f64| {
        let mut judged = judged(VerdictKind::SmallMoves);
        judged.report.moves[0].evidence[0].value = value;
        params.change_saved(|saved| saved.set_judged(judged));
        params.with_saved(|saved| saved.decisions.get("equalizer.boom").copied())
    };
    assert_eq!(hear_again(3.9), Some(Decision::Rejected));
    assert_eq!(hear_again(4.5), Some(Decision::Rejected), "what counts is the value at rejection");
    assert_eq!(hear_again(4.7), None);
    assert_eq!(hear_again(3.1), None);
}

#[test]
fn amounts_and_intentions_are_saved() {
    let Fixture { params, .. } = Fixture::judged(VerdictKind::SendBack);
    params.change_saved(|saved| {
        saved.set_amount("limiter.level", 70.0);
        saved.set_amount("resonance.resonance", 100.0);
        saved.set_intended(FindingKind::Clipping, true);
    });
    let fields = params.serialize_fields();
    assert!(fields["discern"].contains(r#""amounts":{"limiter.level":70.0}"#));
    let loaded = DiscernParams::new();
    loaded.deserialize_fields(&fields);
    loaded.with_saved(|saved| {
        assert_eq!((saved.amount("limiter.level"), saved.amount("resonance.resonance")), (70.0, 100.0));
        assert!(saved.is_intended(FindingKind::Clipping));
    });
    let fresh = DiscernParams::new().serialize_fields();
    assert!(!fresh["discern"].contains("amounts") && !fresh["discern"].contains("intended"));
}

#[test]
fn what_waits_in_each_stage_is_told_at_every_size() {
    let mut harness = open_sized(Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Equalizer), MIN_SIZE, 1.0);
    harness.get_by_label("EQ, on, 2 needed");
    click(&mut harness, "Hear proposal 1");
    harness.get_by_label("EQ, on, Hearing 1");
}

/// Rows of text on a card are 17 points high; what else is on it is 33 + 3 gaps of 3 + 7 + 26 + 28 + 13, a title of 21 and
/// up to 4 beside the evidence.
#[test]
fn a_card_has_six_lines_of_text_and_the_rest_in_its_description() {
    let fixture = Fixture::judged(VerdictKind::SmallMoves);
    fixture.params.change_saved(|saved| {
        let mut judged = judged(VerdictKind::SmallMoves);
        let moves = &mut judged.report.moves;
        moves[0].title = "\u{2212}10.9 dB above 5.6 kHz".to_owned();
        moves[0].sentence =
            "5.6\u{2013}14.0 kHz is 12.5 dB louder than the rest of this song lets expect, all through the \
            song; records stay within +6.5 dB: \u{2212}10.9 dB above 5.6 kHz brings 12.5 dB to 6.7."
                .to_owned();
        moves[1].sentence =
            "\u{2212}16.2 LUFS is 2.2 LU below the \u{2212}14.0 LUFS that streaming asks for; +2.2 dB into \
            the limiter reaches \u{2212}14.0 LUFS. The limiter takes up to 1.4 dB off the highest peaks."
                .to_owned();
        saved.set_judged(judged);
    });
    let mut harness = open(fixture, None);
    for number in 1..=3 {
        if harness.query_by_label(&format!("Hear proposal {number}")).is_none() {
            harness.key_press(Key::CloseBracket);
            harness.run_steps(3);
        }
        harness.get_by_label(&format!("Accept proposal {number}"));
        let name = format!("Proposal {number}, ");
        let card = harness
            .get_all_by_label_contains(&name)
            .find(|node| node.accesskit_node().description().is_some())
            .expect("the open card");
        let most = 33.0 + 9.0 + 7.0 + 26.0 + 28.0 + 13.0 + 21.0 + 4.0 + 4.0 * 17.0;
        assert!(card.rect().height() <= most, "{number}: {} of {most}", card.rect().height());
        let said = card.accesskit_node().description().unwrap_or_default();
        assert!(said.contains("Expect loudness") || said.contains("Expect that band"), "{said}");
        assert!(said.contains("Measured "), "{said}");
    }
}

#[test]
fn what_a_hand_changed_is_in_the_numbers_of_open_moves() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Equalizer));
    let judged = fixture(&harness).params.with_saved(|saved| saved.judged.clone()).expect("judged");
    let first = &judged.report.moves[0];
    let anew = |before: f64| Remeasured {
        id: first.id.clone(),
        effect: vec![Change { before, after: before - 1.0, ..first.effect[0] }],
        cost: Vec::new(),
    };
    let evidence = &first.evidence[0];
    fixture(&harness).params.change_saved(|saved| saved.set_remeasured(vec![anew(evidence.expected[1] + 0.9)]));
    harness.run_steps(2);
    harness.get_by_label("Accept proposal 1");
    // Within its range by other means it is shown as done.
    fixture(&harness).params.change_saved(|saved| saved.set_remeasured(vec![anew(evidence.expected[1] - 0.1)]));
    harness.run_steps(2);
    harness.get_by_label(&format!("{TONE}, done by you"));
    assert!(fixture(&harness).host.take().is_empty(), "nothing is set");
}
