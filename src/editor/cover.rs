//! The cover: one ring, one sentence, one action.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::{Move, MoveClass, VerdictKind};
use crate::bridge::{Phase, Request};
use crate::chain::Stage;
use crate::chain::settings::find;

use super::icons::{Half, Icon, draw, split_disc};
use super::layout::Layout;
use super::pen::Pen;
use super::proposals::outcome;
use super::ring;
use super::scene::Scene;
use super::session::Session;
use super::theme::{CANVAS, HAIR, LIFT, OK, SOFT, T1, T2, T3, medium, regular, rgb, semibold};
use super::verdict_bar::{heard, title};
use super::widgets::{Button, Kind, push};
use super::words;
use crate::params::MoveState;

/// Draws the cover; says whether the workbench is wanted instead.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene) -> bool {
    let area = layout.cover;
    let pen = Pen::of(ui);
    pen.gradient(area, &[(0.0, rgb(0x13181F)), (0.6, CANVAS), (1.0, rgb(0x0D1014))]);
    let scale = if layout.is_compact { 0.72 } else { 1.0 };
    let foot = if layout.is_compact { 84.0 } else { 116.0 };
    let center = pos2(area.left() + area.width() * 0.254, area.top() + (area.height() - foot) / 2.0 + 8.0);
    let level_move = level_move(scene);
    let added_db = level_move.and_then(|each| gain_of(scene, each));
    // What is outside has no song whose course would say something.
    let is_outside = scene.verdict().is_some_and(|(kind, _)| kind == VerdictKind::OutsideScope);
    if !is_outside || scene.is_busy() {
        ring::draw(ui, center, scale, scene, added_db);
    }
    middle(&pen, center, scale, scene, added_db);
    let text = Rect::from_min_max(
        pos2(
            area.left() + area.width() * if layout.is_compact { 0.502 } else { 0.524 },
            area.top() + if layout.is_compact { 76.0 } else { 108.0 },
        ),
        pos2(area.right() - if layout.is_compact { 24.0 } else { 48.0 }, area.bottom() - foot),
    );
    let wants_chain = words_and_actions(ui, layout, text, (session, scene), level_move);
    quiet_chain(&pen, layout, scene);
    wants_chain
}

/// The move that sets the level, if it still waits.
fn level_move(scene: &Scene) -> Option<&Move> {
    let (kind, _) = scene.verdict()?;
    // Louder than needed is a choice for the workbench, never the one action of this page.
    let sets_level = |each: &&Move| each.stage == Stage::Limiter && each.class == MoveClass::Needed;
    scene.open_moves().map(|(_, each)| each).find(sets_level).filter(|_| kind == VerdictKind::LevelOnly)
}

/// dB that a move adds to the limiter's gain.
fn gain_of(scene: &Scene, proposed: &Move) -> Option<f64> {
    let (id, value) = proposed.settings.iter().find(|(id, _)| id == "limiter.gain_db")?;
    Some(value - find(id)?.get(&scene.settings))
}

fn middle(pen: &Pen, center: egui::Pos2, scale: f32, scene: &Scene, added_db: Option<f64>) {
    let number = semibold(40.0 * scale.max(0.75)).spaced(-0.8);
    let caption = regular(if scale < 1.0 { 12.0 } else { 13.0 });
    match (scene.hearing.phase, scene.verdict(), added_db) {
        (_, Some(_), Some(added_db)) => {
            split_disc(pen, center - vec2(0.0, 34.0 * scale), 17.0 * scale, 0.0, [Half::Filled; 2]);
            pen.center(center.x, center.y + 24.0 * scale, format!("{} dB", words::signed(added_db)), number, T1);
            pen.center(center.x, center.y + 50.0 * scale, "level only", regular(15.0 * scale.max(0.8)), T2);
        }
        (Phase::Listening | Phase::Judging, _, _) | (_, Some((VerdictKind::NotEnoughHeard, _)), _) => {
            let text = scene.share().map_or_else(|| words::time(scene.heard_s()), words::percent);
            pen.center(center.x, center.y + 8.0 * scale, text, number, T1);
            let below = match scene.share() {
                Some(_) => format!(
                    "{} of {} heard",
                    words::time(scene.heard_s().min(scene.duration_s())),
                    words::time(scene.duration_s())
                ),
                None => "heard".to_owned(),
            };
            pen.center(center.x, center.y + 34.0 * scale, below, caption, T2);
        }
        // As on its seal: nothing is claimed.
        (_, Some((VerdictKind::OutsideScope, _)), _) => {
            split_disc(pen, center, 40.0 * scale, 0.0, [Half::Hollow, Half::Dashed]);
        }
        _ => split_disc(pen, center, 40.0 * scale, 0.0, [Half::Filled; 2]),
    }
}

