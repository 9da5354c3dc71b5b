//! The proposals: Needed, Could, Decided, one card open at a time; and what is for the mixer.

mod amount;
mod card;
mod decide;
mod evidence;
mod mixer;
mod reason;
mod row;

use egui::style::ScrollAnimation;
use egui::{Rect, ScrollArea, Sense, Ui, pos2, vec2};

use crate::assistant::findings::FindingKind;
use crate::assistant::{Move, MoveClass, VerdictKind};
use crate::bridge::Phase;

use super::layout::Layout;
use super::pen::Pen;
use super::scene::Scene;
use super::session::Session;
use super::theme::{CANVAS, SEAM, T1, T2, T3, regular, semibold};
use super::widgets::{Button, Kind, push};
use crate::params::MoveState;

pub use card::outcome;
pub use mixer::{as_text as report_text, intended_button, intended_name, number_box, rows as mixer_rows};

/// Which card and which note are open.
#[derive(Default)]
pub struct ProposalsView {
    /// Id of the move; the first one that waits if it is not there (any more).
    pub open_id: Option<String>,
    /// Kind of the note for the mixer.
    pub open_note: Option<FindingKind>,
    /// A card that was opened while it waited keeps its place when it is decided.
    kept_id: Option<String>,
    /// Card and note: just opened, to be scrolled to.
    reveals: [bool; 2],
}

impl ProposalsView {
    /// Number of the open card.
    pub fn open_number(&self, scene: &Scene) -> Option<usize> {
        let named = scene.moves().find(|(_, each)| Some(&each.id) == self.open_id.as_ref());
        named.or_else(|| first_open(scene)).map(|(number, _)| number)
    }

    /// The open card's move.
    pub fn open_move<'a>(&self, scene: &'a Scene) -> Option<&'a Move> {
        let number = self.open_number(scene)?;
        scene.moves().find(|(each, _)| *each == number).map(|(_, each)| each)
    }

    /// Opens the next (`1`) or previous (`-1`) card that waits.
    pub fn step(&mut self, scene: &Scene, by: isize) {
        let waiting: Vec<&Move> = scene.open_moves().map(|(_, each)| each).collect();
        if waiting.is_empty() {
            return;
        }
        let current = self.open_move(scene).and_then(|open| waiting.iter().position(|each| each.id == open.id));
        let next = current.map_or(0, |at| (at as isize + by).rem_euclid(waiting.len() as isize) as usize);
        self.open_id = Some(waiting[next].id.clone());
        self.kept_id = self.open_id.clone();
        self.reveals[0] = true;
    }

    /// Opens the card of a move, from the song map.
    pub fn open_card(&mut self, proposed: &Move) {
        self.open_id = Some(proposed.id.clone());
        self.reveals[0] = true;
    }

    /// Opens a note for the mixer, from the song map.
    pub fn open_note(&mut self, kind: FindingKind) {
        self.open_note = Some(kind);
        self.reveals[1] = true;
    }
}

/// Scrolls at once to what was just opened.
fn reveal(ui: &Ui, rect: Rect, is_new: &mut bool) {
    if std::mem::take(is_new) {
        ui.scroll_to_rect_animation(rect.expand(8.0), None, ScrollAnimation::none());
    }
}

/// Scrolls at once to what got the focus by key: it may be out of sight.
fn follow_focus(ui: &Ui, response: &egui::Response) {
    if response.gained_focus() && !ui.clip_rect().contains_rect(response.rect) {
        ui.scroll_to_rect_animation(response.rect.expand(8.0), None, ScrollAnimation::none());
    }
}

/// The first Needed move that waits, else the first of all.
fn first_open(scene: &Scene) -> Option<(usize, &Move)> {
    let needed = scene.open_moves().find(|(_, each)| each.class == MoveClass::Needed);
    needed.or_else(|| scene.open_moves().next())
}

/// Draws the column.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, view: &mut ProposalsView) {
    let area = layout.proposals;
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, CANVAS);
    pen.vertical(area.left() + 0.5, area.top(), area.bottom(), SEAM);
    let inner = area.shrink2(vec2(if layout.is_compact { 10.0 } else { 12.0 }, 0.0));
    if scene.verdict().is_none() {
        empty(&pen, inner, scene);
        return;
    }
    let mut inside = ui.new_child(egui::UiBuilder::new().id_salt("proposals").max_rect(inner));
    inside.set_clip_rect(area);
    let output = ScrollArea::vertical()
        .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
        .show(&mut inside, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ui.set_width(inner.width());
            lists(ui, layout, session, scene, view);
        });
    if output.content_size.y > output.inner_rect.height() + 1.0 + output.state.clamped_offset().y {
        // More below: the list fades out.
        let fade = area.with_min_y(area.bottom() - 24.0).shrink2(vec2(1.0, 0.0));
        pen.gradient(fade, &[(0.0, CANVAS.gamma_multiply(0.0)), (1.0, CANVAS)]);
    }
}

