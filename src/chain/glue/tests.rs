//! The glue compressor held to its bars (`dsp.md` section 2.2).

use super::super::multiband::measure::{self, Stage, Stereo, amplitude, both, render, thd_db};
use super::super::settings::{Detector, GlueSettings};
use super::*;
use crate::dsp::signals;
use crate::figures;

const RATE: f64 = 48_000.0;

impl Stage for Glue {
    fn run(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.process(left, right);
    }
}

/// Plain: hard knee, no filter, no automatic anything.
fn plain() -> GlueSettings {
    GlueSettings {
        enabled: true,
        threshold_dbfs: -20.0,
        ratio: 4.0,
        knee_db: 0.0,
        attack_ms: 30.0,
        release_ms: 200.0,
        auto_release: false,
        detector: Detector::Peak,
        sidechain_highpass_hz: 20.0,
        ..GlueSettings::default()
    }
}

fn glue(settings: &GlueSettings, rate: f64) -> Glue {
    let mut glue = Glue::new(rate);
    glue.set(settings, settings.amount_percent / 100.0);
    glue
}

fn once(settings: &GlueSettings, input: &Stereo, rate: f64) -> Stereo {
    render(&mut glue(settings, rate), input, &[512], None)
}

fn is_same(a: &Stereo, b: &Stereo) -> bool {
    a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| a.to_bits() == b.to_bits())
}

#[test]
fn the_static_curve_holds_within_0_1_db() {
    let mut worst: f64 = 0.0;
    for detector in [Detector::Peak, Detector::Rms] {
        for (ratio, knee_db) in [(2.0, 6.0), (4.0, 0.0), (20.0, 24.0)] {
            let settings = GlueSettings { ratio, knee_db, detector, attack_ms: 10.0, release_ms: 50.0, ..plain() };
            for level in (-40..=0).step_by(4) {
                let level_db = f64::from(level);
                let tone = signals::sine(1000.0, 10f64.powf(level_db / 20.0), 48_000, RATE);
                let output = once(&settings, &both(tone), RATE);
                let got_db = 20.0 * amplitude(&output[0][38_400..], 1000.0, RATE).log10();
                worst = worst.max((got_db - level_db - gain_curve(&settings).gain_at_db(level_db)).abs());
            }
        }
    }
    figures::at_most("Glue", "static curve against the formula", 0.1, "dB", worst);
}

#[test]
fn attack_and_release_take_as_long_as_their_labels_say() {
    let mut worst: f64 = 0.0;
    for rate in [44_100.0, 192_000.0] {
        for (attack_ms, release_ms) in
            [(0.1, 10.0), (0.5, 20.0), (1.0, 50.0), (10.0, 60.0), (30.0, 200.0), (200.0, 600.0)]
        {
            let settings = GlueSettings { attack_ms, release_ms, ..plain() };
            // A constant has a level at every sample; it steps at every place within a knot.
            let up = (0.05 * rate) as usize;
            let (mut attack, mut release) = (0.0, 0.0);
            for offset in 0..4 {
                let up = up + 5 * offset;
                let down = up + (0.009 * attack_ms * rate) as usize + 2;
                let len = down + (0.009 * release_ms * rate + 0.02 * rate) as usize;
                let level = |n: usize| if (up..down).contains(&n) { 0.5 } else { 0.05 };
                let input: Vec<f64> = (0..len).map(level).collect();
                let output = once(&settings, &both(input.clone()), rate);
                attack += measure::samples_to_63_percent(&input[..down], &output[0][..down], up) / 4.0;
                release += measure::samples_to_63_percent(&input, &output[0], down) / 4.0;
            }
            let (attack, release) = (attack * 1000.0 / rate, release * 1000.0 / rate);
            println!("{rate}: attack {attack_ms} {attack:.3} ms, release {release_ms} {release:.2} ms");
            // One sample is a fifth of the shortest attack.
            let tick = 500.0 / rate;
            worst = worst.max(((attack - attack_ms).abs() - tick).max(0.0) / attack_ms);
            worst = worst.max((release - release_ms).abs() / release_ms);
        }
    }
    figures::at_most("Glue", "attack and release to 63 % against their labels", 5.0, "%", 100.0 * worst);
}

