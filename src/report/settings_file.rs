//! Settings as TOML: `[limiter] gain_db = 3.2` for the setting `limiter.gain_db`.

use anyhow::{Context, Result, bail};

use crate::chain::Settings;
use crate::chain::settings::{Kind, Setting, find, table};

/// Reads settings; what the text does not name keeps its default.
///
/// # Errors
/// If it is no TOML, names a setting that does not exist, or gives a value that the setting cannot take.
pub fn read_settings(text: &str) -> Result<Settings> {
    let root: toml::Table = text.parse().context("is no TOML")?;
    let mut settings = Settings::default();
    apply(&root, "", &mut settings)?;
    Ok(settings)
}

fn apply(from: &toml::Table, prefix: &str, settings: &mut Settings) -> Result<()> {
    for (key, value) in from {
        let id = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        if let toml::Value::Table(inner) = value {
            apply(inner, &id, settings)?;
            continue;
        }
        let Some(setting) = find(&id) else { bail!("there is no setting {id}; `discern-cli settings` lists them") };
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            toml::Value::Boolean(is_on) => if *is_on { "on" } else { "off" }.to_owned(),
            _ => bail!("{id}: expected {}", setting.range_text()),
        };
        let value = setting.parse(&text).with_context(|| format!("{id} = {text}"))?;
        setting.set(settings, value);
    }
    Ok(())
}

/// Writes all settings, a table per stage.
pub fn write_settings(settings: &Settings) -> String {
    let mut text = String::new();
    let mut current = "";
    for setting in table() {
        let (section, key) = setting.id.rsplit_once('.').unwrap_or(("", &setting.id));
        if section != current {
            text += &format!("\n[{section}]\n");
            current = section;
        }
        text += &format!("{key} = {}\n", toml_value(setting, setting.get(settings)));
    }
    text
}

fn toml_value(setting: &Setting, value: f64) -> String {
    let text = setting.format(value);
    match setting.kind {
        Kind::Toggle => (value >= 0.5).to_string(),
        Kind::Number { .. } if text.parse::<f64>().is_ok() => text,
        _ => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_the_file() {
        let mut settings = Settings::default();
        for (id, value) in [
            ("limiter.gain_db", 3.21),
            ("limiter.ceiling_dbtp", -0.3),
            ("equalizer.band_3.channel", 3.0),
            ("equalizer.band_3.frequency_hz", 315.5),
            ("latency_mode", 2.0),
            ("dither.enabled", 1.0),
        ] {
            find(id).unwrap().set(&mut settings, value);
        }
        assert_eq!(read_settings(&write_settings(&settings)).unwrap(), settings);
        assert_eq!(read_settings(&write_settings(&Settings::default())).unwrap(), Settings::default());
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |text: &str| format!("{:#}", read_settings(text).unwrap_err());
        assert!(error("[limiter]\ngain = 3").contains("limiter.gain"));
        assert!(error("[limiter]\ngain_db = 300").contains("outside -24..24 dB"));
        assert!(error("limiter").contains("TOML"));
    }
}
