//! Names on the left, values on the right or below: the plain rows of a drawer.

use egui::{Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::editor::pen::Pen;
use crate::editor::theme::{SOFT, T1, T2, T3, medium, regular, semibold};

/// From the top of a paragraph of 12 px to the baseline of its first line.
pub const FIRST_BASELINE: f32 = 13.0;
/// Height of a row of one line.
const ROW: f32 = 24.0;

/// A heading with a count or a remark.
pub fn heading(ui: &mut Ui, title: &str, note: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 38.0), Sense::hover());
    let pen = Pen::of(ui);
    pen.horizontal(rect.left(), rect.right(), rect.top() + 6.0, SOFT);
    let width = pen.left(rect.left(), rect.bottom() - 9.0, title, semibold(13.0), T1);
    pen.left(rect.left() + width + 9.0, rect.bottom() - 9.0, note, regular(12.0), T3);
}

/// A name and a value.
pub fn fact(ui: &mut Ui, name: &str, value: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}, {value}")));
    let pen = Pen::of(ui);
    let baseline = rect.center().y + 4.2;
    pen.left(rect.left(), baseline, name, regular(12.0), T2);
    pen.right(rect.right(), baseline, value, medium(12.0), T1);
}

/// Text over as many lines as it takes; numbers stand out.
pub fn text(ui: &mut Ui, text: &str) {
    let pen = Pen::of(ui);
    let galley = pen.paragraph(text, regular(12.0), (T2, T1), ui.available_width());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y + 6.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    pen.galley(pos2(rect.left(), rect.top() + FIRST_BASELINE), galley);
}
