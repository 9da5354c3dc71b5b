//! What an instance holds that listens for hours, against its bars.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::measurements::output;

/// Rates, Hz, and what an instance may hold for hearing at each, MiB.
const BARS: [(u32, f64); 2] = [(96_000, 64.0), (192_000, 128.0)];
const HOURS: &str = "3";

/// The section of the page, and what is over its bar.
pub fn measure(bench: &Path) -> Result<(String, Vec<String>)> {
    let mut page = format!(
        "## Memory\n\nAn instance that listens for {HOURS} h without a break, MiB (`hearing memory RATE {HOURS}`). The ring from the audio thread \
         when full; by how much the peak of what the process holds rises while it hears; by how much more when it judges. The bar is for \
         all three. Load is what listening takes of a core in the first and in the last five minutes: meters and song map look back over all \
         that was heard.\n\n| rate | ring | hearing | judging | sum | bar | load %, first and last minutes |\n|---|---|---|---|---|---|---|\n"
    );
    let mut faults = Vec::new();
    for (rate_hz, bar_mib) in BARS {
        let text = output(Command::new(bench).args(["memory", &rate_hz.to_string(), HOURS]))?;
        let numbers = |name: &str| -> Result<Vec<f64>> {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let words = line.with_context(|| format!("the bench tells no {name}:\n{text}"))?.split_whitespace();
            words.map(|word| word.parse().with_context(|| format!("{word} is no number"))).collect()
        };
        let number = |name: &str| numbers(name)?.first().copied().with_context(|| format!("{name} is empty"));
        let parts = [number("ring")?, number("hearing")?, number("judging")?];
        let sum_mib = parts.iter().sum::<f64>();
        let load = numbers("load")?.iter().map(|percent| format!("{percent:.1}")).collect::<Vec<_>>().join(", ");
        let parts = parts.map(|mib| format!("{mib:.1}")).join(" | ");
        writeln!(page, "| {rate_hz} | {parts} | {sum_mib:.1} | {bar_mib:.0} | {load} |")?;
        println!("   {rate_hz} Hz: {parts} MiB");
        if sum_mib > bar_mib {
            faults.push(format!("{HOURS} h at {rate_hz} Hz take {sum_mib:.1} MiB, {bar_mib:.0} are allowed"));
        }
    }
    Ok((page, faults))
}
