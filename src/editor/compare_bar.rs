//! The compare bar: MIX | MASTER, what is heard, how it is matched, Amount.

use egui::{Color32, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::{Move, is_loudness};
use crate::chain::Stage;
use crate::chain::monitor::{MonitorState, Source};

use super::hear;
use super::icons::{Icon, draw};
use super::layout::Layout;
use super::listening::part_heard;
use super::looping;
use super::pen::{Pen, arc_points};
use super::references;
use super::scene::Scene;
use super::session::Session;
use super::small_stages::amount;
use super::theme::{
    CANVAS, HAIR, MASTER, MIX, OK, PANEL, PROPOSAL, REDUCTION, SEAM, T1, T2, T3, WELL, medium, regular, semibold,
};
use super::widgets::{Button, Kind, describe, push};
use super::words;
use crate::params::MoveState;

/// Hears one stream, matched; a comparison begins with the first press.
pub fn hear(session: &Session, scene: &Scene, source: Source) {
    session.end.set_monitor_state(MonitorState {
        source,
        is_comparing: true,
        predicted_difference_lu: match scene.monitor.hear {
            Some(_) => scene.monitor.predicted_difference_lu,
            None => predicted_difference(scene),
        },
        ..scene.monitor
    });
}

/// One stage alone in the master's place, matched to the mix; or the whole chain again.
pub fn toggle_solo(session: &Session, scene: &Scene, stage: Stage) {
    let solo = (scene.monitor.solo != Some(stage)).then_some(stage);
    session.end.set_monitor_state(MonitorState {
        source: Source::Master,
        is_comparing: true,
        predicted_difference_lu: predicted_difference(scene),
        solo,
        hear: None,
        ..scene.monitor
    });
}

/// Back to the master as it will be exported.
pub fn leave(session: &Session) {
    session.end.set_monitor_state(MonitorState::default());
}

/// Delta on, or back to the master.
pub fn toggle_delta(session: &Session, scene: &Scene) {
    let is_on = scene.monitor.source == Source::Delta;
    hear(session, scene, if is_on { Source::Master } else { Source::Delta });
}

/// Master minus mix in LU where it is known: rendered by the accepted level move, else as measured live.
fn predicted_difference(scene: &Scene) -> Option<f64> {
    let is_in_force = |each: &Move| scene.state_of(each) == MoveState::Accepted;
    let rendered = scene.moves().filter(|(_, each)| is_in_force(each)).find_map(|(_, each)| {
        each.effect.iter().find(|change| is_loudness(change.metric)).map(|change| change.after - change.before)
    });
    let live = || Some(scene.hearing.master.integrated_lufs? - scene.hearing.mix.integrated_lufs?);
    rendered.or_else(live)
}

/// Draws the bar.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene) {
    let bar = layout.compare;
    let pen = Pen::of(ui);
    pen.fill(bar, 0.0, PANEL);
    pen.horizontal(bar.left(), bar.right(), bar.top() + 0.5, SEAM);
    let size = if layout.is_compact { vec2(300.0, 40.0) } else { vec2(372.0, 46.0) };
    let center = pos2(bar.center().x - if layout.is_compact { 6.0 } else { 0.0 }, bar.center().y);
    let switch = Rect::from_center_size(center, size);
    left_side(ui, layout, switch.left() - 3.0, (session, scene));
    pen.fill(switch.expand(3.0), 11.0, WELL);
    let mix = switch.with_max_x(switch.center().x);
    half(ui, layout, mix, session, scene, Source::Mix);
    half(ui, layout, switch.with_min_x(switch.center().x), session, scene, Source::Master);
    let amount_width = if layout.is_compact { 96.0 } else { 172.0 };
    let amount_area = Rect::from_min_max(
        pos2(bar.right() - 16.0 - amount_width, bar.center().y - 17.0),
        pos2(bar.right() - 16.0, bar.center().y + 17.0),
    );
    state(ui, layout, (switch.right() + 18.0, amount_area.left() - 12.0), scene);
    let color = if scene.settings.bypass { T3 } else { MASTER };
    amount(ui, session, "chain.amount_percent", amount_area, color);
}

