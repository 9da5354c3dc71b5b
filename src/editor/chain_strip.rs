//! The chain strip: one tile per stage, in signal order.

mod listen;

use egui::{Color32, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::MoveClass;
use crate::chain::Stage;
use crate::chain::settings::{DynamicsSettings, NUM_SPLITS};

use super::hear;
use super::icons::{Icon, draw};
use super::layout::Layout;
use super::levels::Levels;
use super::pen::Pen;
use super::scene::Scene;
use super::session::Session;
use super::theme::{
    CANVAS, HAIR, LIFT, OK, PANEL, PROPOSAL_TEXT, REDUCTION, T1, T2, T3, TILE, medium, regular, semibold,
};
use super::widgets::{describe, focus_ring};
use super::{equalizer, words};

/// What a tile says of its stage.
struct State {
    icon: Icon,
    color: Color32,
    text: String,
    is_quiet: bool,
}

/// Id of the setting that turns a stage on.
pub fn enabled_id(stage: Stage) -> String {
    format!("{}.enabled", stage.key())
}

/// Whether a stage is turned on.
pub fn is_on(stage: Stage, scene: &Scene) -> bool {
    let settings = &scene.settings;
    match stage {
        Stage::Input => settings.input.enabled,
        Stage::Equalizer => settings.equalizer.enabled,
        Stage::Resonance => settings.resonance.enabled,
        Stage::Multiband => settings.multiband.enabled,
        Stage::Glue => settings.glue.enabled,
        Stage::Colour => settings.colour.enabled,
        Stage::Stereo => settings.stereo.enabled,
        Stage::Clipper => settings.clipper.enabled,
        Stage::Limiter => settings.limiter.enabled,
        Stage::Dither => settings.dither.enabled,
    }
}

fn state(stage: Stage, scene: &Scene, open: Option<usize>) -> State {
    let heard = scene.open_moves().find(|(_, each)| each.stage == stage && hear::is_heard(scene, each));
    if let Some((number, _)) = heard {
        return State { icon: Icon::Phones, color: PROPOSAL_TEXT, text: format!("Hearing {number}"), is_quiet: false };
    }
    let count = |class| scene.open_moves().filter(|(_, each)| each.stage == stage && each.class == class).count();
    let (needed, could) = (count(MoveClass::Needed), count(MoveClass::Could));
    let proposed = match (needed, could) {
        (0, 0) => None,
        (needed, 0) => Some(format!("{needed} needed")),
        (0, could) => Some(format!("{could} could")),
        (needed, could) => Some(format!("{} moves", needed + could)),
    };
    if let Some(text) = proposed {
        // The card that is open lights its stage.
        let is_open = scene.open_moves().any(|(number, each)| each.stage == stage && open == Some(number));
        let icon = if is_open { Icon::DiamondFilled } else { Icon::Diamond };
        return State { icon, color: PROPOSAL_TEXT, text, is_quiet: false };
    }
    if !is_on(stage, scene) {
        return State { icon: Icon::Off, color: T3, text: "Off".to_owned(), is_quiet: true };
    }
    match working(stage, scene) {
        Some(text) => State { icon: Icon::Check, color: OK, text, is_quiet: false },
        None => State { icon: Icon::Dash, color: T3, text: "Through".to_owned(), is_quiet: true },
    }
}

/// What a stage that is on is set to do; `None` while it passes the signal untouched.
fn working(stage: Stage, scene: &Scene) -> Option<String> {
    match stage {
        Stage::Input => {
            let input = &scene.settings.input;
            let repairs = [input.invert_left, input.invert_right, input.dc_blocker, input.swap_channels];
            let num_repairs = repairs.iter().filter(|is_set| **is_set).count();
            match (input.gain_db != 0.0, num_repairs) {
                (false, 0) => None,
                (true, _) => Some(format!("{} dB", words::signed(input.gain_db))),
                (false, 1) => Some("1 repair".to_owned()),
                (false, num_repairs) => Some(format!("{num_repairs} repairs")),
            }
        }
        Stage::Equalizer => {
            match scene.settings.equalizer.bands.iter().filter(|band| equalizer::is_working(band)).count() {
                0 => None,
                1 => Some("1 band".to_owned()),
                num_bands => Some(format!("{num_bands} bands")),
            }
        }
        Stage::Limiter => {
            let limiter = &scene.settings.limiter;
            match (limiter.gain_db != 0.0, limiter.ceiling()) {
                (false, None) => None,
                (true, None) => Some(format!("{} dB", words::signed(limiter.gain_db))),
                (false, Some(ceiling)) => Some(format!("{} dBTP", words::number(ceiling))),
                (true, Some(ceiling)) => {
                    Some(format!("{} dB, {} dBTP", words::signed(limiter.gain_db), words::number(ceiling)))
                }
            }
        }
        Stage::Dither => Some(words::label(scene.settings.dither.bits).to_owned()),
        Stage::Resonance => {
            let depth_db = scene.settings.resonance.depth_db;
            (depth_db > 0.0).then(|| format!("to {} dB", words::number(-depth_db)))
        }
        Stage::Multiband => {
            let bands = &scene.settings.multiband.bands;
            let is_set = |band: &&DynamicsSettings| band.enabled && (band.ratio > 1.0 || band.makeup_db != 0.0);
            match bands.iter().filter(is_set).count() {
                0 => None,
                1 => Some("1 band".to_owned()),
                num_bands => Some(format!("{num_bands} bands")),
            }
        }
        Stage::Glue => {
            let glue = &scene.settings.glue;
            (glue.ratio > 1.0 || glue.makeup_db != 0.0).then(|| format!("{}:1", words::number(glue.ratio)))
        }
        Stage::Colour => {
            let drive_db = scene.settings.colour.drive_db;
            (drive_db > 0.0).then(|| format!("{} dB", words::signed(drive_db)))
        }
        Stage::Stereo => {
            let stereo = &scene.settings.stereo;
            let is_wide = stereo.width_percent.iter().any(|width| *width != 100.0);
            let is_moved = stereo.balance_db != 0.0 || stereo.rotation_deg != 0.0;
            match (is_wide, stereo.mono_bass, is_moved) {
                (false, false, false) => None,
                (true, false, false) => Some("Width".to_owned()),
                (false, true, false) => Some("Mono bass".to_owned()),
                (false, false, true) => Some("Balance".to_owned()),
                _ => Some("Image".to_owned()),
            }
        }
        Stage::Clipper => Some(format!("at {} dB", words::number(scene.settings.clipper.ceiling_dbfs))),
    }
}

/// The same in fewer letters, for a tile that has no room for all of it.
fn working_in_short(stage: Stage, scene: &Scene) -> Option<String> {
    let db = |value: f64| format!("{} dB", words::number(value));
    match stage {
        Stage::Limiter if scene.settings.limiter.gain_db != 0.0 => {
            Some(format!("{} dB", words::signed(scene.settings.limiter.gain_db)))
        }
        Stage::Limiter => scene.settings.limiter.ceiling().map(db),
        Stage::Resonance => Some(db(-scene.settings.resonance.depth_db)),
        Stage::Clipper => Some(db(scene.settings.clipper.ceiling_dbfs)),
        _ => None,
    }
}

/// A stage in two words.
pub struct Summary {
    /// Whether it changes the sound.
    pub is_working: bool,
    /// What it does, or that it passes the signal through.
    pub text: String,
}

/// What a stage does now.
pub fn summary(stage: Stage, scene: &Scene) -> Summary {
    match working(stage, scene).filter(|_| is_on(stage, scene)) {
        Some(text) => Summary { is_working: true, text },
        None => Summary { is_working: false, text: "through".to_owned() },
    }
}

/// Draws the strip; a click selects. `open` is the number of the open card.
pub fn show(
    ui: &mut Ui,
    layout: &Layout,
    (session, scene, levels): (&Session, &Scene, &Levels),
    (selected, open): (&mut Stage, Option<usize>),
) {
    let strip = layout.chain;
    let pen = Pen::of(ui);
    pen.fill(strip, 0.0, CANVAS);
    let gaps = 3.0 * (Stage::ALL.len() - 1) as f32;
    let width = (strip.width() - 24.0 - gaps) / Stage::ALL.len() as f32;
    let height = strip.height() - if layout.is_compact { 6.0 } else { 10.0 };
    let top = strip.top() + if layout.is_compact { 2.0 } else { 4.0 };
    for (idx, stage) in Stage::ALL.into_iter().enumerate() {
        let left = strip.left() + 12.0 + idx as f32 * (width + 3.0);
        let rect = Rect::from_min_size(pos2(left, top), vec2(width, height));
        if tile(ui, layout, rect, (stage, *selected == stage, open), (session, scene, levels)) {
            *selected = stage;
        }
    }
}

fn tile(
    ui: &mut Ui,
    layout: &Layout,
    rect: Rect,
    (stage, is_selected, open): (Stage, bool, Option<usize>),
    (session, scene, levels): (&Session, &Scene, &Levels),
) -> bool {
    let state = state(stage, scene, open);
    let is_on = is_on(stage, scene);
    let name = format!("{}, {}, {}", stage.name(), if is_on { "on" } else { "off" }, state.text);
    let response = ui.interact(rect, ui.scope_id().with(("tile", stage.key())), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_selected, &name));
    describe(ui, &response, || format!("{name}. Click to open."));

    let power_id = power_id(ui, stage);
    let has_buttons = !layout.is_compact && listen::is_shown(ui, &response, power_id);
    let pen = Pen::of(ui);
    if is_selected {
        pen.fill_top_rounded(rect.with_max_y(layout.chain.bottom()), 6, PANEL);
        pen.fill(rect.with_max_y(rect.top() + 2.5), 1.2, T1);
    } else {
        pen.fill(rect, 6.0, if response.hovered() || has_buttons { LIFT } else { TILE });
    }
    let x = rect.left() + if layout.is_compact { 8.0 } else { 10.0 };
    let (name_y, glyph_y) = if layout.is_compact { (18.0, 32.0) } else { (19.0, 34.0) };
    let face = if layout.is_compact { 12.0 } else { 13.0 };
    let weight = if is_selected { semibold } else { medium };
    // The longest name keeps clear of the dot beside it.
    let is_tight = !layout.is_compact && pen.width(stage.name(), weight(face)) > rect.right() - 15.0 - x;
    let face = weight(if is_tight { face - 1.0 } else { face });
    let title_color = if state.is_quiet && !is_selected { T2 } else { T1 };
    pen.left(x, rect.top() + name_y, stage.name(), face, title_color);
    if !has_buttons {
        what_it_does(&pen, layout, rect, (x, glyph_y), (stage, state, response.hovered()), (scene, levels));
    }
    focus_ring(&pen, &response, 6.0);
    if !layout.is_compact {
        // The compact set has no sparkline to lay buttons over: the stage's header and the compare bar have both.
        if has_buttons {
            listen::show(ui, &response, stage, (session, scene));
        }
        power(ui, rect, stage, (session, is_on));
    }
    response.clicked()
}

