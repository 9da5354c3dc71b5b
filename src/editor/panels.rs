//! The views of the smaller stages: what they do now, and their controls.

mod axes;
mod controls;
mod cuts;
mod history;
mod scope;
pub mod transfer;
mod width;

use egui::Ui;

use crate::chain::{Activity, Settings, Stage, glue};

use super::layout::Layout;
use super::levels::Levels;
use super::scene::Scene;
use super::session::Session;
use controls::Item;
use history::Lane;
use transfer::Transfer;

/// Draws readout and controls of a stage.
pub fn show(ui: &mut Ui, layout: &Layout, (session, scene, levels): (&Session, &Scene, &Levels), stage: Stage) {
    let rows = match stage {
        Stage::Resonance => resonance(),
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
            let square = (upper.height() - 8.0).min(0.27 * upper.width());
            let bands = upper.left() + 16.0 + square;
            let split = bands + 0.22 * upper.width();
            history::ground(ui, upper);
            scope::draw(ui, upper.with_max_x(bands), scene);
            scope::bands(ui, upper.with_min_x(bands).with_max_x(split), scene);
            width::draw(ui, upper.with_min_x(split), (session, scene));
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
        _ => history::draw(ui, upper, levels, &lanes(stage)),
    }
    controls::draw(ui, lower, (session, scene), &rows, layout.is_compact);
}

/// Factor of a stage's amount and the chain's; 0 while either is off.
pub fn amount(settings: &Settings, is_on: bool, amount_percent: f64) -> f64 {
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
        title: "Glue".to_owned(),
        curve: now,
        amount,
        proposed: scene.proposed_settings(Stage::Glue).map(|settings| curve(&settings)),
        gain_db: -levels.largest_now(|activity| activity.glue_reduction_db),
    }
}

fn lanes(stage: Stage) -> Vec<Lane> {
    let lane = |name: &str, value: fn(&Activity) -> f64| Lane::new(name, 6.0, value);
    match stage {
        Stage::Resonance => vec![lane("Deepest cut", |activity| -activity.resonance_cut_db)],
        Stage::Glue => vec![lane("Gain reduction", |activity| -activity.glue_reduction_db)],
        Stage::Clipper => vec![lane("Taken off peaks", |activity| -activity.clipper_reduction_db)],
        Stage::Colour => vec![Lane::level("Added", |activity| activity.colour_added_dbfs)],
        _ => Vec::new(),
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
