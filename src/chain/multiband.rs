//! Four bands of dynamics, detected on a split and applied by shelves.
//!
//! The audio never passes the split: at rest nothing happens to it at all (`dsp.md` section 2.2).

mod band;
#[cfg(test)]
pub mod measure;
mod shelves;
#[cfg(test)]
mod tests;

use wide::f64x2;

use super::settings::{MIN_CROSSOVER_RATIO, MultibandSettings, NUM_SPLITS};
use crate::dsp::crossover::{BandDetector, GlidingCrossovers, NUM_CROSSOVERS, ordered};
use crate::dsp::envelope::Glides;
use crate::dsp::heap::heap_array;
use crate::dsp::ramp::{Fade, KNOT_SAMPLES, crossfade};
use band::Band;
pub use band::gain_curve;
pub use shelves::ResponseCurve;
use shelves::Shelves;

/// Length of the crossfade that switches the stage, seconds.
const FADE_S: f64 = 0.02;
/// Samples between two gains: a third of the shortest attack at 48 kHz; a single onset is met within ±3.5 samples.
const STEP_SAMPLES: usize = 8;

/// Gain at each of `frequencies_hz` in dB that gains of the bands in dB (make-up included) really make; the
/// crossovers need not be in order.
pub fn response_db(
    gains_db: &[f64; NUM_SPLITS],
    crossover_hz: [f64; NUM_CROSSOVERS],
    frequencies_hz: &[f64],
    sample_rate_hz: f64,
) -> Vec<f64> {
    let curve = ResponseCurve::new(gains_db, &ordered(crossover_hz, MIN_CROSSOVER_RATIO), sample_rate_hz);
    frequencies_hz.iter().map(|&frequency| curve.db(frequency)).collect()
}

/// Stage 4. Minimum phase, no latency.
///
/// Gains come every `STEP_SAMPLES`, everything else moves every [`KNOT_SAMPLES`]; both are counted from the last
/// reset.
pub struct Multiband {
    crossovers: GlidingCrossovers,
    detector: BandDetector,
    bands: Box<[Band; NUM_SPLITS]>,
    unlinked: Glides<1>,
    shelves: Shelves,
    switch: Fade,
    position: usize,
    is_fresh: bool,
}

