//! The meters column: loudness of the master, levels, true peak, correlation, what platforms will do.

mod streaming;
mod true_peak;

use egui::{Align, Color32, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::layout::Layout;
use super::levels::{Bar, Levels};
use super::listening::channel_segments;
use super::pen::Pen;
use super::scene::Scene;
use super::session::Session;
use super::theme::{MASTER, METER_BED, MIX, REDUCTION, SEAM, SOFT, T1, T2, T3, WELL, medium, regular, semibold};
use super::widgets::{describe, focus_ring};
use super::words;

/// Marks of the level scale, dBFS, and of the reduction's, dB.
const LEVEL_MARKS: [f32; 7] = [0.0, -6.0, -12.0, -18.0, -24.0, -36.0, -48.0];
const REDUCTION_MARKS: [f32; 5] = [0.0, 3.0, 6.0, 9.0, 12.0];

/// Height of the choice of channels.
const CHANNELS: f32 = 30.0;
/// Height of the mono row.
const MONO: f32 = 22.0;

/// Draws the column.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, levels: &mut Levels) {
    let area = layout.meters;
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, METER_BED);
    pen.vertical(area.left() + 0.5, area.top(), area.bottom(), SEAM);
    let inner = area.shrink2(vec2(if layout.is_compact { 12.0 } else { 16.0 }, 0.0));
    let mut y = integrated(ui, layout, inner, scene);
    y = numbers(ui, layout, inner, y, scene);
    pen.horizontal(inner.left(), inner.right(), y, SOFT);
    let foot = if layout.is_compact { 58.0 } else { 66.0 + MONO + streaming::HEIGHT } + CHANNELS;
    let bars = Rect::from_min_max(
        pos2(inner.left(), y + if layout.is_compact { 26.0 } else { 28.0 }),
        pos2(inner.right(), area.bottom() - foot),
    );
    level_bars(ui, layout, bars, scene, levels);
    let footer_top = bars.bottom() + if layout.is_compact { 18.0 } else { 20.0 };
    footer(ui, layout, inner, footer_top, (session, scene));
    // Folded away where there is no room: the sheet has both.
    if !layout.is_compact {
        let top = footer_top + 24.0 + MONO + 14.0;
        mono(ui, inner, top, scene);
        streaming::show(ui, inner, top + 10.0, scene);
    }
    // Five targets of at least 22 points, also in the compact set.
    let channels =
        Rect::from_min_max(pos2(inner.left(), area.bottom() - 34.0), pos2(inner.right(), area.bottom() - 10.0));
    let spare = (110.0 - channels.width()).max(0.0) / 2.0;
    channel_segments(ui, channels.expand2(vec2(spare, 0.0)), session, scene);
}

fn tell(ui: &mut Ui, rect: Rect, name: &str, text: String) {
    let response = ui.interact(rect, ui.scope_id().with(("meter", name)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &text));
    describe(ui, &response, || text.clone());
}

/// Integrated loudness and its target; returns the y below.
fn integrated(ui: &mut Ui, layout: &Layout, inner: Rect, scene: &Scene) -> f32 {
    let pen = Pen::of(ui);
    let top = inner.top();
    let text = words::maybe(scene.hearing.master.integrated_lufs);
    pen.left(inner.left(), top + 20.0, "Integrated", regular(11.0), T3);
    pen.right(inner.right(), top + 20.0, "LUFS", regular(11.0), T3);
    let size = if layout.is_compact { 28.0 } else { 32.0 };
    let baseline = top + if layout.is_compact { 50.0 } else { 54.0 };
    let color = if scene.hearing.master.integrated_lufs.is_some() { T1 } else { T3 };
    pen.left(inner.left() - 1.5, baseline, text.clone(), semibold(size).spaced(-0.4), color);
    let target = scene.target_lufs().map_or_else(|| "none".to_owned(), words::number);
    if !layout.is_compact {
        pen.right(inner.right(), top + 42.0, "target", regular(11.0), T3);
        pen.right(inner.right(), top + 55.0, target.clone(), medium(11.0), T2);
    }
    let rect = Rect::from_min_max(pos2(inner.left(), top + 6.0), pos2(inner.right(), baseline + 6.0));
    // The rows that the compact set folds away.
    let folded = streaming::in_words(scene).filter(|_| layout.is_compact);
    let folded = folded.map_or_else(String::new, |words| format!(" {words}."));
    tell(
        ui,
        rect,
        "integrated",
        format!("Integrated loudness, {text} LUFS, target {target}. Since the transport started.{folded}"),
    );
    top + if layout.is_compact { 62.0 } else { 70.0 }
}

