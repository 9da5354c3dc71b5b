//! What stands over the loudness: sections, evidence of moves, notes for the mixer, places of findings.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::findings::FindingClass;
use crate::editor::layout::between;
use crate::editor::pen::Pen;
use crate::editor::proposals::{ProposalsView, number_box};
use crate::editor::scene::Scene;
use crate::editor::theme::{CANVAS, PROPOSAL, REDUCTION, T1, T2, T3, regular, semibold};
use crate::editor::widgets::{describe, focus_ring};
use crate::editor::words;

use super::is_local;

/// Where things are on the map.
pub struct Places {
    /// The bars' ground.
    pub plot: Rect,
    /// Length of the song.
    pub duration_s: f64,
    /// Baseline of the sections' labels.
    pub labels_y: f32,
    /// Middle of the ticks.
    pub ticks_y: f32,
}

impl Places {
    /// x of a time.
    pub fn x(&self, time_s: f64) -> f32 {
        let share = (time_s / self.duration_s).clamp(0.0, 1.0) as f32;
        self.plot.left() + share * self.plot.width()
    }
}

/// Labels of the sections, and a seam between two of them; the one that plays stands out.
pub fn sections(pen: &Pen, places: &Places, scene: &Scene) {
    let Some((_, judged)) = scene.verdict() else { return };
    let mut free_from = f32::NEG_INFINITY;
    for section in &judged.features.sections {
        let (left, right) = (places.x(section.start_s), places.x(section.end_s));
        if section.start_s > 0.0 {
            pen.fill(
                Rect::from_min_max(pos2(left - 1.5, places.plot.top()), pos2(left - 0.5, places.plot.bottom())),
                0.0,
                CANVAS,
            );
        }
        let is_playing = scene.position_s.is_some_and(|at_s| (section.start_s..section.end_s).contains(&at_s));
        let label = section.label.clone();
        let width = pen.width(label.clone(), regular(11.0));
        // A label that would run into its neighbour's place is left out.
        if left >= free_from && width <= (right - left).max(10.0) {
            pen.left(left, places.labels_y, label, regular(11.0), if is_playing { T1 } else { T3 });
            free_from = left + width + 4.0;
        }
    }
}

/// Where findings are that are acted on: short marks on the upper edge.
pub fn findings(pen: &Pen, places: &Places, scene: &Scene) {
    let Some((_, judged)) = scene.verdict() else { return };
    for finding in judged.report.findings.iter().filter(|each| each.class != FindingClass::None) {
        let color = match finding.class {
            FindingClass::Mixer => REDUCTION,
            _ => PROPOSAL,
        };
        for (from_s, to_s) in &finding.places_s {
            let left = places.x(*from_s);
            let right = places.x(*to_s).max(left + 1.0);
            let mark = Rect::from_min_max(pos2(left, places.plot.top()), pos2(right, places.plot.top() + 2.0));
            pen.fill(mark, 0.0, color.gamma_multiply(0.6));
        }
    }
}

/// A triangle for the evidence of each move that waits; a click opens its card.
pub fn evidence(ui: &mut Ui, places: &Places, scene: &Scene, (open, view): (Option<usize>, &mut ProposalsView)) {
    let y = places.ticks_y;
    let flags: Vec<f32> = scene.notes().map(|(_, note)| places.x(note.from_s)).collect();
    for (number, proposed) in scene.open_moves() {
        for (idx, evidence) in proposed.evidence.iter().filter(|each| is_local(each, places.duration_s)).enumerate() {
            let x = places.x((evidence.from_s + evidence.to_s) / 2.0);
            // A flag at the right pushes the number to the left.
            let side = if flags.iter().any(|flag| (x..x + 26.0).contains(flag)) { -1.0 } else { 1.0 };
            let rect = Rect::from_center_size(pos2(x + side * 4.0, y - 1.5), vec2(24.0, 14.0));
            let response = ui.interact(rect, ui.scope_id().with(("evidence", number, idx)), Sense::click());
            let name = format!("Evidence {number}, {}", words::place(evidence.from_s, evidence.to_s));
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            describe(ui, &response, || format!("{name}. {}", proposed.sentence));
            if response.clicked() {
                view.open_card(proposed);
            }
            let is_open = Some(number) == open;
            let pen = Pen::of(ui);
            let triangle = vec![pos2(x - 4.2, y - 5.0), pos2(x + 4.2, y - 5.0), pos2(x, y + 2.0)];
            if is_open {
                pen.polygon(triangle, PROPOSAL)
            } else {
                pen.outline(triangle, 1.2, PROPOSAL)
            }
            let face = if is_open { semibold(11.0) } else { regular(11.0) };
            let align = if side < 0.0 { egui::Align::Max } else { egui::Align::Min };
            pen.text(pos2(x + side * 7.0, y + 1.0), align, number.to_string(), face, if is_open { T1 } else { T2 });
            focus_ring(&pen, &response, 3.0);
        }
    }
}

/// A numbered flag for each note for the mixer; the open one's place is underlined. A click opens the note.
pub fn notes(ui: &mut Ui, places: &Places, scene: &Scene, view: &mut ProposalsView) {
    for (number, note) in scene.notes() {
        let is_open = view.open_note == Some(note.kind);
        let pen = Pen::of(ui);
        let x = places.x(note.from_s);
        if is_open {
            let right = places.x(note.to_s).max(x + 2.0);
            let rule = Rect::from_min_max(pos2(x, places.plot.bottom() + 1.5), pos2(right, places.plot.bottom() + 3.5));
            pen.fill(rule, 0.0, REDUCTION);
            let span = Rect::from_min_max(pos2(x, places.plot.top()), pos2(right, places.plot.bottom()));
            pen.fill(span, 0.0, REDUCTION.gamma_multiply(0.14));
        }
        let left = between(x - 7.0, places.plot.left(), places.plot.right() - 14.0);
        let flag = Rect::from_min_size(pos2(left, places.ticks_y - 8.0), vec2(14.0, 13.0));
        let place = words::place(note.from_s, note.to_s);
        let response = ui.interact(flag, ui.scope_id().with(("note", number)), Sense::click());
        let name = format!("Note {number}, {}, {place}", words::kind(note.kind).to_lowercase());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        describe(ui, &response, || format!("{name}. {}", note.sentence));
        if response.clicked() {
            view.open_note(note.kind);
        }
        pen.vertical(x, flag.bottom(), places.plot.top() + 4.0, REDUCTION);
        number_box(&pen, flag, number, note.severity);
        focus_ring(&pen, &response, 3.0);
    }
}
