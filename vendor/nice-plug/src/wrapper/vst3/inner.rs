use atomic_refcell::AtomicRefCell;
use crossbeam::atomic::AtomicCell;
use nice_plug_core::audio_setup::{AudioIOLayout, BufferConfig};
#[cfg(feature = "editor")]
use nice_plug_core::context::gui::GuiContext;
use nice_plug_core::context::process::Transport;
#[cfg(feature = "editor")]
use nice_plug_core::editor::dpi::{NativeSize, Size};
#[cfg(feature = "editor")]
use nice_plug_core::editor::{Editor, SpawnedEditor};
use nice_plug_core::midi::{MidiConfig, PluginNoteEvent};
use nice_plug_core::params::internals::ParamPtr;
use nice_plug_core::params::{ParamFlags, Params};
#[cfg(feature = "editor")]
use nice_plug_core::plugin::TrackInfo;
use nice_plug_core::plugin::{LatencyForecast, PanicHook, Plugin, PluginState, TaskExecutor};
use parking_lot::{Mutex, RwLock};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
#[cfg(feature = "editor")]
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use try_lock::TryLock;
#[cfg(feature = "editor")]
use vst3::Steinberg::ViewRect;
use vst3::Steinberg::Vst::{IComponentHandler, IEventList};
use vst3::Steinberg::{kInvalidArgument, kResultOk, tresult};
use vst3::{ComPtr, ComRef};

#[cfg(all(target_family = "unix", not(target_os = "macos")))]
use super::main_thread::MainLoop;
use super::audio::AudioSide;
use super::host_values::HostValues;
use super::points::Points;
use super::main_thread::MainThread;
use super::context::{WrapperActivateContext, WrapperProcessContext};
use super::note_expressions::NoteExpressionController;
use super::param_units::ParamUnits;
use super::util::{VST3_MIDI_PARAMS_END, VST3_MIDI_PARAMS_START};
use crate::event_loop::{EventLoop, MainThreadExecutor, OsEventLoop};
use crate::wrapper::state;
use crate::wrapper::util::guard::guard;
use crate::wrapper::util::hash_param_id;
use crate::wrapper::vst3::Vst3Plugin;
#[cfg(feature = "editor")]
use crate::wrapper::vst3::context::WrapperGuiContext;
#[cfg(feature = "editor")]
use crate::wrapper::vst3::view::OpenView;

/// The actual wrapper bits. We need this as an `Arc<T>` so we can safely use our event loop API.
/// Since we can't combine that with VST3's interior reference counting this just has to be moved to
/// its own struct.
pub(crate) struct WrapperInner<P: Vst3Plugin> {
    /// The wrapped plugin instance.
    pub plugin: TryLock<P>,
    /// Is told when a host call has panicked.
    pub panic_hook: PanicHook,
    /// The latency that an activation would have, asked while the plugin is not active.
    pub latency_forecast: Option<LatencyForecast>,
    /// Set while the host has the instance. Whoever else holds it meanwhile (a thread of the plugin or of its
    /// window that asks for something) does so under this lock, so that the host's last `release()` is what
    /// ends it, on the host's thread.
    pub is_alive: Arc<RwLock<bool>>,
    /// The state that was saved or loaded last: what is saved when the plugin can not say it any more.
    pub last_state: Mutex<Vec<u8>>,
    /// The plugin's background task executor closure.
    pub task_executor: TaskExecutor<P>,
    /// The plugin's parameters. These are fetched once during initialization. That way the
    /// `ParamPtr`s are guaranteed to live at least as long as this object and we can interact with
    /// the `Params` object without having to acquire a lock on `plugin`.
    pub params: Arc<dyn Params>,
    /// The plugin's editor, if it has one. This object does not do anything on its own, but we need
    /// to instantiate this in advance so we don't need to lock the entire [`Plugin`] object when
    /// creating an editor. Wrapped in an `AtomicRefCell` because it needs to be initialized late.
    #[allow(clippy::type_complexity)]
    #[cfg(feature = "editor")]
    pub editor: AtomicRefCell<Option<Arc<Mutex<P::Editor>>>>,
    #[allow(clippy::type_complexity)]
    // My personal record for craziest Rust type!!!!
    #[cfg(feature = "editor")]
    pub editor_window:
        Arc<AtomicRefCell<Option<fragile::Fragile<SpawnedEditor<<P::Editor as Editor>::Handle>>>>>,

