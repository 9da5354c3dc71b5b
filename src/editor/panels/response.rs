//! What the multiband stage makes of the spectrum now.

use egui::{Rect, Role, Sense, Ui, WidgetInfo};

use crate::chain::multiband::response_db;
use crate::chain::settings::{MIN_CROSSOVER_RATIO, NUM_SPLITS};
use crate::chain::{Activity, Settings};
use crate::dsp::crossover::ordered;
use crate::editor::levels::Levels;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{HAIR, REDUCTION, T1, T3, regular};
use crate::editor::widgets::describe;
use crate::editor::words;

use super::axes::Axes;

/// Scales of the axis, dB each way.
const RANGES_DB: [f64; 3] = [6.0, 12.0, 24.0];

/// Gains of the bands, make-up included, dB.
fn gains_db(settings: &Settings, activity: &Activity) -> [f64; NUM_SPLITS] {
    let multiband = &settings.multiband;
    let amount = super::amount(settings, multiband.enabled, multiband.amount_percent);
    std::array::from_fn(|idx| {
        let band = &multiband.bands[idx];
        let makeup_db = if band.enabled { amount * band.makeup_db } else { 0.0 };
        makeup_db + if amount > 0.0 { activity.multiband_gains_db[idx] } else { 0.0 }
    })
}

/// Draws the response; the region of the selected band is lit.
pub fn draw(ui: &mut Ui, area: Rect, scene: &Scene, levels: &Levels, selected: usize) {
    let pen = Pen::of(ui);
    let settings = &scene.settings;
    let gains_db_of = |activity: &Activity| gains_db(settings, activity);
    // As wide as the last ten seconds need, so that the axis does not jump with the music.
    let recent = levels.peaks.iter().flat_map(|peak| gains_db_of(&peak.activity));
    let largest_db = recent.fold(0.0, |largest: f64, gain_db| largest.max(gain_db.abs()));
    let range_db = RANGES_DB.into_iter().find(|range| *range >= largest_db).unwrap_or(RANGES_DB[2]);
    let axes = Axes::new(area, 24.0, (range_db, -range_db));
    let plot = axes.plot;
    pen.left(plot.left() + 6.0, area.top() + 16.0, "Gain now", regular(11.0), T3);
    let crossover_hz = ordered(settings.multiband.crossover_hz, MIN_CROSSOVER_RATIO);
    let left = if selected == 0 { plot.left() } else { axes.x(crossover_hz[selected - 1]) };
    let right = if selected == NUM_SPLITS - 1 { plot.right() } else { axes.x(crossover_hz[selected]) };
    pen.fill(plot.with_min_x(left).with_max_x(right), 0.0, T1.gamma_multiply(0.04));
    axes.draw(&pen, range_db / 2.0);
    for frequency_hz in crossover_hz {
        pen.vertical(axes.x(frequency_hz), plot.top(), plot.bottom(), HAIR);
    }
    let gains_db = gains_db_of(&levels.activity());
    let rate = if scene.sample_rate_hz > 0.0 { scene.sample_rate_hz } else { 48_000.0 };
    let frequencies_hz: Vec<f64> = axes.frequencies_hz();
    let points =
        axes.points(&frequencies_hz, response_db(&gains_db, settings.multiband.crossover_hz, &frequencies_hz, rate));
    let ground = REDUCTION.gamma_multiply(0.4);
    pen.area(&points, axes.y(0.0), (plot.top(), plot.bottom()), (ground, ground));
    pen.path(points, 1.75, REDUCTION);
    let spoken = format!("Multiband gain now, {} dB", gains_db.map(words::signed).join(", "));
    let response = ui.interact(plot, ui.scope_id().with("multiband response"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || format!("{spoken} from low to high, make-up included."));
}
