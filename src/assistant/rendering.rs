//! Renders what was captured through the real chain and measures what comes out, block by block.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use super::stretches::Stretch;
use crate::analysis::{Excerpt, Features, LoudnessMeter, TruePeakMeter};
use crate::chain::{Chain, Settings};
use crate::dsp::cancel::Cancel;
use crate::dsp::units::db_from_gain;

/// The audio behind the features: all of it, or what was kept of it.
#[derive(Clone, Copy, Debug)]
pub enum Audio<'a> {
    /// The whole song; `right` is `left` for a mono one.
    Song {
        /// Left channel.
        left: &'a [f32],
        /// Right channel.
        right: &'a [f32],
    },
    /// Excerpts captured while listening.
    Excerpts(&'a [Excerpt]),
    /// Parts of a song that is too long to be kept: those that [`super::stretches`] names, in its order.
    Stretches(&'a [Stretch]),
}

/// What is rendered, for as long as anybody wants to know what comes of it: from then on renderings are empty and cost nothing,
/// and whatever was concluded from them is to be thrown away.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The audio.
    pub audio: Audio<'a>,
    /// Whether it is still wanted.
    pub cancel: &'a Cancel,
}

/// A stretch of audio that is rendered on its own, so that stretches can be rendered side by side.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// Left channel, with the lead-in.
    pub left: &'a [f32],
    /// Right channel, with the lead-in.
    pub right: &'a [f32],
    /// Blocks at its start that only bring the chain into its state and are not measured.
    pub num_lead_in: usize,
}

/// 100 ms as they came out of the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OutBlock {
    /// K-weighted power summed over channels.
    pub power: f64,
    /// Peak, linear.
    pub peak: f64,
    /// Largest gain reduction of the limiter, dB.
    pub reduction_db: f64,
}

/// Which peak of a block is measured: the true one takes as long as the rest of the measuring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peak {
    /// The highest sample.
    Sample,
    /// The true peak.
    True,
}

/// Renders pieces of one song.
#[derive(Clone, Copy, Debug)]
pub struct Renderer<'a> {
    sample_rate_hz: f64,
    num_channels: usize,
    num_threads: usize,
    cancel: &'a Cancel,
}

/// Pieces of a song are this long, in blocks, and get that much lead-in: longer than anything in the chain remembers.
const PIECE_BLOCKS: usize = 200;
pub const LEAD_IN_BLOCKS: usize = 15;
/// Excerpts have no lead-in but their own first half second.
pub const EXCERPT_LEAD_IN_BLOCKS: usize = 5;

impl<'c> Renderer<'c> {
    /// For audio of what the features are of, until it is cancelled.
    pub fn new(features: &Features, cancel: &'c Cancel) -> Self {
        let num_threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { sample_rate_hz: features.sample_rate_hz, num_channels: features.num_channels, num_threads, cancel }
    }

    /// Whether nobody wants to know any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Cuts a song into pieces of 20 s. Where they are cut does not depend on the machine, so neither do the numbers.
    pub fn song_pieces<'a>(&self, left: &'a [f32], right: &'a [f32]) -> Vec<Piece<'a>> {
        let num_blocks = left.len().div_ceil(self.frame(1).max(1));
        (0..num_blocks)
            .step_by(PIECE_BLOCKS)
            .map(|start| self.piece(left, right, start..(start + PIECE_BLOCKS).min(num_blocks), LEAD_IN_BLOCKS))
            .collect()
    }

    /// A part of a song, as short of lead-in as an excerpt.
    pub fn song_part<'a>(&self, left: &'a [f32], right: &'a [f32], blocks: Range<usize>) -> Piece<'a> {
        self.piece(left, right, blocks, EXCERPT_LEAD_IN_BLOCKS)
    }

    fn piece<'a>(&self, left: &'a [f32], right: &'a [f32], blocks: Range<usize>, lead_in: usize) -> Piece<'a> {
        let num_lead_in = blocks.start.min(lead_in);
        let frames = self.frame(blocks.start - num_lead_in)..self.frame(blocks.end).min(left.len());
        Piece { left: &left[frames.clone()], right: &right[frames], num_lead_in }
    }

