//! Every knob of the chain: typed values for the processing code, and the one table that names them for everybody else.

mod table;
mod text;

pub use table::{Kind, Setting, find, table};
pub use text::ParseError;

/// A closed list of named alternatives, as a setting stores it.
pub trait Choice: Copy + PartialEq + Sized + 'static {
    /// All alternatives in their fixed order; the position is the stored number and never changes.
    const ALL: &'static [Self];
    /// `(key, label)` per alternative: the key for files and the command line, the label for people.
    const NAMES: &'static [(&'static str, &'static str)];

    /// Position in [`Self::ALL`].
    fn index(self) -> usize {
        Self::ALL.iter().position(|&each| each == self).unwrap_or(0)
    }

    /// The alternative at `index`, the last one when out of range.
    fn from_index(index: usize) -> Self {
        Self::ALL[index.min(Self::ALL.len() - 1)]
    }
}

macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $key:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            const NAMES: &'static [(&'static str, &'static str)] = &[$(($key, $label),)+];
        }
    };
}

choice! {
    /// How much delay the chain may take; fixes what the stages can do (`product.md` section 2).
    LatencyMode {
        /// At most 3 ms: one limiter pass, ceiling within 0.1 dB.
        Tracking = "tracking", "Tracking";
        /// At most 18 ms at any rate.
        Standard = "standard", "Standard";
        /// Standard and a linear-phase equalizer.
        Linear = "linear", "Linear phase";
    }
}

choice! {
    /// The shape of an equalizer band.
    BandShape {
        /// Peak or dip around the frequency.
        Bell = "bell", "Bell";
        /// Everything below the frequency.
        LowShelf = "low_shelf", "Low shelf";
        /// Everything above the frequency.
        HighShelf = "high_shelf", "High shelf";
        /// Removes what is below the frequency.
        LowCut = "low_cut", "Low cut";
        /// Removes what is above the frequency.
        HighCut = "high_cut", "High cut";
        /// Removes the frequency itself.
        Notch = "notch", "Notch";
        /// Tips the whole spectrum around the frequency.
        Tilt = "tilt", "Tilt";
    }
}

choice! {
    /// What part of the stereo signal a band works on.
    BandChannel {
        /// Left and right alike.
        Stereo = "stereo", "Stereo";
        /// Left only.
        Left = "left", "Left";
        /// Right only.
        Right = "right", "Right";
        /// (L + R) / 2.
        Mid = "mid", "Mid";
        /// (L − R) / 2.
        Side = "side", "Side";
    }
}

choice! {
    /// Steepness of a cut.
    CutSlope {
        /// 6 dB per octave.
        Db6 = "6", "6 dB/oct";
        /// 12 dB per octave.
        Db12 = "12", "12 dB/oct";
        /// 18 dB per octave.
        Db18 = "18", "18 dB/oct";
        /// 24 dB per octave.
        Db24 = "24", "24 dB/oct";
        /// 36 dB per octave.
        Db36 = "36", "36 dB/oct";
        /// 48 dB per octave.
        Db48 = "48", "48 dB/oct";
        /// 72 dB per octave.
        Db72 = "72", "72 dB/oct";
        /// 96 dB per octave.
        Db96 = "96", "96 dB/oct";
    }
}

choice! {
    /// What the limiter gives up first (`dsp.md` sections 0 and 5.4).
    LimiterStyle {
        /// Lowest distortion.
        Clean = "clean", "Clean";
        /// Louder at a little more distortion.
        Balanced = "balanced", "Balanced";
        /// Loudest.
        Loud = "loud", "Loud";
    }
}

choice! {
    /// Word length that the master is dithered to.
    DitherBits {
        /// CD.
        Bits16 = "16", "16 bit";
        /// Some converters.
        Bits20 = "20", "20 bit";
        /// Files for delivery.
        Bits24 = "24", "24 bit";
    }
}

impl CutSlope {
    /// Filter order: 6 dB per octave each.
    pub fn order(self) -> usize {
        [1, 2, 3, 4, 6, 8, 12, 16][self.index()]
    }
}

impl DitherBits {
    /// Word length in bits.
    pub fn bits(self) -> u32 {
        [16, 20, 24][self.index()]
    }
}

/// The number of equalizer bands.
pub const NUM_BANDS: usize = 8;

/// A ceiling above this many dBTP is no ceiling: the top of the knob reads "Off".
///
/// Freshly inserted, the chain passes any mix bit for bit, hot ones too, so there is no ceiling until one is set.
pub const CEILING_OFF_DBTP: f64 = 0.0;

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
    /// Stage 9.
    pub limiter: LimiterSettings,
    /// Stage 10.
    pub dither: DitherSettings,
}

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
}

impl Default for Settings {
    fn default() -> Self {
        const FREQUENCIES_HZ: [f64; NUM_BANDS] = [30.0, 80.0, 200.0, 500.0, 1200.0, 3000.0, 7000.0, 14_000.0];
        let band = |frequency_hz| BandSettings {
            enabled: true,
            shape: BandShape::Bell,
            frequency_hz,
            gain_db: 0.0,
            q: 0.7,
            slope: CutSlope::Db12,
            channel: BandChannel::Stereo,
        };
        Self {
            latency_mode: LatencyMode::Standard,
            bypass: false,
            amount_percent: 100.0,
            input: InputSettings {
                enabled: true,
                amount_percent: 100.0,
                gain_db: 0.0,
                invert_left: false,
                invert_right: false,
                dc_blocker: false,
                swap_channels: false,
            },
            equalizer: EqualizerSettings { enabled: true, amount_percent: 100.0, bands: FREQUENCIES_HZ.map(band) },
            limiter: LimiterSettings {
                enabled: true,
                amount_percent: 100.0,
                gain_db: 0.0,
                ceiling_dbtp: 0.1,
                style: LimiterStyle::Clean,
            },
            dither: DitherSettings { enabled: false, bits: DitherBits::Bits24 },
        }
    }
}

impl LimiterSettings {
    /// The ceiling in dBTP, or `None` when none is held.
    pub fn ceiling(&self) -> Option<f64> {
        (self.ceiling_dbtp <= CEILING_OFF_DBTP).then_some(self.ceiling_dbtp)
    }
}
