//! The plugin's editor, attached to an X11 window of the caller.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use vst3::Steinberg::Linux::{FileDescriptor, IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, TimerInterval};
use vst3::Steinberg::Vst::ViewType::kEditor;
use vst3::Steinberg::Vst::{IEditController, IEditControllerTrait};
use vst3::Steinberg::{
    IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewContentScaleSupport, IPlugViewContentScaleSupportTrait,
    IPlugViewTrait, ViewRect, kInvalidArgument, kPlatformTypeX11EmbedWindowID, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use crate::agreed;
use crate::run_loop::RunLoop;

/// A view; dropping it removes it from its window.
pub struct Editor {
    view: ComPtr<IPlugView>,
    /// The plugin may call it as long as the view lives.
    frame: ComWrapper<Frame>,
    is_attached: bool,
}

impl Editor {
    pub(crate) fn create(controller: &ComPtr<IEditController>, run_loop: &Arc<RunLoop>) -> Result<Self> {
        let view = unsafe { ComPtr::from_raw(controller.createView(kEditor)) }.context("the plugin has no editor")?;
        let frame = ComWrapper::new(Frame { run_loop: Arc::clone(run_loop), wanted_size: Mutex::default() });
        let given = frame.as_com_ref::<IPlugFrame>().context("no frame")?.as_ptr();
        unsafe {
            agreed(view.isPlatformTypeSupported(kPlatformTypeX11EmbedWindowID), "isPlatformTypeSupported")?;
            agreed(view.setFrame(given), "setFrame")?;
        }
        Ok(Self { view, frame, is_attached: false })
    }

    /// Width and height, pixels.
    pub fn size(&self) -> Result<(u32, u32)> {
        let mut rect = rect(0, 0);
        agreed(unsafe { self.view.getSize(&mut rect) }, "getSize")?;
        size(&rect)
    }

    /// Puts the editor into `window`, which must outlive it.
    pub fn attach(&mut self, window: u32) -> Result<()> {
        let parent = window as usize as *mut c_void;
        agreed(unsafe { self.view.attached(parent, kPlatformTypeX11EmbedWindowID) }, "attached")?;
        self.is_attached = true;
        Ok(())
    }

    /// Suggests how large a point is; 1 for a pixel.
    pub fn set_scale(&self, scale: f32) -> Result<()> {
        let scaled = self.view.cast::<IPlugViewContentScaleSupport>().context("the editor takes no scale")?;
        agreed(unsafe { scaled.setContentScaleFactor(scale) }, "setContentScaleFactor")
    }

    /// The user may drag it to another size.
    pub fn can_resize(&self) -> bool {
        unsafe { self.view.canResize() == kResultOk }
    }

    /// The size that the editor would take in place of this one.
    pub fn constrain(&self, width: u32, height: u32) -> Result<(u32, u32)> {
        let mut rect = rect(width, height);
        agreed(unsafe { self.view.checkSizeConstraint(&mut rect) }, "checkSizeConstraint")?;
        size(&rect)
    }

    /// Says that the window has this size now.
    pub fn resize(&mut self, width: u32, height: u32) -> Result<()> {
        agreed(unsafe { self.view.onSize(&mut rect(width, height)) }, "onSize")
    }

    /// The size that the editor asked for since the last call; it has it already, the window is to follow.
    pub fn take_wanted_size(&self) -> Option<(u32, u32)> {
        self.frame.wanted_size.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Takes it out of its window.
    pub fn close(mut self) -> Result<()> {
        self.remove()
    }

    /// Lets go of it just so, as a host that forgets to say so.
    pub fn abandon(self) {
        let mut this = std::mem::ManuallyDrop::new(self);
        // Its last reference, and the frame after it, as every field is dropped once.
        unsafe {
            std::ptr::drop_in_place(&mut this.view);
            std::ptr::drop_in_place(&mut this.frame);
        }
    }

    fn remove(&mut self) -> Result<()> {
        let was_attached = std::mem::replace(&mut self.is_attached, false);
        let removed = if was_attached { unsafe { self.view.removed() } } else { kResultOk };
        agreed(unsafe { self.view.setFrame(std::ptr::null_mut()) }, "setFrame without a frame")?;
        agreed(removed, "removed")
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // After `close` there is nothing left to say.
        self.remove().ok();
    }
}

fn rect(width: u32, height: u32) -> ViewRect {
    ViewRect { left: 0, top: 0, right: width as i32, bottom: height as i32 }
}

fn size(rect: &ViewRect) -> Result<(u32, u32)> {
    ensure!(rect.left == 0 && rect.top == 0, "the editor begins at {}, {}", rect.left, rect.top);
    Ok((u32::try_from(rect.right)?, u32::try_from(rect.bottom)?))
}

/// The host's window around the view, and the way to the host's main loop.
struct Frame {
    run_loop: Arc<RunLoop>,
    wanted_size: Mutex<Option<(u32, u32)>>,
}

impl Class for Frame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, view: *mut IPlugView, wanted: *mut ViewRect) -> tresult {
        // Both are the plugin's own, valid for this call.
        let (Some(view), Some(wanted)) = (unsafe { ComRef::from_raw(view) }, unsafe { wanted.as_mut() }) else {
            return kInvalidArgument;
        };
        *self.wanted_size.lock().unwrap_or_else(PoisonError::into_inner) = size(wanted).ok();
        unsafe { view.onSize(wanted) }
    }
}

impl IRunLoopTrait for Frame {
    unsafe fn registerEventHandler(&self, handler: *mut IEventHandler, file: FileDescriptor) -> tresult {
        unsafe { self.run_loop.add_source(handler, file) }
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        self.run_loop.remove_source(handler)
    }

    unsafe fn registerTimer(&self, handler: *mut ITimerHandler, interval_ms: TimerInterval) -> tresult {
        unsafe { self.run_loop.add_timer(handler, interval_ms) }
    }

    unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
        self.run_loop.remove_timer(handler)
    }
}
