//! One move: an open card, or a row at rest.

use egui::{Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::assistant::{Move, MoveClass};
use crate::editor::icons::{Icon, confidence_bars, draw};
use crate::editor::pen::Pen;
use crate::editor::scene::{MoveState, Scene};
use crate::editor::session::Session;
use crate::editor::theme::{
    CARD_BODY, LIFT, OK, PROPOSAL, PROPOSAL_TEXT, RAISED, ROW, T1, T2, T3, medium, regular, semibold,
};
use crate::editor::widgets::{Button, Kind, describe, focus_ring, push};
use crate::editor::words;

const PAD: f32 = 14.0;

fn class_word(proposed: &Move) -> &'static str {
    match proposed.class {
        MoveClass::Needed => "needed",
        MoveClass::Could => "could",
    }
}

fn name(number: usize, proposed: &Move, state: MoveState) -> String {
    let name = format!("Proposal {number}, {}, {}, {}", class_word(proposed), proposed.stage.name(), proposed.title);
    if state == MoveState::Open { name } else { format!("{name}, {}", state_word(state).to_lowercase()) }
}

fn state_word(state: MoveState) -> &'static str {
    match state {
        MoveState::Open => "",
        MoveState::Accepted => "Accepted",
        MoveState::Tweaked => "Yours",
        MoveState::Rejected => "Rejected",
    }
}

/// "Expect ..." and "Cost: ..." from what was rendered.
pub fn outcome(proposed: &Move) -> String {
    // What reads the same before and after is not worth a word.
    let list = |changes: &[crate::assistant::Change]| {
        let is_told = |each: &&crate::assistant::Change| (each.after - each.before).abs() >= 0.05;
        changes.iter().filter(is_told).map(words::change).collect::<Vec<_>>().join(", ")
    };
    let (effect, cost) = (list(&proposed.effect), list(&proposed.cost));
    let mut text = String::new();
    if !effect.is_empty() {
        text = format!("Expect {effect}.");
    }
    if !cost.is_empty() {
        text = format!("{text} Cost: {cost}.");
    }
    text.trim().to_owned()
}

/// Draws an open card at the cursor and takes its decision.
pub fn open(
    ui: &mut Ui,
    is_compact: bool,
    (session, scene): (&Session, &Scene),
    (number, proposed, state): (usize, &Move, MoveState),
) {
    let width = ui.available_width();
    let pen = Pen::of(ui);
    let inner = width - 2.0 * PAD;
    let title = pen.paragraph(&proposed.title, semibold(15.0), (T1, T1), inner);
    let reason = pen.paragraph(&proposed.sentence, regular(12.0), (CARD_BODY, T1), inner);
    // The compact set has expectation and cost in the status line.
    let expected = if is_compact { String::new() } else { outcome(proposed) };
    let outcome = pen.paragraph(&expected, regular(12.0), (T2, T1), inner);
    let heights = [title.size().y, reason.size().y, outcome.size().y];
    let has_outcome = !outcome.is_empty();
    let text = 36.0 + heights[0] + 3.0 + heights[1] + if has_outcome { 3.0 + heights[2] } else { 0.0 };
    let height = text + 10.0 + 28.0 + 13.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let name = name(number, proposed, state);
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &name));
    let description = format!("{} {}", proposed.sentence, self::outcome(proposed));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(description.clone()));
    describe(ui, &response, || match proposed.withdraw_if.as_str() {
        _ if is_compact => self::outcome(proposed),
        "" => name.clone(),
        withdraw_if => format!("{name}. I would withdraw it: {withdraw_if}"),
    });

    let is_open = state == MoveState::Open;
    pen.fill(rect, 8.0, RAISED);
    if is_open {
        pen.frame(rect, 8.0, 1.0, PROPOSAL.gamma_multiply(0.75));
    }
    let (left, top) = (rect.left() + PAD, rect.top());
    head(&pen, rect, number, proposed, state);
    let mut y = top + 33.0;
    for (galley, size, gap) in [(title, 15.0, 3.0), (reason, 12.0, 3.0), (outcome, 12.0, 0.0)] {
        let row = galley.size().y;
        let first = galley.rows.first().map_or(0.0, |row| row.row.size.y);
        if !galley.is_empty() {
            pen.galley(pos2(left, y + (first + size * 0.72) / 2.0), galley);
            y += row + gap;
        }
    }
    let buttons = Rect::from_min_max(pos2(left, rect.bottom() - 41.0), pos2(rect.right() - PAD, rect.bottom() - 13.0));
    let mut inside = ui.new_child(UiBuilder::new().id_salt(("card", &proposed.id)).max_rect(rect));
    decide(&mut inside, buttons, session, scene, (number, proposed, state));
}

fn head(pen: &Pen, rect: Rect, number: usize, proposed: &Move, state: MoveState) {
    let baseline = rect.top() + 22.0;
    let left = rect.left() + PAD;
    let (icon, color) = glyph(state, true, proposed);
    draw(pen, icon, pos2(left + 5.0, baseline - 4.0), color, 0.95);
    let width = pen.left(left + 16.0, baseline, number.to_string(), semibold(12.0), T1);
    pen.left(left + 25.0 + width, baseline, proposed.stage.name(), medium(12.0), T2);
    let right = rect.right() - PAD;
    if state == MoveState::Open {
        let (filled, word) = words::confidence(proposed.confidence);
        let width = pen.right(right, baseline, word, regular(11.0), T2);
        confidence_bars(pen, right - width - 24.0, baseline, filled);
    } else {
        let color = if state == MoveState::Accepted { OK } else { T2 };
        pen.right(right, baseline, state_word(state), regular(11.0), color);
    }
}

