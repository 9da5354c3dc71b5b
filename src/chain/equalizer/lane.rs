//! The filter of a band while it is of one kind: its gliding parameters, its moving gain, the part it works on.

use wide::f64x2;

use super::band::{Kind, Wanted};
use super::cascade::{BandDesign, MAX_SECTIONS};
use super::curve::has_gain;
use crate::chain::settings::BandChannel;
use crate::dsp::heap::heap_array;
use crate::dsp::ramp::{Glide, KNOT_SAMPLES};
use crate::dsp::svf::{Coefficients, Row, Section};

/// Time constant of each of the two smoothers of a parameter.
pub(super) const GLIDE_S: f64 = 0.02;
/// Distance of the gains that a moving band is designed for, dB; between them coefficients are interpolated.
const NODE_DB: f64 = 0.25;
/// Static gain and movement together stay within this, dB.
const MAX_GAIN_DB: f64 = 36.0;

type Designs = [Coefficients; MAX_SECTIONS];

/// A filter of one kind whose frequency, gain and q glide.
pub(super) struct Lane {
    pub kind: Kind,
    ln_frequency: Glide,
    gain_db: Glide,
    ln_q: Glide,
    /// Frequency in Hz and q at this knot.
    place: [f64; 2],
    movement_db: f64,
    /// Designs for the static gain and `node_idx` steps, and for one step more.
    nodes: Box<[Designs; 2]>,
    node_idx: Option<i32>,
    sections: Box<[Section; MAX_SECTIONS]>,
    num_sections: usize,
    /// Passes everything exactly from this knot to the next.
    is_identity: bool,
    is_moving: bool,
}

impl Lane {
    pub fn new(sample_rate_hz: f64) -> Self {
        let glide = |tolerance| Glide::new(0.0, GLIDE_S, tolerance, sample_rate_hz);
        Self {
            kind: Kind::Off,
            ln_frequency: glide(1e-6),
            gain_db: glide(1e-5),
            ln_q: glide(1e-6),
            place: [1.0; 2],
            movement_db: 0.0,
            nodes: heap_array(|_| [Coefficients::IDENTITY; MAX_SECTIONS]),
            node_idx: None,
            sections: heap_array(|_| Section::new(Coefficients::IDENTITY)),
            num_sections: 0,
            is_identity: true,
            is_moving: false,
        }
    }

    /// Becomes `wanted` at once, at rest and with its static gain.
    pub fn start(&mut self, wanted: &Wanted, sample_rate_hz: f64) {
        self.kind = wanted.kind;
        self.ln_frequency.jump(wanted.ln_frequency);
        self.gain_db.jump(wanted.gain_db);
        self.ln_q.jump(wanted.ln_q);
        self.find_place();
        self.movement_db = 0.0;
        self.node_idx = None;
        self.is_moving = false;
        let mut designs = [Coefficients::IDENTITY; MAX_SECTIONS];
        self.num_sections = self.design(0.0, sample_rate_hz, &mut designs);
        for (section, design) in self.sections.iter_mut().zip(designs) {
            *section = Section::new(design);
        }
        self.is_identity = self.is_neutral();
    }

    pub fn aim(&mut self, wanted: &Wanted) {
        self.ln_frequency.aim(wanted.ln_frequency);
        self.gain_db.aim(wanted.gain_db);
        self.ln_q.aim(wanted.ln_q);
    }

    /// False when it passes everything exactly.
    pub fn is_active(&self) -> bool {
        !self.is_identity
    }

    /// Frequency in Hz and q at this knot.
    pub fn place(&self) -> [f64; 2] {
        self.place
    }

    fn find_place(&mut self) {
        self.place = [self.ln_frequency.value().exp(), self.ln_q.value().exp()];
    }

    /// Whether frequency or q are on their way.
    pub fn is_place_moving(&self) -> bool {
        !(self.ln_frequency.is_settled() && self.ln_q.is_settled())
    }

    /// How far the gain is from its static value, dB.
    pub fn movement_db(&self) -> f64 {
        self.clamped_gain_db(self.movement_db) - self.clamped_gain_db(0.0)
    }

    fn clamped_gain_db(&self, movement_db: f64) -> f64 {
        (self.gain_db.value() + movement_db).clamp(-MAX_GAIN_DB, MAX_GAIN_DB)
    }

