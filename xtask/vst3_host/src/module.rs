//! A built `.vst3` as a host loads it: library, entry, factory, exit.

use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use vst3::Steinberg::{FIDString, IPluginFactory, IPluginFactoryTrait, PClassInfo, TUID};
use vst3::{ComPtr, Interface};

use crate::agreed;

/// The category of classes that process sound.
const AUDIO_CLASS: &str = "Audio Module Class";

/// A library that has been entered; dropping it leaves it.
pub(crate) struct Module {
    /// `None` only while it is dropped.
    factory: Option<ComPtr<IPluginFactory>>,
    /// Stays mapped: threads of windows that were closed may still be on their way out, and unloading is not what is tried.
    library: Option<ManuallyDrop<Library>>,
}

impl Module {
    /// Loads the library in a bundle for this machine.
    pub fn load(bundle: &Path) -> Result<Self> {
        let name = bundle.file_stem().context("a bundle without a name")?;
        let folder = format!("Contents/{}-linux", std::env::consts::ARCH);
        let path = bundle.join(folder).join(name).with_extension("so");
        // Loading a library runs its code; this one was built by this repository, its entry points as VST3 has them.
        unsafe {
            let library = Library::open(Some(&path), RTLD_NOW | RTLD_LOCAL)
                .with_context(|| format!("{} cannot be loaded", path.display()))?;
            let handle = library.into_raw();
            let library = Library::from_raw(handle);
            let enter = *library.get::<extern "C" fn(*mut c_void) -> bool>(b"ModuleEntry\0")?;
            ensure!(enter(handle), "the module refuses to start");
            let get_factory = *library.get::<extern "system" fn() -> *mut IPluginFactory>(b"GetPluginFactory\0")?;
            let factory = ComPtr::from_raw(get_factory()).context("the module has no factory")?;
            Ok(Self { factory: Some(factory), library: Some(ManuallyDrop::new(library)) })
        }
    }

    /// A plugin that is part of this program, by its entry point.
    pub fn linked(get_factory: extern "system" fn() -> *mut c_void) -> Result<Self> {
        // An entry point gives a factory, or null.
        let factory = unsafe { ComPtr::from_raw(get_factory().cast()) }.context("the module has no factory")?;
        Ok(Self { factory: Some(factory), library: None })
    }

    pub fn factory(&self) -> Result<&ComPtr<IPluginFactory>> {
        self.factory.as_ref().context("the module was left")
    }

    /// The first class that processes sound.
    pub fn audio_class(&self) -> Result<TUID> {
        let factory = self.factory()?;
        let count = unsafe { factory.countClasses() };
        for idx in 0..count {
            // Numbers and empty strings: zeros are valid.
            let mut info: PClassInfo = unsafe { std::mem::zeroed() };
            agreed(unsafe { factory.getClassInfo(idx, &mut info) }, "getClassInfo")?;
            let category = info.category.iter().map(|letter| *letter as u8).take_while(|letter| *letter != 0);
            if category.eq(AUDIO_CLASS.bytes()) {
                return Ok(info.cid);
            }
        }
        anyhow::bail!("the factory has no class that processes sound")
    }

    /// An object of a class.
    pub fn create<I: Interface>(&self, class: &TUID) -> Result<ComPtr<I>> {
        let mut object = std::ptr::null_mut();
        let interface: FIDString = I::IID.as_ptr().cast();
        agreed(unsafe { self.factory()?.createInstance(class.as_ptr(), interface, &mut object) }, "createInstance")?;
        // The plugin said that it is one.
        unsafe { ComPtr::from_raw(object.cast()) }.context("the factory made nothing")
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        self.factory = None;
        // An entry point as VST3 has it; everything that came from the factory was let go before.
        unsafe {
            let library = self.library.as_ref();
            if let Some(Ok(exit)) = library.map(|it| it.get::<extern "C" fn() -> bool>(b"ModuleExit\0")) {
                exit();
            }
        }
    }
}
