//! The way to processing step by step, in any order, as hosts go it; every answer is the plugin's.

use anyhow::{Context, Result};
use vst3::ComPtr;
use vst3::Steinberg::Vst::ProcessModes_::{kOffline, kRealtime};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::{kSample32, kSample64};
use vst3::Steinberg::Vst::{IAudioProcessor, IAudioProcessorTrait, IComponentTrait, ProcessSetup};

use crate::plugin::Plugin;

/// How the host will process.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Hz.
    pub sample_rate_hz: f64,
    /// Longest block.
    pub max_frames: i32,
    /// Not in real time.
    pub is_offline: bool,
    /// Samples of 64 bits.
    pub is_double: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { sample_rate_hz: 48_000.0, max_frames: 512, is_offline: false, is_double: false }
    }
}

impl Plugin {
    fn processor(&self) -> Result<ComPtr<IAudioProcessor>> {
        self.component.cast::<IAudioProcessor>().context("the plugin does not process sound")
    }

    /// `setupProcessing`.
    pub fn set_up(&self, setup: Setup) -> Result<i32> {
        self.sample_rate_hz.set(setup.sample_rate_hz);
        let mut setup = ProcessSetup {
            processMode: if setup.is_offline { kOffline } else { kRealtime } as i32,
            symbolicSampleSize: if setup.is_double { kSample64 } else { kSample32 } as i32,
            maxSamplesPerBlock: setup.max_frames,
            sampleRate: setup.sample_rate_hz,
        };
        Ok(unsafe { self.processor()?.setupProcessing(&mut setup) })
    }

    /// `setActive`.
    pub fn set_active(&self, is_active: bool) -> i32 {
        unsafe { self.component.setActive(is_active.into()) }
    }

    /// `setProcessing`.
    pub fn set_processing(&self, is_processing: bool) -> Result<i32> {
        Ok(unsafe { self.processor()?.setProcessing(is_processing.into()) })
    }

    /// `setBusArrangements` with so many speakers on each side; what the plugin answered.
    pub fn arrange(&self, num_channels: u32) -> Result<i32> {
        let mut inputs = 1u64.checked_shl(num_channels).map_or(u64::MAX, |bit| bit - 1);
        let mut outputs = inputs;
        Ok(unsafe { self.processor()?.setBusArrangements(&mut inputs, 1, &mut outputs, 1) })
    }

    /// Delay from input to output, samples, active or not.
    pub fn latency_samples(&self) -> Result<u32> {
        Ok(unsafe { self.processor()?.getLatencySamples() })
    }

    /// How long it sounds after the input ends, samples.
    pub fn tail_samples(&self) -> Result<u32> {
        Ok(unsafe { self.processor()?.getTailSamples() })
    }
}
