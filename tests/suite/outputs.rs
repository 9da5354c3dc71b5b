//! What comes out of the command line is what was said: dither, clipping, files cut short, exit codes, numbers.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use discern::audio_file::{AudioFile, WordLength, read};
use serde_json::Value;

use crate::command_line::{Bench, audio, cli, error, stdout};
use crate::support::{demo_mix, demo_mix_path, noise};

/// Runs a command with these words.
fn run(words: &[&dyn AsRef<OsStr>], more: &[&str]) -> std::process::Output {
    let mut all: Vec<&dyn AsRef<OsStr>> = words.to_vec();
    all.extend(more.iter().map(|word| word as &dyn AsRef<OsStr>));
    cli(&all)
}

/// Renders; what was said, and what was written.
fn rendered(bench: &Bench, source: &Path, more: &[&str]) -> (String, AudioFile) {
    let out = bench.path("out.wav");
    let text = stdout(&run(&[&"render", &source, &"-o", &out, &"--overwrite"], more));
    (text, read(&out).unwrap())
}

fn mastered(bench: &Bench, source: &Path, more: &[&str]) -> Value {
    let out = bench.path("out.wav");
    let output = run(&[&"master", &source, &"-o", &out, &"--overwrite", &"--json"], more);
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// Noise whose samples use all of 24 bits.
fn fine_noise(num_frames: usize) -> Vec<f32> {
    let step = 1.0 / 8_388_608.0;
    let coarse = noise(5, num_frames, 0.2);
    let fine = noise(6, num_frames, 0.5);
    coarse.iter().zip(fine).map(|(coarse, fine)| coarse + (fine * 256.0).round() * step).collect()
}

/// The nearest samples of so many bits.
fn rounded(channels: &[Vec<f32>], bits: i32) -> Vec<Vec<f32>> {
    let scale = 2f32.powi(bits - 1);
    channels.iter().map(|channel| channel.iter().map(|sample| (sample * scale).round() / scale).collect()).collect()
}

#[test]
fn what_the_chain_changes_is_dithered_to_the_bits_of_the_output() {
    let bench = Bench::new();
    let mix = demo_mix_path();
    for (bits, says) in [("16", "Dithered to 16 bit"), ("24", "Dithered to 24 bit")] {
        for change in [["--settings", "gentle_glue"], ["--set", "limiter.gain_db=-3"]] {
            let (text, dithered) = rendered(&bench, &mix, &[&["--bits", bits][..], &change].concat());
            assert!(text.contains(says), "{text}");
            let off = [&["--bits", bits, "--set", "dither.enabled=off"][..], &change].concat();
            let (text, plain) = rendered(&bench, &mix, &off);
            assert!(!text.contains("Dithered"), "{text}");
            let float = [&["--bits", "32f"][..], &change].concat();
            let (text, float) = rendered(&bench, &mix, &float);
            assert!(!text.contains("Dithered"), "{text}");
            let word: i32 = bits.parse().unwrap();
            assert!(plain.channels == rounded(&float.channels, word), "{bits} {change:?}: off is plain rounding");
            let step = 0.5f32.powi(word - 1);
            let errors: Vec<f32> = dithered.left().iter().zip(float.left()).map(|(a, b)| (a - b) / step).collect();
            let power = errors.iter().map(|error| f64::from(error * error)).sum::<f64>() / errors.len() as f64;
            // Triangular dither and rounding: 1/4 of a step squared, a third of that without; more where noise is shaped.
            assert!(power > 0.2, "{bits} {change:?}: {power}");
        }
    }
}

#[test]
fn the_bits_of_dither_follow_the_output_unless_they_are_set() {
    let bench = Bench::new();
    let mix = demo_mix_path();
    let dither = |more: &[&str]| {
        let json = mastered(&bench, &mix, &[&["--accept", "none"][..], more].concat());
        (json["master"]["dither_bits"].clone(), json["master"]["set"]["dither.bits"].clone())
    };
    let gain = "limiter.gain_db=-3";
    assert_eq!(dither(&["--bits", "16", "--set", "dither.enabled=on"]), (16.into(), "16".into()));
    assert_eq!(dither(&["--bits", "24", "--set", "dither.enabled=on"]), (24.into(), "24".into()));
    assert_eq!(dither(&["--bits", "24", "--set", "dither.bits=16", "--set", gain]), (16.into(), "16".into()));
    assert_eq!(dither(&["--bits", "16", "--set", "dither.noise_shaping=flat", "--set", gain]).0, 16);
    assert_eq!(dither(&["--bits", "16", "--set", "dither.enabled=off", "--set", gain]).0, Value::Null);
    assert_eq!(dither(&["--bits", "16"]), (Value::Null, Value::Null));

    fs::write(bench.path("s.toml"), "[dither]\nenabled = true\nbits = \"24\"\n").unwrap();
    let settings = bench.path("s.toml");
    let (text, _) = rendered(&bench, &mix, &["--bits", "16", "--settings", settings.to_str().unwrap()]);
    assert!(text.contains("Dithered to 16 bit"), "{text}");
    // A file lists every setting; that dither is off there is nobody's wish.
    fs::write(&settings, "[dither]\nenabled = false\n[limiter]\ngain_db = -3.0\n").unwrap();
    let (text, _) = rendered(&bench, &mix, &["--bits", "16", "--settings", settings.to_str().unwrap()]);
    assert!(text.contains("Dithered to 16 bit"), "{text}");
}

#[test]
fn samples_are_dithered_where_the_output_has_fewer_bits_than_they_use() {
    let bench = Bench::new();
    let fine = audio(48_000, vec![fine_noise(48_000), fine_noise(48_000)]);
    let source = bench.wav("fine.wav", &fine, WordLength::Bits24);
    let (text, out) = rendered(&bench, &source, &["--bits", "16"]);
    assert!(text.contains("Dithered to 16 bit") && out.channels != rounded(&fine.channels, 16), "{text}");
    let (text, out) = rendered(&bench, &source, &["--bits", "16", "--set", "dither.enabled=false"]);
    assert!(!text.contains("Dithered") && out.channels == rounded(&fine.channels, 16), "{text}");
    for bits in ["24", "32f"] {
        let (text, out) = rendered(&bench, &source, &["--bits", bits]);
        assert!(!text.contains("Dithered") && out.channels == fine.channels, "{text}");
    }
    for bypassed in ["bypass=on", "chain.amount_percent=0"] {
        let (text, out) = rendered(&bench, &source, &["--bits", "16", "--set", bypassed]);
        assert!(text.contains("Dithered to 16 bit") && out.channels != rounded(&fine.channels, 16), "{text}");
    }
    // What a file has room for says nothing.
    for word_length in [WordLength::Bits24, WordLength::Float32] {
        let source = bench.wav("coarse.wav", demo_mix(), word_length);
        let (text, out) = rendered(&bench, &source, &["--bits", "16"]);
        assert!(!text.contains("Dithered") && out.channels == demo_mix().channels, "{text}");
    }
    let float = audio(48_000, vec![noise(1, 48_000, 0.3).iter().map(|sample| sample * 0.7).collect()]);
    let source = bench.wav("float.wav", &float, WordLength::Float32);
    assert!(rendered(&bench, &source, &["--bits", "24"]).0.contains("Dithered to 24 bit"));
    assert_eq!(mastered(&bench, &source, &["--bits", "16"])["master"]["dither_bits"], 16);
}

#[test]
fn settings_that_change_no_sample_bring_no_dither() {
    let bench = Bench::new();
    for idle in ["equalizer.band_1.enabled=on", "limiter.ceiling_dbtp=0", "chain.amount_percent=0"] {
        let more = ["--bits", "16", "--set", idle];
        let Ok((text, out)) = std::panic::catch_unwind(|| rendered(&bench, &demo_mix_path(), &more)) else {
            panic!("{idle}")
        };
        assert!(!text.contains("Dithered") && out.channels == demo_mix().channels, "{idle}: {text}");
    }
    // The gain is there, and nothing comes of it.
    let more = ["--bits", "16", "--set", "limiter.gain_db=6", "--set", "chain.amount_percent=0"];
    assert!(rendered(&bench, &demo_mix_path(), &more).1.channels == demo_mix().channels);
}

#[test]
fn the_report_measures_the_file_that_was_written_and_counts_what_was_clipped() {
    let bench = Bench::new();
    // Twelve seconds of the mix, 9 dB over full scale.
    let hot: Vec<Vec<f32>> = demo_mix()
        .channels
        .iter()
        .map(|channel| channel[..44_100 * 12].iter().map(|sample| sample * 4.0).collect())
        .collect();
    let source = bench.wav("hot.wav", &audio(44_100, hot), WordLength::Float32);
    for bits in ["16", "24"] {
        let out = bench.path("out.wav");
        let words: &[&dyn AsRef<OsStr>] = &[&"master", &source, &"-o", &out, &"--overwrite", &"--json"];
        let output = run(words, &["--accept", "none", "--bits", bits]);
        let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let peak = json["master"]["sample_peak_dbfs"].as_f64().unwrap();
        assert!(peak <= 0.0, "{bits}: {peak} dBFS");
        let clipped = json["master"]["clipped_samples"].as_u64().unwrap();
        assert!(clipped > 1000, "{clipped}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("{clipped} samples")) && said.contains("out.wav"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let json = mastered(&bench, &source, &["--accept", "none", "--bits", "32f"]);
    assert_eq!(json["master"]["clipped_samples"], 0);
    assert!(json["master"]["sample_peak_dbfs"].as_f64().unwrap() > 6.0);
    let output = run(&[&"render", &source, &"-o", &bench.path("r.wav")], &["--bits", "16"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("clipped"));
}

/// The mix, of which the header promises 4 s more than there is.
fn cut_short(bench: &Bench) -> PathBuf {
    let path = bench.wav("cut.wav", demo_mix(), WordLength::Bits16);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 4 * 4 * 44_100]).unwrap();
    path
}

#[test]
fn what_was_cut_short_is_heard_with_a_note_and_rendered_only_when_told() {
    let bench = Bench::new();
    let cut = cut_short(&bench);
    let out = bench.path("out.wav");
    for command in ["master", "render"] {
        let said = error(&cli(&[&command, &cut, &"-o", &out]), 1);
        assert!(
            said.contains("cut.wav") && said.contains("ends 4.0 s before") && said.contains("--truncated-ok"),
            "{said}"
        );
        assert_eq!(bench.names(), ["cut.wav"]);
    }
    for command in ["master", "render"] {
        stdout(&cli(&[&command, &cut, &"-o", &out, &"--truncated-ok", &"--overwrite"]));
        assert_eq!(read(&out).unwrap().num_frames(), demo_mix().num_frames() - 4 * 44_100);
    }
    let json = mastered(&bench, &cut, &["--truncated-ok"]);
    assert_eq!(json["truncated_s"], 4.0);
    let text = stdout(&cli(&[&"listen", &cut]));
    assert!(text.contains("ends 4.0 s before its header says"), "{text}");
    let json: Value = serde_json::from_str(&stdout(&cli(&[&"listen", &cut, &"--json"]))).unwrap();
    assert_eq!(json["truncated_s"], 4.0);

    let words: &[&dyn AsRef<OsStr>] = &[&"listen", &demo_mix_path(), &"--reference", &cut];
    let text = stdout(&cli(words));
    assert!(text.contains("cut.wav ends 4.0 s before its header says"), "{text}");
    let json: Value = serde_json::from_str(&stdout(&run(words, &["--json"]))).unwrap();
    assert_eq!((&json["truncated_s"], &json["references"][0]["truncated_s"]), (&Value::Null, &4.0.into()));

    let flac = fs::read(demo_mix_path()).unwrap();
    fs::write(bench.path("cut.flac"), &flac[..flac.len() / 3]).unwrap();
    assert!(
        error(&cli(&[&"render", &bench.path("cut.flac"), &"-o", &out, &"--overwrite"]), 1).contains("--truncated-ok")
    );
}

#[test]
fn references_without_sound_are_refused() {
    let bench = Bench::new();
    let silent = bench.wav("silent.wav", &audio(48_000, vec![vec![0.0; 48_000 * 12]; 2]), WordLength::Bits16);
    let short = bench.wav("short.wav", &audio(48_000, vec![noise(1, 480, 0.1); 2]), WordLength::Bits16);
    for (reference, says) in [(&silent, "is silent"), (&short, "3 s of sound")] {
        let said = error(&cli(&[&"listen", &demo_mix_path(), &"--reference", reference]), 1);
        assert!(said.contains(says) && said.contains(&*reference.file_name().unwrap().to_string_lossy()), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_a_failure_and_a_closed_pipe_is_none() {
    let mix = demo_mix_path();
    let command = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_discern-cli"));
        command.args(words).stderr(Stdio::piped());
        command
    };
    let mix = mix.to_str().unwrap();
    for words in [&["settings"][..], &["--help"], &["listen", mix, "--json"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(words).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(said.contains("standard output: cannot be written"), "{said}");

        let mut child = command(words).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{words:?}");
    }
}

#[test]
fn numbers_with_a_comma_are_told_how_to_write_them() {
    let mix = demo_mix_path();
    let listen = |more: &[&str]| run(&[&"listen", &mix], more);
    for (more, says) in [
        (&["--loudness", "-14,5"][..], "write -14.5"),
        (&["--loudness=-14,5"], "write -14.5"),
        (&["--loudness", "\u{2212}14,5"], "write -14.5"),
        (&["--ceiling", "-1,0"], "write -1.0"),
        (&["--ceiling", "-99"], "expected -24 to 0 dBTP"),
        (&["--loudness", "-x"], "expected -60 to 0 LUFS"),
        (&["--brighter", "-9"], "whole number from -3 to 3"),
    ] {
        let said = error(&listen(more), 2);
        assert!(said.contains(says), "{more:?}: {said}");
        assert!(said.trim_end().ends_with("see discern-cli listen --help"), "{said}");
    }
    let said = error(&run(&[&"render", &mix, &"-o", &"x.wav"], &["--set", "limiter.gain_db=much"]), 2);
    assert!(
        said.contains("limiter.gain_db: expected") && said.trim_end().ends_with("see discern-cli render --help"),
        "{said}"
    );
    assert!(error(&cli(&[&"listn"]), 2).trim_end().ends_with("see discern-cli --help"));
    stdout(&listen(&["--loudness", "-14.5", "--ceiling", "-1.5", "--brighter", "-2", "--denser", "+1"]));
}

#[test]
fn needed_moves_and_others_can_be_accepted_together() {
    let bench = Bench::new();
    let mix = demo_mix_path();
    let wish = ["--loudness", "-11", "--brighter", "2"];
    let json: Value = serde_json::from_str(&stdout(&run(&[&"listen", &mix, &"--json"], &wish))).unwrap();
    let of = |class: &str| -> Vec<String> {
        let moves = json["moves"].as_array().unwrap().iter().filter(|each| each["class"] == class);
        moves.map(|each| each["id"].as_str().unwrap().to_owned()).collect()
    };
    let (needed, could) = (of("needed"), of("could"));
    let accept = format!("needed,{}", could[0]);
    let json = mastered(&bench, &mix, &[&wish[..], &["--accept", &accept]].concat());
    let accepted: Vec<&str> =
        json["master"]["accepted"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(accepted.len(), needed.len() + 1);
    assert!(needed.iter().chain(&could[..1]).all(|id| accepted.contains(&id.as_str())), "{accepted:?}");
    let said = error(&run(&[&"master", &mix, &"-o", &bench.path("x.wav")], &["--accept", "all,limiter.level"]), 2);
    assert!(said.contains("all stands alone"), "{said}");
}

#[test]
fn the_last_line_says_where_nothing_was_done() {
    let bench = Bench::new();
    let last = |source: &Path, more: &[&str]| {
        let text = stdout(&run(&[&"master", &source, &"-o", &bench.path("out.wav"), &"--overwrite"], more));
        text.trim_end().lines().last().unwrap().to_owned()
    };
    let silent = bench.wav("silent.wav", &audio(48_000, vec![vec![0.0; 48_000 * 12]; 2]), WordLength::Bits16);
    let short = bench.wav("short.wav", &audio(48_000, vec![noise(1, 48_000, 0.1); 2]), WordLength::Bits16);
    assert!(last(&silent, &[]).starts_with("Nothing was changed"));
    assert!(last(&short, &[]).starts_with("Nothing was changed"));
    assert!(last(&demo_mix_path(), &["--accept", "none"]).starts_with("Nothing was changed"));
    assert!(last(&demo_mix_path(), &["--loudness", "-11"]).starts_with("Wrote"));
    let text = stdout(&run(&[&"master", &demo_mix_path(), &"-o", &bench.path("a.wav")], &["--loudness", "-11"]));
    let landed = text.lines().find(|line| line.starts_with("Asked for, landed on")).unwrap();
    assert!(landed.contains("\u{2212}11.0") && landed.contains("on target"), "{landed}");
}

#[test]
fn strip_is_an_option_of_what_writes() {
    let bench = Bench::new();
    for command in ["master", "render"] {
        stdout(&cli(&[&command, &demo_mix_path(), &"-o", &bench.path("out.wav"), &"--strip", &"--overwrite"]));
    }
}
