//! Listening to one band: the region that a band of the equalizer works on, or a band of the multiband stage.

use wide::f64x2;

use super::channels::Channels;
use crate::chain::Settings;
use crate::chain::settings::{BandChannel, BandSettings, BandShape, MIN_CROSSOVER_RATIO, NUM_SPLITS};
use crate::dsp::crossover::{BandSplitter, warped};
use crate::dsp::ramp::{Fade, Glide, KNOT_SAMPLES};
use crate::dsp::svf::{Coefficients, Section};

/// Time constant of each smoother of frequency and width, seconds.
const GLIDE_S: f64 = 0.02;
/// A wider bell is heard through a band of this quality, or it would be most of the spectrum.
const MIN_Q: f64 = 0.7;
/// Quality of one of two equal band-passes in a row over that of both, −3 dB points being equal: √(√2 − 1).
const Q_OF_TWO: f64 = 0.643_594_252_905_582_6;
/// Quality of one of two equal filters in a row that make a fourth-order Linkwitz-Riley filter.
const BUTTERWORTH_Q: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// A band that is listened to, by its index from 0. Frequency and width are those of the settings in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandSolo {
    /// What a band of the equalizer works on: around its frequency (bell, notch), below it (low shelf, low cut),
    /// above it (high shelf, high cut), or all (tilt); of its channels only, on both sides.
    Equalizer(usize),
    /// A band of the split that the multiband stage listens to.
    Multiband(usize),
}

/// Part of the spectrum relative to a frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Region {
    All,
    Around,
    Below,
    Above,
}

impl Region {
    fn of(shape: BandShape) -> Self {
        match shape {
            BandShape::Bell | BandShape::Notch => Self::Around,
            BandShape::LowShelf | BandShape::LowCut => Self::Below,
            BandShape::HighShelf | BandShape::HighCut => Self::Above,
            BandShape::Tilt => Self::All,
        }
    }

    /// One of two equal sections in a row: 12 dB per octave around, 24 below and above.
    fn section(self, g: f64, q: f64) -> Coefficients {
        let k = match self {
            Self::Around => 1.0 / (Q_OF_TWO * q),
            _ => 1.0 / BUTTERWORTH_Q,
        };
        let (m0, m1, m2) = match self {
            Self::All => (1.0, 0.0, 0.0),
            Self::Around => (0.0, k, 0.0),
            Self::Below => (0.0, 0.0, 1.0),
            Self::Above => (1.0, -k, -1.0),
        };
        Coefficients { g, k, m0, m1, m2, ..Coefficients::IDENTITY }
    }
}

/// What cannot glide: a change crossfades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Everything,
    Region(Region, Channels),
    Split(usize),
}

/// What is to be heard.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    kind: Kind,
    frequency_hz: f64,
    q: f64,
    crossover_hz: [f64; NUM_SPLITS - 1],
}

impl Wanted {
    const EVERYTHING: Self =
        Self { kind: Kind::Everything, frequency_hz: 1000.0, q: 1.0, crossover_hz: [120.0, 1000.0, 6000.0] };

    fn new(band: Option<BandSolo>, settings: &Settings) -> Self {
        let region = |band: &BandSettings| Self {
            kind: Kind::Region(Region::of(band.shape), channels(band.channel)),
            frequency_hz: band.frequency_hz,
            q: band.q.max(MIN_Q),
            ..Self::EVERYTHING
        };
        match band {
            Some(BandSolo::Equalizer(idx)) => settings.equalizer.bands.get(idx).map_or(Self::EVERYTHING, region),
            Some(BandSolo::Multiband(idx)) if idx < NUM_SPLITS => {
                Self { kind: Kind::Split(idx), crossover_hz: settings.multiband.crossover_hz, ..Self::EVERYTHING }
            }
            _ => Self::EVERYTHING,
        }
    }
}

fn channels(channel: BandChannel) -> Channels {
    match channel {
        BandChannel::Stereo => Channels::Stereo,
        BandChannel::Left => Channels::Left,
        BandChannel::Right => Channels::Right,
        BandChannel::Mid => Channels::Mono,
        BandChannel::Side => Channels::Side,
    }
}

/// The filters of one thing that is heard.
struct Voice {
    kind: Kind,
    ln_frequency: Glide,
    ln_q: Glide,
    coefficients: Coefficients,
    sections: [Section; 2],
    splitter: BandSplitter,
    crossover_hz: [f64; NUM_SPLITS - 1],
    sample_rate_hz: f64,
}

impl Voice {
    fn new(sample_rate_hz: f64) -> Self {
        let glide = Glide::new(0.0, GLIDE_S, 1e-6, sample_rate_hz);
        Self {
            kind: Kind::Everything,
            ln_frequency: glide,
            ln_q: glide,
            coefficients: Coefficients::IDENTITY,
            sections: std::array::from_fn(|_| Section::new(Coefficients::IDENTITY)),
            splitter: BandSplitter::new(sample_rate_hz),
            crossover_hz: Wanted::EVERYTHING.crossover_hz,
            sample_rate_hz,
        }
    }

    /// Begins from silence, where `wanted` is.
    fn start(&mut self, wanted: &Wanted) {
        self.kind = wanted.kind;
        self.ln_frequency.jump(wanted.frequency_hz.ln());
        self.ln_q.jump(wanted.q.ln());
        self.design();
        self.sections = std::array::from_fn(|_| Section::new(self.coefficients));
        self.splitter.reset();
        self.crossover_hz = wanted.crossover_hz;
        self.splitter.set(self.crossover_hz, MIN_CROSSOVER_RATIO);
    }

