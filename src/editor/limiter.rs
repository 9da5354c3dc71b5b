//! The limiter's view: gain reduction, output against the ceiling, loudness, knobs.

mod loudness;
mod plot;
mod time;

pub use time::spans;

use egui::{Rect, Ui, vec2};

use super::layout::Layout;
use super::levels::Levels;
use super::pen::Pen;
use super::scene::Scene;
use super::session::Session;
use super::theme::{PANEL, SEAM, SOFT, T3, regular};
use super::widgets::{knob, segments, value_field};

/// Heights from below: controls, loudness history.
const CONTROLS: f32 = 106.0;
const HISTORY: f32 = 76.0;

/// Draws plot, history and controls.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, levels: &Levels) {
    let area = layout.stage;
    let (controls, history) = if layout.is_compact { (44.0, 62.0) } else { (CONTROLS, HISTORY) };
    let controls = area.with_min_y(area.bottom() - controls);
    let history = Rect::from_min_max(egui::pos2(area.left(), controls.top() - history), controls.right_top());
    plot::draw(ui, area.with_max_y(history.top()), scene, levels, time::selected(ui));
    loudness::draw(ui, history, scene, levels);
    if layout.is_compact {
        fields(ui, controls, session, scene);
    } else {
        knobs(ui, controls, session, scene);
    }
}

/// One row in the compact set.
fn fields(ui: &mut Ui, area: Rect, session: &Session, scene: &Scene) {
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, PANEL);
    pen.horizontal(area.left(), area.right(), area.top() + 0.5, SEAM);
    let style_width = 180.0;
    let room = area.width() - 24.0 - 18.0 - style_width;
    let cells = [
        ("limiter.gain_db", "Gain", 0.3),
        ("limiter.ceiling_dbtp", "Ceiling", 0.39),
        ("limiter.amount_percent", "Amount", 0.31),
    ];
    let place = |x: f32, width: f32| Rect::from_min_size(area.min + vec2(x, 10.0), vec2(width, 24.0));
    let mut x = 12.0;
    for (id, label, share) in cells {
        let rect = place(x, share * room);
        x += rect.width() + 6.0;
        value_field(ui, session, id, (label, rect), scene.proposed(id).is_some());
    }
    let style = place(area.width() - 12.0 - style_width, style_width);
    segments(ui, session, "limiter.style", style, &[0, 1, 2]);
}

fn knobs(ui: &mut Ui, area: Rect, session: &Session, scene: &Scene) {
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, PANEL);
    pen.horizontal(area.left(), area.right(), area.top() + 0.5, SEAM);
    let ghost = |id: &str| {
        let (_, value) = scene.proposed(id)?;
        session.param(id).map(|(_, param)| param.to_normalized(value))
    };
    let at = |x: f32, y: f32| area.min + vec2(x, y);
    let ids = ["limiter.gain_db", "limiter.ceiling_dbtp", "limiter.amount_percent"];
    let [gain, ceiling, amount] = ids.map(ghost);
    knob(ui, session, ids[0], ("Gain", at(56.0, 22.0)), gain);
    knob(ui, session, ids[1], ("Ceiling", at(140.0, 22.0)), ceiling);
    knob(ui, session, ids[2], ("Amount", at(224.0, 22.0)), amount);
    let pen = Pen::of(ui);
    pen.vertical(area.left() + 276.5, area.top() + 14.0, area.bottom() - 14.0, SOFT);
    pen.left(at(292.0, 0.0).x, at(0.0, 32.0).y, "Style", regular(11.0), T3);
    segments(ui, session, "limiter.style", Rect::from_min_size(at(290.0, 41.0), vec2(214.0, 24.0)), &[0, 1, 2]);
    let note = match scene.settings.limiter.ceiling() {
        Some(_) => "True peak, held after dither",
        None => "No ceiling: nothing is limited",
    };
    Pen::of(ui).left(at(292.0, 0.0).x, at(0.0, 84.0).y, note, regular(11.0), T3);
}
