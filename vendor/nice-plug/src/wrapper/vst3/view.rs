use crossbeam::atomic::AtomicCell;
use fragile::Fragile;
use nice_plug_core::editor::HostMainThreadCaller;
use nice_plug_core::editor::dpi::{NativeSize, Size};
use nice_plug_core::editor::{
    Editor, EditorHandle, HostCallbacks, HostMethods, ParentWindowHandle,
};
use nice_plug_core::plugin::PanicHook;
use parking_lot::{Mutex, RwLock};
use std::error::Error;
use std::ffi::{CStr, c_ulong, c_void};
use std::num::NonZeroIsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Arc, Weak};
use vst3::Steinberg::{
    FIDString, TBool, char16, int16, kInvalidArgument, kNotImplemented, kPlatformTypeHWND,
    kPlatformTypeNSView, kPlatformTypeX11EmbedWindowID, kResultFalse, kResultOk, tresult,
};
use vst3::Steinberg::{
    IPlugFrame, IPlugView, IPlugViewContentScaleSupport,
    IPlugViewContentScaleSupport_::ScaleFactor, IPlugViewContentScaleSupportTrait, IPlugViewTrait,
    ViewRect,
};
use vst3::{Class, ComPtr, ComRef};

use super::inner::{Task, WrapperInner};
use crate::editor::{Modifiers, VirtualKeyCode};
use crate::wrapper::util::guard::guard;
use crate::wrapper::util::is_scale_factor;
use crate::wrapper::vst3::{Vst3Plugin, util::fid_matches};

/// Lowest VST3 virtual key code (`KEY_BACK` in the VST3 SDK
/// `VirtualKeyCodes` enum, `pluginterfaces/base/keycodes.h`). Values
/// below this are not virtual keys in the VST3 sense.
const VKEY_FIRST_CODE: i16 = 1;

/// Highest VST3 virtual key code (`KEY_SUPER` in the VST3 SDK
/// `VirtualKeyCodes` enum). Values at `VKEY_FIRST_ASCII = 128` and
/// above encode printable ASCII characters rather than virtual keys
/// and are not routed to [`Editor::on_virtual_key_from_host`].
const VKEY_LAST_CODE: i16 = 77;

