//! What was measured, as a session keeps it: all that the editor shows of it.

use serde::Serialize;
use serde_json::Value;

use crate::analysis::{
    Block, Features, Levels, NUM_STEREO_BANDS, Section, Spectrum, Stereo, StereoMeasures, Tag, playback_gain_lu,
};

use super::reader::{Reader, Taken, number, numbers};
use super::report::{DAY_S, FREQUENCY_HZ, PLACE_S, SHARE};

/// Most points of a map that are kept: ten minutes as they were heard, more than any window has columns.
const MAX_POINTS: usize = 6000;
/// As finely as a song is heard, seconds.
const BLOCK_S: f64 = 0.1;
/// Most points of a map that are read, sections, and bands of a spectrum.
const MAX_READ_POINTS: usize = 20_000;
const MAX_SECTIONS: usize = 500;
const MAX_BANDS: usize = 200;
/// Levels and loudness of any kind, dB.
const LEVEL_DB: std::ops::RangeInclusive<f64> = -1000.0..=1000.0;
/// K-weighted power and linear peaks: far beyond what any mix has.
const POWER: std::ops::RangeInclusive<f64> = 0.0..=1e12;
const PEAK: std::ops::RangeInclusive<f64> = 0.0..=1e6;
/// A power or a peak below this is silence.
const SMALLEST: f64 = 1e-30;
/// Correlations and means of samples, with what rounding adds.
const SIGNED: std::ops::RangeInclusive<f64> = -1.000_001..=1.000_001;
/// A mean of samples may be as large as they are.
const OFFSET: std::ops::RangeInclusive<f64> = -1e6..=1e6;

#[derive(Clone, Serialize)]
struct SavedSection {
    start_s: f64,
    end_s: f64,
    loudness_lufs: Option<f64>,
    label: String,
    tags: Vec<String>,
}

#[derive(Clone, Serialize)]
struct SavedBand {
    low_hz: f64,
    high_hz: f64,
    correlation: Option<f64>,
    side_to_mid_db: Option<f64>,
    balance_db: Option<f64>,
}

