//! Tells what settings make of the song: measured on all of it, or mapped from excerpts onto it.

use super::rendering::{
    Audio, EXCERPT_LEAD_IN_BLOCKS, LEAD_IN_BLOCKS, Material, OutBlock, Peak, Piece, Renderer, max_reduction_db, peak_db,
};
use super::stretches::sampled;
use crate::analysis::{Block, BlockPowers, Excerpt, Features, Programme, contrast_lu, playback_gain_lu, rendered};
use crate::chain::Settings;
use crate::dsp::units::{db_from_gain, db_from_power, gain_from_db};

/// What a master would measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Integrated loudness as it plays, LUFS; −∞ if nothing passes the gates.
    pub integrated_lufs: f64,
    /// Loudness range, LU.
    pub loudness_range_lu: Option<f64>,
    /// True peak, dBTP.
    pub true_peak_dbtp: f64,
    /// Largest gain reduction of the limiter, dB.
    pub max_reduction_db: f64,
    /// Loudest minus quietest section, LU; `None` where there is one section only.
    pub contrast_lu: Option<f64>,
}

impl Prediction {
    /// True peak minus integrated loudness as it plays, dB.
    pub fn plr_db(&self) -> f64 {
        self.true_peak_dbtp - self.integrated_lufs
    }
}

/// Predicts by rendering.
pub struct Predictor<'a> {
    features: &'a Features,
    renderer: Renderer<'a>,
    pieces: Vec<Piece<'a>>,
    /// The mix in the blocks of the pieces; only where it has to be mapped.
    mix: Option<Vec<Vec<OutBlock>>>,
    loudest: Vec<Piece<'a>>,
}

impl<'a> Predictor<'a> {
    /// For audio of what the features are of.
    pub fn new(features: &'a Features, material: Material<'a>) -> Self {
        let renderer = Renderer::new(features, material.cancel);
        match material.audio {
            Audio::Song { left, right } => Self {
                features,
                renderer,
                pieces: renderer.song_pieces(left, right),
                mix: None,
                loudest: loudest_windows(features)
                    .into_iter()
                    .map(|start| renderer.song_part(left, right, start..start + WINDOW_BLOCKS))
                    .collect(),
            },
            Audio::Excerpts(excerpts) => {
                let rendered = rendered(excerpts);
                let pieces = renderer.excerpt_pieces(&rendered);
                Self {
                    features,
                    renderer,
                    mix: Some(renderer.measure(&pieces)),
                    loudest: loudest(&rendered, &pieces),
                    pieces,
                }
            }
            Audio::Stretches(stretches) => {
                let cut = |blocks, lead_in| renderer.stretch_piece(stretches, blocks, lead_in);
                let pieces: Vec<Piece> =
                    sampled(features).into_iter().filter_map(|blocks| cut(blocks, LEAD_IN_BLOCKS)).collect();
                let loudest = loudest_windows(features)
                    .into_iter()
                    .filter_map(|start| cut(start..start + WINDOW_BLOCKS, EXCERPT_LEAD_IN_BLOCKS))
                    .collect();
                Self { features, renderer, mix: Some(renderer.measure(&pieces)), loudest, pieces }
            }
        }
    }

    /// Whether there is anything to render.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The loudest parts rendered with these settings; sample peaks.
    pub fn render_loudest(&self, settings: &Settings) -> Vec<Vec<OutBlock>> {
        self.renderer.render(&self.loudest, settings, Peak::Sample)
    }

    /// The song rendered with these settings.
    pub fn predict(&self, settings: &Settings) -> Prediction {
        let rendered = self.renderer.render(&self.pieces, settings, Peak::True);
        match &self.mix {
            None => {
                let powers: Vec<f64> = rendered.iter().flatten().map(|block| block.power).collect();
                measured(self.features, &powers, peak_db(&rendered), max_reduction_db(&rendered))
            }
            Some(mix) => self.map_onto_song(mix, &rendered, settings),
        }
    }

    /// The mix as it is.
    pub fn mix(&self) -> Prediction {
        let levels = &self.features.levels;
        Prediction {
            integrated_lufs: levels.playback_lufs.unwrap_or(f64::NEG_INFINITY),
            loudness_range_lu: levels.loudness_range_lu,
            true_peak_dbtp: levels.true_peak_dbtp.unwrap_or(f64::NEG_INFINITY),
            max_reduction_db: 0.0,
            contrast_lu: contrast_lu(
                &self.features.sections,
                self.features.blocks.iter().map(|block| (block.start_s, block.power())),
            ),
        }
    }

