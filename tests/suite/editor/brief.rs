//! The brief's popover: what it asks for reaches the plugin, and nothing is set by it.

use discern::assistant::{Restraint, VerdictKind};
use discern::bridge::Request;
use discern::chain::Stage;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use egui::Key;
use egui_kittest::kittest::Queryable;

use super::fixture::Fixture;
use super::{click, fixture, open_sized};

#[test]
fn character_restraint_and_locks_are_asked_for() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), None, size, 1.0);
        click(&mut harness, "Brief");
        harness.get_by_label("darker to brighter").focus();
        harness.run_steps(2);
        harness.key_press(Key::ArrowRight);
        harness.run_steps(2);
        harness.key_press(Key::ArrowRight);
        harness.run_steps(2);
        click(&mut harness, "Restraint, Full");
        click(&mut harness, "Lock Stereo");
        let brief = fixture(&harness).params.with_saved(|saved| saved.brief.clone());
        assert_eq!((brief.character.brighter, brief.restraint), (2, Restraint::Full));
        assert_eq!(brief.locks, vec![Stage::Stereo]);
        let requests = std::iter::from_fn(|| fixture(&harness).analysis.next_request());
        assert_eq!(requests.filter(|request| matches!(request, Request::Brief(_))).count(), 4);
        click(&mut harness, "Lock Stereo");
        click(&mut harness, "Neutral brief");
        assert!(fixture(&harness).host.take().is_empty(), "a brief sets no parameter");
        let brief = fixture(&harness).params.with_saved(|saved| saved.brief.clone());
        assert_eq!((brief.character, brief.locks.len()), (Default::default(), 0));
    }
}
