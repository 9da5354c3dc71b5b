//! What the keys do while nothing is being typed.

use egui::{Key, Modifiers, Ui};

use crate::chain::Stage;
use crate::chain::monitor::Source;
use crate::params::Direction;

use super::{Page, Screen};
use crate::editor::drawer::Drawer;
use crate::editor::keys::pressed;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::widgets::is_writing;
use crate::editor::{chain_strip, compare_bar, hear, looping, proposals, references};
use crate::params::MoveState;

impl Screen {
    pub(super) fn keys(&mut self, ui: &Ui, session: &Session, scene: &Scene) {
        if is_writing(ui) {
            return;
        }
        steps(ui, session);
        let pressed = |key: Key| pressed(ui, key);
        if pressed(Key::M) {
            let other = if scene.monitor.source == Source::Mix { Source::Master } else { Source::Mix };
            compare_bar::hear(session, scene, other);
        }
        if pressed(Key::D) {
            compare_bar::toggle_delta(session, scene);
        }
        if pressed(Key::F) {
            references::toggle(session, scene);
        }
        if pressed(Key::L) {
            looping::toggle(ui, session, scene, self.shown_place(scene));
        }
        if pressed(Key::OpenBracket) {
            self.proposals.step(scene, -1);
            self.follow_card(scene);
        }
        if pressed(Key::CloseBracket) {
            self.proposals.step(scene, 1);
            self.follow_card(scene);
        }
        let waiting = self.proposals.open_move(scene).filter(|open| scene.state_of(open) == MoveState::Open);
        if let Some(open) = waiting {
            if pressed(Key::A) {
                session.accept(open);
            } else if pressed(Key::R) {
                session.reject(open);
            } else if pressed(Key::H) {
                hear::toggle(session, scene, open);
            }
        }
        if self.page == Page::Cover && pressed(Key::Escape) {
            self.page = Page::Workbench;
        }
        if self.drawer.is_some() && pressed(Key::Escape) {
            self.drawer = None;
        }
        self.note_keys(ui, session, scene);
        let is_stage_seen = self.page == Page::Workbench && self.drawer.is_none();
        if is_stage_seen && pressed(Key::P) {
            let id = chain_strip::enabled_id(self.stage);
            if let Some((_, param)) = session.param(&id) {
                session.set_once(&id, if param.normalized() >= 0.5 { 0.0 } else { 1.0 });
            }
        }
        if is_stage_seen && pressed(Key::S) {
            compare_bar::toggle_solo(session, scene, self.stage);
        }
        let digits = [
            Key::Num1,
            Key::Num2,
            Key::Num3,
            Key::Num4,
            Key::Num5,
            Key::Num6,
            Key::Num7,
            Key::Num8,
            Key::Num9,
            Key::Num0,
        ];
        for (key, stage) in digits.into_iter().zip(Stage::ALL) {
            if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, key)) {
                self.select(stage);
            }
        }
    }

    /// Where in the song that holds which is open: a note, else a move.
    fn shown_place(&self, scene: &Scene) -> Option<(f64, f64)> {
        let first = || scene.notes().next().filter(|_| self.drawer == Some(Drawer::Report)).map(|(_, note)| note);
        let chosen = scene.notes().map(|(_, note)| note).find(|note| Some(note.kind) == self.proposals.open_note);
        let note = chosen.or_else(first);
        let of_move = || self.proposals.open_move(scene).and_then(looping::place_of);
        note.map(|note| (note.from_s, note.to_s)).or_else(of_move)
    }

    /// What can be done with the notes for the mixer where they are in sight.
    fn note_keys(&mut self, ui: &Ui, session: &Session, scene: &Scene) {
        if self.page == Page::Cover || scene.notes().next().is_none() {
            return;
        }
        let pressed = |key: Key| pressed(ui, key);
        if pressed(Key::C) {
            ui.ctx().copy_text(proposals::report_text(scene));
        }
        // The report always has a note open: the first, where none was chosen.
        let first = || scene.notes().next().filter(|_| self.drawer == Some(Drawer::Report)).map(|(_, note)| note.kind);
        let open = scene.notes().map(|(_, note)| note.kind).find(|kind| Some(*kind) == self.proposals.open_note);
        if let Some(kind) = open.or_else(first).filter(|_| pressed(Key::I)) {
            session.set_intended([kind], true);
            self.proposals.open_note = None;
        }
    }
}

/// Back and on again through what was changed here.
fn steps(ui: &Ui, session: &Session) {
    let both = Modifiers { shift: true, ..Modifiers::COMMAND };
    let with = |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
    // The longer shortcut first: the shorter one would take it.
    if with(both, Key::Z) || with(Modifiers::COMMAND, Key::Y) {
        session.travel(Direction::Redo);
    } else if with(Modifiers::COMMAND, Key::Z) {
        session.travel(Direction::Undo);
    }
}
