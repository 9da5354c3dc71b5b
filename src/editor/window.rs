//! The window around the screen: size, host context, embedding, closing.

mod embedding;

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{
    Editor, EditorHandle, HostMethods, Modifiers, ParentWindowHandle, ResizeHint, SizeConstraints, SpawnedEditor,
    VirtualKeyCode,
};
use nice_plug_egui::baseview::{Error as WindowError, HandlerError, Window, WindowSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, Key, NiceEguiApp, RepaintNotifier,
    create_egui_editor,
};
use parking_lot::Mutex;

use crate::bridge::{EditorEnd, panic_text};
use crate::params::{ContextSlot, EditorSize, SharedParams};

use super::keys::KeyFocus;
use super::layout::DEFAULT_SIZE;
use super::scale::{self, MAX_WINDOW, MIN_WINDOW};
use super::screen::Screen;
use super::session::Session;
use super::theme;

/// The framework's own notifier would ask for a redraw between `create` and `show`, after which an embedded X11 window
/// stays blank for ever; so it is as good as never polled, and repaints are asked for through egui.
const NEVER: Duration = Duration::from_secs(3600);

/// What outlives a window.
struct Shared {
    params: SharedParams,
    end: EditorEnd,
    slot: ContextSlot,
    screen: Mutex<Screen>,
    session: Mutex<Option<Session>>,
    context: Mutex<Option<egui::Context>>,
    /// Size of the open window.
    window: Mutex<Option<WindowSize>>,
    /// Whether the open window has drawn: asking for a redraw is safe only then.
    has_drawn: AtomicBool,
    is_hidden: AtomicBool,
    /// Whether frames follow one another anyway.
    is_moving: AtomicBool,
    /// Which keys the open window uses.
    keys: Arc<Mutex<KeyFocus>>,
}

/// The plugin's editor.
pub struct DiscernEditor {
    shared: Arc<Shared>,
}

/// An open window; dropping it closes the session.
pub struct OpenEditor {
    inner: EguiEditorHandle,
    shared: Arc<Shared>,
}

/// The editor of one plugin instance.
pub fn create(params: SharedParams, end: EditorEnd, contexts: ContextSlot) -> Option<DiscernEditor> {
    let shared = Arc::new(Shared {
        params,
        end,
        slot: contexts,
        screen: Mutex::new(Screen::default()),
        session: Mutex::new(None),
        context: Mutex::new(None),
        window: Mutex::new(None),
        has_drawn: AtomicBool::new(false),
        is_hidden: AtomicBool::new(false),
        is_moving: AtomicBool::new(false),
        keys: Arc::default(),
    });
    Some(DiscernEditor { shared })
}

impl Shared {
    /// Size of the window to open and the scale to draw it at: as they were when the editor was last open.
    fn size(&self) -> (egui::Vec2, f32) {
        let (size, percent) = self.params.with_saved(|saved| (saved.editor_size, saved.editor_scale_percent));
        let chosen = f32::from(percent.unwrap_or(100)) / 100.0;
        let size = size.map_or(DEFAULT_SIZE * chosen, |size| egui::vec2(size.width, size.height));
        let size = if size.is_finite() { size.max(MIN_WINDOW).min(MAX_WINDOW) } else { DEFAULT_SIZE };
        (size, scale::fitting(chosen, size))
    }

    /// Draws again soon, from any thread.
    fn repaint(&self) {
        if self.has_drawn.load(Ordering::Acquire)
            && !self.is_hidden.load(Ordering::Acquire)
            && let Some(context) = self.context.lock().as_ref()
        {
            context.request_repaint();
        }
    }
}

fn resize_hint() -> ResizeHint {
    let logical = |size: egui::Vec2| Some(LogicalSize::new(size.x, size.y));
    ResizeHint {
        size_constraints: SizeConstraints::Logical { min_size: logical(MIN_WINDOW), max_size: logical(MAX_WINDOW) },
        ..ResizeHint::RESIZABLE
    }
}

