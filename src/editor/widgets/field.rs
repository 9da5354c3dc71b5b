//! Value field and slider: a setting on a line.

use egui::{Color32, Rect, Ui, pos2};

use crate::editor::pen::Pen;
use crate::editor::session::Session;
use crate::editor::theme::{CANVAS, HAIR, PROPOSAL, T1, T3, medium, regular};

use super::{control, focus_ring, typed_value};

/// Name at the left, value at the right, a line for its place in the range below.
pub fn value_field(ui: &mut Ui, session: &Session, id: &str, (label, rect): (&str, Rect), is_proposed: bool) {
    let Some(control) = control(ui, session, id, rect) else { return };
    if typed_value(ui, session, &control, rect) {
        return;
    }
    let pen = Pen::of(ui);
    pen.fill(rect, 5.0, CANVAS);
    let baseline = rect.top() + 16.2;
    pen.left(rect.left() + 8.0, baseline, label, regular(11.0), T3);
    pen.right(rect.right() - 8.0, baseline, control.text.clone(), medium(12.0), T1);
    let track =
        Rect::from_min_max(pos2(rect.left() + 4.0, rect.bottom() - 2.0), pos2(rect.right() - 4.0, rect.bottom()));
    pen.fill(track, 1.0, HAIR);
    let lit = track.with_max_x(track.left() + track.width() * control.normalized);
    pen.fill(lit, 1.0, if is_proposed { PROPOSAL } else { T1.gamma_multiply(0.8) });
    focus_ring(&pen, &control.response, 5.0);
}

/// A horizontal slider through `rect`'s middle with a tick at `mark`; returns the value as shown.
pub fn slider(ui: &mut Ui, session: &Session, id: &str, rect: Rect, (color, mark): (Color32, f32)) -> Option<String> {
    let control = control(ui, session, id, rect)?;
    let field = Rect::from_center_size(rect.center(), egui::vec2(rect.width(), 26.0));
    if typed_value(ui, session, &control, field) {
        return Some(control.text);
    }
    // A line is pointed at where it should go; the drag itself is the control's.
    let pen = Pen::of(ui);
    let (left, right, y) = (rect.left() + 3.0, rect.right() - 3.0, rect.center().y);
    let x = egui::lerp(left..=right, control.normalized);
    pen.round_path(vec![pos2(left, y), pos2(right, y)], 3.0, HAIR);
    pen.round_path(vec![pos2(left, y), pos2(x, y)], 3.0, color);
    let tick = egui::lerp(left..=right, mark);
    pen.line(pos2(tick, y - 8.0), pos2(tick, y - 5.0), 1.0, T3);
    pen.disc(pos2(x, y), 7.0, super::super::theme::PANEL);
    pen.disc(pos2(x, y), if control.response.hovered() { 6.0 } else { 5.5 }, T1);
    focus_ring(&pen, &control.response, 4.0);
    Some(control.text)
}
