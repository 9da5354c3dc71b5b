//! The meters' own controls.

use discern::bridge::Request;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};

use super::fixture::{Fixture, hearing};
use super::{click, fixture, open_sized};

#[test]
fn the_true_peak_maximum_is_let_go_by_click_and_by_key() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::new(), None, size, 1.0);
        fixture(&harness).analysis.publish(hearing(discern::bridge::Phase::Idle, None));
        harness.run_steps(2);
        let row = harness.get_by_label("True-peak maximum");
        assert_eq!(row.accesskit_node().value().as_deref(), Some("\u{2212}0.3 dBTP, above \u{2212}1.0"));
        assert!(row.rect().height() >= 22.0);
        let is_asked = |request: Option<Request>| matches!(request, Some(Request::ReleaseTruePeak));
        click(&mut harness, "True-peak maximum");
        assert!(is_asked(fixture(&harness).analysis.next_request()));
        harness.get_by_label("True-peak maximum").focus();
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(2);
        assert!(is_asked(fixture(&harness).analysis.next_request()));
        assert!(fixture(&harness).host.take().is_empty(), "a meter sets no parameter");
    }
}
