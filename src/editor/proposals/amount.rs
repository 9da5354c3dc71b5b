//! How much of a move: a slider from 0 to 150 %, 100 at two thirds.

use egui::accesskit::{Action, ActionData};
use egui::{Key, Modifiers, Rect, Response, Sense, Ui, WidgetInfo, pos2};

use crate::assistant::Move;
use crate::chain::settings::find;
use crate::editor::pen::Pen;
use crate::editor::session::Session;
use crate::editor::theme::{HAIR, PROPOSAL, RAISED, T1, T3, medium, regular};
use crate::editor::widgets::{
    Typed, Wish, begin_typing, copy_value, describe, entry, focus_ring, key_steps, value_menu, wheel_ticks,
};
use crate::editor::words;
use crate::params::MoveState;
use crate::params::tweak::{FULL_PERCENT, MAX_PERCENT, is_scaled};

use super::follow_focus;

/// A drag that comes this near to the whole move sets the whole move, percent.
const CATCH_PERCENT: f64 = 3.0;

/// Whether a move has an amount now: one that waits, or an accepted one of which is known what was before it.
pub fn is_offered(session: &Session, proposed: &Move, state: MoveState) -> bool {
    let has_scale = proposed.settings.iter().filter_map(|(id, _)| find(id)).any(is_scaled);
    has_scale
        && match state {
            MoveState::Open => true,
            MoveState::Accepted => session.knows_before(proposed),
            MoveState::Tweaked | MoveState::ByHand | MoveState::Rejected => false,
        }
}

/// Draws the slider and takes its changes.
pub fn show(ui: &mut Ui, area: Rect, session: &Session, (number, proposed, percent): (usize, &Move, f64)) {
    let baseline = area.center().y + 4.2;
    let track = Rect::from_min_max(pos2(area.left() + 56.0, area.top()), pos2(area.right() - 48.0, area.bottom()));
    let response = ui.interact(track, ui.scope_id().with("amount"), Sense::click_and_drag());
    let (left, right, y) = (track.left() + 3.0, track.right() - 3.0, track.center().y);
    let name = format!("Amount of proposal {number}");
    let shown = format!("{percent:.0} %");
    match value_menu(ui, &response, (&name, "Reset to 100 %", true)) {
        Some((Wish::Reset, _)) => session.set_amount(proposed, FULL_PERCENT),
        Some((Wish::Enter, _)) => begin_typing(ui, &response, format!("{percent:.0}")),
        Some((Wish::Copy, _)) => copy_value(ui, shown.clone()),
        Some((Wish::Paste, text)) => {
            if let Some(pasted) = text.as_deref().and_then(words::parse_percent) {
                session.set_amount(proposed, pasted);
            }
        }
        None => {}
    }
    if response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        begin_typing(ui, &response, format!("{percent:.0}"));
    }
    if response.drag_started() {
        session.begin_amount(proposed);
    }
    if let Some(wanted) = wanted(ui, &response, percent, (left, right)) {
        session.set_amount(proposed, wanted);
    }
    if response.drag_stopped() {
        session.end_amount(proposed);
    }
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), percent, &name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(format!("{percent:.0} %"));
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(MAX_PERCENT);
        node.set_numeric_value_step(1.0);
        node.add_action(Action::SetValue);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
    describe(ui, &response, || {
        format!(
            "{name}, {percent:.0} % of what the move changes. Places and times stay. Ctrl-click for the whole move, Enter to type."
        )
    });

    let pen = Pen::of(ui);
    let at = |percent: f64| egui::lerp(left..=right, (percent / MAX_PERCENT) as f32);
    pen.left(area.left(), baseline, "Amount", regular(12.0), T3);
    let place =
        Rect::from_min_max(pos2(area.right() - 44.0, area.top() + 1.0), area.right_bottom() - egui::vec2(0.0, 1.0));
    let accepted = || format!("0 to {MAX_PERCENT:.0} %, 0.5x, or a sum");
    match entry(ui, &response, (&name, place), words::parse_percent, accepted) {
        Typed::Closed => {
            number_to_type(ui, place, &response, percent);
            pen.right(area.right(), baseline, shown, medium(12.0), T1);
        }
        Typed::Open => {}
        Typed::Value(value) => session.set_amount(proposed, value),
    }
    pen.round_path(vec![pos2(left, y), pos2(right, y)], 3.0, HAIR);
    pen.round_path(vec![pos2(left, y), pos2(at(percent), y)], 3.0, PROPOSAL);
    pen.line(pos2(at(FULL_PERCENT), y - 8.0), pos2(at(FULL_PERCENT), y - 5.0), 1.0, T3);
    pen.disc(pos2(at(percent), y), 7.0, RAISED);
    pen.disc(pos2(at(percent), y), if response.hovered() { 6.0 } else { 5.5 }, T1);
    focus_ring(&pen, &response, 4.0);
    follow_focus(ui, &response);
}

/// The number beside the slider: a double click types it.
fn number_to_type(ui: &Ui, place: Rect, slider: &Response, percent: f64) {
    // Pointer only: keyboard and screen reader have the slider for it.
    let number = ui.interact(place, slider.id.with("number"), Sense::CLICK);
    if number.double_clicked() {
        begin_typing(ui, slider, format!("{percent:.0}"));
    }
}

/// The amount that pointer, wheel, keys or assistive technology ask for in this frame.
fn wanted(ui: &Ui, response: &Response, percent: f64, (left, right): (f32, f32)) -> Option<f64> {
    let modifiers = ui.input(|input| input.modifiers);
    if response.double_clicked() || (response.clicked() && (modifiers.command || modifiers.alt)) {
        return Some(FULL_PERCENT);
    }
    if response.clicked() {
        response.request_focus();
    }
    if response.clicked() || response.dragged() {
        let x = response.interact_pointer_pos()?.x;
        let at = f64::from((x - left) / (right - left)).clamp(0.0, 1.0) * MAX_PERCENT;
        return Some(if (at - FULL_PERCENT).abs() < CATCH_PERCENT { FULL_PERCENT } else { at });
    }
    let ticks = if response.hovered() { wheel_ticks(ui) } else { 0.0 };
    let (set, steps) = ui.input(|input| {
        let up = input.num_accesskit_action_requests(response.id, Action::Increment) as f64;
        let down = input.num_accesskit_action_requests(response.id, Action::Decrement) as f64;
        let set =
            input.accesskit_action_requests(response.id, Action::SetValue).find_map(|request| match &request.data {
                Some(ActionData::NumericValue(value)) => Some(*value),
                _ => None,
            });
        (set, up - down)
    });
    if set.is_some() {
        return set;
    }
    let steps = steps + 5.0 * ticks + if response.has_focus() { key_steps(ui, response) } else { 0.0 };
    if response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Home)) {
        return Some(FULL_PERCENT);
    }
    (steps != 0.0).then_some(percent + steps)
}