    /// Blocks of a song of which only stretches are there, with this lead-in; `None` where they are in none.
    pub fn stretch_piece<'a>(
        &self,
        stretches: &'a [Stretch],
        blocks: Range<usize>,
        lead_in: usize,
    ) -> Option<Piece<'a>> {
        let num_lead_in = blocks.start.min(lead_in);
        let frames = self.frame(blocks.start - num_lead_in)..self.frame(blocks.end);
        let (left, right) = stretches.iter().find_map(|stretch| stretch.frames(frames.clone()))?;
        Some(Piece { left, right, num_lead_in })
    }

    /// Excerpts as pieces.
    pub fn excerpt_pieces<'a>(&self, excerpts: &[&'a Excerpt]) -> Vec<Piece<'a>> {
        let piece = |excerpt: &&'a Excerpt| Piece {
            left: &excerpt.left,
            right: &excerpt.right,
            num_lead_in: EXCERPT_LEAD_IN_BLOCKS,
        };
        excerpts.iter().map(piece).collect()
    }

    /// Renders each piece with these settings, from a fresh chain; the measured blocks of each.
    pub fn render(&self, pieces: &[Piece], settings: &Settings, peak: Peak) -> Vec<Vec<OutBlock>> {
        let next = AtomicUsize::new(0);
        let work = || {
            if self.is_cancelled() {
                return Vec::new();
            }
            let mut chain = Chain::new(self.sample_rate_hz, settings.latency_mode);
            let mut done = Vec::new();
            loop {
                let idx = next.fetch_add(1, Ordering::Relaxed);
                let Some(piece) = pieces.get(idx).filter(|_| !self.is_cancelled()) else { return done };
                chain.reset();
                chain.set(settings);
                done.push((idx, self.render_piece(&mut chain, piece, peak)));
            }
        };
        let mut rendered: Vec<_> = self.side_by_side(pieces.len(), work);
        rendered.sort_by_key(|(idx, _)| *idx);
        rendered.into_iter().map(|(_, blocks)| blocks).collect()
    }

    /// Each piece rendered with these settings, from a fresh chain, without its lead-in; `[left, right]`.
    pub fn render_audio(&self, pieces: &[Piece], settings: &Settings) -> Vec<[Vec<f32>; 2]> {
        let next = AtomicUsize::new(0);
        let work = || {
            if self.is_cancelled() {
                return Vec::new();
            }
            let mut chain = Chain::new(self.sample_rate_hz, settings.latency_mode);
            let latency = chain.latency_samples();
            let mut done = Vec::new();
            loop {
                let idx = next.fetch_add(1, Ordering::Relaxed);
                let Some(piece) = pieces.get(idx).filter(|_| !self.is_cancelled()) else { return done };
                chain.reset();
                chain.set(settings);
                let padded = |channel: &[f32]| [channel, &vec![0.0; latency]].concat();
                let mut channels = [padded(piece.left), padded(piece.right)];
                let [left, right] = &mut channels;
                let chunk = self.frame(1).max(1);
                left.chunks_mut(chunk)
                    .zip(right.chunks_mut(chunk))
                    .take_while(|_| !self.is_cancelled())
                    .for_each(|(left, right)| chain.process(left, right));
                let late = (latency + self.frame(piece.num_lead_in)).min(left.len());
                channels.iter_mut().for_each(|channel| drop(channel.drain(..late)));
                done.push((idx, channels));
            }
        };
        let mut rendered: Vec<_> = self.side_by_side(pieces.len(), work);
        rendered.sort_by_key(|(idx, _)| *idx);
        rendered.into_iter().map(|(_, channels)| channels).collect()
    }

    /// Runs the same work in as many threads as make sense.
    fn side_by_side<T: Send>(&self, num_pieces: usize, work: impl Fn() -> Vec<T> + Send + Sync + Copy) -> Vec<T> {
        std::thread::scope(|scope| {
            // A machine that has no thread left renders one piece after the other.
            let helper = |_| std::thread::Builder::new().spawn_scoped(scope, work).ok();
            let helpers: Vec<_> = (1..self.num_threads.min(num_pieces)).filter_map(helper).collect();
            let mine = work();
            let join =
                |helper: ScopedJoinHandle<'_, Vec<T>>| helper.join().unwrap_or_else(|panic| resume_unwind(panic));
            mine.into_iter().chain(helpers.into_iter().flat_map(join)).collect()
        })
    }

    /// What the mix itself is in the same blocks, without the chain; sample peaks, as in [`Features::blocks`].
    pub fn measure(&self, pieces: &[Piece]) -> Vec<Vec<OutBlock>> {
        pieces
            .iter()
            .take_while(|_| !self.is_cancelled())
            .map(|piece| {
                let mut meter = BlockMeter::new(self.sample_rate_hz, self.num_channels, Peak::Sample);
                meter.process(piece.left, piece.right, 0.0);
                meter.finish(piece.num_lead_in)
            })
            .collect()
    }

    fn render_piece(&self, chain: &mut Chain, piece: &Piece, peak: Peak) -> Vec<OutBlock> {
        let latency = chain.latency_samples();
        let mut meter = BlockMeter::new(self.sample_rate_hz, self.num_channels, peak);
        let num_frames = piece.left.len();
        let chunk = self.frame(1).max(1);
        let (mut left, mut right) = (vec![0.0; chunk], vec![0.0; chunk]);
        let mut from = 0;
        while from < num_frames + latency && !self.is_cancelled() {
            let len = chunk.min(num_frames + latency - from);
            // The last chunks may begin after the audio has ended: only the chain's delay is left then.
            let start = from.min(num_frames);
            let num_audio = (num_frames - start).min(len);
            left[..num_audio].copy_from_slice(&piece.left[start..start + num_audio]);
            right[..num_audio].copy_from_slice(&piece.right[start..start + num_audio]);
            left[num_audio..len].fill(0.0);
            right[num_audio..len].fill(0.0);
            chain.process(&mut left[..len], &mut right[..len]);
            let late = latency.saturating_sub(from).min(len);
            meter.process(&left[late..len], &right[late..len], chain.activity().limiter_reduction_db);
            from += len;
        }
        meter.finish(piece.num_lead_in)
    }

    fn frame(&self, block_idx: usize) -> usize {
        first_frame(block_idx, self.sample_rate_hz)
    }
}

