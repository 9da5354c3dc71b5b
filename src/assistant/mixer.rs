//! What belongs back in the mix: one sentence to act on for each, the worst first.

use super::findings::{Finding, FindingClass, FindingKind};
use super::sentences::found;
use super::strength::strength;
use super::{MixerNote, Severity};
use crate::analysis::Features;

/// What the person at the mix can do about it; `None` for kinds that are mended here or are nobody's fault.
fn advice(finding: &Finding) -> Option<&'static str> {
    use FindingKind::*;
    Some(match finding.kind {
        PhaseInverted if !finding.places_s.is_empty() => "turn the polarity of one channel back there, and print again",
        Hum => "find the ground loop or take it out of the track that has it",
        Clicks => "look for edits without a fade and for buffers that ran dry, and print again",
        Dropout => "print again; a plugin or a disk did not keep up",
        Noise => "gate or clean the tracks that hiss before they are summed",
        Clipping => "lower the bus, or the plugin on it that clips, and print with headroom",
        OverLimited => "send it without the limiter on the bus",
        OverCompressed => "ease the compressor on the bus, or send a print without it",
        OutOfPhase => "check the polarity of wide tracks and stereo wideners there",
        MissingChannel => "check the routing and print again",
        IdenticalChannels | Mono => "if stereo was meant, check the pan and the bounce",
        DcOffset => "look for the track or the device that is off the middle",
        TooNarrow => "if more width was meant, open the pan there",
        TooDynamic => "ride the quiet passages there",
        IntersamplePeaks => "print it a decibel lower; the ceiling here holds them for delivery",
        SilenceHead => "trim the start when it is not meant",
        SilenceTail => "trim the end when it is not meant",
        _ => return None,
    })
}

/// How bad it is. High is what no mastering mends and every listener hears; records that were clipped on purpose carry
/// it as a remark. Of the others, what is barely over its edge is small, and what is far over it is not.
fn severity(finding: &Finding, features: &Features) -> Severity {
    use FindingKind::*;
    let size = strength(finding);
    let value = finding.evidence.value;
    let is_unmastered = features.levels.plr_db.is_some_and(|plr| plr > UNMASTERED_PLR_DB);
    match finding.kind {
        MissingChannel | PhaseInverted => Severity::High,
        Dropout if finding.places_s.len() >= 3 => Severity::High,
        Hum if size >= 2.2 => Severity::High,
        Noise if value > -42.0 => Severity::High,
        Clicks if value > 120.0 => Severity::High,
        Clipping if value > 300.0 && is_unmastered => Severity::High,
        Clipping if !is_unmastered => Severity::Low,
        DcOffset => Severity::Low,
        Hum | Dropout | OutOfPhase | Clipping | OverLimited | IdenticalChannels | Mono => Severity::Medium,
        Noise | Clicks if size >= BARELY => Severity::Medium,
        _ if size >= FAR => Severity::Medium,
        _ => Severity::Low,
    }
}

/// Barely over its edge, and far over it, as a strength.
const BARELY: f64 = 1.5;
const FAR: f64 = 2.5;

/// Among notes of one severity the stronger finding comes first. One whose value is a share or a count grows without end, so
/// it counts half of what is over its edge; an offset of the waveform is not heard, so it counts a quarter; one channel where
/// two were meant has no size, and counts as far over its edge.
fn rank(finding: &Finding) -> f64 {
    let size = strength(finding);
    match finding.kind {
        FindingKind::Clipping => 1.0 + (size - 1.0).min(1.0) / 2.0,
        FindingKind::DcOffset => 1.0 + (size - 1.0).min(1.0) / 4.0,
        FindingKind::IdenticalChannels | FindingKind::Mono => size.clamp(FAR, 2.0 * FAR),
        _ => size,
    }
}

/// Peaks that stand so far over the loudness have not been through a limiter that lowered them (`dsp.md` section 8.2: masters of
/// loud kinds have 6–11 dB).
const UNMASTERED_PLR_DB: f64 = 12.0;

/// The notes, and the class of what they are about.
pub fn notes(findings: &mut [Finding], features: &Features) -> Vec<MixerNote> {
    let mut notes = Vec::new();
    for finding in findings.iter_mut() {
        let Some(advice) = advice(finding) else { continue };
        if finding.class == FindingClass::None {
            finding.class = FindingClass::Mixer;
        }
        let evidence = &finding.evidence;
        let note = MixerNote {
            kind: finding.kind,
            severity: severity(finding, features),
            from_s: evidence.from_s,
            to_s: evidence.to_s,
            sentence: format!("{}: {advice}.", found(finding)),
        };
        notes.push((note, rank(finding)));
    }
    notes.sort_by(|a, b| (b.0.severity, b.1).partial_cmp(&(a.0.severity, a.1)).unwrap_or(std::cmp::Ordering::Equal));
    notes.into_iter().map(|(note, _)| note).collect()
}
