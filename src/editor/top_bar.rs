//! The top bar: mark, brief, latency.

use egui::{Popup, Rect, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::{Brief, Destination};
use crate::bridge::Request;
use crate::chain::{Settings, Stage};
use crate::params::Direction;
use crate::report::presets;

use super::brief;
use super::file_chooser::FileChooser;
use super::icons::{Half, Icon, split_disc};
use super::layout::{Layout, between};
use super::pen::Pen;
use super::preferences;
use super::scene::{Scene, destination_name};
use super::session::Session;
use super::theme::{HAIR, PANEL, RAISED, SEAM, T1, T2, T3, WELL, medium, regular, semibold};
use super::widgets::{Button, Kind, LIST_GROUND, STAYS_OPEN, describe, dropdown, menu, menu_row, push};
use super::words;

/// What is being typed into the brief, kept while its popover is open.
#[derive(Default)]
pub struct BriefEntry {
    texts: Option<[String; 2]>,
    chooser: FileChooser,
}

/// Draws the bar.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, entry: &mut BriefEntry) {
    let bar = layout.top_bar;
    let pen = Pen::of(ui);
    pen.fill(bar, 0.0, PANEL);
    pen.horizontal(bar.left(), bar.right(), bar.bottom() + 0.5, SEAM);
    let middle = bar.center().y;
    split_disc(&pen, pos2(bar.left() + 21.0, middle), 7.5, 0.17, [Half::Filled; 2]);
    pen.left(bar.left() + 36.0, middle + 5.4, "Discern", semibold(15.0), T1);
    pen.vertical(bar.left() + 108.0, bar.top() + 10.0, bar.bottom() - 10.0, HAIR);
    let mut x = bar.left() + 120.0;

    // Captions go first where room is short.
    let captions = if layout.is_compact { ["", "", ""] } else { ["Brief", "Destination", "Target"] };
    let widths = if layout.is_compact { [76.0, 96.0, 98.0, 112.0] } else { [84.0, 118.0, 164.0, 214.0] };
    let mut place = |width: f32| {
        let rect = Rect::from_min_size(pos2(x, middle - 13.0), vec2(width, 26.0));
        x = rect.right() + 6.0;
        rect
    };
    preset_menu(ui, place(widths[0]), session);
    brief::show(ui, place(widths[1]), session, scene, (captions[0], &mut entry.chooser));

    let name = destination_name(scene.brief.destination);
    let rect = place(widths[2]);
    let response = menu(ui, rect, ("Destination", captions[1], name), LIST_GROUND);
    Popup::menu(&response).width(270.0).show(|ui| {
        for &each in Destination::ALL {
            let (label, ceiling_dbtp) = (destination_name(each), each.ceiling_dbtp());
            let note = match each.loudness_lufs() {
                Some(lufs) => format!("{} LUFS, {} dBTP", words::decimals(lufs, 0), words::number(ceiling_dbtp)),
                None => format!("as the music bears, {} dBTP", words::number(ceiling_dbtp)),
            };
            if menu_row(ui, label, &note, each == scene.brief.destination) {
                brief::send(session, Brief { destination: each, ..scene.brief.clone() });
            }
        }
    });
    target(ui, place(widths[3]), session, scene, (entry, captions[2]));
    step_button(ui, place(24.0), session, Direction::Undo);
    step_button(ui, place(24.0), session, Direction::Redo);
    right_side(ui, layout, session, scene);
}

/// Takes the last step back, or makes it again.
fn step_button(ui: &mut Ui, rect: Rect, session: &Session, direction: Direction) {
    let label = session.params.with_saved(|saved| saved.undo.label(direction).map(str::to_owned));
    let (name, icon, keys) = match direction {
        Direction::Undo => ("Undo", Icon::Undo, "Ctrl-Z"),
        Direction::Redo => ("Redo", Icon::Redo, "Ctrl-Shift-Z"),
    };
    let help = match &label {
        Some(label) => format!("{name}: {label}. {keys} does the same."),
        None => format!("{name}: there is nothing to {}.", name.to_lowercase()),
    };
    let button = Button::new("", Kind::Ghost).icon(icon).named(name, &help).enabled(label.is_some());
    if push(ui, rect, button).clicked() {
        session.travel(direction);
    }
}

