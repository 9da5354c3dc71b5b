//! Sentences of moves, from their numbers: what was measured, what records have, what the move does.

use super::clock::clock;
use super::explain::{db_text, number_text};
use super::findings::{Finding, FindingKind};
use super::moves::{Reason, hz_text};
use super::ranges::{NUM_TONE, TONE_PLACES};
use super::tone::Tone;
use crate::analysis::NOMINAL_HZ;

/// The words of a move.
pub struct Words {
    /// Why.
    pub sentence: String,
    /// What would withdraw it.
    pub withdraw_if: String,
}

/// "in 68 % of the song, from 0:48 to 1:12", or "all through the song".
pub fn where_text(finding: &Finding) -> String {
    let evidence = &finding.evidence;
    if evidence.share > 0.9 {
        return "all through the song".to_owned();
    }
    let share = (evidence.share * 100.0).round().max(1.0);
    format!("in {share} % of the song, from {} to {}", clock(evidence.from_s), clock(evidence.to_s))
}

fn band_text(finding: &Finding) -> String {
    match (finding.evidence.low_hz, finding.evidence.high_hz) {
        (Some(low), Some(high)) if high / low < 1.2 => hz_text((low * high).sqrt()),
        (Some(low), Some(high)) => range_text(low, high),
        _ => String::new(),
    }
}

/// "450–900 Hz", "800 Hz–2.4 kHz".
fn range_text(low: f64, high: f64) -> String {
    let (first, second) = (hz_text(low), hz_text(high));
    let unit = |text: &str| text.rsplit(' ').next().unwrap_or_default().to_owned();
    let first = if unit(&first) == unit(&second) { first.split(' ').next().unwrap_or_default() } else { &first };
    format!("{first}\u{2013}{second}")
}

/// A count or a share, without decimals.
fn count(value: f64) -> String {
    format!("{value:.0}").replace('-', "\u{2212}")
}

/// What was found, in words: the first half of a move's sentence and of a note.
pub fn found(finding: &Finding) -> String {
    use FindingKind::*;
    let evidence = &finding.evidence;
    let (value, [low, high]) = (evidence.value, evidence.expected);
    let number = number_text;
    let place = where_text(finding);
    match finding.kind {
        Boom | Mud | Boxy | Harsh | Bright => format!(
            "{} is {} louder than the rest of this song lets expect, {place}; records stay within {}",
            band_text(finding),
            number(value) + " dB",
            db_text(high)
        ),
        Dull | Thin => format!(
            "{} is {} quieter than the rest of this song lets expect, {place}; records stay within {}",
            band_text(finding),
            number(-value) + " dB",
            db_text(low)
        ),
        Sibilance => format!(
            "The sharpest esses stand {} over the body of the sound at 5\u{2013}9 kHz, {place}; up to {} is usual",
            db_text(value),
            db_text(high)
        ),
        Resonance => format!(
            "{} rings {} dB over what is beside it whatever is played, {place}; steady notes reach {} dB there",
            band_text(finding),
            number(value),
            number(high)
        ),
        SubRumble => format!(
            "Below 22 Hz, where no note is, there is {}",
            if value >= 0.0 {
                format!("{} dB more than in the bass", number(value))
            } else {
                format!("only {} dB less than in the bass", number(-value))
            }
        ),
        DcOffset => {
            format!(
                "The waveform is off the middle by an offset {} dB under its level; it takes headroom and nothing else",
                number(-value)
            )
        }
        Hum => format!(
            "Mains hum at {} and its multiples stands {} dB out of the music",
            evidence.low_hz.map_or_else(String::new, hz_text),
            number(value)
        ),
        Clicks => format!("{} clicks a minute, the first at {}", count(value), clock(evidence.from_s)),
        Dropout => format!("The sound drops out for moments, the first time at {}", clock(evidence.from_s)),
        Noise => format!("Steady noise lies {} dB under the song where it is bare", number(-value)),
        Clipping => format!("{} peaks a minute are cut flat, from {} on", count(value), clock(evidence.from_s)),
        OverLimited => {
            format!("{} % of all moments touch the same ceiling: a limiter never rests", count(100.0 * value))
        }
        OverCompressed => format!(
            "The level swings {} of what its bands swing, where {} and more is usual: a compressor holds it, {place}",
            count(100.0 * value) + " %",
            count(100.0 * low) + " %"
        ),
        TooDynamic => format!(
            "Quiet and loud passages are {} LU apart; up to {} is usual for such music",
            number(value),
            number(high)
        ),
        WideBass => format!(
            "Below 120 Hz the side is {} against the middle: a mono player loses half of the bass",
            db_text(value)
        ),
        PhaseInverted if !finding.places_s.is_empty() => format!(
            "One channel is inverted {place}{}, and not in the rest, so that bass and voice are gone in mono there",
            match finding.places_s.len() {
                1 => String::new(),
                count => format!(", {count} times"),
            }
        ),
        PhaseInverted => {
            "Left and right work against each other in bass and voice all through the song: one channel is inverted"
                .to_owned()
        }
        OutOfPhase => format!("Left and right work against each other {place}; there the sound thins out in mono"),
        TooWide => format!(
            "From 500 Hz to 6 kHz the side is {} against the middle; records stay under {}",
            db_text(value),
            db_text(high)
        ),
        TooNarrow => format!(
            "From 500 Hz to 6 kHz the side is {} dB under the middle; records have {} or more",
            number(-value),
            db_text(low)
        ),
        Mono => "Left and right differ by next to nothing: the song is mono in a stereo file".to_owned(),
        MissingChannel => format!("The {} channel is silent", if value > 0.0 { "right" } else { "left" }),
        IdenticalChannels => "Left and right are the same to the last bit: a mono song in a stereo file".to_owned(),
        Imbalance => format!(
            "What belongs in the middle leans {} to the {}",
            number(value.abs()) + " dB",
            if value > 0.0 { "left" } else { "right" }
        ),
        IntersamplePeaks => format!("Between the samples peaks reach {} dBTP", number(value)),
        SilenceHead => format!("{} s of silence before the first sound", number(value)),
        SilenceTail => format!("{} s of silence after the last sound", number(value)),
    }
}

