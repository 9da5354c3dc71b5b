//! What a move rests on: the value on its scale beside the expected range, where, and how much of the song.

use egui::{Rect, pos2, vec2};

use crate::assistant::{Evidence, Move};
use crate::editor::icons::{Icon, draw as draw_icon};
use crate::editor::pen::Pen;
use crate::editor::theme::{HAIR, PROPOSAL_TEXT, REDUCTION_TEXT, T2, T3, regular};
use crate::editor::words;

/// Height of a line of evidence.
const LINE: f32 = 17.0;
/// Width of the scale.
const SCALE: f32 = 52.0;

/// How many lines of evidence a card has room for: the value with its range, then place and share. That a move only softens
/// a fault is always said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// None of them.
    None,
    /// The value with its range.
    Measured,
    /// And where it holds.
    Place,
}

/// Lines of evidence on a card.
pub fn num_lines(proposed: &Move, room: Room) -> usize {
    let measured = proposed.evidence.first().filter(|_| room >= Room::Measured);
    let has_place = room == Room::Place && measured.is_some_and(|each| tells_place(proposed, each));
    usize::from(measured.is_some()) + usize::from(has_place) + usize::from(proposed.is_mitigation)
}

/// Height of so many lines.
pub fn height(num_lines: usize) -> f32 {
    if num_lines == 0 { 0.0 } else { LINE * num_lines as f32 + 4.0 }
}

/// Where, and how much of what was heard.
fn where_and_share(evidence: &Evidence) -> String {
    let share = words::percent(evidence.share);
    format!("{}, {share} of what I heard", words::place(evidence.from_s, evidence.to_s))
}

/// Whether the place is worth a line: the reason may have named it.
fn tells_place(proposed: &Move, evidence: &Evidence) -> bool {
    evidence.to_s > evidence.from_s && !proposed.sentence.contains(&words::place(evidence.from_s, evidence.to_s))
}

/// All of it in words.
pub fn spoken(proposed: &Move) -> String {
    let mut sentences: Vec<String> = proposed
        .evidence
        .iter()
        .map(|each| format!("Measured {}; {}.", words::expected(each), where_and_share(each)))
        .collect();
    if proposed.is_mitigation {
        sentences.push("It softens a fault of the mix; it does not repair it.".to_owned());
    }
    sentences.join(" ")
}

/// Draws it from the top of `area`.
pub fn draw(pen: &Pen, area: Rect, proposed: &Move, room: Room) {
    let mut baseline = area.top() + 13.0;
    if let Some(evidence) = proposed.evidence.first().filter(|_| room >= Room::Measured) {
        let text = words::expected(evidence);
        // A long range leaves no room for its scale.
        let has_scale = SCALE + 9.0 + pen.width(text.clone(), regular(11.0)) <= area.width();
        let left = if has_scale { area.left() + SCALE + 9.0 } else { area.left() };
        if has_scale {
            scale(pen, Rect::from_min_size(pos2(area.left(), baseline - 9.0), vec2(SCALE, 10.0)), evidence);
        }
        pen.left(left, baseline, text, regular(11.0), T2);
        if room == Room::Place && tells_place(proposed, evidence) {
            baseline += LINE;
            pen.left(left, baseline, where_and_share(evidence), regular(11.0), T3);
        }
        baseline += LINE;
    }
    if proposed.is_mitigation {
        draw_icon(pen, Icon::Back, pos2(area.left() + 5.0, baseline - 4.0), REDUCTION_TEXT, 0.9);
        pen.left(area.left() + 16.0, baseline, "Softens a mix fault, does not repair it", regular(11.0), T2);
    }
}

/// A line with the expected range thick on it, and the value as a diamond.
fn scale(pen: &Pen, rect: Rect, evidence: &Evidence) {
    let [low, high] = evidence.expected;
    let (value, y) = (evidence.value, rect.center().y);
    // An open end reaches to the end of the line.
    let outside = (low - value).max(value - high).max(0.0);
    let span = (high - low).min(4.0 * outside.max(0.25 * (high - low)).max(1e-6));
    let (from, to) = if value > high { (high - span, value) } else { (value.min(low), low + span) };
    let pad = 0.12 * (to - from).max(1e-6);
    let x_of = |at: f64| {
        let share = ((at - from + pad) / (to - from + 2.0 * pad)).clamp(0.0, 1.0) as f32;
        egui::lerp(rect.x_range(), share)
    };
    pen.round_path(vec![pos2(rect.left(), y), pos2(rect.right(), y)], 2.0, HAIR);
    pen.round_path(vec![pos2(x_of(low), y), pos2(x_of(high), y)], 4.0, T3);
    draw_icon(pen, Icon::DiamondFilled, pos2(x_of(value), y), PROPOSAL_TEXT, 0.8);
}
