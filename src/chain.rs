//! The mastering chain: settings and audio in, audio and activity out.

pub mod monitor;
pub mod settings;

pub use settings::Settings;

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
pub struct Chain {
    settings: Settings,
    activity: Activity,
}

impl Chain {
    /// Allocates everything for `sample_rate_hz` (44.1–192 kHz). The latency follows from rate and mode alone.
    pub fn new(sample_rate_hz: f64, latency_mode: settings::LatencyMode) -> Self {
        let _ = sample_rate_hz;
        Self { settings: Settings { latency_mode, ..Settings::default() }, activity: Activity::default() }
    }

    /// Takes new settings. They glide from here; right after `new` or `reset` they hold at once.
    /// `latency_mode` is fixed at construction and ignored here. Real-time safe.
    pub fn set(&mut self, settings: &Settings) {
        self.settings = *settings;
    }

    /// Processes both channels in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let _ = (left, right);
    }

    /// Back to the state of a new chain. Real-time safe.
    pub fn reset(&mut self) {
        self.activity = Activity::default();
    }

    /// Delay from input to output.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// What the last [`Self::process`] did.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }
}
