//! What the plugin may ask of the program that it is loaded into.

use std::ffi::c_void;

use vst3::Class;
use vst3::Steinberg::Vst::{IHostApplication, IHostApplicationTrait, String128};
use vst3::Steinberg::{TUID, kInvalidArgument, kNotImplemented, kResultOk, tresult};

use crate::parameters::write_text;

/// A host that has a name and nothing else to offer.
pub(crate) struct Application;

impl Class for Application {
    type Interfaces = (IHostApplication,);
}

impl IHostApplicationTrait for Application {
    unsafe fn getName(&self, name: *mut String128) -> tresult {
        // The plugin hands over its own string, or null.
        let Some(name) = (unsafe { name.as_mut() }) else { return kInvalidArgument };
        write_text("Discern test host", name);
        kResultOk
    }

    unsafe fn createInstance(&self, _class: *mut TUID, _interface: *mut TUID, _object: *mut *mut c_void) -> tresult {
        kNotImplemented
    }
}