/// Short-term, momentary, range, PSR; returns the y below.
fn numbers(ui: &mut Ui, layout: &Layout, inner: Rect, top: f32, scene: &Scene) -> f32 {
    let master = &scene.hearing.master;
    let cells = [
        ("Short-term", master.short_term_lufs, "", "LUFS"),
        ("Momentary", master.momentary_lufs, "", "LUFS"),
        ("Range", master.loudness_range_lu, "LU", "LU"),
        ("PSR", master.psr_db, "dB", "dB"),
    ];
    let pen = Pen::of(ui);
    for (idx, (name, value, unit, spoken_unit)) in cells.into_iter().enumerate() {
        let text = words::maybe(value);
        let color = if value.is_some() { T1 } else { T3 };
        let rect = if layout.is_compact {
            if idx == 1 || idx == 2 {
                continue;
            }
            let y = top + 8.0 + if idx == 0 { 0.0 } else { 19.0 };
            pen.left(inner.left(), y, name, regular(11.0), T3);
            pen.right(inner.right(), y, text.clone(), medium(13.0), color);
            Rect::from_min_max(pos2(inner.left(), y - 13.0), pos2(inner.right(), y + 4.0))
        } else {
            let x = inner.left() + (idx % 2) as f32 * (inner.width() / 2.0 + 4.0);
            let y = top + 8.0 + (idx / 2) as f32 * 38.0;
            pen.left(x, y, name, regular(11.0), T3);
            let width = pen.left(x, y + 18.0, text.clone(), medium(15.0), color);
            pen.left(x + width + 4.0, y + 18.0, unit, regular(11.0), T3);
            Rect::from_min_size(pos2(x, y - 10.0), vec2(inner.width() / 2.0 - 6.0, 32.0))
        };
        tell(ui, rect, name, format!("{name}, {text} {spoken_unit}"));
    }
    top + if layout.is_compact { 38.0 } else { 82.0 }
}

/// y of a level: 0 to −24 dB take 68 % of the height.
fn level_y(bars: Rect, db: f32) -> f32 {
    let share = if db >= -24.0 { -db / 24.0 * 0.68 } else { 0.68 - (db + 24.0) / 36.0 * 0.32 };
    bars.top() + bars.height() * share.clamp(0.0, 1.0)
}

fn level_bars(ui: &mut Ui, layout: &Layout, bars: Rect, scene: &Scene, levels: &mut Levels) {
    let pen = Pen::of(ui);
    let middle = bars.center().x;
    let is_idle = is_idle(scene);
    let out = if is_idle { MIX } else { MASTER };
    let caption = bars.top() - 10.0;
    pen.center(bars.left() + 10.0, caption, "In", regular(11.0), MIX);
    pen.center(middle, caption, "GR", regular(11.0), REDUCTION);
    pen.center(bars.right() - 10.0, caption, "Out", regular(11.0), out);
    for channel in 0..2 {
        let offset = 11.0 * channel as f32;
        let column = |x: f32| Rect::from_min_max(pos2(x, bars.top()), pos2(x + 9.0, bars.bottom()));
        level_bar(&pen, column(bars.left() + offset), levels.mix[channel], MIX);
        level_bar(&pen, column(bars.right() - 20.0 + offset), levels.master[channel], out);
    }
    reduction_bar(
        &pen,
        Rect::from_min_max(pos2(middle - 6.0, bars.top()), pos2(middle + 6.0, bars.bottom())),
        levels.reduction,
    );
    if let Some(ceiling) = scene.settings.limiter.ceiling() {
        let y = level_y(bars, ceiling as f32);
        pen.line(pos2(bars.right() - 22.0, y), pos2(bars.right() + 2.0, y), 1.0, T1);
    }
    scales(&pen, layout, bars);
    let spoken = format!(
        "in {}, out {}, gain reduction {} dB",
        words::number(f64::from(levels.mix[0].peak_db.max(levels.mix[1].peak_db))),
        words::number(f64::from(levels.master[0].peak_db.max(levels.master[1].peak_db))),
        words::number(f64::from(levels.reduction.peak_db)),
    );
    let response = ui.interact(bars, ui.scope_id().with("levels"), Sense::click());
    // It is pressed, so it is no mere meter.
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, true, "Levels");
        info.current_text_value = Some(spoken.clone());
        info
    });
    describe(ui, &response, || format!("Levels: {spoken}. Click lets go of the peak lines."));
    focus_ring(&pen, &response, 2.0);
    if response.clicked() {
        levels.release_peaks();
    }
}

/// Whether the master is the mix: then it is drawn in the mix's colour.
fn is_idle(scene: &Scene) -> bool {
    let untouched = crate::chain::Settings { latency_mode: scene.settings.latency_mode, ..Default::default() };
    scene.settings.bypass || scene.settings.amount_percent == 0.0 || scene.settings == untouched
}

