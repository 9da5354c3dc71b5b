//! How much silence is there before and after the sound?

use super::Block;
use super::loudness::{lufs_from_power, power_from_lufs};
use super::programme::{ABSOLUTE_GATE_LUFS, integrated_lufs};

/// What is this far under the song's loudness is silence, LU.
const SILENCE_LU: f64 = -50.0;

/// Silence at both ends of what was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Edges {
    /// Before the first sound, seconds.
    pub head_s: f64,
    /// After the last sound, seconds.
    pub tail_s: f64,
}

impl Edges {
    /// Looks for the first and the last 100 ms with sound within the extent; `None` for silence.
    pub fn of(blocks: &[Block], extent_s: Option<(f64, f64)>) -> Option<Self> {
        let (start_s, end_s) = extent_s?;
        let inside: Vec<&Block> =
            blocks.iter().filter(|block| block.start_s >= start_s - 0.05 && block.start_s < end_s).collect();
        let gating: Vec<f64> = inside.iter().map(|block| block.power()).collect();
        // Whole 100 ms do for a threshold so far down.
        let loudness_lufs = integrated_lufs(gating.iter().copied())?;
        let threshold = power_from_lufs((loudness_lufs + SILENCE_LU).max(ABSOLUTE_GATE_LUFS - 20.0));
        debug_assert!(lufs_from_power(threshold) < loudness_lufs);
        let first = inside.iter().find(|block| block.power() > threshold)?;
        let last = inside.iter().rfind(|block| block.power() > threshold)?;
        Some(Self { head_s: (first.start_s - start_s).max(0.0), tail_s: (end_s - last.start_s - 0.1).max(0.0) })
    }
}
