use nice_plug_core::audio_setup::{BufferConfig, ProcessMode};
#[cfg(feature = "editor")]
use nice_plug_core::editor::Editor;
use nice_plug_core::midi::MidiConfig;
use nice_plug_core::params::ParamFlags;
use nice_plug_core::params::internals::ParamPtr;
use std::mem::{self, ManuallyDrop};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use vst3::Steinberg::Vst::{
    BusDirection, CString,
    ChannelContext::{IInfoListener, IInfoListenerTrait},
    CtrlNumber,
    IAttributeList, IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentHandler,
    IComponentTrait, IEditController, IEditControllerTrait, IMidiMapping,
    IMidiMappingTrait, INoteExpressionController, INoteExpressionControllerTrait,
    IProcessContextRequirements,
    IProcessContextRequirements_, IProcessContextRequirementsTrait, IUnitInfo, IUnitInfoTrait,
    IoMode, MediaType, NoteExpressionTypeID, NoteExpressionTypeInfo, NoteExpressionValue,
    NoteExpressionValueDescription, ParamID, ParamValue, ParameterInfo,
    ParameterInfo_::ParameterFlags_,
    ProcessData, ProcessModes_, ProcessSetup, ProgramListID, ProgramListInfo, SpeakerArrangement,
    String128, TChar, UnitID, UnitInfo, kNoParamId, kNoParentUnitId, kNoProgramListId, kRootUnitId,
};
use vst3::Steinberg::{
    FIDString, FUnknown, IBStream, IPlugView, IPluginBaseTrait, TBool, TUID, int16,
    int32, kInvalidArgument, kNoInterface, kResultFalse, kResultOk, tresult, uint32,
};
use vst3::{Class, ComRef};
use widestring::U16CStr;

use super::inner::WrapperInner;
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
use super::main_thread::MainLoop;
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
use vst3::Steinberg::Linux::IRunLoop;
use super::note_expressions;
use super::util::{VST3_MIDI_CCS, VST3_MIDI_NUM_PARAMS, VST3_MIDI_PARAMS_START, u16strlcpy};
use super::util::VST3_MIDI_CHANNELS;
use crate::util::permit_alloc;
use crate::wrapper::state;
use super::stream;
use crate::wrapper::util::fault::fault_point;
use crate::wrapper::util::guard::guard;
use crate::wrapper::util::process_wrapper;
use crate::wrapper::vst3::Vst3Plugin;

#[allow(clippy::unnecessary_cast)]
pub(super) const K_SYMBOLIC_SAMPLE_SIZE_32: i32 =
    vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32 as i32;
#[allow(clippy::unnecessary_cast)]
pub(super) const K_SYMBOLIC_SAMPLE_SIZE_64: i32 =
    vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample64 as i32;
#[allow(clippy::unnecessary_cast)]
const K_MEDIA_TYPE_AUDIO: i32 = vst3::Steinberg::Vst::MediaTypes_::kAudio as i32;
#[allow(clippy::unnecessary_cast)]
const K_MEDIA_TYPE_EVENT: i32 = vst3::Steinberg::Vst::MediaTypes_::kEvent as i32;
#[allow(clippy::unnecessary_cast)]
const K_BUS_DIRECTION_INPUT: i32 = vst3::Steinberg::Vst::BusDirections_::kInput as i32;
#[allow(clippy::unnecessary_cast)]
const K_BUS_DIRECTION_OUTPUT: i32 = vst3::Steinberg::Vst::BusDirections_::kOutput as i32;
#[allow(clippy::unnecessary_cast)]
const K_BUS_TYPE_MAIN: i32 = vst3::Steinberg::Vst::BusTypes_::kMain as i32;
#[allow(clippy::unnecessary_cast)]
const K_BUS_TYPE_AUX: i32 = vst3::Steinberg::Vst::BusTypes_::kAux as i32;

pub struct Wrapper<P: Vst3Plugin> {
    /// Dropped by hand, so that a panic does not leave the host's last `release()`.
    inner: ManuallyDrop<Arc<WrapperInner<P>>>,
}

impl<P: Vst3Plugin> Class for Wrapper<P> {
    type Interfaces = (
        IComponent,
        IEditController,
        IAudioProcessor,
        IMidiMapping,
        INoteExpressionController,
        IProcessContextRequirements,
        IUnitInfo,
        IInfoListener,
    );
}

impl<P: Vst3Plugin> Wrapper<P> {
    pub fn new() -> Self {
        Self {
            inner: ManuallyDrop::new(WrapperInner::new()),
        }
    }
}

impl<P: Vst3Plugin> Default for Wrapper<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Vst3Plugin> Drop for Wrapper<P> {
    fn drop(&mut self) {
        let hook = Arc::clone(&self.inner.panic_hook);
        // SAFETY: Nothing uses it after this.
        let inner = unsafe { ManuallyDrop::take(&mut self.inner) };
        guard("destroy", Some(&hook), move || {
            // Whoever asks for something right now is through in no time, and nobody can ask any more
            *inner.is_alive.write() = false;
            drop(inner);
        });
    }
}

impl<P: Vst3Plugin> IPluginBaseTrait for Wrapper<P> {
    unsafe fn initialize(&self, context: *mut FUnknown) -> tresult {
        self.inner.guard("IPluginBase::initialize", kResultFalse, || {
            self.inner.note_main_thread();
            // Where the host's context lends its run loop, the main thread can be reached without a view.
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            {
                let context = unsafe { ComRef::from_raw(context) };
                let main_loop = context
                    .and_then(|context| context.cast::<IRunLoop>())
                    .and_then(|run_loop| MainLoop::new(&self.inner, run_loop));
                let old_main_loop =
                    mem::replace(&mut *self.inner.context_main_loop.lock(), main_loop);
                drop(old_main_loop);
            }
            #[cfg(not(all(target_family = "unix", not(target_os = "macos"))))]
            let _ = context;

            kResultOk
        })
    }

