//! Numbers, times and findings as pictures and terminals write them (`DESIGN.md` section 7).

use crate::assistant::findings::FindingKind;
use crate::assistant::{Evidence, clock, clock_tenths, db_text, number_text};

/// No decimals, typographic minus.
pub fn whole(value: f64) -> String {
    number_text(value.round()).trim_end_matches(".0").to_owned()
}

/// `1:07`; with tenths where the steps of an axis are shorter than a second.
pub fn time(seconds: f64, has_tenths: bool) -> String {
    if has_tenths { clock_tenths(seconds) } else { clock(seconds) }
}

/// `50`, `1k`: a place on a frequency axis.
pub fn axis_hz(frequency_hz: f64) -> String {
    if frequency_hz < 1000.0 { format!("{frequency_hz:.0}") } else { format!("{:.0}k", frequency_hz / 1000.0) }
}

/// A finding's kind: "Sub rumble".
pub fn kind(kind: FindingKind) -> String {
    match kind.key() {
        "dc_offset" => "DC offset".to_owned(),
        "over_limited" => "Over-limited".to_owned(),
        "over_compressed" => "Over-compressed".to_owned(),
        "intersample_peaks" => "Inter-sample peaks".to_owned(),
        "silence_head" => "Silence at the start".to_owned(),
        "silence_tail" => "Silence at the end".to_owned(),
        key => {
            let (first, rest) = key.split_at(1);
            format!("{}{}", first.to_uppercase(), rest.replace('_', " "))
        }
    }
}

/// What was measured, in the unit that the metric's name ends in: "+3.1 dB", "12 per minute".
pub fn value(evidence: &Evidence) -> String {
    let value = evidence.value;
    let unit = |unit: &str| format!("{} {unit}", number_text(value));
    match evidence.metric.rsplit('_').next().unwrap_or_default() {
        "db" if evidence.metric.contains("excess") => db_text(value),
        "db" => unit("dB"),
        "lu" => unit("LU"),
        "dbtp" => unit("dBTP"),
        "s" => unit("s"),
        "minute" if value >= 9.95 => format!("{value:.0} per minute"),
        "minute" => unit("per minute"),
        "share" => format!("{:.0} %", value * 100.0),
        _ => format!("{value:.2}").replace('-', "\u{2212}"),
    }
}

/// A metric's name within a sentence, and its unit.
pub fn metric(metric: &str) -> (&str, &'static str) {
    match metric {
        "integrated_lufs" => ("loudness", "LUFS"),
        "playback_lufs" => ("loudness as it plays", "LUFS"),
        "max_short_term_lufs" => ("loudest 3 s", "LUFS"),
        "max_momentary_lufs" => ("loudest moment", "LUFS"),
        "loudness_range_lu" => ("loudness range", "LU"),
        "section_contrast_lu" => ("contrast between sections", "LU"),
        "true_peak_dbtp" => ("true peak", "dBTP"),
        "sample_peak_dbfs" => ("sample peak", "dBFS"),
        "plr_db" => ("peak to loudness", "dB"),
        "psr_min_db" => ("least peak to short-term", "dB"),
        "limiter_reduction_db" => ("most gain reduction", "dB"),
        "crest_loss_db" => ("crest lost where loudest", "dB"),
        "band_excess_db" => ("that band\u{2019}s excess", "dB"),
        "ess_excess_db" => ("s sounds", "dB"),
        "prominence_db" => ("prominence", "dB"),
        "rumble_over_bass_db" => ("rumble to bass", "dB"),
        "dc_over_rms_db" => ("offset to level", "dB"),
        "hum_prominence_db" => ("hum", "dB"),
        "clicks_per_minute" => ("clicks", "a minute"),
        "dropouts_per_minute" => ("dropouts", "a minute"),
        "flat_tops_per_minute" => ("flat tops", "a minute"),
        "noise_floor_lu" => ("noise under the music", "LU"),
        "pinned_share" => ("pinned to the ceiling", "%"),
        "level_spread_share" => ("spread of levels", "%"),
        "negative_correlation_share" => ("out of phase", "%"),
        "identical_share" => ("identical", "%"),
        "loudness_spread_lu" => ("spread of loudness", "LU"),
        "side_to_mid_db" => ("side to mid", "dB"),
        "level_spread_db" => ("swing of level", "dB"),
        "correlation" => ("correlation", ""),
        "balance_db" => ("left to right", "dB"),
        "tone_departure_db" => ("tone off the range", "dB"),
        "slope_db_per_octave" => ("slope", "dB per octave"),
        "silence_s" => ("silence", "s"),
        other => (other, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_frequencies_read_as_on_the_editor() {
        assert_eq!(time(67.04, false), "1:07");
        assert_eq!(time(0.5, true), "0:00.5");
        assert_eq!(time(10_800.0, false), "180:00");
        assert_eq!((axis_hz(50.0), axis_hz(10_000.0)), ("50".to_owned(), "10k".to_owned()));
        assert_eq!(kind(FindingKind::WideBass), "Wide bass");
        assert_eq!(kind(FindingKind::DcOffset), "DC offset");
        assert_eq!((whole(-6.0), whole(-0.2)), ("\u{2212}6".to_owned(), "0".to_owned()));
    }
}
