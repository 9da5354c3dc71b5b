//! The main-thread side of one plugin instance.

use std::ffi::CStr;
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_extensions::latency::PluginLatency;
use clack_extensions::params::PluginParams;
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::entry::EntryDescriptor;
use clack_host::events::event_types::ParamValueEvent;
use clack_host::prelude::*;

use crate::audio::{Audio, events_to_changes};
use crate::callbacks::{Callbacks, Wishes};
use crate::parameters::{self, Parameter};

/// What the plugin says about itself before it is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// For ever.
    pub id: String,
    /// For people.
    pub name: String,
    /// Maker.
    pub vendor: String,
    /// Of the plugin.
    pub version: String,
    /// CLAP feature tags.
    pub features: Vec<String>,
}

/// A loaded plugin. Lives and dies on the thread that made it.
pub struct Plugin {
    instance: PluginInstance<Callbacks>,
    descriptor: Descriptor,
    parameters: Vec<Parameter>,
    num_channels: usize,
}

impl Plugin {
    /// Loads the first plugin of a `.clap` file.
    pub fn load(path: &Path) -> Result<Self> {
        #[allow(unsafe_code)] // Loading a library runs its code; the file is one that this repository built.
        let entry = unsafe { PluginEntry::load(path) };
        let entry = entry.with_context(|| format!("{} cannot be loaded as a CLAP plugin", path.display()))?;
        Self::create(&entry)
    }

    /// Creates the first plugin of an entry that is linked into this program.
    pub fn from_entry(entry: &'static EntryDescriptor) -> Result<Self> {
        #[allow(unsafe_code)] // The entry is a static of the plugin's own library, valid for ever.
        let entry = unsafe { PluginEntry::load_from_raw(entry, c"") };
        Self::create(&entry.context("the entry refuses to start")?)
    }

    fn create(entry: &PluginEntry) -> Result<Self> {
        let factory = entry.get_plugin_factory().context("the entry has no plugin factory")?;
        let described = factory.plugin_descriptor(0).context("the factory is empty")?;
        let text = |text: Option<&CStr>| text.map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
        let descriptor = Descriptor {
            id: text(described.id()),
            name: text(described.name()),
            vendor: text(described.vendor()),
            version: text(described.version()),
            features: described.features().map(|feature| text(Some(feature))).collect(),
        };
        let host = HostInfo::new("Discern test host", "Discern", "", env!("CARGO_PKG_VERSION"))?;
        let id = described.id().context("a plugin without an id")?;
        let mut instance =
            PluginInstance::new(|()| Wishes::default(), |wishes| Callbacks::main_thread(wishes), entry, id, &host)?;
        let handle = instance.plugin_handle();
        let parameters = match handle.get_extension::<PluginParams>() {
            Some(params) => parameters::list(&handle, &params)?,
            None => Vec::new(),
        };
        Ok(Self { instance, descriptor, parameters, num_channels: 2 })
    }

