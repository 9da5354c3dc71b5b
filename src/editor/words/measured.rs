//! Measurements, findings and places in words.

use crate::assistant::findings::FindingKind;
use crate::assistant::{Change, Evidence, Severity};

use super::{decimals, number, time};

/// A metric's name within a sentence, and its unit.
fn metric(metric: &str) -> (&str, &'static str) {
    match metric {
        "integrated_lufs" => ("loudness", "LUFS"),
        "max_short_term_lufs" => ("loudest 3 s", "LUFS"),
        "max_momentary_lufs" => ("loudest moment", "LUFS"),
        "loudness_range_lu" => ("loudness range", "LU"),
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
        "correlation" => ("correlation", ""),
        "balance_db" => ("left to right", "dB"),
        "silence_s" => ("silence", "s"),
        other => (other, ""),
    }
}

/// A metric's value without its unit.
fn bare(metric_name: &str, value: f64) -> String {
    match metric(metric_name).1 {
        "%" => decimals(value * 100.0, 0),
        "" => decimals(value, 2),
        _ => number(value),
    }
}

/// A metric's value with its unit.
fn unit_value(metric_name: &str, value: f64) -> String {
    format!("{} {}", bare(metric_name, value), metric(metric_name).1).trim_end().to_owned()
}

/// A measurement before and after, for a card: "loudness −18.2 to −14.0 LUFS".
pub fn change(change: &Change) -> String {
    let (name, _) = metric(change.metric);
    format!("{name} {} to {}", bare(change.metric, change.before), unit_value(change.metric, change.after))
}

/// What was measured against what was expected: "3.1 dB, expected −2.0 to 2.5 dB". Where the range is open, or the
/// value lies beyond an end that others may call open, its one end.
pub fn expected(evidence: &Evidence) -> String {
    let (metric_name, value, [low, high]) = (evidence.metric, evidence.value, evidence.expected);
    let is_open = low <= -120.0 || low == 0.0 || high == 0.0;
    let range = match () {
        () if is_open && value > high => format!("at most {}", unit_value(metric_name, high)),
        () if is_open && value < low => format!("at least {}", unit_value(metric_name, low)),
        () => format!("{} to {}", bare(metric_name, low), unit_value(metric_name, high)),
    };
    format!("{}, expected {range}", unit_value(metric_name, value))
}

/// A place in the song: "0:48–1:52", or one moment.
pub fn place(from_s: f64, to_s: f64) -> String {
    let (from, to) = (time(from_s), time(to_s));
    if from == to { from } else { format!("{from}\u{2013}{to}") }
}

/// Name of a kind of finding.
pub fn kind(kind: FindingKind) -> String {
    match kind {
        FindingKind::DcOffset => "DC offset".to_owned(),
        FindingKind::OverLimited => "Over-limited".to_owned(),
        FindingKind::OverCompressed => "Over-compressed".to_owned(),
        FindingKind::IntersamplePeaks => "Inter-sample peaks".to_owned(),
        FindingKind::SilenceHead => "Silence at the start".to_owned(),
        FindingKind::SilenceTail => "Silence at the end".to_owned(),
        kind => {
            let mut letters = kind.key().chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>().replace('_', " ")
        }
    }
}

/// How bad a note for the mixer is.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "Fix in the mix",
        Severity::Medium => "Worth a look",
        Severity::Low => "Small",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_names_its_range_or_the_end_that_it_passed() {
        let evidence = |metric, value, expected| Evidence {
            metric,
            value,
            expected,
            low_hz: None,
            high_hz: None,
            from_s: 0.0,
            to_s: 0.0,
            share: 1.0,
        };
        assert_eq!(expected(&evidence("band_excess_db", 3.1, [-2.0, 2.5])), "3.1 dB, expected \u{2212}2.0 to 2.5 dB");
        assert_eq!(expected(&evidence("pinned_share", 0.31, [0.0, 0.1])), "31 %, expected at most 10 %");
        assert_eq!(
            expected(&evidence("noise_floor_lu", -40.0, [-120.0, -55.0])),
            "\u{2212}40.0 LU, expected at most \u{2212}55.0 LU"
        );
    }

    #[test]
    fn kinds_have_names() {
        assert_eq!(kind(FindingKind::WideBass), "Wide bass");
        assert_eq!(kind(FindingKind::DcOffset), "DC offset");
    }
}
