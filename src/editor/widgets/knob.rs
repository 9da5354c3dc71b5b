//! The knob: a 270° arc, cap and pointer, name above, value below.

use egui::{Color32, Pos2, Rect, Ui, pos2, vec2};

use crate::editor::pen::{Pen, arc_points, direction};
use crate::editor::session::Session;
use crate::editor::theme::{HAIR, PROPOSAL, RAISED, T1, T3, medium, regular};

use super::{Control, control, typed_value};

/// Half of the arc, radians.
const END: f32 = 2.36;
const RADIUS: f32 = 22.0;
const CAP_EDGE: Color32 = Color32::from_rgb(0x3B, 0x44, 0x52);

/// A knob with its name's baseline at `top`; `proposed` is the normalized value that a move would set.
pub fn knob(ui: &mut Ui, session: &Session, id: &str, (label, top): (&str, Pos2), proposed: Option<f32>) {
    let center = pos2(top.x, top.y + 31.0);
    let rect = Rect::from_min_max(pos2(top.x - 36.0, top.y + 4.0), pos2(top.x + 36.0, top.y + 78.0));
    let Some(control) = control(ui, session, id, rect) else { return };
    let pen = Pen::of(ui);
    pen.center(top.x, top.y, label, regular(11.0), T3);
    draw(&pen, center, &control, session, proposed);
    let value_rect = Rect::from_center_size(pos2(top.x, top.y + 68.0), vec2(76.0, 22.0));
    if !typed_value(ui, session, &control, value_rect) {
        pen.center(top.x, top.y + 72.0, control.text.clone(), medium(12.0), T1);
    }
}

fn draw(pen: &Pen, center: Pos2, control: &Control, session: &Session, proposed: Option<f32>) {
    let angle = |normalized: f32| egui::lerp(-END..=END, normalized);
    let here = angle(control.normalized);
    let response = &control.response;
    if response.hovered() {
        pen.disc(center, 27.0, T1.gamma_multiply(0.05));
    }
    if response.has_focus() {
        pen.ring(center, 28.0, 1.5, T1);
    }
    pen.arc(center, RADIUS, (-END, END), 3.0, HAIR);
    let origin = if is_bipolar(control, session) { 0.0 } else { -END };
    if (here - origin).abs() > 0.02 {
        pen.arc(center, RADIUS, (origin, here), 3.0, T1);
    }
    if let Some(proposed) = proposed.filter(|proposed| (proposed - control.normalized).abs() > 1e-4) {
        pen.dashes(&arc_points(center, RADIUS, here, angle(proposed)), (3.5, 3.0), 3.0, PROPOSAL);
    }
    cap(pen, center);
    let pointer = direction(here);
    pen.round_path(vec![center + 7.0 * pointer, center + 13.5 * pointer], 2.2, T1);
}

/// A disc with a vertical gradient, drawn as its slices.
fn cap(pen: &Pen, center: Pos2) {
    let radius = RADIUS - 6.0;
    const NUM_SLICES: usize = 16;
    let edge = |step: usize| {
        let y = -1.0 + 2.0 * step as f32 / NUM_SLICES as f32;
        let half_width = (1.0 - y * y).max(0.0).sqrt() * radius;
        [pos2(center.x - half_width, center.y + y * radius), pos2(center.x + half_width, center.y + y * radius)]
    };
    let (left, right): (Vec<Pos2>, Vec<Pos2>) = (0..=NUM_SLICES).map(|step| edge(step).into()).unzip();
    pen.disc(center, radius, RAISED);
    pen.between_vertical(&left, &right, (HAIR, RAISED));
    pen.ring(center, radius, 1.0, CAP_EDGE);
}

/// Gains swing about zero.
fn is_bipolar(control: &Control, session: &Session) -> bool {
    let zero = session.param(&control.setting.id).map(|(_, param)| param.to_normalized(0.0));
    control.setting.unit == "dB" && zero.is_some_and(|zero| (zero - 0.5).abs() < 0.01)
}
