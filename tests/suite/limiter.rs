//! The limiter as it is promised: its ceiling on the meters, its sound, and its manners as a stage.

mod battery;
mod ceiling;
mod manners;
mod sound;

use discern::chain::limiter::Limiter;
use discern::chain::settings::{LatencyMode, LimiterSettings, LimiterStyle, Settings};

const RATES_HZ: [f64; 6] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0];
const MODES: [LatencyMode; 3] = [LatencyMode::Tracking, LatencyMode::Standard, LatencyMode::Linear];
const STYLES: [LimiterStyle; 3] = [LimiterStyle::Clean, LimiterStyle::Balanced, LimiterStyle::Loud];

fn settings(gain_db: f64, ceiling_dbtp: f64, style: LimiterStyle) -> LimiterSettings {
    LimiterSettings { gain_db, ceiling_dbtp, style, ..Settings::default().limiter }
}

fn limiter(rate_hz: f64, mode: LatencyMode, settings: &LimiterSettings) -> Limiter {
    let mut limiter = Limiter::new(rate_hz, mode);
    limiter.set(settings, 1.0, 0.0);
    limiter
}

/// The same signal on both sides through a limiter, latency taken off, as long as it was.
fn limited(limiter: &mut Limiter, signal: &[f64]) -> Vec<f64> {
    let latency = limiter.latency_samples();
    let mut left = signal.to_vec();
    left.extend(std::iter::repeat_n(0.0, latency));
    let mut right = left.clone();
    limiter.process(&mut left, &mut right);
    assert_eq!(left, right);
    left.split_off(latency)
}

fn sine(frequency_hz: f64, peak: f64, rate_hz: f64, num_samples: usize) -> Vec<f64> {
    let step = 2.0 * std::f64::consts::PI * frequency_hz / rate_hz;
    (0..num_samples).map(|n| peak * (step * n as f64).sin()).collect()
}
