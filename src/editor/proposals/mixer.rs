//! For the mixer: what belongs back in the mix, with its place and what to do about it.

use egui::{Color32, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::assistant::{MixerNote, Severity};
use crate::editor::icons::{Icon, draw};
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{
    CANVAS, CARD_BODY, LIFT, RAISED, REDUCTION, REDUCTION_TEXT, ROW, T1, T2, T3, medium, regular, semibold,
};
use crate::editor::widgets::{Button, Kind, describe, focus_ring, push};
use crate::editor::words;

use super::{ProposalsView, follow_focus, heading, reveal};

/// Space between the edge of a note and what it says.
const PAD: f32 = 12.0;

/// The whole list as plain text with time-codes.
pub fn as_text(scene: &Scene) -> String {
    let lines = scene.notes().map(|(number, note)| {
        let place = words::place(note.from_s, note.to_s);
        format!(
            "{number}. {place}  {} ({}). {}\n",
            words::kind(note.kind),
            lower(words::severity(note.severity)),
            note.sentence
        )
    });
    std::iter::once("For the mixer\n".to_owned()).chain(lines).collect()
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// The number of a note in a box: filled where it has to be mended, hollow otherwise.
pub fn number_box(pen: &Pen, rect: Rect, number: usize, severity: Severity) {
    let baseline = rect.center().y + 4.0;
    if severity == Severity::High {
        pen.fill(rect, 4.0, REDUCTION);
        pen.center(rect.center().x, baseline, number.to_string(), semibold(11.0), CANVAS);
    } else {
        pen.fill(rect, 4.0, CANVAS);
        pen.frame(rect, 4.0, 1.25, REDUCTION);
        pen.center(rect.center().x, baseline, number.to_string(), semibold(11.0), REDUCTION_TEXT);
    }
}

fn sign(severity: Severity) -> (Icon, Color32) {
    match severity {
        Severity::High => (Icon::Warn, REDUCTION_TEXT),
        Severity::Medium => (Icon::Off, T2),
        Severity::Low => (Icon::Dash, T3),
    }
}

/// Draws the list with its heading.
pub fn show(ui: &mut Ui, session: &Session, scene: &Scene, view: &mut ProposalsView) {
    let (num_open, num_intended) = (scene.notes().count(), scene.num_intended());
    if num_open + num_intended == 0 {
        return;
    }
    let rect = heading(ui, ("For the mixer", num_open), if num_open == 0 { "all intended" } else { "" });
    if num_open > 0 {
        let button = Button::new("Copy list", Kind::Line)
            .icon(Icon::Copy)
            .named("Copy list", "The list as plain text with time-codes, to send with the mix. Key C.");
        let size = vec2(button.width(&Pen::of(ui)), 24.0);
        let at = Rect::from_min_size(pos2(rect.right() - size.x, rect.top() + 6.0), size);
        let response = push(ui, at, button);
        follow_focus(ui, &response);
        if response.clicked() {
            ui.ctx().copy_text(as_text(scene));
        }
    }
    rows(ui, session, scene, view, true);
}

/// The notes themselves, and the way back for those that are intended; the open one with its button where that is nowhere
/// else.
pub fn rows(ui: &mut Ui, session: &Session, scene: &Scene, view: &mut ProposalsView, has_button: bool) {
    for (number, note) in scene.notes() {
        row(ui, session, (number, note), view, has_button);
        ui.add_space(4.0);
    }
    let num_intended = scene.num_intended();
    if num_intended > 0 {
        intended(ui, session, scene, num_intended);
    }
}

fn row(
    ui: &mut Ui,
    session: &Session,
    (number, note): (usize, &MixerNote),
    view: &mut ProposalsView,
    has_button: bool,
) {
    let is_open = view.open_note == Some(note.kind);
    let pen = Pen::of(ui);
    let width = ui.available_width();
    let body = if is_open { CARD_BODY } else { T2 };
    let sentence = pen.paragraph(&note.sentence, regular(12.0), (body, T1), width - 2.0 * PAD - 26.0);
    let text_height = sentence.size().y;
    let height = 44.0 + text_height + if is_open && has_button { 44.0 } else { 12.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    let (kind, place, severity) =
        (words::kind(note.kind), words::place(note.from_s, note.to_s), words::severity(note.severity));
    let name = format!("For the mixer {number}, {}, {}, {place}", lower(&kind), lower(severity));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_open, &name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(note.sentence.clone()));
    describe(ui, &response, || format!("{name}. Click to see its place in the song map. {}", note.sentence));
    if response.clicked() {
        if is_open {
            view.open_note = None;
        } else {
            view.open_note(note.kind);
        }
    }
    // Where the ground is raised already, the open one is lifted.
    let ground = match (is_open, has_button) {
        (false, _) => ROW,
        (true, true) => RAISED,
        (true, false) => LIFT,
    };
    pen.fill(rect, 7.0, if response.hovered() && !is_open { LIFT } else { ground });
    let (left, text_left) = (rect.left() + PAD, rect.left() + PAD + 26.0);
    number_box(&pen, Rect::from_min_size(pos2(left, rect.top() + 10.0), vec2(18.0, 18.0)), number, note.severity);
    let quiet = if response.hovered() || ground == LIFT { T2 } else { T3 };
    pen.left(text_left, rect.top() + 23.0, place, medium(12.0), T1);
    let (icon, color) = sign(note.severity);
    let color = if color == T3 { quiet } else { color };
    let word_color = if note.severity == Severity::High { REDUCTION_TEXT } else { quiet };
    let word = pen.right(rect.right() - PAD, rect.top() + 23.0, severity, regular(11.0), word_color);
    draw(&pen, icon, pos2(rect.right() - PAD - word - 11.0, rect.top() + 19.0), color, 0.8);
    pen.left(text_left, rect.top() + 41.0, kind.clone(), medium(13.0), T1);
    pen.galley(pos2(text_left, rect.top() + 59.0), sentence);
    focus_ring(&pen, &response, 7.0);
    follow_focus(ui, &response);
    if is_open {
        reveal(ui, rect, &mut view.reveals[1]);
    }
    if is_open && has_button {
        let mut inside = ui.new_child(UiBuilder::new().id_salt(("note", number)).max_rect(rect));
        let name = intended_name(note);
        let button = intended_button(&name);
        let size = vec2(button.width(&pen), 26.0);
        let at = Rect::from_min_size(pos2(text_left, rect.bottom() - size.y - 10.0), size);
        let response = push(&mut inside, at, button);
        follow_focus(&inside, &response);
        if response.clicked() {
            session.set_intended([note.kind], true);
            view.open_note = None;
        }
    }
}

/// Name of the button that marks a note as intended.
pub fn intended_name(note: &MixerNote) -> String {
    format!("Mark {} as intended", lower(&words::kind(note.kind)))
}

/// The button with this name.
pub fn intended_button(name: &str) -> Button<'_> {
    Button::new("Mark as intended", Kind::Flat)
        .named(name, "Drops it from the list for good, also after another listening. Key I.")
}

/// How many are meant to be so, and the way back.
fn intended(ui: &mut Ui, session: &Session, scene: &Scene, num_intended: usize) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
    let pen = Pen::of(ui);
    let text = format!("{num_intended} marked as intended");
    pen.left(rect.left() + 2.0, rect.center().y + 4.0, text, regular(11.0), T3);
    let button = Button::new("Bring back", Kind::Ghost)
        .sized(11.0)
        .named("Bring back what is intended", "Lists again what was marked as intended.");
    let size = vec2(button.width(&pen), 24.0);
    let at = Rect::from_min_size(pos2(rect.right() - size.x, rect.top() + 3.0), size);
    let response = push(ui, at, button);
    follow_focus(ui, &response);
    if response.clicked() {
        let Some((_, judged)) = scene.verdict() else { return };
        session.set_intended(judged.report.for_the_mixer.iter().map(|note| note.kind), false);
    }
}
