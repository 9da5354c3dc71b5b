//! The text entry that opens in place of a value.

use egui::{Event, Id, Key, Rect, Response, TextEdit, Ui};

use crate::editor::pen::Pen;
use crate::editor::theme::{REDUCTION, T1, WELL, medium};

use super::say;

/// Which value is being typed, and the text so far.
#[derive(Clone)]
struct Typing {
    id: Id,
    text: String,
    is_fresh: bool,
    is_refused: bool,
}

fn typing_id() -> Id {
    Id::unique("editor typing")
}

/// Opens the text entry of a control.
pub fn begin_typing(ui: &Ui, response: &Response, text: String) {
    let typing = Typing { id: response.id, text, is_fresh: true, is_refused: false };
    ui.data_mut(|data| data.insert_temp(typing_id(), typing));
}

/// Whether a value is being typed somewhere.
pub fn is_typing(ui: &Ui) -> bool {
    let Some(typing) = ui.data(|data| data.get_temp::<Typing>(typing_id())) else { return false };
    let is_open = typing.is_fresh || typing.is_refused || ui.memory(|memory| memory.has_focus(typing.id.with("entry")));
    if !is_open {
        // The control is gone that it belonged to.
        ui.data_mut(|data| data.remove::<Typing>(typing_id()));
    }
    is_open
}

/// Whether keys are for a text, or for a popover that is open.
pub fn is_writing(ui: &Ui) -> bool {
    let focused = ui.memory(|memory| memory.focused());
    is_typing(ui)
        || focused.is_some_and(|id| TextEdit::load_state(ui.ctx(), id).is_some())
        || egui::Popup::is_any_open(ui.ctx())
}

/// What became of the entry in this frame.
pub enum Typed {
    /// It is not open for this control.
    Closed,
    /// It is open.
    Open,
    /// A value was entered, and it closed.
    Value(f64),
}

/// The text entry of `owner`, named `name`, while it is open. Enter takes the text, Esc does not; a text that is no
/// value keeps the entry open, and the status line says what is read.
pub fn entry(
    ui: &mut Ui,
    owner: &Response,
    (name, rect): (&str, Rect),
    parse: impl Fn(&str) -> Option<f64>,
    accepted: impl Fn() -> String,
) -> Typed {
    let Some(mut typing) = ui.data(|data| data.get_temp::<Typing>(typing_id())) else { return Typed::Closed };
    if typing.id != owner.id {
        return Typed::Closed;
    }
    let pen = Pen::of(ui);
    pen.fill(rect, 5.0, WELL);
    pen.frame(rect, 5.0, 1.5, if typing.is_refused { REDUCTION } else { T1 });
    let field = TextEdit::singleline(&mut typing.text)
        .id(owner.id.with("entry"))
        .font(medium(12.0).font_id())
        .frame(egui::Frame::NONE)
        .desired_width(rect.width() - 16.0)
        .align(egui::Align2::LEFT_CENTER)
        .hint_text(format!("{name} value"));
    let response = ui.place(rect.shrink2(egui::vec2(8.0, 3.0)), field).accessible_name(format!("Type {name}"));
    let keep = |ui: &Ui, typing: Typing| ui.data_mut(|data| data.insert_temp(typing_id(), typing));
    if std::mem::take(&mut typing.is_fresh) {
        response.request_focus();
        select_all(ui, &response, typing.text.chars().count());
        keep(ui, typing);
        return Typed::Open;
    }
    if response.changed() {
        typing.is_refused = false;
    }
    if typing.is_refused {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_invalid(egui::accesskit::Invalid::True));
        say(ui, format!("\u{201C}{}\u{201D} is not read here. {name}: {}.", typing.text.trim(), accepted()));
    } else {
        say(ui, format!("Type {name}: {}. Enter takes it, Escape leaves it.", accepted()));
    }
    let is_cancelled = ui.input(|input| input.key_pressed(Key::Escape));
    if !(response.lost_focus() || is_cancelled) {
        keep(ui, typing);
        return Typed::Open;
    }
    let value = parse(&typing.text).filter(|_| !is_cancelled);
    let is_entered = ui.input(|input| input.events.iter().any(is_enter));
    if value.is_none() && is_entered && !is_cancelled {
        // Refused: the field stays, with what was typed.
        typing.is_refused = true;
        response.request_focus();
        keep(ui, typing);
        return Typed::Open;
    }
    ui.data_mut(|data| data.remove::<Typing>(typing_id()));
    if is_cancelled || is_entered {
        owner.request_focus();
    }
    value.map_or(Typed::Open, Typed::Value)
}

fn is_enter(event: &Event) -> bool {
    matches!(event, Event::Key { key: Key::Enter, pressed: true, .. })
}

fn select_all(ui: &Ui, response: &Response, num_chars: usize) {
    let mut state = TextEdit::load_state(ui.ctx(), response.id).unwrap_or_default();
    let range = egui::text::CCursorRange::two(egui::text::CCursor::new(0), egui::text::CCursor::new(num_chars));
    state.cursor.set_char_range(Some(range));
    TextEdit::store_state(ui.ctx(), response.id, state);
}
