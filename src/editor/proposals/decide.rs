//! The buttons of an open card.

use egui::{Rect, Ui, vec2};

use crate::assistant::Move;
use crate::editor::hear;
use crate::editor::icons::Icon;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::widgets::{Button, Kind, push};
use crate::params::MoveState;

use super::follow_focus;

/// Draws the buttons in a row and acts on them.
pub fn show(
    ui: &mut Ui,
    area: Rect,
    session: &Session,
    scene: &Scene,
    (number, proposed, state): (usize, &Move, MoveState),
) {
    let part = |idx: usize, num_parts: usize| {
        let width = (area.width() - 6.0 * (num_parts - 1) as f32) / num_parts as f32;
        Rect::from_min_size(area.min, vec2(width, area.height())).translate(vec2(idx as f32 * (width + 6.0), 0.0))
    };
    if state == MoveState::Open {
        waiting(ui, [part(0, 3), part(1, 3), part(2, 3)], session, scene, (number, proposed));
        return;
    }
    let undoes = state != MoveState::Rejected && session.knows_before(proposed);
    let name = format!("{} proposal {number}", if undoes { "Undo" } else { "Re-open" });
    let help = if undoes {
        "Brings the settings back that were there before the move, and re-opens it."
    } else {
        "The move waits again. Settings stay as they are."
    };
    let button = Button::new(if undoes { "Undo" } else { "Re-open" }, Kind::Flat).icon(Icon::Undo).named(&name, help);
    // What is set stays decided; without the values from before there is nothing to bring back.
    if (undoes || state != MoveState::Accepted) && press(ui, part(0, 2), button) {
        session.reopen(proposed);
    }
    if matches!(state, MoveState::Tweaked | MoveState::ByHand) {
        let name = format!("Accept proposal {number} again");
        let button = Button::new("As proposed", Kind::Ghost).named(&name, "Sets what the move asks for.");
        if press(ui, part(1, 2), button) {
            session.accept(proposed);
        }
    }
}

fn waiting(
    ui: &mut Ui,
    [first, second, third]: [Rect; 3],
    session: &Session,
    scene: &Scene,
    (number, proposed): (usize, &Move),
) {
    let (label, icon, name) = if hear::is_heard(scene, proposed) {
        ("Stop", Icon::Stop, format!("Stop hearing proposal {number}"))
    } else {
        ("Hear", Icon::Phones, format!("Hear proposal {number}"))
    };
    let help = "Plays the master with this move; WITHOUT plays it as it is, equally loud. Nothing is set. Key H.";
    if press(ui, first, Button::new(label, Kind::Proposal).icon(icon).named(&name, help)) {
        hear::toggle(session, scene, proposed);
    }
    let accept = format!("Accept proposal {number}");
    let button = Button::new("Accept", Kind::Flat)
        .icon(Icon::Check)
        .named(&accept, "Sets what the move asks for, one gesture for each setting. Key A.")
        .enabled(!scene.is_busy());
    if press(ui, second, button) {
        session.accept(proposed);
    }
    let reject = format!("Reject proposal {number}");
    let button = Button::new("Reject", Kind::Ghost)
        .icon(Icon::Cross)
        .named(&reject, "Leaves the settings as they are. The move stays in the list. Key R.");
    if press(ui, third, button) {
        session.reject(proposed);
    }
}

/// A button of the card: whether it was pressed.
fn press(ui: &mut Ui, rect: Rect, button: Button<'_>) -> bool {
    let response = push(ui, rect, button);
    follow_focus(ui, &response);
    response.clicked()
}
