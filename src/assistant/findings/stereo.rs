//! How do left and right relate? Polarity, width, channels that lack or differ.

use super::{Finding, FindingKind, Song};
use crate::analysis::{STEREO_EDGES_HZ, TEXTURE_S, Texture};

/// Bands in which instruments are heard in the middle, 20 Hz–2 kHz, by place.
const BODY: std::ops::Range<usize> = 0..3;
/// Bands of width, 500 Hz–6 kHz.
const WIDTH: std::ops::Range<usize> = 2..4;
/// Correlation that counts as out of phase (`dsp.md` section 8.4).
const OUT_OF_PHASE: f64 = -0.3;
/// Share of the song that may be so. `dsp.md` section 8.4 warns from 0.05 on, which wide orchestras pass in quiet parts.
const PASSAGE_SHARE: f64 = 0.12;
/// Correlation of the whole song, 20 Hz–2 kHz: below this a channel is inverted. Bass and voices stand in the middle of every
/// song measured; the widest, an orchestra, has 0.2.
const INVERTED: f64 = -0.1;
/// Bass, 20–120 Hz, by place. It stands in the middle more than all else does; in a song with an inverted channel it is on the
/// sides more than all else, and in one whose sides were turned up it still is the least so. Where the bass alone is on the
/// sides, no channel is inverted.
const BASS: std::ops::Range<usize> = 0..1;
/// Correlation of 20 Hz–2 kHz, and of every band that counts, below which the middle is a remainder: no sides are turned up so far
/// (by 22 dB the demo mix has −0.85 and −0.84), and however much louder one channel is, opposite ones have −1.
const NOTHING_LEFT: [f64; 2] = [-0.9, -0.8];
/// The same below which the middle has lost the song, if the air above is not the widest of it, as where sides were turned up. Of 22
/// songs all are found once a channel is inverted, by this, by the one above or by their bass, and none once its sides are turned
/// up by 6 dB, which leaves −0.45 and −0.18 in the widest; turned up by 12 dB, three of the widest are.
const LOST: [f64; 2] = [-0.65, -0.5];
const AIR: std::ops::Range<usize> = 4..5;
/// Bands that count for that, 20 Hz–6 kHz: above, codecs fold channels. Those under the loudest by more than 30 dB hold noise.
const COUNTED: std::ops::Range<usize> = 0..4;
const COUNTED_FROM: f64 = 1e-3;
/// A part that is inverted: its half seconds have less than the first of these, all of it less than the second, no band of it is
/// above 0, and it mirrors the rest of the song to a share of at least the third. An inverted part of 22 songs has −0.5…−1.0 (one,
/// an orchestra, −0.2); no stretch of these songs as they are, or with their sides turned up by 6 dB, has all four: where a pad is
/// wide, bass or voice still stand in the middle.
const PART_OUT: f64 = -0.2;
const PART_INVERTED: f64 = -0.4;
const PART_MIRRORS: f64 = 0.7;
/// The rest goes together at least so much, else nothing is to be mirrored.
const REST_TOGETHER: f64 = 0.3;
/// It, and the rest, last this long at least, seconds; what lies between two parts is theirs up to the second.
const PART_S: f64 = 3.0;
const PART_BRIDGED_S: f64 = 2.0;
/// Side over mid, 500 Hz–6 kHz, dB: `dsp.md` section 8.4 gives −14…−1.
const WIDTH_DB: [f64; 2] = [-16.0, 1.0];
/// Less side than this is mono, dB.
const MONO_DB: f64 = -40.0;
/// Left over right of what lies in the middle, dB (`dsp.md` section 8.4: warn from 0.5, act from 1).
const BALANCE_DB: f64 = 1.5;
/// A channel this far under the other is missing, dB.
const MISSING_DB: f64 = 30.0;

/// All questions of a stereo song.
pub fn measure(song: &Song<'_>) -> Vec<Finding> {
    if song.features.num_channels != 2 {
        return Vec::new();
    }
    let balance_db = channel_balance_db(song);
    let mut findings = vec![missing(balance_db)];
    if balance_db.abs() > MISSING_DB {
        return findings;
    }
    findings.push(imbalance(song));
    findings.extend(phase(song));
    findings.extend(width(song));
    findings
}

fn powers(texture: &Texture, bands: std::ops::Range<usize>) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for band in &texture.stereo[bands] {
        sums.iter_mut().zip(band.powers()).for_each(|(sum, power)| *sum += power);
    }
    sums
}

fn song_powers(song: &Song<'_>, bands: std::ops::Range<usize>) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for texture in &song.active {
        sums.iter_mut().zip(powers(texture, bands.clone())).for_each(|(sum, power)| *sum += power);
    }
    sums
}

