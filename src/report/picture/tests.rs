//! Pictures of songs that do not exist: whatever is in them, they draw, whole and without overlaps.

use super::canvas::{SIZE, pixels};
use super::palette::{CANVAS, PANEL};
use super::*;
use crate::analysis::{Block, Levels, Section, Spectrum, Tag, power_from_lufs};
use crate::assistant::findings::{Finding, FindingClass, FindingKind};
use crate::assistant::{Brief, Evidence, Verdict};

/// A song of this length and loudness, with spectrum and sections.
fn song(duration_s: f64, lufs: f64) -> Features {
    let frequencies_hz = crate::analysis::NOMINAL_HZ.to_vec();
    let level = |hz: &f64| lufs.is_finite().then(|| -10.0 - 2.0 * (hz / 20.0).log2());
    let block = |idx: usize| {
        let wave = 6.0 * (idx as f64 * 0.01).sin() + 3.0 * (idx as f64 * 0.9).sin();
        let power = if lufs.is_finite() { power_from_lufs(lufs + wave) } else { 0.0 };
        Block::new(idx as f64 * 0.1, power, 0.5)
    };
    let length_s = (duration_s / 11.0).max(8.0);
    let section = |idx: usize| Section {
        start_s: idx as f64 * length_s,
        end_s: ((idx + 1) as f64 * length_s).min(duration_s),
        loudness_lufs: lufs.is_finite().then_some(lufs),
        label: ["A", "B", "A\u{2032}", "C"][idx % 4].to_owned(),
        tags: if idx < 3 { vec![Tag::ALL[idx]] } else { Vec::new() },
    };
    Features {
        num_channels: 2,
        duration_s,
        heard_s: duration_s,
        share: Some(1.0),
        levels: Levels { integrated_lufs: lufs.is_finite().then_some(lufs), ..Levels::default() },
        spectrum: Spectrum {
            mid_db: frequencies_hz.iter().map(level).collect(),
            side_db: frequencies_hz.iter().map(|hz| level(hz).map(|db| db - 12.0)).collect(),
            frequencies_hz,
        },
        sections: (0..(duration_s / length_s).ceil() as usize).map(section).collect(),
        blocks: (0..(duration_s * 10.0) as usize).map(block).collect(),
        ..Features::default()
    }
}

/// A verdict on it, with one finding for each of these kinds.
fn report(kind: VerdictKind, sentence: &str, kinds: &[FindingKind], duration_s: f64) -> Report {
    let finding = |(idx, &kind): (usize, &FindingKind)| {
        let is_whole = idx % 3 == 0;
        let from_s = if is_whole { 0.0 } else { duration_s * (idx * 7 % 10) as f64 / 10.0 };
        let to_s = if is_whole { duration_s } else { (from_s + duration_s * 0.35).min(duration_s) };
        let low_hz = (idx % 2 == 0).then(|| 25.0 * f64::powi(1.25, idx as i32));
        let evidence = Evidence {
            metric: kind.metric(),
            value: 3.1 + idx as f64,
            expected: [-60.0, 3.0],
            low_hz,
            high_hz: low_hz.map(|hz| hz * 1.8),
            from_s,
            to_s,
            share: 0.5,
        };
        let place = |step: usize| from_s + duration_s * 0.01 * step as f64;
        let places_s = if idx % 5 == 1 { (0..20).map(|step| (place(step), place(step))).collect() } else { Vec::new() };
        Finding { kind, class: FindingClass::ALL[idx % 4], evidence, places_s }
    };
    Report {
        brief: Brief::default(),
        verdict: Verdict { kind, sentence: sentence.to_owned(), confidence: 0.9 },
        moves: Vec::new(),
        findings: kinds.iter().enumerate().map(finding).collect(),
        for_the_mixer: Vec::new(),
    }
}

fn source(file: &str, features: &Features) -> Source {
    Source {
        file: file.to_owned(),
        sample_rate_hz: 48_000,
        channels: features.num_channels.max(1),
        duration_s: features.duration_s,
        truncated_s: None,
        references: Vec::new(),
    }
}

