//! What a seed decides: signs, noise and places.

use std::f64::consts::TAU;

use crate::dsp::random::Random;

use super::track::Track;

/// Draws per place that is wanted, before the song is found to have no more.
const MAX_DRAWS: usize = 1_000;

/// +1 or −1.
pub fn sign(random: &mut Random) -> f64 {
    if random.uniform() < 0.5 { -1.0 } else { 1.0 }
}

/// Uniform between two numbers.
pub fn between(random: &mut Random, low: f64, high: f64) -> f64 {
    low + (high - low) * random.uniform()
}

/// White noise of RMS 1 and normal distribution (G. Box, M. Muller 1958).
pub fn gaussian(random: &mut Random, num_samples: usize) -> Vec<f64> {
    let normal = |_| (-2.0 * (1.0 - random.uniform()).ln()).sqrt() * (TAU * random.uniform()).cos();
    (0..num_samples).map(normal).collect()
}

/// Frames in rising order that fit, at least `gap_s` from each other and from both ends of the song.
///
/// Fewer than `num` where there is no room for more.
pub fn frames(random: &mut Random, track: &Track, num: usize, gap_s: f64, fits: impl Fn(usize) -> bool) -> Vec<usize> {
    let gap = track.samples(gap_s);
    let mut chosen: Vec<usize> = Vec::new();
    if track.num_frames() <= 2 * gap {
        return chosen;
    }
    for _ in 0..num * MAX_DRAWS {
        let frame = between(random, gap as f64, (track.num_frames() - gap) as f64) as usize;
        if chosen.iter().all(|other| frame.abs_diff(*other) >= gap) && fits(frame) {
            chosen.push(frame);
            if chosen.len() == num {
                break;
            }
        }
    }
    chosen.sort_unstable();
    chosen
}