/// The chains that come with Discern. Choosing one sets every setting of the chain but the latency mode and the
/// bypass, as host parameters.
fn preset_menu(ui: &mut Ui, rect: Rect, session: &Session) {
    let response = menu(ui, rect, ("Preset", "", "Preset"), LIST_GROUND);
    Popup::menu(&response).width(420.0).show(|ui| {
        for preset in presets() {
            if menu_row(ui, preset.name, "", false) {
                session.apply_chain(&preset.settings);
            }
        }
        if menu_row(ui, "As freshly inserted", "", false) {
            session.apply_chain(&Settings::default());
        }
    });
}

fn target(ui: &mut Ui, rect: Rect, session: &Session, scene: &Scene, (entry, caption): (&mut BriefEntry, &str)) {
    let lufs = scene.target_lufs().map_or("as it bears".to_owned(), |lufs| format!("{} LUFS", words::number(lufs)));
    let is_short = caption.is_empty();
    let text = if is_short { lufs } else { format!("{lufs}, {} dBTP", words::number(scene.target_ceiling_dbtp())) };
    let response = menu(ui, rect, ("Target", caption, &text), LIST_GROUND);
    let is_open = Popup::menu(&response).close_behavior(STAYS_OPEN).width(232.0).show(|ui| {
        let texts = entry.texts.get_or_insert_with(|| {
            let text = |value: Option<f64>| value.map(words::number).unwrap_or_default();
            [text(scene.brief.loudness_lufs), text(scene.brief.ceiling_dbtp)]
        });
        let mut brief = scene.brief.clone();
        let (loudness_lufs, ceiling_dbtp) = (brief.destination.loudness_lufs(), brief.destination.ceiling_dbtp());
        ui.spacing_mut().item_spacing.y = 4.0;
        let hint = loudness_lufs.map_or_else(|| "as it bears".to_owned(), words::number);
        let loudness = typed(ui, ("Loudness", "LUFS", &hint), &mut texts[0], -40.0..=0.0);
        let ceiling = typed(ui, ("Ceiling", "dBTP", &words::number(ceiling_dbtp)), &mut texts[1], -12.0..=0.0);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
        let reset = Button::new("As the destination asks", Kind::Line);
        if push(ui, rect.shrink2(vec2(0.0, 2.0)), reset).clicked() {
            *texts = Default::default();
            brief::send(session, Brief { loudness_lufs: None, ceiling_dbtp: None, ..brief });
        } else if loudness.is_some() || ceiling.is_some() {
            brief.loudness_lufs = loudness.unwrap_or(brief.loudness_lufs);
            brief.ceiling_dbtp = ceiling.unwrap_or(brief.ceiling_dbtp);
            brief::send(session, brief);
        }
    });
    if is_open.is_none() {
        entry.texts = None;
    }
}

