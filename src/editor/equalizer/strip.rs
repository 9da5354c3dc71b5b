//! The band strip: chips, shape, channel, and the selected band's knobs.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use crate::chain::Stage;
use crate::chain::monitor::BandSolo;
use crate::chain::settings::{BandShape, NUM_BANDS};
use crate::editor::layout::Layout;
use crate::editor::listening::band_button;
use crate::editor::match_button;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{
    CANVAS, LIFT, PANEL, PROPOSAL, PROPOSAL_TEXT, SEAM, SOFT, T1, T2, T3, medium, regular, semibold,
};
use crate::editor::widgets::{Button, Kind, describe, dropdown, focus_ring, knob, push, switch, value_field};

use super::{
    EqualizerView, band_id, band_sentence, can_be_dynamic, is_cut, is_dynamic, is_narrow, is_working, proposed_move,
    reset_band,
};

const DYNAMIC_HELP: &str = "Lets the gain move by the range while the band is over its threshold.";
const STATIC_FIELDS: [(&str, &str); 3] = [("frequency_hz", "Freq"), ("gain_db", "Gain"), ("q", "Q")];
const DYNAMIC_FIELDS: [(&str, &str); 4] =
    [("threshold_db", "Thresh"), ("range_db", "Range"), ("attack_ms", "Attack"), ("release_ms", "Release")];

/// Draws the strip.
pub fn show(ui: &mut Ui, layout: &Layout, area: Rect, session: &Session, scene: &Scene, view: &mut EqualizerView) {
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, PANEL);
    pen.horizontal(area.left(), area.right(), area.top() + 0.5, SEAM);
    if is_narrow(layout) {
        compact(ui, area, session, scene, view);
    } else {
        full(ui, area, session, scene, view);
    }
}

fn full(ui: &mut Ui, area: Rect, session: &Session, scene: &Scene, view: &mut EqualizerView) {
    let at = |x: f32, y: f32| area.min + vec2(x, y);
    for band_idx in 0..NUM_BANDS {
        let place = at(16.0 + 27.0 * (band_idx % 4) as f32, 12.0 + 27.0 * (band_idx / 4) as f32);
        chip(ui, Rect::from_min_size(place, vec2(24.0, 24.0)), scene, view, band_idx);
    }
    amount(ui, session, scene, Rect::from_min_size(at(16.0, 70.0), vec2(105.0, 24.0)));
    let pen = Pen::of(ui);
    pen.vertical(area.left() + 136.5, area.top() + 14.0, area.bottom() - 14.0, SOFT);
    title(&pen, at(150.0, 40.0), scene, view.band_idx);
    let id = |parameter: &str| band_id(view.band_idx, parameter);
    dropdown(ui, session, &id("shape"), Rect::from_min_size(at(150.0, 54.0), vec2(104.0, 24.0)), CANVAS);
    dropdown(ui, session, &id("channel"), Rect::from_min_size(at(260.0, 54.0), vec2(84.0, 24.0)), CANVAS);
    let shape = scene.settings.equalizer.bands[view.band_idx].shape;
    let ghost = |parameter: &str| {
        let (_, value) = scene.proposed(&id(parameter))?;
        session.param(&id(parameter)).map(|(_, param)| param.to_normalized(value))
    };
    let x = 612.5;
    let pen = Pen::of(ui);
    pen.vertical(area.left() + x, area.top() + 14.0, area.bottom() - 14.0, SOFT);
    on_and_reset(ui, session, scene, view, [at(x + 12.0, 12.0), at(x + 12.0, 41.0)]);
    if can_be_dynamic(shape) {
        let place = Rect::from_min_size(at(x + 12.0, 70.0), vec2(78.0, 24.0));
        switch(ui, session, &id("dynamic"), ("Dynamic", place), DYNAMIC_HELP);
        if scene.settings.equalizer.bands[view.band_idx].dynamic {
            let cell = |column: usize, row: usize| {
                let corner = at(360.0 + 124.0 * column as f32, 3.0 + 25.0 * row as f32);
                Rect::from_min_size(corner, vec2(118.0, 23.0))
            };
            for (column, fields) in [&STATIC_FIELDS[..], &DYNAMIC_FIELDS[..]].into_iter().enumerate() {
                for (row, (parameter, label)) in fields.iter().enumerate() {
                    let id = id(parameter);
                    value_field(ui, session, &id, (label, cell(column, row)), scene.proposed(&id).is_some());
                }
            }
            return;
        }
    }
    let (frequency, gain, q) = (ghost("frequency_hz"), ghost("gain_db"), ghost("q"));
    knob(ui, session, &id("frequency_hz"), ("Frequency", at(404.0, 22.0)), frequency);
    match shape {
        BandShape::LowCut | BandShape::HighCut => slope(ui, session, &id("slope_db_per_octave"), at(484.0, 40.0)),
        BandShape::Notch => knob(ui, session, &id("q"), ("Q", at(484.0, 22.0)), q),
        _ => {
            knob(ui, session, &id("gain_db"), ("Gain", at(484.0, 22.0)), gain);
            knob(ui, session, &id("q"), ("Q", at(564.0, 22.0)), q);
        }
    }
}

