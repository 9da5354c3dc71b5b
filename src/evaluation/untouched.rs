//! What is said about songs without an injected fault: no harm, the same at every level and of every part, once and no more.

use crate::analysis::{Features, contrast_lu, measure_levels};
use crate::assistant::findings::FindingKind;
use crate::assistant::{Brief, Move, MoveClass, Report, Severity, VerdictKind, hear as judge};
use crate::chain::settings::{Kind as SettingKind, find};
use crate::chain::{Settings, Stage};

use super::curve::Offer;
use super::faulty::is_gone;
use super::record::{Aloud, Check, Copied};
use super::ruler::is_real;
use super::sound::{Heard, amplified, hear, needed, part, render, settings, sound_moves, whole};
use super::spectrum::Thirds;

/// Levels of the copies of finished songs, dB.
pub const COPIES_DB: [f64; 3] = [-3.0, -6.0, -12.0];
/// Changes of level that settings must follow, dB.
const LEVELS_DB: [f64; 2] = [-20.0, 20.0];
/// Settings are the same within this, dB or their unit.
const SAME: f64 = 0.05;
/// Parts shorter than this are not asked about, and the length of the middle one, seconds.
const SHORTEST_PART_S: f64 = 10.0;
const MIDDLE_S: f64 = 15.0;
/// Loudness asked for, LUFS.
const ASKED_LUFS: [f64; 3] = [-14.0, -9.0, -23.0];
/// A song has a contrast from here on, LU.
const LEAST_CONTRAST_LU: f64 = 1.0;

/// The sentences of a song's report, level included.
pub fn aloud(heard: &Heard<'_>) -> Aloud {
    let report = judge(&heard.features, &heard.brief, &Settings::default(), whole(heard.audio));
    let one = |each: &Move| [each.id.clone(), each.class.key().to_owned(), each.sentence.clone()];
    Aloud {
        kind: report.verdict.kind.key().to_owned(),
        verdict: report.verdict.sentence.clone(),
        moves: report.moves.iter().map(one).collect(),
        for_the_mixer: report
            .for_the_mixer
            .iter()
            .map(|note| [note.kind.key().to_owned(), note.severity.key().to_owned(), note.sentence.clone()])
            .collect(),
    }
}

/// What accepting Needed would do to a song at one level.
pub fn copied(heard: &Heard<'_>, gain_db: f64) -> Copied {
    let needed = heard.needed();
    let change_db = |moves: &[&Move]| match moves.is_empty() {
        true => 0.0,
        false => Thirds::of(&hear(&heard.with(moves))).distance_db(&heard.thirds()),
    };
    let report = &heard.report;
    let reasons = report.for_the_mixer.iter().filter(|note| note.severity == Severity::High);
    let is_sent_back = report.verdict.kind == VerdictKind::SendBack;
    let has_real_reason = reasons.map(|note| note.kind).any(|kind| is_real(kind.key(), heard.audio) == Some(true));
    Copied {
        gain_db,
        verdict: report.verdict.kind.key().to_owned(),
        needed: needed.iter().map(|each| named(each)).collect(),
        tonal_change_db: change_db(&needed),
        balance: Offer::of(heard, change_db),
        is_falsely_sent_back: is_sent_back && !has_real_reason,
    }
}

/// A copy of another level, heard, judged and rendered.
pub fn copy_at(heard: &Heard<'_>, gain_db: f64) -> Copied {
    copied(&Heard::of(&amplified(heard.audio, gain_db), &heard.brief), gain_db)
}

fn named(each: &Move) -> String {
    each.finding.map_or_else(|| each.id.clone(), |finding| format!("{} ({})", each.id, finding.key()))
}

/// The song much quieter and louder: do settings follow?
pub fn levels(heard: &Heard<'_>) -> Vec<Check> {
    LEVELS_DB
        .map(|change_db| {
            let audio = amplified(heard.audio, change_db);
            let other = Heard::of(&audio, &heard.brief);
            let instead = differences(&heard.report, &other.report, change_db);
            Check { of: format!("{change_db:+} dB"), is_met: instead.is_empty(), instead }
        })
        .to_vec()
}

/// What does not follow a change of level.
fn differences(report: &Report, other: &Report, change_db: f64) -> Vec<String> {
    let mut differences = Vec::new();
    for each in sound_moves(report) {
        match sound_moves(other).find(|other| other.id == each.id) {
            None => differences.push(format!("{} is not there", each.id)),
            Some(other) => differences.extend(each.settings.iter().filter_map(|(id, value)| {
                let expected = expected(id, *value, change_db);
                let got = other.settings.iter().find(|setting| setting.0 == *id).map(|setting| setting.1);
                let is_same = got.is_some_and(|got| (got - expected).abs() <= SAME);
                (!is_same).then(|| {
                    format!("{id} is {} and not {expected:.2}", got.map_or("–".into(), |got| format!("{got:.2}")))
                })
            })),
        }
    }
    let added = sound_moves(other).filter(|other| sound_moves(report).all(|each| each.id != other.id));
    differences.extend(added.map(|each| format!("{} is added", each.id)));
    differences
}

