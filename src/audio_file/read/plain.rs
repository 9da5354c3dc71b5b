//! Plain samples, read by `pcm`, with the same face as everything else.

use anyhow::Result;

use super::sound::{Declared, Sound};
use crate::audio_file::pcm::PcmReader;

/// A file of plain samples.
pub struct PlainFile(pub PcmReader);

impl Sound for PlainFile {
    fn declared(&self) -> Declared {
        let declared = self.0.declared();
        Declared {
            sample_rate_hz: Some(declared.sample_rate_hz),
            num_channels: Some(declared.num_channels),
            num_frames: declared.num_frames,
            source: declared.source,
            codec: declared.codec,
        }
    }

    fn sample_rate_hz(&self) -> u32 {
        self.0.declared().sample_rate_hz
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<bool> {
        self.0.next(planes)
    }

    fn truncated_s(&self) -> Option<f64> {
        let missing = self.0.missing_frames();
        (missing > 0).then(|| missing as f64 / f64::from(self.sample_rate_hz().max(1)))
    }
}
