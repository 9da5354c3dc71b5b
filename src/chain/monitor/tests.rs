//! The monitor as a listener meets it.

mod jump;

use std::sync::LazyLock;

use super::*;
use crate::chain::Chain;
use crate::dsp::k_weighting::{KWeighting, OFFSET_LU};
use crate::dsp::signals::{pink_noise, sine, white_noise};
use wide::f64x2;

const RATE: f64 = 48_000.0;
static LATENCY: LazyLock<usize> = LazyLock::new(|| Chain::new(RATE, LatencyMode::Standard).latency_samples());
const MATCHED: MonitorState = MonitorState {
    source: Source::Master,
    is_comparing: true,
    is_match_held: false,
    predicted_difference_lu: None,
    solo: None,
    hear: None,
    band: None,
    channels: Channels::Stereo,
    is_looping: false,
};

/// Plays `mix` and `master` (both as they come, the master already delayed) with the state of each block.
fn play(
    monitor: &mut Monitor,
    mix: &[f32],
    master: &[f32],
    block: usize,
    mut state: impl FnMut(f64) -> MonitorState,
) -> Vec<f32> {
    let mut output = Vec::new();
    for (idx, (mix, master)) in mix.chunks(block).zip(master.chunks(block)).enumerate() {
        monitor.set(&state((idx * block) as f64 / RATE));
        monitor.take_mix(&Settings::default(), mix, mix);
        let (mut left, mut right) = (master.to_vec(), master.to_vec());
        monitor.process(&mut left, &mut right);
        assert_eq!(left, right);
        output.extend(left);
    }
    output
}

fn delayed(samples: &[f64], gain: f64) -> Vec<f32> {
    std::iter::repeat_n(0.0, *LATENCY).chain(samples.iter().map(|x| (gain * x) as f32)).take(samples.len()).collect()
}

fn single(samples: &[f64]) -> Vec<f32> {
    samples.iter().map(|x| *x as f32).collect()
}

fn lufs(samples: &[f32]) -> f64 {
    let mut filter = KWeighting::new(RATE);
    let power: f64 = samples
        .iter()
        .map(|x| {
            let y = filter.process(f64x2::splat(f64::from(*x)));
            (y * y).reduce_add()
        })
        .sum();
    OFFSET_LU + 10.0 * (power / samples.len() as f64).log10()
}

#[test]
fn the_neutral_state_passes_the_master_and_aligns_the_mix() {
    let mix = white_noise(1, 1.5, 5000);
    let master = white_noise(2, 1.5, 5000);
    let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
    let output = play(&mut monitor, &single(&mix), &single(&master), 700, |_| MonitorState::default());
    assert_eq!(output, single(&master));
    assert_eq!(monitor.mix().0, &delayed(&mix, 1.0)[4900..]);
}

#[test]
fn a_static_gain_is_matched_within_0_05_lu_whichever_is_louder() {
    let mix = pink_noise(1, 0.05, 12 * 48_000);
    for gain_db in [-9.0, -1.0, 6.0, 12.0] {
        let master = delayed(&mix, gain_from_db(gain_db));
        for source in [Source::Mix, Source::Master] {
            let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
            let output = play(&mut monitor, &single(&mix), &master, 512, |_| MonitorState { source, ..MATCHED });
            assert!((monitor.match_db() - gain_db).abs() < 0.01, "{gain_db}: {}", monitor.match_db());
            assert_eq!(monitor.seconds_to_match(), 0.0);
            // The quieter stream is what both sound like.
            let reference = if gain_db > 0.0 { delayed(&mix, 1.0) } else { master.clone() };
            for second in 3..9 {
                let window = second * 48_000..(second + 3) * 48_000;
                let error = lufs(&output[window.clone()]) - lufs(&reference[window]);
                assert!(error.abs() <= 0.05, "{gain_db} dB, {source:?}, from {second} s: {error} LU");
            }
        }
    }
}

