//! The tick at the song's end: where the host does not tell how long the song is, the engineer does.

use std::time::Duration;

use egui::accesskit::{Action, ActionData};
use egui::{Key, Modifiers, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::bridge::{Phase, Request};
use crate::editor::layout::between;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{CANVAS, RAISED, T1, T3, medium};
use crate::editor::widgets::{Typed, begin_typing, describe, entry, focus_ring, key_steps};
use crate::editor::words;

use super::marks::Places;

/// Width of what can be taken hold of.
const WIDTH: f32 = 22.0;
/// The shortest and the longest song, seconds.
const SHORTEST_S: f64 = 1.0;
const LONGEST_S: f64 = 3.0 * 3600.0;
/// How much slower Shift and Ctrl make the drag.
const FINE: f64 = 0.1;
/// What was asked for is shown until the analysis thread has answered, or this long, seconds.
const ANSWER_S: f64 = 0.3;

/// The song's place as it was asked for; `None` without a mark.
type Extent = Option<(f64, f64)>;

/// What the tick remembers between frames.
#[derive(Clone, Copy, Default)]
struct Held {
    /// Where a drag is, seconds, and how many seconds a point of it is.
    drag: Option<(f64, f64)>,
    /// What was asked for, and when.
    asked: Option<(Extent, f64)>,
}

/// Draws the tick, shades what lies beyond it, and takes its changes.
pub fn show(ui: &mut Ui, places: &Places, session: &Session, scene: &Scene) {
    let id = ui.scope_id().with("song end");
    let now_s = ui.input(|input| input.time);
    let mut held: Held = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    held.asked = held.asked.filter(|(extent, at_s)| *extent != scene.hearing.extent_s && now_s - at_s < ANSWER_S);
    let extent = held.asked.map_or(scene.hearing.extent_s, |(extent, _)| extent);
    let start_s =
        extent.map_or_else(|| scene.blocks().first().map_or(0.0, |block| block.start_s), |(start_s, _)| start_s);
    let end_s = extent.map_or(places.duration_s, |(_, end_s)| end_s);
    let end_s = held.drag.map_or(end_s, |(at_s, _)| at_s);

    let x = places.x(end_s);
    let place = Rect::from_center_size(pos2(x, places.plot.center().y), vec2(WIDTH, places.plot.height()));
    let response = ui.interact(place, id, Sense::click_and_drag());
    let limits = (start_s + SHORTEST_S, start_s + LONGEST_S);
    let mut wanted = drag(ui, &response, &mut held, (places, end_s), limits);
    if wanted.is_none() {
        wanted = pressed(ui, &response, end_s);
    }
    let label =
        Rect::from_min_size(pos2((x - 64.0).max(places.plot.left()), places.plot.top() + 4.0), vec2(60.0, 22.0));
    let accepted = || "minutes and seconds, 3:51, or seconds".to_owned();
    if let Typed::Value(value_s) = entry(ui, &response, ("Song end", label), parse, accepted) {
        wanted = Some(Some(value_s));
    }
    if let Some(wanted) = wanted {
        let tenths = |value_s: f64| (between(value_s, limits.0, limits.1) * 10.0).round() / 10.0;
        let asked = wanted.map(|end_s| (start_s, tenths(end_s)));
        session.end.request(Request::Extent(asked));
        held.asked = Some((asked, now_s));
        // Nothing else asks for a frame while the transport stands.
        ui.ctx().request_repaint_after(Duration::from_secs_f64(ANSWER_S / 3.0));
    }
    ui.data_mut(|data| data.insert_temp(id, held));
    tell(ui, &response, (end_s, extent.is_some()), limits, scene);
    draw(ui, places, &response, (x, end_s, extent.is_some(), held.drag.is_some()));
}

/// Where the end is dragged to; asked for once, when it is let go: a listening ends as soon as all up to there was heard.
fn drag(
    ui: &Ui,
    response: &Response,
    held: &mut Held,
    (places, end_s): (&Places, f64),
    limits: (f64, f64),
) -> Option<Option<f64>> {
    if response.drag_started() {
        held.drag = Some((end_s, places.duration_s / f64::from(places.plot.width())));
    }
    let modifiers = ui.input(|input| input.modifiers);
    if let Some((at_s, per_point)) = held.drag.as_mut().filter(|_| response.dragged()) {
        let speed = if modifiers.shift || modifiers.command { FINE } else { 1.0 };
        *at_s = between(*at_s + f64::from(response.drag_delta().x) * *per_point * speed, limits.0, limits.1);
    }
    let is_cancelled = ui.input(|input| input.key_pressed(Key::Escape));
    if response.drag_stopped() && !is_cancelled {
        return held.drag.take().map(|(at_s, _)| Some(at_s));
    }
    if is_cancelled || !response.dragged() {
        held.drag = None;
    }
    None
}

/// What keys, clicks and assistive technology ask for; `Some(None)` takes the mark away.
fn pressed(ui: &Ui, response: &Response, end_s: f64) -> Option<Option<f64>> {
    let modifiers = ui.input(|input| input.modifiers);
    if response.double_clicked() || (response.clicked() && (modifiers.command || modifiers.alt)) {
        return Some(None);
    }
    if response.clicked() {
        response.request_focus();
    }
    let (set_s, mut steps) = ui.input(|input| {
        let up = input.num_accesskit_action_requests(response.id, Action::Increment) as f64;
        let down = input.num_accesskit_action_requests(response.id, Action::Decrement) as f64;
        let set =
            input.accesskit_action_requests(response.id, Action::SetValue).find_map(|request| match &request.data {
                Some(ActionData::NumericValue(value)) => Some(*value),
                Some(ActionData::Value(text)) => parse(text),
                _ => None,
            });
        (set, up - down)
    });
    if response.has_focus() {
        steps += key_steps(ui, response);
        let is_pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if is_pressed(Key::Home) {
            return Some(None);
        }
        if is_pressed(Key::Enter) {
            begin_typing(ui, response, words::time(end_s));
        }
    }
    set_s.map(Some).or((steps != 0.0).then_some(Some(end_s + steps)))
}

/// `3:51`, `1:02:03`, or seconds.
fn parse(text: &str) -> Option<f64> {
    let parts = text.trim().trim_end_matches('s').trim().split(':');
    let seconds = parts.map(|part| part.trim().replace(',', ".").parse::<f64>().ok().filter(|part| *part >= 0.0));
    seconds.reduce(|total, part| Some(60.0 * total? + part?)).flatten().filter(|seconds| seconds.is_finite())
}

/// What a changed end does now.
fn consequence(scene: &Scene) -> &'static str {
    match scene.hearing.phase {
        Phase::Listening => "I stop listening by myself once all up to it was heard.",
        Phase::Judging | Phase::Judged => "I judge again with it; what was heard beyond it stays measured.",
        Phase::Idle => "It counts from the next listening on.",
    }
}

