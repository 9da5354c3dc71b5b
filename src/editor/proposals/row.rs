//! A move at rest: a row with glyph, number, title and where it stands.

use egui::{Color32, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::{Move, MoveClass};
use crate::editor::icons::{Icon, draw};
use crate::editor::pen::Pen;
use crate::editor::theme::{LIFT, OK, PROPOSAL_TEXT, ROW, T1, T2, T3, medium, regular, semibold};
use crate::editor::widgets::{describe, focus_ring};
use crate::params::MoveState;

use super::follow_focus;
use crate::editor::words;

/// Space between the edge of a card or row and what it says.
pub const PAD: f32 = 14.0;

fn class_word(proposed: &Move) -> &'static str {
    match proposed.class {
        MoveClass::Needed => "needed",
        MoveClass::Could => "could",
    }
}

/// What a screen reader says of a move.
pub fn name(number: usize, proposed: &Move, state: MoveState) -> String {
    let name = format!("Proposal {number}, {}, {}, {}", class_word(proposed), proposed.stage.name(), proposed.title);
    let name = if proposed.is_mitigation { format!("{name}, softens a mix fault") } else { name };
    if state == MoveState::Open { name } else { format!("{name}, {}", state_word(state).to_lowercase()) }
}

/// Where a move stands.
pub fn state_word(state: MoveState) -> &'static str {
    match state {
        MoveState::Open => "",
        MoveState::Accepted => "Accepted",
        MoveState::Tweaked => "Yours",
        MoveState::ByHand => "Done by you",
        MoveState::Rejected => "Rejected",
    }
}

/// Where a move stands, as a sign.
pub fn glyph(state: MoveState, is_open: bool, proposed: &Move) -> (Icon, Color32) {
    match (state, is_open) {
        (MoveState::Open, true) => (Icon::DiamondFilled, PROPOSAL_TEXT),
        (MoveState::Open, false) if proposed.class == MoveClass::Needed => (Icon::Diamond, PROPOSAL_TEXT),
        (MoveState::Open, false) => (Icon::Diamond, T3),
        (MoveState::Accepted | MoveState::ByHand, _) => (Icon::Check, OK),
        (MoveState::Tweaked, _) => (Icon::Pen, T2),
        (MoveState::Rejected, _) => (Icon::Cross, T3),
    }
}

/// Draws a row at rest; says whether it was clicked.
pub fn show(ui: &mut Ui, (number, proposed, state): (usize, &Move, MoveState), amount: f64) -> bool {
    let width = ui.available_width();
    let pen = Pen::of(ui);
    let right_word = match state {
        MoveState::Open if amount != 100.0 => format!("{amount:.0} %"),
        MoveState::Open => proposed.stage.name().to_owned(),
        MoveState::Accepted if amount != 100.0 => format!("{} {amount:.0} %", state_word(state)),
        _ => state_word(state).to_owned(),
    };
    let right_width = pen.width(right_word.clone(), regular(11.0));
    let title_left = PAD + 18.0 + pen.width(number.to_string(), semibold(12.0)) + 8.0;
    let color = if state == MoveState::Rejected { T3 } else { T1 };
    let room = width - title_left - PAD - right_width - 8.0;
    // What is decided must say so; where a move belongs may give way to what it does.
    let is_tight = pen.width(proposed.title.clone(), medium(12.0)) > room;
    let (right_word, room) =
        if is_tight && state == MoveState::Open { (String::new(), room + right_width) } else { (right_word, room) };
    let size = if pen.width(proposed.title.clone(), medium(13.0)) > room { 12.0 } else { 13.0 };
    let title = pen.paragraph(&words::sentence_case(&proposed.title), medium(size), (color, color), room);
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
        MoveState::Accepted | MoveState::ByHand => OK,
        _ if response.hovered() => T2,
        _ => T3,
    };
    pen.right(rect.right() - PAD, baseline, right_word, regular(11.0), word_color);
    focus_ring(&pen, &response, 7.0);
    follow_focus(ui, &response);
    response.clicked()
}
