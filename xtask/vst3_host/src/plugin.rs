//! The main-thread side of one plugin instance.

use std::ffi::c_void;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use vst3::Steinberg::Vst::{
    IAudioProcessor, IComponent, IComponentHandler, IComponentTrait, IConnectionPoint, IConnectionPointTrait,
    IEditController, IEditControllerTrait, IHostApplication,
};
use vst3::Steinberg::{FUnknown, IBStream, IPluginBaseTrait, TUID, kResultOk};
use vst3::{ComPtr, ComWrapper};

use crate::application::{Application, LoopApplication};
use crate::audio::Audio;
use crate::block::Block;
use crate::changes::Point;
use crate::handler::Handler;
use crate::module::Module;
use crate::parameters::{self, Parameter};
use crate::run_loop::RunLoop;
use crate::stream::Stream;
use crate::{agreed, editor::Editor};

/// The main loop wakes up at least so often.
const TICK: Duration = Duration::from_millis(5);

/// A loaded plugin. Lives and dies on the thread that made it; editors and [`Audio`] are let go before it.
pub struct Plugin {
    pub(crate) controller: ComPtr<IEditController>,
    pub(crate) component: ComPtr<IComponent>,
    /// Of component and controller, where these are two objects.
    ends: Option<(ComPtr<IConnectionPoint>, ComPtr<IConnectionPoint>)>,
    is_single: bool,
    pub(crate) handler: ComWrapper<Handler>,
    run_loop: Arc<RunLoop>,
    parameters: Vec<Parameter>,
    /// Of the last setup.
    pub(crate) sample_rate_hz: std::cell::Cell<f64>,
    /// The plugin may ask it for its name as long as it lives.
    _applications: (ComWrapper<Application>, ComWrapper<LoopApplication>),
    /// Last: everything above is the library's.
    pub(crate) module: Option<Module>,
}

impl Plugin {
    /// Loads the first plugin of a `.vst3` bundle.
    pub fn load(bundle: &Path) -> Result<Self> {
        Self::create(Module::load(bundle)?, false)
    }

    /// The first plugin of this program, by its entry point (`GetPluginFactory`).
    pub fn linked(get_factory: extern "system" fn() -> *mut c_void) -> Result<Self> {
        Self::create(Module::linked(get_factory)?, false)
    }

    /// The same in a host that lends its main loop to plugins without a view too.
    pub fn linked_with_main_loop(get_factory: extern "system" fn() -> *mut c_void) -> Result<Self> {
        Self::create(Module::linked(get_factory)?, true)
    }

    /// One that is made by hand, in a host that lends its main loop to plugins without a view too or does not. It is
    /// its own controller.
    pub fn made(component: ComPtr<IComponent>, lends_loop: bool) -> Result<Self> {
        Self::adopt(component, None, lends_loop)
    }

    fn create(module: Module, lends_loop: bool) -> Result<Self> {
        let component = module.create(&module.audio_class()?)?;
        Self::adopt(component, Some(module), lends_loop)
    }

    fn adopt(component: ComPtr<IComponent>, module: Option<Module>, lends_loop: bool) -> Result<Self> {
        let run_loop = Arc::<RunLoop>::default();
        let (application, loop_application) =
            (ComWrapper::new(Application), ComWrapper::new(LoopApplication(Arc::clone(&run_loop))));
        let offered = match lends_loop {
            true => loop_application.as_com_ref::<IHostApplication>(),
            false => application.as_com_ref::<IHostApplication>(),
        };
        let context = offered.context("no host")?.as_ptr().cast::<FUnknown>();
        agreed(unsafe { component.initialize(context) }, "initialize")?;
        let single = component.cast::<IEditController>();
        let is_single = single.is_some();
        let controller = match single {
            Some(controller) => controller,
            None => {
                let mut class: TUID = [0; 16];
                agreed(unsafe { component.getControllerClassId(&mut class) }, "getControllerClassId")?;
                let module = module.as_ref().context("the plugin is no controller")?;
                let controller: ComPtr<IEditController> = module.create(&class)?;
                agreed(unsafe { controller.initialize(context) }, "initialize of the controller")?;
                controller
            }
        };
        let ends = if is_single { None } else { component.cast().zip(controller.cast()) };
        let handler = ComWrapper::new(Handler::new());
        let plugin = Self {
            parameters: parameters::list(&controller)?,
            controller,
            component,
            ends,
            is_single,
            handler,
            run_loop,
            sample_rate_hz: std::cell::Cell::new(0.0),
            _applications: (application, loop_application),
            module,
        };
        plugin.connect()?;
        Ok(plugin)
    }

    fn connect(&self) -> Result<()> {
        let handler = self.handler.as_com_ref::<IComponentHandler>().context("no handler")?;
        agreed(unsafe { self.controller.setComponentHandler(handler.as_ptr()) }, "setComponentHandler")?;
        if let Some((component, controller)) = &self.ends {
            agreed(unsafe { component.connect(controller.as_ptr()) }, "connect")?;
            agreed(unsafe { controller.connect(component.as_ptr()) }, "connect of the controller")?;
        }
        self.tell_controller(&self.save()?)
    }

    /// Hosts give the controller the component's state, also where both are one.
    fn tell_controller(&self, bytes: &[u8]) -> Result<()> {
        let stream = ComWrapper::new(Stream::new(bytes));
        let stream = stream.as_com_ref::<IBStream>().context("no stream")?;
        agreed(unsafe { self.controller.setComponentState(stream.as_ptr()) }, "setComponentState")
    }

