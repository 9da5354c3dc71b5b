//! What went wrong and is to be known: one strip over the lower edge of the workbench, until it is dismissed.

use egui::{OutputCommand, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::bridge::Trouble;

use super::icons::{Icon, draw};
use super::layout::Layout;
use super::pen::Pen;
use super::session::Session;
use super::theme::{HAIR, LIFT, REDUCTION_TEXT, SEAM, T1, T2, regular};
use super::widgets::{Button, Kind, push};

/// Where faults are reported: there is no address that would be the same for every copy.
pub const REPORT_TO: &str = "whoever you got Discern from";
/// Letters of a trouble that are shown; all of them are in the details.
const MAX_LETTERS: usize = 160;
/// Troubles that the strip names one by one; the rest is in the details.
const NUM_NAMED: usize = 2;
/// Space around the text.
const PAD: f32 = 12.0;
/// Height of the buttons.
const BUTTON: f32 = 24.0;

/// Draws the strip where there is something to say.
pub fn show(ui: &mut Ui, layout: &Layout, session: &Session) {
    let troubles = session.params.troubles.all();
    if troubles.is_empty() {
        return;
    }
    let has_fault = troubles.iter().any(|each| each.is_fault);
    let text = sentence(&troubles);
    let pen = Pen::of(ui);
    let (left, right) = (layout.cover.left(), layout.cover.right());
    let dismiss =
        Button::new("Dismiss", Kind::Line).named("Dismiss", "Puts this away. It is said again if it happens again.");
    let copy = Button::new("Copy details", Kind::Line)
        .named("Copy details", "Copies what happened, with version, format and system, to be pasted into a report.");
    let widths = (dismiss.width(&pen), copy.width(&pen));
    let text_left = left + PAD + 22.0;
    let text_right = right - PAD - widths.0 - 8.0 - widths.1 - PAD;
    let galley = pen.paragraph(&text, regular(12.0), (T2, T1), text_right - text_left);
    let height = (galley.size().y + 2.0 * PAD - 6.0).max(BUTTON + PAD);
    let bottom = layout.compare.top();
    let strip = Rect::from_min_max(pos2(left, bottom - height), pos2(right, bottom));
    // Nothing under it is to be pressed through it.
    ui.interact(strip, ui.scope_id().with("notice ground"), Sense::CLICK | Sense::DRAG);
    pen.fill(strip, 0.0, LIFT);
    pen.horizontal(left, right, strip.top() + 0.5, if has_fault { REDUCTION_TEXT } else { HAIR });
    pen.horizontal(left, right, strip.bottom() - 0.5, SEAM);
    draw(&pen, Icon::Warn, pos2(left + PAD + 7.0, strip.center().y), if has_fault { REDUCTION_TEXT } else { T2 }, 1.0);
    spoken(ui, "notice", Rect::from_min_max(pos2(left, strip.top()), pos2(text_right, strip.bottom())), &text);
    let top = strip.center().y - galley.size().y / 2.0;
    pen.galley(pos2(text_left, top + 12.0), galley);
    let place = |right: f32, width: f32| {
        Rect::from_min_size(pos2(right - width, strip.center().y - BUTTON / 2.0), vec2(width, BUTTON))
    };
    let at = place(right - PAD, widths.0);
    if push(ui, place(at.left() - 8.0, widths.1), copy).clicked() {
        let details = details_of(&troubles, session);
        ui.output_mut(|output| output.commands.push(OutputCommand::CopyText(details)));
    }
    if push(ui, at, dismiss).clicked() {
        session.params.troubles.dismiss();
    }
}

/// What the strip says.
fn sentence(troubles: &[Trouble]) -> String {
    // Faults first: they are what somebody is to hear of.
    let mut sorted: Vec<&Trouble> = troubles.iter().collect();
    sorted.sort_by_key(|each| !each.is_fault);
    let named = sorted.iter().take(NUM_NAMED).map(|each| format!("{}.", shortened(&each.text).trim_end_matches('.')));
    let mut text = named.collect::<Vec<_>>().join(" ");
    let num_more = troubles.len().saturating_sub(NUM_NAMED);
    if num_more > 0 {
        text.push_str(&format!(" {num_more} more in the details."));
    }
    if troubles.iter().any(|each| each.is_fault) {
        text.push_str(&format!(" This is a fault in Discern: please copy the details and send them to {REPORT_TO}."));
    }
    text
}

/// A text that fits where it is shown: as much of a long one as can be read in passing.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_LETTERS) {
        Some((end, _)) => format!("{}\u{2026}", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Everything for a report, as plain text.
pub fn details(session: &Session) -> String {
    details_of(&session.params.troubles.all(), session)
}

fn details_of(troubles: &[Trouble], session: &Session) -> String {
    let system = (std::env::consts::OS, std::env::consts::ARCH);
    let mut text =
        format!("Discern {}, {}, {} {}\n", env!("CARGO_PKG_VERSION"), session.context.plugin_api(), system.0, system.1);
    for each in troubles {
        text.push_str(&format!("{}: {}\n", if each.is_fault { "Fault" } else { "Notice" }, each.text));
    }
    text.push_str("Host and version, and what was being done: \n");
    text
}

/// Makes a text that is drawn one that a screen reader says at once.
pub fn spoken(ui: &Ui, name: &str, rect: Rect, text: &str) {
    let response = ui.interact(rect, ui.scope_id().with(("spoken", name)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, text));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(egui::accesskit::Live::Polite));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_a_short_one_is_not() {
        assert_eq!(shortened("Analysis stopped"), "Analysis stopped");
        let long = shortened(&"\u{e9}".repeat(1000));
        assert_eq!(long.chars().count(), MAX_LETTERS + 1);
        let fault = Trouble { text: "x ".repeat(1000), is_fault: true };
        assert!(sentence(&[fault]).len() < 2 * MAX_LETTERS);
    }
}
