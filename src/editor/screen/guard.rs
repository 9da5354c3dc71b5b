//! A frame that fails: caught, noted, and a plain page in its place until the engineer tries again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use egui::{Key, OutputCommand, Rect, Ui, UiBuilder, pos2, vec2};

use super::{Page, Screen};
use crate::bridge::panic_text;
use crate::chain::Stage;
use crate::editor::equalizer;
use crate::editor::keys::{self, KeyFocus, LiveKeys};
use crate::editor::notice;
use crate::editor::pen::Pen;
use crate::editor::session::Session;
use crate::editor::theme::{CANVAS, T1, T2, regular, semibold};
use crate::editor::widgets::{Button, Kind, push};

/// Where a frame is asked to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailAt {
    /// With a part of it drawn.
    Midway,
    /// With all of it drawn.
    End,
}

/// What a frame that failed is noted as.
pub const FRAME_FAILED: &str = "The editor failed to draw";
/// Space around the plain page.
const PAD: f32 = 24.0;

impl Screen {
    /// Draws one frame and acts on what was pressed. A frame that panics is noted among the troubles, and the page that
    /// says so stays until a new screen is asked for: one that failed is likely to fail again, thirty times a second.
    pub fn ui(&mut self, ui: &mut Ui, session: &Session) {
        // By what was there when the key went down: the frame may close it.
        self.has_left = self.key_focus.leaves_on_escape() && ui.input(|input| input.key_pressed(Key::Escape));
        keys::tidy(ui, self.key_focus);
        self.guarded(ui, session);
        let has_way_back = self.failed.is_none() && (self.page == Page::Cover || self.drawer.is_some());
        let is_band_seen = self.page == Page::Workbench && self.drawer.is_none() && self.stage == Stage::Equalizer;
        let can_delete = is_band_seen && equalizer::is_selected_working(&session.params.settings(), &self.equalizer);
        self.key_focus = KeyFocus::of(ui, has_way_back, can_delete, self.live);
    }

    fn guarded(&mut self, ui: &mut Ui, session: &Session) {
        if self.failed.is_none() {
            let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.frame(ui, session))) else { return };
            let text = panic_text(panic.as_ref());
            session.params.troubles.note_fault(format!("{FRAME_FAILED}: {text}"));
            self.failed = Some(text);
            (self.is_moving, self.live) = (false, LiveKeys::default());
            // The hand on a control has nothing under it any more.
            catch_unwind(AssertUnwindSafe(|| session.end_all())).ok();
        }
        if self.plain_page(ui, session) {
            *self = Self::default();
            ui.ctx().request_repaint();
        }
    }

    /// Makes the next frame fail: how tests try what is done then.
    pub fn fail_next_frame(&mut self, at: FailAt) {
        self.fails_next = Some(at);
    }

    pub(super) fn fail_if_asked(&mut self, at: FailAt) {
        assert!(self.fails_next.take_if(|asked| *asked == at).is_none(), "a frame was asked to fail");
    }

    /// Says what failed; whether it is to be tried again.
    fn plain_page(&self, ui: &mut Ui, session: &Session) -> bool {
        // Of its own: what the failed frame has drawn is still in this one.
        let ui = &mut ui.new_child(UiBuilder::new().id_salt("failed").max_rect(ui.max_rect()));
        let pen = Pen::of(ui);
        pen.fill(ui.max_rect(), 0.0, CANVAS);
        let (left, top) = (ui.max_rect().left() + PAD, ui.max_rect().top() + PAD);
        pen.left(left, top + 18.0, "The editor failed", semibold(20.0), T1);
        let text = format!(
            "A fault in Discern stopped this window from drawing: {}. Sound and settings are not touched by it. Try again, \
             and please copy the details and send them to {}.",
            notice::shortened(self.failed.as_deref().unwrap_or_default()),
            notice::REPORT_TO
        );
        // The buttons first: however long the text is, they are in sight.
        let again = Button::new("Try again", Kind::Primary).named("Try again", "Draws the window anew.");
        let size = vec2(again.width(&pen), 28.0);
        let at = Rect::from_min_size(pos2(left, top + 36.0), size);
        let is_again = push(ui, at, again).clicked();
        let copy = Button::new("Copy details", Kind::Line);
        let at = Rect::from_min_size(pos2(at.right() + 8.0, at.top()), vec2(copy.width(&pen), 28.0));
        if push(ui, at, copy).clicked() {
            ui.output_mut(|output| output.commands.push(OutputCommand::CopyText(notice::details(session))));
        }
        let width = (ui.max_rect().width() - 2.0 * PAD).clamp(240.0, 720.0);
        let galley = pen.paragraph(&text, regular(13.0), (T2, T1), width);
        notice::spoken(ui, "failed", Rect::from_min_size(pos2(left, at.bottom() + 12.0), galley.size()), &text);
        pen.galley(pos2(left, at.bottom() + 30.0), galley);
        is_again
    }
}
