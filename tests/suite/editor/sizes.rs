//! Windows of every size, also such as a host forces below the least one, and frames that fail.

use discern::assistant::VerdictKind;
use discern::bridge::Phase;
use discern::chain::Stage;
use discern::editor::{DEFAULT_SIZE, FailAt, MIN_SIZE};
use egui::{OutputCommand, Rect, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::fixture::{Fixture, hearing};
use super::{State, click, fixture, open, open_sized};

/// From nothing at all to more than any screen has; one and the same window passes through all of them.
const SIZES: [Vec2; 13] = [
    vec2(690.0, 450.0),
    vec2(0.0, 0.0),
    vec2(1.0, 1.0),
    vec2(10.0, 2000.0),
    vec2(2000.0, 10.0),
    vec2(300.0, 200.0),
    vec2(919.0, 599.0),
    vec2(920.0, 600.0),
    vec2(1099.0, 679.0),
    vec2(1100.0, 600.0),
    vec2(920.0, 1400.0),
    vec2(30_000.0, 700.0),
    vec2(4000.0, 3000.0),
];

/// A window of this size, in its own points; it rests long enough for the scale to follow.
fn resize(harness: &mut Harness<'_, State>, window: Vec2, num_frames: usize) {
    for _ in 0..num_frames {
        let zoom = harness.ctx.zoom_factor();
        harness.set_size(window / zoom);
        fixture(harness).play(1.0);
        harness.step();
    }
}

/// Names and places of everything that can be found.
fn everything(harness: &Harness<'_, State>) -> Vec<(String, Rect)> {
    let named = |node: egui_kittest::Node<'_>| Some((node.accesskit_node().label()?, node.rect()));
    harness.root().children_recursive().filter_map(named).collect()
}

fn states() -> [fn() -> Fixture; 7] {
    [
        Fixture::new,
        || {
            let fixture = Fixture::new();
            fixture.analysis.publish(hearing(Phase::Listening, Some(0.4)));
            fixture
        },
        || Fixture::judged(VerdictKind::LevelOnly),
        || Fixture::judged(VerdictKind::NotEnoughHeard),
        || Fixture::judged(VerdictKind::WorkNeeded),
        || Fixture::judged(VerdictKind::SendBack),
        Fixture::referred,
    ]
}

#[test]
fn no_size_is_too_small_for_any_stage_and_all_grow_back() {
    for stage in Stage::ALL {
        let mut harness = open(Fixture::judged(VerdictKind::WorkNeeded), Some(stage));
        resize(&mut harness, DEFAULT_SIZE, 3);
        let before = everything(&harness);
        for size in SIZES {
            resize(&mut harness, size, 2);
        }
        resize(&mut harness, DEFAULT_SIZE, 12);
        let after = everything(&harness);
        assert!(before.len() > 40, "{stage:?}");
        assert_eq!(before, after, "{stage:?}");
    }
}

#[test]
fn no_size_is_too_small_for_any_page_or_drawer() {
    for state in states() {
        for drawer in [None, Some("Why this"), Some("Report 3"), Some("Report 1"), Some("Open the chain")] {
            let mut harness = open(state(), None);
            if let Some(name) = drawer {
                if harness.query_by_label(name).is_none() {
                    continue;
                }
                click(&mut harness, name);
            }
            fixture(&harness).params.troubles.note_fault("Analysis stopped: index out of bounds");
            for size in SIZES {
                resize(&mut harness, size, 2);
            }
            resize(&mut harness, DEFAULT_SIZE, 2);
        }
    }
}

#[test]
fn no_size_is_too_small_at_any_scale() {
    for percent in [75, 100, 150, 200, 250] {
        for stage in [Stage::Multiband, Stage::Limiter, Stage::Equalizer] {
            let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(stage));
            let scale = f32::from(percent) / 100.0;
            fixture(&harness).params.change_saved(|saved| saved.editor_scale_percent = Some(percent));
            resize(&mut harness, DEFAULT_SIZE * scale, 6);
            for size in [MIN_SIZE, vec2(690.0, 450.0), vec2(10.0, 2000.0), vec2(300.0, 200.0), MIN_SIZE] {
                resize(&mut harness, size, 4);
            }
            resize(&mut harness, DEFAULT_SIZE * scale, 20);
            assert!((harness.ctx.zoom_factor() - scale).abs() < 0.01, "{percent} %: {}", harness.ctx.zoom_factor());
        }
    }
}

