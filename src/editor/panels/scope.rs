//! The image of the master: a vectorscope, and what was measured of the mix band by band.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{GRID_DECADE, HAIR, MASTER, MIX, SOFT, T1, T2, T3, WELL, medium, regular};
use crate::editor::widgets::describe;
use crate::editor::words;

/// Where a pair lies: the middle upwards, left and right 45° to the sides. Distances are square roots, so that quiet
/// and loud passages both fill the disc while directions stay true.
fn place(center: Pos2, radius: f32, [left, right]: [f32; 2]) -> Pos2 {
    let pair = vec2(right - left, -(left + right)) * std::f32::consts::FRAC_1_SQRT_2;
    let length = pair.length();
    if length < 1e-5 { center } else { center + pair / length * radius * length.sqrt().min(1.0) }
}

/// Draws the vectorscope in the largest square of `area`.
pub fn draw(ui: &mut Ui, area: Rect, scene: &Scene) {
    let pen = Pen::of(ui);
    let radius = (area.width() - 24.0).min(area.height() - 30.0) / 2.0;
    let center = area.center() + vec2(4.0, 2.0);
    pen.disc(center, radius, WELL);
    pen.ring(center, radius, 1.0, SOFT);
    pen.ring(center, radius * 0.5f32.sqrt(), 1.0, GRID_DECADE);
    let diagonal = radius * std::f32::consts::FRAC_1_SQRT_2;
    for side in [-1.0, 1.0] {
        let offset = vec2(side * diagonal, -diagonal);
        pen.line(center - offset, center + offset, 1.0, GRID_DECADE);
        let label = if side < 0.0 { "L" } else { "R" };
        pen.center(center.x + side * (diagonal + 8.0), center.y - diagonal - 3.0, label, regular(11.0), T3);
    }
    pen.line(center - vec2(0.0, radius), center + vec2(0.0, radius), 1.0, HAIR);
    pen.line(center - vec2(radius, 0.0), center + vec2(radius, 0.0), 1.0, GRID_DECADE);
    let pairs = &scene.hearing.scope;
    pen.specks(pairs.iter().map(|pair| place(center, radius - 2.0, *pair)), 1.6, MASTER.gamma_multiply(0.62));
    if pairs.is_empty() {
        pen.center(center.x, center.y + 4.0, "Play to see the image.", regular(11.0), T2);
    }
    let correlation = |value: Option<f64>| value.map_or_else(|| words::maybe(None), |value| words::decimals(value, 2));
    let (mix, master) = (scene.hearing.mix.correlation, scene.hearing.master.correlation);
    let spoken = format!("Vectorscope of the master, correlation {}, mix {}", correlation(master), correlation(mix));
    let rect = Rect::from_center_size(center, vec2(2.0 * radius, 2.0 * radius));
    let response = ui.interact(rect, ui.scope_id().with("vectorscope"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || format!("{spoken}. Upright is the middle, level the sides, the last 50 ms."));
}

/// Draws correlation and width of the mix per band, as far as it was heard.
pub fn bands(ui: &mut Ui, area: Rect, scene: &Scene) {
    let pen = Pen::of(ui);
    let (left, right) = (area.left() + 8.0, area.right() - 14.0);
    pen.left(left, area.top() + 16.0, "Correlation, mix", regular(11.0), T3);
    let measured = scene.judged.as_ref().map_or(&[][..], |judged| &judged.features.bands);
    if measured.is_empty() {
        pen.left(left, area.top() + 40.0, "Listen measures it.", regular(11.0), T2);
        return;
    }
    let row_height = ((area.height() - 34.0) / measured.len() as f32).min(36.0);
    for (idx, band) in measured.iter().rev().enumerate() {
        let top = area.top() + 24.0 + idx as f32 * row_height;
        let name = if band.low_hz < 50.0 {
            format!("to {}", words::frequency(band.high_hz))
        } else {
            format!("{} up", words::frequency(band.low_hz))
        };
        let text = band.correlation.map_or_else(|| words::maybe(None), signed_hundredths);
        pen.left(left, top + 14.0, name.clone(), regular(11.0), T2);
        pen.right(right, top + 14.0, text.clone(), medium(11.0), T1);
        let track = Rect::from_min_max(pos2(left, top + 19.0), pos2(right, top + 23.0));
        pen.fill(track, 2.0, GRID_DECADE);
        let middle = track.center().x;
        if let Some(correlation) = band.correlation {
            let end = middle + correlation as f32 * track.width() / 2.0;
            pen.fill(track.with_min_x(middle.min(end)).with_max_x(middle.max(end)), 1.0, MIX.gamma_multiply(0.8));
        }
        pen.line(pos2(middle, track.top() - 2.0), pos2(middle, track.bottom() + 2.0), 1.0, T3);
        let side =
            band.side_to_mid_db.map_or_else(|| "no side".to_owned(), |db| format!("side {} dB", words::signed(db)));
        let spoken = format!("Mix, {name}, correlation {text}, {side} to middle");
        let rect = Rect::from_min_max(pos2(left, top), pos2(right, top + 26.0));
        let response = ui.interact(rect, ui.scope_id().with(("correlation", idx)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &spoken));
        describe(ui, &response, || format!("{spoken}, over all that was heard."));
    }
}

fn signed_hundredths(value: f64) -> String {
    let text = words::decimals(value, 2);
    if text.starts_with('\u{2212}') { text } else { format!("+{text}") }
}