    unsafe fn terminate(&self) -> tresult {
        self.inner.guard("IPluginBase::terminate", kResultFalse, || {
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            {
                let main_loop = self.inner.context_main_loop.lock().take();
                drop(main_loop);
            }
            // The host's objects may be gone after this.
            let handler = self.inner.component_handler.lock().take();
            drop(handler);

            kResultOk
        })
    }
}

impl<P: Vst3Plugin> IComponentTrait for Wrapper<P> {
    unsafe fn getControllerClassId(&self, _class_id: *mut TUID) -> tresult {
        // We won't separate the edit controller to keep the implementation a bit smaller
        kNoInterface
    }

    unsafe fn setIoMode(&self, _mode: IoMode) -> tresult {
        self.inner.guard("IComponent::setIoMode", kResultFalse, || {
            // Not quite sure what the point of this is when the processing setup also receives similar
            // information
            kResultOk
        })
    }

    unsafe fn getBusCount(
        &self,
        type_: vst3::Steinberg::Vst::MediaType,
        dir: vst3::Steinberg::Vst::BusDirection,
    ) -> int32 {
        self.inner.guard("IComponent::getBusCount", 0, || {
            let current_audio_io_layout = self.inner.current_audio_io_layout.load();

            // A plugin has a main input and output bus if the default number of channels is non-zero,
            // and a plugin can also have auxiliary input and output busses
            match type_ {
                x if x == K_MEDIA_TYPE_AUDIO && dir == K_BUS_DIRECTION_INPUT => {
                    let main_busses = if current_audio_io_layout.main_input_channels.is_some() {
                        1
                    } else {
                        0
                    };
                    let aux_busses = current_audio_io_layout.aux_input_ports.len() as i32;

                    main_busses + aux_busses
                }
                x if x == K_MEDIA_TYPE_AUDIO && dir == K_BUS_DIRECTION_OUTPUT => {
                    let main_busses = if current_audio_io_layout.main_output_channels.is_some() {
                        1
                    } else {
                        0
                    };
                    let aux_busses = current_audio_io_layout.aux_output_ports.len() as i32;

                    main_busses + aux_busses
                }
                x if x == K_MEDIA_TYPE_EVENT
                    && dir == K_BUS_DIRECTION_INPUT
                    && P::MIDI_INPUT >= MidiConfig::Basic =>
                {
                    1
                }
                x if x == K_MEDIA_TYPE_EVENT
                    && dir == K_BUS_DIRECTION_OUTPUT
                    && P::MIDI_OUTPUT >= MidiConfig::Basic =>
                {
                    1
                }
                _ => 0,
            }
        })
    }

    unsafe fn getBusInfo(
        &self,
        type_: vst3::Steinberg::Vst::MediaType,
        dir: vst3::Steinberg::Vst::BusDirection,
        index: int32,
        info: *mut vst3::Steinberg::Vst::BusInfo,
    ) -> tresult {
        self.inner.guard("IComponent::getBusInfo", kResultFalse, || {
            check_null_ptr!(info);

            let current_audio_io_layout = self.inner.current_audio_io_layout.load();

            match (type_, dir, index) {
                (t, d, _) if t == K_MEDIA_TYPE_AUDIO && d == K_BUS_DIRECTION_INPUT => {
                    unsafe { *info = mem::zeroed() };

                    let info = unsafe { &mut *info };
                    info.mediaType = K_MEDIA_TYPE_AUDIO;
                    info.direction = dir;
                    #[allow(clippy::unnecessary_cast)]
                    {
                        info.flags = vst3::Steinberg::Vst::BusInfo_::BusFlags_::kDefaultActive as u32;
                    }

                    let has_main_input = current_audio_io_layout.main_input_channels.is_some();
                    let aux_input_start_idx = if has_main_input { 1 } else { 0 };
                    let aux_input_idx = (index - aux_input_start_idx).max(0) as usize;
                    if index == 0 && has_main_input {
                        info.busType = K_BUS_TYPE_MAIN;
                        info.channelCount =
                            current_audio_io_layout.main_input_channels.unwrap().get() as i32;
                        u16strlcpy(&mut info.name, &current_audio_io_layout.main_input_name());

                        kResultOk
                    } else if aux_input_idx < current_audio_io_layout.aux_input_ports.len() {
                        info.busType = K_BUS_TYPE_AUX;
                        info.channelCount =
                            current_audio_io_layout.aux_input_ports[aux_input_idx].get() as i32;
                        u16strlcpy(
                            &mut info.name,
                            &current_audio_io_layout
                                .aux_input_name(aux_input_idx)
                                .expect("Out of bounds auxiliary input port"),
                        );

                        kResultOk
                    } else {
                        kInvalidArgument
                    }
                }
                (t, d, _) if t == K_MEDIA_TYPE_AUDIO && d == K_BUS_DIRECTION_OUTPUT => {
                    unsafe { *info = mem::zeroed() };

                    let info = unsafe { &mut *info };
                    info.mediaType = K_MEDIA_TYPE_AUDIO;
                    info.direction = dir;
                    #[allow(clippy::unnecessary_cast)]
                    {
                        info.flags = vst3::Steinberg::Vst::BusInfo_::BusFlags_::kDefaultActive as u32;
                    }

                    let has_main_output = current_audio_io_layout.main_output_channels.is_some();
                    let aux_output_start_idx = if has_main_output { 1 } else { 0 };
                    let aux_output_idx = (index - aux_output_start_idx).max(0) as usize;
                    if index == 0 && has_main_output {
                        info.busType = K_BUS_TYPE_MAIN;
                        // NOTE: See above, this becomes a 0 channel output if the plugin doesn't have a
                        //       main output
                        info.channelCount = current_audio_io_layout
                            .main_output_channels
                            .map(NonZeroU32::get)
                            .unwrap_or_default() as i32;
                        u16strlcpy(&mut info.name, &current_audio_io_layout.main_output_name());

                        kResultOk
                    } else if aux_output_idx < current_audio_io_layout.aux_output_ports.len() {
                        info.busType = K_BUS_TYPE_AUX;
                        info.channelCount =
                            current_audio_io_layout.aux_output_ports[aux_output_idx].get() as i32;
                        u16strlcpy(
                            &mut info.name,
                            &current_audio_io_layout
                                .aux_output_name(aux_output_idx)
                                .expect("Out of bounds auxiliary output port"),
                        );

                        kResultOk
                    } else {
                        kInvalidArgument
                    }
                }
                (t, d, 0)
                    if t == K_MEDIA_TYPE_EVENT
                        && d == K_BUS_DIRECTION_INPUT
                        && P::MIDI_INPUT >= MidiConfig::Basic =>
                {
                    unsafe { *info = mem::zeroed() };

                    let info = unsafe { &mut *info };
                    info.mediaType = K_MEDIA_TYPE_EVENT;
                    info.direction = K_BUS_DIRECTION_INPUT;
                    info.channelCount = 16;
                    u16strlcpy(&mut info.name, "Note Input");
                    info.busType = K_BUS_TYPE_MAIN;
                    #[allow(clippy::unnecessary_cast)]
                    {
                        info.flags = vst3::Steinberg::Vst::BusInfo_::BusFlags_::kDefaultActive as u32;
                    }
                    kResultOk
                }
                (t, d, 0)
                    if t == K_MEDIA_TYPE_EVENT
                        && d == K_BUS_DIRECTION_OUTPUT
                        && P::MIDI_OUTPUT >= MidiConfig::Basic =>
                {
                    unsafe { *info = mem::zeroed() };

                    let info = unsafe { &mut *info };
                    info.mediaType = K_MEDIA_TYPE_EVENT;
                    info.direction = K_BUS_DIRECTION_OUTPUT;
                    info.channelCount = 16;
                    u16strlcpy(&mut info.name, "Note Output");
                    info.busType = K_BUS_TYPE_MAIN;
                    #[allow(clippy::unnecessary_cast)]
                    {
                        info.flags = vst3::Steinberg::Vst::BusInfo_::BusFlags_::kDefaultActive as u32;
                    }
                    kResultOk
                }
                _ => kInvalidArgument,
            }
        })
    }

