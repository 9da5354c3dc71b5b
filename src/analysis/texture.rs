//! What does half a second sound like? The map of a song: one [`Texture`] per half second, 0.6 kB each.

use super::decibel::Level;
use super::spectrum::{FINE_PER_OCTAVE, LOWEST_FINE_HZ, NUM_FINE, NUM_STEREO_BANDS, NUM_THIRDS};

/// Length of a texture, seconds.
pub const TEXTURE_S: f64 = 0.5;
/// Bands of [`Texture::crest`]: those of the multiband stage, 120 Hz, 1 kHz and 6 kHz between them.
pub const NUM_CREST_BANDS: usize = 4;
/// Octaves in which the noise floor is looked for, from 250 Hz on.
pub const NUM_NOISE_BANDS: usize = 6;

/// Half a second of song. Powers are such that a full-scale sine on both channels has 0 dB of mid.
#[derive(Clone, Debug, PartialEq)]
pub struct Texture {
    /// Which half second of the song: it starts at `idx` · [`TEXTURE_S`].
    pub idx: i64,
    /// K-weighted power, as BS.1770 sums it over channels.
    pub loudness: Level,
    /// Power of (L + R) / 2 per third of an octave.
    pub mid: [Level; NUM_THIRDS],
    /// Power of (L − R) / 2 per third of an octave.
    pub side: [Level; NUM_THIRDS],
    /// Power of mid and side together per bin of the lowest third of bins around each 24th of an octave, from 125 Hz on:
    /// what lies between the lines.
    pub fine: [Level; NUM_FINE],
    /// How mid, side and their relation lie in each stereo band.
    pub stereo: [StereoBand; NUM_STEREO_BANDS],
    /// `(peak, mean)` power per crest band, the louder channel's peak, both channels' mean.
    pub crest: [(Level, Level); NUM_CREST_BANDS],
    /// Lowest power of 50 ms in each noise octave.
    pub floor: [Level; NUM_NOISE_BANDS],
    /// Power below 20 Hz, 0 Hz left out.
    pub rumble: Level,
    /// Share of the power that lies in short rises, mean over bands, 0–1.
    pub percussiveness: f32,
    /// 90th minus 10th percentile of the level of 10 ms, dB.
    pub spread_db: f32,
    /// The same of each audible band, mean, dB.
    pub band_spread_db: f32,
    /// Highest power of 5–9 kHz that held for 40 ms while it outweighed 300 Hz–4 kHz; nothing if it never did.
    pub ess: Level,
    /// Power of 300 Hz–4 kHz.
    pub body: Level,
}

/// One stereo band of a texture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StereoBand {
    /// Power of (L + R) / 2.
    pub mid: Level,
    /// Power of (L − R) / 2.
    pub side: Level,
    /// Mean product of mid and side over the root of their powers, −1…1: positive where the left is louder.
    pub lean: f32,
}

impl StereoBand {
    /// `[left, right, left times right]`, mean powers.
    pub fn powers(&self) -> [f64; 3] {
        let (mid, side) = (self.mid.power(), self.side.power());
        let cross = 2.0 * f64::from(self.lean) * (mid * side).sqrt();
        [mid + side + cross, mid + side - cross, mid - side]
    }
}

impl Texture {
    /// Start, seconds into the song.
    pub fn start_s(&self) -> f64 {
        self.idx as f64 * TEXTURE_S
    }

    /// Mean power of mid and side together, all bands.
    pub fn power(&self) -> f64 {
        self.mid.iter().chain(&self.side).map(|level| level.power()).sum()
    }

    /// Centre of a place in [`Self::fine`], Hz.
    pub fn fine_hz(place: usize) -> f64 {
        LOWEST_FINE_HZ * 2f64.powf((place as f64 + 0.5) / FINE_PER_OCTAVE)
    }
}

impl Default for Texture {
    fn default() -> Self {
        Self {
            idx: 0,
            loudness: Level::NOTHING,
            mid: [Level::NOTHING; NUM_THIRDS],
            side: [Level::NOTHING; NUM_THIRDS],
            fine: [Level::NOTHING; NUM_FINE],
            stereo: Default::default(),
            crest: Default::default(),
            floor: Default::default(),
            rumble: Level::NOTHING,
            percussiveness: 0.0,
            spread_db: 0.0,
            band_spread_db: 0.0,
            ess: Level::NOTHING,
            body: Level::NOTHING,
        }
    }
}
