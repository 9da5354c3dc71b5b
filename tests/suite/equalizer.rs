//! The equalizer's curves against their analogue prototypes, and its behaviour in motion.

use discern::chain::Chain;
use discern::chain::equalizer::{BandCurve, response_db, tilt_db};
use discern::chain::settings::{BandChannel, BandSettings, BandShape, Choice, CutSlope, LatencyMode, Settings};
use discern::dsp::matched;
use discern::dsp::prototype::Prototype;
use discern::dsp::random::Random;
use discern::dsp::signals::{sine, white_noise};

use super::figures;
use super::spectrum::{energy_outside_db, loudest_line_outside_db};

const RATES_HZ: [f64; 6] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0];

/// Up to where the bar holds: 16 kHz at the low rates, 20 kHz at the others.
fn top_hz(rate: f64) -> f64 {
    if rate < 80_000.0 { 16_000.0 } else { 20_000.0 }
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

/// Numbers that avoid the nodes of the table, log-spaced.
fn spread(low: f64, high: f64, num: usize) -> impl Iterator<Item = f64> + Clone {
    (0..num).map(move |idx| low * (high / low).powf(idx as f64 / (num - 1) as f64))
}

/// Largest error in dB of a section over a grid of frequencies.
fn error_db(prototype: Prototype, frequency_hz: f64, rate: f64) -> f64 {
    let section = matched::design(prototype, frequency_hz, rate);
    let around = spread(0.7, 1.4, 40).map(|ratio| ratio * frequency_hz);
    let heard = spread(20.0, top_hz(rate), 60).chain(around).filter(|f| *f >= 20.0 && *f <= top_hz(rate));
    // At its bottom a notch is nothing in dB.
    let is_bottom =
        |f: f64| matches!(prototype, Prototype::Notch { .. }) && prototype.magnitude(f / frequency_hz) < 1e-3;
    heard
        .filter(|f| !is_bottom(*f))
        .map(|f| (db(section.magnitude(f, rate)) - db(prototype.magnitude(f / frequency_hz))).abs())
        .fold(0.0, f64::max)
}

#[test]
fn curves_are_within_0_1_db_of_their_prototypes() {
    for rate in RATES_HZ {
        let mut worst = [(0.0, 0.0, 0.0, 0.0); 8];
        let mut check = |idx: usize, prototype: Prototype, frequency_hz: f64, q: f64, gain_db: f64| {
            let error = error_db(prototype, frequency_hz, rate);
            if error > worst[idx].0 {
                worst[idx] = (error, frequency_hz, q, gain_db);
            }
        };
        for frequency_hz in spread(20.0, 1000.0, 5).chain(spread(1500.0, 20_000.0, 19)) {
            check(5, Prototype::LowCut1, frequency_hz, 0.0, 0.0);
            check(6, Prototype::HighCut1, frequency_hz, 0.0, 0.0);
            for q in spread(0.3, 10.0, 11) {
                check(3, Prototype::LowCut { q }, frequency_hz, q, 0.0);
                check(4, Prototype::HighCut { q }, frequency_hz, q, 0.0);
                check(7, Prototype::Notch { q }, frequency_hz, q, 0.0);
                for gain_db in [-18.0, -11.0, -3.0, 1.0, 2.5, 5.0, 7.5, 9.0, 13.0, 17.0, 18.0] {
                    check(0, Prototype::Bell { gain_db, q }, frequency_hz, q, gain_db);
                    check(1, Prototype::LowShelf { gain_db, q }, frequency_hz, q, gain_db);
                    check(2, Prototype::HighShelf { gain_db, q }, frequency_hz, q, gain_db);
                }
            }
        }
        let names = ["bell", "low shelf", "high shelf", "low cut", "high cut", "low cut 6", "high cut 6", "notch"];
        for (name, (error, frequency_hz, q, gain_db)) in names.iter().zip(worst) {
            println!("{rate} {name}: {error:.4} dB at {frequency_hz:.0} Hz, q {q:.2}, {gain_db} dB");
        }
        for (name, (error, ..)) in names.iter().zip(worst) {
            let test = format!("{name} against its prototype, 20 Hz–20 kHz, Q 0.3–10, ±18 dB");
            figures::at_most("EQ", &test, 0.1, "dB", error);
        }
    }
}

#[test]
fn steep_cuts_are_butterworth_filters() {
    for rate in RATES_HZ {
        for shape in [BandShape::LowCut, BandShape::HighCut] {
            for slope in CutSlope::ALL {
                let mut worst = (0.0, 0.0, 0.0);
                for frequency_hz in spread(20.0, 20_000.0, 40) {
                    let band = BandSettings {
                        shape,
                        slope: *slope,
                        frequency_hz,
                        q: std::f64::consts::FRAC_1_SQRT_2,
                        ..Settings::default().equalizer.bands[0]
                    };
                    let curve = BandCurve::new(&band, 1.0, rate);
                    for f in spread(20.0, top_hz(rate), 80) {
                        let ratio = if shape == BandShape::LowCut { frequency_hz / f } else { f / frequency_hz };
                        let want = -10.0 * (1.0 + ratio.powi(2 * slope.order() as i32)).log10();
                        let error = (curve.db(f) - want).abs();
                        if error > worst.0 && want > -120.0 {
                            worst = (error, frequency_hz, f);
                        }
                    }
                }
                println!(
                    "{rate} {shape:?} {slope:?}: {:.4} dB, corner {:.0} Hz, at {:.0} Hz",
                    worst.0, worst.1, worst.2
                );
                figures::at_most("EQ", "cuts of 6–96 dB/oct against Butterworth", 0.1, "dB", worst.0);
            }
        }
    }
}

#[test]
fn tilts_are_straight_within_0_25_db() {
    for rate in RATES_HZ {
        for (gain_db, amount) in [(18.0, 1.0), (-6.0, 1.0), (18.0, 2.0), (-18.0, 2.0)] {
            let curve = BandCurve::new(&band(BandShape::Tilt, 640.0, gain_db, 1.0), amount, rate);
            for f in spread(20.0, 20_000.0, 200) {
                let error = curve.db(f) - tilt_db(gain_db * amount, 640.0, f);
                figures::at_most("EQ", "tilt against a straight line", 0.25, "dB", error.abs());
            }
        }
    }
}

#[test]
fn every_section_is_stable_and_minimum_phase() {
    // Poles and zeros of s²·a + s·b + c lie to the left where all of a, b, c have one sign.
    for rate in RATES_HZ {
        for frequency_hz in spread(10.0, 20_000.0, 23) {
            for q in spread(0.1, 30.0, 9) {
                for gain_db in [-36.0, -20.0, -0.01, 0.0, 3.3, 36.0] {
                    let all = [
                        Prototype::Bell { gain_db, q },
                        Prototype::LowShelf { gain_db, q },
                        Prototype::HighShelf { gain_db, q },
                        Prototype::LowCut { q },
                        Prototype::HighCut { q },
                        Prototype::LowCut1,
                        Prototype::HighCut1,
                        Prototype::Notch { q },
                    ];
                    for prototype in all {
                        let c = matched::design(prototype, frequency_hz, rate);
                        assert!(
                            c.g > 0.0 && c.k > 0.0 && c.corrector > 0.0 && c.corrector < 1.0,
                            "{prototype:?} {c:?}"
                        );
                        assert!(c.corrector_gain > 0.0 && c.corrector_gain.is_finite(), "{prototype:?} {c:?}");
                        let numerator = [c.m0, c.m0 * c.k + c.m1, c.m0 + c.m2];
                        assert!(numerator.iter().all(|n| *n > -1e-9 * c.m0), "{prototype:?} {c:?}");
                        // Nothing hides between 20 kHz and half the sample rate.
                        let peak = spread(0.4, 0.4999, 30).map(|ratio| db(c.magnitude(ratio * rate, rate)));
                        assert!(peak.fold(0.0, f64::max) < 36.0 + 32.0, "{prototype:?} {frequency_hz} {rate}");
                    }
                }
            }
        }
    }
}

/// Renders both channels through a chain whose equalizer has one band, set again wherever `settings_at` changes.
fn render(input: &[Vec<f32>; 2], step: usize, mut settings_at: impl FnMut(usize) -> BandSettings) -> [Vec<f32>; 2] {
    let mut chain = Chain::new(48_000.0, LatencyMode::Standard);
    let mut output = input.clone();
    let [left, right] = &mut output;
    for (idx, (l, r)) in left.chunks_mut(step).zip(right.chunks_mut(step)).enumerate() {
        let mut settings = Settings::default();
        settings.equalizer.bands[0] = settings_at(idx * step);
        chain.set(&settings);
        chain.process(l, r);
    }
    let latency = chain.latency_samples();
    output.map(|channel| channel[latency..].to_vec())
}

fn tone(frequency_hz: f64, amplitude: f64, num_samples: usize) -> Vec<f32> {
    sine(frequency_hz, amplitude, num_samples, 48_000.0).into_iter().map(|x| x as f32).collect()
}

#[test]
fn a_moving_gain_leaves_no_zipper() {
    let input = [tone(1000.0, 0.5, 70_000), tone(1000.0, 0.5, 70_000)];
    let automated = |start: usize, frames: f64| {
        let output = render(&input, 64, |frame| {
            let place = (frame.saturating_sub(start) as f64 / frames).min(1.0);
            band(BandShape::Bell, 1000.0, 6.0 * place, 1.0)
        });
        energy_outside_db(&output[0][..65_536], 48_000.0, 900.0..1100.0)
    };
    let (ramp, step) = (automated(32_000, 2400.0), automated(32_000, 1.0));
    figures::at_most("EQ", "zipper: 1 kHz, 0 to +6 dB in 50 ms: energy outside 900–1100 Hz", -80.0, "dB", ramp);
    figures::at_most("EQ", "zipper: the same at once", -80.0, "dB", step);
}

#[test]
fn changing_kind_does_not_click() {
    let input = [tone(1000.0, 0.5, 70_000), tone(1000.0, 0.5, 70_000)];
    let before = band(BandShape::Bell, 1000.0, 6.0, 1.0);
    for after in [
        BandSettings { enabled: false, ..before },
        BandSettings { shape: BandShape::HighShelf, ..before },
        BandSettings { shape: BandShape::Tilt, ..before },
        BandSettings { channel: BandChannel::Left, ..before },
    ] {
        let output = render(&input, 64, |frame| if frame < 30_016 { before } else { after });
        let click_dbfs = loudest_line_outside_db(&output[0][..65_536], 48_000.0, 900.0..1100.0);
        println!("{:?} {:?}: {click_dbfs:.1} dBFS", after.shape, after.channel);
        figures::at_most("EQ", "change of shape or channel on a tone: click", -70.0, "dBFS", click_dbfs);
    }
}

#[test]
fn bands_touch_only_their_part_of_the_stereo_signal() {
    let [a, b] =
        [1, 2].map(|seed| -> Vec<f32> { white_noise(seed, 0.5, 6000).into_iter().map(|x| x as f32).collect() });
    let rms =
        |samples: &mut dyn Iterator<Item = f32>| -> f64 { samples.map(|x| f64::from(x).powi(2)).sum::<f64>().sqrt() };
    for (channel, inside, outside) in [
        (BandChannel::Left, [1.0, 0.0], [0.0, 1.0]),
        (BandChannel::Right, [0.0, 1.0], [1.0, 0.0]),
        (BandChannel::Mid, [0.5, 0.5], [0.5, -0.5]),
        (BandChannel::Side, [0.5, -0.5], [0.5, 0.5]),
    ] {
        let settings = BandSettings { channel, ..band(BandShape::HighShelf, 500.0, 12.0, 0.7) };
        let output = render(&[a.clone(), b.clone()], 512, |_| settings);
        let change = |weights: [f32; 2]| {
            let part = |l: f32, r: f32| weights[0] * l + weights[1] * r;
            let mut error = (0..output[0].len()).map(|n| part(output[0][n], output[1][n]) - part(a[n], b[n]));
            let mut signal = (0..output[0].len()).map(|n| part(a[n], b[n]));
            rms(&mut error) / rms(&mut signal)
        };
        assert!(change(inside) > 1.0, "{channel:?}");
        assert!(change(outside) < 1e-7, "{channel:?}: {}", change(outside));
    }
}

#[test]
fn torture_stays_within_the_largest_gain() {
    // Everything jumps every millisecond, as fast as a host may automate.
    let mut random = Random::new(11, 3);
    let num_samples = 20 * 48_000;
    let noise: Vec<f32> = white_noise(5, 0.5, num_samples).into_iter().map(|x| x as f32).collect();
    let output = render(&[noise.clone(), noise], 48, |_| {
        let frequency_hz = 100.0 * 100f64.powf(random.uniform());
        let gain_db = 24.0 * random.uniform() - 12.0;
        band(BandShape::Bell, frequency_hz, gain_db, 0.5 * 16f64.powf(random.uniform()))
    });
    let peak = output.iter().flatten().fold(0.0, |peak: f32, x| peak.max(x.abs()));
    let bar = 0.5 * 10f32.powf((12.0 + 3.0) / 20.0);
    let over_db = 20.0 * f64::from(peak / bar).log10();
    figures::at_most("EQ", "torture: peak over input + largest gain + 3 dB", 0.0, "dB", over_db);
}

#[test]
fn the_curve_is_what_is_heard_with_the_amount_in_it() {
    let mut settings = Settings::default();
    settings.equalizer.amount_percent = 150.0;
    settings.equalizer.bands[2] = band(BandShape::LowShelf, 300.0, 4.0, 0.9);
    settings.equalizer.bands[5] = band(BandShape::Bell, 9000.0, -8.0, 2.0);
    settings.equalizer.bands[6] =
        BandSettings { channel: BandChannel::Left, ..band(BandShape::HighCut, 15_000.0, 0.0, 0.7) };
    let mut chain = Chain::new(48_000.0, LatencyMode::Standard);
    chain.set(&settings);
    let num_samples = 16_384;
    let mut impulse = [vec![0.0; num_samples], vec![0.0; num_samples]];
    (impulse[0][0], impulse[1][0]) = (1.0, 1.0);
    let [left, right] = &mut impulse;
    chain.process(left, right);
    for (channel, samples) in [(BandChannel::Left, left), (BandChannel::Stereo, right)] {
        for f in spread(25.0, 20_000.0, 20) {
            let step = std::f64::consts::TAU * f / 48_000.0;
            let (re, im) = samples.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
                let phase = step * n as f64;
                (re + f64::from(*x) * phase.cos(), im + f64::from(*x) * phase.sin())
            });
            let want = response_db(&settings.equalizer, channel, f, 48_000.0);
            assert!((db(re.hypot(im)) - want).abs() < 0.001, "{channel:?} {f}: {} {want}", db(re.hypot(im)));
        }
    }
}

fn band(shape: BandShape, frequency_hz: f64, gain_db: f64, q: f64) -> BandSettings {
    BandSettings { shape, frequency_hz, gain_db, q, ..Settings::default().equalizer.bands[0] }
}