#[test]
fn the_press_after_ten_seconds_finds_the_levels_of_those_seconds_equal() {
    // A master that treats the second half differently: the match is the difference over the last 10 s.
    let mix = pink_noise(3, 0.05, 20 * 48_000);
    let mut master = delayed(&mix, 1.0);
    for (n, sample) in master.iter_mut().enumerate() {
        *sample *= gain_from_db(if (n / 24_000) % 3 == 0 { 2.0 } else { 5.0 }) as f32;
    }
    let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
    play(&mut monitor, &single(&mix), &master, 480, |_| MonitorState::default());
    monitor.set(&MATCHED);
    let heard = 10 * 48_000..20 * 48_000;
    let difference = lufs(&master[heard.clone()]) - lufs(&delayed(&mix, 1.0)[heard]);
    assert!((monitor.match_db() - difference).abs() <= 0.1, "{} {difference}", monitor.match_db());
}

#[test]
fn the_match_moves_slowly_starts_from_the_prediction_and_holds() {
    let mix = pink_noise(1, 0.05, 8 * 48_000);
    let master = delayed(&mix, gain_from_db(4.0));
    let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
    let state = MonitorState { predicted_difference_lu: Some(1.0), ..MATCHED };
    let mut last = None;
    for (mix, master) in single(&mix).chunks(4800).zip(master.chunks(4800)).take(20) {
        play(&mut monitor, mix, master, 4800, |_| state);
        let now = monitor.match_db();
        assert!(last.is_none_or(|last: f64| (now - last).abs() <= 0.1 + 1e-9));
        last = Some(now);
    }
    assert!((monitor.match_db() - 3.0).abs() < 0.11, "{}", monitor.match_db());
    assert!((monitor.seconds_to_match() - 1.0).abs() < 0.11);
    let held = MonitorState { is_match_held: true, ..state };
    let before = monitor.match_db();
    play(&mut monitor, &single(&mix), &master, 4800, |_| held);
    assert_eq!(monitor.match_db(), before);
}

#[test]
fn leaving_rises_over_50_ms_and_ends_bit_exact() {
    let tone = sine(1000.0, 0.25, 5 * 48_000, RATE);
    let master = delayed(&tone, 2.0);
    let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
    let output = play(&mut monitor, &single(&tone), &master, 480, |t| MonitorState {
        is_comparing: t < 4.0,
        ..MonitorState::default()
    });
    let peak = |from: usize| output[from..from + 48].iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
    let left = 4 * 48_000;
    assert!((peak(left - 480) - 0.25).abs() < 0.002);
    for n in 0..50 {
        assert!(peak(left + n * 48) < 0.25 * (1.05 + (n + 1) as f32 / 50.0), "{n}");
    }
    assert_eq!(output[left + 2400..], master[left + 2400..]);
}

#[test]
fn delta_of_a_plain_gain_is_silence_and_switching_does_not_click() {
    let tone = sine(100.0, 0.25, 8 * 48_000, RATE);
    let master = delayed(&tone, gain_from_db(3.0));
    let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
    let output = play(&mut monitor, &single(&tone), &master, 64, |t| MonitorState {
        source: if t < 4.0 {
            Source::Master
        } else if t < 5.0 {
            Source::Mix
        } else {
            Source::Delta
        },
        ..MATCHED
    });
    let steepest = 0.25 * gain_from_db(3.0) * std::f64::consts::TAU * 100.0 / RATE;
    let worst = output.windows(2).map(|pair| f64::from((pair[1] - pair[0]).abs())).fold(0.0, f64::max);
    assert!(worst < 1.05 * steepest, "{worst} {steepest}");
    assert!(output[6 * 48_000..].iter().all(|x| x.abs() < 1e-4));
}

