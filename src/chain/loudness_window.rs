//! How much louder one stream is than another, over the last seconds of playing.

use crate::dsp::heap::heap_array;
use crate::dsp::k_weighting::OFFSET_LU;
use crate::dsp::units::db_from_power;

/// Length of a measured block, seconds.
pub const BLOCK_S: f64 = 0.1;
/// Blocks that the difference is taken over: 10 s.
const NUM_BLOCKS: usize = 100;
/// Blocks after which the difference is trusted: 3 s.
const NUM_TRUSTED: usize = 30;
/// Blocks quieter than this are silence, LUFS (ITU-R BS.1770-5, annex 1: the absolute gate).
pub const SILENCE_LUFS: f64 = -70.0;
/// Blocks this far below the window's mean are left out, LU.
pub const RELATIVE_GATE_LU: f64 = 20.0;

/// K-weighted mean squares of the last blocks of two streams that were music.
#[derive(Clone, Debug)]
pub struct LoudnessWindow {
    blocks: Box<[[f64; 2]; NUM_BLOCKS]>,
    num_filled: usize,
    next: usize,
}

impl LoudnessWindow {
    /// Empty.
    pub fn new() -> Self {
        Self { blocks: heap_array(|_| [0.0; 2]), num_filled: 0, next: 0 }
    }

    /// Takes the mean squares of a block of both streams; silence in either is left out.
    pub fn push(&mut self, block: [f64; 2]) {
        if block.iter().all(|power| OFFSET_LU + db_from_power(*power) >= SILENCE_LUFS) {
            self.blocks[self.next] = block;
            self.next = (self.next + 1) % NUM_BLOCKS;
            self.num_filled = (self.num_filled + 1).min(NUM_BLOCKS);
        }
    }

    /// The second stream minus the first, LU; `None` before any music.
    pub fn difference_lu(&self) -> Option<f64> {
        let [first, second] = self.mean_powers()?;
        Some(db_from_power(second / first))
    }

    /// Loudness of the first stream, LUFS; `None` before any music.
    pub fn first_lufs(&self) -> Option<f64> {
        Some(OFFSET_LU + db_from_power(self.mean_powers()?[0]))
    }

    fn mean_powers(&self) -> Option<[f64; 2]> {
        let window = &self.blocks[..self.num_filled];
        let mean = |idx: usize| window.iter().map(|block| block[idx]).sum::<f64>() / window.len() as f64;
        let gates = [mean(0), mean(1)].map(|mean| mean * 10f64.powf(-RELATIVE_GATE_LU / 10.0));
        let (mut first, mut second, mut count) = (0.0, 0.0, 0u32);
        for block in window.iter().filter(|block| block[0] >= gates[0] && block[1] >= gates[1]) {
            first += block[0];
            second += block[1];
            count += 1;
        }
        (first > 0.0 && second > 0.0).then(|| [first, second].map(|sum| sum / f64::from(count)))
    }

    /// Seconds of music still missing before the difference is trusted; 0 when it is.
    pub fn seconds_to_trust(&self) -> f64 {
        NUM_TRUSTED.saturating_sub(self.num_filled) as f64 * BLOCK_S
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        (self.num_filled, self.next) = (0, 0);
    }
}
