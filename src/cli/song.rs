//! A song on its way through: read, heard, judged, rendered.

use std::path::Path;

use anyhow::{Context, Result};

use super::progress::Progress;
use crate::analysis::{Analyzer, Features};
use crate::assistant::{Audio, Brief, Report, hear};
use crate::audio_file::{AudioFile, Format, Limits, read_through};
use crate::chain::{Chain, Settings};
use crate::dsp::cancel::Cancel;
use crate::report::Source;

/// Frames per step of work.
const CHUNK: usize = 1 << 15;

/// Hears a whole recording.
pub fn analyze(audio: &AudioFile) -> Features {
    let progress = Progress::new("Listening", audio.num_frames() as u64);
    let mut analyzer = Analyzer::new(f64::from(audio.sample_rate_hz), audio.channels.len());
    analyzer.set_extent(Some((0.0, audio.duration_s())));
    for (left, right) in audio.left().chunks(CHUNK).zip(audio.right().chunks(CHUNK)) {
        analyzer.process(left, right);
        progress.add(left.len() as u64);
    }
    analyzer.finish();
    analyzer.features()
}

/// Hears a file of at most so many seconds without keeping its sound.
///
/// # Errors
/// As [`read_through`].
pub fn analyze_file(path: &Path, max_s: f64) -> Result<Features> {
    let progress = Progress::new("Listening", 0);
    let mut analyzer: Option<Analyzer> = None;
    let format = read_through(path, &Limits { max_s, cancel: Cancel::default() }, |rate_hz, planes| {
        let analyzer = analyzer.get_or_insert_with(|| Analyzer::new(f64::from(rate_hz), planes.len()));
        if let (Some(left), Some(right)) = (planes.first(), planes.last()) {
            analyzer.process(left, right);
            progress.add(left.len() as u64);
        }
        Ok(())
    })?;
    let mut analyzer = analyzer.with_context(|| format!("{}: holds no samples", path.display()))?;
    analyzer.set_extent(Some((0.0, format.duration_s())));
    analyzer.finish();
    Ok(analyzer.features())
}

/// Judges a recording, starting from default settings.
pub fn judge(audio: &AudioFile, features: &Features, brief: &Brief) -> Report {
    let _progress = Progress::new("Judging", 0);
    hear(features, brief, &Settings::default(), Audio::Song { left: audio.left(), right: audio.right() })
}

/// Runs a recording through the chain: as long as it was, the latency removed.
pub fn render(audio: &AudioFile, settings: &Settings) -> AudioFile {
    let mut chain = Chain::new(f64::from(audio.sample_rate_hz), settings.latency_mode);
    chain.set(settings);
    let latency = chain.latency_samples();
    let num_frames = audio.num_frames();
    let progress = Progress::new("Rendering", num_frames as u64);
    let padded = |channel: &[f32]| [channel, &vec![0.0; latency]].concat();
    let (mut left, mut right) = (padded(audio.left()), padded(audio.right()));
    for (left, right) in left.chunks_mut(CHUNK).zip(right.chunks_mut(CHUNK)) {
        chain.process(left, right);
        progress.add(left.len() as u64);
    }
    left.drain(..latency);
    right.drain(..latency);
    let mut channels = vec![left, right];
    channels.truncate(audio.channels.len());
    debug_assert!(channels.iter().all(|channel| channel.len() == num_frames));
    AudioFile { channels, ..*audio }
}

/// The layout of a recording.
pub fn format(audio: &AudioFile) -> Format {
    Format {
        sample_rate_hz: audio.sample_rate_hz,
        num_channels: audio.channels.len(),
        num_frames: audio.num_frames() as u64,
        source: audio.source,
    }
}

/// The file as a report names it.
pub fn source(path: &Path, audio: &AudioFile) -> Source {
    Source {
        file: path.display().to_string(),
        sample_rate_hz: audio.sample_rate_hz,
        channels: audio.channels.len(),
        duration_s: audio.duration_s(),
    }
}
