//! What a song's level is, and where in it something sounds.

/// Length of the blocks that levels are told by, seconds.
const BLOCK_S: f64 = 0.1;
/// Blocks that are quieter than the loudest by this are pauses, dB.
const PAUSE_DB: f64 = -50.0;

/// Levels of a song.
pub struct Levels {
    block: usize,
    sounding: Vec<bool>,
    /// RMS over the blocks that are no pause, of the samples of all channels; linear.
    pub rms: f64,
}

impl Levels {
    /// Levels of channels of equal length.
    pub fn of(channels: &[Vec<f64>], rate_hz: f64) -> Self {
        let block = (BLOCK_S * rate_hz).round().max(1.0) as usize;
        let num_blocks = channels[0].len().div_ceil(block);
        let mut powers = vec![0.0; num_blocks];
        for channel in channels {
            for (power, samples) in powers.iter_mut().zip(channel.chunks(block)) {
                *power += mean_power(samples);
            }
        }
        let floor = powers.iter().copied().fold(0.0, f64::max) * 10f64.powf(PAUSE_DB / 10.0);
        let sounding = powers.iter().map(|power| *power > floor).collect();
        let mut levels = Self { block, sounding, rms: 0.0 };
        levels.rms = levels.rms_of(channels);
        levels
    }

    /// RMS of other channels of the same length over the blocks in which this song sounds.
    pub fn rms_of(&self, channels: &[Vec<f64>]) -> f64 {
        let (mut sum, mut num) = (0.0, 0);
        for channel in channels {
            let blocks = channel.chunks(self.block).zip(&self.sounding);
            for (samples, _) in blocks.filter(|(_, sounding)| **sounding) {
                sum += samples.iter().map(|sample| sample * sample).sum::<f64>();
                num += samples.len();
            }
        }
        (sum / num.max(1) as f64).sqrt()
    }

    /// Whether the song sounds at a frame.
    pub fn is_sounding(&self, frame: usize) -> bool {
        self.sounding.get(frame / self.block).copied().unwrap_or(false)
    }

    /// Share of a range of frames in which the song sounds.
    pub fn sounding_share(&self, start: usize, end: usize) -> f64 {
        let blocks = (start / self.block)..end.div_ceil(self.block).min(self.sounding.len());
        let num = blocks.len().max(1) as f64;
        self.sounding[blocks].iter().filter(|sounding| **sounding).count() as f64 / num
    }
}

/// Mean square of samples; 0 of none.
pub fn mean_power(samples: &[f64]) -> f64 {
    samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len().max(1) as f64
}
