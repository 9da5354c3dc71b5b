//! What plots are for: values moved where they are seen, evidence where it was measured.

use discern::assistant::VerdictKind;
use discern::bridge::{Phase, Request};
use discern::chain::Stage;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use egui::{Event, Modifiers, PointerButton, Pos2, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::fixture::{Fixture, Gesture, bass_move, hearing, judged};
use super::{State, click, fixture, open, open_sized};

/// Drags from `from` by `by` in four steps, one frame each.
fn drag(harness: &mut Harness<'_, State>, from: Pos2, by: Vec2) {
    harness.drag_at(from);
    harness.run_steps(1);
    for step in 1..=4 {
        harness.event(Event::PointerMoved(from + by * step as f32 / 4.0));
        harness.run_steps(1);
    }
    harness.drop_at(from + by);
    harness.run_steps(2);
}

/// Two clicks in one frame: the harness' clock is too slow for two in a row.
pub fn double_click(harness: &mut Harness<'_, State>, at: Pos2) {
    harness.input_mut().events.push(Event::PointerMoved(at));
    harness.run_steps(1);
    for pressed in [true, false, true, false] {
        let button = PointerButton::Primary;
        let event = Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE };
        harness.input_mut().events.push(event);
        harness.input_mut().time = Some(1.0);
        harness.step();
    }
    harness.run_steps(2);
}

fn assert_one_gesture(harness: &Harness<'_, State>) {
    let gestures = fixture(harness).host.take();
    let count = |wanted: Gesture| gestures.iter().filter(|each| **each == wanted).count();
    assert_eq!((count(Gesture::Begin), count(Gesture::End)), (1, 1), "{gestures:?}");
    assert_eq!((gestures.first(), gestures.last()), (Some(&Gesture::Begin), Some(&Gesture::End)), "{gestures:?}");
    assert!(gestures.len() > 2, "nothing was set");
}

#[test]
fn a_crossover_is_dragged_in_one_gesture() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::new(), Some(Stage::Multiband), size, 1.0);
        let before_hz = fixture(&harness).value("multiband.crossover_2_hz");
        let pill = harness.get_by_label("Multiband crossover 2").rect().center();
        drag(&mut harness, pill, vec2(-60.0, 9.0));
        assert_one_gesture(&harness);
        let hz = fixture(&harness).value("multiband.crossover_2_hz");
        assert!(hz < 0.75 * before_hz, "{hz}");
        // It stops at its neighbour, and leaves that where it is.
        let pill = harness.get_by_label("Multiband crossover 2").rect().center();
        drag(&mut harness, pill, vec2(-400.0, 0.0));
        let (low, high) =
            (fixture(&harness).value("multiband.crossover_1_hz"), fixture(&harness).value("multiband.crossover_2_hz"));
        assert_eq!(low, 120.0);
        assert!((high / low - 1.5).abs() < 0.01, "{high}");
    }
}

#[test]
fn a_crossover_is_typed() {
    let mut harness = open(Fixture::new(), Some(Stage::Multiband));
    let pill = harness.get_by_label("Multiband crossover 1").rect().center();
    double_click(&mut harness, pill);
    harness.event(Event::Text("95".to_owned()));
    harness.run_steps(1);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).value("multiband.crossover_1_hz"), 95.0);
}

#[test]
fn a_threshold_is_dragged_by_its_flag() {
    let mut harness = open(Fixture::new(), Some(Stage::Multiband));
    let before = fixture(&harness).value("multiband.band_3.threshold_dbfs");
    let flag = harness.get_by_label_contains("Threshold flag of band 3").rect().center();
    drag(&mut harness, flag, vec2(0.0, 20.0));
    assert_one_gesture(&harness);
    let after = fixture(&harness).value("multiband.band_3.threshold_dbfs");
    assert!(after < before - 5.0, "{after}");
    // Its band is the selected one now.
    assert!(harness.query_by_label_contains("Band 3, in to out").is_some());
}

#[test]
fn a_cell_of_the_table_takes_what_is_typed_dragged_and_told() {
    let mut harness = open(Fixture::new(), Some(Stage::Multiband));
    let cell = harness.get_by_label("Multiband band 2 ratio").rect().center();
    double_click(&mut harness, cell);
    harness.event(Event::Text("3.5".to_owned()));
    harness.run_steps(1);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).value("multiband.band_2.ratio"), 3.5);
    fixture(&harness).host.take();
    let cell = harness.get_by_label("Multiband band 4 threshold").rect().center();
    drag(&mut harness, cell, vec2(0.0, -22.0));
    assert_one_gesture(&harness);
    assert!(fixture(&harness).value("multiband.band_4.threshold_dbfs") > -26.0);
    harness.get_by_label("Multiband band 1 make-up").set_value_accesskit(1.5);
    harness.run_steps(2);
    assert_eq!(fixture(&harness).value("multiband.band_1.makeup_db"), 1.5);
    click(&mut harness, "Multiband band 3 on");
    assert_eq!(fixture(&harness).value("multiband.band_3.enabled"), 0.0);
}

