//! The few controls that every view is made of.

mod button;
mod choice;
mod control;
mod entry;
mod field;
mod knob;
mod value_menu;

pub use button::{Button, Kind, push};
pub use choice::{LIST_GROUND, STAYS_OPEN, dropdown, list_row, menu, menu_row, segments, switch};
pub use control::{Control, control, key_steps, typed_value, wheel_ticks};
pub use entry::{Typed, begin_typing, entry, is_typing, is_writing};
pub use field::{slider, value_field};
pub use knob::knob;
pub use value_menu::{Wish, copy_value, setting_menu, value_menu};

use egui::{Id, Response, Ui};

use super::pen::Pen;
use super::theme::T1;

/// Where the status line's text travels.
fn status_id() -> Id {
    Id::unique("editor status")
}

/// Shows `text` in the status line while the pointer is over a control or it has the focus.
pub fn describe(ui: &Ui, response: &Response, text: impl FnOnce() -> String) {
    if response.hovered() || response.dragged() || response.has_focus() {
        let is_pointed_at = response.hovered() || response.dragged();
        let text = text();
        ui.data_mut(|data| {
            // The pointer wins over the focus.
            let said: &mut Option<(bool, String)> = data.get_temp_mut_or_default(status_id());
            if is_pointed_at || said.is_none() {
                *said = Some((is_pointed_at, text));
            }
        });
    }
}

/// Shows `text` in the status line in this frame, before all else.
pub fn say(ui: &Ui, text: String) {
    ui.data_mut(|data| data.insert_temp(said_id(), text));
}

fn said_id() -> Id {
    Id::unique("editor said")
}

/// Takes what [`describe`] was given during this frame.
pub fn take_description(ui: &Ui) -> Option<String> {
    let said: Option<(bool, String)> = ui.data_mut(|data| data.remove_temp(status_id())).flatten();
    ui.data_mut(|data| data.remove_temp::<String>(said_id())).or_else(|| said.map(|(_, text)| text))
}

/// The focus ring: 1.5 px, 2 px outside.
pub fn focus_ring(pen: &Pen, response: &Response, radius: f32) {
    if response.has_focus() {
        pen.frame(response.rect.expand(3.5), radius + 3.0, 1.5, T1);
    }
}
