//! The report for the mixer: every note with its place and what to do, and what the open one rests on.

use egui::{Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};

use crate::assistant::findings::Finding;
use crate::assistant::{MixerNote, VerdictKind};
use crate::editor::layout::Layout;
use crate::editor::pen::Pen;
use crate::editor::proposals::{ProposalsView, mixer_rows, report_text};
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{PANEL, RAISED, SEAM, T2, regular};
use crate::editor::widgets::{Button, Kind, push};
use crate::editor::words;

use super::facts::{FIRST_BASELINE, fact, heading, text};
use super::{HEAD, PAD, frame};

/// Most places that are listed.
const MAX_PLACES: usize = 12;
/// Height of what is said below the list.
const FOOT: f32 = 56.0;

/// Draws the drawer over stage and proposals; says whether it is to be closed.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, view: &mut ProposalsView) -> bool {
    let Some((kind, judged)) = scene.verdict() else { return true };
    let whole = Rect::from_min_max(layout.stage_header.min, layout.proposals.max);
    let split = whole.left() + (whole.width() * 0.366).round();
    let open = scene.notes().find(|(_, note)| Some(note.kind) == view.open_note).or_else(|| scene.notes().next());
    let finding = open.and_then(|(_, note)| judged.report.findings.iter().find(|each| each.kind == note.kind));
    evidence(ui, Rect::from_min_max(whole.min, pos2(split, whole.bottom())), open, finding);

    let rect = Rect::from_min_max(pos2(split, whole.top()), whole.max);
    let num = scene.notes().count();
    let count = if num == 1 { "1 finding".to_owned() } else { format!("{num} findings") };
    let (inside, is_closed) = frame(ui, rect, ("For the mixer", &count));
    Pen::of(ui).vertical(split, whole.top(), whole.bottom(), SEAM);
    copy_button(ui, rect, scene);
    let foot = footing(kind, scene);
    let height = if foot.is_some() { FOOT } else { 0.0 };
    let list = Rect::from_min_max(inside.min, inside.max - vec2(0.0, height));
    let mut child = ui.new_child(UiBuilder::new().max_rect(list.shrink2(vec2(PAD, 8.0))));
    ScrollArea::vertical().id_salt("report").auto_shrink(false).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        mixer_rows(ui, session, scene, view);
    });
    let Some(foot) = foot else { return is_closed };
    let bottom = Rect::from_min_max(pos2(rect.left(), list.bottom()), rect.max);
    let pen = Pen::of(ui);
    pen.fill(bottom, 0.0, RAISED);
    pen.horizontal(bottom.left(), bottom.right(), bottom.top() + 0.5, SEAM);
    let button = Button::new("Show mitigation only", Kind::Line)
        .named("Show mitigation only", "The moves that soften what should be mended in the mix.");
    let size = vec2(button.width(&pen), 28.0);
    let at = Rect::from_min_size(pos2(bottom.right() - PAD - size.x, bottom.center().y - 14.0), size);
    let galley = pen.paragraph(&foot, regular(12.0), (T2, T2), at.left() - bottom.left() - 2.0 * PAD);
    pen.galley(pos2(bottom.left() + PAD, bottom.center().y - galley.size().y / 2.0 + FIRST_BASELINE), galley);
    push(ui, at, button).clicked() || is_closed
}

/// What is said about the moves that are left where the mix goes back.
fn footing(kind: VerdictKind, scene: &Scene) -> Option<String> {
    let num_soft = scene.moves().filter(|(_, each)| each.is_mitigation).count();
    (kind == VerdictKind::SendBack).then(|| {
        let soft = match num_soft {
            0 => "Nothing here softens what I found.".to_owned(),
            1 => "One can soften what I found; it repairs nothing.".to_owned(),
            more => format!("{more} can soften what I found; none repairs it."),
        };
        format!("I hold the other moves back until a new mix. {soft}")
    })
}

fn copy_button(ui: &mut Ui, rect: Rect, scene: &Scene) {
    if scene.notes().next().is_none() {
        return;
    }
    let button = Button::new("Copy report", Kind::Primary)
        .named("Copy report", "The list as plain text with time-codes, to send with the mix. Key C.");
    let size = vec2(button.width(&Pen::of(ui)), 26.0);
    let at = Rect::from_min_size(pos2(rect.right() - PAD - 32.0 - size.x, rect.top() + (HEAD - size.y) / 2.0), size);
    if push(ui, at, button).clicked() {
        ui.ctx().copy_text(report_text(scene));
    }
}

/// What a note rests on.
fn evidence(ui: &mut Ui, rect: Rect, open: Option<(usize, &MixerNote)>, finding: Option<&Finding>) {
    let pen = Pen::of(ui);
    pen.fill(rect, 0.0, PANEL);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect.shrink2(vec2(PAD, 4.0))));
    ScrollArea::vertical().id_salt("evidence").auto_shrink(false).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let (Some((number, note)), Some(finding)) = (open, finding) else {
            heading(ui, "No note is open", "");
            return;
        };
        let evidence = &finding.evidence;
        heading(ui, &words::kind(note.kind), &format!("note {number}"));
        let (measured, expected) = words::measured_and_expected(evidence);
        fact(ui, "Measured", &measured);
        fact(ui, "Expected", &expected);
        if let (Some(low_hz), Some(high_hz)) = (evidence.low_hz, evidence.high_hz) {
            fact(ui, "Band", &format!("{} to {}", words::frequency(low_hz), words::frequency(high_hz)));
        }
        fact(ui, "Where", &words::place(note.from_s, note.to_s));
        fact(ui, "Share of what I heard", &words::percent(evidence.share));
        if !finding.places_s.is_empty() {
            heading(ui, "Places", &finding.places_s.len().to_string());
            let places =
                finding.places_s.iter().take(MAX_PLACES).map(|place| crate::report::words::time(place.0, true));
            let more = if finding.places_s.len() > MAX_PLACES { " and further on" } else { "" };
            text(ui, &format!("{}{more}.", places.collect::<Vec<_>>().join(", ")));
        }
        heading(ui, "What would change my mind", "");
        text(ui, "It is meant to be so. Mark it as intended and I drop it for good, also after another listening.");
    });
}
