//! The long-term spectrum: mid and side per third of an octave, the song's own trend, and the bands of findings.

use std::ops::Range;

use plotters::prelude::{AreaSeries, ChartBuilder, IntoLogRange, LineSeries};
use plotters::style::{Color, RGBAColor};

use super::axes::{self, CAPTION, HEARD_HZ, Linear, Log};
use super::curve::{self, smooth};
use super::geometry::{Point, Rect};
use super::lanes::{Item, Lanes, Plot};
use super::legend::{self, Key};
use super::marks;
use super::palette::{MIX, PLOT_BOTTOM, PLOT_TOP, T2, T3, faint};
use super::pen::{Pen, ZOOM, drawn};
use crate::analysis::{Features, Spectrum};
use crate::assistant::findings::Finding;
use crate::assistant::number_text;
use crate::report::words;

/// What the level axis spans, dB: least and most.
const RANGE_DB: (f64, f64) = (48.0, 84.0);
/// What it shows for silence, dB.
const EMPTY_DB: Range<f64> = -72.0..0.0;
/// Where the slope is measured, Hz (`Spectrum::slope_db_per_octave`), and what third-octave levels gain per octave over
/// power per Hz, dB: their bands widen.
const TREND_HZ: (f64, f64) = (100.0, 10_000.0);
const WIDENING_DB: f64 = 3.0103;
/// Least width of a band that is shaded, pixels.
const LEAST_BAND: f64 = 3.0;
/// Most rows of labels over the plot.
const MAX_ROWS: usize = 5;
/// Rows up to which labels say how much.
const LONG_ROWS: usize = 2;

/// Everything that the spectrum shows.
pub struct SpectrumView<'a> {
    features: &'a Features,
    tone: Log,
    /// Edges and colour of each band.
    bands: Vec<(f64, f64, RGBAColor)>,
    lanes: Lanes,
}

impl<'a> SpectrumView<'a> {
    /// Places the bands of findings along the axis.
    pub fn place(features: &'a Features, findings: &[Finding], pixels: (f64, f64)) -> Self {
        let tone = axes::frequency(pixels);
        let items = |has_value: bool| {
            let item = |finding: &Finding| {
                let (low_hz, high_hz) = (finding.evidence.low_hz?, finding.evidence.high_hz?);
                let name = words::kind(finding.kind);
                let text = if has_value { super::findings::label(finding) } else { name.clone() };
                let band = (tone.at(low_hz), tone.at(high_hz));
                Some(Item { class: finding.class, text, long_text: name, band, places: Vec::new() })
            };
            findings.iter().filter_map(item).collect::<Vec<_>>()
        };
        let mut lanes = Lanes::place(items(true), pixels, Plot::Below, LONG_ROWS);
        if !lanes.left_over.is_empty() {
            lanes = Lanes::place(items(false), pixels, Plot::Below, MAX_ROWS);
        }
        let bands =
            items(false).into_iter().map(|item| (item.band.0, item.band.1, marks::band_color(item.class))).collect();
        Self { features, tone, bands, lanes }
    }

    /// Height of all but the plot.
    pub fn frame_height(&self) -> f64 {
        legend::HEIGHT + self.lanes.height() + axes::HEIGHT
    }

    /// Draws the panel from `top` on.
    pub fn draw(&self, pen: &Pen<'_>, (left, right): (f64, f64), top: f64, plot_height: f64) {
        let spectrum = &self.features.spectrum;
        let lanes_top = top + legend::HEIGHT;
        let plot_top = lanes_top + self.lanes.height();
        let plot = Rect::new(left, plot_top, right, plot_top + plot_height);
        let range = level_range(spectrum);
        let level = axes::linear(range.clone(), (plot.bottom, plot.top));
        let mid = curves(spectrum, &spectrum.mid_db, &range);
        let side = curves(spectrum, &spectrum.side_db, &range);

        legend::draw(pen, (left, top), "Spectrum", &self.legend(!mid.is_empty(), !side.is_empty()));
        self.lanes.draw(pen, lanes_top, Plot::Below);
        pen.gradient(plot, (PLOT_TOP, PLOT_BOTTOM));
        axes::draw_level(pen, plot, &level, "dB", |_| true);
        axes::draw_frequency(pen, plot, &self.tone);
        self.draw_bands(pen, plot, &mid, &level);
        draw_curves(pen, plot, &range, &mid, &side);
        if let Some(trend) = trend(spectrum) {
            let points = trend.map(|(hz, db)| (self.tone.at(hz), level.at(db)));
            pen.dashes(&points, (2.0, 5.0), 2.0, T2);
        }
        if mid.is_empty() {
            let (x, y) = plot.center();
            pen.center((x, y + 5.0), "Too little sound for a spectrum.", CAPTION, T3);
        }
    }

    /// A shade over the whole band, 45° lines under the curve in it.
    fn draw_bands(&self, pen: &Pen<'_>, plot: Rect, mid: &[Vec<(f64, f64)>], level: &Linear) {
        let place = |&(hz, db): &(f64, f64)| (self.tone.at(hz), level.at(db));
        let mid: Vec<Vec<Point>> = mid.iter().map(|curve| curve.iter().map(place).collect()).collect();
        for &(from, to, color) in &self.bands {
            let band = Rect { left: from, right: to.max(from + LEAST_BAND), ..plot };
            pen.fill(band, faint(color, 0.09));
            let top = |x: f64| mid.iter().find_map(|curve| curve::at(curve, x));
            pen.hatch(band, 6.0, faint(color, 0.4), |(x, y)| top(x).is_some_and(|top| y > top));
        }
    }

