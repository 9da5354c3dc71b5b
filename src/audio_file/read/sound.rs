//! What every reader gives: what the file says of itself, then its sound.

use anyhow::Result;

use crate::audio_file::WordLength;

/// What a file says of itself before anything is decoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Declared {
    /// Sample rate, Hz; `None` where only the sound says it.
    pub sample_rate_hz: Option<u32>,
    /// Channels; `None` where only the sound says it.
    pub num_channels: Option<usize>,
    /// Length, frames, where a lossless file says it.
    pub num_frames: Option<u64>,
    /// Word length; `None` for lossy codecs.
    pub source: Option<WordLength>,
    /// Codec, as people call it.
    pub codec: &'static str,
}

/// A file that is being decoded.
pub trait Sound {
    /// What it says of itself.
    fn declared(&self) -> Declared;

    /// Sample rate of what [`next`](Self::next) gave, Hz.
    fn sample_rate_hz(&self) -> u32;

    /// The next frames, a few thousand; false at the end.
    ///
    /// # Errors
    /// If it is damaged, or cannot be read further.
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<bool>;

    /// After the end: seconds that are missing by what the file says of itself, 0 where it was cut and does not say by how
    /// much; `None` if it is whole.
    fn truncated_s(&self) -> Option<f64>;
}
