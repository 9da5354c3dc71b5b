//! Peaks that the clipper takes off before the limiter, where the limiter alone does not get as loud as was asked.

use super::{Clipping, Landing, Search};
use crate::assistant::Brief;
use crate::assistant::bearing::set;
use crate::assistant::predict::{Prediction, Predictor};
use crate::chain::settings::LatencyMode;
use crate::chain::{Settings, Stage};

/// What is tried, the least first, dB off the highest peak. Beyond it is heard on every drum.
const DEPTHS_DB: [f64; 4] = [2.0, 4.0, 6.0, 8.0];
/// Where the clipper stands if its gain can bring the peaks there, dBFS, and how far the gain goes, dB.
const CEILING_DBFS: f64 = -1.0;
const MOST_GAIN_DB: f64 = 12.0;

/// The least clipping that lands, with its landing; none if the clipper is not the assistant's to set or does not get there.
///
/// `without` is what comes out now and where the limiter alone ends.
pub(super) fn find(
    brief: &Brief,
    settings: &Settings,
    predictor: &Predictor,
    without: (&Prediction, &Landing),
    target_lufs: f64,
) -> Option<(Clipping, Landing)> {
    let is_taken = settings.clipper.enabled || brief.locks.contains(&Stage::Clipper);
    if is_taken || settings.latency_mode == LatencyMode::Tracking {
        return None;
    }
    let (current, landing) = without;
    // What reaches the clipper: the limiter behind it taken away.
    let mut before = *settings;
    before.limiter.enabled = false;
    let peak_db = predictor.predict(&before).true_peak_dbtp;
    DEPTHS_DB.into_iter().find_map(|depth_db| {
        let bend_db = peak_db - depth_db;
        let gain_db = (CEILING_DBFS - bend_db).clamp(-MOST_GAIN_DB, MOST_GAIN_DB);
        let clipping = Clipping { gain_db, ceiling_dbfs: bend_db + gain_db, depth_db, without: landing.after };
        let mut clipped = *settings;
        clipped.clipper.enabled = true;
        set(&mut clipped, "clipper.gain_db", clipping.gain_db);
        set(&mut clipped, "clipper.ceiling_dbfs", clipping.ceiling_dbfs);
        let clipping =
            Clipping { gain_db: clipped.clipper.gain_db, ceiling_dbfs: clipped.clipper.ceiling_dbfs, ..clipping };
        let louder = Prediction { integrated_lufs: current.integrated_lufs + gain_db, ..*current };
        let landing = Search::new(brief, &clipped, predictor, &louder).reach(target_lufs);
        landing.shortfall.is_none().then_some((clipping, landing))
    })
}
