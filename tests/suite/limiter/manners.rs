//! What every stage of the chain owes: latency, idleness, blocks, reset.

use super::super::figures;
use super::battery::{Random, programme};
use super::{MODES, RATES_HZ, STYLES, limited, limiter, settings, sine};
use discern::chain::limiter::Limiter;
use discern::chain::settings::{LatencyMode, LimiterSettings, LimiterStyle, Settings};

#[test]
fn reports_the_latency_that_it_has() {
    for rate in RATES_HZ {
        for mode in MODES {
            let mut limiter = limiter(rate, mode, &settings(0.0, -1.0, LimiterStyle::Clean));
            let latency = limiter.latency_samples();
            let most_s = if mode == LatencyMode::Tracking { 0.0022 } else { 0.0139 };
            assert!(latency as f64 / rate <= most_s, "{latency} at {rate}");
            assert!(rate > 48_000.0 || latency <= 612, "{latency} at {rate}");
            let mut impulse = vec![0.0; 8000];
            impulse[0] = 0.5;
            let mut right = impulse.clone();
            limiter.process(&mut impulse, &mut right);
            assert_eq!(impulse.iter().position(|&x| x != 0.0), Some(latency));
            assert_eq!(impulse[latency], 0.5);
        }
    }
}

#[test]
fn below_the_ceiling_nothing_happens_bit_for_bit() {
    let [signal, _] = programme(50_000, 48_000.0, 3);
    let quiet: Vec<f64> = signal.iter().map(|x| x * 0.004).collect();
    for mode in MODES {
        for style in STYLES {
            let mut limiter = limiter(48_000.0, mode, &settings(0.0, -1.0, style));
            let is_idle = limited(&mut limiter, &quiet) == quiet;
            figures::holds("Limiter", "below the ceiling: bit for bit", is_idle);
            assert_eq!(limiter.reduction_db(), 0.0);
        }
        // Without a ceiling, hot signals too.
        let mut limiter = limiter(48_000.0, mode, &Settings::default().limiter);
        assert_eq!(limited(&mut limiter, &signal), signal);
        assert_eq!(limited(&mut Limiter::new(48_000.0, mode), &signal), signal);
    }
}

#[test]
fn comes_back_to_rest_after_limiting() {
    let mut limiter = limiter(48_000.0, LatencyMode::Standard, &settings(0.0, -1.0, LimiterStyle::Clean));
    let mut signal = sine(333.0, 4.0, 48_000.0, 96_000);
    signal[24_000..].iter_mut().for_each(|x| *x *= 0.1);
    let output = limited(&mut limiter, &signal);
    assert_eq!(output[72_000..], signal[72_000..]);
    assert_ne!(output[20_000..24_000], signal[20_000..24_000]);
}

/// A session of settings at fixed places, processed in blocks of sizes from `next_block`.
fn session(mode: LatencyMode, mut next_block: impl FnMut() -> usize) -> [Vec<f64>; 2] {
    let changes: [(usize, LimiterSettings, f64); 6] = [
        (0, settings(3.0, -1.0, LimiterStyle::Clean), 1.0),
        (5003, settings(9.0, -3.0, LimiterStyle::Loud), 1.0),
        (9001, settings(9.0, -3.0, LimiterStyle::Loud), 0.0),
        (14_017, settings(9.0, -0.5, LimiterStyle::Balanced), 2.0),
        (20_101, LimiterSettings { enabled: false, ..settings(0.0, -1.0, LimiterStyle::Clean) }, 1.0),
        (24_000, settings(6.0, -6.0, LimiterStyle::Balanced), 1.0),
    ];
    let mut limiter = Limiter::new(48_000.0, mode);
    let [mut left, mut right] = programme(32_768, 48_000.0, 17);
    let mut start = 0;
    while start < left.len() {
        if let Some((_, settings, amount)) = changes.iter().find(|(position, ..)| *position == start) {
            limiter.set(settings, *amount, 0.0);
        }
        let next_change = changes.iter().map(|(position, ..)| *position).find(|&position| position > start);
        let end = (start + next_block()).min(next_change.unwrap_or(left.len()));
        limiter.process(&mut left[start..end], &mut right[start..end]);
        start = end;
    }
    [left, right]
}