    /// Goes to where `wanted`, of the same kind, is.
    fn aim(&mut self, wanted: &Wanted) {
        self.ln_frequency.aim(wanted.frequency_hz.ln());
        self.ln_q.aim(wanted.q.ln());
        if self.crossover_hz != wanted.crossover_hz {
            self.crossover_hz = wanted.crossover_hz;
            self.splitter.set(self.crossover_hz, MIN_CROSSOVER_RATIO);
        }
    }

    /// Forgets what it heard; goes on to where it was going.
    fn forget(&mut self) {
        self.sections = std::array::from_fn(|_| Section::new(self.coefficients));
        self.splitter.reset();
        self.splitter.set(self.crossover_hz, MIN_CROSSOVER_RATIO);
    }

    fn design(&mut self) {
        if let Kind::Region(region, _) = self.kind {
            let g = warped(self.ln_frequency.value().exp(), self.sample_rate_hz);
            self.coefficients = region.section(g, self.ln_q.value().exp());
        }
    }

    fn move_to_next_knot(&mut self) {
        if !self.ln_frequency.is_settled() || !self.ln_q.is_settled() {
            self.ln_frequency.advance();
            self.ln_q.advance();
            self.design();
        }
        for section in &mut self.sections {
            section.aim(self.coefficients);
            section.settle();
        }
    }

    /// Up to the next knot at most.
    fn process(&mut self, frames: &mut [f64x2]) {
        match self.kind {
            Kind::Everything => {}
            Kind::Region(region, channels) => {
                if region != Region::All {
                    self.sections.iter_mut().for_each(|section| section.process(frames));
                }
                frames.iter_mut().for_each(|frame| *frame = channels.of(frame.to_array()).into());
            }
            Kind::Split(idx) => frames.iter_mut().for_each(|frame| *frame = self.splitter.process(*frame)[idx]),
        }
    }
}

/// Puts one band in the place of everything; changes of kind crossfade, frequencies and widths glide. Listening to
/// everything passes bit for bit. All of it moves on a grid of [`KNOT_SAMPLES`] counted from the last reset.
pub struct BandListener {
    band: Option<BandSolo>,
    wanted: Wanted,
    current: Voice,
    previous: Voice,
    fade: Fade,
    position: usize,
}

impl BandListener {
    /// Listens to everything.
    pub fn new(fade_s: f64, sample_rate_hz: f64) -> Self {
        Self {
            band: None,
            wanted: Wanted::EVERYTHING,
            current: Voice::new(sample_rate_hz),
            previous: Voice::new(sample_rate_hz),
            fade: Fade::new(true, fade_s, sample_rate_hz),
            position: 0,
        }
    }

    /// Chooses the band, or everything. Real-time safe.
    pub fn set(&mut self, band: Option<BandSolo>) {
        self.band = band;
    }

    /// Takes the settings that say where the band is. Real-time safe.
    pub fn follow(&mut self, settings: &Settings) {
        self.wanted = Wanted::new(self.band, settings);
    }

    /// Processes in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut done = 0;
        while done < left.len() {
            if self.position == 0 {
                self.move_to_next_knot();
            }
            let run = (KNOT_SAMPLES - self.position).min(left.len() - done);
            if !self.fade.is_one() || self.current.kind != Kind::Everything {
                self.process_run(&mut left[done..done + run], &mut right[done..done + run]);
            }
            self.position = (self.position + run) % KNOT_SAMPLES;
            done += run;
        }
    }

    /// Another place of the song follows: the same is listened to. Real-time safe.
    pub fn interrupt(&mut self) {
        self.current.forget();
        self.previous.forget();
        self.position = 0;
    }

    /// Back to the state of a new one.
    pub fn reset(&mut self) {
        self.band = None;
        self.wanted = Wanted::EVERYTHING;
        self.current.kind = Kind::Everything;
        self.fade.jump(true);
        self.position = 0;
    }

    fn move_to_next_knot(&mut self) {
        if self.current.kind == self.wanted.kind {
            self.current.aim(&self.wanted);
        } else if self.fade.is_one() {
            std::mem::swap(&mut self.current, &mut self.previous);
            self.current.start(&self.wanted);
            self.fade.jump(false);
            self.fade.aim(true);
        }
        self.current.move_to_next_knot();
        if !self.fade.is_one() {
            self.previous.move_to_next_knot();
        }
    }

    /// Up to the next knot at most.
    fn process_run(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut buffers = [[f64x2::splat(0.0); KNOT_SAMPLES]; 2];
        let [heard, before] = &mut buffers;
        let (heard, before) = (&mut heard[..left.len()], &mut before[..left.len()]);
        for (frame, (l, r)) in heard.iter_mut().zip(left.iter().zip(right.iter())) {
            *frame = f64x2::from([f64::from(*l), f64::from(*r)]);
        }
        if !self.fade.is_one() {
            before.copy_from_slice(heard);
            self.previous.process(before);
        }
        self.current.process(heard);
        let max = f64::from(f32::MAX);
        for ((heard, before), (l, r)) in heard.iter().zip(before).zip(left.iter_mut().zip(right)) {
            let weight = if self.fade.is_one() { 1.0 } else { self.fade.advance() };
            // Exact at the end: the run may be longer than the fade.
            let frame = if weight == 1.0 { *heard } else { *before + f64x2::splat(weight) * (*heard - *before) };
            [*l, *r] = frame.to_array().map(|sample| sample.clamp(-max, max) as f32);
        }
    }
}

#[cfg(test)]
mod tests;
