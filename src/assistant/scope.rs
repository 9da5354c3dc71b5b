//! Is this music that can be judged? Noise, tones and speech alone are not.
//!
//! The edges lie between 143 released songs, 22 songs of the evaluation and 60 recordings of speech, weather, forests, noises and
//! tones: all of the songs lie inside, and all but one of the others outside.

use crate::analysis::{Features, NOMINAL_HZ, NUM_THIRDS, Texture, active};

/// What it is instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Nothing but noise.
    Noise,
    /// One or a few steady tones.
    Tones,
    /// Somebody talks, nothing plays.
    Speech,
}

/// Bands in which lines are told from noise, 200 Hz–8 kHz, by place.
const LINE_BANDS: std::ops::Range<usize> = 10..27;
/// Places of the fine spectrum that belong to a third octave, on each side of its centre.
const FINE_REACH: usize = 4;
/// 40–80 Hz, and 200 Hz–5 kHz that the bass is held against, by place.
const BASS_BANDS: std::ops::Range<usize> = 3..7;
const BODY_BANDS: std::ops::Range<usize> = 10..25;
/// Below 90 Hz, by place.
const LOW_BANDS: std::ops::Range<usize> = 0..7;
/// Bands so far under the loudest are not there, dB.
const AUDIBLE_DB: f64 = 60.0;

/// What the decision is made from.
struct Measures {
    /// How far a third octave's mean level lies over what is between its lines, dB: 2 in noise, 3–19 in music, 50 in tones.
    line_db: f64,
    /// Share of strokes.
    percussiveness: f64,
    /// Swing of the level of 10 ms within half a second, of the whole and of its bands, dB.
    spread_db: f64,
    band_spread_db: f64,
    /// Mean band of the bass against the median band of the body, dB: no single band that is turned up moves it.
    bass_db: f64,
    /// What lies below 90 Hz, of everything, dB.
    low_db: f64,
    /// Third octaves within 30 dB of the loudest.
    num_bands: usize,
}

/// Why the assistant abstains, if it has to.
pub fn outside(features: &Features, is_speech_welcome: bool) -> Option<Outside> {
    let measures = Measures::of(&active(&features.textures), features.percussiveness.unwrap_or(0.0))?;
    if measures.are_tones() {
        return Some(Outside::Tones);
    }
    if measures.is_speech() {
        return (!is_speech_welcome).then_some(Outside::Speech);
    }
    // Where a channel is inverted, strokes and swing are those of what little the middle has left.
    let is_inverted = features.stereo.side_to_mid_db.is_some_and(|side_db| side_db > INVERTED_DB);
    (measures.is_noise() && !is_inverted).then_some(Outside::Noise)
}

/// So much more side than mid, dB, is a channel upside down; independent noises have as much of both.
const INVERTED_DB: f64 = 3.0;

impl Measures {
    fn of(active: &[&Texture], percussiveness: f64) -> Option<Self> {
        let lines: Vec<f64> = active.iter().filter_map(|texture| line_db(texture)).collect();
        let mut bands = [0.0; NUM_THIRDS];
        for texture in active {
            bands.iter_mut().enumerate().for_each(|(band, sum)| *sum += power(texture, band));
        }
        let (all, loudest) = (bands.iter().sum::<f64>(), bands.iter().copied().fold(0.0, f64::max));
        if active.is_empty() || all <= 0.0 {
            return None;
        }
        let bass = bands[BASS_BANDS].iter().sum::<f64>() / BASS_BANDS.len() as f64;
        Some(Self {
            line_db: lines.iter().sum::<f64>() / lines.len().max(1) as f64,
            percussiveness,
            spread_db: median(active.iter().map(|texture| f64::from(texture.spread_db))),
            band_spread_db: median(active.iter().map(|texture| f64::from(texture.band_spread_db))),
            bass_db: 10.0 * (bass / median(bands[BODY_BANDS].iter().copied()).max(1e-30)).max(1e-12).log10(),
            low_db: 10.0 * (bands[LOW_BANDS].iter().sum::<f64>() / all).max(1e-12).log10(),
            num_bands: bands.iter().filter(|&&band| band > 1e-3 * loudest).count(),
        })
    }

    fn are_tones(&self) -> bool {
        self.line_db > 28.0 || self.num_bands <= 2
    }

    /// Syllables swing in all bands, and between them there is nothing.
    fn is_speech(&self) -> bool {
        self.band_spread_db > 24.5 && self.spread_db > 14.5
    }

    /// No lines, no strokes; or neither lines nor bass; or a few high bands only, as of crickets.
    fn is_noise(&self) -> bool {
        let is_steady = self.line_db < 3.5 && self.percussiveness < 0.405 && self.band_spread_db < 10.5;
        let is_thin = self.line_db < 4.3 && self.percussiveness < 0.42 && self.band_spread_db < 11.5;
        let is_hollow = self.line_db < 3.0 && self.bass_db < -9.0 && self.percussiveness < 0.7;
        let are_few = self.low_db < -25.0 && self.num_bands <= 14 && self.line_db < 5.5;
        is_steady || (is_thin && self.bass_db < -2.0) || is_hollow || are_few
    }
}

fn power(texture: &Texture, band: usize) -> f64 {
    texture.mid[band].power() + texture.side[band].power()
}

/// Mean over the audible bands of a half second.
fn line_db(texture: &Texture) -> Option<f64> {
    let loudest = (0..NUM_THIRDS).map(|band| power(texture, band)).fold(0.0, f64::max);
    let (mut sum, mut count) = (0.0, 0.0);
    for band in LINE_BANDS {
        let (hz, power) = (NOMINAL_HZ[band], power(texture, band));
        if power <= loudest * 10f64.powf(-AUDIBLE_DB / 10.0) {
            continue;
        }
        let centre = (0..texture.fine.len()).take_while(|&place| Texture::fine_hz(place) < hz).count();
        let around = centre.saturating_sub(FINE_REACH)..(centre + FINE_REACH).min(texture.fine.len());
        let between: Vec<f64> = texture.fine[around].iter().filter_map(|level| level.db()).collect();
        if !between.is_empty() {
            // The fine spectrum is per bin, the third octave is the sum of its bins: 0.23 of its frequency wide.
            let mean = between.iter().sum::<f64>() / between.len() as f64;
            sum += 10.0 * power.log10() - 10.0 * (0.2316 * hz).log10() - mean;
            count += 1.0;
        }
    }
    (count > 0.0).then(|| sum / count)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
