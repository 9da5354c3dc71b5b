//! Measures the bench takes itself, apart from the findings: how strong a fault is, and whether one is real.

use crate::analysis::Features;
use crate::audio_file::AudioFile;

use super::fine_grid;

/// Quietest twentieth of the octaves 2–16 kHz, as the whole band of white noise that would be there, dB against the song.
pub fn floor_re_song_db(features: &Features) -> Option<f64> {
    let mut floors: Vec<f64> = features
        .textures
        .iter()
        .map(|texture| texture.floor[3..6].iter().map(|floor| floor.power()).sum())
        .filter(|&power| power > 0.0)
        .collect();
    floors.sort_unstable_by(f64::total_cmp);
    let floor = floors.get(floors.len() / 20)?;
    let active = crate::analysis::active(&features.textures);
    let song = active.iter().map(|texture| texture.power()).sum::<f64>() / active.len() as f64;
    // 14 kHz out of half the sample rate, and mid holds half the power of unrelated channels.
    let band = 14_000.0 / (features.sample_rate_hz / 2.0) / 2.0;
    // Music in these octaves may lie far under what is noise anywhere, which begins at −60 dB.
    Some((10.0 * (floor / band / song).log10()).max(-60.0))
}

/// Whether an untouched song really has a fault, by a plain measurement on its samples; `None` for kinds that no plain
/// measurement decides.
pub fn is_real(kind: &str, song: &AudioFile) -> Option<bool> {
    let channels: Vec<&[f32]> = song.channels.iter().map(Vec::as_slice).collect();
    let peak = channels.iter().flat_map(|channel| channel.iter()).fold(0.0f32, |max, x| max.max(x.abs()));
    let mean_square = |channel: &[f32]| {
        channel.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / channel.len().max(1) as f64
    };
    match kind {
        // Runs of three samples that are the same within 0.1 dB of the highest.
        "clipping" => {
            let is_run =
                |run: &[f32]| run[0].abs() > 0.99 * peak && run.iter().all(|&x| (x - run[0]).abs() < 1e-4 * peak);
            let runs: usize = channels.iter().map(|channel| channel.windows(3).filter(|run| is_run(run)).count()).sum();
            Some(runs as f64 / (song.duration_s() / 60.0) > 10.0)
        }
        // A thousandth of full scale is −60 dBFS.
        "dc_offset" => {
            let mean =
                |channel: &[f32]| channel.iter().map(|&x| f64::from(x)).sum::<f64>() / channel.len().max(1) as f64;
            Some(channels.iter().any(|channel| mean(channel).abs() > 1e-3))
        }
        "intersample_peaks" => Some(peak <= 1.0 && fine_grid::peak_dbfs(&song.channels) > 0.0),
        "phase_inverted" => {
            let [left, right] = channels[..] else { return Some(false) };
            Some(left.iter().zip(right).map(|(&l, &r)| f64::from(l) * f64::from(r)).sum::<f64>() < 0.0)
        }
        "imbalance" => {
            let [left, right] = channels[..] else { return Some(false) };
            Some((10.0 * (mean_square(left) / mean_square(right)).log10()).abs() > 1.0)
        }
        // Less than 7 dB from loudness to peak, and three of four tenths of a second reach the highest peak but for 0.3 dB.
        "over_limited" => {
            let frames = (song.sample_rate_hz / 10) as usize;
            let peak_of = |part: &[f32]| part.iter().fold(0.0f32, |max, x| max.max(x.abs()));
            let num_parts = channels[0].len() / frames;
            let is_pinned = |part: usize| {
                channels.iter().any(|channel| peak_of(&channel[part * frames..(part + 1) * frames]) > 0.966 * peak)
            };
            let pinned = (0..num_parts).filter(|&part| is_pinned(part)).count();
            let levels = crate::analysis::measure_levels(f64::from(song.sample_rate_hz), &channels);
            Some(levels.plr_db.is_some_and(|plr_db| plr_db < 7.0) && pinned * 4 > num_parts * 3)
        }
        _ => None,
    }
}