fn ratio_db(numerator: f64, denominator: f64) -> f64 {
    (10.0 * (numerator.max(1e-30) / denominator.max(1e-30)).log10()).clamp(-120.0, 120.0)
}

fn side_to_mid_db([left, right, product]: [f64; 3]) -> f64 {
    ratio_db(left + right - 2.0 * product, left + right + 2.0 * product)
}

fn channel_balance_db(song: &Song<'_>) -> f64 {
    let [left, right, _] = song_powers(song, 0..STEREO_EDGES_HZ.len() - 1);
    ratio_db(left, right)
}

fn missing(balance_db: f64) -> Finding {
    Finding::new(FindingKind::MissingChannel, balance_db, [-MISSING_DB, MISSING_DB])
}

/// How far what both channels share leans to one side. An instrument on one side is no imbalance, a bass on one side neither; a
/// lead and a bass that stand beside the middle are. So each band of each half second in which the channels go together counts
/// with its principal axis, and the median by loudness is taken; unless the bands by themselves, or the channels' own levels,
/// lean less or the other way.
fn imbalance(song: &Song<'_>) -> Finding {
    let mut leans: Vec<(f64, f64)> = Vec::new();
    let mut of_bands: Vec<f64> = Vec::new();
    for band in 0..STEREO_EDGES_HZ.len() - 1 {
        let first = leans.len();
        for texture in &song.active {
            let [left, right, product] = texture.stereo[band].powers();
            let correlation = product / (left * right).sqrt().max(1e-30);
            if correlation > 0.6 {
                let angle = 0.5 * (2.0 * product).atan2(left - right);
                leans.push((20.0 * (1.0 / angle.tan()).log10(), (left + right).sqrt()));
            }
        }
        of_bands.extend(median_by_weight(&leans[first..]));
    }
    let by_loudness = median_by_weight(&leans).unwrap_or(0.0);
    let of_bands: Vec<(f64, f64)> = of_bands.into_iter().map(|lean| (lean, 1.0)).collect();
    let by_bands = median_by_weight(&of_bands).unwrap_or(0.0);
    let own_db = song.features.stereo.balance_db.unwrap_or(0.0);
    let all = [by_loudness, by_bands, own_db];
    let agree = all.iter().all(|lean| lean * by_loudness > 0.0);
    let least = all.into_iter().fold(f64::INFINITY, |least: f64, lean| least.min(lean.abs()));
    let value = if agree { by_loudness.signum() * least } else { 0.0 };
    Finding::new(FindingKind::Imbalance, value, [-BALANCE_DB, BALANCE_DB])
}

/// The value on each side of which half of the weight lies.
fn median_by_weight(values: &[(f64, f64)]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = sorted.iter().map(|value| value.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    let at = sorted.iter().find(|value| {
        sum += value.1;
        sum >= half
    });
    at.map(|value| value.0)
}

fn correlation([left, right, product]: [f64; 3]) -> f64 {
    (product / (left * right).sqrt().max(1e-30)).clamp(-1.0, 1.0)
}

fn sum<'a>(textures: impl Iterator<Item = &'a Texture>, bands: std::ops::Range<usize>) -> [f64; 3] {
    textures.fold([0.0; 3], |sums, texture| {
        let powers = powers(texture, bands.clone());
        std::array::from_fn(|at| sums[at] + powers[at])
    })
}

/// The highest correlation among the bands that count.
fn most_central(textures: &[&Texture]) -> f64 {
    let bands: Vec<[f64; 3]> = COUNTED.map(|band| sum(textures.iter().copied(), band..band + 1)).collect();
    let power = |[left, right, _]: [f64; 3]| left + right;
    let loudest = bands.iter().map(|band| power(*band)).fold(0.0, f64::max);
    let counted = bands.iter().filter(|band| power(**band) > COUNTED_FROM * loudest);
    counted.map(|band| correlation(*band)).fold(-1.0, f64::max)
}

