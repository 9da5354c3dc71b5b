//! How loud is it now? K-weighted power of 100 ms blocks, momentary and short-term loudness at 100 Hz.

use wide::f64x2;

use crate::dsp::k_weighting::KWeighting;
use crate::dsp::units::db_from_power;

/// Sub-blocks of 10 ms per second.
const SUB_BLOCKS_PER_S: u64 = 100;
/// Sub-blocks in a block of 100 ms, in a momentary (400 ms) and in a short-term (3 s) window.
const BLOCK: usize = 10;
const MOMENTARY: usize = 40;
const SHORT_TERM: usize = 300;

/// Loudness of a K-weighted power, LUFS (ITU-R BS.1770-5, annex 1, equation 2).
pub fn lufs_from_power(power: f64) -> f64 {
    -0.691 + db_from_power(power)
}

/// What playing from two loudspeakers adds to the loudness of a file of so many channels, LU: to one channel, which both of them
/// play, 3.01; to two nothing. So do services and players, and the `dualmono` of ffmpeg's meter.
pub fn playback_gain_lu(num_channels: usize) -> f64 {
    if num_channels == 1 { db_from_power(2.0) } else { 0.0 }
}

/// The K-weighted power of a loudness, inverse of [`lufs_from_power`].
pub fn power_from_lufs(lufs: f64) -> f64 {
    10f64.powf((lufs + 0.691) / 10.0)
}

/// What the latest complete 100 ms add to a programme. Powers are K-weighted and summed over channels with their
/// weights; a window that reaches back over a break of the stream is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BlockPowers {
    /// Mean power of these 100 ms.
    pub block: f64,
    /// Mean power of each of the first two channels, unweighted.
    pub channels: [f64; 2],
    /// Mean product of the first two channels.
    pub cross: f64,
    /// Mean power of the 400 ms that end here: a gating block.
    pub gating: Option<f64>,
    /// Mean power of the 3 s that end here.
    pub short_term: Option<f64>,
    /// Highest momentary power of the ten that ended in this block.
    pub max_momentary: Option<f64>,
    /// Highest short-term power of the ten that ended in this block.
    pub max_short_term: Option<f64>,
}

/// Streaming loudness meter: momentary and short-term loudness every 10 ms (EBU Tech 3341 section 2.2 asks for at
/// least 10 Hz; its case 13 needs 50), powers every 100 ms.
#[derive(Clone, Debug)]
pub struct LoudnessMeter {
    sample_rate_hz: f64,
    weights: Vec<f64>,
    /// One per pair of channels.
    filters: Vec<KWeighting>,
    energy: Vec<f64>,
    cross: f64,
    block_energy: [f64; 2],
    block_cross: f64,
    num_frames: u64,
    sub_start: u64,
    num_subs: u64,
    /// `(weighted energy, frames)` of the latest [`SHORT_TERM`] sub-blocks.
    ring: Vec<(f64, f64)>,
    num_unbroken_subs: usize,
    momentary_power: f64,
    short_term_power: f64,
    maxima: (Option<f64>, Option<f64>),
}

impl LoudnessMeter {
    /// A meter for one channel per entry of `weights` (BS.1770-5 table 3: 1 for left, right and centre, 1.41 for
    /// surrounds).
    pub fn new(sample_rate_hz: f64, weights: &[f64]) -> Self {
        Self {
            sample_rate_hz,
            weights: weights.to_vec(),
            filters: vec![KWeighting::new(sample_rate_hz); weights.len().div_ceil(2)],
            energy: vec![0.0; weights.len()],
            cross: 0.0,
            block_energy: [0.0; 2],
            block_cross: 0.0,
            num_frames: 0,
            sub_start: 0,
            num_subs: 0,
            ring: vec![(0.0, 0.0); SHORT_TERM],
            num_unbroken_subs: 0,
            momentary_power: 0.0,
            short_term_power: 0.0,
            maxima: (None, None),
        }
    }

    /// As many as weights were given.
    pub fn num_channels(&self) -> usize {
        self.weights.len()
    }

    /// Frames until the current 100 ms block is complete, at least 1.
    pub fn frames_to_block_end(&self) -> usize {
        let next_block = (self.num_subs / BLOCK as u64 + 1) * BLOCK as u64;
        (self.boundary(next_block) - self.num_frames) as usize
    }

    /// Hears one slice per channel, all of one length; `on_block` gets each 100 ms block that becomes complete.
    pub fn process(&mut self, channels: &[&[f32]], mut on_block: impl FnMut(BlockPowers)) {
        let num_frames = channels.first().map_or(0, |channel| channel.len());
        let mut from = 0;
        while from < num_frames {
            let to_sub_end = (self.boundary(self.num_subs + 1) - self.num_frames) as usize;
            let to = num_frames.min(from + to_sub_end);
            self.accumulate(channels, from, to);
            self.num_frames += (to - from) as u64;
            if to - from == to_sub_end
                && let Some(block) = self.close_sub_block()
            {
                on_block(block);
            }
            from = to;
        }
    }

