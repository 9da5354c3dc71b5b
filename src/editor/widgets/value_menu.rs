//! The menu of a value: reset, enter, copy, paste. Opened by the right button, the Menu key or Shift-F10.

use egui::{Event, Id, Key, Modifiers, Popup, RectAlign, Response, SetOpenCommand, Ui};

use crate::chain::settings::{Kind, Setting};
use crate::editor::session::Session;
use crate::editor::words;

use super::{begin_typing, menu_row};

/// What was chosen, or asked for by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Back to the value of a fresh instance.
    Reset,
    /// Type a value.
    Enter,
    /// Put the value on the clipboard.
    Copy,
    /// Take the value that was copied.
    Paste,
}

/// Where the last copied value is kept: the system's clipboard can be written at any time, but read only when it is
/// pasted by key.
fn copied_id() -> Id {
    Id::unique("editor copied value")
}

/// Text that was copied here, or is being pasted by key.
fn copied(ui: &Ui) -> Option<String> {
    ui.data(|data| data.get_temp(copied_id()))
}

/// Puts a value on the clipboard.
pub fn copy_value(ui: &Ui, text: String) {
    ui.ctx().copy_text(text.clone());
    ui.data_mut(|data| data.insert_temp(copied_id(), text));
}

/// The menu of a control named `name`; `reset` are the words for its first row. Returns what is wished, and the text
/// to paste where that is the wish.
pub fn value_menu(
    ui: &Ui,
    response: &Response,
    (name, reset, can_type): (&str, &str, bool),
) -> Option<(Wish, Option<String>)> {
    let by_key = response.has_focus()
        && ui.input_mut(|input| {
            input.consume_key(Modifiers::NONE, Key::Menu) || input.consume_key(Modifiers::SHIFT, Key::F10)
        });
    let mut wish = response.has_focus().then(|| clipboard_keys(ui)).flatten();
    let is_pressed = response.secondary_clicked();
    let command = if is_pressed || by_key {
        Some(SetOpenCommand::Bool(true))
    } else {
        response.clicked().then_some(SetOpenCommand::Bool(false))
    };
    // A control may have a list of its own: this menu is another.
    let id = response.id.with("value menu");
    let popup = Popup::menu(response).id(id).open_memory(command).align(RectAlign::BOTTOM_START).width(150.0);
    // Opened by key it stays at the control: the pointer may be anywhere, or nowhere.
    let is_at_control = ui.data_mut(|data| {
        let is_at_control: &mut bool = data.get_temp_mut_or_default(id);
        *is_at_control = by_key || (*is_at_control && !is_pressed);
        *is_at_control
    });
    let popup = if is_at_control { popup } else { popup.at_pointer_fixed() };
    let was_open = !(is_pressed || by_key);
    let has_copied = copied(ui).is_some();
    popup.accessible_name(format!("{name}, value")).show(|ui| {
        let mut rows = vec![(reset, Wish::Reset)];
        if can_type {
            rows.push(("Enter value", Wish::Enter));
        }
        rows.push(("Copy value", Wish::Copy));
        if has_copied {
            rows.push(("Paste value", Wish::Paste));
        }
        for (idx, (label, each)) in rows.into_iter().enumerate() {
            let row_id = ui.next_auto_id();
            if menu_row(ui, label, "", false) {
                wish = Some((each, None));
            }
            if idx == 0 && !was_open {
                ui.memory_mut(|memory| memory.request_focus(row_id));
            }
        }
    });
    if let Some((Wish::Paste, text @ None)) = &mut wish {
        *text = copied(ui);
    }
    wish
}

/// Ctrl-C and Ctrl-V on a control that has the focus.
fn clipboard_keys(ui: &Ui) -> Option<(Wish, Option<String>)> {
    ui.input(|input| {
        let is_paste = input.events.iter().any(|event| matches!(event, Event::Key { key: Key::V, pressed: true, .. }));
        input.events.iter().find_map(|event| match event {
            Event::Copy => Some((Wish::Copy, None)),
            Event::Paste(text) => Some((Wish::Paste, Some(text.clone()))),
            // The window's framework tells the text of the clipboard as if it were typed.
            Event::Text(text) if input.modifiers.command && is_paste => Some((Wish::Paste, Some(text.clone()))),
            _ => None,
        })
    })
}

/// The menu of a setting, and what comes of it.
pub fn setting_menu(ui: &Ui, session: &Session, setting: &'static Setting, response: &Response) {
    let Some((_, param)) = session.param(&setting.id) else { return };
    let value = param.to_plain(param.normalized());
    let is_number = matches!(setting.kind, Kind::Number { .. });
    let reset = format!("Reset to {}", words::value(setting, setting.default));
    match value_menu(ui, response, (&words::name(setting), &reset, is_number)) {
        Some((Wish::Reset, _)) => session.reset(&setting.id),
        Some((Wish::Enter, _)) => begin_typing(ui, response, setting.format(value)),
        Some((Wish::Copy, _)) => copy_value(ui, words::value(setting, setting.snap(value))),
        Some((Wish::Paste, text)) => {
            if let Some(value) = text.and_then(|text| words::parse(setting, value, &text)) {
                session.set_once(&setting.id, value);
            }
        }
        None => {}
    }
}
