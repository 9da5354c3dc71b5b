//! What the analysis thread shows the editor.

use std::sync::Arc;

use crate::analysis::Block;

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

/// Newest loudness of one stream; `None` before there is any.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LiveLoudness {
    /// 400 ms, LUFS.
    pub momentary_lufs: Option<f64>,
    /// 3 s, LUFS.
    pub short_term_lufs: Option<f64>,
    /// Since the transport started, LUFS.
    pub integrated_lufs: Option<f64>,
    /// Since the transport started, LU.
    pub loudness_range_lu: Option<f64>,
    /// Highest since the transport started, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// True peak minus short-term loudness over the last 3 s, dB.
    pub psr_db: Option<f64>,
    /// Correlation of left and right over the last 3 s, −1…1.
    pub correlation: Option<f64>,
}

/// Averaged spectra, 1/6 octave wide, tilted by 4.5 dB per octave about 1 kHz; dB.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveSpectrum {
    /// Centre frequencies, log-spaced, Hz.
    pub frequencies_hz: Arc<Vec<f32>>,
    /// Of the mix; empty before there is any.
    pub mix_db: Vec<f32>,
    /// Of the master; empty before there is any.
    pub master_db: Vec<f32>,
}

/// All that the editor knows of the sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hearing {
    /// Where the assistant is.
    pub phase: Phase,
    /// The mix.
    pub mix: LiveLoudness,
    /// The master.
    pub master: LiveLoudness,
    /// Both spectra.
    pub spectrum: LiveSpectrum,
    /// Seconds heard of this song, repeats not counted.
    pub heard_s: f64,
    /// Length of the song as far as known, seconds.
    pub duration_s: f64,
    /// Share of the song heard, 0–1, where its length is known.
    pub share: Option<f64>,
    /// Loudness of the mix along the song, 100 ms each, in song order.
    pub blocks: Arc<Vec<Block>>,
    /// Frames lost on the way.
    pub num_dropped_frames: u64,
}
