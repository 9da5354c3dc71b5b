//! The verdict bar: seal, title, counts, and the buttons for listening.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::{MoveClass, Severity, VerdictKind};
use crate::bridge::{Phase, Request};

use super::drawer::Drawer;
use super::icons::Icon;
use super::layout::Layout;
use super::pen::Pen;
use super::proposals::has_cover;
use super::scene::Scene;
use super::seal;
use super::session::Session;
use super::theme::{CANVAS, T1, T2, regular, semibold};
use super::widgets::{Button, Kind, describe, push};
use super::words;

/// Title of a kind of verdict.
pub fn title(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::LevelOnly => "Finished",
        VerdictKind::SmallMoves => "Small moves",
        VerdictKind::WorkNeeded => "Work needed",
        VerdictKind::SendBack => "Send back to the mix",
        VerdictKind::NotEnoughHeard => "Not enough heard",
        VerdictKind::OutsideScope => "Outside my scope",
    }
}

/// A page that the bar opens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// The whole song as a ring.
    Cover,
    /// A drawer; the same once more closes it.
    Drawer(Drawer),
}

/// Draws the bar; says which page is wanted.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene, drawer: Option<Drawer>) -> Option<Opened> {
    let bar = layout.verdict;
    let pen = Pen::of(ui);
    pen.fill(bar, 0.0, CANVAS);
    let radius = if layout.is_compact { 25.0 } else { 32.0 };
    let center = pos2(bar.left() + if layout.is_compact { 40.0 } else { 52.0 }, bar.center().y);
    let verdict = scene.verdict().map(|(kind, _)| kind);
    let share = if scene.hearing.phase == Phase::Idle && verdict.is_none() { None } else { scene.share() };
    seal::draw(&pen, center, radius, verdict, share);

    let x = center.x + radius + if layout.is_compact { 14.0 } else { 18.0 };
    let (title_text, counts) = (heading(scene), counts(scene, layout.is_compact));
    let title_size = if layout.is_compact { 17.0 } else { 20.0 };
    let title_y = bar.top() + if layout.is_compact { 28.0 } else { 36.0 };
    pen.left(x, title_y, title_text, semibold(title_size), T1);
    let face = if layout.is_compact { regular(12.0) } else { regular(13.0) };
    let galley = pen.paragraph(&counts, face, (T2, T1), bar.right() - x - 4.0);
    pen.galley(pos2(x, bar.top() + if layout.is_compact { 46.0 } else { 57.0 }), galley);

    let spoken = spoken(scene, title_text, &counts);
    let place = Rect::from_min_max(bar.min + vec2(4.0, 4.0), pos2(bar.right(), bar.bottom() - 40.0));
    let response = ui.interact(place, ui.scope_id().with("verdict"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &spoken));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(egui::accesskit::Live::Polite));
    describe(ui, &response, || match scene.verdict() {
        Some((_, judged)) => judged.report.verdict.sentence.clone(),
        None => spoken.clone(),
    });
    buttons(ui, layout, (session, scene), x, drawer)
}

/// The word for the moment.
fn heading(scene: &Scene) -> &'static str {
    match (scene.hearing.phase, scene.verdict()) {
        (Phase::Listening, _) => "Listening",
        (Phase::Judging, _) => "Judging",
        (_, Some((kind, _))) => title(kind),
        (_, None) => "Not heard yet",
    }
}

/// How much was heard: a share only where the length is known.
pub fn heard(scene: &Scene) -> String {
    match scene.share() {
        Some(share) => format!("{} of {} heard", words::percent(share), words::time(scene.duration_s())),
        None => format!("{} heard", words::time(scene.heard_s())),
    }
}

fn counts(scene: &Scene, is_compact: bool) -> String {
    match (scene.hearing.phase, scene.verdict()) {
        (Phase::Listening, _) => match words::missed(scene.hearing.missed_s) {
            Some(missed) => format!("{}. {missed}: play it again", heard(scene)),
            None => heard(scene),
        },
        (Phase::Judging, _) => format!("{}, rendering", heard(scene)),
        (_, Some(_)) if scene.hearing.changed_at_s.is_some() => {
            let at_s = scene.hearing.changed_at_s.unwrap_or_default();
            format!("The mix has changed at {}, listen again", words::time(at_s))
        }
        (_, Some((VerdictKind::NotEnoughHeard | VerdictKind::OutsideScope, _))) => heard(scene),
        (_, Some((VerdictKind::SendBack, _))) => sent_back(scene, is_compact),
        (_, Some(_)) => moves(scene, is_compact),
        (_, None) if is_compact => "Press Listen, play the song".to_owned(),
        (_, None) => "Press Listen and play the song".to_owned(),
    }
}

