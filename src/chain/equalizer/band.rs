//! One band of the equalizer: gliding parameters, crossfades between kinds of filter, the stereo part it works on.

use wide::f64x2;

use super::FADE_S;
use super::cascade::{BandDesign, MAX_SECTIONS};
use super::curve::has_gain;
use crate::chain::settings::{BandChannel, BandSettings, BandShape, CutSlope};
use crate::dsp::ramp::{Fade, Glide, KNOT_SAMPLES};
use crate::dsp::svf::{Coefficients, Section};

/// Time constant of each of the two smoothers of a parameter.
const GLIDE_S: f64 = 0.02;

/// What cannot glide: a change crossfades.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Off,
    On { shape: BandShape, slope: CutSlope, channel: BandChannel },
}

/// What a band is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wanted {
    kind: Kind,
    ln_frequency: f64,
    gain_db: f64,
    ln_q: f64,
}

impl Wanted {
    const OFF: Self = Self { kind: Kind::Off, ln_frequency: 0.0, gain_db: 0.0, ln_q: 0.0 };

    fn new(settings: &BandSettings, amount: f64) -> Self {
        let is_cut = matches!(settings.shape, BandShape::LowCut | BandShape::HighCut);
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
        }
    }
}

/// A band: what is heard, and while a crossfade runs, what was heard before.
pub(super) struct Band {
    wanted: Wanted,
    current: Lane,
    previous: Lane,
    fade: Fade,
    sample_rate_hz: f64,
}

impl Band {
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            wanted: Wanted::OFF,
            current: Lane::new(sample_rate_hz),
            previous: Lane::new(sample_rate_hz),
            fade: Fade::new(true, FADE_S, sample_rate_hz),
            sample_rate_hz,
        }
    }

    pub fn set(&mut self, settings: &BandSettings, amount: f64, holds_at_once: bool) {
        self.wanted = Wanted::new(settings, amount);
        if holds_at_once {
            self.fade.jump(true);
            self.current.start(&self.wanted, self.sample_rate_hz);
        }
    }

    pub fn reset(&mut self) {
        *self = Self::new(self.sample_rate_hz);
    }

    /// Advances everything that moves; returns whether anything did or will.
    pub fn move_to_next_knot(&mut self) -> bool {
        if self.wanted.kind == self.current.kind {
            self.current.aim(&self.wanted);
        } else if self.fade.is_one() {
            std::mem::swap(&mut self.current, &mut self.previous);
            self.current.start(&self.wanted, self.sample_rate_hz);
            self.fade.jump(false);
            self.fade.aim(true);
        }
        let is_fading = !self.fade.is_one();
        let is_previous_moving = is_fading && self.previous.move_to_next_knot(self.sample_rate_hz);
        self.current.move_to_next_knot(self.sample_rate_hz)
            || is_previous_moving
            || is_fading
            || self.wanted.kind != self.current.kind
    }

    /// False when the band passes everything exactly.
    pub fn is_active(&self) -> bool {
        !self.fade.is_one() || !self.current.is_identity
    }

    /// Ends decays before they become denormal; called at knots.
    pub fn settle(&mut self) {
        self.current.settle();
        self.previous.settle();
    }

    /// Filters at most [`KNOT_SAMPLES`] frames between two knots.
    pub fn process(&mut self, frames: &mut [f64x2]) {
        if self.fade.is_one() {
            self.current.process(frames);
            return;
        }
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let before = &mut buffer[..frames.len()];
        before.copy_from_slice(frames);
        self.previous.process(before);
        self.current.process(frames);
        for (frame, before) in frames.iter_mut().zip(before) {
            let weight = self.fade.advance();
            // Exact at the end: the run may be longer than the fade.
            if weight < 1.0 {
                *frame = *before + f64x2::splat(weight) * (*frame - *before);
            }
        }
    }
}

/// A filter of one kind whose frequency, gain and q glide.
struct Lane {
    kind: Kind,
    ln_frequency: Glide,
    gain_db: Glide,
    ln_q: Glide,
    sections: [Section; MAX_SECTIONS],
    num_sections: usize,
    /// Passes everything exactly from this knot to the next.
    is_identity: bool,
    is_moving: bool,
}

impl Lane {
    fn new(sample_rate_hz: f64) -> Self {
        let glide = |tolerance| Glide::new(0.0, GLIDE_S, tolerance, sample_rate_hz);
        Self {
            kind: Kind::Off,
            ln_frequency: glide(1e-6),
            gain_db: glide(1e-5),
            ln_q: glide(1e-6),
            sections: std::array::from_fn(|_| Section::new(Coefficients::IDENTITY)),
            num_sections: 0,
            is_identity: true,
            is_moving: false,
        }
    }

