//! What the host calls: every function of the plugin and its extensions, with no panic coming out.
//!
//! Each does what [`Wrapper`] does, and if that panics, answers with what is safe. `process` has its own guard, inside
//! of [`Wrapper::process()`], because what is safe there is the input, delayed.

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::audio_ports::clap_audio_port_info;
use clap_sys::ext::audio_ports_config::clap_audio_ports_config;
use clap_sys::ext::note_ports::clap_note_port_info;
use clap_sys::ext::params::clap_param_info;
use clap_sys::ext::remote_controls::clap_remote_controls_page;
use clap_sys::ext::render::clap_plugin_render_mode;
use clap_sys::ext::voice_info::clap_voice_info;
use clap_sys::id::clap_id;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use clap_sys::stream::{clap_istream, clap_ostream};
use nice_plug_core::plugin::PanicHook;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::os::raw::c_char;
use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::ClapPlugin;
use super::wrapper::Wrapper;
use crate::wrapper::util::guard::guard;

/// The functions in the tables that hosts get.
pub(super) struct Border<P>(PhantomData<P>);

/// The instance behind a pointer from the host, if there is one.
unsafe fn wrapper<'a, P: ClapPlugin>(plugin: *const clap_plugin) -> Option<&'a Wrapper<P>> {
    unsafe { ((*plugin.as_ref()?).plugin_data as *const Wrapper<P>).as_ref() }
}

/// Makes a call and answers `safe` if it panicked. What is done for that may itself panic and then counts as not done.
unsafe fn answer<P: ClapPlugin, T>(
    name: &'static str,
    plugin: *const clap_plugin,
    call: impl FnOnce() -> T,
    safe: impl FnOnce(Option<&Wrapper<P>>) -> T,
    neutral: T,
) -> T {
    // Not borrowed: one call ends the instance's life.
    let hook: Option<PanicHook> = unsafe { wrapper::<P>(plugin) }.map(|wrapper| Arc::clone(&wrapper.panic_hook));
    guard(name, hook.as_ref(), call).unwrap_or_else(|| {
        let safe = || safe(if name == "destroy" { None } else { unsafe { wrapper::<P>(plugin) } });
        guard("safe answer", None, safe).unwrap_or(neutral)
    })
}