fn left_side(ui: &mut Ui, layout: &Layout, right: f32, (session, scene): (&Session, &Scene)) {
    let bar = layout.compare;
    let width = if layout.is_compact { 74.0 } else { 86.0 };
    let rect = Rect::from_min_size(pos2(bar.left() + 16.0, bar.center().y - 15.0), vec2(width, 30.0));
    let delta = Button::new("Delta", Kind::Neutral)
        .icon(Icon::Delta)
        .named("Delta", "Hears only the difference: master minus matched mix. Key D.")
        .on(scene.monitor.source == Source::Delta)
        .sized(13.0);
    if push(ui, rect, delta).clicked() {
        toggle_delta(session, scene);
    }
    let rect = reference_button(ui, layout, rect, session, scene);
    if !scene.monitor.is_neutral() {
        let (label, help) = match (scene.monitor.is_comparing, layout.is_compact) {
            (true, false) => {
                ("Full level", "Leaves the comparison: the master at its own level, as it will be exported.")
            }
            (true, true) => ("Leave", "Leaves the comparison: the master at its own level, as it will be exported."),
            (false, _) => ("All", "Everything is heard again: the master as it will be exported."),
        };
        let name = if scene.monitor.is_comparing { "Full level" } else { "Hear everything" };
        let leaving = Button::new(label, Kind::Line).named(name, help);
        let pen = Pen::of(ui);
        let rect = Rect::from_min_size(rect.right_top() + vec2(8.0, 0.0), vec2(leaving.width(&pen), 30.0));
        if push(ui, rect, leaving).clicked() {
            leave(session);
        }
        let x = rect.right() + 12.0;
        let room = right - x - 24.0;
        let fits = |text: &&str| pen.width(*text, medium(12.0)) <= room;
        let text =
            ["Monitoring, not for export", "Not for export", "Monitoring"].into_iter().find(fits).unwrap_or_default();
        draw(&pen, Icon::Warn, pos2(x + 6.0, bar.center().y), REDUCTION, 0.85);
        pen.left(x + 18.0, bar.center().y + 4.3, text, medium(12.0), T1);
    }
}

/// Beside Delta, once there is a reference; the place of the last button.
fn reference_button(ui: &mut Ui, layout: &Layout, before: Rect, session: &Session, scene: &Scene) -> Rect {
    let Some(first) = scene.references.first() else { return before };
    let name = references::chosen(scene).unwrap_or(first).name();
    let help = format!("Hears {name}, as loud as mix and master. Others are in the brief. Key F.");
    let (label, width) = if layout.is_compact { ("Ref", 40.0) } else { ("Reference", 82.0) };
    let button = Button::new(label, Kind::Neutral)
        .named("Reference", &help)
        .on(scene.monitor.source == Source::Reference)
        .sized(13.0);
    let rect = Rect::from_min_size(before.right_top() + vec2(6.0, 0.0), vec2(width, before.height()));
    if push(ui, rect, button).clicked() {
        references::toggle(session, scene);
    }
    rect
}

fn half(ui: &mut Ui, layout: &Layout, area: Rect, session: &Session, scene: &Scene, source: Source) {
    let heard = hear::heard_number(scene);
    let (word, color, loudness) = match (source, heard) {
        (Source::Mix, None) => ("MIX", MIX, scene.hearing.mix.integrated_lufs),
        (_, None) => ("MASTER", MASTER, scene.hearing.master.integrated_lufs),
        (Source::Mix, Some(_)) => ("WITHOUT", MASTER, None),
        (_, Some(_)) => ("WITH", PROPOSAL, None),
    };
    let solo = scene.monitor.solo.filter(|_| source == Source::Master);
    let is_on = scene.monitor.source == source;
    let response = ui.interact(area, ui.scope_id().with(word), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_on, word));
    describe(ui, &response, || match (source, heard) {
        (Source::Mix, Some(_)) => "Hears the master without the move, as loud as with it. Key M.".to_owned(),
        (_, Some(_)) => "Hears the master with the move, as loud as without it. Key M.".to_owned(),
        (Source::Mix, None) => {
            "Hears the mix, as loud as the master: only the louder side is turned down. Key M.".to_owned()
        }
        _ => "Hears the master, as loud as the mix while a comparison runs. Key M.".to_owned(),
    });
    if response.clicked() {
        hear(session, scene, source);
    }
    let pen = Pen::of(ui);
    if is_on {
        pen.fill(area.shrink2(vec2(1.5, 0.0)), 8.0, color);
    } else {
        let ground = if response.hovered() { PANEL.lerp_to_gamma(color, 0.07) } else { PANEL };
        pen.fill(area.shrink2(vec2(2.25, 0.75)), 7.5, ground);
        pen.frame(area.shrink2(vec2(1.6, 0.1)), 8.0, 1.25, color.gamma_multiply(0.5));
    }
    let size = if layout.is_compact { 15.0 } else { 17.0 };
    let (text, sub) = if is_on { (CANVAS, CANVAS) } else { (color, T2) };
    let below = match (solo, loudness) {
        _ if heard.is_some() => format!("proposal {}", heard.unwrap_or_default()),
        (Some(stage), _) => format!("{} alone", stage.name()),
        (None, Some(lufs)) => format!("{} LUFS", words::number(lufs)),
        (None, None) => "not measured yet".to_owned(),
    };
    pen.center(area.center().x, area.center().y - 0.5, word, semibold(size).spaced(1.2), text);
    pen.center(
        area.center().x,
        area.center().y + if layout.is_compact { 13.5 } else { 15.0 },
        below,
        medium(11.0),
        sub,
    );
    if response.has_focus() {
        pen.frame(area.expand(2.0), 10.0, 1.5, T1);
    }
}

