//! Why this verdict: what lies outside its range and what becomes of it, what was left alone, what was not heard, and what
//! was measured.

use egui::{Rect, ScrollArea, Ui, UiBuilder, vec2};

use crate::assistant::findings::{Finding, FindingClass, FindingKind};
use crate::assistant::{MoveClass, Report};
use crate::editor::layout::Layout;
use crate::editor::scene::Scene;
use crate::editor::verdict_bar::{heard, title};
use crate::editor::words;
use crate::params::Judged;

use super::facts::{fact, heading, text};
use super::{PAD, frame};

/// Kinds that only two channels can have.
fn is_of_two_channels(kind: FindingKind) -> bool {
    use FindingKind::*;
    matches!(
        kind,
        WideBass
            | PhaseInverted
            | OutOfPhase
            | TooWide
            | TooNarrow
            | Mono
            | MissingChannel
            | IdenticalChannels
            | Imbalance
    )
}

/// Draws the drawer over the stage; says whether it is to be closed.
pub fn show(ui: &mut Ui, layout: &Layout, scene: &Scene) -> bool {
    let Some((kind, judged)) = scene.verdict() else { return true };
    let rect = Rect::from_min_max(layout.stage_header.min, layout.stage.max);
    let (inside, is_closed) = frame(ui, rect, ("Why this", title(kind)));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inside.shrink2(vec2(PAD, 0.0))));
    ScrollArea::vertical().id_salt("why this").auto_shrink(false).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(12.0);
        text(ui, &judged.report.verdict.sentence);
        outside(ui, &judged.report);
        inside_range(ui, judged);
        unheard(ui, scene, judged);
        measured(ui, judged);
        ui.add_space(12.0);
    });
    is_closed
}

fn measured(ui: &mut Ui, judged: &Judged) {
    let levels = &judged.features.levels;
    let value = |value: Option<f64>, unit: &str| format!("{} {unit}", words::maybe(value));
    heading(ui, "What I measured", "of the mix, the chain left out");
    fact(ui, "Integrated loudness", &value(levels.integrated_lufs, "LUFS"));
    if let Some(playback_lufs) = levels.other_playback_lufs() {
        fact(ui, "As mono plays, from two loudspeakers", &value(Some(playback_lufs), "LUFS"));
    }
    fact(ui, "Loudest 3 s", &value(levels.max_short_term_lufs, "LUFS"));
    fact(ui, "Loudness range", &value(levels.loudness_range_lu, "LU"));
    fact(ui, "True peak", &value(levels.true_peak_dbtp, "dBTP"));
    fact(ui, "Peak to loudness", &value(levels.plr_db, "dB"));
    for section in &judged.features.sections {
        let tags: Vec<&str> = section.tags.iter().map(|tag| tag.key()).collect();
        let name = [vec![section.label.as_str()], tags].concat().join(", ");
        let place = words::place(section.start_s, section.end_s);
        fact(ui, &format!("Section {name}"), &format!("{place}, {}", value(section.loudness_lufs, "LUFS")));
    }
}

/// What becomes of a finding, in words.
fn outcome(finding: &Finding, report: &Report) -> String {
    let of_it = report.moves.iter().enumerate().find(|(_, each)| each.finding == Some(finding.kind));
    match (of_it, finding.class) {
        (Some((at, each)), _) => {
            let class = if each.class == MoveClass::Needed { "Needed" } else { "Could" };
            format!("{class}, proposal {}", at + 1)
        }
        (None, FindingClass::Mixer) => "For the mixer".to_owned(),
        (None, _) => "Left alone".to_owned(),
    }
}

fn outside(ui: &mut Ui, report: &Report) {
    heading(ui, "Outside its range", &report.findings.len().to_string());
    if report.findings.is_empty() {
        text(ui, "Nothing.");
    }
    for finding in &report.findings {
        let evidence = &finding.evidence;
        fact(ui, &words::kind(finding.kind), &outcome(finding, report));
        let place = if evidence.to_s > evidence.from_s {
            format!(
                "; {}, {} of what I heard",
                words::place(evidence.from_s, evidence.to_s),
                words::percent(evidence.share)
            )
        } else {
            String::new()
        };
        text(ui, &format!("{}{place}.", words::expected(evidence)));
    }
}

fn inside_range(ui: &mut Ui, judged: &Judged) {
    let is_stereo = judged.features.num_channels == 2;
    let was_measured = |kind: &FindingKind| is_stereo || !is_of_two_channels(*kind);
    let found = |kind: &FindingKind| judged.report.findings.iter().any(|finding| finding.kind == *kind);
    let inside: Vec<String> = FindingKind::ALL
        .iter()
        .filter(|kind| was_measured(kind) && !found(kind))
        .map(|kind| inside_sentence(words::kind(*kind)))
        .collect();
    heading(ui, "Inside its range, and left alone", &inside.len().to_string());
    text(ui, &format!("Looked for and not found: {}.", inside.join(", ")));
}

/// Without its capital, but for an abbreviation.
fn inside_sentence(name: String) -> String {
    let is_abbreviation = name.chars().nth(1).is_some_and(char::is_uppercase);
    if is_abbreviation { name } else { name.to_lowercase() }
}

fn unheard(ui: &mut Ui, scene: &Scene, judged: &Judged) {
    heading(ui, "What I have heard", &heard(scene));
    let missing_s = scene.duration_s() - scene.heard_s();
    let sentence = match judged.features.share {
        Some(share) if share < 0.995 && missing_s >= 1.0 => {
            format!("I have not heard {} of it; what lies there is not in this verdict.", words::time(missing_s))
        }
        Some(_) => "All of it.".to_owned(),
        None => "How long the song is nobody told me, so I cannot say what is missing.".to_owned(),
    };
    text(ui, &sentence);
}
