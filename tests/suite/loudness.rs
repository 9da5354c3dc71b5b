//! The meters against EBU Tech 3341-2023 and Tech 3342-2023, synthesized, and against the ebur128 crate.

use std::f64::consts::TAU;

use discern::analysis::{Analyzer, Levels, LiveMeter, LoudnessMeter, Programme, TruePeakMeter, measure_levels};
use ebur128::{EbuR128, Mode};

use crate::figures;
use crate::support;

const RATES_HZ: [f64; 3] = [44_100.0, 48_000.0, 96_000.0];
/// Tolerance of Tech 3341 for loudness, LU.
const TOLERANCE_LU: f64 = 0.1;

/// A 1 kHz sine whose level follows `(seconds, dBFS)`; below −200 dBFS it is silence.
fn tone(rate_hz: f64, parts: &[(f64, f64)]) -> Vec<f32> {
    let mut samples = Vec::new();
    let mut end_s = 0.0;
    for &(seconds, level_dbfs) in parts {
        end_s += seconds;
        let amplitude = if level_dbfs < -200.0 { 0.0 } else { 10f64.powf(level_dbfs / 20.0) };
        let end = (end_s * rate_hz).round() as usize;
        let step = TAU * 1000.0 / rate_hz;
        samples.extend((samples.len()..end).map(|i| (amplitude * (step * i as f64).sin()) as f32));
    }
    samples
}

const SILENCE: f64 = -999.0;

fn stereo_levels(rate_hz: f64, parts: &[(f64, f64)]) -> Levels {
    let samples = tone(rate_hz, parts);
    measure_levels(rate_hz, &[&samples, &samples])
}

fn assert_near(what: &str, value: Option<f64>, expected: f64, tolerance: f64) {
    let value = value.unwrap_or(f64::INFINITY);
    println!("{what}: {value}, expected {expected}");
    figures::at_most("Loudness", what, tolerance, "LU", (value - expected).abs());
}

#[test]
fn tech_3341_cases_1_and_2_steady_tones() {
    for rate_hz in RATES_HZ {
        for level in [-23.0, -33.0] {
            let levels = stereo_levels(rate_hz, &[(20.0, level)]);
            assert_near("Tech 3341 cases 1–2: integrated", levels.integrated_lufs, level, TOLERANCE_LU);
            assert_near("Tech 3341 cases 1–2: momentary", levels.max_momentary_lufs, level, TOLERANCE_LU);
            assert_near("Tech 3341 cases 1–2: short-term", levels.max_short_term_lufs, level, TOLERANCE_LU);
        }
    }
}

#[test]
fn tech_3341_cases_3_to_5_gating() {
    for rate_hz in RATES_HZ {
        for parts in [
            &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)][..],
            &[(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)],
            &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)],
        ] {
            assert_near(
                "Tech 3341 cases 3–5: integrated",
                stereo_levels(rate_hz, parts).integrated_lufs,
                -23.0,
                TOLERANCE_LU,
            );
        }
    }
}

#[test]
fn tech_3341_case_6_five_channels() {
    for rate_hz in RATES_HZ {
        let [front, centre, surround] = [-28.0, -24.0, -30.0].map(|level| tone(rate_hz, &[(20.0, level)]));
        let mut meter = LoudnessMeter::new(rate_hz, &[1.0, 1.0, 1.0, 1.41, 1.41]);
        let mut programme = Programme::default();
        meter.process(&[&front, &front, &centre, &surround, &surround], |powers| programme.push(&powers));
        assert_near("Tech 3341 case 6: integrated", programme.integrated_lufs(), -23.0, TOLERANCE_LU);
    }
}

