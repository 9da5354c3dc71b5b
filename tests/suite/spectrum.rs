//! Spectral lines of rendered tones.

use std::f64::consts::TAU;
use std::ops::Range;

use realfft::RealFftPlanner;

/// Power of every line of a windowed spectrum and its frequency; a full-scale sine's strongest line has power 1.
fn lines(samples: &[f32], sample_rate_hz: f64) -> Vec<(f64, f64)> {
    let num = samples.len();
    // Blackman-Harris with four terms: side lobes 92 dB down (Harris, Proc. IEEE 66(1) 1978).
    let window = |n: usize| {
        let phase = TAU * n as f64 / num as f64;
        0.35875 - 0.48829 * phase.cos() + 0.14128 * (2.0 * phase).cos() - 0.01168 * (3.0 * phase).cos()
    };
    let mut input: Vec<f64> = samples.iter().enumerate().map(|(n, x)| window(n) * f64::from(*x)).collect();
    let transform = RealFftPlanner::new().plan_fft_forward(num);
    let mut output = transform.make_output_vec();
    transform.process(&mut input, &mut output).expect("lengths fit");
    let scale = 2.0 / (num as f64 * 0.35875);
    output
        .iter()
        .enumerate()
        .map(|(bin, line)| (bin as f64 * sample_rate_hz / num as f64, line.norm_sqr() * scale * scale))
        .collect()
}

/// Loudest line outside a range of frequencies, dBFS.
pub fn loudest_line_outside_db(samples: &[f32], sample_rate_hz: f64, inside: Range<f64>) -> f64 {
    let outside = lines(samples, sample_rate_hz).into_iter().filter(|(f, _)| !inside.contains(f));
    10.0 * outside.map(|(_, power)| power).fold(1e-30, f64::max).log10()
}

/// Energy outside a range of frequencies over the energy inside, dB.
pub fn energy_outside_db(samples: &[f32], sample_rate_hz: f64, inside: Range<f64>) -> f64 {
    let lines = lines(samples, sample_rate_hz);
    let (within, outside): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(f, _)| inside.contains(f));
    let sum = |lines: Vec<(f64, f64)>| lines.into_iter().map(|(_, power)| power).sum::<f64>();
    10.0 * (sum(outside) / sum(within)).log10()
}

/// Loudest line that is no harmonic of a tone, the mean included, nor within `skirt_hz` of one, dBFS.
pub fn loudest_line_beside_harmonics_db(samples: &[f32], sample_rate_hz: f64, tone_hz: f64, skirt_hz: f64) -> f64 {
    let is_beside = |f: f64| (f - (f / tone_hz).round() * tone_hz).abs() > skirt_hz;
    let beside = lines(samples, sample_rate_hz).into_iter().filter(|(f, _)| is_beside(*f));
    10.0 * beside.map(|(_, power)| power).fold(1e-30, f64::max).log10()
}
