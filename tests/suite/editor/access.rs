//! What assistive technology gets to know: every control by one name of its own, on every page.

use std::collections::BTreeMap;

use discern::assistant::VerdictKind;
use discern::bridge::Phase;
use discern::chain::Stage;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;

use super::fixture::{Fixture, hearing};
use super::{State, open_sized};

/// Roles that are pressed, moved or typed into.
const INTERACTIVE: [Role; 8] = [
    Role::Button,
    Role::CheckBox,
    Role::ComboBox,
    Role::RadioButton,
    Role::Slider,
    Role::SpinButton,
    Role::Tab,
    Role::TextInput,
];

fn check(harness: &Harness<'_, State>, page: &str) {
    let mut names: BTreeMap<(String, String), usize> = BTreeMap::new();
    for node in harness.root().children_recursive() {
        let node = node.accesskit_node();
        if !INTERACTIVE.contains(&node.role()) {
            continue;
        }
        let name = node.label().or_else(|| node.value()).unwrap_or_default();
        assert!(!name.trim().is_empty(), "{page}: a {:?} without a name at {:?}", node.role(), node.bounding_box());
        *names.entry((format!("{:?}", node.role()), name)).or_default() += 1;
    }
    assert!(names.len() > 10, "{page}: {names:?}");
    let twice: Vec<_> = names.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{page}: {twice:?}");
}

#[test]
fn every_control_has_one_name_of_its_own_on_every_page() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        for kind in [
            VerdictKind::LevelOnly,
            VerdictKind::SmallMoves,
            VerdictKind::WorkNeeded,
            VerdictKind::SendBack,
            VerdictKind::NotEnoughHeard,
            VerdictKind::OutsideScope,
        ] {
            check(&open_sized(Fixture::judged(kind), None, size, 1.0), kind.key());
        }
        for stage in Stage::ALL {
            check(&open_sized(Fixture::judged(VerdictKind::WorkNeeded), Some(stage), size, 1.0), stage.key());
        }
        let listening = Fixture::new();
        listening.analysis.publish(hearing(Phase::Listening, Some(0.4)));
        check(&open_sized(listening, None, size, 1.0), "listening");
        check(&open_sized(Fixture::new(), None, size, 1.0), "idle");
    }
}
