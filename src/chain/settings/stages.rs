//! The settings of every stage, as the processing code takes them.

use super::choices::{BandChannel, BandShape, CutSlope, Detector, Direction, DitherBits, LimiterStyle, NoiseShaping};

/// The number of equalizer bands.
pub const NUM_BANDS: usize = 8;
/// The number of bands that the multiband and the stereo stage split the spectrum into.
pub const NUM_SPLITS: usize = 4;
/// Lowest ratio between two neighbouring crossovers; the stages keep them this far apart.
pub const MIN_CROSSOVER_RATIO: f64 = 1.5;

/// A ceiling above this many dBTP is no ceiling: the top of the knob reads "Off".
///
/// Freshly inserted, the chain passes any mix bit for bit, hot ones too, so there is no ceiling until one is set.
pub const CEILING_OFF_DBTP: f64 = 0.0;

/// Input trim and repairs that every later stage relies on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InputSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of the trim, 0–200 %.
    pub amount_percent: f64,
    /// Trim, ±24 dB.
    pub gain_db: f64,
    /// Turns the left channel over.
    pub invert_left: bool,
    /// Turns the right channel over.
    pub invert_right: bool,
    /// Removes a constant offset (first-order high-pass at 5 Hz).
    pub dc_blocker: bool,
    /// Exchanges left and right.
    pub swap_channels: bool,
}

/// The equalizer's bands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EqualizerSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of all gains, 0–200 %; cuts are not scaled.
    pub amount_percent: f64,
    /// Gain after the bands, ±12 dB; part of what the amount scales.
    pub makeup_db: f64,
    /// Adds the gain that keeps the loudness of average music, computed from the bands alone.
    pub auto_makeup: bool,
    /// The bands in their order of processing.
    pub bands: [BandSettings; NUM_BANDS],
}

/// One equalizer band. An enabled bell, shelf or tilt at 0 dB does nothing, exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandSettings {
    /// On or off.
    pub enabled: bool,
    /// Curve.
    pub shape: BandShape,
    /// Centre or corner, 10 Hz–20 kHz.
    pub frequency_hz: f64,
    /// Gain of bells, shelves and tilt, ±18 dB; for a tilt the difference between 20 Hz and 20 kHz is twice this.
    pub gain_db: f64,
    /// Width of bells and notches, resonance of 12 dB/oct cuts and shelves; 0.1–30.
    pub q: f64,
    /// Steepness of cuts.
    pub slope: CutSlope,
    /// Part of the stereo signal.
    pub channel: BandChannel,
    /// Lets the gain move with the signal; bells and shelves only.
    pub dynamic: bool,
    /// Level of the band relative to the K-weighted level of the same signal, both over 300 ms, above which the gain
    /// moves; −40…+20 dB.
    pub threshold_db: f64,
    /// How far, and which way, the gain moves at most; ±18 dB.
    pub range_db: f64,
    /// Time to 63 % of a movement away from the static gain, 1–500 ms.
    pub attack_ms: f64,
    /// Time to 63 % of the way back, 10–2000 ms.
    pub release_ms: f64,
}

/// The resonance tamer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResonanceSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of the cut in dB, 0–200 %.
    pub amount_percent: f64,
    /// Deepest cut, 0–12 dB.
    pub depth_db: f64,
    /// How far a peak must stick out of the smooth spectrum, 2–12 dB; 2 dB less at 2–8 kHz.
    pub threshold_db: f64,
    /// How narrow cuts may be, 0–100 %.
    pub sharpness_percent: f64,
    /// Nothing is cut below, 20 Hz–20 kHz.
    pub low_hz: f64,
    /// Nothing is cut above, 20 Hz–20 kHz.
    pub high_hz: f64,
    /// Time to 63 % of a cut, 2–50 ms.
    pub attack_ms: f64,
    /// Time to 63 % of the way back, 20–500 ms.
    pub release_ms: f64,
}

/// The multiband compressor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MultibandSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of the gain change in dB, 0–200 %.
    pub amount_percent: f64,
    /// Crossovers, 20 Hz–20 kHz, in rising order; where they are not, the stage moves the upper ones up.
    pub crossover_hz: [f64; NUM_SPLITS - 1],
    /// Share of the louder channel's gain that both channels get, 0–100 %.
    pub link_percent: f64,
    /// The bands from low to high.
    pub bands: [DynamicsSettings; NUM_SPLITS],
}

