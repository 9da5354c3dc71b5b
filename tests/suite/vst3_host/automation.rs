//! Automation acts at the sample that the host names, whatever the blocks.

use std::time::{Duration, Instant};

use discern_vst3_host::{Block, Plugin, Point, Setup};

use super::{load, named, start, stop};
use crate::figures;
use crate::support::noise;

const NUM_FRAMES: usize = 16_384;

/// A parameter's id, the frame in the song, the value.
type Move = (u32, usize, f64);

fn moves(plugin: &Plugin) -> Vec<Move> {
    let id = |name: &str| named(plugin, name).id;
    let (gain, limiter, bypass) = (id("Input Gain"), id("Limiter Gain"), id("Bypass"));
    let mut moves = Vec::new();
    for step in 0..120 {
        moves.push((gain, 97 + 131 * step, 0.4 + 0.2 * f64::from(step as u32 % 7) / 7.0));
        moves.push((limiter, 50 + 127 * step, f64::from(step as u32 % 5) / 10.0));
    }
    moves.extend([(bypass, 5001, 1.0), (bypass, 7003, 0.0), (gain, 5001, 0.5), (gain, 5001, 0.55)]);
    moves
}

/// The song with these moves in blocks of one size; `order` may put a block's points in another order.
fn rendered(block_frames: usize, moves: &[Move], order: impl Fn(&mut Vec<Point>)) -> [Vec<f32>; 2] {
    let plugin = load();
    start(&plugin, Setup { max_frames: block_frames as i32, ..Setup::default() });
    let song = [noise(1, NUM_FRAMES, 0.4), noise(2, NUM_FRAMES, 0.4)];
    let mut output = [Vec::new(), Vec::new()];
    let mut frame = 0;
    while frame < NUM_FRAMES {
        let end = NUM_FRAMES.min(frame + block_frames);
        let mut block = Block::stereo(&song[0][frame..end], &song[1][frame..end]);
        block.position_samples = Some(frame as i64);
        let due = moves.iter().filter(|(_, at, _)| (frame..end).contains(at));
        block.points =
            due.map(|(id, at, value)| Point { id: *id, frame: (at - frame) as i32, value: *value }).collect();
        order(&mut block.points);
        assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
        output[0].extend_from_slice(block.output(0));
        output[1].extend_from_slice(block.output(1));
        frame = end;
    }
    stop(&plugin);
    output
}

#[test]
fn the_samples_are_the_same_for_every_block_size() {
    let moves = moves(&load());
    let right = rendered(4096, &moves, |_| ());
    assert_ne!(right, rendered(4096, &[], |_| ()), "the moves are heard");
    for block_frames in [32, 64, 100, 441, 512, 1024, 2048, 16_384] {
        assert!(rendered(block_frames, &moves, |_| ()) == right, "in blocks of {block_frames}");
    }
    figures::holds("Host", "VST3: automation gives the same samples in blocks of 32 to 16384", true);
}

#[test]
fn points_out_of_order_and_out_of_the_block_are_put_right() {
    let plugin = load();
    let gain = named(&plugin, "Input Gain").id;
    let limiter = named(&plugin, "Limiter Gain").id;
    // Each frame once a parameter, so that only time can order them.
    let moves: Vec<_> = (0..40).flat_map(|n| [(gain, 200 * n + 7, n as f64 / 60.0), (limiter, 150 * n, 0.5)]).collect();
    let right = rendered(2048, &moves, |_| ());
    assert!(rendered(2048, &moves, |points| points.reverse()) == right, "reversed");
    // Before the block is its first frame, behind it its last one.
    let edges = |first: i32, last: i32| {
        let plugin = load();
        start(&plugin, Setup::default());
        let mut block = Block::stereo(&noise(1, 512, 0.4), &noise(2, 512, 0.4));
        block.points =
            vec![Point { id: gain, frame: last, value: 0.25 }, Point { id: gain, frame: first, value: 0.75 }];
        let mut output = Vec::new();
        for _ in 0..4 {
            assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
            output.extend_from_slice(block.output(0));
            block.points.clear();
        }
        assert!((plugin.value(gain) - 0.25).abs() < 1e-6);
        output
    };
    assert_eq!(edges(i32::MIN, i32::MAX), edges(0, 511));
    assert_eq!(edges(-1, 512), edges(0, 511));
}

#[test]
fn values_that_are_none_and_parameters_that_are_none_change_nothing() {
    let plugin = load();
    let gain = named(&plugin, "Input Gain").id;
    start(&plugin, Setup::default());
    let mut block = Block::stereo(&[0.1; 512], &[0.1; 512]);
    block.points = vec![
        Point { id: gain, frame: 0, value: 0.625 },
        Point { id: gain, frame: 1, value: f64::NAN },
        Point { id: gain, frame: 2, value: f64::INFINITY },
        Point { id: 12_345, frame: 3, value: 0.5 },
    ];
    assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
    assert!((plugin.value(gain) - 0.625).abs() < 1e-6);
    block.points = vec![Point { id: gain, frame: 0, value: 7.0 }];
    assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
    assert_eq!(plugin.value(gain), 1.0);
}

#[test]
fn many_points_take_bounded_time_and_the_last_ones_hold() {
    let plugin = load();
    let ids: Vec<_> =
        plugin.parameters().iter().filter(|it| it.is_automatable && !it.is_bypass).map(|it| it.id).collect();
    start(&plugin, Setup { max_frames: 4096, ..Setup::default() });
    // As many as are kept with their place, and far more.
    for num_points in [20_000, 200_000] {
        let mut block = Block::stereo(&noise(1, 4096, 0.4), &noise(2, 4096, 0.4));
        block.points = (0..num_points)
            .map(|n| Point { id: ids[n % ids.len()], frame: (n * 37 % 4096) as i32, value: (n % 11) as f64 / 10.0 })
            .collect();
        block.points.extend(ids.iter().map(|id| Point { id: *id, frame: 4095, value: 0.5 }));
        let since = Instant::now();
        assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
        assert!(since.elapsed() < Duration::from_secs(5), "{num_points} points took {:?}", since.elapsed());
        assert!(block.output(0).iter().all(|sample| sample.is_finite()));
        for id in &ids {
            let text = plugin.format(*id, plugin.value(*id)).expect("a text");
            assert_eq!(text, plugin.format(*id, 0.5).expect("a text"));
        }
    }
}