#[test]
fn tech_3341_cases_9_and_12_constant_short_term_and_momentary() {
    for rate_hz in RATES_HZ {
        let short = [(1.34, -20.0), (1.66, -30.0)].repeat(5);
        let momentary = [(0.18, -20.0), (0.22, -30.0)].repeat(25);
        for (parts, from_s, is_short) in [(short, 3.0, true), (momentary, 1.0, false)] {
            let samples = tone(rate_hz, &parts);
            let mut meter = LiveMeter::new(rate_hz, 2);
            let block = (rate_hz / 100.0) as usize;
            for (idx, chunk) in samples.chunks(block).enumerate() {
                meter.process(chunk, chunk);
                if (idx + 1) as f64 / 100.0 >= from_s {
                    let levels = meter.levels();
                    let value = if is_short { levels.short_term_lufs } else { levels.momentary_lufs };
                    assert_near("Tech 3341 cases 9 and 12: constant", value, -23.0, TOLERANCE_LU);
                }
            }
        }
    }
}

#[test]
fn tech_3341_cases_10_and_13_maxima_in_files() {
    for rate_hz in RATES_HZ {
        for i in 0..20 {
            let i = f64::from(i);
            let short = stereo_levels(rate_hz, &[(i * 0.15, SILENCE), (3.0, -23.0), (1.0, SILENCE)]);
            assert_near("Tech 3341 cases 10 and 13: max short-term", short.max_short_term_lufs, -23.0, TOLERANCE_LU);
            let momentary = stereo_levels(rate_hz, &[(i * 0.02, SILENCE), (0.4, -23.0), (1.0, SILENCE)]);
            assert_near("Tech 3341 cases 10 and 13: max momentary", momentary.max_momentary_lufs, -23.0, TOLERANCE_LU);
        }
    }
}

#[test]
fn tech_3341_cases_11_and_14_maxima_live() {
    for rate_hz in RATES_HZ {
        let (mut short, mut momentary) = (LiveMeter::new(rate_hz, 2), LiveMeter::new(rate_hz, 2));
        for i in 0..20 {
            let i = f64::from(i);
            let hear = |meter: &mut LiveMeter, parts: &[(f64, f64)]| {
                let samples = tone(rate_hz, parts);
                samples.chunks(777).for_each(|chunk| meter.process(chunk, chunk));
                meter.levels()
            };
            let parts = [(i * 0.15, SILENCE), (3.0, i - 38.0), (3.0 - i * 0.15, SILENCE)];
            let levels = hear(&mut short, &parts);
            assert_near(
                "Tech 3341 cases 11 and 14: max short-term",
                levels.max_short_term_lufs,
                i - 38.0,
                TOLERANCE_LU,
            );
            let parts = [(i * 0.02, SILENCE), (0.4, i - 38.0), (0.4 - i * 0.02, SILENCE)];
            let levels = hear(&mut momentary, &parts);
            assert_near("Tech 3341 cases 11 and 14: max momentary", levels.max_momentary_lufs, i - 38.0, TOLERANCE_LU);
        }
    }
}

/// A faded tone at a fraction of the rate, 1 s.
fn faded_sine(rate_hz: f64, divisor: f64, amplitude: f64, phase_degrees: f64) -> Vec<f32> {
    let (len, fade) = (rate_hz as usize, rate_hz * 0.01);
    (0..len)
        .map(|i| {
            let edge = (i.min(len - 1 - i) as f64 / fade).min(1.0);
            (edge * amplitude * (TAU * i as f64 / divisor + phase_degrees.to_radians()).sin()) as f32
        })
        .collect()
}

/// Cases 20–23: fs/6 at 0.5 with one period of fs/4 at 1.0 in the middle, made at 4 fs, low-passed and decimated.
fn inter_sample_burst(rate_hz: f64, offset: usize) -> Vec<f32> {
    let len = (rate_hz * 0.1) as usize * 4;
    let (mut phase, mut in_burst) = (0.0f64, 0.0f64);
    let oversampled: Vec<f64> = (0..len)
        .map(|i| {
            let fade = (i.min(len - 1 - i) as f64 / (rate_hz * 0.01 * 4.0)).min(1.0);
            // The burst begins where the carrier's phase is a multiple of a turn, so the phase runs on.
            let starts = i >= len / 2 && in_burst == 0.0 && phase.rem_euclid(TAU) < 1e-9;
            let is_burst = starts || (in_burst > 0.0 && in_burst < TAU - 1e-9);
            let sample = fade * if is_burst { 1.0 } else { 0.5 } * phase.sin();
            let step = TAU / if is_burst { 16.0 } else { 24.0 };
            if is_burst {
                in_burst += step;
            }
            phase = ((phase + step) / step).round() * step;
            if (phase - TAU).abs() < 1e-9 {
                phase = 0.0;
            }
            sample
        })
        .collect();
    let low_pass = support::low_pass(0.125, 257);
    let half = low_pass.len() / 2;
    (offset..len)
        .step_by(4)
        .map(|centre| {
            let taps = low_pass.iter().enumerate();
            taps.map(|(k, tap)| tap * oversampled.get((centre + k).wrapping_sub(half)).copied().unwrap_or(0.0))
                .sum::<f64>() as f32
        })
        .collect()
}