#[test]
fn a_1_khz_tone_attacks_and_releases_by_the_label_too() {
    let (up, down) = (24_000, 48_000);
    let mut input = signals::sine(1000.0, 0.5, 120_000, RATE);
    (0..120_000).filter(|n| !(up..down).contains(n)).for_each(|n| input[n] *= 0.1);
    let output = once(&plain(), &both(input.clone()), RATE);
    let attack = measure::samples_to_63_percent(&input[..down], &output[0][..down], up) / 48.0;
    let release = measure::samples_to_63_percent(&input, &output[0], down) / 48.0;
    println!("attack 30: {attack:.2} ms, release 200: {release:.2} ms");
    assert!((attack - 30.0).abs() < 1.5 && (release - 200.0).abs() < 10.0);
}

#[test]
fn nothing_to_do_is_nothing() {
    let mut input = [1, 2].map(|seed| signals::white_noise(seed, 0.09, 20_000));
    input[0][77] = -0.0;
    input[1][1077] = -0.0;
    for settings in [
        plain(),
        GlueSettings { ratio: 1.0, threshold_dbfs: -60.0, auto_makeup: true, knee_db: 12.0, ..plain() },
        GlueSettings { threshold_dbfs: 0.0, sidechain_highpass_hz: 90.0, mix_percent: 37.0, ..GlueSettings::default() },
    ] {
        for detector in [Detector::Peak, Detector::Rms] {
            let settings = GlueSettings { enabled: true, detector, ..settings };
            let is_idle = is_same(&once(&settings, &input, RATE), &input);
            figures::holds("Glue", "nothing over the threshold, ratio 1 : 1: bit for bit", is_idle);
        }
    }
    let settings = GlueSettings { enabled: true, threshold_dbfs: -60.0, amount_percent: 0.0, ..plain() };
    assert!(is_same(&once(&settings, &input, RATE), &input));
}

#[test]
fn after_work_it_is_nothing_again() {
    let mut input = both(signals::white_noise(1, 0.05, 400_000));
    input.iter_mut().for_each(|channel| channel[..1000].iter_mut().for_each(|x| *x *= 20.0));
    let settings = GlueSettings { release_ms: 100.0, auto_release: true, ..plain() };
    let output = once(&settings, &input, RATE);
    let tail = |signal: &Stereo| signal.clone().map(|channel| channel[200_000..].to_vec());
    assert!(!is_same(&output, &input) && is_same(&tail(&output), &tail(&input)));
}

#[test]
fn a_bass_tone_is_not_distorted() {
    for (detector, knee_db, auto_release) in [
        (Detector::Peak, 0.0, false),
        (Detector::Rms, 0.0, false),
        (Detector::Peak, 6.0, true),
        (Detector::Rms, 6.0, true),
    ] {
        let settings = GlueSettings { detector, knee_db, auto_release, ..plain() };
        for (frequency, bar_db) in [(100.0, -80.0), (60.0, -80.0), (50.0, -70.0), (40.0, -50.0), (30.0, -40.0)] {
            let tone = signals::sine(frequency, 10f64.powf(-12.0 / 20.0), 192_000, RATE);
            let output = once(&settings, &both(tone), RATE);
            let newest = &output[0][144_000..];
            let reduction_db = -12.0 - 20.0 * amplitude(newest, frequency, RATE).log10();
            let thd_db = thd_db(newest, frequency, RATE);
            println!("{detector:?} auto {auto_release} {frequency} Hz: {reduction_db:.2} dB, THD {thd_db:.1} dB");
            assert!((reduction_db - 6.0).abs() < 0.5, "{reduction_db}");
            let test = format!("THD of {frequency} Hz, 6 dB of reduction, 30/200 ms");
            figures::at_most("Glue", &test, bar_db, "dB", thd_db);
        }
    }
}

