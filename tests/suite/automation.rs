//! Every setting of the table jumps and is automated while a tone plays: nothing may be heard beside the tone.

use discern::chain::settings::{Kind, LatencyMode, Setting, table};
use discern::chain::{Chain, Settings, Stage};
use discern::dsp::signals::sine;

use super::figures;
use super::spectrum::loudest_line_beside_harmonics_db;

const RATE: f64 = 48_000.0;
/// The tone's skirt, and that of each harmonic, Hz.
const SKIRT_HZ: f64 = 200.0;
/// Frames: the jump, and the ramp back that a host draws in blocks.
const JUMP: usize = 14_016;
const RAMP: std::ops::Range<usize> = 24_000..28_800;
const BLOCK: usize = 48;
/// What is looked at.
const HEARD: std::ops::Range<usize> = 4096..36_864;

/// A chain in which one stage works on a 1 kHz tone of −6 dBFS, and the others are off.
fn working(stage: Stage) -> Settings {
    let mut settings = Settings::default();
    settings.input.enabled = stage == Stage::Input;
    settings.input.gain_db = -3.0;
    settings.equalizer.enabled = stage == Stage::Equalizer;
    for band in &mut settings.equalizer.bands {
        (band.frequency_hz, band.gain_db, band.q) = (1000.0, 1.0, 1.0);
        (band.dynamic, band.threshold_db, band.range_db) = (true, -20.0, -3.0);
    }
    settings.resonance.enabled = stage == Stage::Resonance;
    settings.multiband.enabled = stage == Stage::Multiband;
    settings.multiband.bands.iter_mut().for_each(|band| band.threshold_dbfs = -20.0);
    settings.glue.enabled = stage == Stage::Glue;
    settings.glue.threshold_dbfs = -20.0;
    settings.colour.enabled = stage == Stage::Colour;
    settings.colour.drive_db = 6.0;
    settings.stereo.enabled = stage == Stage::Stereo;
    settings.stereo.width_percent = [120.0; 4];
    settings.clipper.enabled = stage == Stage::Clipper;
    settings.clipper.ceiling_dbfs = -8.0;
    settings.limiter.enabled = stage == Stage::Limiter;
    (settings.limiter.gain_db, settings.limiter.ceiling_dbtp) = (3.0, -6.0);
    settings.dither.enabled = stage == Stage::Dither;
    settings
}

/// The stage that a setting belongs to; the limiter stands for the chain's own.
fn stage_of(setting: &Setting) -> Stage {
    let is_of = |stage: &Stage| setting.id.starts_with(&format!("{}.", stage.key()));
    Stage::ALL.into_iter().find(is_of).unwrap_or(Stage::Limiter)
}

/// Where a setting goes from where it is: the ends of its range, the other position, every other choice.
fn goals(setting: &Setting, settings: &Settings) -> Vec<f64> {
    let here = setting.get(settings);
    let goals = match setting.kind {
        Kind::Number { min, max, .. } => vec![min, max],
        Kind::Toggle => vec![0.0, 1.0],
        Kind::Choice(names) => (0..names.len()).map(|idx| idx as f64).collect(),
    };
    goals.into_iter().filter(|goal| setting.snap(*goal) != here).collect()
}

/// Loudest line beside the tone and its harmonics while a setting jumps to `goal` and is automated back, dBFS.
fn residue_dbfs(setting: &Setting, before: &Settings, goal: f64) -> f64 {
    let mut output = [1.0, 0.6].map(|gain: f64| -> Vec<f32> {
        sine(1000.0, 0.5 * gain, HEARD.end, RATE).into_iter().map(|x| x as f32).collect()
    });
    // The channels differ in phase too, so that there is a side signal.
    output[1].rotate_left(7);
    let mut chain = Chain::new(RATE, LatencyMode::Standard);
    let [left, right] = &mut output;
    let here = setting.get(before);
    for (idx, (l, r)) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)).enumerate() {
        let frame = idx * BLOCK;
        let place = if frame < JUMP {
            0.0
        } else if frame < RAMP.start {
            1.0
        } else {
            1.0 - (frame - RAMP.start).min(RAMP.len()) as f64 / RAMP.len() as f64
        };
        let mut settings = *before;
        setting.set(&mut settings, here + place * (goal - here));
        chain.set(&settings);
        chain.process(l, r);
    }
    let read = |channel: &Vec<f32>| loudest_line_beside_harmonics_db(&channel[HEARD], RATE, 1000.0, SKIRT_HZ);
    read(&output[0]).max(read(&output[1]))
}

fn check(is_mine: impl Fn(&Setting) -> bool) {
    let mut misses = Vec::new();
    for setting in table().iter().filter(|setting| is_mine(setting) && setting.id != "latency_mode") {
        let stage = stage_of(setting);
        let before = working(stage);
        let ways = goals(setting, &before).into_iter();
        let worst = ways.map(|goal| residue_dbfs(setting, &before, goal)).fold(f64::NEG_INFINITY, f64::max);
        println!("{}: {worst:.1} dBFS", setting.id);
        if worst > -80.0 {
            misses.push(format!("{}: {worst:.1}", setting.id));
        } else {
            let test = "every setting jumps and is automated on a 1 kHz tone: residue";
            figures::at_most("Chain", test, -80.0, "dBFS", worst);
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn no_setting_of_the_equalizer_clicks() {
    check(|setting| stage_of(setting) == Stage::Equalizer);
}

#[test]
fn no_other_setting_clicks() {
    check(|setting| stage_of(setting) != Stage::Equalizer);
}
