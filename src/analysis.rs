//! What the audio is: audio in, [`Features`] out.

mod analyzer;
mod capture;
mod character;
mod clipping;
mod coverage;
mod crest;
mod decibel;
mod defects;
mod edges;
mod hum;
mod instants;
mod levels;
mod live;
mod live_spectrum;
mod loudness;
mod played;
mod programme;
mod repeats;
mod rises;
mod scale;
mod scope;
mod sections;
mod short_frames;
mod song_map;
mod spectrum;
mod stereo;
mod texture;
mod true_peak;

use std::sync::Arc;

pub use analyzer::{Analyzer, Progress, measure_levels};
pub use capture::{Excerpt, Role, rendered};
pub use character::active;
pub use decibel::Level;
pub use defects::{Defect, Defects};
pub use edges::Edges;
pub use hum::Hum;
pub use live::{LiveLevels, LiveMeter};
pub use live_spectrum::{LiveSpectrum, LiveSpectrumMeter, NO_SIGNAL_DB};
pub use loudness::{BlockPowers, LoudnessMeter, lufs_from_power, playback_gain_lu, power_from_lufs};
pub use played::Played;
pub use programme::{ABSOLUTE_GATE_LUFS, Programme, integrated_lufs};
pub use scale::ScaleWatch;
pub use scope::Scope;
pub use sections::{Section, Tag, contrast_lu};
pub use spectrum::{FINE_PER_OCTAVE, NOMINAL_HZ, NUM_FINE, NUM_STEREO_BANDS, NUM_THIRDS, STEREO_EDGES_HZ};
pub use texture::{NUM_CREST_BANDS, NUM_NOISE_BANDS, StereoBand, TEXTURE_S, Texture};
pub use true_peak::TruePeakMeter;

/// Everything measured about one song, or about what was heard of it. Levels are of the mix as it came in.
/// `None` where the quantity does not exist (silence, the side of a mono song, an unknown share).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Sample rate of the audio, Hz.
    pub sample_rate_hz: f64,
    /// 1 or 2.
    pub num_channels: usize,
    /// Length of the song as far as known, seconds.
    pub duration_s: f64,
    /// Seconds heard, repeats not counted.
    pub heard_s: f64,
    /// Of what was heard, seconds above the absolute gate of BS.1770 (−70 LUFS).
    pub active_s: f64,
    /// Share of the song heard, 0–1; `None` while its length is unknown.
    pub share: Option<f64>,
    /// Frames lost between audio and analysis thread.
    pub num_dropped_frames: u64,
    /// Samples that were NaN, infinite or beyond ±1e6.
    pub num_non_finite: u64,
    /// Whether most of what sounds stands above +60 dBFS: no level of music, but whole numbers stored as floating point.
    pub is_overscaled: bool,
    /// Loudness and peaks.
    pub levels: Levels,
    /// Stereo.
    pub stereo: Stereo,
    /// Long-term spectrum.
    pub spectrum: Spectrum,
    /// Stereo measures per band, 20 Hz–16 kHz; empty for mono.
    pub bands: Vec<StereoMeasures>,
    /// Peak over mean, mean over half seconds, below 120 Hz, to 1 kHz, to 6 kHz and above, dB.
    pub crest_db: [Option<f64>; NUM_CREST_BANDS],
    /// Share of strokes in the sound, 0–1.
    pub percussiveness: Option<f64>,
    /// How far the level of 10 ms swings within half a second, median, dB: the less, the denser.
    pub level_spread_db: Option<f64>,
    /// The strongest candidate for mains hum; whether it is one, its prominence says.
    pub hum: Option<Hum>,
    /// Silence before and after the sound.
    pub edges: Option<Edges>,
    /// Whether left and right are the same to the last bit.
    pub are_channels_identical: bool,
    /// The parts of the song, in order.
    pub sections: Vec<Section>,
    /// Clicks, dropouts, flat tops.
    pub defects: Arc<Defects>,
    /// Where the song was heard again and was another mix, seconds.
    pub changed_at_s: Option<f64>,
    /// Each half second of what was heard, in song order; empty in features that a session kept.
    pub textures: Arc<[Arc<Texture>]>,
    /// Each 100 ms of what was heard, in song order.
    pub blocks: Vec<Block>,
}

/// How left and right relate within a band.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StereoMeasures {
    /// Lower edge, Hz.
    pub low_hz: f64,
    /// Upper edge, Hz.
    pub high_hz: f64,
    /// Correlation of left and right, −1…1.
    pub correlation: Option<f64>,
    /// Side power over mid power, dB; `None` where there is no side, 120 where there is no mid.
    pub side_to_mid_db: Option<f64>,
    /// Left over right, dB.
    pub balance_db: Option<f64>,
}