/// State and sparkline: what buttons take the place of.
fn what_it_does(
    pen: &Pen,
    layout: &Layout,
    rect: Rect,
    (x, glyph_y): (f32, f32),
    (stage, state, is_hovered): (Stage, State, bool),
    (scene, levels): (&Scene, &Levels),
) {
    draw(pen, state.icon, pos2(x + 4.5, rect.top() + glyph_y), state.color, 0.82);
    let quiet = if is_hovered { T2 } else { T3 };
    let text_color = if state.is_quiet { quiet } else { T1 };
    let room = rect.right() - 5.0 - x - 13.5;
    let is_long = state.icon == Icon::Check && pen.width(state.text.clone(), regular(11.0)) > room;
    let text = Some(state.text).filter(|_| !is_long).or_else(|| working_in_short(stage, scene)).unwrap_or_default();
    pen.left(x + 13.5, rect.top() + glyph_y + 4.0, text, regular(11.0), text_color);
    if !layout.is_compact {
        let line = Rect::from_min_size(pos2(x, rect.top() + 41.0), vec2(rect.width() - 20.0, 9.0));
        sparkline(pen, line, stage, scene, levels);
    }
}

fn power_id(ui: &Ui, stage: Stage) -> Id {
    ui.scope_id().with(("power", stage.key()))
}

