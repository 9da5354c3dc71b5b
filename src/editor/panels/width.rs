//! What the stereo stage does to the side signal, over frequency.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::chain::Settings;
use crate::chain::settings::{MIN_CROSSOVER_RATIO, StereoSettings};
use crate::chain::stereo::side_gain_db;
use crate::dsp::crossover::ordered;
use crate::editor::grip::handle;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{HAIR, PROPOSAL, T1, T2, T3, medium, regular};
use crate::editor::widgets::describe;
use crate::editor::words;

use super::axes::Axes;
use crate::editor::layout::between;

/// Top and bottom of the axis, dB: widths up to 200 %; what is lower is as good as mono.
const RANGE_DB: (f64, f64) = (6.0, -24.0);

/// The curve at these frequencies, dB; flat while the stage is off.
fn gains_db(settings: &Settings, frequencies_hz: &[f64], sample_rate_hz: f64) -> Vec<f64> {
    let stereo = &settings.stereo;
    let amount = super::amount(settings, stereo.enabled, stereo.amount_percent);
    // The chain's amount scales the stage's.
    let scaled = StereoSettings { enabled: amount > 0.0, amount_percent: 100.0 * amount, ..*stereo };
    frequencies_hz.iter().map(|&frequency| side_gain_db(&scaled, frequency, sample_rate_hz)).collect()
}

/// Draws the curve, and that of the waiting moves.
pub fn draw(ui: &mut Ui, area: Rect, (session, scene): (&Session, &Scene)) {
    let pen = Pen::of(ui);
    let axes = Axes::new(area, 24.0, RANGE_DB);
    let plot = axes.plot;
    axes.draw(&pen, 6.0);
    pen.left(plot.left() + 6.0, area.top() + 16.0, "Gain of the side signal", regular(11.0), T3);
    widths(&pen, &axes, &scene.settings);
    let rate = if scene.sample_rate_hz > 0.0 { scene.sample_rate_hz } else { 48_000.0 };
    let frequencies_hz = axes.frequencies_hz();
    let gains = gains_db(&scene.settings, &frequencies_hz, rate);
    let inside = pen.clipped(plot.expand(2.0));
    if let Some(proposed) = scene.proposed_settings(crate::chain::Stage::Stereo) {
        let points = axes.points(&frequencies_hz, gains_db(&proposed, &frequencies_hz, rate));
        inside.dashes(&points, (6.0, 4.0), 1.75, PROPOSAL);
    }
    let (lowest, highest) = gains.iter().fold((0.0, 0.0), |(low, high): (f64, f64), db| (low.min(*db), high.max(*db)));
    let points = axes.points(&frequencies_hz, gains);
    let ground = T1.gamma_multiply(0.07);
    inside.area(&points, axes.y(0.0), (plot.top(), plot.bottom()), (ground, ground));
    inside.path(points, 2.0, if scene.settings.stereo.enabled { T1 } else { T2.gamma_multiply(0.5) });
    let number = |db: f64| if db < -60.0 { "\u{2212}\u{221E}".to_owned() } else { words::signed(db) };
    let spoken = if lowest == 0.0 && highest == 0.0 {
        "Gain of the side signal, flat".to_owned()
    } else {
        format!("Gain of the side signal, {} to {} dB", number(lowest), number(highest))
    };
    let response = ui.interact(plot, ui.scope_id().with("side gain"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || format!("{spoken}. Widths and mono bass; balance and rotation are left out."));
    crossovers(ui, &axes, (session, scene));
}

/// A foot under each crossover's line that moves it; the number stands at its knob.
fn crossovers(ui: &mut Ui, axes: &Axes, (session, scene): (&Session, &Scene)) {
    let plot = axes.plot;
    let now_hz = ordered(scene.settings.stereo.crossover_hz, MIN_CROSSOVER_RATIO);
    for (idx, frequency_hz) in now_hz.into_iter().enumerate() {
        let x = axes.x(frequency_hz);
        let lowest = if idx == 0 { 20.0 } else { now_hz[idx - 1] * MIN_CROSSOVER_RATIO };
        let highest = now_hz.get(idx + 1).map_or(20_000.0, |next| next / MIN_CROSSOVER_RATIO).max(lowest);
        let id = format!("stereo.crossover_{}_hz", idx + 1);
        let rect = Rect::from_center_size(pos2(x, plot.bottom() - 8.0), vec2(22.0, 22.0));
        let foot = handle(ui, session, &id, rect, |at| between(axes.frequency_hz(at.x), lowest, highest));
        let Some(foot) = foot else { continue };
        let text = words::frequency(frequency_hz);
        foot.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Foot of crossover {}, {text}", idx + 1)));
        let pen = Pen::of(ui);
        let is_held = foot.hovered() || foot.dragged();
        let bottom = plot.bottom();
        let corners = vec![pos2(x - 5.0, bottom), pos2(x, bottom - 8.0), pos2(x + 5.0, bottom)];
        pen.polygon(corners, if is_held { T1 } else { T2 });
        if is_held {
            pen.vertical(x, plot.top(), bottom - 8.0, T2);
        }
    }
}

/// The bands with their widths; what has no room stands at its knob alone.
fn widths(pen: &Pen, axes: &Axes, settings: &Settings) {
    let plot = axes.plot;
    let crossovers = ordered(settings.stereo.crossover_hz, MIN_CROSSOVER_RATIO).map(|hz| axes.x(hz));
    for x in crossovers {
        pen.vertical(x, plot.top(), plot.bottom(), HAIR);
    }
    let edges = [plot.left(), crossovers[0], crossovers[1], crossovers[2], plot.right()];
    for (idx, (pair, width_percent)) in edges.windows(2).zip(settings.stereo.width_percent).enumerate() {
        let text = format!("{} %", words::decimals(width_percent, 0));
        if pen.width(text.clone(), medium(11.0)) + 6.0 < pair[1] - pair[0] {
            let color = if width_percent == 100.0 { T3 } else { T1 };
            // Clear of the curve: a wide band rises, a narrow one and mono bass fall.
            let is_high = width_percent > 105.0 && !(idx == 0 && settings.stereo.mono_bass);
            let y = if is_high { plot.bottom() - 20.0 } else { plot.top() + 16.0 };
            pen.center((pair[0] + pair[1]) / 2.0, y, text, medium(11.0), color);
        }
    }
}
