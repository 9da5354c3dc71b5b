//! The JSON report, schema 1 (`cli.md`): keys are only ever added.

use serde_json::{Map, Value, json as object};

use super::delivery::Check;
use crate::analysis::{Features, Levels, Section, StereoMeasures};
use crate::assistant::findings::Finding;
use crate::assistant::{Change, Evidence, MixerNote, Move, MoveClass, Report, VerdictKind};
use crate::chain::settings::{Kind, find};

/// The file that was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// As it was given.
    pub file: String,
    /// Hz.
    pub sample_rate_hz: u32,
    /// 1 or 2.
    pub channels: usize,
    /// Seconds.
    pub duration_s: f64,
    /// Seconds that are missing by what the file says of itself.
    pub truncated_s: Option<f64>,
    /// Songs that it was compared with.
    pub references: Vec<ReferenceFile>,
}

/// A file that a song was compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceFile {
    /// As it was given.
    pub file: String,
    /// Seconds that are missing by what the file says of itself.
    pub truncated_s: Option<f64>,
}

/// The file that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Master {
    /// As it was given.
    pub file: String,
    /// Ids of the moves that were accepted.
    pub accepted: Vec<String>,
    /// Settings that were set by hand: id and value as text.
    pub set: Vec<(String, String)>,
    /// What it measures, read again from the file.
    pub levels: Levels,
    /// Samples that were over full scale and are clipped in the file.
    pub clipped_samples: u64,
    /// Word length that the samples are dithered to, bits; `None` where they are not.
    pub dither_bits: Option<u32>,
}

/// The report as one object. Numbers are rounded to a ten-thousandth; what does not exist is `null`.
pub fn json(source: &Source, features: &Features, report: &Report, checks: &[Check], master: Option<&Master>) -> Value {
    let mut object = object!({
        "schema": 1,
        "discern": env!("CARGO_PKG_VERSION"),
        "file": source.file,
        "sample_rate_hz": source.sample_rate_hz,
        "channels": source.channels,
        "duration_s": number(source.duration_s),
        "truncated_s": optional(source.truncated_s),
        "references": source.references.iter().map(reference_object).collect::<Vec<_>>(),
        "coverage": {
            "heard_s": number(features.heard_s),
            "active_s": number(features.active_s),
            "share": optional(features.share),
            "dropped_frames": features.num_dropped_frames,
            "non_finite_samples": features.num_non_finite,
        },
        "measurements": measurements(features),
        "sections": features.sections.iter().map(section_object).collect::<Vec<_>>(),
        "verdict": {
            "kind": verdict_key(report.verdict.kind),
            "sentence": report.verdict.sentence,
            "confidence": number(report.verdict.confidence),
        },
        "moves": report.moves.iter().map(move_object).collect::<Vec<_>>(),
        "findings": report.findings.iter().map(finding_object).collect::<Vec<_>>(),
        "for_the_mixer": report.for_the_mixer.iter().map(note_object).collect::<Vec<_>>(),
        "delivery": checks.iter().map(check_object).collect::<Vec<_>>(),
    });
    if let (Some(master), Some(object)) = (master, object.as_object_mut()) {
        object.insert("master".to_owned(), master_object(master));
    }
    object
}

/// Name of a verdict in files.
pub fn verdict_key(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::LevelOnly => "level_only",
        VerdictKind::SmallMoves => "small_moves",
        VerdictKind::WorkNeeded => "work_needed",
        VerdictKind::SendBack => "send_back",
        VerdictKind::NotEnoughHeard => "not_enough_heard",
        VerdictKind::OutsideScope => "outside_scope",
    }
}

/// Name of a class in files.
pub fn class_key(class: MoveClass) -> &'static str {
    match class {
        MoveClass::Needed => "needed",
        MoveClass::Could => "could",
    }
}

fn reference_object(reference: &ReferenceFile) -> Value {
    object!({"file": reference.file, "truncated_s": optional(reference.truncated_s)})
}

fn measurements(features: &Features) -> Value {
    let (levels, stereo, spectrum) = (&features.levels, &features.stereo, &features.spectrum);
    let numbers = |values: &[Option<f64>]| values.iter().map(|&value| optional(value)).collect::<Vec<_>>();
    object!({
        "integrated_lufs": optional(levels.integrated_lufs),
        "playback_lufs": optional(levels.playback_lufs),
        "max_short_term_lufs": optional(levels.max_short_term_lufs),
        "max_momentary_lufs": optional(levels.max_momentary_lufs),
        "loudness_range_lu": optional(levels.loudness_range_lu),
        "true_peak_dbtp": optional(levels.true_peak_dbtp),
        "sample_peak_dbfs": optional(levels.sample_peak_dbfs),
        "plr_db": optional(levels.plr_db),
        "psr_min_db": optional(levels.psr_min_db),
        "psr_p10_db": optional(levels.psr_p10_db),
        "dc_offset": stereo.dc_offset[..features.num_channels].iter().map(|&dc| exact(dc)).collect::<Vec<_>>(),
        "correlation": optional(stereo.correlation),
        "side_to_mid_db": optional(stereo.side_to_mid_db),
        "balance_db": optional(stereo.balance_db),
        "mono_fold_down_lu": optional(stereo.mono_fold_down_lu),
        "slope_db_per_octave": optional(spectrum.slope_db_per_octave()),
        "slope_residual_db": optional(spectrum.slope_residual_db()),
        "percussiveness": optional(features.percussiveness),
        "level_spread_db": optional(features.level_spread_db),
        "crest_db": numbers(&features.crest_db),
        "bands": features.bands.iter().map(band_object).collect::<Vec<_>>(),
        "hum_prominence_db": optional(features.hum.map(|hum| hum.prominence_db)),
        "head_silence_s": optional(features.edges.map(|edges| edges.head_s)),
        "tail_silence_s": optional(features.edges.map(|edges| edges.tail_s)),
        "spectrum": {
            "frequencies_hz": spectrum.frequencies_hz.iter().map(|&hz| number(hz)).collect::<Vec<_>>(),
            "mid_db": numbers(&spectrum.mid_db),
            "side_db": numbers(&spectrum.side_db),
        },
    })
}