/// A setting for the same song at another level; none can pass its end.
fn expected(id: &str, value: f64, change_db: f64) -> f64 {
    let moved = if id.ends_with("_dbfs") { value + change_db } else { value };
    match find(id).map(|setting| setting.kind) {
        Some(SettingKind::Number { min, max, .. }) => moved.clamp(min, max),
        _ => moved,
    }
}

/// Parts of the song: are the same things Needed?
pub fn excerpts(heard: &Heard<'_>) -> Vec<Check> {
    let length_s = heard.audio.duration_s();
    let middle_s = ((length_s - MIDDLE_S) / 2.0).max(0.0);
    let parts = [
        ("first half", 0.0, length_s / 2.0),
        ("second half", length_s / 2.0, length_s),
        ("middle", middle_s, middle_s + MIDDLE_S),
    ];
    let whole = needed_kinds(&heard.report);
    let check = |(of, from_s, to_s): (&str, f64, f64)| {
        let audio = part(heard.audio, from_s, to_s);
        let report = Heard::of(&audio, &heard.brief).report;
        let kinds = needed_kinds(&report);
        let is_met = report.verdict.kind == VerdictKind::NotEnoughHeard || kinds == whole;
        let names = |kinds: &[FindingKind]| kinds.iter().map(|kind| kind.key()).collect::<Vec<_>>().join(", ");
        let instead = format!("{} and not {}", names(&kinds), names(&whole));
        Check { of: of.to_owned(), is_met, instead: if is_met { Vec::new() } else { vec![instead] } }
    };
    parts.into_iter().filter(|part| part.2 - part.1 >= SHORTEST_PART_S).map(check).collect()
}

fn needed_kinds(report: &Report) -> Vec<FindingKind> {
    let mut kinds: Vec<FindingKind> = needed(report).iter().filter_map(|each| each.finding).collect();
    kinds.sort_unstable_by_key(|kind| *kind as usize);
    kinds.dedup();
    kinds
}

/// Each Needed move of the song accepted alone: is it gone when the result is heard?
pub fn own_moves(heard: &Heard<'_>) -> Vec<Check> {
    let check = |each: &&Move| {
        let audio = heard.with(&[each]);
        let is_met = is_gone(each, &Heard::of(&audio, &heard.brief).report);
        Check { of: named(each), is_met, instead: Vec::new() }
    };
    heard.needed().iter().filter(|each| each.finding.is_some()).map(check).collect()
}

/// The master with Needed accepted, heard again; and what is left of the song's contrast.
pub fn master(heard: &Heard<'_>) -> (Check, Option<f64>) {
    let report = judge(&heard.features, &heard.brief, &Settings::default(), whole(heard.audio));
    let accepted: Vec<&Move> = report.moves.iter().filter(|each| each.class == MoveClass::Needed).collect();
    let audio = render(heard.audio, &settings(&accepted));
    let again = Heard::of(&audio, &heard.brief);
    let instead: Vec<String> = again.needed().iter().map(|each| named(each)).collect();
    let before = contrast_of(&heard.features, &heard.features).filter(|&contrast| contrast >= LEAST_CONTRAST_LU);
    let contrast = before.and_then(|before| Some(contrast_of(&heard.features, &again.features)? / before));
    (Check { of: "master".to_owned(), is_met: instead.is_empty(), instead }, contrast)
}

/// Loudest minus quietest of a song's sections, LU, as they are in something made of it.
fn contrast_of(song: &Features, made: &Features) -> Option<f64> {
    contrast_lu(&song.sections, made.blocks.iter().map(|block| (block.start_s, block.power())))
}

/// Loudness asked for and reached.
pub fn landings(heard: &Heard<'_>) -> Vec<[f64; 2]> {
    ASKED_LUFS.iter().filter_map(|&asked| Some([asked, landed(heard, asked)?])).collect()
}

fn landed(heard: &Heard<'_>, asked_lufs: f64) -> Option<f64> {
    let brief = Brief { loudness_lufs: Some(asked_lufs), ..heard.brief.clone() };
    let report = judge(&heard.features, &brief, &Settings::default(), whole(heard.audio));
    let is_level = |each: &&Move| each.stage == Stage::Limiter;
    let mut accepted: Vec<&Move> = report.moves.iter().filter(|each| each.class == MoveClass::Needed).collect();
    // Where a song is sent back its level is no more than a Could; it was asked for all the same.
    if !accepted.iter().any(is_level) {
        accepted.extend(report.moves.iter().find(is_level));
    }
    let audio = render(heard.audio, &settings(&accepted));
    let channels: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    measure_levels(f64::from(audio.sample_rate_hz), &channels).integrated_lufs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_follow_the_level_and_nothing_else_does() {
        assert_eq!(expected("glue.threshold_dbfs", -20.0, -20.0), -40.0);
        assert_eq!(expected("equalizer.band_1.gain_db", -1.5, -20.0), -1.5);
        // No threshold lies beyond the end of its range.
        assert_eq!(expected("clipper.ceiling_dbfs", -1.0, 20.0), 0.0);
    }
}
