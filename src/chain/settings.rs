//! Every knob of the chain: typed values for the processing code, and the one table that names them for everybody else.

mod choices;
mod defaults;
mod stages;
mod table;
mod text;

pub use choices::*;
pub use stages::*;
pub use table::{Kind, Setting, find, table};
pub use text::ParseError;

/// Every setting of the chain. Values are taken as they are; [`Setting::snap`] brings outside numbers into range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Delay class; a change takes effect in a new [`Chain`](super::Chain).
    pub latency_mode: LatencyMode,
    /// Passes the delayed input.
    pub bypass: bool,
    /// Scale of all that the chain does, 0–200 %.
    pub amount_percent: f64,
    /// Stage 1.
    pub input: InputSettings,
    /// Stage 2.
    pub equalizer: EqualizerSettings,
    /// Stage 3.
    pub resonance: ResonanceSettings,
    /// Stage 4.
    pub multiband: MultibandSettings,
    /// Stage 5.
    pub glue: GlueSettings,
    /// Stage 6.
    pub colour: ColourSettings,
    /// Stage 7.
    pub stereo: StereoSettings,
    /// Stage 8.
    pub clipper: ClipperSettings,
    /// Stage 9.
    pub limiter: LimiterSettings,
    /// Stage 10.
    pub dither: DitherSettings,
}