fn level_bar(pen: &Pen, well: Rect, bar: Bar, color: Color32) {
    pen.fill(well, 2.0, WELL);
    let y = level_y(well, bar.level_db);
    if well.bottom() - y > 0.5 {
        let stops = [(0.0, color), (0.5, color.gamma_multiply(0.72)), (1.0, color.gamma_multiply(0.38))];
        pen.gradient(well.with_min_y(y), &stops);
    }
    if bar.peak_db > super::levels::FLOOR_DB + 0.1 {
        let y = level_y(well, bar.peak_db);
        pen.fill(Rect::from_min_max(pos2(well.left(), y - 1.0), pos2(well.right(), y + 0.6)), 0.0, color);
    }
}

fn reduction_bar(pen: &Pen, well: Rect, bar: Bar) {
    pen.fill(well, 2.0, WELL);
    let height = |db: f32| well.height() * (db / 12.0).clamp(0.0, 1.0);
    if bar.level_db > 0.01 {
        let lit = well.with_max_y(well.top() + height(bar.level_db));
        pen.gradient(lit, &[(0.0, REDUCTION.gamma_multiply(0.55)), (1.0, REDUCTION)]);
    }
    if bar.peak_db > 0.01 {
        let y = well.top() + height(bar.peak_db);
        pen.fill(Rect::from_min_max(pos2(well.left(), y), pos2(well.right(), y + 1.5)), 0.0, REDUCTION);
    }
}

fn scales(pen: &Pen, layout: &Layout, bars: Rect) {
    let half = bars.width() / 2.0;
    let text = |value: f32| {
        if layout.is_compact {
            words::decimals(f64::from(value.abs()), 0)
        } else {
            words::decimals(f64::from(value), 0)
        }
    };
    for db in LEVEL_MARKS {
        let y = level_y(bars, db) + if db == 0.0 { 8.0 } else { 4.0 };
        pen.center(bars.left() + (half + 14.0) / 2.0, y, text(db), regular(11.0), T3);
    }
    for db in REDUCTION_MARKS {
        let y = bars.top() + bars.height() * db / 12.0;
        let y = y + if db == 0.0 {
            8.0
        } else if db == 12.0 {
            0.0
        } else {
            4.0
        };
        pen.center(bars.right() - (half + 14.0) / 2.0, y, text(-db), regular(11.0), T3);
    }
}

fn footer(ui: &mut Ui, layout: &Layout, inner: Rect, top: f32, (session, scene): (&Session, &Scene)) {
    let size = if layout.is_compact { 13.0 } else { 15.0 };
    true_peak::show(ui, layout, (inner, top, size), (session, scene));
    let pen = Pen::of(ui);
    let master = &scene.hearing.master;
    let y = top + if layout.is_compact { 22.0 } else { 24.0 };
    pen.left(inner.left(), y, "Correlation", regular(11.0), T3);
    let text = master.correlation.map_or_else(
        || words::maybe(None),
        |value| {
            let text = words::decimals(value, 2);
            if value >= 0.0 { format!("+{text}") } else { text }
        },
    );
    pen.text(pos2(inner.right(), y), Align::Max, text.clone(), medium(size - 1.0), T1);
    let track = Rect::from_min_max(pos2(inner.left(), y + 9.0), pos2(inner.right(), y + 13.0));
    pen.fill(track, 2.0, WELL);
    let middle = track.center().x;
    if let Some(value) = master.correlation {
        let end = middle + value as f32 * track.width() / 2.0;
        pen.fill(track.with_min_x(middle.min(end)).with_max_x(middle.max(end)), 1.0, T2);
    }
    pen.line(pos2(middle, track.top() - 2.0), pos2(middle, track.bottom() + 2.0), 1.0, T3);
    let rect = Rect::from_min_max(pos2(inner.left(), y - 13.0), track.max + vec2(0.0, 4.0));
    tell(ui, rect, "correlation", format!("Correlation of left and right, {text}, last 400 ms"));
}

/// What the mix loses where left and right are one, as far as it was measured.
fn mono(ui: &mut Ui, inner: Rect, baseline: f32, scene: &Scene) {
    let change_lu = scene.judged.as_ref().and_then(|judged| judged.features.stereo.mono_fold_down_lu);
    let text = change_lu.map_or_else(|| words::maybe(None), |lu| format!("{} LU", words::signed(lu)));
    let pen = Pen::of(ui);
    pen.left(inner.left(), baseline, "Mix in mono", regular(11.0), T3);
    let color = if change_lu.is_some() { T1 } else { T3 };
    pen.right(inner.right(), baseline, text.clone(), medium(13.0), color);
    let rect = Rect::from_min_max(pos2(inner.left(), baseline - 13.0), pos2(inner.right(), baseline + 5.0));
    let spoken = match change_lu {
        Some(_) => format!("Mix in mono, {text}: what folding down does to its loudness, over all that was heard"),
        None => "Mix in mono, not measured yet. Listen measures it.".to_owned(),
    };
    tell(ui, rect, "mono", spoken);
}
