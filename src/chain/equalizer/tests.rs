//! What the whole stage is held to: common properties here, moving bands and linear phase in their own files.

mod dynamic;
mod linear_phase;

use std::f64::consts::TAU;
use std::ops::Range;

use super::*;
use crate::chain::settings::{BandChannel, BandSettings, BandShape, Choice, CutSlope, Settings};
use crate::dsp::random::Random;
use crate::dsp::signals::{sine, white_noise};
use crate::dsp::units::db_from_gain;
use crate::figures;

type Stereo = [Vec<f64>; 2];

fn default_band() -> BandSettings {
    Settings::default().equalizer.bands[0]
}

fn band(shape: BandShape, frequency_hz: f64, gain_db: f64, q: f64) -> BandSettings {
    BandSettings { shape, frequency_hz, gain_db, q, ..default_band() }
}

fn dynamic(shape: BandShape, frequency_hz: f64, threshold_db: f64, range_db: f64) -> BandSettings {
    BandSettings { dynamic: true, threshold_db, range_db, ..band(shape, frequency_hz, 0.0, 1.0) }
}

fn with(bands: &[BandSettings]) -> EqualizerSettings {
    let mut settings = Settings::default().equalizer;
    settings.bands[..bands.len()].copy_from_slice(bands);
    settings
}

/// Renders in blocks, with settings and amount set anew before each.
fn render(
    equalizer: &mut Equalizer,
    input: &Stereo,
    blocks: &[usize],
    mut settings_at: impl FnMut(usize) -> (EqualizerSettings, f64),
) -> Stereo {
    let mut output = input.clone();
    let [left, right] = &mut output;
    let (mut done, mut lengths) = (0, blocks.iter().cycle());
    while done < left.len() {
        let end = (done + lengths.next().copied().unwrap_or(512)).min(left.len());
        let (settings, amount) = settings_at(done);
        equalizer.set(&settings, amount);
        equalizer.process(&mut left[done..end], &mut right[done..end]);
        done = end;
    }
    output
}

fn once(mode: LatencyMode, rate: f64, settings: &EqualizerSettings, input: &Stereo) -> Stereo {
    render(&mut Equalizer::new(rate, mode), input, &[512], |_| (*settings, 1.0))
}

fn noise(num_samples: usize) -> Stereo {
    [1, 2].map(|seed| white_noise(seed, 0.5, num_samples))
}

fn delayed(input: &Stereo, by: usize) -> Stereo {
    input
        .clone()
        .map(|channel| std::iter::repeat_n(0.0, by).chain(channel.iter().copied()).take(channel.len()).collect())
}

fn bits(signal: &Stereo) -> Vec<u64> {
    signal.iter().flatten().map(|sample| sample.to_bits()).collect()
}

/// Energy outside a range of frequencies over the energy inside, dB; Blackman-Harris window.
fn energy_outside_db(samples: &[f64], rate: f64, inside: Range<f64>) -> f64 {
    let num = samples.len() as f64;
    let windowed: Vec<f64> = samples
        .iter()
        .enumerate()
        .map(|(n, x)| {
            let phase = TAU * n as f64 / num;
            x * (0.35875 - 0.48829 * phase.cos() + 0.14128 * (2.0 * phase).cos() - 0.01168 * (3.0 * phase).cos())
        })
        .collect();
    // What is outside: all minus the projections on the lines inside.
    let mut outside = windowed.clone();
    let bins = (inside.start * num / rate).ceil() as usize..(inside.end * num / rate).ceil() as usize;
    let mut energy_inside = 0.0;
    for bin in bins {
        let step = TAU * bin as f64 / num;
        let (sin, cos) = step.sin_cos();
        let turn = |(re, im): (f64, f64)| (re * cos - im * sin, re * sin + im * cos);
        let (mut phasor, mut re, mut im) = ((1.0, 0.0), 0.0, 0.0);
        for x in &windowed {
            re += x * phasor.0;
            im += x * phasor.1;
            phasor = turn(phasor);
        }
        let (re, im) = (2.0 * re / num, 2.0 * im / num);
        energy_inside += 0.5 * num * (re * re + im * im);
        let mut phasor = (1.0, 0.0);
        for y in &mut outside {
            *y -= re * phasor.0 + im * phasor.1;
            phasor = turn(phasor);
        }
    }
    10.0 * (outside.iter().map(|y| y * y).sum::<f64>() / energy_inside).log10()
}