    /// Does nothing with the parameters as they are.
    fn is_neutral(&self) -> bool {
        match self.kind {
            Kind::Off => true,
            Kind::On { shape, .. } => has_gain(shape) && self.gain_db.value() == 0.0 && self.movement_db == 0.0,
        }
    }

    /// The sections for a gain that is `movement_db` away from the static one.
    fn design(&self, movement_db: f64, sample_rate_hz: f64, designs: &mut Designs) -> usize {
        let Kind::On { shape, slope, .. } = self.kind else { return 0 };
        let [frequency_hz, q] = self.place;
        let gain_db = self.clamped_gain_db(movement_db);
        BandDesign { shape, slope, frequency_hz, gain_db, q }.sections(sample_rate_hz, designs)
    }

    /// Goes on to the next knot with the movement as it is; returns whether anything moves.
    pub fn hold_movement(&mut self, sample_rate_hz: f64) -> bool {
        self.move_to_next_knot(self.movement_db, sample_rate_hz)
    }

    /// Goes on to the next knot, the gain to `movement_db` away from the static one; returns whether anything moves.
    pub fn move_to_next_knot(&mut self, movement_db: f64, sample_rate_hz: f64) -> bool {
        let was_neutral = self.is_neutral();
        let glides = [&mut self.ln_frequency, &mut self.gain_db, &mut self.ln_q];
        let glide_moves = glides.iter().any(|glide| !glide.is_settled());
        if glide_moves {
            glides.into_iter().for_each(|glide| _ = glide.advance());
            self.find_place();
            self.node_idx = None;
        }
        let moves = glide_moves || movement_db != self.movement_db;
        self.movement_db = movement_db;
        if moves || self.is_moving {
            let mut designs = [Coefficients::IDENTITY; MAX_SECTIONS];
            if glide_moves {
                self.design(movement_db, sample_rate_hz, &mut designs);
            } else {
                self.interpolate(sample_rate_hz, &mut designs);
            }
            let sections = &mut self.sections[..self.num_sections];
            for (section, design) in sections.iter_mut().zip(designs) {
                section.aim(design);
            }
            self.is_identity = was_neutral && self.is_neutral();
            if self.is_identity {
                self.sections[..self.num_sections].iter_mut().for_each(Section::rest);
            }
        }
        // The knot after the last move ends the last ramp.
        self.is_moving = moves;
        moves
    }

    /// The sections for the present movement, from the designs of two gains around it: exact at the static gain.
    fn interpolate(&mut self, sample_rate_hz: f64, designs: &mut Designs) {
        let place = self.movement_db / NODE_DB;
        let idx = place.floor() as i32;
        if self.node_idx != Some(idx) {
            let [mut lower, mut upper] = *self.nodes;
            let is_above = self.node_idx.is_some_and(|node_idx| idx == node_idx + 1);
            let is_below = self.node_idx.is_some_and(|node_idx| idx == node_idx - 1);
            if is_below {
                upper = lower;
            } else if is_above {
                lower = upper;
            }
            if !is_above {
                self.design(f64::from(idx) * NODE_DB, sample_rate_hz, &mut lower);
            }
            if !is_below {
                self.design(f64::from(idx + 1) * NODE_DB, sample_rate_hz, &mut upper);
            }
            *self.nodes = [lower, upper];
            self.node_idx = Some(idx);
        }
        let weight = place - f64::from(idx);
        let [lower, upper] = &*self.nodes;
        for (design, (lower, upper)) in designs.iter_mut().zip(lower.iter().zip(upper)).take(self.num_sections) {
            *design = between(lower, upper, weight);
        }
    }

