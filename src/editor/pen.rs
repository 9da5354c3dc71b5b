//! Drawing in the editor's manner: text by its baseline, round strokes, gradients, dashes, hatches.

use std::f32::consts::PI;
use std::sync::Arc;

use egui::epaint::{Mesh, PathShape, PathStroke, TextShape};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, Galley, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::theme::{Face, Weight};

/// Most lines of a hatching: more than any screen has room for.
const MAX_HATCHES: usize = 4096;

/// A painter with the editor's vocabulary.
#[derive(Clone)]
pub struct Pen(Painter);

impl Pen {
    /// Draws where `ui` draws.
    pub fn of(ui: &Ui) -> Self {
        Self(ui.painter().clone())
    }

    /// Draws nothing outside `rect`.
    pub fn clipped(&self, rect: Rect) -> Self {
        Self(self.0.with_clip_rect(rect.intersect(self.0.clip_rect())))
    }

    /// The nearest y at which a 1-px line fills one row of pixels.
    pub fn snap(&self, coordinate: f32) -> f32 {
        self.0.round_to_pixel_center(coordinate)
    }

    /// A filled rectangle.
    pub fn fill(&self, rect: Rect, radius: f32, color: Color32) {
        self.0.rect_filled(rect, radius, color);
    }

    /// A rectangle filled with rounded upper corners only.
    pub fn fill_top_rounded(&self, rect: Rect, radius: u8, color: Color32) {
        let corners = egui::CornerRadius { nw: radius, ne: radius, sw: 0, se: 0 };
        self.0.rect_filled(rect, corners, color);
    }

    /// An outline inside the rectangle's edge.
    pub fn frame(&self, rect: Rect, radius: f32, width: f32, color: Color32) {
        self.0.rect_stroke(rect, radius, Stroke::new(width, color), StrokeKind::Inside);
    }

    /// A dashed outline.
    pub fn dashed_frame(&self, rect: Rect, color: Color32) {
        let rect = rect.shrink(0.6);
        let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        self.dashes(&corners, (3.0, 2.5), 1.25, color);
    }

    /// A straight line with flat ends.
    pub fn line(&self, from: Pos2, to: Pos2, width: f32, color: Color32) {
        self.0.line_segment([from, to], Stroke::new(width, color));
    }

    /// A hairline from left to right, on a row of pixels.
    pub fn horizontal(&self, left: f32, right: f32, y: f32, color: Color32) {
        let y = self.snap(y);
        self.line(pos2(left, y), pos2(right, y), 1.0, color);
    }

    /// A hairline from top to bottom, on a column of pixels.
    pub fn vertical(&self, x: f32, top: f32, bottom: f32, color: Color32) {
        let x = self.snap(x);
        self.line(pos2(x, top), pos2(x, bottom), 1.0, color);
    }

    /// Joined lines.
    pub fn path(&self, points: Vec<Pos2>, width: f32, color: Color32) {
        self.0.line(points, PathStroke::new(width, color));
    }

    /// Joined lines with round ends.
    pub fn round_path(&self, points: Vec<Pos2>, width: f32, color: Color32) {
        if color.is_opaque() {
            for end in [points.first(), points.last()].into_iter().flatten() {
                self.0.circle_filled(*end, width / 2.0, color);
            }
        }
        self.path(points, width, color);
    }

    /// A filled convex shape.
    pub fn polygon(&self, points: Vec<Pos2>, color: Color32) {
        self.0.add(PathShape::convex_polygon(points, color, Stroke::NONE));
    }

    /// The outline of a closed shape.
    pub fn outline(&self, points: Vec<Pos2>, width: f32, color: Color32) {
        self.0.add(PathShape::closed_line(points, PathStroke::new(width, color)));
    }

    /// A filled circle.
    pub fn disc(&self, center: Pos2, radius: f32, color: Color32) {
        self.0.circle_filled(center, radius, color);
    }

    /// A circle.
    pub fn ring(&self, center: Pos2, radius: f32, width: f32, color: Color32) {
        self.0.circle_stroke(center, radius, Stroke::new(width, color));
    }

    /// Part of a circle; angles in radians, clockwise from 12 o'clock.
    pub fn arc(&self, center: Pos2, radius: f32, (from, to): (f32, f32), width: f32, color: Color32) {
        self.round_path(arc_points(center, radius, from, to), width, color);
    }

