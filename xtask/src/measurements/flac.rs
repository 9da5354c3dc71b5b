//! Our FLAC files beside those of `flac -5`: bytes and seconds, song by song.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use super::output;
use crate::workspace::{has_program, out, processor, root, run_command, target};

/// Where the section begins; it is the page's last.
pub const HEADING: &str = "\n## FLAC beside flac -5\n";
/// Word lengths that are tried.
const BITS: [u32; 2] = [16, 24];
/// Each time is the least of so many.
const NUM_RUNS: usize = 3;

/// What both made of a song, or of all.
#[derive(Clone, Copy, Default)]
struct Pair {
    ours_bytes: u64,
    theirs_bytes: u64,
    ours_s: f64,
    theirs_s: f64,
    duration_s: f64,
}

impl Pair {
    fn add(&mut self, other: Self) {
        self.ours_bytes += other.ours_bytes;
        self.theirs_bytes += other.theirs_bytes;
        self.ours_s += other.ours_s;
        self.theirs_s += other.theirs_s;
        self.duration_s += other.duration_s;
    }

    fn cells(self) -> String {
        format!(
            "{} | {} | {:.3} | {:.2} | {:.2}",
            self.theirs_bytes,
            self.ours_bytes,
            self.ours_bytes as f64 / self.theirs_bytes as f64,
            self.theirs_s,
            self.ours_s
        )
    }
}

/// `cargo xtask flac [DIR]`: measures a music folder and writes the section into `docs/measurements.md`.
///
/// # Errors
/// If there is no music, `flac` is missing, a file is wrong, or the page cannot be written.
pub fn run(args: &[String]) -> Result<()> {
    let folder = match args {
        [] => music(),
        [folder] => PathBuf::from(folder),
        _ => bail!("flac takes a folder of music at most, not {args:?}"),
    };
    let path = root().join("docs/measurements.md");
    let mut page = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let section = section(&folder)?;
    match page.find(HEADING) {
        Some(start) => {
            let end = page[start + 1..].find("\n## ").map_or(page.len(), |next| start + 1 + next);
            page.replace_range(start..end, &section);
        }
        None => page += &section,
    }
    std::fs::write(&path, page).with_context(|| format!("{} cannot be written", path.display()))?;
    print!("{section}");
    Ok(())
}

/// The section of the whole page: measured where music and `flac` are there, else what stood in `old`.
pub fn of_page(old: &str) -> Result<String> {
    if music().is_dir() && has_program("flac", &["--version"]) {
        return section(&music());
    }
    let Some(start) = old.find(HEADING) else { return Ok(String::new()) };
    let end = old[start + 1..].find("\n## ").map_or(old.len(), |next| start + 1 + next);
    Ok(old[start..end].to_owned())
}

fn music() -> PathBuf {
    root().join("../shared/music")
}

fn section(folder: &Path) -> Result<String> {
    ensure!(has_program("flac", &["--version"]), "the reference encoder is missing: `apt-get install flac` as root");
    let mut songs = Vec::new();
    find_songs(folder, &mut songs)?;
    songs.sort();
    ensure!(!songs.is_empty(), "{} holds no FLAC files", folder.display());
    let build = ["build", "--quiet", "--release", "--no-default-features", "--example", "flac_speed"];
    crate::workspace::run("cargo", &build)?;
    let version = output(Command::new("flac").arg("--version"))?;
    let mut page = format!(
        "{HEADING}\nWritten by `cargo xtask flac`: bytes and seconds of {} songs, by {} and by Discern, on one core of this machine ({}), which \
         is not alone. Both have a seek point every ten seconds and no padding; `flac`'s seconds have the reading of a WAV in them. At 24 bits \
         the songs are 1 dB down, so that all bits are in use. Every file passes `flac -t`.\n",
        songs.len(),
        version.trim(),
        processor()
    );
    for bits in BITS {
        write!(
            page,
            "\n{bits} bit:\n\n| song | flac -5, bytes | Discern, bytes | ratio | flac -5, s | Discern, s |\n|---|---|---|---|---|---|\n"
        )?;
        let mut total = Pair::default();
        for song in &songs {
            let pair = measure(song, bits)?;
            total.add(pair);
            let name = song.file_stem().unwrap_or_default().to_string_lossy();
            println!("   {bits} bit, {name}: {:.3}", pair.ours_bytes as f64 / pair.theirs_bytes as f64);
            writeln!(page, "| {name} | {} |", pair.cells())?;
        }
        writeln!(page, "| **all** | {} |", total.cells())?;
        writeln!(
            page,
            "\nThat is {:.0} times as fast as the music for Discern, {:.0} times for `flac -5`.",
            total.duration_s / total.ours_s,
            total.duration_s / total.theirs_s
        )?;
    }
    Ok(page)
}

fn measure(song: &Path, bits: u32) -> Result<Pair> {
    let folder = out("flac")?;
    let [wav, ours, theirs] = ["song.wav", "ours.flac", "theirs.flac"].map(|name| folder.join(name));
    let mut command = Command::new(target().join("release/examples/flac_speed"));
    let text = output(command.arg(song).arg(bits.to_string()).arg(&wav).arg(&ours))?;
    let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [_, ours_s, duration_s] = numbers[..] else { bail!("the example printed {text:?}") };
    run_command(Command::new("flac").args(["--test", "--silent"]).arg(&ours))?;
    let mut theirs_s = f64::INFINITY;
    for _ in 0..NUM_RUNS {
        let start = Instant::now();
        let mut flac = Command::new("flac");
        run_command(flac.args(["-5", "--silent", "--force", "--no-padding", "-o"]).arg(&theirs).arg(&wav))?;
        theirs_s = theirs_s.min(start.elapsed().as_secs_f64());
    }
    let num_bytes = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.len());
    let (ours_bytes, theirs_bytes) = (num_bytes(&ours)?, num_bytes(&theirs)?);
    Ok(Pair { ours_bytes, theirs_bytes, ours_s, theirs_s, duration_s })
}

fn find_songs(folder: &Path, songs: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            find_songs(&path, songs)?;
        } else if path.extension().is_some_and(|extension| extension == "flac") {
            songs.push(path);
        }
    }
    Ok(())
}
