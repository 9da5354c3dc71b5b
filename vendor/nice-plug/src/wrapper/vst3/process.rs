//! One block of the host's: parameters, events and sound, cut where a parameter changes.

use atomic_refcell::AtomicRefMut;
use nice_plug_core::audio_setup::AuxiliaryBuffers;
use nice_plug_core::context::process::Transport;
use nice_plug_core::midi::{Channel, Key, MidiConfig, NoteEvent, PluginNoteEvent, VoiceID};
use nice_plug_core::plugin::ProcessStatus;
use std::mem::MaybeUninit;
use std::sync::atomic::Ordering;
use vst3::ComRef;
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kBarPositionValid, kCycleActive, kCycleValid, kPlaying, kProjectTimeMusicValid, kRecording,
    kTempoValid, kTimeSigValid,
};
use vst3::Steinberg::Vst::{
    Event_::EventTypes_, IEventListTrait, IParamValueQueueTrait, IParameterChangesTrait,
    ProcessContext, ProcessData,
};
use vst3::Steinberg::{kResultFalse, kResultOk, tresult};

use super::audio::{AudioSide, buses, buses_mut, has_channels, pass_on};
use super::inner::WrapperInner;
use super::points::{MAX_POINTS, Points};
use super::util::{VST3_MIDI_CCS, VST3_MIDI_PARAMS_END, VST3_MIDI_PARAMS_START};
use super::wrapper::{K_SYMBOLIC_SAMPLE_SIZE_32, K_SYMBOLIC_SAMPLE_SIZE_64};
use crate::wrapper::util::guard::guard;
use crate::wrapper::vst3::Vst3Plugin;

/// Queues that a host can mean to give. A number beyond is nonsense and not gone through.
const MAX_QUEUES: i32 = 65_536;

impl<P: Vst3Plugin> WrapperInner<P> {
    /// Everything that `IAudioProcessor::process()` does. Real-time safe: nothing is allocated, locked or
    /// logged, nobody is woken, and the time is bounded whatever the host gives.
    ///
    /// # Safety
    ///
    /// What `data` points to is as VST3 has it: as many buses, channels and samples as it says, or null.
    pub unsafe fn process(&self, data: &ProcessData) -> tresult {
        self.host_values.begin_block();
        let num_frames = usize::try_from(data.numSamples).unwrap_or(0);
        let (inputs, outputs) = unsafe {
            (
                buses(data.inputs, data.numInputs),
                buses_mut(data.outputs, data.numOutputs),
            )
        };

        let mut points = self.points.borrow_mut();
        let mut notes = self.note_events.borrow_mut();
        unsafe { self.read_points(data, num_frames, &mut points, &mut notes) };
        unsafe { self.read_notes(data, num_frames, &mut notes) };
        points.sort();
        if P::MIDI_INPUT != MidiConfig::None {
            notes.make_contiguous().sort_by_key(|event| event.timing());
        }

        let mut audio_cell = self.audio.try_borrow_mut().ok();
        let audio = audio_cell.as_mut().and_then(|audio| audio.as_mut());
        let sample_rate = audio.as_ref().map(|audio| audio.sample_rate);

        // NOTE: VST3 hosts may trigger a 'parameter flush' by calling the process function for
        //       0 input samples. If this is the case then we'll only handle events and skip all
        //       audio processing. Some hosts, like Ableton Live, implement this in a broken way
        //       and instead only set the number of channels to 0.
        let is_flush = num_frames == 0
            || audio
                .as_ref()
                .is_some_and(|audio| audio.has_outputs() && !unsafe { has_channels(outputs) });
        if is_flush {
            self.apply(&points, sample_rate);
            return kResultOk;
        }

        // In the case the host misbehaves and tries to activate/deactivate the plugin while the
        // process loop is still running, or has not activated it at all, or has another kind of samples than
        // was agreed, what comes in goes out.
        let plugin = self.plugin.try_lock();
        let (Some(audio), Some(mut plugin), K_SYMBOLIC_SAMPLE_SIZE_32) =
            (audio, plugin, data.symbolicSampleSize)
        else {
            self.apply(&points, sample_rate);
            match data.symbolicSampleSize {
                K_SYMBOLIC_SAMPLE_SIZE_32 => unsafe { pass_on(inputs, outputs, num_frames, 4) },
                K_SYMBOLIC_SAMPLE_SIZE_64 => unsafe { pass_on(inputs, outputs, num_frames, 8) },
                // Nobody knows how long a sample is.
                _ => (),
            }
            return kResultFalse;
        };

        let host_out_events = unsafe { ComRef::from_raw(data.outputEvents) };
        let mut result = kResultOk;
        let mut has_failed = audio.has_failed;
        let mut due_points = points.as_slice();
        if !P::SAMPLE_ACCURATE_AUTOMATION {
            self.apply(&points, sample_rate);
            due_points = &[];
        }

        let mut start = 0;
        while start < num_frames {
            // In sample-accurate automation mode the block is cut at every sample at which a parameter
            // changes. Parameter changes come before note events of the same sample.
            while let Some((point, later)) = due_points.split_first()
                && point.timing as usize <= start
            {
                self.apply_point(point.param_idx, point.normalized, sample_rate);
                due_points = later;
            }
            let next_change = due_points
                .first()
                .map_or(num_frames, |point| point.timing as usize);
            let end = next_change.min(start + audio.max_frames).min(num_frames);

            {
                let mut input_note_events = self.input_note_events.borrow_mut();
                input_note_events.clear();
                while let Some(event) = notes.front()
                    && (event.timing() as usize) < end
                    && let Some(mut event) = notes.pop_front()
                {
                    event.subtract_timing(start as u32);
                    if input_note_events.len() < input_note_events.capacity() {
                        input_note_events.push_back(event);
                    }
                }
            }

            // What comes in is kept before the plugin has it, so that it can be passed on if that fails.
            let transport = unsafe { self.transport(data, audio, start) };
            let (buffers, pass_through) =
                unsafe { audio.buffers(inputs, outputs, start, end - start) };
            pass_through.feed(buffers.main_buffer.as_slice_immutable());
            if !has_failed {
                let status = guard("process", Some(&self.panic_hook), || {
                    let mut aux = AuxiliaryBuffers {
                        inputs: &mut *buffers.aux_inputs,
                        outputs: &mut *buffers.aux_outputs,
                    };
                    let mut context =
                        self.make_process_context(transport, host_out_events, num_frames, start);
                    plugin.process(&mut *buffers.main_buffer, &mut aux, &mut context)
                });
                match status {
                    Some(ProcessStatus::Error(_)) => result = kResultFalse,
                    Some(ProcessStatus::Tail(samples)) => self.set_tail(samples),
                    Some(ProcessStatus::KeepAlive) => self.set_tail(u32::MAX), // kInfiniteTail
                    Some(_) => self.set_tail(0),                               // kNoTail
                    None => has_failed = true,
                }
            }
            if has_failed {
                pass_through.write(buffers.main_buffer.as_slice());
            }
            start = end;
        }
        for (param_idx, normalized) in points.surplus() {
            self.apply_point(param_idx, normalized, sample_rate);
        }

        audio.has_failed = has_failed;
        unsafe { audio.finish(outputs, num_frames) };
        result
    }

