//! The four bands side by side: on, gain history and every setting; the selected one raised, with its curve.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::chain::monitor::BandSolo;
use crate::chain::settings::NUM_SPLITS;
use crate::editor::levels::Levels;
use crate::editor::listening::band_button;
use crate::editor::panels::transfer;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{PANEL, PROPOSAL, RAISED, SEAM, T1, T2, T3, medium, regular, semibold};
use crate::editor::widgets::{control, describe, focus_ring, segments, typed_value, value_field};
use crate::editor::words;

use super::{NAMES, band_id, history, select};

/// Rows of numbers: setting and caption.
const ROWS: [(&str, &str); 7] = [
    ("threshold_dbfs", "Threshold"),
    ("ratio", "Ratio"),
    ("knee_db", "Knee"),
    ("range_db", "Range"),
    ("attack_ms", "Attack"),
    ("release_ms", "Release"),
    ("makeup_db", "Make-up"),
];
const ROW: f32 = 22.0;
/// y of the names' middle, of the history's middle, and of the first row, from the table's top.
const NAME_Y: f32 = 20.0;
const HISTORY_Y: f32 = 43.0;
const FIRST_ROW: f32 = 56.0;
/// Height of the table.
pub const HEIGHT: f32 = FIRST_ROW + ROW * ROWS.len() as f32 + 8.0;
/// Widths of the captions and of what stands beside the table.
const CAPTIONS: f32 = 74.0;
const SIDE: f32 = 196.0;

/// Draws the table.
pub fn draw(ui: &mut Ui, area: Rect, (session, scene, levels): (&Session, &Scene, &Levels), selected: usize) {
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, PANEL);
    pen.horizontal(area.left(), area.right(), area.top() + 0.5, SEAM);
    let left = area.left() + 16.0;
    pen.left(left, area.top() + HISTORY_Y + 4.0, "Gain", regular(11.0), T3);
    for (row, (_, caption)) in ROWS.into_iter().enumerate() {
        pen.left(left, area.top() + FIRST_ROW + row as f32 * ROW + 15.0, caption, regular(11.0), T3);
    }
    let first = left + CAPTIONS;
    let width = (area.right() - 16.0 - SIDE - 8.0 - first) / NUM_SPLITS as f32;
    for band_idx in 0..NUM_SPLITS {
        let column = Rect::from_min_max(
            pos2(first + band_idx as f32 * width, area.top() + 6.0),
            pos2(first + (band_idx + 1) as f32 * width - 4.0, area.bottom() - 4.0),
        );
        band(ui, column, area.top(), (session, scene, levels), (band_idx, selected));
    }
    let side = Rect::from_min_max(pos2(area.right() - 12.0 - SIDE, area.top() + 10.0), area.max - vec2(12.0, 8.0));
    beside(ui, side, (session, scene, levels), selected);
}

fn band(
    ui: &mut Ui,
    column: Rect,
    top: f32,
    (session, scene, levels): (&Session, &Scene, &Levels),
    (band_idx, selected): (usize, usize),
) {
    let is_selected = band_idx == selected;
    let is_on = scene.settings.multiband.bands[band_idx].enabled;
    if is_selected {
        Pen::of(ui).fill(column, 6.0, RAISED);
    }
    let heading =
        Rect::from_min_max(pos2(column.left(), top + NAME_Y - 12.0), pos2(column.right(), top + NAME_Y + 12.0));
    on_dot(ui, heading.with_max_x(heading.left() + 22.0), session, (band_idx, is_on));
    name(ui, heading.with_min_x(heading.left() + 20.0), (band_idx, is_selected, is_on), semibold(13.0).size);
    let listen = Rect::from_min_size(pos2(column.right() - 30.0, top + HISTORY_Y - 11.0), vec2(26.0, 22.0));
    band_button(ui, listen, session, scene, BandSolo::Multiband(band_idx));
    let lane = Rect::from_min_max(
        pos2(column.left() + 8.0, top + HISTORY_Y - 7.0),
        pos2(listen.left() - 6.0, top + HISTORY_Y + 7.0),
    );
    history(ui, lane, levels, band_idx, is_on && scene.settings.multiband.enabled);
    for (row, (parameter, _)) in ROWS.into_iter().enumerate() {
        let y = top + FIRST_ROW + row as f32 * ROW;
        let place = Rect::from_min_max(pos2(column.left() + 2.0, y), pos2(column.right() - 2.0, y + ROW));
        cell(ui, place, (session, scene), &band_id(band_idx, parameter), (is_selected, is_on));
    }
}

