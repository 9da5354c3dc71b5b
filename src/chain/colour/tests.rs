//! Tests of the colour stage: what it leaves alone, what it adds, what folds back, how it moves.

use super::*;
use crate::chain::Settings;
use crate::dsp::signals::{pink_noise, sine, white_noise};
use crate::figures;

const RATES: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];

fn settings(drive_db: f64, character_percent: f64) -> ColourSettings {
    ColourSettings { enabled: true, drive_db, character_percent, ..Settings::default().colour }
}

fn coloured(rate: f64, mode: LatencyMode, settings: &ColourSettings, input: &[f64]) -> Vec<f64> {
    let mut stage = Colour::new(rate, mode);
    stage.set(settings, 1.0);
    let (mut left, mut right) = (input.to_vec(), input.to_vec());
    stage.process(&mut left, &mut right);
    assert_eq!(left, right);
    left
}

/// Amplitudes of all lines below 20 kHz of the last 8192 samples; the input is periodic in them.
fn lines(output: &[f64], rate: f64) -> Vec<f64> {
    const LEN: usize = 8192;
    let settled = &output[output.len() - LEN..];
    let table: Vec<(f64, f64)> = (0..LEN).map(|n| (TAU * n as f64 / LEN as f64).sin_cos()).collect();
    let num_lines = LEN.min((20_000.0 / rate * LEN as f64) as usize);
    let line = |bin: usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, x) in settled.iter().enumerate() {
            let (sin, cos) = table[n * bin % LEN];
            re += x * cos;
            im += x * sin;
        }
        2.0 / LEN as f64 * f64::hypot(re, im)
    };
    (0..=num_lines).map(line).collect()
}

fn odd_bin(frequency_hz: f64, rate: f64) -> usize {
    (frequency_hz / rate * 4096.0) as usize * 2 + 1
}

#[test]
fn no_drive_and_off_are_the_same_bits() {
    let mut input = pink_noise(3, 0.3, 9000);
    input[77] = -0.0;
    for rate in RATES {
        for mode in [LatencyMode::Standard, LatencyMode::Tracking] {
            let delay = Colour::new(rate, mode).latency_samples();
            for idle in [settings(0.0, 50.0), ColourSettings { enabled: false, ..settings(24.0, 50.0) }] {
                let output = coloured(rate, mode, &idle, &input);
                let is_idle = input.iter().zip(&output[delay..]).all(|(x, y)| x.to_bits() == y.to_bits());
                figures::holds("Colour", "no drive: bit for bit", is_idle);
            }
        }
    }
    assert_eq!(Colour::new(48_000.0, LatencyMode::Standard).latency_samples(), 40);
    assert_eq!(Colour::new(48_000.0, LatencyMode::Tracking).latency_samples(), 1);
}

#[test]
fn quiet_music_is_untouched() {
    for rate in RATES {
        for character in [0.0, 50.0, 100.0] {
            let bin = odd_bin(1000.0, rate);
            let input = sine(bin as f64 / 8192.0, 0.01, rate as usize + 8192, 1.0);
            let lines = lines(&coloured(rate, LatencyMode::Standard, &settings(12.0, character), &input), rate);
            let harmonics: f64 = (2..10).map(|k| lines.get(k * bin).map_or(0.0, |line| line * line)).sum();
            let thd_db = 10.0 * harmonics.max(1e-300).log10() + 40.0;
            let gain_db = db_from_gain(lines[bin] / 0.01);
            figures::at_most("Colour", "gain at −40 dBFS", 0.01, "dB", gain_db.abs());
            figures::at_most("Colour", "THD at −40 dBFS, 12 dB of drive", -100.0, "dB", thd_db);
        }
    }
}

#[test]
fn character_is_even_or_odd_without_dc() {
    let rate = 48_000.0;
    let bin = odd_bin(1000.0, rate);
    let input = sine(bin as f64 / 8192.0, 0.5, 96_000, 1.0);
    for (character, first) in [(0.0, 2), (100.0, 3)] {
        let lines = lines(&coloured(rate, LatencyMode::Standard, &settings(9.0, character), &input), rate);
        let share = |from: usize| (from..9).step_by(2).map(|k| lines[k * bin].powi(2)).sum::<f64>();
        assert!(share(first) > 1e-6 && share(5 - first) < 1e-6 * share(first), "{character}: {lines:?}");
        assert!(lines[0] < 1e-6, "{}", lines[0]);
    }
}

