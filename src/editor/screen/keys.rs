//! What the keys do while nothing is being typed.

use egui::{Key, Modifiers, Ui};

use crate::assistant::Move;
use crate::assistant::findings::FindingKind;
use crate::chain::Stage;
use crate::chain::monitor::Source;
use crate::params::{Direction, MoveState};

use super::{Page, Screen};
use crate::editor::drawer::Drawer;
use crate::editor::keys::{LiveKeys, pressed};
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::widgets::is_writing;
use crate::editor::{chain_strip, compare_bar, hear, looping, proposals, references};

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
        if let Some(open) = self.waiting(scene) {
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
        let is_stage_seen = self.is_stage_seen();
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
        if let Some(kind) = self.open_note(scene).filter(|_| pressed(Key::I)) {
            session.set_intended([kind], true);
            self.proposals.open_note = None;
        }
    }

    /// Which of all these keys do something now.
    pub(super) fn live_keys(&self, session: &Session, scene: &Scene) -> LiveKeys {
        let is_noted = self.page == Page::Workbench && scene.notes().next().is_some();
        let has_step = |direction: Direction| session.params.with_saved(|saved| saved.undo.label(direction).is_some());
        LiveKeys {
            is_shown: true,
            has_stage: self.is_stage_seen(),
            has_open_move: self.waiting(scene).is_some(),
            has_moves: scene.open_moves().next().is_some(),
            has_notes: is_noted,
            has_open_note: is_noted && self.open_note(scene).is_some(),
            has_reference: scene.monitor.source == Source::Reference || !references::none_can_be_read(scene),
            can_undo: has_step(Direction::Undo),
            can_redo: has_step(Direction::Redo),
        }
    }

    fn is_stage_seen(&self) -> bool {
        self.page == Page::Workbench && self.drawer.is_none()
    }

    /// The open move, where it waits for a decision.
    fn waiting<'a>(&self, scene: &'a Scene) -> Option<&'a Move> {
        self.proposals.open_move(scene).filter(|open| scene.state_of(open) == MoveState::Open)
    }

    /// The open note. The report always has one: the first, where none was chosen.
    fn open_note(&self, scene: &Scene) -> Option<FindingKind> {
        let first = || scene.notes().next().filter(|_| self.drawer == Some(Drawer::Report)).map(|(_, note)| note.kind);
        let open = scene.notes().map(|(_, note)| note.kind).find(|kind| Some(*kind) == self.proposals.open_note);
        open.or_else(first)
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