    unsafe fn getRoutingInfo(
        &self,
        in_info: *mut vst3::Steinberg::Vst::RoutingInfo,
        out_info: *mut vst3::Steinberg::Vst::RoutingInfo,
    ) -> tresult {
        self.inner.guard("IComponent::getRoutingInfo", kResultFalse, || {
            check_null_ptr!(in_info, out_info);

            let current_audio_io_layout = self.inner.current_audio_io_layout.load();

            unsafe { *out_info = mem::zeroed() };

            let in_info = unsafe { &*in_info };
            let out_info = unsafe { &mut *out_info };
            match (in_info.mediaType, in_info.busIndex) {
                (t, 0)
                    if t == K_MEDIA_TYPE_AUDIO
                        // We only have an IO pair when the plugin has both a main input and a main output
                        && current_audio_io_layout.main_input_channels.is_some()
                        && current_audio_io_layout.main_output_channels.is_some() =>
                {
                    out_info.mediaType = K_MEDIA_TYPE_AUDIO;
                    out_info.busIndex = in_info.busIndex;
                    out_info.channel = in_info.channel;

                    kResultOk
                }
                (t, 0)
                    if t == K_MEDIA_TYPE_EVENT
                        && P::MIDI_INPUT >= MidiConfig::Basic
                        && P::MIDI_OUTPUT >= MidiConfig::Basic =>
                {
                    out_info.mediaType = K_MEDIA_TYPE_EVENT;
                    out_info.busIndex = in_info.busIndex;
                    out_info.channel = in_info.channel;

                    kResultOk
                }
                _ => kResultFalse,
            }
        })
    }

    unsafe fn activateBus(
        &self,
        type_: vst3::Steinberg::Vst::MediaType,
        dir: vst3::Steinberg::Vst::BusDirection,
        index: int32,
        _state: TBool,
    ) -> tresult {
        self.inner.guard("IComponent::activateBus", kResultFalse, || {
            let current_audio_io_layout = self.inner.current_audio_io_layout.load();

            // We don't support this, but the validator will get very angry with us if we let it know
            // that
            match (type_, dir, index) {
                (t, d, _) if t == K_MEDIA_TYPE_AUDIO && d == K_BUS_DIRECTION_INPUT => {
                    let main_busses = if current_audio_io_layout.main_input_channels.is_some() {
                        1
                    } else {
                        0
                    };
                    let aux_busses = current_audio_io_layout.aux_input_ports.len() as i32;

                    if (0..main_busses + aux_busses).contains(&index) {
                        kResultOk
                    } else {
                        kInvalidArgument
                    }
                }
                (t, d, _) if t == K_MEDIA_TYPE_AUDIO && d == K_BUS_DIRECTION_OUTPUT => {
                    let main_busses = if current_audio_io_layout.main_output_channels.is_some() {
                        1
                    } else {
                        0
                    };
                    let aux_busses = current_audio_io_layout.aux_output_ports.len() as i32;

                    if (0..main_busses + aux_busses).contains(&index) {
                        kResultOk
                    } else {
                        kInvalidArgument
                    }
                }
                (t, d, 0)
                    if t == K_MEDIA_TYPE_EVENT
                        && d == K_BUS_DIRECTION_INPUT
                        && P::MIDI_INPUT >= MidiConfig::Basic =>
                {
                    kResultOk
                }
                (t, d, 0)
                    if t == K_MEDIA_TYPE_EVENT
                        && d == K_BUS_DIRECTION_OUTPUT
                        && P::MIDI_OUTPUT >= MidiConfig::Basic =>
                {
                    kResultOk
                }
                _ => kInvalidArgument,
            }
        })
    }

