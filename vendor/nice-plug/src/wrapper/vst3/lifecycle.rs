//! Activation and its end, from whatever thread the host does it on.

use atomic_refcell::AtomicRefMut;
use nice_plug_core::audio_setup::BufferConfig;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use try_lock::Locked;
use vst3::Steinberg::{kResultFalse, kResultOk, tresult};

use super::audio::AudioSide;
use super::inner::WrapperInner;
use crate::wrapper::util::process_wrapper;
use crate::wrapper::vst3::Vst3Plugin;

/// How long a host that does not wait for the end of `process()` is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for something that `process()` has.
fn wait_for<T>(mut take: impl FnMut() -> Option<T>) -> Option<T> {
    let since = Instant::now();
    loop {
        if let Some(taken) = take() {
            return Some(taken);
        }
        if since.elapsed() > PATIENCE {
            crate::nice_error!("The host changes the plugin's state while it is processing");
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

impl<P: Vst3Plugin> WrapperInner<P> {
    /// The plugin, once `process()` has let it go.
    fn wait_for_plugin(&self) -> Option<Locked<'_, P>> {
        wait_for(|| self.plugin.try_lock())
    }

    fn wait_for_audio(&self) -> Option<AtomicRefMut<'_, Option<AudioSide>>> {
        wait_for(|| self.audio.try_borrow_mut().ok())
    }

    /// Makes the plugin ready to process. Until the host says so it does not process. Fails without a setup and
    /// if the plugin panics; a plugin that refuses passes the mix on.
    pub fn activate(&self) -> tresult {
        self.is_processing.store(false, Ordering::SeqCst);
        self.is_active.store(false, Ordering::SeqCst);
        let Some(config) = self.current_buffer_config.load() else {
            return kResultFalse;
        };
        self.apply_host_values(true);
        // The host asks for the latency after this.
        self.main_thread.forget_latency_change();

        // Before initializing the plugin, make sure all smoothers are set the the default values
        for param in self.param_by_hash.values() {
            unsafe { param._internal_update_smoother(config.sample_rate, true) };
        }

        // What the audio thread has is of no use if this fails.
        let audio = self.guard("activate", None, || self.make_audio(&config));
        let is_active = audio.is_some();
        let Some(mut audio_cell) = self.wait_for_audio() else {
            return kResultFalse;
        };
        let old_audio = std::mem::replace(&mut *audio_cell, audio);
        drop(audio_cell);
        drop(old_audio);
        self.is_active.store(is_active, Ordering::SeqCst);
        if is_active { kResultOk } else { kResultFalse }
    }

    /// NOTE: We don't call `Plugin::reset()` here. The call is done in `set_processing()`
    ///       instead. Otherwise we would call the function twice, and `set_processing()` needs
    ///       to be called after this function before the plugin may process audio again.
    fn make_audio(&self, config: &BufferConfig) -> Option<AudioSide> {
        let layout = self.current_audio_io_layout.load();
        let mut context = self.make_activate_context();
        let is_ready = {
            let mut plugin = self.wait_for_plugin()?;
            plugin.activate(&layout, config, &mut context)
        };
        // This is when the latency is noted.
        drop(context);
        let latency = self.current_latency.load(Ordering::SeqCst);
        if is_ready {
            return Some(AudioSide::new(layout, config, latency));
        }

        // Hosts have no other rate to offer, and many process without having looked at the answer. So the
        // plugin counts as active and the mix passes through as it is.
        let why = format!("the plugin cannot run at {} Hz", config.sample_rate);
        (self.panic_hook)("passing on", &why);
        self.current_latency.store(0, Ordering::SeqCst);
        let mut audio = AudioSide::new(layout, config, 0);
        audio.has_failed = true;
        Some(audio)
    }

    pub fn deactivate(&self) {
        self.is_processing.store(false, Ordering::SeqCst);
        self.is_active.store(false, Ordering::SeqCst);
        self.guard("deactivate", (), || {
            if let Some(mut plugin) = self.wait_for_plugin() {
                plugin.deactivate();
            }
        });
        let audio = self.wait_for_audio().and_then(|mut audio| audio.take());
        drop(audio);
        self.apply_host_values(true);
    }

    /// The host begins to process, or ends it. This is also how it makes the plugin forget the sound that it
    /// has heard.
    pub fn set_processing(&self, is_processing: bool) {
        // Always reset the processing status when the plugin gets activated or deactivated
        self.tail_samples.store(0, Ordering::SeqCst);
        self.is_processing.store(is_processing, Ordering::SeqCst);
        if !is_processing {
            // This may be the audio thread.
            self.apply_host_values(P::NOTIFY_EDITOR_OF_PARAM_CHANGES);
            return;
        }

        // HACK: Ardour may call this during a reentrant call of `IComponent::setActive(true)`, and will call it
        //       again later.
        let (Some(mut plugin), Ok(mut audio)) =
            (self.plugin.try_lock(), self.audio.try_borrow_mut())
        else {
            return;
        };
        let is_reset = self.guard("reset", false, || {
            process_wrapper(|| plugin.reset());
            true
        });
        if let Some(audio) = audio.as_mut() {
            audio.pass_through.reset();
            audio.has_failed |= !is_reset;
        }
    }

    /// The latency of this activation, or what that of the next one would be.
    pub fn latency_samples(&self) -> u32 {
        if !self.is_active.load(Ordering::SeqCst)
            && let Some(forecast) = &self.latency_forecast
        {
            return forecast(self.current_buffer_config.load().map(|c| c.sample_rate));
        }
        self.current_latency.load(Ordering::SeqCst)
    }
}
