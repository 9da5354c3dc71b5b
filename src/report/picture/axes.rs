//! Axes: where a value lies in the picture, and the grids of time, frequency and level.

use std::ops::Range;

use plotters::coord::combinators::LogCoord;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::IntoLogRange;

use super::geometry::Rect;
use super::letters::{Face, regular};
use super::palette::{GRID, GRID_DECADE, T3};
use super::pen::{Pen, ZOOM};
use crate::report::words;

/// Captions of axes.
pub const CAPTION: Face = regular(15.0);
/// From a plot's lower edge to the baseline of its captions, and room for them.
const BASELINE: f64 = 22.0;
/// Height of the captions under a plot.
pub const HEIGHT: f64 = 36.0;
/// The frequencies shown, Hz.
pub const HEARD_HZ: Range<f64> = 20.0..20_000.0;

/// One axis: plotters' scale and the pixels of the picture that it spans.
#[derive(Clone)]
pub struct Axis<R> {
    scale: R,
    pixels: (f64, f64),
}

/// Time, level.
pub type Linear = Axis<RangedCoordf64>;
/// Frequency.
pub type Log = Axis<LogCoord<f64>>;

/// A linear axis from the first value at the first pixel to the last at the last.
pub fn linear(range: Range<f64>, pixels: (f64, f64)) -> Linear {
    Axis { scale: range.into(), pixels }
}

/// The axis of frequency.
pub fn frequency(pixels: (f64, f64)) -> Log {
    Axis { scale: HEARD_HZ.log_scale().into(), pixels }
}

impl<R: Ranged<ValueType = f64>> Axis<R> {
    /// The values at its ends.
    pub fn range(&self) -> Range<f64> {
        self.scale.range()
    }

    /// Where a value lies; what is beyond the axis lies at its end.
    pub fn at(&self, value: f64) -> f64 {
        let Range { start, end } = self.scale.range();
        let device = |pixel: f64| (pixel * f64::from(ZOOM)).round() as i32;
        let place = self.scale.map(&value.clamp(start, end), (device(self.pixels.0), device(self.pixels.1)));
        f64::from(place) / f64::from(ZOOM)
    }
}

/// Steps of a time axis, seconds.
const STEPS_S: [f64; 18] =
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, 3600.0, 7200.0];
/// Most steps that leave room between captions.
const MAX_STEPS: f64 = 14.0;

/// Grid and captions of time: the ends always, steps where they are free.
pub fn draw_time(pen: &Pen<'_>, plot: Rect, axis: &Linear, duration_s: f64) {
    let step_s = STEPS_S.into_iter().find(|step_s| duration_s / step_s <= MAX_STEPS).unwrap_or(duration_s);
    let has_tenths = step_s < 1.0;
    let y = plot.bottom + BASELINE;
    let width = CAPTION.width(&words::time(duration_s, has_tenths));
    pen.left((plot.left, y), &words::time(0.0, has_tenths), CAPTION, T3);
    pen.right((plot.right, y), &words::time(duration_s, has_tenths), CAPTION, T3);
    for step in 1..=(duration_s / step_s) as usize {
        let time_s = step as f64 * step_s;
        let x = axis.at(time_s);
        pen.vertical(x, (plot.top, plot.bottom), GRID);
        if x < plot.right - 1.5 * width - 12.0 {
            pen.center((x, y), &words::time(time_s, has_tenths), CAPTION, T3);
        }
    }
}

/// Grid and captions of frequency.
pub fn draw_frequency(pen: &Pen<'_>, plot: Rect, axis: &Log) {
    for decade in [10.0, 100.0, 1000.0, 10_000.0] {
        for hz in (1..10).map(|each| f64::from(each) * decade).filter(|hz| HEARD_HZ.contains(hz)) {
            let color = if hz == decade { GRID_DECADE } else { GRID };
            pen.vertical(axis.at(hz), (plot.top, plot.bottom), color);
        }
    }
    let y = plot.bottom + BASELINE;
    pen.left((plot.left, y), "20 Hz", CAPTION, T3);
    pen.right((plot.right, y), "20 kHz", CAPTION, T3);
    for hz in [50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0] {
        pen.center((axis.at(hz), y), &words::axis_hz(hz), CAPTION, T3);
    }
}

/// Grid and captions of level at the right of a plot, where `is_free`; `unit` stands beside the axis of time or
/// frequency.
pub fn draw_level(pen: &Pen<'_>, plot: Rect, axis: &Linear, unit: &str, is_free: impl Fn(f64) -> bool) {
    let Range { start, end } = axis.range();
    let least_step = (end - start) * 26.0 / plot.height().max(1.0);
    let step = [6.0, 12.0, 24.0].into_iter().find(|&step| step >= least_step).unwrap_or(48.0);
    for multiple in (start / step).ceil() as i32..=(end / step).floor() as i32 {
        let level = f64::from(multiple) * step;
        let y = axis.at(level);
        pen.horizontal((plot.left, plot.right), y, GRID);
        // At the lower end stands the unit's neighbour, at the upper end a caption would leave the plot.
        if y > plot.top + 4.0 && y < plot.bottom - 4.0 && is_free(y) {
            pen.left((plot.right + 10.0, y + 5.0), &words::whole(level), CAPTION, T3);
        }
    }
    pen.left((plot.right + 10.0, plot.bottom + BASELINE), unit, CAPTION, T3);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_in_order_between_the_ends() {
        let time = linear(0.0..200.0, (32.0, 1504.0));
        assert_eq!((time.at(0.0), time.at(200.0), time.at(-5.0), time.at(500.0)), (32.0, 1504.0, 32.0, 1504.0));
        let level = linear(-48.0..0.0, (300.0, 100.0));
        assert!((level.at(-24.0) - 200.0).abs() < 0.5);
        let tone = frequency((0.0, 900.0));
        for (hz, x) in [(20.0, 0.0), (200.0, 300.0), (2000.0, 600.0), (20_000.0, 900.0), (6.0, 0.0)] {
            assert!((tone.at(hz) - x).abs() < 0.5, "{hz} {}", tone.at(hz));
        }
    }
}