#[test]
fn every_setting_of_a_band_is_reached_at_every_size() {
    for size in [DEFAULT_SIZE, MIN_SIZE, vec2(1600.0, 1000.0)] {
        let mut harness = open_sized(Fixture::new(), Some(Stage::Multiband), size, 1.0);
        for band in 1..=4 {
            click(&mut harness, &format!("Band {band}"));
            for parameter in ["threshold", "ratio", "knee", "range", "attack", "release", "make-up"] {
                let rect = harness.get_by_label(&format!("Multiband band {band} {parameter}")).rect();
                assert!(rect.height() >= 22.0, "{band} {parameter}");
            }
            assert!(harness.get_by_label(&format!("Listen to multiband band {band}")).rect().width() >= 22.0);
        }
        for name in ["Multiband stereo link", "Multiband amount"] {
            assert!(harness.query_by_label(name).is_some(), "{name}");
        }
    }
}

#[test]
fn the_limiter_shows_seconds_or_the_song() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Limiter));
    for step in 0..12 {
        fixture(&harness).play(f64::from(step) * 0.5);
        harness.run_steps(1);
    }
    assert!(harness.query_by_label_contains("of reduction in the last 10 s").is_some());
    click(&mut harness, "Show 30 s");
    assert!(harness.query_by_label_contains("of reduction in the last 30 s").is_some());
    click(&mut harness, "Show the song");
    assert!(harness.query_by_label_contains("of reduction in what was played of the song").is_some());
    assert!(fixture(&harness).host.take().is_empty(), "looking sets no parameter");
    // The meters' true peak of -1.2 dBTP passes a ceiling of -1.5.
    fixture(&harness).session.set_once("limiter.ceiling_dbtp", -1.5);
    let mut louder = hearing(Phase::Judged, Some(0.96));
    louder.master.psr_db = louder.master.psr_db.map(|psr_db| psr_db + 0.2);
    fixture(&harness).analysis.publish(louder);
    fixture(&harness).play(6.5);
    harness.run_steps(2);
    let spoken = format!("{:?}", harness.get_by_label_contains("of reduction in what was played"));
    assert!(spoken.contains(", 1 true peak over the ceiling"), "{spoken}");
}

#[test]
fn the_open_move_shows_what_it_was_measured_by() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Equalizer), size, 1.0);
        let callout = harness.get_by_label("+3.1 dB over own trend").rect();
        assert!(callout.width() > 20.0);
        // It covers no node: also when one is dragged to where it stands.
        fixture(&harness).session.set_once("equalizer.band_1.gain_db", 1.5);
        harness.run_steps(2);
        let node = |harness: &Harness<'_, State>| harness.get_by_label_contains("Band 1, bell, ").rect();
        let callout = harness.get_by_label("+3.1 dB over own trend").rect();
        let from = node(&harness).center();
        drag(&mut harness, from, callout.center() - from);
        let callout = harness.get_by_label("+3.1 dB over own trend").rect();
        assert!(!callout.intersects(node(&harness)), "{callout:?} {:?}", node(&harness));
        harness.key_press(egui::Key::R);
        harness.run_steps(3);
        assert!(harness.query_by_label("+3.1 dB over own trend").is_none());
    }
}

#[test]
fn a_gain_dragged_past_the_edge_widens_the_axis_and_does_not_run_away() {
    let mut harness = open(Fixture::new(), Some(Stage::Equalizer));
    fixture(&harness).session.set_once("equalizer.band_1.gain_db", 2.0);
    fixture(&harness).session.set_once("equalizer.band_1.frequency_hz", 1000.0);
    harness.run_steps(2);
    let node = harness.get_by_label("Band 1, bell, 1 kHz, +2.0 dB, Q 0.70, stereo").rect().center();
    harness.drag_at(node);
    harness.run_steps(1);
    for step in 1..=12 {
        harness.event(Event::PointerMoved(node - vec2(0.0, 4.0 * step as f32)));
        harness.run_steps(1);
    }
    harness.run_steps(6);
    harness.drop_at(node - vec2(0.0, 48.0));
    harness.run_steps(2);
    let gain_db = fixture(&harness).value("equalizer.band_1.gain_db");
    assert!((3.0..6.0).contains(&gain_db), "{gain_db}");
    harness.get_by_label("EQ scale").click();
    harness.run_steps(2);
}

