//! A plugin as an engineer's session has it: settings by their ids, actions pressed, the report read from the state.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use discern::chain::settings::{self, Setting};
use discern_host::{Audio, ClapId, Parameter, Plugin};
use serde_json::Value;

/// The loaded plugin, driven by the ids that settings have in files and on the command line.
pub struct Session {
    /// The plugin itself.
    pub plugin: Plugin,
}

impl Session {
    /// Loads a built `.clap`.
    pub fn load(path: &Path) -> Result<Self> {
        let plugin = Plugin::load(path)?;
        ensure!(plugin.descriptor().id == "org.discern.discern", "{} is another plugin", path.display());
        Ok(Self { plugin })
    }

    /// Ready to process blocks of at most `max_frames`.
    pub fn activate(&mut self, sample_rate_hz: f64, num_channels: usize, max_frames: usize) -> Result<Audio> {
        self.plugin.set_num_channels(num_channels)?;
        self.plugin.activate(sample_rate_hz, u32::try_from(max_frames)?)
    }

    /// The host's value for a setting: what the plugin reads in the setting's own text.
    pub fn host_value(&mut self, id: &str, value: f64) -> Result<(ClapId, f64)> {
        let setting = find(id)?;
        let host_id = Parameter::id_of(id);
        let value = self.plugin.parse(host_id, &setting.format(value)).with_context(|| format!("setting {id}"))?;
        Ok((host_id, value))
    }

    /// Fails unless the plugin has all these values.
    pub fn check(&mut self, wanted: &[(String, f64)]) -> Result<()> {
        for (id, value) in wanted {
            let has = setting(&mut self.plugin, id)?;
            let value = find(id)?.snap(*value);
            ensure!(has == value, "{id} is {has}, not {value}");
        }
        Ok(())
    }
}

/// A setting's present value, read from the text that the plugin shows.
pub fn setting(plugin: &mut Plugin, id: &str) -> Result<f64> {
    let setting = find(id)?;
    let host_id = Parameter::id_of(id);
    let value = plugin.value(host_id)?;
    let text = plugin.format(host_id, value)?;
    setting.parse(&text).with_context(|| format!("the plugin shows {text:?} for {id}"))
}

/// What the plugin keeps beside its parameters, as it would be saved in a project.
pub fn saved(plugin: &mut Plugin) -> Result<Value> {
    saved_in(&plugin.save()?)
}

/// What a state of either format keeps beside the parameters.
pub fn saved_in(state: &[u8]) -> Result<Value> {
    let json: Value = serde_json::from_slice(json_of(state)?)?;
    let kept = json["fields"]["discern"].as_str().context("the state has no Discern part")?;
    Ok(serde_json::from_str(kept)?)
}

/// The same state with something else beside the parameters.
pub fn with_saved(state: &[u8], edit: impl FnOnce(&mut Value)) -> Result<Vec<u8>> {
    let mut kept = saved_in(state)?;
    edit(&mut kept);
    let mut json: Value = serde_json::from_slice(json_of(state)?)?;
    json["fields"]["discern"] = kept.to_string().into();
    let bytes = json.to_string().into_bytes();
    // As it came: with its length in front or not.
    let length = if state.first() == Some(&b'{') { Vec::new() } else { (bytes.len() as u64).to_le_bytes().to_vec() };
    Ok([length, bytes].concat())
}

/// CLAP gives no length, so the framework puts it in front there: 8 bytes.
fn json_of(state: &[u8]) -> Result<&[u8]> {
    if state.first() == Some(&b'{') { Ok(state) } else { state.get(8..).context("the state is empty") }
}

/// The report of the last listening, once there is one.
pub fn report(plugin: &mut Plugin) -> Result<Option<Value>> {
    let report = saved(plugin)?["report"].take();
    Ok((!report.is_null()).then_some(report))
}

/// The settings of all moves of one class in a report, in order.
pub fn settings_of_moves(report: &Value, class: &str) -> Result<Vec<(String, f64)>> {
    let mut settings = Vec::new();
    for proposed in report["moves"].as_array().context("the report has no moves")? {
        if proposed["class"] == class {
            for (id, value) in proposed["settings"].as_object().context("a move without settings")? {
                settings.push((id.clone(), value.as_f64().context("a setting without a number")?));
            }
        }
    }
    Ok(settings)
}

fn find(id: &str) -> Result<&'static Setting> {
    match settings::find(id) {
        Some(setting) => Ok(setting),
        None => bail!("there is no setting {id}"),
    }
}