    /// Dashes `(on, off)` along joined lines.
    pub fn dashes(&self, points: &[Pos2], (on, off): (f32, f32), width: f32, color: Color32) {
        self.0.extend(Shape::dashed_line(points, Stroke::new(width, color), on, off));
    }

    /// Vertical gradient through `(offset 0–1, colour)`.
    pub fn gradient(&self, rect: Rect, stops: &[(f32, Color32)]) {
        let mut mesh = Mesh::default();
        for (offset, color) in stops {
            let y = egui::lerp(rect.y_range(), *offset);
            mesh.colored_vertex(pos2(rect.left(), y), *color);
            mesh.colored_vertex(pos2(rect.right(), y), *color);
        }
        add_strip(&mut mesh);
        self.0.add(Shape::mesh(mesh));
    }

    /// The area between a curve and a level, from one colour at the highest point of `range` to the other at its
    /// lowest.
    pub fn area(&self, curve: &[Pos2], level_y: f32, range: (f32, f32), (top, bottom): (Color32, Color32)) {
        let mut mesh = Mesh::default();
        let color = |y: f32| {
            let offset = ((y - range.0) / (range.1 - range.0)).clamp(0.0, 1.0);
            top.lerp_to_gamma(bottom, offset)
        };
        for point in curve {
            mesh.colored_vertex(*point, color(point.y));
            mesh.colored_vertex(pos2(point.x, level_y), color(level_y));
        }
        add_strip(&mut mesh);
        self.0.add(Shape::mesh(mesh));
    }

    /// The area between two curves of equal length.
    pub fn between(&self, first: &[Pos2], second: &[Pos2], color: Color32) {
        let mut mesh = Mesh::default();
        for (a, b) in first.iter().zip(second) {
            mesh.colored_vertex(*a, color);
            mesh.colored_vertex(*b, color);
        }
        add_strip(&mut mesh);
        self.0.add(Shape::mesh(mesh));
    }

    /// The area between a left and a right edge, from one colour at the first pair to the other at the last.
    pub fn between_vertical(&self, left: &[Pos2], right: &[Pos2], (first, last): (Color32, Color32)) {
        let mut mesh = Mesh::default();
        let num_steps = left.len().max(2) - 1;
        for (idx, (a, b)) in left.iter().zip(right).enumerate() {
            let color = first.lerp_to_gamma(last, idx as f32 / num_steps as f32);
            mesh.colored_vertex(*a, color);
            mesh.colored_vertex(*b, color);
        }
        add_strip(&mut mesh);
        self.0.add(Shape::mesh(mesh));
    }

