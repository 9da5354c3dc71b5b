//! What is counted is what is accepted; a new song, a deleted band and a clock are what they say.

use discern::assistant::VerdictKind;
use discern::bridge::{Phase, Request};
use discern::chain::Stage;
use discern::chain::monitor::{BandSolo, MonitorState};
use discern::params::{Decision, Direction, Judged};
use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use nice_plug::params::Params;

use super::fixture::{Fixture, hearing, judged};
use super::{State, click, fixture, monitor, open};

/// How many needed moves the verdict says.
fn num_needed(harness: &Harness<'_, State>) -> usize {
    let names: Vec<String> =
        harness.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect();
    let verdict = names.iter().find(|name| name.starts_with("Verdict: ")).expect("a verdict");
    let words: Vec<&str> = verdict.split_whitespace().collect();
    let counted = words.windows(2).find(|pair| pair[1].starts_with("needed") && pair[0].parse::<usize>().is_ok());
    counted.map_or(0, |pair| pair[0].parse().expect("a count"))
}

fn num_accepted(harness: &Harness<'_, State>) -> usize {
    let is_accepted = |decision: &&Decision| **decision == Decision::Accepted;
    fixture(harness).params.with_saved(|saved| saved.decisions.values().filter(is_accepted).count())
}

#[test]
fn accept_all_accepts_as_many_as_it_says() {
    for by_host in [false, true] {
        let mut harness = open(Fixture::judged(VerdictKind::WorkNeeded), None);
        let all = num_needed(&harness);
        let Fixture { params, session, .. } = fixture(&harness);
        // Moved by hand and back: it waits as before, and counts.
        session.set_once("equalizer.band_3.gain_db", -0.6);
        session.set_once("equalizer.band_3.gain_db", 0.0);
        // Set by the host to what a move asks for: nothing is left to accept.
        params.set_by_gesture(&session.context, "limiter.gain_db", 2.2);
        params.set_by_gesture(&session.context, "limiter.ceiling_dbtp", -1.0);
        harness.run_steps(3);
        let num = num_needed(&harness);
        assert_eq!(num, all - 1);
        if by_host {
            let Fixture { params, session, .. } = fixture(&harness);
            assert_eq!(params.accept_needed(Some(&session.context)), num);
        } else {
            click(&mut harness, "Accept all needed");
        }
        harness.run_steps(3);
        assert_eq!((num_accepted(&harness), num_needed(&harness)), (num, 0), "by host: {by_host}");
        assert_eq!(fixture(&harness).value("equalizer.band_3.gain_db"), -1.2);
        assert_eq!(fixture(&harness).params.accept_needed(None), 0);
        assert!(!fixture(&harness).params.with_saved(|saved| saved.is_accept_pending), "nothing waits");
    }
}

#[test]
fn a_new_song_can_be_taken_back() {
    let mut harness = open(Fixture::judged(VerdictKind::SmallMoves), None);
    click(&mut harness, "Accept proposal 1");
    click(&mut harness, "New song");
    assert!(matches!(last_request(&harness), Some(Request::NewSong)));
    let state = |harness: &Harness<'_, State>| {
        fixture(harness).params.with_saved(|saved| (saved.judged.clone(), saved.decisions.clone()))
    };
    let before = state(&harness);
    assert_eq!(before.1.len(), 1);
    // What the analysis thread does then.
    let extent_s = Some((0.0, 201.0));
    fixture(&harness).params.change_saved(|saved| saved.begin_song(extent_s));
    fixture(&harness).analysis.publish(hearing(Phase::Idle, None));
    harness.run_steps(3);
    assert_eq!(state(&harness), (None, Default::default()));

    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert_eq!(state(&harness), before);
    assert!(matches!(last_request(&harness), Some(Request::Extent(Some((_, 201.0))))));
    // The step before it is there as well, with its decision and its setting.
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert!(state(&harness).1.is_empty());
    assert_eq!(fixture(&harness).value("equalizer.band_3.gain_db"), 0.0);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Y);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Y);
    harness.run_steps(3);
    assert_eq!(state(&harness).0, None);
}

#[test]
fn the_verdict_of_the_next_song_outlives_a_look_back() {
    let Fixture { params, .. } = Fixture::judged(VerdictKind::SmallMoves);
    let kind = || {
        params
            .with_saved(|saved| saved.judged.as_ref().map(|judged: &std::sync::Arc<Judged>| judged.report.verdict.kind))
    };
    params.change_saved(|saved| {
        saved.begin_song(None);
        saved.set_judged(judged(VerdictKind::WorkNeeded));
        saved.travel(Direction::Undo);
    });
    assert_eq!(kind(), Some(VerdictKind::SmallMoves));
    params.change_saved(|saved| saved.travel(Direction::Redo));
    assert_eq!(kind(), Some(VerdictKind::WorkNeeded));
    // Where nothing was heard there is nothing to take back.
    let Fixture { params, .. } = Fixture::new();
    params.change_saved(|saved| saved.begin_song(None));
    assert!(params.with_saved(|saved| saved.undo.label(Direction::Undo).is_none()));
}