#[test]
fn blocks_of_any_length_give_the_same_samples() {
    let mix = white_noise(5, 0.3, 60_000);
    let master = white_noise(6, 0.5, 60_000);
    let render = |block: usize| {
        let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
        monitor.set(&MonitorState { source: Source::Delta, ..MATCHED });
        play(&mut monitor, &single(&mix), &single(&master), block, |_| MonitorState {
            source: Source::Delta,
            ..MATCHED
        })
    };
    let reference = render(8192);
    for block in [1, 7, 64, 512] {
        assert_eq!(render(block), reference, "{block}");
    }
}

#[test]
fn reset_is_a_new_monitor() {
    let mix = single(&white_noise(5, 0.3, 30_000));
    let master = single(&white_noise(6, 0.5, 30_000));
    let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
    let state = |_| MonitorState { source: Source::Mix, ..MATCHED };
    let first = play(&mut monitor, &mix, &master, 256, state);
    monitor.reset();
    assert_eq!(play(&mut monitor, &mix, &master, 256, state), first);
}

/// Mix and the chain's output for these settings, as the plugin feeds them.
fn play_chain(settings: &Settings, mix: &[f32], mut state: impl FnMut(f64) -> MonitorState) -> Vec<f32> {
    let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
    let mut chain = Chain::new(RATE, LatencyMode::Standard);
    chain.set(settings);
    let mut output = Vec::new();
    for (idx, mix) in mix.chunks(480).enumerate() {
        monitor.set(&state(idx as f64 * 0.01));
        monitor.take_mix(settings, mix, mix);
        let (mut left, mut right) = (mix.to_vec(), mix.to_vec());
        chain.process(&mut left, &mut right);
        monitor.process(&mut left, &mut right);
        output.extend(left);
    }
    output
}

#[test]
fn a_stage_alone_is_that_stage_without_the_others() {
    let mix = single(&pink_noise(5, 0.05, 3 * 48_000));
    let mut settings = Settings::default();
    settings.input.gain_db = 6.0;
    settings.equalizer.bands[3].gain_db = -4.0;
    let solo = |stage| MonitorState { solo: Some(stage), ..MonitorState::default() };
    let heard = play_chain(&settings, &mix, |_| solo(Stage::Equalizer));
    let mut alone = settings;
    alone.input.enabled = false;
    let expected = play_chain(&alone, &mix, |_| MonitorState::default());
    assert_eq!(heard[96_000..], expected[96_000..]);
}

#[test]
fn soloing_and_back_does_not_click_and_delta_of_an_idle_stage_is_silence() {
    let tone = single(&sine(1000.0, 0.5, 3 * 48_000, RATE));
    let mut settings = Settings::default();
    settings.input.gain_db = -6.0;
    let heard = play_chain(&settings, &tone, |t| {
        let solo = (1.0..2.0).contains(&t).then_some(Stage::Limiter);
        MonitorState { solo, ..MonitorState::default() }
    });
    let step = |samples: &[f32]| samples.windows(3).map(|x| (x[2] - 2.0 * x[1] + x[0]).abs()).fold(0.0, f32::max);
    assert!(step(&heard[4800..]) < 1.02 * step(&tone), "{} {}", step(&heard[4800..]), step(&tone));
    assert!(heard[90_000..95_000].iter().fold(0.0f32, |max, x| max.max(*x)) > 0.49);

    let delta = |_| MonitorState { solo: Some(Stage::Limiter), source: Source::Delta, ..MATCHED };
    let heard = play_chain(&settings, &tone, delta);
    assert!(heard[96_000..].iter().all(|x| x.abs() < 1e-6));
}

/// A master at rest, and the change that is heard: 3 dB more out of the input.
fn louder() -> (Settings, MonitorState) {
    let mut settings = Settings::default();
    settings.equalizer.bands[3].gain_db = -4.0;
    (settings, MonitorState { hear: Change::new([("input.gain_db", 3.0)]), ..MonitorState::default() })
}

