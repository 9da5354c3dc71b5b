//! The multiband stage held to its bars (`dsp.md` section 2.2).

use super::measure::{self, Stage, Stereo, amplitude, both, render, thd_db};
use super::*;
use crate::chain::settings::{Direction, DynamicsSettings};
use crate::dsp::signals;
use crate::figures;

const RATE: f64 = 48_000.0;

impl Stage for Multiband {
    fn run(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.process(left, right);
    }
}

/// All bands alike.
fn all(band: DynamicsSettings) -> MultibandSettings {
    MultibandSettings { enabled: true, bands: [band; NUM_SPLITS], ..MultibandSettings::default() }
}

/// Hard knee, 30/200 ms.
fn plain() -> DynamicsSettings {
    DynamicsSettings {
        threshold_dbfs: -20.0,
        ratio: 4.0,
        knee_db: 0.0,
        attack_ms: 30.0,
        release_ms: 200.0,
        range_db: 18.0,
        ..MultibandSettings::default().bands[0]
    }
}

fn multiband(settings: &MultibandSettings, rate: f64) -> Multiband {
    let mut multiband = Multiband::new(rate);
    multiband.set(settings, settings.amount_percent / 100.0);
    multiband
}

fn once(settings: &MultibandSettings, input: &Stereo, rate: f64) -> Stereo {
    render(&mut multiband(settings, rate), input, &[512], None)
}

