//! What the plugin may ask of the program that it is loaded into.

use std::ffi::c_void;
use std::sync::Arc;

use vst3::Class;
use vst3::Steinberg::Linux::{FileDescriptor, IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, TimerInterval};
use vst3::Steinberg::Vst::{IHostApplication, IHostApplicationTrait, String128};
use vst3::Steinberg::{TUID, kInvalidArgument, kNotImplemented, kResultOk, tresult};

use crate::parameters::write_text;
use crate::run_loop::RunLoop;

/// A host that has a name and nothing else to offer.
pub(crate) struct Application;

/// A host that lends its main loop to plugins without a view too.
pub(crate) struct LoopApplication(pub Arc<RunLoop>);

unsafe fn give_name(name: *mut String128) -> tresult {
    // The plugin hands over its own string, or null.
    let Some(name) = (unsafe { name.as_mut() }) else { return kInvalidArgument };
    write_text("Discern test host", name);
    kResultOk
}

impl Class for Application {
    type Interfaces = (IHostApplication,);
}

impl IHostApplicationTrait for Application {
    unsafe fn getName(&self, name: *mut String128) -> tresult {
        unsafe { give_name(name) }
    }

    unsafe fn createInstance(&self, _class: *mut TUID, _interface: *mut TUID, _object: *mut *mut c_void) -> tresult {
        kNotImplemented
    }
}

impl Class for LoopApplication {
    type Interfaces = (IHostApplication, IRunLoop);
}

impl IHostApplicationTrait for LoopApplication {
    unsafe fn getName(&self, name: *mut String128) -> tresult {
        unsafe { give_name(name) }
    }

    unsafe fn createInstance(&self, _class: *mut TUID, _interface: *mut TUID, _object: *mut *mut c_void) -> tresult {
        kNotImplemented
    }
}

impl IRunLoopTrait for LoopApplication {
    unsafe fn registerEventHandler(&self, handler: *mut IEventHandler, file: FileDescriptor) -> tresult {
        unsafe { self.0.add_source(handler, file) }
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        self.0.remove_source(handler)
    }

    unsafe fn registerTimer(&self, handler: *mut ITimerHandler, interval_ms: TimerInterval) -> tresult {
        unsafe { self.0.add_timer(handler, interval_ms) }
    }

    unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
        self.0.remove_timer(handler)
    }
}
