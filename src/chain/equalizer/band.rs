//! One band of the equalizer: what it is asked for, crossfades between kinds of filter, movement with the signal.

use wide::f64x2;

use super::FADE_S;
use super::lane::Lane;
use super::movement::{Heard, Movement};
use crate::chain::settings::{BandChannel, BandSettings, BandShape, CutSlope};
use crate::dsp::ramp::{Fade, KNOT_SAMPLES};
use crate::dsp::svf::Row;

/// What cannot glide: a change crossfades.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Off,
    On { shape: BandShape, slope: CutSlope, channel: BandChannel },
}

/// How a band is to move with the signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dynamics {
    pub is_on: bool,
    pub threshold_db: f64,
    /// After the amount: ±36 dB.
    pub range_db: f64,
    pub attack_ms: f64,
    pub release_ms: f64,
}

impl Dynamics {
    /// Whether the gain may ever leave its static value.
    pub fn moves(&self) -> bool {
        self.is_on && self.range_db != 0.0
    }
}

/// What a band is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wanted {
    pub kind: Kind,
    pub ln_frequency: f64,
    pub gain_db: f64,
    pub ln_q: f64,
    pub dynamics: Dynamics,
}

impl Wanted {
    const OFF: Self = Self {
        kind: Kind::Off,
        ln_frequency: 0.0,
        gain_db: 0.0,
        ln_q: 0.0,
        dynamics: Dynamics { is_on: false, threshold_db: 0.0, range_db: 0.0, attack_ms: 1.0, release_ms: 1.0 },
    };

    fn new(settings: &BandSettings, amount: f64) -> Self {
        let is_cut = matches!(settings.shape, BandShape::LowCut | BandShape::HighCut);
        let can_move = matches!(settings.shape, BandShape::Bell | BandShape::LowShelf | BandShape::HighShelf);
        let kind = if settings.enabled {
            // The slope of a shape that has none is no difference.
            let slope = if is_cut { settings.slope } else { CutSlope::Db12 };
            Kind::On { shape: settings.shape, slope, channel: settings.channel }
        } else {
            Kind::Off
        };
        Self {
            kind,
            ln_frequency: settings.frequency_hz.ln(),
            gain_db: settings.gain_db * amount,
            ln_q: settings.q.ln(),
            dynamics: Dynamics {
                is_on: settings.dynamic && can_move && settings.enabled,
                threshold_db: settings.threshold_db,
                range_db: settings.range_db * amount,
                attack_ms: settings.attack_ms,
                release_ms: settings.release_ms,
            },
        }
    }
}

/// A band: what is heard, and while a crossfade runs, what was heard before.
pub(super) struct Band {
    wanted: Wanted,
    current: Lane,
    previous: Lane,
    fade: Fade,
    movement: Movement,
    sample_rate_hz: f64,
}

impl Band {
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            wanted: Wanted::OFF,
            current: Lane::new(sample_rate_hz),
            previous: Lane::new(sample_rate_hz),
            fade: Fade::new(true, FADE_S, sample_rate_hz),
            movement: Movement::new(sample_rate_hz),
            sample_rate_hz,
        }
    }

    pub fn set(&mut self, settings: &BandSettings, amount: f64, holds_at_once: bool) {
        self.wanted = Wanted::new(settings, amount);
        if holds_at_once {
            self.fade.jump(true);
            self.start(true);
        }
    }

    fn start(&mut self, holds_at_once: bool) {
        self.current.start(&self.wanted, self.sample_rate_hz);
        self.movement.rest();
        if let Kind::On { shape, .. } = self.wanted.kind {
            self.movement.start(&self.wanted.dynamics, shape, self.current.place(), holds_at_once);
        }
    }

    pub fn reset(&mut self) {
        self.wanted = Wanted::OFF;
        self.current.start(&Wanted::OFF, self.sample_rate_hz);
        self.previous.start(&Wanted::OFF, self.sample_rate_hz);
        self.fade.jump(true);
        self.movement.rest();
    }

    /// Advances everything that moves; returns whether anything did or will.
    pub fn move_to_next_knot(&mut self) -> bool {
        if self.wanted.kind == self.current.kind {
            self.current.aim(&self.wanted);
        } else if self.fade.is_one() {
            std::mem::swap(&mut self.current, &mut self.previous);
            self.start(false);
            self.fade.jump(false);
            self.fade.aim(true);
        }
        let is_fading = !self.fade.is_one();
        if is_fading {
            // What fades out keeps the gain that it had.
            self.previous.hold_movement(self.sample_rate_hz);
        }
        let movement_db = match self.current.kind {
            Kind::On { shape, .. } => {
                let has_moved = self.current.is_place_moving();
                self.movement.advance(&self.wanted.dynamics, shape, self.current.place(), has_moved)
            }
            Kind::Off => 0.0,
        };
        self.current.move_to_next_knot(movement_db, self.sample_rate_hz)
            || is_fading
            || self.movement.is_listening()
            || self.wanted.kind != self.current.kind
    }

    /// False when the band passes everything exactly.
    pub fn is_active(&self) -> bool {
        !self.fade.is_one() || self.current.is_active()
    }

    /// Whether the band has to be told what the stage hears.
    pub fn is_listening(&self) -> bool {
        self.movement.is_listening()
    }

    /// How far the gain is from its static value, dB.
    pub fn movement_db(&self) -> f64 {
        self.current.movement_db()
    }

    /// Ends decays before they become denormal; called at knots.
    pub fn settle(&mut self) {
        self.current.settle();
        if !self.fade.is_one() {
            self.previous.settle();
        }
    }

    /// Hears frames between two knots.
    pub fn listen(&mut self, heard: &Heard) {
        if let Kind::On { channel, .. } = self.current.kind {
            self.movement.listen(heard, channel);
        }
    }

    /// Filters at most [`KNOT_SAMPLES`] frames between two knots, as the next of what is in `row`.
    #[inline(always)]
    pub fn process<'a>(&'a mut self, row: &mut Row<'a>, frames: &mut [f64x2]) {
        if self.fade.is_one() {
            self.current.process(row, frames);
        } else {
            row.finish(frames);
            self.crossfade(frames);
        }
    }

    #[inline(never)]
    fn crossfade(&mut self, frames: &mut [f64x2]) {
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let before = &mut buffer[..frames.len()];
        before.copy_from_slice(frames);
        for (lane, frames) in [(&mut self.previous, &mut *before), (&mut self.current, &mut *frames)] {
            let mut row = Row::default();
            lane.process(&mut row, frames);
            row.finish(frames);
        }
        for (frame, before) in frames.iter_mut().zip(before) {
            let weight = self.fade.advance();
            // Exact at the end: the run may be longer than the fade.
            if weight < 1.0 {
                *frame = *before + f64x2::splat(weight) * (*frame - *before);
            }
        }
    }
}
