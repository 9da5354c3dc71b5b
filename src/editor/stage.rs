//! The selected stage: title, legend, its view.

use egui::{Color32, Rect, Ui, pos2, vec2};

use crate::chain::Stage;

use super::chain_strip::enabled_id;
use super::compare_bar;
use super::equalizer::{self, EqualizerView};
use super::layout::Layout;
use super::levels::Levels;
use super::limiter;
use super::multiband;
use super::panels;
use super::pen::Pen;
use super::scene::Scene;
use super::session::Session;
use super::small_stages;
use super::theme::{MASTER, MIX, PANEL, PROPOSAL, REDUCTION, T1, T2, regular, semibold};
use super::widgets::{Button, Kind, push};

/// An entry of a legend.
enum Key {
    Line(&'static str, Color32),
    Area(&'static str, Color32),
    Dashes(&'static str, Color32),
    Dots(&'static str, Color32),
}

impl Key {
    fn label(&self) -> &'static str {
        match self {
            Self::Line(label, _) | Self::Area(label, _) | Self::Dashes(label, _) | Self::Dots(label, _) => label,
        }
    }
}

/// Draws header and view.
pub fn show(
    ui: &mut Ui,
    layout: &Layout,
    (session, scene, levels): (&Session, &Scene, &Levels),
    stage: Stage,
    (equalizer, open): (&mut EqualizerView, Option<usize>),
) {
    header(ui, layout, session, scene, stage);
    match stage {
        Stage::Equalizer => equalizer::show(ui, layout, (session, scene, levels), (equalizer, open)),
        Stage::Limiter => limiter::show(ui, layout, session, scene, levels),
        Stage::Multiband => multiband::show(ui, layout, (session, scene, levels)),
        Stage::Dither => small_stages::dither(ui, layout, session, scene),
        Stage::Input => small_stages::input(ui, layout, session, scene),
        _ => panels::show(ui, layout, (session, scene, levels), stage),
    }
}

fn header(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, stage: Stage) {
    let area = layout.stage_header;
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, PANEL);
    let baseline = area.top() + 23.0;
    let mut x = area.left() + 16.0;
    x += pen.left(x, baseline, stage.name(), semibold(15.0), T1) + 14.0;
    let has_move = scene.open_moves().any(|(_, proposed)| proposed.stage == stage);
    let buttons = match stage {
        Stage::Equalizer if !equalizer::is_narrow(layout) => 134.0 + 242.0,
        Stage::Limiter => 134.0 + 138.0,
        _ => 134.0,
    };
    for key in legend(stage, has_move) {
        // What would run into the buttons is left out.
        if x + 19.0 + pen.width(key.label(), regular(12.0)) < area.right() - buttons - 8.0 {
            x = draw_key(&pen, x, area.top() + 6.0, &key);
        }
    }
    let mut right = area.right() - 12.0;
    let mut place = |width: f32| {
        let rect = Rect::from_min_size(pos2(right - width, area.top() + 6.0), vec2(width, 24.0));
        right -= width + 6.0;
        rect
    };
    let on = session.param(&enabled_id(stage)).is_some_and(|(_, param)| param.normalized() >= 0.5);
    let name = format!("Bypass {}", stage.name());
    let bypass = Button::new("Bypass", Kind::Line).named(&name, "Turns this stage off and on.").on(!on);
    if push(ui, place(64.0), bypass).clicked() {
        session.set_once(&enabled_id(stage), if on { 0.0 } else { 1.0 });
    }
    let is_solo = scene.monitor.solo == Some(stage);
    // The tile's own button has the stage's name.
    let name = "Solo the open stage";
    let help = "Hears what this stage alone makes of the mix, matched; MIX and Delta compare with it. Key S.";
    if push(ui, place(52.0), Button::new("Solo", Kind::Line).named(name, help).on(is_solo)).clicked() {
        compare_bar::toggle_solo(session, scene, stage);
    }
    if stage == Stage::Limiter {
        limiter::spans(ui, place(132.0));
    }
    if stage == Stage::Equalizer && !equalizer::is_narrow(layout) {
        let places = [place(54.0), place(58.0), place(112.0)];
        equalizer::makeup(ui, session, scene, places);
    }
}

fn legend(stage: Stage, has_move: bool) -> Vec<Key> {
    let mut keys = match stage {
        Stage::Equalizer => {
            vec![Key::Area("Mix", MIX), Key::Line("Master", MASTER), Key::Dots("Own trend", T2)]
        }
        Stage::Multiband => {
            vec![Key::Area("Mix", MIX), Key::Line("Master", MASTER), Key::Line("Gain now", REDUCTION)]
        }
        Stage::Limiter => {
            vec![Key::Area("Taken off", MIX), Key::Line("Output", MASTER), Key::Line("Gain reduction", REDUCTION)]
        }
        _ => Vec::new(),
    };
    if has_move && !keys.is_empty() {
        keys.push(Key::Dashes("Proposed", PROPOSAL));
    }
    keys
}

fn draw_key(pen: &Pen, x: f32, top: f32, key: &Key) -> f32 {
    let line = [pos2(x, top + 12.0), pos2(x + 14.0, top + 12.0)];
    match key {
        Key::Line(_, color) => pen.round_path(line.to_vec(), 2.0, *color),
        Key::Dashes(_, color) => pen.dashes(&line, (5.0, 3.0), 2.0, *color),
        Key::Dots(_, color) => pen.dots(&line, 4.0, *color),
        Key::Area(_, color) => {
            pen.fill(Rect::from_min_size(pos2(x, top + 8.0), vec2(14.0, 9.0)), 0.0, color.gamma_multiply(0.28));
            pen.line(pos2(x, top + 8.0), pos2(x + 14.0, top + 8.0), 1.5, *color);
        }
    }
    x + 19.0 + pen.left(x + 19.0, top + 16.2, key.label(), regular(12.0), T2) + 10.0
}
