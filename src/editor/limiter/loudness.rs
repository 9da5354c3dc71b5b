//! Short-term loudness of mix and master over the last 90 seconds.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use crate::editor::levels::{LOUDNESS_S, Levels, Loudness};
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{GRID, MASTER, MIX, PLOT_TOP, SEAM, T1, T2, T3, regular};
use crate::editor::words;

const GUTTER: f32 = 34.0;
/// LU from top to bottom.
const RANGE_LU: f64 = 15.0;

/// Draws the history.
pub fn draw(ui: &mut Ui, area: Rect, scene: &Scene, levels: &Levels) {
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, PLOT_TOP);
    pen.horizontal(area.left(), area.right(), area.top() + 0.5, SEAM);
    let plot =
        Rect::from_min_max(pos2(area.left(), area.top() + 22.0), pos2(area.right() - GUTTER, area.bottom() - 4.0));
    let top_lufs = top(scene, levels);
    let y_of = |lufs: f64| plot.top() + ((top_lufs - lufs) / RANGE_LU) as f32 * plot.height();
    let x_of = |time_s: f64| plot.right() - ((levels.time_s - time_s) / LOUDNESS_S) as f32 * plot.width();
    let inside = pen.clipped(area.with_max_x(plot.right()).with_min_y(plot.top() - 2.0));
    if let Some(target_lufs) = scene.target_lufs() {
        let band =
            Rect::from_min_max(pos2(plot.left(), y_of(target_lufs + 0.5)), pos2(plot.right(), y_of(target_lufs - 0.5)));
        inside.fill(band, 0.0, T1.gamma_multiply(0.055));
    }
    for step in 0..4 {
        let lufs = top_lufs - 1.0 - 4.0 * f64::from(step);
        pen.horizontal(plot.left(), plot.right(), y_of(lufs), GRID);
        // Labels closer than their own height are left out.
        if step % 2 == 0 || plot.height() > 48.0 {
            pen.right(area.right() - 8.0, y_of(lufs) + 4.0, words::decimals(lufs, 0), regular(11.0), T3);
        }
    }
    let line = |value: fn(&Loudness) -> Option<f64>| -> Vec<Pos2> {
        let points = levels.loudness.iter().filter_map(|each| Some(pos2(x_of(each.time_s), y_of(value(each)?))));
        points.collect()
    };
    let (mix, master) = (line(|each| each.mix_lufs), line(|each| each.master_lufs));
    if master.len() > 1 {
        inside.area(
            &master,
            area.bottom(),
            (plot.top(), area.bottom()),
            (MASTER.gamma_multiply(0.18), MASTER.gamma_multiply(0.02)),
        );
        inside.path(mix, 1.4, MIX.gamma_multiply(0.9));
        inside.path(master, 1.6, MASTER);
    }
    if let Some(lufs) = scene.hearing.master.integrated_lufs {
        let y = y_of(lufs);
        inside.dashes(&[pos2(plot.left(), y), pos2(plot.right(), y)], (2.0, 3.0), 1.0, MASTER);
    }
    pen.left(area.left() + 12.0, area.top() + 16.0, "Loudness, last 90 s", regular(11.0), T2);
    let target = match scene.target_lufs() {
        Some(lufs) => format!("Target {}, band \u{00B1}0.5", words::number(lufs)),
        None => "No target: as loud as the music bears".to_owned(),
    };
    pen.right(plot.right() - 8.0, area.top() + 16.0, target.clone(), regular(11.0), T3);
    let response = ui.interact(area, ui.scope_id().with("loudness history"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Loudness, last 90 seconds. {target}")));
}

/// A round top that leaves target and what was heard inside.
fn top(scene: &Scene, levels: &Levels) -> f64 {
    let heard = levels.loudness.iter().filter_map(|each| each.master_lufs);
    let highest = heard.chain(scene.target_lufs()).fold(f64::NEG_INFINITY, f64::max);
    let highest = if highest.is_finite() { highest } else { -14.0 };
    ((highest + 1.5) / 4.0).ceil() * 4.0 + 1.0
}
