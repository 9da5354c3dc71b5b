//! Rows of knobs, switches and lists; one row of value fields after another in the compact set.

use egui::{Rect, Ui, pos2, vec2};

use crate::chain::Stage;
use crate::editor::match_button;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{PANEL, SEAM, T3, regular};
use crate::editor::widgets::{knob, segments, switch, value_field};

/// Height of a row of knobs.
const ROW: f32 = 100.0;
/// Width of a knob's cell.
const CELL: f32 = 84.0;
/// Width of a cell with words.
const WIDE_CELL: f32 = 124.0;
/// Columns and height of a row in the compact set.
const NUM_COLUMNS: usize = 4;
const COMPACT_ROW: f32 = 30.0;

/// What one control is.
enum Kind {
    Knob,
    Switch(&'static str),
    Segments(usize),
    Match(Stage),
}

/// One control of a stage.
pub struct Item {
    id: String,
    label: &'static str,
    kind: Kind,
}

impl Item {
    /// A number.
    pub fn knob(id: &str, label: &'static str) -> Self {
        Self { id: id.to_owned(), label, kind: Kind::Knob }
    }

    /// Off or on; `help` says what it does.
    pub fn switch(id: &str, label: &'static str, help: &'static str) -> Self {
        Self { id: id.to_owned(), label, kind: Kind::Switch(help) }
    }

    /// Writes the measured make-up of a stage.
    pub fn matching(stage: Stage) -> Self {
        Self { id: String::new(), label: "Match make-up", kind: Kind::Match(stage) }
    }

    /// One of few.
    pub fn segments(id: &str, label: &'static str, num_choices: usize) -> Self {
        Self { id: id.to_owned(), label, kind: Kind::Segments(num_choices) }
    }
}

/// Height that the rows take.
pub fn height(rows: &[Vec<Item>], is_compact: bool) -> f32 {
    let num_items: usize = rows.iter().map(Vec::len).sum();
    if is_compact { 12.0 + COMPACT_ROW * num_items.div_ceil(NUM_COLUMNS) as f32 } else { 6.0 + ROW * rows.len() as f32 }
}

/// Draws the rows.
pub fn draw(ui: &mut Ui, area: Rect, (session, scene): (&Session, &Scene), rows: &[Vec<Item>], is_compact: bool) {
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, PANEL);
    pen.horizontal(area.left(), area.right(), area.top() + 0.5, SEAM);
    if is_compact {
        let width = (area.width() - 24.0 + 6.0) / NUM_COLUMNS as f32;
        for (idx, item) in rows.iter().flatten().enumerate() {
            let (column, row) = ((idx % NUM_COLUMNS) as f32, (idx / NUM_COLUMNS) as f32);
            let at = area.min + vec2(12.0 + column * width, 8.0 + row * COMPACT_ROW);
            field(ui, Rect::from_min_size(at, vec2(width - 6.0, 24.0)), session, scene, item);
        }
        return;
    }
    for (idx, row) in rows.iter().enumerate() {
        let top = area.top() + 2.0 + idx as f32 * ROW;
        let mut x = area.left() + 14.0;
        // A stage that is narrower than its row moves the cells together.
        let total: f32 = row.iter().map(width_of).sum();
        let scale = ((area.width() - 14.0) / total).min(1.0);
        for item in row {
            let width = scale * width_of(item);
            let gap = if matches!(item.kind, Kind::Knob) { 0.0 } else { 8.0 };
            cell(ui, Rect::from_min_size(pos2(x, top), vec2(width - gap, ROW)), session, scene, item);
            x += width;
        }
    }
}

/// Width of an item's cell, the space after it included.
fn width_of(item: &Item) -> f32 {
    if matches!(item.kind, Kind::Knob) { CELL } else { WIDE_CELL + 8.0 }
}

fn cell(ui: &mut Ui, area: Rect, session: &Session, scene: &Scene, item: &Item) {
    let place = Rect::from_min_size(area.min + vec2(4.0, 39.0), vec2(area.width() - 8.0, 24.0));
    match item.kind {
        Kind::Knob => {
            let proposed = scene
                .proposed(&item.id)
                .and_then(|(_, value)| session.param(&item.id).map(|(_, param)| param.to_normalized(value)));
            knob(ui, session, &item.id, (item.label, pos2(area.center().x, area.top() + 20.0)), proposed);
        }
        Kind::Switch(help) => switch(ui, session, &item.id, (item.label, place), help),
        Kind::Match(stage) => match_button::show(ui, place, (session, scene), stage, item.label),
        Kind::Segments(num_choices) => {
            Pen::of(ui).left(place.left() + 2.0, area.top() + 30.0, item.label, regular(11.0), T3);
            segments(ui, session, &item.id, place, &(0..num_choices).collect::<Vec<_>>());
        }
    }
}

/// A label that leaves room for the longest value beside it.
fn short(label: &'static str) -> &'static str {
    match label {
        "Threshold" => "Thresh",
        "Crossover 1" => "Cross 1",
        "Crossover 2" => "Cross 2",
        "Crossover 3" => "Cross 3",
        "Mono below" => "Mono to",
        label => label,
    }
}

fn field(ui: &mut Ui, place: Rect, session: &Session, scene: &Scene, item: &Item) {
    match item.kind {
        Kind::Knob => {
            let label = short(item.label);
            value_field(ui, session, &item.id, (label, place), scene.proposed(&item.id).is_some());
        }
        Kind::Switch(help) => switch(ui, session, &item.id, (item.label, place), help),
        Kind::Match(stage) => match_button::show(ui, place, (session, scene), stage, item.label),
        Kind::Segments(num_choices) => {
            segments(ui, session, &item.id, place, &(0..num_choices).collect::<Vec<_>>());
        }
    }
}
