//! Audio files: what was read, and writing what was made of it.

mod flac;
mod open;
mod read;
pub mod tags;
mod write;

pub use flac::{FlacEncoder, FlacSpec, MAX_FLAC_RATE_HZ, seek_table};
pub use read::{Format, Limits, MAX_REFERENCE_S, MAX_SONG_S, read, read_through};
pub use write::{
    Claim, Container, Spec, WordLength, WriteOptions, Writer, Written, atomic, fill, remove_unfinished, write,
};

/// A recording in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioFile {
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// One or two channels of equal length, full scale ±1.
    pub channels: Vec<Vec<f32>>,
    /// Word length of the source: `None` for lossy ones.
    pub source: Option<WordLength>,
}

impl AudioFile {
    /// Frames.
    pub fn num_frames(&self) -> usize {
        self.channels[0].len()
    }

    /// Length, seconds.
    pub fn duration_s(&self) -> f64 {
        self.num_frames() as f64 / f64::from(self.sample_rate_hz)
    }

    /// The left channel; the only one of a mono recording.
    pub fn left(&self) -> &[f32] {
        &self.channels[0]
    }

    /// The right channel; the left one of a mono recording.
    pub fn right(&self) -> &[f32] {
        &self.channels[self.channels.len() - 1]
    }
}
