//! Clipper, colour, stereo and dither in the chain: nothing that is set or switched may click.

use discern::chain::settings::{DitherBits, LatencyMode, NoiseShaping};
use discern::chain::{Chain, Settings};
use discern::dsp::signals::sine;

use crate::spectrum::loudest_line_beside_harmonics_db;

const RATE: f64 = 48_000.0;
const CHANGE_AT: usize = 32_000;

fn settings(set: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings::default();
    set(&mut settings);
    settings
}

/// Loudest line beside the harmonics of a 1 kHz tone of −6 dBFS that hears the change, of both channels, dBFS.
fn residue_dbfs(before: &Settings, after: &Settings) -> f64 {
    let mut output = [1.0, 0.6].map(|gain: f64| -> Vec<f32> {
        sine(1000.0, 0.5 * gain, 70_000, RATE).into_iter().map(|x| x as f32).collect()
    });
    // The channels differ in phase too, so that there is a side signal.
    output[1].rotate_left(7);
    let mut chain = Chain::new(RATE, LatencyMode::Standard);
    let [left, right] = &mut output;
    for (idx, (l, r)) in left.chunks_mut(50).zip(right.chunks_mut(50)).enumerate() {
        chain.set(if idx * 50 < CHANGE_AT { before } else { after });
        chain.process(l, r);
    }
    let read = |channel: &Vec<f32>| loudest_line_beside_harmonics_db(&channel[2000..67_536], RATE, 1000.0, 100.0);
    read(&output[0]).max(read(&output[1]))
}

#[test]
fn changes_do_not_click() {
    let clipper = |ceiling_dbfs, gain_db, knee_db| {
        settings(|s| {
            (s.clipper.enabled, s.clipper.ceiling_dbfs) = (true, ceiling_dbfs);
            (s.clipper.gain_db, s.clipper.knee_db) = (gain_db, knee_db);
        })
    };
    let colour = |drive_db, character_percent, mix_percent, makeup_db| {
        settings(|s| {
            (s.colour.enabled, s.colour.drive_db, s.colour.character_percent) = (true, drive_db, character_percent);
            (s.colour.mix_percent, s.colour.makeup_db) = (mix_percent, makeup_db);
        })
    };
    let stereo = |width_percent, mono_bass, rotation_deg, balance_db| {
        settings(|s| {
            (s.stereo.width_percent, s.stereo.mono_bass) = (width_percent, mono_bass);
            (s.stereo.rotation_deg, s.stereo.balance_db, s.stereo.mono_bass_hz) = (rotation_deg, balance_db, 500.0);
        })
    };
    let idle = Settings::default();
    let wide = [0.0, 200.0, 0.0, 100.0];
    let cases = [
        ("clipper on", idle, clipper(-9.0, 6.0, 2.0)),
        ("clipper gain", clipper(-1.0, 0.0, 2.0), clipper(-1.0, 12.0, 2.0)),
        ("clipper ceiling", clipper(-1.0, 0.0, 2.0), clipper(-12.0, 0.0, 2.0)),
        ("clipper knee", clipper(-9.0, 0.0, 0.0), clipper(-9.0, 0.0, 6.0)),
        ("colour on", idle, colour(12.0, 0.0, 100.0, -3.0)),
        ("colour drive", colour(0.0, 50.0, 100.0, 0.0), colour(18.0, 50.0, 100.0, 0.0)),
        ("colour character", colour(12.0, 0.0, 100.0, 0.0), colour(12.0, 100.0, 100.0, 0.0)),
        ("colour mix", colour(12.0, 0.0, 0.0, 0.0), colour(12.0, 0.0, 100.0, 0.0)),
        ("colour make-up", colour(12.0, 50.0, 100.0, 0.0), colour(12.0, 50.0, 100.0, 6.0)),
        ("stereo on", settings(|s| s.stereo.enabled = false), stereo(wide, true, 20.0, 3.0)),
        ("stereo width", idle, stereo(wide, false, 0.0, 0.0)),
        ("stereo mono", idle, stereo([0.0; 4], false, 0.0, 0.0)),
        ("stereo mono bass", idle, stereo([100.0; 4], true, 0.0, 0.0)),
        ("stereo rotation", stereo([100.0; 4], false, -45.0, 0.0), stereo([100.0; 4], false, 45.0, 0.0)),
        ("stereo balance", idle, stereo([100.0; 4], false, 0.0, -12.0)),
    ];
    for (name, before, after) in cases {
        for (from, to) in [(&before, &after), (&after, &before)] {
            let dbfs = residue_dbfs(from, to);
            println!("{name}: {dbfs:.1} dBFS");
            assert!(dbfs <= -80.0, "{name}: {dbfs}");
        }
    }
}

#[test]
fn dither_comes_and_goes_without_more_than_its_noise() {
    let dithered = |noise_shaping| {
        settings(|s| {
            (s.dither.enabled, s.dither.bits, s.dither.noise_shaping) = (true, DitherBits::Bits16, noise_shaping);
        })
    };
    for noise_shaping in [NoiseShaping::Flat, NoiseShaping::Strong] {
        let dbfs = residue_dbfs(&Settings::default(), &dithered(noise_shaping));
        assert!(dbfs <= -85.0, "{noise_shaping:?}: {dbfs}");
    }
}
