//! A recording that can be listened to in place of what the host plays.

use wide::f64x2;

use crate::dsp::k_weighting::{KWeighting, OFFSET_LU};
use crate::dsp::sample::is_sample;
use crate::dsp::units::db_from_power;

use crate::chain::loudness_window::{BLOCK_S, RELATIVE_GATE_LU, SILENCE_LUFS};

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
    /// Sums of the K-weighted mean squares, and numbers, of all blocks of 100 ms before this one that are music.
    sums: Vec<(f64, u32)>,
}

impl Clip {
    /// Of two channels of one length, full scale ±1; begins where the first `WINDOW_S` seconds are loudest, or at its first
    /// frame with `is_whole`. `None` where there is no sound or what is no number.
    pub fn new(sample_rate_hz: f64, mut left: Vec<f32>, mut right: Vec<f32>, is_whole: bool) -> Option<Self> {
        let num_frames = left.len().min(right.len());
        left.truncate(num_frames);
        right.truncate(num_frames);
        if num_frames == 0 || left.iter().chain(&right).any(|x| !is_sample(*x)) {
            return None;
        }
        let block = ((BLOCK_S * sample_rate_hz) as usize).max(1);
        let mut filter = KWeighting::new(sample_rate_hz);
        let mut powers = Vec::new();
        for (left, right) in left.chunks(block).zip(right.chunks(block)) {
            let frames = left.iter().zip(right);
            let sum = frames.fold(f64x2::splat(0.0), |sum, (l, r)| {
                let weighted = filter.process(f64x2::from([f64::from(*l), f64::from(*r)]));
                sum + weighted * weighted
            });
            powers.push(sum.reduce_add() / left.len() as f64);
        }
        let sums = gated_sums(&powers);
        let fade = ((FADE_S * sample_rate_hz) as usize).min(num_frames / 2);
        for samples in [&mut left, &mut right] {
            for idx in 0..fade {
                let gain = idx as f32 / fade as f32;
                samples[idx] *= gain;
                samples[num_frames - 1 - idx] *= gain;
            }
        }
        let mut clip = Self { sample_rate_hz, left, right, start: 0, sums };
        let window = (WINDOW_S / BLOCK_S) as usize;
        let num_blocks = powers.len();
        if !is_whole && num_blocks > window {
            let power = |first: &usize| clip.sums[first + window].0 - clip.sums[*first].0;
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

    /// Loudness of what is music in the ten seconds around a frame, LUFS; of all of it where nothing is, and negative infinity
    /// for silence.
    pub fn loudness_lufs(&self, at: usize) -> f64 {
        let num_blocks = self.sums.len() - 1;
        let window = ((WINDOW_S / BLOCK_S) as usize).min(num_blocks);
        let block = (at as f64 / (BLOCK_S * self.sample_rate_hz)) as usize;
        let first = block.saturating_sub(window / 2).min(num_blocks - window);
        let (from, to, all) = (self.sums[first], self.sums[first + window], self.sums[num_blocks]);
        let (power, count) = if to.1 > from.1 { (to.0 - from.0, to.1 - from.1) } else { all };
        if count == 0 { f64::NEG_INFINITY } else { OFFSET_LU + db_from_power((power / f64::from(count)).max(0.0)) }
    }
}

/// Running sums over the blocks that are music: as for mix and master, silence is left out, and what lies far under the mean,
/// so that an end that fades is no reason to turn anything up.
fn gated_sums(powers: &[f64]) -> Vec<(f64, u32)> {
    let is_sound = |power: f64| OFFSET_LU + db_from_power(power) >= SILENCE_LUFS;
    let (sum, count) =
        powers.iter().filter(|power| is_sound(**power)).fold((0.0, 0u32), |(sum, n), p| (sum + p, n + 1));
    let gate = sum / f64::from(count.max(1)) * 10f64.powf(-RELATIVE_GATE_LU / 10.0);
    let mut sums = vec![(0.0, 0)];
    let (mut sum, mut count) = (0.0, 0);
    for &power in powers {
        if is_sound(power) && power >= gate {
            (sum, count) = (sum + power, count + 1);
        }
        sums.push((sum, count));
    }
    sums
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
    fn an_end_that_fades_is_as_loud_as_what_it_fades_from() {
        let mut samples = noise(20 * 48_000, 0.1);
        let end: Vec<f32> = (0..480_000).map(|n| samples[n] * 10f32.powf(-3.5 * n as f32 / 480_000.0)).collect();
        samples.extend(end);
        samples.extend(vec![0.0; 20 * 48_000]);
        let clip = Clip::new(RATE, samples.clone(), samples, true).unwrap();
        let loud = clip.loudness_lufs(10 * 48_000);
        for at_s in [28, 34, 48] {
            assert!((clip.loudness_lufs(at_s * 48_000) - loud).abs() < 12.0, "{at_s} s");
        }
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
