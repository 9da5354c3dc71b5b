//! Tests of the stereo stage: what stays as it is, what the curves say, how it moves.

use super::*;
use crate::chain::Settings;
use crate::dsp::signals::{sine, white_noise};

const RATES: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];

fn neutral() -> StereoSettings {
    Settings::default().stereo
}

fn run(rate: f64, settings: &StereoSettings, amount: f64, input: &[Vec<f64>; 2]) -> [Vec<f64>; 2] {
    let mut stage = Stereo::new(rate);
    stage.set(settings, amount);
    let [mut left, mut right] = input.clone();
    stage.process(&mut left, &mut right);
    [left, right]
}

fn noise() -> [Vec<f64>; 2] {
    let mut noise = [white_noise(1, 0.5, 6000), white_noise(2, 0.5, 6000)];
    noise[0][50] = -0.0;
    noise
}

#[test]
fn neutral_and_off_are_the_same_bits() {
    let bits =
        |signal: &[Vec<f64>; 2]| signal.clone().map(|side| side.into_iter().map(f64::to_bits).collect::<Vec<_>>());
    let busy =
        StereoSettings { width_percent: [0.0, 50.0, 150.0, 200.0], mono_bass: true, rotation_deg: 20.0, ..neutral() };
    for rate in RATES {
        assert_eq!(bits(&run(rate, &neutral(), 1.0, &noise())), bits(&noise()));
        assert_eq!(bits(&run(rate, &busy, 0.0, &noise())), bits(&noise()));
        assert_eq!(bits(&run(rate, &StereoSettings { enabled: false, ..busy }, 1.0, &noise())), bits(&noise()));
    }
}

#[test]
fn equal_widths_are_one_gain_and_none_is_mono() {
    let [left, right] = run(48_000.0, &StereoSettings { width_percent: [150.0; 4], ..neutral() }, 1.0, &noise());
    for (n, (l, r)) in noise()[0].iter().zip(&noise()[1]).enumerate() {
        let (mid, side) = (0.5 * (l + r), 0.75 * (l - r));
        assert!((left[n] - (mid + side)).abs() < 1e-12 && (right[n] - (mid - side)).abs() < 1e-12);
    }
    for (width_percent, amount) in [([0.0; 4], 1.0), ([50.0; 4], 2.0), ([0.0, 20.0, 40.0, 50.0], 2.0)] {
        let [left, right] = run(48_000.0, &StereoSettings { width_percent, ..neutral() }, amount, &noise());
        assert_eq!(left, right);
    }
}

#[test]
fn balance_and_rotation_place_the_middle() {
    let centre = [vec![0.5; 10], vec![0.5; 10]];
    let [left, right] = run(48_000.0, &StereoSettings { balance_db: 6.0, ..neutral() }, 0.5, &centre);
    assert!((db_from_gain(right[5] / left[5]) - 3.0).abs() < 1e-9);
    assert!((left[5] * right[5] - 0.25).abs() < 1e-12);
    let [left, right] = run(48_000.0, &StereoSettings { rotation_deg: 45.0, ..neutral() }, 1.0, &centre);
    assert!(left[5].abs() < 1e-12 && (right[5] - 0.5 * 2f64.sqrt()).abs() < 1e-12);
    let [left, right] = run(48_000.0, &StereoSettings { rotation_deg: -10.0, ..neutral() }, 1.0, &noise());
    for (n, (l, r)) in noise()[0].iter().zip(&noise()[1]).enumerate() {
        assert!((left[n].powi(2) + right[n].powi(2) - l * l - r * r).abs() < 1e-12);
    }
}

