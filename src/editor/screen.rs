//! The whole screen: what is where, keys, when to draw again. Knows nothing of windows.

use std::sync::Arc;
use std::time::Duration;

use egui::{Event, Key, Modifiers, Rect, Ui, pos2};

use crate::assistant::VerdictKind;
use crate::bridge::Phase;
use crate::chain::Stage;
use crate::chain::makeup_match::makeup_id;
use crate::chain::monitor::Source;
use crate::params::{Direction, Judged};

use super::chain_strip;
use super::drawer::{self, Drawer};
use super::equalizer::{self, EqualizerView};
use super::hear;
use super::layout::Layout;
use super::levels::Levels;
use super::looping;
use super::pen::Pen;
use super::preferences::apply_motion;
use super::proposals::{self, ProposalsView};
use super::references;
use super::scale::Scale;
use super::scene::{MoveState, Scene};
use super::session::Session;
use super::theme::{CANVAS, SEAM, T2, T3, regular};
use super::top_bar::{self, BriefEntry};
use super::verdict_bar::Opened;
use super::widgets::{is_writing, take_description};
use super::{compare_bar, cover, meters, song_map, stage, verdict_bar};

/// Time between frames while something moves, and while nothing does: then whatever changes asks for a frame itself (input,
/// the host's parameters, the analysis thread), and this is only for what might be forgotten.
const MOVING: Duration = Duration::from_millis(33);
const RESTING: Duration = Duration::from_secs(5);

/// What the editor remembers while it is open, and between openings.
pub struct Screen {
    stage: Stage,
    equalizer: EqualizerView,
    proposals: ProposalsView,
    brief_entry: BriefEntry,
    levels: Levels,
    page: Page,
    drawer: Option<Drawer>,
    scale: Scale,
    seen: Option<Arc<Judged>>,
    seen_phase: Phase,
    last_status: String,
    is_moving: bool,
}

/// Cover or workbench.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Cover,
    Workbench,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            stage: Stage::Equalizer,
            equalizer: EqualizerView::default(),
            proposals: ProposalsView::default(),
            brief_entry: BriefEntry::default(),
            levels: Levels::default(),
            page: Page::Workbench,
            drawer: None,
            scale: Scale::default(),
            seen: None,
            seen_phase: Phase::Idle,
            last_status: String::new(),
            is_moving: false,
        }
    }
}

impl Screen {
    /// Opens a stage.
    pub fn select(&mut self, stage: Stage) {
        self.stage = stage;
        self.page = Page::Workbench;
        self.drawer = None;
    }

    /// A window was opened: what was known of the last one counts no more.
    pub fn opened(&mut self) {
        self.scale = Scale::default();
        // The clock begins anew with every window.
        self.levels.restart_clock();
    }

    /// Draws one frame and acts on what was pressed.
    pub fn ui(&mut self, ui: &mut Ui, session: &Session) {
        self.scale.follow(ui, session);
        apply_motion(ui, session);
        let scene = Scene::read(session);
        session.end.flush_monitor_state();
        hear::follow(session, &scene);
        let now_s = ui.input(|input| input.time);
        self.levels.follow(session, &scene, now_s);
        // Nothing turns under a hand, and what is still worked out is not there yet.
        if !scene.is_busy() && ui.ctx().dragged_id().is_none() {
            self.turn_page(&scene);
        }
        self.follow_phase(&scene);
        self.keys(ui, session, &scene);

        let is_matchable = self.page == Page::Workbench && makeup_id(self.stage).is_some();
        session.end.watch(is_matchable.then_some(self.stage));

        let layout = Layout::of(ui.max_rect());
        Pen::of(ui).fill(ui.max_rect(), 0.0, CANVAS);
        top_bar::show(ui, &layout, session, &scene, &mut self.brief_entry);
        if self.page == Page::Cover {
            if cover::show(ui, &layout, session, &scene) {
                self.page = Page::Workbench;
            }
        } else {
            self.workbench(ui, &layout, session, &scene);
        }
        meters::show(ui, &layout, session, &scene, &mut self.levels);
        compare_bar::show(ui, &layout, session, &scene);
        self.status(ui, &layout, &scene);
        if !ui.input(|input| input.pointer.any_down()) && ui.ctx().dragged_id().is_none() {
            session.end_all();
        }
        session.close_step(now_s);
        self.is_moving = scene.is_playing || scene.is_busy() || self.levels.is_moving();
        ui.ctx().request_repaint_after(if self.is_moving { MOVING } else { RESTING });
    }

    /// Whether the next frame comes by itself.
    pub fn is_moving(&self) -> bool {
        self.is_moving
    }

    fn workbench(&mut self, ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene) {
        match verdict_bar::show(ui, layout, session, scene, self.drawer) {
            Some(Opened::Cover) => self.page = Page::Cover,
            Some(Opened::Drawer(drawer)) => self.drawer = (self.drawer != Some(drawer)).then_some(drawer),
            None => {}
        }
        let opened = self.proposals.open_id.clone();
        let open = self.proposals.open_number(scene);
        song_map::show(ui, layout, (session, scene, &self.levels), (open, &mut self.proposals));
        Pen::of(ui).horizontal(layout.chain.left(), layout.chain.right(), layout.song_map.bottom() + 0.5, SEAM);
        let stage = self.stage;
        chain_strip::show(ui, layout, (session, scene, &self.levels), (&mut self.stage, open));
        if self.stage != stage {
            self.drawer = None;
        }
        match self.drawer {
            Some(drawer) => {
                if drawer::show(ui, layout, (session, scene), &mut self.proposals, drawer) {
                    self.drawer = None;
                }
            }
            None => stage::show(ui, layout, (session, scene, &self.levels), self.stage, (&mut self.equalizer, open)),
        }
        if self.drawer != Some(Drawer::Report) {
            proposals::show(ui, layout, session, scene, &mut self.proposals);
        }
        if self.proposals.open_id != opened {
            // The card's stage is what one wants to see now.
            self.drawer = None;
            self.follow_card(scene);
        }
    }