/// Maps a VST3 virtual key code (as passed to `IPlugView::onKeyDown`
/// / `onKeyUp`) to the corresponding [`VirtualKeyCode`] variant.
/// Callers should gate on `VKEY_FIRST_CODE..=VKEY_LAST_CODE` first;
/// codes outside that range (including `0`, and ASCII offsets at
/// `VKEY_FIRST_ASCII = 128` and above) return `None`.
fn vst3_virtual_key_code(raw: i16) -> Option<VirtualKeyCode> {
    Some(match raw {
        1 => VirtualKeyCode::Backspace,
        2 => VirtualKeyCode::Tab,
        3 => VirtualKeyCode::Clear,
        4 => VirtualKeyCode::Return,
        5 => VirtualKeyCode::Pause,
        6 => VirtualKeyCode::Escape,
        7 => VirtualKeyCode::Space,
        8 => VirtualKeyCode::Next,
        9 => VirtualKeyCode::End,
        10 => VirtualKeyCode::Home,
        11 => VirtualKeyCode::ArrowLeft,
        12 => VirtualKeyCode::ArrowUp,
        13 => VirtualKeyCode::ArrowRight,
        14 => VirtualKeyCode::ArrowDown,
        15 => VirtualKeyCode::PageUp,
        16 => VirtualKeyCode::PageDown,
        17 => VirtualKeyCode::Select,
        18 => VirtualKeyCode::Print,
        19 => VirtualKeyCode::NumpadEnter,
        20 => VirtualKeyCode::Snapshot,
        21 => VirtualKeyCode::Insert,
        22 => VirtualKeyCode::Delete,
        23 => VirtualKeyCode::Help,
        24 => VirtualKeyCode::Numpad0,
        25 => VirtualKeyCode::Numpad1,
        26 => VirtualKeyCode::Numpad2,
        27 => VirtualKeyCode::Numpad3,
        28 => VirtualKeyCode::Numpad4,
        29 => VirtualKeyCode::Numpad5,
        30 => VirtualKeyCode::Numpad6,
        31 => VirtualKeyCode::Numpad7,
        32 => VirtualKeyCode::Numpad8,
        33 => VirtualKeyCode::Numpad9,
        34 => VirtualKeyCode::NumpadMultiply,
        35 => VirtualKeyCode::NumpadAdd,
        36 => VirtualKeyCode::NumpadSeparator,
        37 => VirtualKeyCode::NumpadSubtract,
        38 => VirtualKeyCode::NumpadDecimal,
        39 => VirtualKeyCode::NumpadDivide,
        40 => VirtualKeyCode::F1,
        41 => VirtualKeyCode::F2,
        42 => VirtualKeyCode::F3,
        43 => VirtualKeyCode::F4,
        44 => VirtualKeyCode::F5,
        45 => VirtualKeyCode::F6,
        46 => VirtualKeyCode::F7,
        47 => VirtualKeyCode::F8,
        48 => VirtualKeyCode::F9,
        49 => VirtualKeyCode::F10,
        50 => VirtualKeyCode::F11,
        51 => VirtualKeyCode::F12,
        52 => VirtualKeyCode::NumLock,
        53 => VirtualKeyCode::ScrollLock,
        54 => VirtualKeyCode::Shift,
        55 => VirtualKeyCode::Control,
        56 => VirtualKeyCode::Alt,
        57 => VirtualKeyCode::Equals,
        58 => VirtualKeyCode::ContextMenu,
        59 => VirtualKeyCode::MediaPlay,
        60 => VirtualKeyCode::MediaStop,
        61 => VirtualKeyCode::MediaPrevTrack,
        62 => VirtualKeyCode::MediaNextTrack,
        63 => VirtualKeyCode::VolumeUp,
        64 => VirtualKeyCode::VolumeDown,
        65 => VirtualKeyCode::F13,
        66 => VirtualKeyCode::F14,
        67 => VirtualKeyCode::F15,
        68 => VirtualKeyCode::F16,
        69 => VirtualKeyCode::F17,
        70 => VirtualKeyCode::F18,
        71 => VirtualKeyCode::F19,
        72 => VirtualKeyCode::F20,
        73 => VirtualKeyCode::F21,
        74 => VirtualKeyCode::F22,
        75 => VirtualKeyCode::F23,
        76 => VirtualKeyCode::F24,
        77 => VirtualKeyCode::Super,
        _ => return None,
    })
}

/// Convert the raw VST3 modifier bitmask (`KeyModifier` in the VST3
/// SDK: `kShiftKey = 1`, `kAlternateKey = 2`, `kCommandKey = 4`,
/// `kControlKey = 8`) to a [`Modifiers`] bitflags value. The VST3
/// spec only defines bits 0-3; higher bits from a misbehaving host
/// are dropped.
fn vst3_modifiers(raw: i16) -> Modifiers {
    Modifiers::from_bits_truncate(((raw as u32) & 0x0F) as u8)
}

// Thanks for putting this behind a platform-specific ifdef...
// NOTE: This should also be used on the BSDs, which should now be possible since vst3-sys is replaced by the vst3 crate. Because the vst3 crate also exposes these interfaces to other operating systems.
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
use {super::main_thread::MainLoop, vst3::Steinberg::Linux::IRunLoop};

/// A view that has a window, and the frame that the host has put around it. Both pointers are the host's
/// to let go: the view takes this out of [`WrapperInner::open_view`] before either ends.
pub(crate) struct OpenView {
    view: *mut IPlugView,
    frame: ComPtr<IPlugFrame>,
}

// SAFETY: Only the main thread looks into it.
unsafe impl Send for OpenView {}

impl OpenView {
    /// View and frame, held as long as what is returned.
    pub fn get(&self) -> Option<(ComPtr<IPlugView>, ComPtr<IPlugFrame>)> {
        let view = unsafe { ComRef::from_raw(self.view) }?;
        Some((view.to_com_ptr(), self.frame.clone()))
    }
}

/// The plugin's [`IPlugView`] instance created in [`IEditController::create_view()`] if `P` has an
/// editor. This is managed separately so the lifetime bounds match up.
pub(crate) struct WrapperView<P: Vst3Plugin> {
    inner: Weak<WrapperInner<P>>,
    /// Is told when a host call has panicked.
    panic_hook: PanicHook,
    editor: Weak<Mutex<P::Editor>>,

