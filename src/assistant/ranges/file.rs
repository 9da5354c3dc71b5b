//! The ranges file: TOML that a person can read and an engineer can make (`discern-cli ranges`).

use std::fmt::{self, Write};

use serde::Deserialize;

use super::{MEASURES, NUM_TONE, Range, Ranges, TONE_PLACES};
use crate::analysis::NOMINAL_HZ;

/// Version of the form.
const SCHEMA: u32 = 1;

/// What is wrong with a ranges file, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError(String);

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ReadError {}

#[derive(Deserialize)]
struct Form {
    schema: u32,
    name: String,
    source: String,
    num_songs: usize,
    tone: Vec<FormRange>,
    side_to_mid: Vec<FormRange>,
    measures: Vec<FormRange>,
    tone_covariance_db2: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct FormRange {
    name: Option<String>,
    mean: f64,
    per_percussiveness: f64,
    per_level_spread: f64,
    spread: f64,
}

impl FormRange {
    fn range(&self) -> Range {
        Range {
            mean: self.mean,
            per_percussiveness: self.per_percussiveness,
            per_level_spread: self.per_level_spread,
            spread: self.spread,
        }
    }
}

impl Ranges {
    /// Reads a ranges file.
    ///
    /// # Errors
    /// If it is no such file, is of a newer version, or lacks something.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let error = |what: String| Err(ReadError(what));
        let form: Form = match toml::from_str(text) {
            Ok(form) => form,
            Err(wrong) => return error(format!("is no ranges file: {}", wrong.message())),
        };
        if form.schema > SCHEMA {
            return error(format!("is a ranges file of version {}; this version reads up to {SCHEMA}", form.schema));
        }
        let is_square = form.tone_covariance_db2.iter().all(|row| row.len() == NUM_TONE);
        let lengths = [form.tone.len(), form.side_to_mid.len(), form.tone_covariance_db2.len()];
        if !is_square || lengths != [NUM_TONE; 3] {
            return error(format!("needs {NUM_TONE} bands of tone, of side to mid, and of their covariance"));
        }
        let all = || form.tone.iter().chain(&form.side_to_mid).chain(&form.measures);
        let are_numbers = all().all(|range| range.range().is_finite());
        if !are_numbers || !form.tone_covariance_db2.iter().flatten().all(|value| value.is_finite()) {
            return error("holds values that are no numbers; measure it again with discern-cli ranges".to_owned());
        }
        let positive = |ranges: &[FormRange]| ranges.iter().all(|range| range.spread > 0.0);
        if !positive(&form.tone) || !positive(&form.side_to_mid) || !positive(&form.measures) {
            return error("has a range whose spread is not above 0".to_owned());
        }
        if (0..NUM_TONE).any(|band| form.tone_covariance_db2[band][band] <= 0.0) {
            return error("has a variance that is not above 0".to_owned());
        }
        let named = |name: &str| form.measures.iter().find(|measure| measure.name.as_deref() == Some(name));
        let Some(measures) =
            MEASURES.iter().map(|name| Some(((*name).to_owned(), named(name)?.range()))).collect::<Option<Vec<_>>>()
        else {
            return error(format!("needs each of {}", MEASURES.join(", ")));
        };
        Ok(Self {
            name: form.name,
            source: form.source,
            num_songs: form.num_songs,
            tone: form.tone.iter().map(FormRange::range).collect(),
            covariance: form.tone_covariance_db2,
            side_to_mid: form.side_to_mid.iter().map(FormRange::range).collect(),
            measures,
        })
    }

    /// The file.
    pub fn write(&self) -> String {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut text = format!(
            "# Where finished records lie. Each line: the mean at a percussiveness of 0.4 and a level spread of 12 dB, how\n\
             # much more for each 0.15 of percussiveness and for each 5 dB of level spread, and the spread (one standard\n\
             # deviation) of what is left. Levels of tone are mid and side together, against the mean of all 26 bands, dB.\n\
             schema = {SCHEMA}\nname = \"{}\"\nsource = \"{}\"\nnum_songs = {}\n",
            quoted(&self.name),
            quoted(&self.source),
            self.num_songs
        );
        let mut table = |key: &str, rows: &mut dyn Iterator<Item = (String, &Range)>| {
            let _ = writeln!(text, "{key} = [");
            for (name, range) in rows {
                let _ = writeln!(
                    text,
                    "  {{ name = \"{name}\", mean = {:.3}, per_percussiveness = {:.3}, per_level_spread = {:.3}, spread = {:.3} }},",
                    range.mean, range.per_percussiveness, range.per_level_spread, range.spread
                );
            }
            text.push_str("]\n");
        };
        let hz = |ranges: &'_ [Range]| {
            let names = NOMINAL_HZ[TONE_PLACES].iter().map(|hz| format!("{hz} Hz"));
            names.zip(ranges.to_vec()).collect::<Vec<_>>()
        };
        let (tone, side) = (hz(&self.tone), hz(&self.side_to_mid));
        table("tone", &mut tone.iter().map(|(name, range)| (name.clone(), range)));
        table("side_to_mid", &mut side.iter().map(|(name, range)| (name.clone(), range)));
        table("measures", &mut self.measures.iter().map(|(name, range)| (name.clone(), range)));
        text.push_str("tone_covariance_db2 = [\n");
        for row in &self.covariance {
            let row: Vec<String> = row.iter().map(|value| format!("{value:.2}")).collect();
            let _ = writeln!(text, "  [{}],", row.join(", "));
        }
        text.push_str("]\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let ranges = Ranges::published();
        let read = Ranges::read(&ranges.write()).expect("it was just written");
        assert_eq!(read.tone.len(), NUM_TONE);
        assert!((read.tone[5].mean - ranges.tone[5].mean).abs() < 1e-3);
        assert_eq!(read.write(), Ranges::read(&read.write()).unwrap().write());
    }

    #[test]
    fn the_factory_file_is_read_and_others_are_refused_with_a_reason() {
        assert!(Ranges::factory().num_songs > 100);
        assert!(Ranges::read("schema = 1").unwrap_err().to_string().contains("no ranges file"));
        let newer = Ranges::published().write().replace("schema = 1", "schema = 2");
        assert!(Ranges::read(&newer).unwrap_err().to_string().contains("version 2"));
        let short = Ranges::published().write().replacen(", spread = ", ", spread = -", 1);
        assert!(Ranges::read(&short).is_err());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let whole = Ranges::published().write();
        let at = whole.find("tone_covariance_db2").unwrap();
        let (ranges, covariance) = whole.split_at(at);
        for value in ["nan", "-nan", "inf", "-inf", "1e999"] {
            for key in ["mean = ", "per_percussiveness = ", "per_level_spread = ", "spread = "] {
                let mut parts = ranges.splitn(2, key);
                let (before, after) = (parts.next().unwrap(), parts.next().unwrap());
                let rest = &after[after.find([',', ' ']).unwrap()..];
                let error = Ranges::read(&format!("{before}{key}{value}{rest}{covariance}")).unwrap_err().to_string();
                assert!(error.contains("no numbers") || error.contains("no ranges file"), "{key}{value}: {error}");
            }
            let number = covariance.find("[\n  [").unwrap() + 5;
            let end = number + covariance[number..].find(',').unwrap();
            let text = format!("{ranges}{}{value}{}", &covariance[..number], &covariance[end..]);
            assert!(Ranges::read(&text).is_err(), "{value}");
        }
    }
}