impl Multiband {
    /// A stage that does nothing until it is set.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            crossovers: GlidingCrossovers::new(sample_rate_hz),
            detector: BandDetector::new(),
            bands: heap_array(|_| Band::new(sample_rate_hz)),
            unlinked: Glides::new(sample_rate_hz),
            shelves: Shelves::new(),
            switch: Fade::new(false, FADE_S, sample_rate_hz),
            position: 0,
            is_fresh: true,
        }
    }

    /// Takes new settings; `amount` (0–2) scales what it does, at 0 the stage is off. Real-time safe.
    ///
    /// Before the first sample after `new` or `reset` they hold at once, later they glide.
    pub fn set(&mut self, settings: &MultibandSettings, amount: f64) {
        let is_on = settings.enabled && amount > 0.0;
        if is_on {
            // A stage that comes back from silence starts anew under the fade.
            let holds_at_once = self.is_fresh || self.switch.is_zero();
            let crossover_hz = ordered(settings.crossover_hz, MIN_CROSSOVER_RATIO);
            self.crossovers.set(crossover_hz, holds_at_once);
            self.unlinked.set([1.0 - settings.link_percent / 100.0], holds_at_once);
            for (idx, (band, settings)) in self.bands.iter_mut().zip(&settings.bands).enumerate() {
                let lowest_hz = if idx == 0 { 0.0 } else { crossover_hz[idx - 1] };
                band.set(settings, amount, lowest_hz, holds_at_once);
            }
            if holds_at_once {
                self.forget();
            }
        }
        self.switch.go(is_on, self.is_fresh);
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.is_fresh = self.is_fresh && left.is_empty();
        let mut done = 0;
        while done < left.len() {
            let run = (KNOT_SAMPLES - self.position).min(left.len() - done);
            if !self.switch.is_zero() {
                if self.position == 0 {
                    self.move_to_next_knot();
                }
                self.process_run(&mut left[done..done + run], &mut right[done..done + run]);
            }
            self.position = (self.position + run) % KNOT_SAMPLES;
            done += run;
        }
    }

    /// Back to the state of a new stage.
    pub fn reset(&mut self) {
        self.forget();
        self.switch.jump(false);
        self.position = 0;
        self.is_fresh = true;
    }

    /// Always 0.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// Gain change of each band at the end of the last [`Self::process`], make-up left out, dB; of the channel with
    /// the larger one.
    pub fn gains_db(&self) -> [f64; NUM_SPLITS] {
        if self.switch.is_zero() { [0.0; NUM_SPLITS] } else { std::array::from_fn(|idx| self.bands[idx].change_db()) }
    }

    /// Forgets what it heard; stands where the settings are.
    fn forget(&mut self) {
        self.bands.iter_mut().for_each(Band::forget);
        self.detector.jump(self.crossovers.warped());
        let makeups_db = std::array::from_fn(|idx| self.bands[idx].makeup_db());
        self.shelves.jump(self.crossovers.warped(), makeups_db);
    }

    fn move_to_next_knot(&mut self) {
        self.unlinked.move_to_next_knot();
        self.bands.iter_mut().for_each(Band::move_to_next_knot);
        self.detector.settle();
        self.shelves.settle();
        let moves = self.crossovers.move_to_next_knot();
        if moves || self.detector.is_moving() {
            let warped = self.crossovers.warped();
            self.detector.aim(warped);
            self.shelves.set_crossovers(warped);
        }
    }

    /// At most up to the next knot.
    fn process_run(&mut self, left: &mut [f64], right: &mut [f64]) {
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let frames = &mut buffer[..left.len()];
        for (frame, (l, r)) in frames.iter_mut().zip(left.iter().zip(right.iter())) {
            *frame = f64x2::from([*l, *r]);
        }
        let mut rest = &mut *frames;
        let mut position = self.position;
        while !rest.is_empty() {
            if position.is_multiple_of(STEP_SAMPLES) {
                self.step();
            }
            let num_frames = (STEP_SAMPLES - position % STEP_SAMPLES).min(rest.len());
            let (now, later) = rest.split_at_mut(num_frames);
            self.detect(now);
            self.shelves.process(now);
            position += num_frames;
            rest = later;
        }
        if self.switch.is_one() {
            for (frame, (l, r)) in frames.iter().zip(left.iter_mut().zip(right)) {
                [*l, *r] = frame.to_array();
            }
            return;
        }
        for (frame, (l, r)) in frames.iter().zip(left.iter_mut().zip(right)) {
            let weight = self.switch.advance();
            if weight > 0.0 {
                let [wet_left, wet_right] = frame.to_array();
                (*l, *r) = (crossfade(*l, wet_left, weight), crossfade(*r, wet_right, weight));
            }
        }
    }

    /// New gains from the levels so far.
    fn step(&mut self) {
        if self.unlinked.is_moving() {
            self.unlinked.advance(STEP_SAMPLES as f64);
        }
        let unlinked = f64x2::splat(self.unlinked.values()[0]);
        let [first, second, third, fourth] = &mut *self.bands;
        let gains_db = [first, second, third, fourth].map(|band| band.advance(unlinked));
        self.shelves.aim(gains_db, STEP_SAMPLES as f64);
    }

    fn detect(&mut self, frames: &[f64x2]) {
        if self.detector.is_moving() {
            self.detect_at::<true>(frames);
        } else {
            self.detect_at::<false>(frames);
        }
    }

    fn detect_at<const MOVES: bool>(&mut self, frames: &[f64x2]) {
        for frame in frames {
            let bands = self.detector.process::<MOVES>(*frame);
            for (band, signal) in self.bands.iter_mut().zip(bands) {
                band.hold.push(signal);
            }
        }
    }
}