    /// The host's pointer to this object.
    this: AtomicPtr<IPlugView>,
    /// The `IPlugFrame` instance passed by the host during [IPlugView::set_frame()].
    plug_frame: Mutex<Option<ComPtr<IPlugFrame>>>,
    /// Allows handling events events on the host's GUI thread when using Linux. Needed because
    /// otherwise REAPER doesn't like us very much.
    #[cfg(all(target_family = "unix", not(target_os = "macos")))]
    main_loop: Mutex<Option<MainLoop<P>>>,

    /// Whether the editor's window is this view's.
    is_attached: AtomicBool,
    /// The size that the host has given to the view before it was attached.
    early_size: AtomicCell<Option<NativeSize<u32>>>,

    /// The DPI scaling factor as passed to the [IPlugViewContentScaleSupport::set_scale_factor()]
    /// function. Defaults to 1.0, and will be kept there on macOS. When reporting and handling size
    /// the sizes communicated to and from the DAW should be scaled by this factor since nice-plug's
    /// APIs only deal in logical pixels.
    fallback_scale_factor: AtomicCell<Option<f32>>,
}

impl<P: Vst3Plugin> Class for WrapperView<P> {
    type Interfaces = (IPlugView, IPlugViewContentScaleSupport);
}

impl<P: Vst3Plugin> WrapperView<P> {
    pub fn new(inner: &Arc<WrapperInner<P>>, editor: Weak<Mutex<P::Editor>>) -> Self {
        Self {
            inner: Arc::downgrade(inner),
            panic_hook: Arc::clone(&inner.panic_hook),
            editor,
            this: AtomicPtr::new(std::ptr::null_mut()),
            plug_frame: Mutex::new(None),
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            main_loop: Mutex::new(None),
            is_attached: AtomicBool::new(false),
            early_size: AtomicCell::new(None),
            fallback_scale_factor: AtomicCell::new(None),
        }
    }

    /// To be called with the host's pointer before the host has it.
    pub fn set_this(&self, this: *mut IPlugView) {
        self.this.store(this, Ordering::SeqCst);
    }

    /// Runs a host call; what it answers if it panics is `fallback`.
    fn guard<T>(&self, name: &'static str, fallback: T, call: impl FnOnce() -> T) -> T {
        // Of the instance nothing is held here: what would be the last reference must not end outside of the guard.
        guard(name, Some(&self.panic_hook), call).unwrap_or(fallback)
    }

    /// Tells the instance by which view and frame its window can be resized.
    fn publish(&self, inner: &WrapperInner<P>) {
        let frame = self.plug_frame.lock().clone();
        let view = self.this.load(Ordering::SeqCst);
        *inner.open_view.lock() = frame.map(|frame| OpenView { view, frame });
    }

    /// The size of the window, or that of the one that would be opened.
    fn size(&self) -> Option<NativeSize<u32>> {
        let editor = self.editor.upgrade()?;
        let editor = editor.lock();
        if self.is_attached.load(Ordering::SeqCst) {
            // TODO: This is technically incorrect during resizing, this should still report the old
            //       size until `.on_size()` has been called. We should probably only bother fixing this
            //       if it turns out to be an issue.
            return Some(editor.size());
        }
        Some(self.early_size.load().unwrap_or_else(|| {
            let size = editor.size();
            match self.fallback_scale_factor.load() {
                // There is no window yet that could have a scale of its own.
                Some(scale) if !cfg!(target_os = "macos") => NativeSize {
                    width: (size.width as f64 * scale as f64).round() as u32,
                    height: (size.height as f64 * scale as f64).round() as u32,
                },
                _ => size,
            }
        }))
    }

    /// The closest size that the window can have, or could have if it were open.
    fn adjust_size(&self, size: NativeSize<u32>) -> Option<NativeSize<u32>> {
        if self.is_attached.load(Ordering::SeqCst) {
            return self
                .inner
                .upgrade()?
                .with_open_editor(|editor| editor.handle.adjust_size(size, &editor.window))?;
        }
        let current = self.size()?;
        let scale = self.fallback_scale_factor.load().unwrap_or(1.0) as f64;
        let hint = self.editor.upgrade()?.lock().resize_hint();
        Some(hint.adjust_size(size, current, scale))
    }