/// Parts in which a channel is upside down while it is not in the rest, as ranges of the half seconds that are no pause, and how
/// left and right go together there.
fn inverted_parts(song: &Song<'_>) -> (Vec<std::ops::Range<usize>>, f64) {
    let active = &song.active;
    let out: Vec<usize> = (0..active.len()).filter(|&at| correlation(powers(active[at], BODY)) < PART_OUT).collect();
    let bridged = |a: &usize, b: &usize| (active[*b].idx - active[*a].idx) as f64 * TEXTURE_S <= PART_BRIDGED_S;
    let stretches = out.chunk_by(bridged).map(|stretch| stretch[0]..stretch[stretch.len() - 1] + 1);
    let is_long = |len: usize| len as f64 * TEXTURE_S >= PART_S;
    let parts: Vec<std::ops::Range<usize>> = stretches
        .filter(|part| {
            let of = &active[part.clone()];
            is_long(of.len()) && correlation(sum(of.iter().copied(), BODY)) < PART_INVERTED && most_central(of) < 0.0
        })
        .collect();
    let (inside, outside): (Vec<_>, Vec<_>) =
        active.iter().enumerate().partition(|(at, _)| parts.iter().any(|part| part.contains(at)));
    let of = |textures: &[(usize, &&Texture)]| correlation(sum(textures.iter().map(|(_, texture)| **texture), BODY));
    let (value, rest) = (of(&inside), of(&outside));
    let is_mirrored = is_long(outside.len()) && rest > REST_TOGETHER && value < -PART_MIRRORS * rest;
    if is_mirrored { (parts, value) } else { (Vec::new(), 0.0) }
}

fn phase(song: &Song<'_>) -> Vec<Finding> {
    let (parts, value) = inverted_parts(song);
    let is_inside = |texture: &Texture| {
        parts.iter().any(|part| (song.active[part.start].idx..=song.active[part.end - 1].idx).contains(&texture.idx))
    };
    let is_out = |texture: &Texture| {
        let [left, right, product] = powers(texture, BODY);
        product < OUT_OF_PHASE * (left * right).sqrt() && left.min(right) > 1e-3 * left.max(right)
    };
    let is_wide = |texture: &Texture| is_out(texture) && !is_inside(texture);
    let share = song.active.iter().filter(|texture| is_wide(texture)).count() as f64 / song.active.len() as f64;
    if !parts.is_empty() {
        let end_s = |part: &std::ops::Range<usize>| song.active[part.end - 1].start_s() + TEXTURE_S;
        let places_s = parts.iter().map(|part| (song.active[part.start].start_s(), end_s(part))).collect();
        let inverted = Finding::new(FindingKind::PhaseInverted, value, [INVERTED, 1.0]).in_places(song, places_s);
        let passage = Finding::new(FindingKind::OutOfPhase, share, [0.0, PASSAGE_SHARE]).at(song, is_wide);
        return vec![inverted, passage];
    }
    let correlation = correlation(song_powers(song, BODY));
    let [bass_db, width_db] = [BASS, WIDTH].map(|bands| side_to_mid_db(song_powers(song, bands)));
    let central = most_central(&song.active);
    let is_below = |[body, band]: [f64; 2]| correlation < body && central < band;
    let widest_db = COUNTED.map(|band| side_to_mid_db(song_powers(song, band..band + 1))).fold(-120.0, f64::max);
    let is_inverted = (width_db > 0.0 && bass_db >= width_db)
        || is_below(NOTHING_LEFT)
        || (is_below(LOST) && side_to_mid_db(song_powers(song, AIR)) < widest_db);
    let correlation = if is_inverted { correlation } else { correlation.max(INVERTED) };
    let inverted = Finding::new(FindingKind::PhaseInverted, correlation, [INVERTED, 1.0]).at(song, is_out);
    // Where all of it is inverted there is no passage that is.
    let passages = if correlation < INVERTED { 0.0 } else { share };
    let passage = Finding::new(FindingKind::OutOfPhase, passages, [0.0, PASSAGE_SHARE]).at(song, is_out);
    vec![inverted, passage]
}

fn width(song: &Song<'_>) -> Vec<Finding> {
    let identical = f64::from(u8::from(song.features.are_channels_identical));
    let mut findings = vec![Finding::new(FindingKind::IdenticalChannels, identical, [0.0, 0.0])];
    let whole_db = side_to_mid_db(song_powers(song, 0..STEREO_EDGES_HZ.len() - 1));
    if identical == 0.0 {
        findings.push(Finding::new(FindingKind::Mono, whole_db, [MONO_DB, 120.0]));
    }
    if whole_db > MONO_DB {
        let value = side_to_mid_db(song_powers(song, WIDTH));
        let (low_hz, high_hz) = (STEREO_EDGES_HZ[WIDTH.start], STEREO_EDGES_HZ[WIDTH.end]);
        let wide = Finding::new(FindingKind::TooWide, value, [-120.0, WIDTH_DB[1]]).in_band(low_hz, high_hz);
        findings.push(wide.at(song, |texture| side_to_mid_db(powers(texture, WIDTH)) > WIDTH_DB[1]));
        let narrow = Finding::new(FindingKind::TooNarrow, value, [WIDTH_DB[0], 120.0]).in_band(low_hz, high_hz);
        findings.push(narrow.at(song, |texture| side_to_mid_db(powers(texture, WIDTH)) < WIDTH_DB[0]));
    }
    findings
}