    unsafe fn setActive(&self, state: TBool) -> tresult {
        self.inner.guard("IComponent::setActive", kResultFalse, || {
            // We could call activate in `IAudioProcessor::setup_processing()`, but REAPER will set
            // the bus arrangements between that function and this function. So to be able to handle
            // custom channel layout overrides we need to activate here.
            if state != 0 {
                self.inner.activate()
            } else {
                self.inner.deactivate();
                kResultOk
            }
        })
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        self.inner.guard("IComponent::setState", kResultFalse, || {
            check_null_ptr!(state);

            // What was changed before is told before.
            self.inner.run_main_thread();

            let Some(bytes) = (unsafe { stream::read_to_end(state) }) else {
                return kResultFalse;
            };
            let Some(mut state) = (unsafe { state::deserialize_json::<P>(&bytes) }) else {
                return kResultFalse;
            };

            // What is there now is what stays if loading fails half way.
            self.inner.keep_state();
            let is_loaded = self.inner.guard("load", false, || {
                let is_loaded = self.inner.set_state_inner(&mut state);
                fault_point("IComponent::setState: after the plugin");
                is_loaded
            });
            if !is_loaded {
                self.inner.restore_last_state();
                return kResultFalse;
            }
            crate::nice_trace!("Loaded state ({} bytes)", bytes.len());
            *self.inner.last_state.lock() = bytes;
            kResultOk
        })
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        // If the plugin fails now, what it gave before is better than nothing.
        self.inner.guard("a task on the main thread", (), || {
            self.inner.run_main_thread_if_unreachable();
        });
        self.inner.keep_state();
        self.inner.guard("IComponent::getState", kResultFalse, || {
            check_null_ptr!(state);

            let bytes = self.inner.last_state.lock().clone();
            if !bytes.is_empty() && unsafe { stream::write_all(state, &bytes) } {
                crate::nice_trace!("Saved state ({} bytes)", bytes.len());
                kResultOk
            } else {
                kResultFalse
            }
        })
    }
}

impl<P: Vst3Plugin> IEditControllerTrait for Wrapper<P> {
    unsafe fn setComponentState(&self, _state: *mut IBStream) -> tresult {
        // We have a single file component, so we don't need to do anything here
        kResultOk
    }

    unsafe fn setState(&self, _state: *mut IBStream) -> tresult {
        self.inner.guard("IEditController::setState", kResultFalse, || {
            // We don't store any separate state here. The plugin's state will have been restored
            // through the component. Calling that same function here will likely lead to duplicate
            // state restores
            kResultOk
        })
    }

    unsafe fn getState(&self, _state: *mut IBStream) -> tresult {
        // Same for this function
        kResultOk
    }

    unsafe fn getParameterCount(&self) -> int32 {
        self.inner.guard("IEditController::getParameterCount", 0, || {
            // We need to add a whole bunch of parameters if the plugin accepts MIDI CCs
            if P::MIDI_INPUT >= MidiConfig::MidiCCs {
                self.inner.param_hashes.len() as i32 + VST3_MIDI_NUM_PARAMS as i32
            } else {
                self.inner.param_hashes.len() as i32
            }
        })
    }

    unsafe fn getParameterInfo(&self, param_index: int32, info: *mut ParameterInfo) -> tresult {
        self.inner.guard("IEditController::getParameterInfo", kResultFalse, || {
            check_null_ptr!(info);

            if param_index < 0 || param_index >= unsafe { self.getParameterCount() } {
                return kInvalidArgument;
            }

            unsafe { *info = std::mem::zeroed() };
            let info = unsafe { &mut *info };

            // If the parameter is a generated MIDI CC/channel pressure/pitch bend then it needs to be
            // handled separately
            let num_actual_params = self.inner.param_hashes.len() as i32;
            if P::MIDI_INPUT >= MidiConfig::MidiCCs && param_index >= num_actual_params {
                let midi_param_relative_idx = (param_index - num_actual_params) as u32;
                // This goes up to 130 for the 128 CCs followed by channel pressure and pitch bend
                let midi_cc = midi_param_relative_idx % VST3_MIDI_CCS;
                let midi_channel = midi_param_relative_idx / VST3_MIDI_CCS;
                let name = match midi_cc {
                    // kAfterTouch
                    128 => format!("MIDI Ch. {} Channel Pressure", midi_channel + 1),
                    // kPitchBend
                    129 => format!("MIDI Ch. {} Pitch Bend", midi_channel + 1),
                    n => format!("MIDI Ch. {} CC {}", midi_channel + 1, n),
                };

                info.id = VST3_MIDI_PARAMS_START + midi_param_relative_idx;
                u16strlcpy(&mut info.title, &name);
                u16strlcpy(&mut info.shortTitle, &name);
                info.flags = ParameterFlags_::kIsReadOnly | (1 << 4); // kIsHidden
            } else {
                let param_hash = &self.inner.param_hashes[param_index as usize];
                let param_unit = &self
                    .inner
                    .param_units
                    .get_vst3_unit_id(*param_hash)
                    .expect("Inconsistent parameter data");
                let param_ptr = &self.inner.param_by_hash[param_hash];
                let default_value = unsafe { param_ptr.default_normalized_value() };
                let flags = unsafe { param_ptr.flags() };
                let automatable = !flags.contains(ParamFlags::NON_AUTOMATABLE);
                let hidden = flags.contains(ParamFlags::HIDDEN);
                let is_bypass = flags.contains(ParamFlags::BYPASS);

                info.id = *param_hash;
                u16strlcpy(&mut info.title, unsafe { param_ptr.name() });
                u16strlcpy(&mut info.shortTitle, unsafe { param_ptr.name() });
                u16strlcpy(&mut info.units, unsafe { param_ptr.unit() });
                info.stepCount = unsafe { param_ptr.step_count().unwrap_or(0) } as i32;
                info.defaultNormalizedValue = default_value as f64;
                info.unitId = *param_unit;
                info.flags = 0;
                if automatable && !hidden {
                    info.flags |= ParameterFlags_::kCanAutomate;
                }
                if hidden {
                    info.flags |= ParameterFlags_::kIsReadOnly | (1 << 4); // kIsHidden
                }
                if is_bypass {
                    info.flags |= ParameterFlags_::kIsBypass;
                }
                // Without this, hosts show a list of two as a switch, and its texts not at all
                let is_list = matches!(param_ptr, ParamPtr::EnumParam(_))
                    || flags.contains(ParamFlags::LIST);
                if is_list {
                    info.flags |= ParameterFlags_::kIsList;
                }
            }

            kResultOk
        })
    }

