//! Which keys are the editor's, and which go on to the host.

use egui::{Event, Key, Modifiers, Popup, TextEdit, Ui};

use super::widgets::is_typing;

/// What keys mean at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyFocus {
    /// A text is being typed.
    pub is_writing: bool,
    /// A menu or popover is open.
    pub is_menu_open: bool,
    /// A control has the focus.
    pub has_control: bool,
    /// Something is shown or held that Escape ends: a drawer, a cover, a drag.
    pub has_way_back: bool,
    /// A band is selected that Delete takes away, whatever has the focus.
    pub can_delete: bool,
    /// Shortcuts of the screen that do something.
    pub live: LiveKeys,
}

/// Which shortcuts of the screen do something at the moment: what does nothing is the host's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveKeys {
    /// The screen is there: what it can always do.
    pub is_shown: bool,
    /// A stage is in sight, to be switched and heard alone.
    pub has_stage: bool,
    /// The open card waits for a decision.
    pub has_open_move: bool,
    /// Some card waits, to be gone to.
    pub has_moves: bool,
    /// There are notes for the mixer, to be copied.
    pub has_notes: bool,
    /// One of them is open, to be meant.
    pub has_open_note: bool,
    /// A reference can be heard, or is.
    pub has_reference: bool,
    /// There is a step back.
    pub can_undo: bool,
    /// There is a step on again.
    pub can_redo: bool,
}

impl KeyFocus {
    /// As the frame that was just drawn left it.
    pub fn of(ui: &Ui, has_way_back: bool, can_delete: bool, live: LiveKeys) -> Self {
        let focused = ui.memory(|memory| memory.focused());
        Self {
            is_writing: is_typing(ui) || focused.is_some_and(|id| TextEdit::load_state(ui.ctx(), id).is_some()),
            is_menu_open: Popup::is_any_open(ui.ctx()),
            has_control: focused.is_some(),
            has_way_back: has_way_back || ui.ctx().dragged_id().is_some(),
            can_delete,
            live,
        }
    }

    /// Whether the editor uses a key that goes down; all others are the host's. `writes` is whether it makes a character,
    /// whichever that may be.
    pub fn uses(self, key: Option<Key>, modifiers: Modifiers, writes: bool) -> bool {
        if key == Some(Key::Escape) {
            return !modifiers.any();
        }
        if self.is_writing {
            return uses_in_text(key, modifiers, writes);
        }
        let Some(key) = key else { return false };
        if modifiers.command || modifiers.ctrl {
            return !modifiers.alt && self.uses_command(key, modifiers);
        }
        if modifiers.alt {
            return false;
        }
        match key {
            Key::Tab => true,
            Key::F10 => self.has_control && modifiers.shift,
            Key::Delete => self.can_delete || self.has_control,
            Key::Enter | Key::Home | Key::End | Key::PageUp | Key::PageDown | Key::Menu => {
                self.has_control || self.is_menu_open
            }
            Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight => self.has_control || self.is_menu_open,
            _ => !self.is_menu_open && !modifiers.shift && self.live.has(key),
        }
    }

    fn uses_command(self, key: Key, modifiers: Modifiers) -> bool {
        match key {
            Key::Z => {
                if modifiers.shift {
                    self.live.can_redo
                } else {
                    self.live.can_undo
                }
            }
            Key::Y => !modifiers.shift && self.live.can_redo,
            Key::C | Key::V => self.has_control && !modifiers.shift,
            _ => self.live.is_shown && !modifiers.shift && is_digit(key),
        }
    }

    /// Whether Escape, having nothing to end, gives the keyboard back to the host.
    pub fn leaves_on_escape(self) -> bool {
        !(self.is_writing || self.is_menu_open || self.has_way_back)
    }
}

impl LiveKeys {
    /// Whether a key without Ctrl is a shortcut that does something.
    fn has(self, key: Key) -> bool {
        match key {
            Key::M | Key::D | Key::L => self.is_shown,
            Key::P | Key::S => self.has_stage,
            Key::A | Key::R | Key::H => self.has_open_move,
            Key::OpenBracket | Key::CloseBracket => self.has_moves,
            Key::C => self.has_notes,
            Key::I => self.has_open_note,
            Key::F => self.has_reference,
            _ => false,
        }
    }
}