    /// Gain of each block of the song by the excerpts' curve of peak in → gain (`product.md` section 4, Level).
    fn map_onto_song(&self, mix: &[Vec<OutBlock>], rendered: &[Vec<OutBlock>], settings: &Settings) -> Prediction {
        let curve = GainCurve::fit(mix, rendered);
        let blocks = &self.features.blocks;
        let powers: Vec<f64> = blocks
            .iter()
            .map(|block| block.power() * gain_from_db(curve.gain_db(db_from_gain(block.peak()))).powi(2))
            .collect();
        // The song's highest peak may lie outside the excerpts; the ceiling holds it there too.
        let highest = self.mix().true_peak_dbtp + curve.linear_gain_db();
        let ceiling_dbtp = settings.limiter.ceiling().filter(|_| settings.limiter.enabled).unwrap_or(f64::INFINITY);
        let true_peak_dbtp = peak_db(rendered).max(highest.min(ceiling_dbtp));
        let reduction_db = max_reduction_db(rendered).max(highest - ceiling_dbtp);
        measured(self.features, &powers, true_peak_dbtp, reduction_db)
    }
}

/// Loudness and range of a run of 100 ms powers. Exact: gating blocks and windows are made of whole blocks.
fn measured(features: &Features, powers: &[f64], true_peak_dbtp: f64, max_reduction_db: f64) -> Prediction {
    let mut programme = Programme::default();
    let playback_gain_lu = playback_gain_lu(features.num_channels);
    let mean = |window: &[f64]| window.iter().sum::<f64>() / window.len() as f64;
    for end in 1..=powers.len() {
        programme.push(&BlockPowers {
            gating: end.checked_sub(4).map(|start| mean(&powers[start..end])),
            short_term: end.checked_sub(30).map(|start| mean(&powers[start..end])),
            ..BlockPowers::default()
        });
    }
    Prediction {
        integrated_lufs: programme.integrated_lufs().map_or(f64::NEG_INFINITY, |lufs| lufs + playback_gain_lu),
        loudness_range_lu: programme.loudness_range_lu(),
        true_peak_dbtp,
        max_reduction_db,
        contrast_lu: contrast_lu(
            &features.sections,
            features.blocks.iter().zip(powers).map(|(block, &power)| (block.start_s, power)),
        ),
    }
}

/// Gain over the level of a block, from pairs measured in excerpts.
struct GainCurve {
    /// `(peak in dB, gain dB)` by ascending peak.
    points: Vec<(f64, f64)>,
}

/// Points of the curve: enough to follow the limiter, few enough to average over its history.
const CURVE_POINTS: usize = 12;

impl GainCurve {
    fn fit(mix: &[Vec<OutBlock>], rendered: &[Vec<OutBlock>]) -> Self {
        let mut pairs: Vec<(f64, f64, f64)> = mix
            .iter()
            .flatten()
            .zip(rendered.iter().flatten())
            .filter(|(before, after)| before.power > 0.0 && after.power > 0.0)
            .map(|(before, after)| (db_from_gain(before.peak), before.power, after.power))
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let points = pairs
            .chunks(pairs.len().div_ceil(CURVE_POINTS).max(1))
            .map(|chunk| {
                let sum =
                    chunk.iter().fold((0.0, 0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1, sum.2 + pair.2));
                (sum.0 / chunk.len() as f64, db_from_power(sum.2 / sum.1))
            })
            .collect();
        Self { points }
    }

    /// Gain of a block with this peak; the nearest point's beyond the ends.
    fn gain_db(&self, peak_db: f64) -> f64 {
        let upper = self.points.partition_point(|&(peak, _)| peak < peak_db);
        match (upper.checked_sub(1).map(|idx| self.points[idx]), self.points.get(upper)) {
            (Some((x0, y0)), Some(&(x1, y1))) if x1 > x0 => y0 + (y1 - y0) * (peak_db - x0) / (x1 - x0),
            (Some((_, y)), _) => y,
            (None, Some(&(_, y))) => y,
            (None, None) => 0.0,
        }
    }

    /// Gain where nothing is limited.
    fn linear_gain_db(&self) -> f64 {
        self.points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Length of a loudest part, blocks.
pub const WINDOW_BLOCKS: usize = 30;
const NUM_LOUDEST: usize = 2;

/// First blocks of the loudest windows of 3 s that do not overlap.
pub fn loudest_windows(features: &Features) -> Vec<usize> {
    let powers: Vec<f64> = features.blocks.iter().map(Block::power).collect();
    let mut windows: Vec<(usize, f64)> =
        powers.windows(WINDOW_BLOCKS).map(|window| window.iter().sum()).enumerate().collect();
    windows.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut starts: Vec<usize> = Vec::new();
    for (start, _) in windows {
        if starts.len() < NUM_LOUDEST && starts.iter().all(|other| other.abs_diff(start) >= WINDOW_BLOCKS) {
            starts.push(start);
        }
    }
    starts
}

fn loudest<'a>(excerpts: &[&Excerpt], pieces: &[Piece<'a>]) -> Vec<Piece<'a>> {
    let mut order: Vec<usize> = (0..excerpts.len()).collect();
    order.sort_by(|&a, &b| excerpts[b].loudness_lufs.total_cmp(&excerpts[a].loudness_lufs));
    order.iter().take(NUM_LOUDEST).map(|&idx| pieces[idx]).collect()
}
