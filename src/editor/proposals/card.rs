//! The open card: a move with its reason, its evidence, what it does and costs, and its decision.

use egui::{Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::assistant::{Change, Move};
use crate::editor::icons::{confidence_bars, draw};
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{CARD_BODY, OK, PROPOSAL, RAISED, T1, T2, T3, medium, regular, semibold};
use crate::editor::widgets::describe;
use crate::editor::{hear, words};
use crate::params::MoveState;

use super::evidence::{self, Room};
use super::reason::reasons;
use super::row::{PAD, glyph, name, state_word};
use super::{amount, decide};

/// Most changes that a card lists of effect and of cost; all of them are in the description.
const MAX_CHANGES: usize = 2;

/// Most lines of text on a card.
const MAX_LINES: usize = 6;
/// What is folded away until the text fits: where the evidence holds, its value, the expectation; what folds away comes
/// back where something longer has gone.
const FOLDS: [(Room, bool); 5] =
    [(Room::Place, true), (Room::Measured, true), (Room::None, true), (Room::Measured, false), (Room::None, false)];

/// What a level move's own sentence says, or its title.
fn is_in_sentence(metric: &str) -> bool {
    matches!(metric, "limiter_reduction_db" | "crest_loss_db" | "true_peak_dbtp")
}

/// "Expect ..." and "Cost: ..." from what was rendered.
pub fn outcome((effect, cost): (Vec<Change>, Vec<Change>)) -> String {
    // What reads the same before and after is not worth a word.
    let list = |changes: &[Change]| {
        let is_told = |each: &&Change| (each.after - each.before).abs() >= 0.05 && !is_in_sentence(each.metric);
        changes.iter().filter(is_told).take(MAX_CHANGES).map(words::change).collect::<Vec<_>>().join(", ")
    };
    let (effect, cost) = (list(&effect), list(&cost));
    let mut text = String::new();
    if !effect.is_empty() {
        text = format!("Expect {effect}.");
    }
    if !cost.is_empty() {
        text = format!("{text} Cost: {cost}.");
    }
    text.trim().to_owned()
}

/// What would withdraw the move, as a sentence.
fn withdrawal(proposed: &Move) -> String {
    let reason = proposed.withdraw_if.trim().trim_end_matches('.');
    let mut letters = reason.chars();
    match letters.next() {
        None => String::new(),
        Some(first) => format!("Withdrawn if {}{}.", first.to_lowercase(), letters.as_str()),
    }
}

/// Draws an open card at the cursor and takes its decision; returns its place.
pub fn open(
    ui: &mut Ui,
    is_compact: bool,
    (session, scene): (&Session, &Scene),
    (number, proposed, state): (usize, &Move, MoveState),
) -> Rect {
    let width = ui.available_width();
    let pen = Pen::of(ui);
    let inner = width - 2.0 * PAD;
    let mut measured = outcome(scene.outcome(proposed));
    if scene.amount(proposed) != 100.0 && !measured.is_empty() {
        measured = format!("At 100 %: {}{}", measured[..1].to_lowercase(), &measured[1..]);
    }
    let title = pen.paragraph(&words::sentence_case(&proposed.title), semibold(15.0), (T1, T1), inner);
    let paragraph = |text: &str| pen.paragraph(text, regular(12.0), (CARD_BODY, T1), inner);
    let expectation = pen.paragraph(&measured, regular(12.0), (T2, T1), inner);
    let taken = 1 + title.rows.len();
    // What does not fit is in the status line, with what would withdraw the move. The compact set begins without.
    let fits = |reason: usize, (room, has_expectation): (Room, bool)| {
        let expected = if has_expectation && !measured.is_empty() { expectation.rows.len() } else { 0 };
        taken + reason + evidence::num_lines(proposed, room) + expected <= MAX_LINES
    };
    let folds = if is_compact { &FOLDS[FOLDS.len() - 1..] } else { &FOLDS };
    let reasons = reasons(proposed);
    let fitting = reasons.iter().find_map(|text| {
        let reason = paragraph(text);
        let fold = folds.iter().copied().find(|each| fits(reason.rows.len(), *each))?;
        Some((text, reason, fold))
    });
    // A single sentence that is longer than the card is wrapped: nothing is cut off.
    let shortest = || reasons.last().map(|text| (text, paragraph(text), FOLDS[FOLDS.len() - 1]));
    let Some((told, reason, (room, has_expectation))) = fitting.or_else(shortest) else { return Rect::NOTHING };
    let outcome = if has_expectation { expectation } else { paragraph("") };
    let evidence_height = evidence::height(evidence::num_lines(proposed, room));
    let has_amount = amount::is_offered(session, proposed, state);
    let galleys = [(title, 15.0), (reason, 12.0), (outcome, 12.0)];
    let text: f32 = galleys.iter().filter(|(each, _)| !each.is_empty()).map(|(each, _)| each.size().y + 3.0).sum();
    let height = 33.0 + text + evidence_height + 7.0 + if has_amount { 26.0 } else { 4.0 } + 28.0 + 13.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let name = name(number, proposed, state);
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &name));
    let description = [proposed.sentence.clone(), evidence::spoken(proposed), measured, withdrawal(proposed)];
    let description = description.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(description.clone()));
    let withdrawal = withdrawal(proposed);
    let is_whole = has_expectation && room == Room::Place && *told == proposed.sentence;
    describe(ui, &response, || if is_whole { format!("{name}. {withdrawal}") } else { description.clone() });

    let is_heard = hear::is_heard(scene, proposed);
    pen.fill(rect, 8.0, RAISED);
    if state == MoveState::Open {
        let (width, color) = if is_heard { (1.5, PROPOSAL) } else { (1.0, PROPOSAL.gamma_multiply(0.75)) };
        pen.frame(rect, 8.0, width, color);
    }
    let (left, right) = (rect.left() + PAD, rect.right() - PAD);
    head(&pen, rect, is_heard, (number, proposed, state, scene.amount(proposed)));
    let mut y = rect.top() + 33.0;
    for (idx, (galley, size)) in galleys.into_iter().enumerate() {
        // Evidence stands between the reason and what comes of the move.
        if idx == 2 && evidence_height > 0.0 {
            evidence::draw(&pen, Rect::from_min_max(pos2(left, y), pos2(right, y + evidence_height)), proposed, room);
            y += evidence_height;
        }
        if !galley.is_empty() {
            let (row, first) = (galley.size().y, galley.rows.first().map_or(0.0, |row| row.row.size.y));
            pen.galley(pos2(left, y + (first + size * 0.72) / 2.0), galley);
            y += row + 3.0;
        }
    }
    let mut inside = ui.new_child(UiBuilder::new().id_salt(("card", &proposed.id)).max_rect(rect));
    let buttons = Rect::from_min_max(pos2(left, rect.bottom() - 41.0), pos2(right, rect.bottom() - 13.0));
    if has_amount {
        let area = Rect::from_min_max(pos2(left, buttons.top() - 30.0), pos2(right, buttons.top() - 6.0));
        amount::show(&mut inside, area, session, (number, proposed, scene.amount(proposed)));
    }
    decide::show(&mut inside, buttons, session, scene, (number, proposed, state));
    rect
}

