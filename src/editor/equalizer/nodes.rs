//! The nodes on the curve: drag, wheel, new, away.

use egui::{Key, Modifiers, PointerButton, Pos2, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::chain::equalizer::band_response_db;
use crate::chain::settings::{BandChannel, BandSettings, BandShape, NUM_BANDS, find};
use crate::editor::layout::between;
use crate::editor::levels::Levels;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{
    CANVAS, ON_PROPOSAL, PROPOSAL, PROPOSAL_WELL, RAISED, REDUCTION, REDUCTION_TEXT, T1, T2, WELL, regular, semibold,
};
use crate::editor::widgets::{describe, is_writing};
use crate::editor::words;

use super::plot::Graph;
use super::{
    EqualizerView, band_id, band_sentence, free_band, is_cut, is_dynamic, is_working, proposed_move, reset_band,
};

/// A node that is let go this far outside the plot is taken away.
const AWAY: f32 = 28.0;

/// Draws and moves the nodes.
pub fn show(
    ui: &mut Ui,
    graph: &Graph,
    session: &Session,
    (scene, levels): (&Scene, &Levels),
    (view, open): (&mut EqualizerView, Option<usize>),
) {
    new_band(ui, graph, session, scene, view);
    for band_idx in 0..NUM_BANDS {
        let band = &scene.settings.equalizer.bands[band_idx];
        let is_selected = band_idx == view.band_idx;
        if let Some(number) = proposed_move(scene, band_idx) {
            proposed(ui, graph, scene, (band_idx, number, open == Some(number)));
        }
        if is_dynamic(band) && band.enabled {
            stem(ui, graph, (scene, levels), band_idx);
        }
        if is_working(band) || is_selected {
            node(ui, graph, session, (scene, view), band_idx);
        }
    }
    let is_delete = !is_writing(ui) && ui.input(|input| input.key_pressed(Key::Delete));
    if is_delete && is_working(&scene.settings.equalizer.bands[view.band_idx]) {
        reset_band(session, view.band_idx);
    }
}

/// What nodes and diamonds cover: nothing that is read may lie there.
pub fn covered(graph: &Graph, scene: &Scene, (view, open): (&EqualizerView, Option<usize>)) -> Vec<Rect> {
    let of_band = |band_idx: usize| {
        let band = &scene.settings.equalizer.bands[band_idx];
        let is_there = is_working(band) || band_idx == view.band_idx;
        let node = is_there.then(|| Rect::from_center_size(place(graph, scene, band), vec2(30.0, 30.0)));
        let waiting = proposed_move(scene, band_idx).and_then(|number| {
            let (_, center) = proposed_place(graph, scene, band_idx)?;
            let size = if open == Some(number) { 34.0 } else { 24.0 };
            Some(Rect::from_center_size(center, vec2(size, size)))
        });
        node.into_iter().chain(waiting)
    };
    (0..NUM_BANDS).flat_map(of_band).collect()
}

fn new_band(ui: &mut Ui, graph: &Graph, session: &Session, scene: &Scene, view: &mut EqualizerView) {
    let response = ui.interact(graph.plot, ui.scope_id().with("equalizer ground"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "New band"));
    if response.has_focus() {
        Pen::of(ui).frame(graph.plot.shrink(2.0), 4.0, 1.5, T1);
        describe(ui, &response, || {
            "New band. Enter takes the next free one, flat at 1 kHz; its controls are below.".to_owned()
        });
    }
    let is_by_key = response.clicked() && !response.clicked_by(PointerButton::Primary);
    let place = match response.interact_pointer_pos().filter(|_| response.double_clicked()) {
        Some(pos) => Some((graph.frequency_hz(pos.x), graph.gain_db(pos.y))),
        None => is_by_key.then_some((1000.0, 0.0)),
    };
    let (Some((frequency_hz, gain_db)), Some(band_idx)) = (place, free_band(&scene.settings)) else { return };
    reset_band(session, band_idx);
    session.set_once(&band_id(band_idx, "frequency_hz"), frequency_hz);
    session.set_once(&band_id(band_idx, "gain_db"), gain_db);
    view.band_idx = band_idx;
}

/// Where a band's node is: on its gain; of shapes without one, on their curve as far as it is in sight.
fn place(graph: &Graph, scene: &Scene, band: &BandSettings) -> Pos2 {
    let gain_db = match band.shape {
        BandShape::Notch => 0.0,
        shape if is_cut(shape) && band.enabled => {
            let sample_rate_hz = if scene.sample_rate_hz > 0.0 { scene.sample_rate_hz } else { 48_000.0 };
            band_response_db(band, band.frequency_hz, sample_rate_hz)
        }
        shape if is_cut(shape) => 0.0,
        _ => band.gain_db,
    };
    let plot = graph.plot.shrink(4.0);
    let (x, y) = (graph.x(band.frequency_hz), graph.y(gain_db));
    pos2(between(x, plot.left(), plot.right()), between(y, plot.top(), plot.bottom()))
}

/// From a dynamic band's static gain to how far it may go, thin, and to where its gain is now, thick.
fn stem(ui: &Ui, graph: &Graph, (scene, levels): (&Scene, &Levels), band_idx: usize) {
    let band = &scene.settings.equalizer.bands[band_idx];
    let from = place(graph, scene, band);
    let amount = (scene.settings.equalizer.amount_percent * scene.settings.amount_percent / 1e4).min(2.0);
    let at = |change_db: f64| {
        let y = graph.y(band.gain_db + change_db);
        pos2(from.x, between(y, graph.plot.top() + 4.0, graph.plot.bottom() - 4.0))
    };
    let pen = Pen::of(ui);
    let end = at(amount * band.range_db);
    pen.dashes(&[from, end], (2.0, 3.0), 1.25, REDUCTION);
    pen.line(end - vec2(4.0, 0.0), end + vec2(4.0, 0.0), 1.5, REDUCTION);
    let now_db = levels.activity().equalizer_gains_db[band_idx];
    if scene.settings.equalizer.enabled && now_db.abs() > 0.05 {
        let now = at(now_db);
        pen.line(from, now, 3.0, REDUCTION);
        pen.disc(now, 3.0, REDUCTION_TEXT);
    }
}

fn node(ui: &mut Ui, graph: &Graph, session: &Session, (scene, view): (&Scene, &mut EqualizerView), band_idx: usize) {
    let band = scene.settings.equalizer.bands[band_idx];
    let center = place(graph, scene, &band);
    let rect = Rect::from_center_size(center, vec2(24.0, 24.0));
    let response = ui.interact(rect, ui.scope_id().with(("node", band_idx)), Sense::click_and_drag());
    let name = band_sentence(band_idx, &band);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, band_idx == view.band_idx, &name));
    describe(ui, &response, || format!("{name}. Drag to move, wheel for Q, Delete removes."));
    if response.clicked() || response.drag_started() {
        view.band_idx = band_idx;
    }
    if response.clicked() && ui.input(|input| input.modifiers.command || input.modifiers.alt) {
        session.reset(&band_id(band_idx, "gain_db"));
    }
    drag(ui, graph, session, view, (band_idx, center, &response));
    if response.hovered() {
        wheel(ui, session, band_idx, band.q);
    }

    let pen = Pen::of(ui);
    let is_selected = band_idx == view.band_idx;
    if is_selected || response.hovered() {
        pen.disc(center, 15.0, T1.gamma_multiply(0.1));
    }
    let label = (band_idx + 1).to_string();
    if is_working(&band) {
        pen.disc(center, 9.5, T1);
        pen.center(center.x, center.y + 4.0, label, semibold(11.0), CANVAS);
    } else {
        pen.disc(center, 9.5, WELL);
        pen.ring(center, 9.0, 1.25, T2);
        pen.center(center.x, center.y + 4.0, label, semibold(11.0), T1);
    }
    if band.channel != BandChannel::Stereo {
        tag(&pen, graph, center, words::label(band.channel));
    }
    if response.has_focus() {
        pen.ring(center, 13.0, 1.5, T1);
    }
}