/// Title, sentence, the one action; says whether the workbench is wanted.
fn words_and_actions(
    ui: &mut Ui,
    layout: &Layout,
    area: Rect,
    (session, scene): (&Session, &Scene),
    level_move: Option<&Move>,
) -> bool {
    let pen = Pen::of(ui);
    let (heading, sentence) = sentences(scene, level_move);
    let size = if layout.is_compact { 32.0 } else { 40.0 };
    pen.left(area.left() - 1.0, area.top(), heading, semibold(size).spaced(-0.8), T1);
    let body = if layout.is_compact { 13.0 } else { 15.0 };
    let galley = pen.paragraph(&sentence, regular(body), (T2, T1), area.width());
    let mut y = pen.galley(pos2(area.left(), area.top() + 38.0), galley) + 20.0;
    let place = Rect::from_min_size(area.left_top() - vec2(0.0, 40.0), vec2(area.width(), y - area.top() + 20.0));
    let response = ui.interact(place, ui.scope_id().with("cover"), Sense::hover());
    let spoken = format!("{heading} {sentence}");
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &spoken));

    let mut x = area.left();
    let (size, margin) = if layout.is_compact { (12.0, 4.0) } else { (13.0, 12.0) };
    let mut place = |button: &Button<'_>| {
        let width = button.width(&pen) + margin;
        if x + width > area.right() && x > area.left() {
            (x, y) = (area.left(), y + 40.0);
        }
        let rect = Rect::from_min_size(pos2(x, y), vec2(width, 36.0));
        x = rect.right() + 8.0;
        rect
    };
    if let Some(proposed) = level_move {
        let label = match gain_of(scene, proposed) {
            Some(added_db) if added_db.abs() >= 0.05 => format!("Accept {} dB", words::signed(added_db)),
            _ => "Accept".to_owned(),
        };
        let button = Button::new(&label, Kind::Primary)
            .icon(Icon::Check)
            .named("Accept the level", "Sets the limiter's gain and ceiling, one gesture each. Key A.")
            .sized(size);
        if push(ui, place(&button), button).clicked() {
            session.accept(proposed);
        }
    }
    let listen = match (scene.hearing.phase, scene.verdict()) {
        (Phase::Listening, _) => Some(Button::new("Stop", Kind::Neutral).icon(Icon::Stop)),
        (Phase::Judging, _) => None,
        (_, Some((VerdictKind::NotEnoughHeard, _))) => Some(Button::new("Listen", Kind::Primary).icon(Icon::Phones)),
        _ => Some(Button::new("Listen again", Kind::Neutral)),
    };
    if let Some(button) = listen.map(|button| button.sized(size))
        && push(ui, place(&button), button).clicked()
    {
        session.end.request(Request::Listen);
    }
    let chain = Button::new("Open the chain", Kind::Ghost)
        .named("Open the chain", "Shows stages and proposals. Escape does the same.")
        .sized(size);
    let wants_chain = push(ui, place(&chain), chain).clicked();
    facts(&pen, area, y + 63.0, scene);
    wants_chain
}

fn sentences(scene: &Scene, level_move: Option<&Move>) -> (&'static str, String) {
    match (scene.hearing.phase, scene.verdict()) {
        (Phase::Judging, _) => {
            ("Judging", "Rendering what I heard through the chain, to measure what each move would do.".to_owned())
        }
        (Phase::Listening, _) if scene.hearing.missed_s > 0.0 => (
            "Listening",
            format!(
                "{}: the computer was busy. Play it again to have all of it heard.",
                words::missed(scene.hearing.missed_s).unwrap_or_default()
            ),
        ),
        (Phase::Listening, _) | (_, None) => (
            "Listening",
            "Play the song once, start to end. I only listen: nothing changes until you accept a move.".to_owned(),
        ),
        (_, Some((kind, judged))) => {
            let heading = if kind == VerdictKind::LevelOnly { "Finished." } else { title(kind) };
            let is_accepted = scene.moves().any(|(_, each)| scene.state_of(each) == MoveState::Accepted);
            let mut sentence = judged.report.verdict.sentence.clone();
            if let Some(proposed) = level_move {
                let outcome = outcome(scene.outcome(proposed));
                sentence = format!("{sentence} {outcome}").trim().to_owned();
            } else if kind == VerdictKind::LevelOnly && is_accepted {
                sentence = format!("{sentence} The level is set.");
            }
            (heading, sentence)
        }
    }
}

