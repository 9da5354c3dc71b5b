//! The multiband view: what each band does to the spectrum now, where it begins and how far it may go.

mod compact;
mod handles;
mod plot;
mod table;

use egui::{Rect, Ui};

use crate::chain::settings::{DynamicsSettings, NUM_SPLITS};
use crate::chain::{Activity, Settings, Stage, multiband};

use super::layout::Layout;
use super::levels::Levels;
use super::panels::amount;
use super::panels::transfer::Transfer;
use super::scene::Scene;
use super::session::Session;
use plot::Graph;

/// The bands as the view names them, from low to high.
const NAMES: [&str; NUM_SPLITS] = ["Low", "Low mid", "High mid", "High"];

/// Draws plot, handles and controls.
pub fn show(ui: &mut Ui, layout: &Layout, (session, scene, levels): (&Session, &Scene, &Levels)) {
    let area = layout.stage;
    let height = if layout.is_compact { compact::HEIGHT } else { table::HEIGHT };
    let lower = area.with_min_y(area.bottom() - height);
    let graph = Graph::new(area.with_max_y(lower.top()), scene, levels);
    let band = selected_band(ui);
    if let Some(band) = plot::draw(ui, layout, &graph, (scene, levels), band) {
        select(ui, band);
    }
    if let Some(band) = handles::thresholds(ui, &graph, (session, scene), band) {
        select(ui, band);
    }
    handles::crossovers(ui, &graph, (session, scene));
    let data = (session, scene, levels);
    if layout.is_compact {
        compact::draw(ui, lower, data, band);
    } else {
        table::draw(ui, lower, data, band);
    }
}

fn selected_id() -> egui::Id {
    egui::Id::unique("multiband band")
}

/// The band whose column is raised.
fn selected_band(ui: &Ui) -> usize {
    ui.data(|data| data.get_temp::<usize>(selected_id())).unwrap_or(0).min(NUM_SPLITS - 1)
}

fn select(ui: &Ui, band_idx: usize) {
    ui.data_mut(|data| data.insert_temp(selected_id(), band_idx));
}

/// Id of a band's setting.
fn band_id(band_idx: usize, parameter: &str) -> String {
    format!("multiband.band_{}.{parameter}", band_idx + 1)
}

/// Whether a band of a stage that is on is on too.
fn is_band_on(settings: &Settings, band_idx: usize) -> bool {
    settings.multiband.enabled && !settings.bypass && settings.multiband.bands[band_idx].enabled
}

/// Gains of the bands, make-up included, where `change_db` says how far each band's dynamics move it, dB.
fn gains_db(settings: &Settings, change_db: impl Fn(usize, &DynamicsSettings, f64) -> f64) -> [f64; NUM_SPLITS] {
    let stage = &settings.multiband;
    let amount = amount(settings, stage.enabled, stage.amount_percent);
    std::array::from_fn(|idx| {
        let band = &stage.bands[idx];
        let is_on = band.enabled && amount > 0.0;
        if is_on { amount * band.makeup_db + change_db(idx, band, amount) } else { 0.0 }
    })
}

/// What the bands do now, dB.
fn gains_now_db(settings: &Settings, activity: &Activity) -> [f64; NUM_SPLITS] {
    gains_db(settings, |idx, _, _| activity.multiband_gains_db[idx])
}

/// How far the bands may go, dB.
fn reach_db(settings: &Settings) -> [f64; NUM_SPLITS] {
    gains_db(settings, |_, band, amount| {
        let curve = multiband::gain_curve(band);
        if curve.slope > 0.0 { -curve.sign * amount * curve.range_db } else { 0.0 }
    })
}

/// The static curve of a band with the point at which it works.
fn transfer(scene: &Scene, levels: &Levels, band_idx: usize) -> Transfer {
    let curve = |settings: &Settings| {
        let band = &settings.multiband.bands[band_idx];
        let is_on = settings.multiband.enabled && band.enabled;
        (multiband::gain_curve(band), amount(settings, is_on, settings.multiband.amount_percent))
    };
    let (now, amount) = curve(&scene.settings);
    Transfer {
        name: format!("Band {}", band_idx + 1),
        title: NAMES[band_idx].to_owned(),
        curve: now,
        amount,
        proposed: scene.proposed_settings(Stage::Multiband).map(|settings| curve(&settings)),
        gain_db: levels.activity().multiband_gains_db[band_idx],
    }
}

/// The last ten seconds of a band's gain: copper from the upper edge down where it is turned down, from the lower edge
/// up where it is turned up.
fn history(ui: &Ui, rect: Rect, levels: &Levels, band_idx: usize, is_on: bool) {
    use super::theme::{REDUCTION, WELL};
    let pen = super::pen::Pen::of(ui);
    pen.fill(rect, 2.0, WELL);
    if !is_on {
        return;
    }
    let mut curve: Vec<egui::Pos2> = Vec::with_capacity(rect.width() as usize + 2);
    let mut largest: f64 = 0.0;
    for peak in &levels.peaks {
        let gain_db = peak.activity.multiband_gains_db[band_idx];
        largest = if gain_db.abs() > largest.abs() { gain_db } else { largest };
        let age = ((levels.time_s - peak.time_s) / super::levels::PEAKS_S) as f32;
        let x = rect.right() - age.min(1.0) * rect.width();
        // One point a column is all that can be seen.
        if curve.last().is_none_or(|last| x - last.x >= 1.0) {
            curve.push(egui::pos2(x, (largest.abs() / 6.0).min(1.0) as f32 * largest.signum() as f32));
            largest = 0.0;
        }
    }
    for (edge, sign) in [(rect.top(), -1.0), (rect.bottom(), 1.0)] {
        if curve.iter().any(|point| point.y * sign > 0.01) {
            let points: Vec<egui::Pos2> =
                curve.iter().map(|at| egui::pos2(at.x, edge - sign * (at.y * sign).max(0.0) * rect.height())).collect();
            pen.area(&points, edge, (rect.top(), rect.bottom()), (REDUCTION, REDUCTION));
        }
    }
}
