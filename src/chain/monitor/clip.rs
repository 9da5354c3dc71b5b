//! A recording that can be listened to in place of what the host plays.

use wide::f64x2;

use crate::dsp::k_weighting::{KWeighting, OFFSET_LU};
use crate::dsp::units::db_from_power;

use crate::chain::loudness_window::BLOCK_S;

/// Its ends are faded over this, so that it can be played round and round, seconds.
const FADE_S: f64 = 0.01;
/// Loudness is that of so much around a place, seconds: as much as the match of mix and master is taken over.
const WINDOW_S: f64 = 10.0;

/// Samples with their loudness along them; made away from the audio thread, which only reads it.
#[derive(Debug)]
pub struct Clip {
    sample_rate_hz: f64,
    left: Vec<f32>,
    right: Vec<f32>,
    /// First frame that is played.
    start: usize,
    /// Sums of the K-weighted mean squares of all blocks of 100 ms before this one.
    power_sums: Vec<f64>,
}

impl Clip {
    /// Of two channels of one length, full scale ±1; begins where the first `WINDOW_S` seconds are loudest, or at its first
    /// frame with `is_whole`. `None` where there is no sound or what is no number.
    pub fn new(sample_rate_hz: f64, mut left: Vec<f32>, mut right: Vec<f32>, is_whole: bool) -> Option<Self> {
        let num_frames = left.len().min(right.len());
        left.truncate(num_frames);
        right.truncate(num_frames);
        if num_frames == 0 || left.iter().chain(&right).any(|x| !x.is_finite()) {
            return None;
        }
        let block = ((BLOCK_S * sample_rate_hz) as usize).max(1);
        let mut filter = KWeighting::new(sample_rate_hz);
        let mut power_sums = vec![0.0];
        for (left, right) in left.chunks(block).zip(right.chunks(block)) {
            let frames = left.iter().zip(right);
            let sum = frames.fold(f64x2::splat(0.0), |sum, (l, r)| {
                let weighted = filter.process(f64x2::from([f64::from(*l), f64::from(*r)]));
                sum + weighted * weighted
            });
            power_sums.push(power_sums[power_sums.len() - 1] + sum.reduce_add() / left.len() as f64);
        }
        let fade = ((FADE_S * sample_rate_hz) as usize).min(num_frames / 2);
        for samples in [&mut left, &mut right] {
            for idx in 0..fade {
                let gain = idx as f32 / fade as f32;
                samples[idx] *= gain;
                samples[num_frames - 1 - idx] *= gain;
            }
        }
        let mut clip = Self { sample_rate_hz, left, right, start: 0, power_sums };
        let window = (WINDOW_S / BLOCK_S) as usize;
        let num_blocks = clip.power_sums.len() - 1;
        if !is_whole && num_blocks > window {
            let power = |first: &usize| clip.power_sums[first + window] - clip.power_sums[*first];
            // The first of the loudest, by steps of a second.
            let loudest = (0..num_blocks - window).step_by(10).reduce(|a, b| if power(&b) > power(&a) { b } else { a });
            clip.start = loudest.unwrap_or(0) * block;
        }
        Some(clip)
    }

    /// Rate, Hz.
    pub fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    /// Length in frames, at least 1.
    pub fn num_frames(&self) -> usize {
        self.left.len()
    }

    /// First frame that is played.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Left and right at a frame; silence behind the end.
    pub fn frame(&self, at: usize) -> [f32; 2] {
        match (self.left.get(at), self.right.get(at)) {
            (Some(left), Some(right)) => [*left, *right],
            _ => [0.0; 2],
        }
    }

    /// Loudness of the ten seconds around a frame, LUFS; negative infinity for silence.
    pub fn loudness_lufs(&self, at: usize) -> f64 {
        let num_blocks = self.power_sums.len() - 1;
        let window = ((WINDOW_S / BLOCK_S) as usize).min(num_blocks);
        let block = (at as f64 / (BLOCK_S * self.sample_rate_hz)) as usize;
        let first = block.saturating_sub(window / 2).min(num_blocks - window);
        let power = (self.power_sums[first + window] - self.power_sums[first]) / window as f64;
        OFFSET_LU + db_from_power(power.max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::pink_noise;

    const RATE: f64 = 48_000.0;

    fn noise(num_frames: usize, gain: f64) -> Vec<f32> {
        pink_noise(3, gain, num_frames).iter().map(|x| *x as f32).collect()
    }

    #[test]
    fn begins_where_it_is_loudest() {
        let mut samples = noise(20 * 48_000, 0.02);
        samples.extend(noise(12 * 48_000, 0.2));
        let clip = Clip::new(RATE, samples.clone(), samples.clone(), false).unwrap();
        assert!((20.0..=22.0).contains(&(clip.start() as f64 / RATE)), "{}", clip.start());
        assert!(clip.loudness_lufs(clip.start() + 5 * 48_000) - clip.loudness_lufs(0) > 15.0);
        assert_eq!(Clip::new(RATE, samples.clone(), samples, true).unwrap().start(), 0);
    }

    #[test]
    fn its_ends_are_silent_and_nothing_is_behind_them() {
        let clip = Clip::new(RATE, vec![0.5; 48_000], vec![0.5; 48_000], true).unwrap();
        assert_eq!(clip.frame(0), [0.0; 2]);
        assert_eq!(clip.frame(24_000), [0.5; 2]);
        assert_eq!(clip.frame(47_999), [0.0; 2]);
        assert_eq!(clip.frame(48_000), [0.0; 2]);
    }

    #[test]
    fn what_is_no_sound_is_no_clip() {
        assert!(Clip::new(RATE, Vec::new(), Vec::new(), false).is_none());
        assert!(Clip::new(RATE, vec![f32::NAN; 9], vec![0.0; 9], false).is_none());
        assert_eq!(Clip::new(RATE, vec![0.0; 9], vec![0.0; 9], false).unwrap().loudness_lufs(0), f64::NEG_INFINITY);
    }
}