#[test]
fn the_curve_is_what_is_heard() {
    let settings = StereoSettings { width_percent: [0.0, 50.0, 150.0, 200.0], mono_bass: true, ..neutral() };
    for rate in RATES {
        for frequency_hz in [40.0, 120.0, 300.0, 500.0, 2000.0, 6000.0, 15_000.0] {
            let side = sine(frequency_hz, 0.5, rate as usize, rate);
            let input = [side.clone(), side.iter().map(|x| -x).collect()];
            let [left, right] = run(rate, &settings, 1.0, &input);
            let settled = rate as usize / 2..;
            let power = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
            let gain_db = 10.0 * (power(&left[settled.clone()]) / power(&side[settled])).log10();
            let said_db = side_gain_db(&settings, frequency_hz, rate);
            assert!((gain_db - said_db).abs() < 0.01, "{rate} {frequency_hz}: {gain_db} {said_db}");
            assert!(left.iter().zip(&right).all(|(l, r)| (l + r).abs() < 1e-12));
        }
    }
    // The ends of the bands have their widths, and every crossover lies half-way.
    let widths = StereoSettings { mono_bass: false, ..settings };
    for (frequency_hz, db) in [(10.0, -60.0), (20_000.0, 6.02)] {
        assert!((side_gain_db(&widths, frequency_hz, 48_000.0) - db).abs() < 0.7, "{frequency_hz}");
    }
    let one = StereoSettings { width_percent: [100.0, 100.0, 100.0, 200.0], ..neutral() };
    assert!((side_gain_db(&one, 6000.0, 48_000.0) - 3.01).abs() < 0.05);
    assert_eq!(side_gain_db(&StereoSettings { width_percent: [0.0; 4], ..one }, 100.0, 48_000.0), f64::NEG_INFINITY);
    assert_eq!(side_gain_db(&neutral(), 100.0, 48_000.0), 0.0);
}

#[test]
fn mono_bass_falls_by_12_db_per_octave() {
    let settings = StereoSettings { mono_bass: true, mono_bass_hz: 160.0, ..neutral() };
    for (frequency_hz, db) in [(160.0, -3.01), (40.0, -24.1), (20.0, -36.1), (1000.0, 0.0)] {
        assert!((side_gain_db(&settings, frequency_hz, 48_000.0) - db).abs() < 0.1, "{frequency_hz}");
    }
}

#[test]
fn blocks_and_reset_cannot_be_told() {
    for rate in RATES {
        let run = |stage: &mut Stereo, blocks: &[usize]| -> Vec<u64> {
            let [mut left, mut right] = noise();
            let mut at = 0;
            stage.set(&neutral(), 1.0);
            let states = [
                StereoSettings { width_percent: [0.0, 50.0, 150.0, 200.0], balance_db: -3.0, ..neutral() },
                StereoSettings { width_percent: [0.0; 4], mono_bass: true, rotation_deg: 15.0, ..neutral() },
                StereoSettings { mono_bass: false, ..neutral() },
                StereoSettings { crossover_hz: [300.0, 200.0, 9000.0], width_percent: [20.0; 4], ..neutral() },
                neutral(),
            ];
            for (idx, state) in states.iter().enumerate() {
                let end = (idx + 1) * 1200;
                for size in blocks.iter().cycle() {
                    let to = (at + size).min(end);
                    stage.process(&mut left[at..to], &mut right[at..to]);
                    at = to;
                    if at == end {
                        break;
                    }
                }
                stage.set(state, 1.0);
            }
            left.iter().chain(&right).map(|x| x.to_bits()).collect()
        };
        let mut stage = Stereo::new(rate);
        let expected = run(&mut stage, &[6000]);
        for blocks in [&[1][..], &[7], &[64], &[512, 3, 441]] {
            stage.reset();
            assert_eq!(run(&mut stage, blocks), expected);
        }
    }
}

#[test]
fn extremes_stay_finite_and_end_in_silence() {
    let settings =
        StereoSettings { width_percent: [0.0, 200.0, 0.0, 200.0], mono_bass: true, rotation_deg: 30.0, ..neutral() };
    for rate in RATES {
        let mut input = [white_noise(1, 1e5, 20_000), white_noise(2, 1e-310, 20_000)];
        input[0][2000..].fill(0.0);
        input[1][10_000..].fill(0.0);
        let [left, right] = run(rate, &settings, 2.0, &input);
        assert!(left.iter().chain(&right).all(|x| x.is_finite()));
        assert!(left[2000..].iter().all(|x| *x == 0.0 || x.abs() > 1e-290));
    }
}
