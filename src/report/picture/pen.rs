//! Drawing in the editor's manner, in pixels of the picture: surfaces, strokes, hatches, text by its baseline.

use std::f64::consts::{PI, TAU};

use plotters::coord::Shift;
use plotters::prelude::{BitMapBackend, Circle, DrawingArea, Polygon, Rectangle};
use plotters::style::{Color, RGBAColor};

use super::geometry::{Point, Rect, arc_points};
use super::letters::Face;

/// Pixels drawn per pixel of the picture and direction: what is drawn coarse comes out smooth.
pub const ZOOM: i32 = 3;

/// Where plotters draws.
pub type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;
/// Where `at` lies in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Where it begins.
    Left,
    /// In its middle.
    Center,
    /// Where it ends.
    Right,
}

/// Draws on one picture.
pub struct Pen<'a>(Area<'a>);

impl<'a> Pen<'a> {
    /// Draws on `area`, which is [`ZOOM`] times as large as the picture.
    pub fn new(area: Area<'a>) -> Self {
        Self(area)
    }

    /// The part of the picture that a chart is made on.
    pub fn area(&self, rect: Rect) -> Area<'a> {
        let (from, to) = (device((rect.left, rect.top)), device((rect.right, rect.bottom)));
        self.0.clone().shrink(from, (to.0 - from.0, to.1 - from.1))
    }

    /// A filled rectangle.
    pub fn fill(&self, rect: Rect, color: RGBAColor) {
        let corners = [device((rect.left, rect.top)), device((rect.right, rect.bottom))];
        drawn(self.0.draw(&Rectangle::new(corners, color.filled())));
    }

    /// A filled rectangle with round corners.
    pub fn rounded(&self, rect: Rect, radius: f64, color: RGBAColor) {
        let centers = [
            (rect.right - radius, rect.top + radius),
            (rect.right - radius, rect.bottom - radius),
            (rect.left + radius, rect.bottom - radius),
            (rect.left + radius, rect.top + radius),
        ];
        let corner = |(idx, center): (usize, Point)| {
            let from = idx as f64 * PI / 2.0;
            arc_points(center, radius, (from, from + PI / 2.0))
        };
        self.polygon(&centers.into_iter().enumerate().flat_map(corner).collect::<Vec<_>>(), color);
    }

    /// A rectangle that changes from one colour at its top to another at its bottom.
    pub fn gradient(&self, rect: Rect, (top, bottom): (RGBAColor, RGBAColor)) {
        let num_steps = rect.height().max(1.0) as usize;
        let y = |step: usize| rect.top + rect.height() * step as f64 / num_steps as f64;
        for step in 0..num_steps {
            let share = step as f64 / num_steps as f64;
            let row = Rect { top: y(step), bottom: y(step + 1), ..rect };
            self.fill(row, super::palette::over(bottom, share, top));
        }
    }

    /// A hairline of one pixel from left to right.
    pub fn horizontal(&self, (left, right): (f64, f64), y: f64, color: RGBAColor) {
        self.fill(Rect::new(left, y.round(), right, y.round() + 1.0), color);
    }

    /// A hairline of one pixel from top to bottom.
    pub fn vertical(&self, x: f64, (top, bottom): (f64, f64), color: RGBAColor) {
        self.fill(Rect::new(x.round(), top, x.round() + 1.0, bottom), color);
    }

    /// A filled shape.
    pub fn polygon(&self, points: &[Point], color: RGBAColor) {
        let points: Vec<(i32, i32)> = points.iter().map(|&point| device(point)).collect();
        drawn(self.0.draw(&Polygon::new(points, color.filled())));
    }

    /// A filled circle.
    pub fn disc(&self, center: Point, radius: f64, color: RGBAColor) {
        let radius = (radius * f64::from(ZOOM)).round() as i32;
        drawn(self.0.draw(&Circle::new(device(center), radius, color.filled())));
    }

    /// Joined lines with round corners and ends; of an opaque colour, since the pieces overlap.
    pub fn path(&self, points: &[Point], width: f64, color: RGBAColor) {
        for pair in points.windows(2) {
            self.line(pair[0], pair[1], width, color);
        }
        if width > 1.0 {
            points.iter().for_each(|&point| self.disc(point, width / 2.0, color));
        }
    }

    /// A straight line with flat ends.
    pub fn line(&self, from: Point, to: Point, width: f64, color: RGBAColor) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        if length > 1e-6 {
            let (x, y) = (dy / length * width / 2.0, -dx / length * width / 2.0);
            let corners =
                [(from.0 + x, from.1 + y), (to.0 + x, to.1 + y), (to.0 - x, to.1 - y), (from.0 - x, from.1 - y)];
            self.polygon(&corners, color);
        }
    }

    /// Dashes `(on, off)` along joined lines.
    pub fn dashes(&self, points: &[Point], (on, off): (f64, f64), width: f64, color: RGBAColor) {
        let mut done = 0.0;
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let at = |distance: f64| {
                let share = distance / length;
                (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
            };
            let mut distance = 0.0;
            while distance < length {
                let phase: f64 = (done + distance) % (on + off);
                let rest = if phase < on { on - phase } else { on + off - phase };
                let end = (distance + rest.max(1e-3)).min(length);
                if phase < on {
                    self.line(at(distance), at(end), width, color);
                }
                distance = end;
            }
            done += length;
        }
    }

    /// Part of a circle; angles in radians, clockwise from 12 o'clock.
    pub fn arc(&self, center: Point, radius: f64, angles: (f64, f64), width: f64, color: RGBAColor) {
        self.path(&arc_points(center, radius, angles), width, color);
    }

    /// A circle.
    pub fn ring(&self, center: Point, radius: f64, width: f64, color: RGBAColor) {
        self.arc(center, radius, (0.0, TAU), width, color);
    }

    /// 45° lines where `is_inside`.
    pub fn hatch(&self, rect: Rect, gap: f64, color: RGBAColor, is_inside: impl Fn(Point) -> bool) {
        let zoom = f64::from(ZOOM);
        let stride = (gap * std::f64::consts::SQRT_2 * zoom).round() as i32;
        let (from, to) = (device((rect.left, rect.top)), device((rect.right, rect.bottom)));
        for y in from.1..to.1 {
            for x in (from.0..to.0).filter(|x| (x + y).rem_euclid(stride) < 2 * ZOOM) {
                if is_inside((f64::from(x) / zoom, f64::from(y) / zoom)) {
                    drawn(self.0.draw_pixel((x, y), &color));
                }
            }
        }
    }

    /// One line of text; `at` is a point of its baseline. Returns its width.
    pub fn text(&self, at: Point, align: Align, text: &str, face: Face, color: RGBAColor) -> f64 {
        let width = face.width(text);
        let left = match align {
            Align::Left => at.0,
            Align::Center => at.0 - width / 2.0,
            Align::Right => at.0 - width,
        };
        face.cover(text, (left, at.1), f64::from(ZOOM), |x, y, share| {
            drawn(self.0.draw_pixel((x, y), &color.mix(share)));
        });
        width
    }

    /// One line of text from the left.
    pub fn left(&self, at: Point, text: &str, face: Face, color: RGBAColor) -> f64 {
        self.text(at, Align::Left, text, face, color)
    }

    /// One line of text up to the right.
    pub fn right(&self, at: Point, text: &str, face: Face, color: RGBAColor) -> f64 {
        self.text(at, Align::Right, text, face, color)
    }

    /// One centred line of text.
    pub fn center(&self, at: Point, text: &str, face: Face, color: RGBAColor) -> f64 {
        self.text(at, Align::Center, text, face, color)
    }
}

/// The pixel drawn for a point of the picture.
fn device(point: Point) -> (i32, i32) {
    let zoomed = |coordinate: f64| (coordinate * f64::from(ZOOM)).round() as i32;
    (zoomed(point.0), zoomed(point.1))
}

/// Drawing into memory cannot fail.
pub fn drawn<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    result.expect("memory takes every pixel")
}
