//! What departs from what is normal: every kind of finding, each measured against its expected range.

mod damage;
mod dynamics;
mod edges;
mod low_end;
mod noise;
mod resonance;
mod sibilance;
mod stereo;
mod tone;
mod tone_prior;

pub(super) use tone_prior::{FEW_STROKES_DB, MANY_STROKES_DB, SPREAD_DB};

use super::Evidence;
use crate::analysis::{Features, TEXTURE_S, Texture, active};

/// Something measured, with the range in which it is normal.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Kind.
    pub kind: FindingKind,
    /// What is done about it.
    pub class: FindingClass,
    /// What was measured, where, and what was expected.
    pub evidence: Evidence,
    /// Where it is, if it is in places: `(from, to)` in seconds, in song order, the first [`MAX_PLACES`].
    pub places_s: Vec<(f64, f64)>,
}

/// Most places that are listed.
pub const MAX_PLACES: usize = 40;

/// What is done about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingClass {
    /// A Needed move mends it.
    Needed,
    /// A move that could be made mends it.
    Could,
    /// It belongs back in the mix.
    Mixer,
    /// Nothing is proposed.
    None,
}

/// Kinds of finding: a closed list that only grows (`cli.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it all; each is defined where it is measured
pub enum FindingKind {
    Boom,
    Mud,
    Boxy,
    Harsh,
    Sibilance,
    Dull,
    Bright,
    Thin,
    Resonance,
    SubRumble,
    DcOffset,
    Hum,
    Clicks,
    Dropout,
    Noise,
    Clipping,
    OverLimited,
    OverCompressed,
    TooDynamic,
    WideBass,
    PhaseInverted,
    OutOfPhase,
    TooWide,
    TooNarrow,
    Mono,
    MissingChannel,
    IdenticalChannels,
    Imbalance,
    IntersamplePeaks,
    SilenceHead,
    SilenceTail,
}

super::keys!(FindingKind {
    Boom = "boom",
    Mud = "mud",
    Boxy = "boxy",
    Harsh = "harsh",
    Sibilance = "sibilance",
    Dull = "dull",
    Bright = "bright",
    Thin = "thin",
    Resonance = "resonance",
    SubRumble = "sub_rumble",
    DcOffset = "dc_offset",
    Hum = "hum",
    Clicks = "clicks",
    Dropout = "dropout",
    Noise = "noise",
    Clipping = "clipping",
    OverLimited = "over_limited",
    OverCompressed = "over_compressed",
    TooDynamic = "too_dynamic",
    WideBass = "wide_bass",
    PhaseInverted = "phase_inverted",
    OutOfPhase = "out_of_phase",
    TooWide = "too_wide",
    TooNarrow = "too_narrow",
    Mono = "mono",
    MissingChannel = "missing_channel",
    IdenticalChannels = "identical_channels",
    Imbalance = "imbalance",
    IntersamplePeaks = "intersample_peaks",
    SilenceHead = "silence_head",
    SilenceTail = "silence_tail",
});
super::keys!(FindingClass { Needed = "needed", Could = "could", Mixer = "mixer", None = "none" });

impl FindingKind {
    /// Name of the metric that its evidence speaks of.
    pub fn metric(self) -> &'static str {
        use FindingKind::*;
        match self {
            Boom | Mud | Boxy | Harsh | Dull | Bright | Thin => "band_excess_db",
            Sibilance => "ess_excess_db",
            Resonance => "prominence_db",
            SubRumble => "rumble_over_bass_db",
            DcOffset => "dc_over_rms_db",
            Hum => "hum_prominence_db",
            Clicks => "clicks_per_minute",
            Dropout => "dropouts_per_minute",
            Noise => "noise_floor_lu",
            Clipping => "flat_tops_per_minute",
            OverLimited => "pinned_share",
            OverCompressed => "level_spread_share",
            TooDynamic => "loudness_spread_lu",
            WideBass | TooWide | TooNarrow | Mono => "side_to_mid_db",
            PhaseInverted => "correlation",
            OutOfPhase => "negative_correlation_share",
            MissingChannel | Imbalance => "balance_db",
            IdenticalChannels => "identical_share",
            IntersamplePeaks => "true_peak_dbtp",
            SilenceHead | SilenceTail => "silence_s",
        }
    }
}