fn glyph(state: MoveState, is_open: bool, proposed: &Move) -> (Icon, egui::Color32) {
    match (state, is_open) {
        (MoveState::Open, true) => (Icon::DiamondFilled, PROPOSAL_TEXT),
        (MoveState::Open, false) if proposed.class == MoveClass::Needed => (Icon::Diamond, PROPOSAL_TEXT),
        (MoveState::Open, false) => (Icon::Diamond, T3),
        (MoveState::Accepted, _) => (Icon::Check, OK),
        (MoveState::Tweaked, _) => (Icon::Pen, T2),
        (MoveState::Rejected, _) => (Icon::Cross, T3),
    }
}

fn decide(
    ui: &mut Ui,
    area: Rect,
    session: &Session,
    scene: &Scene,
    (number, proposed, state): (usize, &Move, MoveState),
) {
    let half = (area.width() - 6.0) / 2.0;
    let first = Rect::from_min_size(area.min, vec2(half, area.height()));
    let second = first.translate(vec2(half + 6.0, 0.0));
    if state == MoveState::Open {
        let accept = format!("Accept proposal {number}");
        let button = Button::new("Accept", Kind::Proposal)
            .icon(Icon::Check)
            .named(&accept, "Sets what the move asks for, one gesture for each setting. Key A.")
            .enabled(!scene.is_busy());
        if push(ui, first, button).clicked() {
            session.accept(proposed);
        }
        let reject = format!("Reject proposal {number}");
        let button = Button::new("Reject", Kind::Ghost)
            .icon(Icon::Cross)
            .named(&reject, "Leaves the settings as they are. The move stays in the list. Key R.");
        if push(ui, second, button).clicked() {
            session.reject(proposed);
        }
        return;
    }
    let undoes = state != MoveState::Rejected && session.knows_before(proposed);
    let name = format!("{} proposal {number}", if undoes { "Undo" } else { "Re-open" });
    let help = if undoes {
        "Brings the settings back that the move replaced, and re-opens it."
    } else {
        "The move waits again. Settings stay as they are."
    };
    let button = Button::new(if undoes { "Undo" } else { "Re-open" }, Kind::Flat).icon(Icon::Undo).named(&name, help);
    // What is set stays decided; without the values from before there is nothing to bring back.
    if (undoes || state != MoveState::Accepted) && push(ui, first, button).clicked() {
        session.reopen(proposed);
    }
    if state == MoveState::Tweaked {
        let name = format!("Accept proposal {number} again");
        let button = Button::new("Set again", Kind::Ghost).named(&name, "Sets what the move asked for once more.");
        if push(ui, second, button).clicked() {
            session.accept(proposed);
        }
    }
}

/// Draws a row at rest; says whether it was clicked.
pub fn row(ui: &mut Ui, (number, proposed, state): (usize, &Move, MoveState)) -> bool {
    let width = ui.available_width();
    let pen = Pen::of(ui);
    let right_word = if state == MoveState::Open { proposed.stage.name() } else { state_word(state) };
    let right_width = pen.width(right_word, regular(11.0));
    let title_left = PAD + 18.0 + pen.width(number.to_string(), semibold(12.0)) + 8.0;
    let color = if state == MoveState::Rejected { T3 } else { T1 };
    let room = width - title_left - PAD - right_width - 8.0;
    // What is decided must say so; where a move belongs may give way to what it does.
    let is_tight = pen.width(proposed.title.clone(), medium(12.0)) > room;
    let (right_word, room) =
        if is_tight && state == MoveState::Open { ("", room + right_width) } else { (right_word, room) };
    let size = if pen.width(proposed.title.clone(), medium(13.0)) > room { 12.0 } else { 13.0 };
    let title = pen.paragraph(&proposed.title, medium(size), (color, color), room);
    let height = (title.size().y + 13.0).max(32.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    let name = name(number, proposed, state);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    describe(ui, &response, || format!("{name}. {}", proposed.sentence));
    pen.fill(rect, 7.0, if response.hovered() { LIFT } else { ROW });
    let first = title.rows.first().map_or(19.0, |row| row.row.size.y);
    let baseline = rect.top() + (height - title.size().y) / 2.0 + (first + 13.0 * 0.72) / 2.0;
    let (icon, glyph_color) = glyph(state, false, proposed);
    draw(&pen, icon, pos2(rect.left() + PAD + 5.0, baseline - 4.4), glyph_color, 0.86);
    pen.left(rect.left() + PAD + 18.0, baseline, number.to_string(), semibold(12.0), T2);
    pen.galley(pos2(rect.left() + title_left, baseline), title);
    let word_color = match state {
        MoveState::Accepted => OK,
        _ if response.hovered() => T2,
        _ => T3,
    };
    pen.right(rect.right() - PAD, baseline, right_word, regular(11.0), word_color);
    focus_ring(&pen, &response, 7.0);
    response.clicked()
}
