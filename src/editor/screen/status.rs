//! The status line: what the pointer is on, else how things stand.

use egui::{Rect, Ui, pos2};

use crate::bridge::Phase;

use super::Screen;
use crate::editor::layout::Layout;
use crate::editor::notice::spoken;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{CANVAS, SEAM, T2, T3, regular};
use crate::editor::widgets::take_description;
use crate::editor::{looping, words};

impl Screen {
    pub(super) fn status(&mut self, ui: &mut Ui, layout: &Layout, scene: &Scene) {
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
        // Taken in any case: it is of this frame alone.
        let described = take_description(ui);
        let said = looping::said(ui);
        if let Some(said) = &said {
            spoken(ui, "status", bar, said);
        }
        // An answer to what was just done goes before what the pointer, still there, is on.
        self.last_status = said.or(described).unwrap_or_else(|| resting_status(scene));
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
    if !scene.monitor.is_neutral() {
        return "Monitoring, not for export. The button beside it leaves.".to_owned();
    }
    // While it listens the verdict bar says it.
    if let Some(missed) = words::missed(scene.hearing.missed_s).filter(|_| scene.hearing.phase == Phase::Judged) {
        return format!("{missed}: the computer was busy. Listen again to have all of it heard.");
    }
    if let Some((_, judged)) = scene.verdict() {
        return judged.report.verdict.sentence.clone();
    }
    match scene.hearing.phase {
        Phase::Listening | Phase::Judging => "I have changed nothing.".to_owned(),
        _ => "I have changed nothing. Press Listen and play the song.".to_owned(),
    }
}

fn trimmed(value: f64) -> String {
    format!("{value:.1}").trim_end_matches(".0").to_owned()
}