fn slope(ui: &mut Ui, session: &Session, id: &str, at: Pos2) {
    Pen::of(ui).center(at.x + 16.0, at.y - 18.0, "Slope", regular(11.0), T3);
    dropdown(ui, session, id, Rect::from_min_size(at + vec2(-30.0, 4.0), vec2(104.0, 24.0)), CANVAS);
}

fn on_and_reset(ui: &mut Ui, session: &Session, scene: &Scene, view: &EqualizerView, at: [Pos2; 2]) {
    let is_on = scene.settings.equalizer.bands[view.band_idx].enabled;
    let name = format!("Band {} on", view.band_idx + 1);
    let on = Button::new(if is_on { "On" } else { "Off" }, Kind::Line).named(&name, &name).on(is_on);
    if push(ui, Rect::from_min_size(at[0], vec2(46.0, 24.0)), on).clicked() {
        session.set_once(&band_id(view.band_idx, "enabled"), f64::from(u8::from(!is_on)));
    }
    let listen = Rect::from_min_size(at[0] + vec2(50.0, 0.0), vec2(28.0, 24.0));
    band_button(ui, listen, session, scene, BandSolo::Equalizer(view.band_idx));
    let name = format!("Reset band {}", view.band_idx + 1);
    let reset = Button::new("Reset", Kind::Ghost).named(&name, &name);
    if push(ui, Rect::from_min_size(at[1], vec2(78.0, 24.0)), reset).clicked() {
        reset_band(session, view.band_idx);
    }
}

fn compact(ui: &mut Ui, area: Rect, session: &Session, scene: &Scene, view: &mut EqualizerView) {
    let at = |x: f32, y: f32| area.min + vec2(x, y);
    for band_idx in 0..NUM_BANDS {
        let place = at(12.0 + 25.0 * band_idx as f32, 9.0);
        chip(ui, Rect::from_min_size(place, vec2(22.0, 22.0)), scene, view, band_idx);
    }
    title(&Pen::of(ui), at(224.0, 24.5), scene, view.band_idx);
    let is_on = scene.settings.equalizer.bands[view.band_idx].enabled;
    let name = format!("Band {} on", view.band_idx + 1);
    let on = Button::new(if is_on { "On" } else { "Off" }, Kind::Line).named(&name, &name).on(is_on);
    let right = area.width() - 12.0;
    if push(ui, Rect::from_min_size(at(right - 56.0, 8.0), vec2(56.0, 24.0)), on).clicked() {
        session.set_once(&band_id(view.band_idx, "enabled"), f64::from(u8::from(!is_on)));
    }
    let listen = Rect::from_min_size(at(right - 90.0, 8.0), vec2(28.0, 24.0));
    band_button(ui, listen, session, scene, BandSolo::Equalizer(view.band_idx));
    let id = |parameter: &str| band_id(view.band_idx, parameter);
    let row = |left: f32, right: f32| Rect::from_min_max(at(left, 39.0), at(right, 63.0));
    dropdown(ui, session, &id("shape"), row(12.0, 108.0), CANVAS);
    dropdown(ui, session, &id("channel"), row(114.0, 190.0), CANVAS);
    let shape = scene.settings.equalizer.bands[view.band_idx].shape;
    let has = |parameter: &str| scene.proposed(&id(parameter)).is_some();
    let third = (right - 196.0 - 12.0) / 3.0;
    let cell = |idx: f32| row(196.0 + idx * (third + 6.0), 196.0 + idx * (third + 6.0) + third);
    value_field(ui, session, &id("frequency_hz"), ("Freq", cell(0.0)), has("frequency_hz"));
    match shape {
        BandShape::LowCut | BandShape::HighCut => dropdown(ui, session, &id("slope_db_per_octave"), cell(1.0), CANVAS),
        BandShape::Notch => value_field(ui, session, &id("q"), ("Q", cell(1.0)), has("q")),
        _ => {
            value_field(ui, session, &id("gain_db"), ("Gain", cell(1.0)), has("gain_db"));
            value_field(ui, session, &id("q"), ("Q", cell(2.0)), has("q"));
        }
    }
    let third_row = |left: f32, right: f32| Rect::from_min_max(at(left, 69.0), at(right, 93.0));
    let mut left = 12.0;
    if can_be_dynamic(shape) {
        switch(ui, session, &id("dynamic"), ("Dynamic", third_row(left, left + 84.0)), DYNAMIC_HELP);
        left += 90.0;
        if scene.settings.equalizer.bands[view.band_idx].dynamic {
            let width = (right - left + 6.0) / 4.0;
            for (idx, (parameter, label)) in DYNAMIC_FIELDS.into_iter().enumerate() {
                let x = left + idx as f32 * width;
                value_field(ui, session, &id(parameter), (label, third_row(x, x + width - 6.0)), has(parameter));
            }
            return;
        }
    }
    let [field, auto] = [third_row(left, left + 120.0), third_row(left + 126.0, left + 188.0)];
    makeup(ui, session, scene, [third_row(left + 194.0, left + 250.0), auto, field]);
    amount(ui, session, scene, third_row(left + 256.0, right));
}

