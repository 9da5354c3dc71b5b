//! Bands that move with the signal.

use super::*;

/// Movement of the first band at the end of each block of 64 samples.
fn movements(settings: &EqualizerSettings, input: &Stereo, mode: LatencyMode) -> Vec<f64> {
    let mut equalizer = Equalizer::new(48_000.0, mode);
    equalizer.set(settings, 1.0);
    let [mut left, mut right] = input.clone();
    let blocks = left.chunks_mut(64).zip(right.chunks_mut(64));
    blocks
        .map(|(l, r)| {
            equalizer.process(l, r);
            equalizer.movements_db()[0]
        })
        .collect()
}

fn tones(frequency_hz: f64, num_samples: usize) -> Stereo {
    let tone = sine(frequency_hz, 0.25, num_samples, 48_000.0);
    [tone.clone(), tone]
}

#[test]
fn the_level_makes_no_difference() {
    let mut input = noise(96_000);
    // A burst of a tone in noise.
    for (n, x) in sine(1000.0, 0.8, 30_000, 48_000.0).into_iter().enumerate() {
        input[0][40_000 + n] += x;
    }
    let settings = with(&[dynamic(BandShape::Bell, 1000.0, -14.0, -9.0)]);
    let at = |db: f64| {
        let gain = 10f64.powf(db / 20.0);
        movements(
            &settings,
            &input.clone().map(|channel| channel.iter().map(|x| gain * x).collect()),
            LatencyMode::Standard,
        )
    };
    let reference = at(0.0);
    assert!(reference.iter().fold(0.0, |deepest: f64, x| deepest.min(*x)) < -5.0);
    for db in [-80.0, -20.0, 20.0, 60.0] {
        let worst = at(db).iter().zip(&reference).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst <= 1e-6, "{db}: {worst}");
    }
}

#[test]
fn silence_moves_nothing_and_releases() {
    let settings = with(&[dynamic(BandShape::Bell, 1000.0, -20.0, -9.0)]);
    let silent = movements(&settings, &[vec![0.0; 9600], vec![0.0; 9600]], LatencyMode::Standard);
    assert!(silent.iter().all(|x| *x == 0.0));
    let mut input = tones(1000.0, 240_000);
    input.iter_mut().for_each(|channel| channel[48_000..].fill(0.0));
    let moved = movements(&settings, &input, LatencyMode::Standard);
    assert!((moved[700] + 9.0).abs() < 1e-3, "{}", moved[700]);
    assert_eq!(moved.last(), Some(&0.0));
}

#[test]
fn the_relative_level_is_that_of_the_definition() {
    // At 997 Hz the K-weighting lifts by 0.69 dB, so that a tone there is 0.69 dB under the whole.
    for (shape, f, rel) in
        [(BandShape::Bell, 997.0, -0.691), (BandShape::LowShelf, 997.0, -0.691), (BandShape::HighShelf, 997.0, -0.691)]
    {
        // A shelf hears its own tone from well inside.
        let frequency_hz = match shape {
            BandShape::LowShelf => 8.0 * f,
            BandShape::HighShelf => f / 8.0,
            _ => f,
        };
        for (over_db, want) in [(-0.5, 0.0), (0.5, 0.25 / 6.0), (2.0, 4.0 / 6.0), (6.0, 4.5), (30.0, 12.0)] {
            for sign in [-1.0, 1.0] {
                let settings = with(&[dynamic(shape, frequency_hz, rel - over_db, sign * 12.0)]);
                let moved = movements(&settings, &tones(f, 96_000), LatencyMode::Standard);
                let got = moved.last().copied().unwrap_or_default();
                assert!((got - sign * want).abs() < 0.03, "{shape:?} {over_db}: {got}");
            }
        }
    }
}

#[test]
fn each_band_hears_its_own_part() {
    // Left: the tone. Right: something else, louder.
    let input = [sine(1000.0, 0.1, 96_000, 48_000.0), sine(5000.0, 0.5, 96_000, 48_000.0)];
    let moved = |channel| {
        let settings = with(&[BandSettings { channel, ..dynamic(BandShape::Bell, 1000.0, -6.0, -9.0) }]);
        movements(&settings, &input, LatencyMode::Standard).last().copied().unwrap_or_default()
    };
    assert!(moved(BandChannel::Left) < -2.0);
    for channel in [BandChannel::Stereo, BandChannel::Right, BandChannel::Mid, BandChannel::Side] {
        assert_eq!(moved(channel), 0.0, "{channel:?}");
    }
    // The same on both sides is all mid; mid hears as stereo does.
    let mid = BandSettings { channel: BandChannel::Mid, ..dynamic(BandShape::Bell, 1000.0, -3.0, -9.0) };
    let stereo = BandSettings { channel: BandChannel::Stereo, ..mid };
    let side = BandSettings { channel: BandChannel::Side, ..mid };
    let input = tones(1000.0, 48_000);
    let moved = [mid, stereo, side].map(|band| movements(&with(&[band]), &input, LatencyMode::Standard)[700]);
    assert!((moved[0] - moved[1]).abs() < 1e-9 && moved[0] < -0.5 && moved[2] == 0.0, "{moved:?}");
}

