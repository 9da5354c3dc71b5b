//! Are the esses sharp? Bursts of 5–9 kHz over the body of the sound.

use super::{Finding, FindingKind, Song};

/// Share of half seconds that are judged by: esses are a few in every ten.
const SHARP_SHARE: f64 = 0.1;
/// Expected power of 5–9 kHz in the sharpest tenth over the mean of 300 Hz–4 kHz, dB.
const EXPECTED_DB: f64 = 1.7;
/// Esses stand out of 5–9 kHz themselves by at least this, dB: bright music does not.
const BURST_DB: f64 = 7.0;
/// Third octaves of 5–9 kHz, by place.
const ESS_BANDS: std::ops::RangeInclusive<usize> = 24..=26;

/// One finding.
pub fn measure(song: &Song<'_>) -> Option<Finding> {
    let body = song.active.iter().map(|texture| texture.body.power()).sum::<f64>() / song.active.len() as f64;
    let mut esses: Vec<f64> = song.active.iter().map(|texture| texture.ess.power()).collect();
    esses.sort_unstable_by(|a, b| b.total_cmp(a));
    let sharpest = &esses[..(esses.len() as f64 * SHARP_SHARE).ceil() as usize];
    let mean =
        song.active.iter().map(|texture| ESS_BANDS.map(|band| texture.mid[band].power()).sum::<f64>()).sum::<f64>()
            / song.active.len() as f64;
    // Where nothing held long enough to be an ess, the band itself is as sharp as it gets.
    let sharpness = (sharpest.iter().sum::<f64>() / sharpest.len() as f64).max(mean);
    let over = |power: f64| (10.0 * (sharpness / power).log10()).clamp(-120.0, 120.0);
    // What is no burst counts as far as the edge at most: so a move that takes bursts down is measured by the body alone.
    let is_burst = over(mean) - BURST_DB > EXPECTED_DB;
    let value = if is_burst { over(body) } else { over(body).min(EXPECTED_DB) };
    let finding = Finding::new(FindingKind::Sibilance, value, [-120.0, EXPECTED_DB]).in_band(5000.0, 9000.0);
    let limit = body * 10f64.powf(EXPECTED_DB / 10.0);
    Some(finding.at(song, |texture| texture.ess.power() > limit))
}
