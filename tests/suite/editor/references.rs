//! References and kept parts of the song: asked for, heard, taken away.

use std::sync::Arc;

use discern::assistant::VerdictKind;
use discern::bridge::{Hearing, ReferenceState, Request};
use discern::chain::monitor::Source;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use discern::params::DiscernParams;
use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use nice_plug::prelude::Params;

use super::fixture::Fixture;
use super::plots::double_click;
use super::{State, click, fixture, open_sized};

fn requests(harness: &Harness<'_, State>) -> Vec<Request> {
    std::iter::from_fn(|| fixture(harness).analysis.next_request()).collect()
}

#[test]
fn a_reference_is_chosen_from_a_folder() {
    let folder = std::env::temp_dir().join(format!("discern-references-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("Record.wav");
    std::fs::write(&path, "").unwrap();
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), None, size, 1.0);
        click(&mut harness, "Brief");
        click(&mut harness, "Add a reference");
        let field = harness.get_by_label("Path of a recording or a folder");
        field.focus();
        harness.run_steps(2);
        harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
        harness.run_steps(2);
        harness.get_by_label("Path of a recording or a folder").type_text(&folder.display().to_string());
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        click(&mut harness, "Record.wav");
        let asked = requests(&harness);
        assert!(matches!(&asked[..], [Request::AddReference(asked)] if *asked == path), "{asked:?}");
        harness.get_by_label("Add a reference");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn references_are_heard_and_removed() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::referred(), None, size, 1.0);
        let monitor = |harness: &Harness<'_, State>| fixture(harness).session.end.monitor_state();
        click(&mut harness, "Reference");
        assert!(monitor(&harness).source == Source::Reference && monitor(&harness).is_comparing);
        assert!(requests(&harness).is_empty(), "one that is in memory is not asked for again");
        harness.get_by_label_contains("Hearing the reference. One");
        harness.key_press(Key::F);
        harness.run_steps(2);
        assert_eq!(monitor(&harness).source, Source::Master);
        harness.key_press(Key::F);
        harness.run_steps(2);
        assert_eq!(monitor(&harness).source, Source::Reference);
        harness.key_press(Key::M);
        harness.run_steps(2);
        assert_eq!(monitor(&harness).source, Source::Mix);

        click(&mut harness, "Brief");
        click(&mut harness, "Hear A very long name of the second record (2019 remaster)");
        assert!(matches!(&requests(&harness)[..], [Request::ChooseReference(_)]));
        click(&mut harness, "Remove One");
        assert!(matches!(&requests(&harness)[..], [Request::RemoveReference(path)] if path.ends_with("One.wav")));
        assert!(fixture(&harness).host.take().is_empty(), "no parameter is set");
    }
}

#[test]
fn references_are_saved_with_what_was_measured() {
    let fixture = Fixture::referred();
    let loaded = DiscernParams::new();
    loaded.deserialize_fields(&fixture.params.serialize_fields());
    assert_eq!(
        loaded.with_saved(|saved| saved.references.clone()),
        fixture.params.with_saved(|saved| saved.references.clone())
    );
}

#[test]
fn a_kept_part_is_looped_while_the_transport_stands() {
    let mut harness = open_sized(Fixture::referred(), None, DEFAULT_SIZE, 1.0);
    let monitor = |harness: &Harness<'_, State>| fixture(harness).session.end.monitor_state();
    harness.key_press(Key::L);
    harness.run_steps(2);
    assert!(monitor(&harness).is_looping && !monitor(&harness).is_neutral());
    assert!(matches!(&requests(&harness)[..], [Request::ChooseExcerpt(_)]));
    harness.get_by_label_contains("1:04–1:07 looped");
    harness.key_press(Key::L);
    harness.run_steps(2);
    assert!(monitor(&harness).is_neutral());

    // A double click on the map loops what was kept there.
    let map = harness.get_by_label_contains("Song map").rect();
    let at = map.center();
    double_click(&mut harness, at);
    harness.run_steps(2);
    assert!(monitor(&harness).is_looping);
    assert!(matches!(&requests(&harness)[..], [Request::ChooseExcerpt((from_s, _))] if *from_s > 60.0));
    harness.key_press(Key::L);
    harness.run_steps(2);

    // Hear, with nothing playing.
    harness.key_press(Key::H);
    harness.run_steps(2);
    assert!(monitor(&harness).is_looping && monitor(&harness).hear.is_some());
    assert!(matches!(&requests(&harness)[..], [Request::ChooseExcerpt(_)]));
    harness.key_press(Key::H);
    harness.run_steps(2);
    assert!(monitor(&harness).is_neutral());
}

#[test]
fn a_part_that_was_not_kept_is_not_looped() {
    let monitor = |harness: &Harness<'_, State>| fixture(harness).session.end.monitor_state();
    // Half of the map is 115 s, which is kept; a tenth of it is 23 s, which is not.
    for (share, is_kept) in [(0.1, false), (0.5, true)] {
        let mut harness = open_sized(Fixture::referred(), None, DEFAULT_SIZE, 1.0);
        let map = harness.get_by_label_contains("Song map").rect();
        let at = egui::pos2(map.left() + map.width() * share, map.center().y);
        double_click(&mut harness, at);
        harness.run_steps(2);
        assert_eq!(monitor(&harness).is_looping, is_kept);
        // Said at once, though the pointer still rests on the map.
        let is_refused = harness.query_by_label_contains("This part was not kept").is_some();
        assert_eq!(is_refused, !is_kept);
        let asked = requests(&harness);
        let is_there = matches!(&asked[..], [Request::ChooseExcerpt(part)] if *part == (114.0, 117.0));
        assert!(if is_kept { is_there } else { asked.is_empty() }, "{asked:?}");
    }
}

#[test]
fn a_reference_that_a_state_brought_is_read_by_hand_only() {
    let brought = Fixture::referred();
    let paths =
        brought.params.with_saved(|saved| saved.references.iter().map(|kept| kept.path.clone()).collect::<Vec<_>>());
    let states = paths.iter().map(|path| (path.clone(), ReferenceState::Unread)).collect();
    let hearing = Hearing { references: Arc::new(states), ..(*brought.session.end.hearing()).clone() };
    brought.analysis.publish(hearing);
    let mut harness = open_sized(brought, None, DEFAULT_SIZE, 1.0);
    click(&mut harness, "Brief");
    assert!(requests(&harness).is_empty());
    click(&mut harness, "Hear One");
    assert!(matches!(&requests(&harness)[..], [Request::ChooseReference(path)] if *path == paths[0]));
}
