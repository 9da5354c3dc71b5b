//! The song map: loudness along the song under its sections, over what was found.

use std::ops::Range;

use plotters::prelude::{ChartBuilder, LineSeries, Rectangle};
use plotters::style::Color;

use super::axes::{self, Linear};
use super::findings::Findings;
use super::geometry::Rect;
use super::legend::{self, Key};
use super::letters::{medium, semibold};
use super::loudness::{Bar, Heard};
use super::marks;
use super::palette::{GRID_DECADE, MIX, PLOT_BOTTOM, PLOT_TOP, RAISED, T1, T2, T3, faint, over};
use super::pen::{Pen, ZOOM, drawn};
use super::sections::Sections;
use crate::analysis::Features;
use crate::assistant::number_text;

/// From one bar to the next, pixels, at least; and the space between them: this share of that, or as many pixels.
const BAR: f64 = 4.0;
const SPACE: (f64, f64) = (0.32, 5.0);
/// Width from which on a bar is fainter, pixels.
const WIDE: f64 = 20.0;
/// From one point of the short-term loudness to the next, pixels, at least.
const POINT: f64 = 2.0;
/// What the level axis spans below the loudest, LU: least and most.
const RANGE_LU: (f64, f64) = (30.0, 60.0);
/// What it shows where there is no level, LUFS.
const EMPTY_LUFS: Range<f64> = -54.0..-6.0;

/// Everything that the map shows.
pub struct SongMap<'a> {
    /// What was heard.
    pub features: &'a Features,
    /// Length of the song, seconds.
    pub duration_s: f64,
    /// Time along the plot.
    pub time: Linear,
    /// Its parts.
    pub sections: Sections,
    /// What was found.
    pub findings: Findings,
}

impl SongMap<'_> {
    /// Height of all but the plot.
    pub fn frame_height(&self) -> f64 {
        legend::HEIGHT + self.sections.height() + axes::HEIGHT + self.findings.height()
    }

    /// Draws the panel between `top` and the height that the plot leaves it.
    pub fn draw(&self, pen: &Pen<'_>, (left, right): (f64, f64), top: f64, plot_height: f64) {
        let sections_top = top + legend::HEIGHT;
        let plot_top = sections_top + self.sections.height();
        let plot = Rect::new(left, plot_top, right, plot_top + plot_height);
        let counts = (plot.width() / BAR, plot.width() / POINT);
        let heard = Heard::of(&self.features.blocks, self.duration_s, counts);
        let integrated_lufs = self.features.levels.integrated_lufs;
        let level = axes::linear(level_range(&heard.bars, integrated_lufs), (plot.bottom, plot.top));

        legend::draw(pen, (left, top), "Song map", &self.legend(&heard));
        self.sections.draw(pen, sections_top);
        pen.gradient(plot, (PLOT_TOP, PLOT_BOTTOM));
        let integrated_y = integrated_lufs.map(|lufs| level.at(lufs));
        axes::draw_level(pen, plot, &level, "LUFS", |y| integrated_y.is_none_or(|other| (y - other).abs() > 20.0));
        axes::draw_time(pen, plot, &self.time, self.duration_s);
        self.sections.draw_edges(pen, plot);
        let gaps = self.draw_gaps(pen, plot, &heard);
        self.draw_loudness(pen, plot, &heard, level.range());
        if let (Some(lufs), Some(y)) = (integrated_lufs, integrated_y) {
            draw_integrated(pen, plot, y, lufs);
        }
        gaps.into_iter().for_each(|(gap, name)| name_gap(pen, gap, name));
        self.findings.draw(pen, plot.bottom + axes::HEIGHT);
    }

    fn legend(&self, heard: &Heard) -> Vec<(Key, String)> {
        let mut entries = Vec::new();
        if !heard.bars.is_empty() {
            let (body, tip) = (over(MIX, 0.6, PLOT_TOP), over(MIX, 0.2, PLOT_TOP));
            entries.push(match heard.is_single() {
                true => (Key::Bars(body, body), "Loudness of 100 ms".to_owned()),
                false => (Key::Bars(body, tip), "Loudness: mean, loudest 100 ms".to_owned()),
            });
        }
        if !heard.lines.is_empty() {
            let kind = if heard.window_s > 3.05 { "Mean of" } else { "Short-term," };
            entries.push((Key::Line(MIX), format!("{kind} {:.0} s", heard.window_s)));
        }
        if self.features.levels.integrated_lufs.is_some() {
            entries.push((Key::Dashes(T1), "Integrated".to_owned()));
        }
        entries.extend(self.findings.classes().map(|class| (Key::Mark(class), marks::name(class).to_owned())));
        if !heard.unheard.is_empty() {
            entries.push((Key::Hatch(over(T3, 0.6, PLOT_TOP)), "Not heard".to_owned()));
        }
        entries
    }

    /// What was not heard, hatched; silence, a flat line. Returns where they are and what they are called.
    fn draw_gaps(&self, pen: &Pen<'_>, plot: Rect, heard: &Heard) -> Vec<(Rect, &'static str)> {
        let area = |span: &(f64, f64)| Rect { left: self.time.at(span.0), right: self.time.at(span.1), ..plot };
        let unheard: Vec<Rect> = heard.unheard.iter().map(area).collect();
        let silence: Vec<Rect> = heard.silence.iter().map(area).collect();
        for gap in &unheard {
            pen.hatch(*gap, 6.0, over(T3, 0.28, PLOT_BOTTOM), |_| true);
        }
        for gap in &silence {
            pen.fill(Rect { top: plot.bottom - 2.0, ..*gap }, over(T3, 0.6, PLOT_BOTTOM));
        }
        let named = |gaps: Vec<Rect>, name| gaps.into_iter().map(move |gap| (gap, name));
        named(unheard, "not heard").chain(named(silence, "silence")).collect()
    }

    fn draw_loudness(&self, pen: &Pen<'_>, plot: Rect, heard: &Heard, range: Range<f64>) {
        let area = pen.area(plot);
        let mut chart = drawn(ChartBuilder::on(&area).build_cartesian_2d(self.time.range(), range.clone()));
        let floor = range.start;
        let share = |lufs: f64| ((lufs - floor) / (range.end - floor)).clamp(0.0, 1.0);
        let pixels_per_s = plot.width() / self.duration_s;
        let block = |bar: &Bar, (from, to): (f64, f64), opacity: f64| {
            let width = (bar.to_s - bar.from_s) * pixels_per_s;
            let space_s = (width * SPACE.0).min(SPACE.1) / pixels_per_s;
            let corners = [(bar.from_s, from.max(floor)), (bar.to_s - space_s, to.max(floor))];
            // A wide bar would shine.
            Rectangle::new(corners, faint(MIX, opacity * (WIDE / width).clamp(0.4, 1.0)).filled())
        };
        let tip = |bar: &Bar| block(bar, (bar.mean_lufs, bar.max_lufs), 0.10 + 0.12 * share(bar.max_lufs));
        let body = |bar: &Bar| block(bar, (floor, bar.mean_lufs), 0.16 + 0.6 * share(bar.mean_lufs).powf(1.5));
        drawn(chart.draw_series(heard.bars.iter().map(tip)));
        drawn(chart.draw_series(heard.bars.iter().map(body)));
        for line in &heard.lines {
            let points = line.iter().map(|&(time_s, lufs)| (time_s, lufs.max(floor)));
            drawn(chart.draw_series(LineSeries::new(points, MIX.stroke_width(2 * ZOOM as u32))));
        }
    }
}