    /// The host's [`IComponentHandler`] instance, if passed through
    /// [`IEditController::set_component_handler`].
    pub component_handler: Mutex<Option<ComPtr<IComponentHandler>>>,

    /// The view that has a window, and the host's frame around it.
    #[cfg(feature = "editor")]
    pub open_view: Mutex<Option<OpenView>>,

    /// Whether the editor is currently open. This is changed by the attached and removed functions on IPlugViewTrait
    #[cfg(feature = "editor")]
    pub is_editor_open: AtomicBool,

    /// A realtime-safe task queue so the plugin can schedule tasks that need to be run later on the
    /// GUI thread. This field should not be used directly for posting tasks. This should be done
    /// through [`Self::schedule_gui()`] instead. That method posts the task to the host's
    /// `IRunLoop` instead of it's available.
    ///
    /// This AtomicRefCell+Option is only needed because it has to be initialized late. There is no
    /// reason to mutably borrow the event loop, so reads will never be contested.
    ///
    /// On Linux this only runs background tasks, see [`MainThread`].
    ///
    /// TODO: Is there a better type for Send+Sync late initialization?
    pub event_loop: AtomicRefCell<Option<OsEventLoop<Task<P>, Self>>>,

    /// What waits for the host's main thread.
    pub main_thread: MainThread<P>,
    /// The run loop that the host's context offers. Held from `initialize()` to `terminate()`.
    #[cfg(all(target_family = "unix", not(target_os = "macos")))]
    pub context_main_loop: Mutex<Option<MainLoop<P>>>,

    /// Whether the plugin is currently processing audio. In other words, the last state
    /// `IAudioProcessor::setActive()` has been called with.
    pub is_processing: AtomicBool,
    /// The current audio IO layout. Modified through `IAudioProcessor::setBusArrangements()` after
    /// matching the proposed bus arrangement to one of the supported ones. The plugin's first audio
    /// IO layout is chosen as the default. Because of the way VST3 works it's not possible to
    /// change the number of busses from that default, only the channel counts can change.
    pub current_audio_io_layout: AtomicCell<AudioIOLayout>,
    /// The current buffer configuration, containing the sample rate and the maximum block size.
    /// Will be set in `IAudioProcessor::setupProcessing()`.
    pub current_buffer_config: AtomicCell<Option<BufferConfig>>,
    /// The most recently reported track information. Hosts may send partial updates (e.g.
    /// Ableton), so this is used to merge successive [`IInfoListener::setChannelContextInfos()`]
    /// calls.
    #[cfg(feature = "editor")]
    pub current_track_info: AtomicRefCell<TrackInfo>,

    /// The tail that the plugin's last process status asks for.
    pub tail_samples: AtomicU32,
    /// Whether the plugin is activated.
    pub is_active: AtomicBool,
    /// The current latency in samples, as set by the plugin through the [`ActivateContext`] and the
    /// [`ProcessContext`].
    pub current_latency: AtomicU32,
    /// The incoming events for the plugin, if `P::ACCEPTS_MIDI` is set. If
    /// `P::SAMPLE_ACCURATE_AUTOMATION`, this is also read in lockstep with the parameter change
    /// block splitting.
    ///
    /// NOTE: Because with VST3 MIDI CC messages are sent as parameter changes and VST3 does not
    ///       interleave parameter changes and note events, this queue has to be sorted when
    ///       creating the process context
    pub input_note_events: AtomicRefCell<VecDeque<PluginNoteEvent<P>>>,
    /// VST3 has several useful predefined note expressions, but for some reason they are the only
    /// note event type that don't have MIDI note ID and channel fields. So we need to keep track of
    /// the most recent VST3 note IDs we've seen, and then map those back to MIDI note IDs and
    /// channels as needed.
    pub note_expression_controller: AtomicRefCell<NoteExpressionController>,
    /// Everything that belongs to the audio thread while the plugin is active.
    pub audio: AtomicRefCell<Option<AudioSide>>,
    /// The parameter changes sent by the host during a process call, in the order in which they are to be
    /// applied.
    pub points: AtomicRefCell<Points>,
    /// The note events sent by the host during a process call, and, if `P::MIDI_INPUT >=
    /// MidiConfig::MidiCCs`, the MIDI CC messages that come as special parameter changes. Note events need
    /// to have their timing adjusted to match the block start, since they're all read upfront.
    pub note_events: AtomicRefCell<VecDeque<PluginNoteEvent<P>>>,

