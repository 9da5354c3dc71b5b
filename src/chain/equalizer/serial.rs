//! The bands in a row, minimum phase, and what the dynamic ones hear.

use wide::f64x2;

use super::band::Band;
use super::movement::Heard;
use crate::chain::settings::{BandSettings, NUM_BANDS};
use crate::dsp::heap::heap_array;
use crate::dsp::k_weighting::KWeighting;
use crate::dsp::ramp::KNOT_SAMPLES;
use crate::dsp::svf::Row;

/// Eight bands that glide, crossfade and move on the grid of [`KNOT_SAMPLES`].
pub(super) struct Serial {
    bands: Box<[Band; NUM_BANDS]>,
    weighting: KWeighting,
    /// Sum of the squares of what it made since the last knot.
    weighted_squares: f64x2,
    is_listening: bool,
    /// Some band may do more than to pass everything exactly, until the next knot.
    is_active: bool,
}

impl Serial {
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            bands: heap_array(|_| Band::new(sample_rate_hz)),
            weighting: KWeighting::new(sample_rate_hz),
            weighted_squares: f64x2::splat(0.0),
            is_listening: false,
            is_active: false,
        }
    }

    /// Takes new settings, at once or from here on.
    pub fn set(&mut self, settings: &[BandSettings; NUM_BANDS], amount: f64, holds_at_once: bool) {
        for (band, settings) in self.bands.iter_mut().zip(settings) {
            band.set(settings, amount, holds_at_once);
        }
        if holds_at_once {
            self.is_listening = false;
            self.listen_if_needed();
            self.find_active();
        }
    }

    /// Advances everything that moves; returns whether anything did or will.
    pub fn move_to_next_knot(&mut self) -> bool {
        let mut moves = false;
        for band in &mut *self.bands {
            moves |= band.move_to_next_knot();
        }
        self.listen_if_needed();
        self.find_active();
        moves
    }

    fn find_active(&mut self) {
        self.is_active = self.bands.iter().any(Band::is_active);
    }

    fn listen_if_needed(&mut self) {
        let is_needed = self.bands.iter().any(Band::is_listening);
        if is_needed && !self.is_listening {
            self.weighting.reset();
            self.weighted_squares = f64x2::splat(0.0);
        }
        self.is_listening = is_needed;
    }

    /// False when everything passes exactly and nobody listens.
    pub fn is_working(&self) -> bool {
        self.is_listening || self.is_active
    }

    /// Whether a dynamic band has to be told the stage's input.
    pub fn is_listening(&self) -> bool {
        self.is_listening
    }

    /// How far each band's gain is from its static value, dB.
    pub fn movements_db(&self) -> [f64; NUM_BANDS] {
        std::array::from_fn(|idx| self.bands[idx].movement_db())
    }

    /// Filters at most [`KNOT_SAMPLES`] frames between two knots; `input` is what the dynamic bands listen to, if any.
    pub fn process(&mut self, frames: &mut [f64x2], input: &[f64x2], is_at_knot: bool) {
        if self.is_listening {
            let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
            let weighted = &mut buffer[..input.len()];
            if is_at_knot {
                self.weighted_squares = f64x2::splat(0.0);
            }
            for (weighted, frame) in weighted.iter_mut().zip(input) {
                *weighted = self.weighting.process(*frame);
                self.weighted_squares += *weighted * *weighted;
            }
            if is_at_knot {
                self.weighting.settle();
            }
            let heard = Heard { input, weighted, weighted_squares: self.weighted_squares };
            for band in self.bands.iter_mut().filter(|band| band.is_listening()) {
                band.listen(&heard);
            }
        }
        if !self.is_active {
            return;
        }
        let mut row = Row::default();
        for band in self.bands.iter_mut().filter(|band| band.is_active()) {
            if is_at_knot {
                band.settle();
            }
            band.process(&mut row, frames);
        }
        row.finish(frames);
    }

    pub fn reset(&mut self) {
        self.bands.iter_mut().for_each(Band::reset);
        self.is_listening = false;
        self.is_active = false;
    }
}