#[test]
fn a_change_is_heard_in_place_of_the_master() {
    let mix = single(&pink_noise(5, 0.05, 3 * 48_000));
    let (settings, state) = louder();
    let heard = play_chain(&settings, &mix, |_| state);
    let mut changed = settings;
    changed.input.gain_db = 3.0;
    let expected = play_chain(&changed, &mix, |_| MonitorState::default());
    assert_eq!(heard[96_000..], expected[96_000..]);
    let through = play_chain(&settings, &mix, |_| MonitorState::default());
    assert_eq!(heard[..1000], through[..1000]);
}

#[test]
fn a_change_is_matched_to_the_master_without_it() {
    let mix = single(&pink_noise(6, 0.05, 8 * 48_000));
    let (settings, state) = louder();
    let matched = MonitorState { is_comparing: true, ..state };
    let with = play_chain(&settings, &mix, |_| matched);
    let without = play_chain(&settings, &mix, |_| MonitorState { source: Source::Mix, ..matched });
    let through = play_chain(&settings, &mix, |_| MonitorState::default());
    let end = 5 * 48_000..8 * 48_000;
    assert!((lufs(&with[end.clone()]) - lufs(&through[end.clone()])).abs() <= 0.05);
    assert_eq!(without[end.clone()], through[end.clone()]);
    // The change is a plain gain: matched, nothing is left of it.
    let delta = play_chain(&settings, &mix, |_| MonitorState { source: Source::Delta, ..matched });
    assert!(delta[end].iter().all(|x| x.abs() < 2e-3));
}

#[test]
fn hearing_a_change_begins_and_ends_without_a_click() {
    let tone = single(&sine(1000.0, 0.3, 4 * 48_000, RATE));
    let (_, state) = louder();
    let settings = Settings::default();
    // On with the change, over to without it, straight to a solo, and out.
    let heard = play_chain(&settings, &tone, |t| match t {
        t if t < 0.5 => MonitorState::default(),
        t if t < 1.5 => MonitorState { is_comparing: true, ..state },
        t if t < 2.0 => MonitorState { is_comparing: true, source: Source::Mix, ..state },
        t if t < 3.0 => MonitorState { is_comparing: true, solo: Some(Stage::Input), ..MonitorState::default() },
        _ => MonitorState::default(),
    });
    let step = |samples: &[f32]| samples.windows(3).map(|x| (x[2] - 2.0 * x[1] + x[0]).abs()).fold(0.0, f32::max);
    assert!(step(&heard[4800..]) < 1.5 * step(&tone), "{} {}", step(&heard[4800..]), step(&tone));
    assert_eq!(heard[170_000..], play_chain(&settings, &tone, |_| MonitorState::default())[170_000..]);
}

#[test]
fn one_channel_is_heard_on_both_sides() {
    let (left, right) = (single(&white_noise(7, 0.5, 9600)), single(&white_noise(8, 0.5, 9600)));
    for (channels, expected) in [
        (Channels::Mono, [0.5, 0.5]),
        (Channels::Left, [1.0, 0.0]),
        (Channels::Right, [0.0, 1.0]),
        (Channels::Side, [0.5, -0.5]),
    ] {
        let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
        monitor.set(&MonitorState { channels, ..MonitorState::default() });
        let (mut l, mut r) = (left.clone(), right.clone());
        for (l, r) in l.chunks_mut(4800).zip(r.chunks_mut(4800)) {
            monitor.take_mix(&Settings::default(), l, r);
            monitor.process(l, r);
        }
        for idx in 4800..9600 {
            let wanted = expected[0] * left[idx] + expected[1] * right[idx];
            assert!((l[idx] - wanted).abs() < 1e-6 && l[idx] == r[idx], "{channels:?}");
        }
    }
}

