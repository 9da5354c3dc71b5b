//! Files of any length: memory does not grow with them, and a level that was solved on parts of a song lands all of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use discern::analysis::measure_levels;
use discern::audio_file::{AudioFile, WordLength, read};
use serde_json::Value;

use crate::command_line::{Bench, audio, cli, stdout};
use crate::support::demo_mix;

/// The demo mix at a quarter of its rate in mono: quick to hear, and still music.
fn quarter() -> Vec<f32> {
    let (left, right) = (demo_mix().left().chunks_exact(4), demo_mix().right().chunks_exact(4));
    left.zip(right).map(|(left, right)| left.iter().chain(right).sum::<f32>() / 8.0).collect()
}

/// So many repetitions of it, some louder and some quieter than others.
fn many(count: usize) -> AudioFile {
    let song = quarter();
    let gain = |idx: usize| [0.5, 0.35, 0.9, 0.25, 0.7][idx % 5];
    audio(11_025, vec![(0..count).flat_map(|idx| song.iter().map(move |sample| sample * gain(idx))).collect()])
}

/// Longer than what is kept whole: eleven minutes.
const LONG: usize = 21;

fn long_song(bench: &Bench) -> PathBuf {
    bench.wav("long.wav", &many(LONG), WordLength::Bits16)
}

/// The most memory that a command holds while it runs, MiB.
#[cfg(target_os = "linux")]
fn peak_mib(words: &[&str]) -> f64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_discern-cli"))
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kb = 0.0f64;
    let code = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak_kb = line
            .and_then(|line| line.split_whitespace().next()?.parse().ok())
            .map_or(peak_kb, |kb: f64| kb.max(peak_kb));
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    assert!(code.success(), "{words:?}");
    assert!(peak_kb > 0.0);
    peak_kb / 1024.0
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_length_of_a_file() {
    let bench = Bench::new();
    let out = bench.path("out.wav");
    let out = out.to_str().unwrap();
    let mut peaks = Vec::new();
    for count in [LONG, 3 * LONG] {
        let song = bench.wav("song.wav", &many(count), WordLength::Bits16);
        let song = song.to_str().unwrap();
        let gain = ["--set", "limiter.gain_db=3", "--set", "limiter.ceiling_dbtp=-1"];
        let render = [&["render", song, "-o", out, "--overwrite"][..], &gain].concat();
        peaks.push([
            peak_mib(&["listen", song, "--restraint", "level"]),
            peak_mib(&["master", song, "-o", out, "--overwrite", "--restraint", "level"]),
            peak_mib(&render),
        ]);
    }
    // 22 minutes more are 58 MiB of samples; what was heard of them takes two, 3 with what is made of it.
    for ((short, long), most) in peaks[0].iter().zip(&peaks[1]).zip([8.0, 8.0, 2.0]) {
        assert!(long - short <= most, "{peaks:?}");
    }
}

fn mastered(song: &Path, out: &Path, more: &[&str]) -> Value {
    let mut words: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"master", &song, &"-o", &out, &"--overwrite", &"--json"];
    words.extend(more.iter().map(|word| word as &dyn AsRef<std::ffi::OsStr>));
    serde_json::from_str(&stdout(&cli(&words))).unwrap()
}

#[test]
fn a_long_song_lands_on_its_target_with_the_settings_that_are_reported() {
    let bench = Bench::new();
    let song = long_song(&bench);
    let out = bench.path("out.wav");
    for target in ["-16", "-11"] {
        let json = mastered(&song, &out, &["--loudness", target, "--accept", "limiter.level", "--bits", "32f"]);
        let master = read(&out).unwrap();
        assert_eq!(master.num_frames(), many(LONG).num_frames());
        let levels = measure_levels(11_025.0, &[master.left()]);
        let landed = levels.integrated_lufs.unwrap();
        assert!((json["master"]["integrated_lufs"].as_f64().unwrap() - landed).abs() < 1e-3);
        let level = json["moves"].as_array().unwrap().iter().find(|each| each["id"] == "limiter.level").unwrap();
        // What is aimed at is how it plays: a mono song from two loudspeakers.
        let aim = level["effect"][0]["after"].as_f64().unwrap() - 10.0 * 2f64.log10();
        assert!((landed - aim).abs() <= 0.3, "{target}: {landed}, {aim} was promised");
        assert!(levels.true_peak_dbtp.unwrap() <= -1.0 + 0.01);

        let again = bench.path("again.wav");
        let set = |id: &str| format!("{id}={}", level["settings"][id]);
        let (gain, ceiling) = (set("limiter.gain_db"), set("limiter.ceiling_dbtp"));
        let words: &[&dyn AsRef<std::ffi::OsStr>] =
            &[&"render", &song, &"-o", &again, &"--overwrite", &"--bits", &"32f", &"--set", &gain, &"--set", &ceiling];
        stdout(&cli(words));
        assert!(read(&again).unwrap().channels == master.channels, "the settings reported are those used");
    }
}

#[test]
fn long_songs_are_judged_by_parts_as_they_would_be_whole() {
    let bench = Bench::new();
    // Ten minutes are kept whole, eleven are not.
    let reports = [LONG - 3, LONG].map(|count| {
        let song = bench.wav("song.wav", &many(count), WordLength::Bits16);
        let json: Value = serde_json::from_str(&stdout(&cli(&[&"listen", &song, &"--json"]))).unwrap();
        let moves = json["moves"].as_array().unwrap().iter();
        let mut moves: Vec<String> = moves.map(|each| format!("{} {}", each["class"], each["id"])).collect();
        moves.sort();
        (json["verdict"]["kind"].clone(), moves)
    });
    assert_eq!(reports[0], reports[1]);
    assert!(!reports[0].1.is_empty());
}