    /// Closes the window, if it is this view's.
    fn close(&self) -> bool {
        if !self.is_attached.swap(false, Ordering::SeqCst) {
            return false;
        }
        let Some(inner) = self.inner.upgrade() else {
            return false;
        };
        *inner.open_view.lock() = None;
        inner.is_editor_open.store(false, Ordering::SeqCst);
        // Taken out first: the window's end may call back.
        let window = inner.editor_window.borrow_mut().take();
        drop(window);
        // What the window's thread had still to tell.
        inner.run_main_thread();
        true
    }

    /// Forward a VST3 `IPlugView::onKey{Down,Up}` event to the editor's
    /// host-virtual-key hook.
    ///
    /// Only forwards keys that carry a VST3 virtual key code in
    /// [`VKEY_FIRST_CODE`]`..=`[`VKEY_LAST_CODE`]. Those are the keys
    /// the host (notably REAPER) may intercept as accelerators before
    /// they reach our native view: Space, Backspace, arrows, function
    /// keys, modifier-only presses, etc. ASCII characters arrive with
    /// `key_code >= VKEY_FIRST_ASCII (128)` per the VST3 SDK
    /// (`pluginterfaces/base/keycodes.h`); those flow through the
    /// plug-in window's native keyboard path (on macOS, AppKit
    /// `keyDown:` + NSTextInputContext) and consuming them here would
    /// double-dispatch text input.
    fn dispatch_virtual_key(&self, key_code: i16, is_down: bool, modifiers: i16) -> tresult {
        if !(VKEY_FIRST_CODE..=VKEY_LAST_CODE).contains(&key_code) {
            return kResultFalse;
        }
        let Some(key_code) = vst3_virtual_key_code(key_code) else {
            return kResultFalse;
        };
        let modifiers = vst3_modifiers(modifiers);

        let is_used = self.inner.upgrade().and_then(|inner| {
            inner.with_open_editor(|editor| {
                editor
                    .handle
                    .on_virtual_key_from_host(key_code, is_down, modifiers)
            })
        });
        if is_used == Some(true) {
            kResultOk
        } else {
            kResultFalse
        }
    }
}

impl<P: Vst3Plugin> IPlugViewTrait for WrapperView<P> {
    #[cfg(all(target_family = "unix", not(target_os = "macos")))]
    unsafe fn isPlatformTypeSupported(&self, type_: FIDString) -> tresult {
        self.guard("IPlugView::isPlatformTypeSupported", kResultFalse, || {
            if unsafe { fid_matches(type_, kPlatformTypeX11EmbedWindowID) } {
                kResultOk
            } else {
                crate::nice_debug_assert_failure!("Invalid window handle type: {:?}", unsafe {
                    CStr::from_ptr(type_)
                });
                kResultFalse
            }
        })
    }

    #[cfg(target_os = "macos")]
    unsafe fn isPlatformTypeSupported(&self, type_: FIDString) -> tresult {
        self.guard("IPlugView::isPlatformTypeSupported", kResultFalse, || {
            if unsafe { fid_matches(type_, kPlatformTypeNSView) } {
                kResultOk
            } else {
                crate::nice_debug_assert_failure!("Invalid window handle type: {:?}", unsafe {
                    CStr::from_ptr(type_)
                });
                kResultFalse
            }
        })
    }

    #[cfg(target_os = "windows")]
    unsafe fn isPlatformTypeSupported(&self, type_: FIDString) -> tresult {
        self.guard("IPlugView::isPlatformTypeSupported", kResultFalse, || {
            if unsafe { fid_matches(type_, kPlatformTypeHWND) } {
                kResultOk
            } else {
                crate::nice_debug_assert_failure!("Invalid window handle type: {:?}", unsafe {
                    CStr::from_ptr(type_)
                });
                kResultFalse
            }
        })
    }