/// A number that is dragged, wheeled and typed in place; dashed below where a move would set another.
fn cell(ui: &mut Ui, place: Rect, (session, scene): (&Session, &Scene), id: &str, (is_selected, is_on): (bool, bool)) {
    let Some(control) = control(ui, session, id, place) else { return };
    if typed_value(ui, session, &control, place) {
        return;
    }
    let pen = Pen::of(ui);
    let is_held = control.response.hovered() || control.response.dragged();
    if is_held {
        pen.fill(place, 4.0, T1.gamma_multiply(0.06));
    }
    let face = if is_selected { medium(12.0) } else { regular(12.0) };
    let color = match (is_on, is_selected || is_held) {
        (false, _) => T3,
        (true, true) => T1,
        (true, false) => T2,
    };
    let (left, baseline) = (place.left() + 6.0, place.top() + 15.4);
    let width = pen.left(left, baseline, control.text.clone(), face, color);
    if let Some((number, wanted)) = scene.proposed(id) {
        let y = baseline + 3.5;
        pen.dashes(&[pos2(left, y), pos2(left + width, y)], (4.0, 3.0), 1.5, PROPOSAL);
        if left + width + 14.0 < place.right() {
            let center = pos2(left + width + 9.0, baseline - 4.0);
            let corners = [(0.0, -4.0), (4.0, 0.0), (0.0, 4.0), (-4.0, 0.0)].map(|(x, y)| center + vec2(x, y));
            pen.outline(corners.to_vec(), 1.25, PROPOSAL);
        }
        let name = words::name(control.setting);
        let wanted = words::value(control.setting, wanted);
        describe(ui, &control.response, || format!("{name}, {}. Proposal {number} would set {wanted}.", control.text));
    }
    focus_ring(&pen, &control.response, 3.0);
}

/// The band's name selects it.
pub fn name(ui: &mut Ui, rect: Rect, (band_idx, is_selected, is_on): (usize, bool, bool), size: f32) {
    let response = ui.interact(rect, ui.scope_id().with(("multiband band", band_idx)), Sense::click());
    let spoken = format!("Band {}", band_idx + 1);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_selected, &spoken));
    let state = if is_on { "on" } else { "off" };
    describe(ui, &response, || format!("{spoken}, {}, {state}. Click selects it.", NAMES[band_idx].to_lowercase()));
    if response.clicked() {
        select(ui, band_idx);
    }
    let pen = Pen::of(ui);
    let face = if is_selected { semibold(size) } else { medium(size) };
    let color = match (is_on, is_selected || response.hovered()) {
        (_, true) => T1,
        (true, false) => T1,
        (false, false) => T3,
    };
    pen.left(rect.left(), rect.center().y + 4.6, NAMES[band_idx], face, color);
    focus_ring(&pen, &response, 4.0);
}

/// Filled while the band works.
fn on_dot(ui: &mut Ui, rect: Rect, session: &Session, (band_idx, is_on): (usize, bool)) {
    let response = ui.interact(rect, ui.scope_id().with(("multiband on", band_idx)), Sense::click());
    let spoken = format!("Multiband band {} on", band_idx + 1);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_on, &spoken));
    describe(ui, &response, || format!("{spoken}. Off passes this band by."));
    if response.clicked() {
        session.set_once(&band_id(band_idx, "enabled"), f64::from(u8::from(!is_on)));
    }
    let pen = Pen::of(ui);
    if response.hovered() {
        pen.disc(rect.center(), 8.0, T1.gamma_multiply(0.08));
    }
    if is_on {
        pen.disc(rect.center(), 3.2, T1);
    } else {
        pen.ring(rect.center(), 3.0, 1.2, T3);
    }
    focus_ring(&pen, &response, 4.0);
}

/// The selected band's curve and direction, and what all bands share.
fn beside(ui: &mut Ui, area: Rect, (session, scene, levels): (&Session, &Scene, &Levels), selected: usize) {
    let fields_top = area.bottom() - 24.0;
    let direction_top = fields_top - 30.0;
    let side = (direction_top - 6.0 - area.top()).min(area.width());
    let square = Rect::from_min_size(pos2(area.center().x - side / 2.0, area.top()), vec2(side, side));
    transfer::draw_small(ui, square, &super::transfer(scene, levels, selected));
    let row = |top: f32| Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), 24.0));
    segments(ui, session, &band_id(selected, "direction"), row(direction_top), &[0, 1]);
    let fields = row(fields_top);
    let middle = fields.left() + 0.46 * fields.width();
    for (id, label, place) in [
        ("multiband.link_percent", "Link", fields.with_max_x(middle - 3.0)),
        ("multiband.amount_percent", "Amount", fields.with_min_x(middle + 3.0)),
    ] {
        value_field(ui, session, id, (label, place), scene.proposed(id).is_some());
    }
}
