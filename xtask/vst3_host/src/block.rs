//! One block exactly as a test wants a host to give it, also as none should.

use anyhow::{Context, Result};
use vst3::ComRef;
use vst3::ComWrapper;
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{kPlaying, kTempoValid};
use vst3::Steinberg::Vst::ProcessModes_::kRealtime;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::{kSample32, kSample64};
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessor, IAudioProcessorTrait, IParameterChanges, ProcessContext,
    ProcessData,
};
use vst3::Steinberg::tresult;

use crate::changes::{Changes, Point};

/// The channels of a bus; one that is `None` is given as null.
pub type Channels = Vec<Option<Vec<f32>>>;

/// What is given to `process`. A bus that is `None` has no list of channels.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// As the host says it; no channel is shorter.
    pub num_frames: i32,
    /// Buses that go in.
    pub inputs: Vec<Option<Channels>>,
    /// Buses that come out.
    pub outputs: Vec<Option<Channels>>,
    /// Says that samples have 64 bits: channels have to be twice as long.
    pub is_double: bool,
    /// Number of channels that all buses are said to have, in place of the true one; not more than that.
    pub told_channels: Option<i32>,
    /// Parameter changes.
    pub points: Vec<Point>,
    /// The song's position at the first frame, samples, while it plays.
    pub position_samples: Option<i64>,
    /// What comes out is what goes in, in the same memory: `inputs` are not looked at.
    pub is_in_place: bool,
}

impl Block {
    /// A stereo block with separate buffers.
    pub fn stereo(left: &[f32], right: &[f32]) -> Self {
        let num_frames = left.len();
        let channels = [left, right].map(|channel| Some(channel.to_vec())).to_vec();
        let outputs = vec![Some(vec![Some(vec![f32::NAN; num_frames]); 2])];
        Self { num_frames: num_frames as i32, inputs: vec![Some(channels)], outputs, ..Self::default() }
    }

    /// A channel of the first bus that came out.
    pub fn output(&self, channel: usize) -> &[f32] {
        let bus = self.outputs.first().and_then(Option::as_ref);
        bus.and_then(|channels| channels.get(channel)).and_then(Option::as_ref).map_or(&[], Vec::as_slice)
    }

    /// Gives it to the plugin; what the plugin answered, and the flags for silence of the first output.
    pub(crate) fn run(
        &mut self,
        processor: ComRef<'_, IAudioProcessor>,
        sample_rate_hz: f64,
    ) -> Result<(tresult, u64)> {
        let mut in_pointers = pointers(&mut self.inputs);
        let mut out_pointers = pointers(&mut self.outputs);
        let mut inputs: Vec<_> = in_pointers.iter_mut().map(|bus| self.bus(bus)).collect();
        let mut outputs: Vec<_> = out_pointers.iter_mut().map(|bus| self.bus(bus)).collect();
        if self.is_in_place {
            inputs.clone_from(&outputs);
        }
        let changes = ComWrapper::new(Changes::new(&self.points));
        // Numbers only, for which zeros are valid: a transport that stands still.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = kTempoValid | if self.position_samples.is_some() { kPlaying } else { 0 };
        context.sampleRate = sample_rate_hz;
        context.projectTimeSamples = self.position_samples.unwrap_or(0);
        context.tempo = 120.0;
        let list = |buses: &mut Vec<AudioBusBuffers>| {
            if buses.is_empty() { std::ptr::null_mut() } else { buses.as_mut_ptr() }
        };
        let mut data = ProcessData {
            processMode: kRealtime as i32,
            symbolicSampleSize: if self.is_double { kSample64 } else { kSample32 } as i32,
            numSamples: self.num_frames,
            numInputs: inputs.len() as i32,
            numOutputs: outputs.len() as i32,
            inputs: list(&mut inputs),
            outputs: list(&mut outputs),
            inputParameterChanges: changes.as_com_ref::<IParameterChanges>().context("no changes")?.as_ptr(),
            outputParameterChanges: std::ptr::null_mut(),
            inputEvents: std::ptr::null_mut(),
            outputEvents: std::ptr::null_mut(),
            processContext: &mut context,
        };
        // Everything that `data` points to lives until the end of this function.
        let result = unsafe { processor.process(&mut data) };
        Ok((result, outputs.first().map_or(0, |bus| bus.silenceFlags)))
    }

    fn bus(&self, channels: &mut Option<Vec<*mut f32>>) -> AudioBusBuffers {
        let num_channels = channels.as_ref().map_or(2, Vec::len) as i32;
        AudioBusBuffers {
            numChannels: self.told_channels.map_or(num_channels, |told| told.min(num_channels)),
            // What the plugin does not say stays.
            silenceFlags: u64::MAX,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: channels.as_mut().map_or(std::ptr::null_mut(), |channels| channels.as_mut_ptr()),
            },
        }
    }
}

fn pointers(buses: &mut [Option<Channels>]) -> Vec<Option<Vec<*mut f32>>> {
    let pointer = |channel: &mut Option<Vec<f32>>| channel.as_mut().map_or(std::ptr::null_mut(), |it| it.as_mut_ptr());
    buses.iter_mut().map(|bus| bus.as_mut().map(|channels| channels.iter_mut().map(pointer).collect())).collect()
}
