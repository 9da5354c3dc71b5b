//! The seal: a ring for the share heard, the two halves as far apart as the job is big.

use std::f32::consts::TAU;

use egui::{Color32, Pos2};

use crate::assistant::VerdictKind;

use super::icons::{Half, split_disc};
use super::pen::Pen;
use super::theme::{OK, SOFT, T2};

/// Draws the seal of a verdict, or of listening while there is none.
pub fn draw(pen: &Pen, center: Pos2, radius: f32, verdict: Option<VerdictKind>, share: Option<f64>) {
    let (offset, halves) = match verdict {
        Some(VerdictKind::LevelOnly) => (0.0, [Half::Filled; 2]),
        Some(VerdictKind::SmallMoves) => (0.07, [Half::Filled; 2]),
        Some(VerdictKind::WorkNeeded) => (0.2, [Half::Filled; 2]),
        Some(VerdictKind::SendBack) => (0.0, [Half::Filled, Half::Dashed]),
        Some(VerdictKind::NotEnoughHeard) => (0.0, [Half::Hollow; 2]),
        Some(VerdictKind::OutsideScope) => (0.0, [Half::Hollow, Half::Dashed]),
        None => (0.0, [Half::Hollow; 2]),
    };
    pen.ring(center, radius, 2.5, SOFT);
    if verdict != Some(VerdictKind::OutsideScope) {
        let color = if verdict == Some(VerdictKind::LevelOnly) { OK } else { T2 };
        coverage(pen, center, radius, share, color);
    }
    split_disc(pen, center, radius * 0.52, offset, halves);
}

fn coverage(pen: &Pen, center: Pos2, radius: f32, share: Option<f64>, color: Color32) {
    match share {
        Some(share) if share >= 0.999 => pen.ring(center, radius, 2.5, color),
        Some(share) if share > 0.0 => pen.arc(center, radius, (0.0, share as f32 * TAU), 2.5, color),
        _ => {}
    }
}
