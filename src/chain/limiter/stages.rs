//! The two kinds of stage: one that shapes the gain musically, and one that mends what that left over.

use super::detector::Detector;
use super::envelope::Envelope;
use super::section::{Chunk, Section};
use super::style::Shape;
use crate::chain::settings::{Choice, LatencyMode, LimiterStyle};
use crate::dsp::box_filter::BoxFilter;
use crate::dsp::sliding_maximum::SlidingMaximum;

/// Duration of the crossfade from one style to another.
const STYLE_FADE_S: f64 = 0.02;
const NUM_STYLES: usize = LimiterStyle::ALL.len();

/// Reduction (1 − gain) that brings a peak down to the ceiling.
fn required_reduction(over_ratio: f32) -> f64 {
    if over_ratio > 1.0 { 1.0 - 1.0 / f64::from(over_ratio) } else { 0.0 }
}

/// A change of style under way: the new curve first runs unheard until it has settled, then fades in.
#[derive(Clone, Copy, Debug)]
struct StyleChange {
    to: usize,
    chunks_to_settle: usize,
    progress: f64,
}

/// The first stage: the gain curve that is heard.
#[derive(Clone, Debug)]
pub struct MusicalStage<const CHUNK: usize> {
    section: Section<CHUNK>,
    envelopes: [Envelope<CHUNK>; NUM_STYLES],
    style_idx: usize,
    wanted_idx: usize,
    change: Option<StyleChange>,
    fade_step: f64,
    /// The over-ratios of the newest chunks whose hold still lasts: a chunk that is no further over changes nothing.
    in_force: SlidingMaximum,
    in_force_ratio: f64,
}

impl<const CHUNK: usize> MusicalStage<CHUNK> {
    /// For the chunks of a mode.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode) -> Self {
        let is_tracking = latency_mode == LatencyMode::Tracking;
        let shapes: [Shape; NUM_STYLES] = std::array::from_fn(|idx| {
            let style = LimiterStyle::from_index(idx);
            if is_tracking { Shape::tracking(style) } else { Shape::standard(style) }
        });
        let spans = shapes.map(|shape| shape.box_chunks(sample_rate_hz, CHUNK).iter().sum::<usize>());
        let ahead_chunks = spans.into_iter().max().unwrap_or(0);
        let envelopes = shapes.map(|shape| Envelope::new(sample_rate_hz, &shape, ahead_chunks));
        let max_hold = envelopes.iter().map(Envelope::hold_chunks).max().unwrap_or(1);
        let detector = Detector::<CHUNK>::new(sample_rate_hz, !is_tracking, 0);
        let delay_chunks = detector.reach() + ahead_chunks;
        let detector = Detector::new(sample_rate_hz, !is_tracking, delay_chunks + 1);
        let mut stage = Self {
            section: Section::new(detector, delay_chunks),
            envelopes,
            style_idx: 0,
            wanted_idx: 0,
            change: None,
            fade_step: CHUNK as f64 / (STYLE_FADE_S * sample_rate_hz),
            in_force: SlidingMaximum::new(max_hold),
            in_force_ratio: 1.0,
        };
        stage.in_force.set_window(stage.envelopes[0].hold_chunks());
        stage
    }

    /// Delay of the stage.
    pub fn delay_chunks(&self) -> usize {
        self.section.delay_chunks()
    }

    /// Changes the style: by a crossfade of two curves that both hold the ceiling, or at once.
    pub fn set_style(&mut self, style: LimiterStyle, at_once: bool) {
        self.wanted_idx = style.index();
        if at_once && self.wanted_idx != self.style_idx {
            self.style_idx = self.wanted_idx;
            self.change = None;
            self.in_force.set_window(self.envelopes[self.style_idx].hold_chunks());
        }
    }

    /// Takes a chunk and gives the one that leaves.
    pub fn process(&mut self, chunk: &Chunk<CHUNK>) -> Chunk<CHUNK> {
        self.section.push(chunk);
        let over_ratio = self.section.detector.over_ratio(self.in_force_ratio.max(1.0) as f32);
        self.in_force_ratio = self.in_force.push(f64::from(over_ratio));
        let required = required_reduction(over_ratio);
        let mut gain = [1.0; CHUNK];
        let mut is_moving = self.envelopes[self.style_idx].process(required, &mut gain);
        if self.change.is_none() && self.wanted_idx != self.style_idx {
            self.begin_change();
        }
        if let Some(change) = &mut self.change {
            let mut next = [1.0; CHUNK];
            is_moving |= self.envelopes[change.to].process(required, &mut next);
            if change.chunks_to_settle > 0 {
                change.chunks_to_settle -= 1;
            } else {
                for (i, (gain, next)) in gain.iter_mut().zip(next).enumerate() {
                    let progress = change.progress + self.fade_step * (i as f64 / CHUNK as f64);
                    *gain += (next - *gain) * progress.min(1.0);
                }
                change.progress += self.fade_step;
                if change.progress >= 1.0 {
                    self.style_idx = change.to;
                    self.change = None;
                    self.in_force.set_window(self.envelopes[self.style_idx].hold_chunks());
                }
            }
        }
        self.section.pull(&gain, is_moving)
    }

    fn begin_change(&mut self) {
        let (from, to) = (self.style_idx, self.wanted_idx);
        self.envelopes[to].reset();
        let chunks_to_settle = self.envelopes[to].settling_chunks();
        self.change = Some(StyleChange { to, chunks_to_settle, progress: 0.0 });
        self.in_force.set_window(self.envelopes[from].hold_chunks().min(self.envelopes[to].hold_chunks()));
    }

    /// As new.
    pub fn reset(&mut self) {
        self.section.reset();
        self.envelopes.iter_mut().for_each(Envelope::reset);
        (self.style_idx, self.wanted_idx, self.change) = (0, 0, None);
        self.in_force.reset();
        self.in_force.set_window(self.envelopes[0].hold_chunks());
        self.in_force_ratio = 1.0;
    }
}