impl DiscernEditor {
    /// The framework's editor; made anew for every opening, since its size is fixed.
    fn inner(&self) -> Option<EguiEditor<App>> {
        let (size, scale) = self.shared.size();
        let points = size / scale;
        let state = EguiEditorState::from_size(LogicalSize::new(f64::from(points.x), f64::from(points.y)), scale);
        let settings = EguiNiceSettings::new()
            .with_tile("Discern")
            .with_resize_hint(resize_hint())
            .with_repaint_poll_interval(NEVER);
        let app = App { shared: Arc::clone(&self.shared) };
        create_egui_editor(state, RepaintNotifier::new(), settings, app)
    }
}

impl Editor for DiscernEditor {
    type Handle = OpenEditor;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<OpenEditor>, Box<dyn Error>> {
        *self.shared.slot.lock() = Some(gui_context.clone());
        self.shared.has_drawn.store(false, Ordering::Release);
        self.shared.is_hidden.store(false, Ordering::Release);
        self.shared.screen.lock().opened();
        let editor = self.inner().ok_or("the framework has no editor")?;
        let spawned = editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)?;
        wait_until_it_runs(&spawned.handle, &spawned.window, fallback_scale_factor);
        *self.shared.window.lock() = Some(spawned.window.size());
        let handle = OpenEditor { inner: spawned.handle, shared: Arc::clone(&self.shared) };
        Ok(SpawnedEditor { handle, window: spawned.window })
    }

    fn size(&self) -> NativeSize<u32> {
        if let Some(size) = *self.shared.window.lock() {
            return NativeSize::from_size(size.physical.into(), size.scale_factor);
        }
        let (size, _) = self.shared.size();
        NativeSize::from_size(LogicalSize::new(f64::from(size.x), f64::from(size.y)).into(), 1.0)
    }

    fn resize_hint(&self) -> ResizeHint {
        resize_hint()
    }
}

impl EditorHandle for OpenEditor {
    type Window = Window;
    type Error = WindowError;

    fn run_until_closed(window: Window) -> Result<(), WindowError> {
        EguiEditorHandle::run_until_closed(window)
    }

    fn set_parent(&self, parent: ParentWindowHandle, window: &Window) -> Result<(), WindowError> {
        self.inner.set_parent(parent, window)
    }

    fn show(&self, window: &Window) -> Result<(), WindowError> {
        self.shared.is_hidden.store(false, Ordering::Release);
        let result = self.inner.show(window);
        self.shared.repaint();
        result
    }

    fn hide(&self, window: &Window) -> Result<(), WindowError> {
        self.shared.is_hidden.store(true, Ordering::Release);
        self.inner.hide(window)
    }

    fn set_size(&self, new_size: NativeSize<u32>, window: &Window) -> Result<(), WindowError> {
        // A host may force a window smaller than it should be, but none that is larger.
        let size = self.adjust_size(new_size, window).map_or(new_size, |size| NativeSize {
            width: size.width.min(new_size.width),
            height: size.height.min(new_size.height),
        });
        self.inner.set_size(size, window)
    }

    fn host_main_thread_callback(&self, window: &Window) {
        self.inner.host_main_thread_callback(window);
    }

    fn adjust_size(&self, new_size: NativeSize<u32>, window: &Window) -> Option<NativeSize<u32>> {
        self.inner.adjust_size(new_size, window)
    }

    fn set_fallback_scale_factor(&self, scale_factor: f64, window: &Window) -> Result<(), WindowError> {
        self.inner.set_fallback_scale_factor(scale_factor, window)
    }

    fn on_virtual_key_from_host(&self, key_code: VirtualKeyCode, is_down: bool, modifiers: Modifiers) -> bool {
        // A host that asks has the keyboard: what is typed there is its own.
        let _ = (key_code, is_down, modifiers);
        false
    }

    fn state_changed(&self) {
        self.shared.repaint();
    }

    fn param_value_changed(&self, _id: &str, _normalized_value: f32) {
        self.shared.repaint();
    }