    /// What the plugin says about itself.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// All parameters in the plugin's order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter with this id.
    pub fn parameter(&self, id: ClapId) -> Result<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.id == id).with_context(|| format!("no parameter has id {id}"))
    }

    fn params(&mut self) -> Result<(PluginMainThreadHandle<'_>, PluginParams)> {
        let handle = self.instance.plugin_handle();
        let params = handle.get_extension::<PluginParams>().context("the plugin has no parameters")?;
        Ok((handle, params))
    }

    /// A parameter's present value.
    pub fn value(&mut self, id: ClapId) -> Result<f64> {
        let (handle, params) = self.params()?;
        params.get_value(&handle, id).with_context(|| format!("no parameter has id {id}"))
    }

    /// The value that the plugin reads in `text`.
    pub fn parse(&mut self, id: ClapId, text: &str) -> Result<f64> {
        let (handle, params) = self.params()?;
        parameters::parse(&handle, &params, id, text)
    }

    /// The text that the plugin shows for `value`.
    pub fn format(&mut self, id: ClapId, value: f64) -> Result<String> {
        let (handle, params) = self.params()?;
        parameters::format(&handle, &params, id, value)
    }

    /// Sets parameters while the plugin is not active; returns what the plugin changed by itself.
    pub fn flush(&mut self, changes: &[(ClapId, f64)]) -> Result<Vec<(ClapId, f64)>> {
        self.wishes(|wishes| wishes.flush.store(false, Ordering::Release));
        let (_, params) = self.params()?;
        let mut handle = self.instance.inactive_plugin_handle().context("an active plugin is set by its events")?;
        let mut input = EventBuffer::new();
        let mut output = EventBuffer::new();
        for &(id, value) in changes {
            input.push(&ParamValueEvent::new(0, id, Pckn::match_all(), value));
        }
        params.flush(&mut handle, &input.as_input(), &mut output.as_output());
        Ok(events_to_changes(&output))
    }

    /// The names of the channel layouts on offer.
    pub fn layouts(&mut self) -> Vec<String> {
        let handle = self.instance.plugin_handle();
        let Some(configs) = handle.get_extension::<PluginAudioPortsConfig>() else { return Vec::new() };
        let mut buffer = AudioPortsConfigBuffer::new();
        let count = configs.count(&handle);
        let name = |config: &[u8]| String::from_utf8_lossy(config).into_owned();
        (0..count)
            .filter_map(|index| configs.get(&handle, index, &mut buffer).map(|config| name(config.name)))
            .collect()
    }

    /// Chooses the layout with so many channels in and out; the plugin must not be active.
    pub fn set_num_channels(&mut self, num_channels: usize) -> Result<()> {
        if self.instance.is_active() {
            bail!("the layout of an active plugin cannot change");
        }
        let handle = self.instance.plugin_handle();
        let configs = handle.get_extension::<PluginAudioPortsConfig>().context("the plugin has only one layout")?;
        let mut buffer = AudioPortsConfigBuffer::new();
        for index in 0..configs.count(&handle) {
            let Some(config) = configs.get(&handle, index, &mut buffer) else { continue };
            let channels = |port: Option<clack_extensions::audio_ports_config::MainPortInfo>| {
                port.map_or(0, |port| port.channel_count as usize)
            };
            if channels(config.main_input) == num_channels && channels(config.main_output) == num_channels {
                configs.select(&handle, config.id)?;
                self.num_channels = num_channels;
                return Ok(());
            }
        }
        bail!("the plugin has no layout with {num_channels} channels");
    }

    /// Says that processing is offline (a bounce) or in real time; a plugin may ask for a restart.
    pub fn set_offline(&mut self, is_offline: bool) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let render = handle.get_extension::<PluginRender>().context("the plugin cannot be told the render mode")?;
        Ok(render.set(&handle, if is_offline { RenderMode::Offline } else { RenderMode::Realtime })?)
    }

    /// Makes the plugin ready to process blocks of at most `max_frames`.
    pub fn activate(&mut self, sample_rate_hz: f64, max_frames: u32) -> Result<Audio> {
        let configuration =
            PluginAudioConfiguration { sample_rate: sample_rate_hz, min_frames_count: 1, max_frames_count: max_frames };
        let processor = self.instance.activate(|_, _| (), configuration).context("the plugin refuses to activate")?;
        Audio::new(processor, sample_rate_hz, max_frames as usize, self.num_channels)
    }

    /// Ends processing; the plugin can then be activated anew.
    pub fn deactivate(&mut self, audio: Audio) {
        self.wishes(|wishes| wishes.restart.store(false, Ordering::Release));
        self.instance.deactivate(audio.into_processor());
    }

    /// Delay from input to output, samples.
    pub fn latency_samples(&mut self) -> usize {
        let handle = self.instance.plugin_handle();
        handle.get_extension::<PluginLatency>().map_or(0, |latency| latency.get(&handle) as usize)
    }

    /// The state as the host would store it in a project.
    pub fn save(&mut self) -> Result<Vec<u8>> {
        let handle = self.instance.plugin_handle();
        let state = handle.get_extension::<PluginState>().context("the plugin has no state")?;
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes).context("the plugin cannot save its state")?;
        Ok(bytes)
    }

    /// Gives the plugin a stored state; an error if it refuses.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let state = handle.get_extension::<PluginState>().context("the plugin has no state")?;
        state.load(&handle, &mut &bytes[..]).context("the plugin refuses the state")
    }

    /// Does what the plugin asked of the main thread. To be called every few milliseconds.
    pub fn idle(&mut self) {
        if self.wishes(|wishes| wishes.callback.swap(false, Ordering::AcqRel)) {
            self.instance.call_on_main_thread_callback();
        }
    }

    /// The plugin wants to be deactivated and activated again.
    pub fn wants_restart(&self) -> bool {
        self.wishes(|wishes| wishes.restart.load(Ordering::Acquire))
    }

    /// How often the plugin said that its latency changed.
    pub fn num_latency_changes(&self) -> u32 {
        self.wishes(|wishes| wishes.num_latency_changes.load(Ordering::Relaxed))
    }

    pub(crate) fn wishes<T>(&self, read: impl FnOnce(&Wishes) -> T) -> T {
        self.instance.access_shared_handler(read)
    }

    pub(crate) fn handle(&mut self) -> PluginMainThreadHandle<'_> {
        self.instance.plugin_handle()
    }
}
