//! The bands at rest as one linear-phase response.

mod design;

use wide::f64x2;

use super::still::StillBand;
use crate::chain::settings::{BandSettings, BandShape, NUM_BANDS};
use crate::dsp::delay::DelayLine;
use crate::dsp::partitioned_convolution::{Convolver, NUM_PARTITIONS, NUM_STEPS, Response, Routing};
use crate::dsp::ramp::KNOT_SAMPLES;
use design::Designer;

/// Samples per partition at 44.1 and 48 kHz; a response is 16 of them long.
const BLOCK_SAMPLES: usize = 256;
/// Blocks over which a new response takes over: 43 ms.
const FADE_BLOCKS: usize = 8;

/// What a dynamic band does beside the response: its movement away from nothing. Other bands do nothing there.
pub(super) fn moving_part(band: BandSettings) -> BandSettings {
    let has_gain = matches!(band.shape, BandShape::Bell | BandShape::LowShelf | BandShape::HighShelf);
    BandSettings { enabled: band.enabled && has_gain, gain_db: 0.0, ..band }
}

/// What a block is made of.
#[derive(Clone, Copy)]
struct Plan {
    /// Where a crossfade stands at the beginning of the block, in blocks; `None` when there is none.
    fade_block: Option<usize>,
    /// Whether the response before and the one now are flat, which is exactly the delayed input.
    is_flat: [bool; 2],
}

impl Plan {
    const FLAT: Self = Self { fade_block: None, is_flat: [true; 2] };
}

/// The linear-phase equalizer: a response that follows the settings, by crossfades between designs.
///
/// Total delay: two blocks of the convolution and half the response, ten blocks. Where all bands are neutral, the output
/// is the delayed input itself.
pub(super) struct LinearPhase {
    convolver: Convolver,
    designer: Designer,
    wanted: [StillBand; NUM_BANDS],
    /// Before, now, next.
    responses: [Response; 3],
    /// What the spectra of the response now are of; `None` while they are being made.
    made: Option<([StillBand; NUM_BANDS], Routing)>,
    /// Steps of the designer at each step of the convolution while it makes the response that is in force already.
    first_steps: Option<usize>,
    plan: Plan,
    playing: Plan,
    delay: DelayLine<f64x2>,
    block_len: usize,
    /// Samples since the block began.
    offset: usize,
}

impl LinearPhase {
    pub fn new(sample_rate_hz: f64) -> Self {
        // 4096 taps at 44.1 and 48 kHz, 8192 at twice that, and so on: the same resolution in Hz.
        let factor = match sample_rate_hz {
            rate if rate <= 50_000.0 => 1,
            rate if rate <= 100_000.0 => 2,
            rate if rate <= 200_000.0 => 4,
            _ => 8,
        };
        let block_len = factor * BLOCK_SAMPLES;
        Self {
            convolver: Convolver::new(block_len),
            designer: Designer::new(block_len, sample_rate_hz),
            wanted: [StillBand::NEUTRAL; NUM_BANDS],
            responses: std::array::from_fn(|_| Response::new(block_len)),
            made: None,
            first_steps: None,
            plan: Plan::FLAT,
            playing: Plan::FLAT,
            delay: DelayLine::new((2 + NUM_PARTITIONS / 2) * block_len, f64x2::splat(0.0)),
            block_len,
            offset: 0,
        }
    }

    pub fn latency_samples(&self) -> usize {
        self.convolver.latency_samples() + NUM_PARTITIONS / 2 * self.block_len
    }

    /// Takes new settings scaled by `amount`; `holds_at_once` before the first sample only.
    ///
    /// What holds at once is designed while the first block comes in: until the second one nothing but silence is
    /// convolved, whatever the response. Where it was made before, as after a jump of the host's, it is not made again.
    pub fn set(&mut self, bands: &[BandSettings; NUM_BANDS], amount: f64, holds_at_once: bool) {
        self.wanted = bands.map(|band| StillBand::new(&band, amount));
        if !holds_at_once {
            return;
        }
        let [_, now, _] = &mut self.responses;
        self.first_steps = None;
        match self.made {
            Some((bands, routing)) if bands == self.wanted => {
                self.designer.adopt(&bands);
                now.set_routing(routing);
            }
            _ => {
                self.designer.start(&self.wanted, now);
                if !self.designer.take() {
                    self.made = None;
                    self.first_steps = Some(self.designer.num_steps(now.routing()).div_ceil(NUM_STEPS));
                }
            }
        }
        let is_flat = now.routing() == Routing::Flat;
        self.plan = Plan { fade_block: None, is_flat: [is_flat; 2] };
        self.playing = self.plan;
    }

