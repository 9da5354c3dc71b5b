//! Tone: bells and shelves for what sticks out, moving ones where it comes and goes, a few bands for the whole.

use super::narrow::hz_text;
use super::{Remedy, Song, band, free_band, set_band};
use crate::analysis::NOMINAL_HZ;
use crate::assistant::equalization::{fit, response_db};
use crate::assistant::explain::db_text;
use crate::assistant::findings::{Finding, FindingKind};
use crate::assistant::linear::solve;
use crate::assistant::ranges::{Condition, NUM_TONE, TONE_PLACES, levels_db};
use crate::assistant::tone::Tone;
use crate::chain::settings::{BandSettings, BandShape};
use crate::chain::{Settings, Stage};

/// Less of the song than this has it: the band moves.
const LOCAL_SHARE: f64 = 0.55;
/// Most that a band takes or gives, dB.
const MAX_GAIN_DB: f64 = 15.0;
/// Bells and shelves that are tried for what sticks out.
const QS: [f64; 6] = [0.5, 0.7, 1.0, 1.4, 2.0, 2.8];

/// What sticks out of the song's own tone.
pub fn of_zone(finding: &Finding, song: &Song<'_>, settings: &Settings) -> Vec<Remedy> {
    let evidence = &finding.evidence;
    let (Some(low_hz), Some(high_hz)) = (evidence.low_hz, evidence.high_hz) else { return Vec::new() };
    let is_cut = evidence.value > evidence.expected[1];
    let aim = if is_cut { evidence.expected[1] } else { evidence.expected[0] };
    let Some(best) = best_band(song, (low_hz, high_hz), is_cut) else { return Vec::new() };
    let Some(at) = free_band(settings, best.frequency_hz) else { return Vec::new() };
    let sign = if is_cut { -1.0 } else { 1.0 };
    let stay = move |settings: &mut Settings, amount: f64| {
        set_band(settings, at, BandSettings { gain_db: sign * amount, ..best });
    };
    let over = (evidence.value - aim).abs();
    let id = format!("equalizer.{}", finding.kind.key());
    let place = place_text(&best);
    let words = place.clone();
    let staying = Remedy::new(&id, Stage::Equalizer, stay)
        .amounts(1.1 * over, MAX_GAIN_DB, aim)
        .titled(move |amount| format!("{} {words}", db_text(sign * amount)));
    let is_local = is_cut && evidence.share < LOCAL_SHARE && finding.kind != FindingKind::Bright;
    if !is_local {
        return vec![staying];
    }
    let threshold_db = quantile_over_song(song, &best, 1.0 - evidence.share) - 1.5;
    let moving = move |settings: &mut Settings, amount: f64| {
        set_band(settings, at, moving_down(best, threshold_db, amount, [40.0, 300.0]));
    };
    let moving = Remedy::new(&id, Stage::Equalizer, moving)
        .amounts(1.3 * over, MAX_GAIN_DB, aim)
        .titled(move |amount| format!("up to {} {place}, only where it is too loud", db_text(-amount)));
    vec![moving, staying]
}

/// A band that goes down by as much where it is over its threshold; attack and release in ms.
fn moving_down(band: BandSettings, threshold_db: f64, amount: f64, [attack_ms, release_ms]: [f64; 2]) -> BandSettings {
    let threshold_db = threshold_db.clamp(-40.0, 20.0);
    BandSettings { dynamic: true, threshold_db, range_db: -amount, attack_ms, release_ms, ..band }
}

/// Esses: a fast compressor of the treble from where they get sharp; a moving band of the equalizer where that stage is in use.
pub fn of_esses(finding: &Finding, song: &Song<'_>, settings: &Settings) -> Vec<Remedy> {
    const CENTRE_HZ: f64 = 6800.0;
    const CROSSOVER_HZ: f64 = 4500.0;
    let [_, high] = finding.evidence.expected;
    let over = finding.evidence.value - high;
    let fast = (!settings.multiband.enabled).then(|| {
        // The edge of the range as a level: esses over it are too sharp.
        let body = song.active.iter().map(|texture| texture.body.power()).sum::<f64>() / song.active.len() as f64;
        let edge_dbfs = 10.0 * body.max(1e-12).log10() + high;
        let compress = move |settings: &mut Settings, amount: f64| {
            let multiband = &mut settings.multiband;
            multiband.enabled = true;
            multiband.crossover_hz[2] = CROSSOVER_HZ;
            multiband.bands[..3].iter_mut().for_each(|band| band.enabled = false);
            let top = &mut multiband.bands[3];
            top.threshold_dbfs = (edge_dbfs - 2.0).clamp(-60.0, 0.0);
            top.ratio = 10.0;
            top.knee_db = 3.0;
            top.attack_ms = 0.5;
            top.release_ms = 60.0;
            top.range_db = amount.clamp(0.0, 18.0);
        };
        let title = |amount: f64| format!("up to {} above 4.5 kHz, on esses only", db_text(-amount));
        Remedy::new("multiband.sibilance", Stage::Multiband, compress)
            .amounts(1.2 * over + 1.0, 18.0, high)
            .titled(title)
    });
    let moving = free_band(settings, CENTRE_HZ).map(|at| {
        let best = band(BandShape::Bell, CENTRE_HZ, 0.8, 0.0);
        let threshold_db = quantile_over_song(song, &best, 0.6);
        let turn = move |settings: &mut Settings, amount: f64| {
            set_band(settings, at, moving_down(best, threshold_db, amount, [2.0, 80.0]));
        };
        let title = |amount: f64| format!("up to {} at 6.8 kHz, on esses only", db_text(-amount));
        let remedy = Remedy::new("equalizer.sibilance", Stage::Equalizer, turn);
        remedy.amounts(1.8 * over + 1.0, MAX_GAIN_DB, high).titled(title)
    });
    fast.into_iter().chain(moving).collect()
}