    /// Until the next activation what comes in goes out.
    pub fn note_failure(&self) {
        if let Ok(mut audio) = self.audio.try_borrow_mut()
            && let Some(audio) = audio.as_mut()
        {
            audio.has_failed = true;
        }
    }

    fn set_tail(&self, samples: u32) {
        self.tail_samples.store(samples, Ordering::Relaxed);
    }

    /// All points at once.
    fn apply(&self, points: &Points, sample_rate: Option<f32>) {
        for point in points.as_slice() {
            self.apply_point(point.param_idx, point.normalized, sample_rate);
        }
        for (param_idx, normalized) in points.surplus() {
            self.apply_point(param_idx, normalized, sample_rate);
        }
    }

    fn apply_point(&self, param_idx: u32, normalized: f32, sample_rate: Option<f32>) {
        if let Some(hash) = self.param_hashes.get(param_idx as usize) {
            let notifies_editor = P::NOTIFY_EDITOR_OF_PARAM_CHANGES;
            self.set_normalized_value_by_hash(*hash, normalized, sample_rate, notifies_editor);
            self.host_values.delivered(*hash, normalized);
        }
    }

    /// Reads the parameter changes. This may also include MIDI CC messages if the plugin supports those.
    /// Points out of the block are put at its nearer end.
    unsafe fn read_points(
        &self,
        data: &ProcessData,
        num_frames: usize,
        points: &mut Points,
        notes: &mut AtomicRefMut<'_, std::collections::VecDeque<PluginNoteEvent<P>>>,
    ) {
        points.clear();
        notes.clear();
        let Some(changes) = (unsafe { ComRef::from_raw(data.inputParameterChanges) }) else {
            return;
        };
        let num_queues = unsafe { changes.getParameterCount() }.min(MAX_QUEUES);
        for queue_idx in 0..num_queues {
            let queue = unsafe { ComRef::from_raw(changes.getParameterData(queue_idx)) };
            let Some(queue) = queue else { continue };
            let hash = unsafe { queue.getParameterId() };
            let is_midi = P::MIDI_INPUT >= MidiConfig::MidiCCs
                && (VST3_MIDI_PARAMS_START..VST3_MIDI_PARAMS_END).contains(&hash);
            let param_idx = self.param_idx_by_hash.get(&hash).copied();
            if param_idx.is_none() && !is_midi {
                continue;
            }

            let num_points = unsafe { queue.getPointCount() };
            // Of more than can be kept the last one is what counts, so that is always looked at.
            let mut num_read = 0;
            for point_idx in 0..num_points {
                let is_last = point_idx + 1 == num_points;
                if !is_last && (num_read >= MAX_POINTS || !points.has_room()) {
                    continue_at_last(&queue, num_points, num_frames, |timing, value| {
                        if let Some(param_idx) = param_idx {
                            points.push(timing, param_idx, value);
                        }
                    });
                    break;
                }
                num_read += 1;
                let Some((timing, value)) = read_point(&queue, point_idx, num_frames) else {
                    continue;
                };
                match param_idx {
                    // MIDI CC messages, channel pressure, and pitch bend are also sent as parameter changes
                    _ if is_midi => push_note(notes, midi_event(hash, timing, value)),
                    Some(param_idx) => points.push(timing, param_idx, value),
                    None => (),
                }
            }
        }
    }

