//! Songs that this one is to be like: their tone, as a target.

use std::sync::Arc;

use super::ranges::{NUM_TONE, TONE_PLACES, levels_db};
use crate::analysis::Features;

/// What is asked of a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Shown with what it asks for.
    pub name: String,
    /// Level per third octave of tone against their mean, dB; `None` where there is nothing.
    pub tone_db: [Option<f64>; NUM_TONE],
}

impl Reference {
    /// Of a song that was heard.
    pub fn of(name: &str, features: &Features) -> Self {
        let levels = levels_db(features);
        let levels: [Option<f64>; NUM_TONE] = std::array::from_fn(|band| levels[band + TONE_PLACES.start]);
        let known: Vec<f64> = levels.iter().flatten().copied().collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        Self { name: name.to_owned(), tone_db: levels.map(|level| level.map(|db| db - mean)) }
    }
}

/// The mean of several; what only some of them have is no target.
pub fn target(references: &[Arc<Reference>]) -> Option<[Option<f64>; NUM_TONE]> {
    let first = references.first()?;
    Some(std::array::from_fn(|band| {
        first.tone_db[band]?;
        let levels: Option<Vec<f64>> = references.iter().map(|reference| reference.tone_db[band]).collect();
        levels.map(|levels| levels.iter().sum::<f64>() / levels.len() as f64)
    }))
}
