//! The audio-thread side of one plugin instance.

use anyhow::{Context, Result, bail, ensure};
use clack_extensions::tail::{PluginTail, TailLength};
use clack_host::events::event_types::{ParamValueEvent, TransportEvent, TransportFlags};
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{EventFlags, EventHeader};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};

use crate::callbacks::Callbacks;

/// Where the song is and whether it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Running; the position then moves with every block.
    pub is_playing: bool,
    /// Frames since the start of the song.
    pub position_frames: u64,
    /// Quarter notes per minute.
    pub tempo_bpm: f64,
}

/// Functions called right before and right after a call into the plugin.
pub type Around = [extern "C" fn(); 2];

extern "C" fn nothing() {}

/// Events that the plugin may send in one block before the buffer for them grows.
const NUM_SAID: usize = 4096;

/// An activated plugin that processes blocks.
pub struct Audio {
    processor: StartedPluginAudioProcessor<Callbacks>,
    sample_rate_hz: f64,
    num_channels: usize,
    max_frames: usize,
    inputs: AudioPorts,
    outputs: AudioPorts,
    /// A copy of each input channel: input and output are given in separate buffers.
    scratch: Vec<Vec<f32>>,
    pending: EventBuffer,
    /// What the plugin says during a block; with room enough that it grows in no block that is watched.
    said: EventBuffer,
    around: Option<Around>,
    changes: Vec<(ClapId, f64)>,
    gestures: Vec<(ClapId, bool)>,
    num_processed_frames: u64,
    /// The transport that the next block sees; may be changed between blocks.
    pub transport: Transport,
    /// Hosts need not say anything of their transport.
    pub tells_transport: bool,
}

impl Audio {
    pub(crate) fn new(
        processor: StoppedPluginAudioProcessor<Callbacks>,
        sample_rate_hz: f64,
        max_frames: usize,
        num_channels: usize,
    ) -> Result<Self> {
        let Ok(processor) = processor.start_processing() else { bail!("the plugin refuses to start processing") };
        Ok(Self {
            processor,
            sample_rate_hz,
            num_channels,
            max_frames,
            inputs: AudioPorts::with_capacity(num_channels, 1),
            outputs: AudioPorts::with_capacity(num_channels, 1),
            scratch: vec![vec![0.0; max_frames]; num_channels],
            pending: EventBuffer::with_capacity(256),
            said: EventBuffer::with_capacity(NUM_SAID),
            around: None,
            changes: Vec::new(),
            gestures: Vec::new(),
            num_processed_frames: 0,
            transport: Transport { is_playing: false, position_frames: 0, tempo_bpm: 120.0 },
            tells_transport: true,
        })
    }

    /// Sets a parameter at the first frame of the next block.
    pub fn set(&mut self, id: ClapId, value: f64) {
        self.set_at(0, id, value);
    }

    /// Sets a parameter at a frame of the next block; hosts keep the order of the frames.
    pub fn set_at(&mut self, frame: u32, id: ClapId, value: f64) {
        self.pending.push(&ParamValueEvent::new(frame, id, Pckn::match_all(), value));
    }

