//! Everything that pointer, keyboard and screen reader do to a setting; the caller draws it.

use egui::accesskit::{Action, ActionData};
use egui::{Event, EventFilter, Key, Modifiers, Rect, Response, Sense, Ui, WidgetInfo};

use crate::chain::settings::{Kind, Setting};
use crate::editor::session::Session;
use crate::editor::words;

use super::{Typed, begin_typing, describe, entry, setting_menu};
use crate::editor::layout::between;

/// Travel of the pointer, in points, that takes a control through its whole range.
const TRAVEL: f32 = 220.0;
/// How much slower Shift and Ctrl make it.
const FINE: f32 = 0.1;

/// A setting as this frame found it.
pub struct Control {
    /// Which.
    pub setting: &'static Setting,
    /// 0–1.
    pub normalized: f32,
    /// The value as shown.
    pub text: String,
    /// Pointer and focus.
    pub response: Response,
    name: String,
}

/// Where a drag began and how far it went, normalized.
#[derive(Clone, Copy, Default)]
struct Drag {
    start: f32,
    travelled: f32,
}

/// Lets a number be changed inside `rect`: drag, wheel, keys, reset, typing. `id` is one of the table.
pub fn control(ui: &mut Ui, session: &Session, id: &str, rect: Rect) -> Option<Control> {
    let (setting, param) = session.param(id)?;
    let widget_id = ui.scope_id().with(&setting.id);
    let response = ui.interact(rect, widget_id, Sense::click_and_drag());
    let modifiers = ui.input(|input| input.modifiers);
    let is_fine = modifiers.shift || modifiers.command;

    drag(ui, session, setting, &response, is_fine);
    if response.clicked() && (modifiers.command || modifiers.alt) {
        session.reset(id);
    } else if response.double_clicked() {
        begin_typing(ui, &response, setting.format(param.to_plain(param.normalized())));
    } else if response.clicked() {
        response.request_focus();
    }
    if response.hovered() {
        let ticks = wheel_ticks(ui);
        if ticks != 0.0 {
            session.nudge(id, nudged(setting, param.to_plain(param.normalized()), ticks, is_fine));
        }
    }
    if response.has_focus() {
        keys(ui, session, setting, &response);
    }
    setting_menu(ui, session, setting, &response);
    spoken(ui, session, setting, &response);

    let value = setting.snap(param.to_plain(param.normalized()));
    let name = words::name(setting);
    let text = words::value(setting, value);
    tell(ui, setting, &response, (&name, &text, value));
    describe(ui, &response, || {
        format!(
            "{name}, {text}. Drag vertically, Shift for fine; double-click to type, Ctrl-click to reset, right-click for more."
        )
    });
    Some(Control { setting, normalized: param.normalized(), text, response, name })
}

fn drag(ui: &Ui, session: &Session, setting: &'static Setting, response: &Response, is_fine: bool) {
    let Some((_, param)) = session.param(&setting.id) else { return };
    if response.drag_started() {
        session.begin(setting);
        ui.data_mut(|data| data.insert_temp(response.id, Drag { start: param.normalized(), travelled: 0.0 }));
    }
    if response.dragged() && session.has_gesture(setting) {
        let speed = if is_fine { FINE } else { 1.0 };
        // Read before the data is locked: the response asks the same context.
        let moved = response.drag_delta().y * speed / TRAVEL;
        let drag = ui.data_mut(|data| {
            let drag: &mut Drag = data.get_temp_mut_or_default(response.id);
            drag.travelled -= moved;
            // Past an end the pointer's way back must act at once.
            drag.travelled = between(drag.travelled, -drag.start, 1.0 - drag.start);
            *drag
        });
        session.set(setting, param.to_plain(drag.start + drag.travelled));
    }
    if response.drag_stopped() {
        session.end_gesture(setting);
    }
}

