//! The brief's popover: character, restraint, locks, references. What it changes is judged anew at once, and nothing is set.

use egui::accesskit::{Action, ActionData};
use egui::{Popup, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::{Brief, Character, Restraint};
use crate::bridge::Request;
use crate::chain::Stage;

use super::file_chooser::FileChooser;
use super::pen::Pen;
use super::references;
use super::scene::Scene;
use super::session::Session;
use super::theme::{CANVAS, HAIR, LIFT, T1, T2, T3, medium, regular};
use super::widgets::{Button, Kind, LIST_GROUND, STAYS_OPEN, describe, focus_ring, key_steps, menu, push};

/// Steps to each side.
const MOST: i8 = 3;
const WIDTH: f32 = 316.0;
const ROW: f32 = 26.0;

/// The four axes: words for the left and the right end, and where the wish is kept.
type Axis = (&'static str, &'static str, fn(&mut Character) -> &mut i8);

const AXES: [Axis; 4] = [
    ("darker", "brighter", |character| &mut character.brighter),
    ("leaner", "fuller", |character| &mut character.fuller),
    ("open", "dense", |character| &mut character.denser),
    ("narrower", "wider", |character| &mut character.wider),
];

const RESTRAINTS: [(Restraint, &str, &str); 3] = [
    (Restraint::Level, "Level only", "No move but level and ceiling is proposed."),
    (Restraint::Gentle, "Gentle", "Moves of the balance stop at 9 dB."),
    (Restraint::Full, "Full", "Moves of the balance go up to 12 dB."),
];

/// The closed menu and, while it is open, what it holds.
pub fn show(ui: &mut Ui, rect: Rect, session: &Session, scene: &Scene, (caption, chooser): (&str, &mut FileChooser)) {
    let response = menu(ui, rect, ("Brief", caption, &summary(scene)), LIST_GROUND);
    let opened = Popup::menu(&response).close_behavior(STAYS_OPEN).width(WIDTH).show(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        if chooser.is_open() {
            heading(ui, "A recording to be like");
            if let Some(path) = chooser.show(ui, WIDTH) {
                session.end.request(Request::AddReference(path));
            }
            return;
        }
        let mut brief = scene.brief.clone();
        heading(ui, "Character");
        for axis in AXES {
            steps(ui, axis, &mut brief.character);
        }
        heading(ui, "Restraint");
        restraint(ui, &mut brief);
        heading(ui, "Locked stages, which no move touches");
        locks(ui, &mut brief);
        heading(ui, "References, which the song is to be like");
        references::show(ui, WIDTH, session, scene, chooser);
        let (row, _) = ui.allocate_exact_size(vec2(WIDTH, 32.0), Sense::hover());
        let reset = Button::new("Neutral", Kind::Line).named("Neutral brief", "No wishes, gentle, nothing locked.");
        if push(ui, Rect::from_min_max(row.min + vec2(0.0, 5.0), row.max), reset).clicked() {
            brief =
                Brief { character: Character::default(), restraint: Restraint::default(), locks: Vec::new(), ..brief };
        }
        if brief != scene.brief {
            send(session, brief);
        }
    });
    if opened.is_none() {
        chooser.close();
    }
}

/// Keeps a brief, and has the song judged by it if it is another.
pub fn send(session: &Session, brief: Brief) {
    let is_new = session.params.change_saved(|saved| {
        let is_new = saved.brief != brief;
        saved.brief = brief.clone();
        is_new
    });
    if is_new {
        session.end.request(Request::Brief(brief));
    }
}

/// In a word or two.
fn summary(scene: &Scene) -> String {
    let brief = &scene.brief;
    let mut character = brief.character;
    let mut wishes: Vec<String> = Vec::new();
    for (left, right, of) in AXES {
        match *of(&mut character) {
            0 => {}
            wish => wishes.push(format!("{} {}", if wish < 0 { left } else { right }, wish.abs())),
        }
    }
    if brief.restraint != Restraint::default() {
        let name = RESTRAINTS.iter().find(|(restraint, ..)| *restraint == brief.restraint).map_or("", |row| row.1);
        wishes.push(name.to_owned());
    }
    match brief.locks.len() {
        0 => {}
        count => wishes.push(format!("{count} locked")),
    }
    match scene.references.len() {
        0 => {}
        1 => wishes.push("1 ref".to_owned()),
        count => wishes.push(format!("{count} refs")),
    }
    match &wishes[..] {
        [] => "Neutral".to_owned(),
        [one] => one[..1].to_uppercase() + &one[1..],
        more => format!("{} wishes", more.len()),
    }
}

fn heading(ui: &mut Ui, text: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, 24.0), Sense::hover());
    Pen::of(ui).left(rect.left() + 2.0, rect.bottom() - 6.0, text, regular(11.0), T2);
}

