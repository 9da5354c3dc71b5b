//! Words made from numbers (`DESIGN.md` section 7): what was measured, against what, what it costs.

use super::level::{Clipping, Goal, LANDING_TOLERANCE_LU, Landing, LevelPlan, Shortfall};
use super::predict::Prediction;
use super::scope::Outside;
use super::{Brief, Destination, MixerNote, Move, MoveClass, Severity, VerdictKind};
use crate::analysis::Features;
use crate::assistant::bearing::LimitingCost;

/// A number with one decimal and the typographic minus; never "−0.0".
pub fn number_text(value: f64) -> String {
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { text.replace('-', "\u{2212}") }
}

/// A change in decibels with its sign: "+3.2 dB".
pub fn db_text(value: f64) -> String {
    let text = number_text(value);
    let sign = if value > 0.0 && text != "0.0" { "+" } else { "" };
    format!("{sign}{text} dB")
}

/// A loudness: "−14.0 LUFS".
pub fn lufs_text(value: f64) -> String {
    format!("{} LUFS", number_text(value))
}

fn dbtp_text(value: f64) -> String {
    format!("{} dBTP", number_text(value))
}

/// Of what is asked: "streaming asks for", "you asked for".
fn asker(brief: &Brief) -> String {
    match (brief.loudness_lufs, brief.destination) {
        (Some(_), _) => "you ask for".to_owned(),
        (None, destination) => format!("{} asks for", destination.key()),
    }
}

/// "+3.2 dB, ceiling −1.0 dBTP".
pub fn title(landing: &Landing) -> String {
    format!("{}, ceiling {}", db_text(landing.gain_db), dbtp_text(landing.ceiling_dbtp))
}

/// Why a level move is needed, what it does and what that takes.
pub fn needed(plan: &LevelPlan, landing: &Landing, brief: &Brief) -> String {
    let (now, after) = (&plan.current, &landing.after);
    let over_db = now.true_peak_dbtp - landing.ceiling_dbtp;
    let gain = db_text(landing.gain_db);
    let outcome = format!("{gain} into the limiter reaches {}", lufs_text(after.integrated_lufs));
    let mut sentence = match plan.goal {
        Goal::Reach(target_lufs) => {
            let distance_lu = number_text((now.integrated_lufs - target_lufs).abs());
            let side = if now.integrated_lufs < target_lufs { "below" } else { "above" };
            format!(
                "{} is {distance_lu} LU {side} the {} {}; {outcome}.",
                lufs_text(now.integrated_lufs),
                lufs_text(target_lufs),
                asker(brief)
            )
        }
        Goal::Bear if landing.gain_db > 0.05 => format!(
            "The loudest parts bear {gain} before the limiter does more than catch their peaks; that makes {} of {}.",
            lufs_text(after.integrated_lufs),
            lufs_text(now.integrated_lufs)
        ),
        _ => format!(
            "True peaks reach {}, {} dB over the ceiling of {}; {}.",
            dbtp_text(now.true_peak_dbtp),
            number_text(over_db),
            dbtp_text(landing.ceiling_dbtp),
            level_text(now.integrated_lufs, after.integrated_lufs)
        ),
    };
    if is_turned_down(plan, landing) {
        let lowered_db = number_text(plan.gain_db - landing.gain_db);
        sentence += &format!(" Lowered by {lowered_db} dB before the limiter");
        sentence += if landing.cost.is_within_budget() { ", which then only catches peaks." } else { "." };
    }
    if let Goal::Reach(target_lufs) = plan.goal {
        sentence += &shortfall(landing, target_lufs);
    } else if landing.shortfall == Some(Shortfall::Limiting) {
        sentence += &format!(
            " The limiter\u{2019}s gain is {} so that it takes no more than 1.0 dB.",
            db_text(landing.gain_db)
        );
    }
    sentence + &limiting(landing)
}

/// Whether a level that is kept is lowered before the limiter, since it is far over its ceiling.
fn is_turned_down(plan: &LevelPlan, landing: &Landing) -> bool {
    matches!(plan.goal, Goal::Hold | Goal::Bear) && landing.gain_db < plan.gain_db - 0.05 && landing.shortfall.is_none()
}

/// What holding a ceiling does to the level: little as a rule, more where limited peaks stand side by side.
fn level_text(before_lufs: f64, after_lufs: f64) -> String {
    if (before_lufs - after_lufs).abs() <= LANDING_TOLERANCE_LU {
        format!("the level stays at {}", lufs_text(after_lufs))
    } else {
        format!("that takes the level from {} to {}", lufs_text(before_lufs), lufs_text(after_lufs))
    }
}

/// "4.0 dB off the highest peaks".
pub fn clipper_title(clipping: &Clipping) -> String {
    format!("{} dB off the highest peaks", number_text(clipping.depth_db))
}

