//! The report for the mixer: every note with its place and what to do, and what the open one rests on.

use egui::{Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};

use crate::assistant::findings::Finding;
use crate::assistant::{MixerNote, VerdictKind};
use crate::editor::layout::Layout;
use crate::editor::looping;
use crate::editor::pen::Pen;
use crate::editor::proposals::{ProposalsView, intended_button, intended_name, mixer_rows, number_box, report_text};
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{PANEL, RAISED, SEAM, SOFT, T1, T2, regular, semibold};
use crate::editor::widgets::{Button, Kind, push};
use crate::editor::words;
use crate::params::Judged;

use super::facts::{FIRST_BASELINE, fact, heading, text};
use super::{HEAD, PAD, frame, picture};

/// Most places that are listed.
const MAX_PLACES: usize = 12;
/// Height of what is said below the list.
const FOOT: f32 = 56.0;
/// Height of the picture: full and compact.
const PICTURE: (f32, f32) = (132.0, 84.0);
/// What would take a note away, and the room that it needs.
const MIND: [(f32, &str); 2] = [
    (84.0, "It is meant to be so. Mark it as intended and I drop it for good, also after another listening."),
    (64.0, "It is meant to be so: mark it and I drop it."),
];
/// Height of the panel's foot, with what marks a note as intended.
const INTENDED: f32 = 48.0;

/// Draws the drawer over stage and proposals; says whether it is to be closed.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, view: &mut ProposalsView) -> bool {
    let Some((kind, judged)) = scene.verdict() else { return true };
    let whole = Rect::from_min_max(layout.stage_header.min, layout.proposals.max);
    let split = whole.left() + (whole.width() * 0.366).round();
    let open = scene.notes().find(|(_, note)| Some(note.kind) == view.open_note).or_else(|| scene.notes().next());
    let panel = Rect::from_min_max(whole.min, pos2(split, whole.bottom()));
    evidence(ui, (panel, layout.is_compact), (session, scene, judged), open, view);

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
        mixer_rows(ui, session, scene, view, false);
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

/// What a note rests on: a picture of it, facts, and the way to say that it is meant.
fn evidence(
    ui: &mut Ui,
    (rect, is_compact): (Rect, bool),
    (session, scene, judged): (&Session, &Scene, &Judged),
    open: Option<(usize, &MixerNote)>,
    view: &mut ProposalsView,
) {
    let pen = Pen::of(ui);
    pen.fill(rect, 0.0, PANEL);
    let baseline = rect.top() + 27.0;
    let Some((number, note)) = open else {
        pen.left(rect.left() + PAD, baseline, "No note is open", semibold(15.0), T1);
        return;
    };
    let finding = judged.report.findings.iter().find(|each| each.kind == note.kind);
    let number_at = Rect::from_min_size(pos2(rect.left() + PAD, rect.top() + 13.0), vec2(18.0, 18.0));
    number_box(&pen, number_at, number, note.severity);
    pen.left(number_at.right() + 10.0, baseline, words::kind(note.kind), semibold(15.0), T1);
    let height = if is_compact { PICTURE.1 } else { PICTURE.0 };
    let plot = Rect::from_min_size(rect.min + vec2(0.0, HEAD), vec2(rect.width(), height));
    picture::show(ui, plot, scene, judged, (note, finding));
    let foot = rect.with_min_y(rect.bottom() - INTENDED);
    let room = Rect::from_min_max(plot.left_bottom(), foot.right_top()).shrink2(vec2(PAD, 0.0));
    let mut child = ui.new_child(UiBuilder::new().id_salt("facts").max_rect(room));
    ScrollArea::vertical().id_salt("evidence").auto_shrink(false).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(6.0);
        facts(ui, note, finding);
        // In full, in short, or left to what the button says: never cut.
        let left = room.height() - ui.min_rect().height();
        let mind = MIND.iter().find(|(needed, _)| left >= *needed);
        if let Some((_, words)) = mind {
            heading(ui, "What would change my mind", "");
            text(ui, words);
        }
    });
    pen.horizontal(foot.left() + PAD, foot.right() - PAD, foot.top() + 0.5, SOFT);
    let name = intended_name(note);
    let button = intended_button(&name);
    let size = vec2(button.width(&pen), 28.0);
    let at = Rect::from_min_size(pos2(foot.left() + PAD, foot.center().y - 14.0), size);
    let is_looping = scene.monitor.is_looping;
    let place = Some((note.from_s, note.to_s));
    let refusal = looping::refusal(scene, place).filter(|_| !is_looping);
    let help = refusal.unwrap_or("Plays what was kept of the song here, while the transport stands. Key L.");
    let looped = Button::new(if is_looping { "Stop" } else { "Loop here" }, Kind::Line)
        .named("Loop here", help)
        .on(is_looping)
        .enabled(refusal.is_none());
    let beside = Rect::from_min_size(at.right_top() + vec2(8.0, 0.0), vec2(looped.width(&pen), at.height()));
    if push(ui, at, button).clicked() {
        session.set_intended([note.kind], true);
        view.open_note = None;
    }
    if push(ui, beside, looped).clicked() {
        looping::toggle(ui, session, scene, place);
    }
}

fn facts(ui: &mut Ui, note: &MixerNote, finding: Option<&Finding>) {
    if let Some(finding) = finding {
        let (measured, expected) = words::measured_and_expected(&finding.evidence);
        fact(ui, "Measured", &measured);
        fact(ui, "Expected", &expected);
        if let (Some(low_hz), Some(high_hz)) = (finding.evidence.low_hz, finding.evidence.high_hz) {
            fact(ui, "Band", &format!("{} to {}", words::frequency(low_hz), words::frequency(high_hz)));
        }
    }
    fact(ui, "Where", &words::place(note.from_s, note.to_s));
    let Some(finding) = finding else { return };
    fact(ui, "Share of what I heard", &words::percent(finding.evidence.share));
    if !finding.places_s.is_empty() {
        heading(ui, "Places", &finding.places_s.len().to_string());
        let places = finding.places_s.iter().take(MAX_PLACES).map(|place| crate::report::words::time(place.0, true));
        let more = if finding.places_s.len() > MAX_PLACES { " and further on" } else { "" };
        text(ui, &format!("{}{more}.", places.collect::<Vec<_>>().join(", ")));
    }
}