    unsafe fn getParamStringByValue(
        &self,
        id: ParamID,
        value_normalized: ParamValue,
        string: *mut String128,
    ) -> tresult {
        self.inner.guard("IEditController::getParamStringByValue", kResultFalse, || {
            check_null_ptr!(string);

            let dest = unsafe { &mut *(string) };

            // TODO: We don't implement these methods at all for our generated MIDI CC parameters,
            //       should be fine right? They should be hidden anyways.
            match self.inner.param_by_hash.get(&id) {
                Some(param_ptr) => {
                    unsafe {
                        u16strlcpy(
                            dest,
                            &param_ptr.normalized_value_to_string(value_normalized as f32, false),
                        );
                    }

                    kResultOk
                }
                _ => kInvalidArgument,
            }
        })
    }

    unsafe fn getParamValueByString(
        &self,
        id: ParamID,
        string: *mut TChar,
        value_normalized: *mut ParamValue,
    ) -> tresult {
        self.inner.guard("IEditController::getParamValueByString", kResultFalse, || {
            check_null_ptr!(string, value_normalized);

            let string = match unsafe { U16CStr::from_ptr_str(string as *const u16).to_string() } {
                Ok(s) => s,
                Err(_) => return kInvalidArgument,
            };

            match self.inner.param_by_hash.get(&id) {
                Some(param_ptr) => {
                    let value = match unsafe { param_ptr.string_to_normalized_value(&string) } {
                        Some(v) => v as f64,
                        None => return kResultFalse,
                    };
                    unsafe { *value_normalized = value };

                    kResultOk
                }
                _ => kInvalidArgument,
            }
        })
    }

    unsafe fn normalizedParamToPlain(
        &self,
        id: ParamID,
        value_normalized: ParamValue,
    ) -> ParamValue {
        self.inner.guard("IEditController::normalizedParamToPlain", value_normalized, || {
            match self.inner.param_by_hash.get(&id) {
                Some(param_ptr) => unsafe { param_ptr.preview_plain(value_normalized as f32) as f64 },
                _ => value_normalized,
            }
        })
    }

    unsafe fn plainParamToNormalized(&self, id: ParamID, plain_value: ParamValue) -> ParamValue {
        self.inner.guard("IEditController::plainParamToNormalized", plain_value, || {
            match self.inner.param_by_hash.get(&id) {
                Some(param_ptr) => unsafe { param_ptr.preview_normalized(plain_value as f32) as f64 },
                _ => plain_value,
            }
        })
    }

    unsafe fn getParamNormalized(&self, id: ParamID) -> ParamValue {
        self.inner.guard("IEditController::getParamNormalized", 0.0, || {
            self.inner.run_main_thread_if_unreachable();
            self.inner.normalized_value(id).map_or(0.5, f64::from)
        })
    }

    unsafe fn setParamNormalized(&self, id: ParamID, value: ParamValue) -> tresult {
        self.inner.guard("IEditController::setParamNormalized", kResultFalse, || {
            let result = self.inner.set_outside_process(id, value as f32);
            self.inner.run_main_thread_if_unreachable();
            result
        })
    }

    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        self.inner.guard("IEditController::setComponentHandler", kResultFalse, || {
            let handler = unsafe { ComRef::from_raw(handler) }.map(|r| r.to_com_ptr());
            let old_handler = std::mem::replace(&mut *self.inner.component_handler.lock(), handler);
            drop(old_handler);
            self.inner.run_main_thread();

            kResultOk
        })
    }

    unsafe fn createView(&self, _name: FIDString) -> *mut IPlugView {
        self.inner.guard("IEditController::createView", std::ptr::null_mut(), || {
            #[cfg(not(feature = "editor"))]
            return std::ptr::null_mut();

            // Without specialization this is the least redundant way to check if the plugin has an
            // editor. The default implementation returns a None here.
            #[cfg(feature = "editor")]
            match self.inner.editor.borrow().as_ref() {
                Some(editor) => {
                    use vst3::ComWrapper;

                    use crate::wrapper::vst3::view::WrapperView;

                    self.inner.note_main_thread();
                    let view = ComWrapper::new(WrapperView::new(
                        &self.inner,
                        Arc::downgrade(editor),
                    ));
                    let plug_view_ptr = view.to_com_ptr::<IPlugView>().unwrap().into_raw();
                    view.set_this(plug_view_ptr);
                    // From here on the host is the one who holds the view.
                    plug_view_ptr
                }
                None => std::ptr::null_mut(),
            }
        })
    }
}