/// A named number that may be empty; the new value once it is entered.
fn typed(
    ui: &mut Ui,
    (name, unit, hint): (&str, &str, &str),
    text: &mut String,
    range: std::ops::RangeInclusive<f64>,
) -> Option<Option<f64>> {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    let pen = Pen::of(ui);
    pen.left(rect.left() + 4.0, rect.center().y + 4.3, name, regular(12.0), T2);
    let field = Rect::from_min_max(pos2(rect.left() + 78.0, rect.top() + 1.0), rect.right_bottom() - vec2(0.0, 1.0));
    pen.fill(field, 5.0, WELL);
    pen.right(field.right() - 8.0, field.center().y + 4.3, unit, regular(11.0), T3);
    let entry = TextEdit::singleline(text)
        .font(medium(12.0).font_id())
        .frame(egui::Frame::NONE)
        .align(egui::Align2::LEFT_CENTER)
        .hint_text(hint.to_owned());
    let response = ui
        .place(Rect::from_min_max(field.min + vec2(8.0, 4.0), pos2(field.right() - 44.0, field.bottom() - 4.0)), entry)
        .accessible_name(name);
    if response.has_focus() {
        pen.frame(field, 5.0, 1.5, T1);
    }
    if !response.lost_focus() {
        return None;
    }
    let typed = text.trim().replace('\u{2212}', "-").replace(',', ".");
    if typed.is_empty() {
        return Some(None);
    }
    let value = typed.parse::<f64>().ok().filter(|value| value.is_finite())?;
    let value = between(value, *range.start(), *range.end());
    *text = words::number(value);
    Some(Some(value))
}

fn right_side(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene) {
    let bar = layout.top_bar;
    let pen = Pen::of(ui);
    let middle = bar.center().y;
    let editor = Rect::from_min_size(pos2(bar.right() - 10.0 - 26.0, middle - 13.0), vec2(26.0, 26.0));
    let rect = Rect::from_min_size(pos2(editor.left() - 4.0 - 78.0, middle - 13.0), vec2(78.0, 26.0));
    let new_song = Button::new("New song", Kind::Ghost).named(
        "New song",
        "Forgets what was heard: another song is on. Settings stay as they are, and Undo brings the verdict back.",
    );
    if push(ui, rect, new_song).clicked() {
        session.end.request(Request::NewSong);
    }
    let mut right = rect.left() - 6.0;
    let is_bypassed = scene.settings.bypass;
    let label = match (layout.is_compact, is_bypassed) {
        (true, _) => "Bypass",
        (false, false) => "Bypass chain",
        (false, true) => "Bypassed",
    };
    let width = if layout.is_compact { 62.0 } else { 100.0 };
    let button = Button::new(label, Kind::Line)
        .named(
            "Bypass chain",
            "Passes the delayed mix instead of the whole chain. The host's own bypass is the same switch.",
        )
        .on(is_bypassed);
    let rect = Rect::from_min_size(pos2(right - width, middle - 13.0), vec2(width, 26.0));
    if push(ui, rect, button).clicked() {
        session.set_once("bypass", if is_bypassed { 0.0 } else { 1.0 });
    }
    right = rect.left() - 8.0;
    let width = 94.0;
    let menu = Rect::from_min_size(pos2(right - width, middle - 13.0), vec2(width, 26.0));
    dropdown(ui, session, "latency_mode", menu, RAISED);
    if scene.sample_rate_hz > 0.0 && !layout.is_compact {
        let samples: u64 = scene.stage_latencies_samples.iter().sum();
        let text = format!("{} ms", words::number(samples as f64 / scene.sample_rate_hz * 1000.0));
        let width = pen.width(text.clone(), regular(12.0));
        let right = menu.left() - 10.0;
        let place = Rect::from_min_max(pos2(right - width - 4.0, middle - 13.0), pos2(right + 4.0, middle + 13.0));
        let response = ui.interact(place, ui.scope_id().with("latency"), Sense::hover());
        let spoken = format!("Latency, {text}");
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &spoken));
        describe(ui, &response, || {
            let stages = Stage::ALL.iter().zip(scene.stage_latencies_samples).filter(|(_, samples)| *samples > 0);
            let shares: Vec<String> = stages.map(|(stage, samples)| format!("{} {samples}", stage.name())).collect();
            let shares = if shares.is_empty() { String::new() } else { format!(": {} samples", shares.join(", ")) };
            format!("{spoken} at {:.1} kHz{shares}. No knob changes it.", scene.sample_rate_hz / 1000.0)
        });
        pen.right(right, middle + 4.3, text, regular(12.0), T3);
    }
    // Last in the row, and so in the order of the Tab key.
    preferences::show(ui, editor, session);
}