    /// Reads the note events.
    unsafe fn read_notes(
        &self,
        data: &ProcessData,
        num_frames: usize,
        notes: &mut AtomicRefMut<'_, std::collections::VecDeque<PluginNoteEvent<P>>>,
    ) {
        if P::MIDI_INPUT < MidiConfig::Basic {
            return;
        }
        let Some(events) = (unsafe { ComRef::from_raw(data.inputEvents) }) else {
            return;
        };
        let mut note_expression_controller = self.note_expression_controller.borrow_mut();
        let num_events = unsafe { events.getEventCount() }.min(MAX_QUEUES);

        fn voice_from_i32(v: i32) -> VoiceID {
            if v >= 0 {
                VoiceID::ID(v)
            } else {
                VoiceID::Wildcard
            }
        }
        fn channel_from_i16(c: i16) -> Channel {
            if (0..=15).contains(&c) {
                Channel::Number(c as u8)
            } else {
                Channel::Wildcard
            }
        }
        fn key_from_i16(k: i16) -> Key {
            if (0..=127).contains(&k) {
                Key::Number(k as u8)
            } else {
                Key::Wildcard
            }
        }

        for i in 0..num_events {
            let mut event = MaybeUninit::zeroed();
            if unsafe { events.getEvent(i, event.as_mut_ptr()) } != kResultOk {
                continue;
            }
            // Numbers and pointers only, for which zeros are valid
            let event = unsafe { event.assume_init() };
            let timing = clamp_timing(event.sampleOffset, num_frames);

            if event.r#type == EventTypes_::kNoteOnEvent as u16 {
                let event = unsafe { event.__field0.noteOn };

                // We need to keep track of note IDs to be able to handle not
                // expression value events
                note_expression_controller.register_note(&event);

                push_note(
                    notes,
                    NoteEvent::NoteOn {
                        timing,
                        voice_id: voice_from_i32(event.noteId),
                        channel: channel_from_i16(event.channel),
                        key: key_from_i16(event.pitch),
                        velocity: event.velocity,
                    },
                );
            } else if event.r#type == EventTypes_::kNoteOffEvent as u16 {
                let event = unsafe { event.__field0.noteOff };

                push_note(
                    notes,
                    NoteEvent::NoteOff {
                        timing,
                        voice_id: voice_from_i32(event.noteId),
                        channel: channel_from_i16(event.channel),
                        key: key_from_i16(event.pitch),
                        velocity: event.velocity,
                    },
                );
            } else if event.r#type == EventTypes_::kPolyPressureEvent as u16 {
                let event = unsafe { event.__field0.polyPressure };