/// One band of the multiband compressor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DynamicsSettings {
    /// Off passes the band by: neither dynamics nor make-up.
    pub enabled: bool,
    /// Downward or upward.
    pub direction: Direction,
    /// Level of the band (peak) at which the gain begins to move, −60–0 dBFS.
    pub threshold_dbfs: f64,
    /// Input change over output change beyond the threshold, 1–20; at 1 nothing happens.
    pub ratio: f64,
    /// Width of the bend around the threshold, 0–24 dB.
    pub knee_db: f64,
    /// Time to 63 % of a gain change, 0.5–200 ms.
    pub attack_ms: f64,
    /// Time to 63 % of the way back, 10–2000 ms.
    pub release_ms: f64,
    /// Largest change of gain, 0–18 dB.
    pub range_db: f64,
    /// Gain of the band, ±12 dB.
    pub makeup_db: f64,
}

/// The glue compressor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlueSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of the gain change in dB, 0–200 %.
    pub amount_percent: f64,
    /// Level at which it begins to work, −60–0 dBFS.
    pub threshold_dbfs: f64,
    /// Input change over output change above the threshold, 1–20; at 1 nothing happens.
    pub ratio: f64,
    /// Width of the bend around the threshold, 0–24 dB.
    pub knee_db: f64,
    /// Time to 63 % of a reduction, 0.1–200 ms.
    pub attack_ms: f64,
    /// Time to 63 % of the way back, 10–2000 ms; the fast part with automatic release.
    pub release_ms: f64,
    /// A second, slow release that takes over after long reductions.
    pub auto_release: bool,
    /// What is measured.
    pub detector: Detector,
    /// Corner of the detector's high-pass (12 dB/oct), 20–500 Hz; at 20 Hz there is none.
    pub sidechain_highpass_hz: f64,
    /// Share of the louder channel's reduction that both channels get, 0–100 %.
    pub link_percent: f64,
    /// Share of the compressed signal, 0–100 %.
    pub mix_percent: f64,
    /// Gain of the compressed signal, ±12 dB.
    pub makeup_db: f64,
    /// Adds the gain that average music loses by the other settings.
    pub auto_makeup: bool,
}

/// Gentle saturation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColourSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of what is added, 0–200 %.
    pub amount_percent: f64,
    /// How hard the curve is driven, 0–24 dB; at 0 nothing happens.
    pub drive_db: f64,
    /// From even harmonics (0 %) to odd ones (100 %).
    pub character_percent: f64,
    /// Share of what is added, 0–100 %.
    pub mix_percent: f64,
    /// Gain after it, ±12 dB.
    pub makeup_db: f64,
}

/// The stereo image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StereoSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of width, balance and rotation, 0–200 %; mono bass is not scaled.
    pub amount_percent: f64,
    /// Crossovers of the widths, 20 Hz–20 kHz, in rising order; where they are not, the upper ones move up.
    pub crossover_hz: [f64; NUM_SPLITS - 1],
    /// Gain of the side signal per band, 0–200 %.
    pub width_percent: [f64; NUM_SPLITS],
    /// Takes the side signal away below its corner.
    pub mono_bass: bool,
    /// That corner (12 dB/oct), 20–500 Hz.
    pub mono_bass_hz: f64,
    /// Right over left, ±12 dB, half on each side.
    pub balance_db: f64,
    /// Turns the image to the right, ±45°.
    pub rotation_deg: f64,
}

/// The clipper before the limiter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipperSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of the gain, 0–200 %; ceiling and knee are never scaled.
    pub amount_percent: f64,
    /// Gain before it, ±12 dB.
    pub gain_db: f64,
    /// Level that it clips to, −12–0 dBFS; not a guarantee, the limiter's ceiling is one.
    pub ceiling_dbfs: f64,
    /// Width of the bend below the ceiling, 0 (hard) – 6 dB (soft); below it everything passes as it is.
    pub knee_db: f64,
}

/// The true-peak limiter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterSettings {
    /// On or off.
    pub enabled: bool,
    /// Scale of the gain, 0–200 %; the ceiling is never scaled.
    pub amount_percent: f64,
    /// Gain before the limiter, ±24 dB.
    pub gain_db: f64,
    /// Highest true peak that leaves; above [`CEILING_OFF_DBTP`] none is held.
    pub ceiling_dbtp: f64,
    /// Distortion against loudness.
    pub style: LimiterStyle,
}

/// Dither for an integer export.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DitherSettings {
    /// On or off; off by default, since only the last thing before an integer file may dither.
    pub enabled: bool,
    /// Word length of the file to come.
    pub bits: DitherBits,
    /// Where the noise goes; flat from 88.2 kHz on, where there is room above hearing anyway.
    pub noise_shaping: NoiseShaping,
}

impl LimiterSettings {
    /// The ceiling in dBTP, or `None` when none is held.
    pub fn ceiling(&self) -> Option<f64> {
        (self.ceiling_dbtp <= CEILING_OFF_DBTP).then_some(self.ceiling_dbtp)
    }
}
