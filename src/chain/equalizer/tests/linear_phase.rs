//! The linear phase against the minimum phase's magnitude and a pure delay.

use super::*;

/// Magnitude in dB and phase against a delay of `delay` samples, from an impulse response.
fn response(samples: &[f64], delay: usize, frequency_hz: f64, rate: f64) -> (f64, f64) {
    let step = TAU * frequency_hz / rate;
    let (re, im) = samples.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
        let phase = step * (n as f64 - delay as f64);
        (re + x * phase.cos(), im - x * phase.sin())
    });
    (db_from_gain(re.hypot(im)), im.atan2(re))
}

/// What comes out for an impulse at the first sample of `left` and `right`.
fn impulse_response(settings: &EqualizerSettings, rate: f64, [left, right]: [f64; 2]) -> (Stereo, usize) {
    let mut equalizer = Equalizer::new(rate, LatencyMode::Linear);
    let num_samples = 2 * equalizer.latency_samples() + 512;
    let mut input = [vec![0.0; num_samples], vec![0.0; num_samples]];
    (input[0][0], input[1][0]) = (left, right);
    let output = render(&mut equalizer, &input, &[512], |_| (*settings, 1.0));
    (output, equalizer.latency_samples())
}

fn spread(low: f64, high: f64, num: usize) -> impl Iterator<Item = f64> {
    (0..num).map(move |idx| low * (high / low).powf(idx as f64 / (num - 1) as f64))
}

#[test]
fn phase_is_a_delay_and_magnitude_that_of_the_curve() {
    let bands = [
        band(BandShape::LowShelf, 90.0, 4.0, 0.7),
        band(BandShape::Bell, 250.0, -6.0, 1.0),
        band(BandShape::Bell, 3000.0, 5.0, 2.0),
        band(BandShape::HighShelf, 9000.0, -7.0, 0.7),
        band(BandShape::Tilt, 700.0, 2.0, 0.7),
    ];
    let settings = with(&bands);
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let (output, latency) = impulse_response(&settings, rate, [1.0, 1.0]);
        let (mut worst_db, mut worst_rad) = ((0.0f64, 0.0), 0.0f64);
        for f in spread(30.0, 20_000.0, 120) {
            let (got_db, phase) = response(&output[0], latency, f, rate);
            let error = got_db - response_db(&settings, BandChannel::Stereo, f, rate);
            if error.abs() > worst_db.0 {
                worst_db = (error.abs(), f);
            }
            worst_rad = worst_rad.max(phase.abs());
        }
        println!("{rate}: {:.4} dB at {:.0} Hz, {worst_rad:.1e} rad", worst_db.0, worst_db.1);
        figures::at_most("EQ", "linear phase against a delay, 30 Hz–20 kHz", 0.01, "rad", worst_rad);
        figures::at_most("EQ", "linear phase, five bands: magnitude against the curve", 0.1, "dB", worst_db.0);
    }
}

#[test]
fn low_and_narrow_bands_reach_what_the_length_allows() {
    let rate = 48_000.0;
    let cases = [
        ("bell 30 Hz q 0.7", band(BandShape::Bell, 30.0, 6.0, 0.7), 0.16),
        ("bell 60 Hz q 1", band(BandShape::Bell, 60.0, 6.0, 1.0), 0.1),
        ("bell 60 Hz q 3", band(BandShape::Bell, 60.0, 6.0, 3.0), 0.95),
        ("bell 100 Hz q 2", band(BandShape::Bell, 100.0, -6.0, 2.0), 0.1),
        ("bell 1 kHz q 10", band(BandShape::Bell, 1000.0, 6.0, 10.0), 0.1),
        ("tilt by 6 dB", band(BandShape::Tilt, 700.0, 6.0, 0.7), 0.4),
        ("low shelf 40 Hz", band(BandShape::LowShelf, 40.0, 6.0, 0.7), 0.1),
        ("low cut 30 Hz, 12 dB/oct", band(BandShape::LowCut, 30.0, 0.0, 0.7), 0.1),
        (
            "low cut 80 Hz, 24 dB/oct",
            BandSettings { slope: CutSlope::Db24, ..band(BandShape::LowCut, 80.0, 0.0, 0.7) },
            0.1,
        ),
        (
            "low cut 30 Hz, 48 dB/oct",
            BandSettings { slope: CutSlope::Db48, ..band(BandShape::LowCut, 30.0, 0.0, 0.7) },
            4.5,
        ),
        (
            "high cut 12 kHz, 96 dB/oct",
            BandSettings { slope: CutSlope::Db96, ..band(BandShape::HighCut, 12_000.0, 0.0, 0.7) },
            0.1,
        ),
    ];
    for (name, band, bar) in cases {
        let settings = with(&[band]);
        let (output, latency) = impulse_response(&settings, rate, [1.0, 1.0]);
        let mut worst = (0.0f64, 0.0);
        for f in spread(20.0, 20_000.0, 240) {
            let want = response_db(&settings, BandChannel::Stereo, f, rate);
            let error = response(&output[0], latency, f, rate).0 - want;
            // Deep in a stop band 0.1 dB is not what counts.
            if want > -24.0 && error.abs() > worst.0 {
                worst = (error.abs(), f);
            }
        }
        println!("{name}: {:.3} dB at {:.0} Hz", worst.0, worst.1);
        assert!(worst.0 <= bar, "{name}: {worst:?}");
    }
}