fn band_object(band: &StereoMeasures) -> Value {
    object!({
        "low_hz": number(band.low_hz),
        "high_hz": number(band.high_hz),
        "correlation": optional(band.correlation),
        "side_to_mid_db": optional(band.side_to_mid_db),
        "balance_db": optional(band.balance_db),
    })
}

fn section_object(section: &Section) -> Value {
    object!({
        "start_s": number(section.start_s),
        "end_s": number(section.end_s),
        "loudness_lufs": optional(section.loudness_lufs),
        "label": section.label,
        "tags": section.tags.iter().map(|tag| tag.key()).collect::<Vec<_>>(),
    })
}

fn note_object(note: &MixerNote) -> Value {
    object!({
        "kind": note.kind.key(),
        "severity": note.severity.key(),
        "from_s": number(note.from_s),
        "to_s": number(note.to_s),
        "sentence": note.sentence,
    })
}

fn move_object(each: &Move) -> Value {
    let settings: Map<String, Value> =
        each.settings.iter().map(|(id, value)| (id.clone(), setting_value(id, *value))).collect();
    let changes = |changes: &[Change]| changes.iter().map(change_object).collect::<Vec<_>>();
    let mut object = object!({
        "id": each.id,
        "stage": each.stage.key(),
        "class": class_key(each.class),
        "title": each.title,
        "sentence": each.sentence,
        "confidence": number(each.confidence),
        "withdraw_if": each.withdraw_if,
        "settings": settings,
        "evidence": each.evidence.iter().map(evidence_object).collect::<Vec<_>>(),
        "effect": changes(&each.effect),
        "cost": changes(&each.cost),
    });
    if let (Some(finding), Some(object)) = (each.finding, object.as_object_mut()) {
        object.insert("finding".to_owned(), finding.key().into());
    }
    if let Some(object) = object.as_object_mut().filter(|_| each.is_mitigation) {
        object.insert("mitigation".to_owned(), true.into());
    }
    object
}

/// Numbers as numbers, toggles as booleans, choices by their name.
fn setting_value(id: &str, value: f64) -> Value {
    match find(id) {
        Some(setting) => match setting.kind {
            Kind::Number { .. } => number(value),
            Kind::Toggle => Value::Bool(value >= 0.5),
            Kind::Choice(_) => Value::String(setting.format(value)),
        },
        None => number(value),
    }
}

fn evidence_object(evidence: &Evidence) -> Value {
    let mut object = Map::new();
    object.insert("metric".to_owned(), evidence.metric.into());
    for (key, hz) in [("low_hz", evidence.low_hz), ("high_hz", evidence.high_hz)] {
        if let Some(hz) = hz {
            object.insert(key.to_owned(), number(hz));
        }
    }
    object.insert("value".to_owned(), number(evidence.value));
    object.insert("expected".to_owned(), evidence.expected.iter().map(|&edge| number(edge)).collect());
    object.insert("from_s".to_owned(), number(evidence.from_s));
    object.insert("to_s".to_owned(), number(evidence.to_s));
    object.insert("share".to_owned(), number(evidence.share));
    Value::Object(object)
}

fn finding_object(finding: &Finding) -> Value {
    let mut object = Map::new();
    object.insert("kind".to_owned(), finding.kind.key().into());
    object.insert("class".to_owned(), finding.class.key().into());
    let evidence = evidence_object(&finding.evidence);
    object.extend(evidence.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    if !finding.places_s.is_empty() {
        let places =
            finding.places_s.iter().map(|place| [number(place.0), number(place.1)].into_iter().collect::<Value>());
        object.insert("places".to_owned(), places.collect());
    }
    Value::Object(object)
}

fn change_object(change: &Change) -> Value {
    object!({"metric": change.metric, "before": number(change.before), "after": number(change.after)})
}

fn check_object(check: &Check) -> Value {
    object!({"check": check.check, "pass": check.pass, "value": optional_exact(check.value), "limit": exact(check.limit)})
}

fn master_object(master: &Master) -> Value {
    let set: Map<String, Value> = master.set.iter().map(|(id, text)| (id.clone(), text.clone().into())).collect();
    object!({
        "file": master.file,
        "accepted": master.accepted,
        "set": set,
        "integrated_lufs": optional(master.levels.integrated_lufs),
        "playback_lufs": optional(master.levels.playback_lufs),
        "max_short_term_lufs": optional(master.levels.max_short_term_lufs),
        "max_momentary_lufs": optional(master.levels.max_momentary_lufs),
        "loudness_range_lu": optional(master.levels.loudness_range_lu),
        "true_peak_dbtp": optional(master.levels.true_peak_dbtp),
        "sample_peak_dbfs": optional(master.levels.sample_peak_dbfs),
        "plr_db": optional(master.levels.plr_db),
        "psr_min_db": optional(master.levels.psr_min_db),
        "clipped_samples": master.clipped_samples,
        "dither_bits": master.dither_bits,
    })
}

fn number(value: f64) -> Value {
    exact((value * 1e4).round() / 1e4)
}

/// JSON has neither NaN nor infinity: they become `null`.
fn exact(value: f64) -> Value {
    serde_json::Number::from_f64(value + 0.0).map_or(Value::Null, Value::Number)
}

fn optional(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}

fn optional_exact(value: Option<f64>) -> Value {
    value.map_or(Value::Null, exact)
}