/// A move that mends a finding.
pub fn of_move(finding: &Finding, title: &str, after: f64) -> Words {
    let evidence = &finding.evidence;
    let is_over = evidence.value > evidence.expected[1];
    let (edge, bound) = if is_over { (evidence.expected[1], "at most") } else { (evidence.expected[0], "at least") };
    let (result, withdraw_if) = match unit_of(finding.kind) {
        Some(unit) => (
            format!(" brings {} {unit} to {}", number_text(evidence.value), number_text(after)),
            format!("It measures {bound} {} {unit}.", number_text(edge)),
        ),
        None => (", which mends it".to_owned(), "It is meant to be so.".to_owned()),
    };
    Words { sentence: format!("{}: {title}{result}.", found(finding)), withdraw_if }
}

/// Unit of a kind's value, where a number tells a person something.
fn unit_of(kind: FindingKind) -> Option<&'static str> {
    use FindingKind::*;
    match kind {
        Boom | Mud | Boxy | Harsh | Bright | Dull | Thin | Sibilance | Resonance | SubRumble | Hum | WideBass
        | TooWide | TooNarrow | Imbalance => Some("dB"),
        TooDynamic => Some("LU"),
        _ => None,
    }
}

/// The move for the tone as a whole.
pub fn of_tone(tone: &Tone, rms_db: f64, (after_db, edge_db): (f64, f64), title: &str, is_referred: bool) -> Words {
    let extreme = |sign: f64| {
        (0..NUM_TONE)
            .filter(|&band| tone.is_judged[band])
            .max_by(|&a, &b| (sign * tone.excess_db[a]).total_cmp(&(sign * tone.excess_db[b])))
            .filter(|&band| sign * tone.excess_db[band] > 0.5)
            .map(|band| (hz_text(NOMINAL_HZ[band + TONE_PLACES.start]), tone.excess_db[band].abs()))
    };
    let side =
        |at: Option<(String, f64)>, word: &str| at.map(|(hz, db)| format!("{} dB {word} around {hz}", number_text(db)));
    let parts: Vec<String> =
        [side(extreme(1.0), "too much"), side(extreme(-1.0), "too little")].into_iter().flatten().collect();
    let parts = parts.join(" and ");
    let sentence = if is_referred {
        format!(
            "Against the reference this song has {parts}, {} dB in the mean of all bands: {title} leaves {}.",
            number_text(rms_db),
            number_text(after_db)
        )
    } else {
        format!(
            "The balance lies outside that of records as percussive and as dense as this one: {parts} that the song itself does \
             not explain, {} dB in the mean of all bands; {title} leaves {}.",
            number_text(rms_db),
            number_text(after_db)
        )
    };
    Words { sentence, withdraw_if: format!("What departs falls under {} dB in the mean.", number_text(edge_db)) }
}