    /// Tells that what follows does not continue what came before: windows do not reach over the break.
    pub fn break_stream(&mut self) {
        self.num_unbroken_subs = 0;
        self.maxima = (None, None);
    }

    /// Loudness of the last 400 ms, LUFS; `None` for digital silence.
    pub fn momentary_lufs(&self) -> Option<f64> {
        (self.momentary_power > 0.0).then(|| lufs_from_power(self.momentary_power))
    }

    /// Loudness of the last 3 s, LUFS; `None` for digital silence.
    pub fn short_term_lufs(&self) -> Option<f64> {
        (self.short_term_power > 0.0).then(|| lufs_from_power(self.short_term_power))
    }

    /// As new.
    pub fn reset(&mut self) {
        *self = Self::new(self.sample_rate_hz, &self.weights);
    }

    /// First frame of sub-block `sub_idx`: every tenth boundary is one of a block, at any rate.
    fn boundary(&self, sub_idx: u64) -> u64 {
        (sub_idx as f64 * self.sample_rate_hz / SUB_BLOCKS_PER_S as f64).round() as u64
    }

    fn accumulate(&mut self, channels: &[&[f32]], from: usize, to: usize) {
        for (pair_idx, filter) in self.filters.iter_mut().enumerate() {
            let left = &channels[2 * pair_idx][from..to];
            // The sums go on where they were, so that no division into blocks changes the order of additions.
            let num_channels = self.energy.len() - 2 * pair_idx;
            let energy = &mut self.energy[2 * pair_idx..][..num_channels.min(2)];
            let before = [energy[0], energy.get(1).copied().unwrap_or(0.0)];
            let mut sums = (f64x2::from(before), if pair_idx == 0 { self.cross } else { 0.0 });
            let mut hear = |pair: [f32; 2]| {
                let weighted = filter.process(f64x2::from(pair.map(f64::from)));
                let [l, r] = weighted.to_array();
                sums = (sums.0 + weighted * weighted, sums.1 + l * r);
            };
            match channels.get(2 * pair_idx + 1) {
                Some(right) => left.iter().zip(&right[from..to]).for_each(|(&l, &r)| hear([l, r])),
                None => left.iter().for_each(|&l| hear([l, 0.0])),
            }
            energy.copy_from_slice(&sums.0.to_array()[..energy.len()]);
            if pair_idx == 0 {
                self.cross = sums.1;
            }
        }
    }

    fn close_sub_block(&mut self) -> Option<BlockPowers> {
        let frames = (self.num_frames - self.sub_start) as f64;
        let energy = self.energy.iter().zip(&self.weights).map(|(energy, weight)| energy * weight).sum();
        self.ring[self.num_subs as usize % SHORT_TERM] = (energy, frames);
        for (sum, energy) in self.block_energy.iter_mut().zip(&self.energy) {
            *sum += energy;
        }
        self.block_cross += self.cross;
        self.energy.fill(0.0);
        self.cross = 0.0;
        self.filters.iter_mut().for_each(KWeighting::settle);
        self.sub_start = self.num_frames;
        self.num_subs += 1;
        self.num_unbroken_subs += 1;

        self.momentary_power = self.mean_power(MOMENTARY);
        self.short_term_power = self.mean_power(SHORT_TERM);
        if self.num_unbroken_subs >= MOMENTARY {
            self.maxima.0 = Some(self.maxima.0.unwrap_or(0.0).max(self.momentary_power));
        }
        if self.num_unbroken_subs >= SHORT_TERM {
            self.maxima.1 = Some(self.maxima.1.unwrap_or(0.0).max(self.short_term_power));
        }
        self.num_subs.is_multiple_of(BLOCK as u64).then(|| self.close_block())
    }

    fn close_block(&mut self) -> BlockPowers {
        let frames = self.latest(BLOCK).map(|(_, frames)| frames).sum::<f64>();
        let powers = BlockPowers {
            block: self.mean_power(BLOCK),
            channels: self.block_energy.map(|energy| energy / frames),
            cross: self.block_cross / frames,
            gating: (self.num_unbroken_subs >= MOMENTARY).then_some(self.momentary_power),
            short_term: (self.num_unbroken_subs >= SHORT_TERM).then_some(self.short_term_power),
            max_momentary: self.maxima.0,
            max_short_term: self.maxima.1,
        };
        self.block_energy = [0.0; 2];
        self.block_cross = 0.0;
        self.maxima = (None, None);
        powers
    }

    /// The latest `num_subs` sub-blocks. Summed afresh each time: 340 additions per 10 ms, and no drift.
    fn latest(&self, num_subs: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
        let end = self.num_subs as usize + SHORT_TERM;
        (end - num_subs..end).map(|idx| self.ring[idx % SHORT_TERM])
    }

    /// Windows that are not full yet count what is missing as silence, as ebur128 and the EBU's live meters do.
    fn mean_power(&self, num_subs: usize) -> f64 {
        let (energy, _) = self.latest(num_subs).fold((0.0, 0.0), |sum, sub| (sum.0 + sub.0, sum.1 + sub.1));
        energy / (num_subs as f64 * self.sample_rate_hz / SUB_BLOCKS_PER_S as f64)
    }
}