#[derive(Clone, Serialize)]
pub(super) struct SavedHeard {
    sample_rate_hz: f64,
    channels: usize,
    duration_s: f64,
    heard_s: f64,
    active_s: f64,
    share: Option<f64>,
    dropped_frames: u64,
    #[serde(skip_serializing_if = "is_none")]
    not_numbers: u64,
    integrated_lufs: Option<f64>,
    max_short_term_lufs: Option<f64>,
    max_momentary_lufs: Option<f64>,
    loudness_range_lu: Option<f64>,
    true_peak_dbtp: Option<f64>,
    sample_peak_dbfs: Option<f64>,
    plr_db: Option<f64>,
    psr_min_db: Option<f64>,
    psr_p10_db: Option<f64>,
    correlation: Option<f64>,
    side_to_mid_db: Option<f64>,
    balance_db: Option<f64>,
    mono_fold_down_lu: Option<f64>,
    dc_offset: [f64; 2],
    frequencies_hz: Vec<f64>,
    mid_db: Vec<Option<f64>>,
    side_db: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bands: Vec<SavedBand>,
    sections: Vec<SavedSection>,
    /// `[start in seconds, mean power, peak]`.
    map: Vec<[f64; 3]>,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// Reads what was measured.
pub(super) fn read_heard(reader: &mut Reader<'_>) -> Features {
    let mut time = |name| reader.number(name, 0.0..=DAY_S).unwrap_or_default();
    let (duration_s, heard_s, active_s) = (time("duration_s"), time("heard_s"), time("active_s"));
    let mut count = |name, most| reader.whole(name, 0..=most).unwrap_or_default();
    let num_channels = count("channels", 2) as usize;
    let (num_dropped_frames, num_non_finite) = (count("dropped_frames", u64::MAX), count("not_numbers", u64::MAX));
    Features {
        sample_rate_hz: reader.number("sample_rate_hz", FREQUENCY_HZ).unwrap_or_default(),
        num_channels,
        duration_s,
        heard_s,
        active_s,
        share: reader.number("share", SHARE),
        num_dropped_frames,
        num_non_finite,
        levels: read_levels(reader, num_channels),
        stereo: Stereo {
            correlation: reader.number("correlation", SIGNED),
            side_to_mid_db: reader.number("side_to_mid_db", LEVEL_DB),
            balance_db: reader.number("balance_db", LEVEL_DB),
            mono_fold_down_lu: reader.number("mono_fold_down_lu", LEVEL_DB),
            dc_offset: reader.pair("dc_offset", OFFSET).unwrap_or_default(),
        },
        spectrum: read_spectrum(reader),
        bands: reader.objects("bands", (NUM_STEREO_BANDS, None), read_band),
        sections: reader.objects("sections", (MAX_SECTIONS, None), read_section),
        blocks: reader.field("map", read_map).unwrap_or_default(),
        ..Features::default()
    }
}

/// How loud it plays is not kept: it follows from the loudness of the file.
fn read_levels(reader: &mut Reader<'_>, num_channels: usize) -> Levels {
    let mut level = |name| reader.number(name, LEVEL_DB);
    let integrated_lufs = level("integrated_lufs");
    Levels {
        integrated_lufs,
        playback_lufs: integrated_lufs.map(|lufs| lufs + playback_gain_lu(num_channels)),
        max_short_term_lufs: level("max_short_term_lufs"),
        max_momentary_lufs: level("max_momentary_lufs"),
        loudness_range_lu: level("loudness_range_lu"),
        true_peak_dbtp: level("true_peak_dbtp"),
        sample_peak_dbfs: level("sample_peak_dbfs"),
        plr_db: level("plr_db"),
        psr_min_db: level("psr_min_db"),
        psr_p10_db: level("psr_p10_db"),
    }
}

/// Frequencies that do not rise are of no spectrum, and levels that are not as many have no place in it.
fn read_spectrum(reader: &mut Reader<'_>) -> Spectrum {
    let rising = |value: &Value| {
        let list = value.as_array().filter(|list| list.len() <= MAX_BANDS);
        let frequency = |value: &Value| value.as_f64().filter(|hz| *hz > 0.0 && FREQUENCY_HZ.contains(hz));
        let all = list.and_then(|list| list.iter().map(frequency).collect::<Option<Vec<f64>>>());
        all.filter(|all| all.is_sorted_by(|a, b| a < b)).into()
    };
    let frequencies_hz: Vec<f64> = reader.field("frequencies_hz", rising).unwrap_or_default();
    let mut levels = |name| {
        let levels = reader.series(name, MAX_BANDS, LEVEL_DB);
        if levels.len() != frequencies_hz.len() && !levels.is_empty() {
            reader.refuse(name);
        }
        levels.into_iter().chain(std::iter::repeat(None)).take(frequencies_hz.len()).collect::<Vec<_>>()
    };
    let (mid_db, side_db) = (levels("mid_db"), levels("side_db"));
    Spectrum { frequencies_hz, mid_db, side_db }
}

fn read_band(reader: &mut Reader<'_>) -> Option<StereoMeasures> {
    let low_hz = reader.number("low_hz", FREQUENCY_HZ)?;
    Some(StereoMeasures {
        low_hz,
        high_hz: reader.field("high_hz", |value| number(value, &(low_hz..=*FREQUENCY_HZ.end())))?,
        correlation: reader.number("correlation", SIGNED),
        side_to_mid_db: reader.number("side_to_mid_db", LEVEL_DB),
        balance_db: reader.number("balance_db", LEVEL_DB),
    })
}

fn read_section(reader: &mut Reader<'_>) -> Option<Section> {
    let start_s = reader.number("start_s", PLACE_S)?;
    let tag = |value: &Value| value.as_str().and_then(Tag::from_key).into();
    Some(Section {
        start_s,
        end_s: reader.field("end_s", |value| number(value, &(start_s..=DAY_S)))?,
        loudness_lufs: reader.number("loudness_lufs", LEVEL_DB),
        label: reader.text("label", 40).unwrap_or_default(),
        tags: reader.list("tags", Tag::ALL.len(), tag),
    })
}

/// Points in song order; one that is not to be placed leaves the others where they are.
fn read_map(value: &Value) -> Taken<Vec<Block>> {
    let Some(points) = value.as_array() else { return Taken::Not };
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_whole = points.len() <= MAX_READ_POINTS;
    for point in points.iter().take(MAX_READ_POINTS) {
        match numbers::<3>(point, &[PLACE_S, POWER, PEAK]) {
            Taken::Whole([start_s, power, peak]) if blocks.last().is_none_or(|last| last.start_s < start_s) => {
                blocks.push(Block::new(start_s, power, peak));
            }
            _ => is_whole = false,
        }
    }
    if is_whole { Taken::Whole(blocks) } else { Taken::Near(blocks) }
}

impl From<&Features> for SavedHeard {
    fn from(features: &Features) -> Self {
        let (levels, stereo) = (&features.levels, &features.stereo);
        Self {
            sample_rate_hz: features.sample_rate_hz,
            channels: features.num_channels,
            duration_s: features.duration_s,
            heard_s: features.heard_s,
            active_s: features.active_s,
            share: features.share,
            dropped_frames: features.num_dropped_frames,
            not_numbers: features.num_non_finite,
            integrated_lufs: levels.integrated_lufs,
            max_short_term_lufs: levels.max_short_term_lufs,
            max_momentary_lufs: levels.max_momentary_lufs,
            loudness_range_lu: levels.loudness_range_lu,
            true_peak_dbtp: levels.true_peak_dbtp,
            sample_peak_dbfs: levels.sample_peak_dbfs,
            plr_db: levels.plr_db,
            psr_min_db: levels.psr_min_db,
            psr_p10_db: levels.psr_p10_db,
            correlation: stereo.correlation,
            side_to_mid_db: stereo.side_to_mid_db,
            balance_db: stereo.balance_db,
            mono_fold_down_lu: stereo.mono_fold_down_lu,
            dc_offset: stereo.dc_offset,
            frequencies_hz: features.spectrum.frequencies_hz.clone(),
            mid_db: features.spectrum.mid_db.clone(),
            side_db: features.spectrum.side_db.clone(),
            bands: features.bands.iter().map(SavedBand::from).collect(),
            sections: features.sections.iter().map(SavedSection::from).collect(),
            map: map_of(&features.blocks),
        }
    }
}

impl From<&StereoMeasures> for SavedBand {
    fn from(band: &StereoMeasures) -> Self {
        Self {
            low_hz: band.low_hz,
            high_hz: band.high_hz,
            correlation: band.correlation,
            side_to_mid_db: band.side_to_mid_db,
            balance_db: band.balance_db,
        }
    }
}

impl From<&Section> for SavedSection {
    fn from(section: &Section) -> Self {
        Self {
            start_s: section.start_s,
            end_s: section.end_s,
            loudness_lufs: section.loudness_lufs,
            label: section.label.clone(),
            tags: section.tags.iter().map(|tag| tag.key().to_owned()).collect(),
        }
    }
}

/// Blocks as they were heard, or as many of them joined as it takes: mean power, highest peak. What is read of it and
/// saved again is the same.
fn map_of(blocks: &[Block]) -> Vec<[f64; 3]> {
    let first_s = blocks.first().map_or(0.0, |block| block.start_s);
    let num_cells = blocks.last().map_or(0.0, |block| (block.start_s - first_s) / BLOCK_S + 1.0);
    let joined = if blocks.len() > MAX_POINTS { (num_cells / MAX_POINTS as f64).ceil() } else { 0.0 };
    // The place of a block is its start but for what an `f64` rounds.
    let cell = |block: &Block| match joined > 0.0 {
        true => ((block.start_s - first_s) / BLOCK_S / joined + 1e-3).floor(),
        false => hundredths(block.start_s),
    };
    let point = |joined: &[Block]| {
        let power = joined.iter().map(|block| block.power()).sum::<f64>() / joined.len() as f64;
        let peak = joined.iter().map(|block| block.peak()).fold(0.0, f64::max);
        [hundredths(joined[0].start_s), three_digits(power), three_digits(peak)]
    };
    let mut map: Vec<[f64; 3]> = blocks.chunk_by(|a, b| cell(a) == cell(b)).map(point).collect();
    map.dedup_by_key(|[start_s, ..]| *start_s);
    map
}

fn hundredths(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}

/// A number to three digits: 0.02 dB of a power, 0.04 dB of a peak. The same digits come of it once it was an `f32`,
/// whose digits are fewer further down.
fn three_digits(number: f64) -> f64 {
    if number < SMALLEST { 0.0 } else { format!("{number:.2e}").parse().unwrap_or(number) }
}
