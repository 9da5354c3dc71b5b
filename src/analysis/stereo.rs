//! How do left and right relate? Correlation, side over mid, balance, mono fold-down and offset.

use super::Stereo;
use super::loudness::{BlockPowers, lufs_from_power};
use super::programme::ABSOLUTE_GATE_LUFS;
use crate::dsp::units::db_from_power;

/// A power that is none against another: −120 dB. What is less is rounding.
const NOTHING: f64 = 1e-12;

/// Side over mid, dB: `None` without a side, 120 without a mid.
pub fn side_to_mid_db(side: f64, mid: f64) -> Option<f64> {
    let is_there = side > 0.0 && side > NOTHING * mid;
    is_there.then(|| db_from_power(side / mid.max(side * NOTHING)))
}

/// Running sums over what counts.
#[derive(Clone, Debug, Default)]
pub struct StereoSums {
    offset: Offset,
    /// Of the block that is under way.
    block_offset: Offset,
    square: [f64; 2],
    product: f64,
    weighted: [f64; 2],
    weighted_product: f64,
}

/// Sums of the samples themselves.
#[derive(Clone, Copy, Debug, Default)]
struct Offset {
    num_frames: f64,
    sum: [f64; 2],
    differs: bool,
}

impl Offset {
    fn plus(self, other: Self) -> Self {
        let sum = [self.sum[0] + other.sum[0], self.sum[1] + other.sum[1]];
        Self { num_frames: self.num_frames + other.num_frames, sum, differs: self.differs || other.differs }
    }

    fn mean(&self, channel: usize) -> f64 {
        if self.num_frames > 0.0 { self.sum[channel] / self.num_frames } else { 0.0 }
    }
}

impl StereoSums {
    /// Adds samples.
    pub fn add(&mut self, left: &[f32], right: &[f32]) {
        self.block_offset.num_frames += left.len() as f64;
        self.block_offset.differs |= left != right;
        for (&l, &r) in left.iter().zip(right) {
            let (l, r) = (f64::from(l), f64::from(r));
            self.block_offset.sum[0] += l;
            self.block_offset.sum[1] += r;
            self.square[0] += l * l;
            self.square[1] += r * r;
            self.product += l * r;
        }
    }

    /// What comes now does not follow what came: the block that is under way never ends.
    pub fn break_stream(&mut self) {
        self.block_offset = Offset::default();
    }

    /// Adds the K-weighted powers of 100 ms, those of the samples added last. An offset is that of the sound: silence before and
    /// after a song takes nothing from it.
    pub fn add_weighted(&mut self, powers: &BlockPowers) {
        let offset = std::mem::take(&mut self.block_offset);
        if lufs_from_power(powers.block) > ABSOLUTE_GATE_LUFS {
            self.offset = self.offset.plus(offset);
        }
        for (sum, power) in self.weighted.iter_mut().zip(powers.channels) {
            *sum += power;
        }
        self.weighted_product += powers.cross;
    }

    /// Whether both channels were the same to the last bit, and not silent.
    pub fn are_identical(&self) -> bool {
        !self.offset.differs && self.offset.num_frames > 0.0
    }

    /// The measures; stereo ones are `None` for `num_channels` 1 and for silence.
    pub fn measures(&self, num_channels: usize) -> Stereo {
        let offset = self.offset.plus(self.block_offset);
        let dc_offset = [offset.mean(0), offset.mean(num_channels - 1)];
        if num_channels == 1 {
            return Stereo { dc_offset, ..Stereo::default() };
        }
        let ratio_db = |num: f64, den: f64| (num > 0.0 && den > 0.0).then(|| db_from_power(num / den));
        let [ll, rr] = self.square;
        let [kll, krr] = self.weighted;
        let mid = ll + rr + 2.0 * self.product;
        let side = ll + rr - 2.0 * self.product;
        let (folded, folded_from) = ((kll + krr) / 2.0 + self.weighted_product, kll + krr);
        Stereo {
            // Means are taken as 0: an offset is a finding of its own.
            correlation: (ll > 0.0 && rr > 0.0).then(|| (self.product / (ll * rr).sqrt()).clamp(-1.0, 1.0)),
            side_to_mid_db: side_to_mid_db(side, mid),
            balance_db: ratio_db(kll, krr),
            // Where nothing is left, what is lost is without bound.
            mono_fold_down_lu: (folded_from > 0.0).then(|| db_from_power((folded / folded_from).max(NOTHING)).min(0.0)),
            dc_offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_mono_inverted_and_unrelated_channels() {
        let tone: Vec<f32> = (0..48_000).map(|i| (i as f32 * 0.1).sin()).collect();
        let other: Vec<f32> = (0..48_000).map(|i| (i as f32 * 0.173).sin()).collect();
        let inverted: Vec<f32> = tone.iter().map(|x| -x).collect();
        let measure = |right: &[f32]| {
            let mut sums = StereoSums::default();
            sums.add(&tone, right);
            sums.measures(2)
        };
        let mono = measure(&tone);
        assert!(mono.correlation.unwrap() > 0.999_999 && mono.side_to_mid_db.is_none());
        let opposite = measure(&inverted);
        assert!(opposite.correlation.unwrap() < -0.999_999 && opposite.side_to_mid_db == Some(120.0));
        let wide = measure(&other);
        assert!(wide.correlation.unwrap().abs() < 0.01 && wide.side_to_mid_db.unwrap().abs() < 0.1);
    }
}
