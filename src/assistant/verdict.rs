//! The judgement of one listening.

use super::explain;
use super::findings::{Finding, FindingClass, FindingKind, findings};
use super::level;
use super::mixer;
use super::moves::Song;
use super::plan::{Plan, Planner};
use super::predict::Predictor;
use super::rendering::{Audio, Material};
use super::scope;
use super::workbench::Workbench;
use super::{Brief, Move, MoveClass, Ranges, Report, Restraint, Severity, Verdict, VerdictKind};
use crate::analysis::{Features, active};
use crate::chain::{Settings, Stage};
use crate::dsp::cancel::Cancel;

/// Less active audio than this is not judged, seconds (`product.md` section 3).
const MIN_ACTIVE_S: f64 = 10.0;
/// Live and with the end unknown, less than this or fewer sections limit proposals to level and safety.
const FEW_ACTIVE_S: f64 = 20.0;
/// From here on confidence does not depend on how much was heard, seconds.
const FULL_ACTIVE_S: f64 = 60.0;
/// More Needed moves than this, or an equalizer move of more than this, is work.
const SMALL_MOVES: usize = 3;
const SMALL_GAIN_DB: f64 = 4.0;

/// Judges what was heard and proposes moves.
///
/// `settings` are the chain's as they are: everything but what a move sets is part of what it renders. `audio` is the
/// mix behind `features`. With excerpts it takes about a minute of audio's rendering time, with a song two to five
/// renderings of it.
pub fn hear(features: &Features, brief: &Brief, settings: &Settings, audio: Audio) -> Report {
    judge(features, brief, settings, Material { audio, cancel: &Cancel::default() }, true)
}

/// The same unless it is cancelled: then nothing, a few milliseconds later.
pub fn hear_unless(
    cancel: &Cancel,
    features: &Features,
    brief: &Brief,
    settings: &Settings,
    audio: Audio,
) -> Option<Report> {
    let report = judge(features, brief, settings, Material { audio, cancel }, true);
    (!cancel.is_cancelled()).then_some(report)
}

/// The same without level: no rendering of the whole, no move of the limiter.
pub fn judge_sound(features: &Features, brief: &Brief, settings: &Settings, audio: Audio) -> Report {
    judge(features, brief, settings, Material { audio, cancel: &Cancel::default() }, false)
}