/// Any settings, dynamic more often than not.
fn random_settings(random: &mut Random) -> (EqualizerSettings, f64) {
    let mut settings = Settings::default().equalizer;
    let pick = |random: &mut Random, len: usize| (random.uniform() * len as f64) as usize;
    for band in &mut settings.bands {
        let mut between = |low: f64, high: f64| low + (high - low) * random.uniform();
        *band = BandSettings {
            enabled: between(0.0, 1.0) < 0.8,
            frequency_hz: 20.0 * 1000f64.powf(between(0.0, 1.0)),
            gain_db: between(-12.0, 12.0),
            q: 0.3 * 20f64.powf(between(0.0, 1.0)),
            dynamic: between(0.0, 1.0) < 0.7,
            threshold_db: between(-40.0, 0.0),
            range_db: between(-12.0, 12.0),
            attack_ms: between(1.0, 50.0),
            release_ms: between(10.0, 200.0),
            shape: BandShape::from_index(pick(random, BandShape::ALL.len())),
            slope: CutSlope::from_index(pick(random, CutSlope::ALL.len())),
            channel: BandChannel::from_index(pick(random, BandChannel::ALL.len())),
        };
    }
    settings.enabled = random.uniform() < 0.9;
    settings.auto_makeup = random.uniform() < 0.5;
    settings.makeup_db = 6.0 * random.uniform() - 3.0;
    (settings, if random.uniform() < 0.1 { 0.0 } else { 2.0 * random.uniform() })
}

#[test]
fn every_division_into_blocks_gives_the_same_samples() {
    for mode in [LatencyMode::Standard, LatencyMode::Linear] {
        for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            let input = noise(30_000);
            // New settings come every 3000 samples, wherever the blocks end.
            let mut script = Random::new(rate as u64, 5);
            let script: Vec<_> = (0..10).map(|_| random_settings(&mut script)).collect();
            let outputs = [[3000].as_slice(), &[1, 7, 64, 441, 2487], &[1500]].map(|blocks| {
                bits(&render(&mut Equalizer::new(rate, mode), &input, blocks, |frame| script[frame / 3000]))
            });
            assert!(outputs[0] == outputs[1] && outputs[0] == outputs[2], "{mode:?} {rate}");
        }
    }
}

#[test]
fn reset_makes_a_new_stage() {
    for mode in [LatencyMode::Standard, LatencyMode::Linear] {
        let input = noise(20_000);
        let mut random = Random::new(3, 9);
        let mut used = Equalizer::new(48_000.0, mode);
        render(&mut used, &input, &[997], |_| random_settings(&mut random));
        used.reset();
        let mut random = [Random::new(8, 1), Random::new(8, 1)];
        let [first, second] = random.each_mut();
        let after = render(&mut used, &input, &[4000], |_| random_settings(first));
        let new = render(&mut Equalizer::new(48_000.0, mode), &input, &[4000], |_| random_settings(second));
        assert!(bits(&after) == bits(&new), "{mode:?}");
    }
}

#[test]
fn torture_stays_finite_and_silence_stays_silent() {
    for mode in [LatencyMode::Standard, LatencyMode::Linear] {
        let mut random = Random::new(11, 3);
        let mut input = noise(5 * 48_000);
        input.iter_mut().for_each(|channel| channel[4 * 48_000..].fill(0.0));
        let mut equalizer = Equalizer::new(48_000.0, mode);
        let output = render(&mut equalizer, &input, &[48], |_| random_settings(&mut random));
        // Eight bands of at most 48 dB each.
        assert!(output.iter().flatten().all(|x| x.is_finite() && x.abs() < 1e20), "{mode:?}");
        equalizer.reset();
        let silence = [vec![0.0; 20_000], vec![0.0; 20_000]];
        let output = render(&mut equalizer, &silence, &[480], |_| random_settings(&mut random));
        assert!(output.iter().flatten().all(|x| *x == 0.0), "{mode:?}");
    }
}