fn tag(pen: &Pen, graph: &Graph, center: Pos2, text: &str) {
    let width = pen.width(text, regular(11.0)) + 10.0;
    let is_right = center.x + 13.0 + width < graph.plot.right();
    let rect =
        Rect::from_min_size(center + vec2(if is_right { 13.0 } else { -13.0 - width }, -20.0), vec2(width, 16.0));
    pen.fill(rect, 4.0, RAISED);
    pen.center(rect.center().x, rect.bottom() - 4.2, text, regular(11.0), T2);
}

/// Frequency and gain follow the pointer; Alt turns the drag into Q, Ctrl keeps to one axis, Shift is fine.
fn drag(
    ui: &Ui,
    graph: &Graph,
    session: &Session,
    view: &mut EqualizerView,
    (band_idx, center, response): (usize, Pos2, &egui::Response),
) {
    let setting = |parameter: &str| find(&band_id(band_idx, parameter));
    let (Some(frequency), Some(gain), Some(q)) = (setting("frequency_hz"), setting("gain_db"), setting("q")) else {
        return;
    };
    let has_gain = |session: &Session| {
        let shape = session.params.settings().equalizer.bands[band_idx].shape;
        !is_cut(shape)
    };
    if response.drag_started() {
        for setting in [frequency, gain, q] {
            session.begin(setting);
        }
        ui.data_mut(|data| data.insert_temp(response.id, (center, Vec2::ZERO)));
    }
    if response.dragged() && session.has_gesture(frequency) {
        let modifiers = ui.input(|input| input.modifiers);
        let speed = if modifiers.shift { 0.1 } else { 1.0 };
        let moved = response.drag_delta();
        let (at, total) = ui.data_mut(|data| {
            let held: &mut (Pos2, Vec2) = data.get_temp_mut_or_insert_with(response.id, || (center, Vec2::ZERO));
            if !modifiers.alt {
                held.0 += moved * speed;
            }
            held.1 += moved;
            *held
        });
        let is_across = total.x.abs() > total.y.abs();
        if modifiers.alt {
            let band_q = session.params.settings().equalizer.bands[band_idx].q;
            session.set(q, band_q * f64::from(-moved.y / 60.0).exp2());
        } else {
            if !modifiers.command || is_across {
                session.set(frequency, graph.frequency_hz(at.x));
            }
            if has_gain(session) && (!modifiers.command || !is_across) {
                let gain_db = graph.gain_db(at.y);
                session.set(gain, gain_db);
                let range_db = view.range_db;
                view.make_room(gain_db);
                if view.range_db != range_db {
                    // The same gain lies elsewhere on the wider axis; without this the drag would run away.
                    let y = Graph::new(graph.area, view.range_db).y(gain_db);
                    ui.data_mut(|data| data.insert_temp(response.id, (pos2(at.x, y), total)));
                }
            }
        }
    }
    if response.drag_stopped() {
        for setting in [frequency, gain, q] {
            session.end_gesture(setting);
        }
        let x = ui.input(|input| input.pointer.latest_pos()).map_or(center.x, |pos| pos.x);
        if x < graph.area.left() - AWAY || x > graph.area.right() + AWAY {
            reset_band(session, band_idx);
        }
    }
}