#[test]
fn a_window_that_is_forced_small_shows_the_whole_screen() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Multiband));
    resize(&mut harness, MIN_SIZE * 0.5, 20);
    assert!((harness.ctx.zoom_factor() - 0.5).abs() < 0.01, "{}", harness.ctx.zoom_factor());
    let master = harness.get_by_label("MASTER").rect();
    assert!(Rect::from_min_size(egui::Pos2::ZERO, MIN_SIZE).contains_rect(master), "{master}");
}

#[test]
fn a_frame_that_fails_is_said_and_the_screen_comes_back() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Multiband));
    harness.state_mut().fail_next_frame(FailAt::End);
    harness.run_steps(3);
    assert!(harness.query_by_label("MASTER").is_none());
    assert!(harness.query_by_label_contains("a frame was asked to fail").is_some());
    let troubles = fixture(&harness).params.troubles.all();
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert!(troubles[0].is_fault && troubles[0].text.contains("a frame was asked to fail"));
    for size in SIZES {
        resize(&mut harness, size, 1);
    }
    resize(&mut harness, DEFAULT_SIZE, 2);
    click(&mut harness, "Try again");
    harness.get_by_label("MASTER");
    // And again: it is not that the first one is let pass.
    harness.state_mut().fail_next_frame(FailAt::Midway);
    harness.run_steps(2);
    assert!(harness.query_by_label("MASTER").is_none());
    harness.state_mut().screen.opened();
    harness.run_steps(2);
    harness.get_by_label("MASTER");
}

#[test]
fn a_frame_that_fails_ends_the_gesture_that_ran() {
    let mut harness = open(Fixture::new(), Some(Stage::Limiter));
    let center = harness.get_by_label("Limiter gain").rect().center();
    harness.drag_at(center);
    harness.run_steps(1);
    harness.event(egui::Event::PointerMoved(center - vec2(0.0, 20.0)));
    harness.run_steps(1);
    harness.state_mut().fail_next_frame(FailAt::End);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).host.take().last(), Some(&super::Gesture::End));
}

#[test]
fn troubles_are_said_copied_and_dismissed() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Multiband), size, 1.0);
        assert!(harness.query_by_label("Dismiss").is_none());
        let troubles = &fixture(&harness).params.troubles;
        troubles.note_notice("Part of the saved session could not be read");
        troubles.note_fault("Analysis stopped: index out of bounds");
        harness.run_steps(2);
        let strip = harness.get_by_label_contains("Analysis stopped: index out of bounds. Part of the saved session");
        assert!(Rect::from_min_size(egui::Pos2::ZERO, size).contains_rect(strip.rect()));
        harness.get_by_label("Copy details").click();
        harness.step();
        let commands = &harness.output().platform_output.commands;
        let copied = commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        let copied = copied.expect("the details");
        for part in [env!("CARGO_PKG_VERSION"), "CLAP", std::env::consts::OS, "Fault: Analysis", "Notice: Part of"] {
            assert!(copied.contains(part), "{part} is not in {copied}");
        }
        click(&mut harness, "Dismiss");
        assert!(harness.query_by_label("Dismiss").is_none());
        assert!(fixture(&harness).params.troubles.all().is_empty());
    }
}

#[test]
fn a_long_trouble_leaves_its_buttons_in_sight() {
    let mut harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Multiband), MIN_SIZE, 1.0);
    let long = "left and right differ ".repeat(200);
    fixture(&harness).params.troubles.note_fault(format!("Analysis stopped: {long}"));
    harness.run_steps(2);
    let screen = Rect::from_min_size(egui::Pos2::ZERO, MIN_SIZE);
    for name in ["Dismiss", "Copy details"] {
        assert!(screen.contains_rect(harness.get_by_label(name).rect()), "{name}");
    }
    let strip = harness.get_by_label_contains("Analysis stopped: left and right").rect();
    assert!(strip.height() < MIN_SIZE.y / 4.0, "{strip}");
}

#[test]
fn what_was_missed_is_said_once_until_it_was_heard() {
    let mut harness = open(Fixture::new(), None);
    for (missed_s, said) in [(0.5, true), (0.0, false), (2.0, true)] {
        let heard = hearing(Phase::Listening, Some(0.4));
        fixture(&harness).analysis.publish(discern::bridge::Hearing { missed_s, ..heard });
        harness.run_steps(3);
        assert_eq!(harness.query_by_label_contains("were missed").is_some(), said, "{missed_s} s");
        assert!(harness.query_by_label("Dismiss").is_none());
    }
}