/// From a whole multiple of 3 LUFS over the loudest to one below the quiet parts.
fn level_range(bars: &[Bar], integrated_lufs: Option<f64>) -> Range<f64> {
    let mut means: Vec<f64> = bars.iter().map(|bar| bar.mean_lufs).collect();
    means.sort_unstable_by(f64::total_cmp);
    let Some(&quiet) = means.get(means.len() / 20) else { return EMPTY_LUFS };
    let loudest = bars.iter().map(|bar| bar.max_lufs).fold(integrated_lufs.unwrap_or(f64::NEG_INFINITY), f64::max);
    let top = ((loudest + 1.0) / 3.0).ceil() * 3.0;
    let bottom = ((quiet - 6.0) / 3.0).floor() * 3.0;
    bottom.clamp(top - RANGE_LU.1, top - RANGE_LU.0)..top
}

fn name_gap(pen: &Pen<'_>, gap: Rect, text: &str) {
    let face = medium(15.0);
    let half = face.width(text) / 2.0 + 10.0;
    if gap.width() > 2.0 * half + 8.0 {
        let (x, y) = gap.center();
        pen.rounded(Rect::new(x - half, y - 13.0, x + half, y + 13.0), 5.0, GRID_DECADE);
        pen.center((x, y + 5.0), text, face, T2);
    }
}

/// A dashed line, its number on the axis.
fn draw_integrated(pen: &Pen<'_>, plot: Rect, y: f64, lufs: f64) {
    pen.dashes(&[(plot.left, y), (plot.right, y)], (8.0, 5.0), 1.4, over(T1, 0.8, PLOT_TOP));
    let (face, text) = (semibold(15.0), number_text(lufs));
    let y = y.clamp(plot.top + 12.0, (plot.bottom - 12.0).max(plot.top + 12.0));
    let tag = Rect::new(plot.right + 4.0, y - 12.0, plot.right + 16.0 + face.width(&text), y + 12.0);
    pen.rounded(tag, 4.0, RAISED);
    pen.left((tag.left + 6.0, y + 5.0), &text, face, T1);
}
