//! Loaded states as the editor shows them: all that was said before is there again, and such as nobody ever saved are
//! drawn without end or panic.

use std::time::{Duration, Instant};

use discern::bridge::Hearing;
use discern::params::{filter_state, repair_state};
use nice_plug::prelude::Params;

use egui_kittest::kittest::NodeT;

use super::*;
use crate::states::crafted;

/// A frame that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(4);

/// An instance that loads what another saved, with its editor open.
fn reloaded(kind: VerdictKind) -> Fixture {
    let fields = Fixture::judged(kind).params.serialize_fields();
    let fixture = Fixture::new();
    fixture.params.deserialize_fields(&fields);
    assert!(fixture.params.troubles.all().is_empty());
    // The meters run; nothing was heard since.
    let (heard_s, duration_s, share, blocks) = (0.0, 0.0, None, Default::default());
    fixture.analysis.publish(Hearing { heard_s, duration_s, share, blocks, ..hearing(Phase::Idle, share) });
    fixture
}

/// Names of all that can be read on a screen.
fn names(harness: &Harness<'_, State>) -> Vec<String> {
    let mut names: Vec<String> =
        harness.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect();
    names.sort();
    names
}

#[test]
fn all_that_was_said_is_there_after_a_reload() {
    for kind in [VerdictKind::WorkNeeded, VerdictKind::SendBack, VerdictKind::SmallMoves, VerdictKind::LevelOnly] {
        let has_report = matches!(kind, VerdictKind::WorkNeeded | VerdictKind::SendBack);
        let (mut before, mut after) = (open(Fixture::judged(kind), None), open(reloaded(kind), None));
        for harness in [&mut before, &mut after] {
            for _ in 0..2 {
                if harness.query_by_label("Why this").is_none() {
                    harness.key_press(Key::Escape);
                    harness.run_steps(3);
                }
            }
        }
        let place = |harness: &Harness<'_, State>, name: &str| harness.get_by_label(name).rect();
        for button in ["Why this", "Listen again"].into_iter().chain(has_report.then_some("Report")) {
            assert_eq!(place(&before, button), place(&after, button), "{kind:?}: {button}");
        }
        for drawer in ["Why this"].into_iter().chain(has_report.then_some("Report")) {
            let is_open = |harness: &Harness<'_, State>| harness.query_by_label_contains("Close ").is_some();
            for harness in [&mut before, &mut after] {
                while is_open(harness) {
                    harness.key_press(Key::Escape);
                    harness.run_steps(3);
                }
                click(harness, drawer);
                assert!(is_open(harness), "{kind:?}: {drawer}");
            }
            let (before, after) = (names(&before), names(&after));
            let missing: Vec<&String> = before.iter().filter(|name| !after.contains(name)).collect();
            assert!(missing.is_empty(), "{kind:?}, {drawer}: {missing:#?}");
        }
    }
}

#[test]
fn crafted_states_are_drawn() {
    for (name, bytes) in crafted::all() {
        let Some(json) = bytes.get(8..).filter(|json| json.len() < 32 << 20) else { continue };
        let Some(mut state) = serde_json::from_slice(json).ok().or_else(|| repair_state(json)) else { continue };
        filter_state(&mut state);
        let loaded = Fixture::new();
        loaded.params.deserialize_fields(&state.fields);
        let mut start = Instant::now();
        let mut in_time = |what: &str| {
            let taken = std::mem::replace(&mut start, Instant::now()).elapsed();
            assert!(taken < LIMIT, "{name}: {what} takes {taken:?}");
        };
        let mut harness = open(loaded, None);
        in_time("the first page");
        for _ in 0..2 {
            harness.key_press(Key::Escape);
            harness.run_steps(2);
            in_time("another page");
        }
        for drawer in ["Why this", "Report", "Overview"] {
            if harness.query_by_label(drawer).is_some() {
                click(&mut harness, drawer);
                in_time(drawer);
            }
        }
        for stage in [Stage::Equalizer, Stage::Stereo, Stage::Limiter] {
            harness.state_mut().screen.select(stage);
            harness.run_steps(2);
            in_time(stage.name());
        }
        let faults: Vec<_> = fixture(&harness).params.troubles.all().into_iter().filter(|each| each.is_fault).collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
}
