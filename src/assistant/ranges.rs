//! Where good records lie, given how percussive and how dense a song is: means, their dependence, spreads.

mod file;
mod measure;
mod published;

use std::sync::LazyLock;

use crate::analysis::{Features, NUM_THIRDS};

pub use file::ReadError;

/// Third octaves that tone is judged in, by their place: 40 Hz–12.5 kHz.
pub const TONE_PLACES: std::ops::Range<usize> = 3..29;
/// How many.
pub const NUM_TONE: usize = TONE_PLACES.end - TONE_PLACES.start;
/// What the conditions are measured from and in: percussiveness, and the level spread in dB that stands for density.
const CENTRE: [f64; 2] = [0.4, 12.0];
const UNIT: [f64; 2] = [0.15, 5.0];

/// Ranges measured from records, and where they are from.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges {
    /// Shown with what is judged by it.
    pub name: String,
    /// Which records, and how they were measured.
    pub source: String,
    /// How many records were measured.
    pub num_songs: usize,
    /// Level of mid and side together per third octave, against the mean over them, dB.
    pub tone: Vec<Range>,
    /// How departures of two third octaves go together, dB².
    pub covariance: Vec<Vec<f64>>,
    /// Side against mid per third octave, dB.
    pub side_to_mid: Vec<Range>,
    /// Everything that is one number, by name (see [`MEASURES`]).
    pub measures: Vec<(String, Range)>,
}

/// A mean, how it goes with percussiveness and density, and the spread around it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// At a percussiveness of 0.4 and a level spread of 12 dB.
    pub mean: f64,
    /// More for each 0.15 of percussiveness.
    pub per_percussiveness: f64,
    /// More for each 5 dB of level spread (the opposite of density).
    pub per_level_spread: f64,
    /// Standard deviation of what is left.
    pub spread: f64,
}

/// Names of the single measures: slope, PLR, crest and width by band, correlation below 120 Hz, sharpness of the esses.
pub const MEASURES: [&str; 13] = [
    "slope_db_per_octave",
    "plr_db",
    "crest_low_db",
    "crest_low_mid_db",
    "crest_high_mid_db",
    "crest_high_db",
    "side_to_mid_20_db",
    "side_to_mid_120_db",
    "side_to_mid_500_db",
    "side_to_mid_2000_db",
    "side_to_mid_6000_db",
    "low_correlation",
    "ess_to_body_db",
];

/// How percussive and how dense a song is, in the units of the ranges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition([f64; 2]);

impl Condition {
    /// Of a song.
    pub fn of(features: &Features) -> Self {
        let raw = [features.percussiveness, features.level_spread_db];
        Self(std::array::from_fn(|at| raw[at].map_or(0.0, |value| ((value - CENTRE[at]) / UNIT[at]).clamp(-2.0, 2.0))))
    }
}

impl Range {
    fn is_finite(&self) -> bool {
        [self.mean, self.per_percussiveness, self.per_level_spread, self.spread].iter().all(|value| value.is_finite())
    }

    /// The mean of records like this song.
    pub fn at(&self, Condition([percussiveness, level_spread]): Condition) -> f64 {
        self.mean + self.per_percussiveness * percussiveness + self.per_level_spread * level_spread
    }
}

impl Ranges {
    /// Those that come with the program (`assets/ranges/factory.toml`).
    ///
    /// # Panics
    /// Never: a test reads the file.
    pub fn factory() -> &'static Self {
        static FACTORY: LazyLock<Ranges> = LazyLock::new(|| {
            Ranges::read(include_str!("../../assets/ranges/factory.toml")).expect("a test reads the file")
        });
        &FACTORY
    }

    /// Whether all of it is numbers.
    pub fn is_finite(&self) -> bool {
        let measures = self.measures.iter().map(|(_, range)| range);
        self.tone.iter().chain(&self.side_to_mid).chain(measures).all(Range::is_finite)
            && self.covariance.iter().flatten().all(|value| value.is_finite())
    }

    /// The range of a single measure.
    pub fn measure_named(&self, name: &str) -> Option<&Range> {
        self.measures.iter().find(|(other, _)| other == name).map(|(_, range)| range)
    }

    /// How far a song's third octaves lie from records like it, dB; `None` where there is nothing. Level is left in.
    pub fn departures(&self, levels_db: &[Option<f64>; NUM_THIRDS], condition: Condition) -> [Option<f64>; NUM_TONE] {
        std::array::from_fn(|band| levels_db[band + TONE_PLACES.start].map(|db| db - self.tone[band].at(condition)))
    }
}

/// Power of mid and side together per third octave, dB.
pub fn levels_db(features: &Features) -> [Option<f64>; NUM_THIRDS] {
    let spectrum = &features.spectrum;
    std::array::from_fn(|place| {
        let power =
            |levels: &[Option<f64>]| levels.get(place).copied().flatten().map_or(0.0, |db| 10f64.powf(db / 10.0));
        let sum = power(&spectrum.mid_db) + power(&spectrum.side_db);
        (sum > 0.0).then(|| 10.0 * sum.log10())
    })
}
