//! How a finding is marked: colour and sign of its class, so that neither hue nor shape says it alone.

use std::f64::consts::PI;

use super::geometry::{Point, Rect};
use super::palette::{CANVAS, PROPOSAL, REDUCTION, faint};
use super::pen::Pen;
use crate::assistant::findings::FindingClass;
use plotters::style::RGBAColor;

/// Width of a sign and the space after it.
pub const SIGN: f64 = 20.0;

/// Colour of a class: what a move is proposed for, and what is for the mixer or only noted.
pub fn color(class: FindingClass) -> RGBAColor {
    match class {
        FindingClass::Needed | FindingClass::Could => PROPOSAL,
        FindingClass::Mixer | FindingClass::None => REDUCTION,
    }
}

/// Colour of its band: full where something has to be done.
pub fn band_color(class: FindingClass) -> RGBAColor {
    match class {
        FindingClass::Needed | FindingClass::Mixer => color(class),
        FindingClass::Could | FindingClass::None => faint(color(class), 0.7),
    }
}

/// What a class is called in a legend.
pub fn name(class: FindingClass) -> &'static str {
    match class {
        FindingClass::Needed => "Needed move",
        FindingClass::Could => "Possible move",
        FindingClass::Mixer => "For the mixer",
        FindingClass::None => "Noted, no move",
    }
}

/// Draws the sign: a diamond for a move, filled where needed; a square with "!" for the mixer; a ring otherwise.
pub fn draw(pen: &Pen<'_>, center: Point, class: FindingClass) {
    let color = color(class);
    let diamond = |size: f64| {
        [(0.0, -size), (size, 0.0), (0.0, size), (-size, 0.0), (0.0, -size)].map(|(x, y)| (center.0 + x, center.1 + y))
    };
    match class {
        FindingClass::Needed => pen.polygon(&diamond(6.6), color),
        FindingClass::Could => pen.path(&diamond(5.6), 1.8, color),
        FindingClass::Mixer => {
            pen.rounded(Rect::new(center.0 - 7.0, center.1 - 7.0, center.0 + 7.0, center.1 + 7.0), 3.5, color);
            pen.path(&[(center.0, center.1 - 3.6), (center.0, center.1 + 1.0)], 2.2, CANVAS);
            pen.disc((center.0, center.1 + 4.1), 1.3, CANVAS);
        }
        FindingClass::None => pen.arc(center, 5.0, (0.0, 2.0 * PI), 1.8, color),
    }
}
