//! A panel's title and what its colours and lines mean.

use plotters::style::RGBAColor;

use super::axes::CAPTION;
use super::geometry::Rect;
use super::letters::semibold;
use super::marks;
use super::palette::{T1, T2};
use super::pen::Pen;
use crate::assistant::findings::FindingClass;

/// Height of the line.
pub const HEIGHT: f64 = 46.0;
/// Between entries, and between an entry's sample and its text.
const GAPS: (f64, f64) = (26.0, 9.0);

/// What an entry shows before its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// Bars of two shades.
    Bars(RGBAColor, RGBAColor),
    /// A line over an area.
    Area(RGBAColor),
    /// A line.
    Line(RGBAColor),
    /// A dotted line.
    Dots(RGBAColor),
    /// A dashed line.
    Dashes(RGBAColor),
    /// 45° lines.
    Hatch(RGBAColor),
    /// A class of findings.
    Mark(FindingClass),
    /// No sample: the text says it.
    Nothing,
}

/// Draws title and entries.
pub fn draw(pen: &Pen<'_>, (left, top): (f64, f64), title: &str, entries: &[(Key, String)]) {
    let baseline = top + 31.0;
    let mut x = left + pen.left((left, baseline), title, semibold(20.0), T1) + GAPS.0;
    for (key, text) in entries {
        x += draw_key(pen, x, baseline - 5.5, *key) + GAPS.1;
        x += pen.left((x, baseline), text, CAPTION, T2) + GAPS.0;
    }
}

/// Returns the width.
fn draw_key(pen: &Pen<'_>, x: f64, y: f64, key: Key) -> f64 {
    const WIDTH: f64 = 24.0;
    let line = [(x, y), (x + WIDTH, y)];
    match key {
        Key::Bars(body, tip) => {
            for (idx, height) in [7.0, 11.0, 9.0, 13.0].into_iter().enumerate() {
                let left = x + 4.0 * idx as f64;
                pen.fill(Rect::new(left, y + 5.5 - height, left + 2.7, y + 5.5), tip);
                pen.fill(Rect::new(left, y + 9.5 - height, left + 2.7, y + 5.5), body);
            }
            return 16.0;
        }
        Key::Area(color) => {
            pen.fill(Rect::new(x, y - 5.0, x + WIDTH, y + 6.0), super::palette::faint(color, 0.25));
            pen.fill(Rect::new(x, y - 6.0, x + WIDTH, y - 4.0), color);
        }
        Key::Line(color) => pen.line(line[0], line[1], 2.0, color),
        Key::Dots(color) => pen.dashes(&line, (2.0, 4.0), 2.0, color),
        Key::Dashes(color) => pen.dashes(&line, (8.0, 5.0), 1.5, color),
        Key::Hatch(color) => pen.hatch(Rect::new(x, y - 6.0, x + WIDTH, y + 6.0), 4.0, color, |_| true),
        Key::Mark(class) => {
            marks::draw(pen, (x + 7.0, y), class);
            return 12.0;
        }
        Key::Nothing => return -GAPS.1,
    }
    WIDTH
}