#[test]
fn the_gain_never_passes_its_static_value() {
    let input = both(signals::pink_noise(3, 0.2, 96_000));
    let peak_db = 20.0 * input[0].iter().fold(0.0, |max: f64, x| max.max(x.abs())).log10();
    let mut most_db = f64::NEG_INFINITY;
    for (attack_ms, release_ms) in [(0.1, 10.0), (30.0, 200.0), (200.0, 10.0)] {
        let settings = GlueSettings { attack_ms, release_ms, auto_release: true, ..plain() };
        let output = once(&settings, &input, RATE);
        let largest_db = -gain_curve(&settings).gain_at_db(peak_db);
        for (x, y) in input[0].iter().zip(&output[0]).filter(|(x, _)| x.abs() > 1e-3) {
            let reduction_db = 20.0 * (x / y).log10();
            assert!((-1e-9..largest_db + 0.001).contains(&reduction_db), "{reduction_db} of {largest_db}");
            most_db = most_db.max(reduction_db - largest_db);
        }
    }
    figures::at_most("Glue", "gain past its static value", 0.2, "dB", most_db.max(0.0));
}

#[test]
fn linked_channels_keep_their_image() {
    let input = [signals::pink_noise(1, 0.3, 48_000), signals::pink_noise(2, 0.03, 48_000)];
    let ratio = |settings: &GlueSettings| {
        let output = once(settings, &input, RATE);
        let gain = |channel: usize, n: usize| output[channel][n] / input[channel][n];
        let is_heard = |n: &usize| input.iter().all(|channel| channel[*n].abs() > 1e-3);
        (0..48_000).filter(is_heard).map(|n| (20.0 * (gain(0, n) / gain(1, n)).log10()).abs()).fold(0.0, f64::max)
    };
    figures::at_most("Glue", "image shift, linked", 1e-10, "dB", ratio(&plain()));
    let half = ratio(&GlueSettings { link_percent: 50.0, ..plain() });
    let none = ratio(&GlueSettings { link_percent: 0.0, ..plain() });
    assert!(half > 1.0 && (none - 2.0 * half).abs() < 0.2, "{half} {none}");
}

