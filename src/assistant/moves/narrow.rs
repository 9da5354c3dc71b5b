//! What rings or hums: narrow bells, or the resonance tamer.

use super::{Remedy, Song, band, free_band, set_band};
use crate::analysis::{FINE_PER_OCTAVE, NUM_FINE, Texture};
use crate::assistant::explain::{db_text, number_text};
use crate::assistant::findings::Finding;
use crate::chain::settings::BandShape;
use crate::chain::{Settings, Stage};

/// Narrowest and widest bell.
const Q: (f64, f64) = (3.0, 20.0);
/// Rings so much of the time that a bell may stay in.
const STEADY_SHARE: f64 = 0.75;

/// The tamer where it comes and goes, a bell where it stays; the other where the first does not help.
pub fn of_resonance(finding: &Finding, song: &Song<'_>, settings: &Settings) -> Vec<Remedy> {
    let evidence = &finding.evidence;
    let (Some(low_hz), Some(high_hz)) = (evidence.low_hz, evidence.high_hz) else { return Vec::new() };
    let hz = (low_hz * high_hz).sqrt();
    let over_db = evidence.value - evidence.expected[1];
    let bell = free_band(settings, hz).map(|at| {
        let q = q_of(song, hz);
        let cut = move |settings: &mut Settings, amount: f64| {
            set_band(settings, at, band(BandShape::Bell, hz, q, -amount));
        };
        let title = move |amount: f64| format!("{} at {}, Q {}", db_text(-amount), hz_text(hz), number_text(q));
        Remedy::new("equalizer.resonance", Stage::Equalizer, cut)
            .amounts(over_db + 1.0, 15.0, evidence.expected[1] - 1.0)
            .titled(title)
    });
    let tame = move |settings: &mut Settings, amount: f64| {
        settings.resonance.enabled = true;
        settings.resonance.depth_db = amount.clamp(0.0, 12.0);
        settings.resonance.threshold_db = 4.0;
        settings.resonance.low_hz = hz / 1.4;
        settings.resonance.high_hz = hz * 1.4;
    };
    let tamer = (!settings.resonance.enabled).then(|| {
        let title = move |amount: f64| format!("up to {} where it rings, around {}", db_text(-amount), hz_text(hz));
        Remedy::new("resonance.tame", Stage::Resonance, tame)
            .amounts(over_db + 2.0, 12.0, evidence.expected[1] - 1.0)
            .titled(title)
    });
    let is_steady = evidence.share > STEADY_SHARE;
    let (first, second) = if is_steady { (bell, tamer) } else { (tamer, bell) };
    first.into_iter().chain(second).collect()
}

/// Bells on the lowest line and the two above it; what is left is for the mixer.
pub fn of_hum(finding: &Finding, settings: &Settings) -> Vec<Remedy> {
    let Some(hz) = finding.evidence.low_hz else { return Vec::new() };
    let mut tried = *settings;
    let mut places = Vec::new();
    for multiple in [1.0, 2.0, 3.0] {
        let Some(at) = free_band(&tried, hz * multiple) else { break };
        set_band(&mut tried, at, band(BandShape::Bell, hz * multiple, 30.0, -6.0));
        places.push((at, hz * multiple));
    }
    let cut = move |settings: &mut Settings, amount: f64| {
        for &(at, hz) in &places {
            set_band(settings, at, band(BandShape::Bell, hz, 30.0, -amount));
        }
    };
    let remedy = Remedy::new("equalizer.hum", Stage::Equalizer, cut).switch().taste().mitigation();
    let title = move |amount: f64| format!("{} at {} and its first multiples", db_text(-amount), hz_text(hz));
    vec![remedy.amounts(9.0, 9.0, 0.0).titled(title)]
}

/// As wide as the peak in the mean of what lies between the lines.
fn q_of(song: &Song<'_>, hz: f64) -> f64 {
    let mut sums = [0.0; NUM_FINE];
    for texture in &song.active {
        sums.iter_mut().zip(&texture.fine).for_each(|(sum, level)| *sum += level.db().unwrap_or(-200.0));
    }
    let centre = (0..NUM_FINE)
        .min_by(|&a, &b| {
            let distance = |place: usize| (Texture::fine_hz(place) / hz).log2().abs();
            distance(a).total_cmp(&distance(b))
        })
        .unwrap_or(0);
    let peak = sums[centre];
    let around = |step: isize| {
        let place = centre as isize + step;
        usize::try_from(place).ok().and_then(|place| sums.get(place)).copied()
    };
    let base = (around(-8).unwrap_or(peak) + around(8).unwrap_or(peak)) / 2.0;
    let half = (peak + base) / 2.0;
    let reach = |sign: isize| (1..8).take_while(|&step| around(sign * step).is_some_and(|db| db > half)).count();
    let octaves = (1 + reach(-1) + reach(1)) as f64 / FINE_PER_OCTAVE;
    (1.0 / (2f64.powf(octaves / 2.0) - 2f64.powf(-octaves / 2.0))).clamp(Q.0, Q.1)
}

/// "320 Hz", "2.4 kHz".
pub fn hz_text(hz: f64) -> String {
    if hz < 1000.0 { format!("{} Hz", hz.round()) } else { format!("{} kHz", number_text(hz / 1000.0)) }
}