fn head(pen: &Pen, rect: Rect, is_heard: bool, (number, proposed, state, amount): (usize, &Move, MoveState, f64)) {
    let baseline = rect.top() + 22.0;
    let left = rect.left() + PAD;
    let (icon, color) = glyph(state, true, proposed);
    draw(pen, icon, pos2(left + 5.0, baseline - 4.0), color, 0.95);
    let width = pen.left(left + 16.0, baseline, number.to_string(), semibold(12.0), T1);
    let x = left + 25.0 + width;
    let x = x + pen.left(x, baseline, proposed.stage.name(), medium(12.0), T2);
    let right = rect.right() - PAD;
    if state != MoveState::Open {
        let color = if matches!(state, MoveState::Accepted | MoveState::ByHand) { OK } else { T2 };
        let word = if amount == 100.0 || state != MoveState::Accepted {
            state_word(state).to_owned()
        } else {
            format!("{} at {amount:.0} %", state_word(state))
        };
        pen.right(right, baseline, word, regular(11.0), color);
        return;
    }
    let (filled, word) = words::confidence(proposed.confidence);
    let width = pen.right(right, baseline, word, regular(11.0), T2);
    confidence_bars(pen, right - width - 24.0, baseline, filled);
    let aside = if is_heard {
        "hearing"
    } else if amount != 100.0 {
        "tweaked"
    } else {
        ""
    };
    pen.left(x + 9.0, baseline, aside, regular(11.0), if is_heard { crate::editor::theme::PROPOSAL_TEXT } else { T3 });
}
