//! What the command line takes for files of minutes and hours: how fast it is, and how much memory it holds.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use discern::audio_file::read;

use crate::workspace::{demo_mix, out, run, target};

/// Files that are measured: name, rate in Hz, seconds.
const FILES: [(&str, u32, u64); 4] = [
    ("3 min, 48 kHz", 48_000, 180),
    ("1 h, 48 kHz", 48_000, 3600),
    ("3 h, 48 kHz", 48_000, 3 * 3600),
    ("10 min, 192 kHz", 192_000, 600),
];
/// How often the memory is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// The table of the page.
///
/// # Errors
/// If the command line cannot be built or fails, or the files cannot be written.
pub fn table() -> Result<String> {
    run("cargo", &["build", "--release", "--bin", "discern-cli"])?;
    let folder = out("files")?;
    let mut page = String::from(
        "\n## Files of minutes and hours\n\n`discern-cli`, release build, on WAV of 16 bit in stereo: the demo mix again and again, each time at \
         another level; `render` with 6 dB into the limiter, `master` to −9 LUFS, both to WAV of 24 bit. Times real time on the clock, and \
         the most memory that the process holds, MiB. The bars: under 300 MB at 48 kHz at any length, `listen` of 3 h faster than 100 × \
         real time, `master` faster than 40 ×, landing within 0.3 LU.\n\n\
         | file | `listen` | MiB | `master` | MiB | landed, LU off | `render` | MiB |\n|---|---|---|---|---|---|---|---|\n",
    );
    for (name, rate_hz, seconds) in FILES {
        let (song, master) = (folder.join("song.wav"), folder.join("out.wav"));
        write_song(&song, rate_hz, seconds)?;
        let (song, master) = (path(&song)?, path(&master)?);
        let listen = measure(&["listen", song, "--json"])?;
        let mastered =
            measure(&["master", song, "-o", master, "--overwrite", "--accept", "all", "--loudness", "-9", "--json"])?;
        let gain = ["--set", "limiter.gain_db=6", "--set", "limiter.ceiling_dbtp=-1"];
        let render = measure(&[&["render", song, "-o", master, "--overwrite"][..], &gain].concat())?;
        let report: serde_json::Value = serde_json::from_str(&mastered.text).context("no report")?;
        let landed = report["master"]["integrated_lufs"].as_f64().context("no loudness")? + 9.0;
        let speed = |run: &Run| seconds as f64 / run.duration.as_secs_f64();
        writeln!(
            page,
            "| {name} | {:.0} × | {:.0} | {:.0} × | {:.0} | {:.2} | {:.0} × | {:.0} |",
            speed(&listen),
            listen.peak_mib,
            speed(&mastered),
            mastered.peak_mib,
            landed.abs(),
            speed(&render),
            render.peak_mib
        )?;
    }
    fs::remove_dir_all(&folder)?;
    Ok(page)
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}

struct Run {
    duration: Duration,
    peak_mib: f64,
    text: String,
}

/// Runs the command line and looks at its memory meanwhile.
fn measure(words: &[&str]) -> Result<Run> {
    let program: PathBuf = target().join("release/discern-cli");
    let start = Instant::now();
    let mut child = Command::new(&program).args(words).stdout(Stdio::piped()).spawn().context("cannot be started")?;
    let stdout = child.stdout.take().context("no output")?;
    let reader = std::thread::spawn(move || std::io::read_to_string(stdout));
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0.0f64;
    let code = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak_kib = now.map_or(peak_kib, |now: f64| now.max(peak_kib));
        if let Some(code) = child.try_wait()? {
            break code;
        }
        std::thread::sleep(LOOK);
    };
    let duration = start.elapsed();
    let Ok(text) = reader.join() else { bail!("the output could not be read") };
    if !code.success() {
        bail!("discern-cli {} failed", words.join(" "));
    }
    Ok(Run { duration, peak_mib: peak_kib / 1024.0, text: text? })
}

/// The demo mix for so long, each time at another level; at other rates it plays faster or slower, which costs the same.
fn write_song(path: &Path, rate_hz: u32, seconds: u64) -> Result<()> {
    let mix = read(&demo_mix())?;
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: rate_hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    let num_frames = seconds as usize * rate_hz as usize;
    // Held for as many samples as keep the music in its register.
    let held = (rate_hz / 48_000).max(1) as usize;
    for frame_idx in 0..num_frames {
        let (round, place) = (frame_idx / held / mix.num_frames(), frame_idx / held % mix.num_frames());
        let gain = [0.7f32, 0.5, 0.9, 0.35, 0.8, 0.6, 0.45][round % 7];
        for channel in [mix.left(), mix.right()] {
            writer.write_sample((channel[place] * gain * 32_767.0) as i16)?;
        }
    }
    Ok(writer.finalize()?)
}
