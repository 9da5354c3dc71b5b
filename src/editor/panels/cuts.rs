//! What the resonance tamer cuts now, over frequency.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::chain::resonance::curve_frequency_hz;
use crate::editor::levels::Levels;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{AXIS_ZERO, GRID, GRID_DECADE, PLOT_BOTTOM, PLOT_TOP, REDUCTION, SOFT, T3, regular};
use crate::editor::words;

/// Deepest cut that is shown, dB.
const RANGE_DB: f32 = 12.0;

/// Draws the curve; the range of frequencies that is listened to is open, the rest hatched.
pub fn draw(ui: &mut Ui, area: Rect, scene: &Scene, levels: &Levels) {
    let pen = Pen::of(ui);
    pen.gradient(area, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    let plot = Rect::from_min_max(area.min + vec2(0.0, 12.0), area.max - vec2(32.0, 21.0));
    let x = |frequency_hz: f64| plot.left() + plot.width() * ((frequency_hz / 20.0).ln() / 1000f64.ln()) as f32;
    let y = |cut_db: f32| plot.top() + plot.height() * (cut_db / RANGE_DB).min(1.0);
    for (frequency_hz, label) in [
        (20.0, ""),
        (50.0, "50"),
        (100.0, "100"),
        (200.0, "200"),
        (500.0, "500"),
        (1e3, "1k"),
        (2e3, "2k"),
        (5e3, "5k"),
    ]
    .into_iter()
    .chain([(1e4, "10k")])
    {
        let color = if [100.0, 1e3, 1e4].contains(&frequency_hz) { GRID_DECADE } else { GRID };
        pen.vertical(x(frequency_hz), plot.top(), plot.bottom(), color);
        pen.center(x(frequency_hz), area.bottom() - 6.0, label, regular(11.0), T3);
    }
    for cut_db in [0.0, 3.0, 6.0, 9.0, 12.0] {
        pen.horizontal(plot.left(), plot.right(), y(cut_db), if cut_db == 0.0 { AXIS_ZERO } else { GRID });
        pen.right(area.right() - 9.0, y(cut_db) + 4.0, words::decimals(-f64::from(cut_db), 0), regular(11.0), T3);
    }
    let settings = &scene.settings.resonance;
    for shut in [plot.with_max_x(x(settings.low_hz)), plot.with_min_x(x(settings.high_hz).min(plot.right()))] {
        if shut.width() > 1.0 {
            pen.hatch(shut, 8.0, SOFT);
        }
    }
    let cuts = levels.activity().resonance_cuts_db;
    let points: Vec<Pos2> =
        cuts.iter().enumerate().map(|(idx, cut_db)| pos2(x(curve_frequency_hz(idx)), y(*cut_db))).collect();
    let ground = REDUCTION.gamma_multiply(0.4);
    pen.area(&points, y(0.0), (plot.left(), plot.right()), (ground, ground));
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
