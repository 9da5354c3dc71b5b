//! Blocks that no host should send, and some do: nothing of it is a memory error, and what can be played is played.

// Reason for the exception: raw buffers are what this is about.
#![allow(unsafe_code)]

use std::ptr::{null, null_mut};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{
    CLAP_EVENT_MIDI_SYSEX, CLAP_EVENT_NOTE_ON, CLAP_EVENT_PARAM_MOD, CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT,
    clap_input_events, clap_output_events,
};
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR};

use super::rig::{Events, Rig, block, buffer, no_output, standing};

const FRAMES: usize = 256;

fn active() -> Rig {
    let rig = Rig::new();
    assert!(rig.activate(48_000.0, FRAMES as u32));
    rig
}

/// Plays `channels` in place until the delay is over; each must then be what it was, silence beyond the layout.
fn plays_on(rig: &Rig, num_channels: usize) {
    let mut channels = vec![vec![0.25; 16_384]; num_channels];
    let mut chunks: Vec<_> = channels.iter_mut().map(|channel| channel.chunks_mut(FRAMES)).collect();
    for _ in 0..16_384 / FRAMES {
        let mut block: Vec<&mut [f32]> = chunks.iter_mut().map(|chunk| chunk.next().expect("as long")).collect();
        rig.process(&mut block, &Events::default());
    }
    for (idx, channel) in channels.iter().enumerate() {
        assert_eq!(channel[16_383], if idx < 2 { 0.25 } else { 0.0 }, "channel {idx} of {num_channels}");
    }
}

#[test]
fn more_and_fewer_channels_than_the_layout() {
    let rig = active();
    for num_channels in [3, 1, 8, 2] {
        plays_on(&rig, num_channels);
        rig.reset();
    }
    rig.deactivate();
}

#[test]
fn ports_and_pointers_that_are_missing() {
    let rig = active();
    let (events, output) = (Events::default(), no_output());
    let (list, list_out) = (events.list(), std::ptr::from_ref(&output));
    let mut samples = [[0.5_f32; FRAMES]; 4];
    let [a, b, c, d] = samples.each_mut().map(|channel| channel.as_mut_ptr());
    let frames = FRAMES as u32;
    // Neither in nor out; only one of them.
    rig.raw(&block(frames, null_mut(), null_mut(), &list, list_out));
    let (mut pointers_in, mut pointers_out) = ([a, b], [c, d]);
    let mut input = buffer(&mut pointers_in);
    let mut out = buffer(&mut pointers_out);
    rig.raw(&block(frames, &mut input, null_mut(), &list, list_out));
    assert_eq!(rig.raw(&block(frames, null_mut(), &mut out, &list, list_out)), CLAP_PROCESS_CONTINUE);
    assert_eq!(samples[2], [0.0; FRAMES], "without input there is silence");
    // A port that says it has channels and has none; channels that are null.
    let mut nothing = clap_audio_buffer { data32: null_mut(), channel_count: 2, ..input };
    rig.raw(&block(frames, &mut nothing, &mut out, &list, list_out));
    rig.raw(&block(frames, &mut input, &mut nothing, &list, list_out));
    for pointers in [[null_mut(), b], [a, null_mut()], [null_mut(), null_mut()]] {
        let mut pointers = pointers;
        let mut holes = buffer(&mut pointers);
        rig.raw(&block(frames, &mut holes, &mut out, &list, list_out));
        rig.raw(&block(frames, &mut input, &mut holes, &list, list_out));
        rig.raw(&block(frames, &mut holes.clone(), &mut holes, &list, list_out));
    }
    // No events either way, and lists without functions.
    rig.raw(&block(frames, &mut input, &mut out, null(), null()));
    let hollow_in = clap_input_events { ctx: null_mut(), size: None, get: None };
    let hollow_out = clap_output_events { ctx: null_mut(), try_push: None };
    rig.raw(&block(frames, &mut input, &mut out, &hollow_in, &hollow_out));
    // No block at all.
    assert_eq!(
        rig.call(|plugin| unsafe { plugin.process.expect("a function")(rig.plugin, null()) }),
        CLAP_PROCESS_ERROR
    );
    rig.reset();
    plays_on(&rig, 2);
    rig.deactivate();
}

