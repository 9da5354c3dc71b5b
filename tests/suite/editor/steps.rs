//! Undo and redo, typed values and the menu of a value.

use discern::assistant::VerdictKind;
use discern::chain::Stage;
use discern::chain::monitor::Source;
use discern::params::Decision;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::fixture::{Fixture, Gesture};
use super::{click, fixture, monitor, open};

#[test]
fn accept_all_needed_is_one_step_back_and_on() {
    let mut harness = open(Fixture::judged(VerdictKind::WorkNeeded), None);
    let before = fixture(&harness).params.settings();
    click(&mut harness, "Accept all needed");
    let after = fixture(&harness).params.settings();
    assert_ne!(before, after);
    click(&mut harness, "Undo");
    assert_eq!(fixture(&harness).params.settings(), before);
    assert!(fixture(&harness).params.with_saved(|saved| saved.decisions.is_empty()));
    click(&mut harness, "Redo");
    assert_eq!(fixture(&harness).params.settings(), after);
    let num_accepted = |harness: &egui_kittest::Harness<'_, super::State>| {
        fixture(harness)
            .params
            .with_saved(|saved| saved.decisions.values().filter(|decision| **decision == Decision::Accepted).count())
    };
    assert!(num_accepted(&harness) > 1);
    // By key, and in gestures that the host records.
    fixture(&harness).host.take();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).params.settings(), before);
    let gestures = fixture(&harness).host.take();
    let count = |wanted: &Gesture| gestures.iter().filter(|each| *each == wanted).count();
    assert!(count(&Gesture::Begin) > 1 && count(&Gesture::Begin) == count(&Gesture::End));
}

#[test]
fn a_reject_and_a_preset_are_steps_too() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Equalizer));
    click(&mut harness, "Reject proposal 1");
    assert_eq!(fixture(&harness).params.with_saved(|saved| saved.decisions.len()), 1);
    click(&mut harness, "Undo");
    assert_eq!(fixture(&harness).params.with_saved(|saved| saved.decisions.len()), 0);
    let before = fixture(&harness).params.settings();
    click(&mut harness, "Preset");
    click(&mut harness, "Gentle glue");
    click(&mut harness, "Undo");
    assert_eq!(fixture(&harness).params.settings(), before);
}

#[test]
fn what_the_host_moved_since_is_the_hosts() {
    let mut harness = open(Fixture::new(), Some(Stage::Glue));
    fixture(&harness).session.set_once("glue.ratio", 4.0);
    harness.run_steps(2);
    let Fixture { params, session, .. } = fixture(&harness);
    params.set_by_gesture(&session.context, "glue.ratio", 2.5);
    harness.run_steps(2);
    click(&mut harness, "Undo");
    assert_eq!(fixture(&harness).value("glue.ratio"), 2.5);
}

#[test]
fn sums_notes_and_units_are_typed_and_nonsense_is_refused() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Equalizer));
    click(&mut harness, "Band 3");
    for (text, hz) in [("2.4k", 2400.0), ("A4", 440.0), ("2*300", 600.0)] {
        harness.get_by_label("Band 3 frequency").focus();
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        let field = harness.get_by_label("Type Band 3 frequency");
        field.type_text(text);
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        assert_eq!(fixture(&harness).value("equalizer.band_3.frequency_hz"), hz, "{text}");
    }
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Type Band 3 frequency").type_text("loud");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(harness.query_by_label("Type Band 3 frequency").is_some(), "the field stays");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("equalizer.band_3.frequency_hz"), 600.0);
    click(&mut harness, "Undo");
    assert_eq!(fixture(&harness).value("equalizer.band_3.frequency_hz"), 440.0);
}

#[test]
fn a_value_has_a_menu() {
    let mut harness = open(Fixture::new(), Some(Stage::Limiter));
    fixture(&harness).session.set_once("limiter.gain_db", 6.0);
    harness.run_steps(2);
    harness.get_by_label("Limiter gain").click_secondary();
    harness.run_steps(3);
    click(&mut harness, "Reset to +0.0 dB");
    assert_eq!(fixture(&harness).value("limiter.gain_db"), 0.0);
    harness.get_by_label("Limiter gain").focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    harness.run_steps(3);
    click(&mut harness, "Enter value");
    harness.get_by_label("Type Limiter gain").type_text("-1.2 dB");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("limiter.gain_db"), -1.2);
}

#[test]
fn a_value_is_typed_into_the_amount_and_keys_work_again() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    harness.get_by_label("Chain amount").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    harness.get_by_label("Type Chain amount").type_text("50");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).value("chain.amount_percent"), 50.0);
    harness.key_press(Key::M);
    harness.run_steps(2);
    assert_eq!(monitor(&harness).source, Source::Mix);
}
