//! The seal: a ring for the share heard, the two halves as far apart as the job is big.

use std::f64::consts::{PI, TAU};

use super::geometry::{Point, arc_points};
use super::palette::{MASTER, MIX, OK, SOFT, T2};
use super::pen::Pen;
use crate::assistant::VerdictKind;

/// How a half of the mark is drawn.
#[derive(Clone, Copy)]
enum Half {
    Filled,
    Hollow,
    Dashed,
}

/// Draws the seal of a verdict.
pub fn draw(pen: &Pen<'_>, center: Point, radius: f64, verdict: VerdictKind, share: Option<f64>) {
    let (offset, halves) = match verdict {
        VerdictKind::LevelOnly => (0.0, [Half::Filled; 2]),
        VerdictKind::SmallMoves => (0.07, [Half::Filled; 2]),
        VerdictKind::WorkNeeded => (0.2, [Half::Filled; 2]),
        VerdictKind::SendBack => (0.0, [Half::Filled, Half::Dashed]),
        VerdictKind::NotEnoughHeard => (0.0, [Half::Hollow; 2]),
        VerdictKind::OutsideScope => (0.0, [Half::Hollow, Half::Dashed]),
    };
    let width = radius * 0.08;
    pen.ring(center, radius, width, SOFT);
    if verdict != VerdictKind::OutsideScope {
        let color = if verdict == VerdictKind::LevelOnly { OK } else { T2 };
        let share = share.unwrap_or(0.0).clamp(0.0, 1.0);
        if share > 0.0 {
            pen.arc(center, radius, (0.0, share * TAU), width, color);
        }
    }
    for ((side, color), half) in [(-1.0, MIX), (1.0, MASTER)].into_iter().zip(halves) {
        let inner = radius * 0.52;
        let middle = (center.0 + side * inner * 0.09, center.1 - side * offset * inner);
        let mut shape = arc_points(middle, inner, (0.0, side * PI));
        match half {
            Half::Filled => pen.polygon(&shape, color),
            Half::Hollow => {
                shape.push(shape[0]);
                pen.path(&shape, 2.0, color);
            }
            Half::Dashed => {
                shape.push(shape[0]);
                pen.dashes(&shape, (4.0, 4.0), 2.0, color);
            }
        }
    }
}