    /// What was set while the plugin is processing and has not come to it yet.
    pub host_values: HostValues,

    /// The keys from `param_map` in a stable order.
    pub param_hashes: Vec<u32>,
    /// The places of parameters in [`param_hashes`][Self::param_hashes].
    pub param_idx_by_hash: HashMap<u32, u32>,
    /// A mapping from parameter ID hashes (obtained from the string parameter IDs) to pointers to
    /// parameters belonging to the plugin. These addresses will remain stable as long as the
    /// `params` object does not get deallocated.
    pub param_by_hash: HashMap<u32, ParamPtr>,
    /// Mappings from parameter hashes to string parameter IDs. Used for notifying the plugin's
    /// editor about parameter changes.
    pub param_id_by_hash: HashMap<u32, String>,
    pub param_units: ParamUnits,
    /// Mappings from string parameter identifiers to parameter hashes. Useful for debug logging
    /// and when storing and restoring plugin state.
    pub param_id_to_hash: HashMap<String, u32>,
    /// The inverse mapping from [`param_by_hash`][Self::param_by_hash]. This is needed to be able
    /// to have an ergonomic parameter setting API that uses references to the parameters instead of
    /// having to add a setter function to the parameter (or even worse, have it be completely
    /// untyped).
    pub param_ptr_to_hash: HashMap<ParamPtr, u32>,
}

/// Tasks that can be sent from the plugin to be executed on the main thread in a non-blocking
/// realtime-safe way (either a random thread or `IRunLoop` on Linux, the OS' message loop on
/// Windows and macOS).
#[allow(clippy::enum_variant_names)]
pub enum Task<P: Plugin> {
    /// Execute one of the plugin's background tasks.
    PluginTask(P::BackgroundTask),
    /// Inform the plugin that one or more parameter values have changed.
    #[cfg(feature = "editor")]
    StateChanged,
    /// Inform the plugin that one parameter's value has changed. This uses the parameter hashes
    /// since the task will be created from the audio thread.
    #[cfg(feature = "editor")]
    ParameterValueChanged(u32, f32),
    /// Tell the host what it has not been told yet: edits, restarts, a state worth saving.
    TellHost,
    // Request the editor to be resized according to its current size. Right now there is no way to
    // handle "denied resize" requests yet.
    #[cfg(feature = "editor")]
    RequestResize { size: Size, scale_factor: f64 },
    #[cfg(feature = "editor")]
    CallMainThread,
}