#[test]
fn toggles_and_sweeps_leave_no_residue() {
    let input = both(signals::sine(1000.0, 0.5, 80_000, RATE));
    let base = GlueSettings { knee_db: 6.0, ..plain() };
    type Change = (&'static str, fn(&mut GlueSettings));
    let changes: [Change; 13] = [
        ("off", |s| s.enabled = false),
        ("amount", |s| s.amount_percent = 200.0),
        ("threshold", |s| s.threshold_dbfs = -40.0),
        ("ratio", |s| s.ratio = 20.0),
        ("knee", |s| s.knee_db = 24.0),
        ("attack", |s| s.attack_ms = 0.1),
        ("release", |s| s.release_ms = 10.0),
        ("auto release", |s| s.auto_release = true),
        ("detector", |s| s.detector = Detector::Rms),
        ("high-pass", |s| s.sidechain_highpass_hz = 500.0),
        ("mix", |s| s.mix_percent = 0.0),
        ("make-up", |s| s.makeup_db = 12.0),
        ("auto make-up", |s| s.auto_makeup = true),
    ];
    for (attack_ms, release_ms) in [(30.0, 200.0), (1.0, 20.0)] {
        for (name, change) in changes {
            let before = GlueSettings { attack_ms, release_ms, ..base };
            let mut after = before;
            change(&mut after);
            let mut worst = f64::NEG_INFINITY;
            for (from, to) in [(before, after), (after, before)] {
                let mut stage = glue(&from, RATE);
                let mut change = |stage: &mut Glue| stage.set(&to, to.amount_percent / 100.0);
                let output = render(&mut stage, &input, &[64], Some((47_003, &mut change)));
                worst = worst.max(measure::loudest_line_outside_dbfs(&output[0], RATE, 800.0..1200.0));
            }
            println!("{attack_ms}/{release_ms} {name}: {worst:.1} dBFS");
            figures::at_most("Glue", "toggles and sweeps on a 1 kHz tone: residue", -80.0, "dBFS", worst);
        }
    }
}

#[test]
fn every_division_into_blocks_gives_the_same_samples_and_reset_is_new() {
    let after = GlueSettings {
        detector: Detector::Rms,
        sidechain_highpass_hz: 120.0,
        threshold_dbfs: -30.0,
        link_percent: 30.0,
        attack_ms: 1.0,
        ..plain()
    };
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let input = [1, 2].map(|seed| signals::pink_noise(seed, 0.2, 9000));
        let run = |stage: &mut Glue, blocks: &[usize]| {
            stage.set(&GlueSettings { auto_release: true, ..plain() }, 1.0);
            render(stage, &input, blocks, Some((4001, &mut |stage: &mut Glue| stage.set(&after, 1.3))))
        };
        let whole = run(&mut Glue::new(rate), &[9000]);
        for blocks in [&[1][..], &[7], &[64], &[512], &[3, 100, 16, 1, 977]] {
            assert!(is_same(&run(&mut Glue::new(rate), blocks), &whole), "{rate} {blocks:?}");
        }
        let mut used = glue(&after, rate);
        render(&mut used, &both(signals::white_noise(5, 1.0, 5003)), &[512], None);
        used.reset();
        assert_eq!(used.reduction_db(), 0.0);
        assert!(is_same(&run(&mut used, &[9000]), &whole), "{rate}");
    }
}

#[test]
fn extremes_stay_finite_and_are_got_over() {
    let mut input = [1, 2].map(|seed| signals::white_noise(seed, 1e5, 96_000));
    input.iter_mut().for_each(|channel| channel[20_000..50_000].fill(0.0));
    input.iter_mut().for_each(|channel| channel[50_000..].iter_mut().for_each(|x| *x *= 1e-6));
    let settings =
        GlueSettings { threshold_dbfs: -60.0, ratio: 20.0, sidechain_highpass_hz: 500.0, auto_makeup: true, ..plain() };
    for detector in [Detector::Peak, Detector::Rms] {
        let output = once(&GlueSettings { detector, ..settings }, &input, RATE);
        assert!(output.iter().flatten().all(|y| y.is_finite() && !y.is_subnormal()));
        assert!(output[0][20_000..50_000].iter().all(|y| *y == 0.0));
        assert!(output[0][90_000..].iter().any(|y| y.abs() > 1e-4));
    }
}

#[test]
fn make_up_mix_and_amount_do_what_they_say() {
    let gain_db = |settings: &GlueSettings| {
        let output = once(settings, &both(signals::sine(1000.0, 0.5, 48_000, RATE)), RATE);
        20.0 * (amplitude(&output[0][38_400..], 1000.0, RATE) / 0.5).log10()
    };
    let base = gain_db(&plain());
    let makeup = gain_db(&GlueSettings { makeup_db: 4.0, ..plain() });
    assert!((makeup - base - 4.0).abs() < 0.001);
    let half = gain_db(&GlueSettings { makeup_db: 4.0, amount_percent: 50.0, ..plain() });
    assert!((half - 0.5 * makeup).abs() < 0.001, "{half} {makeup}");
    let mixed = gain_db(&GlueSettings { mix_percent: 50.0, ..plain() });
    assert!((mixed - 20.0 * (0.5 + 0.5 * 10f64.powf(base / 20.0)).log10()).abs() < 0.001);
    let mut stage = glue(&plain(), RATE);
    render(&mut stage, &both(signals::sine(1000.0, 0.5, 48_000, RATE)), &[512], None);
    assert!((stage.reduction_db() + base).abs() < 0.01);
}
