//! Where does the song change? The distance between what comes before and after each moment.

use std::sync::Arc;

use crate::analysis::character::active;
use crate::analysis::spectrum::{NUM_STEREO_BANDS, NUM_THIRDS};
use crate::analysis::texture::Texture;

/// Third octaves that count, 40 Hz–12.5 kHz: beyond, codecs and rumble differ more than music.
const BANDS: std::ops::Range<usize> = 3..29;
/// What differences are measured against: a distance of 1 is 6 dB in every band, or in loudness.
const BAND_DB: f64 = 6.0;
const LOUDNESS_LU: f64 = 4.5;
const PERCUSSIVENESS: f64 = 0.2;
const SIDE_DB: f64 = 8.0;
/// Quieter than this against the song is silence, LU.
const FLOOR_LU: f64 = -50.0;
/// Longest stretch on each side of a moment that is compared, textures: 16 s (Foote, ICME 2000, uses the same span).
const REACH: usize = 32;
/// Textures on each side of a moment from the ends on which a boundary may lie: 4 s.
const END: usize = 8;
/// Nearer to an end than a section is long, only a change so many times as large counts: an introduction, a last chord.
const AT_ENDS: f64 = 1.6;
/// A boundary stands this many deviations over the mean novelty (`dsp.md` section 8.5), and changes by the first of these
/// at least. In a song that changes all the time, verse against chorus, the mean itself is high: the second is enough.
const DEVIATIONS: f64 = 1.5;
const CHANGE: [f64; 2] = [0.45, 0.63];

/// What a half second is like, level taken out of the spectrum.
#[derive(Clone, Debug, Default)]
pub struct Character {
    values: [f32; NUM_VALUES],
}

/// Bands, loudness, percussiveness and width.
const NUM_VALUES: usize = BANDS.end - BANDS.start + 3;

impl Character {
    fn of(texture: &Texture, song_db: f64) -> Self {
        let loudness = texture.loudness.db().map_or(FLOOR_LU, |db| (db - song_db).max(FLOOR_LU));
        let level = |band: usize| texture.mid[band].power() + texture.side[band].power();
        let db = |power: f64, reference: f64| (10.0 * (power / reference).log10()).max(FLOOR_LU);
        let whole: f64 = (0..NUM_THIRDS).map(level).sum::<f64>();
        let weight = 1.0 / (BANDS.len() as f64).sqrt();
        // Silence has no spectrum; its distance is its loudness alone.
        let bands = BANDS.map(|band| if whole > 0.0 { weight * db(level(band), whole) / BAND_DB } else { -weight });
        let (mid, side) = texture.stereo[1..NUM_STEREO_BANDS - 1]
            .iter()
            .fold((0.0, 0.0), |sum, band| (sum.0 + band.mid.power(), sum.1 + band.side.power()));
        let width = if mid + side > 0.0 { db(side, mid.max(1e-3 * side)).max(-30.0) / SIDE_DB } else { 0.0 };
        let rest = [loudness / LOUDNESS_LU, f64::from(texture.percussiveness) / PERCUSSIVENESS, width];
        let mut values = [0.0; NUM_VALUES];
        values.iter_mut().zip(bands.chain(rest)).for_each(|(to, value)| *to = value as f32);
        Self { values }
    }

    /// The mean of several.
    pub fn mean(characters: &[Self]) -> Self {
        Self::weighted(characters.iter().map(|character| (1.0, character)))
    }

    fn weighted<'a>(characters: impl Iterator<Item = (f64, &'a Self)>) -> Self {
        let (mut sums, mut all) = ([0.0; NUM_VALUES], 0.0);
        for (weight, character) in characters {
            all += weight;
            sums.iter_mut().zip(&character.values).for_each(|(sum, value)| *sum += weight * f64::from(*value));
        }
        Self { values: sums.map(|sum| (sum / f64::max(all, 1e-30)) as f32) }
    }

    /// How far two are apart.
    pub fn distance(&self, other: &Self) -> f64 {
        self.values.iter().zip(&other.values).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
    }
}

/// The characters of a stretch, against the loudness of the whole song.
pub fn characters(stretch: &[Arc<Texture>], song: &[Arc<Texture>]) -> Vec<Character> {
    let active = active(song);
    let power = active.iter().map(|texture| texture.loudness.power()).sum::<f64>() / active.len().max(1) as f64;
    let song_db = 10.0 * power.max(1e-30).log10();
    stretch.iter().map(|texture| Character::of(texture, song_db)).collect()
}

/// Where sections begin, but for the first: textures into the stretch, at least `min_len` apart.
///
/// Novelty is the distance between the mean characters before and after, over up to 16 s on each side. For squared
/// distances that is what a checkerboard kernel on the self-similarity matrix computes (Foote, ICME 2000).
pub fn boundaries(characters: &[Character], min_len: usize) -> Vec<usize> {
    let len = characters.len();
    if len < 2 * min_len {
        return Vec::new();
    }
    let novelty: Vec<f64> =
        (0..len).map(|at| if at < END || at + END > len { 0.0 } else { change(characters, at) }).collect();
    let inside = &novelty[END..len - END];
    let mean = inside.iter().sum::<f64>() / inside.len() as f64;
    let deviation = (inside.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / inside.len() as f64).sqrt();
    let threshold = (mean + DEVIATIONS * deviation).clamp(CHANGE[0], CHANGE[1]);
    let mut order: Vec<usize> = (END..len - END).filter(|&at| novelty[at] > threshold).collect();
    order.sort_by(|&a, &b| novelty[b].total_cmp(&novelty[a]));
    let mut chosen: Vec<usize> = Vec::new();
    for at in order {
        let is_peak =
            novelty[at.saturating_sub(END)..(at + END + 1).min(len)].iter().all(|&other| other <= novelty[at]);
        let is_apart = chosen.iter().all(|&other| other.abs_diff(at) >= min_len);
        let is_inside = (min_len..=len - min_len).contains(&at);
        if is_peak && is_apart && (is_inside || novelty[at] > AT_ENDS * threshold) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// Distance between what comes before and after a moment, near textures counting most.
fn change(characters: &[Character], at: usize) -> f64 {
    let reach = REACH.min(at).min(characters.len() - at);
    let side = |offset: &dyn Fn(usize) -> usize| {
        let weight = |distance: usize| (-0.5 * (distance as f64 / (0.5 * REACH as f64)).powi(2)).exp();
        Character::weighted((0..reach).map(|distance| (weight(distance), &characters[offset(distance)])))
    };
    side(&|distance| at - 1 - distance).distance(&side(&|distance| at + distance))
}
