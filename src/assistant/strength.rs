//! How much is a finding? Its value against the edge of its range, and from where on it has to be mended.

use super::findings::{Finding, FindingKind};

/// Decibels that make a finding twice as strong where its range ends below 0 dB or at it.
const DOUBLE_DB: f64 = 6.0;

/// 1 at the edge of the range, growing with the distance from it; below 1 inside.
pub fn strength(finding: &Finding) -> f64 {
    let [low, high] = finding.evidence.expected;
    let value = finding.evidence.value;
    let (edge, over) = if value < low { (low, low - value) } else { (high, value - high) };
    if over <= 0.0 {
        return 0.0;
    }
    if is_relative(finding.kind) { 1.0 + over / DOUBLE_DB } else { 1.0 + over / edge.abs().max(1e-9) }
}

/// Kinds whose edge is no measure of their size.
fn is_relative(kind: FindingKind) -> bool {
    use FindingKind::*;
    matches!(
        kind,
        SubRumble | DcOffset | Noise | WideBass | TooWide | TooNarrow | Mono | IntersamplePeaks | PhaseInverted
    )
}

/// Kinds that ask how loud a band is for this song.
pub fn is_of_tone(kind: FindingKind) -> bool {
    use FindingKind::*;
    matches!(kind, Boom | Mud | Boxy | Harsh | Sibilance | Dull | Bright | Thin | Resonance)
}

/// Kinds that ask how left and right go together.
pub fn is_of_image(kind: FindingKind) -> bool {
    use FindingKind::*;
    matches!(kind, WideBass | PhaseInverted | OutOfPhase | TooWide | TooNarrow | Imbalance)
}

/// From this strength on a move that mends it is Needed; `None` for kinds of which nothing is ever Needed here. Of 143 released
/// songs that the ranges come from, and nine finished ones beside them, no more than one in a hundred passes each of these.
pub fn needed_from(kind: FindingKind) -> Option<f64> {
    use FindingKind::*;
    Some(match kind {
        Boom | Boxy => 1.4,
        Harsh | Thin => 1.3,
        Dull => 1.5,
        Mud | Bright => 1.6,
        Resonance => 1.6,
        Sibilance => 2.0,
        SubRumble => 1.5,
        WideBass => 1.3,
        TooWide => 1.45,
        PhaseInverted => 1.015,
        Imbalance => 2.0,
        _ => return None,
    })
}
