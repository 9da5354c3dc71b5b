//! Blocks as hosts give them and as none should: the result is safe, and where there is sound it is the right one.

use discern_vst3_host::{Block, Plugin, Point, Setup};

use super::{LIMITER_GAIN, load, named, start, stop};
use crate::support::noise;

const NUM_FRAMES: usize = 512;

/// With a chain that does something.
fn playing(setup: Setup) -> Plugin {
    let plugin = load();
    plugin.set(named(&plugin, LIMITER_GAIN).id, 0.75).expect("sets");
    start(&plugin, setup);
    plugin
}

fn song(num_frames: usize) -> [Vec<f32>; 2] {
    [noise(1, num_frames, 0.5), noise(2, num_frames, 0.5)]
}

/// Both channels through a new instance in blocks of one size.
fn rendered(setup: Setup, num_frames: usize, block_frames: usize) -> [Vec<f32>; 2] {
    let plugin = playing(setup);
    let [left, right] = song(num_frames);
    let mut output = [Vec::new(), Vec::new()];
    for (left, right) in left.chunks(block_frames).zip(right.chunks(block_frames)) {
        let mut block = Block::stereo(left, right);
        assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
        output[0].extend_from_slice(block.output(0));
        output[1].extend_from_slice(block.output(1));
    }
    stop(&plugin);
    output
}

#[test]
fn a_block_longer_than_agreed_is_processed_all_the_same() {
    let setup = Setup::default();
    let right = rendered(setup, 5000, NUM_FRAMES);
    assert!(right[0].iter().any(|sample| *sample != 0.0));
    assert_eq!(rendered(setup, 5000, 5000), right);
    assert_eq!(rendered(Setup { max_frames: 1, ..setup }, 5000, 5000), right);
    // However long blocks may be, no more memory is taken than is needed.
    assert_eq!(rendered(Setup { max_frames: i32::MAX, ..setup }, 5000, 5000), right);
}

#[test]
fn in_place_is_the_same_as_beside() {
    let right = rendered(Setup::default(), 4 * NUM_FRAMES, NUM_FRAMES);
    let plugin = playing(Setup::default());
    let song = song(4 * NUM_FRAMES);
    let mut output = [Vec::new(), Vec::new()];
    for (left, right) in song[0].chunks(NUM_FRAMES).zip(song[1].chunks(NUM_FRAMES)) {
        let mut block = Block::stereo(left, right);
        block.outputs.clone_from(&block.inputs);
        block.is_in_place = true;
        assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
        output[0].extend_from_slice(block.output(0));
        output[1].extend_from_slice(block.output(1));
    }
    assert_eq!(output, right);
}

/// The last of a few equal blocks, which are `changed` before.
fn last_block(changed: impl Fn(&mut Block)) -> Block {
    let plugin = playing(Setup::default());
    let [left, right] = song(NUM_FRAMES);
    let mut last = Block::default();
    for _ in 0..4 {
        let mut block = Block::stereo(&left, &right);
        changed(&mut block);
        plugin.process_block(&mut block).expect("returns");
        last = block;
    }
    stop(&plugin);
    last
}

#[test]
fn more_channels_are_silenced_and_fewer_made_up_for() {
    let usual = last_block(|_| ());
    let more = last_block(|block| {
        for bus in block.inputs.iter_mut().chain(&mut block.outputs) {
            let channels = bus.as_mut().expect("a bus");
            channels.extend([Some(vec![0.5; NUM_FRAMES]), Some(vec![f32::NAN; NUM_FRAMES])]);
        }
    });
    assert_eq!(more.output(0), usual.output(0));
    assert_eq!(more.output(1), usual.output(1));
    assert_eq!(more.output(2), [0.0; NUM_FRAMES]);
    assert_eq!(more.output(3), [0.0; NUM_FRAMES]);
    let more_buses = last_block(|block| {
        block.inputs.push(Some(vec![Some(vec![0.5; NUM_FRAMES])]));
        block.outputs.push(Some(vec![Some(vec![f32::NAN; NUM_FRAMES])]));
    });
    assert_eq!(more_buses.output(0), usual.output(0));
    assert_eq!(more_buses.outputs[1].as_ref().expect("a bus")[0], Some(vec![0.0; NUM_FRAMES]));
    // The right channel is missing on one side, on the other, on both, or there is nothing behind it.
    let silent_right = last_block(|block| block.inputs[0].as_mut().expect("a bus")[1] = Some(vec![0.0; NUM_FRAMES]));
    for (input, output) in [(Some(1), Some(1)), (Some(1), None), (None, None)] {
        let fewer = last_block(|block| {
            let shorten = |bus: &mut Vec<_>, length: Option<usize>| match length {
                Some(length) => bus.truncate(length),
                None => bus[1] = None,
            };
            shorten(block.inputs[0].as_mut().expect("a bus"), input);
            shorten(block.outputs[0].as_mut().expect("a bus"), output);
        });
        assert_eq!(fewer.output(0), silent_right.output(0));
    }
    let no_input = last_block(|block| block.inputs.clear());
    assert_eq!(no_input.output(0), [0.0; NUM_FRAMES]);
    let null_input = last_block(|block| block.inputs[0] = None);
    assert_eq!(null_input.output(0), [0.0; NUM_FRAMES]);
}

