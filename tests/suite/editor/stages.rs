//! What the stages' own views do: listening to a part, matching make-up, curves.

use discern::chain::Stage;
use discern::chain::makeup_match::StageLoudness;
use discern::chain::monitor::{BandSolo, Channels, MonitorState, Source};
use discern::editor::{DEFAULT_SIZE, MIN_SIZE};
use egui::{Event, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::fixture::{Fixture, Gesture};
use super::{State, click, fixture, monitor, open, open_sized};

#[test]
fn one_band_is_listened_to_and_let_go() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::new(), Some(Stage::Equalizer), size, 1.0);
        click(&mut harness, "Band 3");
        click(&mut harness, "Listen to EQ band 3");
        let heard = MonitorState { band: Some(BandSolo::Equalizer(2)), ..MonitorState::default() };
        assert_eq!(monitor(&harness), heard);
        assert!(harness.query_by_label("Only EQ band 3, at full level").is_some());
        click(&mut harness, "Listen to EQ band 3");
        assert_eq!(monitor(&harness), MonitorState::default());
        harness.state_mut().screen.select(Stage::Multiband);
        harness.run_steps(2);
        click(&mut harness, "Listen to multiband band 4");
        assert_eq!(monitor(&harness).band, Some(BandSolo::Multiband(3)));
        click(&mut harness, "MIX");
        assert_eq!((monitor(&harness).band, monitor(&harness).source), (Some(BandSolo::Multiband(3)), Source::Mix));
        click(&mut harness, "Full level");
        assert_eq!(monitor(&harness), MonitorState::default());
        assert!(fixture(&harness).host.take().is_empty(), "listening sets no parameter");
    }
}

#[test]
fn one_channel_is_listened_to_and_let_go() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::new(), None, size, 1.0);
        for (name, channels) in [
            ("Listen in mono", Channels::Mono),
            ("Listen in left", Channels::Left),
            ("Listen in right", Channels::Right),
            ("Listen in side", Channels::Side),
        ] {
            assert!(harness.get_by_label(name).rect().width() >= 22.0);
            click(&mut harness, name);
            assert_eq!(monitor(&harness), MonitorState { channels, ..MonitorState::default() });
        }
        click(&mut harness, "Hear everything");
        assert_eq!(monitor(&harness), MonitorState::default());
        click(&mut harness, "Listen in side");
        click(&mut harness, "Listen in stereo");
        assert!(harness.query_by_label("Hear everything").is_none());
    }
}

#[test]
fn match_writes_the_measured_difference_once_it_is_known() {
    for (stage, id) in [
        (Stage::Equalizer, "equalizer.makeup_db"),
        (Stage::Glue, "glue.makeup_db"),
        (Stage::Colour, "colour.makeup_db"),
    ] {
        for size in [DEFAULT_SIZE, MIN_SIZE] {
            let mut harness = open_sized(Fixture::new(), Some(stage), size, 1.0);
            let name = format!("Match {} make-up", stage.name());
            fixture(&harness).session.set_once(&format!("{}.enabled", stage.key()), 1.0);
            fixture(&harness).session.set_once(id, 0.5);
            fixture(&harness).host.take();
            assert_eq!(fixture(&harness).audio.watched_stage(), Some(stage));
            let measure = |harness: &mut Harness<'_, State>, stage, seconds_left| {
                let measured = StageLoudness { stage, difference_lu: Some(1.75), seconds_left };
                fixture(harness).audio.meters().set_stage_loudness(Some(measured));
                harness.run_steps(2);
            };
            // Too little, or of another stage: nothing to press.
            for (measured, seconds_left) in [(stage, 1.2), (Stage::Stereo, 0.0)] {
                measure(&mut harness, measured, seconds_left);
                click(&mut harness, &name);
                assert!(fixture(&harness).host.take().is_empty());
            }
            measure(&mut harness, stage, 0.0);
            click(&mut harness, &name);
            assert!((fixture(&harness).value(id) + 1.25).abs() < 0.06, "{}", fixture(&harness).value(id));
            let gestures = fixture(&harness).host.take();
            assert!(matches!(gestures[..], [Gesture::Begin, Gesture::Set(_), Gesture::End]), "{gestures:?}");
            harness.state_mut().screen.select(Stage::Limiter);
            harness.run_steps(2);
            assert_eq!(fixture(&harness).audio.watched_stage(), None);
        }
    }
}

