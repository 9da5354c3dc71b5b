//! Which parts of a long song are rendered. All that will be asked of it follows from what was heard, so a song that is too long
//! to be kept is read once more and these are cut out of it.

use std::ops::Range;

use super::findings::findings;
use super::predict::{WINDOW_BLOCKS, loudest_windows};
use super::rendering::{EXCERPT_LEAD_IN_BLOCKS, LEAD_IN_BLOCKS, first_frame};
use super::workbench::{PART_BLOCKS, around, by_rank, local_place, parts};
use crate::analysis::{Block, Features};

/// Samples of a long song that tell what a chain makes of all of it: so long, in blocks, without their lead-in.
const SAMPLE_BLOCKS: usize = 50;
/// How many: 24 of them are 60 MB at 48 kHz in stereo, and 8 still tell loud from quiet at the highest rate.
const NUM_SAMPLES: usize = 24;
const LEAST_SAMPLES: usize = 8;
const MAX_SAMPLE_FRAMES: f64 = 8.0e6;
/// Samples lie the closer the louder they are: what is limited is loud.
const SKEW: f64 = 1.5;
/// Places of local findings that are taken in: 30 MB.
const MAX_PLACES: usize = 24;

/// A part of a song that was cut out of its file.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    first_frame: usize,
    channels: Vec<Vec<f32>>,
}

impl Stretch {
    /// One or two channels that begin at a frame of the song.
    pub fn new(first_frame: usize, channels: Vec<Vec<f32>>) -> Self {
        Self { first_frame, channels }
    }

    /// Left and right of these frames of the song, if they are here; a few may be missing at their end, where the song ends.
    pub(super) fn frames(&self, frames: Range<usize>) -> Option<(&[f32], &[f32])> {
        let (left, right) = (self.channels.first()?, self.channels.last()?);
        let start = frames.start.checked_sub(self.first_frame)?;
        let missing = (frames.end - self.first_frame).saturating_sub(left.len());
        let end = (missing * 10 < frames.len()).then_some(frames.end - self.first_frame - missing)?;
        Some((left.get(start..end)?, right.get(start..end)?))
    }
}

/// The frames of a song that the assistant asks for when it judges [`super::Audio::Stretches`] of it: in song order, apart.
///
/// `features` must be of the song from its first sample on.
pub fn stretches(features: &Features) -> Vec<Range<usize>> {
    let with = |lead_in: usize, start: usize, len: usize| start.saturating_sub(lead_in)..start + len;
    let samples = samples(features).into_iter().map(|start| with(LEAD_IN_BLOCKS, start, SAMPLE_BLOCKS));
    let loudest = loudest_windows(features).into_iter().map(|start| with(EXCERPT_LEAD_IN_BLOCKS, start, WINDOW_BLOCKS));
    let found = findings(features);
    let places = found.iter().filter_map(|finding| local_place(features, &finding.evidence));
    let places = places.flat_map(|place| around(features, place)).take(MAX_PLACES);
    let parts = parts(features).into_iter().chain(places);
    let parts = parts.map(|start| with(EXCERPT_LEAD_IN_BLOCKS, start, PART_BLOCKS));
    let mut blocks: Vec<Range<usize>> = samples.chain(loudest).chain(parts).collect();
    blocks.sort_by_key(|range| range.start);
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in blocks {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    let frame = |block_idx| first_frame(block_idx, features.sample_rate_hz);
    apart.into_iter().map(|range| frame(range.start)..frame(range.end)).collect()
}

/// The blocks of each sample of a long song.
pub(super) fn sampled(features: &Features) -> Vec<Range<usize>> {
    samples(features).into_iter().map(|start| start..start + SAMPLE_BLOCKS).collect()
}

/// First blocks of the samples, in song order.
fn samples(features: &Features) -> Vec<usize> {
    let powers: Vec<f64> = features.blocks.iter().map(Block::power).collect();
    let candidates: Vec<(usize, f64)> = powers
        .chunks_exact(SAMPLE_BLOCKS)
        .enumerate()
        .map(|(idx, powers)| (idx * SAMPLE_BLOCKS, powers.iter().sum()))
        .filter(|&(_, power): &(usize, f64)| power > 0.0)
        .collect();
    let frames = first_frame(SAMPLE_BLOCKS + LEAD_IN_BLOCKS, features.sample_rate_hz).max(1);
    let num_samples = ((MAX_SAMPLE_FRAMES / frames as f64) as usize).clamp(LEAST_SAMPLES, NUM_SAMPLES);
    by_rank(candidates, (0..num_samples).map(|idx| 1.0 - (idx as f64 / (num_samples - 1) as f64).powf(SKEW)))
}