/// What was measured of the mix: as heard, or so far.
fn facts(pen: &Pen, area: Rect, top: f32, scene: &Scene) {
    let value = |value: Option<f64>, unit: &str| format!("{} {unit}", words::maybe(value));
    let correlation = |value: Option<f64>| value.map_or_else(|| words::maybe(None), |each| words::decimals(each, 2));
    let (title, note, rows) = match scene.verdict() {
        Some((_, judged)) => {
            let (levels, stereo) = (&judged.features.levels, &judged.features.stereo);
            let rows = [
                ("Integrated", value(levels.integrated_lufs, "LUFS")),
                ("Loudest 3 s", value(levels.max_short_term_lufs, "LUFS")),
                ("Loudness range", value(levels.loudness_range_lu, "LU")),
                ("True peak", value(levels.true_peak_dbtp, "dBTP")),
                ("Peak to loudness", value(levels.plr_db, "dB")),
                ("Correlation", correlation(stereo.correlation)),
            ];
            ("The mix as I heard it", heard(scene), rows)
        }
        None => {
            let mix = &scene.hearing.mix;
            let rows = [
                ("Integrated", value(mix.integrated_lufs, "LUFS")),
                ("Short-term", value(mix.short_term_lufs, "LUFS")),
                ("Loudness range", value(mix.loudness_range_lu, "LU")),
                ("True peak", value(mix.true_peak_dbtp, "dBTP")),
                ("Peak to short-term", value(mix.psr_db, "dB")),
                ("Correlation", correlation(mix.correlation)),
            ];
            ("The mix so far", "since the transport started".to_owned(), rows)
        }
    };
    pen.horizontal(area.left(), area.right(), top, SOFT);
    pen.left(area.left(), top + 26.0, title, semibold(13.0), T1);
    pen.right(area.right(), top + 26.0, note, regular(12.0), T3);
    let half = (area.width() - 18.0) / 2.0;
    for (idx, (name, text)) in rows.into_iter().enumerate() {
        let left = area.left() + (idx / 3) as f32 * (half + 18.0);
        let y = top + 55.0 + (idx % 3) as f32 * 27.0;
        if y > area.bottom() + 20.0 {
            continue;
        }
        pen.left(left, y, name, regular(12.0), T2);
        pen.right(left + half, y, text, medium(12.0), T1);
    }
}

/// The chain as dots: what each stage does now.
fn quiet_chain(pen: &Pen, layout: &Layout, scene: &Scene) {
    let area = layout.cover;
    let y = area.bottom() - if layout.is_compact { 60.0 } else { 70.0 };
    let (left, right) = (area.left() + 48.0, area.right() - 48.0);
    let cell = (right - left) / Stage::ALL.len() as f32;
    pen.horizontal(left + cell / 2.0, right - cell / 2.0, y, HAIR);
    for (idx, stage) in Stage::ALL.into_iter().enumerate() {
        let x = left + cell * (idx as f32 + 0.5);
        let state = super::chain_strip::summary(stage, scene);
        pen.disc(pos2(x, y), 9.0, CANVAS);
        if state.is_working {
            pen.disc(pos2(x, y), 8.5, LIFT);
            draw(pen, Icon::Check, pos2(x, y), OK, 0.85);
        } else {
            pen.ring(pos2(x, y), 3.2, 1.3, T3);
        }
        let (face, color) = if state.is_working { (medium(12.0), T1) } else { (regular(12.0), T3) };
        pen.center(x, y + 25.0, stage.name(), face, color);
        pen.center(x, y + 41.0, state.text, regular(11.0), if state.is_working { T2 } else { T3 });
    }
}
