//! Holds the limiter against the meters on random hard material: `limiter_fuzz [SAMPLES] [SEED]`, 1e8 samples by default.

#[path = "../tests/suite/limiter/battery.rs"]
mod battery;

use battery::{Random, annex_2_peak, ebur128_peak, programme};
use discern::chain::limiter::Limiter;
use discern::chain::settings::{Choice, LatencyMode, LimiterSettings, LimiterStyle, Settings};
use std::collections::BTreeMap;

fn main() {
    const FRAMES: usize = 200_000;
    const RATES_HZ: [f64; 6] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0];
    let argument = |position: usize| std::env::args().nth(position).and_then(|text| text.parse::<f64>().ok());
    let num_samples = argument(1).unwrap_or(1e8);
    let first_seed = argument(2).unwrap_or(1.0) as u64;
    let mut worst: BTreeMap<String, (f64, f64, u64)> = BTreeMap::new();
    for round in 0..(num_samples / (2.0 * FRAMES as f64)).ceil() as u64 {
        let seed = (first_seed << 32) + round + 1;
        let mut random = Random::new(seed);
        let rate = RATES_HZ[random.below(RATES_HZ.len())];
        let style = LimiterStyle::from_index(random.below(3));
        let mode = if random.below(4) == 0 { LatencyMode::Tracking } else { LatencyMode::Standard };
        let ceiling_dbtp = [-0.1, -1.0, -3.0][random.below(3)];
        let gain_db = random.between(0.0, 12.0);
        let settings = LimiterSettings { gain_db, ceiling_dbtp, style, ..Settings::default().limiter };
        let [mut left, mut right] = programme(FRAMES, rate, seed);
        let mut limiter = Limiter::new(rate, mode);
        limiter.set(&settings, 1.0, 0.0);
        limiter.process(&mut left, &mut right);
        let [left, right] = [left, right].map(|side| side.iter().map(|&x| x as f32).collect::<Vec<f32>>());
        let over_db = |peak: f64| 20.0 * peak.log10() - ceiling_dbtp;
        let annex_2 = over_db(annex_2_peak(&left).max(annex_2_peak(&right)));
        let ebur128 = over_db(ebur128_peak(&left, &right, rate));
        let entry = worst.entry(format!("{:8} {}", mode.index(), rate)).or_insert((f64::MIN, f64::MIN, 0));
        if annex_2.max(ebur128) > entry.0.max(entry.1) {
            entry.2 = seed;
        }
        (entry.0, entry.1) = (entry.0.max(annex_2), entry.1.max(ebur128));
    }
    println!("mode rate: over the ceiling in dB by annex 2, by ebur128, worst seed");
    for (case, (annex_2, ebur128, seed)) in worst {
        println!("{case}: {annex_2:+.6} {ebur128:+.6} {seed}");
    }
}