#[test]
fn doubles_only_and_no_frames() {
    let rig = active();
    let (events, output) = (Events::default(), no_output());
    let mut doubles = [[0.5_f64; FRAMES]; 2];
    let mut pointers = doubles.each_mut().map(|channel| channel.as_mut_ptr());
    let mut port = clap_audio_buffer {
        data32: null_mut(),
        data64: pointers.as_mut_ptr(),
        channel_count: 2,
        latency: 0,
        constant_mask: 0,
    };
    rig.raw(&block(FRAMES as u32, &mut port.clone(), &mut port, &events.list(), &output));
    assert_eq!(doubles, [[0.0; FRAMES]; 2], "what is not played is silence");
    rig.raw(&block(0, &mut port.clone(), &mut port, &events.list(), &output));
    rig.raw(&block(0, null_mut(), null_mut(), null(), null()));
    rig.process(&mut [&mut [], &mut []], &Events::default());
    rig.reset();
    plays_on(&rig, 2);
    rig.deactivate();
}

#[test]
fn events_that_are_not_there_cut_short_or_nonsense() {
    let rig = active();
    let mut events = Events::default();
    events.null();
    for type_ in [
        CLAP_EVENT_PARAM_VALUE,
        CLAP_EVENT_PARAM_MOD,
        CLAP_EVENT_TRANSPORT,
        CLAP_EVENT_NOTE_ON,
        CLAP_EVENT_MIDI_SYSEX,
        99,
    ] {
        for size in [0, 16, 17] {
            events.header(3, type_, size);
        }
    }
    events.set_id(5, 0xdead_beef, 1.0);
    for value in [f64::NAN, f64::INFINITY, -1e300, 1e300, -1.0, 2.5] {
        events.set(7, "limiter.gain_db", value);
        events.set(8, "equalizer.band_1.shape", value);
        events.set(9, "bypass", value);
    }
    events.set(9, "bypass", 0.0);
    events.set(9, "limiter.gain_db", 0.0);
    events.set(9, "equalizer.band_1.shape", 0.0);
    events.null();
    events.transport(4_000_000_000, standing());
    let (mut left, mut right) = ([0.25; FRAMES], [0.25; FRAMES]);
    rig.process(&mut [&mut left, &mut right], &events);
    assert!(left.iter().chain(&right).all(|sample| sample.is_finite()));
    rig.deactivate();
    rig.flush(&events);
}

#[test]
fn calls_at_the_wrong_time() {
    let rig = Rig::new();
    let (mut left, mut right) = ([0.25; FRAMES], [0.25; FRAMES]);
    assert_eq!(rig.process(&mut [&mut left, &mut right], &Events::default()), CLAP_PROCESS_ERROR);
    rig.reset();
    rig.deactivate();
    for rate_hz in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -48_000.0, 0.0, 1.0, 7_999.0, 384_001.0, 1e30] {
        assert!(!rig.activate(rate_hz, 512), "{rate_hz} Hz");
    }
    assert!(!rig.activate(48_000.0, 0));
    for (rate_hz, max_frames) in [(8_000.0, 1), (48_000.0, u32::MAX), (192_000.0, 64)] {
        assert!(rig.activate(rate_hz, max_frames), "{rate_hz} Hz");
        plays_on(&rig, 2);
        rig.deactivate();
    }
    let params = rig.params();
    let num_params = rig.infos().len() as u32;
    let mut info = unsafe { std::mem::zeroed() };
    assert!(!unsafe { params.get_info.expect("a function")(rig.plugin, num_params, &mut info) });
    assert!(!unsafe { params.get_info.expect("a function")(rig.plugin, u32::MAX, &mut info) });
    assert!(!unsafe { params.get_info.expect("a function")(rig.plugin, 0, null_mut()) });
    assert!(!unsafe { params.get_value.expect("a function")(rig.plugin, 0xdead_beef, &mut 0.0) });
}