/// Everything that the whole tone asks for, as one remedy of a few bands; its amount is the share of it.
pub fn of_tone(
    id: &str,
    tone: &Tone,
    (max_bands, max_gain_db): (usize, f64),
    settings: &Settings,
    rate_hz: f64,
) -> Option<Remedy> {
    let wanted = tone.excess_db.map(|db| -db);
    let bands = fit(&wanted, &tone.is_judged, (max_bands, max_gain_db, 0.15), rate_hz);
    let mut tried = *settings;
    let mut placed = Vec::new();
    for band in bands {
        let at = free_band(&tried, band.frequency_hz)?;
        set_band(&mut tried, at, band);
        placed.push((at, band));
    }
    if placed.is_empty() {
        return None;
    }
    let words: Vec<String> =
        placed.iter().map(|(_, band)| format!("{} {}", db_text(band.gain_db), place_text(band))).collect();
    let words = words.join(", ");
    let turn = move |settings: &mut Settings, amount: f64| {
        for (at, band) in &placed {
            set_band(settings, *at, BandSettings { gain_db: band.gain_db * amount, ..*band });
        }
    };
    let remedy = Remedy::new(id, Stage::Equalizer, turn).switch();
    Some(remedy.titled(move |_| words.clone()))
}

/// What the bands that differ between two settings of the equalizer do to the third octaves, dB.
pub fn tone_bands(before: &Settings, after: &Settings, rate_hz: f64) -> [f64; NUM_TONE] {
    let sum = |settings: &Settings| {
        let mut sum = [0.0; NUM_TONE];
        for band in &settings.equalizer.bands {
            sum.iter_mut().zip(response_db(band, rate_hz)).for_each(|(sum, db)| *sum += db);
        }
        sum
    };
    let (before, after) = (sum(before), sum(after));
    std::array::from_fn(|band| after[band] - before[band])
}

/// The bell or shelf that brings the song's tone nearest to the ranges, of those that work in the zone: of the quadratic form
/// over departures the one that lowers it most.
fn best_band(song: &Song<'_>, (low_hz, high_hz): (f64, f64), is_cut: bool) -> Option<BandSettings> {
    let departures = song.ranges.departures(&levels_db(song.features), Condition::of(song.features));
    let known: Vec<usize> = (0..NUM_TONE).filter(|&band| departures[band].is_some()).collect();
    // Level is free: all bands may be shifted together.
    let matrix = || -> Vec<Vec<f64>> {
        known.iter().map(|&a| known.iter().map(|&b| song.ranges.covariance[a][b] + 1e4).collect()).collect()
    };
    let weights = solve(matrix(), known.iter().map(|&band| departures[band].unwrap_or(0.0)).collect());
    let rate_hz = song.features.sample_rate_hz;
    let places = NOMINAL_HZ[TONE_PLACES].iter().copied();
    let bells = places
        .filter(|hz| (0.9 * low_hz..1.1 * high_hz).contains(hz))
        .flat_map(|hz| QS.map(|q| band(BandShape::Bell, hz, q, 1.0)));
    let shelves = [0.7, 1.0, 1.4].map(|factor| band(BandShape::HighShelf, low_hz * factor, 0.7, 1.0));
    let shelves = shelves.into_iter().filter(|_| low_hz > 5000.0);
    let gain = |band: &BandSettings| {
        let response = response_db(band, rate_hz);
        let row: Vec<f64> = known.iter().map(|&at| response[at]).collect();
        let along: f64 = row.iter().zip(&weights).map(|(a, b)| a * b).sum();
        let own = solve(matrix(), row.clone());
        let square: f64 = row.iter().zip(&own).map(|(a, b)| a * b).sum();
        (-along / square, along * along / square)
    };
    bells
        .chain(shelves)
        .map(|band| (band, gain(&band)))
        .filter(|(_, (gain_db, _))| (*gain_db < 0.0) == is_cut)
        .max_by(|a, b| a.1.1.total_cmp(&b.1.1))
        .map(|(band, _)| band)
}

/// The level of a band against the K-weighted level of the same half second, as the equalizer's detector has it: what lies at
/// this rank, dB.
fn quantile_over_song(song: &Song<'_>, band: &BandSettings, rank: f64) -> f64 {
    let pass = |hz: f64| {
        let x = hz / band.frequency_hz;
        1.0 / (1.0 + (band.q * (x - 1.0 / x)).powi(2))
    };
    let mut ratios: Vec<f64> = song
        .active
        .iter()
        .filter_map(|texture| {
            let thirds = NOMINAL_HZ.iter().zip(texture.mid.iter().zip(&texture.side));
            let heard: f64 = thirds.map(|(hz, (mid, side))| pass(*hz) * (mid.power() + side.power())).sum();
            let all = texture.loudness.power();
            (heard > 0.0 && all > 0.0).then(|| 10.0 * (heard / all).log10())
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let at = (ratios.len().max(1) - 1) as f64 * rank.clamp(0.0, 1.0);
    ratios.get(at as usize).copied().unwrap_or(-12.0)
}

fn place_text(band: &BandSettings) -> String {
    let hz = hz_text(band.frequency_hz);
    match band.shape {
        BandShape::LowShelf => format!("below {hz}"),
        BandShape::HighShelf => format!("above {hz}"),
        _ => format!("at {hz}, Q {}", crate::assistant::number_text(band.q)),
    }
}
