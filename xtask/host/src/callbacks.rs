//! What the plugin may ask of its host: every wish is noted here and fulfilled by whoever owns the plugin.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use clack_extensions::audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_host::prelude::*;

/// Wishes, set by the plugin from any thread and taken by the host's main thread.
#[derive(Default)]
pub(crate) struct Wishes {
    /// `on_main_thread` is to be called.
    pub callback: AtomicBool,
    /// The plugin wants to be deactivated and activated again.
    pub restart: AtomicBool,
    /// Parameters are to be exchanged although nothing is processed.
    pub flush: AtomicBool,
    /// Width (high half) and height the editor asked for, 0 when it did not.
    pub editor_size: AtomicU64,
    /// How often the plugin said that its latency changed.
    pub num_latency_changes: AtomicU32,
    /// How often the plugin said that its state is worth saving.
    pub num_dirty_marks: AtomicU32,
}

impl SharedHandler<'_> for Wishes {
    fn request_restart(&self) {
        self.restart.store(true, Ordering::Release);
    }

    fn request_process(&self) {}

    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

impl HostParamsImplShared for Wishes {
    fn request_flush(&self) {
        self.flush.store(true, Ordering::Release);
    }
}

impl HostGuiImpl for Wishes {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, new_size: GuiSize) -> Result<(), HostError> {
        let packed = u64::from(new_size.width) << 32 | u64::from(new_size.height);
        self.editor_size.store(packed, Ordering::Release);
        Ok(())
    }

    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn closed(&self, _was_destroyed: bool) {}
}

/// The same wishes, as the plugin voices them on the main thread.
pub(crate) struct MainThread<'a>(&'a Wishes);

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, _flags: ParamRescanFlags) {}

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostLatencyImpl for MainThread<'_> {
    fn changed(&self) {
        self.0.num_latency_changes.fetch_add(1, Ordering::Relaxed);
    }
}

impl HostStateImpl for MainThread<'_> {
    fn mark_dirty(&self) {
        self.0.num_dirty_marks.fetch_add(1, Ordering::Relaxed);
    }
}

impl HostAudioPortsImpl for MainThread<'_> {
    fn is_rescan_flag_supported(&self, _flag: AudioPortRescanFlags) -> bool {
        false
    }

    fn rescan(&self, _flags: AudioPortRescanFlags) {}
}

/// Ties the handlers together.
pub(crate) struct Callbacks;

impl Callbacks {
    pub fn main_thread<'a>(wishes: &'a Wishes) -> MainThread<'a> {
        MainThread(wishes)
    }
}

impl HostHandlers for Callbacks {
    type Shared<'a> = Wishes;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder
            .register::<HostAudioPorts>()
            .register::<HostGui>()
            .register::<HostLatency>()
            .register::<HostParams>()
            .register::<HostState>();
    }
}
