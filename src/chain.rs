//! The mastering chain: settings and audio in, audio and activity out.

mod bypass;
mod dither;
pub mod equalizer;
mod input;
pub mod limiter;
pub mod monitor;
pub mod settings;

pub use settings::Settings;

use bypass::Bypass;
use dither::Dither;
use equalizer::Equalizer;
use input::Input;
use limiter::Limiter;

/// The stages in their fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the names say it all
pub enum Stage {
    Input,
    Equalizer,
    Resonance,
    Multiband,
    Glue,
    Colour,
    Stereo,
    Clipper,
    Limiter,
    Dither,
}

impl Stage {
    /// All stages in signal order.
    pub const ALL: [Self; 10] = [
        Self::Input,
        Self::Equalizer,
        Self::Resonance,
        Self::Multiband,
        Self::Glue,
        Self::Colour,
        Self::Stereo,
        Self::Clipper,
        Self::Limiter,
        Self::Dither,
    ];

    /// Name in code and files.
    pub fn key(self) -> &'static str {
        ["input", "equalizer", "resonance", "multiband", "glue", "colour", "stereo", "clipper", "limiter", "dither"]
            [self as usize]
    }

    /// Name for people.
    pub fn name(self) -> &'static str {
        ["Input", "EQ", "Resonance", "Multiband", "Glue", "Colour", "Stereo", "Clipper", "Limiter", "Dither"]
            [self as usize]
    }
}

/// What the chain did during the last call of [`Chain::process`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Activity {
    /// Largest gain reduction of the limiter, dB, ≥ 0.
    pub limiter_reduction_db: f64,
    /// Input samples that were NaN or infinite and became 0, since construction or reset.
    pub num_non_finite: u64,
}

/// The whole chain for a stereo stream; a mono stream is the same samples on both sides.
///
/// Audio enters and leaves as `f32` and is `f64` in between. The output is finite for any input, and the same samples
/// whatever the division into blocks. A stage that is off keeps its delay.
pub struct Chain {
    settings: Settings,
    activity: Activity,
    input: Input,
    equalizer: Equalizer,
    limiter: Limiter,
    dither: Dither,
    bypass: Bypass,
}

/// Frames that pass through all stages at a time; enough to amortise, few enough to stay in the fastest cache.
const CHUNK_FRAMES: usize = 64;

impl Chain {
    /// Allocates everything for `sample_rate_hz` (44.1–192 kHz). The latency follows from rate and mode alone.
    pub fn new(sample_rate_hz: f64, latency_mode: settings::LatencyMode) -> Self {
        let limiter = Limiter::new(sample_rate_hz, latency_mode);
        let latency_samples = limiter.latency_samples();
        let mut chain = Self {
            settings: Settings { latency_mode, ..Settings::default() },
            activity: Activity::default(),
            input: Input::new(sample_rate_hz),
            equalizer: Equalizer::new(sample_rate_hz),
            limiter,
            dither: Dither::new(sample_rate_hz),
            bypass: Bypass::new(sample_rate_hz, latency_samples),
        };
        chain.apply_settings();
        chain
    }

    /// Takes new settings. Before the first sample after `new` or `reset` they hold at once, later they glide.
    /// `latency_mode` is fixed at construction and ignored here. Real-time safe, cheap when nothing changed.
    pub fn set(&mut self, settings: &Settings) {
        let settings = Settings { latency_mode: self.settings.latency_mode, ..*settings };
        if settings != self.settings {
            self.settings = settings;
            self.apply_settings();
        }
    }

    fn apply_settings(&mut self) {
        let settings = self.settings;
        // `product.md` section 2: the factor of a stage is its amount times the chain's, at most 2.
        let amount = |percent: f64| (percent / 100.0 * settings.amount_percent / 100.0).clamp(0.0, 2.0);
        let dither_bits = settings.dither.enabled.then(|| settings.dither.bits.bits());
        self.input.set(&settings.input, amount(settings.input.amount_percent));
        self.equalizer.set(&settings.equalizer, amount(settings.equalizer.amount_percent));
        self.limiter.set(&settings.limiter, amount(settings.limiter.amount_percent), dither_bits);
        self.dither.set(&settings.dither);
        self.bypass.set(settings.bypass || settings.amount_percent <= 0.0);
    }

    /// Processes both channels in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        debug_assert_eq!(left.len(), right.len());
        self.activity.limiter_reduction_db = 0.0;
        for (left, right) in left.chunks_mut(CHUNK_FRAMES).zip(right.chunks_mut(CHUNK_FRAMES)) {
            self.process_chunk(left, right);
        }
    }

    fn process_chunk(&mut self, left: &mut [f32], right: &mut [f32]) {
        let num_frames = left.len().min(right.len());
        let (mut l, mut r, mut dry) = ([0.0; CHUNK_FRAMES], [0.0; CHUNK_FRAMES], [[0.0; 2]; CHUNK_FRAMES]);
        let (l, r, dry) = (&mut l[..num_frames], &mut r[..num_frames], &mut dry[..num_frames]);
        self.activity.num_non_finite += take_in(left, l) + take_in(right, r);
        for (dry, (l, r)) in dry.iter_mut().zip(l.iter().zip(r.iter())) {
            *dry = [*l, *r];
        }
        self.bypass.delay(dry);

        self.input.process(l, r);
        self.equalizer.process(l, r);
        self.limiter.process(l, r);
        self.dither.process(l, r);

        self.bypass.mix(dry, l, r);
        give_out(l, left);
        give_out(r, right);
        self.activity.limiter_reduction_db = self.activity.limiter_reduction_db.max(self.limiter.reduction_db());
    }

    /// Back to the state of a new chain, default settings included. Real-time safe.
    pub fn reset(&mut self) {
        self.settings = Settings { latency_mode: self.settings.latency_mode, ..Settings::default() };
        self.activity = Activity::default();
        self.input.reset();
        self.equalizer.reset();
        self.limiter.reset();
        self.dither.reset();
        self.bypass.reset();
        self.apply_settings();
    }

    /// Delay from input to output; the same for all settings.
    pub fn latency_samples(&self) -> usize {
        self.input.latency_samples()
            + self.equalizer.latency_samples()
            + self.limiter.latency_samples()
            + self.dither.latency_samples()
    }

    /// What the last [`Self::process`] did.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }
}

/// Reads samples, non-finite ones as 0; returns how many those were.
fn take_in(from: &[f32], to: &mut [f64]) -> u64 {
    let mut num_non_finite = 0;
    for (from, to) in from.iter().zip(to) {
        let is_finite = from.is_finite();
        num_non_finite += u64::from(!is_finite);
        *to = if is_finite { f64::from(*from) } else { 0.0 };
    }
    num_non_finite
}

/// Writes samples; what `f32` cannot hold becomes its largest number.
fn give_out(from: &[f64], to: &mut [f32]) {
    for (from, to) in from.iter().zip(to) {
        *to = from.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
    }
}