/// Loudness (ITU-R BS.1770-5, EBU Tech 3341 and 3342) and peaks.
///
/// A mono file plays from two loudspeakers, as loud as the same sound in both channels of a stereo file: 3.01 LU over what
/// BS.1770 says of its one channel. What is judged, said and landed is that, the loudness as it plays; ratios of peak to
/// loudness are against it too. The other numbers are the file's own, as every meter reads them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    /// Integrated loudness of the file, LUFS.
    pub integrated_lufs: Option<f64>,
    /// Integrated loudness as it plays, LUFS.
    pub playback_lufs: Option<f64>,
    /// Highest 3 s loudness, LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// Highest 400 ms loudness, LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Loudness range, LU.
    pub loudness_range_lu: Option<f64>,
    /// True peak, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Sample peak, dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// True peak minus integrated loudness as it plays, dB.
    pub plr_db: Option<f64>,
    /// Smallest true peak minus short-term loudness as it plays over 3 s windows, dB.
    pub psr_min_db: Option<f64>,
    /// Tenth percentile of the same, dB.
    pub psr_p10_db: Option<f64>,
}

impl Levels {
    /// Highest 3 s loudness as it plays, LUFS.
    pub fn playback_short_term_lufs(&self) -> Option<f64> {
        let gain_lu = self.playback_lufs.zip(self.integrated_lufs).map_or(0.0, |(played, own)| played - own);
        self.max_short_term_lufs.map(|lufs| lufs + gain_lu)
    }

    /// Integrated loudness as it plays, LUFS, where that is not the file's own.
    pub fn other_playback_lufs(&self) -> Option<f64> {
        self.playback_lufs.filter(|_| self.playback_lufs != self.integrated_lufs)
    }
}

impl Features {
    /// Name of the integrated loudness that is judged: the file's own, or that of a mono file as it plays.
    pub fn loudness_metric(&self) -> &'static str {
        if self.num_channels == 1 { "playback_lufs" } else { "integrated_lufs" }
    }
}

/// Stereo measures over all that was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stereo {
    /// Correlation of left and right, −1…1.
    pub correlation: Option<f64>,
    /// Side power over mid power, dB; `None` for mono, 120 where there is no mid.
    pub side_to_mid_db: Option<f64>,
    /// K-weighted left minus right, dB.
    pub balance_db: Option<f64>,
    /// What folding down to mono costs in loudness, LU, ≤ 0: −3 for unrelated channels, 0 for equal ones, −120 where nothing is
    /// left of it.
    pub mono_fold_down_lu: Option<f64>,
    /// Mean of each channel, −1…1.
    pub dc_offset: [f64; 2],
}

/// Band power per third of an octave, long-term mean over what is not a pause. A full-scale sine on both channels reads
/// 0 dB in its band of mid; pink noise reads the same in every band.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spectrum {
    /// Nominal centre frequencies (IEC 61260-1), 20 Hz–20 kHz or up to Nyquist, Hz.
    pub frequencies_hz: Vec<f64>,
    /// Power of (L + R) / 2 per band, dB; `None` for silence.
    pub mid_db: Vec<Option<f64>>,
    /// Power of (L − R) / 2 per band, dB; `None` for silence and mono.
    pub side_db: Vec<Option<f64>>,
}

/// 100 ms of song.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Block {
    /// Start, seconds into the song.
    pub start_s: f64,
    /// Hours of these are kept, so they are kept small.
    power: f32,
    peak: f32,
}

impl Block {
    /// From its start, seconds into the song, its K-weighted power and its highest sample.
    pub fn new(start_s: f64, power: f64, peak: f64) -> Self {
        Self { start_s, power: power as f32, peak: peak as f32 }
    }

    /// K-weighted power summed over channels, as BS.1770 sums it (loudness = −0.691 + 10 log10).
    pub fn power(&self) -> f64 {
        f64::from(self.power)
    }

    /// Highest sample, linear.
    pub fn peak(&self) -> f64 {
        f64::from(self.peak)
    }
}

#[cfg(test)]
mod tests {
    /// A sine of the given amplitude and length.
    pub fn sine(sample_rate_hz: f64, frequency_hz: f64, amplitude: f64, seconds: f64) -> Vec<f32> {
        let step = std::f64::consts::TAU * frequency_hz / sample_rate_hz;
        (0..(seconds * sample_rate_hz) as usize).map(|i| (amplitude * (step * i as f64).sin()) as f32).collect()
    }
}
