//! A stretch of the limiter between two gains: signal in, detection in the middle, signal times gain out.

use super::detector::{ChunkInfo, Detector};
use crate::dsp::delay::DelayLine;

/// What travels from stage to stage.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<const CHUNK: usize> {
    /// Left and right as far as limited, for detection only.
    pub signal: [[f32; CHUNK]; 2],
    /// Product of the gains applied to it.
    pub gain: [f64; CHUNK],
    /// What is known of it.
    pub info: ChunkInfo,
}

/// Detector and delay of one stage.
#[derive(Clone, Debug)]
pub struct Section<const CHUNK: usize> {
    /// Sees the signal as it comes in.
    pub detector: Detector<CHUNK>,
    gains: DelayLine<[f64; CHUNK]>,
    delay_chunks: usize,
}

impl<const CHUNK: usize> Section<CHUNK> {
    /// A section whose output is `delay_chunks` chunks later than its input.
    pub fn new(detector: Detector<CHUNK>, delay_chunks: usize) -> Self {
        Self { detector, gains: DelayLine::new(delay_chunks, [1.0; CHUNK]), delay_chunks }
    }

    /// Chunks from input to output.
    pub fn delay_chunks(&self) -> usize {
        self.delay_chunks
    }

    /// Takes the next chunk.
    pub fn push(&mut self, chunk: &Chunk<CHUNK>) {
        self.detector.push(&chunk.signal, chunk.info);
        self.gains.push(chunk.gain);
    }

    /// The chunk that leaves, times `gain` (all 1 unless `is_moving`).
    pub fn pull(&self, gain: &[f64; CHUNK], is_moving: bool) -> Chunk<CHUNK> {
        let info = self.detector.info(self.delay_chunks);
        let mut chunk = Chunk {
            signal: [[0.0; CHUNK]; 2],
            gain: *self.gains.get(self.delay_chunks),
            info: ChunkInfo { source_peak: info.peak, gain_range: [1.0; 2], ..*info },
        };
        for (channel, signal) in chunk.signal.iter_mut().enumerate() {
            signal.copy_from_slice(self.detector.chunk(channel, self.delay_chunks));
        }
        if is_moving {
            let gain_f32 = gain.map(|gain| gain as f32);
            for i in 0..CHUNK {
                chunk.signal[0][i] *= gain_f32[i];
                chunk.signal[1][i] *= gain_f32[i];
                chunk.gain[i] *= gain[i];
            }
            let min = |min: f32, gain: f32| if gain < min { gain } else { min };
            let max = |max: f32, gain: f32| if gain > max { gain } else { max };
            chunk.info.gain_range =
                [gain_f32.into_iter().fold(gain_f32[0], min), gain_f32.into_iter().fold(gain_f32[0], max)];
        }
        chunk
    }

    /// As new.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.gains.reset();
    }
}