fn is_same(a: &Stereo, b: &Stereo) -> bool {
    a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// Middles of the bands, whole periods in 9600 samples.
const MIDDLES_HZ: [f64; 4] = [40.0, 350.0, 2450.0, 15_000.0];

#[test]
fn the_static_curve_holds_within_0_1_db() {
    // The curve's own gain, read where it is computed; what the shelves make of it is another test's.
    let mut worst: f64 = 0.0;
    for (direction, ratio, knee_db) in
        [(Direction::Down, 4.0, 6.0), (Direction::Up, 2.0, 0.0), (Direction::Up, 8.0, 24.0)]
    {
        let band =
            DynamicsSettings { direction, ratio, knee_db, attack_ms: 20.0, release_ms: 50.0, range_db: 9.0, ..plain() };
        // Wide bands: near a crossover the split takes its share of the level.
        let wide = [[8e3, 12e3, 18e3], [20.0, 8e3, 12e3], [20.0, 30.0, 8e3], [20.0, 30.0, 45.0]];
        for (idx, crossover_hz) in wide.into_iter().enumerate() {
            for level in (-60..=0).step_by(6) {
                let level_db = f64::from(level);
                let mut stage = multiband(&MultibandSettings { crossover_hz, ..all(band) }, RATE);
                let tone = signals::sine(500.0, 10f64.powf(level_db / 20.0), 48_000, RATE);
                render(&mut stage, &both(tone), &[512], None);
                let want_db = gain_curve(&band).gain_at_db(level_db);
                worst = worst.max((stage.gains_db()[idx] - want_db).abs());
            }
        }
    }
    figures::at_most("Multiband", "static curve against the formula", 0.1, "dB", worst);
}

#[test]
fn a_tone_in_a_band_gets_the_gain_of_its_band() {
    for (idx, frequency) in MIDDLES_HZ.into_iter().enumerate() {
        let tone = signals::sine(frequency, 0.25, 96_000, RATE);
        let mut stage = multiband(&all(plain()), RATE);
        let output = render(&mut stage, &both(tone), &[512], None);
        let got_db = 20.0 * (amplitude(&output[0][76_800..], frequency, RATE) / 0.25).log10();
        let want_db = stage.gains_db()[idx];
        println!("{frequency} Hz: {got_db:.2} dB, wanted {want_db:.2} dB; {:.2?}", stage.gains_db());
        assert!((got_db - want_db).abs() < 0.2, "{got_db} {want_db}");
    }
}

#[test]
fn attack_and_release_take_as_long_as_their_labels_say() {
    // The gain alone, in a band that follows at once: the split of the others takes time of its own.
    let mut worst: f64 = 0.0;
    for rate in [44_100.0, 192_000.0] {
        for (attack_ms, release_ms) in [(0.5f64, 10.0), (1.0, 50.0), (5.0, 60.0), (30.0, 200.0), (200.0, 600.0)] {
            for direction in [Direction::Down, Direction::Up] {
                // Upward, the shortest attack is the shortest hold, a knot and a half: 0.54 ms at 44.1 kHz.
                let attack_ms = if direction == Direction::Up { attack_ms.max(1.0) } else { attack_ms };
                let settings = DynamicsSettings { attack_ms, release_ms, direction, ..plain() };
                let mut times = [0.0; 2];
                for offset in (0..16).step_by(3) {
                    let mut band = band::Band::new(rate);
                    band.set(&settings, 1.0, 6000.0, true);
                    let ms = |time_ms: f64| (time_ms * rate / 1000.0) as usize;
                    let start = ms(20.0) / 16 * 16 + offset;
                    let middle = start + ms(9.0 * attack_ms.max(2.0));
                    let end = middle + ms(9.0 * release_ms);
                    let is_changed = |n: usize| (start..middle).contains(&n);
                    let (mut now, mut step) = (0.0, 0.0);
                    let mut gains = Vec::with_capacity(end);
                    for n in 0..end {
                        if n.is_multiple_of(STEP_SAMPLES) {
                            if n.is_multiple_of(KNOT_SAMPLES) {
                                band.move_to_next_knot();
                            }
                            step = (band.advance(f64x2::splat(0.0)).to_array()[0] - now) / STEP_SAMPLES as f64;
                        }
                        now += step;
                        gains.push(10f64.powf(now / 20.0));
                        let is_loud = is_changed(n) == (direction == Direction::Down);
                        // Down: 26 dB over, up: 14 dB under.
                        band.hold.push(f64x2::splat(if is_loud { 0.5 } else { 0.05 }));
                    }
                    let ones = vec![1.0; end];
                    times[0] += measure::samples_to_63_percent(&ones[..middle], &gains[..middle], start) / 6.0;
                    times[1] += measure::samples_to_63_percent(&ones, &gains, middle) / 6.0;
                }
                let [attack, release] = times.map(|time| time * 1000.0 / rate);
                println!(
                    "{rate} {direction:?}: attack {attack_ms} {attack:.3} ms, release {release_ms} {release:.2} ms"
                );
                let error = ((attack - attack_ms) / attack_ms).abs().max(((release - release_ms) / release_ms).abs());
                worst = worst.max(error);
            }
        }
    }
    figures::at_most("Multiband", "attack and release to 63 % against their labels", 5.0, "%", 100.0 * worst);
}

#[test]
fn nothing_to_do_is_nothing() {
    let mut input = [1, 2].map(|seed| signals::white_noise(seed, 0.05, 20_000));
    input[0][77] = -0.0;
    input[1][1077] = -0.0;
    let loud = [1, 2].map(|seed| signals::white_noise(seed, 1.0, 20_000));
    assert!(is_same(&once(&all(plain()), &input, RATE), &input));
    for band in [
        DynamicsSettings { ratio: 1.0, ..plain() },
        DynamicsSettings { range_db: 0.0, ..plain() },
        DynamicsSettings { enabled: false, makeup_db: 6.0, ..plain() },
    ] {
        let is_idle = is_same(&once(&all(band), &loud, RATE), &loud);
        figures::holds("Multiband", "nothing over a threshold, ratio 1 : 1, range 0: bit for bit", is_idle);
    }
    let settings = MultibandSettings { amount_percent: 0.0, ..all(plain()) };
    assert!(is_same(&once(&settings, &loud, RATE), &loud));
}

#[test]
fn equal_makeup_is_a_plain_gain_from_the_first_sample() {
    let input = both(signals::white_noise(1, 0.01, 2000));
    let output = once(&all(DynamicsSettings { makeup_db: 6.0, ..plain() }), &input, RATE);
    let gain = 10f64.powf(0.3);
    assert!(input[0].iter().zip(&output[0]).all(|(x, y)| (x * gain - y).abs() < 1e-8));
}

#[test]
fn after_work_it_is_nothing_again() {
    let mut input = both(signals::white_noise(1, 0.03, 400_000));
    input.iter_mut().for_each(|channel| channel[..1000].iter_mut().for_each(|x| *x *= 30.0));
    let output = once(&all(plain()), &input, RATE);
    let tail = |signal: &Stereo| signal.clone().map(|channel| channel[300_000..].to_vec());
    assert!(!is_same(&output, &input) && is_same(&tail(&output), &tail(&input)));
}

#[test]
fn a_tone_is_not_distorted_in_any_band() {
    for crossover_hz in [[120.0, 1000.0, 6000.0], [400.0, 1000.0, 6000.0], [80.0, 300.0, 2500.0]] {
        for frequency in [100.0, 60.0, 40.0, 30.0, 500.0, 1500.0, 7000.0] {
            let settings =
                MultibandSettings { crossover_hz, ..all(DynamicsSettings { threshold_dbfs: -27.0, ..plain() }) };
            let tone = signals::sine(frequency, 10f64.powf(-12.0 / 20.0), 144_000, RATE);
            let output = once(&settings, &both(tone), RATE);
            let newest = &output[0][96_000..];
            let reduction_db = -12.0 - 20.0 * amplitude(newest, frequency, RATE).log10();
            let thd_db = thd_db(newest, frequency, RATE);
            println!("{crossover_hz:?} {frequency} Hz: {reduction_db:.2} dB, THD {thd_db:.1} dB");
            assert!(reduction_db > 5.5 && reduction_db < 11.5, "{reduction_db}");
            let test = format!("THD of {frequency} Hz, ≥ 5.5 dB of reduction, 30/200 ms");
            figures::at_most("Multiband", &test, -80.0, "dB", thd_db);
        }
    }
}

#[test]
fn gains_never_pass_their_static_values() {
    let input = both(signals::pink_noise(3, 0.2, 96_000));
    for direction in [Direction::Down, Direction::Up] {
        let band = DynamicsSettings { direction, attack_ms: 0.5, release_ms: 10.0, range_db: 5.0, ..plain() };
        let mut stage = multiband(&all(band), RATE);
        let [mut left, mut right] = input.clone();
        for (left, right) in left.chunks_mut(4).zip(right.chunks_mut(4)) {
            stage.process(left, right);
            let is_within = |gain: &f64| match direction {
                Direction::Down => (-5.0..=0.0).contains(gain),
                Direction::Up => (0.0..=5.0).contains(gain),
            };
            assert!(stage.gains_db().iter().all(is_within), "{:?}", stage.gains_db());
        }
        figures::holds("Multiband", "no gain passes its static value", true);
    }
}

#[test]
fn linked_channels_keep_their_image() {
    // The same signal at two levels: whatever the filters do, the ratio stays.
    let left = signals::pink_noise(1, 0.3, 48_000);
    let input = [left.clone(), left.iter().map(|x| 0.125 * x).collect()];
    let shift_db = |link_percent: f64| {
        let output = once(&MultibandSettings { link_percent, ..all(plain()) }, &input, RATE);
        let pairs = output[0].iter().zip(&output[1]).filter(|(l, _)| l.abs() > 1e-3);
        pairs.map(|(l, r)| (20.0 * (l / (8.0 * r)).abs().log10()).abs()).fold(0.0, f64::max)
    };
    figures::at_most("Multiband", "image shift, linked", 0.0, "dB", shift_db(100.0));
    assert!(shift_db(50.0) > 1.0);
}

#[test]
fn toggles_and_sweeps_leave_no_residue() {
    let input = both(signals::sine(1000.0, 0.5, 80_000, RATE));
    let base = all(DynamicsSettings { knee_db: 6.0, ..plain() });
    type Change = (&'static str, fn(&mut MultibandSettings));
    let changes: [Change; 13] = [
        ("off", |s| s.enabled = false),
        ("amount", |s| s.amount_percent = 200.0),
        ("band off", |s| s.bands[2].enabled = false),
        ("direction", |s| s.bands[1].direction = Direction::Up),
        ("threshold", |s| s.bands[2].threshold_dbfs = -40.0),
        ("ratio", |s| s.bands[2].ratio = 20.0),
        ("knee", |s| s.bands[2].knee_db = 24.0),
        ("attack", |s| s.bands[2].attack_ms = 0.5),
        ("release", |s| s.bands[2].release_ms = 10.0),
        ("range", |s| s.bands[2].range_db = 1.0),
        ("make-up", |s| s.bands[2].makeup_db = 12.0),
        ("crossovers up", |s| s.crossover_hz = [900.0, 4000.0, 20_000.0]),
        ("crossovers down", |s| s.crossover_hz = [20.0, 100.0, 900.0]),
    ];
    for (attack_ms, release_ms) in [(30.0, 200.0), (5.0, 50.0)] {
        for (name, change) in changes {
            let mut before = base;
            before.bands.iter_mut().for_each(|band| (band.attack_ms, band.release_ms) = (attack_ms, release_ms));
            let mut after = before;
            change(&mut after);
            let mut worst = f64::NEG_INFINITY;
            for (from, to) in [(before, after), (after, before)] {
                let mut stage = multiband(&from, RATE);
                let mut change = |stage: &mut Multiband| stage.set(&to, to.amount_percent / 100.0);
                let output = render(&mut stage, &input, &[64], Some((47_003, &mut change)));
                worst = worst.max(measure::loudest_line_outside_dbfs(&output[0], RATE, 800.0..1200.0));
            }
            println!("{attack_ms}/{release_ms} {name}: {worst:.1} dBFS");
            figures::at_most("Multiband", "toggles and sweeps on a 1 kHz tone: residue", -80.0, "dBFS", worst);
        }
    }
}

#[test]
fn every_division_into_blocks_gives_the_same_samples_and_reset_is_new() {
    let mut after = all(DynamicsSettings { threshold_dbfs: -35.0, makeup_db: 2.0, attack_ms: 1.0, ..plain() });
    (after.crossover_hz, after.link_percent) = ([50.0, 3000.0, 9000.0], 40.0);
    after.bands[1].direction = Direction::Up;
    after.bands[3].enabled = false;
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let input = [1, 2].map(|seed| signals::pink_noise(seed, 0.2, 9000));
        let run = |stage: &mut Multiband, blocks: &[usize]| {
            stage.set(&all(plain()), 1.0);
            render(stage, &input, blocks, Some((4001, &mut |stage: &mut Multiband| stage.set(&after, 1.3))))
        };
        let whole = run(&mut Multiband::new(rate), &[9000]);
        for blocks in [&[1][..], &[7], &[64], &[512], &[3, 100, 16, 1, 977]] {
            assert!(is_same(&run(&mut Multiband::new(rate), blocks), &whole), "{rate} {blocks:?}");
        }
        let mut used = multiband(&after, rate);
        render(&mut used, &both(signals::white_noise(5, 1.0, 5003)), &[512], None);
        used.reset();
        assert_eq!(used.gains_db(), [0.0; NUM_SPLITS]);
        assert!(is_same(&run(&mut used, &[9000]), &whole), "{rate}");
    }
}

#[test]
fn extremes_stay_finite_and_are_got_over() {
    for rate in [44_100.0, 192_000.0] {
        for direction in [Direction::Down, Direction::Up] {
            let mut settings =
                all(DynamicsSettings { threshold_dbfs: -60.0, ratio: 20.0, direction, makeup_db: 12.0, ..plain() });
            settings.crossover_hz = [20_000.0; 3];
            settings.bands[1].makeup_db = -12.0;
            let mut input = [1, 2].map(|seed| signals::white_noise(seed, 1e5, 96_000));
            input.iter_mut().for_each(|channel| channel[20_000..50_000].fill(0.0));
            input.iter_mut().for_each(|channel| channel[50_000..].iter_mut().for_each(|x| *x *= 1e-6));
            let output = render(&mut multiband(&settings, rate), &input, &[512], None);
            assert!(output.iter().flatten().all(|y| y.is_finite() && !y.is_subnormal()));
            assert!(output[0][45_000..50_000].iter().all(|y| *y == 0.0));
        }
    }
}

#[test]
fn gains_sweep_wildly_and_stay_bounded() {
    let input = both(signals::white_noise(1, 0.5, 200_000));
    let mut random = crate::dsp::random::Random::new(3, 1);
    let mut stage = multiband(&all(plain()), RATE);
    let [mut left, mut right] = input;
    for (left, right) in left.chunks_mut(48).zip(right.chunks_mut(48)) {
        let mut settings = all(plain());
        settings.crossover_hz = std::array::from_fn(|_| 20.0 * 1000f64.powf(random.uniform()));
        settings.bands.iter_mut().for_each(|band| band.makeup_db = 24.0 * random.uniform() - 12.0);
        stage.set(&settings, 2.0 * random.uniform());
        stage.process(left, right);
        // Make-up of 24 dB at most, 48 dB between neighbours.
        assert!(left.iter().all(|y| y.is_finite() && y.abs() < 0.5 * 10f64.powf(27.0 / 20.0)));
    }
}