#[test]
fn a_flush_is_one_however_it_is_given() {
    let changes: [fn(&mut Block); 6] = [
        |block| block.num_frames = 0,
        |block| block.num_frames = -5,
        |block| block.outputs.clear(),
        |block| *block = Block::default(),
        |block| block.told_channels = Some(0),
        |block| block.outputs[0] = None,
    ];
    for (idx, change) in changes.into_iter().enumerate() {
        let plugin = playing(Setup::default());
        let id = named(&plugin, LIMITER_GAIN).id;
        let mut block = Block::stereo(&[0.5; NUM_FRAMES], &[0.5; NUM_FRAMES]);
        change(&mut block);
        block.points = vec![Point { id, frame: 0, value: 0.5 }, Point { id, frame: 200, value: 0.25 }];
        assert_eq!(plugin.process_block(&mut block).expect("returns"), 0, "{idx}");
        assert!((plugin.value(id) - 0.25).abs() < 1e-6, "{idx}: {}", plugin.value(id));
    }
}

#[test]
fn without_activation_what_comes_in_goes_out() {
    let plugin = load();
    let id = named(&plugin, LIMITER_GAIN).id;
    for setups in 0..2 {
        let mut block = Block::stereo(&[0.5; 64], &[0.25; 64]);
        block.points = vec![Point { id, frame: 0, value: 0.125 * f64::from(setups + 1) }];
        assert_ne!(plugin.process_block(&mut block).expect("returns"), 0);
        assert_eq!((block.output(0), block.output(1)), (&[0.5; 64][..], &[0.25; 64][..]));
        assert!((plugin.value(id) - block.points[0].value).abs() < 1e-6);
        plugin.set_up(Setup::default()).expect("a processor");
    }
}

#[test]
fn samples_of_64_bits_are_refused_and_passed_on() {
    let plugin = load();
    assert_ne!(plugin.set_up(Setup { is_double: true, ..Setup::default() }).expect("a processor"), 0);
    assert_ne!(plugin.set_active(true), 0);
    start(&plugin, Setup::default());
    let words = noise(3, 2 * NUM_FRAMES, 1.0);
    let mut block = Block::stereo(&words, &words);
    (block.num_frames, block.is_double) = (NUM_FRAMES as i32, true);
    assert_ne!(plugin.process_block(&mut block).expect("returns"), 0);
    assert_eq!(block.output(0), words);
}

#[test]
fn setups_that_nothing_can_run_with_are_refused() {
    let plugin = load();
    for (sample_rate_hz, max_frames) in
        [(0.0, 512), (-48_000.0, 512), (f64::NAN, 512), (f64::INFINITY, 512), (48_000.0, 0), (48_000.0, -1)]
    {
        let setup = Setup { sample_rate_hz, max_frames, ..Setup::default() };
        assert_ne!(plugin.set_up(setup).expect("a processor"), 0, "{setup:?}");
        assert_ne!(plugin.set_active(true), 0, "{setup:?}");
        plugin.process_block(&mut Block::stereo(&[0.5; 64], &[0.5; 64])).expect("returns");
    }
    assert_ne!(plugin.arrange(3).expect("a processor"), 0);
    assert_eq!(plugin.arrange(1).expect("a processor"), 0);
    start(&plugin, Setup::default());
    let mut mono = Block::stereo(&[0.5; 64], &[0.5; 64]);
    assert_eq!(plugin.process_block(&mut mono).expect("processes"), 0);
    assert_eq!(mono.output(1), [0.0; 64]);
}

#[test]
fn every_rate_processes_and_tells_latency_and_tail() {
    let plugin = load();
    for sample_rate_hz in [22_050.0, 32_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0] {
        start(&plugin, Setup { sample_rate_hz, ..Setup::default() });
        let mut block = Block::stereo(&[0.5; 512], &[0.5; 512]);
        for _ in 0..20 {
            assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
        }
        assert!(block.output(0).iter().all(|sample| sample.is_finite()));
        assert_eq!(plugin.tail_samples().expect("a processor"), plugin.latency_samples().expect("a processor"));
        stop(&plugin);
        assert_eq!(plugin.tail_samples().expect("a processor"), 0);
    }
}

#[test]
fn at_a_rate_out_of_range_the_mix_passes_through() {
    let plugin = load();
    // As Steinberg's validator goes through them, without an error.
    for sample_rate_hz in [1234.5678, 12_345.678, 123_456.78, 1_234_567.8] {
        start(&plugin, Setup { sample_rate_hz, ..Setup::default() });
        let [left, right] = song(NUM_FRAMES);
        let mut block = Block::stereo(&left, &right);
        assert_eq!(plugin.process_block(&mut block).expect("processes"), 0, "at {sample_rate_hz} Hz");
        if !(8_000.0..=384_000.0).contains(&sample_rate_hz) {
            assert_eq!(plugin.latency_samples().expect("a processor"), 0);
            assert!(block.output(0) == left && block.output(1) == right, "at {sample_rate_hz} Hz");
        }
        stop(&plugin);
    }
    // A setup that is refused leaves the one before.
    assert_ne!(plugin.set_up(Setup { sample_rate_hz: 0.0, ..Setup::default() }).expect("a processor"), 0);
    assert_eq!(plugin.set_active(true), 0);
}