#[test]
fn stages_show_their_curves_in_words_too() {
    let mut harness = open(Fixture::new(), Some(Stage::Glue));
    fixture(&harness).session.set_once("glue.enabled", 1.0);
    fixture(&harness).session.set_once("glue.ratio", 2.0);
    fixture(&harness).play(1.0);
    harness.run_steps(1);
    assert!(harness.query_by_label_contains("Glue, in to out, changes the gain by \u{2212}").is_some());
    harness.state_mut().screen.select(Stage::Multiband);
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("Multiband gain now, ").is_some());
    click(&mut harness, "Band 2");
    assert!(harness.query_by_label_contains("Band 2, in to out").is_some());
    harness.state_mut().screen.select(Stage::Stereo);
    harness.run_steps(2);
    assert!(harness.query_by_label("Gain of the side signal, flat").is_some());
    fixture(&harness).session.set_once("stereo.enabled", 1.0);
    for band in 1..=4 {
        fixture(&harness).session.set_once(&format!("stereo.band_{band}.width_percent"), 200.0);
    }
    harness.run_steps(2);
    assert!(harness.query_by_label("Gain of the side signal, +0.0 to +6.0 dB").is_some());
}

#[test]
fn every_stage_but_dither_has_its_amount() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::new(), None, size, 1.0);
        for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Dither) {
            harness.state_mut().screen.select(stage);
            harness.run_steps(2);
            let name = format!("{} amount", stage.name());
            let control = harness.get_by_label(&name);
            control.set_value_accesskit(50.0);
            harness.run_steps(2);
            assert_eq!(fixture(&harness).value(&format!("{}.amount_percent", stage.key())), 50.0, "{name}");
        }
    }
}

#[test]
fn a_tile_lets_its_stage_be_heard_alone_and_against_the_mix() {
    let mut harness = open(Fixture::new(), None);
    assert!(harness.query_by_label("Solo Glue").is_none());
    // By pointer: the buttons come with it and go with it.
    let tile = harness.get_by_label("Glue, off, Off").rect();
    harness.event(Event::PointerMoved(tile.center()));
    harness.run_steps(2);
    for name in ["Solo Glue", "Delta Glue"] {
        let rect = harness.get_by_label(name).rect();
        assert!(rect.height() >= 22.0 && rect.width() >= 22.0 && tile.contains_rect(rect), "{rect:?}");
    }
    click(&mut harness, "Delta Glue");
    assert_eq!((monitor(&harness).solo, monitor(&harness).source), (Some(Stage::Glue), Source::Delta));
    assert!(monitor(&harness).is_comparing);
    click(&mut harness, "Solo Glue");
    assert_eq!((monitor(&harness).solo, monitor(&harness).source), (Some(Stage::Glue), Source::Master));
    click(&mut harness, "Solo Glue");
    assert_eq!((monitor(&harness).solo, monitor(&harness).source), (None, Source::Master));
    harness.event(Event::PointerMoved(tile.center() + egui::vec2(0.0, 200.0)));
    harness.run_steps(2);
    assert!(harness.query_by_label("Solo Glue").is_none());
    // By key: the focus of the tile brings them, Tab goes on to them.
    harness.get_by_label("EQ, on, Through").focus();
    harness.run_steps(2);
    for _ in 0..2 {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
    }
    assert!(harness.get_by_label("Delta EQ").is_focused());
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!((monitor(&harness).solo, monitor(&harness).source), (Some(Stage::Equalizer), Source::Delta));
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!((monitor(&harness).solo, monitor(&harness).source), (None, Source::Master));
    assert!(fixture(&harness).host.take().is_empty(), "listening sets no parameter");
}
