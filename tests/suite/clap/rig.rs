//! A CLAP host made of bare function calls, so that a test can give what no well-made host would.

// Reason for the exception: a host's side of CLAP is function pointers and raw memory.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT, clap_event_header, clap_event_param_value,
    clap_event_transport, clap_input_events, clap_output_events,
};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency, clap_plugin_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params, clap_param_info, clap_plugin_params};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state, clap_plugin_state};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{clap_process, clap_process_status};
use clap_sys::stream::{clap_istream, clap_ostream};
use clap_sys::version::CLAP_VERSION;
use discern_host::Parameter;

/// What the plugin asked for, counted.
#[derive(Default)]
pub struct Asked {
    pub restarts: AtomicU32,
    pub callbacks: AtomicU32,
    pub dirty_marks: AtomicU32,
    pub latency_changes: AtomicU32,
}

/// A host with one plugin.
pub struct Rig {
    pub plugin: *const clap_plugin,
    asked: Box<Asked>,
    _host: Box<clap_host>,
}

impl Rig {
    /// Discern, created and initialised.
    pub fn new() -> Self {
        Self::with(|host| {
            let entry = &discern::clap_entry;
            // SAFETY: the entry is Discern's own, and its functions are called with what they ask for.
            unsafe {
                assert!(entry.init.expect("a function")(c"".as_ptr()));
                let factory = entry.get_factory.expect("a function")(CLAP_PLUGIN_FACTORY_ID.as_ptr());
                let factory = factory.cast::<clap_plugin_factory>();
                (*factory).create_plugin.expect("a function")(factory, host, c"org.discern.discern".as_ptr())
            }
        })
    }

    /// A plugin that `create` makes for the host, initialised.
    pub fn with(create: impl FnOnce(*const clap_host) -> *const clap_plugin) -> Self {
        let asked = Box::<Asked>::default();
        let host = Box::new(clap_host {
            clap_version: CLAP_VERSION,
            host_data: std::ptr::from_ref(&*asked).cast_mut().cast(),
            name: c"rig".as_ptr(),
            vendor: c"".as_ptr(),
            url: c"".as_ptr(),
            version: c"1".as_ptr(),
            get_extension: Some(get_extension),
            request_restart: Some(request_restart),
            request_process: Some(request_process),
            request_callback: Some(request_callback),
        });
        let plugin = create(&*host);
        assert!(!plugin.is_null());
        let rig = Self { plugin, asked, _host: host };
        assert!(rig.call(|plugin| unsafe { plugin.init.expect("a function")(rig.plugin) }));
        rig
    }

    pub fn call<T>(&self, call: impl FnOnce(&clap_plugin) -> T) -> T {
        // SAFETY: the pointer is the plugin's until the rig is dropped.
        call(unsafe { &*self.plugin })
    }

    /// Takes a count back to 0.
    pub fn take(&self, count: fn(&Asked) -> &AtomicU32) -> u32 {
        count(&self.asked).swap(0, Ordering::SeqCst)
    }

    /// What the main loop of a host does: callbacks until none is asked for.
    pub fn idle(&self) {
        while self.take(|asked| &asked.callbacks) > 0 {
            self.call(|plugin| unsafe { plugin.on_main_thread.expect("a function")(self.plugin) });
        }
    }

    pub fn activate(&self, rate_hz: f64, max_frames: u32) -> bool {
        let is_active =
            self.call(|plugin| unsafe { plugin.activate.expect("a function")(self.plugin, rate_hz, 1, max_frames) });
        is_active && self.call(|plugin| unsafe { plugin.start_processing.expect("a function")(self.plugin) })
    }

    pub fn deactivate(&self) {
        self.call(|plugin| unsafe {
            plugin.stop_processing.expect("a function")(self.plugin);
            plugin.deactivate.expect("a function")(self.plugin);
        });
    }

    pub fn reset(&self) {
        self.call(|plugin| unsafe { plugin.reset.expect("a function")(self.plugin) });
    }

    /// An extension of the plugin, if it has it. The type must be that of the id.
    pub fn extension<T>(&self, id: &CStr) -> Option<&T> {
        let found = self.call(|plugin| unsafe { plugin.get_extension.expect("a function")(self.plugin, id.as_ptr()) });
        unsafe { found.cast::<T>().as_ref() }
    }

    pub fn latency(&self) -> u32 {
        let latency = self.extension::<clap_plugin_latency>(CLAP_EXT_LATENCY).expect("has a latency");
        unsafe { latency.get.expect("a function")(self.plugin) }
    }

    pub fn params(&self) -> &clap_plugin_params {
        self.extension(CLAP_EXT_PARAMS).expect("has parameters")
    }

