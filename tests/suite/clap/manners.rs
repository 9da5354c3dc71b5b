//! What the plugin asks of its host, and what it does not: restarts, new latencies, the mark that there is something to save.

use std::thread;
use std::time::{Duration, Instant};

use clap_sys::events::{CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, CLAP_TRANSPORT_IS_PLAYING, clap_event_transport};
use clap_sys::fixedpoint::CLAP_SECTIME_FACTOR;
use discern::chain::Chain;
use discern::chain::settings::{Choice, LatencyMode};
use discern::dsp::random::Random;

use super::rig::{Events, Rig, standing};

fn latency(rate_hz: f64, mode: LatencyMode) -> u32 {
    Chain::new(rate_hz, mode).latency_samples() as u32
}

/// A block of silence, and what the host's main thread does after it.
fn play(rig: &Rig, events: &Events) {
    rig.process(&mut [&mut [0.0; 256], &mut [0.0; 256]], events);
    rig.idle();
}

#[test]
fn the_latency_is_right_before_the_first_activation_and_after_every_one() {
    for mode in LatencyMode::ALL {
        let first = Rig::new();
        let mut events = Events::default();
        events.set(0, "latency_mode", *mode as usize as f64);
        first.flush(&events);
        assert_eq!(first.latency(), latency(48_000.0, *mode), "by the parameter, before any activation");
        let state = first.save().expect("saves");
        let rig = Rig::new();
        assert!(rig.load(&state));
        assert_eq!(rig.latency(), latency(48_000.0, *mode), "by the state, before any activation");
        assert!(rig.activate(96_000.0, 256));
        assert_eq!(rig.latency(), latency(96_000.0, *mode));
        rig.deactivate();
        assert_eq!(rig.latency(), latency(96_000.0, *mode), "the rate of last time is what comes");
    }
}

#[test]
fn a_change_of_latency_mode_makes_exactly_one_restart() {
    let rig = Rig::new();
    assert!(rig.activate(48_000.0, 256));
    rig.idle();
    assert_eq!(rig.take(|asked| &asked.restarts), 0, "the first activation asks for no other");
    rig.take(|asked| &asked.latency_changes);
    for mode in [LatencyMode::Linear, LatencyMode::Tracking, LatencyMode::Standard] {
        let mut events = Events::default();
        events.set(100, "latency_mode", mode as usize as f64);
        play(&rig, &events);
        (0..20).for_each(|_| play(&rig, &Events::default()));
        assert_eq!(rig.take(|asked| &asked.restarts), 1);
        assert_eq!(rig.take(|asked| &asked.latency_changes), 0, "only while it is being activated");
        rig.deactivate();
        assert!(rig.activate(48_000.0, 256));
        assert_eq!(rig.take(|asked| &asked.latency_changes), 1);
        assert_eq!(rig.latency(), latency(48_000.0, mode));
        (0..20).for_each(|_| play(&rig, &Events::default()));
        assert_eq!(rig.take(|asked| &asked.restarts), 0);
        assert_eq!(rig.take(|asked| &asked.latency_changes), 0);
    }
    // The same again: nothing to tell.
    rig.deactivate();
    assert!(rig.activate(48_000.0, 256));
    rig.idle();
    assert_eq!(rig.take(|asked| &asked.latency_changes), 0);
    // Another rate has another latency, and no restart.
    rig.deactivate();
    assert!(rig.activate(96_000.0, 256));
    rig.idle();
    assert_eq!((rig.take(|asked| &asked.latency_changes), rig.take(|asked| &asked.restarts)), (1, 0));
    rig.deactivate();
}

#[test]
fn a_finished_listening_is_to_be_saved_and_nothing_that_comes_by_itself_is() {
    const RATE_HZ: f64 = 8_000.0;
    let rig = Rig::new();
    let state = rig.save().expect("saves");
    assert!(rig.load(&state));
    assert!(rig.activate(RATE_HZ, 256));
    let mut events = Events::default();
    events.set(0, "limiter.gain_db", 0.75);
    play(&rig, &events);
    rig.load(&state);
    rig.deactivate();
    rig.flush(&events);
    assert!(rig.activate(RATE_HZ, 256));
    play(&rig, &Events::default());
    rig.idle();
    assert_eq!(rig.take(|asked| &asked.dirty_marks), 0);

    // 21 s of noise, which takes no time to judge. The button is held down, as a host does that plays automation.
    let mut random = Random::new(1, 0);
    let mut frames = 0_usize;
    let start = Instant::now();
    let num_blocks = (21.0 * RATE_HZ) as usize / 256;
    let mut events = Events::default();
    // A load is not a press: the first tenth of a second after it counts for nothing.
    (0..8).for_each(|_| play(&rig, &events));
    events.set(0, "action.listen", 1.0);
    for idx in 0..num_blocks {
        let mut left: [f32; 256] = std::array::from_fn(|_| (random.uniform() - 0.5) as f32 * 0.2);
        let mut right = left;
        let seconds = frames as f64 / RATE_HZ;
        let transport = clap_event_transport {
            flags: CLAP_TRANSPORT_IS_PLAYING | CLAP_TRANSPORT_HAS_SECONDS_TIMELINE,
            song_pos_seconds: (seconds * CLAP_SECTIME_FACTOR as f64) as i64,
            ..standing()
        };
        rig.process_at(&mut [&mut left, &mut right], &events, Some(&transport));
        rig.idle();
        frames += 256;
        // The ring holds six seconds, and the button must have been seen before the song begins.
        thread::sleep(Duration::from_millis(if idx < 4 { 60 } else { 3 }));
    }
    assert_eq!(rig.take(|asked| &asked.dirty_marks), 0, "nothing has been judged yet");
    assert_eq!(rig.value(discern_host::Parameter::id_of("action.listen").get()), 0.0, "it reads as what is saved");
    let has_listen = |state: &[u8]| String::from_utf8_lossy(state).contains("\"action.listen\":{\"bool\":true}");
    assert!(!has_listen(&rig.save().expect("saves")), "what is held down is not saved");
    for value in [0.0, 1.0] {
        events.clear();
        events.set(0, "action.listen", value);
        play(&rig, &events);
        thread::sleep(Duration::from_millis(100));
    }
    let mut num_marks = 0;
    while num_marks == 0 {
        assert!(start.elapsed() < Duration::from_secs(90), "no verdict was marked");
        thread::sleep(Duration::from_millis(20));
        play(&rig, &Events::default());
        num_marks += rig.take(|asked| &asked.dirty_marks);
    }
    thread::sleep(Duration::from_millis(300));
    rig.idle();
    assert_eq!(num_marks + rig.take(|asked| &asked.dirty_marks), 1);
    assert!(String::from_utf8_lossy(&rig.save().expect("saves")).contains("verdict"));
    rig.deactivate();
}