/// A later stage: judges the output of the stage before and takes the rest of the peak off.
///
/// Its gain stands still over all that a functional sees about a peak, so that peak comes out exactly at the ceiling; what
/// changes elsewhere is less over than before by a constant factor (largest slope of the boxes' kernel times the functional's
/// first moment, `w·M1` ≤ 0.3).
#[derive(Clone, Debug)]
pub struct CorrectionStage<const CHUNK: usize> {
    section: Section<CHUNK>,
    held: SlidingMaximum,
    boxes: BoxFilter<CHUNK>,
}

impl<const CHUNK: usize> CorrectionStage<CHUNK> {
    /// Boxes of 1, 1 and 2 chunks.
    const BOX_CHUNKS: [usize; 3] = [1, 1, 2];

    /// With or without the long family.
    pub fn new(sample_rate_hz: f64, has_long_family: bool) -> Self {
        let boxes = BoxFilter::new(Self::BOX_CHUNKS);
        let detector = Detector::<CHUNK>::new(sample_rate_hz, has_long_family, 0);
        let delay_chunks = 2 * detector.reach() + boxes.span_chunks();
        let detector = Detector::new(sample_rate_hz, has_long_family, delay_chunks + 1);
        Self { section: Section::new(detector, delay_chunks), held: SlidingMaximum::new(delay_chunks + 1), boxes }
    }

    /// Delay of the stage.
    pub fn delay_chunks(&self) -> usize {
        self.section.delay_chunks()
    }

    /// Takes a chunk and gives the one that leaves.
    pub fn process(&mut self, chunk: &Chunk<CHUNK>) -> Chunk<CHUNK> {
        self.section.push(chunk);
        let held = self.held.push(required_reduction(self.section.detector.over_ratio(1.0)));
        let mut gain = [1.0; CHUNK];
        let is_moving = self.boxes.complement(held, &mut gain);
        self.section.pull(&gain, is_moving)
    }

    /// As new.
    pub fn reset(&mut self) {
        self.section.reset();
        self.held.reset();
        self.boxes.reset();
    }
}
