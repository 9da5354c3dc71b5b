//! The audio-thread side of one plugin instance.

use anyhow::{Context, Result, ensure};
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::MediaTypes_::kAudio;
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{kPlaying, kTempoValid};
use vst3::Steinberg::Vst::ProcessModes_::kRealtime;
use vst3::Steinberg::Vst::SpeakerArr::{kMono, kStereo};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentTrait,
    IParameterChanges, ProcessContext, ProcessData, ProcessSetup,
};
use vst3::{ComPtr, ComWrapper};

use crate::agreed;
use crate::block::Block;
use crate::changes::{Changes, Point};
use crate::handler::Handler;

/// Functions called right before and right after a call into the plugin.
pub type Around = [extern "C" fn(); 2];

extern "C" fn nothing() {}

/// Where the song is and whether it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// Running; the position then moves with every block.
    pub is_playing: bool,
    /// Frames since the start of the song.
    pub position_frames: i64,
}

/// An active plugin that processes blocks; dropping it deactivates the plugin.
pub struct Audio {
    processor: ComPtr<IAudioProcessor>,
    component: ComPtr<IComponent>,
    handler: ComWrapper<Handler>,
    sample_rate_hz: f64,
    max_frames: usize,
    /// A copy of each input channel: input and output are given in separate buffers.
    scratch: Vec<Vec<f32>>,
    num_processed_frames: usize,
    around: Option<Around>,
    /// The transport that the next block sees; may be changed between blocks.
    pub transport: Transport,
}

impl Audio {
    pub(crate) fn start(
        component: &ComPtr<IComponent>,
        handler: &ComWrapper<Handler>,
        sample_rate_hz: f64,
        num_channels: usize,
        max_frames: usize,
    ) -> Result<Self> {
        let processor = component.cast::<IAudioProcessor>().context("the plugin does not process sound")?;
        let mut setup = ProcessSetup {
            processMode: kRealtime as i32,
            symbolicSampleSize: kSample32 as i32,
            maxSamplesPerBlock: i32::try_from(max_frames)?,
            sampleRate: sample_rate_hz,
        };
        let arrangement = if num_channels == 1 { kMono } else { kStereo };
        let (mut inputs, mut outputs) = (arrangement, arrangement);
        // Structures of ours that live through each call.
        unsafe {
            agreed(processor.canProcessSampleSize(kSample32 as i32), "canProcessSampleSize")?;
            agreed(processor.setBusArrangements(&mut inputs, 1, &mut outputs, 1), "setBusArrangements")?;
            for direction in [kInput, kOutput] {
                let mut taken = 0;
                agreed(processor.getBusArrangement(direction as i32, 0, &mut taken), "getBusArrangement")?;
                ensure!(taken == arrangement, "asked for {num_channels} channels, the plugin took {taken:#x}");
                agreed(component.activateBus(kAudio as i32, direction as i32, 0, 1), "activateBus")?;
            }
            agreed(processor.setupProcessing(&mut setup), "setupProcessing")?;
            agreed(component.setActive(1), "setActive")?;
            agreed(processor.setProcessing(1), "setProcessing")?;
        }
        Ok(Self {
            processor,
            component: component.clone(),
            handler: handler.clone(),
            sample_rate_hz,
            max_frames,
            scratch: vec![vec![0.0; max_frames]; num_channels],
            num_processed_frames: 0,
            around: None,
            transport: Transport::default(),
        })
    }

    /// Delay from input to output, samples.
    pub fn latency_samples(&self) -> usize {
        unsafe { self.processor.getLatencySamples() as usize }
    }

    /// Processes one block in place: one channel each, all of one length.
    pub fn process(&mut self, channels: &mut [Vec<f32>]) -> Result<()> {
        ensure!(channels.len() == self.scratch.len(), "the plugin runs with {} channels", self.scratch.len());
        let num_frames = channels.first().map_or(0, Vec::len);
        let is_regular = num_frames <= self.max_frames && channels.iter().all(|channel| channel.len() == num_frames);
        ensure!(is_regular, "a block of {num_frames} frames is not what was agreed");
        for (copy, channel) in self.scratch.iter_mut().zip(channels.iter()) {
            copy[..num_frames].copy_from_slice(channel);
        }
        let points = std::mem::take(&mut self.handler.notes().to_process);
        let changes = ComWrapper::new(Changes::new(&points));
        let mut context = self.context();
        let mut input_pointers: Vec<*mut f32> = self.scratch.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let mut output_pointers: Vec<*mut f32> = channels.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let mut inputs = bus(&mut input_pointers);
        let mut outputs = bus(&mut output_pointers);
        let mut data = ProcessData {
            processMode: kRealtime as i32,
            symbolicSampleSize: kSample32 as i32,
            numSamples: num_frames as i32,
            numInputs: 1,
            numOutputs: 1,
            inputs: &mut inputs,
            outputs: &mut outputs,
            inputParameterChanges: changes.as_com_ref::<IParameterChanges>().context("no changes")?.as_ptr(),
            outputParameterChanges: std::ptr::null_mut(),
            inputEvents: std::ptr::null_mut(),
            outputEvents: std::ptr::null_mut(),
            processContext: &mut context,
        };
        // Everything that `data` points to lives until the end of this function.
        let [enter, leave] = self.around.unwrap_or([nothing; 2]);
        enter();
        let result = unsafe { self.processor.process(&mut data) };
        leave();
        agreed(result, "process")?;
        self.num_processed_frames += num_frames;
        if self.transport.is_playing {
            self.transport.position_frames += num_frames as i64;
        }
        Ok(())
    }

    /// Stops processing and starts again, as hosts do after a jump; plugins then clear all that sounds on.
    pub fn reset(&mut self) -> Result<()> {
        let [enter, leave] = self.around.unwrap_or([nothing; 2]);
        enter();
        let results = unsafe { [self.processor.setProcessing(0), self.processor.setProcessing(1)] };
        leave();
        agreed(results[0], "setProcessing(false)")?;
        agreed(results[1], "setProcessing(true)")
    }

    /// Calls the first right before each call that the plugin gets while it processes, and the second right after it.
    pub fn watch(&mut self, around: Around) {
        self.around = Some(around);
    }

    /// Processes a block just as it is given; what the plugin answered.
    pub fn process_block(&mut self, block: &mut Block) -> Result<i32> {
        let (result, silence) = block.run(self.processor.as_com_ref(), self.sample_rate_hz)?;
        ensure!(block.outputs.is_empty() || block.num_frames <= 0 || silence == 0, "silence is claimed: {silence:b}");
        Ok(result)
    }

    /// What the host brings to the next block, beside what it was told by the editor.
    pub fn bring(&mut self, points: &[Point]) {
        self.handler.notes().to_process.extend_from_slice(points);
    }

    fn context(&self) -> ProcessContext {
        // Numbers only, for which zeros are valid.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = kTempoValid | if self.transport.is_playing { kPlaying } else { 0 };
        context.projectTimeSamples = self.transport.position_frames;
        context.sampleRate = self.sample_rate_hz;
        context.continousTimeSamples = self.num_processed_frames as i64;
        context.tempo = 120.0;
        context
    }
}

fn bus(channels: &mut [*mut f32]) -> AudioBusBuffers {
    AudioBusBuffers {
        numChannels: channels.len() as i32,
        silenceFlags: 0,
        __field0: AudioBusBuffers__type0 { channelBuffers32: channels.as_mut_ptr() },
    }
}

impl Drop for Audio {
    fn drop(&mut self) {
        // What the plugin answers changes nothing any more.
        unsafe {
            self.processor.setProcessing(0);
            self.component.setActive(0);
        }
    }
}