    /// Filters frames as the next of the sections in `row`.
    #[inline(always)]
    pub fn process<'a>(&'a mut self, row: &mut Row<'a>, frames: &mut [f64x2]) {
        let Kind::On { channel, .. } = self.kind else { return };
        if self.is_identity {
            return;
        }
        if channel == BandChannel::Stereo {
            for section in &mut self.sections[..self.num_sections] {
                row.process(section, frames);
            }
        } else {
            row.finish(frames);
            self.process_part(channel, frames);
        }
    }

    /// Filters frames where the filter works on one signal, in both lanes alike; what it changed is added where it
    /// belongs.
    #[inline(never)]
    fn process_part(&mut self, channel: BandChannel, frames: &mut [f64x2]) {
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let part = &mut buffer[..frames.len()];
        extract(frames, channel, part);
        let mut buffer = [f64x2::splat(0.0); KNOT_SAMPLES];
        let before = &mut buffer[..frames.len()];
        before.copy_from_slice(part);
        let mut pairs = self.sections[..self.num_sections].chunks_exact_mut(2);
        for pair in &mut pairs {
            let [first, second] = pair else { continue };
            Section::process_in_a_row(first, second, part);
        }
        for section in pairs.into_remainder() {
            section.process(part);
        }
        let share = f64x2::from(match channel {
            BandChannel::Left => [1.0, 0.0],
            BandChannel::Right => [0.0, 1.0],
            BandChannel::Side => [1.0, -1.0],
            BandChannel::Mid | BandChannel::Stereo => [1.0, 1.0],
        });
        for (frame, (part, before)) in frames.iter_mut().zip(part.iter().zip(before.iter())) {
            *frame += share * (*part - *before);
        }
    }

    /// Ends decays before they become denormal; called at knots.
    pub fn settle(&mut self) {
        self.sections[..self.num_sections].iter_mut().for_each(Section::settle);
    }
}

/// Coefficients on the straight line from `lower` (weight 0, exactly) to `upper`; stable like both.
fn between(lower: &Coefficients, upper: &Coefficients, weight: f64) -> Coefficients {
    let mix = |from: f64, to: f64| from + weight * (to - from);
    Coefficients {
        g: mix(lower.g, upper.g),
        k: mix(lower.k, upper.k),
        m0: mix(lower.m0, upper.m0),
        m1: mix(lower.m1, upper.m1),
        m2: mix(lower.m2, upper.m2),
        corrector: mix(lower.corrector, upper.corrector),
        corrector_gain: mix(lower.corrector_gain, upper.corrector_gain),
    }
}

/// Writes the signal that a band of this channel works on, in both lanes; equal lengths.
pub(super) fn extract(frames: &[f64x2], channel: BandChannel, part: &mut [f64x2]) {
    // The channel is looked at once, not for every frame.
    fn write(frames: &[f64x2], part: &mut [f64x2], of: impl Fn(f64, f64) -> f64) {
        for (part, frame) in part.iter_mut().zip(frames) {
            let [left, right] = frame.to_array();
            *part = f64x2::splat(of(left, right));
        }
    }
    match channel {
        BandChannel::Left => write(frames, part, |left, _| left),
        BandChannel::Right => write(frames, part, |_, right| right),
        BandChannel::Mid | BandChannel::Stereo => write(frames, part, |left, right| 0.5 * (left + right)),
        BandChannel::Side => write(frames, part, |left, right| 0.5 * (left - right)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::settings::{BandShape, CutSlope};

    #[test]
    fn between_two_designed_gains_the_curve_stays_true() {
        let mut worst = 0.0f64;
        for shape in [BandShape::Bell, BandShape::LowShelf, BandShape::HighShelf] {
            for frequency_hz in [30.0, 1000.0, 9000.0, 18_000.0] {
                for q in if shape == BandShape::Bell { [0.3, 1.0, 10.0] } else { [0.3, 0.7, 1.0] } {
                    for node_idx in -48..48 {
                        let design = |gain_db| {
                            let mut designs = [Coefficients::IDENTITY; MAX_SECTIONS];
                            let band = BandDesign { shape, slope: CutSlope::Db12, frequency_hz, gain_db, q };
                            let num_sections = band.sections(48_000.0, &mut designs);
                            (designs, num_sections)
                        };
                        let gain_db = f64::from(node_idx) * NODE_DB;
                        let ((lower, num_sections), (upper, _)) = (design(gain_db), design(gain_db + NODE_DB));
                        let (exact, _) = design(gain_db + 0.5 * NODE_DB);
                        // Up to where the curves are held to their prototypes at this rate.
                        for f in (0..40).map(|idx| 20.0 * 800f64.powf(f64::from(idx) / 39.0)) {
                            let db = |section: &Coefficients| 20.0 * section.magnitude(f, 48_000.0).log10();
                            let error: f64 = (0..num_sections)
                                .map(|idx| db(&between(&lower[idx], &upper[idx], 0.5)) - db(&exact[idx]))
                                .sum();
                            worst = worst.max(error.abs());
                        }
                    }
                }
            }
        }
        println!("interpolated gain: within {worst:.4} dB");
        // The bar of the curves themselves (`dsp.md` section 1.1); the worst are shelves at 18 kHz.
        assert!(worst < 0.1, "{worst}");
    }
}
