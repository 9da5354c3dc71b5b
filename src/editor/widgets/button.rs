//! Buttons.

use egui::{Align, Color32, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2};

use crate::editor::icons::{Icon, draw};
use crate::editor::pen::Pen;
use crate::editor::theme::{
    CANVAS, Face, HAIR, LIFT, ON_PROPOSAL, PROPOSAL, RAISED, SOFT, T1, T2, T3, medium, regular, semibold,
};

use super::{describe, focus_ring};

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Raised.
    Neutral,
    /// Light: the one action of a cover.
    Primary,
    /// Violet: the one action of a card.
    Proposal,
    /// On a raised card.
    Flat,
    /// Text only.
    Ghost,
    /// Outline only.
    Line,
}

/// A button's words and looks.
#[derive(Clone, Copy)]
pub struct Button<'a> {
    /// What it says; may be empty beside an icon.
    pub label: &'a str,
    /// What a screen reader says.
    pub name: &'a str,
    /// What the status line says.
    pub help: &'a str,
    /// Looks.
    pub kind: Kind,
    /// Sign before the label.
    pub icon: Option<Icon>,
    /// For toggles: whether it is on.
    pub is_on: Option<bool>,
    /// Whether it can be pressed.
    pub is_enabled: bool,
    /// Points.
    pub size: f32,
}

impl<'a> Button<'a> {
    /// A button named as it is labelled.
    pub fn new(label: &'a str, kind: Kind) -> Self {
        Self { label, name: label, help: "", kind, icon: None, is_on: None, is_enabled: true, size: 12.0 }
    }

    /// With a sign.
    pub fn icon(self, icon: Icon) -> Self {
        Self { icon: Some(icon), ..self }
    }

    /// With another name than its label, and help.
    pub fn named(self, name: &'a str, help: &'a str) -> Self {
        Self { name, help, ..self }
    }

    /// A toggle.
    pub fn on(self, is_on: bool) -> Self {
        Self { is_on: Some(is_on), ..self }
    }

    /// Only where it makes sense.
    pub fn enabled(self, is_enabled: bool) -> Self {
        Self { is_enabled, ..self }
    }

    /// In another size.
    pub fn sized(self, size: f32) -> Self {
        Self { size, ..self }
    }

    fn face(&self) -> Face {
        match self.kind {
            Kind::Line => regular(self.size),
            Kind::Primary | Kind::Proposal => semibold(self.size),
            _ => medium(self.size),
        }
    }

    /// Width that its content needs.
    pub fn width(&self, pen: &Pen) -> f32 {
        let text = if self.label.is_empty() { 0.0 } else { pen.width(self.label, self.face()) };
        text + self.icon_width() + 20.0
    }

    fn icon_width(&self) -> f32 {
        match (self.icon, self.label.is_empty()) {
            (None, _) => 0.0,
            (Some(_), true) => 12.0,
            (Some(_), false) => 18.0,
        }
    }

    fn colors(&self, is_hovered: bool) -> (Color32, Option<Color32>, Color32) {
        if !self.is_enabled {
            return (Color32::TRANSPARENT, Some(SOFT), T3);
        }
        if self.is_on == Some(true) {
            return (LIFT, Some(T2), T1);
        }
        let hover = |fill: Color32| if is_hovered { fill.lerp_to_gamma(T1, 0.08) } else { fill };
        match self.kind {
            Kind::Neutral => (hover(RAISED), None, T1),
            Kind::Primary => (if is_hovered { Color32::WHITE } else { T1 }, None, CANVAS),
            Kind::Proposal => (hover(PROPOSAL), None, ON_PROPOSAL),
            Kind::Flat => (hover(HAIR), None, T1),
            Kind::Ghost => (
                if is_hovered { T1.gamma_multiply(0.06) } else { Color32::TRANSPARENT },
                None,
                if is_hovered { T1 } else { T2 },
            ),
            Kind::Line => (if is_hovered { T1.gamma_multiply(0.06) } else { Color32::TRANSPARENT }, Some(HAIR), T1),
        }
    }
}

/// Draws a button; `clicked()` of the answer says whether it was pressed.
pub fn push(ui: &mut Ui, rect: Rect, button: Button<'_>) -> Response {
    let sense = if button.is_enabled { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(("button", button.name)), sense);
    response.widget_info(|| match button.is_on {
        Some(is_on) => WidgetInfo::selected(Role::Button, button.is_enabled, is_on, button.name),
        None => WidgetInfo::labeled(Role::Button, button.is_enabled, button.name),
    });
    describe(ui, &response, || if button.help.is_empty() { button.name.to_owned() } else { button.help.to_owned() });
    let pen = Pen::of(ui);
    let (fill, outline, text) = button.colors(response.hovered() && button.is_enabled);
    pen.fill(rect, 5.0, fill);
    if let Some(outline) = outline {
        pen.frame(rect, 5.0, 1.0, outline);
    }
    let text_width = if button.label.is_empty() { 0.0 } else { pen.width(button.label, button.face()) };
    let mut x = rect.center().x - (text_width + button.icon_width()) / 2.0;
    if let Some(icon) = button.icon {
        draw(&pen, icon, pos2(x + 6.0, rect.center().y), text, 0.92);
        x += button.icon_width();
    }
    if !button.label.is_empty() {
        let at = pos2(x, rect.center().y + button.size * 0.36);
        pen.text(at, Align::Min, button.label, button.face(), text);
    }
    focus_ring(&pen, &response, 5.0);
    response
}
