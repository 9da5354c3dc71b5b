//! The whole way by keyboard alone, and the order in which Tab goes.

use discern::assistant::VerdictKind;
use discern::bridge::{Phase, Request};
use discern::chain::Stage;
use discern::chain::monitor::Source;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use discern::params::Decision;
use egui::{Event, Key, Modifiers, OutputCommand, Pos2, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::fixture::{Fixture, Gesture, hearing, judged};
use super::{State, click, fixture, monitor, open, open_sized};

fn press(harness: &mut Harness<'_, State>, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

/// Name and place of what has the focus.
fn focused(harness: &Harness<'_, State>) -> Option<(String, Rect)> {
    harness.root().children_recursive().find(|node| node.accesskit_node().is_focused()).map(|node| {
        let name = node.accesskit_node().label().unwrap_or_default();
        (name, node.rect())
    })
}

/// Tab until `name` has the focus.
fn tab_to(harness: &mut Harness<'_, State>, name: &str) {
    for _ in 0..200 {
        if focused(harness).is_some_and(|(focused, _)| focused == name) {
            return;
        }
        press(harness, Key::Tab);
    }
    panic!("Tab never reaches {name}");
}

#[test]
fn listen_decide_undo_edit_and_compare_without_a_pointer() {
    let mut harness = open(Fixture::new(), None);
    tab_to(&mut harness, "Listen");
    press(&mut harness, Key::Enter);
    assert!(matches!(fixture(&harness).analysis.next_request(), Some(Request::Listen)));
    fixture(&harness).params.change_saved(|saved| saved.set_judged(judged(VerdictKind::SmallMoves)));
    fixture(&harness).analysis.publish(hearing(Phase::Judged, Some(0.96)));
    harness.run_steps(3);
    let verdict = "Verdict: small moves. 2 needed, 1 could. 96 % of 3:51 heard.";
    harness.get_by_label(verdict);
    tab_to(&mut harness, "Why this");
    press(&mut harness, Key::Enter);
    assert!(harness.query_by_label_contains("Looked for and not found").is_some());
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label_contains("Looked for and not found").is_none());

    press(&mut harness, Key::CloseBracket);
    harness.get_by_label("Accept proposal 2");
    press(&mut harness, Key::OpenBracket);
    press(&mut harness, Key::H);
    assert!(monitor(&harness).hear.is_some());
    press(&mut harness, Key::M);
    assert_eq!(monitor(&harness).source, Source::Mix);
    press(&mut harness, Key::A);
    assert_eq!(fixture(&harness).value("equalizer.band_3.gain_db"), -1.2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("equalizer.band_3.gain_db"), 0.0);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("equalizer.band_3.gain_db"), -1.2);
    // A card that was opened keeps its place when it is decided: the next one has to be asked for.
    press(&mut harness, Key::CloseBracket);
    press(&mut harness, Key::R);
    let decided = |id: &str| fixture(&harness).params.with_saved(|saved| saved.decisions.get(id).copied());
    assert_eq!(decided("limiter.level"), Some(Decision::Rejected));

    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num9);
    harness.run_steps(3);
    tab_to(&mut harness, "Limiter gain");
    press(&mut harness, Key::Enter);
    harness.get_by_label("Type Limiter gain").type_text("12/5");
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    assert_eq!(fixture(&harness).value("limiter.gain_db"), 2.4);
    assert_eq!(focused(&harness).map(|(name, _)| name).as_deref(), Some("Limiter gain"), "the focus comes back");
    tab_to(&mut harness, "MASTER");
    press(&mut harness, Key::Enter);
    assert!(monitor(&harness).is_comparing);
    press(&mut harness, Key::D);
    assert_eq!(monitor(&harness).source, Source::Delta);
}

