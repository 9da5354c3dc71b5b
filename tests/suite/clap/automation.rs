//! Parameters and the song's place move where the host says, whatever the blocks.

use std::time::{Duration, Instant};

use clap_sys::events::{
    CLAP_TRANSPORT_HAS_BEATS_TIMELINE, CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, CLAP_TRANSPORT_HAS_TEMPO,
    CLAP_TRANSPORT_IS_PLAYING, clap_event_transport,
};
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};

use super::probe::Probe;
use super::rig::{Events, Rig, standing};
use crate::{figures, support};

const RATE_HZ: f64 = 48_000.0;
const NUM_FRAMES: usize = 40_000;

/// Automation at odd places: time in frames, key, normalized value.
fn automation() -> Vec<(usize, &'static str, f64)> {
    const KEYS: [(&str, f64); 7] = [
        ("input.gain_db", 1.0),
        ("equalizer.band_3.gain_db", 1.0),
        ("equalizer.band_3.frequency_hz", 1.0),
        ("limiter.gain_db", 1.0),
        ("limiter.ceiling_dbtp", 1.0),
        ("clipper.enabled", 1.0),
        ("bypass", 1.0),
    ];
    let mut seed = 7_u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed >> 8) / f64::from(1 << 24)
    };
    let mut events: Vec<_> = (0..400)
        .map(|_| {
            let (key, max) = KEYS[(random() * KEYS.len() as f64) as usize];
            let value = random() * max;
            let is_switch = !key.contains('_');
            ((random() * NUM_FRAMES as f64) as usize, key, if is_switch { value.round() } else { value })
        })
        .collect();
    events.sort_by_key(|event| event.0);
    events
}

/// The song through the plugin in blocks of one size, or of the sizes in turn.
fn play(sizes: &[usize]) -> [Vec<f32>; 2] {
    let mix = support::demo_mix();
    let mut left = mix.left()[..NUM_FRAMES].to_vec();
    let mut right = mix.right()[..NUM_FRAMES].to_vec();
    let rig = Rig::new();
    assert!(rig.activate(RATE_HZ, 4096));
    let automation = automation();
    let mut start = 0;
    for size in sizes.iter().cycle() {
        let end = NUM_FRAMES.min(start + size);
        let mut events = Events::default();
        for (time, key, value) in automation.iter().filter(|(time, ..)| (start..end).contains(time)) {
            events.set((time - start) as u32, key, *value);
        }
        rig.process(&mut [&mut left[start..end], &mut right[start..end]], &events);
        start = end;
        if start == NUM_FRAMES {
            break;
        }
    }
    rig.deactivate();
    [left, right]
}

#[test]
fn the_samples_are_the_same_for_every_size_of_block() {
    let once = play(&[4096]);
    assert!(once != play_without_automation(), "the automation is heard");
    for sizes in [&[32][..], &[64], &[441], &[1024], &[1, 7, 480, 33]] {
        assert!(play(sizes) == once, "{sizes:?}");
    }
    figures::holds("Host", "CLAP: automation gives the same samples in blocks of 1 to 4096", true);
}

fn play_without_automation() -> [Vec<f32>; 2] {
    let mix = support::demo_mix();
    let mut channels = [mix.left()[..NUM_FRAMES].to_vec(), mix.right()[..NUM_FRAMES].to_vec()];
    let rig = Rig::new();
    assert!(rig.activate(RATE_HZ, NUM_FRAMES as u32));
    let [left, right] = &mut channels;
    rig.process(&mut [left, right], &Events::default());
    channels
}

#[test]
fn events_out_of_order_and_past_the_block_are_neither_lost_nor_harmful() {
    let (rig, notes) = Probe::rig();
    assert!(rig.activate(RATE_HZ, 64));
    let mut events = Events::default();
    for (time, value) in [(40, 0.2), (10, 0.3), (50, 0.4), (64, 0.5), (u32::MAX, 0.6)] {
        events.set(time, "gain", value);
    }
    events.transport(1 << 31, clap_event_transport { flags: CLAP_TRANSPORT_IS_PLAYING, ..standing() });
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    rig.process(&mut [&mut left, &mut right], &events);
    let pieces = std::mem::take(&mut *notes.pieces.lock().expect("not poisoned"));
    let seen: Vec<_> = pieces.iter().map(|piece| (piece.frames, piece.gain)).collect();
    assert_eq!(
        seen,
        [(40, 0.0), (10, 0.3), (13, 0.4), (1, 0.6)],
        "what is late counts at once, what is past at the end"
    );
    assert!(pieces[3].is_playing);
    // A block of one frame, and one of none.
    events.clear();
    events.set(0, "gain", 0.7);
    events.set(3, "gain", 0.8);
    rig.process(&mut [&mut left[..1], &mut right[..1]], &events);
    assert_eq!(notes.pieces.lock().expect("not poisoned")[0].gain, 0.8);
    events.set(0, "gain", 0.0);
    rig.process(&mut [&mut left[..0], &mut right[..0]], &events);
    assert_eq!(rig.infos().len(), 1);
    assert_eq!(rig.value(rig.infos()[0].id), 0.0, "without frames a block is for its events");
    rig.deactivate();
}

