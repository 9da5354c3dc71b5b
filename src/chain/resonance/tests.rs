//! What the stage does to noise, tones and resonances.

use super::*;
use crate::dsp::fft_frames::{FrameFft, NUM_PARTS};
use crate::dsp::signals::{pink_noise, sine, white_noise};
use crate::figures;

const RATE: f64 = 48_000.0;

fn on(depth_db: f64) -> ResonanceSettings {
    ResonanceSettings { enabled: true, depth_db, ..ResonanceSettings::default() }
}

fn stage(settings: &ResonanceSettings, rate: f64) -> Resonance {
    let mut stage = Resonance::new(rate, LatencyMode::Standard);
    stage.set(settings, settings.amount_percent / 100.0);
    stage
}

/// Runs a stage over a signal in blocks of 512 and calls `each` with the number of samples before every block.
fn run(stage: &mut Resonance, input: &[Vec<f64>; 2], mut each: impl FnMut(usize, &mut Resonance)) -> [Vec<f64>; 2] {
    let mut output = input.clone();
    let [left, right] = &mut output;
    for (block, (left, right)) in left.chunks_mut(512).zip(right.chunks_mut(512)).enumerate() {
        each(512 * block, stage);
        stage.process(left, right);
    }
    output
}

fn is_same(a: &[Vec<f64>; 2], b: &[Vec<f64>; 2]) -> bool {
    a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// A bell of +10 dB and Q 20 (Bristow-Johnson, cookbook) that the signal goes through from sample `from` on.
fn with_resonance(signal: &[f64], frequency_hz: f64, from: usize) -> Vec<f64> {
    let (a, w) = (10f64.powf(10.0 / 40.0), std::f64::consts::TAU * frequency_hz / RATE);
    let alpha = w.sin() / 40.0;
    let a0 = 1.0 + alpha / a;
    let [b0, b1, b2, a1, a2] =
        [1.0 + alpha * a, -2.0 * w.cos(), 1.0 - alpha * a, -2.0 * w.cos(), 1.0 - alpha / a].map(|x| x / a0);
    let mut state = [0.0; 2];
    let filter = |(idx, x): (usize, &f64)| {
        let y = b0 * x + state[0];
        state = [b1 * x - a1 * y + state[1], b2 * x - a2 * y];
        if idx < from { *x } else { y }
    };
    signal.iter().enumerate().map(filter).collect()
}

fn pink(seed: u64, num_samples: usize) -> [Vec<f64>; 2] {
    [seed, seed + 100].map(|seed| pink_noise(seed, 0.1, num_samples))
}

/// Pink noise in which a resonance of +10 dB begins at sample `onset`: the mean cut at its centre so many milliseconds
/// later, dB, and the largest change a third of an octave away at any time.
fn mean_cuts_db<const N: usize>(frequency_hz: f64, onset: usize, times_ms: [f64; N]) -> ([f64; N], f64) {
    const NUM_TRIALS: u64 = 24;
    let (mut means_db, mut far_db) = ([0.0; N], 0f64);
    for seed in 1..=NUM_TRIALS {
        let num_samples = onset + RATE as usize;
        let input = pink(seed, num_samples).map(|channel| with_resonance(&channel, frequency_hz, onset));
        run(&mut stage(&on(8.0), RATE), &input, |num_samples, stage| {
            for (mean_db, time_ms) in means_db.iter_mut().zip(times_ms) {
                // The block that begins last before the time.
                let from = onset + (time_ms * RATE / 1000.0) as usize;
                if num_samples <= from && from < num_samples + 512 {
                    *mean_db += stage.present_cut_db(frequency_hz) / NUM_TRIALS as f64;
                }
            }
            for ratio in [0.5, 2f64.powf(-1.0 / 3.0), 2f64.powf(1.0 / 3.0), 2.0] {
                far_db = far_db.max(stage.present_cut_db(ratio * frequency_hz));
            }
        });
    }
    (means_db, far_db)
}

#[test]
fn noise_in_which_nothing_sticks_out_passes_bit_for_bit() {
    let num_samples = 20 * RATE as usize;
    let white = [1, 2].map(|seed| white_noise(seed, 0.5, num_samples));
    for mut input in [pink(1, num_samples), white] {
        input[0][5] = -0.0;
        let output = run(&mut stage(&on(12.0), RATE), &input, |_, _| {});
        figures::holds("Resonance", "noise, two channels: bit for bit", is_same(&output, &input));
    }
}

#[test]
fn white_noise_of_one_channel_hardly_moves_the_gain() {
    // The same noise on both channels is the hardest case: half as much of it to average.
    let noise = white_noise(1, 0.5, 20 * RATE as usize);
    let (mut sums, mut squares, mut num) = ([0.0; NUM_CURVE_POINTS], [0.0; NUM_CURVE_POINTS], 0.0);
    run(&mut stage(&on(6.0), RATE), &[noise.clone(), noise], |_, stage| {
        num += 1.0;
        for (idx, cut_db) in stage.cuts_db().iter().enumerate() {
            sums[idx] += f64::from(*cut_db);
            squares[idx] += f64::from(cut_db * cut_db);
        }
    });
    let deviation = |idx: usize| (squares[idx] / num - (sums[idx] / num).powi(2)).sqrt();
    let worst_db = (0..NUM_CURVE_POINTS).map(deviation).fold(0.0, f64::max);
    figures::at_most("Resonance", "white noise, one channel: deviation of the gain", 0.4, "dB", worst_db);
}

#[test]
fn a_resonance_from_800_hz_up_is_cut_by_5_db_within_150_ms_and_nothing_else() {
    for frequency_hz in [800.0, 3100.0, 6500.0] {
        // It begins while the stage runs, or was there when the stage began.
        for onset in [RATE as usize, 0] {
            let ([cut_db], far_db) = mean_cuts_db(frequency_hz, onset, [150.0]);
            println!("{frequency_hz} Hz, {onset}: {cut_db} dB");
            let test = format!("{frequency_hz} Hz, +10 dB, Q 20 in pink noise: cut after 150 ms");
            figures::at_least("Resonance", &test, 5.0, "dB", cut_db);
            figures::at_most("Resonance", "change a third of an octave away", 0.5, "dB", far_db);
        }
    }
}

#[test]
fn a_low_resonance_in_noise_takes_longer_to_tell_from_noise() {
    // 250 Hz with Q 20 is 7 Hz wide: in 150 ms there are hardly three independent values of it.
    let ([after_150_ms, after_500_ms, after_900_ms], far_db) =
        mean_cuts_db(250.0, RATE as usize, [150.0, 500.0, 900.0]);
    let test = "250 Hz, +10 dB, Q 20 in pink noise: cut after 150 ms";
    figures::falls_short("Resonance", test, 5.0, 0.5, "dB", after_150_ms);
    figures::at_least("Resonance", "250 Hz: the same after 500 ms", 5.0, "dB", after_500_ms);
    figures::at_least("Resonance", "250 Hz: the same after 900 ms", 6.0, "dB", after_900_ms);
    figures::at_most("Resonance", "change a third of an octave away", 0.5, "dB", far_db);
}

#[test]
fn a_ringing_tone_in_noise_is_cut_by_5_db_within_150_ms_at_any_frequency() {
    let onset = RATE as usize;
    for (frequency_hz, amplitude) in [(250.0, 0.08), (800.0, 0.04), (3100.0, 0.03), (6500.0, 0.03)] {
        let tone = sine(frequency_hz, amplitude, onset, RATE);
        let input = pink(3, 2 * onset).map(|mut channel| {
            channel[onset..].iter_mut().zip(&tone).for_each(|(x, tone)| *x += tone);
            channel
        });
        let mut cut_db = 0.0;
        run(&mut stage(&on(8.0), RATE), &input, |num_samples, stage| {
            if num_samples <= onset + 7200 {
                cut_db = stage.present_cut_db(frequency_hz);
            }
        });
        assert!(cut_db < 8.1, "{frequency_hz} Hz: {cut_db} dB");
        figures::at_least("Resonance", "a ringing tone in noise, 250 Hz–6.5 kHz: cut after 150 ms", 5.0, "dB", cut_db);
    }
}

#[test]
fn a_lone_tone_is_the_music_and_passes() {
    for frequency_hz in [220.0, 440.0, 1000.0, 5000.0] {
        let tone = sine(frequency_hz, 0.5, 2 * RATE as usize, RATE);
        let input = [tone.clone(), tone];
        assert!(is_same(&run(&mut stage(&on(12.0), RATE), &input, |_, _| {}), &input), "{frequency_hz} Hz");
    }
}

#[test]
fn depth_amount_and_range_are_kept() {
    let tone = sine(2000.0, 0.05, RATE as usize, RATE);
    let input = pink(1, RATE as usize).map(|noise| noise.iter().zip(&tone).map(|(x, y)| x + y).collect::<Vec<_>>());
    let deepest_db = |settings: ResonanceSettings| {
        let mut deepest_db = 0f64;
        run(&mut stage(&settings, RATE), &input, |_, stage| deepest_db = deepest_db.max(stage.cut_db()));
        deepest_db
    };
    let whole_db = deepest_db(on(4.0));
    assert!((3.9..=4.0).contains(&whole_db), "{whole_db}");
    let half_db = deepest_db(ResonanceSettings { amount_percent: 50.0, ..on(4.0) });
    assert!((1.95..=2.0).contains(&half_db), "{half_db}");
    assert_eq!(deepest_db(ResonanceSettings { low_hz: 2100.0, ..on(4.0) }), 0.0);
    assert_eq!(deepest_db(ResonanceSettings { high_hz: 1900.0, ..on(4.0) }), 0.0);
    assert_eq!(deepest_db(ResonanceSettings { threshold_db: 60.0, ..on(4.0) }), 0.0);
    assert_eq!(deepest_db(on(0.0)), 0.0);
}

#[test]
fn the_curve_shows_the_cut_where_it_is() {
    let tone = sine(2000.0, 0.05, RATE as usize, RATE);
    let input = pink(1, RATE as usize).map(|noise| noise.iter().zip(&tone).map(|(x, y)| x + y).collect::<Vec<_>>());
    let mut stage = stage(&on(6.0), RATE);
    run(&mut stage, &input, |_, _| {});
    let curve = stage.cuts_db();
    let deepest = (0..NUM_CURVE_POINTS).max_by(|a, b| curve[*a].total_cmp(&curve[*b])).unwrap_or_default();
    assert!((curve_frequency_hz(deepest) / 2000.0).log2().abs() < 0.1);
    assert!((f64::from(curve[deepest]) - stage.cut_db()).abs() < 0.3, "{} {}", curve[deepest], stage.cut_db());
    assert!(curve[0] < 0.01 && curve[NUM_CURVE_POINTS - 1] < 0.01);
}

#[test]
fn nothing_sounds_ahead_of_a_click() {
    let num_samples = RATE as usize;
    let tone = sine(1500.0, 0.05, num_samples, RATE);
    let input = pink(2, num_samples).map(|noise| noise.iter().zip(&tone).map(|(x, y)| x + y).collect::<Vec<_>>());
    let mut clicked = input.clone();
    let click = 40_000;
    clicked.iter_mut().for_each(|channel| channel[click] += 0.9);
    let mut busy = stage(&on(6.0), RATE);
    let plain = run(&mut busy, &input, |_, _| {});
    assert!(busy.cut_db() > 5.9);
    let output = run(&mut stage(&on(6.0), RATE), &clicked, |_, _| {});
    let is_same_before = (0..2).all(|channel| plain[channel][..click] == output[channel][..click]);
    figures::holds("Resonance", "nothing sounds ahead of a click", is_same_before);
}

#[test]
fn switching_a_cut_leaves_no_residue_beside_a_tone() {
    const LEN: usize = 16_384;
    let tone = sine(1000.0, 0.5, 2 * LEN, RATE);
    for attack_s in [0.002, 0.01] {
        let mut bells = Bells::new(RATE);
        bells.set_motion(Motion { attack_s, release_s: 0.02, pole_q: 8.0 });
        let mut output = tone.clone();
        for (knot, samples) in output.chunks_mut(BELL_KNOT_SAMPLES).enumerate() {
            match knot * BELL_KNOT_SAMPLES / 64 {
                300 => bells.aim(0, bells::Aim { frequency_hz: 1000.0, cut_db: 6.0 }),
                380 => bells.aim(0, bells::Aim { frequency_hz: 1100.0, cut_db: 6.0 }),
                430 => bells.aim(0, bells::Aim { frequency_hz: 1100.0, cut_db: 0.0 }),
                _ => {}
            }
            bells.move_to_next_knot(false);
            let mut frames = [f64x2::splat(0.0); BELL_KNOT_SAMPLES];
            frames.iter_mut().zip(samples.iter()).for_each(|(frame, x)| *frame = f64x2::splat(*x));
            bells.process(&mut frames);
            samples.iter_mut().zip(frames).for_each(|(x, frame)| *x = frame.to_array()[0]);
        }
        let mut frame = FrameFft::new(LEN);
        frame.push(&output, &output);
        frame.mark(0);
        (0..NUM_PARTS).for_each(|part_idx| frame.transform_part(part_idx));
        frame.combine(0, 1);
        let bin_hz = RATE / LEN as f64;
        let worst = frame.powers()[0]
            .iter()
            .enumerate()
            .filter(|(bin, _)| (*bin as f64 * bin_hz - 1000.0).abs() > 400.0)
            .map(|(_, power)| *power)
            .fold(0.0, f32::max);
        let residue_dbfs = 10.0 * f64::from(worst).log10();
        figures::at_most("Resonance", "switching a cut beside a tone: residue", -80.0, "dBFS", residue_dbfs);
    }
}

#[test]
fn every_division_into_blocks_and_every_reset_give_the_same_samples() {
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let num_samples = (0.7 * rate) as usize;
        let tone = sine(2500.0, 0.05, num_samples, rate);
        let input = pink(4, num_samples).map(|noise| noise.iter().zip(&tone).map(|(x, y)| x + y).collect::<Vec<_>>());
        let changed = ResonanceSettings { sharpness_percent: 90.0, threshold_db: 4.0, ..on(9.0) };
        let render = |stage: &mut Resonance, lengths: &[usize]| {
            stage.set(&on(6.0), 1.0);
            let mut output = input.clone();
            let [left, right] = &mut output;
            let (mut done, change) = (0, num_samples / 2 + 3);
            for length in lengths.iter().cycle() {
                if done == change {
                    stage.set(&changed, 1.5);
                }
                let bound = if done < change { change } else { num_samples };
                let end = (done + length).min(bound);
                stage.process(&mut left[done..end], &mut right[done..end]);
                done = end;
                if done == num_samples {
                    break;
                }
            }
            output
        };
        let mut used = Resonance::new(rate, LatencyMode::Standard);
        let want = render(&mut used, &[4096]);
        assert!(used.cut_db() > 3.0, "{rate}: {}", used.cut_db());
        for lengths in [&[1][..], &[7], &[64], &[512], &[3, 700, 16, 1, 2049, 33]] {
            used.reset();
            assert!(is_same(&render(&mut used, lengths), &want), "{rate} {lengths:?}");
        }
        assert!(is_same(&render(&mut Resonance::new(rate, LatencyMode::Linear), &[100]), &want));
    }
}