fn judge(features: &Features, brief: &Brief, settings: &Settings, material: Material, with_level: bool) -> Report {
    let mut found = findings(features);
    let refuse = |kind: VerdictKind, sentence: String, found: Vec<Finding>| Report {
        brief: brief.clone(),
        verdict: Verdict { kind, sentence, confidence: 1.0 },
        moves: Vec::new(),
        findings: found,
        for_the_mixer: Vec::new(),
    };
    let predictor = Predictor::new(features, material);
    if features.active_s < MIN_ACTIVE_S || features.levels.integrated_lufs.is_none() || predictor.is_empty() {
        let sentence = explain::not_enough_heard(features, MIN_ACTIVE_S);
        return refuse(VerdictKind::NotEnoughHeard, sentence, found);
    }
    let is_speech_welcome = brief.destination.takes_speech();
    if let Some(reason) = scope::outside(features, is_speech_welcome) {
        return refuse(VerdictKind::OutsideScope, explain::outside_scope(reason), found);
    }
    let confidence = confidence(features);
    let plan = sound(features, brief, settings, material, &mut found, confidence);
    let for_the_mixer = mixer::notes(&mut found, features);
    let is_sent_back = for_the_mixer.first().is_some_and(|note| note.severity == Severity::High);

    let is_locked = brief.locks.contains(&Stage::Limiter);
    let can_level = with_level && !is_locked && is_limiter_on(settings);
    // Where the mix goes back, what is Needed here is not made.
    let base = if is_sent_back { settings } else { &plan.settings };
    let level = can_level.then(|| level::plan(brief, base, &predictor));
    let mut level_moves = level.as_ref().map_or_else(Vec::new, |level| level.moves(features, brief, confidence));
    // Peaks between the samples are what the ceiling is for.
    if let Some(finding) = found.iter_mut().find(|finding| finding.kind == FindingKind::IntersamplePeaks)
        && let Some(first) = level_moves.iter_mut().find(|each| each.class == MoveClass::Needed)
    {
        first.finding = Some(finding.kind);
        finding.class = FindingClass::Needed;
    }
    let level_sentence = match &level {
        Some(level) => explain::level_only(level, brief),
        None if with_level => explain::limiter_out_of_reach(features, is_locked),
        None => String::new(),
    };
    let mut moves = plan.moves;
    if is_sent_back {
        moves.retain(|each| each.is_mitigation);
        let is_mended = |finding: &Finding| moves.iter().any(|each| each.finding == Some(finding.kind));
        for finding in found.iter_mut().filter(|finding| !is_mended(finding)) {
            if matches!(finding.class, FindingClass::Needed | FindingClass::Could) {
                finding.class = FindingClass::None;
            }
        }
    }
    let (needed, could): (Vec<Move>, Vec<Move>) =
        moves.into_iter().chain(level_moves).partition(|each| each.class == MoveClass::Needed);
    let mut moves: Vec<Move> = needed.into_iter().chain(could).collect();
    if is_sent_back {
        moves.iter_mut().for_each(|each| each.class = MoveClass::Could);
    }
    let kind = if is_sent_back { VerdictKind::SendBack } else { kind_of(&moves) };
    let sentence = match kind {
        VerdictKind::SendBack => explain::send_back(&for_the_mixer),
        VerdictKind::LevelOnly => level_sentence,
        _ => explain::work(kind, &moves),
    };
    Report {
        brief: brief.clone(),
        verdict: Verdict { kind, sentence, confidence },
        moves,
        findings: found,
        for_the_mixer,
    }
}

/// Moves of all stages but the limiter.
fn sound(
    features: &Features,
    brief: &Brief,
    settings: &Settings,
    material: Material,
    found: &mut [Finding],
    confidence: f64,
) -> Plan {
    let nothing = Plan { moves: Vec::new(), settings: *settings };
    let is_little = features.share.is_none()
        && (features.active_s < FEW_ACTIVE_S || (features.sections.len() < 2 && features.active_s < FULL_ACTIVE_S));
    if is_little || brief.restraint == Restraint::Level || settings.bypass || settings.amount_percent <= 0.0 {
        return nothing;
    }
    let bench = Workbench::new(features, material);
    let ranges = brief.ranges.as_deref().unwrap_or_else(|| Ranges::factory());
    let song = Song { features, active: active(&features.textures), ranges, brief };
    if bench.is_empty() || song.active.is_empty() {
        return nothing;
    }
    Planner::new(&song, &bench, settings, confidence).run(found)
}

/// What the Needed moves amount to.
fn kind_of(moves: &[Move]) -> VerdictKind {
    let needed: Vec<&Move> =
        moves.iter().filter(|each| each.class == MoveClass::Needed && !each.is_of_level()).collect();
    let is_large = needed.iter().flat_map(|each| &each.settings).any(|(id, value)| {
        id.starts_with("equalizer.")
            && (id.ends_with("gain_db") || id.ends_with("range_db"))
            && value.abs() > SMALL_GAIN_DB
    });
    match needed.len() {
        0 => VerdictKind::LevelOnly,
        1..=SMALL_MOVES if !is_large => VerdictKind::SmallMoves,
        _ => VerdictKind::WorkNeeded,
    }
}

fn is_limiter_on(settings: &Settings) -> bool {
    let amount = settings.amount_percent * settings.limiter.amount_percent;
    settings.limiter.enabled && !settings.bypass && amount > 0.0
}

/// How sure a level is: from one half, rising with the share of the song heard or with time, whichever says more.
fn confidence(features: &Features) -> f64 {
    let by_time = (features.active_s / FULL_ACTIVE_S).min(1.0);
    0.5 + 0.5 * features.share.map_or(by_time * 0.9, |share| share.max(by_time * 0.9))
}
