//! Offset, polarity, rumble, passages that are too far apart: what is mended by a switch or a gentle compressor.

use super::{Remedy, Song, free_band, set_band};
use crate::assistant::explain::{db_text, number_text};
use crate::assistant::findings::Finding;
use crate::chain::settings::{BandShape, CutSlope};
use crate::chain::{Settings, Stage};

/// Corner and steepness of the cut below the lowest note: a five-string bass's is 31 Hz.
const RUMBLE_HZ: f64 = 27.0;

pub fn of_offset(finding: &Finding) -> Vec<Remedy> {
    let value = finding.evidence.value;
    let remedy = Remedy::new("input.dc_blocker", Stage::Input, |settings, _| settings.input.dc_blocker = true);
    vec![remedy.switch().amounts(1.0, 1.0, value - 40.0).titled(|_| "DC blocker on".to_owned())]
}

pub fn of_polarity() -> Vec<Remedy> {
    let turn = |settings: &mut Settings, _: f64| settings.input.invert_right = !settings.input.invert_right;
    let remedy = Remedy::new("input.polarity", Stage::Input, turn);
    vec![remedy.switch().amounts(1.0, 1.0, 0.5).titled(|_| "right channel inverted back".to_owned())]
}

pub fn of_rumble(settings: &Settings) -> Vec<Remedy> {
    let Some(at) = free_band(settings, 20.0) else { return Vec::new() };
    let cut = move |settings: &mut Settings, _: f64| {
        let mut band = super::band(BandShape::LowCut, RUMBLE_HZ, 0.7, 0.0);
        band.slope = CutSlope::Db72;
        set_band(settings, at, band);
    };
    let remedy = Remedy::new("equalizer.rumble", Stage::Equalizer, cut);
    let title = |_: f64| format!("low cut at {} Hz, 72 dB/oct", number_text(RUMBLE_HZ));
    vec![remedy.switch().amounts(1.0, 1.0, -20.0).titled(title)]
}

/// A slow compressor over the loud passages; the limiter's gain brings the quiet ones up.
pub fn of_range(finding: &Finding, song: &Song<'_>, settings: &Settings) -> Vec<Remedy> {
    // One that is in use is the engineer's.
    let loudest_lufs = song.features.levels.playback_short_term_lufs().filter(|_| !settings.glue.enabled);
    let Some(loudest_lufs) = loudest_lufs else { return Vec::new() };
    let over = finding.evidence.value - finding.evidence.expected[1];
    let compress = move |settings: &mut Settings, amount: f64| {
        settings.glue.enabled = true;
        settings.glue.ratio = 2.0;
        settings.glue.attack_ms = 100.0;
        settings.glue.knee_db = 12.0;
        settings.glue.threshold_dbfs = (loudest_lufs - 2.0 * amount).clamp(-60.0, 0.0);
    };
    let remedy = Remedy::new("glue.range", Stage::Glue, compress).taste();
    let title = |amount: f64| format!("2:1 over the loud passages, about {} of them", db_text(-amount));
    vec![remedy.amounts(over.clamp(1.0, 6.0), 6.0, finding.evidence.expected[1]).titled(title)]
}
