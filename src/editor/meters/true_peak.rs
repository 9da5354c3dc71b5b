//! The highest true peak of the master; a click lets go of it.

use std::time::Duration;

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2};

use crate::bridge::Request;
use crate::editor::icons::{Icon, draw};
use crate::editor::layout::Layout;
use crate::editor::pen::Pen;
use crate::editor::played::ceiling_dbtp;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::theme::{REDUCTION, T1, T2, T3, medium, regular};
use crate::editor::widgets::{describe, focus_ring};
use crate::editor::words;

/// Over the ceiling by less than this is the resolution of what is shown, dB.
const LEAST_OVER_DB: f64 = 0.05;
/// The analysis thread has answered by then.
const ANSWER: Duration = Duration::from_millis(100);

/// Draws the row on its baseline `top`, the number in `size`.
pub fn show(ui: &mut Ui, layout: &Layout, (inner, top, size): (Rect, f32, f32), (session, scene): (&Session, &Scene)) {
    let peak_dbtp = scene.hearing.master.held_true_peak_dbtp;
    let text = words::maybe(peak_dbtp);
    let limit = ceiling_dbtp(scene);
    let is_over = peak_dbtp.is_some_and(|peak| peak > limit + LEAST_OVER_DB);
    // As high as a target has to be; the row below leaves room for it.
    let rect = Rect::from_min_max(pos2(inner.left(), top - 15.0), pos2(inner.right(), top + 7.0));
    let response = ui.interact(rect, ui.scope_id().with("true peak"), Sense::click());
    let over = if is_over { format!(", above {}", words::number(limit)) } else { String::new() };
    let value = format!("{text} dBTP{over}");
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, true, "True-peak maximum");
        info.current_text_value = Some(value.clone());
        info
    });
    describe(ui, &response, || {
        format!("True-peak maximum, {value}. Highest since the transport started or the last reset. A click resets it.")
    });
    if response.clicked() {
        session.end.request(Request::ReleaseTruePeak);
        // Nothing else asks for a frame while the transport stands.
        ui.ctx().request_repaint_after(ANSWER);
    }
    let pen = Pen::of(ui);
    pen.left(inner.left(), top, "True peak", regular(11.0), if response.hovered() { T2 } else { T3 });
    let width = pen.right(inner.right(), top, text, medium(size), T1);
    if is_over {
        let (distance, scale) = if layout.is_compact { (9.5, 0.72) } else { (14.0, 0.85) };
        draw(&pen, Icon::Warn, pos2(inner.right() - width - distance, top - 4.0), REDUCTION, scale);
    }
    focus_ring(&pen, &response, 3.0);
}
