//! What is heard where the music is not? Hiss and hum.

use super::{Finding, FindingKind, Song};
use crate::analysis::Texture;

/// Noise octaves that hiss is looked for in: 2–16 kHz.
const OCTAVES: std::ops::Range<usize> = 3..6;
/// The floor is what all but this share of the half seconds lie above.
const FLOOR_SHARE: f64 = 0.05;
/// It is steady, and so not music, if the lowest 50 ms of the half seconds are alike: between these shares they rise by less
/// than this, dB. Of 22 songs one has such a floor, 80 dB down; the others rise by 0.6 and 0.9 dB at least.
const STEADY: [(f64, f64, f64); 2] = [(0.03, 0.15, 0.5), (0.05, 0.3, 1.2)];
/// Expected floor against the song's level, dB.
const EXPECTED_DB: f64 = -60.0;
/// Expected prominence of mains lines, dB.
const HUM_DB: f64 = 4.0;

/// Both.
pub fn measure(song: &Song<'_>) -> Vec<Finding> {
    [hiss(song), hum(song)].into_iter().flatten().collect()
}

fn hiss(song: &Song<'_>) -> Option<Finding> {
    // Pauses too: that is where hiss is bare. Digital silence is not.
    let textures: Vec<&Texture> = song.features.textures.iter().map(|texture| &**texture).collect();
    let song_power = song.active.iter().map(|texture| texture.power()).sum::<f64>() / song.active.len() as f64;
    let mut floor = 0.0;
    for octave in OCTAVES {
        let mut levels: Vec<f64> = textures.iter().filter_map(|texture| texture.floor[octave].db()).collect();
        if levels.len() < 8 {
            continue;
        }
        levels.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| levels[((levels.len() - 1) as f64 * share) as usize];
        if STEADY.iter().all(|&(low, high, rise_db)| at(high) - at(low) < rise_db) {
            floor += 10f64.powf(at(FLOOR_SHARE) / 10.0);
        }
    }
    let value = (10.0 * (floor / song_power).log10()).max(-120.0);
    Some(Finding::new(FindingKind::Noise, value, [-120.0, EXPECTED_DB]).in_band(2000.0, 16_000.0))
}

fn hum(song: &Song<'_>) -> Option<Finding> {
    let hum = song.features.hum?;
    let finding = Finding::new(FindingKind::Hum, hum.prominence_db, [0.0, HUM_DB]);
    Some(finding.in_band(hum.frequency_hz, hum.frequency_hz * 10.0))
}