impl<P: Vst3Plugin> IAudioProcessorTrait for Wrapper<P> {
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        num_ins: int32,
        outputs: *mut SpeakerArrangement,
        num_outs: int32,
    ) -> tresult {
        self.inner.guard("IAudioProcessor::setBusArrangements", kResultFalse, || {
            check_null_ptr!(inputs, outputs);

            // Why are these signed integers again?
            if num_ins < 0 || num_outs < 0 {
                return kInvalidArgument;
            }

            // nice-plug no longer supports flexible IO layouts. Instead we'll try to find an audio IO
            // layout that matches the host's requested layout.
            let matching_layout = P::AUDIO_IO_LAYOUTS
                .iter()
                .find(|layout| {
                    // If the number of ports/busses doesn't match then we can immediately discard the
                    // layout. VST3 doesn't allow for optional switchable ports like CLAP does. Only the
                    // channel counts can change.
                    let num_layout_ins = if layout.main_input_channels.is_some() {
                        1
                    } else {
                        0
                    } + layout.aux_input_ports.len();
                    let num_layout_outs = if layout.main_output_channels.is_some() {
                        1
                    } else {
                        0
                    } + layout.aux_output_ports.len();
                    if num_ins as usize != num_layout_ins || num_outs as usize != num_layout_outs {
                        return false;
                    }

                    // NOTE: We completely ignore the speaker arrangements and only look at the channel
                    //       counts here. This may cause issues at some point, but it works for now.
                    let has_main_input = layout.main_input_channels.is_some();
                    let aux_input_start_idx = if has_main_input { 0 } else { 1 };
                    if has_main_input
                        && unsafe {
                            (*inputs).count_ones() != layout.main_input_channels.unwrap().get()
                        }
                    {
                        return false;
                    }
                    for (aux_input_idx, channel_count) in layout.aux_input_ports.iter().enumerate() {
                        if unsafe {
                            (*inputs.add(aux_input_idx + aux_input_start_idx)).count_ones()
                                != channel_count.get()
                        } {
                            return false;
                        }
                    }

                    let has_main_output = layout.main_output_channels.is_some();
                    let aux_output_start_idx = if has_main_output { 0 } else { 1 };
                    if unsafe {
                        (*outputs).count_ones()
                            != layout
                                .main_output_channels
                                .map(NonZeroU32::get)
                                .unwrap_or_default()
                    } {
                        return false;
                    }
                    for (aux_output_idx, channel_count) in layout.aux_output_ports.iter().enumerate() {
                        if unsafe {
                            (*outputs.add(aux_output_idx + aux_output_start_idx)).count_ones()
                                != channel_count.get()
                        } {
                            return false;
                        }
                    }

                    true
                })
                .copied();

            match matching_layout {
                Some(layout) => {
                    // This layout is used from hereon onwards, at least until this function is called
                    // again
                    self.inner.current_audio_io_layout.store(layout);

                    kResultOk
                }
                None => kResultFalse,
            }
        })
    }

    unsafe fn getBusArrangement(
        &self,
        dir: BusDirection,
        index: i32,
        arr: *mut SpeakerArrangement,
    ) -> tresult {
        self.inner.guard("IAudioProcessor::getBusArrangement", kResultFalse, || {
            check_null_ptr!(arr);

            let channel_count_to_map = |count| match count {
                0 => vst3::Steinberg::Vst::SpeakerArr::kEmpty,
                1 => vst3::Steinberg::Vst::SpeakerArr::kMono,
                2 => vst3::Steinberg::Vst::SpeakerArr::kStereo,
                5 => vst3::Steinberg::Vst::SpeakerArr::k50,
                6 => vst3::Steinberg::Vst::SpeakerArr::k51,
                7 => vst3::Steinberg::Vst::SpeakerArr::k70Cine,
                8 => vst3::Steinberg::Vst::SpeakerArr::k71Cine,
                n => {
                    crate::nice_debug_assert_failure!(
                        "No defined layout for {} channels, making something up on the spot...",
                        n
                    );
                    (1 << n) - 1
                }
            };

            let current_audio_io_layout = self.inner.current_audio_io_layout.load();
            let num_channels = if dir == K_BUS_DIRECTION_INPUT {
                let has_main_input = current_audio_io_layout.main_input_channels.is_some();
                let aux_input_start_idx = if has_main_input { 1 } else { 0 };
                let aux_input_idx = (index - aux_input_start_idx).max(0) as usize;
                if index == 0 && has_main_input {
                    current_audio_io_layout.main_input_channels.unwrap().get()
                } else if aux_input_idx < current_audio_io_layout.aux_input_ports.len() {
                    current_audio_io_layout.aux_input_ports[aux_input_idx].get()
                } else {
                    return kInvalidArgument;
                }
            } else if dir == K_BUS_DIRECTION_OUTPUT {
                let has_main_output = current_audio_io_layout.main_output_channels.is_some();
                let aux_output_start_idx = if has_main_output { 1 } else { 0 };
                let aux_output_idx = (index - aux_output_start_idx).max(0) as usize;
                if index == 0 && has_main_output {
                    current_audio_io_layout.main_output_channels.unwrap().get()
                } else if aux_output_idx < current_audio_io_layout.aux_output_ports.len() {
                    current_audio_io_layout.aux_output_ports[aux_output_idx].get()
                } else {
                    return kInvalidArgument;
                }
            } else {
                return kInvalidArgument;
            };
            let channel_map = channel_count_to_map(num_channels);

            crate::nice_debug_assert_eq!(num_channels, channel_map.count_ones());
            unsafe { *arr = channel_map };

            kResultOk
        })
    }

    unsafe fn canProcessSampleSize(&self, symbolic_sample_size: int32) -> tresult {
        self.inner.guard("IAudioProcessor::canProcessSampleSize", kResultFalse, || {
            if symbolic_sample_size == K_SYMBOLIC_SAMPLE_SIZE_32 {
                kResultOk
            } else {
                kResultFalse
            }
        })
    }

    unsafe fn getLatencySamples(&self) -> uint32 {
        self.inner.guard("IAudioProcessor::getLatencySamples", 0, || {
            self.inner.latency_samples()
        })
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        self.inner.guard("IAudioProcessor::setupProcessing", kResultFalse, || {
            check_null_ptr!(setup);

            let setup = unsafe { &*setup };

            #[allow(clippy::unnecessary_cast)]
            const K_REALTIME: i32 = ProcessModes_::kRealtime as i32;
            #[allow(clippy::unnecessary_cast)]
            const K_PREFETCH: i32 = ProcessModes_::kPrefetch as i32;
            #[allow(clippy::unnecessary_cast)]
            const K_OFFLINE: i32 = ProcessModes_::kOffline as i32;

            let process_mode = match setup.processMode {
                n if n == K_REALTIME => ProcessMode::Realtime,
                n if n == K_PREFETCH => ProcessMode::Buffered,
                n if n == K_OFFLINE => ProcessMode::Offline,
                n => {
                    crate::nice_debug_assert_failure!(
                        "Unknown rendering mode '{}', defaulting to realtime",
                        n
                    );
                    ProcessMode::Realtime
                }
            };

            // What the plugin can not be activated with is refused here. The setup before holds on.
            let is_possible = setup.symbolicSampleSize == K_SYMBOLIC_SAMPLE_SIZE_32
                && setup.sampleRate.is_finite()
                && setup.sampleRate > 0.0
                && setup.maxSamplesPerBlock > 0;
            if !is_possible {
                return kResultFalse;
            }

            // This is needed when activating the plugin and when restoring state
            self.inner.current_buffer_config.store(Some(BufferConfig {
                sample_rate: setup.sampleRate as f32,
                min_buffer_size: None,
                max_buffer_size: setup.maxSamplesPerBlock as u32,
                process_mode,
            }));

            // Initializing the plugin happens in `IAudioProcessor::set_active()` because the host may
            // still change the channel layouts at this point

            kResultOk
        })
    }

    unsafe fn setProcessing(&self, state: TBool) -> tresult {
        self.inner.guard("IAudioProcessor::setProcessing", kResultFalse, || {
            self.inner.set_processing(state != 0);

            // We don't have any special handling for suspending and resuming plugins, yet
            kResultOk
        })
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // Panic on allocations if the `assert_process_allocs` feature has been enabled, and make
        // sure that FTZ is set up correctly
        let process = || match unsafe { data.as_ref() } {
            Some(data) => process_wrapper(|| unsafe { self.inner.process(data) }),
            None => kInvalidArgument,
        };
        let name = "IAudioProcessor::process";
        guard(name, Some(&self.inner.panic_hook), process).unwrap_or_else(|| {
            // What failed is not the plugin, which has its own guard. What is safe is the same.
            self.inner.guard("safe answer", kResultFalse, || {
                self.inner.note_failure();
                process()
            })
        })
    }

    unsafe fn getTailSamples(&self) -> uint32 {
        self.inner.guard("IAudioProcessor::getTailSamples", 0, || {
            // https://github.com/steinbergmedia/vst3_pluginterfaces/blob/2ad397ade5b51007860bedb3b01b8afd2c5f6fba/vst/ivstaudioprocessor.h#L145-L159
            self.inner.tail_samples.load(Ordering::Relaxed)
        })
    }
}

