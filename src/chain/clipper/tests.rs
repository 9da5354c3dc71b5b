//! Tests of the clipper: what passes untouched, what folds back, how it moves.

use std::f64::consts::TAU;

use super::*;
use crate::chain::Settings;
use crate::dsp::signals::{pink_noise, sine, white_noise};
use crate::figures;

const RATES: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];

fn settings(gain_db: f64, ceiling_dbfs: f64, knee_db: f64) -> ClipperSettings {
    ClipperSettings { enabled: true, gain_db, ceiling_dbfs, knee_db, ..Settings::default().clipper }
}

fn clipper(rate: f64, settings: &ClipperSettings) -> Clipper {
    let mut clipper = Clipper::new(rate, LatencyMode::Standard);
    clipper.set(settings, 1.0);
    clipper
}

fn clipped(rate: f64, settings: &ClipperSettings, input: &[f64]) -> Vec<f64> {
    let (mut left, mut right) = (input.to_vec(), input.to_vec());
    clipper(rate, settings).process(&mut left, &mut right);
    assert_eq!(left, right);
    left
}

/// Power of a frequency and of all others in 50 Hz–20 kHz that are no harmonics of it, by a 8192-point grid on which the tone
/// is periodic.
fn alias_snr_db(output: &[f64], tone_bin: usize, rate: f64) -> f64 {
    const LEN: usize = 8192;
    let settled = &output[output.len() - LEN..];
    let (mut tone, mut alias) = (0.0, 0.0);
    for bin in 1..LEN / 2 {
        let frequency_hz = bin as f64 * rate / LEN as f64;
        if !(50.0..=20_000.0).contains(&frequency_hz) || bin % tone_bin == 0 && bin != tone_bin {
            continue;
        }
        let (mut re, mut im) = (0.0, 0.0);
        let turn =
            f64x2::from([(TAU * bin as f64 / LEN as f64).cos(), (TAU * bin as f64 / LEN as f64).sin()]).to_array();
        let mut phase = [1.0, 0.0];
        for x in settled {
            re += x * phase[0];
            im += x * phase[1];
            phase = [phase[0] * turn[0] - phase[1] * turn[1], phase[0] * turn[1] + phase[1] * turn[0]];
        }
        let power = re * re + im * im;
        *(if bin == tone_bin { &mut tone } else { &mut alias }) += power;
    }
    10.0 * (tone / f64::max(alias, 1e-300)).log10()
}

#[test]
fn a_hard_clip_hardly_aliases() {
    for rate in RATES {
        for (frequency_hz, bar_db) in [(1250.0, 90.0), (5000.0, 80.0), (10_000.0, 60.0)] {
            // An odd number of periods, so that no alias falls on a harmonic.
            let bin = (frequency_hz / rate * 8192.0 / 2.0) as usize * 2 + 1;
            let input = sine(bin as f64 / 8192.0, 4.0, 12_000, 1.0);
            let snr_db = alias_snr_db(&clipped(rate, &settings(0.0, 0.0, 0.0), &input), bin, rate);
            let test = format!("hard clip of {frequency_hz} Hz by 12 dB: tone over aliases");
            figures::at_least("Clipper", &test, bar_db, "dB", snr_db);
        }
    }
}

#[test]
fn below_the_bend_everything_passes_bit_for_bit() {
    for rate in RATES {
        let mut input = pink_noise(3, 0.08, 20_000);
        input.iter_mut().for_each(|x| *x = x.clamp(-0.3, 0.3));
        input[77] = -0.0;
        let delay = clipper(rate, &settings(0.0, 0.0, 6.0)).latency_samples();
        let output = clipped(rate, &settings(0.0, 0.0, 6.0), &input);
        let is_idle = input.iter().zip(&output[delay..]).all(|(x, y)| x.to_bits() == y.to_bits());
        figures::holds("Clipper", "below the bend: bit for bit", is_idle);
        // Off, whatever comes.
        let loud: Vec<f64> = input.iter().map(|x| x * 1e5).collect();
        let off = ClipperSettings { enabled: false, ..settings(6.0, -3.0, 1.0) };
        let output = clipped(rate, &off, &loud);
        assert!(loud.iter().zip(&output[delay..]).all(|(x, y)| x.to_bits() == y.to_bits()));
    }
    assert_eq!(Clipper::new(48_000.0, LatencyMode::Standard).latency_samples(), 63);
    assert_eq!(Clipper::new(48_000.0, LatencyMode::Tracking).latency_samples(), 0);
}

#[test]
fn one_channel_leaves_the_other_alone() {
    let (loud, mut quiet) = (white_noise(1, 2.0, 5000), white_noise(2, 0.1, 5000));
    quiet[100] = -0.0;
    let (mut left, mut right) = (loud, quiet.clone());
    let mut stage = clipper(48_000.0, &settings(0.0, -3.0, 1.0));
    stage.process(&mut left, &mut right);
    assert!(quiet.iter().zip(&right[63..]).all(|(x, y)| x.to_bits() == y.to_bits()));
    assert!(stage.reduction_db() > 6.0 && stage.reduction_db() < 15.0, "{}", stage.reduction_db());
}

#[test]
fn a_low_tone_is_cut_to_its_ceiling_and_reported() {
    let input = sine(100.0, 1.0, 9600, 48_000.0);
    let mut stage = clipper(48_000.0, &settings(6.0, -6.0, 2.0));
    let (mut left, mut right) = (input.clone(), input);
    stage.process(&mut left, &mut right);
    let peak = left[4800..].iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
    assert!((db_from_gain(peak) + 6.0).abs() < 0.1, "{}", db_from_gain(peak));
    assert!((stage.reduction_db() - 12.0).abs() < 0.01);
}

#[test]
fn blocks_and_reset_cannot_be_told() {
    let noise = white_noise(7, 1.5, 9000);
    for rate in RATES {
        let run = |stage: &mut Clipper, blocks: &[usize]| -> Vec<u64> {
            let (mut left, mut right) = (noise.clone(), noise.iter().map(|x| -0.4 * x).collect::<Vec<_>>());
            let mut at = 0;
            stage.set(&settings(0.0, -1.0, 2.0), 1.0);
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
                let next = [settings(6.0, -4.0, 0.0), ClipperSettings { enabled: false, ..settings(0.0, 0.0, 0.0) }];
                stage.set(&next[third % 2], 1.5);
            }
            left.iter().chain(&right).map(|x| x.to_bits()).collect()
        };
        let mut stage = Clipper::new(rate, LatencyMode::Standard);
        let expected = run(&mut stage, &[9000]);
        for blocks in [&[1][..], &[7], &[64], &[512, 3, 441]] {
            stage.reset();
            assert_eq!(run(&mut stage, blocks), expected);
        }
    }
}

#[test]
fn extremes_stay_finite() {
    for rate in RATES {
        let mut input = white_noise(4, 1e5, 4000);
        input.extend(white_noise(5, 1e-310, 4000));
        let output = clipped(rate, &settings(12.0, -12.0, 3.0), &input);
        assert!(output.iter().all(|y| y.is_finite()));
        // Far over the ceiling, what is left of the tone is the ripple of the filters: 60 dB less.
        let tone = clipped(rate, &settings(0.0, -6.0, 3.0), &sine(441.0, 1e5, 9000, rate));
        assert!(tone[4000..].iter().all(|y| y.abs() < 200.0), "{rate}");
    }
}
