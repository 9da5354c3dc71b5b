//! Settings that are one of several: closed lists with names for files and for people.

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

choice! {
    /// Which way a band of the multiband stage moves levels.
    Direction {
        /// Turns down what is above the threshold.
        Down = "down", "Downward";
        /// Lifts what is below the threshold.
        Up = "up", "Upward";
    }
}

choice! {
    /// What the glue compressor measures.
    Detector {
        /// Peaks; attack and release hold exactly.
        Peak = "peak", "Peak";
        /// The mean power of 20 ms, nearer to loudness.
        Rms = "rms", "RMS";
    }
}

choice! {
    /// Where the dither's noise goes (`dsp.md` section 6).
    NoiseShaping {
        /// Alike at all frequencies.
        Flat = "flat", "Flat";
        /// Three taps: gently out of the middle.
        Light = "light", "Light";
        /// Five taps.
        Medium = "medium", "Medium";
        /// Nine taps: lowest where the ear is keenest, highest in sum.
        Strong = "strong", "Strong";
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