#[test]
fn one_band_of_mix_or_master_is_heard_and_ends_bit_exact() {
    let mix = single(&pink_noise(9, 0.05, 2 * 48_000));
    let settings = Settings::default();
    let heard = play_chain(&settings, &mix, |t| MonitorState {
        band: (0.5..1.0).contains(&t).then_some(BandSolo::Multiband(3)),
        ..MonitorState::default()
    });
    let whole = play_chain(&settings, &mix, |_| MonitorState::default());
    assert!(heard[..24_000] == whole[..24_000] && heard[49_000..] == whole[49_000..]);
    // What is above 6 kHz of pink noise, K-weighted.
    let (part, all) = (lufs(&heard[28_000..47_000]), lufs(&whole[28_000..47_000]));
    assert!((all - 6.0..all - 2.0).contains(&part), "{part} {all}");
}

fn record(gain: f64) -> Option<Arc<Clip>> {
    let samples = single(&pink_noise(9, gain, 20 * 48_000));
    Clip::new(RATE, samples.clone(), samples, false).map(Arc::new)
}

#[test]
fn a_reference_is_as_loud_as_mix_and_master_and_nothing_is_turned_up() {
    let mix = pink_noise(1, 0.05, 16 * 48_000);
    let master = delayed(&mix, gain_from_db(6.0));
    // Louder than both, between them, quieter than both.
    for gain in [0.2, 0.07, 0.02] {
        let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
        monitor.set_reference(record(gain));
        let heard = |source| MonitorState { source, ..MATCHED };
        let output = play(&mut monitor, &single(&mix), &master, 480, |time_s| match time_s {
            ..4.0 => heard(Source::Master),
            ..8.0 => heard(Source::Reference),
            ..12.0 => heard(Source::Mix),
            _ => heard(Source::Master),
        });
        let at = |from_s: usize| lufs(&output[from_s * 48_000..(from_s + 3) * 48_000]);
        let (reference, mix_heard, master_heard) = (at(5), at(9), at(13));
        assert!(
            (reference - mix_heard).abs() < 0.5 && (reference - master_heard).abs() < 0.5,
            "{gain}: {reference} {mix_heard} {master_heard}"
        );
        let own = lufs(&single(&pink_noise(9, gain, 3 * 48_000)));
        assert!(reference <= own + 0.3 && mix_heard <= lufs(&single(&mix)) + 0.1, "{gain}: turned up");
        // Pink noise of a level that swings in steps of a crossfade at most.
        let loudest = output.iter().fold(0f32, |loudest, x| loudest.max(x.abs()));
        let step = output.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0f32, f32::max);
        assert!(step < loudest, "{gain}: a click of {step}");
    }
}

#[test]
fn without_a_reference_the_master_is_heard() {
    let mix = pink_noise(1, 0.05, 4 * 48_000);
    let play_it = |source| {
        let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
        play(&mut monitor, &single(&mix), &delayed(&mix, 0.5), 512, |_| MonitorState { source, ..MATCHED })
    };
    assert_eq!(play_it(Source::Reference), play_it(Source::Master));
}

#[test]
fn a_reference_does_not_depend_on_the_blocks_and_can_be_exchanged() {
    let mix = pink_noise(1, 0.05, 6 * 48_000);
    let master = delayed(&mix, 2.0);
    let play_it = |block: usize| {
        let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
        monitor.set_reference(record(0.2));
        play(&mut monitor, &single(&mix), &master, block, |_| MonitorState { source: Source::Reference, ..MATCHED })
    };
    let whole = play_it(4800);
    assert_eq!(play_it(480), whole);
    let mut monitor = Monitor::new(RATE, LatencyMode::Standard);
    monitor.set_reference(record(0.2));
    let state = |_| MonitorState { source: Source::Reference, ..MATCHED };
    play(&mut monitor, &single(&mix)[..96_000], &master[..96_000], 480, state);
    assert!(!monitor.leave_reference());
    play(&mut monitor, &single(&mix)[..4800], &master[..4800], 480, state);
    assert!(monitor.leave_reference());
    monitor.set_reference(None);
    let output = play(&mut monitor, &single(&mix)[..4800], &master[..4800], 480, state);
    assert!(output.iter().all(|x| x.is_finite()));
}
