//! The layering of the code base: who may import whom, which crates belong where, and how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// A layer: its name, the layers it may import, the guarded crates it may name.
struct Layer<'a> {
    name: &'a str,
    may_import: &'static [&'static str],
    may_name: &'static [&'static str],
}

const LAYERS: &[Layer<'static>] = &[
    Layer { name: "dsp", may_import: &[], may_name: &["realfft"] },
    Layer { name: "chain", may_import: &["dsp"], may_name: &[] },
    Layer { name: "analysis", may_import: &["dsp"], may_name: &["realfft", "ebur128"] },
    Layer { name: "assistant", may_import: &["dsp", "chain", "analysis"], may_name: &["serde", "toml"] },
    Layer {
        name: "bridge",
        may_import: &["dsp", "chain", "analysis", "assistant"],
        may_name: &["rtrb", "crossbeam", "atomic_float"],
    },
    Layer {
        name: "report",
        may_import: &["dsp", "chain", "analysis", "assistant"],
        may_name: &["ab_glyph", "plotters", "png", "serde", "serde_json", "toml"],
    },
    Layer { name: "audio_file", may_import: &["dsp"], may_name: &["symphonia", "md5", "tempfile"] },
    Layer {
        name: "evaluation",
        may_import: &["dsp", "chain", "analysis", "assistant", "report", "audio_file"],
        may_name: &["serde", "serde_json"],
    },
    Layer {
        name: "cli",
        may_import: &["dsp", "chain", "analysis", "assistant", "report", "audio_file", "evaluation"],
        may_name: &["clap", "indicatif", "serde_json", "signal_hook", "toml"],
    },
    Layer {
        name: "params",
        may_import: &["dsp", "chain", "analysis", "assistant", "bridge", "report"],
        may_name: &["nice_plug", "parking_lot", "serde", "serde_json"],
    },
    Layer {
        name: "editor",
        may_import: &["dsp", "chain", "analysis", "assistant", "bridge", "report", "params"],
        may_name: &["nice_plug", "nice_plug_egui", "parking_lot", "x11rb"],
    },
    Layer {
        name: "plugin",
        may_import: &["dsp", "chain", "analysis", "assistant", "bridge", "report", "audio_file", "params", "editor"],
        may_name: &["nice_plug", "parking_lot", "crossbeam", "thread_priority"],
    },
];

const ALL_LAYERS: &[&str] = &[
    "dsp",
    "chain",
    "analysis",
    "assistant",
    "bridge",
    "report",
    "audio_file",
    "evaluation",
    "cli",
    "params",
    "editor",
    "plugin",
];

/// Crates that only the layers that list them may name.
const GUARDED_CRATES: &[&str] = &[
    "ab_glyph",
    "atomic_float",
    "clap",
    "crossbeam",
    "ebur128",
    "hound",
    "indicatif",
    "md5",
    "nice_plug",
    "nice_plug_egui",
    "parking_lot",
    "plotters",
    "png",
    "realfft",
    "rtrb",
    "serde",
    "serde_json",
    "signal_hook",
    "symphonia",
    "tempfile",
    "thread_priority",
    "toml",
    "x11rb",
];

/// One idea a file.
const MAX_LINES_OF_CODE: usize = 400;

/// What is wrong with a file, one line each.
fn faults(layer: &Layer<'_>, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !source.starts_with("//! ") {
        faults.push("does not begin with a `//!` sentence".to_owned());
    }
    let code: Vec<&str> = source
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect();
    if code.len() > MAX_LINES_OF_CODE {
        faults.push(format!("has {} lines of code, {MAX_LINES_OF_CODE} are allowed", code.len()));
    }
    for line in code {
        for other in LAYERS.iter().filter(|other| other.name != layer.name && !layer.may_import.contains(&other.name)) {
            if names_path(line, &format!("crate::{}", other.name)) {
                faults.push(format!("imports {}: {line}", other.name));
            }
        }
        for guarded in GUARDED_CRATES.iter().filter(|guarded| !layer.may_name.contains(guarded)) {
            if names_path(line, guarded) && line.contains(&format!("{guarded}::")) {
                faults.push(format!("names the crate {guarded}: {line}"));
            }
        }
    }
    faults
}

/// Whether `line` has `path` as whole words that are not the end of a longer path.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + path.len()..].chars().next();
        let is_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !is_word(before) && before != Some(':') && !is_word(after)
    })
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn layers_keep_their_direction_and_files_stay_small() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faulty = Vec::new();
    for path in rust_files(&source) {
        let relative = path.strip_prefix(&source).expect("below src");
        let name = relative.components().next().and_then(|first| first.as_os_str().to_str()).expect("a name");
        let name = name.trim_end_matches(".rs");
        // lib.rs is the map; programs sit on top of everything.
        let top = Layer { name, may_import: ALL_LAYERS, may_name: GUARDED_CRATES };
        let layer = LAYERS.iter().find(|layer| layer.name == name);
        assert!(layer.is_some() || ["lib", "bin"].contains(&name), "{name} is in no layer");
        let layer = layer.unwrap_or(&top);
        let text = fs::read_to_string(&path).expect("readable");
        faulty.extend(faults(layer, &text).into_iter().map(|fault| format!("{}: {fault}", relative.display())));
    }
    assert!(faulty.is_empty(), "\n{}", faulty.join("\n"));
}

#[test]
fn gate_fires_on_bad_specimens() {
    let chain = &LAYERS[1];
    assert!(faults(chain, "//! Fine.\nuse crate::dsp::ramp;\n").is_empty());
    assert_eq!(faults(chain, "use crate::dsp::ramp;\n").len(), 1);
    assert_eq!(faults(chain, "//! Upwards.\nuse crate::analysis::Features;\n").len(), 1);
    assert_eq!(faults(chain, "//! Framework.\nuse nice_plug::prelude::*;\n").len(), 1);
    let long = format!("//! Long.\n{}", "let x = 1;\n".repeat(MAX_LINES_OF_CODE + 1));
    assert_eq!(faults(chain, &long).len(), 1);
}

#[test]
fn the_editor_clamps_to_written_numbers_and_constants_only() {
    // `clamp` panics where its bounds are out of order, and in a small window those that are worked out can be:
    // `layout::between` is for them.
    let mut found = Vec::new();
    for file in rust_files(Path::new("src/editor")) {
        let text = fs::read_to_string(&file).expect("a source file");
        for call in text.split(".clamp(").skip(1) {
            let bounds = call.split_once(')').map_or(call, |(bounds, _)| bounds);
            if bounds.contains(|letter: char| letter.is_ascii_lowercase()) {
                found.push(format!("{}: clamp({bounds})", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn one_clock_tells_all_times() {
    // Minutes and seconds that are put together anywhere else are rounded in another way.
    let is_other = |file: &PathBuf| {
        let text = fs::read_to_string(file).expect("a source file");
        text.contains(":02}") && !file.ends_with("assistant/clock.rs")
    };
    let others: Vec<PathBuf> = rust_files(Path::new("src")).into_iter().filter(is_other).collect();
    assert!(others.is_empty(), "{others:?}");
}