/// First frame of a block, as the loudness meter cuts them.
pub fn first_frame(block_idx: usize, sample_rate_hz: f64) -> usize {
    (block_idx as f64 * sample_rate_hz / 10.0).round() as usize
}

/// Loudness, peak and reduction per 100 ms.
struct BlockMeter {
    loudness: LoudnessMeter,
    true_peaks: Option<TruePeakMeter>,
    num_channels: usize,
    current: OutBlock,
    blocks: Vec<OutBlock>,
}

impl BlockMeter {
    fn new(sample_rate_hz: f64, num_channels: usize, peak: Peak) -> Self {
        Self {
            loudness: LoudnessMeter::new(sample_rate_hz, &[1.0, 1.0][..num_channels]),
            true_peaks: (peak == Peak::True).then(|| TruePeakMeter::new(num_channels)),
            num_channels,
            current: OutBlock::default(),
            blocks: Vec::new(),
        }
    }

    fn process(&mut self, left: &[f32], right: &[f32], reduction_db: f64) {
        let mut from = 0;
        while from < left.len() {
            let to = left.len().min(from + self.loudness.frames_to_block_end());
            let part = [&left[from..to], &right[from..to]];
            let part = &part[..self.num_channels];
            let peak = match &mut self.true_peaks {
                Some(meter) => meter.process(part).0,
                None => f64::from(part.iter().copied().flatten().fold(0.0f32, |peak, sample| peak.max(sample.abs()))),
            };
            self.current.peak = self.current.peak.max(peak);
            self.current.reduction_db = self.current.reduction_db.max(reduction_db);
            let mut power = None;
            self.loudness.process(part, |powers| power = Some(powers.block));
            if let Some(power) = power {
                self.blocks.push(OutBlock { power, ..self.current });
                self.current = OutBlock::default();
            }
            from = to;
        }
    }

    /// The measured blocks. What is left over at the end has a peak but is no block.
    fn finish(mut self, num_lead_in: usize) -> Vec<OutBlock> {
        if let Some(last) = self.blocks.last_mut() {
            last.peak = last.peak.max(self.current.peak);
            last.reduction_db = last.reduction_db.max(self.current.reduction_db);
        }
        self.blocks.drain(..num_lead_in.min(self.blocks.len()));
        self.blocks
    }
}

/// The highest peak of all blocks, dB; −∞ for silence.
pub fn peak_db(pieces: &[Vec<OutBlock>]) -> f64 {
    db_from_gain(pieces.iter().flatten().map(|block| block.peak).fold(0.0, f64::max))
}

/// The largest gain reduction, dB.
pub fn max_reduction_db(pieces: &[Vec<OutBlock>]) -> f64 {
    pieces.iter().flatten().map(|block| block.reduction_db).fold(0.0, f64::max)
}
