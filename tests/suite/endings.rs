//! A run that is ended midway, or whose disk is full, leaves nothing behind and destroys nothing.
#![cfg(unix)]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use discern::audio_file::{AudioFile, Container, WordLength, write};

use crate::support::noise;

/// A bound on a hang, not on speed.
const SOON: Duration = Duration::from_secs(60);

struct Bench(tempfile::TempDir);

impl Bench {
    /// A song of so many seconds beside an empty folder.
    fn new(duration_s: usize) -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        fs::create_dir(bench.out()).unwrap();
        let channels = vec![noise(1, 48_000 * duration_s, 0.1), noise(2, 48_000 * duration_s, 0.1)];
        let song = AudioFile { sample_rate_hz: 48_000, channels, source: None };
        write(&bench.song(), &song, Container::Wav, WordLength::Bits24).unwrap();
        bench
    }

    fn song(&self) -> PathBuf {
        self.0.path().join("song.wav")
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.out()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// A rendering that takes its time, under way.
    fn start(&self, name: &str) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_discern-cli"));
        command.arg("render").arg(self.song()).arg("-o").arg(self.out().join(name));
        command.args(["--set", "latency_mode=linear", "--set", "resonance.enabled=1"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while self.names().is_empty() {
            assert!(begun.elapsed() < SOON);
            std::thread::sleep(Duration::from_millis(2));
        }
        child
    }
}

fn kill(child: &Child, signal: &str) {
    assert!(Command::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap().success());
}

fn run(song: &Path, out: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_discern-cli")).arg("render").arg(song).arg("-o").arg(out).output().unwrap()
}

/// Runs the command line where no file may become larger than so many blocks (of 512 or 1024 bytes).
fn run_limited(num_blocks: u32, arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -f {num_blocks} && exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_discern-cli"));
    let output = command.args(arguments.iter().map(|each| each.as_ref())).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn signals_leave_nothing_behind() {
    let bench = Bench::new(120);
    for (signal, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        for name in ["a.wav", "a.flac"] {
            let mut child = bench.start(name);
            kill(&child, signal);
            let status = child.wait().unwrap();
            assert_eq!(status.signal(), Some(number), "as a shell expects it: {}", 128 + number);
            assert_eq!(bench.names(), [""; 0], "{signal} {name}");
        }
    }
}

#[test]
fn the_second_of_two_runs_is_refused_at_once_and_a_killed_one_blocks_nobody() {
    let bench = Bench::new(120);
    let mut first = bench.start("a.wav");
    let second = run(&bench.song(), &bench.out().join("a.wav"));
    assert_eq!(second.status.code(), Some(1));
    let text = String::from_utf8(second.stderr).unwrap();
    assert!(text.contains("a.wav") && text.contains("another run is writing this file"), "{text}");
    assert_eq!(first.try_wait().unwrap(), None, "the first goes on");
    kill(&first, "-KILL");
    first.wait().unwrap();
    assert_eq!(bench.names().len(), 1, "nobody can clear away after that");

    let short = Bench::new(1);
    assert!(run(&short.song(), &bench.out().join("a.wav")).status.success());
    assert_eq!(bench.names(), ["a.wav"]);
}

#[test]
fn a_full_disk_is_said_and_leaves_what_was_there() {
    let bench = Bench::new(2);
    for name in ["a.wav", "a.flac"] {
        let out = bench.out().join(name);
        fs::write(&out, "old").unwrap();
        let (code, text) = run_limited(64, &[&"render", &bench.song(), &"-o", &out, &"--overwrite"]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(name) && text.contains("cannot be written") && text.lines().count() == 1, "{text}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    }
    let picture = bench.out().join("a.png");
    fs::write(&picture, "old").unwrap();
    let (code, text) = run_limited(1, &[&"listen", &bench.song(), &"--picture", &picture]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("a.png: cannot be written"), "{text}");
    assert_eq!(fs::read_to_string(&picture).unwrap(), "old");

    let records = bench.0.path().join("records");
    fs::create_dir(&records).unwrap();
    for name in ["1.wav", "2.wav", "3.wav"] {
        fs::copy(bench.song(), records.join(name)).unwrap();
    }
    let ranges = bench.out().join("ranges.toml");
    fs::write(&ranges, "old").unwrap();
    let (code, _) = run_limited(1, &[&"ranges", &records, &"-o", &ranges, &"--overwrite"]);
    assert_eq!(code, Some(1));
    assert_eq!(fs::read_to_string(&ranges).unwrap(), "old");
    assert_eq!(bench.names(), ["a.flac", "a.png", "a.wav", "ranges.toml"]);
}

#[test]
fn a_reader_that_is_gone_costs_nothing() {
    let bench = Bench::new(1);
    let mut command = Command::new(env!("CARGO_BIN_EXE_discern-cli"));
    command.arg("render").arg(bench.song()).arg("-o").arg(bench.out().join("a.wav"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(bench.names(), ["a.wav"]);
}
