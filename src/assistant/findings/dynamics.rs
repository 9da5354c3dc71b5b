//! How much life is left? Too limited, too compressed, too dynamic.

use super::{Finding, FindingKind, Song};
use crate::analysis::Texture;

/// Share of 100 ms whose highest sample lies within 0.3 dB of the song's: a limiter that never rests brings all of them
/// there. What is 20 LU under the loudest does not count.
const PINNED_SHARE: f64 = 0.9;
const PINNED_DB: f64 = 0.3;
const LOUD_LU: f64 = 20.0;
/// It is a limiter's work where peaks stand so little over the short-term loudness, dB: `dsp.md` section 8.2 gives 5–8 for
/// the loud kinds of music; a steady tone at one level is pinned too.
const PSR_DB: f64 = 7.5;
/// How far the level of 10 ms swings within half a second, as a share of how far its bands swing: instruments that begin
/// and end together move both, a compressor holds the level and leaves the bands. Expected at least, for few and for many
/// strokes: what 21 songs have, less a little; ten to one from 10 dB under the mean on brings 17 of them below.
const SPREAD_SHARE: [f64; 2] = [0.3, 0.54];
const STROKES: [f64; 2] = [0.26, 0.48];
/// From the 5th to the 95th percentile of the loudness of 3 s, LU, expected at most for few and for many strokes
/// (`dsp.md` section 8.2: classical music has a range of up to 20 LU, pop and rock of 8, without what is quietest).
const RANGE_LU: [f64; 2] = [26.0, 20.0];
const RANGE_STROKES: [f64; 2] = [0.28, 0.38];
/// Songs fade in and out: what is this much under the 95th percentile at the ends does not count, LU, for so many blocks.
const FADE_LU: f64 = 15.0;
const FADE_BLOCKS: usize = 200;
/// What is this much under the 95th percentile is a pause, LU: more than the gate of loudness range, which would leave out
/// the very passages that are too quiet.
const PAUSE_LU: f64 = 45.0;
/// Blocks in a window of 3 s.
const WINDOW: usize = 30;

/// All three.
pub fn measure(song: &Song<'_>) -> Vec<Finding> {
    let strokes = song.features.percussiveness.unwrap_or(0.0);
    [limited(song), compressed(song, strokes), dynamic(song, strokes)].into_iter().flatten().collect()
}

fn between(ends: [f64; 2], at: [f64; 2], strokes: f64) -> f64 {
    ends[0] + (ends[1] - ends[0]) * ((strokes - at[0]) / (at[1] - at[0])).clamp(0.0, 1.0)
}

fn limited(song: &Song<'_>) -> Option<Finding> {
    let blocks = &song.features.blocks;
    let loudest = blocks.iter().map(|block| block.power()).fold(0.0, f64::max);
    let highest = blocks.iter().map(|block| block.peak()).fold(0.0, f64::max);
    let (gate, edge) = (loudest * 10f64.powf(-LOUD_LU / 10.0), highest * 10f64.powf(-PINNED_DB / 20.0));
    let loud = blocks.iter().filter(|block| block.power() > gate);
    let (pinned, all) =
        loud.fold((0.0, 0.0), |(pinned, all), block| (pinned + f64::from(u8::from(block.peak() > edge)), all + 1.0));
    let is_limiting = song.features.levels.psr_p10_db? < PSR_DB;
    let value = if is_limiting { pinned / f64::max(all, 1.0) } else { 0.0 };
    Some(Finding::new(FindingKind::OverLimited, value, [0.0, PINNED_SHARE]))
}

fn compressed(song: &Song<'_>, strokes: f64) -> Option<Finding> {
    let share = |texture: &Texture| f64::from(texture.spread_db / texture.band_spread_db);
    let mut shares: Vec<f64> =
        song.active.iter().map(|texture| share(texture)).filter(|share| share.is_finite()).collect();
    shares.sort_unstable_by(f64::total_cmp);
    let expected = between(SPREAD_SHARE, STROKES, strokes);
    let finding = Finding::new(FindingKind::OverCompressed, *shares.get(shares.len() / 2)?, [expected, 10.0]);
    Some(finding.at(song, |texture| share(texture) < expected))
}

fn dynamic(song: &Song<'_>, strokes: f64) -> Option<Finding> {
    let powers: Vec<f64> = song.features.blocks.iter().map(|block| block.power()).collect();
    let windows: Vec<f64> = powers.windows(WINDOW).map(|window| window.iter().sum::<f64>() / WINDOW as f64).collect();
    let percentile = |windows: &[f64], share: f64| {
        let mut sorted = windows.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.get(((sorted.len().max(1) - 1) as f64 * share) as usize).copied()
    };
    let high = percentile(&windows, 0.95)?;
    let under = |lu: f64| high * 10f64.powf(-lu / 10.0);
    let fade = |windows: &mut dyn Iterator<Item = &f64>| {
        windows.take(FADE_BLOCKS).take_while(|power| **power < under(FADE_LU)).count()
    };
    let (fade_in, fade_out) = (fade(&mut windows.iter()), fade(&mut windows.iter().rev()));
    let body = windows.get(fade_in..windows.len().saturating_sub(fade_out))?;
    let heard: Vec<f64> = body.iter().copied().filter(|&power| power > under(PAUSE_LU)).collect();
    let low = percentile(&heard, 0.05)?;
    let value = if low > 0.0 { 10.0 * (high / low).log10() } else { 0.0 };
    Some(Finding::new(FindingKind::TooDynamic, value, [0.0, between(RANGE_LU, RANGE_STROKES, strokes)]))
}
