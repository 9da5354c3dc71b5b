//! Typed values: numbers with units, note names, sums.

use crate::chain::settings::{Kind, Setting};

/// What somebody typed for a setting whose value is `now`: everything the setting reads, note names for frequencies,
/// `2x` for percent and decibels, sums such as `12/5`, and changes of the present value: `+=3`, `*=2`.
pub fn parse(setting: &Setting, now: f64, text: &str) -> Option<f64> {
    let text = text.trim();
    if !matches!(setting.kind, Kind::Number { .. }) {
        return setting.parse_clamped(text);
    }
    let as_note = (setting.unit == "Hz").then(|| note_hz(text)).flatten();
    let value = as_note.or_else(|| factor(setting.unit, text)).or_else(|| changed(setting.unit, now, text));
    value
        .filter(|value| value.is_finite())
        .map(|value| setting.snap(value))
        .or_else(|| setting.parse_clamped(text))
        .or_else(|| sum(setting.unit, text).map(|value| setting.snap(value)))
}

/// A typed amount in percent: `60`, `60 %`, `0.6x`, `120/2`.
pub fn parse_percent(text: &str) -> Option<f64> {
    let text = text.trim();
    factor("%", text).or_else(|| sum("%", text)).filter(|value| value.is_finite())
}

/// What a setting reads, for the status line.
pub fn accepted(setting: &Setting) -> String {
    let range = setting.range_text().replace('-', "\u{2212}").replace("..", " to ").replace('|', ", ");
    match (setting.kind, setting.unit) {
        (Kind::Number { .. }, "Hz") => format!("{range}, 2.4k, a note such as A4, or a sum"),
        (Kind::Number { .. }, "%") => format!("{range}, 2x, or a sum"),
        (Kind::Number { .. }, _) => format!("{range}, or a sum such as 12/5"),
        _ => range,
    }
}

/// `2x`: twice as much. In decibels of gain that is +6.0 dB.
fn factor(unit: &str, text: &str) -> Option<f64> {
    let factor = sum("", text.strip_suffix(['x', '\u{00D7}'])?)?;
    match unit {
        "%" => Some(factor * 100.0),
        "dB" if factor > 0.0 => Some(20.0 * factor.log10()),
        _ => None,
    }
}

/// `+=3`: a change of the present value. A bare `+3` is a value.
fn changed(unit: &str, now: f64, text: &str) -> Option<f64> {
    let (sign, rest) = text.split_once('=')?;
    let by = sum(unit, rest)?;
    match sign.trim() {
        "+" => Some(now + by),
        "-" | "\u{2212}" => Some(now - by),
        "*" | "\u{00D7}" => Some(now * by),
        "/" => Some(now / by),
        _ => None,
    }
}

/// Numbers, `+ - * /` and brackets.
fn sum(unit: &str, text: &str) -> Option<f64> {
    let text = text.to_lowercase().replace('\u{2212}', "-").replace('\u{00D7}', "*").replace(',', ".");
    let letters: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let unit: Vec<char> = unit.to_lowercase().chars().collect();
    let mut reader = Reader { letters: &letters, unit: &unit, depth: 0 };
    let value = reader.terms()?;
    (reader.letters.is_empty() && value.is_finite()).then_some(value)
}