    /// 45° lines.
    pub fn hatch(&self, rect: Rect, gap: f32, color: Color32) {
        let pen = self.clipped(rect);
        let stride = gap * std::f32::consts::SQRT_2;
        let first = rect.left() - rect.height();
        let at = |idx: usize| first + idx as f32 * stride;
        for x in (0..MAX_HATCHES).map(at).take_while(|x| *x < rect.right()) {
            pen.line(pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top()), 1.2, color);
        }
    }

    /// 45° lines between two curves over the same x, whichever of them is above.
    pub fn hatch_between(&self, first: &[Pos2], second: &[Pos2], gap: f32, color: Color32) {
        for [from, to] in hatch_lines(first, second, gap) {
            self.line(from, to, 1.2, color);
        }
    }

    /// Round dots along joined lines: a song's own trend.
    pub fn dots(&self, points: &[Pos2], spacing: f32, color: Color32) {
        self.0.extend(Shape::dotted_line(points, color, spacing, 0.8));
    }

    /// Many small squares in one mesh.
    pub fn specks(&self, centers: impl Iterator<Item = Pos2>, size: f32, color: Color32) {
        let mut mesh = Mesh::default();
        for center in centers {
            mesh.add_colored_rect(Rect::from_center_size(center, Vec2::splat(size)), color);
        }
        self.0.add(Shape::mesh(mesh));
    }

    /// One line of text; `at` is where its baseline begins, centres or ends. Returns its width.
    pub fn text(&self, at: Pos2, align: Align, text: impl Into<String>, face: Face, color: Color32) -> f32 {
        let galley = self.layout(text, face, color);
        let width = galley.size().x;
        let x = match align {
            Align::Min => at.x,
            Align::Center => at.x - width / 2.0,
            Align::Max => at.x - width,
        };
        self.galley(pos2(x, at.y), galley);
        width
    }

    /// One line of text from the left.
    pub fn left(&self, x: f32, y: f32, text: impl Into<String>, face: Face, color: Color32) -> f32 {
        self.text(pos2(x, y), Align::Min, text, face, color)
    }

    /// One line of text up to the right.
    pub fn right(&self, x: f32, y: f32, text: impl Into<String>, face: Face, color: Color32) -> f32 {
        self.text(pos2(x, y), Align::Max, text, face, color)
    }

    /// One centred line of text.
    pub fn center(&self, x: f32, y: f32, text: impl Into<String>, face: Face, color: Color32) -> f32 {
        self.text(pos2(x, y), Align::Center, text, face, color)
    }

    /// Width of one line of text.
    pub fn width(&self, text: impl Into<String>, face: Face) -> f32 {
        self.layout(text, face, Color32::WHITE).size().x
    }

    /// Text that wraps at `width` but not between a number and its unit; in regular text numbers stand out in weight
    /// 500 and `emphasis`. Ready for [`Self::galley`].
    pub fn paragraph(&self, text: &str, face: Face, (body, emphasis): (Color32, Color32), width: f32) -> Arc<Galley> {
        let mut job = LayoutJob::default();
        job.wrap.max_width = width;
        let line_height = (face.size * 1.45).round();
        let text = with_units(&spelt(text));
        let is_plain = face.weight == Weight::Regular;
        for (piece, is_number) in pieces(&text) {
            let (face, color) = match is_number && is_plain {
                true => (Face { weight: Weight::Medium, ..face }, emphasis),
                false => (face, body),
            };
            job.append(piece, 0.0, TextFormat { line_height: Some(line_height), ..format(face, color) });
        }
        self.0.layout_job(job)
    }

    /// Laid out text, its first baseline at `at`. Returns the y of its last line's bottom.
    pub fn galley(&self, at: Pos2, galley: Arc<Galley>) -> f32 {
        let baseline = baseline(&galley);
        let bottom = at.y - baseline + galley.size().y;
        self.0.add(TextShape::new(pos2(at.x, at.y - baseline), galley, Color32::WHITE));
        bottom
    }

    fn layout(&self, text: impl Into<String>, face: Face, color: Color32) -> Arc<Galley> {
        let mut job = LayoutJob::single_section(spelt(&text.into()), format(face, color));
        job.wrap.max_width = f32::INFINITY;
        self.0.layout_job(job)
    }
}

/// The pieces of rising diagonals `gap` apart that lie between two curves over the same x.
fn hatch_lines(first: &[Pos2], second: &[Pos2], gap: f32) -> Vec<[Pos2; 2]> {
    let num_points = first.len().min(second.len());
    let (first, second) = (&first[..num_points], &second[..num_points]);
    let (Some(left), Some(right)) = (first.first(), first.last()) else { return Vec::new() };
    let both = || first.iter().chain(second).map(|point| point.y);
    let (top, bottom) = (both().fold(f32::INFINITY, f32::min), both().fold(f32::NEG_INFINITY, f32::max));
    let stride = gap * std::f32::consts::SQRT_2;
    let mut lines = Vec::new();
    // x + y is the same all along a diagonal; whole strides keep the pattern still while the curves move.
    let nearest = ((left.x + top) / stride).ceil();
    let sums = (0..MAX_HATCHES).map(|idx| (nearest + idx as f32) * stride);
    for sum in sums.take_while(|sum| *sum < right.x + bottom) {
        let start = first.partition_point(|point| point.x < sum - bottom).saturating_sub(1);
        let end = (first.partition_point(|point| point.x <= sum - top) + 1).min(num_points);
        // How far the diagonal lies inside at a point, negative outside.
        let depth = |idx: usize| {
            let y = sum - first[idx].x;
            (y - first[idx].y.min(second[idx].y)).min(first[idx].y.max(second[idx].y) - y)
        };
        let at = |x: f32| pos2(x, sum - x);
        let mut entered = (start < end && depth(start) > 0.0).then(|| at(first[start].x));
        for idx in start + 1..end {
            let (before, now) = (depth(idx - 1), depth(idx));
            let edge = || {
                let share = (before / (before - now)).clamp(0.0, 1.0);
                at(egui::lerp(first[idx - 1].x..=first[idx].x, share))
            };
            match entered {
                None if now > 0.0 => entered = Some(edge()),
                Some(from) if now <= 0.0 => {
                    lines.push([from, edge()]);
                    entered = None;
                }
                _ => {}
            }
        }
        if let (Some(from), Some(last)) = (entered, end.checked_sub(1)) {
            lines.push([from, at(first[last].x)]);
        }
    }
    lines
}

