//! Loudness, loudness range and true peak of songs, as Discern and as ffmpeg's `ebur128` filter measure them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::measurements::output;

/// How far readings may differ: integrated loudness, LU; loudness range, LU; true peak, dB.
const BARS: [f64; 3] = [0.1, 0.5, 0.2];
const NAMES: [&str; 3] = ["LU in integrated loudness", "LU in loudness range", "dB in true peak"];
/// ffmpeg's summary has one decimal.
const SUMMARY_ERROR: f64 = 0.06;

/// Integrated loudness, LUFS; loudness range, LU; true peak, dBTP.
type Readings = [f64; 3];

/// The section of the page, and what misses its bar.
pub fn measure(cli: &Path, songs: &[PathBuf]) -> Result<(String, Vec<String>)> {
    let mut page = format!(
        "## Levels\n\n`discern-cli listen --json` beside ffmpeg's `ebur128=peak=true`, whose last reading of the file is taken from its \
         metadata, which have more decimals than its summary; Δ is Discern less ffmpeg. The bars are {} LU, {} LU and {} dB.\n\nBoth take a window of 3 s \
         every 100 ms and put no silence after a file before loudness range is read, which EBU Tech 3342 (2023, section 5) would \
         want: in a recording of half a minute that ends loud it would be read up to 1.1 LU larger. ffmpeg sorts loudness into steps of \
         0.01 LU, each read at its lower edge, and takes one window further down for the tenth percentile than the standard's \
         listing; that is what is left of the differences.\n\n\
         | song | s | LUFS | ffmpeg | Δ | range LU | ffmpeg | Δ | dBTP | ffmpeg | Δ |\n|{}\n",
        BARS[0],
        BARS[1],
        BARS[2],
        "---|".repeat(11)
    );
    let mut faults = Vec::new();
    let mut worst = [0.0; 3];
    for song in songs {
        let name = song.file_stem().unwrap_or_default().to_string_lossy();
        let (duration_s, ours) = discern(cli, song)?;
        let theirs = ffmpeg(song)?;
        let mut row = format!("| {name} | {duration_s:.0} |");
        for (idx, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            let difference = ours - theirs;
            write!(row, " {ours:.2} | {theirs:.2} | {difference:+.2} |")?;
            worst[idx] = f64::max(worst[idx], difference.abs());
            // What is not a number misses too.
            if difference.abs().partial_cmp(&BARS[idx]).is_none_or(|order| order.is_gt()) {
                faults.push(format!("{name}: {difference:+.2} {}", NAMES[idx]));
            }
        }
        writeln!(page, "{}", row.replace('-', "−"))?;
    }
    let [loudness, range, peak] = worst;
    writeln!(page, "\nThe largest differences: {loudness:.3} LU, {range:.2} LU and {peak:.2} dB.")?;
    println!("   at most {loudness:.3} LU, {range:.2} LU and {peak:.2} dB apart");
    Ok((page, faults))
}

fn discern(cli: &Path, song: &Path) -> Result<(f64, Readings)> {
    let json: Value = serde_json::from_str(&output(Command::new(cli).arg("listen").arg(song).arg("--json"))?)?;
    let measured = |name: &str| json["measurements"][name].as_f64().unwrap_or(f64::NAN);
    let readings = ["integrated_lufs", "loudness_range_lu", "true_peak_dbtp"].map(measured);
    Ok((json["duration_s"].as_f64().unwrap_or(f64::NAN), readings))
}

/// The last readings of the filter, which may stand behind another one.
fn ffmpeg(song: &Path) -> Result<Readings> {
    let filters = "ebur128=peak=true:metadata=1,ametadata=mode=print:file=-";
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostats", "-i"]).arg(song).args(["-af", filters, "-f", "null", "-"]);
    let run = command.output().context("ffmpeg cannot be started")?;
    let (metadata, log) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    if !run.status.success() {
        bail!("ffmpeg failed on {}:\n{log}", song.display());
    }
    let last = |key: &str| {
        let value = metadata.lines().rev().find_map(|line| line.strip_prefix("lavfi.r128.")?.strip_prefix(key));
        value.and_then(|value| value.parse::<f64>().ok()).with_context(|| format!("ffmpeg tells no {key}:\n{log}"))
    };
    let peak_dbtp = 20.0 * last("true_peak=")?.log10();
    // Metadata come every 100 ms; a peak in what is left after the last is in the summary only.
    let summary = log.rsplit("Peak:").next().and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    let is_late = |summary: &f64| (summary - peak_dbtp).abs() > SUMMARY_ERROR;
    Ok([last("I=")?, last("LRA=")?, summary.filter(is_late).unwrap_or(peak_dbtp)])
}
