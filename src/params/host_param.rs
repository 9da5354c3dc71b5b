//! One setting as a host parameter: same range, same text, same numbers.

use std::sync::Arc;

use nice_plug::prelude::{BoolParam, FloatParam, FloatRange, IntParam, IntRange, Param, ParamPtr, ParamSetter};

use crate::chain::settings::{Kind, Setting};

/// A setting as the host knows it.
#[derive(Debug)]
pub enum HostParam {
    /// A number.
    Number(FloatParam),
    /// Off or on.
    Toggle(BoolParam),
    /// One of several: its position.
    Choice(IntParam),
}

impl HostParam {
    /// The parameter of a setting.
    pub fn new(setting: &'static Setting) -> Self {
        let name = match setting.group {
            "" => setting.name.clone(),
            group => format!("{group} {}", setting.name),
        };
        let to_text = move |value: f64| setting.format(value);
        let to_value = move |text: &str| setting.parse_clamped(text);
        match setting.kind {
            Kind::Number { min, max, step, is_log, .. } => Self::Number(
                FloatParam::new(name, setting.default as f32, range(min, max, is_log))
                    .with_step_size(step as f32)
                    .with_unit(unit_suffix(setting.unit))
                    .with_value_to_string(Arc::new(move |value| to_text(f64::from(value))))
                    .with_string_to_value(Arc::new(move |text| to_value(text).map(|value| value as f32))),
            ),
            Kind::Toggle => {
                let param = BoolParam::new(name, setting.default >= 0.5)
                    .with_value_to_string(Arc::new(move |is_on| to_text(f64::from(u8::from(is_on)))))
                    .with_string_to_value(Arc::new(move |text| to_value(text).map(|value| value >= 0.5)));
                Self::Toggle(if setting.id == "bypass" { param.make_bypass() } else { param })
            }
            Kind::Choice(names) => {
                let range = IntRange::Linear { min: 0, max: names.len() as i32 - 1 };
                let param = IntParam::new(name, setting.default as i32, range)
                    .list()
                    .with_value_to_string(Arc::new(move |position| label(names, position)))
                    .with_string_to_value(Arc::new(move |text| to_value(text).map(|value| value as i32)));
                // A change of latency needs a restart of the host's engine, so it is not for automation.
                Self::Choice(if setting.id == "latency_mode" { param.non_automatable() } else { param })
            }
        }
    }

    /// The value in force, modulation included, as settings hold it. Real-time safe.
    pub fn value(&self) -> f64 {
        match self {
            Self::Number(param) => f64::from(param.modulated_plain_value()),
            Self::Toggle(param) => f64::from(u8::from(param.modulated_plain_value())),
            Self::Choice(param) => f64::from(param.modulated_plain_value()),
        }
    }

    /// The value without modulation, normalized to 0–1: where a knob stands.
    pub fn normalized(&self) -> f32 {
        match self {
            Self::Number(param) => param.unmodulated_normalized_value(),
            Self::Toggle(param) => param.unmodulated_normalized_value(),
            Self::Choice(param) => param.unmodulated_normalized_value(),
        }
    }

    /// Normalizes a plain value.
    pub fn to_normalized(&self, value: f64) -> f32 {
        match self {
            Self::Number(param) => param.preview_normalized(value as f32),
            Self::Toggle(param) => param.preview_normalized(value >= 0.5),
            Self::Choice(param) => param.preview_normalized(value as i32),
        }
    }

    /// The plain value at a normalized position.
    pub fn to_plain(&self, normalized: f32) -> f64 {
        match self {
            Self::Number(param) => f64::from(param.preview_plain(normalized)),
            Self::Toggle(param) => f64::from(u8::from(param.preview_plain(normalized))),
            Self::Choice(param) => f64::from(param.preview_plain(normalized)),
        }
    }

    /// Name as the host shows it.
    pub fn name(&self) -> &str {
        match self {
            Self::Number(param) => param.name(),
            Self::Toggle(param) => param.name(),
            Self::Choice(param) => param.name(),
        }
    }

    /// Begins a gesture.
    pub fn begin(&self, setter: &ParamSetter<'_>) {
        match self {
            Self::Number(param) => setter.begin_set_parameter(param),
            Self::Toggle(param) => setter.begin_set_parameter(param),
            Self::Choice(param) => setter.begin_set_parameter(param),
        }
    }

    /// Sets a plain value inside a gesture.
    pub fn set(&self, setter: &ParamSetter<'_>, value: f64) {
        match self {
            Self::Number(param) => setter.set_parameter(param, value as f32),
            Self::Toggle(param) => setter.set_parameter(param, value >= 0.5),
            Self::Choice(param) => setter.set_parameter(param, value as i32),
        }
    }

    /// Ends a gesture.
    pub fn end(&self, setter: &ParamSetter<'_>) {
        match self {
            Self::Number(param) => setter.end_set_parameter(param),
            Self::Toggle(param) => setter.end_set_parameter(param),
            Self::Choice(param) => setter.end_set_parameter(param),
        }
    }

    pub(super) fn as_ptr(&self) -> ParamPtr {
        match self {
            Self::Number(param) => param.as_ptr(),
            Self::Toggle(param) => param.as_ptr(),
            Self::Choice(param) => param.as_ptr(),
        }
    }
}

/// Ratios get a skew that puts the geometric mean in the middle: the framework has no logarithmic range.
fn range(min: f64, max: f64, is_log: bool) -> FloatRange {
    if is_log {
        let middle = ((min * max).sqrt() - min) / (max - min);
        FloatRange::Skewed { min: min as f32, max: max as f32, factor: (0.5f64.ln() / middle.ln()) as f32 }
    } else {
        FloatRange::Linear { min: min as f32, max: max as f32 }
    }
}

fn unit_suffix(unit: &str) -> &'static str {
    match unit {
        "dB" => " dB",
        "dBFS" => " dBFS",
        "dBTP" => " dBTP",
        "Hz" => " Hz",
        "ms" => " ms",
        "%" => " %",
        "°" => "°",
        ":1" => ":1",
        _ => "",
    }
}

fn label(names: &[(&'static str, &'static str)], position: i32) -> String {
    let last = names.len() - 1;
    names[usize::try_from(position).unwrap_or(0).min(last)].1.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::settings::table;

    #[test]
    fn every_step_survives_the_way_through_the_host() {
        for setting in table() {
            let param = HostParam::new(setting);
            let Kind::Number { min, max, step, .. } = setting.kind else { continue };
            let num_steps = ((max - min) / step).round() as u64;
            for tried in 0..=1000 {
                let value = setting.snap(min + (num_steps * tried / 1000) as f64 * step);
                let returned = setting.snap(param.to_plain(param.to_normalized(value)));
                assert_eq!(returned, value, "{}", setting.id);
            }
        }
    }

    #[test]
    fn text_gives_the_same_number_as_on_the_command_line() {
        let setting = crate::chain::settings::find("equalizer.band_3.frequency_hz").expect("in the table");
        let HostParam::Number(param) = HostParam::new(setting) else { panic!("a number") };
        let normalized = param.string_to_normalized_value("2.4k").expect("a frequency");
        assert_eq!(setting.snap(f64::from(param.preview_plain(normalized))), 2400.0);
    }
}
