//! What one activation offers to hear, and what hears it.

use crate::analysis::{Analyzer, LiveMeter, LiveSpectrumMeter, Played, Scope};
use crate::bridge::FrameConsumer;

/// What one activation offers to hear.
pub struct Stream {
    /// Mix and master.
    pub frames: FrameConsumer,
    /// Rate, Hz.
    pub sample_rate_hz: f64,
    /// 1 or 2.
    pub num_channels: usize,
}

/// What hears one stream.
pub struct Ears {
    pub stream: Stream,
    pub song: Analyzer,
    /// Since where it plays, listened to or not.
    pub played: Played,
    pub mix: LiveMeter,
    pub master: LiveMeter,
    pub spectra: LiveSpectrumMeter,
    pub scope: Scope,
}

impl Ears {
    /// Has heard nothing.
    pub fn new(stream: Stream) -> Self {
        let (rate, num_channels) = (stream.sample_rate_hz, stream.num_channels);
        Self {
            song: Analyzer::new(rate, num_channels),
            played: Played::default(),
            mix: LiveMeter::new(rate, num_channels),
            master: LiveMeter::new(rate, num_channels),
            spectra: LiveSpectrumMeter::new(rate),
            scope: Scope::new(rate),
            stream,
        }
    }
}