/// Wheel movement of this frame in ticks.
pub fn wheel_ticks(ui: &Ui) -> f64 {
    ui.input(|input| {
        let ticks = input.events.iter().filter_map(|event| match event {
            Event::MouseWheel { unit: egui::MouseWheelUnit::Point, delta, .. } => Some((delta.x + delta.y) / 40.0),
            Event::MouseWheel { delta, .. } => Some(delta.x + delta.y),
            _ => None,
        });
        f64::from(ticks.sum::<f32>())
    })
}

/// The value `num_steps` further: ratios in twelfths of an octave, decibels in tenths, percent in ones.
fn nudged(setting: &Setting, value: f64, num_steps: f64, is_fine: bool) -> f64 {
    let num_steps = if is_fine { num_steps * 0.1 } else { num_steps };
    match setting.kind {
        Kind::Number { is_log: true, .. } => value * (num_steps / 12.0).exp2(),
        Kind::Number { .. } if setting.unit == "%" => value + num_steps,
        Kind::Number { .. } => value + num_steps * 0.1,
        Kind::Toggle | Kind::Choice(_) => value + num_steps.signum(),
    }
}

/// Steps that the arrow and page keys ask for, while a control has the focus.
pub fn key_steps(ui: &Ui, response: &Response) -> f64 {
    let arrows = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let keys = [
        (Key::ArrowUp, 1.0),
        (Key::ArrowRight, 1.0),
        (Key::ArrowDown, -1.0),
        (Key::ArrowLeft, -1.0),
        (Key::PageUp, 10.0),
        (Key::PageDown, -10.0),
    ];
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    keys.into_iter().filter(|(key, _)| pressed(*key)).map(|(_, steps)| steps).sum()
}

fn keys(ui: &Ui, session: &Session, setting: &'static Setting, response: &Response) {
    let Some((_, param)) = session.param(&setting.id) else { return };
    let value = param.to_plain(param.normalized());
    let num_steps = key_steps(ui, response);
    if num_steps != 0.0 {
        session.nudge(&setting.id, nudged(setting, value, num_steps, false));
    }
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Home) {
        session.reset(&setting.id);
    }
    if pressed(Key::Enter) {
        begin_typing(ui, response, setting.format(value));
    }
}

/// Actions of assistive technology.
fn spoken(ui: &Ui, session: &Session, setting: &'static Setting, response: &Response) {
    let Some((_, param)) = session.param(&setting.id) else { return };
    let (num_steps, wanted) = ui.input(|input| {
        let up = input.num_accesskit_action_requests(response.id, Action::Increment) as f64;
        let down = input.num_accesskit_action_requests(response.id, Action::Decrement) as f64;
        let wanted =
            input.accesskit_action_requests(response.id, Action::SetValue).find_map(|request| match &request.data {
                Some(ActionData::NumericValue(value)) => Some(*value),
                Some(ActionData::Value(text)) => words::parse(setting, setting.default, text),
                _ => None,
            });
        (up - down, wanted)
    });
    if let Some(value) = wanted {
        session.set_once(&setting.id, value);
    } else if num_steps != 0.0 {
        session.nudge(&setting.id, nudged(setting, param.to_plain(param.normalized()), num_steps, false));
    }
}

fn tell(ui: &Ui, setting: &Setting, response: &Response, (name, text, value): (&str, &str, f64)) {
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), value, name));
    let Kind::Number { min, max, .. } = setting.kind else { return };
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(text.to_owned());
        node.set_min_numeric_value(min);
        node.set_max_numeric_value(max);
        node.set_numeric_value_step((nudged(setting, value, 1.0, false) - value).abs());
        node.add_action(Action::SetValue);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
}

/// The text entry in place of a control's value, while it is open.
pub fn typed_value(ui: &mut Ui, session: &Session, control: &Control, rect: Rect) -> bool {
    let setting = control.setting;
    let now = session.params.plain(&setting.id).unwrap_or(setting.default);
    let parse = |text: &str| words::parse(setting, now, text);
    match entry(ui, &control.response, (&control.name, rect), parse, || words::accepted(setting)) {
        Typed::Closed => return false,
        Typed::Open => {}
        Typed::Value(value) => session.set_once(&setting.id, value),
    }
    true
}