/// The dot that turns a stage off and on; never selects.
fn power(ui: &mut Ui, tile: Rect, stage: Stage, (session, is_on): (&Session, bool)) {
    let center = pos2(tile.right() - 8.0, tile.top() + 11.5);
    let rect = Rect::from_center_size(center, vec2(16.0, 20.0));
    let response = ui.interact(rect, power_id(ui, stage), Sense::click());
    let name = format!("{} on", stage.name());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_on, &name));
    describe(ui, &response, || format!("{} is {}. Click to turn it {}.", stage.name(), on_off(is_on), on_off(!is_on)));
    if response.clicked() {
        session.set_once(&enabled_id(stage), f64::from(u8::from(!is_on)));
    }
    let pen = Pen::of(ui);
    if response.hovered() {
        pen.disc(center, 8.0, T1.gamma_multiply(0.08));
    }
    if is_on {
        pen.disc(center, 3.0, T1)
    } else {
        pen.ring(center, 2.8, 1.2, T3)
    }
    if response.has_focus() {
        pen.ring(center, 8.0, 1.5, T1);
    }
}

fn on_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

/// A reduction in dB, from the right.
fn reduction(pen: &Pen, line: Rect, reduction_db: f64) {
    let y = line.center().y;
    pen.round_path(vec![pos2(line.left(), y), pos2(line.right(), y)], 2.0, HAIR);
    let width = (reduction_db / 12.0).clamp(0.0, 1.0) as f32 * line.width();
    if width > 0.5 {
        pen.round_path(vec![pos2(line.right() - width, y), pos2(line.right(), y)], 2.0, REDUCTION);
    }
}

