//! Controls for settings with few values: segments, dropdown list, switch.

use egui::{Popup, PopupCloseBehavior, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::chain::settings::{Kind as SettingKind, Setting};
use crate::editor::icons::{Icon, draw};
use crate::editor::pen::Pen;
use crate::editor::session::Session;
use crate::editor::theme::{CANVAS, LIFT, RAISED, T1, T2, T3, medium, regular};
use crate::editor::words;

use super::{Button, Kind, describe, focus_ring, key_steps, push, setting_menu};
use crate::editor::layout::between;

/// One segment per value of a choice or a toggle; `shown` are the positions that are offered.
pub fn segments(ui: &mut Ui, session: &Session, id: &str, rect: Rect, shown: &[usize]) {
    let Some((setting, param)) = session.param(id) else { return };
    let names: &[(&str, &str)] = match setting.kind {
        SettingKind::Choice(names) => names,
        SettingKind::Toggle => &[("off", "Off"), ("on", "On")],
        SettingKind::Number { .. } => return,
    };
    let selected = param.to_plain(param.normalized()) as usize;
    let pen = Pen::of(ui);
    pen.fill(rect, 5.0, CANVAS);
    let widths: Vec<f32> = shown.iter().map(|&position| pen.width(names[position].1, medium(12.0))).collect();
    let spare = (rect.width() - widths.iter().sum::<f32>()) / shown.len() as f32;
    let mut x = rect.left();
    for (&position, width) in shown.iter().zip(widths) {
        let cell = Rect::from_min_size(pos2(x, rect.top()), vec2(width + spare, rect.height()));
        x = cell.right();
        let is_selected = position == selected;
        let name = format!("{}, {}", words::name(setting), names[position].1);
        let response = ui.interact(cell, ui.scope_id().with((&setting.id, position)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_selected, &name));
        describe(ui, &response, || name.clone());
        if response.clicked() && !is_selected {
            session.set_once(id, position as f64);
        }
        choice_keys(ui, session, (setting, &response), (position, selected), shown);
        setting_menu(ui, session, setting, &response);
        if is_selected {
            pen.fill(cell.shrink(2.0), 4.0, LIFT);
        }
        let face = if is_selected { medium(12.0) } else { regular(12.0) };
        let color = if is_selected || response.hovered() { T1 } else { T3 };
        pen.center(cell.center().x, cell.center().y + 4.2, names[position].1, face, color);
        focus_ring(&pen, &response, 4.0);
    }
}

/// Arrows go through the values that are offered, Home brings back the value of a fresh instance.
fn choice_keys(
    ui: &Ui,
    session: &Session,
    (setting, response): (&'static Setting, &Response),
    (here, selected): (usize, usize),
    shown: &[usize],
) {
    if !response.has_focus() {
        return;
    }
    let num_steps = key_steps(ui, response) as isize;
    let at = shown.iter().position(|each| *each == here).unwrap_or(0) as isize;
    // Down goes on in a list.
    let to = shown[between(at - num_steps, 0, shown.len() as isize - 1) as usize];
    if num_steps != 0 && to != selected {
        session.nudge(&setting.id, to as f64);
    }
    if num_steps != 0 && here != to {
        // The focus goes with the value where each value is a control.
        let next = ui.scope_id().with((&setting.id, to));
        if here == selected && ui.ctx().read_response(next).is_some() {
            ui.memory_mut(|memory| memory.request_focus(next));
        }
    }
    if ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Home)) {
        session.reset(&setting.id);
    }
}

/// A choice as a list that opens.
pub fn dropdown(ui: &mut Ui, session: &Session, id: &str, rect: Rect, ground: egui::Color32) {
    let Some((setting, param)) = session.param(id) else { return };
    let SettingKind::Choice(names) = setting.kind else { return };
    let selected = param.to_plain(param.normalized()) as usize;
    let name = words::name(setting);
    let response = menu(ui, rect, (&name, "", names[selected].1), ground);
    let all: Vec<usize> = (0..names.len()).collect();
    choice_keys(ui, session, (setting, &response), (selected, selected), &all);
    setting_menu(ui, session, setting, &response);
    Popup::menu(&response).width(rect.width().max(110.0)).show(|ui| {
        for (position, (_, label)) in names.iter().enumerate() {
            if menu_row(ui, label, "", position == selected) {
                session.set_once(id, position as f64);
            }
        }
    });
}

/// The closed list: caption, value and a chevron.
pub fn menu(ui: &mut Ui, rect: Rect, (name, caption, value): (&str, &str, &str), ground: egui::Color32) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(("menu", name)), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, true, name);
        info.current_text_value = Some(value.to_owned());
        info
    });
    describe(ui, &response, || format!("{name}, {value}"));
    let pen = Pen::of(ui);
    pen.fill(rect, 5.0, if response.hovered() { ground.lerp_to_gamma(T1, 0.06) } else { ground });
    let baseline = rect.center().y + 4.3;
    let mut x = rect.left() + 10.0;
    if !caption.is_empty() {
        x += pen.left(x, baseline, caption, regular(12.0), T3) + 7.0;
    }
    pen.left(x, baseline, value, medium(12.0), T1);
    draw(&pen, Icon::ChevronDown, pos2(rect.right() - 12.0, rect.center().y), T3, 0.9);
    focus_ring(&pen, &response, 5.0);
    response
}

/// A row of an open list, which closes by it; says whether it was chosen.
pub fn menu_row(ui: &mut Ui, label: &str, note: &str, is_selected: bool) -> bool {
    let is_chosen = list_row(ui, label, note, is_selected);
    if is_chosen {
        ui.close();
    }
    is_chosen
}

/// A row of a list that stays open; says whether it was chosen.
pub fn list_row(ui: &mut Ui, label: &str, note: &str, is_selected: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().max(90.0), 24.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_selected, label));
    let pen = Pen::of(ui);
    if response.hovered() || response.has_focus() {
        pen.fill(rect, 4.0, LIFT);
    }
    if response.has_focus() {
        pen.frame(rect, 4.0, 1.5, T1);
    }
    let baseline = rect.center().y + 4.3;
    if is_selected {
        draw(&pen, Icon::Check, pos2(rect.left() + 10.0, rect.center().y), T1, 0.8);
    }
    pen.left(rect.left() + 22.0, baseline, label, if is_selected { medium(12.0) } else { regular(12.0) }, T1);
    if !note.is_empty() {
        pen.right(rect.right() - 8.0, baseline, note, regular(11.0), T2);
    }
    response.clicked()
}

/// A setting that is off or on, as a button that stays down.
pub fn switch(ui: &mut Ui, session: &Session, id: &str, (label, rect): (&str, Rect), help: &str) {
    let Some((setting, param)) = session.param(id) else { return };
    let is_on = param.normalized() >= 0.5;
    let name = words::name(setting);
    let button = Button::new(label, Kind::Neutral).named(&name, help).on(is_on);
    let button = if is_on { button.icon(Icon::Check) } else { button };
    let response = push(ui, rect, button);
    setting_menu(ui, session, setting, &response);
    if response.clicked() {
        session.set_once(id, if is_on { 0.0 } else { 1.0 });
    }
}

/// Popups of the editor close on a click anywhere but inside.
pub const STAYS_OPEN: PopupCloseBehavior = PopupCloseBehavior::CloseOnClickOutside;

/// Ground of lists in the top bar.
pub const LIST_GROUND: egui::Color32 = RAISED;