impl<P: Vst3Plugin> WrapperInner<P> {
    #[allow(unused_unsafe)]
    pub fn new() -> Arc<Self> {
        let mut plugin = P::default();
        let panic_hook = plugin.panic_hook();
        let latency_forecast = plugin.latency_forecast();
        let task_executor = plugin.task_executor();

        // This is a mapping from the parameter IDs specified by the plugin to pointers to those
        // parameters. These pointers are assumed to be safe to dereference as long as
        // `wrapper.plugin` is alive. The plugin API identifiers these parameters by hashes, which
        // we'll calculate from the string ID specified by the plugin. These parameters should also
        // remain in the same order as the one returned by the plugin.
        let params = plugin.params();
        let param_id_hashes_ptrs_groups: Vec<_> = params
            .param_map()
            .into_iter()
            .map(|(id, ptr, group)| {
                let hash = hash_param_id(&id);
                (id, hash, ptr, group)
            })
            .collect();
        if cfg!(debug_assertions) {
            let param_map = params.param_map();
            let param_ids: HashSet<_> = param_id_hashes_ptrs_groups
                .iter()
                .map(|(id, _, _, _)| id.clone())
                .collect();
            crate::nice_debug_assert_eq!(
                param_map.len(),
                param_ids.len(),
                "The plugin has duplicate parameter IDs, weird things may happen. Consider using \
                 6 character parameter IDs to avoid collisions."
            );

            let mut bypass_param_exists = false;
            for (id, hash, ptr, _) in &param_id_hashes_ptrs_groups {
                let flags = unsafe { ptr.flags() };
                let is_bypass = flags.contains(ParamFlags::BYPASS);

                if is_bypass && bypass_param_exists {
                    crate::nice_debug_assert_failure!(
                        "Duplicate bypass parameters found, the host will only use the first one"
                    );
                }

                bypass_param_exists |= is_bypass;

                if P::MIDI_INPUT >= MidiConfig::MidiCCs
                    && (VST3_MIDI_PARAMS_START..VST3_MIDI_PARAMS_END).contains(hash)
                {
                    crate::nice_debug_assert_failure!(
                        "Parameter '{}' collides with an automatically generated MIDI CC \
                         parameter, consider giving it a different ID",
                        id
                    );
                }
            }
        }

        let param_hashes: Vec<u32> = param_id_hashes_ptrs_groups
            .iter()
            .map(|(_, hash, _, _)| *hash)
            .collect();
        let param_by_hash = param_id_hashes_ptrs_groups
            .iter()
            .map(|(_, hash, ptr, _)| (*hash, *ptr))
            .collect();
        let param_id_by_hash = param_id_hashes_ptrs_groups
            .iter()
            .map(|(id, hash, _, _)| (*hash, id.clone()))
            .collect();
        let param_units = ParamUnits::from_param_groups(
            param_id_hashes_ptrs_groups
                .iter()
                .map(|(_, hash, _, group_name)| (*hash, group_name.as_str())),
        )
        .expect("Inconsistent parameter groups");
        let param_id_to_hash = param_id_hashes_ptrs_groups
            .iter()
            .map(|(id, hash, _, _)| (id.clone(), *hash))
            .collect();
        let param_ptr_to_hash = param_id_hashes_ptrs_groups
            .into_iter()
            .map(|(_, hash, ptr, _)| (ptr, hash))
            .collect();

        let note_capacity = match P::MIDI_INPUT {
            MidiConfig::None => 0,
            _ => P::INPUT_EVENT_CAPACITY,
        };
        let input_note_events = AtomicRefCell::new(VecDeque::with_capacity(note_capacity));
        let note_events = VecDeque::with_capacity(note_capacity);

        let wrapper = Arc::new(Self {
            plugin: TryLock::new(plugin),
            panic_hook,
            latency_forecast,
            is_alive: Arc::new(RwLock::new(true)),
            last_state: Mutex::new(Vec::new()),
            task_executor,
            params,
            // Initialized later as it needs a reference to the wrapper for the async executor
            #[cfg(feature = "editor")]
            editor: AtomicRefCell::new(None),
            #[cfg(feature = "editor")]
            editor_window: Arc::new(AtomicRefCell::new(None)),

            component_handler: Mutex::new(None),

            #[cfg(feature = "editor")]
            open_view: Mutex::new(None),

            #[cfg(feature = "editor")]
            is_editor_open: AtomicBool::new(false),

            event_loop: AtomicRefCell::new(None),
            main_thread: MainThread::new(),
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            context_main_loop: Mutex::new(None),

            is_processing: AtomicBool::new(false),
            // Some hosts, like the current version of Bitwig and Ardour at the time of writing,
            // will try using the plugin's default not yet initialized bus arrangement. Because of
            // that, we'll always initialize this configuration even before the host requests a
            // channel layout.
            current_audio_io_layout: AtomicCell::new(
                P::AUDIO_IO_LAYOUTS.first().copied().unwrap_or_default(),
            ),
            current_buffer_config: AtomicCell::new(None),
            #[cfg(feature = "editor")]
            current_track_info: AtomicRefCell::new(TrackInfo::default()),
            tail_samples: AtomicU32::new(0),
            is_active: AtomicBool::new(false),
            current_latency: AtomicU32::new(0),
            input_note_events,
            note_expression_controller: AtomicRefCell::new(NoteExpressionController::default()),
            audio: AtomicRefCell::new(None),
            points: AtomicRefCell::new(Points::new(param_hashes.len())),
            note_events: AtomicRefCell::new(note_events),

            host_values: HostValues::new(param_hashes.iter().copied()),
            param_idx_by_hash: param_hashes
                .iter()
                .enumerate()
                .map(|(idx, hash)| (*hash, idx as u32))
                .collect(),
            param_hashes,
            param_by_hash,
            param_id_by_hash,
            param_units,
            param_id_to_hash,
            param_ptr_to_hash,
        });

        // FIXME: Right now this is safe, but if we are going to have a singleton main thread queue
        //        serving multiple plugin instances, Arc can't be used because its reference count
        //        is separate from the internal COM-style reference count.
        *wrapper.event_loop.borrow_mut() =
            Some(OsEventLoop::new_and_spawn(Arc::downgrade(&wrapper)));

        // The editor also needs to be initialized later so the Async executor can work.

        #[cfg(feature = "editor")]
        {
            *wrapper.editor.borrow_mut() = wrapper
                .plugin
                .try_lock()
                .unwrap()
                .editor(nice_plug_core::context::gui::AsyncExecutor::new(
                    Arc::new({
                        let (wrapper, is_alive) = wrapper.weak();
                        move |task| {
                            let is_alive = is_alive.read_recursive();
                            let wrapper = is_alive.then(|| wrapper.upgrade()).flatten();
                            let Some(wrapper) = wrapper else { return };

                            let task_posted = wrapper.schedule_background(Task::PluginTask(task));
                            crate::nice_debug_assert!(
                                task_posted,
                                "The task queue is full, dropping task..."
                            );
                        }
                    }),
                    Arc::new({
                        let (wrapper, is_alive) = wrapper.weak();
                        move |task| {
                            let is_alive = is_alive.read_recursive();
                            let wrapper = is_alive.then(|| wrapper.upgrade()).flatten();
                            let Some(wrapper) = wrapper else { return };

                            let task_posted = wrapper.schedule_gui(Task::PluginTask(task));
                            crate::nice_debug_assert!(
                                task_posted,
                                "The task queue is full, dropping task..."
                            );
                        }
                    }),
                )
                .with_mark_dirty(Arc::new({
                    let (wrapper, is_alive) = wrapper.weak();
                    move || {
                        let is_alive = is_alive.read_recursive();
                        if let Some(wrapper) = is_alive.then(|| wrapper.upgrade()).flatten() {
                            wrapper.mark_dirty();
                        }
                    }
                })))
                .map(|editor| Arc::new(Mutex::new(editor)));
        }

        // What is saved if the very first saving fails
        wrapper.guard("the first state", (), || {
            if let Ok(state) = wrapper.serialize() {
                *wrapper.last_state.lock() = state;
            }
        });

        wrapper
    }