#[test]
fn idle_is_the_delayed_input() {
    let mut input = noise(20_000);
    input[0][7] = -0.0;
    for mode in [LatencyMode::Standard, LatencyMode::Linear] {
        for rate in [44_100.0, 96_000.0, 192_000.0] {
            let latency = Equalizer::new(rate, mode).latency_samples();
            let factor = if rate < 50_000.0 {
                1
            } else if rate < 100_000.0 {
                2
            } else {
                4
            };
            assert_eq!(latency, if mode == LatencyMode::Linear { 2560 * factor } else { 0 });
            let want = bits(&delayed(&input, latency));
            let mut idle =
                with(&[dynamic(BandShape::Bell, 1000.0, 20.0, -6.0), dynamic(BandShape::LowShelf, 300.0, -40.0, 0.0)]);
            idle.auto_makeup = true;
            assert!(bits(&once(mode, rate, &idle, &input)) == want, "{mode:?} {rate}");
            let busy = with(&[band(BandShape::Bell, 1000.0, 6.0, 1.0)]);
            let off = EqualizerSettings { enabled: false, ..busy };
            assert!(bits(&once(mode, rate, &off, &input)) == want);
            let output = render(&mut Equalizer::new(rate, mode), &input, &[512], |_| (busy, 0.0));
            assert!(bits(&output) == want);
        }
    }
}

#[test]
fn makeup_gains_and_glides() {
    let input = [sine(1000.0, 0.5, 70_000, 48_000.0), sine(1000.0, 0.5, 70_000, 48_000.0)];
    for mode in [LatencyMode::Standard, LatencyMode::Linear] {
        let settings = |makeup_db| EqualizerSettings { makeup_db, ..with(&[]) };
        let output = render(&mut Equalizer::new(48_000.0, mode), &input, &[64], |frame| {
            (settings(if frame < 32_000 { 0.0 } else { 3.0 }), 2.0)
        });
        let peak = output[0][60_000..].iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        assert!((db_from_gain(peak / 0.5) - 6.0).abs() < 0.01, "{mode:?} {peak}");
        let residue_db = energy_outside_db(&output[0][4000..69_536], 48_000.0, 900.0..1100.0);
        println!("{mode:?} make-up at once: {residue_db:.1} dB");
        assert!(residue_db <= -80.0, "{mode:?} {residue_db}");
    }
}

#[test]
fn rounding_is_far_below_any_converter() {
    // What a linear system makes of a sum less what it makes of the parts is rounding alone, of three runs.
    let settings = with(&[band(BandShape::Bell, 30.0, 12.0, 8.0)]);
    let parts = [1, 2].map(|seed| white_noise(seed, 1e-5, 480_000));
    let sum: Vec<f64> = parts[0].iter().zip(&parts[1]).map(|(a, b)| a + b).collect();
    let run = |input: &[f64]| {
        let mut equalizer = Equalizer::new(48_000.0, LatencyMode::Standard);
        render(&mut equalizer, &[input.to_vec(), input.to_vec()], &[512], |_| (settings, 1.0))[0].clone()
    };
    let (whole, [a, b]) = (run(&sum), parts.map(|part| run(&part)));
    let power: f64 = (0..whole.len()).map(|n| (whole[n] - a[n] - b[n]).powi(2)).sum::<f64>() / whole.len() as f64;
    let noise_dbfs = 10.0 * (2.0 * power).log10();
    figures::at_most("EQ", "bell of 30 Hz, Q 8 on −100 dBFS: added noise", -150.0, "dBFS", noise_dbfs);
}