/// Seven places in a row; the middle one wishes nothing.
fn steps(ui: &mut Ui, (left, right, of): Axis, character: &mut Character) {
    let (row, _) = ui.allocate_exact_size(vec2(WIDTH, ROW), Sense::hover());
    let track = Rect::from_min_max(pos2(row.left() + 72.0, row.top()), pos2(row.right() - 72.0, row.bottom()));
    let response = ui.interact(track, ui.scope_id().with(("wish", left)), Sense::click_and_drag());
    let (first, last) = (track.left() + 10.0, track.right() - 10.0);
    let place = |step: f32| egui::lerp(first..=last, (step + f32::from(MOST)) / f32::from(2 * MOST));
    let value = of(character);
    let before = *value;
    if response.clicked() {
        response.request_focus();
    }
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.clicked() || response.dragged()) {
        let share = ((pointer.x - first) / (last - first)).clamp(0.0, 1.0);
        *value = (share * f32::from(2 * MOST)).round() as i8 - MOST;
    }
    if response.double_clicked() {
        *value = 0;
    }
    let (up, down, set) = ui.input(|input| {
        let set =
            input.accesskit_action_requests(response.id, Action::SetValue).find_map(|request| match &request.data {
                Some(ActionData::NumericValue(value)) => Some(value.round() as i8),
                _ => None,
            });
        (
            input.num_accesskit_action_requests(response.id, Action::Increment) as i8,
            input.num_accesskit_action_requests(response.id, Action::Decrement) as i8,
            set,
        )
    });
    let keys = if response.has_focus() { key_steps(ui, &response) as i8 } else { 0 };
    *value = (set.unwrap_or(*value) + up - down + keys).clamp(-MOST, MOST);
    let value = *value;
    let spoken = match value {
        0 => "as it is".to_owned(),
        _ => format!("{} {}", if value < 0 { left } else { right }, value.abs()),
    };
    let name = format!("{left} to {right}");
    response.widget_info(|| WidgetInfo::slider(true, f64::from(value), &name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(spoken.clone());
        node.set_min_numeric_value(f64::from(-MOST));
        node.set_max_numeric_value(f64::from(MOST));
        node.set_numeric_value_step(1.0);
        node.add_action(Action::SetValue);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
    describe(ui, &response, || format!("{name}: {spoken}. Moves for it are offered as Could."));

    let pen = Pen::of(ui);
    let (baseline, y) = (row.center().y + 4.2, track.center().y);
    let end = |is_on: bool| if is_on { (medium(12.0), T1) } else { (regular(12.0), T2) };
    let (face, color) = end(value < 0);
    pen.right(track.left() - 4.0, baseline, left, face, color);
    let (face, color) = end(value > 0);
    pen.left(track.right() + 4.0, baseline, right, face, color);
    pen.horizontal(first, last, y, HAIR);
    for step in -MOST..=MOST {
        pen.disc(pos2(place(f32::from(step)), y), if step == 0 { 3.0 } else { 2.0 }, HAIR);
    }
    pen.round_path(vec![pos2(place(0.0), y), pos2(place(f32::from(value)), y)], 3.0, T1);
    pen.disc(pos2(place(f32::from(value)), y), if response.hovered() { 6.0 } else { 5.5 }, T1);
    focus_ring(&pen, &response, 4.0);
    if before != value {
        ui.ctx().request_repaint();
    }
}

fn restraint(ui: &mut Ui, brief: &mut Brief) {
    let (row, _) = ui.allocate_exact_size(vec2(WIDTH, ROW), Sense::hover());
    Pen::of(ui).fill(row, 5.0, CANVAS);
    let width = row.width() / RESTRAINTS.len() as f32;
    for (at, (restraint, label, help)) in RESTRAINTS.into_iter().enumerate() {
        let cell = Rect::from_min_size(pos2(row.left() + at as f32 * width, row.top()), vec2(width, row.height()));
        let is_on = brief.restraint == restraint;
        let response = ui.interact(cell, ui.scope_id().with(("restraint", at)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_on, format!("Restraint, {label}")));
        describe(ui, &response, || format!("{label}: {help}"));
        if response.clicked() {
            brief.restraint = restraint;
        }
        let pen = Pen::of(ui);
        if is_on {
            pen.fill(cell.shrink(2.0), 4.0, LIFT);
        }
        let (face, color) = if is_on { (medium(12.0), T1) } else { (regular(12.0), T3) };
        pen.center(cell.center().x, cell.center().y + 4.2, label, face, color);
        focus_ring(&pen, &response, 4.0);
    }
}

fn locks(ui: &mut Ui, brief: &mut Brief) {
    const COLUMNS: usize = 5;
    let gap = 4.0;
    let width = (WIDTH - gap * (COLUMNS - 1) as f32) / COLUMNS as f32;
    for stages in Stage::ALL.chunks(COLUMNS) {
        let (row, _) = ui.allocate_exact_size(vec2(WIDTH, ROW), Sense::hover());
        for (at, &stage) in stages.iter().enumerate() {
            let left = row.left() + at as f32 * (width + gap);
            let cell = Rect::from_min_size(pos2(left, row.top() + 1.0), vec2(width, ROW - 2.0));
            let is_locked = brief.locks.contains(&stage);
            let name = format!("Lock {}", stage.name());
            let response = ui.interact(cell, ui.scope_id().with(("lock", stage.key())), Sense::click());
            response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_locked, &name));
            let state = if is_locked { "locked" } else { "open to moves" };
            describe(ui, &response, || format!("{}: {state}.", stage.name()));
            if response.clicked() && is_locked {
                brief.locks.retain(|locked| *locked != stage);
            } else if response.clicked() {
                brief.locks.push(stage);
            }
            let pen = Pen::of(ui);
            pen.fill(cell, 4.0, if is_locked { LIFT } else { CANVAS });
            if is_locked {
                pen.frame(cell, 4.0, 1.0, T1);
            }
            let (face, color) = if is_locked { (medium(11.0), T1) } else { (regular(11.0), T2) };
            pen.center(cell.center().x, cell.center().y + 4.0, stage.name(), face, color);
            focus_ring(&pen, &response, 4.0);
        }
    }
}