impl<P: Vst3Plugin> IMidiMappingTrait for Wrapper<P> {
    unsafe fn getMidiControllerAssignment(
        &self,
        bus_index: int32,
        channel: int16,
        midi_cc_number: CtrlNumber,
        param_id: *mut ParamID,
    ) -> tresult {
        self.inner.guard("IMidiMapping::getMidiControllerAssignment", kResultFalse, || {
            if P::MIDI_INPUT < MidiConfig::MidiCCs
                || bus_index != 0
                || !(0..VST3_MIDI_CHANNELS as i16).contains(&channel)
                || !(0..VST3_MIDI_CCS as i16).contains(&midi_cc_number)
            {
                return kResultFalse;
            }

            check_null_ptr!(param_id);

            // We reserve a contiguous parameter range right at the end of the allowed parameter indices
            // for these MIDI CC parameters
            unsafe {
                *param_id =
                    VST3_MIDI_PARAMS_START + midi_cc_number as u32 + (channel as u32 * VST3_MIDI_CCS)
            };

            kResultOk
        })
    }
}

impl<P: Vst3Plugin> INoteExpressionControllerTrait for Wrapper<P> {
    unsafe fn getNoteExpressionCount(&self, bus_idx: int32, _channel: int16) -> int32 {
        self.inner.guard("INoteExpressionController::getNoteExpressionCount", 0, || {
            // Apparently you need to define the predefined note expressions. Thanks VST3.
            if P::MIDI_INPUT >= MidiConfig::Basic && bus_idx == 0 {
                note_expressions::KNOWN_NOTE_EXPRESSIONS.len() as i32
            } else {
                0
            }
        })
    }

    unsafe fn getNoteExpressionInfo(
        &self,
        bus_idx: int32,
        _channel: int16,
        note_expression_idx: int32,
        info: *mut NoteExpressionTypeInfo,
    ) -> tresult {
        self.inner.guard("INoteExpressionController::getNoteExpressionInfo", kResultFalse, || {
            if P::MIDI_INPUT < MidiConfig::Basic
                || bus_idx != 0
                || !(0..note_expressions::KNOWN_NOTE_EXPRESSIONS.len() as i32)
                    .contains(&note_expression_idx)
            {
                return kInvalidArgument;
            }

            check_null_ptr!(info);

            unsafe { *info = mem::zeroed() };

            let info = unsafe { &mut *info };
            let note_expression_info =
                &note_expressions::KNOWN_NOTE_EXPRESSIONS[note_expression_idx as usize];
            info.typeId = note_expression_info.type_id;
            u16strlcpy(&mut info.title, note_expression_info.title);
            u16strlcpy(&mut info.shortTitle, note_expression_info.title);
            u16strlcpy(&mut info.units, note_expression_info.unit);
            info.unitId = kNoParentUnitId;
            // This should not be needed since they're predefined, but then again you'd think you also
            // wouldn't need to define predefined note expressions now do you?
            info.valueDesc = NoteExpressionValueDescription {
                defaultValue: 0.5,
                minimum: 0.0,
                maximum: 1.0,
                stepCount: 0,
            };
            info.associatedParameterId = kNoParamId;
            info.flags = 1 << 2; // kIsAbsolute

            kResultOk
        })
    }

    unsafe fn getNoteExpressionStringByValue(
        &self,
        _bus_idx: int32,
        _channel: int16,
        _id: NoteExpressionTypeID,
        _value: NoteExpressionValue,
        _string: *mut String128,
    ) -> tresult {
        kResultFalse
    }

    unsafe fn getNoteExpressionValueByString(
        &self,
        _bus_idx: int32,
        _channel: int16,
        _id: NoteExpressionTypeID,
        _string: *const TChar,
        _value: *mut NoteExpressionValue,
    ) -> tresult {
        kResultFalse
    }
}