/// One function for each call: its arguments, its result, what it answers after a panic, and what is done to get a
/// better answer than that.
macro_rules! border {
    ($(
        $(#[$attribute:meta])*
        fn $name:ident($($arg:ident: $type:ty),*) -> $result:ty = $neutral:expr $(, $safe:expr)?;
    )*) => {
        impl<P: ClapPlugin> Border<P> {
            $(
                $(#[$attribute])*
                pub unsafe extern "C" fn $name(plugin: *const clap_plugin $(, $arg: $type)*) -> $result {
                    let call = || unsafe { Wrapper::<P>::$name(plugin $(, $arg)*) };
                    let safe = border!(@safe $neutral $(, $safe)?);
                    unsafe { answer::<P, $result>(stringify!($name), plugin, call, safe, $neutral) }
                }
            )*
        }
    };
    (@safe $neutral:expr) => { |_: Option<&Wrapper<P>>| $neutral };
    (@safe $neutral:expr, $safe:expr) => { $safe };
}

border! {
    fn init() -> bool = false;
    fn destroy() -> () = ();
    fn activate(sample_rate_hz: f64, min_frames: u32, max_frames: u32) -> bool = false,
        |wrapper: Option<&Wrapper<P>>| {
            if let Some(wrapper) = wrapper {
                wrapper.is_activated.store(false, Ordering::SeqCst);
            }
            false
        };
    fn deactivate() -> () = (), |wrapper: Option<&Wrapper<P>>| {
        if let Some(wrapper) = wrapper {
            wrapper.is_activated.store(false, Ordering::SeqCst);
        }
    };
    // A plugin that does not process passes on: silence would be worse.
    fn start_processing() -> bool = false, |wrapper: Option<&Wrapper<P>>| {
        wrapper.is_some_and(|wrapper| {
            wrapper.fail();
            true
        })
    };
    fn stop_processing() -> () = ();
    fn reset() -> () = (), |wrapper: Option<&Wrapper<P>>| {
        if let Some(wrapper) = wrapper {
            wrapper.fail();
        }
    };
    fn get_extension(id: *const c_char) -> *const c_void = null();
    fn on_main_thread() -> () = ();

    fn ext_audio_ports_config_count() -> u32 = 0;
    fn ext_audio_ports_config_get(index: u32, config: *mut clap_audio_ports_config) -> bool = false;
    fn ext_audio_ports_config_select(config_id: clap_id) -> bool = false;
    fn ext_audio_ports_count(is_input: bool) -> u32 = 0;
    fn ext_audio_ports_get(index: u32, is_input: bool, info: *mut clap_audio_port_info) -> bool = false;
    fn ext_latency_get() -> u32 = 0, |wrapper: Option<&Wrapper<P>>| {
        wrapper.map_or(0, |wrapper| wrapper.current_latency.load(Ordering::SeqCst))
    };
    fn ext_note_ports_count(is_input: bool) -> u32 = 0;
    fn ext_note_ports_get(index: u32, is_input: bool, info: *mut clap_note_port_info) -> bool = false;
    fn ext_params_count() -> u32 = 0;
    fn ext_params_get_info(index: u32, info: *mut clap_param_info) -> bool = false;
    fn ext_params_get_value(param_id: clap_id, value: *mut f64) -> bool = false;
    fn ext_params_value_to_text(param_id: clap_id, value: f64, display: *mut c_char, size: u32) -> bool = false;
    fn ext_params_text_to_value(param_id: clap_id, display: *const c_char, value: *mut f64) -> bool = false;
    fn ext_params_flush(input: *const clap_input_events, output: *const clap_output_events) -> () = ();
    fn ext_remote_controls_count() -> u32 = 0;
    fn ext_remote_controls_get(index: u32, page: *mut clap_remote_controls_page) -> bool = false;
    fn ext_render_has_hard_realtime_requirement() -> bool = false;
    fn ext_render_set(mode: clap_plugin_render_mode) -> bool = false;
    fn ext_state_save(stream: *const clap_ostream) -> bool = false, |wrapper: Option<&Wrapper<P>>| {
        wrapper.is_some_and(|wrapper| unsafe { wrapper.write_last_good_state(stream) })
    };
    fn ext_state_load(stream: *const clap_istream) -> bool = false, |wrapper: Option<&Wrapper<P>>| {
        if let Some(wrapper) = wrapper {
            wrapper.restore_last_good_state();
        }
        false
    };
    fn ext_tail_get() -> u32 = 0, |wrapper: Option<&Wrapper<P>>| {
        wrapper.map_or(0, |wrapper| wrapper.current_latency.load(Ordering::SeqCst))
    };
    fn ext_voice_info_get(info: *mut clap_voice_info) -> bool = false;

    #[cfg(feature = "editor")]
    fn ext_gui_is_api_supported(api: *const c_char, is_floating: bool) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_get_preferred_api(api: *mut *const c_char, is_floating: *mut bool) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_create(api: *const c_char, is_floating: bool) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_destroy() -> () = ();
    #[cfg(feature = "editor")]
    fn ext_gui_set_scale(scale: f64) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_get_size(width: *mut u32, height: *mut u32) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_can_resize() -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_get_resize_hints(hints: *mut clap_sys::ext::gui::clap_gui_resize_hints) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_adjust_size(width: *mut u32, height: *mut u32) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_set_size(width: u32, height: u32) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_set_parent(window: *const clap_sys::ext::gui::clap_window) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_set_transient(window: *const clap_sys::ext::gui::clap_window) -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_suggest_title(title: *const c_char) -> () = ();
    #[cfg(feature = "editor")]
    fn ext_gui_show() -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_gui_hide() -> bool = false;
    #[cfg(feature = "editor")]
    fn ext_track_info_changed() -> () = ();
}

impl<P: ClapPlugin> Border<P> {
    pub unsafe extern "C" fn process(
        plugin: *const clap_plugin,
        process: *const clap_process,
    ) -> clap_process_status {
        let call = || unsafe { Wrapper::<P>::process(plugin, process) };
        guard("process outside of its guard", None, call).unwrap_or(CLAP_PROCESS_ERROR)
    }
}
