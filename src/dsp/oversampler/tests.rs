//! Tests of the oversampler: its delay, its pass band, what folds back, and that skipping changes nothing.

use std::f64::consts::TAU;

use super::*;
use crate::dsp::signals::{sine, white_noise};

impl Oversampler {
    /// One frame; `None` for nothing at all.
    fn process(&mut self, frame: f64x2, quiet: f64, mut shape: impl FnMut(&[f64x2], &mut [f64x2])) -> Option<f64x2> {
        let mut output = [f64x2::splat(0.0)];
        let shape = |_, samples: &[f64x2], added: &mut [f64x2]| shape(samples, added);
        self.process_run(&[frame], quiet, shape, &mut output).then_some(output[0])
    }
}

const RATE: f64 = 48_000.0;
const PLANS: [Plan; 6] = [
    Plan::Single,
    Plan::Double(LowPass::Gentle),
    Plan::Double(LowPass::Wide),
    Plan::Double(LowPass::Sharp),
    Plan::Quadruple(LowPass::Gentle),
    Plan::Quadruple(LowPass::Sharp),
];

/// Adds every sample itself.
fn pass(samples: &[f64x2], added: &mut [f64x2]) {
    added.copy_from_slice(&samples[1..samples.len() - 1]);
}

/// What comes back when the middle sample itself is added.
fn round_trip(plan: Plan, input: &[f64]) -> Vec<f64> {
    let mut oversampler = Oversampler::new(plan);
    let mut process = |x: &f64| oversampler.process(f64x2::splat(*x), 0.0, pass);
    input.iter().map(|x| process(x).map_or(0.0, |y| y.to_array()[0])).collect()
}

#[test]
fn an_impulse_comes_back_whole_samples_later() {
    for (plan, latency) in PLANS.into_iter().zip([1, 35, 21, 58, 40, 63]) {
        assert_eq!(Oversampler::new(plan).latency_samples(), latency);
        let mut input = vec![0.0; 400];
        input[100] = 1.0;
        let output = round_trip(plan, &input);
        let centre = 100 + latency;
        assert!((0..90).all(|n| (output[centre + n] - output[centre - n]).abs() < 1e-12), "{plan:?}");
        assert!(output[centre] > 0.5);
    }
}

#[test]
fn the_pass_band_is_flat() {
    for plan in PLANS {
        let latency = Oversampler::new(plan).latency_samples();
        let is_wide = plan == Plan::Double(LowPass::Wide);
        for frequency_hz in [20.0, 1000.0, 6000.0, 12_000.0, 15_000.0, 18_000.0, 20_000.0] {
            if is_wide && frequency_hz > 12_000.0 {
                continue;
            }
            let input = sine(frequency_hz, 1.0, 4800, RATE);
            let output = round_trip(plan, &input);
            let worst = (2400..4800).map(|n| (output[n] - input[n - latency]).abs()).fold(0.0, f64::max);
            // Twice the ripple of a filter, 0.015 dB, of what is added.
            assert!(worst < 1.7e-3, "{plan:?} {frequency_hz}: {worst}");
        }
    }
}

#[test]
fn what_folds_back_is_gone() {
    // A tone that is made at the raised rate, above what the low-pass passes.
    let cases = [
        (Plan::Double(LowPass::Gentle), 26_200.0, 3.2e-5),
        (Plan::Double(LowPass::Wide), 24_000.0, 1.0e-5),
        (Plan::Quadruple(LowPass::Gentle), 26_200.0, 3.2e-5),
        (Plan::Quadruple(LowPass::Sharp), 24_000.0, 1.0e-5),
    ];
    for (plan, edge_hz, bar) in cases {
        let factor = if matches!(plan, Plan::Quadruple(_)) { 4.0 } else { 2.0 };
        let mut frequency_hz = edge_hz;
        while frequency_hz < factor * RATE / 2.0 {
            let step = TAU * frequency_hz / (factor * RATE);
            let mut n = 0.0;
            let mut oversampler = Oversampler::new(plan);
            let mut peak = 0.0f64;
            for idx in 0..3000 {
                let added = oversampler.process(f64x2::splat(1.0), 0.0, |_, added| {
                    for added in added {
                        n += 1.0;
                        *added = f64x2::splat((step * n).sin());
                    }
                });
                if idx > 500 {
                    peak = peak.max(added.map_or(0.0, |added| added.to_array()[0].abs()));
                }
            }
            assert!(peak < bar, "{plan:?} {frequency_hz}: {} dB", 20.0 * peak.log10());
            frequency_hz += 1371.0;
        }
    }
}

#[test]
fn what_is_not_computed_would_not_have_mattered() {
    // Bursts, so that the filters rest and start again; both must give the same bits.
    let noise = white_noise(5, 1.0, 20_000);
    let input: Vec<f64> = noise.iter().enumerate().map(|(n, x)| x * if n % 700 < 90 { 1.0 } else { 0.2 }).collect();
    let shape = |samples: &[f64x2], added: &mut [f64x2]| {
        for (idx, added) in added.iter_mut().enumerate() {
            let is_loud = samples[idx + 1].simd_gt(f64x2::splat(0.9));
            *added = is_loud.select(samples[idx + 2] - samples[idx], f64x2::splat(0.0));
        }
    };
    for plan in PLANS {
        let run = |always: bool| -> Vec<f64> {
            let mut oversampler = Oversampler::new(plan);
            let mut process = |x: &f64| {
                let frame = f64x2::splat(*x);
                if always { oversampler.process(frame, -1.0, shape) } else { oversampler.process(frame, 0.9, shape) }
            };
            input.iter().map(|x| process(x).map_or(0.0, |y| y.to_array()[0])).collect()
        };
        let lazy = run(false);
        assert_eq!(lazy, run(true), "{plan:?}");
        assert!(lazy.iter().filter(|y| **y == 0.0).count() > 1000 && lazy.iter().any(|y| *y != 0.0), "{plan:?}");
    }
}

#[test]
fn reset_makes_it_new() {
    let input = white_noise(9, 1.0, 3000);
    for plan in PLANS {
        let mut oversampler = Oversampler::new(plan);
        let mut run = |input: &[f64]| -> Vec<Option<f64x2>> {
            let output = input.iter().map(|x| oversampler.process(f64x2::splat(*x), 0.1, pass));
            let output = output.collect();
            oversampler.reset();
            output
        };
        let first = run(&input);
        assert_eq!(first, run(&input));
    }
}