    /// Makes what was just set at once: for who makes a chain, off the audio thread. The samples are the same either way.
    pub fn finish_design(&mut self) {
        if self.first_steps.take().is_some() {
            let now = &mut self.responses[1];
            while !self.designer.step(now) {}
            self.designer.take();
            self.made = Some((*self.designer.designed(), now.routing()));
        }
    }

    /// Where nobody hears what comes out at first, takes for the design that was just set all the time that later ones
    /// get; returns how many samples that is.
    pub fn take_time(&mut self) -> usize {
        if self.first_steps.is_none() {
            return 0;
        }
        self.first_steps = Some(1);
        let num_blocks = self.designer.num_steps(self.responses[1].routing()).div_ceil(NUM_STEPS);
        num_blocks * self.block_len
    }

    /// Reads `dry` and writes what comes out to `wet`, the delayed input to `dry`; not beyond the next knot.
    pub fn process(&mut self, dry: &mut [f64x2], wet: &mut [f64x2], is_at_knot: bool) {
        if is_at_knot && self.offset.is_multiple_of(self.block_len / NUM_STEPS) {
            if self.offset == self.block_len {
                self.offset = 0;
            }
            self.step(self.offset / (self.block_len / NUM_STEPS));
        }
        debug_assert!(dry.len() <= KNOT_SAMPLES);
        let latency_samples = self.latency_samples();
        for (dry, wet) in dry.iter_mut().zip(wet) {
            self.convolver.push(self.offset, *dry);
            self.delay.push(*dry);
            *dry = *self.delay.get(latency_samples);
            let Plan { fade_block, is_flat } = self.playing;
            let made = |idx: usize| if is_flat[idx] { *dry } else { self.convolver.output(idx, self.offset) };
            *wet = made(1);
            if let Some(fade_block) = fade_block {
                let place =
                    (fade_block * self.block_len + self.offset + 1) as f64 / (FADE_BLOCKS * self.block_len) as f64;
                let before = made(0);
                *wet = before + f64x2::splat(fade_weight(place)) * (*wet - before);
            }
            self.offset += 1;
        }
    }

    /// Steps of the designer at each step of the convolution while the first response is made.
    #[cfg(test)]
    pub fn num_first_steps(&self) -> usize {
        self.first_steps.unwrap_or(0)
    }

    fn step(&mut self, step_idx: usize) {
        if step_idx == 0 {
            self.begin_block();
        }
        let [before, now, next] = &mut self.responses;
        let before = self.plan.fade_block.map(|_| &*before);
        self.convolver.step(step_idx, [before, Some(&*now)]);
        if let Some(num_steps) = self.first_steps {
            if (0..num_steps).any(|_| self.designer.step(now)) {
                self.designer.take();
                self.made = Some((*self.designer.designed(), now.routing()));
                self.first_steps = None;
            }
            return;
        }
        if self.designer.is_idle() && self.designer.designed() != &self.wanted {
            self.designer.start(&self.wanted, next);
        }
        self.designer.step(next);
    }

    fn begin_block(&mut self) {
        self.convolver.begin_block();
        self.playing = self.plan;
        self.plan.fade_block = self.plan.fade_block.map(|block| block + 1).filter(|block| *block < FADE_BLOCKS);
        if self.plan.fade_block.is_none() && self.first_steps.is_none() && self.designer.take() {
            // Next becomes now, now becomes before, before is free.
            self.responses.rotate_left(1);
            let routing = self.responses[1].routing();
            // A flat response has no spectra, and those that are there are of nothing known.
            self.made = (routing != Routing::Flat).then_some((*self.designer.designed(), routing));
            self.plan.fade_block = Some(0);
        }
        let [before, now, _] = &self.responses;
        self.plan.is_flat = [before, now].map(|response| response.routing() == Routing::Flat);
    }

    pub fn reset(&mut self) {
        self.convolver.reset();
        self.designer.reset();
        self.wanted = [StillBand::NEUTRAL; NUM_BANDS];
        self.first_steps = None;
        self.responses.iter_mut().for_each(|response| response.set_routing(Routing::Flat));
        (self.plan, self.playing) = (Plan::FLAT, Plan::FLAT);
        self.delay.reset();
        self.offset = 0;
    }
}

/// From 0 to 1 without a corner in slope or curvature: a step of 6 dB stays within 100 Hz of a tone.
fn fade_weight(place: f64) -> f64 {
    place * place * place * (10.0 + place * (6.0 * place - 15.0))
}