/// Why the clipper has to help.
pub fn clipper(clipping: &Clipping, after: &Prediction, brief: &Brief) -> String {
    format!(
        "The limiter alone ends at {}; with the highest peaks clipped by {} dB before it, {} are reached, which {}.",
        lufs_text(clipping.without.integrated_lufs),
        number_text(clipping.depth_db),
        lufs_text(after.integrated_lufs),
        asker(brief)
    )
}

fn shortfall(landing: &Landing, target_lufs: f64) -> String {
    let distance = number_text((target_lufs - landing.after.integrated_lufs).abs());
    match landing.shortfall {
        None => String::new(),
        Some(Shortfall::Range) if landing.after.integrated_lufs > target_lufs => {
            format!(" That is {distance} LU over: the limiter\u{2019}s gain ends there. Lower the mix before it.")
        }
        Some(Shortfall::Range) => {
            format!(" That is {distance} LU short: the limiter\u{2019}s gain ends there. Raise the mix before it.")
        }
        Some(Shortfall::Saturated) => {
            format!(
                " That is {distance} LU short and as near as this music comes: more gain is taken back by the limiter."
            )
        }
        Some(Shortfall::Limiting) => {
            format!(" That is {distance} LU short: this destination takes no more than 1.0 dB of limiting.")
        }
        Some(Shortfall::Contrast) => {
            format!(" That is {distance} LU short, as far as the song goes before its sections grow alike.")
        }
    }
}

/// What the limiter does at this level.
fn limiting(landing: &Landing) -> String {
    let reduction_db = landing.after.max_reduction_db;
    if reduction_db < 0.05 {
        return " The limiter has nothing to do.".to_owned();
    }
    let LimitingCost { crest_loss_db, .. } = landing.cost;
    let mut text = format!(" The limiter takes up to {} dB off the peaks", number_text(reduction_db));
    text += &match crest_loss_db {
        loss if loss >= 0.05 => format!(" and {} dB of crest off the loudest parts.", number_text(loss)),
        _ => ".".to_owned(),
    };
    if !landing.cost.is_within_budget() {
        text += " That goes over my own budget for limiting.";
    }
    text
}

/// Why louder is possible.
pub fn louder(plan: &LevelPlan, landing: &Landing) -> String {
    let base = plan.needed.as_ref().map_or(&plan.current, |needed| &needed.after);
    let keeps_contrast = plan.needed.as_ref().is_some_and(|needed| needed.shortfall == Some(Shortfall::Contrast));
    if let (true, Some(before), Some(after)) = (keeps_contrast, plan.current.contrast_lu, landing.after.contrast_lu) {
        return format!(
            "{} is {} LU more: {} into the limiter. Between the loudest and the quietest section {} LU are left of {}.{}",
            lufs_text(landing.after.integrated_lufs),
            number_text(landing.after.integrated_lufs - base.integrated_lufs),
            db_text(landing.gain_db),
            number_text(after),
            number_text(before),
            limiting(landing)
        );
    }
    format!(
        "The music bears {}, {} LU more: {} into the limiter.{}",
        lufs_text(landing.after.integrated_lufs),
        number_text(landing.after.integrated_lufs - base.integrated_lufs),
        db_text(landing.gain_db),
        limiting(landing)
    )
}

/// What would withdraw a level move.
pub fn withdraw_if(plan: &LevelPlan, landing: &Landing, brief: &Brief, class: MoveClass) -> String {
    let ceiling = dbtp_text(landing.ceiling_dbtp);
    match (class, plan.goal) {
        (MoveClass::Could, _) => "The limiter costs the loudest parts more crest than measured here.".to_owned(),
        (MoveClass::Needed, Goal::Reach(_)) if landing.shortfall == Some(Shortfall::Contrast) => format!(
            "The master measures {} within 0.3 LU and its true peaks stay under {ceiling}.",
            lufs_text(landing.after.integrated_lufs)
        ),
        (MoveClass::Needed, Goal::Reach(target_lufs)) => format!(
            "The master measures {} within 0.3 LU and its true peaks stay under {ceiling}.",
            lufs_text(target_lufs)
        ),
        (MoveClass::Needed, Goal::Bear) => {
            format!(
                "The limiter costs more crest than measured here, or destination {} is changed.",
                brief.destination.key()
            )
        }
        (MoveClass::Needed, _) => format!("True peaks stay under {ceiling}."),
    }
}

