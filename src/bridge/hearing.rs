//! What the analysis thread shows the editor.

use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::{Block, LiveLevels, LiveSpectrum};

/// Where the assistant is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing heard yet.
    #[default]
    Idle,
    /// Hearing the mix.
    Listening,
    /// Working out verdict and moves.
    Judging,
    /// Done: the saved state has verdict and moves.
    Judged,
}

/// Where a reference is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceState {
    /// Read and measured now.
    Loading,
    /// In memory, and the one that is heard.
    Ready,
    /// Cannot be read: why.
    Failed(String),
}

/// All that the editor knows of the sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hearing {
    /// Where the assistant is.
    pub phase: Phase,
    /// The mix.
    pub mix: LiveLevels,
    /// The master.
    pub master: LiveLevels,
    /// Both spectra.
    pub spectrum: LiveSpectrum,
    /// Newest pairs of samples of the master, left and right, oldest first; a few hundred.
    pub scope: Arc<Vec<[f32; 2]>>,
    /// Seconds heard of this song, repeats not counted.
    pub heard_s: f64,
    /// Length of the song as far as known, seconds.
    pub duration_s: f64,
    /// What the engineer marked as the song, seconds.
    pub extent_s: Option<(f64, f64)>,
    /// Share of the song heard, 0–1, where its length is known.
    pub share: Option<f64>,
    /// Loudness of the mix along the song, 100 ms each, in song order.
    pub blocks: Arc<Vec<Block>>,
    /// Frames lost on the way.
    pub num_dropped_frames: u64,
    /// Where a place that was heard before was found to be another mix, seconds: what was judged is stale.
    pub changed_at_s: Option<f64>,
    /// References that are read, that can be heard, or that could not be read.
    pub references: Arc<Vec<(PathBuf, ReferenceState)>>,
    /// The part of the song that is looped, seconds.
    pub looped_s: Option<(f64, f64)>,
    /// Whether parts of the song are kept that could be.
    pub has_excerpts: bool,
}
