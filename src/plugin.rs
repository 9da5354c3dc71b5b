//! The plugin's lifecycle: what the host calls, and which thread does what.

mod analysis_thread;
mod audio_thread;
mod button;
mod ears;
mod faults;
mod judging;
mod latency;
mod library;
mod reading;
mod remeasuring;
mod remote_controls;
mod resident;
mod sabotage;
mod shown;
mod work;
mod worker;

use std::sync::Arc;

use nice_plug::prelude::*;
use parking_lot::Mutex;

use crate::bridge::{self, AudioEnd, EditorEnd};
use crate::chain::settings::{Choice, LatencyMode};
use crate::dsp::heap::on_heap;
use crate::dsp::sample_rate::is_sample_rate;
use crate::editor::{self, DiscernEditor};
use crate::params::{ContextSlot, DiscernParams, SharedParams, filter_saved_state, filter_state, repair_state};

use analysis_thread::AnalysisThread;
use audio_thread::{AudioThread, Prepared};
use ears::Stream;

/// What is to be done on the host's main thread.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// Accept every open Needed move.
    AcceptNeeded,
}

/// The way from the analysis thread to the host's main thread; there from the plugin's construction on.
type MainThread = Arc<Mutex<Option<AsyncExecutor<Discern>>>>;

/// One instance of the plugin.
pub struct Discern {
    params: SharedParams,
    contexts: ContextSlot,
    main_thread: MainThread,
    editor_end: EditorEnd,
    /// Lives as long as the instance, so that what was heard outlasts a restart of the host's engine.
    analysis: AnalysisThread,
    /// Waits here between activations.
    audio_end: Option<AudioEnd>,
    audio: Option<Box<AudioThread>>,
}

impl Default for Discern {
    fn default() -> Self {
        let params = DiscernParams::new();
        let contexts = ContextSlot::default();
        let main_thread = MainThread::default();
        let (audio_end, analysis_end, editor_end) = bridge::connect();
        let accept_needed = {
            let main_thread = Arc::clone(&main_thread);
            move || {
                if let Some(executor) = &*main_thread.lock() {
                    executor.execute_gui(Task::AcceptNeeded);
                }
            }
        };
        let analysis = AnalysisThread::new(analysis_end, Arc::clone(&params), accept_needed);
        Self { params, contexts, main_thread, editor_end, analysis, audio_end: Some(audio_end), audio: None }
    }
}

impl Drop for Discern {
    fn drop(&mut self) {
        // The analysis thread is not waited for, and has nothing to ask of a host that let go.
        *self.main_thread.lock() = None;
        self.params.tell_when_dirty(|| ());
    }
}

impl Plugin for Discern {
    const NAME: &'static str = "Discern";
    const VENDOR: &'static str = "Discern";
    const URL: &'static str = env!("CARGO_PKG_HOMEPAGE");
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        AudioIOLayout {
            main_input_channels: NonZeroU32::new(2),
            main_output_channels: NonZeroU32::new(2),
            ..AudioIOLayout::const_default()
        },
        AudioIOLayout {
            main_input_channels: NonZeroU32::new(1),
            main_output_channels: NonZeroU32::new(1),
            ..AudioIOLayout::const_default()
        },
    ];

    // The same samples for every buffer size, also where parameters move in the middle of a block.
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;
    // The analysis thread sees what changed and wakes the editor.
    const NOTIFY_EDITOR_OF_PARAM_CHANGES: bool = false;

    type Editor = DiscernEditor;
    type SysExMessage = ();
    type BackgroundTask = Task;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        let params = Arc::clone(&self.params);
        let contexts = Arc::clone(&self.contexts);
        Box::new(move |Task::AcceptNeeded| {
            // What the host does then may ask for the context again.
            let context = contexts.lock().clone();
            params.accept_needed(context.as_ref());
        })
    }

    fn panic_hook(&mut self) -> PanicHook {
        let params = Arc::clone(&self.params);
        Arc::new(move |call, why| params.troubles.note_fault(faults::describe(call, why)))
    }

    fn latency_forecast(&mut self) -> Option<LatencyForecast> {
        let params = Arc::clone(&self.params);
        let forecast = move |sample_rate_hz: Option<f32>| {
            latency::forecast(sample_rate_hz.map(f64::from), latency_mode(&params)) as u32
        };
        Some(Arc::new(forecast))
    }

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    fn editor(&mut self, executor: AsyncExecutor<Self>) -> Option<DiscernEditor> {
        let dirty = executor.clone();
        self.params.tell_when_dirty(move || dirty.mark_dirty());
        *self.main_thread.lock() = Some(executor);
        editor::create(Arc::clone(&self.params), self.editor_end.clone(), Arc::clone(&self.contexts))
    }

    fn filter_state(state: &mut PluginState) {
        filter_state(state);
    }

    fn filter_saved_state(state: &mut PluginState) {
        filter_saved_state(state);
    }

    fn repair_state(json: &[u8]) -> Option<PluginState> {
        repair_state(json)
    }

    fn activate(
        &mut self,
        layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let num_channels = layout.main_output_channels.map_or(2, NonZeroU32::get) as usize;
        let sample_rate_hz = f64::from(config.sample_rate);
        if !is_sample_rate(sample_rate_hz) {
            self.deactivate();
            return false;
        }
        self.deactivate();
        let (producer, consumer) = bridge::frames(sample_rate_hz);
        let params = Arc::clone(&self.params);
        let prepared = on_heap(|| Prepared::new(producer, sample_rate_hz, config.process_mode, params));
        let Some(end) = self.audio_end.take() else { return false };
        let audio = on_heap(|| AudioThread::new(end, *prepared));
        context.set_latency_samples(audio.latency_samples() as u32);
        self.analysis.hear(Stream { frames: consumer, sample_rate_hz, num_channels });
        self.audio = Some(audio);
        true
    }

    fn deactivate(&mut self) {
        if let Some(audio) = self.audio.take() {
            self.audio_end = Some(audio.into_end());
        }
    }

    fn reset(&mut self) {
        if let Some(audio) = &mut self.audio {
            audio.reset();
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Some(audio) = &mut self.audio else { return ProcessStatus::Error("not active") };
        if audio.latency_mode() != latency_mode(&self.params) && audio.ask_for_restart_once() {
            context.request_restart();
        }
        audio.process(buffer.as_slice(), context.transport());
        ProcessStatus::Tail(audio.latency_samples() as u32)
    }
}

fn latency_mode(params: &SharedParams) -> LatencyMode {
    let mode = params.param("latency_mode").map_or(0.0, |(_, param)| param.value());
    LatencyMode::from_index(mode as usize)
}

impl ClapPlugin for Discern {
    const CLAP_ID: &'static str = "org.discern.discern";
    const CLAP_DESCRIPTION: Option<&'static str> = Some("A mastering assistant that leaves the decision to you");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::AudioEffect, ClapFeature::Stereo, ClapFeature::Mastering];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        remote_controls::define(&self.params, context);
    }
}

impl Vst3Plugin for Discern {
    const VST3_CLASS_ID: [u8; 16] = *b"DiscernMasterBus";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Mastering, Vst3SubCategory::Stereo];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_said_to_the_engineer() {
        let mut plugin = Discern::default();
        plugin.panic_hook()("process", "index out of bounds");
        let troubles = plugin.params.troubles.all();
        assert!(troubles.len() == 1 && troubles[0].is_fault);
        assert!(
            troubles[0].text.starts_with("Processing failed") && troubles[0].text.ends_with(": index out of bounds")
        );
    }
}