    /// Becomes `wanted` at once, at rest.
    fn start(&mut self, wanted: &Wanted, sample_rate_hz: f64) {
        self.kind = wanted.kind;
        self.ln_frequency.jump(wanted.ln_frequency);
        self.gain_db.jump(wanted.gain_db);
        self.ln_q.jump(wanted.ln_q);
        self.is_moving = false;
        let mut designs = [Coefficients::IDENTITY; MAX_SECTIONS];
        self.num_sections = self.design(sample_rate_hz, &mut designs);
        for (section, design) in self.sections.iter_mut().zip(designs) {
            *section = Section::new(design);
        }
        self.is_identity = self.is_neutral();
    }

    fn aim(&mut self, wanted: &Wanted) {
        self.ln_frequency.aim(wanted.ln_frequency);
        self.gain_db.aim(wanted.gain_db);
        self.ln_q.aim(wanted.ln_q);
    }

    /// Does nothing with the parameters as they are.
    fn is_neutral(&self) -> bool {
        match self.kind {
            Kind::Off => true,
            Kind::On { shape, .. } => has_gain(shape) && self.gain_db.value() == 0.0,
        }
    }

    fn design(&self, sample_rate_hz: f64, designs: &mut [Coefficients; MAX_SECTIONS]) -> usize {
        let Kind::On { shape, slope, .. } = self.kind else { return 0 };
        let design = BandDesign {
            shape,
            slope,
            frequency_hz: self.ln_frequency.value().exp(),
            gain_db: self.gain_db.value(),
            q: self.ln_q.value().exp(),
        };
        design.sections(sample_rate_hz, designs)
    }

    fn move_to_next_knot(&mut self, sample_rate_hz: f64) -> bool {
        let was_neutral = self.is_neutral();
        let glides = [&mut self.ln_frequency, &mut self.gain_db, &mut self.ln_q];
        let moves = glides.iter().any(|glide| !glide.is_settled());
        if moves {
            glides.into_iter().for_each(|glide| _ = glide.advance());
        }
        if moves || self.is_moving {
            let mut designs = [Coefficients::IDENTITY; MAX_SECTIONS];
            let num_sections = self.design(sample_rate_hz, &mut designs);
            for (section, design) in self.sections[..num_sections].iter_mut().zip(designs) {
                section.aim(design);
            }
            self.is_identity = was_neutral && self.is_neutral();
            if self.is_identity {
                self.sections[..num_sections].iter_mut().for_each(Section::rest);
            }
        }
        // The knot after the last move ends the last ramp.
        self.is_moving = moves;
        moves
    }

    fn process(&mut self, frames: &mut [f64x2]) {
        let Kind::On { channel, .. } = self.kind else { return };
        if self.is_identity {
            return;
        }
        if channel == BandChannel::Stereo {
            self.filter(frames);
            return;
        }
        // The filter works on one signal, in both lanes alike; what it changed is added where it belongs.
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let part = &mut buffer[..frames.len()];
        for (part, frame) in part.iter_mut().zip(frames.iter()) {
            *part = extract(*frame, channel);
        }
        self.filter(part);
        let share = f64x2::from(match channel {
            BandChannel::Left => [1.0, 0.0],
            BandChannel::Right => [0.0, 1.0],
            BandChannel::Side => [1.0, -1.0],
            BandChannel::Mid | BandChannel::Stereo => [1.0, 1.0],
        });
        for (frame, part) in frames.iter_mut().zip(part.iter()) {
            *frame += share * (*part - extract(*frame, channel));
        }
    }

    fn settle(&mut self) {
        self.sections[..self.num_sections].iter_mut().for_each(Section::settle);
    }

    fn filter(&mut self, frames: &mut [f64x2]) {
        for section in &mut self.sections[..self.num_sections] {
            section.process(frames);
        }
    }
}

/// The signal that a band of this channel works on, in both lanes.
fn extract(frame: f64x2, channel: BandChannel) -> f64x2 {
    let [left, right] = frame.to_array();
    f64x2::splat(match channel {
        BandChannel::Left => left,
        BandChannel::Right => right,
        BandChannel::Mid | BandChannel::Stereo => 0.5 * (left + right),
        BandChannel::Side => 0.5 * (left - right),
    })
}
