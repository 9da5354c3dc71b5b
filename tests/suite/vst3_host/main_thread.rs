//! Threads: what the host is told, and when; what it may do meanwhile.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use discern_vst3_host::vst3::ComWrapper;
use discern_vst3_host::vst3::Steinberg::Vst::IComponent;
use discern_vst3_host::{Block, Plugin, Point, Setup};
use nice_plug::prelude::{
    ActivateContext, AsyncExecutor, AudioIOLayout, AuxiliaryBuffers, Buffer, BufferConfig, FloatParam, FloatRange,
    NonZeroU32, Params, ProcessContext, ProcessMode, ProcessStatus, TaskExecutor, Vst3Plugin, Vst3SubCategory,
};
use nice_plug::wrapper::vst3::Wrapper;

use super::{load, named, start, stop};

/// What a made plugin was told, and its way to the host.
#[derive(Default)]
struct Seen {
    modes: Mutex<Vec<ProcessMode>>,
    tasks: Mutex<Vec<thread::ThreadId>>,
    executor: Mutex<Option<AsyncExecutor<Made>>>,
}

thread_local! {
    /// For the instances that this test's thread makes.
    static SEEN: Arc<Seen> = Arc::default();
}

/// A plugin that notes what the wrapper does with it.
struct Made {
    seen: Arc<Seen>,
    params: Arc<MadeParams>,
}

#[derive(Params)]
struct MadeParams {
    #[id = "gain"]
    gain: FloatParam,
}

impl Default for Made {
    fn default() -> Self {
        let gain = FloatParam::new("Gain", 0.5, FloatRange::Linear { min: 0.0, max: 1.0 });
        Self { seen: SEEN.with(Arc::clone), params: Arc::new(MadeParams { gain }) }
    }
}

impl nice_plug::prelude::Plugin for Made {
    const NAME: &'static str = "Made";
    const VENDOR: &'static str = "Test";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = "1";
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: NonZeroU32::new(2),
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    }];
    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = ();

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        let seen = Arc::clone(&self.seen);
        Box::new(move |()| seen.tasks.lock().expect("no test panicked").push(thread::current().id()))
    }

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    fn editor(&mut self, executor: AsyncExecutor<Self>) -> Option<()> {
        *self.seen.executor.lock().expect("no test panicked") = Some(executor);
        None
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.seen.modes.lock().expect("no test panicked").push(config.process_mode);
        true
    }

    fn process(
        &mut self,
        _buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        _context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        ProcessStatus::Normal
    }
}

impl Vst3Plugin for Made {
    const VST3_CLASS_ID: [u8; 16] = *b"MadeForThisTest!";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = &[Vst3SubCategory::Fx];
}

fn made(lends_loop: bool) -> (Plugin, Arc<Seen>, AsyncExecutor<Made>) {
    let component = ComWrapper::new(Wrapper::<Made>::new()).to_com_ptr::<IComponent>().expect("a component");
    let plugin = Plugin::made(component, lends_loop).expect("the plugin is created");
    let seen = SEEN.with(Arc::clone);
    let executor = seen.executor.lock().expect("no test panicked").clone().expect("an executor");
    (plugin, seen, executor)
}

#[test]
fn the_mode_is_told_with_the_activation_that_it_is_for() {
    let (plugin, seen, _) = made(false);
    for is_offline in [false, true, true, false, true] {
        start(&plugin, Setup { is_offline, ..Setup::default() });
        stop(&plugin);
        let mode = if is_offline { ProcessMode::Offline } else { ProcessMode::Realtime };
        assert_eq!(seen.modes.lock().expect("no test panicked").last(), Some(&mode));
    }
}

#[test]
fn the_host_is_told_on_its_main_thread_that_the_state_has_changed() {
    let (plugin, _, executor) = made(false);
    let mark = || {
        let executor = executor.clone();
        thread::spawn(move || (0..10).for_each(|_| executor.mark_dirty())).join().expect("marks");
    };
    mark();
    assert_eq!(plugin.num_dirty(), 0, "from another thread");
    // The next call of the host's on its main thread.
    plugin.value(plugin.parameters()[0].id);
    assert_eq!(plugin.num_dirty(), 1, "once for all");
    plugin.save().expect("saves");
    assert_eq!(plugin.num_dirty(), 1);
    mark();
    plugin.save().expect("saves");
    assert_eq!(plugin.num_dirty(), 2);
    executor.mark_dirty();
    assert_eq!(plugin.num_dirty(), 3, "from the main thread at once");
    // Where the host lends its main loop no call is needed.
    let (mut plugin, _, executor) = made(true);
    thread::spawn(move || executor.mark_dirty()).join().expect("marks");
    plugin.run(Duration::from_millis(200)).expect("runs");
    assert_eq!((plugin.num_dirty(), plugin.num_foreign_calls()), (1, 0));
}

#[test]
fn tasks_come_to_the_main_thread_and_to_no_other() {
    let (mut plugin, seen, executor) = made(true);
    thread::spawn(move || (0..100).for_each(|_| executor.execute_gui(()))).join().expect("posts");
    plugin.run(Duration::from_millis(200)).expect("runs");
    let tasks = std::mem::take(&mut *seen.tasks.lock().expect("no test panicked"));
    assert_eq!(tasks, [thread::current().id(); 100]);
    let (plugin, seen, executor) = made(false);
    thread::spawn(move || executor.execute_gui(())).join().expect("posts");
    assert!(seen.tasks.lock().expect("no test panicked").is_empty());
    plugin.save().expect("saves");
    assert_eq!(*seen.tasks.lock().expect("no test panicked"), [thread::current().id()]);
}

#[test]
fn what_the_audio_thread_asks_for_comes_to_the_main_loop_by_itself() {
    let mut plugin = Plugin::linked_with_main_loop(discern::GetPluginFactory).expect("the plugin is created");
    let mode = named(&plugin, "Latency mode").id;
    let mut audio = plugin.activate(48_000.0, 2, 512).expect("activates");
    let audio = thread::spawn(move || {
        audio.bring(&[Point { id: mode, frame: 0, value: 1.0 }]);
        for _ in 0..5 {
            audio.process(&mut [vec![0.0; 512], vec![0.0; 512]]).expect("processes");
        }
        audio
    });
    let audio = audio.join().expect("processes");
    plugin.run(Duration::from_millis(300)).expect("runs");
    assert_eq!(plugin.take_restarts(), [8]);
    assert_eq!(plugin.num_foreign_calls(), 0);
    drop(audio);
}

#[test]
fn one_instance_may_go_while_the_parameters_of_another_change() {
    for round in 0..8 {
        let (idle, mut busy) = (load(), load());
        let ids: Vec<_> = busy.parameters().iter().filter(|it| it.is_automatable).map(|it| it.id).take(40).collect();
        let mut audio = busy.activate(48_000.0, 2, 512).expect("activates");
        let worker = thread::spawn(move || {
            for block in 0..10 {
                let value = |n: usize| ((block * 7 + n) % 10) as f64 / 10.0;
                let points = ids
                    .iter()
                    .flat_map(|id| (0..10).map(move |n| Point { id: *id, frame: 50 * n as i32, value: value(n) }));
                let mut given = Block::stereo(&[0.3; 512], &[0.3; 512]);
                given.points = points.collect();
                assert_eq!(audio.process_block(&mut given).expect("processes"), 0);
            }
            audio
        });
        if round % 2 == 0 {
            drop(idle);
            drop(worker.join().expect("processes"));
            drop(busy);
        } else {
            drop(worker.join().expect("processes"));
            drop(busy);
            drop(idle);
        }
    }
}