#[test]
fn keys_that_do_nothing_now_are_the_hosts() {
    let uses = |harness: &Harness<'_, State>, key: Key, modifiers: Modifiers| {
        harness.state().screen.key_focus().uses(Some(key), modifiers, true)
    };
    let harness = &mut open(Fixture::new(), None);
    for key in [Key::A, Key::R, Key::H, Key::C, Key::I, Key::F, Key::OpenBracket, Key::CloseBracket] {
        assert!(!uses(harness, key, Modifiers::NONE), "{key:?}");
    }
    assert!(uses(harness, Key::M, Modifiers::NONE) && !uses(harness, Key::Z, Modifiers::COMMAND));

    let harness = &mut open(Fixture::judged(VerdictKind::SmallMoves), None);
    press(harness, Key::CloseBracket);
    for key in [Key::A, Key::R, Key::H, Key::CloseBracket] {
        assert!(uses(harness, key, Modifiers::NONE), "{key:?}");
    }
    press(harness, Key::A);
    assert!(uses(harness, Key::Z, Modifiers::COMMAND) && !uses(harness, Key::Y, Modifiers::COMMAND));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert!(uses(harness, Key::Y, Modifiers::COMMAND));

    let harness = &mut open(Fixture::judged(VerdictKind::SendBack), None);
    assert!(uses(harness, Key::C, Modifiers::NONE) && uses(harness, Key::I, Modifiers::NONE));
}

/// Which part of the screen a place is in, in the order of Tab.
fn region(at: Pos2, size: egui::Vec2) -> usize {
    let is_compact = size == MIN_SIZE;
    let (top, verdict, map, chain, meters, proposals) =
        if is_compact { (36.0, 262.0, 118.0, 164.0, 124.0, 264.0) } else { (40.0, 340.0, 146.0, 208.0, 164.0, 300.0) };
    let (right, bottom) = (size.x - meters, size.y - 24.0 - if is_compact { 56.0 } else { 64.0 });
    match at {
        Pos2 { y, .. } if y < top => 0,
        Pos2 { y, .. } if y > bottom => 7,
        Pos2 { x, .. } if x > right => 6,
        Pos2 { x, y } if y < map => usize::from(x > verdict) + 1,
        Pos2 { y, .. } if y < chain => 3,
        Pos2 { x, .. } if x < right - proposals => 4,
        _ => 5,
    }
}

#[test]
fn tab_goes_through_the_screen_in_order_and_back_to_its_start() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        for stage in Stage::ALL {
            let mut harness = open_sized(Fixture::judged(VerdictKind::WorkNeeded), Some(stage), size, 1.0);
            let mut names: Vec<String> = Vec::new();
            let mut regions: Vec<usize> = Vec::new();
            for _ in 0..200 {
                press(&mut harness, Key::Tab);
                let Some((name, rect)) = focused(&harness) else { continue };
                if names.first() == Some(&name) {
                    break;
                }
                regions.push(region(rect.center(), size));
                names.push(name);
            }
            assert_eq!(names.first().map(String::as_str), Some("Preset"), "{names:?}");
            assert!(names.len() < 190, "Tab comes round");
            assert!(regions.is_sorted(), "{}: {:?}", stage.key(), regions.iter().zip(&names).collect::<Vec<_>>());
            regions.dedup();
            assert_eq!(regions, [0, 1, 2, 3, 4, 5, 6, 7], "{}: {names:?}", stage.key());
        }
    }
}

#[test]
fn what_gets_the_focus_out_of_sight_is_scrolled_to() {
    let mut harness = open_sized(Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Equalizer), MIN_SIZE, 1.0);
    let last = "For the mixer 2, noise, small, 3:46\u{2013}3:51";
    tab_to(&mut harness, last);
    harness.run_steps(3);
    let rect = harness.get_by_label(last).rect();
    assert!(rect.top() > 160.0 && rect.bottom() < 525.0, "{rect:?}");
}

#[test]
fn notes_are_copied_and_meant_by_key() {
    let mut harness = open(Fixture::judged(VerdictKind::SendBack), None);
    let clipping = "For the mixer 1, clipping, fix in the mix, 0:48\u{2013}3:34";
    harness.get_by_label(clipping);
    let modifiers = Modifiers::NONE;
    harness.event(Event::Key { key: Key::C, physical_key: None, pressed: true, repeat: false, modifiers });
    let mut copied = None;
    for _ in 0..3 {
        harness.step();
        copied = copied.or(harness.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }));
    }
    assert!(copied.is_some_and(|text| text.starts_with("For the mixer\n1. 0:48\u{2013}3:34  Clipping")));
    press(&mut harness, Key::I);
    assert!(harness.query_by_label(clipping).is_none());
    click(&mut harness, "Undo");
    harness.get_by_label(clipping);
}

