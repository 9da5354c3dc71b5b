//! Tests of the dither: its grid, its noise, its silence.

use std::f64::consts::TAU;

use super::*;
use crate::chain::Settings;
use crate::chain::limiter::Limiter;
use crate::chain::settings::{Choice, DitherBits, LatencyMode, LimiterSettings, NoiseShaping};
use crate::dsp::signals::{pink_noise, sine, white_noise};
use crate::dsp::true_peak::ShortFamily;
use crate::dsp::units::db_from_gain;
use crate::figures;

const RATE: f64 = 48_000.0;

fn dithered(bits: DitherBits, input: &[f64]) -> [Vec<f64>; 2] {
    shaped(bits, NoiseShaping::Flat, RATE, input)
}

fn shaped(bits: DitherBits, noise_shaping: NoiseShaping, rate: f64, input: &[f64]) -> [Vec<f64>; 2] {
    let mut stage = Dither::new(rate);
    stage.set(&DitherSettings { enabled: true, bits, noise_shaping });
    let (mut left, mut right) = (input.to_vec(), input.to_vec());
    stage.process(&mut left, &mut right);
    [left, right]
}

#[test]
fn every_word_length_lands_on_its_grid_in_f32() {
    let input: Vec<f64> = (0..5000).map(|n| 0.9 * (f64::from(n) * 0.37).sin()).collect();
    for bits in [DitherBits::Bits16, DitherBits::Bits20, DitherBits::Bits24] {
        let steps = 2f64.powi(bits.bits() as i32 - 1);
        for sample in dithered(bits, &input)[0].iter().map(|&y| f64::from(y as f32) * steps) {
            assert_eq!(sample, sample.round());
        }
    }
}

#[test]
fn the_error_has_no_mean_the_power_of_three_uniform_ones_and_no_stereo() {
    let input: Vec<f64> = (0..400_000).map(|n| 1e-5 * (f64::from(n) * 0.131).sin()).collect();
    let [left, right] = dithered(DitherBits::Bits16, &input);
    let errors = |y: &[f64]| -> Vec<f64> { y.iter().zip(&input).map(|(y, x)| (y - x) * 32_768.0).collect() };
    let (left, right) = (errors(&left), errors(&right));
    let mean = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>() / x.len() as f64;
    let ones = vec![1.0; left.len()];
    figures::at_most("Dither", "mean of the error", 0.002, "LSB", mean(&left, &ones).abs());
    // TPDF and rounding: q²/6 + q²/12.
    figures::at_most("Dither", "power of the error off q²/4", 0.002, "LSB²", (mean(&left, &left) - 0.25).abs());
    assert!(mean(&left, &right).abs() < 0.002);
}

#[test]
fn silence_is_blanked_after_a_second() {
    let mut input = vec![0.0; 50_000];
    input[0] = 0.5;
    let [left, right] = dithered(DitherBits::Bits16, &input);
    assert!(left[47_000..48_000].iter().any(|y| *y != 0.0));
    assert!(left[48_001..].iter().chain(&right[48_001..]).all(|y| *y == 0.0));
}

/// Power of the Hann-windowed lines of a noise, averaged over frames of 4096: index · rate / 4096 is the frequency.
fn spectrum(noise: &[f64]) -> Vec<f64> {
    const LEN: usize = 4096;
    let table: Vec<[f64; 2]> = (0..LEN).map(|n| (TAU * n as f64 / LEN as f64).sin_cos().into()).collect();
    let mut power = vec![0.0; LEN / 2 + 1];
    for frame in noise.chunks_exact(LEN) {
        let windowed: Vec<f64> = frame.iter().zip(&table).map(|(x, [_, cos])| x * (1.0 - cos)).collect();
        for (bin, power) in power.iter_mut().enumerate() {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, x) in windowed.iter().enumerate() {
                let [sin, cos] = table[n * bin % LEN];
                re += x * cos;
                im += x * sin;
            }
            // A white noise of power 1 reads 1.
            *power += (re * re + im * im) / (1.5 * LEN as f64);
        }
    }
    let num_frames = (noise.len() / LEN) as f64;
    power.iter().map(|power| power / num_frames).collect()
}

#[test]
fn the_noise_has_the_curves_that_are_promised() {
    // `dsp.md` section 6: unweighted and 2–5 kHz at 44.1 kHz, over flat dither.
    let table = [
        (NoiseShaping::Flat, 0.0, 0.0),
        (NoiseShaping::Light, 6.6, -16.8),
        (NoiseShaping::Medium, 12.2, -18.5),
        (NoiseShaping::Strong, 18.4, -22.4),
    ];
    let input = sine(997.0, 0.1, 40 * 4096, 44_100.0);
    for (noise_shaping, unweighted_db, middle_db) in table {
        let [left, _] = shaped(DitherBits::Bits16, noise_shaping, 44_100.0, &input);
        let error: Vec<f64> = left.iter().zip(&input).map(|(y, x)| (y - x) * 32_768.0).collect();
        let power = spectrum(&error);
        let db = |range: std::ops::Range<usize>| {
            let bins = range.len() as f64;
            10.0 * (power[range].iter().sum::<f64>() / bins / 0.25).log10()
        };
        let bin = |hz: f64| (hz / 44_100.0 * 4096.0).round() as usize;
        let (all, middle) = (db(0..2049), db(bin(2000.0)..bin(5000.0)));
        println!("{noise_shaping:?}: {all:.2} dB, 2–5 kHz {middle:.2} dB");
        let error_db = (all - unweighted_db).abs().max((middle - middle_db).abs());
        figures::at_most(
            "Dither",
            "noise over flat, all and 2–5 kHz, off the table of the curves",
            0.3,
            "dB",
            error_db,
        );
        // No mean, and never more than the limiter allows for.
        assert!((error.iter().sum::<f64>() / error.len() as f64).abs() < 0.002);
        let mut stage = Dither::new(44_100.0);
        stage.set(&DitherSettings { enabled: true, bits: DitherBits::Bits16, noise_shaping });
        let most = error.iter().fold(0.0, |most: f64, error| most.max(error.abs()));
        assert!(most <= stage.max_error() * 32_768.0, "{most}");
    }
}