/// The verdict when level is judged.
pub fn level_only(plan: &LevelPlan, brief: &Brief) -> String {
    let now = &plan.current;
    let measured = format!("{}, true peak {}", lufs_text(now.integrated_lufs), dbtp_text(now.true_peak_dbtp));
    match (&plan.needed, plan.goal) {
        (Some(landing), goal)
            if (landing.gain_db - plan.gain_db).abs() > 0.05
                && (goal != Goal::Hold || is_turned_down(plan, landing)) =>
        {
            let short = match landing.shortfall {
                None => "",
                Some(Shortfall::Contrast) => ", as far as its sections keep their contrast",
                Some(_) => ", which is not all that was asked",
            };
            format!(
                "Level only: from {} to {} under {}{short}.",
                lufs_text(now.integrated_lufs),
                lufs_text(landing.after.integrated_lufs),
                dbtp_text(landing.ceiling_dbtp)
            )
        }
        (Some(landing), _) => format!(
            "Ceiling only: true peaks of {} come down to {}; {}.",
            dbtp_text(now.true_peak_dbtp),
            dbtp_text(landing.after.true_peak_dbtp),
            level_text(now.integrated_lufs, landing.after.integrated_lufs)
        ),
        (None, Goal::Fits) if is_louder_than_asked(plan, brief) => {
            let turn_down = now.integrated_lufs - brief.target_lufs().unwrap_or(now.integrated_lufs);
            let by = number_text(turn_down);
            if brief.destination == Destination::Streaming {
                format!(
                    "Leave the level: {measured}. Streaming turns it down by {by} dB; nothing is gained by doing it here."
                )
            } else {
                let destination = brief.destination.key();
                format!(
                    "Leave the level: {measured}, {by} LU louder than {destination} asks for; what was pressed does not come back."
                )
            }
        }
        (None, Goal::Reach(_)) => {
            format!("Leave the level: {measured}. More would level out what its sections differ by.")
        }
        (None, Goal::Bear) => format!("Leave the level: {measured} is as loud as this music bears."),
        _ => format!("Leave the level: {measured} is what {}.", asker(brief)),
    }
}

fn is_louder_than_asked(plan: &LevelPlan, brief: &Brief) -> bool {
    brief.target_lufs().is_some_and(|target| plan.current.integrated_lufs > target + 0.3)
        && brief.destination != Destination::Keep
}

/// The verdict when there was too little to judge.
pub fn not_enough_heard(features: &Features, least_s: f64) -> String {
    let heard = number_text(features.active_s);
    if features.active_s < 0.05 {
        return "I heard nothing above \u{2212}70 LUFS, so there is nothing to judge. Nothing has been changed."
            .to_owned();
    }
    format!("I heard {heard} s of sound and need {least_s:.0} s to judge. Nothing has been changed.")
}

/// The verdict when the limiter is not the assistant's to set.
pub fn limiter_out_of_reach(features: &Features, is_locked: bool) -> String {
    let levels = &features.levels;
    let measured = match (levels.playback_lufs, levels.true_peak_dbtp) {
        (Some(lufs), Some(peak)) => format!("{}, true peak {}", lufs_text(lufs), dbtp_text(peak)),
        _ => "no level".to_owned(),
    };
    let why = if is_locked { "is locked" } else { "is off" };
    format!("I measured {measured}. The limiter {why}, so I propose nothing about level.")
}

/// The verdict when it is not music that was heard.
pub fn outside_scope(reason: Outside) -> String {
    let what = match reason {
        Outside::Noise => "What I heard has neither notes nor strokes, only noise",
        Outside::Tones => "What I heard is a steady tone or a few of them",
        Outside::Speech => "I heard somebody speak and nothing play",
    };
    format!("{what}; that is outside what I can judge. Nothing has been changed.")
}

/// The verdict when the mix has to be mended first.
pub fn send_back(notes: &[MixerNote]) -> String {
    let high: Vec<&MixerNote> = notes.iter().filter(|note| note.severity == Severity::High).collect();
    let first = high.first().map_or("", |note| note.sentence.as_str());
    let more = match high.len() {
        0 | 1 => String::new(),
        2 => " One more is listed for the mixer.".to_owned(),
        count => format!(" {} more are listed for the mixer.", count - 1),
    };
    format!("Send it back to the mix: no mastering mends this. {first}{more}")
}

/// The verdict when something has to be done.
pub fn work(kind: VerdictKind, moves: &[Move]) -> String {
    let needed: Vec<&Move> =
        moves.iter().filter(|each| each.class == MoveClass::Needed && !each.is_of_level()).collect();
    let what: Vec<String> = needed.iter().map(|each| format!("{} ({})", subject(each), each.title)).collect();
    let head = match (kind, needed.len()) {
        (VerdictKind::SmallMoves, 1) => "One small move is needed",
        (VerdictKind::SmallMoves, _) => "Small moves are needed",
        (_, 1) => "One large move is needed",
        _ => "Work is needed",
    };
    let level = moves
        .iter()
        .find(|each| each.id == "limiter.level")
        .map_or_else(String::new, |each| format!(" After that only level is left: {}.", each.title));
    format!("{head}: {}.{level}", what.join("; "))
}

/// What a move is about, in a word or two.
fn subject(each: &Move) -> String {
    match each.finding {
        Some(kind) => kind.key().replace('_', " ").replace("dc", "DC"),
        None => "tonal balance".to_owned(),
    }
}
