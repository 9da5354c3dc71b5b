//! Songs that this one is to be like: their tone, width and density, as ranges of their own.

use std::sync::Arc;

use super::ranges::{NUM_TONE, TONE_PLACES, levels_db};
use crate::analysis::Features;

/// One song alone says nothing about how far its like may lie from it, dB: width by band, and swing of level.
const LEAST_WIDTH_SPREAD_DB: f64 = 2.0;
const LEAST_SWING_SPREAD_DB: f64 = 2.0;

/// What is asked of a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Shown with what it asks for.
    pub name: String,
    /// Level per third octave of tone against their mean, dB; `None` where there is nothing.
    pub tone_db: [Option<f64>; NUM_TONE],
    /// Side over mid per stereo band, dB; empty for mono.
    pub widths_db: Vec<Option<f64>>,
    /// How far the level of 10 ms swings within half a second, dB: little in dense music.
    pub level_spread_db: Option<f64>,
}

/// Less sound than this, over −70 LUFS, is not like anything, seconds: the window of short-term loudness.
pub const LEAST_REFERENCE_S: f64 = 3.0;

impl Reference {
    /// Why a song that was heard cannot be compared with, as a reference or a record, for people, to follow its name; `None` where it can.
    pub fn refusal(features: &Features) -> Option<String> {
        if features.is_overscaled {
            return Some(super::OVERSCALED.to_owned());
        }
        let missing = |heard: &str| format!("{heard}; choose a song with {LEAST_REFERENCE_S:.0} s of sound at least");
        if features.duration_s < LEAST_REFERENCE_S - 0.15 {
            return Some(missing(&format!("lasts {:.2} s", features.duration_s)));
        }
        if features.levels.integrated_lufs.is_none() {
            return Some(missing("is silent"));
        }
        // Blocks are counted in tenths of a second: 3 s of sound are 29 of them at least.
        let is_short = features.active_s < LEAST_REFERENCE_S - 0.15;
        is_short.then(|| missing(&format!("has {:.1} s of sound", features.active_s)))
    }

    /// Of a song that was heard.
    pub fn of(name: &str, features: &Features) -> Self {
        let levels = levels_db(features);
        let levels: [Option<f64>; NUM_TONE] = std::array::from_fn(|band| levels[band + TONE_PLACES.start]);
        let known: Vec<f64> = levels.iter().flatten().copied().collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        Self {
            name: name.to_owned(),
            tone_db: levels.map(|level| level.map(|db| db - mean)),
            widths_db: features.bands.iter().map(|band| band.side_to_mid_db).collect(),
            level_spread_db: features.level_spread_db,
        }
    }
}

/// What several references have of one thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Mean.
    pub mean: f64,
    /// Standard deviation among them; 0 for one alone.
    pub spread: f64,
}

impl Wanted {
    fn of(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        (!values.is_empty()).then_some(Self { mean, spread: variance.sqrt() })
    }

    /// From what all of the references have; what only some of them have is no target.
    fn of_all(references: &[Arc<Reference>], of: impl Fn(&Reference) -> Option<f64>) -> Option<Self> {
        let values: Option<Vec<f64>> = references.iter().map(|reference| of(reference)).collect();
        Self::of(&values?)
    }

    fn with_spread(self, least: f64) -> Self {
        Self { spread: self.spread.max(least), ..self }
    }

    /// How far a value lies outside mean ± spread, to the near edge; 0 inside.
    pub fn excess(self, value: f64) -> f64 {
        let distance = value - self.mean;
        distance.signum() * (distance.abs() - self.spread).max(0.0)
    }
}

/// Tone: level per third octave.
pub fn tone(references: &[Arc<Reference>]) -> [Option<Wanted>; NUM_TONE] {
    std::array::from_fn(|band| Wanted::of_all(references, |reference| reference.tone_db[band]))
}

/// Side over mid in a stereo band, dB.
pub fn width(references: &[Arc<Reference>], band: usize) -> Option<Wanted> {
    let wanted = Wanted::of_all(references, |reference| *reference.widths_db.get(band)?)?;
    Some(wanted.with_spread(LEAST_WIDTH_SPREAD_DB))
}

/// Swing of level, dB.
pub fn level_spread(references: &[Arc<Reference>]) -> Option<Wanted> {
    let wanted = Wanted::of_all(references, |reference| reference.level_spread_db)?;
    Some(wanted.with_spread(LEAST_SWING_SPREAD_DB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wanted_within_the_spread() {
        let wanted = Wanted::of(&[-10.0, -6.0]).expect("two values");
        assert_eq!((wanted.mean, wanted.spread), (-8.0, 2.0));
        assert_eq!([wanted.excess(-7.0), wanted.excess(-3.0), wanted.excess(-12.0)], [0.0, 3.0, -2.0]);
        assert_eq!(Wanted::of(&[]), None);
        assert_eq!(Wanted::of(&[4.0]).map(|one| one.excess(5.0)), Some(1.0));
    }
}
