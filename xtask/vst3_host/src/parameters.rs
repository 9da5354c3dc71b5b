//! The plugin's parameters as it describes them to a host. Values are shares of the range, 0..=1.

use anyhow::{Context, Result};
use vst3::ComPtr;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::{kCanAutomate, kIsBypass, kIsList};
use vst3::Steinberg::Vst::{IEditController, IEditControllerTrait, ParameterInfo, String128};

use crate::agreed;

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// For ever.
    pub id: u32,
    /// For people.
    pub name: String,
    /// Merged with the host's own bypass button.
    pub is_bypass: bool,
    /// Shown as a list of choices.
    pub is_list: bool,
    /// May be automated.
    pub is_automatable: bool,
    /// Values less one; 0 for a continuous range.
    pub num_steps: i32,
    /// Group that it belongs to; 0 for none.
    pub unit: i32,
    /// The value of a new instance, a millionth of the range.
    pub default_millionths: i64,
}

/// Lists all parameters in the plugin's order.
pub(crate) fn list(controller: &ComPtr<IEditController>) -> Result<Vec<Parameter>> {
    // The plugin fills a structure of ours, for which zeros are valid: numbers and empty strings.
    let count = unsafe { controller.getParameterCount() };
    (0..count)
        .map(|idx| {
            let mut info: ParameterInfo = unsafe { std::mem::zeroed() };
            agreed(unsafe { controller.getParameterInfo(idx, &mut info) }, "getParameterInfo")?;
            let is = |flag: i32| info.flags & flag != 0;
            Ok(Parameter {
                id: info.id,
                name: text(&info.title),
                is_bypass: is(kIsBypass),
                is_list: is(kIsList),
                is_automatable: is(kCanAutomate),
                num_steps: info.stepCount,
                unit: info.unitId,
                default_millionths: (info.defaultNormalizedValue * 1e6).round() as i64,
            })
        })
        .collect()
}

/// The text that the plugin shows for `value`.
pub(crate) fn format(controller: &ComPtr<IEditController>, id: u32, value: f64) -> Result<String> {
    let mut shown: String128 = [0; 128];
    agreed(unsafe { controller.getParamStringByValue(id, value, &mut shown) }, "getParamStringByValue")?;
    Ok(text(&shown))
}

/// The value that the plugin reads in `text`.
pub(crate) fn parse(controller: &ComPtr<IEditController>, id: u32, text: &str) -> Result<f64> {
    let mut typed: String128 = [0; 128];
    write_text(text, &mut typed);
    let mut value = 0.0;
    let result = unsafe { controller.getParamValueByString(id, typed.as_mut_ptr(), &mut value) };
    agreed(result, "getParamValueByString").with_context(|| format!("the plugin does not understand {text:?}"))?;
    Ok(value)
}

fn text(letters: &[u16]) -> String {
    let end = letters.iter().position(|letter| *letter == 0).unwrap_or(letters.len());
    String::from_utf16_lossy(&letters[..end])
}

/// As much of a text as there is room for, and its end.
pub(crate) fn write_text(text: &str, letters: &mut [u16]) {
    let room = letters.len() - 1;
    letters.fill(0);
    for (letter, symbol) in letters[..room].iter_mut().zip(text.encode_utf16()) {
        *letter = symbol;
    }
}