/// What is heard and how it is matched, between `left` and `right`.
fn state(ui: &mut Ui, layout: &Layout, (left, right): (f32, f32), scene: &Scene) {
    let pen = Pen::of(ui);
    let y = layout.compare.center().y;
    let pen_inside = pen.clipped(Rect::from_min_max(pos2(left, y - 24.0), pos2(right, y + 24.0)));
    let two = |first: (&str, Color32), second: &str| {
        let size = if pen.width(first.0, medium(13.0)) > right - left - 17.0 { 11.0 } else { 13.0 };
        pen_inside.left(left + 17.0, y - 4.6, first.0, medium(size), first.1);
        pen_inside.left(left + 17.0, y + 12.5, second, regular(11.0), T3);
    };
    let (match_db, seconds) = scene.match_db;
    let is_matching = seconds > 0.05;
    let is_referred = scene.monitor.source == Source::Reference;
    let matched = if match_db.abs() < 0.05 {
        "Matched, no change".to_owned()
    } else {
        format!("Matched {} dB", words::number(-f64::from(match_db.abs())))
    };
    let looped = looping::place(scene)
        .map(|(from_s, to_s)| format!("{}\u{2013}{} looped", words::time(from_s), words::time(to_s)));
    let part = part_heard(&scene.monitor).or(looped);
    let spoken = match (scene.monitor.is_comparing, is_matching) {
        (false, _) if part.is_some() => {
            let part = part.unwrap_or_default();
            draw(&pen, Icon::Phones, pos2(left + 6.0, y - 9.0), T1, 0.9);
            let text = format!("Only {part}");
            two((&text, T1), if layout.is_compact { "full level" } else { "At full level" });
            format!("{text}, at full level")
        }
        (false, _) => {
            two(("Full level", T2), if layout.is_compact { "no comparison" } else { "No comparison runs" });
            "Full level, no comparison runs".to_owned()
        }
        (true, _) if is_referred => {
            draw(&pen, Icon::Phones, pos2(left + 6.0, y - 9.0), T1, 0.9);
            let name = references::chosen(scene).map(|kept| references::short(&kept.name(), 16));
            let (first, second) = match name {
                Some(name) => (name, if layout.is_compact { "as loud as both" } else { "As loud as mix and master" }),
                None if references::none_can_be_read(scene) => ("Cannot be read".to_owned(), "the master is heard"),
                None => ("Reading".to_owned(), "the master until then"),
            };
            two((&first, T1), second);
            format!("Hearing the reference. {first}. {second}")
        }
        (true, true) => {
            let center = pos2(left + 6.0, y - 9.0);
            pen.ring(center, 5.0, 2.0, HAIR);
            let done = (1.0 - seconds / 3.0).clamp(0.02, 1.0);
            pen.path(arc_points(center, 5.0, 0.0, done * std::f32::consts::TAU), 2.0, T2);
            let text = format!("Matching, {seconds:.0} s left").replace(", 0 s", ", 1 s");
            two((&text, T2), if scene.is_playing { "measuring both" } else { "press play" });
            text
        }
        (true, false) if scene.monitor.source == Source::Delta => {
            draw(&pen, Icon::Delta, pos2(left + 6.0, y - 9.5), T1, 1.0);
            let alone = scene.monitor.solo.map(|stage| format!("{} alone makes", stage.name()));
            let part = part.map(|part| format!("Only {part}"));
            let below = alone.or(part).unwrap_or_else(|| matched.clone());
            two(("Hearing the difference", T1), &below);
            format!("Hearing the difference. {below}")
        }
        (true, false) => {
            draw(&pen, Icon::Check, pos2(left + 6.0, y - 9.0), OK, 1.0);
            let side = match (match_db < 0.0, scene.heard.is_some()) {
                (true, false) => "Master turned down",
                (false, false) => "Mix turned down",
                (true, true) => "With it turned down",
                (false, true) => "Without it turned down",
            };
            let side = if match_db.abs() < 0.05 { "Equally loud" } else { side };
            let below = part.map_or_else(|| side.to_owned(), |part| format!("Only {part}"));
            two((&matched, T1), &below);
            format!("{matched}. {below}")
        }
    };
    let rect = Rect::from_min_max(pos2(left, y - 20.0), pos2(right, y + 18.0));
    let response = ui.interact(rect, ui.scope_id().with("match"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &spoken));
}
