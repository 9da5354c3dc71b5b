//! The views of the stages that have no plot of their own yet: what they do now, and their controls.

mod axes;
mod controls;
mod cuts;
mod history;
mod response;
mod transfer;
mod width;

use egui::{Rect, Ui};

use crate::chain::monitor::BandSolo;
use crate::chain::settings::NUM_SPLITS;
use crate::chain::{Activity, Settings, Stage, glue, multiband};

use super::layout::Layout;
use super::levels::Levels;
use super::listening::band_button;
use super::scene::Scene;
use super::session::Session;
use super::widgets::{Button, Kind, push};
use super::words;
use controls::Item;
use history::Lane;
use transfer::Transfer;

/// Draws readout and controls of a stage.
pub fn show(ui: &mut Ui, layout: &Layout, (session, scene, levels): (&Session, &Scene, &Levels), stage: Stage) {
    let band = selected_band(ui);
    let rows = match stage {
        Stage::Resonance => resonance(),
        Stage::Multiband => multiband_controls(band),
        Stage::Glue => glue_controls(),
        Stage::Colour => colour(),
        Stage::Stereo => stereo(),
        _ => clipper(),
    };
    let area = layout.stage;
    let height = controls::height(&rows, layout.is_compact);
    let lower = area.with_min_y(area.bottom() - height);
    let upper = area.with_max_y(lower.top());
    match stage {
        Stage::Stereo => {
            let split = upper.left() + 0.36 * upper.width();
            history::facts(ui, upper, &stereo_facts(scene));
            width::draw(ui, upper.with_min_x(split), scene);
        }
        Stage::Resonance => {
            let split = upper.top() + 0.6 * upper.height();
            cuts::draw(ui, upper.with_max_y(split), scene, levels);
            history::draw(ui, upper.with_min_y(split), levels, &lanes(stage));
        }
        Stage::Glue => {
            let split = upper.right() - upper.height().min(0.36 * upper.width());
            history::ground(ui, upper);
            history::draw(ui, upper.with_max_x(split), levels, &lanes(stage));
            transfer::draw(ui, upper.with_min_x(split), &glue_transfer(scene, levels));
        }
        Stage::Multiband => {
            let square = upper.right() - upper.height().min(0.27 * upper.width());
            let split = upper.left() + 0.46 * upper.width();
            history::ground(ui, upper);
            let lanes_area = upper.with_max_x(split);
            history::draw(ui, lanes_area, levels, &lanes(stage));
            response::draw(ui, upper.with_min_x(split).with_max_x(square), scene, levels, band);
            transfer::draw(ui, upper.with_min_x(square), &band_transfer(scene, levels, band));
            band_buttons(ui, lanes_area, (session, scene), band);
        }
        _ => history::draw(ui, upper, levels, &lanes(stage)),
    }
    controls::draw(ui, lower, (session, scene), &rows, layout.is_compact);
}

/// Factor of a stage's amount and the chain's; 0 while either is off.
fn amount(settings: &Settings, is_on: bool, amount_percent: f64) -> f64 {
    let is_on = is_on && !settings.bypass;
    if is_on { (amount_percent * settings.amount_percent / 1e4).clamp(0.0, 2.0) } else { 0.0 }
}

fn glue_transfer(scene: &Scene, levels: &Levels) -> Transfer {
    let curve = |settings: &Settings| {
        let amount = amount(settings, settings.glue.enabled, settings.glue.amount_percent);
        (glue::gain_curve(&settings.glue), amount)
    };
    let (now, amount) = curve(&scene.settings);
    Transfer {
        name: "Glue".to_owned(),
        curve: now,
        amount,
        proposed: scene.proposed_settings(Stage::Glue).map(|settings| curve(&settings)),
        gain_db: -levels.largest_now(|activity| activity.glue_reduction_db),
    }
}

