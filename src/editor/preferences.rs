//! The popover for the editor itself: its scale, and whether anything glides.

use egui::{Popup, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::icons::{Icon, draw};
use super::pen::Pen;
use super::scale::{self, STEPS_PERCENT};
use super::session::Session;
use super::theme::{CANVAS, LIFT, OK, T1, T2, T3, medium, regular};
use super::widgets::{Button, Kind, STAYS_OPEN, describe, focus_ring, push};

const WIDTH: f32 = 280.0;

/// Seconds that popovers and lists take to appear.
const MOTION_S: f32 = 0.08;

/// The button and, while it is open, what it holds.
pub fn show(ui: &mut Ui, rect: Rect, session: &Session) {
    let button = Button::new("", Kind::Ghost)
        .icon(Icon::Sliders)
        .named("Editor settings", "Scale and motion of this editor. They are kept with the session.");
    let response = push(ui, rect, button);
    Popup::menu(&response).close_behavior(STAYS_OPEN).width(WIDTH).show(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        heading(ui, "Scale of the editor");
        scales(ui, session);
        let shown = (ui.ctx().zoom_factor() * 100.0).round() as u16;
        if shown != scale::percent(session) {
            heading(ui, &format!("This window holds {shown} %. Enlarge it for more."));
        }
        heading(ui, "Motion");
        motion(ui, session);
    });
}

/// Lets nothing glide or fade where that is wished.
pub fn apply_motion(ui: &Ui, session: &Session) {
    let is_reduced = session.params.with_saved(|saved| saved.is_motion_reduced);
    let wanted_s = if is_reduced { 0.0 } else { MOTION_S };
    if ui.style().animation_time != wanted_s {
        ui.ctx().all_styles_mut(|style| style.animation_time = wanted_s);
    }
}

fn heading(ui: &mut Ui, text: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, 24.0), Sense::hover());
    Pen::of(ui).left(rect.left() + 2.0, rect.bottom() - 6.0, text, regular(11.0), T2);
}

fn scales(ui: &mut Ui, session: &Session) {
    let (row, _) = ui.allocate_exact_size(vec2(WIDTH, 26.0), Sense::hover());
    Pen::of(ui).fill(row, 5.0, CANVAS);
    let width = row.width() / STEPS_PERCENT.len() as f32;
    let selected = scale::percent(session);
    for (idx, percent) in STEPS_PERCENT.into_iter().enumerate() {
        let cell = Rect::from_min_size(pos2(row.left() + idx as f32 * width, row.top()), vec2(width, row.height()));
        let is_on = percent == selected;
        let name = format!("Scale, {percent} %");
        let response = ui.interact(cell, ui.scope_id().with(("scale", percent)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_on, &name));
        describe(ui, &response, || format!("{name}, and the window with it where the host lets it grow."));
        if response.clicked() && !is_on {
            scale::choose(session, percent);
        }
        let pen = Pen::of(ui);
        if is_on {
            pen.fill(cell.shrink(2.0), 4.0, LIFT);
        }
        let (face, color) = if is_on { (medium(12.0), T1) } else { (regular(12.0), T3) };
        pen.center(cell.center().x, cell.center().y + 4.2, format!("{percent} %"), face, color);
        focus_ring(&pen, &response, 4.0);
    }
}

fn motion(ui: &mut Ui, session: &Session) {
    let (row, response) = ui.allocate_exact_size(vec2(WIDTH, 26.0), Sense::click());
    let is_reduced = session.params.with_saved(|saved| saved.is_motion_reduced);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_reduced, "Reduce motion"));
    describe(ui, &response, || "Reduce motion: lists and popovers appear at once.".to_owned());
    if response.clicked() {
        session.params.change_saved(|saved| saved.is_motion_reduced = !is_reduced);
    }
    let pen = Pen::of(ui);
    if response.hovered() {
        pen.fill(row, 4.0, LIFT);
    }
    let at = Rect::from_center_size(pos2(row.left() + 12.0, row.center().y), vec2(14.0, 14.0));
    pen.fill(at, 3.0, CANVAS);
    pen.frame(at, 3.0, 1.0, T2);
    if is_reduced {
        draw(&pen, Icon::Check, at.center(), OK, 0.85);
    }
    pen.left(row.left() + 26.0, row.center().y + 4.2, "Reduce motion", regular(12.0), T1);
    focus_ring(&pen, &response, 4.0);
}