    unsafe fn attached(&self, parent: *mut c_void, type_: FIDString) -> tresult {
        self.guard("IPlugView::attached", kResultFalse, || {
            check_null_ptr!(parent);

            let Some(inner) = self.inner.upgrade() else {
                return kResultFalse;
            };

            inner.note_main_thread();
            if inner.editor_window.borrow().is_none() {
                let parent_handle = if unsafe { fid_matches(type_, kPlatformTypeX11EmbedWindowID) } {
                    #[allow(clippy::unnecessary_cast)]
                    let w = parent as usize as c_ulong;
                    ParentWindowHandle::XlibWindow(w)
                } else if unsafe { fid_matches(type_, kPlatformTypeNSView) } {
                    let w = NonNull::new(parent).unwrap();
                    ParentWindowHandle::AppKitNsView(w)
                } else if unsafe { fid_matches(type_, kPlatformTypeHWND) } {
                    let w = NonZeroIsize::new(parent as isize).unwrap();
                    ParentWindowHandle::Win32Hwnd(w)
                } else {
                    crate::nice_debug_assert_failure!("Unknown window handle type: {:?}", unsafe {
                        CStr::from_ptr(type_)
                    });
                    return kInvalidArgument;
                };

                #[derive(Debug, Clone, Copy, thiserror::Error)]
                enum ResizeError {
                    #[error("Failed to post window resize task")]
                    FailedToPostTask,
                    #[error("Attempted to close window when plugin was closed")]
                    PluginClosed,
                }

                struct Vst3HostCallbacks<P: Vst3Plugin> {
                    inner: Weak<WrapperInner<P>>,
                    is_alive: Arc<RwLock<bool>>,
                }

                impl<P: Vst3Plugin> HostCallbacks for Vst3HostCallbacks<P> {
                    fn request_resize(
                        &mut self,
                        new_size: Size,
                        scale_factor: f64,
                    ) -> Result<(), Box<dyn Error>> {
                        let is_alive = self.is_alive.read_recursive();
                        if let Some(inner) = is_alive.then(|| self.inner.upgrade()).flatten() {
                            if !inner.schedule_gui(Task::RequestResize {
                                size: new_size,
                                scale_factor,
                            }) {
                                return Err(ResizeError::FailedToPostTask.into());
                            }

                            // We currently have no way to handle the host refusing to resize the
                            // window since resizing must be done in the GUI thread.
                            Ok(())
                        } else {
                            Err(ResizeError::PluginClosed.into())
                        }
                    }

                    fn destroyed(&mut self) {
                        // TODO: Does VST3 have a way for a plugin to notify the host that its GUI
                        // has been destroyed?
                    }
                }

                let callbacks: Box<dyn HostCallbacks> = Box::new(Vst3HostCallbacks {
                    inner: Arc::downgrade(&inner),
                    is_alive: Arc::clone(&inner.is_alive),
                });

                struct Vst3HostMainThreadCaller<P: Vst3Plugin> {
                    inner: Weak<WrapperInner<P>>,
                    is_alive: Arc<RwLock<bool>>,
                }

                impl<P: Vst3Plugin> HostMainThreadCaller for Vst3HostMainThreadCaller<P> {
                    fn call_main_thread(&mut self) {
                        let is_alive = self.is_alive.read_recursive();
                        if let Some(inner) = is_alive.then(|| self.inner.upgrade()).flatten()
                            && !inner.schedule_gui(Task::CallMainThread)
                        {
                            crate::nice_error!("Failed to post Task::CallMainThread");
                        }
                    }
                }

                let main_thread_caller: Box<dyn HostMainThreadCaller> =
                    Box::new(Vst3HostMainThreadCaller {
                        inner: Arc::downgrade(&inner),
                        is_alive: Arc::clone(&inner.is_alive),
                    });

                let fallback_scale_factor = self.fallback_scale_factor.load().map(|s| s as f64);
                let Some(editor) = self.editor.upgrade() else {
                    return kResultFalse;
                };
                // What the host was told of, and made room for.
                let promised_size = self
                    .size()
                    .filter(|_| fallback_scale_factor.is_some() || self.early_size.load().is_some());

                // The window asks back while it is created, so the editor is not locked longer than that.
                let spawned = editor.lock().spawn(
                    Some(parent_handle),
                    false,
                    fallback_scale_factor,
                    inner.clone().make_gui_context(),
                    Some(HostMethods {
                        callbacks,
                        main_thread_caller,
                    }),
                );
                match spawned {
                    Ok(editor_window) => match editor_window.handle.show(&editor_window.window) {
                        Ok(()) => {
                            *inner.editor_window.borrow_mut() = Some(Fragile::new(editor_window));
                            self.is_attached.store(true, Ordering::SeqCst);
                            inner.is_editor_open.store(true, Ordering::SeqCst);
                            self.publish(&inner);
                            if let Some(size) = promised_size
                                && self.size() != Some(size)
                            {
                                let _ = inner.with_open_editor(|editor| {
                                    editor.handle.set_size(size, &editor.window)
                                });
                            }
                            kResultOk
                        }
                        Err(e) => {
                            crate::nice_error!("Failed to show editor: {}", e);
                            kResultFalse
                        }
                    },
                    Err(e) => {
                        crate::nice_error!("Failed to create editor: {}", e);
                        kResultFalse
                    }
                }
            } else {
                #[cfg(debug_assertions)]
                crate::nice_warn!("Host tried to attach editor while the editor is already attached");

                kResultFalse
            }
        })
    }

