//! The settings as the audio thread reads them: block by block, at the cost of what changed.

use super::DiscernParams;
use crate::chain::Settings;
use crate::chain::settings::table;

/// Remembers each parameter's value, so that only a change is rounded to its step and stored.
pub struct Follower {
    /// Values as the parameters gave them last, in the table's order.
    seen: Box<[f64]>,
    settings: Settings,
}

impl Follower {
    /// Reads all parameters.
    pub fn new(params: &DiscernParams) -> Self {
        let seen = params.settings.iter().map(super::HostParam::value).collect();
        Self { seen, settings: params.settings() }
    }

    /// The settings as they were read last.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads all parameters again; true if one has another value. `latency_mode` stays as it was first read: it changes at
    /// a restart only. Real-time safe.
    pub fn follow(&mut self, params: &DiscernParams) -> bool {
        let latency_mode = self.settings.latency_mode;
        let mut has_changed = false;
        for ((setting, param), seen) in table().iter().zip(&params.settings).zip(&mut self.seen) {
            let value = param.value();
            if value.to_bits() != seen.to_bits() {
                *seen = value;
                setting.set(&mut self.settings, value);
                has_changed = true;
            }
        }
        self.settings.latency_mode = latency_mode;
        has_changed
    }
}