    /// Stage and band of the open card.
    fn follow_card(&mut self, scene: &Scene) {
        if let Some(open) = self.proposals.open_move(scene) {
            self.stage = open.stage;
            self.equalizer.band_idx = equalizer::band_of(open).unwrap_or(self.equalizer.band_idx);
            self.equalizer.fit_move(open);
        }
    }

    /// A new verdict and a new listening bring their page; everything else is the engineer's choice.
    fn turn_page(&mut self, scene: &Scene) {
        let is_same = match (&self.seen, &scene.judged) {
            (Some(seen), Some(judged)) => Arc::ptr_eq(seen, judged),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            self.seen = scene.judged.clone();
            self.proposals.open_id = None;
            // A mix that goes back is about its first note.
            let is_sent_back = scene.verdict().is_some_and(|(kind, _)| kind == VerdictKind::SendBack);
            self.proposals.open_note = scene.notes().next().map(|(_, note)| note.kind).filter(|_| is_sent_back);
            self.drawer = is_sent_back.then_some(Drawer::Report);
            let has_cover = scene.verdict().is_some_and(|(kind, _)| proposals::has_cover(kind));
            let waits = scene.open_moves().next().is_some() || scene.moves().next().is_none();
            self.page = if has_cover && waits { Page::Cover } else { Page::Workbench };
            self.follow_card(scene);
        }
    }

    fn follow_phase(&mut self, scene: &Scene) {
        if scene.hearing.phase != self.seen_phase {
            if scene.hearing.phase == Phase::Listening {
                self.page = Page::Cover;
            } else if scene.hearing.phase == Phase::Idle && scene.judged.is_none() {
                self.page = Page::Workbench;
            }
            self.seen_phase = scene.hearing.phase;
        }
    }

    fn keys(&mut self, ui: &Ui, session: &Session, scene: &Scene) {
        if is_writing(ui) {
            return;
        }
        steps(ui, session);
        // A key that is held decides once.
        let pressed = |key: Key| {
            ui.input_mut(|input| {
                let is_new = |event: &Event| matches!(event, Event::Key { key: each, pressed: true, repeat: false, .. } if *each == key);
                let is_pressed = input.events.iter().any(is_new);
                input.consume_key(Modifiers::NONE, key) && is_pressed
            })
        };
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
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
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

    fn status(&mut self, ui: &mut Ui, layout: &Layout, scene: &Scene) {
        let bar = layout.status;
        let pen = Pen::of(ui);
        pen.fill(bar, 0.0, CANVAS);
        pen.horizontal(bar.left(), bar.right(), bar.top() + 0.5, SEAM);
        let baseline = bar.top() + 16.0;
        let rate = match scene.sample_rate_hz {
            rate_hz if rate_hz > 0.0 => format!("{} kHz", trimmed(rate_hz / 1000.0)),
            _ => "no audio yet".to_owned(),
        };
        let right = if layout.is_compact {
            rate
        } else {
            format!("Discern {}   {rate}   Nothing leaves this computer", env!("CARGO_PKG_VERSION"))
        };
        let width = pen.right(bar.right() - 16.0, baseline, right, regular(11.0), T3);
        self.last_status = take_description(ui).or_else(|| looping::said(ui)).unwrap_or_else(|| resting_status(scene));
        let room =
            Rect::from_min_max(pos2(bar.left() + 16.0, bar.top()), pos2(bar.right() - width - 32.0, bar.bottom()));
        // A long sentence keeps to its place; a screen reader has all of it.
        pen.clipped(room).left(
            room.left(),
            baseline,
            fitting(&pen, &self.last_status, room.width()),
            regular(11.0),
            T2,
        );
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

/// A text that fits, cut at the end of a clause.
fn fitting(pen: &Pen, text: &str, width: f32) -> String {
    let mut text = text;
    while pen.width(text, regular(11.0)) > width {
        // A point or a comma inside a number ends no clause.
        let ends_clause = |(at, mark): &(usize, char)| ";.,".contains(*mark) && text[at + 1..].starts_with(' ');
        match text.trim_end_matches('.').char_indices().rev().find(ends_clause) {
            Some((end, _)) if end > 0 => text = &text[..end],
            _ => break,
        }
    }
    text.to_owned()
}

fn resting_status(scene: &Scene) -> String {
    if scene.has_newer_state {
        return "This session was saved by a newer Discern. Its settings are kept, and not applied here.".to_owned();
    }
    if let Some(missed) = super::words::missed(scene.hearing.missed_s) {
        return format!("{missed}: the computer was busy. Play it again to have all of it heard.");
    }
    if !scene.monitor.is_neutral() {
        return "Monitoring, not for export. The button beside it leaves.".to_owned();
    }
    if let Some((_, judged)) = scene.verdict() {
        return judged.report.verdict.sentence.clone();
    }
    match scene.hearing.phase {
        Phase::Listening | Phase::Judging => "Nothing has been changed.".to_owned(),
        _ => "Nothing has been changed. Press Listen and play the song.".to_owned(),
    }
}

fn trimmed(value: f64) -> String {
    format!("{value:.1}").trim_end_matches(".0").to_owned()
}
