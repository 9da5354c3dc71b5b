//! The plugin's parameters as it describes them to a host.

use std::ffi::CString;

use anyhow::{Context, Result, bail};
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_host::prelude::*;

/// One parameter. Values are CLAP's plain values in `min..=max`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// For events.
    pub id: ClapId,
    /// As shown to people.
    pub name: String,
    /// Groups, separated by `/`.
    pub module: String,
    /// Lowest value.
    pub min: f64,
    /// Highest value.
    pub max: f64,
    /// Value of a fresh instance.
    pub default: f64,
    /// Whole numbers only.
    pub is_stepped: bool,
    /// The host may record and play changes.
    pub is_automatable: bool,
    /// Merged with the host's own bypass button.
    pub is_bypass: bool,
}

/// Lists all parameters in the plugin's order.
pub(crate) fn list(handle: &PluginMainThreadHandle, params: &PluginParams) -> Result<Vec<Parameter>> {
    let mut buffer = ParamInfoBuffer::new();
    (0..params.count(handle))
        .map(|index| {
            let info = params.get_info(handle, index, &mut buffer).context("a parameter without information")?;
            Ok(Parameter {
                id: info.id,
                name: String::from_utf8_lossy(info.name).into_owned(),
                module: String::from_utf8_lossy(info.module).into_owned(),
                min: info.min_value,
                max: info.max_value,
                default: info.default_value,
                is_stepped: info.flags.contains(ParamInfoFlags::IS_STEPPED),
                is_automatable: info.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
                is_bypass: info.flags.contains(ParamInfoFlags::IS_BYPASS),
            })
        })
        .collect()
}

/// The value that the plugin reads in `text`.
pub(crate) fn parse(handle: &PluginMainThreadHandle, params: &PluginParams, id: ClapId, text: &str) -> Result<f64> {
    let Some(value) = params.text_to_value(handle, id, &CString::new(text)?) else {
        bail!("the plugin does not understand the text {text:?}");
    };
    Ok(value)
}

/// The text that the plugin shows for `value`.
pub(crate) fn format(handle: &PluginMainThreadHandle, params: &PluginParams, id: ClapId, value: f64) -> Result<String> {
    let mut buffer = [0; 128];
    let text = params.value_to_text(handle, id, value, &mut buffer).context("the plugin has no text for a value")?;
    Ok(String::from_utf8_lossy(text).into_owned())
}

impl Parameter {
    /// The id that the framework gives to a parameter named `key` in the plugin's code: its 31-bit polynomial hash.
    pub fn id_of(key: &str) -> ClapId {
        let hash = key.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        ClapId::new(hash & 0x7fff_ffff)
    }

    /// `value` as a share of the range, as VST3 hosts see it.
    pub fn normalized(&self, value: f64) -> f64 {
        (value - self.min) / (self.max - self.min)
    }
}