#[test]
fn off_and_tracking_pass_exactly_and_switching_ends_exactly() {
    let num_samples = 2 * RATE as usize;
    let tone = sine(2000.0, 0.05, num_samples, RATE);
    let input = pink(1, num_samples).map(|noise| noise.iter().zip(&tone).map(|(x, y)| x + y).collect::<Vec<_>>());
    let mut tracking = Resonance::new(RATE, LatencyMode::Tracking);
    tracking.set(&on(6.0), 1.0);
    assert!(is_same(&run(&mut tracking, &input, |_, _| {}), &input));
    let mut switched = stage(&on(6.0), RATE);
    let output = run(&mut switched, &input, |num_samples, stage| {
        if num_samples == 48_128 {
            assert!(stage.cut_db() > 5.9);
            stage.set(&ResonanceSettings { enabled: false, ..on(6.0) }, 1.0);
        }
    });
    assert!((0..2).all(|channel| output[channel][49_200..] == input[channel][49_200..]));
    assert_eq!((switched.cut_db(), switched.cuts_db()), (0.0, [0.0; NUM_CURVE_POINTS]));
}

#[test]
fn anything_finite_stays_finite_and_silence_ends_the_work() {
    let mut input = pink(6, 3 * RATE as usize);
    for (idx, sample) in input.iter_mut().flatten().enumerate() {
        *sample *= [1.0, 1e5, 1e-40, 1e38, 1e-310][idx / 6000 % 5];
    }
    let tone = sine(2000.0, 1e4, 48_000, RATE);
    input[0][..48_000].copy_from_slice(&tone);
    input.iter_mut().for_each(|channel| channel[96_000..].fill(0.0));
    let mut stage = stage(&on(12.0), RATE);
    let output = run(&mut stage, &input, |_, _| {});
    assert!(output.iter().flatten().all(|x| x.is_finite()));
    assert_eq!(stage.num_active(), 0);
    assert!(output.iter().all(|channel| channel[140_000..].iter().all(|x| *x == 0.0)));
}

#[test]
fn noise_that_begins_or_grows_is_no_resonance() {
    // Silence or quieter noise before; how soon the baseline follows a rise is what this is about.
    for rate in [44_100.0, 48_000.0, 96_000.0] {
        for (num_before, before) in [(2352, 0.0), (9000, 0.0), (30_000, 0.03), (30_000, 0.01), (30_000, 0.0003)] {
            for seed in 0..8 {
                let input = [2 * seed + 1, 2 * seed + 2].map(|seed| {
                    let mut noise = white_noise(seed + 1000, before, num_before);
                    noise.extend(white_noise(seed, 0.1, 40_000));
                    noise
                });
                let output = run(&mut stage(&on(6.0), rate), &input, |_, _| {});
                let is_nothing = is_same(&output, &input);
                figures::holds("Resonance", "noise after silence, or 10–50 dB louder: bit for bit", is_nothing);
            }
        }
    }
}