    unsafe fn removed(&self) -> tresult {
        self.guard("IPlugView::removed", kResultFalse, || {
            if self.close() {
                kResultOk
            } else {
                #[cfg(debug_assertions)]
                crate::nice_warn!("Host tried to remove the editor without an active editor");

                kResultFalse
            }
        })
    }

    unsafe fn onWheel(&self, _distance: f32) -> tresult {
        self.guard("IPlugView::onWheel", kResultFalse, || {
            // We'll let the plugin use the OS' input mechanisms because not all DAWs (or very few
            // actually) implement these functions
            kNotImplemented
        })
    }

    unsafe fn onKeyDown(&self, _key: char16, key_code: int16, modifiers: int16) -> tresult {
        self.guard("IPlugView::onKeyDown", kResultFalse, || {
            self.dispatch_virtual_key(key_code, true, modifiers)
        })
    }

    unsafe fn onKeyUp(&self, _key: char16, key_code: int16, modifiers: int16) -> tresult {
        self.guard("IPlugView::onKeyUp", kResultFalse, || {
            self.dispatch_virtual_key(key_code, false, modifiers)
        })
    }

    unsafe fn getSize(&self, size: *mut ViewRect) -> tresult {
        self.guard("IPlugView::getSize", kResultFalse, || {
            check_null_ptr!(size);

            let Some(current) = self.size() else {
                return kResultFalse;
            };

            let size = unsafe { &mut *size };
            size.left = 0;
            size.right = current.width as i32;
            size.top = 0;
            size.bottom = current.height as i32;

            kResultOk
        })
    }

    unsafe fn onSize(&self, new_size: *mut ViewRect) -> tresult {
        self.guard("IPlugView::onSize", kResultFalse, || {
            check_null_ptr!(new_size);

            let Some(inner) = self.inner.upgrade() else {
                return kResultFalse;
            };

            // The host is telling us the view's new frame (after honoring an earlier
            // `request_resize()`, or because the user dragged a host resize handle).
            let width = unsafe { (*new_size).right - (*new_size).left };
            let height = unsafe { (*new_size).bottom - (*new_size).top };
            if width <= 0 || height <= 0 {
                return kResultFalse;
            }

            let size = NativeSize {
                width: width as u32,
                height: height as u32,
            };

            if !self.is_attached.load(Ordering::SeqCst) {
                // The window will be opened with it, if it can have it.
                let Some(size) = self.adjust_size(size) else {
                    return kResultFalse;
                };
                self.early_size.store(Some(size));
                return kResultOk;
            }

            // Apply the new size to the editor. Editors that don't support being
            // resized return `false` from `set_size()`, in which case we tell the
            // host we couldn't honor it.
            let result =
                inner.with_open_editor(|editor| editor.handle.set_size(size, &editor.window));
            match result {
                Some(Ok(())) => kResultOk,
                Some(Err(e)) => {
                    crate::nice_error!("Failed to resize window to {:?}: {}", size, e);
                    kResultFalse
                }
                None => kResultFalse,
            }
        })
    }

    unsafe fn onFocus(&self, _state: TBool) -> tresult {
        kNotImplemented
    }