                push_note(
                    notes,
                    NoteEvent::PolyPressure {
                        timing,
                        voice_id: voice_from_i32(event.noteId),
                        channel: channel_from_i16(event.channel),
                        key: key_from_i16(event.pitch),
                        pressure: event.pressure,
                    },
                );
            } else if event.r#type == EventTypes_::kNoteExpressionValueEvent as u16 {
                let event = unsafe { event.__field0.noteExpressionValue };
                if let Some(event) = note_expression_controller.translate_event(timing, &event) {
                    push_note(notes, event);
                }
            } else if event.r#type == EventTypes_::kDataEvent as u16
                && unsafe { event.__field0.data.r#type } == 0
            {
                // 0 = kMidiSysEx
                let event = unsafe { event.__field0.data };
                if event.bytes.is_null() {
                    continue;
                }

                // `NoteEvent::from_midi` prints some tracing if parsing fails, which is
                // not necessarily an error
                let sysex_buffer =
                    unsafe { std::slice::from_raw_parts(event.bytes, event.size as usize) };
                if let Ok(note_event) = NoteEvent::from_midi(timing, sysex_buffer) {
                    push_note(notes, note_event);
                };
            }
        }
    }

    /// Where the song is at a frame of the block.
    ///
    /// Some of the fields are left empty because VST3 does not provide this information, but the methods on
    /// [`Transport`] can reconstruct these values from the other fields
    #[allow(clippy::unnecessary_cast)]
    unsafe fn transport(&self, data: &ProcessData, audio: &AudioSide, start: usize) -> Transport {
        let mut transport = Transport::new(audio.sample_rate);
        let Some(context) = (unsafe { data.processContext.as_ref() }) else {
            return transport;
        };
        let context: &ProcessContext = context;
        let is = |flag: u32| context.state & flag != 0;

        transport.playing = is(kPlaying as u32);
        transport.recording = is(kRecording as u32);
        if is(kTempoValid as u32) {
            transport.tempo = Some(context.tempo);
        }
        if is(kTimeSigValid as u32) {
            transport.time_sig_numerator = Some(context.timeSigNumerator);
            transport.time_sig_denominator = Some(context.timeSigDenominator);
        }

        // We need to compensate for the block splitting here. While the song stands it stays where it is.
        let start = if transport.playing { start } else { 0 };
        transport.pos_samples = Some(context.projectTimeSamples.saturating_add(start as i64));
        if is(kProjectTimeMusicValid as u32) {
            let passed_beats = if is(kTempoValid as u32) {
                start as f64 / audio.sample_rate as f64 / 60.0 * context.tempo
            } else {
                0.0
            };
            transport.pos_beats = Some(context.projectTimeMusic + passed_beats);
        }
        if is(kBarPositionValid as u32) {
            // The transport object knows how to recompute this from the other information
            let recomputed = (start > 0)
                .then(|| transport.bar_start_pos_beats())
                .flatten();
            transport.bar_start_pos_beats = recomputed.or(Some(context.barPositionMusic));
        }
        if is(kCycleActive as u32) && is(kCycleValid as u32) {
            transport.loop_range_beats = Some((context.cycleStartMusic, context.cycleEndMusic));
        }
        transport
    }
}

type Queue<'a> = ComRef<'a, vst3::Steinberg::Vst::IParamValueQueue>;

/// A point's frame and value, if the host gives it.
fn read_point(queue: &Queue<'_>, point_idx: i32, num_frames: usize) -> Option<(u32, f32)> {
    let (mut sample_offset, mut value) = (0i32, 0.0f64);
    let result = unsafe { queue.getPoint(point_idx, &mut sample_offset, &mut value) };
    let is_valid = result == kResultOk && value.is_finite();
    is_valid.then(|| (clamp_timing(sample_offset, num_frames), value as f32))
}

fn continue_at_last(
    queue: &Queue<'_>,
    num_points: i32,
    num_frames: usize,
    push: impl FnOnce(u32, f32),
) {
    if let Some((timing, value)) = read_point(queue, num_points - 1, num_frames) {
        push(timing, value);
    }
}

/// Frames before the block are its first one, frames behind it its last one.
fn clamp_timing(sample_offset: i32, num_frames: usize) -> u32 {
    let last_frame = num_frames.saturating_sub(1);
    usize::try_from(sample_offset)
        .unwrap_or(0)
        .min(last_frame) as u32
}

/// What there is no room for is left out: the queue does not grow on the audio thread.
fn push_note<S>(notes: &mut std::collections::VecDeque<NoteEvent<S>>, event: NoteEvent<S>) {
    if notes.len() < notes.capacity() {
        notes.push_back(event);
    }
}

fn midi_event<S>(hash: u32, timing: u32, value: f32) -> NoteEvent<S> {
    let midi_param_relative_idx = hash - VST3_MIDI_PARAMS_START;
    // This goes up to 130 for the 128 CCs followed by channel pressure and pitch bend
    let midi_cc = (midi_param_relative_idx % VST3_MIDI_CCS) as u8;
    let midi_channel = (midi_param_relative_idx / VST3_MIDI_CCS) as u8;
    match midi_cc {
        // kAfterTouch
        128 => NoteEvent::MidiChannelPressure {
            timing,
            channel: midi_channel,
            pressure: value,
        },
        // kPitchBend
        129 => NoteEvent::MidiPitchBend {
            timing,
            channel: midi_channel,
            value,
        },
        n => NoteEvent::MidiCC {
            timing,
            channel: midi_channel,
            cc: n,
            value,
        },
    }
}