    fn param_modulation_changed(&self, _id: &str, _modulation_offset: f32) {
        self.shared.repaint();
    }
}

impl Drop for OpenEditor {
    // The framework never calls `editor_closed` (0.6.0); this is the moment.
    fn drop(&mut self) {
        self.shared.has_drawn.store(false, Ordering::Release);
        self.shared.is_moving.store(false, Ordering::Release);
        self.shared.end.set_wake(None);
        self.shared.context.lock().take();
        self.shared.session.lock().take();
        self.shared.window.lock().take();
    }
}

/// The screen as the framework drives it.
struct App {
    shared: Arc<Shared>,
}

impl NiceEguiApp for App {
    fn build(&mut self, context: egui::Context, host: GuiContext, frame: &mut Frame) -> Result<(), HandlerError> {
        theme::install(&context);
        let keys = Arc::clone(&self.shared.keys);
        frame.set_key_filter(move |event, key, modifiers| {
            let writes = matches!(&event.key, Key::Character(text) if !text.chars().all(char::is_control));
            keys.lock().uses(key, modifiers, writes)
        });
        embedding::announce(frame);
        *self.shared.context.lock() = Some(context);
        // Weak: the analysis thread may outlive the window, and must not keep it.
        let shared = Arc::downgrade(&self.shared);
        self.shared.end.set_wake(Some(Box::new(move || {
            if let Some(shared) = shared.upgrade()
                && !shared.is_moving.load(Ordering::Acquire)
            {
                shared.repaint();
            }
        })));
        let session = Session::new(Arc::clone(&self.shared.params), self.shared.end.clone(), host);
        *self.shared.session.lock() = Some(session);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        self.shared.has_drawn.store(true, Ordering::Release);
        // Frames ask for frames: one that nobody sees asks for none, and `show` begins anew.
        if self.shared.is_hidden.load(Ordering::Acquire) {
            return;
        }
        if let Some(session) = self.shared.session.lock().as_ref() {
            let mut screen = self.shared.screen.lock();
            screen.ui(ui, session);
            *self.shared.keys.lock() = screen.key_focus();
            if screen.has_left() {
                // A host that does not take it leaves it here.
                frame.baseview_window().release_focus().ok();
            }
            self.shared.is_moving.store(screen.is_moving(), Ordering::Release);
        }
    }

    fn resized(&mut self, new_size: WindowSize) {
        // Here a panic would end the window's thread.
        let shared = &self.shared;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| shared.resized(new_size))) {
            shared
                .params
                .troubles
                .note_fault(format!("The editor failed at a new size: {}", panic_text(panic.as_ref())));
        }
    }
}

impl Shared {
    fn resized(&self, new_size: WindowSize) {
        // The framework counts in points of our scale; what is kept and told is the window itself.
        let zoom = self.context.lock().as_ref().map_or(1.0, |context| f64::from(context.zoom_factor()));
        let new_size = WindowSize::from_physical(new_size.physical, new_size.scale_factor / zoom);
        let (width, height) = (new_size.logical.width as f32, new_size.logical.height as f32);
        self.params.change_saved(|saved| saved.editor_size = Some(EditorSize { width, height }));
        // Of a window that closes meanwhile nothing is kept.
        if let Some(window) = self.window.lock().as_mut() {
            *window = new_size;
        }
    }
}

/// Waits until the window's own thread answers. A window that is closed before (a host that creates an editor only to ask
/// for its size) would miss the word to stop, and its host would wait for it for ever (baseview 0.4.2).
#[cfg(target_os = "linux")]
fn wait_until_it_runs(handle: &EguiEditorHandle, window: &Window, scale_factor: Option<f64>) {
    // The scale that it has already: a question that changes nothing.
    handle.set_fallback_scale_factor(scale_factor.unwrap_or(1.0), window).ok();
}

#[cfg(not(target_os = "linux"))]
fn wait_until_it_runs(_handle: &EguiEditorHandle, _window: &Window, _scale_factor: Option<f64>) {}
