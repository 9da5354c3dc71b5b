//! What assistive technology gets to know: every control by one name of its own, on every page.

use std::collections::BTreeMap;

use discern::assistant::VerdictKind;
use discern::bridge::Phase;
use discern::chain::Stage;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE, theme};
use egui::accesskit::Role;
use egui::epaint::ClippedShape;
use egui::{Key, Rect, Shape};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;

use super::fixture::{Fixture, hearing};
use super::{State, click, open_sized};

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

/// Least width of a focus ring, points.
const RING: f32 = 1.4;

/// Whether a shape is a ring in the focus' colour about the middle of `rect`.
fn is_ring(shape: &ClippedShape, rect: Rect) -> bool {
    let stroke = match &shape.shape {
        Shape::Rect(each) => (each.stroke.width, each.stroke.color),
        Shape::Circle(each) => (each.stroke.width, each.stroke.color),
        _ => return false,
    };
    let bounds = shape.shape.visual_bounding_rect();
    stroke.0 >= RING && stroke.1 == theme::T1 && bounds.contains(rect.center()) && bounds.width() < rect.width() + 40.0
}

/// Goes through a page by Tab and says what is missing: role, name, value, ring.
fn faults_by_tab(mut harness: Harness<'_, State>, page: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let rings_at = |harness: &Harness<'_, State>, rect: Rect| {
        harness.output().shapes.iter().filter(|shape| is_ring(shape, rect)).cloned().collect::<Vec<ClippedShape>>()
    };
    let at_rest = harness.output().shapes.clone();
    let mut first = None;
    for _ in 0..300 {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        let nodes: Vec<_> = harness.root().children_recursive().collect();
        let Some(focused) = nodes.into_iter().find(|node| node.accesskit_node().is_focused()) else { continue };
        let (node, rect) = (focused.accesskit_node(), focused.rect());
        let (role, name) = (node.role(), node.label().unwrap_or_default());
        let key = (format!("{role:?}"), name.clone());
        if first.as_ref() == Some(&key) {
            return faults;
        }
        first.get_or_insert(key);
        let mut miss =
            |what: &str| faults.push(format!("{page}: {role:?} \u{201C}{name}\u{201D} at {rect:?} has no {what}"));
        if !INTERACTIVE.contains(&role) && role != Role::ListBoxOption {
            miss("role");
        }
        if name.trim().is_empty() {
            miss("name");
        }
        let value = node.value().filter(|value| !value.trim().is_empty());
        let has_value = match role {
            Role::Slider | Role::SpinButton => value.is_some() && node.numeric_value().is_some(),
            Role::ComboBox | Role::TextInput => value.is_some(),
            Role::CheckBox | Role::RadioButton | Role::Tab => node.toggled().is_some(),
            _ => true,
        };
        if !has_value {
            miss("value");
        }
        if !rings_at(&harness, rect).iter().any(|ring| !at_rest.contains(ring)) {
            miss("focus ring");
        }
    }
    faults.push(format!("{page}: Tab does not come round"));
    faults
}

#[test]
fn everything_that_takes_the_focus_says_what_it_is_and_shows_it() {
    let mut faults = Vec::new();
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let name = |page: &str| format!("{page} at {:.0}", size.x);
        for kind in [VerdictKind::LevelOnly, VerdictKind::NotEnoughHeard, VerdictKind::OutsideScope] {
            faults.extend(faults_by_tab(open_sized(Fixture::judged(kind), None, size, 1.0), &name(kind.key())));
        }
        for stage in Stage::ALL {
            let page = open_sized(Fixture::judged(VerdictKind::WorkNeeded), Some(stage), size, 1.0);
            faults.extend(faults_by_tab(page, &name(stage.key())));
        }
        // A band that moves has its controls on a second page.
        let dynamic = Fixture::new();
        dynamic.session.set_once("equalizer.band_1.dynamic", 1.0);
        dynamic.session.set_once("equalizer.band_1.range_db", -3.0);
        faults.extend(faults_by_tab(open_sized(dynamic, Some(Stage::Equalizer), size, 1.0), &name("dynamic band")));
        let report = open_sized(Fixture::judged(VerdictKind::SendBack), None, size, 1.0);
        faults.extend(faults_by_tab(report, &name("report")));
        let mut why = open_sized(Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Equalizer), size, 1.0);
        click(&mut why, "Why this");
        faults.extend(faults_by_tab(why, &name("why")));
        let listening = Fixture::new();
        listening.analysis.publish(hearing(Phase::Listening, Some(0.4)));
        faults.extend(faults_by_tab(open_sized(listening, None, size, 1.0), &name("listening")));
        faults.extend(faults_by_tab(open_sized(Fixture::new(), None, size, 1.0), &name("idle")));
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
}
