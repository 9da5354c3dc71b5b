//! What open moves do and cost once the chain is set otherwise than it was when they were proposed: the moves stay, their
//! numbers are measured anew (`product.md` section 5).

use super::findings::Finding;
use super::plan::{cost, snapped, wish_effect};
use super::predict::{Prediction, Predictor};
use super::rendering::{Audio, Material};
use super::workbench::{Outcome, Workbench};
use super::{Change, Move, MoveClass};
use crate::analysis::Features;
use crate::chain::Settings;
use crate::chain::settings::find;
use crate::dsp::cancel::Cancel;

/// The numbers of one move.
#[derive(Clone, Debug, PartialEq)]
pub struct Remeasured {
    /// Of the move.
    pub id: String,
    /// What it mends.
    pub effect: Vec<Change>,
    /// What it costs.
    pub cost: Vec<Change>,
}

/// Measures moves that wait, in the report's order, with the chain set as it is now. As when they were proposed, what is
/// Needed counts as done for the moves behind it, and for the level. A number that rendering cannot tell stays as it was.
pub fn remeasure(features: &Features, settings: &Settings, audio: Audio<'_>, open: &[&Move]) -> Vec<Remeasured> {
    measure(features, settings, Material { audio, cancel: &Cancel::default() }, open)
}

/// The same unless it is cancelled: then nothing, a few milliseconds later.
pub fn remeasure_unless(
    cancel: &Cancel,
    features: &Features,
    settings: &Settings,
    audio: Audio<'_>,
    open: &[&Move],
) -> Option<Vec<Remeasured>> {
    let measured = measure(features, settings, Material { audio, cancel }, open);
    (!cancel.is_cancelled()).then_some(measured)
}

fn measure(features: &Features, settings: &Settings, material: Material<'_>, open: &[&Move]) -> Vec<Remeasured> {
    let bench = Workbench::new(features, material);
    if bench.is_empty() {
        return Vec::new();
    }
    let untouched = bench.hear(&Settings { latency_mode: settings.latency_mode, ..Settings::default() });
    let (mut current, mut before) = (*settings, bench.hear(settings));
    let mut made = Vec::new();
    for each in open.iter().filter(|each| !each.is_of_level()) {
        let with = applied(&current, each);
        let after = bench.hear(&with);
        made.push(Remeasured {
            id: each.id.clone(),
            effect: effect(each, [&untouched, &before, &after]),
            cost: kept(&each.cost, cost(&before, &after)),
        });
        if each.class == MoveClass::Needed {
            (current, before) = (with, after);
        }
    }
    made.extend(levels(features, &current, material, open));
    made
}

/// The settings with a move's in place.
fn applied(settings: &Settings, proposed: &Move) -> Settings {
    let mut with = *settings;
    for (id, value) in &proposed.settings {
        if let Some(setting) = find(id) {
            setting.set(&mut with, *value);
        }
    }
    snapped(&with)
}

/// What a move does to what it is for: of the song, as far as the parts that were rendered tell it.
fn effect(proposed: &Move, [untouched, before, after]: [&Outcome; 3]) -> Vec<Change> {
    let of_finding = proposed.finding.zip(proposed.evidence.first());
    // The balance as a whole names a finding, and rests on something else.
    let Some((kind, evidence)) = of_finding.filter(|(kind, evidence)| evidence.metric == kind.metric()) else {
        return kept(&proposed.effect, wish_effect(before, after));
    };
    let value = |outcome: &Outcome| outcome.of(kind).map(|finding: &Finding| finding.evidence.value);
    let (Some(untouched), Some(before), Some(after)) = (value(untouched), value(before), value(after)) else {
        return proposed.effect.clone();
    };
    // The song lies as far from its parts as it did without any setting.
    let of_song = |part: f64| evidence.value + part - untouched;
    let change = Change { metric: evidence.metric, before: of_song(before), after: of_song(after) };
    kept(&proposed.effect, vec![change])
}

/// Numbers as they were, with those measured anew in their places.
fn kept(old: &[Change], new: Vec<Change>) -> Vec<Change> {
    let anew = |change: &Change| new.iter().find(|each| each.metric == change.metric).copied();
    old.iter().map(|change| anew(change).unwrap_or(*change)).collect()
}

fn levels(features: &Features, current: &Settings, material: Material<'_>, open: &[&Move]) -> Vec<Remeasured> {
    let level: Vec<&Move> = open.iter().copied().filter(|each| each.is_of_level()).collect();
    if level.is_empty() {
        return Vec::new();
    }
    let predictor = Predictor::new(features, material);
    let with_needed = |but: &str| {
        let needed = level.iter().filter(|each| each.class == MoveClass::Needed && each.id != but);
        needed.fold(*current, |settings, each| applied(&settings, each))
    };
    let without = predictor.predict(current);
    let all = predictor.predict(&with_needed(""));
    let one = |each: &&Move| {
        let is_needed = each.class == MoveClass::Needed;
        let is_clipper = each.stage == crate::chain::Stage::Clipper;
        // The clipper helps a limiter that is there already.
        let before = if is_needed && is_clipper { predictor.predict(&with_needed(&each.id)) } else { without };
        let after = if is_needed { all } else { predictor.predict(&applied(&with_needed(""), each)) };
        let anew = |old: &[Change]| {
            old.iter()
                .map(|change| match number(&before, change.metric).zip(number(&after, change.metric)) {
                    Some((before, after)) => Change { before, after, ..*change },
                    None => *change,
                })
                .collect()
        };
        Remeasured { id: each.id.clone(), effect: anew(&each.effect), cost: anew(&each.cost) }
    };
    level.iter().map(one).collect()
}

fn number(prediction: &Prediction, metric: &str) -> Option<f64> {
    match metric {
        "integrated_lufs" | "playback_lufs" => Some(prediction.integrated_lufs),
        "plr_db" => Some(prediction.plr_db()),
        "loudness_range_lu" => prediction.loudness_range_lu,
        "section_contrast_lu" => prediction.contrast_lu,
        "true_peak_dbtp" => Some(prediction.true_peak_dbtp),
        "limiter_reduction_db" => Some(prediction.max_reduction_db),
        _ => None,
    }
}
