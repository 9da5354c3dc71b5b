//! The song as a ring: 180 bars, clockwise from 12 o'clock.

use std::f32::consts::TAU;

use egui::{Pos2, Ui};

use super::pen::{Pen, direction};
use super::scene::Scene;
use super::song_map::bars;
use super::theme::{HAIR, MASTER, MIX, T1, T3};
use super::words;

/// Bars of the ring.
const NUM_BARS: usize = 180;
/// Radii between which bars lie, points at full size.
const RADII: (f32, f32) = (124.0, 184.0);

/// Draws the ring; `added_db` lengthens each bar by a gold tip. Bars are the song where its extent is known;
/// else one turn is the time heard so far.
pub fn draw(ui: &Ui, center: Pos2, scale: f32, scene: &Scene, added_db: Option<f64>) {
    let pen = Pen::of(ui);
    let (inner, outer) = (RADII.0 * scale, RADII.1 * scale);
    let duration_s = scene.map_end_s();
    let heights = if duration_s > 0.0 { bars(scene.blocks(), duration_s, NUM_BARS) } else { vec![None; NUM_BARS] };
    let newest = heights.iter().rposition(Option::is_some).unwrap_or(0);
    for (idx, height) in heights.iter().enumerate() {
        let ray = direction((idx as f32 + 0.5) / NUM_BARS as f32 * TAU);
        let Some(height) = height else {
            pen.disc(center + inner * ray, 1.1, HAIR);
            continue;
        };
        let length = (6.0 + (RADII.1 - RADII.0) * height * 0.8) * scale;
        let is_newest = scene.is_busy() && newest.saturating_sub(idx) < NUM_BARS / 10;
        let color = MIX.lerp_to_gamma(super::theme::CANVAS, if is_newest { 0.0 } else { 0.26 });
        pen.round_path(vec![center + inner * ray, center + (inner + length) * ray], 2.4 * scale, color);
        if let Some(added_db) = added_db.filter(|added_db| *added_db > 0.05) {
            let from = inner + length + 3.5 * scale;
            let tip = (added_db as f32 * 3.75).clamp(1.5, 30.0) * scale;
            pen.round_path(vec![center + from * ray, center + (from + tip) * ray], 2.4 * scale, MASTER);
        }
    }
    if let Some(position_s) = scene.position_s.filter(|position_s| duration_s > 0.0 && *position_s <= duration_s) {
        let ray = direction((position_s / duration_s) as f32 * TAU);
        pen.round_path(vec![center + 112.0 * scale * ray, center + outer * ray], 1.5, T1);
        pen.disc(center + 112.0 * scale * ray, 3.2 * scale, T1);
    }
    if scene.share().is_some() {
        let at = center - egui::vec2(0.0, inner - 20.0 * scale);
        pen.center(at.x, at.y, words::time(duration_s), super::theme::regular(11.0), T3);
    }
}