#[test]
fn the_place_in_the_song_is_right_in_every_piece() {
    let (rig, notes) = Probe::rig();
    assert!(rig.activate(RATE_HZ, 512));
    let seconds = |frames: f64| (frames / RATE_HZ * CLAP_SECTIME_FACTOR as f64).round() as i64;
    let playing_from = |frames: f64| clap_event_transport {
        flags: CLAP_TRANSPORT_IS_PLAYING | CLAP_TRANSPORT_HAS_SECONDS_TIMELINE,
        song_pos_seconds: seconds(frames),
        ..standing()
    };
    let play = |transport: clap_event_transport, events: &Events| {
        let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
        rig.process_at(&mut [&mut left, &mut right], events, Some(&transport));
        let pieces = std::mem::take(&mut *notes.pieces.lock().expect("not poisoned"));
        pieces.iter().map(|piece| piece.position_samples).collect::<Vec<_>>()
    };
    let mut events = Events::default();
    events.set(100, "gain", 0.2);
    events.set(300, "gain", 0.0);
    // Without a tempo, too: a host that knows only seconds.
    assert_eq!(play(playing_from(48_000.0), &events), [Some(48_000), Some(48_100), Some(48_300)]);
    // A standing song stays where it is.
    let stopped = clap_event_transport { flags: CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, ..playing_from(7000.0) };
    assert_eq!(play(stopped, &events), [Some(7000); 3]);
    // By beats: 120 a minute are 24 000 samples each.
    let by_beats = clap_event_transport {
        flags: CLAP_TRANSPORT_IS_PLAYING | CLAP_TRANSPORT_HAS_BEATS_TIMELINE | CLAP_TRANSPORT_HAS_TEMPO,
        song_pos_beats: 2 * CLAP_BEATTIME_FACTOR,
        tempo: 120.0,
        ..standing()
    };
    assert_eq!(play(by_beats, &events), [Some(48_000), Some(48_100), Some(48_300)]);
    // A jump inside of the block counts from where it happens.
    let mut events = Events::default();
    events.transport(200, playing_from(1_000.0));
    events.set(260, "gain", 0.0);
    assert_eq!(play(playing_from(48_000.0), &events), [Some(48_000), Some(1_000), Some(1_060)]);
    rig.deactivate();
}

#[test]
fn a_block_longer_than_announced_is_played_as_a_whole() {
    let (rig, notes) = Probe::rig();
    assert!(rig.activate(RATE_HZ, 100));
    let (mut left, mut right) = (vec![0.5; 1000], vec![0.5; 1000]);
    let mut events = Events::default();
    events.set(250, "gain", 0.0);
    rig.process(&mut [&mut left, &mut right], &events);
    let frames: Vec<_> = notes.pieces.lock().expect("not poisoned").iter().map(|piece| piece.frames).collect();
    assert!(frames.iter().all(|frames| *frames <= 100), "{frames:?}");
    assert_eq!(frames.iter().sum::<usize>(), 1000);
    rig.deactivate();
}

#[test]
fn twenty_thousand_events_in_one_block_take_no_time() {
    let rig = Rig::new();
    assert!(rig.activate(RATE_HZ, 512));
    let mut events = Events::default();
    let infos = rig.infos();
    for idx in 0..20_000_u32 {
        let info = &infos[idx as usize % (infos.len() - 2)];
        events.set_id(idx * 512 / 20_000, info.id, if idx % 3 == 0 { info.max_value } else { info.default_value });
    }
    let (mut left, mut right) = ([0.1; 512], [0.1; 512]);
    let start = Instant::now();
    rig.process(&mut [&mut left, &mut right], &events);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(left.iter().chain(&right).all(|sample| sample.is_finite()));
    rig.deactivate();
}
