//! From the reduction that peaks require to a gain curve that sounds like nothing.

use super::style::Shape;
use crate::dsp::box_filter::BoxFilter;
use crate::dsp::delay::DelayLine;
use crate::dsp::sliding_maximum::SlidingMaximum;

/// Below this (−140 dB) what is left of a recovery ends, so that the gain comes to rest at exactly 1.
const REST: f64 = 1e-7;

/// Hold, two-stage release and three boxes over the required reduction; one value a chunk in, one gain a sample out.
#[derive(Clone, Debug)]
pub struct Envelope<const CHUNK: usize> {
    lag: DelayLine<f64>,
    lag_chunks: usize,
    held: SlidingMaximum,
    hold_chunks: usize,
    slow: f64,
    reduction: f64,
    slow_attack: f64,
    slow_release: f64,
    fast_release: f64,
    boxes: BoxFilter<CHUNK>,
}

impl<const CHUNK: usize> Envelope<CHUNK> {
    /// For a curve that is in place `ahead_chunks` after the reduction came in, at least what the boxes of `shape` span.
    pub fn new(sample_rate_hz: f64, shape: &Shape, ahead_chunks: usize) -> Self {
        let chunk_s = CHUNK as f64 / sample_rate_hz;
        let boxes = BoxFilter::new(shape.box_chunks(sample_rate_hz, CHUNK));
        let hold_chunks = (shape.hold_s / chunk_s).ceil() as usize;
        let lag_chunks = ahead_chunks - boxes.span_chunks();
        let step = |time_s: f64| 1.0 - (-chunk_s / time_s).exp();
        Self {
            lag: DelayLine::new(lag_chunks, 0.0),
            lag_chunks,
            held: SlidingMaximum::new(boxes.span_chunks() + hold_chunks + 1),
            hold_chunks,
            slow: 0.0,
            reduction: 0.0,
            slow_attack: step(shape.slow_attack_s),
            slow_release: step(shape.slow_release_s),
            fast_release: step(shape.fast_release_s),
            boxes,
        }
    }

    /// Chunks for which a peak surely keeps the gain down after its own chunk.
    pub fn hold_chunks(&self) -> usize {
        self.hold_chunks
    }

    /// Chunks until what went in before no longer matters, but for the tail of the release.
    pub fn settling_chunks(&self) -> usize {
        self.lag_chunks + self.hold_chunks + 2 * self.boxes.span_chunks() + 2
    }

    /// Takes the reduction (1 − gain, 0–1) that the newest chunk requires and writes gains. False when all are exactly 1.
    pub fn process(&mut self, required: f64, gains: &mut [f64; CHUNK]) -> bool {
        self.lag.push(required);
        let held = self.held.push(*self.lag.get(self.lag_chunks));
        // The gain never rises above what is required: the release only adds reduction.
        let step = if held > self.slow { self.slow_attack } else { self.slow_release };
        self.slow += (held - self.slow) * step;
        self.reduction += (self.slow - self.reduction) * self.fast_release;
        if self.reduction < held {
            self.reduction = held;
        }
        if held == 0.0 && self.reduction < REST {
            (self.slow, self.reduction) = (0.0, 0.0);
        }
        self.boxes.complement(self.reduction.min(1.0), gains)
    }

    /// As new.
    pub fn reset(&mut self) {
        self.lag.reset();
        self.held.reset();
        self.boxes.reset();
        (self.slow, self.reduction) = (0.0, 0.0);
    }
}