fn tell(ui: &Ui, response: &Response, (end_s, is_marked): (f64, bool), limits: (f64, f64), scene: &Scene) {
    let mark = if is_marked { "marked by you" } else { "as far as known" };
    let value = format!("{}, {mark}", words::time(end_s));
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), end_s, "Song end"));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(value.clone());
        node.set_min_numeric_value(limits.0);
        node.set_max_numeric_value(limits.1);
        node.set_numeric_value_step(1.0);
        node.add_action(Action::SetValue);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
    describe(ui, response, || {
        let away = if is_marked { "; double-click takes the mark away" } else { "" };
        format!("Song end, {value}. Drag or arrows mark it, Enter to type{away}. {}", consequence(scene))
    });
}

fn draw(ui: &Ui, places: &Places, response: &Response, (x, end_s, is_marked, is_dragged): (f32, f64, bool, bool)) {
    let pen = Pen::of(ui);
    let plot = places.plot;
    if x < plot.right() - 0.5 {
        pen.fill(plot.with_min_x(x), 0.0, CANVAS.gamma_multiply(0.72));
    }
    let is_lit = response.hovered() || is_dragged || response.has_focus();
    let color = if is_lit || is_marked { T1 } else { T3 };
    pen.line(pos2(x, plot.top() - 1.0), pos2(x, plot.bottom() + 3.0), if is_marked { 1.5 } else { 1.0 }, color);
    let grip = Rect::from_center_size(pos2(x - 2.0, plot.bottom() - 6.0), vec2(4.0, 12.0));
    pen.fill(grip, 1.0, color);
    if is_dragged {
        let text = words::time(end_s);
        let width = pen.width(text.clone(), medium(11.0)) + 10.0;
        let left = (x - width - 5.0).max(plot.left());
        let label = Rect::from_min_size(pos2(left, plot.top() + 4.0), vec2(width, 17.0));
        pen.fill(label, 4.0, RAISED);
        pen.center(label.center().x, label.bottom() - 4.5, text, medium(11.0), T1);
    }
    focus_ring(&pen, response, 2.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_read_as_clocks_and_as_seconds() {
        assert_eq!(parse("3:51"), Some(231.0));
        assert_eq!(parse(" 3:51.5 "), Some(231.5));
        assert_eq!(parse("1:02:03"), Some(3723.0));
        assert_eq!(parse("90 s"), Some(90.0));
        assert_eq!(parse("90"), Some(90.0));
        for text in ["", "x", "3:", "-3", "3:-1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
