//! How much time the limiter's plot shows: ten seconds, thirty, or the song as far as it was played.

use egui::{Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::editor::levels::Levels;
use crate::editor::pen::Pen;
use crate::editor::played::{Over, Slice};
use crate::editor::scene::Scene;
use crate::editor::theme::{CANVAS, LIFT, T1, T3, medium, regular};
use crate::editor::widgets::{describe, focus_ring};
use crate::editor::words;

/// What the time axis spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// The last ten seconds of playing.
    #[default]
    Ten,
    /// The last thirty.
    Thirty,
    /// The whole song.
    Song,
}

impl Span {
    const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::Ten, "10 s", "Show 10 s"), (Self::Thirty, "30 s", "Show 30 s"), (Self::Song, "Song", "Show the song")];

    /// Length of a scrolling span.
    pub fn seconds(self) -> f64 {
        if self == Self::Thirty { 30.0 } else { 10.0 }
    }
}

fn id() -> Id {
    Id::unique("limiter span")
}

/// The span that is shown.
pub fn selected(ui: &Ui) -> Span {
    ui.data(|data| data.get_temp(id())).unwrap_or_default()
}

/// The choice of spans.
pub fn spans(ui: &mut Ui, area: Rect) {
    Pen::of(ui).fill(area, 5.0, CANVAS);
    let width = area.width() / Span::ALL.len() as f32;
    for (idx, (span, label, spoken)) in Span::ALL.into_iter().enumerate() {
        let cell = Rect::from_min_size(pos2(area.left() + idx as f32 * width, area.top()), vec2(width, area.height()));
        let is_selected = selected(ui) == span;
        let response = ui.interact(cell, ui.scope_id().with(("limiter span", label)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_selected, spoken));
        describe(ui, &response, || match span {
            Span::Song => "Shows the song as far as it was played, by the second.".to_owned(),
            _ => format!("Shows the last {} s of playing.", words::decimals(span.seconds(), 0)),
        });
        if response.clicked() {
            ui.data_mut(|data| data.insert_temp(id(), span));
        }
        let pen = Pen::of(ui);
        if is_selected {
            pen.fill(cell.shrink(2.0), 4.0, LIFT);
        }
        let face = if is_selected { medium(12.0) } else { regular(12.0) };
        let color = if is_selected || response.hovered() { T1 } else { T3 };
        pen.center(cell.center().x, cell.center().y + 4.2, label, face, color);
        focus_ring(&pen, &response, 4.0);
    }
}

/// The time axis of one frame.
pub struct Time {
    span: Span,
    from_s: f64,
    to_s: f64,
}

impl Time {
    /// The axis of a span: of the song its length as far as known.
    pub fn new(scene: &Scene, levels: &Levels, span: Span) -> Self {
        let (from_s, to_s) = match span {
            Span::Song => (0.0, scene.map_end_s().max(levels.played.song.len() as f64).max(10.0)),
            span => (levels.time_s - span.seconds(), levels.time_s),
        };
        Self { span, from_s, to_s }
    }

    /// x of a moment.
    pub fn x(&self, plot: Rect, time_s: f64) -> f32 {
        egui::lerp(plot.x_range(), ((time_s - self.from_s) / (self.to_s - self.from_s)) as f32)
    }

    /// Where an over stands on this axis, if it does.
    pub fn of(&self, over: &Over) -> Option<f64> {
        let time_s = if self.span == Span::Song { over.position_s? } else { over.time_s };
        (self.from_s..=self.to_s).contains(&time_s).then_some(time_s)
    }

    /// What was played within the span.
    pub fn slices<'a>(&self, levels: &'a Levels) -> impl Iterator<Item = &'a Slice> + use<'a> {
        let from_s = self.from_s;
        let (recent, song) = match self.span {
            Span::Song => (None, Some(levels.played.song.iter().flatten())),
            _ => (Some(levels.played.recent.iter().filter(move |slice| slice.time_s >= from_s)), None),
        };
        recent.into_iter().flatten().chain(song.into_iter().flatten())
    }

    /// Connected stretches of at least two slices, the highest of each column of pixels; `x` places a slice.
    pub fn runs(&self, levels: &Levels, x: impl Fn(&Slice) -> f32) -> Vec<Vec<Slice>> {
        let gap_s = if self.span == Span::Song { 1.5 } else { f64::INFINITY };
        let mut runs: Vec<Vec<Slice>> = Vec::new();
        for slice in self.slices(levels) {
            match runs.last_mut().and_then(|run| run.last_mut()) {
                Some(last) if x(slice) - x(last) < 1.0 => {
                    last.output_db = last.output_db.max(slice.output_db);
                    last.reduction_db = last.reduction_db.max(slice.reduction_db);
                }
                Some(last) if slice.time_s - last.time_s <= gap_s => {
                    if let Some(run) = runs.last_mut() {
                        run.push(*slice);
                    }
                }
                _ => runs.push(vec![*slice]),
            }
        }
        runs.retain(|run| run.len() > 1);
        runs
    }

    /// Labels below the plot.
    pub fn axis(&self, pen: &Pen, plot: Rect, baseline: f32) {
        let middle = |x: f32, text: String| pen.center(x, baseline, text, regular(11.0), T3);
        if self.span == Span::Song {
            pen.left(plot.left() + 6.0, baseline, words::time(0.0), regular(11.0), T3);
            pen.right(plot.right() - 4.0, baseline, words::time(self.to_s), regular(11.0), T3);
        } else {
            pen.right(plot.right() - 4.0, baseline, "now", regular(11.0), T3);
        }
        for step in 1..5 {
            let share = 0.2 * step as f32;
            let x = plot.right() - share * plot.width();
            match self.span {
                Span::Song => middle(x, words::time(self.to_s * f64::from(1.0 - share))),
                span => middle(x, format!("\u{2212}{} s", words::decimals(span.seconds() * f64::from(share), 0))),
            };
        }
    }
}
