//! What a stage did over the last ten seconds: one lane per value, newest at the right.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::chain::Activity;
use crate::editor::levels::{Levels, PEAKS_S};
use crate::editor::pen::Pen;
use crate::editor::theme::{
    AXIS_ZERO, GRID, PLOT_BOTTOM, PLOT_TOP, REDUCTION, REDUCTION_TEXT, T2, T3, medium, regular,
};
use crate::editor::widgets::describe;
use crate::editor::words;

/// Width of the labels at the left and of the numbers at the right.
const LABELS: f32 = 112.0;
const NUMBERS: f32 = 74.0;

/// One value over time.
pub struct Lane {
    name: String,
    range_db: f64,
    /// A level from its floor up, instead of a gain around zero.
    floor_dbfs: Option<f64>,
    value: fn(&Activity) -> f64,
}

impl Lane {
    /// A change of gain, drawn from zero; the axis reaches `range_db` each way.
    pub fn new(name: &str, range_db: f64, value: fn(&Activity) -> f64) -> Self {
        Self { name: name.to_owned(), range_db, floor_dbfs: None, value }
    }

    /// A level in dBFS, drawn from −100 dBFS up.
    pub fn level(name: &str, value: fn(&Activity) -> f64) -> Self {
        Self { name: name.to_owned(), range_db: 0.0, floor_dbfs: Some(-100.0), value }
    }

    /// Place of a value in the lane: 0 at its rest, ±1 at its edges.
    fn share(&self, value: f64) -> f32 {
        match self.floor_dbfs {
            Some(floor) => ((value.max(floor) - floor) / -floor).min(1.0) as f32,
            None => (value / self.range_db).clamp(-1.0, 1.0) as f32,
        }
    }

    fn text(&self, value: f64) -> String {
        match self.floor_dbfs {
            Some(floor) if value < floor => "nothing".to_owned(),
            Some(_) => format!("{} dBFS", words::number(value)),
            None if value.abs() < 0.05 => "0.0 dB".to_owned(),
            None => format!("{} dB", words::signed(value)),
        }
    }
}

fn lane_of(area: Rect, num_lanes: usize, idx: usize) -> Rect {
    let inner = area.shrink2(vec2(0.0, 12.0));
    let height = inner.height() / num_lanes as f32;
    let top = inner.top() + idx as f32 * height;
    Rect::from_min_max(pos2(inner.left(), top), pos2(inner.right(), top + height)).shrink2(vec2(0.0, 3.0))
}

/// The ground of readouts and plots.
pub fn ground(ui: &Ui, area: Rect) -> Pen {
    let pen = Pen::of(ui);
    pen.gradient(area, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    pen
}

/// Draws the lanes, the first on top.
pub fn draw(ui: &mut Ui, area: Rect, levels: &Levels, lanes: &[Lane]) {
    let pen = ground(ui, area);
    let newest = levels.activity();
    for (idx, lane) in lanes.iter().enumerate() {
        let rect = lane_of(area, lanes.len(), idx);
        let plot =
            Rect::from_min_max(pos2(rect.left() + LABELS, rect.top()), pos2(rect.right() - NUMBERS, rect.bottom()));
        // A lone reduction hangs from the top, as the limiter's does; bands move both ways.
        let (rest, reach) = match (lane.floor_dbfs, lanes.len()) {
            (Some(_), _) => (plot.bottom(), -plot.height()),
            (None, 1) => (plot.top() + 4.0, 4.0 - plot.height()),
            _ => (plot.center().y, -plot.height() / 2.0),
        };
        let y = |value: f64| rest + reach * lane.share(value);
        pen.horizontal(plot.left(), plot.right(), rest, AXIS_ZERO);
        if lanes.len() == 1 && lane.floor_dbfs.is_none() {
            for db in [2.0, 4.0, 6.0] {
                pen.horizontal(plot.left(), plot.right(), y(-db), GRID);
                pen.right(plot.left() - 8.0, y(-db) + 4.0, words::number(-db), regular(11.0), T3);
            }
        }
        let points: Vec<Pos2> = levels
            .peaks
            .iter()
            .map(|peak| {
                let age = ((levels.time_s - peak.time_s) / PEAKS_S) as f32;
                pos2(plot.right() - age.min(1.0) * plot.width(), y((lane.value)(&peak.activity)))
            })
            .collect();
        if points.len() > 1 {
            let range = (plot.left(), plot.right());
            pen.area(&points, rest, range, (REDUCTION.gamma_multiply(0.45), REDUCTION.gamma_multiply(0.45)));
            pen.path(points, 1.5, REDUCTION);
        }
        if lanes.len() == 1 {
            pen.left(rect.left() + 16.0, rect.top() + 14.0, lane.name.clone(), regular(11.0), T3);
        }
        let text = lane.text((lane.value)(&newest));
        let baseline = if lanes.len() == 1 { rect.top() + 14.0 } else { rect.center().y + 4.3 };
        pen.right(rect.right() - 14.0, baseline, text.clone(), medium(12.0), REDUCTION_TEXT);
        let response = ui.interact(plot, ui.scope_id().with(("lane", &lane.name)), Sense::hover());
        let spoken = format!("{}, {text}", lane.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &spoken));
        describe(ui, &response, || format!("{spoken}. The last ten seconds of playing, newest at the right."));
    }
    if levels.peaks.is_empty() {
        pen.center(area.center().x, area.center().y + 4.0, "Play to see what this stage does.", regular(12.0), T2);
    }
}
