//! What limiting sounds like, in figures: the bars of `product.md` section 2 and `dsp.md` section 10.

use super::super::figures;
use super::{limited, limiter, settings, sine};
use discern::chain::settings::{LatencyMode, LimiterStyle};
use std::f64::consts::PI;

const RATE: f64 = 48_000.0;

/// Power at whole frequencies over the last second, where every such tone has a whole number of periods.
fn power_at(signal: &[f64], frequency_hz: f64) -> f64 {
    let second = &signal[signal.len() - RATE as usize..];
    let step = 2.0 * PI * frequency_hz / RATE;
    let (re, im) = second.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
        let (sin, cos) = (step * n as f64).sin_cos();
        (re + x * cos, im + x * sin)
    });
    re * re + im * im + 1e-20
}

/// Total harmonic distortion of a sine `over_db` above a ceiling of −1 dBTP.
fn thd_db(style: LimiterStyle, frequency_hz: f64, over_db: f64) -> f64 {
    let gain_db = over_db - 1.0 - 20.0 * 0.5f64.log10();
    let mut limiter = limiter(RATE, LatencyMode::Standard, &settings(gain_db, -1.0, style));
    let output = limited(&mut limiter, &sine(frequency_hz, 0.5, RATE, 4 * RATE as usize));
    let harmonics: f64 = (2..40).map(|k| power_at(&output, frequency_hz * f64::from(k))).sum();
    10.0 * (harmonics / power_at(&output, frequency_hz)).log10()
}

/// SMPTE intermodulation: 60 Hz and 7 kHz, 4 to 1, peaks `over_db` above the ceiling; side bands against 7 kHz.
fn imd_db(style: LimiterStyle, over_db: f64) -> f64 {
    let gain_db = over_db - 1.0 - 20.0 * 0.5f64.log10();
    let mut limiter = limiter(RATE, LatencyMode::Standard, &settings(gain_db, -1.0, style));
    let high = sine(7000.0, 0.1, RATE, 4 * RATE as usize);
    let signal: Vec<f64> = sine(60.0, 0.4, RATE, high.len()).iter().zip(&high).map(|(low, high)| low + high).collect();
    let output = limited(&mut limiter, &signal);
    let side_bands = (-10..=10).filter(|&k| k != 0).map(|k| power_at(&output, 7000.0 + 60.0 * f64::from(k)));
    10.0 * (side_bands.sum::<f64>() / power_at(&output, 7000.0)).log10()
}

#[test]
fn clean_is_clean() {
    let style = LimiterStyle::Clean;
    figures::at_most("Limiter", "clean: THD of 50 Hz, 7 dB of reduction", -100.0, "dB", thd_db(style, 50.0, 7.0));
    figures::at_most("Limiter", "clean: THD of 30 Hz, 7 dB of reduction", -60.0, "dB", thd_db(style, 30.0, 7.0));
    figures::at_most("Limiter", "clean: SMPTE IMD, 7 dB of reduction", -60.0, "dB", imd_db(style, 7.0));
}

#[test]
fn balanced_is_nearly_so() {
    let style = LimiterStyle::Balanced;
    figures::at_most("Limiter", "balanced: THD of 50 Hz, 6 dB of reduction", -65.0, "dB", thd_db(style, 50.0, 6.0));
    figures::at_most("Limiter", "balanced: SMPTE IMD, 6 dB of reduction", -48.0, "dB", imd_db(style, 6.0));
}

#[test]
fn loud_keeps_the_middle_clean() {
    let style = LimiterStyle::Loud;
    figures::at_most("Limiter", "loud: THD of 100 Hz, 6 dB of reduction", -60.0, "dB", thd_db(style, 100.0, 6.0));
    figures::at_most("Limiter", "loud: SMPTE IMD, 6 dB of reduction", -40.0, "dB", imd_db(style, 6.0));
}

#[test]
fn recovers_from_a_burst() {
    for style in super::STYLES {
        let mut limiter = limiter(RATE, LatencyMode::Standard, &settings(0.0, -1.0, style));
        // A 10 ms burst 12 dB over, then a quiet tone, measured 200 ms after the burst.
        let mut signal = sine(1000.0, 0.1, RATE, 48_000);
        signal[9600..10_080].iter_mut().for_each(|x| *x *= 36.0);
        let output = limited(&mut limiter, &signal);
        let after = 10_080 + 9600;
        let off = (after..after + 4800).map(|n| (output[n] - signal[n]).abs()).fold(0.0, f64::max);
        let off_db = -20.0 * (1.0 - off / 0.1).log10();
        figures::at_most("Limiter", "200 ms after a burst of 10 ms: gain left to recover", 0.5, "dB", off_db);
    }
}

#[test]
fn styles_get_louder_in_their_order() {
    let [left, _] = super::battery::programme(200_000, RATE, 31);
    let loudness = super::STYLES.map(|style| {
        let mut limiter = limiter(RATE, LatencyMode::Standard, &settings(0.0, -1.0, style));
        limited(&mut limiter, &left).iter().map(|x| x * x).sum::<f64>()
    });
    assert!(loudness.is_sorted(), "{loudness:?}");
}