impl Finding {
    /// Of the whole song.
    fn new(kind: FindingKind, value: f64, expected: [f64; 2]) -> Self {
        // Samples beyond all measure have powers that are no numbers; a report holds numbers only.
        let value = if value.is_nan() { 0.0 } else { value.clamp(-1e6, 1e6) };
        let evidence = Evidence {
            metric: kind.metric(),
            value,
            expected,
            low_hz: None,
            high_hz: None,
            from_s: 0.0,
            to_s: 0.0,
            share: 1.0,
        };
        Self { kind, class: FindingClass::None, evidence, places_s: Vec::new() }
    }

    /// In a band.
    fn in_band(mut self, low_hz: f64, high_hz: f64) -> Self {
        (self.evidence.low_hz, self.evidence.high_hz) = (Some(low_hz), Some(high_hz));
        self
    }

    /// Where some of the textures have it.
    fn at(mut self, song: &Song<'_>, has: impl Fn(&Texture) -> bool) -> Self {
        let flags: Vec<bool> = song.active.iter().map(|texture| has(texture)).collect();
        let num_with = flags.iter().filter(|&&has| has).count();
        // A finding of the whole song may lie under the edge in every single half second.
        if num_with == 0 {
            return self;
        }
        self.evidence.share = num_with as f64 / flags.len() as f64;
        let with: Vec<&&Texture> =
            song.active.iter().zip(&flags).filter(|(_, has)| **has).map(|(texture, _)| texture).collect();
        let stretches = with.chunk_by(|a, b| (b.idx - a.idx) as f64 * TEXTURE_S <= BRIDGED_S);
        let longest = stretches.max_by_key(|stretch| stretch.len()).unwrap_or(&with);
        // Where the longest stretch is the smaller part, it is here and there in all of them.
        let place = if longest.len() * 2 < with.len() { &with[..] } else { longest };
        if let [first, .., last] | [first @ last] = place {
            (self.evidence.from_s, self.evidence.to_s) = (first.start_s(), last.start_s() + TEXTURE_S);
        }
        self
    }

    /// In places, seconds; a share of those would mean nothing, so it is that of the song that they cover.
    fn in_places(mut self, song: &Song<'_>, mut places_s: Vec<(f64, f64)>) -> Self {
        places_s.sort_by(|a, b| a.0.total_cmp(&b.0));
        if let (Some(first), Some(last)) = (places_s.first(), places_s.last()) {
            (self.evidence.from_s, self.evidence.to_s) = (first.0, last.1);
            let covered: f64 = places_s.iter().map(|place| place.1 - place.0).sum();
            self.evidence.share = (covered / song.features.heard_s.max(1e-9)).min(1.0);
        }
        places_s.truncate(MAX_PLACES);
        self.places_s = places_s;
        self
    }

    /// Whether it departs from what is expected.
    pub fn is_outside(&self) -> bool {
        let [low, high] = self.evidence.expected;
        self.evidence.value < low || self.evidence.value > high
    }

    /// How far outside the expected range it lies, in half widths or in the range's own unit where it is one-sided.
    pub fn excess(&self) -> f64 {
        let [low, high] = self.evidence.expected;
        (low - self.evidence.value).max(self.evidence.value - high)
    }
}

/// Two half seconds with this less than this between them are of one stretch.
const BRIDGED_S: f64 = 4.0;

/// What every question is asked of.
struct Song<'a> {
    features: &'a Features,
    /// The half seconds that are no pause.
    active: Vec<&'a Texture>,
}

/// Every finding that departs from its range, in the order of the kinds.
pub fn findings(features: &Features) -> Vec<Finding> {
    measured(features).into_iter().filter(Finding::is_outside).collect()
}

/// Every kind that could be measured, within its range or not.
pub fn measured(features: &Features) -> Vec<Finding> {
    let song = Song { features, active: active(&features.textures) };
    if song.active.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    all.extend(tone::measure(&song));
    all.extend(sibilance::measure(&song));
    all.extend(resonance::measure(&song));
    all.extend(low_end::measure(&song));
    all.extend(noise::measure(&song));
    all.extend(damage::measure(&song));
    all.extend(dynamics::measure(&song));
    all.extend(stereo::measure(&song));
    all.extend(edges::measure(&song));
    let (start_s, end_s) = (song.active[0].start_s(), song.active[song.active.len() - 1].start_s() + TEXTURE_S);
    for finding in &mut all {
        if finding.evidence.to_s <= finding.evidence.from_s {
            (finding.evidence.from_s, finding.evidence.to_s) = (start_s, end_s);
        }
    }
    all.sort_by_key(|finding| finding.kind as usize);
    all
}