    /// A way to the instance for other threads, to be used under the lock that comes with it.
    #[cfg(feature = "editor")]
    pub fn weak(self: &Arc<Self>) -> (Weak<Self>, Arc<RwLock<bool>>) {
        (Arc::downgrade(self), Arc::clone(&self.is_alive))
    }

    #[cfg(feature = "editor")]
    pub fn make_gui_context(self: Arc<Self>) -> GuiContext {
        let (inner, is_alive) = self.weak();
        GuiContext::new(Arc::new(WrapperGuiContext {
            inner,
            is_alive,
            #[cfg(debug_assertions)]
            param_gesture_checker: Default::default(),
        }))
    }

    /// # Note
    ///
    /// The lock on the plugin must be dropped before this object is dropped to avoid deadlocks
    /// caused by reentrant function calls.
    pub fn make_activate_context(&self) -> WrapperActivateContext<'_, P> {
        WrapperActivateContext {
            inner: self,
            pending_requests: Default::default(),
        }
    }

    pub fn make_process_context<'a>(
        &'a self,
        transport: Transport,
        host_out_events: Option<ComRef<'a, IEventList>>,
        total_buffer_len: usize,
        current_sample_idx: usize,
    ) -> WrapperProcessContext<'a, P> {
        WrapperProcessContext {
            inner: self,
            input_events_guard: self.input_note_events.borrow_mut(),
            transport,
            host_out_events,
            total_buffer_len: total_buffer_len as u32,
            current_sample_idx: current_sample_idx as u32,
        }
    }

    /// Posts the task to the background task queue using [`EventLoop::schedule_background()`] so it
    /// can be run in the background without blocking either the GUI or the audio thread.
    ///
    /// If the task queue is full, then this will return false.
    #[must_use]
    pub fn schedule_background(&self, task: Task<P>) -> bool {
        let event_loop = self.event_loop.borrow();
        let event_loop = event_loop.as_ref().unwrap();
        event_loop.schedule_background(task)
    }

    /// Runs a host call; what it answers if it panics is `fallback`.
    pub fn guard<T>(&self, name: &'static str, fallback: T, call: impl FnOnce() -> T) -> T {
        guard(name, Some(&self.panic_hook), call).unwrap_or(fallback)
    }

    /// The host's component handler, if it has given one. Not held while the host is called: it may call
    /// back.
    pub fn component_handler(&self) -> Option<ComPtr<IComponentHandler>> {
        self.component_handler.lock().clone()
    }

    /// The editor's window, on the thread that opened it and while it is neither being opened nor closed.
    #[cfg(feature = "editor")]
    pub fn with_open_editor<T>(
        &self,
        f: impl FnOnce(&SpawnedEditor<<P::Editor as Editor>::Handle>) -> T,
    ) -> Option<T> {
        let window = self.editor_window.try_borrow().ok()?;
        let editor = window.as_ref()?.try_get().ok()?;
        Some(f(editor))
    }

    /// Asks the host for a window of this size. On the main thread; false if there is no window or the
    /// host does not want to.
    #[cfg(feature = "editor")]
    pub fn request_resize(&self, size: NativeSize<u32>) -> bool {
        use vst3::Steinberg::IPlugFrameTrait;

        // The host calls `onSize()` from within.
        let Some((view, frame)) = self.open_view.lock().as_ref().and_then(OpenView::get) else {
            return false;
        };
        let mut rect = ViewRect {
            left: 0,
            top: 0,
            right: size.width as i32,
            bottom: size.height as i32,
        };
        unsafe { frame.resizeView(view.as_ptr(), &mut rect) == kResultOk }
    }

    /// Get a parameter's ID based on a `ParamPtr`. Used in the `GuiContext` implementation for the
    /// gesture checks.
    #[allow(unused)]
    pub fn param_id_from_ptr(&self, param: ParamPtr) -> Option<&str> {
        self.param_ptr_to_hash
            .get(&param)
            .and_then(|hash| self.param_id_by_hash.get(hash))
            .map(|s| s.as_str())
    }

    /// Convenience function for setting a value for a parameter as triggered by a VST3 parameter
    /// update. The same rate is for updating parameter smoothing. Whether the editor is told is for the
    /// caller to say: on the audio thread only where the plugin wants that, since it wakes another thread.
    ///
    /// After calling this function, you should call
    /// [`notify_param_values_changed()`][Self::notify_param_values_changed()] to allow the editor
    /// to update itself. This needs to be done separately so you can process parameter changes in
    /// batches.
    pub fn set_normalized_value_by_hash(
        &self,
        hash: u32,
        normalized_value: f32,
        sample_rate: Option<f32>,
        notifies_editor: bool,
    ) -> tresult {
        if !normalized_value.is_finite() {
            return kInvalidArgument;
        }
        let normalized_value = normalized_value.clamp(0.0, 1.0);

        match self.param_by_hash.get(&hash) {
            Some(param_ptr) => {
                if unsafe { param_ptr._internal_set_normalized_value(normalized_value) } {
                    if let Some(sample_rate) = sample_rate {
                        unsafe { param_ptr._internal_update_smoother(sample_rate, false) };
                    }

                    #[cfg(not(feature = "editor"))]
                    let _ = notifies_editor;
                    #[cfg(feature = "editor")]
                    if notifies_editor {
                        let task_posted =
                            self.schedule_gui(Task::ParameterValueChanged(hash, normalized_value));
                        crate::nice_debug_assert!(
                            task_posted,
                            "The task queue is full, dropping task..."
                        );
                    }
                }

                kResultOk
            }
            _ => kInvalidArgument,
        }
    }

    /// Sets a parameter for host or editor outside of `process()`: at once if the plugin is not processing
    /// audio. Otherwise the host brings the value with one of the next blocks, for the sample that it is
    /// meant for, and until then it is kept for those who ask.
    pub fn set_outside_process(&self, hash: u32, normalized_value: f32) -> tresult {
        if !normalized_value.is_finite() || !self.param_by_hash.contains_key(&hash) {
            return kInvalidArgument;
        }
        let normalized_value = normalized_value.clamp(0.0, 1.0);

        // Noted in any case, so that nothing is lost if the plugin stops processing right now.
        self.host_values.set(hash, normalized_value);
        if !self.is_processing.load(Ordering::SeqCst) {
            self.apply_host_value(hash, true);
        }
        kResultOk
    }

    /// What waits for a block need not wait any more: the plugin does not process audio.
    pub fn apply_host_values(&self, notifies_editor: bool) {
        for hash in &self.param_hashes {
            self.apply_host_value(*hash, notifies_editor);
        }
    }

    fn apply_host_value(&self, hash: u32, notifies_editor: bool) {
        if let Some(normalized_value) = self.host_values.take(hash) {
            let sample_rate = self.current_buffer_config.load().map(|c| c.sample_rate);
            self.set_normalized_value_by_hash(hash, normalized_value, sample_rate, notifies_editor);
        }
    }

    /// A parameter's value as the host knows it.
    pub fn normalized_value(&self, hash: u32) -> Option<f32> {
        let param_ptr = self.param_by_hash.get(&hash)?;
        let waiting = self.host_values.get(hash);
        // As it will be once it is set, which is what the state has.
        let waiting = waiting.map(|normalized| unsafe { param_ptr.value_once_set(normalized) });
        Some(waiting.unwrap_or_else(|| unsafe { param_ptr.modulated_normalized_value() }))
    }

    /// The state as the host is to store it, with the values that have not come to the processor yet.
    pub fn serialize(&self) -> anyhow::Result<Vec<u8>> {
        state::encode_object(&self.get_state_object())
    }

    /// Keeps the present state as the last good one, if it can be said.
    pub fn keep_state(&self) {
        match self.guard("save", None, || Some(self.serialize())) {
            Some(Ok(bytes)) => *self.last_state.lock() = bytes,
            Some(Err(err)) => crate::nice_error!("Could not save state: {:#}", err),
            None => (),
        }
    }

    /// Loads the last good state, after loading another one has failed half way.
    pub fn restore_last_state(&self) {
        let bytes = self.last_state.lock().clone();
        self.guard("safe answer", (), || {
            if let Some(mut state) = unsafe { state::deserialize_json::<P>(&bytes) } {
                self.set_state_inner(&mut state);
            }
        });
    }

    /// Get the plugin's state object, may be called by the plugin's GUI as part of its own preset
    /// management.
    pub fn get_state_object(&self) -> PluginState {
        let mut state = unsafe {
            state::serialize_object::<P>(
                self.params.clone(),
                state::make_params_iter(&self.param_by_hash, &self.param_id_to_hash),
            )
        };
        for (hash, normalized) in self.host_values.iter() {
            let value = unsafe { state::param_value(self.param_by_hash[&hash], normalized) };
            state
                .params
                .insert(self.param_id_by_hash[&hash].clone(), value);
        }
        P::filter_saved_state(&mut state);
        state
    }

    /// Update the plugin's internal state, called by the plugin itself from the GUI thread. Parameters are
    /// atomic, so this is done at once, also while the plugin is processing, just as when the host loads a
    /// state.
    #[cfg(feature = "editor")]
    pub fn set_state_object_from_gui(&self, mut state: PluginState) {
        self.set_state_inner(&mut state);
        self.tell_parameters_changed();
    }

    /// From an activation: the host asks for the latency once it is over, so nothing more is to be said.
    pub fn set_latency_of_activation(&self, samples: u32) {
        self.current_latency.store(samples, Ordering::SeqCst);
    }

    pub fn set_latency_samples(&self, samples: u32) {
        // Only trigger a restart if it's actually needed
        let old_latency = self.current_latency.swap(samples, Ordering::SeqCst);
        if old_latency != samples {
            self.request_restart();
        }
    }

    /// Immediately set the plugin state. Returns `false` if the deserialization failed. The plugin
    /// state is set from a couple places, so this function aims to deduplicate that. Never called from
    /// the audio thread.
    ///
    /// Implicitly emits `Task::ParameterValuesChanged`.
    ///
    /// # Notes
    ///
    /// `self.plugin` must _not_ be locked while calling this function or it will deadlock.
    pub fn set_state_inner(&self, state: &mut PluginState) -> bool {
        let success = unsafe {
            state::deserialize_object::<P>(
                state,
                self.params.clone(),
                state::make_params_getter(&self.param_by_hash, &self.param_id_to_hash),
                self.current_buffer_config.load().as_ref(),
            )
        };
        if !success {
            crate::nice_debug_assert_failure!(
                "Deserializing plugin state from a state object failed"
            );
            return false;
        }
        // What was set before is history.
        self.host_values.clear();

        #[cfg(feature = "editor")]
        {
            // Reinitialize the plugin after loading state so it can respond to the new parameter values
            let task_posted = self.schedule_gui(Task::StateChanged);
            crate::nice_debug_assert!(task_posted, "The task queue is full, dropping task...");
        }

        success
    }
}