fn band_transfer(scene: &Scene, levels: &Levels, band_idx: usize) -> Transfer {
    let curve = |settings: &Settings| {
        let band = &settings.multiband.bands[band_idx];
        let is_on = settings.multiband.enabled && band.enabled;
        (multiband::gain_curve(band), amount(settings, is_on, settings.multiband.amount_percent))
    };
    let (now, amount) = curve(&scene.settings);
    Transfer {
        name: format!("Band {}", band_idx + 1),
        curve: now,
        amount,
        proposed: scene.proposed_settings(Stage::Multiband).map(|settings| curve(&settings)),
        gain_db: levels.activity().multiband_gains_db[band_idx],
    }
}

fn lanes(stage: Stage) -> Vec<Lane> {
    let lane = |name: &str, value: fn(&Activity) -> f64| Lane::new(name, 6.0, value);
    match stage {
        Stage::Resonance => vec![lane("Deepest cut", |activity| -activity.resonance_cut_db)],
        Stage::Glue => vec![lane("Gain reduction", |activity| -activity.glue_reduction_db)],
        Stage::Clipper => vec![lane("Taken off peaks", |activity| -activity.clipper_reduction_db)],
        Stage::Colour => vec![Lane::level("Added", |activity| activity.colour_added_dbfs)],
        _ => vec![
            lane("Band 4", |activity| activity.multiband_gains_db[3]),
            lane("Band 3", |activity| activity.multiband_gains_db[2]),
            lane("Band 2", |activity| activity.multiband_gains_db[1]),
            lane("Band 1", |activity| activity.multiband_gains_db[0]),
        ],
    }
}

fn resonance() -> Vec<Vec<Item>> {
    vec![vec![
        Item::knob("resonance.depth_db", "Depth"),
        Item::knob("resonance.threshold_db", "Threshold"),
        Item::knob("resonance.sharpness_percent", "Sharpness"),
        Item::knob("resonance.low_hz", "From"),
        Item::knob("resonance.high_hz", "To"),
        Item::knob("resonance.attack_ms", "Attack"),
        Item::knob("resonance.release_ms", "Release"),
        Item::knob("resonance.amount_percent", "Amount"),
    ]]
}

fn multiband_controls(band_idx: usize) -> Vec<Vec<Item>> {
    let knob = |parameter: &str, label| Item::knob(&format!("multiband.band_{}.{parameter}", band_idx + 1), label);
    let id = |parameter: &str| format!("multiband.band_{}.{parameter}", band_idx + 1);
    vec![
        vec![
            knob("threshold_dbfs", "Threshold"),
            knob("ratio", "Ratio"),
            knob("knee_db", "Knee"),
            knob("attack_ms", "Attack"),
            knob("release_ms", "Release"),
            knob("range_db", "Range"),
            knob("makeup_db", "Make-up"),
        ],
        vec![
            Item::knob("multiband.crossover_1_hz", "Crossover 1"),
            Item::knob("multiband.crossover_2_hz", "Crossover 2"),
            Item::knob("multiband.crossover_3_hz", "Crossover 3"),
            Item::knob("multiband.link_percent", "Stereo link"),
            Item::knob("multiband.amount_percent", "Amount"),
            Item::segments(&id("direction"), "Direction", 2),
            Item::switch(&id("enabled"), "Band on", "Off passes this band by."),
        ],
    ]
}

fn glue_controls() -> Vec<Vec<Item>> {
    vec![
        vec![
            Item::knob("glue.threshold_dbfs", "Threshold"),
            Item::knob("glue.ratio", "Ratio"),
            Item::knob("glue.knee_db", "Knee"),
            Item::knob("glue.attack_ms", "Attack"),
            Item::knob("glue.release_ms", "Release"),
            Item::knob("glue.makeup_db", "Make-up"),
            Item::knob("glue.mix_percent", "Mix"),
            Item::knob("glue.amount_percent", "Amount"),
        ],
        vec![
            Item::knob("glue.sidechain_highpass_hz", "Side-chain"),
            Item::knob("glue.link_percent", "Stereo link"),
            Item::segments("glue.detector", "Detector", 2),
            Item::switch("glue.auto_release", "Auto release", "A slow release takes over after long reductions."),
            Item::switch("glue.auto_makeup", "Auto make-up", "Adds what average music loses by these settings."),
            Item::matching(Stage::Glue),
        ],
    ]
}

