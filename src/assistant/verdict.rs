//! The judgement of one listening.

use super::explain;
use super::findings::findings;
use super::level;
use super::predict::Predictor;
use super::rendering::Audio;
use super::{Brief, Report, Verdict, VerdictKind};
use crate::analysis::Features;
use crate::chain::{Settings, Stage};

/// Less active audio than this is not judged, seconds (`product.md` section 3).
const MIN_ACTIVE_S: f64 = 10.0;
/// From here on confidence does not depend on how much was heard, seconds.
const FULL_ACTIVE_S: f64 = 60.0;

/// Judges what was heard and proposes moves.
///
/// `settings` are the chain's as they are: everything but what a move sets is part of what it renders. `audio` is the
/// mix behind `features`. With excerpts it takes about a minute of audio's rendering time, with a song two to five
/// renderings of it.
pub fn hear(features: &Features, brief: &Brief, settings: &Settings, audio: Audio) -> Report {
    let mut report = judge(features, brief, settings, audio);
    report.findings = findings(features);
    report
}

/// The same without solving for a level: faster, and no move is of the limiter.
pub fn judge_sound(features: &Features, brief: &Brief, settings: &Settings, audio: Audio) -> Report {
    let mut report = hear(features, brief, settings, audio);
    report.moves.retain(|each| each.stage != Stage::Limiter);
    report
}

fn judge(features: &Features, brief: &Brief, settings: &Settings, audio: Audio) -> Report {
    let predictor = Predictor::new(features, audio);
    let is_locked = brief.locks.contains(&Stage::Limiter);
    if features.active_s < MIN_ACTIVE_S || features.levels.integrated_lufs.is_none() || predictor.is_empty() {
        let sentence = explain::not_enough_heard(features, MIN_ACTIVE_S);
        return report(brief, VerdictKind::NotEnoughHeard, sentence, 1.0);
    }
    let confidence = confidence(features);
    if is_locked || !is_limiter_on(settings) {
        let sentence = explain::limiter_out_of_reach(features, is_locked);
        return report(brief, VerdictKind::LevelOnly, sentence, confidence);
    }
    let plan = level::plan(brief, settings, &predictor);
    let mut report = report(brief, VerdictKind::LevelOnly, explain::level_only(&plan, brief), confidence);
    report.moves = plan.moves(features, brief, confidence);
    report
}

fn report(brief: &Brief, kind: VerdictKind, sentence: String, confidence: f64) -> Report {
    let verdict = Verdict { kind, sentence, confidence };
    Report { brief: brief.clone(), verdict, moves: Vec::new(), findings: Vec::new(), for_the_mixer: Vec::new() }
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
