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
