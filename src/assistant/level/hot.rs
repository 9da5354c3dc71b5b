//! A mix that peaks far over its ceiling: turned down before it is limited, not limited by all that is too much.

use super::{LANDING_TOLERANCE_LU, Landing, Search};

impl Search<'_, '_> {
    /// The gain of a level that is kept, dB: as it is, or as much less as leaves the limiter no more to do than the music
    /// bears; never so little that the loudness asked for is missed.
    pub(super) fn kept_gain_db(&self, target_lufs: Option<f64>) -> f64 {
        let gain_db = self.settings.limiter.gain_db;
        if self.bearing.cost(gain_db).is_within_budget() {
            return gain_db;
        }
        let least_db = target_lufs.map_or(f64::NEG_INFINITY, |lufs| gain_db + lufs - self.current.integrated_lufs);
        self.bearing.highest_gain_db().max(least_db).min(gain_db)
    }

    /// A landing on a level that is kept, or one with as much more gain as the loudness asked for takes, where limiting lost
    /// it; never more gain than there is.
    pub(super) fn not_missed(&self, landing: Landing, target_lufs: f64) -> Landing {
        let gain_db = self.settings.limiter.gain_db;
        let is_missed = target_lufs - landing.after.integrated_lufs > LANDING_TOLERANCE_LU;
        if !is_missed || landing.gain_db >= gain_db {
            return landing;
        }
        let reached = self.reach(target_lufs);
        if reached.gain_db < gain_db && reached.shortfall.is_none() { reached } else { self.at(gain_db) }
    }

    /// The gain to which the music bears to be raised, or lowered where it peaks over the ceiling by more than it bears, dB.
    pub(super) fn borne_gain_db(&self, is_over_ceiling: bool) -> f64 {
        let (gain_db, highest_db) = (self.settings.limiter.gain_db, self.bearing.highest_gain_db());
        if is_over_ceiling && highest_db < gain_db { self.kept_gain_db(None) } else { highest_db.max(gain_db) }
    }
}