fn colour() -> Vec<Vec<Item>> {
    vec![vec![
        Item::knob("colour.drive_db", "Drive"),
        Item::knob("colour.character_percent", "Even to odd"),
        Item::knob("colour.mix_percent", "Mix"),
        Item::knob("colour.makeup_db", "Make-up"),
        Item::knob("colour.amount_percent", "Amount"),
        Item::matching(Stage::Colour),
    ]]
}

fn stereo() -> Vec<Vec<Item>> {
    let width = |band: usize, label| Item::knob(&format!("stereo.band_{band}.width_percent"), label);
    vec![
        vec![
            width(1, "Width low"),
            width(2, "Low mid"),
            width(3, "High mid"),
            width(4, "High"),
            Item::knob("stereo.balance_db", "Balance"),
            Item::knob("stereo.rotation_deg", "Rotation"),
            Item::knob("stereo.amount_percent", "Amount"),
        ],
        vec![
            Item::knob("stereo.crossover_1_hz", "Crossover 1"),
            Item::knob("stereo.crossover_2_hz", "Crossover 2"),
            Item::knob("stereo.crossover_3_hz", "Crossover 3"),
            Item::knob("stereo.mono_bass_hz", "Mono below"),
            Item::switch("stereo.mono_bass", "Mono bass", "Takes the side signal away below the corner."),
        ],
    ]
}

fn clipper() -> Vec<Vec<Item>> {
    vec![vec![
        Item::knob("clipper.gain_db", "Gain"),
        Item::knob("clipper.ceiling_dbfs", "Ceiling"),
        Item::knob("clipper.knee_db", "Knee"),
        Item::knob("clipper.amount_percent", "Amount"),
    ]]
}

fn stereo_facts(scene: &Scene) -> Vec<(&'static str, String)> {
    let correlation = |value: Option<f64>| value.map_or_else(|| words::maybe(None), |value| words::decimals(value, 2));
    vec![
        ("Correlation, mix", correlation(scene.hearing.mix.correlation)),
        ("Correlation, master", correlation(scene.hearing.master.correlation)),
    ]
}

fn selected_id() -> egui::Id {
    egui::Id::unique("multiband band")
}

/// The multiband band whose controls are shown.
fn selected_band(ui: &Ui) -> usize {
    ui.data(|data| data.get_temp::<usize>(selected_id())).unwrap_or(0).min(NUM_SPLITS - 1)
}

/// Two buttons per lane of the readout, the highest band on top: its controls, and listening to it.
fn band_buttons(ui: &mut Ui, area: Rect, (session, scene): (&Session, &Scene), selected: usize) {
    for band_idx in 0..NUM_SPLITS {
        let place = history::label_place(area, NUM_SPLITS, NUM_SPLITS - 1 - band_idx);
        let label = format!("Band {}", band_idx + 1);
        let is_on = scene.settings.multiband.bands[band_idx].enabled;
        let help = format!("Shows the controls of band {}, {}.", band_idx + 1, if is_on { "on" } else { "off" });
        let button = Button::new(&label, Kind::Line).named(&label, &help).on(band_idx == selected);
        if push(ui, place.with_max_x(place.right() - 30.0), button).clicked() {
            ui.data_mut(|data| data.insert_temp(selected_id(), band_idx));
        }
        let listen = place.with_min_x(place.right() - 26.0);
        band_button(ui, listen, session, scene, BandSolo::Multiband(band_idx));
    }
}
