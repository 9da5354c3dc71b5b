//! Numbers and settings as the editor writes them.

mod entry;
mod measured;

pub use crate::assistant::clock as time;
pub use crate::report::words::kind;
pub use entry::{accepted, parse, parse_percent};
pub use measured::{change, expected, measured_and_expected, place, severity};

use crate::chain::settings::{CEILING_OFF_DBTP, Choice, Kind, Setting};

/// Typographic minus.
const MINUS: char = '\u{2212}';

/// One decimal, typographic minus: `−14.3`.
pub fn number(value: f64) -> String {
    decimals(value, 1)
}

/// One decimal with a sign: `+3.2`, `−1.0`.
pub fn signed(value: f64) -> String {
    let text = number(value);
    if text.starts_with(MINUS) { text } else { format!("+{text}") }
}

/// One decimal, or a dash where there is no value.
pub fn maybe(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(|| "\u{2013}".to_owned(), number)
}

/// Fixed decimals with a typographic minus, without a negative zero.
pub fn decimals(value: f64, num_decimals: usize) -> String {
    let text = format!("{value:.num_decimals$}");
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    match text.strip_prefix('-') {
        Some(positive) if is_zero => positive.to_owned(),
        Some(positive) => format!("{MINUS}{positive}"),
        None => text,
    }
}

/// `240 Hz`, `2.4 kHz`.
pub fn frequency(value_hz: f64) -> String {
    if value_hz < 999.5 {
        return format!("{value_hz:.0} Hz");
    }
    let text = format!("{:.2}", value_hz / 1000.0);
    format!("{} kHz", text.trim_end_matches('0').trim_end_matches('.'))
}

/// What of the song was lost on the way, where any was: "0.4 s were missed".
pub fn missed(seconds: f64) -> Option<String> {
    match seconds {
        ..=0.0 => None,
        ..0.1 => Some("Less than 0.1 s was missed".to_owned()),
        _ => Some(format!("{} s were missed", number(seconds))),
    }
}

/// A share of 0–1 as whole percent.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A setting's value as shown.
pub fn value(setting: &Setting, value: f64) -> String {
    match (setting.kind, setting.unit) {
        (Kind::Choice(names), _) => names[(value.max(0.0) as usize).min(names.len() - 1)].1.to_owned(),
        (Kind::Toggle, _) => if value >= 0.5 { "on" } else { "off" }.to_owned(),
        (_, "dBTP") if value > CEILING_OFF_DBTP => "Off".to_owned(),
        (_, "dBTP") => format!("{} dBTP", number(value)),
        // What cannot be negative is a distance and needs no sign.
        (Kind::Number { min, .. }, "dB") if min >= 0.0 => format!("{} dB", number(value)),
        (_, "dB") => format!("{} dB", signed(value)),
        (_, "dBFS") => format!("{} dBFS", number(value)),
        (_, "ms") if value >= 99.95 => format!("{} ms", decimals(value, 0)),
        (_, "ms") => format!("{} ms", decimals(value, 1)),
        (_, ":1") if value >= 9.995 => format!("{}:1", decimals(value, 1)),
        (_, ":1") => format!("{}:1", decimals(value, 2)),
        (_, "°") => format!("{}°", number(value)),
        (_, "Hz") => frequency(value),
        (_, "%") => format!("{value:.0} %"),
        _ if value >= 9.995 => decimals(value, 1),
        _ => decimals(value, 2),
    }
}

/// Label of a choice's value.
pub fn label<C: Choice>(choice: C) -> &'static str {
    C::NAMES[choice.index()].1
}

/// A setting's name with its stage, as a screen reader says it: "Limiter ceiling", "Band 3 frequency".
pub fn name(setting: &Setting) -> String {
    let is_equalizer_band = setting.band().is_some() && setting.id.starts_with("equalizer");
    if setting.group.is_empty() || is_equalizer_band {
        return setting.name.clone();
    }
    let mut letters = setting.name.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default();
    match letters.as_str() {
        // "DC blocker" keeps its capitals.
        rest if rest.starts_with(char::is_uppercase) => format!("{} {}", setting.group, setting.name),
        rest => format!("{} {first}{rest}", setting.group),
    }
}

/// Three steps of confidence.
pub fn confidence(confidence: f64) -> (usize, &'static str) {
    match confidence {
        high if high >= 0.75 => (3, "High"),
        medium if medium >= 0.45 => (2, "Medium"),
        _ => (1, "Low"),
    }
}

/// With its first letter large.
pub fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::settings::find;

    #[test]
    fn numbers_carry_a_typographic_minus() {
        assert_eq!(number(-14.34), "\u{2212}14.3");
        assert_eq!(number(-0.04), "0.0");
        assert_eq!(signed(-0.04), "+0.0");
        assert_eq!(maybe(None), "\u{2013}");
    }

    #[test]
    fn settings_read_as_on_the_picture() {
        let ceiling = find("limiter.ceiling_dbtp").expect("in the table");
        assert_eq!(value(ceiling, -0.3), "\u{2212}0.3 dBTP");
        assert_eq!(value(ceiling, 0.1), "Off");
        assert_eq!(name(ceiling), "Limiter ceiling");
        assert_eq!(super::frequency(2450.0), "2.45 kHz");
        assert_eq!(super::frequency(240.4), "240 Hz");
    }
}
