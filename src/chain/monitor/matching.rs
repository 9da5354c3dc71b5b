//! How much louder the master is than the mix, over the last seconds of playing.

use wide::f64x2;

use crate::dsp::k_weighting::{KWeighting, OFFSET_LU};
use crate::dsp::units::db_from_power;

/// Length of a measured block, seconds.
const BLOCK_S: f64 = 0.1;
/// Blocks that the difference is taken over: 10 s.
const NUM_BLOCKS: usize = 100;
/// Blocks after which the difference is trusted: 3 s.
const NUM_TRUSTED: usize = 30;
/// Blocks quieter than this are silence, LUFS (ITU-R BS.1770-5, annex 1: the absolute gate).
const SILENCE_LUFS: f64 = -70.0;
/// Blocks this far below the window's mean are left out, LU.
const RELATIVE_GATE_LU: f64 = 20.0;
/// Fastest move of the match, dB per second.
const MAX_SLEW_DB_PER_S: f64 = 1.0;

/// Measures both streams always, and moves the match while a comparison asks for it.
pub struct Matching {
    filters: [KWeighting; 2],
    /// Sums of squares of the running block, mix and master; left and right apart, so that the rounding does not
    /// depend on how the block came in.
    sums: [f64x2; 2],
    num_summed: usize,
    block_samples: usize,
    /// Mean squares of the last blocks that were music, mix and master; a ring.
    window: [[f64; 2]; NUM_BLOCKS],
    num_filled: usize,
    next: usize,
    is_settling: bool,
    match_db: Option<f64>,
}

impl Matching {
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            filters: [KWeighting::new(sample_rate_hz), KWeighting::new(sample_rate_hz)],
            sums: [f64x2::splat(0.0); 2],
            num_summed: 0,
            block_samples: (BLOCK_S * sample_rate_hz).round() as usize,
            window: [[0.0; 2]; NUM_BLOCKS],
            num_filled: 0,
            next: 0,
            is_settling: false,
            match_db: None,
        }
    }

    pub fn samples_to_block_end(&self) -> usize {
        self.block_samples - self.num_summed
    }

    /// Takes frames of mix and master up to the end of a block at most; true when they complete it.
    pub fn measure(&mut self, mix: [&[f32]; 2], master: [&[f32]; 2]) -> bool {
        for ([left, right], (filter, sum)) in [mix, master].into_iter().zip(self.filters.iter_mut().zip(&mut self.sums))
        {
            for (l, r) in left.iter().zip(right) {
                let weighted = filter.process(f64x2::from([f64::from(*l), f64::from(*r)]));
                *sum += weighted * weighted;
            }
        }
        self.num_summed += mix[0].len();
        if self.num_summed < self.block_samples {
            return false;
        }
        let block = self.sums.map(|sum| sum.reduce_add() / self.block_samples as f64);
        (self.sums, self.num_summed) = ([f64x2::splat(0.0); 2], 0);
        self.filters.iter_mut().for_each(KWeighting::settle);
        let is_settling = std::mem::take(&mut self.is_settling);
        if !is_settling && block.iter().all(|power| OFFSET_LU + db_from_power(*power) >= SILENCE_LUFS) {
            self.window[self.next] = block;
            self.next = (self.next + 1) % NUM_BLOCKS;
            self.num_filled = (self.num_filled + 1).min(NUM_BLOCKS);
        }
        true
    }

    /// Master minus mix over the window, LU; `None` before any music.
    fn difference_lu(&self) -> Option<f64> {
        let window = &self.window[..self.num_filled];
        let mean = |idx: usize| window.iter().map(|block| block[idx]).sum::<f64>() / window.len() as f64;
        let gates = [mean(0), mean(1)].map(|mean| mean * 10f64.powf(-RELATIVE_GATE_LU / 10.0));
        let (mut mix, mut master) = (0.0, 0.0);
        for block in window.iter().filter(|block| block[0] >= gates[0] && block[1] >= gates[1]) {
            mix += block[0];
            master += block[1];
        }
        (mix > 0.0 && master > 0.0).then(|| db_from_power(master / mix))
    }

    /// Forgets what was measured: from now on something else is. The first block still holds the filters' memory of
    /// what was before, and is left out.
    pub fn forget(&mut self) {
        (self.sums, self.num_summed) = ([f64x2::splat(0.0); 2], 0);
        (self.num_filled, self.next) = (0, 0);
        self.is_settling = true;
    }

    /// A comparison begins: from what was measured if that can be trusted, else from the prediction, else from the
    /// little there is.
    pub fn begin(&mut self, predicted_lu: Option<f64>) {
        let measured = self.difference_lu();
        self.match_db = if self.num_filled >= NUM_TRUSTED { measured } else { predicted_lu.or(measured) };
    }

    /// Moves the match one block's time towards what was measured.
    ///
    /// A comparison that began with nothing at all takes the first measurement as it comes.
    pub fn advance(&mut self) {
        let max_step = MAX_SLEW_DB_PER_S * BLOCK_S;
        self.match_db = match (self.match_db, self.difference_lu()) {
            (Some(now), Some(measured)) => Some(now + (measured - now).clamp(-max_step, max_step)),
            (now, measured) => now.or(measured),
        };
    }

    /// How much louder the master is held to be, LU; `None` before any music.
    pub fn match_db(&self) -> Option<f64> {
        self.match_db
    }

    pub fn seconds_to_match(&self) -> f64 {
        NUM_TRUSTED.saturating_sub(self.num_filled) as f64 * BLOCK_S
    }

    pub fn reset(&mut self) {
        self.filters.iter_mut().for_each(KWeighting::reset);
        (self.sums, self.num_summed) = ([f64x2::splat(0.0); 2], 0);
        self.window = [[0.0; 2]; NUM_BLOCKS];
        (self.num_filled, self.next, self.is_settling, self.match_db) = (0, 0, false, None);
    }
}
