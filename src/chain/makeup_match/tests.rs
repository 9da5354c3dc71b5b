//! What *Match* measures and what it would set.

use super::*;
use crate::chain::Chain;
use crate::chain::settings::{BandShape, LatencyMode};
use crate::dsp::signals::pink_noise;

const RATE: f64 = 48_000.0;

/// Renders with a stage watched; returns what was measured and the output.
fn play(settings: &Settings, stage: Option<Stage>, seconds: usize, block: usize) -> (Option<StageLoudness>, Vec<f32>) {
    let mut chain = Chain::new(RATE, settings.latency_mode);
    chain.set(settings);
    chain.watch(stage);
    let mut left: Vec<f32> = pink_noise(7, 0.1, seconds * 48_000).into_iter().map(|x| x as f32).collect();
    let mut right = left.clone();
    for (left, right) in left.chunks_mut(block).zip(right.chunks_mut(block)) {
        chain.process(left, right);
    }
    (chain.stage_loudness(), left)
}

fn settings(latency_mode: LatencyMode) -> Settings {
    let mut settings = Settings { latency_mode, ..Settings::default() };
    settings.input.gain_db = 3.0;
    let band = &mut settings.equalizer.bands[2];
    (band.enabled, band.shape, band.gain_db, band.frequency_hz) = (true, BandShape::HighShelf, 6.0, 1000.0);
    (settings.glue.enabled, settings.glue.threshold_dbfs, settings.glue.ratio) = (true, -30.0, 4.0);
    (settings.colour.enabled, settings.colour.drive_db, settings.colour.makeup_db) = (true, 12.0, -2.0);
    settings
}

#[test]
fn one_press_leaves_the_loudness_as_it_is() {
    for mode in [LatencyMode::Standard, LatencyMode::Linear] {
        for (stage, tolerance) in [(Stage::Equalizer, 0.01), (Stage::Glue, 0.01), (Stage::Colour, 0.01)] {
            for amount_percent in [100.0, 50.0] {
                let mut settings = settings(mode);
                settings.amount_percent = amount_percent;
                let (before, _) = play(&settings, Some(stage), 5, 512);
                let before = before.expect("it is watched");
                assert_eq!((before.stage, before.seconds_left), (stage, 0.0));
                let difference = before.difference_lu.expect("there was music");
                assert!(difference.abs() > 0.3, "{stage:?}: {difference}");
                let makeup_db = matched_makeup_db(&settings, stage, difference).expect("it can be matched");
                match stage {
                    Stage::Equalizer => settings.equalizer.makeup_db = makeup_db,
                    Stage::Glue => settings.glue.makeup_db = makeup_db,
                    _ => settings.colour.makeup_db = makeup_db,
                }
                let (after, _) = play(&settings, Some(stage), 5, 512);
                let left = after.and_then(|after| after.difference_lu).expect("there was music");
                assert!(left.abs() < tolerance, "{mode:?} {stage:?} {amount_percent} %: {left}");
            }
        }
    }
}

#[test]
fn parallel_compression_is_matched_too() {
    let mut settings = settings(LatencyMode::Standard);
    settings.glue.mix_percent = 50.0;
    let mut left = f64::MAX;
    for _ in 0..2 {
        let difference = play(&settings, Some(Stage::Glue), 5, 512).0.and_then(|measured| measured.difference_lu);
        left = difference.expect("there was music");
        settings.glue.makeup_db = matched_makeup_db(&settings, Stage::Glue, left).expect("it can be matched");
    }
    assert!(left.abs() < 0.1, "{left}");
}

#[test]
fn what_cannot_be_matched_is_not() {
    let mut settings = Settings::default();
    assert_eq!(matched_makeup_db(&settings, Stage::Limiter, 1.0), None);
    settings.glue.mix_percent = 0.0;
    assert_eq!(matched_makeup_db(&settings, Stage::Glue, 0.0), None);
    settings.glue.mix_percent = 20.0;
    assert_eq!(matched_makeup_db(&settings, Stage::Glue, -12.0), None, "80 % pass as they are");
    settings.equalizer.amount_percent = 0.0;
    assert_eq!(matched_makeup_db(&settings, Stage::Equalizer, 1.0), None);
}

#[test]
fn three_seconds_are_needed_and_changed_settings_begin_anew() {
    let mut chain = Chain::new(RATE, LatencyMode::Standard);
    let mut settings = settings(LatencyMode::Standard);
    chain.set(&settings);
    chain.watch(Some(Stage::Equalizer));
    let noise: Vec<f32> = pink_noise(8, 0.1, 48_000).into_iter().map(|x| x as f32).collect();
    let play = |chain: &mut Chain, seconds: usize| {
        for _ in 0..seconds {
            let (mut left, mut right) = (noise.clone(), noise.clone());
            chain.process(&mut left, &mut right);
        }
        chain.stage_loudness().expect("it is watched").seconds_left
    };
    assert!((play(&mut chain, 2) - 1.3).abs() < 1e-9);
    settings.glue.ratio = 2.0;
    chain.set(&settings);
    assert_eq!(play(&mut chain, 2), 0.0, "another stage's settings are no concern");
    settings.equalizer.makeup_db = 1.0;
    chain.set(&settings);
    let measured = chain.stage_loudness().expect("it is watched");
    assert_eq!((measured.difference_lu, measured.seconds_left), (None, 3.0));
    assert!(play(&mut chain, 1) > 2.0);
    chain.watch(Some(Stage::Glue));
    assert_eq!(
        chain.stage_loudness().map(|measured| (measured.stage, measured.seconds_left)),
        Some((Stage::Glue, 3.0))
    );
    chain.watch(None);
    assert_eq!(chain.stage_loudness(), None);
}

#[test]
fn watching_changes_no_sample_and_does_not_depend_on_blocks() {
    let settings = settings(LatencyMode::Linear);
    let (measured, watched) = play(&settings, Some(Stage::Equalizer), 4, 512);
    assert_eq!(play(&settings, None, 4, 512).1, watched);
    for block in [37, 4096] {
        assert_eq!(play(&settings, Some(Stage::Equalizer), 4, block).0, measured, "{block}");
    }
}
