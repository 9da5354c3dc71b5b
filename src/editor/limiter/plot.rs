//! What the limiter did: reduction from above, output and what was taken off below; seconds, or the song so far.

use egui::{Color32, Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::editor::icons::{Icon, draw as draw_icon};
use crate::editor::levels::Levels;
use crate::editor::pen::Pen;
use crate::editor::played::{Over, Slice};
use crate::editor::scene::Scene;
use crate::editor::theme::{
    CANVAS, GRID, GRID_DECADE, MASTER, MIX, ON_PROPOSAL, PLOT_BOTTOM, PLOT_TOP, PROPOSAL, REDUCTION, REDUCTION_TEXT,
    T1, T3, medium, regular,
};
use crate::editor::widgets::describe;
use crate::editor::words;

use super::time::{Span, Time};

const GUTTER: f32 = 32.0;
const FOOT: f32 = 21.0;
const LANE: f32 = 58.0;
/// Range of the lane, dB, and of the wave below it, dBFS.
const LANE_DB: f32 = 6.0;
const TOP_DB: f32 = 4.2;
const BOTTOM_DB: f32 = -17.0;

/// Draws the plot.
pub fn draw(ui: &mut Ui, area: Rect, scene: &Scene, levels: &Levels, span: Span) {
    let pen = Pen::of(ui);
    pen.gradient(area, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    let right = area.right() - GUTTER;
    let lane = Rect::from_min_max(area.min, pos2(right, area.top() + LANE));
    let wave = Rect::from_min_max(pos2(area.left(), lane.bottom()), pos2(right, area.bottom() - FOOT));
    let lane_y = |db: f32| lane.top() + 3.0 + db.clamp(0.0, LANE_DB) * (LANE - 17.0) / LANE_DB;
    let wave_y = |db: f32| wave.top() + (TOP_DB - db) / (TOP_DB - BOTTOM_DB) * wave.height();
    grid(&pen, area, (lane, wave), (&lane_y, &wave_y));

    let time = Time::new(scene, levels, span);
    let x_of = |time_s: f64| time.x(wave, time_s);
    time.axis(&pen, wave, area.bottom() - 6.0);
    let runs = time.runs(levels, |slice| x_of(slice.time_s));
    if runs.is_empty() {
        pen.center(wave.center().x, wave.center().y, "Play the song: peaks scroll here.", regular(12.0), T3);
    }
    for run in &runs {
        let columns = |value: &dyn Fn(&Slice) -> f32| -> Vec<Pos2> {
            run.iter().map(|slice| pos2(x_of(slice.time_s), value(slice))).collect()
        };
        let inside = pen.clipped(wave);
        let output = columns(&|slice| wave_y(slice.output_db));
        let taken_off = columns(&|slice| wave_y(slice.output_db + slice.reduction_db));
        inside.between(&taken_off, &output, MIX.gamma_multiply(0.55));
        let gold = (MASTER.gamma_multiply(0.52), MASTER.gamma_multiply(0.06));
        inside.area(&output, wave.bottom(), (wave_y(0.0), wave.bottom()), gold);
        inside.path(output, 1.1, MASTER.gamma_multiply(0.9));
        let reduction = columns(&|slice| lane_y(slice.reduction_db));
        let inside = pen.clipped(lane);
        let copper = (REDUCTION.gamma_multiply(0.28), REDUCTION.gamma_multiply(0.75));
        inside.area(&reduction, lane_y(0.0), (lane_y(0.0), lane.bottom()), copper);
        inside.path(reduction, 1.5, REDUCTION);
    }
    let marks = levels.played.overs.iter().filter_map(|over| Some((x_of(time.of(over)?), over)));
    overs(&pen, wave, &wave_y, marks);
    if let (Span::Song, Some(position_s)) = (span, scene.position_s) {
        pen.line(pos2(x_of(position_s), lane.top()), pos2(x_of(position_s), wave.bottom()), 1.25, T1);
    }
    ceilings(&pen, wave, &wave_y, scene);
    readout(&pen, wave, levels, (&time, span));
    let spoken = sentence(scene, levels, span);
    let response = ui.interact(area, ui.scope_id().with("limiter plot"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || spoken.clone());
}

type Scale<'a> = &'a dyn Fn(f32) -> f32;

fn grid(pen: &Pen, area: Rect, (lane, wave): (Rect, Rect), (lane_y, wave_y): (Scale<'_>, Scale<'_>)) {
    let label_x = area.right() - 9.0;
    for db in [0.0, 3.0, 6.0] {
        if db > 0.0 {
            pen.horizontal(lane.left(), lane.right(), lane_y(db), GRID);
        }
        let y = lane_y(db) + if db > 0.0 { 4.0 } else { 8.0 };
        pen.right(label_x, y, words::decimals(-f64::from(db), 0), regular(11.0), REDUCTION_TEXT.gamma_multiply(0.85));
    }
    for db in [3.0, 0.0, -3.0, -6.0, -9.0, -12.0, -15.0] {
        pen.horizontal(wave.left(), wave.right(), wave_y(db), GRID);
        let sign = if db > 0.0 { "+" } else { "" };
        let label = format!("{sign}{}", words::decimals(f64::from(db), 0));
        if wave.height() > 140.0 || db as i32 % 6 == 0 {
            pen.right(label_x, wave_y(db) + 4.0, label, regular(11.0), T3);
        }
    }
    pen.horizontal(area.left(), area.right(), wave.top() - 0.5, GRID_DECADE);
    pen.horizontal(area.left(), area.right(), wave.bottom() + 0.5, GRID_DECADE);
}

/// A filled "!" and by how much the true peak was over.
fn overs<'a>(pen: &Pen, wave: Rect, wave_y: Scale<'_>, marks: impl Iterator<Item = (f32, &'a Over)>) {
    let y = wave_y(3.1);
    let mut free_from = f32::NEG_INFINITY;
    for (x, over) in marks {
        let text = words::signed(over.over_db);
        let width = pen.width(text.clone(), medium(11.0)) + 18.0;
        // A mark that would run into the one before it, or out of the plot, is left out; its peak is in the meters.
        if x - 9.0 < free_from.max(wave.left()) || x - 9.0 + width > wave.right() {
            continue;
        }
        draw_icon(pen, Icon::Warn, pos2(x - 2.0, y), REDUCTION, 0.82);
        pen.left(x + 7.0, y + 4.0, text, medium(11.0), T1);
        free_from = x - 9.0 + width + 4.0;
    }
}

/// The ceiling, white; the one that a move would set, dashed.
fn ceilings(pen: &Pen, wave: Rect, wave_y: Scale<'_>, scene: &Scene) {
    let tag = |y: f32, text: String, ground: Color32, color: Color32| {
        let width = pen.width(text.clone(), medium(11.0)) + 14.0;
        let rect = Rect::from_min_size(pos2(wave.right() - width - 8.0, y), vec2(width, 17.0));
        pen.fill(rect, 4.0, ground);
        pen.center(rect.center().x, rect.top() + 12.4, text, medium(11.0), color);
    };
    if let Some(ceiling) = scene.settings.limiter.ceiling() {
        let y = wave_y(ceiling as f32);
        pen.line(pos2(wave.left(), y), pos2(wave.right(), y), 1.25, T1);
        tag(y - 21.0, format!("Ceiling {} dBTP", words::number(ceiling)), T1, CANVAS);
    }
    if let Some((_, ceiling)) = scene.proposed("limiter.ceiling_dbtp") {
        let y = wave_y(ceiling as f32) + 0.5;
        pen.dashes(&[pos2(wave.left(), y), pos2(wave.right(), y)], (6.0, 4.0), 1.75, PROPOSAL);
        tag(y + 6.0, format!("Proposed {} dBTP", words::number(ceiling)), PROPOSAL, ON_PROPOSAL);
    }
}

fn readout(pen: &Pen, wave: Rect, levels: &Levels, (time, span): (&Time, Span)) {
    let rect = Rect::from_min_size(pos2(wave.left() + 10.0, wave.bottom() - 46.0), vec2(212.0, 38.0));
    pen.fill(rect, 6.0, CANVAS.gamma_multiply(0.92));
    let (peak, mean) = statistics(levels, time);
    // The song keeps the highest of each second: a mean of those would say nothing.
    let mean = match span {
        Span::Song => words::maybe(None),
        _ => format!("\u{2212}{} dB", words::number(f64::from(mean))),
    };
    let now = format!("\u{2212}{}", words::number(f64::from(levels.reduction.level_db)));
    let cells = [
        (12.0, "Reduction now", now, REDUCTION_TEXT),
        (104.0, "Peak", format!("\u{2212}{}", words::number(f64::from(peak))), T1),
        (152.0, "Mean", mean, T1),
    ];
    for (x, caption, value, color) in cells {
        pen.left(rect.left() + x, rect.top() + 15.0, caption, regular(11.0), T3);
        let value = value.replace("\u{2212}0.0", "0.0");
        pen.left(rect.left() + x, rect.top() + 31.0, value, medium(13.0), color);
    }
}

/// Largest and mean reduction of what is shown, dB.
fn statistics(levels: &Levels, time: &Time) -> (f32, f32) {
    let (mut peak, mut sum, mut count) = (0.0f32, 0.0, 0);
    for slice in time.slices(levels) {
        (peak, sum, count) = (peak.max(slice.reduction_db), sum + slice.reduction_db, count + 1);
    }
    (peak, sum / count.max(1) as f32)
}

fn sentence(scene: &Scene, levels: &Levels, span: Span) -> String {
    let reductions = Time::new(scene, levels, span).slices(levels).map(|slice| slice.reduction_db);
    let peak = words::number(f64::from(reductions.fold(0.0, f32::max)));
    let ceiling = match scene.settings.limiter.ceiling() {
        Some(ceiling) => format!("ceiling {} dBTP", words::number(ceiling)),
        None => "no ceiling".to_owned(),
    };
    let place = match span {
        Span::Song => "in what was played of the song".to_owned(),
        span => format!("in the last {} s", words::decimals(span.seconds(), 0)),
    };
    let num_overs = levels.played.overs.len();
    let overs = match num_overs {
        0 => String::new(),
        1 => ", 1 true peak over the ceiling".to_owned(),
        num_overs => format!(", {num_overs} true peaks over the ceiling"),
    };
    format!("Limiter, {ceiling}, up to {peak} dB of reduction {place}{overs}")
}
