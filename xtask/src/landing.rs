//! `cargo xtask landing DIR`: masters every song of a folder and measures the results with other meters.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use discern::audio_file::{AudioFile, read};
use discern::dsp::true_peak::TruePeakMeter;
use discern::evaluation::peak_dbfs;
use serde_json::Value;

use crate::workspace::{out, run_command, target};

/// Integrated loudness may be this far from what was asked, LU.
const MAX_ERROR_LU: f64 = 0.3;
/// Our integrated loudness may differ from ffmpeg's by this, LU; ffmpeg prints one decimal.
const MAX_METER_DIFFERENCE_LU: f64 = 0.1;
/// True peak may pass the ceiling by this on the 16-times grid, dB.
const MAX_FINE_OVER_DB: f64 = 0.02;
/// Rounding to 24 bits moves a peak by less than this, dB; ffmpeg prints one decimal.
const ROUNDING_DB: f64 = 0.0005;

/// One mastered song.
struct Row {
    song: String,
    mix_lufs: f64,
    target_lufs: f64,
    landed_lufs: f64,
    is_short: bool,
    gain_db: f64,
    reduction_db: f64,
    ceiling_dbtp: f64,
    annex_2_dbtp: f64,
    ebur128_dbtp: f64,
    fine_dbtp: f64,
    ffmpeg: Option<(f64, f64)>,
    speed: f64,
}

/// Masters every WAV and FLAC under a folder: `DIR [--loudness LUFS] [other options of discern-cli master]`.
///
/// # Errors
/// If something cannot be run, or a song misses a bar.
pub fn run(args: &[String]) -> Result<()> {
    let Some((dir, options)) = args.split_first() else {
        bail!("usage: cargo xtask landing DIR [OPTIONS OF discern-cli master]");
    };
    let defaults = ["--loudness".to_owned(), "-14".to_owned()];
    let options = if options.is_empty() { &defaults } else { options };
    run_command(Command::new("cargo").args(["build", "--release", "--no-default-features", "--bin", "discern-cli"]))?;
    let cli = target().join("release/discern-cli");
    let mut songs = Vec::new();
    collect(Path::new(dir), &mut songs)?;
    songs.sort();
    if songs.is_empty() {
        bail!("{dir}: no WAV or FLAC in it");
    }
    println!(
        "| song | mix LUFS | asked | landed | gain dB | reduction dB | Annex 2 | ebur128 | 16× grid | ffmpeg I / peak | × real time |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let folder = out("landing")?;
    let mut faults = Vec::new();
    for song in &songs {
        let row = master(&cli, song, options, &folder)?;
        println!("{}", row.text());
        faults.extend(row.faults());
    }
    if !faults.is_empty() {
        bail!("{} misses:\n{}", faults.len(), faults.join("\n"));
    }
    println!("\n{} songs, all within the bars.", songs.len());
    Ok(())
}

/// Adds every WAV and FLAC under a folder.
pub fn collect(dir: &Path, songs: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))? {
        let path = entry?.path();
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        if path.is_dir() {
            collect(&path, songs)?;
        } else if extension.is_some_and(|extension| extension == "flac" || extension == "wav") {
            songs.push(path);
        }
    }
    Ok(())
}