    pub fn infos(&self) -> Vec<clap_param_info> {
        let params = self.params();
        let count = unsafe { params.count.expect("a function")(self.plugin) };
        (0..count)
            .map(|idx| unsafe {
                let mut info: clap_param_info = std::mem::zeroed();
                assert!(params.get_info.expect("a function")(self.plugin, idx, &mut info));
                info
            })
            .collect()
    }

    pub fn text(&self, id: u32, value: f64) -> String {
        let mut text: [c_char; 128] = [0; 128];
        unsafe {
            assert!(self.params().value_to_text.expect("a function")(self.plugin, id, value, text.as_mut_ptr(), 128));
            CStr::from_ptr(text.as_ptr()).to_string_lossy().into_owned()
        }
    }

    pub fn value(&self, id: u32) -> f64 {
        let mut value = f64::NAN;
        assert!(unsafe { self.params().get_value.expect("a function")(self.plugin, id, &mut value) });
        value
    }

    /// Changes while nothing is processed.
    pub fn flush(&self, events: &Events) {
        let output = no_output();
        unsafe { self.params().flush.expect("a function")(self.plugin, &events.list(), &output) };
    }

    pub fn save(&self) -> Option<Vec<u8>> {
        let mut bytes: Vec<u8> = Vec::new();
        let stream = clap_ostream { ctx: std::ptr::from_mut(&mut bytes).cast(), write: Some(write) };
        let state = self.extension::<clap_plugin_state>(CLAP_EXT_STATE).expect("has a state");
        unsafe { state.save.expect("a function")(self.plugin, &stream) }.then_some(bytes)
    }

    pub fn load(&self, bytes: &[u8]) -> bool {
        let mut left = bytes;
        let stream = clap_istream { ctx: std::ptr::from_mut(&mut left).cast(), read: Some(read) };
        let state = self.extension::<clap_plugin_state>(CLAP_EXT_STATE).expect("has a state");
        unsafe { state.load.expect("a function")(self.plugin, &stream) }
    }

    /// One stereo block, in place.
    pub fn process(&self, channels: &mut [&mut [f32]], events: &Events) -> clap_process_status {
        self.process_at(channels, events, None)
    }

    /// One block in place with what the host says of the song.
    pub fn process_at(
        &self,
        channels: &mut [&mut [f32]],
        events: &Events,
        transport: Option<&clap_event_transport>,
    ) -> clap_process_status {
        let frames = channels.first().map_or(0, |channel| channel.len()) as u32;
        let mut pointers: Vec<*mut f32> = channels.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let mut buffer = buffer(&mut pointers);
        let (input, output) = (events.list(), no_output());
        self.raw(&clap_process {
            transport: transport.map_or(null(), std::ptr::from_ref),
            ..block(frames, &mut buffer.clone(), &mut buffer, &input, &output)
        })
    }

    /// A block as it is.
    pub fn raw(&self, process: &clap_process) -> clap_process_status {
        self.call(|plugin| unsafe { plugin.process.expect("a function")(self.plugin, process) })
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.call(|plugin| unsafe { plugin.destroy.expect("a function")(self.plugin) });
    }
}

/// One port with these channels.
pub fn buffer(pointers: &mut [*mut f32]) -> clap_audio_buffer {
    let channel_count = pointers.len() as u32;
    let data32 = if pointers.is_empty() { null_mut() } else { pointers.as_mut_ptr() };
    clap_audio_buffer { data32, data64: null_mut(), channel_count, latency: 0, constant_mask: 0 }
}

/// One block with one port each way, without a transport.
pub fn block(
    frames: u32,
    input: *mut clap_audio_buffer,
    output: *mut clap_audio_buffer,
    in_events: *const clap_input_events,
    out_events: *const clap_output_events,
) -> clap_process {
    clap_process {
        steady_time: -1,
        frames_count: frames,
        transport: null(),
        audio_inputs: input,
        audio_outputs: output,
        audio_inputs_count: u32::from(!input.is_null()),
        audio_outputs_count: u32::from(!output.is_null()),
        in_events,
        out_events,
    }
}

/// Takes nothing.
pub fn no_output() -> clap_output_events {
    clap_output_events { ctx: null_mut(), try_push: Some(refuse) }
}

/// Events for one block, in the order in which they were added.
#[derive(Default)]
pub struct Events {
    // Boxed, so that they stay where they are.
    #[allow(clippy::vec_box)]
    kept: Vec<Box<Event>>,
}

#[allow(clippy::large_enum_variant)]
enum Event {
    Value(clap_event_param_value),
    Transport(clap_event_transport),
    Header(clap_event_header),
    Null,
}

impl Events {
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// A parameter's value by the key that it has in the code.
    pub fn set(&mut self, time: u32, key: &str, value: f64) {
        self.set_id(time, Parameter::id_of(key).get(), value);
    }