fn assert_true_peak(what: &str, samples: &[f32], expected_dbtp: f64) {
    let peak = TruePeakMeter::new(1).process(&[samples]).0;
    let error = 20.0 * peak.log10() - expected_dbtp;
    println!("{what}: {error:+.3} dB off {expected_dbtp}");
    figures::at_most("Loudness", "Tech 3341 cases 15–23: true peak over", 0.2, "dB", error);
    figures::at_most("Loudness", "Tech 3341 cases 15–23: true peak under", 0.4, "dB", -error);
}

#[test]
fn tech_3341_cases_15_to_23_true_peak() {
    // 192 kHz too: no frequency of these cases depends on the rate, but a meter's oversampling might.
    for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for (divisor, amplitude, phase, expected) in [
            (4.0, 0.5, 0.0, -6.0),
            (4.0, 0.5, 45.0, -6.0),
            (6.0, 0.5, 60.0, -6.0),
            (8.0, 0.5, 67.5, -6.0),
            (4.0, 1.41, 45.0, 3.0),
        ] {
            let samples = faded_sine(rate_hz, divisor, amplitude, phase);
            assert_true_peak(&format!("fs/{divisor} {phase}° at {rate_hz}"), &samples, expected);
        }
        for offset in 0..4 {
            assert_true_peak(&format!("offset {offset} at {rate_hz}"), &inter_sample_burst(rate_hz, offset), 0.0);
        }
    }
}

