//! The lines that `tests/suite/figures.rs` prints, as tables by area.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Result, bail};

/// Areas in the order of the page.
const AREAS: [&str; 13] = [
    "EQ",
    "Resonance",
    "Multiband",
    "Glue",
    "Colour",
    "Stereo",
    "Clipper",
    "Limiter",
    "Dither",
    "Chain",
    "Loudness",
    "Stack",
    "Host",
];

/// The worst of one test.
struct Row {
    bar: String,
    unit: String,
    /// A number, or NaN for what holds without one.
    worst: f64,
    is_met: bool,
}

/// Tables of all figures in the output of the tests.
///
/// # Errors
/// If a line cannot be read, an area is not known, or there is none.
pub fn table(output: &str) -> Result<String> {
    let mut areas: BTreeMap<usize, BTreeMap<String, Row>> = BTreeMap::new();
    for line in output.lines().filter_map(|line| line.strip_prefix("figure | ")) {
        let fields: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [area, test, bar, unit, figure] = fields[..] else { bail!("no figure: {line}") };
        let Some(place) = AREAS.iter().position(|known| *known == area) else { bail!("no area of the page: {line}") };
        let rows = areas.entry(place).or_default();
        let new = read(bar, unit, figure)?;
        match rows.get_mut(test) {
            Some(old) if !is_worse(&new, old) => {}
            _ => _ = rows.insert(test.to_owned(), new),
        }
    }
    if areas.is_empty() {
        bail!("the tests printed no figures");
    }
    let mut page = String::new();
    for (place, rows) in areas {
        write!(page, "\n## {}\n\n| test | bar | measured | |\n|---|---|---|---|\n", AREAS[place])?;
        for (test, row) in rows {
            let unit = if row.unit.is_empty() { String::new() } else { format!(" {}", row.unit) };
            let measured = if row.worst.is_nan() { "yes".to_owned() } else { format!("{}{unit}", number(row.worst)) };
            let bar =
                if row.worst.is_nan() { "yes".to_owned() } else { format!("{}{unit}", row.bar.replace('-', "−")) };
            writeln!(page, "| {test} | {bar} | {measured} | {} |", if row.is_met { "" } else { "**missed**" })?;
        }
    }
    Ok(page)
}

fn read(bar: &str, unit: &str, figure: &str) -> Result<Row> {
    let (bar_text, unit) = (bar.to_owned(), unit.to_owned());
    if bar == "yes" {
        return Ok(Row { bar: bar_text, unit, worst: f64::NAN, is_met: figure == "yes" });
    }
    let worst: f64 = figure.parse()?;
    let is_met = match bar.split_once(' ') {
        Some(("≤", bar)) => worst <= bar.parse()?,
        Some(("≥", bar)) => worst >= bar.parse()?,
        _ => bail!("no bar: {bar}"),
    };
    Ok(Row { bar: bar_text, unit, worst, is_met })
}

fn is_worse(new: &Row, old: &Row) -> bool {
    if new.bar.starts_with('≤') { new.worst > old.worst } else { new.worst < old.worst || !new.is_met }
}

/// Three digits that count, with a typographic minus.
fn number(value: f64) -> String {
    let text = match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 1e-3 => format!("{value:.1e}"),
        size if size < 1.0 => format!("{value:.3}"),
        size if size < 10.0 => format!("{value:.2}"),
        _ => format!("{value:.1}"),
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_each_test_counts() {
        let output = "noise\nfigure | EQ | a | ≤ 0.1 | dB | 5e-2\nfigure | EQ | a | ≤ 0.1 | dB | 7e-2\n\
            figure | EQ | b | ≥ 80 | dB | 9.1e1\nfigure | EQ | b | ≥ 80 | dB | 8.5e1\nfigure | Chain | c | yes |  | yes\n";
        let page = table(output).expect("every line is a figure");
        assert!(page.contains("| a | ≤ 0.1 dB | 0.070 dB |  |"), "{page}");
        assert!(page.contains("| b | ≥ 80 dB | 85.0 dB |  |"), "{page}");
        assert!(page.contains("| c | yes | yes |  |"), "{page}");
        assert!(table("figure | Nowhere | a | ≤ 1 | dB | 1").is_err() && table("").is_err());
    }
}
