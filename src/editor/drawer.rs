//! Drawers over the stage: why the verdict is what it is, and the report for the mixer.

mod facts;
mod picture;
mod report;
mod why;

use egui::{Rect, Ui, pos2, vec2};

use super::icons::{Icon, draw};
use super::layout::Layout;
use super::pen::Pen;
use super::proposals::ProposalsView;
use super::scene::Scene;
use super::session::Session;
use super::theme::{RAISED, SEAM, T1, T2, T3, regular, semibold};
use super::widgets::{Button, Kind, push};

/// Which drawer is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawer {
    /// What the verdict rests on. Proposals stay beside it.
    Why,
    /// What belongs back in the mix, with its evidence; over the proposals too.
    Report,
}

/// Space around what a drawer holds.
const PAD: f32 = 16.0;
/// Height of a drawer's title.
const HEAD: f32 = 44.0;

/// Draws the open drawer; says whether it is to be closed.
pub fn show(
    ui: &mut Ui,
    layout: &Layout,
    (session, scene): (&Session, &Scene),
    view: &mut ProposalsView,
    drawer: Drawer,
) -> bool {
    match drawer {
        Drawer::Why => why::show(ui, layout, scene),
        Drawer::Report => report::show(ui, layout, session, scene, view),
    }
}

/// Ground, title, note and ✕ of a drawer; the place that is left, and whether it is to be closed.
fn frame(ui: &mut Ui, rect: Rect, (title, note): (&str, &str)) -> (Rect, bool) {
    let pen = Pen::of(ui);
    pen.fill(rect, 0.0, RAISED);
    pen.horizontal(rect.left(), rect.right(), rect.top() + HEAD - 0.5, SEAM);
    let baseline = rect.top() + 27.0;
    let width = pen.left(rect.left() + PAD, baseline, title, semibold(15.0), T1);
    pen.left(rect.left() + PAD + width + 10.0, baseline, note, regular(12.0), T3);
    let at = Rect::from_min_size(pos2(rect.right() - PAD - 24.0, rect.top() + 10.0), vec2(24.0, 24.0));
    let name = format!("Close {}", title.to_lowercase());
    let button = Button::new("", Kind::Ghost).named(&name, "Back to the stage; Esc does the same.");
    let is_closed = push(ui, at, button).clicked();
    draw(&pen, Icon::Cross, at.center(), T2, 1.0);
    (Rect::from_min_max(pos2(rect.left(), rect.top() + HEAD), rect.max), is_closed)
}
