//! A plugin that notes what the framework gives it.

// Reason for the exception: the framework makes its CLAP instance from a raw pointer to the host.
#![allow(unsafe_code)]

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use nice_plug::prelude::*;
use nice_plug::wrapper::clap::Wrapper;

use super::rig::Rig;

/// One call of `process`.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub frames: usize,
    pub position_samples: Option<i64>,
    pub is_playing: bool,
    pub gain: f32,
}

/// What happened, by instance.
#[derive(Default)]
pub struct Notes {
    pub pieces: Mutex<Vec<Piece>>,
    pub num_tasks_done: AtomicU32,
}

thread_local! {
    /// Where the next instance that this thread makes writes its notes.
    static NOTES: std::cell::RefCell<Arc<Notes>> = std::cell::RefCell::default();
}

#[derive(Params)]
struct ProbeParams {
    #[id = "gain"]
    gain: FloatParam,
}

/// Asks for a background task in every piece.
pub struct Probe {
    params: Arc<ProbeParams>,
    notes: Arc<Notes>,
}

impl Probe {
    /// An instance in a host, and what it notes.
    pub fn rig() -> (Rig, Arc<Notes>) {
        let notes = Arc::new(Notes::default());
        NOTES.with(|next| *next.borrow_mut() = Arc::clone(&notes));
        (Rig::with(create), notes)
    }
}

fn create(host: *const clap_host) -> *const clap_plugin {
    // SAFETY: the rig's host outlives its plugin, and `destroy` takes back the reference that is leaked here.
    unsafe { (*Arc::into_raw(Wrapper::<Probe>::new(host))).clap_plugin.as_ptr() }
}

impl Default for Probe {
    fn default() -> Self {
        let gain = FloatParam::new("Gain", 0.0, FloatRange::Linear { min: 0.0, max: 1.0 });
        Self { params: Arc::new(ProbeParams { gain }), notes: NOTES.with(|next| Arc::clone(&next.borrow())) }
    }
}

impl Plugin for Probe {
    const NAME: &'static str = "Probe";
    const VENDOR: &'static str = "";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = "1";
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: NonZeroU32::new(2),
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    }];
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = Duration;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        let notes = Arc::clone(&self.notes);
        Box::new(move |duration| {
            std::thread::sleep(duration);
            notes.num_tasks_done.fetch_add(1, Ordering::SeqCst);
            assert!(!duration.is_zero(), "a task that fails");
        })
    }

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        self.notes.pieces.lock().expect("not poisoned").push(Piece {
            frames: buffer.samples(),
            position_samples: context.transport().pos_samples(),
            is_playing: context.transport().playing,
            gain: self.params.gain.value(),
        });
        // A gain of 1 asks for a task that fails, any other for one that takes as many milliseconds.
        match self.params.gain.value() {
            0.0 => {}
            1.0 => context.execute_background(Duration::ZERO),
            gain => context.execute_background(Duration::from_secs_f32(gain * 0.1)),
        }
        ProcessStatus::Normal
    }
}

impl ClapPlugin for Probe {
    const CLAP_ID: &'static str = "org.discern.probe";
    const CLAP_DESCRIPTION: Option<&'static str> = None;
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[];
}
