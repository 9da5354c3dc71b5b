//! Settings as people read and type them: "2.4k", "−1.2 dB", "on", "mid", "off" for no ceiling.

use super::{CEILING_OFF_DBTP, Kind, Setting};

/// Why a text is not a value of a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum ParseError {
    /// Not a number, toggle or choice; what would have been.
    NotAValue(String),
    /// A number outside the range; the range.
    OutOfRange(String),
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotAValue(expected) => write!(f, "expected {expected}"),
            Self::OutOfRange(range) => write!(f, "outside {range}"),
        }
    }
}

impl std::error::Error for ParseError {}

impl Setting {
    /// The value as text without its unit: `-1.2`, `on`, `mid`. [`Self::parse`] reads it back.
    pub fn format(&self, value: f64) -> String {
        let value = self.snap(value);
        match self.kind {
            Kind::Number { .. } if self.is_off(value) => "off".to_owned(),
            Kind::Number { decimals, .. } => {
                let text = format!("{value:.decimals$}");
                match text.as_str() {
                    "-0.0" | "-0.00" | "-0.000" => text[1..].to_owned(),
                    _ => text,
                }
            }
            Kind::Toggle => if value >= 0.5 { "on" } else { "off" }.to_owned(),
            Kind::Choice(names) => names[value as usize].0.to_owned(),
        }
    }

    /// Reads a value. Numbers may carry the unit, `k` for thousand, a typographic minus or a decimal comma.
    ///
    /// # Errors
    /// When the text is no value of this setting or a number outside its range.
    pub fn parse(&self, text: &str) -> Result<f64, ParseError> {
        let text = text.trim().to_lowercase().replace('\u{2212}', "-");
        match self.kind {
            Kind::Toggle => match text.as_str() {
                "on" | "true" | "1" | "yes" => Ok(1.0),
                "off" | "false" | "0" | "no" => Ok(0.0),
                _ => Err(ParseError::NotAValue("on or off".to_owned())),
            },
            Kind::Choice(names) => names
                .iter()
                .position(|(key, label)| *key == text || label.to_lowercase() == text)
                .map(|position| position as f64)
                .ok_or_else(|| ParseError::NotAValue(names.iter().map(|(key, _)| *key).collect::<Vec<_>>().join("|"))),
            Kind::Number { min, max, .. } => {
                if self.without_unit(&text) == "off" && self.is_off(max) {
                    return Ok(max);
                }
                let value = self.number(&text).ok_or_else(|| ParseError::NotAValue(self.range_text()))?;
                if value < min || value > max {
                    return Err(ParseError::OutOfRange(self.range_text()));
                }
                Ok(self.snap(value))
            }
        }
    }

    /// Reads a value as [`Self::parse`] does and brings numbers into range: what a host's text entry does.
    pub fn parse_clamped(&self, text: &str) -> Option<f64> {
        match self.kind {
            Kind::Number { .. } => match self.parse(text) {
                Ok(value) => Some(value),
                Err(_) => {
                    self.number(&text.trim().to_lowercase().replace('\u{2212}', "-")).map(|value| self.snap(value))
                }
            },
            Kind::Toggle | Kind::Choice(_) => self.parse(text).ok(),
        }
    }

    /// The range as text: `-24..24 dB`, `on|off`, `clean|balanced|loud`.
    pub fn range_text(&self) -> String {
        match self.kind {
            Kind::Toggle => "on|off".to_owned(),
            Kind::Choice(names) => names.iter().map(|(key, _)| *key).collect::<Vec<_>>().join("|"),
            Kind::Number { min, max, .. } => {
                let top = if self.is_off(max) { format!("{CEILING_OFF_DBTP} or off") } else { format!("{max}") };
                let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
                format!("{min}..{top}{unit}")
            }
        }
    }

    fn is_off(&self, value: f64) -> bool {
        self.id == "limiter.ceiling_dbtp" && value > CEILING_OFF_DBTP
    }

    fn without_unit<'a>(&self, text: &'a str) -> &'a str {
        text.strip_suffix(&self.unit.to_lowercase()).unwrap_or(text).trim()
    }

    fn number(&self, text: &str) -> Option<f64> {
        let text = self.without_unit(text);
        let (text, factor) = match text.strip_suffix('k') {
            Some(thousands) => (thousands.trim(), 1000.0),
            None => (text, 1.0),
        };
        let value = text.replace(',', ".").parse::<f64>().ok()?;
        value.is_finite().then_some(value * factor)
    }
}
