//! The editor: draws what was heard, sets parameters, sends requests.

use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::baseview::HandlerError;
use nice_plug_egui::{EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, create_egui_editor};

use crate::bridge::EditorEnd;
use crate::params::{ContextSlot, SharedParams};

/// The editor of one instance.
pub type DiscernEditor = EguiEditor<App>;

/// What is drawn.
pub struct App {
    params: SharedParams,
    end: EditorEnd,
    contexts: ContextSlot,
}

/// Makes the editor of an instance.
pub fn create(params: SharedParams, end: EditorEnd, contexts: ContextSlot) -> Option<DiscernEditor> {
    let settings = EguiNiceSettings::new().with_repaint_poll_interval(std::time::Duration::from_secs(3600));
    let state = EguiEditorState::from_size(LogicalSize::new(1180.0, 740.0), 1.0);
    create_egui_editor(state, Default::default(), settings, App { params, end, contexts })
}

impl NiceEguiApp for App {
    fn build(&mut self, _: egui::Context, context: GuiContext, _: &mut Frame) -> Result<(), HandlerError> {
        if self.params.with_saved(|saved| saved.is_accept_pending) {
            self.params.accept_needed(Some(&context));
        }
        *self.contexts.lock() = Some(context);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut Frame) {
        ui.label(format!("{:?}", self.end.hearing().phase));
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(33));
        let _ = Arc::strong_count(&self.params);
    }
}