    /// Processes one block in place: one slice per channel, all of one length, which may be 0.
    pub fn process(&mut self, channels: &mut [&mut [f32]]) -> Result<ProcessStatus> {
        ensure!(channels.len() == self.num_channels, "the plugin runs with {} channels", self.num_channels);
        let num_frames = channels.first().map_or(0, |channel| channel.len());
        ensure!(num_frames <= self.max_frames, "a block of {num_frames} frames is longer than agreed");
        for (copy, channel) in self.scratch.iter_mut().zip(channels.iter()) {
            copy[..num_frames].copy_from_slice(channel);
        }
        let transport = self.transport_event();
        let inputs = self.inputs.with_input_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(
                self.scratch.iter_mut().map(|channel| InputChannel::variable(&mut channel[..num_frames])),
            ),
        }]);
        let mut outputs = self.outputs.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(channels.iter_mut().map(|channel| &mut **channel)),
        }]);
        self.said.clear();
        let (sent, mut said) = (self.pending.as_input(), self.said.as_output());
        let transport = self.tells_transport.then_some(&transport);
        let [enter, leave] = self.around.unwrap_or([nothing; 2]);
        enter();
        let status =
            self.processor.process(&inputs, &mut outputs, &sent, &mut said, Some(self.num_processed_frames), transport);
        leave();
        let status = status.context("the plugin could not process a block")?;
        self.pending.clear();
        self.changes.extend(events_to_changes(&self.said));
        self.gestures.extend(events_to_gestures(&self.said));
        self.num_processed_frames += num_frames as u64;
        if self.transport.is_playing {
            self.transport.position_frames += num_frames as u64;
        }
        Ok(status)
    }

    /// Everything the plugin changed by itself (from its editor) since the last call.
    pub fn take_changes(&mut self) -> Vec<(ClapId, f64)> {
        std::mem::take(&mut self.changes)
    }

    /// Gestures begun (true) and ended in the editor since the last call.
    pub fn take_gestures(&mut self) -> Vec<(ClapId, bool)> {
        std::mem::take(&mut self.gestures)
    }

    /// Clears all that sounds on, as after a jump.
    pub fn reset(&mut self) {
        let [enter, leave] = self.around.unwrap_or([nothing; 2]);
        enter();
        self.processor.reset();
        leave();
    }

    /// Calls the first right before each call that the plugin gets here, and the second right after it.
    pub fn watch(&mut self, around: Around) {
        self.around = Some(around);
    }

    /// Frames that sound on after the input ends; `None` when it never ends.
    pub fn tail_frames(&mut self) -> Option<u32> {
        let handle = self.processor.plugin_handle();
        match handle.get_extension::<PluginTail>().map(|tail| tail.get(&handle)) {
            None => Some(0),
            Some(TailLength::Finite(frames)) => Some(frames),
            Some(TailLength::Infinite) => None,
        }
    }

    /// Rate agreed at activation.
    pub fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    pub(crate) fn into_processor(self) -> StoppedPluginAudioProcessor<Callbacks> {
        self.processor.stop_processing()
    }

    fn transport_event(&self) -> TransportEvent {
        let Transport { is_playing, position_frames, tempo_bpm } = self.transport;
        let seconds = position_frames as f64 / self.sample_rate_hz;
        let beats = seconds * tempo_bpm / 60.0;
        let mut flags = TransportFlags::HAS_TEMPO
            | TransportFlags::HAS_BEATS_TIMELINE
            | TransportFlags::HAS_SECONDS_TIMELINE
            | TransportFlags::HAS_TIME_SIGNATURE;
        flags.set(TransportFlags::IS_PLAYING, is_playing);
        let bar = (beats / 4.0).floor();
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(beats),
            song_pos_seconds: SecondsTime::from_float(seconds),
            tempo: tempo_bpm,
            tempo_inc: 0.0,
            loop_start_beats: BeatTime::from_int(0),
            loop_end_beats: BeatTime::from_int(0),
            loop_start_seconds: SecondsTime::from_int(0),
            loop_end_seconds: SecondsTime::from_int(0),
            bar_start: BeatTime::from_float(bar * 4.0),
            bar_number: bar as i32,
            time_signature_numerator: 4,
            time_signature_denominator: 4,
        }
    }
}

/// The parameter values among the plugin's output events.
pub(crate) fn events_to_changes(events: &EventBuffer) -> Vec<(ClapId, f64)> {
    events
        .iter()
        .filter_map(|event| match event.as_core_event() {
            Some(CoreEventSpace::ParamValue(event)) => Some((event.param_id()?, event.value())),
            _ => None,
        })
        .collect()
}

/// The gestures among the plugin's output events: begun (true) or ended.
fn events_to_gestures(events: &EventBuffer) -> Vec<(ClapId, bool)> {
    events
        .iter()
        .filter_map(|event| match event.as_core_event() {
            Some(CoreEventSpace::ParamGestureBegin(event)) => Some((event.param_id()?, true)),
            Some(CoreEventSpace::ParamGestureEnd(event)) => Some((event.param_id()?, false)),
            _ => None,
        })
        .collect()
}
