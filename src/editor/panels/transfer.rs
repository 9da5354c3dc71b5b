//! A compressor's static curve, output over input, with the point at which it works now.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::dsp::gain_curve::GainCurve;
use crate::editor::layout::between;
use crate::editor::pen::Pen;
use crate::editor::theme::{GRID, PROPOSAL, REDUCTION, SOFT, T1, T2, T3, WELL, regular};
use crate::editor::widgets::describe;
use crate::editor::words;

/// Lowest level on both axes, dBFS; the highest is 0.
const LOWEST_DBFS: f64 = -60.0;
/// Changes of gain below this are none, dB.
const LEAST_DB: f64 = 0.05;

/// A curve and what it does now.
pub struct Transfer {
    /// "Glue", "Band 2".
    pub name: String,
    /// As the plot is headed: "Glue", "Low mid".
    pub title: String,
    /// At rest.
    pub curve: GainCurve,
    /// Scale of the gain change, 0–2; 0 is off.
    pub amount: f64,
    /// With the waiting moves, where there are any.
    pub proposed: Option<(GainCurve, f64)>,
    /// Change of gain now, dB.
    pub gain_db: f64,
}

/// The level in dBFS at which the curve changes the gain by `gain_db`; none where it changes nothing.
fn level_of(curve: &GainCurve, amount: f64, gain_db: f64) -> Option<f64> {
    if gain_db.abs() < LEAST_DB || amount <= 0.0 || curve.slope <= 0.0 {
        return None;
    }
    // The gain falls with the level, and stands still where the range ends: the nearest level to the threshold.
    let tolerance = if gain_db < 0.0 { 0.01 } else { -0.01 };
    let (mut low, mut high) = (-120.0, 40.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if amount * curve.gain_at_db(middle) > gain_db + tolerance {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(0.5 * (low + high))
}

/// Draws the curve in the largest square of `area` that leaves room for title and scale.
pub fn draw(ui: &mut Ui, area: Rect, transfer: &Transfer) {
    let side = (area.width() - 20.0).min(area.height() - 44.0);
    let plot = Rect::from_min_size(pos2(area.center().x - side / 2.0, area.top() + 24.0), vec2(side, side));
    draw_plot(ui, plot, transfer);
    let pen = Pen::of(ui);
    pen.left(plot.left(), plot.top() - 8.0, format!("{}, in to out", transfer.title), regular(11.0), T3);
    let foot = plot.bottom() + 14.0;
    pen.left(plot.left(), foot, words::decimals(LOWEST_DBFS, 0), regular(11.0), T3);
    pen.right(plot.right(), foot, "0 dBFS", regular(11.0), T3);
}

/// Draws the curve in a square beside a table, its title in the corner that no curve reaches.
pub fn draw_small(ui: &mut Ui, square: Rect, transfer: &Transfer) {
    draw_plot(ui, square, transfer);
    let pen = Pen::of(ui);
    let title = if square.width() < 130.0 { transfer.title.clone() } else { format!("{}, in to out", transfer.title) };
    pen.left(square.left() + 8.0, square.top() + 16.0, title, regular(11.0), T3);
}

fn draw_plot(ui: &mut Ui, plot: Rect, transfer: &Transfer) {
    let side = plot.width();
    let pen = Pen::of(ui);
    pen.fill(plot, 0.0, WELL);
    let share = |level_dbfs: f64| (1.0 - level_dbfs / LOWEST_DBFS) as f32;
    let at = |input: f64, output: f64| pos2(plot.left() + share(input) * side, plot.bottom() - share(output) * side);
    for step in 1..5 {
        let level = f64::from(step) * LOWEST_DBFS / 5.0;
        pen.vertical(at(level, 0.0).x, plot.top(), plot.bottom(), GRID);
        pen.horizontal(plot.left(), plot.right(), at(0.0, level).y, GRID);
    }
    pen.frame(plot, 0.0, 1.0, SOFT);

    let inside = pen.clipped(plot);
    inside.dashes(&[plot.left_bottom(), plot.right_top()], (1.0, 3.0), 1.0, T3);
    let points = |curve: &GainCurve, amount: f64| -> Vec<Pos2> {
        (0..=80)
            .map(|step| {
                let level = LOWEST_DBFS * (1.0 - f64::from(step) / 80.0);
                at(level, level + amount * curve.gain_at_db(level))
            })
            .collect()
    };
    if let Some((curve, amount)) = &transfer.proposed {
        inside.dashes(&points(curve, *amount), (5.0, 3.0), 1.75, PROPOSAL);
    }
    let color = if transfer.amount > 0.0 { T1 } else { T2.gamma_multiply(0.5) };
    inside.path(points(&transfer.curve, transfer.amount), 1.75, color);
    let level = level_of(&transfer.curve, transfer.amount, transfer.gain_db);
    if let Some(level) = level {
        let place = at(level, level + transfer.gain_db);
        let place = pos2(between(place.x, plot.left(), plot.right()), between(place.y, plot.top(), plot.bottom()));
        pen.disc(place, 5.0, WELL);
        pen.disc(place, 4.0, REDUCTION);
    }
    let now = match level {
        Some(_) => format!("changes the gain by {} dB now", words::signed(transfer.gain_db)),
        None => "changes nothing now".to_owned(),
    };
    let spoken = format!("{}, in to out, {now}", transfer.name);
    let response = ui.interact(plot, ui.scope_id().with("transfer"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || format!("{spoken}. At rest, make-up left out; the point follows the gain."));
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: GainCurve = GainCurve { threshold_db: -20.0, slope: 0.5, knee_db: 6.0, range_db: 6.0, sign: 1.0 };

    #[test]
    fn the_point_lies_on_the_curve() {
        let level = level_of(&DOWN, 1.0, -4.0).expect("it works");
        assert!((level + 12.0).abs() < 0.05, "{level}");
        let scaled = level_of(&DOWN, 0.5, -2.0).expect("it works");
        assert!((scaled + 12.0).abs() < 0.1, "{scaled}");
        let up = GainCurve { sign: -1.0, ..DOWN };
        let level = level_of(&up, 1.0, 4.0).expect("it works");
        assert!((level + 28.0).abs() < 0.05, "{level}");
    }

    #[test]
    fn at_the_end_of_the_range_it_is_the_level_nearest_to_the_threshold() {
        assert!((level_of(&DOWN, 1.0, -6.0).expect("it works") + 8.0).abs() < 0.1);
        let up = GainCurve { sign: -1.0, ..DOWN };
        assert!((level_of(&up, 1.0, 6.0).expect("it works") + 32.0).abs() < 0.1);
    }

    #[test]
    fn what_does_nothing_has_no_point() {
        assert_eq!(level_of(&DOWN, 1.0, 0.0), None);
        assert_eq!(level_of(&DOWN, 0.0, -3.0), None);
        assert_eq!(level_of(&GainCurve { slope: 0.0, ..DOWN }, 1.0, -3.0), None);
    }
}