#[test]
fn meters_say_what_platforms_will_do() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    harness.run_steps(2);
    for said in [
        "Spotify turns this master down by 2.1 dB, to \u{2212}14 LUFS",
        "Apple Music turns this master down by 4.1 dB, to \u{2212}16 LUFS",
        "YouTube turns this master down by 2.1 dB, to \u{2212}14 LUFS",
    ] {
        assert!(harness.query_by_label(said).is_some(), "{said}");
    }
    assert!(harness.query_by_label_contains("Mix in mono, \u{2212}1.4 LU").is_some());
    let mut harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), None, MIN_SIZE, 1.0);
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("Spotify \u{2212}2.1 dB, Apple Music \u{2212}4.1 dB").is_some());
}

#[test]
fn the_stereo_view_says_what_it_draws() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Stereo));
    assert!(harness.query_by_label("Vectorscope of the master, correlation 0.62, mix 0.62").is_some());
    assert!(harness.query_by_label_contains("Mix, to 120 Hz, correlation +0.97").is_some());
    let foot = harness.get_by_label_contains("Foot of crossover 3").rect().center();
    drag(&mut harness, foot, vec2(-30.0, 4.0));
    assert_one_gesture(&harness);
    let hz = fixture(&harness).value("stereo.crossover_3_hz");
    assert!((1000.0..5000.0).contains(&hz), "{hz}");
}

#[test]
fn a_move_of_the_multiband_is_shown_where_it_would_go() {
    let fresh = Fixture::judged(VerdictKind::SmallMoves);
    fresh.params.change_saved(|saved| {
        let mut judged = judged(VerdictKind::SmallMoves);
        judged.report.moves = vec![bass_move()];
        saved.set_judged(judged);
    });
    let mut harness = open(fresh, Some(Stage::Multiband));
    assert!(harness.query_by_label("Multiband, off, 1 could").is_some());
    harness.key_press(egui::Key::A);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("multiband.band_1.threshold_dbfs"), -24.5);
    assert_eq!(harness.get_by_label("Multiband crossover 1").value().as_deref(), Some("150 Hz"));
}

#[test]
fn the_song_map_tells_of_a_loop() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    assert!(harness.query_by_label_contains("looping").is_none());
    fixture(&harness).audio.meters().set_loop(Some((48.0, 82.0)));
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("Song map").is_some());
    assert!(harness.query_by_label_contains("looping 0:48\u{2013}1:22").is_some());
}

#[test]
fn the_song_end_is_dragged_stepped_typed_and_taken_away() {
    let asked = |harness: &Harness<'_, State>| match fixture(harness).analysis.next_request() {
        Some(Request::Extent(extent_s)) => extent_s,
        other => panic!("{other:?}"),
    };
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::judged(VerdictKind::SmallMoves), None, size, 1.0);
        let answer = |harness: &mut Harness<'_, State>, extent_s: Option<(f64, f64)>| {
            let answered = discern::bridge::Hearing { extent_s, ..hearing(Phase::Judged, Some(0.96)) };
            fixture(harness).analysis.publish(answered);
            harness.run_steps(2);
        };
        let tick = harness.get_by_label("Song end").rect();
        assert!(tick.width() >= 22.0);
        drag(&mut harness, tick.center(), vec2(-60.0, 4.0));
        let (start_s, end_s) = asked(&harness).expect("a mark");
        assert_eq!(start_s, 0.0);
        assert!((170.0..226.0).contains(&end_s), "{end_s}");
        assert!(fixture(&harness).analysis.next_request().is_none(), "asked once, when it is let go");
        answer(&mut harness, Some((start_s, end_s)));
        let value = harness.get_by_label("Song end").value().expect("a value");
        assert!(value.ends_with(", marked by you"), "{value}");

        harness.get_by_label("Song end").focus();
        harness.run_steps(2);
        harness.key_press(egui::Key::ArrowRight);
        harness.run_steps(2);
        assert_eq!(asked(&harness).map(|(_, end_s)| end_s), Some(end_s + 1.0));
        harness.key_press(egui::Key::Enter);
        harness.run_steps(3);
        harness.get_by_label("Type Song end").type_text("4:05");
        harness.run_steps(2);
        harness.key_press(egui::Key::Enter);
        harness.run_steps(3);
        assert_eq!(asked(&harness), Some((0.0, 245.0)));
        answer(&mut harness, Some((0.0, 245.0)));
        assert!(harness.query_all_by_label_contains("of 4:05 heard").count() > 0, "the length is the marked one");
        let tick = harness.get_by_label("Song end").rect();
        double_click(&mut harness, tick.center());
        assert_eq!(asked(&harness), None);
        assert!(fixture(&harness).host.take().is_empty(), "marking sets no parameter");
    }
}
