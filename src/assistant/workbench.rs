//! Where moves are tried: a few seconds of the song through the real chain, and everything asked of what comes out.

use super::Evidence;
use super::findings::{Finding, FindingKind, measured};
use super::rendering::{Audio, EXCERPT_LEAD_IN_BLOCKS, Material, Piece, Renderer};
use crate::analysis::{Analyzer, Excerpt, Features, rendered};
use crate::chain::Settings;

/// Parts of a whole song that are rendered: so many blocks of 100 ms each, one of so many.
pub const PART_BLOCKS: usize = 30;
const GRID_BLOCKS: usize = 40;
/// Frames heard at a time.
const CHUNK: usize = 4096;
/// Ranks of the parts by loudness: the two loudest, a typical one, a quiet one (`product.md` section 4: about 12 s).
const RANKS: [f64; 4] = [1.0, 0.9, 0.5, 0.15];

/// A place in the song that has to be among the parts, seconds.
pub type Place = (f64, f64);

/// Renders parts of a song and measures them.
pub struct Workbench<'a> {
    features: &'a Features,
    audio: Audio<'a>,
    renderer: Renderer<'a>,
    starts_s: Vec<f64>,
    pieces: Vec<Piece<'a>>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Measurements of the parts.
    pub features: Features,
    /// All kinds that could be measured, within their range or not.
    pub measured: Vec<Finding>,
}

impl Outcome {
    /// What one kind measures.
    pub fn of(&self, kind: FindingKind) -> Option<&Finding> {
        self.measured.iter().find(|finding| finding.kind == kind)
    }
}

impl<'a> Workbench<'a> {
    /// For audio of what the features are of.
    pub fn new(features: &'a Features, material: Material<'a>) -> Self {
        let (audio, renderer) = (material.audio, Renderer::new(features, material.cancel));
        let mut bench = Self { features, audio, renderer, starts_s: Vec::new(), pieces: Vec::new() };
        match audio {
            Audio::Song { .. } | Audio::Stretches(_) => bench.take_parts(&parts(features)),
            Audio::Excerpts(excerpts) => bench.take_excerpts(&rendered(excerpts)),
        }
        bench
    }

    /// The same song with a part where something local is; all excerpts where only those are known.
    pub fn at(&self, place: Place) -> Self {
        let (features, audio) = (self.features, self.audio);
        let mut bench = Self { features, audio, renderer: self.renderer, starts_s: Vec::new(), pieces: Vec::new() };
        match audio {
            Audio::Song { .. } | Audio::Stretches(_) => bench.take_parts(&around(features, place)),
            Audio::Excerpts(excerpts) => bench.take_excerpts(&excerpts.iter().collect::<Vec<_>>()),
        }
        bench
    }

    /// Whether there is anything to render.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The parts rendered with these settings and heard. The limiter and what follows are left out: level is solved for last.
    pub fn hear(&self, settings: &Settings) -> Outcome {
        if self.renderer.is_cancelled() {
            return Outcome { features: Features::default(), measured: Vec::new() };
        }
        let mut settings = *settings;
        settings.limiter.enabled = false;
        settings.dither.enabled = false;
        let num_channels = self.features.num_channels;
        let mut analyzer = Analyzer::new(self.features.sample_rate_hz, num_channels);
        for (start_s, [left, right]) in self.starts_s.iter().zip(self.renderer.render_audio(&self.pieces, &settings)) {
            analyzer.set_position(Some(*start_s));
            for (left, right) in left.chunks(CHUNK).zip(right.chunks(CHUNK)) {
                if self.renderer.is_cancelled() {
                    break;
                }
                analyzer.process(left, right);
            }
        }
        analyzer.finish();
        let features = analyzer.features();
        let measured = measured(&features);
        Outcome { features, measured }
    }

    fn take_parts(&mut self, starts: &[usize]) {
        for &start in starts {
            let blocks = start..start + PART_BLOCKS;
            let piece = match self.audio {
                Audio::Song { left, right } => Some(self.renderer.song_part(left, right, blocks)),
                Audio::Stretches(stretches) => self.renderer.stretch_piece(stretches, blocks, EXCERPT_LEAD_IN_BLOCKS),
                Audio::Excerpts(_) => None,
            };
            if let Some(piece) = piece {
                self.starts_s.push(start as f64 / 10.0);
                self.pieces.push(piece);
            }
        }
    }

    fn take_excerpts(&mut self, excerpts: &[&'a Excerpt]) {
        let mut order: Vec<&Excerpt> = excerpts.to_vec();
        order.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        self.starts_s = order.iter().map(|excerpt| excerpt.start_s + 0.5).collect();
        self.pieces = self.renderer.excerpt_pieces(&order);
    }
}

/// Where a finding is, if it is not so in all of the song.
pub fn local_place(features: &Features, evidence: &Evidence) -> Option<Place> {
    let is_local = evidence.share < 0.9 && evidence.to_s - evidence.from_s < 0.8 * features.heard_s;
    is_local.then_some((evidence.from_s, evidence.to_s))
}

/// First blocks of the parts with one where something local is, in song order.
pub fn around(features: &Features, place: Place) -> Vec<usize> {
    let middle = (place.0 + place.1) / 2.0;
    let first_s = features.blocks.first().map_or(0.0, |block| block.start_s);
    let last = features.blocks.len().saturating_sub(PART_BLOCKS) as f64;
    let block = |time_s: f64| ((time_s - first_s) * 10.0).clamp(0.0, last) as usize;
    let around = [block(middle - 1.5), block(place.0), block(place.1 - 3.0)];
    let mut starts = vec![around[0]];
    for start in around.into_iter().chain(parts(features)) {
        if starts.len() < RANKS.len() + 1 && starts.iter().all(|other| other.abs_diff(start) >= PART_BLOCKS) {
            starts.push(start);
        }
    }
    starts.sort_unstable();
    starts
}

/// First blocks of the parts of a song by [`RANKS`], in song order.
pub fn parts(features: &Features) -> Vec<usize> {
    let powers: Vec<f64> = features.blocks.iter().map(crate::analysis::Block::power).collect();
    if powers.len() <= PART_BLOCKS {
        return vec![0];
    }
    let candidates: Vec<(usize, f64)> = (0..=powers.len() - PART_BLOCKS)
        .step_by(GRID_BLOCKS)
        .map(|start| (start, powers[start..start + PART_BLOCKS].iter().sum()))
        .filter(|&(_, power): &(usize, f64)| power > 0.0)
        .collect();
    by_rank(candidates, RANKS.iter().copied())
}

/// The places that stand at these ranks by power, 0 the least and 1 the greatest, in song order, each once.
pub(super) fn by_rank(mut candidates: Vec<(usize, f64)>, ranks: impl Iterator<Item = f64>) -> Vec<usize> {
    candidates.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut starts: Vec<usize> = ranks
        .filter_map(|rank| candidates.get(((candidates.len().max(1) - 1) as f64 * rank).round() as usize))
        .map(|candidate| candidate.0)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}
