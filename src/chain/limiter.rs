//! The true-peak limiter: a ceiling that holds on every meter deliveries are checked with (`dsp.md` section 5.3, design G-TPL).
//!
//! The gain is found in passes. The first detects the true peak of its input over a family of interpolators, holds the reduction,
//! releases it in two stages and rounds it with three boxes: that is what one hears. Each later pass detects the true peak of the
//! output so far and takes off the little that the movement of the gain left above the ceiling. There is no feedback and nothing
//! iterates; a pass costs the same whatever comes. Where nothing is above the ceiling the gain is exactly 1.

mod detector;
mod envelope;
mod pipeline;
mod section;
mod stages;
mod style;

use super::settings::{LatencyMode, LimiterSettings};
use crate::dsp::heap::on_heap;
use crate::dsp::units::{db_from_gain, gain_from_db};
use pipeline::{Pipeline, Targets};

/// The ceiling is held this far below its number, for the rounding of meters and files.
const MARGIN_DB: f64 = 0.001;
/// The most that an interpolator makes of errors of the samples after the limiter: the L1 norm of its weights, for 124 taps.
const ERROR_L1: f64 = 3.4;

/// Nothing set yet: no gain, no ceiling.
const INITIAL: Targets =
    Targets { gain: 1.0, inverse_ceiling: 0.0, wet: 1.0, style: super::settings::LimiterStyle::Clean };

/// The limiter of a stereo stream; a mono stream is the same samples on both sides.
///
/// Both channels get the same gain. Settings act on the audio that comes in from then on.
#[derive(Clone, Debug)]
pub struct Limiter {
    core: Core,
    has_settings: bool,
    has_audio: bool,
    min_gain: f64,
}

/// Chunks of 8 samples where latency counts and of 16 where cost does.
#[derive(Clone, Debug)]
enum Core {
    Chunks8(Box<Pipeline<8>>),
    Chunks16(Box<Pipeline<16>>),
}

impl Limiter {
    /// Allocates everything for `sample_rate_hz` (8–384 kHz). Rate and mode alone fix the latency.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode) -> Self {
        let core = if latency_mode == LatencyMode::Tracking && sample_rate_hz < 90_000.0 {
            Core::Chunks8(on_heap(|| Pipeline::new(sample_rate_hz, latency_mode, &INITIAL)))
        } else {
            Core::Chunks16(on_heap(|| Pipeline::new(sample_rate_hz, latency_mode, &INITIAL)))
        };
        Self { core, has_settings: false, has_audio: false, min_gain: 1.0 }
    }

    /// Takes new settings: `amount` (0–2) scales the gain in dB; `dither_error` (linear) is the most that
    /// the dither after it will move a sample, for which the ceiling is held a little lower. Off or at amount 0 the output is
    /// the delayed input.
    ///
    /// The first settings after `new` or `reset` hold at once, later ones glide for 20 ms. Real-time safe.
    pub fn set(&mut self, settings: &LimiterSettings, amount: f64, dither_error: f64) {
        let inverse_ceiling = settings.ceiling().map_or(0.0, |ceiling_dbtp| {
            let ceiling = gain_from_db(ceiling_dbtp);
            1.0 / (ceiling * gain_from_db(-MARGIN_DB) - ERROR_L1 * dither_error).max(1e-6)
        });
        let is_on = settings.enabled && amount > 0.0;
        let targets = Targets {
            gain: gain_from_db(settings.gain_db * amount),
            inverse_ceiling,
            wet: if is_on { 1.0 } else { 0.0 },
            style: settings.style,
        };
        let at_once = !(self.has_settings && self.has_audio);
        self.has_settings = true;
        match &mut self.core {
            Core::Chunks8(pipeline) => pipeline.set(&targets, at_once),
            Core::Chunks16(pipeline) => pipeline.set(&targets, at_once),
        }
    }

    /// Limits both channels in place; equal lengths, any length. Real-time safe.
    ///
    /// # Panics
    /// If `right` is shorter than `left`.
    #[inline(never)] // `cargo xtask peers` counts its instructions by its name
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.has_audio |= !left.is_empty();
        self.min_gain = match &mut self.core {
            Core::Chunks8(pipeline) => pipeline.process(left, right),
            Core::Chunks16(pipeline) => pipeline.process(left, right),
        };
    }

    /// Back to the state of a new limiter. Real-time safe.
    pub fn reset(&mut self) {
        match &mut self.core {
            Core::Chunks8(pipeline) => pipeline.reset(&INITIAL),
            Core::Chunks16(pipeline) => pipeline.reset(&INITIAL),
        }
        (self.has_settings, self.has_audio, self.min_gain) = (false, false, 1.0);
    }

    /// Delay from input to output.
    pub fn latency_samples(&self) -> usize {
        match &self.core {
            Core::Chunks8(pipeline) => pipeline.latency_samples(),
            Core::Chunks16(pipeline) => pipeline.latency_samples(),
        }
    }

    /// Largest gain reduction in the output of the last [`Self::process`], dB, ≥ 0.
    pub fn reduction_db(&self) -> f64 {
        // Not −0.
        (0.0 - db_from_gain(self.min_gain.max(1e-12))).max(0.0)
    }
}