/// A move that the brief or the references ask for.
pub fn of_reason(reason: Reason, title: &str) -> Words {
    match reason {
        Reason::Asked(wish) => of_wish(wish, title),
        Reason::Reference { metric, value, wanted, band_hz } => {
            let (what, words) = match metric {
                "side_to_mid_db" => ("Side against mid", ["wider", "narrower"]),
                _ => ("The swing of level within half a second", ["less dense", "denser"]),
            };
            let place =
                band_hz.map_or(String::new(), |(low, high)| format!(" between {} and {}", hz_text(low), hz_text(high)));
            let sentence = format!(
                "{what}{place} is {} dB, in the references {} dB within {}: this song is {}; {title}.",
                number_text(value),
                number_text(wanted.mean),
                number_text(wanted.spread),
                words[usize::from(value <= wanted.mean)]
            );
            let withdraw_if = "The references are changed or taken out of the brief.".to_owned();
            Words { sentence, withdraw_if }
        }
    }
}

/// A move that the brief asks for.
fn of_wish(wish: &str, title: &str) -> Words {
    Words {
        sentence: format!("You asked for {wish}: {title}. Nothing that was measured asks for it."),
        withdraw_if: format!("The brief no longer asks for {wish}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::Evidence;
    use crate::assistant::findings::FindingClass;

    /// What no sentence says: it was measured or it was not, and whose taste it is to is the engineer's to say.
    const FORBIDDEN: [&str; 12] = [
        "better",
        "improve",
        "enhance",
        "perfect",
        "magic",
        "polish",
        "professional",
        "punchy",
        "wow",
        "pleasing",
        " AI ",
        "optimal",
    ];

    fn finding(kind: FindingKind, value: f64) -> Finding {
        let evidence = Evidence {
            metric: kind.metric(),
            value,
            expected: [-3.0, 5.0],
            low_hz: Some(180.0),
            high_hz: Some(560.0),
            from_s: 48.0,
            to_s: 72.4,
            share: 0.68,
        };
        Finding { kind, class: FindingClass::None, evidence, places_s: Vec::new() }
    }

    #[test]
    fn every_kind_speaks_plainly_and_promises_nothing() {
        for &kind in FindingKind::ALL {
            for value in [-45.0, 0.4, 8.2] {
                let finding = finding(kind, value);
                let words = of_move(&finding, "\u{2212}3.2 dB at 320 Hz, Q 1.0", 5.1);
                for text in [&words.sentence, &words.withdraw_if] {
                    assert!(!FORBIDDEN.iter().any(|word| text.contains(word)), "{text}");
                    assert!(text.ends_with('.') && !text.contains("  ") && !text.contains(".."), "{text}");
                    let is_start = |first: char| first.is_uppercase() || first.is_numeric() || first == '\u{2212}';
                    assert!(text.chars().next().is_some_and(is_start), "{text}");
                    assert!(!text.contains(" -") && !text.contains("NaN"), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_sentence_is_made_of_its_numbers() {
        let words = of_move(&finding(FindingKind::Mud, 8.2), "\u{2212}3.2 dB at 320 Hz, Q 1.0", 5.1);
        assert_eq!(
            words.sentence,
            "180\u{2013}560 Hz is 8.2 dB louder than the rest of this song lets expect, in 68 % of the song, from 0:48 to 1:12; \
             records stay within +5.0 dB: \u{2212}3.2 dB at 320 Hz, Q 1.0 brings 8.2 dB to 5.1."
        );
        assert_eq!(words.withdraw_if, "It measures at most 5.0 dB.");
    }
}
