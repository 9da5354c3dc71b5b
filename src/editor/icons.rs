//! Small signs on a 12-px grid.

use std::f32::consts::PI;

use egui::{Color32, Pos2, Rect, pos2, vec2};

use super::pen::{Pen, arc_points, half_disc};
use super::theme::CANVAS;

/// What a sign says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Done, checked.
    Check,
    /// Rejected, close.
    Cross,
    /// Proposed.
    Diamond,
    /// Proposed and selected.
    DiamondFilled,
    /// Nothing to do.
    Dash,
    /// Off or waiting.
    Off,
    /// Opens a list.
    ChevronDown,
    /// Hearing.
    Phones,
    /// The difference.
    Delta,
    /// Ends what runs.
    Stop,
    /// Fault.
    Warn,
    /// Changed by hand.
    Pen,
    /// Takes back.
    Undo,
    /// Makes again.
    Redo,
    /// Opens what is to be set.
    Sliders,
    /// Belongs to the mix.
    Back,
    /// To the clipboard.
    Copy,
}

/// Draws a sign of about 9 px times `scale`.
pub fn draw(pen: &Pen, icon: Icon, at: Pos2, color: Color32, scale: f32) {
    let point = |x: f32, y: f32| at + scale * vec2(x, y);
    let points = |list: &[(f32, f32)]| list.iter().map(|&(x, y)| point(x, y)).collect::<Vec<_>>();
    let stroke = |list: &[(f32, f32)]| pen.round_path(points(list), 1.5, color);
    match icon {
        Icon::Check => stroke(&[(-4.0, 0.3), (-1.2, 3.1), (4.2, -3.3)]),
        Icon::Cross => {
            stroke(&[(-3.2, -3.2), (3.2, 3.2)]);
            stroke(&[(3.2, -3.2), (-3.2, 3.2)]);
        }
        Icon::Diamond => pen.outline(points(&[(0.0, -4.4), (4.4, 0.0), (0.0, 4.4), (-4.4, 0.0)]), 1.5, color),
        Icon::DiamondFilled => pen.polygon(points(&[(0.0, -4.8), (4.8, 0.0), (0.0, 4.8), (-4.8, 0.0)]), color),
        Icon::Dash => stroke(&[(-3.5, 0.0), (3.5, 0.0)]),
        Icon::Off => pen.ring(at, 3.4 * scale, 1.35, color),
        Icon::ChevronDown => stroke(&[(-3.0, -1.4), (0.0, 1.6), (3.0, -1.4)]),
        Icon::Phones => {
            let mut band = vec![point(-4.6, 2.0)];
            band.extend(arc_points(point(0.0, 0.4), 4.6 * scale, -PI / 2.0, PI / 2.0));
            band.push(point(4.6, 2.0));
            pen.round_path(band, 1.5, color);
            for x in [-5.2, 2.6] {
                pen.fill(Rect::from_min_size(point(x, 0.6), scale * vec2(2.6, 4.2)), 1.0, color);
            }
        }
        Icon::Delta => pen.outline(points(&[(0.0, -4.0), (4.4, 3.6), (-4.4, 3.6)]), 1.5, color),
        Icon::Stop => pen.fill(Rect::from_center_size(at, vec2(6.8, 6.8) * scale), 1.2, color),
        Icon::Warn => {
            pen.fill(Rect::from_center_size(at, vec2(12.0, 12.0) * scale), 3.0 * scale, color);
            pen.round_path(points(&[(0.0, -3.2), (0.0, 0.8)]), 1.8 * scale, CANVAS);
            pen.disc(point(0.0, 3.4), 1.05 * scale, CANVAS);
        }
        Icon::Pen => {
            pen.outline(points(&[(-4.0, 4.0), (-3.2, 1.2), (2.2, -4.2), (4.2, -2.2), (-1.2, 3.2)]), 1.4, color)
        }
        Icon::Sliders => {
            for (y, x) in [(-3.8, 1.8), (0.0, -2.2), (3.8, 0.8)] {
                stroke(&[(-5.4, y), (5.4, y)]);
                pen.disc(point(x, y), 2.0 * scale, color);
            }
        }
        Icon::Back => {
            stroke(&[(4.2, 0.0), (-4.0, 0.0)]);
            stroke(&[(-0.8, -3.2), (-4.0, 0.0), (-0.8, 3.2)]);
        }
        Icon::Copy => {
            pen.outline(points(&[(-4.2, -4.2), (1.6, -4.2), (1.6, 1.6), (-4.2, 1.6)]), 1.3, color);
            stroke(&[(4.2, -1.4), (4.2, 4.2), (-1.4, 4.2)]);
        }
        Icon::Undo | Icon::Redo => {
            let side = if icon == Icon::Undo { 1.0 } else { -1.0 };
            let mut hook = vec![point(-4.5 * side, -1.5), point(1.5 * side, -1.5)];
            hook.extend(arc_points(point(1.5 * side, 1.5), 3.0 * scale, 0.0, side * PI));
            hook.push(point(-side, 4.5));
            pen.round_path(hook, 1.5, color);
            stroke(&[(-1.8 * side, -4.2), (-4.6 * side, -1.5), (-1.8 * side, 1.2)]);
        }
    }
}

/// How the two halves of the mark are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// A fill.
    Filled,
    /// An outline.
    Hollow,
    /// A dashed outline.
    Dashed,
}

/// The mark: mix on the left, master on the right, apart by `offset` (of the radius) each way.
pub fn split_disc(pen: &Pen, center: Pos2, radius: f32, offset: f32, halves: [Half; 2]) {
    let gap = (radius * 0.09).max(0.7);
    let sides = [(-1.0, super::theme::MIX), (1.0, super::theme::MASTER)];
    for ((side, color), half) in sides.into_iter().zip(halves) {
        let middle = pos2(center.x + side * gap, center.y - side * offset * radius);
        let shape = half_disc(middle, radius, side);
        match half {
            Half::Filled => pen.polygon(shape, color),
            Half::Hollow => pen.outline(shape, 1.5, color),
            Half::Dashed => {
                let closed: Vec<Pos2> = shape.iter().copied().chain(shape.first().copied()).collect();
                pen.dashes(&closed, (3.0, 3.0), 1.5, color);
            }
        }
    }
}

/// Three rising bars, the first `filled` of them lit.
pub fn confidence_bars(pen: &Pen, left: f32, baseline: f32, filled: usize) {
    for idx in 0..3 {
        let height = 4.0 + 2.0 * idx as f32;
        let rect = Rect::from_min_size(pos2(left + 6.0 * idx as f32, baseline - height), vec2(4.0, height));
        pen.fill(rect, 1.0, if idx < filled { super::theme::T2 } else { super::theme::HAIR });
    }
}