fn master(cli: &Path, song: &Path, options: &[String], folder: &Path) -> Result<Row> {
    let name = song.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = folder.join(format!("{name}.wav"));
    let start = Instant::now();
    let output = Command::new(cli)
        .arg("master")
        .arg(song)
        .arg("-o")
        .arg(&path)
        .args(["--json", "--overwrite"])
        .args(options)
        .output()?;
    let seconds = start.elapsed().as_secs_f64();
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let json: Value = serde_json::from_slice(&output.stdout)?;
    let master = read(&path)?;
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    // Only a Needed move was accepted; what could be done besides says nothing of what was asked for.
    let is_needed = |each: &&Value| each["class"] == "needed";
    let level = json["moves"].as_array().into_iter().flatten().find(is_needed).unwrap_or(&Value::Null);
    let mix_lufs = number(&json["measurements"]["playback_lufs"]);
    let expected = &level["evidence"][0]["expected"];
    let landed_lufs = number(&json["master"]["playback_lufs"]);
    let cost = |metric: &str| {
        let costs = level["cost"].as_array().into_iter().flatten();
        costs.filter(|cost| cost["metric"] == metric).map(|cost| number(&cost["after"])).next().unwrap_or(0.0)
    };
    Ok(Row {
        song: name,
        mix_lufs,
        // Without a move, what came out is what is wanted.
        target_lufs: if level.is_null() { landed_lufs } else { (number(&expected[0]) + number(&expected[1])) / 2.0 },
        landed_lufs,
        is_short: level["sentence"].as_str().is_some_and(|sentence| sentence.contains("LU short")),
        gain_db: level["settings"]["limiter.gain_db"].as_f64().unwrap_or(0.0),
        reduction_db: cost("limiter_reduction_db"),
        ceiling_dbtp: number(&json["delivery"][0]["limit"]),
        annex_2_dbtp: annex_2_dbtp(&master),
        ebur128_dbtp: number(&json["master"]["true_peak_dbtp"]),
        fine_dbtp: peak_dbfs(&master.channels),
        ffmpeg: ffmpeg(&path),
        speed: master.duration_s() / seconds,
    })
}

fn annex_2_dbtp(audio: &AudioFile) -> f64 {
    let peak = |channel: &Vec<f32>| {
        let mut meter = TruePeakMeter::new();
        meter.process(channel);
        meter.finish()
    };
    20.0 * audio.channels.iter().map(peak).fold(0.0, f64::max).log10()
}

/// Integrated loudness and true peak as ffmpeg's ebur128 filter prints them, if ffmpeg is installed.
fn ffmpeg(path: &Path) -> Option<(f64, f64)> {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i"])
        .arg(path)
        .args(["-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let summary = &text[text.rfind("Summary:")?..];
    let after = |label: &str| summary.split(label).nth(1)?.split_whitespace().next()?.parse::<f64>().ok();
    Some((after("I:")?, after("Peak:")?))
}

impl Row {
    fn text(&self) -> String {
        let ffmpeg = self.ffmpeg.map_or("–".to_owned(), |(lufs, peak)| format!("{lufs:.1} / {peak:.1}"));
        format!(
            "| {} | {:.1} | {:.1} | {:.3} | {:+.2} | {:.1} | {:.4} | {:.4} | {:.4} | {ffmpeg} | {:.0} |",
            self.song,
            self.mix_lufs,
            self.target_lufs,
            self.landed_lufs,
            self.gain_db,
            self.reduction_db,
            self.annex_2_dbtp,
            self.ebur128_dbtp,
            self.fine_dbtp,
            self.speed
        )
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |is_good: bool, what: String| {
            if !is_good {
                faults.push(format!("{}: {what}", self.song));
            }
        };
        let error_lu = self.landed_lufs - self.target_lufs;
        check(error_lu.abs() <= MAX_ERROR_LU || self.is_short, format!("{error_lu:+.2} LU off and does not say why"));
        let over = |peak_dbtp: f64| peak_dbtp - self.ceiling_dbtp;
        check(over(self.annex_2_dbtp) <= ROUNDING_DB, format!("{:+.4} dB over by Annex 2", over(self.annex_2_dbtp)));
        check(over(self.ebur128_dbtp) <= ROUNDING_DB, format!("{:+.4} dB over by ebur128", over(self.ebur128_dbtp)));
        let fine = over(self.fine_dbtp);
        check(fine <= MAX_FINE_OVER_DB + ROUNDING_DB, format!("{fine:+.4} dB over on the 16-times grid"));
        if let Some((lufs, peak)) = self.ffmpeg {
            let difference = self.landed_lufs - lufs;
            check(difference.abs() <= MAX_METER_DIFFERENCE_LU, format!("{difference:+.2} LU from ffmpeg's loudness"));
            check(over(peak) <= 1e-9, format!("{:+.1} dB over by ffmpeg", over(peak)));
        }
        faults
    }
}