/// What a mix that goes back has.
fn sent_back(scene: &Scene, is_compact: bool) -> String {
    let num_bad = scene.notes().filter(|(_, note)| note.severity == Severity::High).count();
    match (num_bad, scene.notes().count() - num_bad) {
        (0, 0) => "all marked as intended".to_owned(),
        (0, others) => format!("{others} worth a look"),
        (num_bad, 0) => format!("{num_bad} to fix in the mix"),
        (num_bad, others) if is_compact => format!("{num_bad} to fix, {others} to look at"),
        (num_bad, others) => format!("{num_bad} to fix in the mix, {others} worth a look"),
    }
}

/// How many moves wait, were decided, and what is for the mixer: as much of it as one line holds.
fn moves(scene: &Scene, is_compact: bool) -> String {
    let num_decided = scene.moves().count() - scene.open_moves().count();
    let (needed, could) = (scene.num_open(MoveClass::Needed), scene.num_open(MoveClass::Could));
    let waiting = format!("{needed} needed, {could} could");
    match (scene.notes().count(), num_decided) {
        (0, 0) => waiting,
        (0, num_decided) => format!("{waiting}, {num_decided} decided"),
        (num_notes, _) if is_compact => format!("{waiting}, {num_notes} mixer"),
        (num_notes, _) => format!("{waiting}, {num_notes} for the mixer"),
    }
}

fn spoken(scene: &Scene, title: &str, counts: &str) -> String {
    match scene.verdict() {
        Some(_) => format!("Verdict: {}. {counts}. {}.", title.to_lowercase(), heard(scene)),
        None => format!("{title}. {counts}."),
    }
}

fn buttons(
    ui: &mut Ui,
    layout: &Layout,
    (session, scene): (&Session, &Scene),
    left: f32,
    drawer: Option<Drawer>,
) -> Option<Opened> {
    let height = if layout.is_compact { 22.0 } else { 24.0 };
    let top = layout.verdict.bottom() - height - if layout.is_compact { 6.0 } else { 12.0 };
    // Of a session that was loaded as well: nothing was heard since.
    let is_judged = scene.verdict().is_some();
    let is_listening = scene.hearing.phase == Phase::Listening;
    let has_cover = scene.verdict().is_some_and(|(kind, _)| has_cover(kind));
    let num_notes = scene.notes().count() + scene.num_intended();
    let report = if num_notes > 0 { format!("Report {num_notes}") } else { String::new() };
    // Where all four are there, the row has room for their shortest words.
    let is_tight = layout.is_compact || (has_cover && num_notes > 0);
    let again = if is_tight { "Listen" } else { "Listen again" };
    let listen = match (scene.hearing.phase, scene.verdict()) {
        (Phase::Listening, _) => Button::new("Stop", Kind::Flat)
            .icon(Icon::Stop)
            .named("Stop", "Ends listening; the verdict is made of what was heard."),
        (Phase::Judging, _) => Button::new("Judging", Kind::Line).enabled(false),
        (_, Some(_)) => Button::new(again, Kind::Line)
            .named("Listen again", "Hears the mix anew. Decisions on the old moves go with them; what was rejected stays so until it has grown."),
        (_, None) => Button::new("Listen", Kind::Primary)
            .icon(Icon::Phones)
            .named("Listen", "Hears the mix while the host plays. Nothing is changed."),
    };
    let why = Button::new("Why this", Kind::Line)
        .named("Why this", "What I measured, what lies outside its range, what I left alone, what I have not heard.")
        .on(drawer == Some(Drawer::Why));
    let report = Button::new(&report, Kind::Line)
        .named("Report", "What belongs back in the mix, each with its place and what it rests on.")
        .on(drawer == Some(Drawer::Report));
    let overview = Button::new("Overview", Kind::Line)
        .named("Overview", "The whole song as one ring, the verdict as one sentence.");
    let offered = [
        is_judged.then_some((why, Some(Opened::Drawer(Drawer::Why)))),
        (is_judged && num_notes > 0).then_some((report, Some(Opened::Drawer(Drawer::Report)))),
        Some((listen, None)),
        (has_cover || is_listening).then_some((overview, Some(Opened::Cover))),
    ];
    let (mut x, mut opened) = (left, None);
    let gap = if is_tight { 4.0 } else { 6.0 };
    for (button, opens) in offered.into_iter().flatten() {
        let button = if is_tight { button.sized(11.0) } else { button };
        let width = button.width(&Pen::of(ui)) - if is_tight { 6.0 } else { 4.0 };
        let rect = Rect::from_min_size(pos2(x, top), vec2(width, height));
        if opens == Some(Opened::Cover) && rect.right() > layout.verdict.right() - 2.0 {
            // No room beside the others: the seal opens it too.
            continue;
        }
        x = rect.right() + gap;
        if push(ui, rect, button).clicked() {
            match opens {
                Some(_) => opened = opens,
                None => session.end.request(Request::Listen),
            }
        }
    }
    opened
}
