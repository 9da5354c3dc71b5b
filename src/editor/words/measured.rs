//! Measurements, findings and places in words.

use crate::assistant::{Change, Evidence, Severity};

use crate::report::words::metric;

use super::{decimals, number, time};

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

/// What was measured against what was expected: "3.1 dB, expected −2.0 to 2.5 dB". Where the range is open at
/// one end, the other.
pub fn expected(evidence: &Evidence) -> String {
    let (measured, expected) = measured_and_expected(evidence);
    format!("{measured}, expected {expected}")
}

/// The same in two.
pub fn measured_and_expected(evidence: &Evidence) -> (String, String) {
    let metric_name = evidence.metric;
    let range = match evidence.bounds() {
        [None, Some(high)] => format!("at most {}", unit_value(metric_name, high)),
        [Some(low), None] => format!("at least {}", unit_value(metric_name, low)),
        _ => {
            let [low, high] = evidence.expected;
            format!("{} to {}", bare(metric_name, low), unit_value(metric_name, high))
        }
    };
    (unit_value(metric_name, evidence.value), range)
}

/// A place in the song: "0:48–1:52", or one moment.
pub fn place(from_s: f64, to_s: f64) -> String {
    let (from, to) = (time(from_s), time(to_s));
    if from == to { from } else { format!("{from}\u{2013}{to}") }
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
        assert_eq!(expected(&evidence("band_excess_db", 7.2, [-60.0, 6.5])), "7.2 dB, expected at most 6.5 dB");
        assert_eq!(
            expected(&evidence("band_excess_db", -8.0, [-5.5, 60.0])),
            "\u{2212}8.0 dB, expected at least \u{2212}5.5 dB"
        );
    }
}
