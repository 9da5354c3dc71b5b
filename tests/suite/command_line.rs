//! The command line end to end: what it prints, writes, refuses, and with which exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use discern::analysis::measure_levels;
use discern::audio_file::{AudioFile, Container, WordLength, read, write};
use serde_json::Value;

use crate::support::{demo_mix, demo_mix_path, noise};

/// A folder of its own for one test.
pub struct Bench(tempfile::TempDir);

impl Bench {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn wav(&self, name: &str, audio: &AudioFile, word_length: WordLength) -> PathBuf {
        let path = self.path(name);
        write(&path, audio, Container::Wav, word_length).unwrap();
        path
    }

    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

pub fn cli(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_discern-cli")).args(arguments.iter().map(|each| each.as_ref())).output().unwrap()
}

pub fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The one line of an error.
pub fn error(output: &Output, code: i32) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(output.stdout.is_empty());
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

pub fn audio(sample_rate_hz: u32, channels: Vec<Vec<f32>>) -> AudioFile {
    AudioFile { sample_rate_hz, channels, source: None }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn listen_prints_a_verdict_for_people_and_json_for_scripts() {
    let text = stdout(&cli(&[&"listen", &demo_mix_path(), &"--loudness", &"-11"]));
    for part in ["stereo, 0:32", "Needed", "limiter.level", "Effect:", "Cost:", "Integrated", "Delivery check"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 160));

    let json: Value = serde_json::from_str(&stdout(&cli(&[&"listen", &demo_mix_path(), &"--json"]))).unwrap();
    for key in [
        "schema",
        "discern",
        "file",
        "sample_rate_hz",
        "channels",
        "duration_s",
        "coverage",
        "measurements",
        "sections",
        "verdict",
        "moves",
        "findings",
        "for_the_mixer",
        "delivery",
    ] {
        assert!(keys(&json).contains(&key), "{key}");
    }
    for key in [
        "integrated_lufs",
        "max_short_term_lufs",
        "max_momentary_lufs",
        "loudness_range_lu",
        "true_peak_dbtp",
        "sample_peak_dbfs",
        "plr_db",
        "psr_min_db",
        "dc_offset",
        "correlation",
        "side_to_mid_db",
        "balance_db",
        "slope_db_per_octave",
        "percussiveness",
        "spectrum",
    ] {
        assert!(keys(&json["measurements"]).contains(&key), "{key}");
    }
    assert_eq!(json["schema"], 1);
    assert_eq!(json["coverage"]["share"], 1.0);
    assert!(json.get("master").is_none());
    // The manifest of the folder the mix comes from, measured with ffmpeg: −14.8 LUFS, LRA 2.4, −3.0 dBTP.
    let near = |key: &str, expected: f64| {
        let value = json["measurements"][key].as_f64().unwrap();
        assert!((value - expected).abs() <= 0.15, "{key} {value}");
    };
    near("integrated_lufs", -14.8);
    near("loudness_range_lu", 2.4);
    near("true_peak_dbtp", -3.0);
}

#[test]
fn master_lands_holds_the_ceiling_and_reports() {
    let bench = Bench::new();
    let out = bench.path("master.wav");
    let arguments: &[&dyn AsRef<std::ffi::OsStr>] =
        &[&"master", &demo_mix_path(), &"-o", &out, &"--loudness", &"-11", &"--json"];
    let json: Value = serde_json::from_str(&stdout(&cli(arguments))).unwrap();
    let master = read(&out).unwrap();
    assert_eq!((master.sample_rate_hz, master.num_frames()), (44_100, demo_mix().num_frames()));
    assert_eq!(master.source, Some(WordLength::Bits24));
    let levels = measure_levels(44_100.0, &[master.left(), master.right()]);
    let (integrated, peak) = (levels.integrated_lufs.unwrap(), levels.true_peak_dbtp.unwrap());
    assert!((integrated + 11.0).abs() <= 0.3, "{integrated}");
    assert!(peak <= -1.0, "{peak}");
    assert!((json["master"]["integrated_lufs"].as_f64().unwrap() - integrated).abs() < 1e-3);
    let effect = &json["moves"][0]["effect"][0];
    assert!((effect["after"].as_f64().unwrap() - integrated).abs() < 0.05, "{effect}");
    assert_eq!(json["moves"][0]["settings"]["limiter.ceiling_dbtp"], -1.0);
    assert_eq!(json["delivery"][0]["pass"], true);
    assert_eq!(bench.names(), ["master.wav"]);

    let twice = cli(arguments);
    assert!(error(&twice, 1).contains("--overwrite"));
    let text = stdout(&cli(&[&"master", &demo_mix_path(), &"-o", &out, &"--loudness", &"-11", &"--overwrite"]));
    assert!(text.contains("Accepted limiter.level") && text.contains("Master") && text.contains("Wrote"), "{text}");
}

#[test]
fn what_is_set_by_hand_holds_and_what_is_locked_is_left() {
    let bench = Bench::new();
    let out = bench.path("out.wav");
    let json = |extra: &[&str]| -> Value {
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"master", &"-o", &out, &"--overwrite", &"--json"];
        let path = demo_mix_path();
        arguments.push(&path);
        arguments.extend(extra.iter().map(|each| each as &dyn AsRef<std::ffi::OsStr>));
        serde_json::from_str(&stdout(&cli(&arguments))).unwrap()
    };
    let set = json(&["--accept", "none", "--set", "limiter.gain_db=-6", "--set", "equalizer.band_1.enabled=off"]);
    assert!((set["master"]["integrated_lufs"].as_f64().unwrap() + 20.8).abs() < 0.1);
    assert_eq!(set["master"]["set"]["limiter.gain_db"], "-6.00");
    assert_eq!(json(&["--loudness", "-10", "--lock", "limiter"])["moves"], Value::Array(vec![]));
    let by_id = json(&["--loudness", "-12", "--accept", "limiter.level"]);
    assert_eq!(by_id["master"]["accepted"][0], "limiter.level");
}