fn lists(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, view: &mut ProposalsView) {
    let open = view.open_number(scene);
    let kept_id = view.kept_id.clone().filter(|id| view.open_id.as_ref() == Some(id));
    let is_decided = |each: &Move| scene.state_of(each) != MoveState::Open && kept_id.as_ref() != Some(&each.id);
    let of = |class: MoveClass| -> Vec<(usize, &Move)> {
        scene.moves().filter(|(_, each)| each.class == class && !is_decided(each)).collect()
    };
    let (needed, could) = (of(MoveClass::Needed), of(MoveClass::Could));
    let decided: Vec<(usize, &Move)> = scene.moves().filter(|(_, each)| is_decided(each)).collect();
    let is_compact = layout.is_compact;
    let is_sent_back = scene.verdict().is_some_and(|(kind, _)| kind == VerdictKind::SendBack);
    if is_sent_back {
        // What the verdict is about comes first; what softens it follows.
        mixer::show(ui, session, scene, view);
    }
    if !(is_sent_back && needed.is_empty()) {
        let note = if needed.is_empty() { "nothing else needs doing" } else { "" };
        let num_waiting = scene.num_open(MoveClass::Needed);
        let rect = heading(ui, ("Needed", num_waiting), note);
        if num_waiting > 1 {
            accept_all(ui, rect, session, num_waiting);
        }
        list(ui, is_compact, (session, scene, view), (&needed, open));
    }
    if !could.is_empty() {
        let note = if is_sent_back { "none of these repairs it" } else { "none of these is a fault" };
        heading(ui, ("Could", scene.num_open(MoveClass::Could)), note);
        list(ui, is_compact, (session, scene, view), (&could, open));
    }
    if !decided.is_empty() {
        heading(ui, ("Decided", decided.len()), "");
        list(ui, is_compact, (session, scene, view), (&decided, open));
    }
    if !is_sent_back {
        mixer::show(ui, session, scene, view);
    }
    ui.add_space(12.0);
}

fn heading(ui: &mut Ui, (label, count): (&str, usize), note: &str) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 35.0), Sense::hover());
    let pen = Pen::of(ui);
    let baseline = rect.top() + 23.0;
    let width = pen.left(rect.left() + 2.0, baseline, label, semibold(13.0), T1);
    pen.left(rect.left() + width + 9.0, baseline, count.to_string(), regular(13.0), T3);
    pen.right(rect.right() - 2.0, baseline, note, regular(11.0), T3);
    rect
}

fn accept_all(ui: &mut Ui, heading: Rect, session: &Session, num_needed: usize) {
    let label = format!("Accept all {num_needed}");
    let button = Button::new(&label, Kind::Line).named("Accept all needed", "Sets what the needed moves ask for.");
    let size = vec2(button.width(&Pen::of(ui)), 24.0);
    let rect = Rect::from_min_size(pos2(heading.right() - size.x, heading.top() + 6.0), size);
    let response = push(ui, rect, button);
    follow_focus(ui, &response);
    if response.clicked() {
        session.accept_needed();
    }
}

fn list(
    ui: &mut Ui,
    is_compact: bool,
    (session, scene, view): (&Session, &Scene, &mut ProposalsView),
    (moves, open): (&[(usize, &Move)], Option<usize>),
) {
    for (number, each) in moves {
        let state = scene.state_of(each);
        if Some(*number) == open {
            let rect = card::open(ui, is_compact, (session, scene), (*number, each, state));
            reveal(ui, rect, &mut view.reveals[0]);
        } else if row::show(ui, (*number, each, state), scene.amount(each)) {
            view.open_id = Some(each.id.clone());
            view.kept_id = view.open_id.clone().filter(|_| state == MoveState::Open);
            view.reveals[0] = true;
        }
        ui.add_space(4.0);
    }
}

/// What stands in the column before there is a verdict.
fn empty(pen: &Pen, inner: Rect, scene: &Scene) {
    let (title, text) = match scene.hearing.phase {
        Phase::Listening => (
            "Listening",
            "I only listen: nothing changes until you accept a move. Stop the transport or press Stop for a verdict.",
        ),
        Phase::Judging => ("Judging", "Rendering what I heard through the chain, to measure what each move would do."),
        _ => (
            "No proposals yet",
            "Press Listen and play the song from start to end. I measure it, say what I would do and why; you decide.",
        ),
    };
    pen.left(inner.left() + 2.0, inner.top() + 23.0, title, semibold(13.0), T1);
    let galley = pen.paragraph(text, regular(12.0), (T2, T1), inner.width() - 4.0);
    pen.galley(pos2(inner.left() + 2.0, inner.top() + 46.0), galley);
}

/// Whether a verdict is shown as a cover before the workbench.
pub fn has_cover(kind: VerdictKind) -> bool {
    matches!(kind, VerdictKind::LevelOnly | VerdictKind::NotEnoughHeard | VerdictKind::OutsideScope)
}
