//! What references have that this song has not: width in bands, and dense sound. Their tone is a target of its own.

use super::{Reason, Remedy, Song};
use crate::analysis::STEREO_EDGES_HZ;
use crate::assistant::explain::db_text;
use crate::assistant::reference::{Wanted, level_spread, width};
use crate::chain::{Settings, Stage};

/// Most that the side of a band is turned up or down, dB: beyond, it is another mix.
const MOST_WIDTH_DB: f64 = 4.0;
/// Less is not worth a move, dB.
const LEAST_DB: f64 = 1.0;
/// Stereo bands of the analysis that lie in each band of the stage; bass is left where it is.
const BANDS: [(usize, std::ops::Range<usize>); 3] = [(1, 1..2), (2, 2..4), (3, 4..5)];
/// Most that the loudest parts are pressed, dB, and how much of a difference in swing that is to take.
const MOST_DENSER_DB: f64 = 3.0;
const DENSER_PER_SWING: f64 = 0.5;

/// A remedy for each departure, with its reason; none without references.
pub fn of_references(song: &Song<'_>, settings: &Settings) -> Vec<(Remedy, Reason)> {
    if song.brief.references.is_empty() {
        return Vec::new();
    }
    of_widths(song, settings).into_iter().chain(of_density(song, settings)).collect()
}

fn of_widths(song: &Song<'_>, settings: &Settings) -> Option<(Remedy, Reason)> {
    let features = song.features;
    if features.num_channels != 2 || features.are_channels_identical {
        return None;
    }
    let widths = settings.stereo.width_percent;
    let mut gains_db = [0.0; 4];
    let mut farthest: Option<(f64, Reason)> = None;
    for (at, bands) in BANDS {
        let departures: Vec<(usize, f64, Wanted)> = bands
            .filter_map(|band| {
                Some((band, features.bands.get(band)?.side_to_mid_db?, width(&song.brief.references, band)?))
            })
            .collect();
        let excess = |(_, value, wanted): &(usize, f64, Wanted)| wanted.excess(*value);
        gains_db[at] = -departures.iter().map(excess).sum::<f64>() / departures.len().max(1) as f64;
        gains_db[at] = gains_db[at].clamp(-MOST_WIDTH_DB, MOST_WIDTH_DB);
        for departure in &departures {
            let (band, value, wanted) = *departure;
            let size = excess(departure).abs();
            if size >= LEAST_DB && farthest.is_none_or(|(other, _)| size > other) {
                let (low_hz, high_hz) = (STEREO_EDGES_HZ[band], STEREO_EDGES_HZ[band + 1]);
                let reason =
                    Reason::Reference { metric: "side_to_mid_db", value, wanted, band_hz: Some((low_hz, high_hz)) };
                farthest = Some((size, reason));
            }
        }
    }
    let (_, reason) = farthest?;
    let factors = gains_db.map(|gain_db: f64| 10f64.powf(gain_db / 20.0));
    let turn = move |settings: &mut Settings, _: f64| {
        settings.stereo.enabled = true;
        for ((to, from), factor) in settings.stereo.width_percent.iter_mut().zip(widths).zip(factors) {
            *to = (from * factor).clamp(0.0, 200.0);
        }
    };
    let percent: Vec<String> =
        factors.iter().zip(widths).skip(1).map(|(factor, width)| format!("{:.0}", width * factor)).collect();
    let title = format!("width {} % below 500 Hz, below 6 kHz and above", percent.join(", "));
    let remedy = Remedy::new("stereo.reference", Stage::Stereo, turn).switch().taste();
    Some((remedy.titled(move |_| title.clone()), reason))
}

/// Only denser: what was pressed does not come back.
fn of_density(song: &Song<'_>, settings: &Settings) -> Option<(Remedy, Reason)> {
    let features = song.features;
    let loudest_lufs = features.levels.playback_short_term_lufs()?;
    let value = features.level_spread_db?;
    let wanted = level_spread(&song.brief.references)?;
    let depth_db = (DENSER_PER_SWING * wanted.excess(value)).min(MOST_DENSER_DB);
    if depth_db < LEAST_DB || settings.glue.enabled {
        return None;
    }
    let compress = move |settings: &mut Settings, _: f64| {
        settings.glue.enabled = true;
        settings.glue.ratio = 2.0;
        settings.glue.threshold_dbfs = (loudest_lufs - 2.0 * depth_db).clamp(-60.0, 0.0);
    };
    let remedy = Remedy::new("glue.reference", Stage::Glue, compress).switch().taste();
    let remedy = remedy.titled(move |_| format!("2:1, about {} on the loudest parts", db_text(-depth_db)));
    Some((remedy, Reason::Reference { metric: "level_spread_db", value, wanted, band_hz: None }))
}
