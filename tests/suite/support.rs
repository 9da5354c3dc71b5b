//! What several test topics share: the demo mix, repeatable signals, the built command line.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use discern::audio_file::{AudioFile, read};

/// Path of the demo mix.
pub fn demo_mix_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo_mix.flac")
}

/// The demo mix.
pub fn demo_mix() -> &'static AudioFile {
    static MIX: LazyLock<AudioFile> = LazyLock::new(|| read(&demo_mix_path()).expect("the demo mix is in assets"));
    &MIX
}

/// A windowed-sinc low-pass (Blackman), `cutoff` as a fraction of the rate, unity at DC.
pub fn low_pass(cutoff: f64, num_taps: usize) -> Vec<f64> {
    use std::f64::consts::{PI, TAU};
    let centre = (num_taps - 1) as f64 / 2.0;
    let taps: Vec<f64> = (0..num_taps)
        .map(|i| {
            let x = i as f64 - centre;
            let sinc = if x == 0.0 { 2.0 * cutoff } else { (TAU * cutoff * x).sin() / (PI * x) };
            let phase = TAU * i as f64 / (num_taps - 1) as f64;
            sinc * (0.42 - 0.5 * phase.cos() + 0.08 * (2.0 * phase).cos())
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| tap / sum).collect()
}

/// Repeatable white noise of ±`amplitude` on a grid of 16 bits.
pub fn noise(seed: u32, num_samples: usize, amplitude: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    (0..num_samples)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            ((state as f32 / u32::MAX as f32 * 2.0 - 1.0) * amplitude * 32_768.0).round() / 32_768.0
        })
        .collect()
}
