//! The whole screen: what is where, keys, when to draw again. Knows nothing of windows.

mod guard;
mod keys;
mod status;

pub use guard::{FRAME_FAILED, FailAt};

use std::sync::Arc;
use std::time::Duration;

use egui::Ui;

use crate::assistant::VerdictKind;
use crate::bridge::Phase;
use crate::chain::Stage;
use crate::chain::makeup_match::makeup_id;
use crate::params::Judged;

use super::chain_strip;
use super::drawer::{self, Drawer};
use super::equalizer::{self, EqualizerView};
use super::hear;
use super::keys::{KeyFocus, LiveKeys};
use super::layout::Layout;
use super::levels::Levels;
use super::listening::SoloWatch;
use super::notice;
use super::pen::Pen;
use super::preferences::apply_motion;
use super::proposals::{self, ProposalsView};
use super::scale::Scale;
use super::scene::Scene;
use super::session::Session;
use super::theme::{CANVAS, SEAM};
use super::top_bar::{self, BriefEntry};
use super::verdict_bar::Opened;
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
    /// What a frame failed with, until it is tried again.
    failed: Option<String>,
    fails_next: Option<FailAt>,
    live: LiveKeys,
    key_focus: KeyFocus,
    has_left: bool,
    solo_watch: SoloWatch,
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
            failed: None,
            fails_next: None,
            live: LiveKeys::default(),
            key_focus: KeyFocus::default(),
            has_left: false,
            solo_watch: SoloWatch::default(),
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
        if self.failed.is_some() {
            // Opening it again is one way to try again.
            *self = Self::default();
        }
        self.scale = Scale::default();
        // The clock begins anew with every window.
        self.levels.restart_clock();
    }

    /// Draws everything and acts on what was pressed.
    fn frame(&mut self, ui: &mut Ui, session: &Session) {
        self.scale.follow(ui, session);
        apply_motion(ui, session);
        let scene = Scene::read(session);
        session.end.flush_monitor_state();
        hear::follow(session, &scene);
        self.solo_watch.follow(session, &scene, ui.ctx().dragged_id().is_some());
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
        self.fail_if_asked(FailAt::Midway);
        meters::show(ui, &layout, session, &scene, &mut self.levels);
        compare_bar::show(ui, &layout, session, &scene);
        self.status(ui, &layout, &scene);
        notice::show(ui, &layout, session);
        self.fail_if_asked(FailAt::End);
        if !ui.input(|input| input.pointer.any_down()) && ui.ctx().dragged_id().is_none() {
            session.end_all();
        }
        session.close_step(now_s);
        self.live = self.live_keys(session, &scene);
        self.is_moving = scene.is_playing || scene.is_busy() || self.levels.is_moving();
        ui.ctx().request_repaint_after(if self.is_moving { MOVING } else { RESTING });
    }

    /// What keys mean until the next frame.
    pub fn key_focus(&self) -> KeyFocus {
        self.key_focus
    }

    /// Whether the engineer gave the keyboard back to the host in the last frame.
    pub fn has_left(&self) -> bool {
        self.has_left
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
}