fn format(face: Face, color: Color32) -> TextFormat {
    TextFormat { font_id: face.font_id(), color, extra_letter_spacing: face.spacing, ..TextFormat::default() }
}

/// Distance from the top of laid out text to its first baseline.
fn baseline(galley: &Galley) -> f32 {
    let row = galley.rows.first();
    row.and_then(|row| row.glyphs.first().map(|glyph| row.pos.y + glyph.pos.y)).unwrap_or(0.0)
}

/// Points of a circle's arc, about one every 3 px.
pub fn arc_points(center: Pos2, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    let num_steps = (((to - from).abs() * radius / 3.0).ceil() as usize).clamp(2, 200);
    let angle = |step: usize| egui::lerp(from..=to, step as f32 / num_steps as f32);
    (0..=num_steps).map(|step| center + radius * direction(angle(step))).collect()
}

/// Unit vector of an angle clockwise from 12 o'clock.
pub fn direction(angle: f32) -> Vec2 {
    vec2(angle.sin(), -angle.cos())
}

/// Half a disc, left (`-1.0`) or right (`1.0`), closed by its straight side.
pub fn half_disc(center: Pos2, radius: f32, side: f32) -> Vec<Pos2> {
    arc_points(center, radius, 0.0, side * PI)
}

fn add_strip(mesh: &mut Mesh) {
    for pair in 1..(mesh.vertices.len() / 2) as u32 {
        let last = 2 * pair;
        mesh.add_triangle(last - 2, last - 1, last);
        mesh.add_triangle(last - 1, last, last + 1);
    }
}

/// Units that stay with their number.
const UNITS: [&str; 9] = ["dB", "dBTP", "dBFS", "LU", "LUFS", "Hz", "kHz", "%", "s"];

/// A word without what may stand around it.
fn bare(word: &str) -> &str {
    word.trim_end_matches([' ', ',', '.', ';', ':', ')'])
}

fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(['(', '+', '\u{2212}', '-', '\u{00B1}']);
    digits.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The text in letters that the font has: the prime of a section's label is written as an apostrophe.
fn spelt(text: &str) -> String {
    text.replace('\u{2032}', "\u{2019}")
}

/// The text with no-break spaces between numbers and units.
fn with_units(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut was_number = false;
    for word in text.split(' ') {
        let space = if was_number && UNITS.contains(&bare(word)) { '\u{00A0}' } else { ' ' };
        if !joined.is_empty() {
            joined.push(space);
        }
        joined.push_str(word);
        was_number = is_number(word) && word == bare(word);
    }
    joined
}

/// A text cut into words, and whether each is a number.
fn pieces(text: &str) -> Vec<(&str, bool)> {
    text.split_inclusive(' ').map(|word| (word, is_number(word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hatch_stays_between_its_curves() {
        let curve = |y: fn(f32) -> f32| (0..=50).map(|step| step as f32 * 2.0).map(|x| pos2(x, y(x))).collect();
        let (level, slope): (Vec<Pos2>, Vec<Pos2>) = (curve(|_| 20.0), curve(|x| 10.0 + 0.4 * x));
        let lines = hatch_lines(&level, &slope, 4.0);
        assert!(lines.len() > 8, "{}", lines.len());
        for point in lines.iter().flatten() {
            let (a, b) = (20.0_f32, 10.0 + 0.4 * point.x);
            assert!(point.y > a.min(b) - 1.0 && point.y < a.max(b) + 1.0, "{point:?}");
        }
        assert!(hatch_lines(&level, &level, 4.0).is_empty());
    }

    #[test]
    fn numbers_and_their_units_stand_out() {
        let text = with_units("Integrated \u{2212}14.3 LUFS, asked for: 2 more.");
        let strong: Vec<&str> = pieces(&text).iter().filter(|piece| piece.1).map(|piece| piece.0.trim()).collect();
        assert_eq!(strong, ["\u{2212}14.3\u{00A0}LUFS,", "2"]);
    }
}