#[test]
fn bands_touch_only_their_part() {
    let rate = 48_000.0;
    let on = |channel, gain_db| BandSettings { channel, ..band(BandShape::HighShelf, 1000.0, gain_db, 0.7) };
    let all = [BandChannel::Left, BandChannel::Right, BandChannel::Mid, BandChannel::Side, BandChannel::Stereo];
    // Alone, each changes its own part as its curve says and no other.
    for (channel, part, other) in [
        (BandChannel::Left, [1.0, 0.0], [0.0, 1.0]),
        (BandChannel::Right, [0.0, 1.0], [1.0, 0.0]),
        (BandChannel::Mid, [1.0, 1.0], [1.0, -1.0]),
        (BandChannel::Side, [1.0, -1.0], [1.0, 1.0]),
    ] {
        let settings = with(&[on(channel, 6.0)]);
        for (input, is_part) in [(part, true), (other, false)] {
            let (output, latency) = impulse_response(&settings, rate, input);
            let idx = usize::from(input[0] == 0.0);
            let (got, _) = response(&output[idx], latency, 8000.0, rate);
            let want = if is_part { band_response_db(&on(channel, 6.0), 8000.0, rate) } else { 0.0 };
            assert!((got - want).abs() < 0.01, "{channel:?} {input:?}: {got} {want}");
        }
    }
    // All kinds in a row: what minimum phase does at the top, where every shelf is only its gain.
    let gains_db = [5.0, 2.0, -3.0, 1.0, 4.0];
    let settings = with(&std::array::from_fn::<_, 5, _>(|idx| on(all[idx], gains_db[idx])));
    let (output, latency) = impulse_response(&settings, rate, [1.0, 0.0]);
    let mut matrix = still::Matrix::IDENTITY;
    for (channel, gain_db) in all.into_iter().zip(gains_db) {
        matrix.apply(channel, 10f64.powf(band_response_db(&on(channel, gain_db), 18_000.0, rate) / 20.0));
    }
    for (output, want) in output.iter().zip([matrix.left[0], matrix.right[0]]) {
        let (got, _) = response(output, latency, 18_000.0, rate);
        assert!((got - db_from_gain(want.abs())).abs() < 0.01, "{got} {want}");
    }
}

