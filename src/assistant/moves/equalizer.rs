//! Tone: bells and shelves for what sticks out, moving ones where it comes and goes, a few bands for the whole.

use super::narrow::hz_text;
use super::{Remedy, Song, band, free_band, set_band};
use crate::analysis::Features;
use crate::analysis::NOMINAL_HZ;
use crate::assistant::equalization::{fit, response_db, scaled_response_db};
use crate::assistant::explain::db_text;
use crate::assistant::findings::{Finding, FindingKind};
use crate::assistant::linear::solve;
use crate::assistant::ranges::{Condition, NUM_TONE, TONE_PLACES, levels_db};
use crate::assistant::tone::Tone;
use crate::chain::settings::{BandChannel, BandSettings, BandShape};
use crate::chain::{Settings, Stage};

/// Less of the song than this has it: the band moves.
const LOCAL_SHARE: f64 = 0.55;
/// Most that a band takes or gives, dB.
const MAX_GAIN_DB: f64 = 15.0;
/// Range of a band's gain, dB.
const BAND_LIMIT_DB: f64 = 18.0;
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
    // At half the equalizer's amount its bands have to be set to twice as much.
    let amount = applied(settings);
    if amount <= 0.0 {
        return None;
    }
    let bands = fit(&wanted, &tone.is_judged, (max_bands, max_gain_db, 0.15), rate_hz);
    let mut tried = *settings;
    let mut placed = Vec::new();
    for mut band in bands {
        band.gain_db = (band.gain_db / amount).clamp(-BAND_LIMIT_DB, BAND_LIMIT_DB);
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

/// How much of its bands' gains the equalizer applies, 0–2: its own amount and the chain's.
fn applied(settings: &Settings) -> f64 {
    let is_on = settings.equalizer.enabled && !settings.bypass;
    if is_on { (settings.equalizer.amount_percent * settings.amount_percent / 1e4).clamp(0.0, 2.0) } else { 0.0 }
}

/// What the bands that differ between two settings of the equalizer do to the third octaves of a song, dB: as far as the
/// equalizer's amount lets them, and to the part of the sound that they work on.
pub fn tone_bands(before: &Settings, after: &Settings, features: &Features) -> [f64; NUM_TONE] {
    let (before, after) = (levels_after_db(before, features), levels_after_db(after, features));
    std::array::from_fn(|band| after[band] - before[band])
}

/// What an equalizer makes of the third octaves, over what they are, dB. A band of one side is taken to have half the sound:
/// what is known of a song is its middle and its sides.
fn levels_after_db(settings: &Settings, features: &Features) -> [f64; NUM_TONE] {
    use BandChannel::{Left, Mid, Right, Side, Stereo};
    let amount = applied(settings);
    let gains_db = |channel: BandChannel| {
        let mut sum = [0.0; NUM_TONE];
        for band in settings.equalizer.bands.iter().filter(|band| band.channel == channel) {
            let response = scaled_response_db(band, amount, features.sample_rate_hz);
            sum.iter_mut().zip(response).for_each(|(sum, db)| *sum += db);
        }
        sum
    };
    let [all, mid, side, left, right] = [Stereo, Mid, Side, Left, Right].map(gains_db);
    let power = |levels: &[Option<f64>], place: usize| {
        levels.get(place).copied().flatten().map_or(0.0, |db| 10f64.powf(db / 10.0))
    };
    std::array::from_fn(|band| {
        let place = band + TONE_PLACES.start;
        let (in_mid, in_side) =
            match (power(&features.spectrum.mid_db, place), power(&features.spectrum.side_db, place)) {
                (in_mid, in_side) if in_mid + in_side > 0.0 => (in_mid, in_side),
                _ => (1.0, 0.0),
            };
        let gain = |db: f64| 10f64.powf(db / 10.0);
        let parts = (in_mid * gain(mid[band]) + in_side * gain(side[band])) / (in_mid + in_side);
        let sides = (gain(left[band]) + gain(right[band])) / 2.0;
        all[band] + 10.0 * (parts * sides).log10()
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Spectrum;

    /// A song as loud in the middle as is said over its sides, everywhere.
    fn features(mid_over_side_db: f64) -> Features {
        let levels = |db: f64| vec![Some(db); NOMINAL_HZ.len()];
        let spectrum =
            Spectrum { mid_db: levels(mid_over_side_db - 20.0), side_db: levels(-20.0), ..Spectrum::default() };
        Features { sample_rate_hz: 48_000.0, spectrum, ..Features::default() }
    }

    fn with(channel: BandChannel, change: impl Fn(&mut Settings)) -> Settings {
        let mut settings = Settings::default();
        settings.equalizer.bands[3] = BandSettings { channel, ..band(BandShape::Bell, 1000.0, 0.7, 6.0) };
        change(&mut settings);
        settings
    }

    /// What the band does at 1 kHz, dB.
    fn at_1_khz(settings: &Settings, features: &Features) -> f64 {
        let place = NOMINAL_HZ[TONE_PLACES].iter().position(|hz| *hz == 1000.0).expect("a third octave");
        tone_bands(&Settings::default(), settings, features)[place]
    }

    #[test]
    fn bands_do_as_much_as_the_amount_lets_them() {
        let song = features(10.0);
        let of = |change: fn(&mut Settings)| at_1_khz(&with(BandChannel::Stereo, change), &song);
        assert!((of(|_| ()) - 6.0).abs() < 0.01);
        assert!((of(|settings| settings.equalizer.amount_percent = 50.0) - 3.0).abs() < 0.05);
        assert!((of(|settings| settings.amount_percent = 50.0) - 3.0).abs() < 0.05);
        assert_eq!(of(|settings| settings.equalizer.amount_percent = 0.0), 0.0);
        assert_eq!(of(|settings| settings.equalizer.enabled = false), 0.0);
        assert_eq!(of(|settings| settings.bypass = true), 0.0);
    }

    #[test]
    fn bands_do_as_much_as_is_in_their_channel() {
        let power = |db: f64| 10f64.powf(db / 10.0);
        for (channel, mid_over_side_db, share) in [
            (BandChannel::Mid, 10.0, 10.0 / 11.0),
            (BandChannel::Side, 10.0, 1.0 / 11.0),
            (BandChannel::Side, 0.0, 0.5),
            (BandChannel::Left, 10.0, 0.5),
        ] {
            let wanted = 10.0 * (share * power(6.0) + 1.0 - share).log10();
            let done = at_1_khz(&with(channel, |_| ()), &features(mid_over_side_db));
            assert!((done - wanted).abs() < 0.05, "{channel:?}: {done} dB, not {wanted}");
        }
    }

    #[test]
    fn the_whole_tone_is_reached_at_any_amount() {
        let excess_db = std::array::from_fn(|band| if band < 10 { 3.0 } else { -1.0 });
        let tone = Tone { excess_db, is_judged: [true; NUM_TONE] };
        let song = features(10.0);
        let done = |amount_percent: f64| {
            let mut settings = Settings::default();
            settings.equalizer.amount_percent = amount_percent;
            let remedy = of_tone("equalizer.balance", &tone, (3, 9.0), &settings, 48_000.0).expect("a remedy");
            let before = settings;
            (remedy.apply)(&mut settings, 1.0);
            tone_bands(&before, &settings, &song)
        };
        for (half, full) in done(50.0).into_iter().zip(done(100.0)) {
            assert!((half - full).abs() < 0.15, "{half} {full}");
        }
    }
}
