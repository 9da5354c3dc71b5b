//! State, values and latency at every moment of an instance's life.

use discern_vst3_host::{Block, Plugin, Point, Setup};

use super::{LIMITER_GAIN, load, named, start, stop};

const LATENCY_CHANGED: i32 = 8;

/// Bypass, a number and two choices, with a value that is not their default.
fn moved(plugin: &Plugin) -> Vec<(u32, f64)> {
    let bypass = plugin.parameters().iter().find(|parameter| parameter.is_bypass).expect("a bypass").id;
    let choice = plugin.parameters().iter().find(|parameter| parameter.is_list).expect("a choice");
    let other = if choice.default_millionths == 0 { 1.0 } else { 0.0 };
    vec![(bypass, 1.0), (named(plugin, LIMITER_GAIN).id, 0.75), (choice.id, other)]
}

fn silence(frames: usize) -> Block {
    Block::stereo(&vec![0.0; frames], &vec![0.0; frames])
}

/// The state says what the host has set, and so does another instance that loads it.
fn assert_kept(plugin: &Plugin, values: &[(u32, f64)], when: &str) {
    let mut other = load();
    other.restore(&plugin.save().expect("saves")).expect("loads");
    for (id, value) in values {
        let name = &plugin.parameter(*id).expect("a parameter").name;
        let (here, there) = (plugin.value(*id), other.value(*id));
        assert!((here - value).abs() < 1e-6, "{when}: {name} was set to {value} and is {here}");
        assert!((there - value).abs() < 1e-6, "{when}: {name} was set to {value} and is saved as {there}");
    }
}

