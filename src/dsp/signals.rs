//! Repeatable test signals.

use std::f64::consts::TAU;

use super::random::Random;

/// A sine of `amplitude` that starts at phase 0.
pub fn sine(frequency_hz: f64, amplitude: f64, num_samples: usize, sample_rate_hz: f64) -> Vec<f64> {
    let step = TAU * frequency_hz / sample_rate_hz;
    (0..num_samples).map(|n| amplitude * (step * n as f64).sin()).collect()
}

/// Uniform white noise of peak `amplitude`; each `seed` another one.
pub fn white_noise(seed: u64, amplitude: f64, num_samples: usize) -> Vec<f64> {
    let mut random = Random::new(seed, 7);
    (0..num_samples).map(|_| amplitude * (2.0 * random.uniform() - 1.0)).collect()
}

/// Noise that falls by 3 dB per octave, of RMS about `rms`; each `seed` another one.
///
/// White noise through three poles and zeros an odd number of octaves apart (within 0.5 dB over nine octaves).
pub fn pink_noise(seed: u64, rms: f64, num_samples: usize) -> Vec<f64> {
    const POLES: [f64; 3] = [0.995_726_11, 0.947_905_13, 0.535_673_87];
    const ZEROS: [f64; 3] = [0.984_433_8, 0.833_920_53, 0.075_680_44];
    let mut state = [0.0; 3];
    let mut noise = white_noise(seed, 1.0, num_samples);
    for sample in &mut noise {
        for ((pole, zero), state) in POLES.iter().zip(ZEROS).zip(&mut state) {
            // Transposed direct form of a first-order section.
            let output = *sample + *state;
            *state = pole * output - zero * *sample;
            *sample = output;
        }
    }
    let power = noise.iter().map(|x| x * x).sum::<f64>() / num_samples.max(1) as f64;
    let gain = if power > 0.0 { rms / power.sqrt() } else { 0.0 };
    noise.iter_mut().for_each(|x| *x *= gain);
    noise
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_repeats_and_has_its_level() {
        assert_eq!(white_noise(3, 0.5, 100), white_noise(3, 0.5, 100));
        assert_ne!(white_noise(3, 0.5, 100), white_noise(4, 0.5, 100));
        let noise = pink_noise(1, 0.1, 100_000);
        let rms = (noise.iter().map(|x| x * x).sum::<f64>() / 1e5).sqrt();
        assert!((rms - 0.1).abs() < 1e-9);
    }

    #[test]
    fn a_sine_has_its_amplitude_and_period() {
        let tone = sine(1000.0, 0.5, 48, 48_000.0);
        assert!((tone[12] - 0.5).abs() < 1e-12 && tone[24].abs() < 1e-12);
    }
}