fn sparkline(pen: &Pen, line: Rect, stage: Stage, scene: &Scene, levels: &Levels) {
    let y = line.center().y;
    let is_on = is_on(stage, scene) && !scene.settings.bypass;
    let rail = |pen: &Pen| pen.round_path(vec![pos2(line.left(), y), pos2(line.right(), y)], 2.0, HAIR);
    match stage {
        Stage::Equalizer => {
            pen.horizontal(line.left(), line.right(), y, HAIR);
            let color = if scene.settings.equalizer.enabled { T2 } else { HAIR };
            let curve =
                equalizer::curve(&scene.settings, scene.sample_rate_hz, equalizer::main_channel(&scene.settings), 60);
            let points = curve.iter().enumerate().map(|(idx, (_, gain_db))| {
                let x = egui::lerp(line.x_range(), idx as f32 / 59.0);
                pos2(x, y - (*gain_db as f32).clamp(-6.0, 6.0) * 0.75)
            });
            pen.path(points.collect(), 1.4, color);
        }
        // What is off does nothing, whatever was measured last.
        Stage::Resonance | Stage::Multiband | Stage::Glue | Stage::Clipper | Stage::Limiter if !is_on => rail(pen),
        Stage::Limiter => reduction(pen, line, f64::from(levels.reduction.level_db)),
        Stage::Resonance => reduction(pen, line, levels.activity().resonance_cut_db),
        Stage::Glue => reduction(pen, line, levels.activity().glue_reduction_db),
        Stage::Clipper => reduction(pen, line, levels.activity().clipper_reduction_db),
        // A tick for each step of the word, taller every fourth.
        Stage::Dither if is_on => {
            for step in 0..=(line.width() / 6.0) as usize {
                let half = if step % 4 == 0 { 3.5 } else { 1.8 };
                let x = line.left() + 6.0 * step as f32;
                pen.vertical(x, y - half, y + half, T2);
            }
        }
        Stage::Multiband => {
            let cell = (line.width() + 3.0) / NUM_SPLITS as f32;
            for (idx, gain_db) in levels.activity().multiband_gains_db.into_iter().enumerate() {
                let left = line.left() + idx as f32 * cell;
                pen.round_path(vec![pos2(left, y), pos2(left + cell - 3.0, y)], 2.0, HAIR);
                let width = (gain_db.abs() / 6.0).min(1.0) as f32 * (cell - 3.0);
                if width > 0.5 {
                    pen.round_path(
                        vec![pos2(left + cell - 3.0 - width, y), pos2(left + cell - 3.0, y)],
                        2.0,
                        REDUCTION,
                    );
                }
            }
        }
        Stage::Stereo => {
            let cell = (line.width() + 3.0) / NUM_SPLITS as f32;
            for (idx, width) in scene.settings.stereo.width_percent.into_iter().enumerate() {
                let center = line.left() + (idx as f32 + 0.5) * cell - 1.5;
                let half = (width / 200.0) as f32 * (cell - 3.0) / 2.0;
                let color = if scene.settings.stereo.enabled { T2 } else { HAIR };
                pen.round_path(vec![pos2(center - half, y), pos2(center + half, y)], 2.0, color);
            }
        }
        _ => {
            rail(pen);
            if stage == Stage::Input && scene.settings.input.enabled {
                let place = (scene.settings.input.gain_db / 48.0 + 0.5) as f32;
                pen.disc(pos2(egui::lerp(line.x_range(), place), y), 2.6, T2);
            }
        }
    }
}