#[test]
fn neutral_and_back_is_the_delayed_input() {
    let input = noise(80_000);
    let busy = with(&[band(BandShape::Bell, 1000.0, 6.0, 1.0), band(BandShape::LowCut, 40.0, 0.0, 0.7)]);
    let mut neutral = busy;
    neutral.bands[0].gain_db = 0.0;
    neutral.bands[1].enabled = false;
    let mut equalizer = Equalizer::new(48_000.0, LatencyMode::Linear);
    let output = render(&mut equalizer, &input, &[512], |frame| {
        (if (20_000..40_000).contains(&frame) { busy } else { neutral }, 1.0)
    });
    let want = delayed(&input, 2560);
    for range in [0..20_000, 50_000..80_000] {
        for (output, want) in output.iter().zip(&want) {
            let same = output[range.clone()].iter().zip(&want[range.clone()]).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{range:?}");
        }
    }
    assert!(output[0][35_000] != want[0][35_000]);
    // A band that is next to nothing gives next to the delayed input.
    let almost = with(&[band(BandShape::Bell, 1000.0, 1e-9, 1.0)]);
    let output = once(LatencyMode::Linear, 48_000.0, &almost, &input);
    let worst = output.iter().flatten().zip(want.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("flat response against the delay: {:.0} dBFS", db_from_gain(worst));
    assert!(db_from_gain(worst) <= -120.0);
}

#[test]
fn automation_leaves_no_zipper() {
    let input = [sine(1000.0, 0.5, 70_000, 48_000.0), sine(1000.0, 0.5, 70_000, 48_000.0)];
    for (name, frames) in [("in 50 ms", 2400.0), ("at once", 1.0), ("in 500 ms", 24_000.0)] {
        let output = render(&mut Equalizer::new(48_000.0, LatencyMode::Linear), &input, &[64], |frame| {
            let place = (frame.saturating_sub(25_000) as f64 / frames).min(1.0);
            (with(&[band(BandShape::Bell, 1000.0, 6.0 * place, 1.0)]), 1.0)
        });
        let residue_db = energy_outside_db(&output[0][4000..69_536], 48_000.0, 900.0..1100.0);
        println!("linear phase, 6 dB {name}: {residue_db:.1} dB");
        assert!(residue_db <= -80.0, "{name}: {residue_db}");
    }
}

#[test]
fn later_settings_arrive_as_if_they_had_been_there() {
    // Full matrix, every band changed at once.
    let input = noise(60_000);
    let mut random = Random::new(5, 5);
    let (mut before, mut after) = (random_settings(&mut random).0, random_settings(&mut random).0);
    for settings in [&mut before, &mut after] {
        settings.enabled = true;
        settings.bands.iter_mut().for_each(|band| band.dynamic = false);
    }
    let changed = render(&mut Equalizer::new(48_000.0, LatencyMode::Linear), &input, &[512], |frame| {
        (if frame < 10_000 { before } else { after }, 1.0)
    });
    let always = once(LatencyMode::Linear, 48_000.0, &after, &input);
    for (changed, always) in changed.iter().zip(&always) {
        let worst = changed.iter().zip(always).skip(40_000).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-9, "{worst}");
    }
}

/// Bands that take the most to design: steep cuts on every kind of channel.
fn costly() -> EqualizerSettings {
    let channels = [BandChannel::Left, BandChannel::Right, BandChannel::Mid, BandChannel::Side];
    let bands: Vec<BandSettings> = (0..NUM_BANDS)
        .map(|idx| BandSettings {
            channel: channels[idx % 4],
            slope: CutSlope::Db96,
            ..band(if idx < 4 { BandShape::LowCut } else { BandShape::HighCut }, 40.0 + 2000.0 * idx as f64, 0.0, 0.7)
        })
        .collect();
    with(&bands)
}

#[test]
fn the_first_design_is_spread_over_the_first_block_and_a_known_one_is_not_made_again() {
    use crate::chain::equalizer::linear::LinearPhase;
    for rate in [8000.0, 48_000.0, 192_000.0, 384_000.0] {
        let mut linear = LinearPhase::new(rate);
        let block_len = linear.latency_samples() / 10;
        linear.set(&costly().bands, 1.0, true);
        assert!(linear.num_first_steps() > 0, "{rate}: all was designed at once");
        let mut frames = vec![f64x2::splat(0.5); block_len];
        let mut wet = frames.clone();
        let most = linear.num_first_steps();
        for (dry, wet) in frames.chunks_mut(16).zip(wet.chunks_mut(16)) {
            linear.process(dry, wet, true);
        }
        assert!(linear.num_first_steps() == 0, "{rate}: not there when it is needed");
        println!("{rate} Hz: at most {most} steps between two knots");
        assert!(most <= 48, "{rate}: {most} steps at once");
        linear.reset();
        linear.set(&costly().bands, 1.0, true);
        assert!(linear.num_first_steps() == 0, "{rate}: made again");
    }
}

#[test]
fn a_reset_with_other_settings_is_a_new_equalizer_whatever_the_blocks() {
    let input = [white_noise(1, 0.5, 12_000), white_noise(2, 0.5, 12_000)];
    let simple = with(&[band(BandShape::Bell, 500.0, 6.0, 1.0)]);
    let neutral = with(&[]);
    let settings = [costly(), simple, neutral];
    for after in &settings {
        let mut new = Equalizer::new(48_000.0, LatencyMode::Linear);
        let expected = render(&mut new, &input, &[4096], |_| (*after, 1.0));
        for before in &settings {
            // A design may be cut off at any place.
            for num_before in [0, 100, 5000, 12_000] {
                let mut used = Equalizer::new(48_000.0, LatencyMode::Linear);
                let start = [input[0][..num_before].to_vec(), input[1][..num_before].to_vec()];
                render(&mut used, &start, &[512], |n| (if n < 3000 { simple } else { *before }, 1.0));
                used.reset();
                for blocks in [&[64][..], &[1, 700]] {
                    let again = render(&mut used, &input, blocks, |_| (*after, 1.0));
                    assert!(again == expected, "after {num_before} frames");
                    used.reset();
                }
            }
        }
    }
}