fn wheel(ui: &Ui, session: &Session, band_idx: usize, q: f64) {
    let ticks = crate::editor::widgets::wheel_ticks(ui);
    if ticks != 0.0 {
        let per_tick = if ui.input(|input| input.modifiers.contains(Modifiers::SHIFT)) { 0.02 } else { 0.15 };
        session.set_once(&band_id(band_idx, "q"), q * (ticks * per_tick).exp2());
    }
}

/// Where a band would be after the moves that wait; a dynamic one reaches from its curve to where it may go.
fn proposed_place(graph: &Graph, scene: &Scene, band_idx: usize) -> Option<(Pos2, Pos2)> {
    let settings = scene.proposed_settings(crate::chain::Stage::Equalizer)?;
    let band = &settings.equalizer.bands[band_idx];
    let still = place(graph, scene, band);
    if !is_dynamic(band) {
        return Some((still, still));
    }
    let y = between(graph.y(band.gain_db + band.range_db), graph.plot.top() + 4.0, graph.plot.bottom() - 4.0);
    Some((still, pos2(still.x, y)))
}

/// The diamond of a move that waits: where the band would be.
fn proposed(ui: &Ui, graph: &Graph, scene: &Scene, (band_idx, number, is_selected): (usize, usize, bool)) {
    let Some((still, center)) = proposed_place(graph, scene, band_idx) else { return };
    let pen = Pen::of(ui);
    if still != center {
        pen.line(still, center, 3.0, REDUCTION);
    }
    let diamond = |radius: f32| {
        [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)].map(|(x, y)| center + radius * vec2(x, y)).to_vec()
    };
    if is_selected {
        pen.polygon(diamond(17.0), PROPOSAL.gamma_multiply(0.2));
        pen.polygon(diamond(12.0), PROPOSAL);
    } else {
        pen.polygon(diamond(10.5), PROPOSAL_WELL);
        pen.outline(diamond(10.5), 1.5, PROPOSAL);
    }
    let color = if is_selected { ON_PROPOSAL } else { T1 };
    pen.center(center.x, center.y + 4.0, number.to_string(), semibold(11.0), color);
}
