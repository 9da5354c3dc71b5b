//! A setting that is moved on a plot: the pointer leads it where it goes, everything else is the control's.

use egui::{Event, Id, Key, Modifiers, Pos2, Rect, Response, Sense, Ui};

use super::session::Session;
use super::widgets::{Control, control, describe, wheel_ticks};
use super::words;

/// How much slower Shift and Ctrl make the drag.
const FINE: f32 = 0.1;

/// A setting on a plot as this frame found it.
pub struct Grip {
    /// Value, keyboard, typing, name and value for screen readers.
    pub control: Control,
    /// The pointer.
    pub pointer: Response,
}

/// A grip in `rect`; a drag moves its middle, and `value_at` says what value lies under a point.
///
/// Knobs turn with the way that the pointer goes; what lies on an axis must stay under it. So the pointer is taken here
/// and hands on what the control knows better: a double-click becomes its Enter.
pub fn grip(ui: &mut Ui, session: &Session, id: &str, rect: Rect, value_at: impl Fn(Pos2) -> f64) -> Option<Grip> {
    hand_on_double_click(ui, session, id);
    let control = control(ui, session, id, rect)?;
    let pointer = lead(ui, session, id, rect, value_at)?;
    Some(Grip { control, pointer })
}

/// The pointer's half of a grip, for a setting whose control is elsewhere in the same view; drawn before that control.
pub fn handle(
    ui: &mut Ui,
    session: &Session,
    id: &str,
    rect: Rect,
    value_at: impl Fn(Pos2) -> f64,
) -> Option<Response> {
    hand_on_double_click(ui, session, id);
    lead(ui, session, id, rect, value_at)
}

fn pointer_id(ui: &Ui, id: &str) -> Id {
    ui.scope_id().with(("grip", id))
}

fn hand_on_double_click(ui: &Ui, session: &Session, id: &str) {
    if ui.ctx().read_response(pointer_id(ui, id)).is_some_and(|last| last.double_clicked())
        && let Some((setting, _)) = session.param(id)
    {
        press_enter(ui, ui.scope_id().with(&setting.id));
    }
}

fn lead(ui: &mut Ui, session: &Session, id: &str, rect: Rect, value_at: impl Fn(Pos2) -> f64) -> Option<Response> {
    let (setting, param) = session.param(id)?;
    // Keys belong to the control: this takes no focus.
    let pointer = ui.interact(rect, pointer_id(ui, id), Sense::CLICK | Sense::DRAG);
    let modifiers = ui.input(|input| input.modifiers);
    let is_fine = modifiers.shift || modifiers.command;
    if pointer.drag_started() {
        session.begin(setting);
        ui.data_mut(|data| data.insert_temp(pointer.id, rect.center()));
    }
    if pointer.dragged() && session.has_gesture(setting) {
        let moved = pointer.drag_delta() * if is_fine { FINE } else { 1.0 };
        let at = ui.data_mut(|data| {
            let at: &mut Pos2 = data.get_temp_mut_or_insert_with(pointer.id, || rect.center());
            *at += moved;
            *at
        });
        session.set(setting, value_at(at));
    }
    if pointer.drag_stopped() {
        session.end_gesture(setting);
    }
    if pointer.clicked() && (modifiers.command || modifiers.alt) {
        session.reset(id);
    } else if pointer.clicked() {
        ui.memory_mut(|memory| memory.request_focus(ui.scope_id().with(&setting.id)));
    }
    let value = setting.snap(param.to_plain(param.normalized()));
    let ticks = if pointer.hovered() { wheel_ticks(ui) } else { 0.0 };
    if ticks != 0.0 {
        let num_steps = if is_fine { 0.1 * ticks } else { ticks };
        let stepped = if setting.unit == "Hz" { value * (num_steps / 12.0).exp2() } else { value + 0.1 * num_steps };
        session.set_once(id, stepped);
    }
    describe(ui, &pointer, || {
        let (name, text) = (words::name(setting), words::value(setting, value));
        format!("{name}, {text}. Drag along the axis, Shift for fine; double-click to type.")
    });
    Some(pointer)
}

/// Gives a control the focus and Enter, which opens its text entry.
fn press_enter(ui: &Ui, control_id: Id) {
    ui.memory_mut(|memory| memory.request_focus(control_id));
    ui.input_mut(|input| {
        input.events.push(Event::Key {
            key: Key::Enter,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        });
    });
}
