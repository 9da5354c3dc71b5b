//! Is full scale 1? Whole numbers stored as floating point stand far over everything that is sound.

/// A float file whose sound stands above this is not scaled to ±1: +60 dBFS.
const OVERSCALED: f32 = 1000.0;
/// Length of a block, seconds.
const BLOCK_S: f64 = 0.1;

/// Counts the blocks of 100 ms that stand above +60 dBFS. Whole numbers of 16 bits reach +90 dBFS, and stand above +60 in all but
/// the quietest tenth of a song; single samples that are damaged do so in a block here and there.
#[derive(Clone, Debug)]
pub struct ScaleWatch {
    block_frames: usize,
    num_frames: usize,
    peak: f32,
    num_above: u64,
    num_sounding: u64,
}

impl ScaleWatch {
    /// Has heard nothing.
    pub fn new(sample_rate_hz: f64) -> Self {
        let block_frames = ((sample_rate_hz * BLOCK_S) as usize).max(1);
        Self { block_frames, num_frames: 0, peak: 0.0, num_above: 0, num_sounding: 0 }
    }

    /// Hears samples as they are in the file, before what is none is taken for silence.
    pub fn hear(&mut self, left: &[f32], right: &[f32]) {
        // `max` leaves NaN out.
        let highest = |samples: &[f32]| samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        let mut from = 0;
        while from < left.len() {
            let to = left.len().min(from + self.block_frames - self.num_frames);
            self.peak = self.peak.max(highest(&left[from..to])).max(highest(&right[from..to.min(right.len())]));
            self.num_frames += to - from;
            if self.num_frames == self.block_frames {
                self.num_sounding += u64::from(self.peak > 0.0);
                self.num_above += u64::from(self.peak > OVERSCALED);
                (self.num_frames, self.peak) = (0, 0.0);
            }
            from = to;
        }
    }

    /// Whether most of what sounds stands above +60 dBFS.
    pub fn is_overscaled(&self) -> bool {
        let [above, sounding] =
            [self.num_above + u64::from(self.peak > OVERSCALED), self.num_sounding + u64::from(self.peak > 0.0)];
        above * 2 > sounding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_overscaled(samples: &[f32]) -> bool {
        let mut watch = ScaleWatch::new(8000.0);
        samples.chunks(333).for_each(|part| watch.hear(part, part));
        watch.is_overscaled()
    }

    #[test]
    fn whole_numbers_are_told_from_damaged_samples() {
        let tone: Vec<f32> = (0..16_000).map(|i| 0.3 * (i as f32 * 0.2).sin()).collect();
        assert!(!is_overscaled(&tone) && !is_overscaled(&[0.0; 900]) && !is_overscaled(&[]));
        let scaled = |factor: f32| tone.iter().map(|x| x * factor).collect::<Vec<f32>>();
        // 16, 24 and 32 bits.
        for factor in [32_768.0, 8_388_608.0, 2_147_483_648.0] {
            assert!(is_overscaled(&scaled(factor)));
            assert!(is_overscaled(&scaled(factor)[..100]), "shorter than a block");
            // With silence before it.
            assert!(is_overscaled(&[vec![0.0; 40_000], scaled(factor)].concat()));
        }
        let mut damaged = tone.clone();
        for at in [100, 5000, 12_000] {
            damaged[at] = 3.4e38;
        }
        damaged[700] = f32::NAN;
        damaged[6000] = f32::INFINITY;
        assert!(!is_overscaled(&damaged) && !is_overscaled(&scaled(30.0)), "hot, but not by that much");
    }
}