#[test]
fn under_its_threshold_a_band_is_the_static_one() {
    let input = noise(48_000);
    for mode in [LatencyMode::Standard, LatencyMode::Linear] {
        let still = band(BandShape::Bell, 1000.0, 5.0, 1.0);
        let want = bits(&once(mode, 48_000.0, &with(&[still]), &input));
        for moving in [
            BandSettings { dynamic: true, threshold_db: 20.0, range_db: -6.0, ..still },
            BandSettings { dynamic: true, threshold_db: -40.0, range_db: 0.0, ..still },
        ] {
            assert!(bits(&once(mode, 48_000.0, &with(&[moving]), &input)) == want, "{mode:?}");
        }
        // Shapes that cannot move ignore it.
        for shape in [BandShape::LowCut, BandShape::HighCut, BandShape::Notch, BandShape::Tilt] {
            let still = band(shape, 1000.0, 5.0, 1.0);
            let moving = BandSettings { dynamic: true, threshold_db: -40.0, range_db: 9.0, ..still };
            let [a, b] = [still, moving].map(|band| bits(&once(mode, 48_000.0, &with(&[band]), &input)));
            assert!(a == b, "{mode:?} {shape:?}");
        }
    }
}

#[test]
fn what_moves_is_the_gain_that_is_shown() {
    let input = tones(1000.0, 96_000);
    for mode in [LatencyMode::Standard, LatencyMode::Linear] {
        for (amount, want) in [(1.0, -6.0), (0.5, -3.0), (2.0, -12.0)] {
            let settings = with(&[BandSettings { gain_db: 3.0, ..dynamic(BandShape::Bell, 1000.0, -30.0, -6.0) }]);
            let mut equalizer = Equalizer::new(48_000.0, mode);
            let output = render(&mut equalizer, &input, &[512], |_| (settings, amount));
            let moved = equalizer.movements_db()[0];
            assert!((moved - want).abs() < 1e-3, "{mode:?} {amount}: {moved}");
            let peak = output[0][90_000..].iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
            let got = db_from_gain(peak / 0.25);
            assert!((got - 3.0 * amount - want).abs() < 0.02, "{mode:?} {amount}: {got}");
        }
    }
}

#[test]
fn nothing_that_moves_leaves_a_zipper() {
    // Left is a tone alone; right makes the bands move by what it plays.
    let rate = 48_000.0;
    let left = sine(1000.0, 0.5, 70_000, rate);
    let residue_db = |name: &str, right: Vec<f64>, mut settings_at: Box<dyn FnMut(usize) -> BandSettings>| {
        let input = [left.clone(), right];
        let mut deepest = 0.0f64;
        let mut equalizer = Equalizer::new(rate, LatencyMode::Standard);
        let mut output = input.clone();
        let [l, r] = &mut output;
        for (idx, (l, r)) in l.chunks_mut(64).zip(r.chunks_mut(64)).enumerate() {
            equalizer.set(&with(&[settings_at(64 * idx)]), 1.0);
            equalizer.process(l, r);
            deepest = deepest.max(equalizer.movements_db()[0].abs());
        }
        let residue_db = energy_outside_db(&output[0][4000..69_536], rate, 900.0..1100.0);
        println!("{name}: {residue_db:.1} dB for a movement of {deepest:.1} dB");
        assert!(deepest > 5.0 && residue_db <= -80.0, "{name}: {residue_db} {deepest}");
    };
    let fast = BandSettings { attack_ms: 1.0, release_ms: 10.0, ..dynamic(BandShape::Bell, 1000.0, -10.0, 6.0) };
    residue_db(
        "threshold at once, fastest attack",
        vec![0.0; 70_000],
        Box::new(move |frame| BandSettings { threshold_db: if frame < 30_000 { 20.0 } else { -10.0 }, ..fast }),
    );
    residue_db(
        "dynamic on and off, fastest attack",
        vec![0.0; 70_000],
        Box::new(move |frame| BandSettings { dynamic: !(25_000..45_000).contains(&frame), ..fast }),
    );
    // A louder tone on the other side fades over 100 ms; attack and release as they are set at first.
    let fading: Vec<f64> = sine(5000.0, 2.0, 70_000, rate)
        .into_iter()
        .enumerate()
        .map(|(n, x)| x * (1.0 - (n as f64 - 20_000.0).clamp(0.0, 4800.0) / 4800.0))
        .collect();
    let usual = BandSettings { threshold_db: -10.0, range_db: -6.0, ..dynamic(BandShape::Bell, 1000.0, -10.0, -6.0) };
    residue_db("the signal moves it, attack 20 ms", fading.clone(), Box::new(move |_| usual));
    let fastest = BandSettings { attack_ms: 1.0, ..usual };
    residue_db("the signal moves it, attack 1 ms", fading, Box::new(move |_| fastest));
}