#[test]
fn blocks_make_no_difference() {
    for mode in MODES {
        let whole = session(mode, || 4096);
        for size in [1, 7, 64, 512] {
            assert!(session(mode, || size) == whole, "{mode:?} {size}");
        }
        let mut random = Random::new(5);
        assert!(session(mode, || random.below(700)) == whole, "{mode:?} random");
    }
}

#[test]
fn reset_is_new() {
    for mode in MODES {
        let mut used = limiter(48_000.0, mode, &settings(12.0, -2.0, LimiterStyle::Loud));
        let [mut left, mut right] = programme(33_333, 48_000.0, 8);
        used.process(&mut left, &mut right);
        used.set(&settings(0.0, -9.0, LimiterStyle::Balanced), 1.0, 1.5 * 0.5f64.powi(15));
        used.process(&mut left[..100], &mut right[..100]);
        used.reset();
        let mut new = Limiter::new(48_000.0, mode);
        for settings in [settings(6.0, -1.0, LimiterStyle::Balanced), settings(3.0, -1.0, LimiterStyle::Clean)] {
            let [mut left_used, mut right_used] = programme(20_000, 48_000.0, 9);
            let [mut left_new, mut right_new] = [left_used.clone(), right_used.clone()];
            used.set(&settings, 1.0, 0.0);
            new.set(&settings, 1.0, 0.0);
            used.process(&mut left_used, &mut right_used);
            new.process(&mut left_new, &mut right_new);
            assert!(left_used == left_new && right_used == right_new);
            assert_eq!(used.reduction_db(), new.reduction_db());
        }
    }
}

#[test]
fn off_is_the_delayed_input_after_a_crossfade_without_a_step() {
    let mut limiter = limiter(48_000.0, LatencyMode::Standard, &settings(6.0, -12.0, LimiterStyle::Clean));
    let latency = limiter.latency_samples();
    let mut left = sine(100.0, 0.5, 48_000.0, 48_000);
    let input = left.clone();
    let mut right = left.clone();
    limiter.process(&mut left[..24_000], &mut right[..24_000]);
    limiter.set(&settings(6.0, -12.0, LimiterStyle::Clean), 0.0, 0.0);
    limiter.process(&mut left[24_000..40_000], &mut right[24_000..40_000]);
    limiter.process(&mut left[40_000..], &mut right[40_000..]);
    let settled = 24_000 + latency + 976;
    assert_eq!(left[settled..], input[settled - latency..48_000 - latency]);
    let steepest = left.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    assert!(steepest < 0.5 * 2.0 * std::f64::consts::PI * 100.0 / 48_000.0 * 1.05);
    assert_eq!(limiter.reduction_db(), 0.0);
}

#[test]
fn amount_scales_the_gain_in_decibels() {
    let signal = sine(1000.0, 0.05, 48_000.0, 4800);
    let output = |gain_db, amount| {
        let mut limiter = Limiter::new(48_000.0, LatencyMode::Standard);
        limiter.set(&settings(gain_db, -1.0, LimiterStyle::Clean), amount, 0.0);
        limited(&mut limiter, &signal)
    };
    assert_eq!(output(3.0, 2.0), output(6.0, 1.0));
    assert_eq!(output(-8.0, 0.5), output(-4.0, 1.0));
}

#[test]
fn reports_its_reduction() {
    let mut limiter = limiter(48_000.0, LatencyMode::Standard, &settings(6.0, -1.0, LimiterStyle::Clean));
    let mut left = sine(1000.0, 1.0, 48_000.0, 24_000);
    let mut right = left.clone();
    limiter.process(&mut left, &mut right);
    assert!((limiter.reduction_db() - 7.0).abs() < 0.01, "{}", limiter.reduction_db());
    limiter.process(&mut [0.0; 48_000], &mut [0.0; 48_000]);
    limiter.process(&mut [0.0; 64], &mut [0.0; 64]);
    assert_eq!(limiter.reduction_db(), 0.0);
}