#[test]
fn a_tone_under_the_last_step_has_no_harmonics() {
    // −100 dBFS in 16 bit: a third of a step.
    let input = sine(1000.0, 1e-5, 60 * 4096, 44_100.0);
    for noise_shaping in NoiseShaping::ALL {
        let [left, _] = shaped(DitherBits::Bits16, *noise_shaping, 44_100.0, &input);
        let power = spectrum(&left.iter().map(|y| y * 32_768.0).collect::<Vec<_>>());
        let tone = (1000.0 / 44_100.0 * 4096.0_f64).round() as usize;
        for bin in (10..2040usize).filter(|bin| bin.abs_diff(tone) > 3) {
            let near = &power[bin - 8..=bin + 8];
            let mut sorted: Vec<f64> = near.to_vec();
            sorted.sort_by(f64::total_cmp);
            let is_by_the_tone = bin.abs_diff(tone) <= 12;
            if !is_by_the_tone {
                let spur_db = 10.0 * (power[bin] / sorted[8]).log10();
                figures::at_most(
                    "Dither",
                    "1 kHz at −100 dBFS in 16 bit: lines over the noise around them",
                    3.0,
                    "dB",
                    spur_db,
                );
            }
        }
    }
}

#[test]
fn from_88_khz_the_noise_is_flat() {
    let input = white_noise(1, 0.2, 5000);
    for rate in [88_200.0, 96_000.0, 192_000.0] {
        let strong = shaped(DitherBits::Bits16, NoiseShaping::Strong, rate, &input);
        assert_eq!(strong, shaped(DitherBits::Bits16, NoiseShaping::Flat, rate, &input));
    }
}

#[test]
fn a_shaper_is_silent_in_silence_and_starts_without_a_past() {
    let mut input = white_noise(2, 0.2, 48_000 + 3000);
    input[1000..49_500].fill(0.0);
    let [left, right] = shaped(DitherBits::Bits16, NoiseShaping::Strong, RATE, &input);
    assert!(left[49_001..49_500].iter().chain(&right[49_001..49_500]).all(|y| *y == 0.0));
    assert!(left[49_500..].iter().any(|y| *y != 0.0));
}

#[test]
fn settings_change_and_blocks_end_without_a_trace() {
    let input = white_noise(3, 1e5, 6000);
    let run = |stage: &mut Dither, block: usize| -> Vec<f64> {
        let (mut left, mut right) = (input.clone(), input.clone());
        for (idx, part) in (0..6000).step_by(1000).enumerate() {
            stage.set(&DitherSettings {
                enabled: idx != 3,
                bits: DitherBits::from_index(idx % 3),
                noise_shaping: NoiseShaping::from_index((idx + 1) % 4),
            });
            let (left, right) = (&mut left[part..part + 1000], &mut right[part..part + 1000]);
            left.chunks_mut(block).zip(right.chunks_mut(block)).for_each(|(l, r)| stage.process(l, r));
        }
        left.into_iter().chain(right).collect()
    };
    let mut stage = Dither::new(RATE);
    let whole = run(&mut stage, 1000);
    assert!(whole.iter().zip(input.iter().chain(&input)).all(|(y, x)| (y - x).abs() < 40.0 / 32_768.0));
    for block in [1, 7, 64] {
        stage.reset();
        assert_eq!(run(&mut stage, block), whole);
    }
}

#[test]
fn the_limiter_holds_its_ceiling_after_any_dither() {
    let mut pink = pink_noise(8, 0.5, 60_000);
    pink.iter_mut().for_each(|x| *x = x.clamp(-4.0, 4.0));
    for rate in [44_100.0, 48_000.0] {
        for noise_shaping in NoiseShaping::ALL {
            for ceiling_dbtp in [0.0, -1.0, -24.0] {
                let mut stage = Dither::new(rate);
                stage.set(&DitherSettings { enabled: true, bits: DitherBits::Bits16, noise_shaping: *noise_shaping });
                let mut limiter = Limiter::new(rate, LatencyMode::Standard);
                let settings =
                    LimiterSettings { enabled: true, gain_db: 12.0, ceiling_dbtp, ..Settings::default().limiter };
                limiter.set(&settings, 1.0, stage.max_error());
                let (mut left, mut right) = (pink.clone(), pink.iter().rev().copied().collect::<Vec<_>>());
                limiter.process(&mut left, &mut right);
                stage.process(&mut left, &mut right);
                // Annex 2 and ebur128.
                let meter = ShortFamily::for_rate(rate);
                let num_read = 2 * meter.padding() + 1 + 59_000;
                let read = |samples: &[f64]| {
                    let samples: Vec<f32> = samples[..num_read].iter().map(|x| *x as f32).collect();
                    meter.max_abs(&samples)
                };
                let over_db = db_from_gain(f64::from(read(&left).max(read(&right)))) - ceiling_dbtp;
                figures::at_most(
                    "Dither",
                    "16 bit after the limiter, Annex 2 and ebur128: over the ceiling",
                    0.0,
                    "dB",
                    over_db,
                );
            }
        }
    }
}
