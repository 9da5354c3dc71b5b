//! No meter may read over the ceiling, whatever comes and whatever is turned.

use super::super::figures;
use super::battery::{NUM_KINDS, Random, annex_2_peak, ebur128_peak, fill, programme};
use super::{MODES, RATES_HZ, STYLES, limiter, settings};
use discern::chain::limiter::Limiter;
use discern::chain::settings::{LatencyMode, LimiterStyle};
use discern::dsp::units::gain_from_db;

/// The higher of both meters after rounding to a file's 32-bit floats, dB over the ceiling.
fn over_db(left: &[f64], right: &[f64], rate: f64, ceiling_dbtp: f64) -> f64 {
    let [left, right] = [left, right].map(|side| side.iter().map(|&x| x as f32).collect::<Vec<f32>>());
    let peak = annex_2_peak(&left).max(annex_2_peak(&right)).max(ebur128_peak(&left, &right, rate));
    20.0 * peak.log10() - ceiling_dbtp
}

#[test]
fn holds_on_random_programmes_at_every_rate_mode_and_style() {
    for (round, rate) in RATES_HZ.into_iter().enumerate() {
        for mode in [LatencyMode::Tracking, LatencyMode::Standard] {
            for (style_idx, style) in STYLES.into_iter().enumerate() {
                let seed = (round * 10 + style_idx + 1) as u64;
                let [mut left, mut right] = programme(100_000, rate, seed);
                let ceiling_dbtp = [-0.1, -1.0, -3.0][style_idx];
                limiter(rate, mode, &settings(6.0, ceiling_dbtp, style)).process(&mut left, &mut right);
                let over = over_db(&left, &right, rate, ceiling_dbtp);
                assert!(over >= -0.5, "{rate} {mode:?} {style:?}: {over}");
                figures::at_most(
                    "Limiter",
                    "random programmes, all rates and styles, Annex 2 and ebur128: over",
                    0.0,
                    "dB",
                    over,
                );
            }
        }
    }
}

#[test]
fn holds_on_every_signal_of_the_battery_at_any_drive() {
    for kind in 0..NUM_KINDS {
        for (round, drive_db) in [0.0, 6.0, 12.0, 24.0].into_iter().enumerate() {
            let rate = RATES_HZ[(kind + round) % 4];
            let mut random = Random::new(kind as u64 + 1);
            let mut left = vec![0.0; 24_000];
            fill(kind, &mut left, 1.0, rate, &mut random);
            let mut right = left.clone();
            limiter(rate, LatencyMode::Standard, &settings(drive_db, -1.0, LimiterStyle::Clean))
                .process(&mut left, &mut right);
            let over = over_db(&left, &right, rate, -1.0);
            println!("kind {kind} at {rate} driven {drive_db}");
            figures::at_most(
                "Limiter",
                "battery of signals driven 0–24 dB, Annex 2 and ebur128: over",
                0.0,
                "dB",
                over,
            );
        }
    }
}

#[test]
fn holds_and_stays_finite_far_above_full_scale() {
    for mode in MODES {
        for level_db in [100.0, 160.0, 400.0, 760.0] {
            let [mut left, mut right] = programme(30_000, 48_000.0, 7);
            let gain = gain_from_db(level_db);
            // Bursts of it, with ordinary music between.
            for (n, sample) in left.iter_mut().chain(&mut right).enumerate() {
                *sample *= if n % 6000 < 700 { gain } else { 0.1 };
            }
            limiter(48_000.0, mode, &settings(0.0, -1.0, LimiterStyle::Clean)).process(&mut left, &mut right);
            assert!(left.iter().chain(&right).all(|x| x.is_finite()));
            let over = over_db(&left, &right, 48_000.0, -1.0);
            figures::at_most("Limiter", "bursts of up to +760 dB: over", 0.0, "dB", over);
        }
    }
}

#[test]
fn holds_the_lower_ceiling_while_anything_moves() {
    let rate = 48_000.0;
    let mut random = Random::new(99);
    let mut limiter = limiter(rate, LatencyMode::Standard, &settings(6.0, -1.0, LimiterStyle::Clean));
    let [input_left, input_right] = programme(400_000, rate, 5);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (block_left, block_right) in input_left.chunks(300).zip(input_right.chunks(300)) {
        if random.below(8) == 0 {
            let style = STYLES[random.below(3)];
            let ceiling_dbtp = if random.below(2) == 0 { -1.0 } else { random.between(-9.0, -1.0) };
            limiter.set(&settings(random.between(-6.0, 18.0), ceiling_dbtp, style), 1.0, 0.0);
        }
        let (mut block_left, mut block_right) = (block_left.to_vec(), block_right.to_vec());
        limiter.process(&mut block_left, &mut block_right);
        left.extend(block_left);
        right.extend(block_right);
    }
    figures::at_most("Limiter", "gain, ceiling and style moving: over", 0.0, "dB", over_db(&left, &right, rate, -1.0));
}

#[test]
fn a_lower_ceiling_is_held_once_it_has_arrived() {
    let rate = 48_000.0;
    for (first_dbtp, then_dbtp) in [(-0.1, -6.0), (0.1, -3.0)] {
        let mut limiter = limiter(rate, LatencyMode::Standard, &settings(6.0, first_dbtp, LimiterStyle::Clean));
        let [mut left, mut right] = programme(60_000, rate, 11);
        limiter.process(&mut left, &mut right);
        limiter.set(&settings(6.0, then_dbtp, LimiterStyle::Clean), 1.0, 0.0);
        let [mut left, mut right] = programme(60_000, rate, 12);
        limiter.process(&mut left, &mut right);
        let arrival = limiter.latency_samples() + 960 + 16;
        let over = over_db(&left[arrival..], &right[arrival..], rate, then_dbtp);
        assert!((-0.5..=0.0).contains(&over), "{over}");
    }
}

#[test]
fn leaves_room_for_dither() {
    let rate = 48_000.0;
    let step = 0.5f64.powi(15);
    let [mut left, mut right] = programme(200_000, rate, 21);
    let mut limiter = Limiter::new(rate, LatencyMode::Standard);
    limiter.set(&settings(12.0, -0.1, LimiterStyle::Loud), 1.0, 1.5 * step);
    limiter.process(&mut left, &mut right);
    let mut random = Random::new(3);
    for sample in left.iter_mut().chain(&mut right) {
        *sample = ((*sample / step + random.between(-0.5, 0.5) + random.between(-0.5, 0.5)).round()) * step;
    }
    let over = over_db(&left, &right, rate, -0.1);
    assert!((-0.02..=0.0).contains(&over), "{over}");
}