impl<P: Vst3Plugin> MainThreadExecutor<Task<P>> for WrapperInner<P> {
    fn panic_hook(&self) -> Option<PanicHook> {
        Some(Arc::clone(&self.panic_hook))
    }

    fn execute(&self, task: Task<P>, _is_gui_thread: bool) {
        // Plugin tasks may also come from the background thread
        match task {
            Task::PluginTask(task) => (self.task_executor)(task),
            #[cfg(feature = "editor")]
            Task::StateChanged => {
                use nice_plug_core::editor::EditorHandle;

                self.with_open_editor(|editor| editor.handle.state_changed());
            }
            #[cfg(feature = "editor")]
            Task::ParameterValueChanged(param_hash, normalized_value) => {
                use nice_plug_core::editor::EditorHandle;

                self.with_open_editor(|editor| {
                    let param_id = &self.param_id_by_hash[&param_hash];
                    editor
                        .handle
                        .param_value_changed(param_id, normalized_value);
                });
            }
            Task::TellHost => {
                #[cfg(feature = "editor")]
                self.tell_edits();
                self.tell_host();
            }
            #[cfg(feature = "editor")]
            Task::RequestResize { size, scale_factor } => {
                let size = NativeSize::from_size(size, scale_factor);
                if !self.request_resize(size) {
                    crate::nice_debug_assert_failure!("The host denied to resize the window");
                }
            }
            #[cfg(feature = "editor")]
            Task::CallMainThread => {
                use nice_plug_core::editor::EditorHandle;

                self.with_open_editor(|editor| {
                    editor.handle.host_main_thread_callback(&editor.window)
                });
            }
        }
    }
}
