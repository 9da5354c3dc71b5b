//! How much louder the master is than the mix, over the last seconds of playing.

use wide::f64x2;

use crate::chain::loudness_window::{BLOCK_S, LoudnessWindow};
use crate::dsp::k_weighting::KWeighting;

/// Fastest move of the match, dB per second.
pub const MAX_SLEW_DB_PER_S: f64 = 1.0;

/// Measures both streams always, and moves the match while a comparison asks for it.
pub struct Matching {
    filters: [KWeighting; 2],
    /// Sums of squares of the running block, mix and master; left and right apart, so that the rounding does not
    /// depend on how the block came in.
    sums: [f64x2; 2],
    num_summed: usize,
    block_samples: usize,
    /// Of mix and master.
    window: LoudnessWindow,
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
            window: LoudnessWindow::new(),
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
        if !std::mem::take(&mut self.is_settling) {
            self.window.push(block);
        }
        true
    }

    /// Forgets what was measured: from now on something else is. The first block still holds the filters' memory of
    /// what was before, and is left out.
    pub fn forget(&mut self) {
        (self.sums, self.num_summed) = ([f64x2::splat(0.0); 2], 0);
        self.window.clear();
        self.is_settling = true;
    }

    /// A comparison begins: from what was measured if that can be trusted, else from the prediction, else from the
    /// little there is.
    pub fn begin(&mut self, predicted_lu: Option<f64>) {
        let measured = self.window.difference_lu();
        self.match_db = if self.seconds_to_match() == 0.0 { measured } else { predicted_lu.or(measured) };
    }

    /// Moves the match one block's time towards what was measured.
    ///
    /// A comparison that began with nothing at all takes the first measurement as it comes.
    pub fn advance(&mut self) {
        let max_step = MAX_SLEW_DB_PER_S * BLOCK_S;
        self.match_db = match (self.match_db, self.window.difference_lu()) {
            (Some(now), Some(measured)) => Some(now + (measured - now).clamp(-max_step, max_step)),
            (now, measured) => now.or(measured),
        };
    }

    /// How much louder the master is held to be, LU; `None` before any music.
    pub fn match_db(&self) -> Option<f64> {
        self.match_db
    }

    /// Loudness of the quieter of the two as it was over the last seconds, LUFS: what both are heard at; `None` before any music.
    pub fn quieter_lufs(&self) -> Option<f64> {
        Some(self.window.first_lufs()? + self.match_db?.min(0.0))
    }

    pub fn seconds_to_match(&self) -> f64 {
        self.window.seconds_to_trust()
    }

    /// Another place of the song follows: what was measured holds, the running block begins anew.
    pub fn interrupt(&mut self) {
        self.filters.iter_mut().for_each(KWeighting::reset);
        (self.sums, self.num_summed) = ([f64x2::splat(0.0); 2], 0);
    }

    pub fn reset(&mut self) {
        self.filters.iter_mut().for_each(KWeighting::reset);
        (self.sums, self.num_summed) = ([f64x2::splat(0.0); 2], 0);
        self.window.clear();
        (self.is_settling, self.match_db) = (false, None);
    }
}