/// Scale of all bands' gains.
fn amount(ui: &mut Ui, session: &Session, scene: &Scene, field: Rect) {
    let id = "equalizer.amount_percent";
    value_field(ui, session, id, ("Amount", field), scene.proposed(id).is_some());
}

/// Gain after the bands: as measured, by the bands themselves, by hand.
pub fn makeup(ui: &mut Ui, session: &Session, scene: &Scene, [matching, auto, field]: [Rect; 3]) {
    let id = "equalizer.makeup_db";
    value_field(ui, session, id, ("Make-up", field), scene.proposed(id).is_some());
    let help = "Adds the gain that keeps the loudness of average music, computed from the bands.";
    switch(ui, session, "equalizer.auto_makeup", ("Auto", auto), help);
    match_button::show(ui, matching, (session, scene), Stage::Equalizer, "Match");
}

fn title(pen: &Pen, at: Pos2, scene: &Scene, band_idx: usize) {
    let band = &scene.settings.equalizer.bands[band_idx];
    let width = pen.left(at.x, at.y, format!("Band {}", band_idx + 1), semibold(13.0), T1);
    let (status, color) = match proposed_move(scene, band_idx) {
        Some(number) => (format!("proposal {number}"), PROPOSAL_TEXT),
        None if !band.enabled => ("off".to_owned(), T3),
        None if !is_working(band) => ("does nothing at 0 dB".to_owned(), T3),
        None if is_cut(band.shape) => ("active".to_owned(), T2),
        None if is_dynamic(band) => ("dynamic".to_owned(), T2),
        None => ("active".to_owned(), T2),
    };
    pen.left(at.x + width + 8.0, at.y, status, regular(12.0), color);
}

/// Filled: works. Dashed: proposed. Outline: free.
fn chip(ui: &mut Ui, rect: Rect, scene: &Scene, view: &mut EqualizerView, band_idx: usize) {
    let band = &scene.settings.equalizer.bands[band_idx];
    let is_selected = band_idx == view.band_idx;
    let response = ui.interact(rect, ui.scope_id().with(("chip", band_idx)), Sense::click());
    let name = format!("Band {}", band_idx + 1);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_selected, &name));
    describe(ui, &response, || band_sentence(band_idx, band));
    if response.clicked() {
        view.band_idx = band_idx;
    }
    let pen = Pen::of(ui);
    let is_proposed = proposed_move(scene, band_idx).is_some();
    let color = match (is_working(band), is_proposed) {
        (true, _) => {
            pen.fill(rect, 5.0, LIFT);
            T1
        }
        (false, true) => {
            pen.dashed_frame(rect, PROPOSAL);
            T1
        }
        (false, false) => {
            pen.frame(rect, 5.0, 1.0, SOFT);
            if is_selected || response.hovered() { T1 } else { T3 }
        }
    };
    if is_selected {
        pen.frame(rect, 5.0, 1.25, T1);
    }
    pen.center(rect.center().x, rect.center().y + 4.3, (band_idx + 1).to_string(), medium(12.0), color);
    focus_ring(&pen, &response, 5.0);
}