    unsafe fn setFrame(&self, frame: *mut IPlugFrame) -> tresult {
        self.guard("IPlugView::setFrame", kResultFalse, || {
            let Some(inner) = self.inner.upgrade() else {
                return kResultFalse;
            };

            // An old frame is left before a new one is taken up.
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            {
                let main_loop = self.main_loop.lock().take();
                drop(main_loop);
            }
            let frame = unsafe { ComRef::from_raw(frame) };
            *self.plug_frame.lock() = frame.map(|frame| frame.to_com_ptr());
            if self.is_attached.load(Ordering::SeqCst) {
                self.publish(&inner);
            }

            // On Linux the host will expose another interface that lets us run code on the
            // host's GUI thread. REAPER will segfault when we don't do this for resizes.
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            if let Some(frame) = frame {
                inner.note_main_thread();
                let run_loop = frame.cast::<IRunLoop>();
                *self.main_loop.lock() =
                    run_loop.and_then(|run_loop| MainLoop::new(&inner, run_loop));
            }

            kResultOk
        })
    }

    unsafe fn canResize(&self) -> tresult {
        self.guard("IPlugView::canResize", kResultFalse, || {
            let Some(editor) = self.editor.upgrade() else {
                return kResultFalse;
            };

            // The editor decides whether it's resizable via `Editor::resize_hint()`.
            if editor.lock().resize_hint().can_resize {
                kResultOk
            } else {
                kResultFalse
            }
        })
    }

    unsafe fn checkSizeConstraint(&self, rect: *mut ViewRect) -> tresult {
        self.guard("IPlugView::checkSizeConstraint", kResultFalse, || {
            check_null_ptr!(rect);

            let (width, height) =
                unsafe { ((*rect).right - (*rect).left, (*rect).bottom - (*rect).top) };

            if width <= 0 || height <= 0 {
                return kResultFalse;
            }

            let size = NativeSize {
                width: width as u32,
                height: height as u32,
            };
            let Some(adjusted_size) = self.adjust_size(size) else {
                return kResultFalse;
            };
            if adjusted_size != size {
                unsafe {
                    (*rect).right = (*rect).left + adjusted_size.width as i32;
                    (*rect).bottom = (*rect).top + adjusted_size.height as i32;
                }
            }

            kResultOk
        })
    }
}

impl<P: Vst3Plugin> IPlugViewContentScaleSupportTrait for WrapperView<P> {
    unsafe fn setContentScaleFactor(&self, scale_factor: ScaleFactor) -> tresult {
        self.guard("IPlugViewContentScaleSupport::setContentScaleFactor", kResultFalse, || {
            let Some(inner) = self.inner.upgrade() else {
                return kResultFalse;
            };

            // TODO: So apparently Ableton Live doesn't call this function. Right now we'll hardcode the
            //       default scale to 1.0 on Linux and Windows since we can't easily get the scale from
            //       baseview. A better alternative would be to do the fallback DPI scale detection
            //       within nice-plug itself. Then we can still only use baseview's system scale policy
            //       on macOS and both the editor implementation and the wrappers would know about the
            //       correct scale.

            if !is_scale_factor(scale_factor as f64) {
                return kResultFalse;
            }

            if !self.is_attached.load(Ordering::SeqCst) {
                // The window is opened with it. A size that was given before was one for the old scale.
                self.early_size.store(None);
                self.fallback_scale_factor.store(Some(scale_factor));
                return kResultOk;
            }

            let old_size = self.size();
            let result = inner.with_open_editor(|editor| {
                editor
                    .handle
                    .set_fallback_scale_factor(scale_factor as f64, &editor.window)
            });
            match result {
                Some(Ok(())) => {
                    self.fallback_scale_factor.store(Some(scale_factor));
                    // The host's window has to follow. If the host does not want to, the editor fits itself
                    // into the old one.
                    let new_size = self.size();
                    if new_size != old_size
                        && let Some(new_size) = new_size
                        && !inner.request_resize(new_size)
                        && let Some(old_size) = old_size
                    {
                        let _ = inner.with_open_editor(|editor| {
                            editor.handle.set_size(old_size, &editor.window)
                        });
                    }
                    kResultOk
                }
                Some(Err(e)) => {
                    crate::nice_error!("Failed to set suggested scale factor: {}", e);
                    kResultFalse
                }
                None => kResultFalse,
            }
        })
    }
}

impl<P: Vst3Plugin> Drop for WrapperView<P> {
    // The host has let go of the view, perhaps without having removed it from its window.
    fn drop(&mut self) {
        self.guard("view release", (), || {
            self.close();
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            let main_loop = self.main_loop.lock().take();
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            drop(main_loop);
        });
    }
}