/// What a plugin is doing, and how it comes to do that.
type Doing = (&'static str, fn(&Plugin));

#[test]
fn what_the_host_sets_is_in_the_state_at_once() {
    let stages: [Doing; 6] = [
        ("new", |_| ()),
        ("set up", |plugin| assert_eq!(plugin.set_up(Setup::default()).expect("a processor"), 0)),
        ("active", |plugin| {
            plugin.set_up(Setup::default()).expect("a processor");
            assert_eq!(plugin.set_active(true), 0);
        }),
        ("processing", |plugin| start(plugin, Setup::default())),
        ("between blocks", |plugin| {
            start(plugin, Setup::default());
            plugin.process_block(&mut silence(64)).expect("processes");
        }),
        ("stopped", |plugin| {
            start(plugin, Setup::default());
            stop(plugin);
        }),
    ];
    for (when, go) in stages {
        let plugin = load();
        go(&plugin);
        let values = moved(&plugin);
        for (id, value) in &values {
            plugin.set(*id, *value).expect("sets");
        }
        assert_kept(&plugin, &values, when);
        // Set again before it has come to the processor: the last one counts.
        let values: Vec<_> = values.iter().map(|(id, value)| (*id, 1.0 - value)).collect();
        for (id, value) in &values {
            plugin.set(*id, *value).expect("sets");
        }
        assert_kept(&plugin, &values, when);
        // A host that never brings it, and one that ends instead.
        plugin.set_processing(false).expect("a processor");
        plugin.set_active(false);
        assert_kept(&plugin, &values, "after the end");
    }
}

#[test]
fn what_the_processor_gets_goes_on_from_what_was_set() {
    let plugin = load();
    let gain = named(&plugin, LIMITER_GAIN).id;
    start(&plugin, Setup::default());
    plugin.set(gain, 0.75).expect("sets");
    let mut block = silence(64);
    block.points = vec![Point { id: gain, frame: 3, value: 0.75 }];
    plugin.process_block(&mut block).expect("processes");
    assert_kept(&plugin, &[(gain, 0.75)], "brought");
    // Automation goes on without the controller.
    block.points = vec![Point { id: gain, frame: 3, value: 0.25 }];
    plugin.process_block(&mut block).expect("processes");
    assert_kept(&plugin, &[(gain, 0.25)], "automated");
    // What was on its way before the hand moved does not undo that.
    plugin.set(gain, 0.5).expect("sets");
    plugin.process_block(&mut block).expect("processes");
    assert_kept(&plugin, &[(gain, 0.5)], "moved meanwhile");
    block.num_frames = 0;
    block.points = vec![Point { id: gain, frame: 0, value: 0.5 }];
    plugin.process_block(&mut block).expect("flushes");
    assert_kept(&plugin, &[(gain, 0.5)], "flushed");
    stop(&plugin);
}

#[test]
fn bypass_is_saved_and_loaded_while_processing() {
    let mut plugin = load();
    let bypass = plugin.parameters().iter().find(|parameter| parameter.is_bypass).expect("a bypass").id;
    start(&plugin, Setup::default());
    plugin.set(bypass, 1.0).expect("sets");
    assert_eq!(plugin.value(bypass), 1.0);
    let mut flush = Block { points: vec![Point { id: bypass, frame: 0, value: 1.0 }], ..Block::default() };
    assert_eq!(plugin.process_block(&mut flush).expect("flushes"), 0);
    let state = plugin.save().expect("saves");
    plugin.set(bypass, 0.0).expect("sets");
    assert_eq!(plugin.value(bypass), 0.0);
    plugin.restore(&state).expect("loads");
    assert_eq!(plugin.value(bypass), 1.0);
    stop(&plugin);
    assert_eq!(plugin.value(bypass), 1.0);
}

#[test]
fn streams_may_give_and_take_little() {
    let source = load();
    let values = moved(&source);
    for (id, value) in &values {
        source.set(*id, *value).expect("sets");
    }
    let state = source.save().expect("saves");
    for piece_bytes in [1, 7, 1000] {
        assert_eq!(source.save_in_pieces(piece_bytes).expect("saves"), state);
        let mut plugin = load();
        start(&plugin, Setup::default());
        plugin.restore_in_pieces(&state, piece_bytes).expect("loads");
        assert_kept(&plugin, &values, "in pieces");
    }
}

#[test]
fn what_is_no_state_is_refused_and_changes_nothing() {
    let mut plugin = load();
    let values = moved(&plugin);
    start(&plugin, Setup::default());
    for (id, value) in &values {
        plugin.set(*id, *value).expect("sets");
    }
    let state = plugin.save().expect("saves");
    let half = &state[..state.len() / 2];
    for garbage in [&[][..], &[0; 3], b"{", b"null", b"[1]", &[255; 100_000], half] {
        assert!(plugin.restore_in_pieces(garbage, 4096).is_err());
        assert_kept(&plugin, &values, "after garbage");
    }
}

#[test]
fn an_activation_asks_for_no_restart() {
    let plugin = load();
    for (sample_rate_hz, max_frames) in [(48_000.0, 512), (48_000.0, 512), (96_000.0, 64), (44_100.0, 8192)] {
        start(&plugin, Setup { sample_rate_hz, max_frames, ..Setup::default() });
        assert!(plugin.latency_samples().expect("a processor") > 0);
        plugin.process_block(&mut silence(64)).expect("processes");
        stop(&plugin);
        plugin.save().expect("saves");
        assert_eq!(plugin.take_restarts(), [0; 0], "at {sample_rate_hz} Hz");
    }
}

#[test]
fn latency_is_known_before_the_first_activation_and_after_every_change() {
    let plugin = load();
    let mode = named(&plugin, "Latency mode").id;
    let mut seen = Vec::new();
    for position in [0.0, 0.5, 1.0] {
        plugin.set(mode, position).expect("sets");
        let told = plugin.latency_samples().expect("a processor");
        start(&plugin, Setup::default());
        assert_eq!(plugin.latency_samples().expect("a processor"), told, "at {position}");
        stop(&plugin);
        assert_eq!(plugin.latency_samples().expect("a processor"), told, "at {position}");
        seen.push(told);
    }
    assert!(seen[0] < seen[1] && seen[1] < seen[2], "{seen:?}");
    // One rate after another, without an activation.
    plugin.set_up(Setup { sample_rate_hz: 96_000.0, ..Setup::default() }).expect("a processor");
    let told = plugin.latency_samples().expect("a processor");
    assert_eq!(plugin.set_active(true), 0);
    assert_eq!(plugin.latency_samples().expect("a processor"), told);
}

#[test]
fn a_change_of_latency_makes_one_restart() {
    let plugin = load();
    let mode = named(&plugin, "Latency mode").id;
    start(&plugin, Setup::default());
    for position in [1.0, 0.0] {
        let mut block = silence(64);
        block.points = vec![Point { id: mode, frame: 5, value: position }];
        for _ in 0..5 {
            plugin.process_block(&mut block).expect("processes");
            block.points.clear();
        }
        // The host comes by on its main thread.
        plugin.value(mode);
        plugin.save().expect("saves");
        assert_eq!(plugin.take_restarts(), [LATENCY_CHANGED]);
        let before = plugin.latency_samples().expect("a processor");
        stop(&plugin);
        start(&plugin, Setup::default());
        assert_ne!(plugin.latency_samples().expect("a processor"), before);
        plugin.process_block(&mut silence(64)).expect("processes");
        plugin.save().expect("saves");
        assert_eq!(plugin.take_restarts(), [0; 0], "once more");
    }
    // A host that restarts by itself before it is told is not told any more.
    let mut block = silence(64);
    block.points = vec![Point { id: mode, frame: 5, value: 1.0 }];
    plugin.process_block(&mut block).expect("processes");
    stop(&plugin);
    start(&plugin, Setup::default());
    plugin.save().expect("saves");
    assert_eq!(plugin.take_restarts(), [0; 0]);
    assert_eq!(plugin.num_foreign_calls(), 0);
}
