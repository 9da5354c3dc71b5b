//! The selected band's settings as fields, where there is no room for a table.

use egui::{Rect, Ui, pos2, vec2};

use crate::chain::monitor::BandSolo;
use crate::chain::settings::NUM_SPLITS;
use crate::editor::levels::Levels;
use crate::editor::listening::band_button;
use crate::editor::panels::transfer;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{PANEL, RAISED, SEAM};
use crate::editor::widgets::{segments, switch, value_field};

use super::table::name;
use super::{band_id, history};

const ROW: f32 = 28.0;
/// Height of names and fields.
pub const HEIGHT: f32 = 10.0 + 5.0 * ROW;
/// Side of the curve.
const SQUARE: f32 = 112.0;
const NUM_COLUMNS: usize = 3;

/// Draws names, fields and the curve.
pub fn draw(ui: &mut Ui, area: Rect, (session, scene, levels): (&Session, &Scene, &Levels), selected: usize) {
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, PANEL);
    pen.horizontal(area.left(), area.right(), area.top() + 0.5, SEAM);
    let inner = Rect::from_min_max(area.min + vec2(12.0, 7.0), area.max - vec2(12.0, 3.0));
    let quarter = inner.width() / NUM_SPLITS as f32;
    for band_idx in 0..NUM_SPLITS {
        let place = Rect::from_min_size(inner.min + vec2(band_idx as f32 * quarter, 0.0), vec2(quarter - 4.0, 24.0));
        let is_on = scene.settings.multiband.bands[band_idx].enabled;
        let is_selected = band_idx == selected;
        if is_selected {
            Pen::of(ui).fill(place, 5.0, RAISED);
        }
        let listen = place.with_min_x(place.right() - 28.0).shrink(1.0);
        name(
            ui,
            Rect::from_min_max(place.min + vec2(6.0, 0.0), pos2(listen.left() - 2.0, place.bottom())),
            (band_idx, is_selected, is_on),
            12.0,
        );
        band_button(ui, listen, session, scene, BandSolo::Multiband(band_idx));
    }
    let square = Rect::from_min_size(pos2(inner.right() - SQUARE, inner.top() + ROW), vec2(SQUARE, 4.0 * ROW - 4.0));
    let side = square.height().min(square.width());
    transfer::draw_small(
        ui,
        Rect::from_min_size(square.min, vec2(side, side)),
        &super::transfer(scene, levels, selected),
    );
    let width = (square.left() - 6.0 - inner.left()) / NUM_COLUMNS as f32;
    let cell = |idx: usize| {
        let at = vec2((idx % NUM_COLUMNS) as f32 * width, ROW + (idx / NUM_COLUMNS) as f32 * ROW);
        Rect::from_min_size(inner.min + at, vec2(width - 6.0, 24.0))
    };
    let fields = [
        (band_id(selected, "threshold_dbfs"), "Thresh"),
        (band_id(selected, "ratio"), "Ratio"),
        (band_id(selected, "knee_db"), "Knee"),
        (band_id(selected, "range_db"), "Range"),
        (band_id(selected, "attack_ms"), "Attack"),
        (band_id(selected, "release_ms"), "Release"),
        (band_id(selected, "makeup_db"), "Make-up"),
        ("multiband.link_percent".to_owned(), "Stereo link"),
        ("multiband.amount_percent".to_owned(), "Amount"),
    ];
    for (idx, (id, label)) in fields.iter().enumerate() {
        value_field(ui, session, id, (label, cell(idx)), scene.proposed(id).is_some());
    }
    segments(ui, session, &band_id(selected, "direction"), cell(9), &[0, 1]);
    switch(ui, session, &band_id(selected, "enabled"), ("Band on", cell(10)), "Off passes this band by.");
    let is_on = scene.settings.multiband.enabled && scene.settings.multiband.bands[selected].enabled;
    history(ui, cell(11).shrink2(vec2(0.0, 4.0)), levels, selected, is_on);
}