    /// The state as the host would store it in a project.
    pub fn save(&self) -> Result<Vec<u8>> {
        let stream = ComWrapper::new(Stream::new(&[]));
        let written = stream.as_com_ref::<IBStream>().context("no stream")?;
        agreed(unsafe { self.component.getState(written.as_ptr()) }, "getState")?;
        Ok(stream.bytes())
    }

    /// Gives the plugin a stored state; an error if it refuses.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        let stream = ComWrapper::new(Stream::new(bytes));
        let stream = stream.as_com_ref::<IBStream>().context("no stream")?;
        agreed(unsafe { self.component.setState(stream.as_ptr()) }, "setState")?;
        self.tell_controller(bytes)
    }

    /// The same through a stream that takes so many bytes at once at most.
    pub fn save_in_pieces(&self, piece_bytes: usize) -> Result<Vec<u8>> {
        let stream = ComWrapper::new(Stream::in_pieces(&[], piece_bytes));
        let written = stream.as_com_ref::<IBStream>().context("no stream")?;
        agreed(unsafe { self.component.getState(written.as_ptr()) }, "getState")?;
        Ok(stream.bytes())
    }

    /// Gives the plugin a state through a stream that gives so many bytes at once at most.
    pub fn restore_in_pieces(&mut self, bytes: &[u8], piece_bytes: usize) -> Result<()> {
        let stream = ComWrapper::new(Stream::in_pieces(bytes, piece_bytes));
        let stream = stream.as_com_ref::<IBStream>().context("no stream")?;
        agreed(unsafe { self.component.setState(stream.as_ptr()) }, "setState")
    }

    /// All parameters in the plugin's order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter with this id.
    pub fn parameter(&self, id: u32) -> Result<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.id == id).with_context(|| format!("no parameter has id {id}"))
    }

    /// A parameter's present value.
    pub fn value(&self, id: u32) -> f64 {
        unsafe { self.controller.getParamNormalized(id) }
    }

    /// The text that the plugin shows for `value`.
    pub fn format(&self, id: u32, value: f64) -> Result<String> {
        parameters::format(&self.controller, id, value)
    }

    /// The value that the plugin reads in `text`.
    pub fn parse(&self, id: u32, text: &str) -> Result<f64> {
        parameters::parse(&self.controller, id, text)
    }

    /// Sets a parameter as a host's own control does: controller at once, processor with the next block.
    pub fn set(&self, id: u32, value: f64) -> Result<()> {
        self.handler.notes().to_process.push(Point { id, frame: 0, value });
        agreed(unsafe { self.controller.setParamNormalized(id, value) }, "setParamNormalized")
    }

    /// Everything the plugin changed by itself (from its editor) since the last call.
    pub fn take_changes(&self) -> Vec<(u32, f64)> {
        std::mem::take(&mut self.handler.notes().changes)
    }

    /// Gestures begun (true) and ended in the editor since the last call.
    pub fn take_gestures(&self) -> Vec<(u32, bool)> {
        std::mem::take(&mut self.handler.notes().gestures)
    }

    /// How often the plugin told values outside of gestures, or gestures that do not fit together.
    pub fn num_strays(&self) -> usize {
        self.handler.notes().num_strays
    }

    /// How often the plugin told the host of parameters from another thread than the main one.
    pub fn num_foreign_calls(&self) -> usize {
        self.handler.notes().num_foreign
    }

    /// Flags of the restarts that the plugin asked for since the last call.
    pub fn take_restarts(&self) -> Vec<i32> {
        std::mem::take(&mut self.handler.notes().restarts)
    }

    /// How often the plugin said that its state is worth saving.
    pub fn num_dirty(&self) -> usize {
        self.handler.notes().num_dirty
    }

    /// Processes a block just as it is given, on this thread; what the plugin answered. The plugin must have been set up
    /// by [`Plugin::set_up()`].
    pub fn process_block(&self, block: &mut Block) -> Result<i32> {
        let processor = self.component.cast::<IAudioProcessor>().context("the plugin does not process sound")?;
        Ok(block.run(processor.as_com_ref(), self.sample_rate_hz.get())?.0)
    }

    /// What the plugin has registered with the main loop.
    pub fn num_run_loop_handlers(&self) -> usize {
        self.run_loop.num_handlers()
    }

    /// How often the main loop called the plugin.
    pub fn num_run_loop_calls(&self) -> usize {
        self.run_loop.num_calls()
    }

    /// Makes the plugin ready to process blocks of at most `max_frames`.
    pub fn activate(&mut self, sample_rate_hz: f64, num_channels: usize, max_frames: usize) -> Result<Audio> {
        Audio::start(&self.component, &self.handler, sample_rate_hz, num_channels, max_frames)
    }

    /// Creates the editor; it is not seen before it is attached to a window.
    pub fn create_editor(&mut self) -> Result<Editor> {
        Editor::create(&self.controller, &self.run_loop)
    }

    /// The main loop for `time`.
    pub fn run(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            self.run_loop.tick(left.min(TICK))?;
            if left.is_zero() {
                return Ok(());
            }
        }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // What the plugin answers changes nothing any more.
        unsafe {
            if let Some((component, controller)) = self.ends.take() {
                component.disconnect(controller.as_ptr());
                controller.disconnect(component.as_ptr());
            }
            self.controller.setComponentHandler(std::ptr::null_mut());
            if !self.is_single {
                self.controller.terminate();
            }
            if self.component.terminate() != kResultOk {
                eprintln!("the plugin refuses to terminate");
            }
        }
    }
}
