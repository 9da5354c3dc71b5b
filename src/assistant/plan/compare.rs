//! What a move does to what it is not for, what it costs, and which settings it is made of.

use crate::assistant::Change;
use crate::assistant::findings::FindingKind;
use crate::assistant::strength::{is_of_image, is_of_tone, strength};
use crate::assistant::workbench::Outcome;
use crate::chain::Settings;
use crate::chain::settings::table;

/// The first other kind that a move brings out of its range, or further out.
pub fn worsened(before: &Outcome, after: &Outcome, own: Option<FindingKind>) -> Option<FindingKind> {
    // What tone and image are asked; levels are the limiter's, and what is counted in minutes says nothing in seconds.
    let is_judged = |kind: FindingKind| (is_of_tone(kind) || is_of_image(kind)) && Some(kind) != own;
    after
        .measured
        .iter()
        .filter(|finding| is_judged(finding.kind))
        .find(|finding| {
            let old = before.of(finding.kind).map_or(0.0, strength);
            strength(finding) > (old + 0.15).max(1.1)
        })
        .map(|finding| finding.kind)
}

/// What everybody asks of a move: level and peaks.
pub fn cost(before: &Outcome, after: &Outcome) -> Vec<Change> {
    let (old, new) = (&before.features.levels, &after.features.levels);
    let change = |metric, before: Option<f64>, after: Option<f64>| {
        before.zip(after).map(|(before, after)| Change { metric, before, after })
    };
    let metric = before.features.loudness_metric();
    [change(metric, old.playback_lufs, new.playback_lufs), change("plr_db", old.plr_db, new.plr_db)]
        .into_iter()
        .flatten()
        .collect()
}

/// What a wish changes: slope and width.
pub fn wish_effect(before: &Outcome, after: &Outcome) -> Vec<Change> {
    let slope = |outcome: &Outcome| outcome.features.spectrum.slope_db_per_octave();
    let width = |outcome: &Outcome| outcome.features.stereo.side_to_mid_db;
    let change = |metric, before: Option<f64>, after: Option<f64>| {
        before.zip(after).filter(|(a, b)| (a - b).abs() > 0.01).map(|(before, after)| Change { metric, before, after })
    };
    let changes = [
        change("slope_db_per_octave", slope(before), slope(after)),
        change("side_to_mid_db", width(before), width(after)),
    ];
    changes.into_iter().flatten().collect()
}

/// Every value at its step, as parameters hold it.
pub fn snapped(settings: &Settings) -> Settings {
    let mut snapped = *settings;
    for setting in table() {
        setting.set(&mut snapped, setting.get(settings));
    }
    snapped
}

/// The settings that differ, absolute.
pub fn differences(before: &Settings, after: &Settings) -> Vec<(String, f64)> {
    table()
        .iter()
        .filter(|setting| setting.get(before) != setting.get(after))
        .map(|setting| (setting.id.clone(), setting.get(after)))
        .collect()
}
