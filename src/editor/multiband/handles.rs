//! What is dragged on the multiband plot: crossovers along the frequencies, thresholds along the levels.

use egui::{Rect, Role, Ui, WidgetInfo, pos2, vec2};

use crate::chain::Stage;
use crate::chain::settings::{MIN_CROSSOVER_RATIO, NUM_SPLITS};
use crate::dsp::crossover::{NUM_CROSSOVERS, ordered};
use crate::editor::grip::{grip, handle};
use crate::editor::layout::between;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{HAIR, LIFT, PLOT_BOTTOM, PROPOSAL, T1, T2, T3, medium};
use crate::editor::widgets::{describe, focus_ring, typed_value};
use crate::editor::words;

use super::plot::Graph;
use super::{band_id, is_band_on};

const LOWEST_HZ: f64 = 20.0;
const HIGHEST_HZ: f64 = 20_000.0;
/// Height of a pill, and how far the second row lies below the first.
const PILL: f32 = 22.0;

/// A pill on each crossover's line; it stops at its neighbours.
pub fn crossovers(ui: &mut Ui, graph: &Graph, (session, scene): (&Session, &Scene)) {
    let plot = graph.axis.plot;
    let proposed = scene.proposed_settings(Stage::Multiband);
    let proposed_hz = proposed.map(|settings| ordered(settings.multiband.crossover_hz, MIN_CROSSOVER_RATIO));
    let mut taken_to = f32::NEG_INFINITY;
    for idx in 0..NUM_CROSSOVERS {
        let frequency_hz = graph.crossover_hz[idx];
        let x = graph.axis.x(frequency_hz);
        let pen = Pen::of(ui);
        pen.vertical(x, plot.top(), plot.bottom(), HAIR);
        if let Some(to_hz) = proposed_hz.map(|all| all[idx]).filter(|to_hz| *to_hz != frequency_hz) {
            let to = graph.axis.x(to_hz);
            pen.dashes(&[pos2(to, plot.top()), pos2(to, plot.bottom())], (6.0, 4.0), 1.5, PROPOSAL);
        }
        let width = pen.width(words::frequency(frequency_hz), medium(11.0)) + 16.0;
        let center_x = between(x, plot.left() + width / 2.0 + 4.0, plot.right() - width / 2.0 - 4.0);
        // Neighbours that come close stand one below the other.
        let is_second = center_x - width / 2.0 < taken_to + 4.0;
        let y = plot.top() + 18.0 + if is_second { PILL + 2.0 } else { 0.0 };
        taken_to = if is_second { f32::NEG_INFINITY } else { center_x + width / 2.0 };
        let rect = Rect::from_center_size(pos2(center_x, y), vec2(width, PILL));
        let lowest = if idx == 0 { LOWEST_HZ } else { graph.crossover_hz[idx - 1] * MIN_CROSSOVER_RATIO };
        let highest = graph.crossover_hz.get(idx + 1).map_or(HIGHEST_HZ, |next| next / MIN_CROSSOVER_RATIO);
        let id = format!("multiband.crossover_{}_hz", idx + 1);
        let grip = grip(ui, session, &id, rect, |at| {
            // The pill keeps inside the plot where its line comes close to an edge.
            between(graph.axis.frequency_hz(at.x + x - center_x), lowest, highest)
        });
        let Some(grip) = grip else { continue };
        let pen = Pen::of(ui);
        let is_held = grip.pointer.hovered() || grip.pointer.dragged();
        pen.fill(rect, 11.0, if is_held { LIFT.lerp_to_gamma(T1, 0.12) } else { LIFT });
        let entry = Rect::from_center_size(rect.center(), vec2(width.max(88.0), 24.0));
        if !typed_value(ui, session, &grip.control, entry) {
            pen.center(rect.center().x, rect.center().y + 4.0, words::frequency(frequency_hz), medium(11.0), T1);
        }
        if let Some((number, wanted)) = scene.proposed(&id) {
            let wanted = words::frequency(wanted);
            let say = || format!("Crossover {}, {}. Proposal {number} would set {wanted}.", idx + 1, grip.control.text);
            describe(ui, &grip.pointer, say);
        }
        focus_ring(&Pen::of(ui), &grip.control.response, 11.0);
    }
}

/// A dotted line over each band at its threshold, dragged by the flag at its left; the number itself is in the table.
/// Returns the band whose flag was taken.
pub fn thresholds(ui: &mut Ui, graph: &Graph, (session, scene): (&Session, &Scene), selected: usize) -> Option<usize> {
    let mut taken = None;
    for band_idx in 0..NUM_SPLITS {
        let (left, right) = graph.edges(band_idx);
        let (left, right) = (left + 8.0, right - 8.0);
        let id = band_id(band_idx, "threshold_dbfs");
        let threshold_dbfs = scene.settings.multiband.bands[band_idx].threshold_dbfs;
        let y = graph.threshold_y(threshold_dbfs);
        let rect = Rect::from_min_size(pos2(left - 6.0, y - 11.0), vec2(24.0, 22.0));
        let flag = handle(ui, session, &id, rect, |at| graph.threshold_dbfs(at.y));
        let Some(flag) = flag else { continue };
        let text = format!("{} dBFS", words::number(threshold_dbfs));
        flag.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, format!("Threshold flag of band {}, {text}", band_idx + 1))
        });
        if flag.clicked() || flag.drag_started() {
            taken = Some(band_idx);
        }
        let pen = Pen::of(ui);
        let is_held = flag.hovered() || flag.dragged();
        let color = match (is_band_on(&scene.settings, band_idx), band_idx == selected || is_held) {
            (true, true) => T1,
            (true, false) => T2,
            (false, _) => T3,
        };
        if right - left > 12.0 {
            pen.dashes(&[pos2(left + 10.0, y), pos2(right, y)], (2.0, 3.0), 1.25, color);
        }
        if let Some((_, to_dbfs)) = scene.proposed(&id) {
            let to = graph.threshold_y(to_dbfs);
            pen.dashes(&[pos2(left, to), pos2(right, to)], (6.0, 4.0), 1.75, PROPOSAL);
        }
        let size = if is_held { 6.0 } else { 5.0 };
        pen.polygon(vec![pos2(left, y - size), pos2(left + 1.4 * size, y), pos2(left, y + size)], color);
        let width = pen.width(text.clone(), medium(11.0));
        if is_held {
            let x = (left + 14.0).min(graph.axis.plot.right() - width - 12.0);
            let label = Rect::from_min_size(pos2(x, y - 20.0), vec2(width + 10.0, 16.0));
            pen.fill(label, 4.0, PLOT_BOTTOM);
            pen.left(label.left() + 5.0, label.bottom() - 4.0, text, medium(11.0), T1);
        }
    }
    taken
}
