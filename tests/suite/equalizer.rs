//! The equalizer's curves against their analogue prototypes, and its behaviour in motion.

use discern::chain::equalizer::BandCurve;
use discern::chain::settings::{BandSettings, BandShape, Choice, CutSlope, Settings};
use discern::dsp::matched;
use discern::dsp::prototype::Prototype;

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
    heard
        .map(|f| (db(section.magnitude(f, rate)) - db(prototype.magnitude(f / frequency_hz))).abs())
        .fold(0.0, f64::max)
}

#[test]
fn curves_follow_their_prototypes_within_0_1_db() {
    for rate in RATES_HZ {
        let mut worst = [(0.0, 0.0, 0.0, 0.0); 7];
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
                for gain_db in [-18.0, -11.0, -3.0, 1.0, 5.0, 9.0, 13.0, 17.0, 18.0] {
                    check(0, Prototype::Bell { gain_db, q }, frequency_hz, q, gain_db);
                    check(1, Prototype::LowShelf { gain_db, q }, frequency_hz, q, gain_db);
                    check(2, Prototype::HighShelf { gain_db, q }, frequency_hz, q, gain_db);
                }
            }
        }
        let names = ["bell", "low shelf", "high shelf", "low cut", "high cut", "low cut 6", "high cut 6"];
        for (name, (error, frequency_hz, q, gain_db)) in names.iter().zip(worst) {
            println!("{rate} {name}: {error:.4} dB at {frequency_hz:.0} Hz, q {q:.2}, {gain_db} dB");
        }
        let largest = worst.iter().fold(0.0, |largest: f64, each| largest.max(each.0));
        assert!(largest <= 0.1, "{rate} Hz: {largest} dB");
    }
}

#[test]
fn steep_cuts_are_butterworth_filters_within_0_1_db() {
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
                println!("{rate} {shape:?} {slope:?}: {:.4} dB, corner {:.0} Hz, at {:.0} Hz", worst.0, worst.1, worst.2);
                assert!(worst.0 <= 0.1, "{rate} {shape:?} {slope:?}: {worst:?}");
            }
        }
    }
}