#[test]
fn what_folds_back_is_inaudible() {
    for rate in RATES {
        for (mode, name) in [(LatencyMode::Standard, "standard"), (LatencyMode::Tracking, "tracking")] {
            let mut worst = f64::NEG_INFINITY;
            for frequency_hz in [1000.0, 5000.0, 10_000.0, 13_000.0] {
                for drive_db in [12.0, 24.0] {
                    for character in [0.0, 100.0] {
                        let bin = odd_bin(frequency_hz, rate);
                        let input = sine(bin as f64 / 8192.0, 0.25, rate as usize + 8192, 1.0);
                        let lines = lines(&coloured(rate, mode, &settings(drive_db, character), &input), rate);
                        let aliases = lines.iter().enumerate().skip(9).filter(|(n, _)| n % bin != 0);
                        let dbfs = 10.0 * aliases.map(|(_, line)| line * line).sum::<f64>().log10();
                        if dbfs > worst {
                            worst = dbfs;
                            println!("{rate} {name} {frequency_hz} Hz, {drive_db} dB, {character} %: {dbfs:.1} dBFS");
                        }
                    }
                }
            }
            // At the rate of the song there is less to be had: −48 dBFS at full drive.
            let bar_dbfs = if mode == LatencyMode::Tracking { -48.0 } else { -90.0 };
            let test = format!("sines of −12 dBFS, up to 24 dB of drive, {name}: aliases");
            figures::at_most("Colour", &test, bar_dbfs, "dBFS", worst);
        }
    }
}

#[test]
fn silence_after_music_is_silent_soon() {
    let mut input = white_noise(1, 0.9, 48_000 * 3);
    input[48_000..].fill(-0.0);
    let mut stage = Colour::new(48_000.0, LatencyMode::Standard);
    stage.set(&settings(12.0, 0.0), 1.0);
    let (mut left, mut right) = (input.clone(), input);
    stage.process(&mut left, &mut right);
    assert!(left[48_000 * 2..].iter().all(|y| y.to_bits() == (-0.0f64).to_bits()));
    let added_dbfs = stage.added_dbfs();
    assert!((-40.0..0.0).contains(&added_dbfs), "{added_dbfs}");
    stage.process(&mut [0.0; 100], &mut [0.0; 100]);
    assert_eq!(stage.added_dbfs(), f64::NEG_INFINITY);
}

#[test]
fn mix_and_amount_scale_what_is_added() {
    let input = sine(200.0, 0.8, 5000, 48_000.0);
    let run = |mix_percent: f64, amount: f64, makeup_db: f64| -> Vec<f64> {
        let mut stage = Colour::new(48_000.0, LatencyMode::Standard);
        stage.set(&ColourSettings { mix_percent, makeup_db, ..settings(6.0, 30.0) }, amount);
        let (mut left, mut right) = (input.clone(), input.clone());
        stage.process(&mut left, &mut right);
        left
    };
    let (whole, half, twice) = (run(100.0, 1.0, 0.0), run(50.0, 1.0, 0.0), run(50.0, 2.0, 0.0));
    let raised = run(100.0, 0.5, 6.0);
    for n in 40..5000 {
        let dry = input[n - 40];
        assert!((half[n] - dry - 0.5 * (whole[n] - dry)).abs() < 1e-12);
        assert!((twice[n] - whole[n]).abs() < 1e-12);
        assert!((raised[n] - half[n] * gain_from_db(3.0)).abs() < 1e-9);
    }
}

#[test]
fn blocks_and_reset_cannot_be_told() {
    let noise = white_noise(7, 1.2, 9000);
    for rate in RATES {
        let run = |stage: &mut Colour, blocks: &[usize]| -> Vec<u64> {
            let (mut left, mut right) = (noise.clone(), noise.iter().map(|x| -0.4 * x).collect::<Vec<_>>());
            let mut at = 0;
            stage.set(&settings(6.0, 0.0), 1.0);
            for third in 0..3 {
                let end = (third + 1) * 3000;
                for size in blocks.iter().cycle() {
                    let to = (at + size).min(end);
                    stage.process(&mut left[at..to], &mut right[at..to]);
                    at = to;
                    if at == end {
                        break;
                    }
                }
                let next = [settings(20.0, 80.0), ColourSettings { enabled: false, ..settings(0.0, 0.0) }];
                stage.set(&next[third % 2], 1.5);
            }
            left.iter().chain(&right).map(|x| x.to_bits()).collect()
        };
        for mode in [LatencyMode::Standard, LatencyMode::Tracking] {
            let mut stage = Colour::new(rate, mode);
            let expected = run(&mut stage, &[9000]);
            for blocks in [&[1][..], &[7], &[64], &[512, 3, 441]] {
                stage.reset();
                assert_eq!(run(&mut stage, blocks), expected);
            }
        }
    }
}

#[test]
fn extremes_stay_finite() {
    for rate in RATES {
        let mut input = white_noise(4, 1e5, 4000);
        input.extend(white_noise(5, 1e-310, 4000));
        let output = coloured(rate, LatencyMode::Standard, &settings(24.0, 50.0), &input);
        assert!(output.iter().all(|y| y.is_finite() && y.abs() < 1e6));
    }
}