    fn legend(&self, has_mid: bool, has_side: bool) -> Vec<(Key, String)> {
        let mut entries = Vec::new();
        if has_mid {
            entries.push((Key::Area(MIX), "Mid, thirds of an octave".to_owned()));
        }
        if has_side {
            entries.push((Key::Line(T3), "Side".to_owned()));
        }
        if let Some(slope) = self.features.spectrum.slope_db_per_octave() {
            let text = format!("Own trend, {} dB per octave (pink noise \u{2212}3.0)", number_text(slope));
            entries.push((Key::Dots(T2), text));
        }
        if has_mid && !has_side {
            let text = if self.features.num_channels == 1 { "Mono: no side" } else { "Nothing in the side" };
            entries.push((Key::Nothing, text.to_owned()));
        }
        entries
    }
}

/// From a whole multiple of 6 dB over the highest band to one below what music needs.
fn level_range(spectrum: &Spectrum) -> Range<f64> {
    let within = |hz: f64| (40.0..=12_500.0).contains(&hz);
    let heard = spectrum.frequencies_hz.iter().zip(&spectrum.mid_db).filter(|(hz, _)| within(**hz));
    let lowest = heard.filter_map(|(_, level)| *level).fold(f64::INFINITY, f64::min);
    let highest = spectrum.mid_db.iter().chain(&spectrum.side_db).flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    if !highest.is_finite() {
        return EMPTY_DB;
    }
    let top = ((highest + 3.0) / 6.0).ceil() * 6.0;
    let bottom = ((lowest.min(highest) - 6.0) / 6.0).floor() * 6.0;
    bottom.clamp(top - RANGE_DB.1, top - RANGE_DB.0)..top
}

/// The curve through the bands that have a level, cut where one has none; none if all lies under the axis.
fn curves(spectrum: &Spectrum, levels: &[Option<f64>], range: &Range<f64>) -> Vec<Vec<(f64, f64)>> {
    let bands: Vec<(f64, Option<f64>)> = spectrum.frequencies_hz.iter().copied().zip(levels.iter().copied()).collect();
    let runs = bands.chunk_by(|a, b| a.1.is_some() == b.1.is_some());
    let curve = |run: &[(f64, Option<f64>)]| {
        let points: Vec<(f64, f64)> = run.iter().filter_map(|(hz, db)| Some((hz.log2(), *db.as_ref()?))).collect();
        let heard = |octave: f64| octave.exp2().clamp(HEARD_HZ.start, HEARD_HZ.end);
        smooth(&points, 12).into_iter().map(|(octave, db)| (heard(octave), db.max(range.start))).collect::<Vec<_>>()
    };
    runs.map(curve).filter(|curve| curve.iter().any(|point| point.1 > range.start)).collect()
}

/// The parts of curves that are over the lower end of the axis.
fn visible(curves: &[Vec<(f64, f64)>], floor: f64) -> impl Iterator<Item = &[(f64, f64)]> {
    let runs = curves.iter().flat_map(move |curve| curve.chunk_by(move |a, b| (a.1 > floor) == (b.1 > floor)));
    runs.filter(move |run| run[0].1 > floor)
}

fn draw_curves(pen: &Pen<'_>, plot: Rect, range: &Range<f64>, mid: &[Vec<(f64, f64)>], side: &[Vec<(f64, f64)>]) {
    let area = pen.area(plot);
    let mut chart = drawn(ChartBuilder::on(&area).build_cartesian_2d(HEARD_HZ.log_scale(), range.clone()));
    for curve in mid {
        drawn(chart.draw_series(AreaSeries::new(curve.iter().copied(), range.start, faint(MIX, 0.16))));
    }
    for curve in visible(side, range.start) {
        let stroke = T3.stroke_width(2 * ZOOM as u32);
        drawn(chart.draw_series(LineSeries::new(curve.iter().copied(), stroke)));
    }
    for curve in visible(mid, range.start) {
        let stroke = MIX.stroke_width(2 * ZOOM as u32);
        drawn(chart.draw_series(LineSeries::new(curve.iter().copied(), stroke)));
    }
}

/// The ends of the line whose slope is told.
fn trend(spectrum: &Spectrum) -> Option<[(f64, f64); 2]> {
    let slope = spectrum.slope_db_per_octave()? + WIDENING_DB;
    let bands = spectrum.frequencies_hz.iter().zip(&spectrum.mid_db);
    let points: Vec<(f64, f64)> = bands
        .filter(|(hz, _)| (TREND_HZ.0..=TREND_HZ.1).contains(*hz))
        .filter_map(|(hz, db)| Some((hz.log2(), (*db)?)))
        .collect();
    let count = points.len() as f64;
    let (octave, db) = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / count, sum.1 + point.1 / count));
    Some([TREND_HZ.0, TREND_HZ.1].map(|hz| (hz, db + slope * (hz.log2() - octave))))
}