#[test]
fn choices_and_switches_answer_to_keys() {
    let mut harness = open(Fixture::new(), Some(Stage::Limiter));
    harness.get_by_label("Limiter style, Clean").focus();
    harness.run_steps(2);
    press(&mut harness, Key::ArrowDown);
    assert_eq!(fixture(&harness).value("limiter.style"), 1.0);
    assert_eq!(focused(&harness).map(|(name, _)| name).as_deref(), Some("Limiter style, Balanced"));
    press(&mut harness, Key::Home);
    assert_eq!(fixture(&harness).value("limiter.style"), 0.0);
    let mut harness = open(Fixture::new(), Some(Stage::Input));
    harness.get_by_label("Input swap channels").focus();
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    assert_eq!(fixture(&harness).value("input.swap_channels"), 1.0);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("input.swap_channels"), 0.0);
}

#[test]
fn the_amount_of_a_move_is_typed() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    let amount =
        |harness: &Harness<'_, State>| fixture(harness).params.with_saved(|saved| saved.amount("equalizer.boom"));
    tab_to(&mut harness, "Amount of proposal 1");
    for (text, percent) in [("60", 60.0), ("0.5x", 50.0), ("2*40 %", 80.0), ("999", 150.0)] {
        press(&mut harness, Key::Enter);
        harness.get_by_label("Type Amount of proposal 1").type_text(text);
        harness.run_steps(2);
        press(&mut harness, Key::Enter);
        assert_eq!(amount(&harness), percent, "{text}");
    }
    press(&mut harness, Key::Enter);
    harness.get_by_label("Type Amount of proposal 1").type_text("much");
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    harness.get_by_label("Type Amount of proposal 1");
    press(&mut harness, Key::Escape);
    assert_eq!(amount(&harness), 150.0);
    click(&mut harness, "Undo");
    assert_eq!(amount(&harness), 80.0);
    assert!(fixture(&harness).host.take().is_empty(), "a move that waits sets nothing");
}

#[test]
fn a_value_is_copied_and_pasted_into_another() {
    let mut harness = open(Fixture::new(), Some(Stage::Limiter));
    fixture(&harness).session.set_once("limiter.gain_db", 3.5);
    harness.get_by_label("Limiter gain").focus();
    harness.run_steps(2);
    harness.event(Event::Copy);
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    harness.run_steps(3);
    harness.get_by_label("Input gain").click_secondary();
    harness.run_steps(3);
    click(&mut harness, "Paste value");
    assert_eq!(fixture(&harness).value("input.gain_db"), 3.5);
    harness.get_by_label("Input gain").focus();
    harness.run_steps(2);
    fixture(&harness).host.take();
    harness.event(Event::Paste("\u{2212}1.2 dB".to_owned()));
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("input.gain_db"), -1.2);
    let gestures = fixture(&harness).host.take();
    assert!(matches!(gestures[..], [Gesture::Begin, Gesture::Set(_), Gesture::End]), "{gestures:?}");
}

#[test]
fn a_new_band_is_made_and_set_by_key() {
    let mut harness = open(Fixture::new(), Some(Stage::Equalizer));
    fixture(&harness).session.set_once("equalizer.band_1.gain_db", 2.0);
    tab_to(&mut harness, "New band");
    press(&mut harness, Key::Enter);
    harness.get_by_label("Band 2, bell, 1 kHz, +0.0 dB, Q 0.70, stereo");
    tab_to(&mut harness, "Band 2 gain");
    press(&mut harness, Key::PageDown);
    assert_eq!(fixture(&harness).value("equalizer.band_2.gain_db"), -1.0);
    // A press of the pointer alone makes none.
    harness.get_by_label("New band").click();
    harness.run_steps(2);
    harness.get_by_label("EQ curve, 2 bands");
}