fn is_digit(key: Key) -> bool {
    use Key::{Num0, Num1, Num2, Num3, Num4, Num5, Num6, Num7, Num8, Num9};
    matches!(key, Num0 | Num1 | Num2 | Num3 | Num4 | Num5 | Num6 | Num7 | Num8 | Num9)
}

fn uses_in_text(key: Option<Key>, modifiers: Modifiers, writes: bool) -> bool {
    let moves = matches!(
        key,
        Some(
            Key::Backspace
                | Key::Delete
                | Key::Home
                | Key::End
                | Key::ArrowUp
                | Key::ArrowDown
                | Key::ArrowLeft
                | Key::ArrowRight
        )
    );
    // Ctrl and Alt together are AltGr on some systems, and write.
    if (modifiers.command || modifiers.ctrl) && !modifiers.alt {
        return moves || matches!(key, Some(Key::A | Key::C | Key::V | Key::X | Key::Y | Key::Z));
    }
    writes || moves || matches!(key, Some(Key::Enter | Key::Tab))
}

/// Takes out of a frame what no control may see: Space, which is the host's and would press whatever has the focus, and
/// Enter of a key that is held, which would press it again and again.
pub fn tidy(ui: &Ui, focus: KeyFocus) {
    if focus.is_writing {
        return;
    }
    let is_kept = |event: &Event| {
        !matches!(event, Event::Key { key: Key::Space, .. } | Event::Key { key: Key::Enter, repeat: true, .. })
    };
    ui.input_mut(|input| input.events.retain(is_kept));
}