/// Draws, and checks that nothing leaves the margins or runs into the status line.
fn drawn(file: &str, features: &Features, report: &Report) -> Vec<u8> {
    let pixels = pixels(|pen| draw(pen, &source(file, features), features, report));
    assert_eq!(pixels.len(), (SIZE.0 * SIZE.1 * 3) as usize);
    let color = |x: u32, y: u32| {
        let first = ((y * SIZE.0 + x) * 3) as usize;
        (pixels[first], pixels[first + 1], pixels[first + 2])
    };
    let header = Header::place(&source(file, features), features, report).height() as u32;
    for y in (0..SIZE.1).filter(|y| !(header..header + 2).contains(y)) {
        for x in (0..PLOTS.0 as u32 - 2).chain(SIZE.0 - 24..SIZE.0) {
            let ground = [PANEL, CANVAS, SEAM].map(|color| (color.0, color.1, color.2));
            assert!(ground.contains(&color(x, y)), "{x} {y}: {:?}", color(x, y));
        }
    }
    let gap = SIZE.1 - STATUS as u32 - 4;
    assert!((0..SIZE.0).all(|x| color(x, gap) == (CANVAS.0, CANVAS.1, CANVAS.2)), "{file}");
    pixels
}

const SENTENCE: &str = "Level only: from \u{2212}18.2 LUFS to \u{2212}14.0 LUFS under \u{2212}1.0 dBTP.";

#[test]
fn songs_of_all_lengths_draw() {
    for duration_s in [0.05, 1.0, 9.5, 60.0, 215.3, 3.0 * 3600.0] {
        let features = song(duration_s, -18.2);
        let nothing = report(VerdictKind::LevelOnly, SENTENCE, &[], duration_s);
        drawn("song.flac", &features, &nothing);
    }
}

#[test]
fn silence_and_an_empty_file_draw() {
    let silent = "I heard nothing above \u{2212}70 LUFS, so there is nothing to judge. Nothing has been changed.";
    let nothing = report(VerdictKind::NotEnoughHeard, silent, &[], 1.0);
    drawn("silence.wav", &song(42.0, f64::NEG_INFINITY), &nothing);
    drawn("", &Features::default(), &nothing);
}

#[test]
fn mono_draws_without_a_side() {
    let mut features = song(100.0, -18.2);
    features.num_channels = 1;
    features.spectrum.side_db.fill(None);
    drawn("mono.wav", &features, &report(VerdictKind::SmallMoves, SENTENCE, &[FindingKind::Mud], 100.0));
}

#[test]
fn what_was_not_heard_is_hatched() {
    let mut features = song(240.0, -18.2);
    let whole = drawn("song.flac", &features, &report(VerdictKind::LevelOnly, SENTENCE, &[], 240.0));
    features.blocks.retain(|block| !(100.0..160.0).contains(&block.start_s));
    features
        .blocks
        .iter_mut()
        .filter(|block| (20.0..60.0).contains(&block.start_s))
        .for_each(|block| *block = Block::new(block.start_s, 0.0, block.peak()));
    features.share = Some(0.75);
    assert_ne!(whole, drawn("song.flac", &features, &report(VerdictKind::WorkNeeded, SENTENCE, &[], 240.0)));
}

#[test]
fn every_finding_at_once_draws_under_a_long_verdict_and_name() {
    let features = song(215.3, -18.2);
    let sentence = [SENTENCE; 8].join(" ");
    let name = "/music/".to_owned() + &"a_name_without_a_space_that_goes_on_".repeat(6) + "mix_7.flac";
    for num_findings in [1, 6, 12, 30] {
        let report = report(VerdictKind::SendBack, &sentence, &FindingKind::ALL[..num_findings], 215.3);
        drawn(&name, &features, &report);
    }
    let short = report(VerdictKind::SmallMoves, SENTENCE, &FindingKind::ALL[..30], 215.3);
    drawn("song.flac", &features, &short);
}

#[test]
fn values_without_measure_draw() {
    let mut features = song(30.0, -18.2);
    features.levels = Levels { integrated_lufs: Some(-90.0), true_peak_dbtp: Some(f64::INFINITY), ..Levels::default() };
    features.spectrum.mid_db[3] = None;
    features.blocks[5] = Block::new(features.blocks[5].start_s, 1e9, 0.5);
    drawn("odd.wav", &features, &report(VerdictKind::OutsideScope, "", &[], 30.0));
}

#[test]
fn the_file_is_a_png_of_the_announced_size() {
    let features = song(30.0, -18.2);
    let file = picture(&source("a.wav", &features), &features, &report(VerdictKind::LevelOnly, SENTENCE, &[], 30.0));
    let reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a picture");
    assert_eq!((reader.info().width, reader.info().height), (1600, 1000));
}