    pub fn set_id(&mut self, time: u32, param_id: u32, value: f64) {
        let header = header::<clap_event_param_value>(time, CLAP_EVENT_PARAM_VALUE);
        self.kept.push(Box::new(Event::Value(clap_event_param_value {
            header,
            param_id,
            cookie: null_mut(),
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        })));
    }

    pub fn transport(&mut self, time: u32, transport: clap_event_transport) {
        let header = header::<clap_event_transport>(time, CLAP_EVENT_TRANSPORT);
        self.kept.push(Box::new(Event::Transport(clap_event_transport { header, ..transport })));
    }

    /// A header of a core event with nothing behind it, `size` bytes as it says.
    pub fn header(&mut self, time: u32, type_: u16, size: u32) {
        let header = clap_event_header { size, ..header::<clap_event_header>(time, type_) };
        self.kept.push(Box::new(Event::Header(header)));
    }

    /// A null pointer where an event should be.
    pub fn null(&mut self) {
        self.kept.push(Box::new(Event::Null));
    }

    pub fn list(&self) -> clap_input_events {
        clap_input_events { ctx: std::ptr::from_ref(self).cast_mut().cast(), size: Some(size), get: Some(get) }
    }
}

fn header<T>(time: u32, type_: u16) -> clap_event_header {
    let size = std::mem::size_of::<T>() as u32;
    clap_event_header { size, time, space_id: CLAP_CORE_EVENT_SPACE_ID, type_, flags: 0 }
}

/// What a transport says that nobody has set.
pub fn standing() -> clap_event_transport {
    unsafe { std::mem::zeroed() }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    unsafe { &*(*list).ctx.cast::<Events>() }.kept.len() as u32
}

unsafe extern "C" fn get(list: *const clap_input_events, idx: u32) -> *const clap_event_header {
    let events = unsafe { &*(*list).ctx.cast::<Events>() };
    match events.kept.get(idx as usize).map(|event| &**event) {
        Some(Event::Value(event)) => &event.header,
        Some(Event::Transport(event)) => &event.header,
        Some(Event::Header(header)) => header,
        Some(Event::Null) | None => null(),
    }
}

unsafe extern "C" fn refuse(_list: *const clap_output_events, _event: *const clap_event_header) -> bool {
    false
}

unsafe extern "C" fn write(stream: *const clap_ostream, bytes: *const c_void, size: u64) -> i64 {
    unsafe {
        let taken = std::slice::from_raw_parts(bytes.cast::<u8>(), size as usize);
        (*(*stream).ctx.cast::<Vec<u8>>()).extend_from_slice(taken);
    }
    size as i64
}

unsafe extern "C" fn read(stream: *const clap_istream, bytes: *mut c_void, size: u64) -> i64 {
    unsafe {
        let left = &mut *(*stream).ctx.cast::<&[u8]>();
        let num_read = left.len().min(size as usize);
        std::ptr::copy_nonoverlapping(left.as_ptr(), bytes.cast(), num_read);
        *left = &left[num_read..];
        num_read as i64
    }
}

unsafe fn asked<'a>(host: *const clap_host) -> &'a Asked {
    unsafe { &*(*host).host_data.cast::<Asked>() }
}

unsafe extern "C" fn request_restart(host: *const clap_host) {
    unsafe { asked(host) }.restarts.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn request_process(_host: *const clap_host) {}

unsafe extern "C" fn request_callback(host: *const clap_host) {
    unsafe { asked(host) }.callbacks.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn mark_dirty(host: *const clap_host) {
    unsafe { asked(host) }.dirty_marks.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn latency_changed(host: *const clap_host) {
    unsafe { asked(host) }.latency_changes.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn rescan(_host: *const clap_host, _flags: u32) {}

unsafe extern "C" fn clear(_host: *const clap_host, _id: u32, _flags: u32) {}

unsafe extern "C" fn request_flush(_host: *const clap_host) {}

unsafe extern "C" fn get_extension(_host: *const clap_host, id: *const c_char) -> *const c_void {
    static STATE: clap_host_state = clap_host_state { mark_dirty: Some(mark_dirty) };
    static LATENCY: clap_host_latency = clap_host_latency { changed: Some(latency_changed) };
    static PARAMS: clap_host_params =
        clap_host_params { rescan: Some(rescan), clear: Some(clear), request_flush: Some(request_flush) };
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_EXT_STATE {
        std::ptr::from_ref(&STATE).cast()
    } else if id == CLAP_EXT_LATENCY {
        std::ptr::from_ref(&LATENCY).cast()
    } else if id == CLAP_EXT_PARAMS {
        std::ptr::from_ref(&PARAMS).cast()
    } else {
        null()
    }
}