/// Whether a key went down: once for every press, however long it is held.
pub fn pressed(ui: &Ui, key: Key) -> bool {
    ui.input_mut(|input| {
        let is_new =
            |event: &Event| matches!(event, Event::Key { key: each, pressed: true, repeat: false, .. } if *each == key);
        let is_pressed = input.events.iter().any(is_new);
        input.consume_key(Modifiers::NONE, key) && is_pressed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Modifiers = Modifiers::NONE;
    const SHIFT: Modifiers = Modifiers::SHIFT;
    const ALT: Modifiers = Modifiers::ALT;

    const ALL: LiveKeys = LiveKeys {
        is_shown: true,
        has_stage: true,
        has_open_move: true,
        has_moves: true,
        has_notes: true,
        has_open_note: true,
        has_reference: true,
        can_undo: true,
        can_redo: true,
    };

    fn ctrl() -> Modifiers {
        Modifiers { ctrl: true, ..Modifiers::COMMAND }
    }

    #[test]
    fn space_and_what_has_no_use_here_are_the_hosts() {
        let screen = KeyFocus { live: ALL, ..Default::default() };
        let control = KeyFocus { has_control: true, ..screen };
        let menu = KeyFocus { is_menu_open: true, ..screen };
        for focus in [screen, control, menu] {
            for key in [Key::Space, Key::B, Key::Q, Key::Num1, Key::F1, Key::F10, Key::Insert, Key::Backspace] {
                assert!(!focus.uses(Some(key), NONE, true), "{focus:?} {key:?}");
            }
            for key in [Key::S, Key::O, Key::N, Key::Q, Key::Space, Key::M, Key::ArrowLeft] {
                assert!(!focus.uses(Some(key), ctrl(), true), "{focus:?} Ctrl-{key:?}");
                assert!(!focus.uses(Some(key), ALT, true), "{focus:?} Alt-{key:?}");
            }
            assert!(!focus.uses(None, NONE, false), "Shift and the like");
            assert!(!focus.uses(None, NONE, true), "a letter that egui does not know");
            assert!(!focus.uses(Some(Key::M), SHIFT, true));
        }
    }

    #[test]
    fn shortcuts_are_the_editors() {
        let focus = KeyFocus { live: ALL, ..Default::default() };
        for key in [Key::M, Key::D, Key::A, Key::R, Key::H, Key::OpenBracket, Key::Tab, Key::Escape] {
            assert!(focus.uses(Some(key), NONE, true), "{key:?}");
        }
        assert!(focus.uses(Some(Key::Tab), SHIFT, false));
        for key in [Key::Z, Key::Y, Key::Num0, Key::Num9] {
            assert!(focus.uses(Some(key), ctrl(), true), "Ctrl-{key:?}");
        }
        assert!(!focus.uses(Some(Key::Tab), ctrl(), false) && !focus.uses(Some(Key::Tab), ALT, false));
    }

    #[test]
    fn shortcuts_that_do_nothing_are_the_hosts() {
        let none = KeyFocus::default();
        for key in [Key::M, Key::A, Key::H, Key::C, Key::I, Key::F, Key::OpenBracket, Key::P] {
            assert!(!none.uses(Some(key), NONE, true), "{key:?}");
        }
        for key in [Key::Z, Key::Y, Key::Num1] {
            assert!(!none.uses(Some(key), ctrl(), true), "Ctrl-{key:?}");
        }
        let live = LiveKeys { is_shown: true, can_undo: true, ..Default::default() };
        let focus = KeyFocus { live, ..Default::default() };
        assert!(focus.uses(Some(Key::M), NONE, true) && !focus.uses(Some(Key::A), NONE, true));
        assert!(focus.uses(Some(Key::Z), ctrl(), true));
        assert!(
            !focus.uses(Some(Key::Z), Modifiers { shift: true, ..ctrl() }, true)
                && !focus.uses(Some(Key::Y), ctrl(), true)
        );
    }

    #[test]
    fn keys_that_move_need_something_to_move() {
        let keys = [Key::Enter, Key::ArrowUp, Key::ArrowLeft, Key::Home, Key::PageDown, Key::Delete];
        let control = KeyFocus { has_control: true, ..Default::default() };
        for key in keys {
            assert!(!KeyFocus::default().uses(Some(key), NONE, false), "{key:?}");
            assert!(control.uses(Some(key), NONE, false), "{key:?}");
        }
        assert!(KeyFocus { can_delete: true, ..Default::default() }.uses(Some(Key::Delete), NONE, false));
        assert!(control.uses(Some(Key::F10), SHIFT, false));
        assert!(control.uses(Some(Key::C), ctrl(), true) && !KeyFocus::default().uses(Some(Key::C), ctrl(), true));
    }

    #[test]
    fn text_takes_what_writes_and_leaves_the_hosts_commands() {
        let focus = KeyFocus { is_writing: true, has_control: true, ..Default::default() };
        for key in [Some(Key::Space), Some(Key::M), Some(Key::Num7), None] {
            assert!(focus.uses(key, NONE, true), "{key:?}");
            assert!(focus.uses(key, SHIFT, true), "{key:?}");
        }
        assert!(focus.uses(Some(Key::Backspace), NONE, false) && focus.uses(Some(Key::V), ctrl(), true));
        assert!(focus.uses(Some(Key::Q), Modifiers { alt: true, ..ctrl() }, true), "AltGr");
        assert!(!focus.uses(Some(Key::S), ctrl(), true) && !focus.uses(Some(Key::F1), NONE, false));
        assert!(!focus.uses(None, NONE, false), "Shift and the like");
    }

    #[test]
    fn escape_leaves_only_where_it_ends_nothing() {
        assert!(KeyFocus::default().leaves_on_escape());
        assert!(KeyFocus { has_control: true, ..Default::default() }.leaves_on_escape());
        for focus in [
            KeyFocus { is_writing: true, ..Default::default() },
            KeyFocus { is_menu_open: true, ..Default::default() },
            KeyFocus { has_way_back: true, ..Default::default() },
        ] {
            assert!(focus.uses(Some(Key::Escape), NONE, false) && !focus.leaves_on_escape(), "{focus:?}");
        }
    }
}