impl<P: Vst3Plugin> IProcessContextRequirementsTrait for Wrapper<P> {
    #[allow(clippy::unnecessary_cast)]
    unsafe fn getProcessContextRequirements(&self) -> uint32 {
        self.inner.guard("IProcessContextRequirements::getProcessContextRequirements", 0, || {
            (IProcessContextRequirements_::Flags_::kNeedProjectTimeMusic
                | IProcessContextRequirements_::Flags_::kNeedBarPositionMusic
                | IProcessContextRequirements_::Flags_::kNeedCycleMusic
                | IProcessContextRequirements_::Flags_::kNeedTimeSignature
                | IProcessContextRequirements_::Flags_::kNeedTempo
                | IProcessContextRequirements_::Flags_::kNeedTransportState) as u32
        })
    }
}

impl<P: Vst3Plugin> IUnitInfoTrait for Wrapper<P> {
    unsafe fn getUnitCount(&self) -> int32 {
        self.inner.guard("IUnitInfo::getUnitCount", 0, || {
            self.inner.param_units.len() as i32
        })
    }

    unsafe fn getUnitInfo(&self, unit_index: int32, info: *mut UnitInfo) -> tresult {
        self.inner.guard("IUnitInfo::getUnitInfo", kResultFalse, || {
            check_null_ptr!(info);

            match self.inner.param_units.info(unit_index as usize) {
                Some((unit_id, unit_info)) => {
                    unsafe { *info = mem::zeroed() };

                    let info = unsafe { &mut *info };
                    info.id = unit_id;
                    info.parentUnitId = unit_info.parent_id;
                    u16strlcpy(&mut info.name, &unit_info.name);
                    info.programListId = kNoProgramListId;

                    kResultOk
                }
                None => kInvalidArgument,
            }
        })
    }

    unsafe fn getProgramListCount(&self) -> int32 {
        // TODO: Do we want program lists? Probably not, CLAP doesn't even support them.
        0
    }

    unsafe fn getProgramListInfo(
        &self,
        _list_index: int32,
        _info: *mut ProgramListInfo,
    ) -> tresult {
        kInvalidArgument
    }

    unsafe fn getProgramName(
        &self,
        _list_id: ProgramListID,
        _program_index: int32,
        _name: *mut String128,
    ) -> tresult {
        kInvalidArgument
    }

    unsafe fn getProgramInfo(
        &self,
        _list_id: ProgramListID,
        _program_index: int32,
        _attribute_id: CString,
        _attribute_value: *mut String128,
    ) -> tresult {
        kInvalidArgument
    }

    unsafe fn hasProgramPitchNames(&self, _id: ProgramListID, _index: int32) -> tresult {
        // TODO: Support note names once someone requests it
        kInvalidArgument
    }

    unsafe fn getProgramPitchName(
        &self,
        _id: ProgramListID,
        _index: int32,
        _pitch: int16,
        _name: *mut String128,
    ) -> tresult {
        kInvalidArgument
    }

    unsafe fn getSelectedUnit(&self) -> UnitID {
        // No! Steinberg! I don't want any of this! I just want to group parameters!
        kRootUnitId
    }

    unsafe fn selectUnit(&self, _id: UnitID) -> tresult {
        kResultFalse
    }

    unsafe fn getUnitByBus(
        &self,
        _type_: MediaType,
        _dir: BusDirection,
        _bus_index: int32,
        _channel: int32,
        _unit_id: *mut UnitID,
    ) -> tresult {
        // Stahp it!
        kResultFalse
    }

    unsafe fn setUnitProgramData(
        &self,
        _list_or_unit: int32,
        _program_idx: int32,
        _data: *mut IBStream,
    ) -> tresult {
        kInvalidArgument
    }
}

impl<P: Vst3Plugin> IInfoListenerTrait for Wrapper<P> {
    unsafe fn setChannelContextInfos(&self, list: *mut IAttributeList) -> tresult {
        self.inner.guard("IInfoListener::setChannelContextInfos", kResultFalse, || {
            #[cfg(not(feature = "editor"))]
            {
                let _ = list;
                return kResultOk;
            }

            #[cfg(feature = "editor")]
            {
                use nice_plug_core::plugin::{TrackColor, TrackInfo};
                use vst3::Steinberg::Vst::{ChannelContext, IAttributeListTrait};

                fn track_color_from_vst3_color(color: u32) -> TrackColor {
                    TrackColor::new(
                        ((color >> 16) & 0xFF) as u8,
                        ((color >> 8) & 0xFF) as u8,
                        (color & 0xFF) as u8,
                        ((color >> 24) & 0xFF) as u8,
                    )
                }
                check_null_ptr!(list);

                let list = unsafe { ComRef::from_raw(list) };
                let Some(list) = list else {
                    return kInvalidArgument;
                };

                permit_alloc(|| {
                    let mut current_track_info = self.inner.current_track_info.borrow_mut();
                    let mut name = current_track_info.name().to_owned();
                    let mut color = current_track_info.color();

                    let mut name_buf: String128 = [0; 128];
                    if unsafe {
                        list.getString(
                            ChannelContext::kChannelNameKey,
                            name_buf.as_mut_ptr(),
                            mem::size_of::<String128>() as u32,
                        )
                    } == kResultOk
                        && let Ok(cstr) = U16CStr::from_slice_truncate(&name_buf)
                    {
                        name = cstr.to_string_lossy();
                    } // Else if getting the string failed or if there is no null terminator, do nothing with the name.

                    let mut color_value = 0i64;
                    if unsafe { list.getInt(ChannelContext::kChannelColorKey, &mut color_value) }
                        == kResultOk
                    {
                        color = Some(track_color_from_vst3_color(color_value as u32));
                    }

                    let track_info = TrackInfo::new(name, color);
                    *current_track_info = track_info.clone();

                    if let Some(editor) = self.inner.editor.borrow().as_ref() {
                        editor.lock().track_info_updated(track_info);
                    }
                });

                kResultOk
            }
        })
    }
}