#[test]
fn tech_3342_cases_1_to_4_loudness_range() {
    for rate_hz in RATES_HZ {
        for (levels, expected) in [
            (&[-20.0, -30.0][..], 10.0),
            (&[-20.0, -15.0], 5.0),
            (&[-40.0, -20.0], 20.0),
            (&[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
        ] {
            let parts: Vec<(f64, f64)> = levels.iter().map(|&level| (20.0, level)).collect();
            assert_near("Tech 3342 cases 1–4: range", stereo_levels(rate_hz, &parts).loudness_range_lu, expected, 1.0);
        }
    }
}

#[test]
fn agrees_with_ebur128_on_the_demo_mix() {
    let mix = support::demo_mix();
    let rate_hz = mix.sample_rate_hz;
    let mut oracle = EbuR128::new(2, rate_hz, Mode::I | Mode::S | Mode::LRA | Mode::TRUE_PEAK).unwrap();
    let mut live = LiveMeter::new(f64::from(rate_hz), 2);
    let step = rate_hz as usize / 10;
    for (left, right) in mix.left().chunks(step).zip(mix.right().chunks(step)) {
        oracle.add_frames_planar_f32(&[left, right]).unwrap();
        live.process(left, right);
        if left.len() == step {
            let levels = live.levels();
            let near = |ours: Option<f64>, theirs: f64| {
                if theirs.is_finite() && theirs > -70.0 {
                    assert_near("demo mix against ebur128: live", ours, theirs, 0.02);
                }
            };
            near(levels.momentary_lufs, oracle.loudness_momentary().unwrap());
            near(levels.short_term_lufs, oracle.loudness_shortterm().unwrap());
        }
    }
    let levels = measure_levels(f64::from(rate_hz), &[mix.left(), mix.right()]);
    assert_near(
        "demo mix against ebur128: integrated",
        levels.integrated_lufs,
        oracle.loudness_global().unwrap(),
        0.02,
    );
    let peak = oracle.true_peak(0).unwrap().max(oracle.true_peak(1).unwrap());
    assert_near("demo mix against ebur128: true peak", levels.true_peak_dbtp, 20.0 * peak.log10(), 0.001);
    // The crate samples the range at 1 Hz, the standard at 10.
    assert_near("demo mix against ebur128: range", levels.loudness_range_lu, oracle.loudness_range().unwrap(), 0.5);
}

#[test]
fn the_analyzer_agrees_with_itself_for_every_division_and_level() {
    let mix = support::demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    let analyze = |block: usize, gain: f32| {
        let mut analyzer = Analyzer::new(rate_hz, 2);
        analyzer.set_extent(Some((0.0, mix.duration_s())));
        let scaled = |channel: &[f32]| channel.iter().map(|x| x * gain).collect::<Vec<f32>>();
        let (left, right) = (scaled(mix.left()), scaled(mix.right()));
        left.chunks(block).zip(right.chunks(block)).for_each(|(left, right)| analyzer.process(left, right));
        analyzer.finish();
        (analyzer.features(), analyzer.excerpts().to_vec())
    };
    let whole = analyze(1 << 20, 1.0);
    for block in [64, 777, 4096] {
        let divided = analyze(block, 1.0);
        assert_eq!(whole.0.levels, divided.0.levels, "block {block}");
        assert_eq!(whole.0.stereo, divided.0.stereo, "block {block}");
        assert_eq!(whole.0.spectrum, divided.0.spectrum, "block {block}");
        assert!(whole == divided, "block {block}");
    }
    assert_eq!(whole.0.share, Some(1.0));
    assert_eq!(whole.0.levels, measure_levels(rate_hz, &[mix.left(), mix.right()]));

    let (loud, quiet) = (&whole.0, analyze(4096, 0.1).0);
    let shifted =
        |a: Option<f64>, b: Option<f64>, db: f64| assert_near("demo mix 20 dB down", b, a.unwrap() + db, 1e-4);
    shifted(loud.levels.integrated_lufs, quiet.levels.integrated_lufs, -20.0);
    shifted(loud.levels.loudness_range_lu, quiet.levels.loudness_range_lu, 0.0);
    shifted(loud.levels.plr_db, quiet.levels.plr_db, 0.0);
    shifted(loud.stereo.correlation, quiet.stereo.correlation, 0.0);
    shifted(loud.spectrum.mid_db[17], quiet.spectrum.mid_db[17], -20.0);
}

#[test]
fn a_repeat_is_not_measured_twice_and_a_jump_is_no_sound() {
    let mix = support::demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    let seconds = |from: f64, to: f64| {
        let frames = (from * rate_hz) as usize..(to * rate_hz) as usize;
        (&mix.left()[frames.clone()], &mix.right()[frames])
    };
    let mut analyzer = Analyzer::new(rate_hz, 2);
    let play = |analyzer: &mut Analyzer, from: f64, to: f64| {
        analyzer.set_position(Some(from));
        let (left, right) = seconds(from, to);
        analyzer.process(left, right);
    };
    play(&mut analyzer, 0.0, 20.0);
    let once = analyzer.features();
    assert_eq!(once.share, None);
    for _ in 0..3 {
        play(&mut analyzer, 5.0, 15.0);
    }
    let repeated = analyzer.features();
    assert!((once.heard_s - repeated.heard_s).abs() < 0.3, "{} {}", once.heard_s, repeated.heard_s);
    assert_near(
        "repeats and jumps: integrated",
        repeated.levels.integrated_lufs,
        once.levels.integrated_lufs.unwrap(),
        0.01,
    );

    play(&mut analyzer, 20.0, mix.duration_s());
    analyzer.set_extent(Some((0.0, mix.duration_s())));
    let all = analyzer.features();
    assert!(all.share.unwrap() > 0.98, "{:?}", all.share);
    let straight = measure_levels(rate_hz, &[mix.left(), mix.right()]);
    assert_near("repeats and jumps: integrated", all.levels.integrated_lufs, straight.integrated_lufs.unwrap(), 0.05);
}
