//! What the resonance tamer cuts now, over frequency.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use crate::chain::resonance::curve_frequency_hz;
use crate::editor::levels::Levels;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{PLOT_BOTTOM, PLOT_TOP, REDUCTION, SOFT};
use crate::editor::words;

use super::axes::Axes;

/// Deepest cut that is shown, dB.
const RANGE_DB: f64 = 12.0;

/// Draws the curve; the range of frequencies that is listened to is open, the rest hatched.
pub fn draw(ui: &mut Ui, area: Rect, scene: &Scene, levels: &Levels) {
    let pen = Pen::of(ui);
    pen.gradient(area, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    let axes = Axes::new(area, 12.0, (0.0, -RANGE_DB));
    let plot = axes.plot;
    axes.draw(&pen, 3.0);
    let settings = &scene.settings.resonance;
    for shut in [plot.with_max_x(axes.x(settings.low_hz)), plot.with_min_x(axes.x(settings.high_hz).min(plot.right()))]
    {
        if shut.width() > 1.0 {
            pen.hatch(shut, 8.0, SOFT);
        }
    }
    let cuts = levels.activity().resonance_cuts_db;
    let points: Vec<Pos2> = cuts
        .iter()
        .enumerate()
        .map(|(idx, cut_db)| pos2(axes.x(curve_frequency_hz(idx)), axes.y(-f64::from(*cut_db))))
        .collect();
    let ground = REDUCTION.gamma_multiply(0.4);
    pen.area(&points, axes.y(0.0), (plot.left(), plot.right()), (ground, ground));
    pen.path(points, 1.75, REDUCTION);
    let deepest = cuts.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).filter(|(_, cut_db)| **cut_db > 0.05);
    let spoken = match deepest {
        Some((idx, cut_db)) => format!(
            "Cuts now, deepest {} dB at {}",
            words::number(-f64::from(*cut_db)),
            words::frequency(curve_frequency_hz(idx))
        ),
        None => "Cuts now, none".to_owned(),
    };
    let response = ui.interact(plot, ui.scope_id().with("cuts"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &spoken));
}