#[test]
fn the_idle_chain_gives_back_the_same_samples() {
    let bench = Bench::new();
    let mix = demo_mix();
    for (name, bits) in [("a.wav", "16"), ("b.wav", "24"), ("c.flac", "16"), ("d.flac", "24"), ("e.wav", "32f")] {
        let out = bench.path(name);
        stdout(&cli(&[&"render", &demo_mix_path(), &"-o", &out, &"--bits", &bits]));
        assert_eq!(read(&out).unwrap().channels, mix.channels, "{name} {bits}");
    }
    let wide = audio(48_000, vec![noise(1, 24_000, 0.4), noise(2, 24_000, 0.4)]);
    let float = bench.wav("float.wav", &wide, WordLength::Float32);
    stdout(&cli(&[&"render", &float, &"-o", &bench.path("float_out.wav")]));
    assert_eq!(read(&bench.path("float_out.wav")).unwrap().channels, wide.channels);
    let copy = bench.path("copy.wav");
    stdout(&cli(&[&"master", &demo_mix_path(), &"-o", &copy, &"--accept", &"none", &"--bits", &"16"]));
    assert_eq!(read(&copy).unwrap().channels, mix.channels);
}

#[test]
fn settings_files_are_taken_and_settings_are_listed() {
    let bench = Bench::new();
    fs::write(bench.path("s.toml"), "[limiter]\ngain_db = -6.0\n").unwrap();
    let out = bench.path("out.wav");
    stdout(&cli(&[&"render", &demo_mix_path(), &"-o", &out, &"--settings", &bench.path("s.toml")]));
    let rendered = read(&out).unwrap();
    let ratio = rendered.left()[500_000] / demo_mix().left()[500_000];
    assert!((ratio - 0.501).abs() < 0.01, "{ratio}");

    fs::write(bench.path("bad.toml"), "[limiter]\ngian_db = -6.0\n").unwrap();
    let bad = cli(&[&"render", &demo_mix_path(), &"-o", &bench.path("x.wav"), &"--settings", &bench.path("bad.toml")]);
    assert!(error(&bad, 1).contains("limiter.gian_db"));

    let text = stdout(&cli(&[&"settings"]));
    for id in ["input.gain_db", "limiter.ceiling_dbtp", "latency_mode", "equalizer.band_8.channel", "dither.bits"] {
        assert!(text.contains(id), "{id}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2_in_one_line() {
    let mix = demo_mix_path();
    let mix = mix.to_str().unwrap();
    for arguments in [
        &[][..],
        &["listn"],
        &["listen"],
        &["listen", mix, "--loudness", "loud"],
        &["listen", mix, "--loudness", "3"],
        &["listen", mix, "--destination", "vinil"],
        &["listen", mix, "--brighter", "4"],
        &["listen", mix, "--picture", "x.jpg"],
        &["master", mix],
        &["master", mix, "-o", "/tmp/x.mp3"],
        &["master", mix, "-o", "/tmp/x.wav", "--accept", "most"],
        &["master", mix, "-o", "/tmp/x.wav", "--set", "limiter.gain=3"],
        &["render", mix, "-o", "/tmp/x.wav", "--set", "limiter.gain_db=300"],
        &["render", mix, "-o", "/tmp/x.flac", "--bits", "32f"],
        &["render", mix, "-o", "/tmp/x.wav", "--bits", "20"],
    ] {
        let arguments: Vec<&dyn AsRef<std::ffi::OsStr>> =
            arguments.iter().map(|each| each as &dyn AsRef<std::ffi::OsStr>).collect();
        error(&cli(&arguments), 2);
    }
}

/// Runs `listen` and `master` on a bad file: one line naming it, exit code 1, nothing written.
fn assert_refused(bench: &Bench, path: &Path, says: &str) {
    let before = bench.names();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    for output in [cli(&[&"listen", &path]), cli(&[&"master", &path, &"-o", &bench.path("never.wav")])] {
        let text = error(&output, 1);
        assert!(text.contains(&name) && text.contains(says), "{text}");
    }
    assert_eq!(bench.names(), before);
}

#[test]
fn bad_files_are_refused_in_one_line() {
    let bench = Bench::new();
    assert_refused(&bench, &bench.path("missing.wav"), "no such file");
    fs::write(bench.path("empty.wav"), "").unwrap();
    assert_refused(&bench, &bench.path("empty.wav"), "is empty");
    fs::write(bench.path("text.wav"), "This is no audio at all. ".repeat(100)).unwrap();
    assert_refused(&bench, &bench.path("text.wav"), "is not audio");
    let surround = audio(48_000, (0..8).map(|seed| noise(seed, 48_000, 0.1)).collect());
    assert_refused(&bench, &bench.wav("surround.wav", &surround, WordLength::Bits24), "8 channels");
    let nothing = audio(48_000, vec![vec![], vec![]]);
    assert_refused(&bench, &bench.wav("nothing.wav", &nothing, WordLength::Bits24), "no samples");
    fs::create_dir(bench.path("folder.wav")).unwrap();
    assert_refused(&bench, &bench.path("folder.wav"), "is a folder");
    for rate in [4000, 7999, 384_001, 655_350] {
        let song = audio(rate, vec![noise(1, 20_000, 0.1); 2]);
        let path = bench.wav("rate.wav", &song, WordLength::Bits16);
        assert_refused(&bench, &path, &format!("sample rate of {rate} Hz"));
        assert!(error(&cli(&[&"listen", &path]), 1).contains("8000 to 384000 Hz"));
    }
}

#[test]
fn rates_at_the_ends_of_the_range_are_rendered_and_heard() {
    let bench = Bench::new();
    for rate in [8000, 12_345, 176_400, 192_000, 384_000] {
        let frames = rate as usize / 2;
        let song =
            bench.wav("song.wav", &audio(rate, vec![noise(1, frames, 0.4), noise(2, frames, 0.4)]), WordLength::Bits24);
        for name in ["out.wav", "out.flac"] {
            let out = bench.path(name);
            let settings = ["limiter.gain_db=6", "limiter.ceiling_dbtp=-1", "resonance.enabled=1", "clipper.enabled=1"];
            let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"render", &song, &"-o", &out, &"--overwrite"];
            for setting in &settings {
                arguments.extend([&"--set" as &dyn AsRef<std::ffi::OsStr>, setting]);
            }
            stdout(&cli(&arguments));
            let rendered = read(&out).unwrap();
            assert_eq!((rendered.sample_rate_hz, rendered.num_frames()), (rate, frames));
            assert!(rendered.channels.iter().flatten().all(|x| x.abs() <= 0.8913), "{rate} Hz");
        }
        let heard: Value = serde_json::from_str(&stdout(&cli(&[&"listen", &song, &"--json"]))).unwrap();
        assert_eq!(heard["sample_rate_hz"], rate);
    }
}

#[test]
fn the_source_is_never_written_over() {
    let bench = Bench::new();
    let song = bench.wav("song.wav", &audio(48_000, vec![noise(1, 48_000, 0.1)]), WordLength::Bits24);
    let before = fs::read(&song).unwrap();
    let output = cli(&[&"render", &song, &"-o", &bench.0.path().join("./song.wav"), &"--overwrite"]);
    assert!(error(&output, 1).contains("is the source itself"));
    assert_eq!(fs::read(&song).unwrap(), before);
    let output = cli(&[&"render", &song, &"-o", &bench.path("no/such/folder.wav")]);
    assert!(error(&output, 1).contains("folder does not exist"));
}

#[test]
fn odd_but_honest_files_get_a_sensible_result() {
    let bench = Bench::new();
    let listen = |path: &Path| -> Value {
        serde_json::from_str(&stdout(&cli(&[
            &"master",
            &path,
            &"-o",
            &bench.path("out.wav"),
            &"--overwrite",
            &"--json",
        ])))
        .unwrap()
    };
    let mono = listen(&bench.wav("mono.wav", &audio(48_000, vec![noise(1, 48_000 * 12, 0.03)]), WordLength::Bits24));
    assert_eq!((&mono["channels"], &mono["measurements"]["side_to_mid_db"]), (&1.into(), &Value::Null));
    assert_eq!(mono["measurements"]["correlation"], Value::Null);
    assert_eq!(mono["verdict"]["kind"], "outside_scope");
    assert_eq!(read(&bench.path("out.wav")).unwrap().channels.len(), 1);

    let short = listen(&bench.wav("short.wav", &audio(48_000, vec![noise(1, 4800, 0.1); 2]), WordLength::Bits24));
    assert_eq!(short["verdict"]["kind"], "not_enough_heard");
    assert_eq!(short["measurements"]["integrated_lufs"], Value::Null);
    assert_eq!(read(&bench.path("out.wav")).unwrap().num_frames(), 4800);

    let silence =
        listen(&bench.wav("silence.wav", &audio(48_000, vec![vec![0.0; 48_000 * 12]; 2]), WordLength::Bits24));
    assert_eq!(silence["verdict"]["kind"], "not_enough_heard");
    assert_eq!(silence["measurements"]["true_peak_dbtp"], Value::Null);

    let mut with_holes = noise(3, 48_000 * 12, 0.03);
    for idx in (0..with_holes.len()).step_by(10_000) {
        with_holes[idx] = if idx % 20_000 == 0 { f32::NAN } else { f32::INFINITY };
    }
    let holes = audio(48_000, vec![with_holes, noise(4, 48_000 * 12, 0.03)]);
    let holes = listen(&bench.wav("holes.wav", &holes, WordLength::Float32));
    assert_eq!(holes["coverage"]["non_finite_samples"], 58);
    assert!(read(&bench.path("out.wav")).unwrap().channels.iter().flatten().all(|sample| sample.is_finite()));
    assert!(holes["delivery"].as_array().unwrap().iter().any(|check| check["pass"] == false));
}

#[test]
fn listen_draws_a_picture_and_nothing_else() {
    let bench = Bench::new();
    let song =
        bench.wav("song.wav", &audio(48_000, vec![noise(7, 48_000, 0.2), noise(8, 48_000, 0.2)]), WordLength::Bits24);
    let picture = bench.path("song.PNG");
    for _ in 0..2 {
        let text = stdout(&cli(&[&"listen", &song, &"--picture", &picture]));
        assert!(text.contains("song.PNG"), "{text}");
    }
    assert!(fs::read(&picture).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    let json = stdout(&cli(&[&"listen", &song, &"--picture", &picture, &"--json"]));
    assert!(serde_json::from_str::<Value>(&json).is_ok());
    assert!(error(&cli(&[&"listen", &song, &"--picture", &song]), 2).contains("song.wav"));
    assert!(error(&cli(&[&"listen", &song, &"--picture", &bench.path("no/a.png")]), 1).contains("folder"));
    assert_eq!(bench.names(), ["song.PNG", "song.wav"]);
}

#[test]
fn evaluate_writes_a_page_and_json_and_replaces_neither_unasked() {
    let bench = Bench::new();
    bench.wav("speech.wav", &audio(44_100, vec![noise(1, 44_100 * 12, 0.1)]), WordLength::Bits16);
    let missing = error(&cli(&[&"evaluate", &bench.path(""), &"-o", &bench.path("out")]), 1);
    assert!(missing.contains("manifest.tsv"), "{missing}");

    let manifest = "file\ttitle\tgenre\tclass\nspeech.wav\tSpeech\tspoken word\tood\n";
    fs::write(bench.path("manifest.tsv"), manifest).unwrap();
    let text = stdout(&cli(&[&"evaluate", &bench.path(""), &"-o", &bench.path("out.md")]));
    assert!(text.contains("out.json"), "{text}");
    assert_eq!(bench.names(), ["manifest.tsv", "out.json", "out.md", "speech.wav"]);
    assert!(fs::read_to_string(bench.path("out.md")).unwrap().contains("| abstention |"));
    let json: Value = serde_json::from_slice(&fs::read(bench.path("out.json")).unwrap()).unwrap();
    let figures = json["figures"].as_array().unwrap();
    let figure = |key: &str| figures.iter().find(|figure| figure["key"] == key).unwrap();
    assert_eq!(figure("abstention")["count"], 9);
    assert!(figure("do_no_harm")["met"].is_null());

    let refused = error(&cli(&[&"evaluate", &bench.path(""), &"-o", &bench.path("out")]), 1);
    assert!(refused.contains("--overwrite"), "{refused}");
}

fn report(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Value {
    serde_json::from_str(&stdout(&cli(arguments))).unwrap()
}

#[test]
fn a_mono_song_lands_as_loud_as_the_same_in_stereo() {
    let bench = Bench::new();
    let mono: Vec<f32> =
        demo_mix().left().iter().zip(demo_mix().right()).map(|(left, right)| 0.5 * (left + right)).collect();
    let one = bench.wav("one.wav", &audio(44_100, vec![mono.clone()]), WordLength::Bits24);
    let two = bench.wav("two.wav", &audio(44_100, vec![mono.clone(), mono]), WordLength::Bits24);
    let [one, two] = [(&one, "1.wav"), (&two, "2.wav")]
        .map(|(path, out)| report(&[&"master", path, &"-o", &bench.path(out), &"--json"]));
    let number = |json: &Value, key: &str| json[key].as_f64().unwrap();
    for (at, played) in [("measurements", -15.2), ("master", -14.0)] {
        let [one, two] = [&one[at], &two[at]];
        assert!((number(one, "playback_lufs") - played).abs() < 0.1, "{one}");
        assert!((number(one, "playback_lufs") - number(one, "integrated_lufs") - 3.0103).abs() < 1e-3);
        assert!((number(one, "playback_lufs") - number(two, "playback_lufs")).abs() < 1e-3);
        assert_eq!(two["playback_lufs"], two["integrated_lufs"]);
    }
    assert_eq!(one["verdict"], two["verdict"]);
    assert_eq!(one["moves"][0]["settings"], two["moves"][0]["settings"]);
    let loudness = |json: &Value| {
        json["delivery"]
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["check"] == "integrated_loudness")
            .cloned()
            .unwrap()
    };
    for json in [&one, &two] {
        assert_eq!((&loudness(json)["pass"], &loudness(json)["limit"]), (&true.into(), &(-14.0).into()));
    }
    let text = stdout(&cli(&[&"listen", &bench.path("one.wav")]));
    assert!(
        text.contains("As it plays") && text.contains("two loudspeakers") && text.contains("from \u{2212}15.2 LUFS"),
        "{text}"
    );
    assert!(!stdout(&cli(&[&"listen", &bench.path("two.wav")])).contains("As it plays"));
}

#[test]
fn opposite_channels_fail_and_are_turned_back() {
    let bench = Bench::new();
    let inverted: Vec<f32> = demo_mix().left().iter().map(|x| -x).collect();
    let song = bench.wav("song.wav", &audio(44_100, vec![demo_mix().left().to_vec(), inverted]), WordLength::Bits24);
    let fold_down = |json: &Value| {
        json["delivery"].as_array().unwrap().iter().find(|check| check["check"] == "mono_fold_down").cloned().unwrap()
    };
    let heard = report(&[&"listen", &song, &"--json"]);
    assert_eq!((&fold_down(&heard)["pass"], &fold_down(&heard)["value"]), (&false.into(), &(-120.0).into()));
    assert!(heard["findings"].as_array().unwrap().iter().any(|finding| finding["kind"] == "phase_inverted"));
    assert!(!heard["sections"].as_array().unwrap().is_empty());
    let text = stdout(&cli(&[&"listen", &song]));
    assert!(text.contains("\u{2212}\u{221e} LU (limit \u{2212}3.0 LU): look at this"), "{text}");
    let master = report(&[&"master", &song, &"-o", &bench.path("out.wav"), &"--json"]);
    assert_eq!(fold_down(&master)["pass"], true);
    let out = read(&bench.path("out.wav")).unwrap();
    // But for the dither, which is each channel's own.
    assert!(out.left().iter().zip(out.right()).all(|(left, right)| (left - right).abs() < 1e-6));
}

#[test]
fn whole_numbers_stored_as_floating_point_are_refused() {
    let bench = Bench::new();
    let scaled = |factor: f32| {
        let channel = |channel: &[f32]| channel.iter().map(|x| (x * factor).round()).collect::<Vec<f32>>();
        audio(44_100, vec![channel(demo_mix().left()), channel(demo_mix().right())])
    };
    for factor in [32_768.0, 8_388_608.0] {
        let path = bench.wav("scaled.wav", &scaled(factor), WordLength::Float32);
        assert_refused(&bench, &path, "above +60 dBFS");
        let render = error(&cli(&[&"render", &path, &"-o", &bench.path("never.wav")]), 1);
        assert!(render.contains("full scale at 1.0") && !bench.path("never.wav").exists(), "{render}");
        let reference = error(&cli(&[&"listen", &demo_mix_path(), &"--reference", &path]), 1);
        assert!(reference.contains("scaled.wav") && reference.contains("above +60 dBFS"), "{reference}");
    }
    // Hot is not the same.
    let hot = bench.wav("hot.wav", &scaled(8.0), WordLength::Float32);
    stdout(&cli(&[&"listen", &hot]));
}

#[test]
fn a_reference_without_sound_is_refused() {
    let bench = Bench::new();
    for (samples, says) in [(vec![0.0; 48_000 * 5], "is silent"), (noise(1, 480, 0.1), "lasts 0.01 s")] {
        let path = bench.wav("reference.wav", &audio(48_000, vec![samples; 2]), WordLength::Bits24);
        for command in ["listen", "master"] {
            let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&command];
            let (mix, out) = (demo_mix_path(), bench.path("out.wav"));
            arguments.extend::<[&dyn AsRef<std::ffi::OsStr>; 3]>([&mix, &"--reference", &path]);
            if command == "master" {
                arguments.extend::<[&dyn AsRef<std::ffi::OsStr>; 2]>([&"-o", &out]);
            }
            let text = error(&cli(&arguments), 1);
            assert!(text.contains("reference.wav") && text.contains(says) && text.contains("3 s"), "{text}");
        }
    }
}

#[test]
fn ranges_count_each_real_record_once() {
    let bench = Bench::new();
    let dir = bench.path("records");
    fs::create_dir_all(dir.join("more")).unwrap();
    let record = |name: &str, seed: u32, seconds: usize, amplitude: f32| {
        let channels = vec![noise(seed, 22_050 * seconds, amplitude), noise(seed + 50, 22_050 * seconds, amplitude)];
        write(&dir.join(name), &audio(22_050, channels), Container::Wav, WordLength::Bits16).unwrap();
    };
    record("1.wav", 1, 6, 0.2);
    record("more/2.wav", 2, 6, 0.2);
    record("silent.wav", 3, 6, 0.0);
    record("short.wav", 4, 1, 0.2);
    fs::write(dir.join("text.mp3"), "This is no audio. ".repeat(40)).unwrap();
    fs::copy(dir.join("1.wav"), dir.join("copy.wav")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(".", dir.join("self")).unwrap();
        std::os::unix::fs::symlink("1.wav", dir.join("link.wav")).unwrap();
    }
    let out = bench.path("ranges.toml");
    let text = error(&cli(&[&"ranges", &dir, &"-o", &out]), 1);
    assert!(text.contains("holds 2 records that count; 3 are needed") && !out.exists(), "{text}");
    record("5.wav", 5, 6, 0.2);
    let text = stdout(&cli(&[&"ranges", &dir, &"-o", &out]));
    for part in [
        "Measured 3 records",
        "silent.wav: is silent",
        "short.wav: lasts 1.00 s",
        "text.mp3",
        "is a copy of",
        "1 folder in it",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let ranges = fs::read_to_string(&out).unwrap();
    assert!(ranges.contains("num_songs = 3") && !ranges.to_lowercase().contains("nan"));
    stdout(&cli(&[&"listen", &dir.join("1.wav"), &"--ranges", &out]));
    let at = ranges.find("mean = ").unwrap() + "mean = ".len();
    let broken = format!("{}nan{}", &ranges[..at], &ranges[at + ranges[at..].find(',').unwrap()..]);
    fs::write(&out, broken).unwrap();
    let text = error(&cli(&[&"listen", &dir.join("1.wav"), &"--ranges", &out]), 1);
    assert!(text.contains("ranges.toml") && text.contains("no numbers"), "{text}");
    let empty = bench.path("empty");
    fs::create_dir(&empty).unwrap();
    assert!(error(&cli(&[&"ranges", &empty, &"-o", &bench.path("x.toml")]), 1).contains("no record that counts"));
}
