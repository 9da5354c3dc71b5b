//! A few settings in place of those in force: what a move would change.

use crate::chain::Settings;
use crate::chain::settings::table;

/// Most settings that one change holds.
const MAX_SETTINGS: usize = 48;

/// Values of some settings. Holds no memory of its own, so that it can travel to the audio thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Place in the table and value.
    values: [(u16, f64); MAX_SETTINGS],
    num_values: usize,
}

impl Change {
    /// A change of these settings by id; `None` if one is unknown or there are too many.
    pub fn new<'a>(settings: impl IntoIterator<Item = (&'a str, f64)>) -> Option<Self> {
        let mut change = Self { values: [(0, 0.0); MAX_SETTINGS], num_values: 0 };
        for (id, value) in settings {
            let place = table().iter().position(|setting| setting.id == id)?;
            *change.values.get_mut(change.num_values)? = (u16::try_from(place).ok()?, value);
            change.num_values += 1;
        }
        Some(change)
    }

    /// The settings with the change made. Real-time safe.
    pub fn applied_to(&self, settings: &Settings) -> Settings {
        let mut changed = *settings;
        for (place, value) in &self.values[..self.num_values] {
            if let Some(setting) = table().get(usize::from(*place)) {
                setting.set(&mut changed, *value);
            }
        }
        changed
    }
}