fn last_request(harness: &Harness<'_, State>) -> Option<Request> {
    let requests = std::iter::from_fn(|| fixture(harness).analysis.next_request());
    requests.filter(|request| matches!(request, Request::NewSong | Request::Extent(_))).last()
}

/// A harness in which a band is listened to that is not as in a fresh instance.
fn listening_to(band: BandSolo) -> Harness<'static, State> {
    let (stage, id, value) = match band {
        BandSolo::Equalizer(_) => (Stage::Equalizer, "equalizer.band_1.gain_db", 2.0),
        BandSolo::Multiband(_) => (Stage::Multiband, "multiband.band_1.threshold_dbfs", -30.0),
    };
    let mut harness = open(Fixture::new(), Some(stage));
    fixture(&harness).session.set_once("multiband.enabled", 1.0);
    harness.run_steps(2);
    fixture(&harness).session.set_once(id, value);
    harness.run_steps(2);
    let name = match band {
        BandSolo::Equalizer(_) => "Listen to EQ band 1",
        BandSolo::Multiband(_) => "Listen to multiband band 1",
    };
    click(&mut harness, name);
    harness.run_steps(3);
    assert_eq!(monitor(&harness).band, Some(band));
    harness
}

#[test]
fn listening_to_a_band_ends_with_the_band() {
    type End = fn(&mut Harness<'static, State>);
    let bands = [(BandSolo::Equalizer(0), "equalizer.band_1"), (BandSolo::Multiband(0), "multiband.band_1")];
    for (band, id) in bands {
        let stage_id = id.split('.').next().expect("a stage");
        let ends: [(&str, End); 3] = [
            ("a step taken back", |harness| fixture(harness).session.travel(Direction::Undo)),
            ("a preset", |harness| {
                let settings = discern::chain::Settings::default();
                fixture(harness).session.apply_chain(&settings);
            }),
            ("a state", |harness| {
                let fields = fixture(harness).params.serialize_fields();
                fixture(harness).params.deserialize_fields(&fields);
            }),
        ];
        for (what, end) in ends {
            let mut harness = listening_to(band);
            end(&mut harness);
            harness.run_steps(3);
            assert_eq!(monitor(&harness), MonitorState::default(), "{what} of {id}");
        }
        for switch in [format!("{id}.enabled"), format!("{stage_id}.enabled")] {
            let mut harness = listening_to(band);
            let Fixture { params, session, .. } = fixture(&harness);
            params.set_by_gesture(&session.context, &switch, 0.0);
            harness.run_steps(3);
            assert_eq!(monitor(&harness).band, None, "{switch}");
        }
    }
    let mut harness = listening_to(BandSolo::Equalizer(0));
    harness.get_by_label_contains("Band 1, bell, 30 Hz").focus();
    harness.run_steps(2);
    harness.key_press(Key::Delete);
    harness.run_steps(3);
    assert_eq!(fixture(&harness).value("equalizer.band_1.gain_db"), 0.0);
    assert_eq!(monitor(&harness).band, None, "deleted");
}

#[test]
fn listening_to_a_band_outlasts_a_change_of_it() {
    let mut harness = listening_to(BandSolo::Equalizer(0));
    fixture(&harness).session.set_once("equalizer.band_1.frequency_hz", 900.0);
    fixture(&harness).session.set_once("equalizer.band_1.gain_db", -3.0);
    fixture(&harness).session.set_once("equalizer.band_2.enabled", 0.0);
    harness.run_steps(3);
    assert_eq!(monitor(&harness).band, Some(BandSolo::Equalizer(0)));
    // One that is as fresh may be listened to before anything is done with it.
    let mut harness = open(Fixture::new(), Some(Stage::Equalizer));
    click(&mut harness, "Listen to EQ band 1");
    harness.run_steps(3);
    assert_eq!(monitor(&harness).band, Some(BandSolo::Equalizer(0)));
}

#[test]
fn a_place_is_the_same_in_card_map_and_report() {
    let fixture = Fixture::new();
    let mut late = judged(VerdictKind::SendBack);
    for each in &mut late.report.moves {
        each.evidence.iter_mut().for_each(|evidence| (evidence.from_s, evidence.to_s) = (47.7, 111.8));
    }
    for note in &mut late.report.for_the_mixer {
        (note.from_s, note.to_s) = (47.7, 111.8);
    }
    fixture.params.change_saved(|saved| saved.set_judged(late));
    fixture.analysis.publish(hearing(Phase::Judged, Some(0.96)));
    let mut harness = open(fixture, None);
    harness.run_steps(3);
    let names: Vec<String> =
        harness.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect();
    let places: Vec<&String> = names.iter().filter(|name| name.contains("0:47")).collect();
    assert!(places.len() >= 2, "{names:#?}");
    assert!(!names.iter().any(|name| name.contains("0:48") || name.contains("1:52")), "{names:#?}");
    assert_eq!(discern::report::words::time(47.7, false), "0:47");
    assert_eq!(discern::assistant::clock(111.8), "1:51");
}
