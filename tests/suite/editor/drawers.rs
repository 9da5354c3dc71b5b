//! Why this, and the report for the mixer.

use discern::assistant::VerdictKind;
use discern::chain::Stage;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::fixture::Fixture;
use super::{click, fixture, open_sized};

#[test]
fn why_says_what_was_measured_left_alone_and_not_heard() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Equalizer), size, 1.0);
        click(&mut harness, "Why this");
        assert!(harness.query_by_label_contains("Loudest 3 s, ").is_some());
        assert!(harness.query_by_label_contains("Looked for and not found: ").is_some());
        assert!(harness.query_by_label_contains("I have not heard ").is_some());
        // The proposals stay beside it.
        assert!(harness.query_by_label("Accept proposal 1").is_some());
        harness.key_press_modifiers(Modifiers::NONE, Key::Escape);
        harness.run_steps(3);
        assert!(harness.query_by_label_contains("Looked for and not found: ").is_none());
        assert!(fixture(&harness).host.take().is_empty());
    }
}

#[test]
fn a_mix_that_goes_back_opens_its_report() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::judged(VerdictKind::SendBack), None, size, 1.0);
        assert!(harness.query_by_label_contains("Share of what I heard, ").is_some());
        click(&mut harness, "Show mitigation only");
        assert!(harness.query_by_label("Copy report").is_none());
        click(&mut harness, "Report");
        assert!(harness.query_by_label("Copy report").is_some());
        click(&mut harness, "Close for the mixer");
        assert!(harness.query_by_label("Copy report").is_none());
    }
}

#[test]
fn the_report_shows_what_the_open_note_rests_on_and_takes_it_as_meant() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::judged(VerdictKind::SendBack), None, size, 1.0);
        let picture = harness.get_by_label("Loudness of the mix along the song; 30 places marked").rect();
        assert!(picture.right() < 0.5 * size.x && picture.height() > 60.0, "{picture:?}");
        click(&mut harness, "For the mixer 2, phase inverted, fix in the mix, 1:52\u{2013}2:30");
        harness.get_by_label("Spectrum of all that I heard of the mix; 40 Hz to 120 Hz is marked");
        harness.get_by_label("Expected, at least \u{2212}0.10");
        // One button, in the panel with the evidence.
        let meant = harness.get_by_label("Mark phase inverted as intended").rect();
        assert!(meant.right() < picture.right() && meant.height() >= 22.0, "{meant:?}");
        click(&mut harness, "Mark phase inverted as intended");
        assert!(harness.query_by_label_contains("For the mixer 2, phase inverted").is_none());
        click(&mut harness, "Undo");
        assert!(harness.query_by_label_contains("For the mixer 2, phase inverted").is_some());
        // A note of which no finding is kept has its place.
        harness.get_by_label("For the mixer 3, sibilance, worth a look, 2:56\u{2013}3:34").focus();
        harness.run_steps(3);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        harness.get_by_label("Loudness of the mix along the song; 2:56\u{2013}3:34 marked");
    }
}