struct Reader<'a> {
    letters: &'a [char],
    unit: &'a [char],
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self, wanted: &[char]) -> Option<char> {
        let first = *self.letters.first().filter(|letter| wanted.contains(letter))?;
        self.letters = &self.letters[1..];
        Some(first)
    }

    fn terms(&mut self) -> Option<f64> {
        let mut value = self.factors()?;
        while let Some(sign) = self.take(&['+', '-']) {
            let next = self.factors()?;
            value += if sign == '+' { next } else { -next };
        }
        Some(value)
    }

    fn factors(&mut self) -> Option<f64> {
        let mut value = self.value()?;
        while let Some(sign) = self.take(&['*', '/', '\u{00F7}']) {
            let next = self.value()?;
            value = if sign == '*' { value * next } else { value / next };
        }
        Some(value)
    }

    fn value(&mut self) -> Option<f64> {
        let mut sign = 1.0;
        while let Some(letter) = self.take(&['+', '-']) {
            sign *= if letter == '-' { -1.0 } else { 1.0 };
        }
        // Nobody writes deeper sums, and a file of brackets must not exhaust the stack.
        if self.depth < 16 && self.take(&['(']).is_some() {
            self.depth += 1;
            let value = self.terms()?;
            self.take(&[')'])?;
            self.depth -= 1;
            self.skip_unit();
            return Some(sign * value);
        }
        let end = self.letters.iter().take_while(|letter| letter.is_ascii_digit() || **letter == '.').count();
        let digits: String = self.letters[..end].iter().collect();
        self.letters = &self.letters[end..];
        let value = digits.parse::<f64>().ok()?;
        let thousand = if self.take(&['k']).is_some() { 1000.0 } else { 1.0 };
        self.skip_unit();
        Some(sign * value * thousand)
    }

    fn skip_unit(&mut self) {
        if !self.unit.is_empty() && self.letters.starts_with(self.unit) {
            self.letters = &self.letters[self.unit.len()..];
        }
    }
}

/// Frequency of a note name (A4 = 440 Hz, equal temperament).
fn note_hz(text: &str) -> Option<f64> {
    let mut letters = text.chars();
    let semitone = match letters.next()?.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let (shift, octave) = match rest.chars().next()? {
        '#' => (1, &rest[1..]),
        'b' => (-1, &rest[1..]),
        _ => (0, rest),
    };
    let octave = octave.parse::<i32>().ok().filter(|octave| (-1..=10).contains(octave))?;
    let from_a4 = f64::from(semitone + shift + 12 * octave - (9 + 12 * 4));
    Some(440.0 * (from_a4 / 12.0).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::settings::find;

    fn read(id: &str, text: &str) -> Option<f64> {
        parse(find(id).expect("in the table"), 100.0, text)
    }

    #[test]
    fn typed_values_are_read_as_written() {
        let frequency = "equalizer.band_1.frequency_hz";
        for (text, hz) in [("2.4k", 2400.0), ("2.4 kHz", 2400.0), ("A4", 440.0), ("C#3", 138.6), ("12k/5", 2400.0)] {
            assert_eq!(read(frequency, text), Some(hz), "{text}");
        }
        assert_eq!(read("chain.amount_percent", "2x"), Some(200.0));
        assert_eq!(read("chain.amount_percent", "50 %"), Some(50.0));
        assert_eq!(read("chain.amount_percent", "loud"), None);
        assert_eq!(read("glue.attack_ms", "10 ms"), Some(10.0));
        for text in ["-1.2", "\u{2212}1.2", "\u{2212}1.2 dB", "-1,2", "-6/5", "-(0.8 + 0.4) dB"] {
            assert_eq!(read("equalizer.band_1.gain_db", text), Some(-1.2), "{text}");
        }
        assert_eq!(read("equalizer.band_1.gain_db", "2x"), Some(6.02));
    }

    #[test]
    fn sums_are_read_and_nonsense_is_not() {
        let gain = "limiter.gain_db";
        for (text, db) in [("2*3", 6.0), ("12/5", 2.4), ("+3", 3.0), ("1+2*2", 5.0), ("+=-98", 2.0), ("*=0.05", 5.0)] {
            assert_eq!(read(gain, text), Some(db), "{text}");
        }
        for text in ["", "loud", "1/0", "2+", "(3", "1 2x3", "=", "++", "3 Hz"] {
            assert_eq!(read(gain, text), None, "{text}");
        }
        assert_eq!(parse_percent("120/2"), Some(60.0));
        assert_eq!(parse_percent("0.6x"), Some(60.0));
        assert_eq!(parse_percent("some"), None);
    }
}
