//! A finished listening as a session keeps it: what the editor shows of it again after loading.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::assistant::findings::{Finding, FindingClass, FindingKind, MAX_PLACES};
use crate::assistant::{
    Brief, Change, Evidence, MixerNote, Move, MoveClass, Remeasured, Report, Severity, Verdict, VerdictKind,
    metric_name,
};
use crate::chain::Stage;
use crate::params::saved::Judged;

use super::heard::{SavedHeard, read_heard};
use super::read_setting;
use super::reader::{Reader, Taken, numbers};

/// Moves that are looked at, and findings, notes, and lines of any of them: several times what a report has. A frame goes
/// through all of them more than once.
const MAX_MOVES: usize = 40;
const MAX_LINES: usize = 100;
/// Longest text of a report that is shown, and longest key, characters.
const MAX_TEXT: usize = 1000;
const MAX_KEY: usize = 200;
/// A day: no place in a song lies further away, seconds.
pub(super) const DAY_S: f64 = 86_400.0;
/// What a measurement of a song may be, in whatever unit.
const VALUE: std::ops::RangeInclusive<f64> = -1e6..=1e6;
/// A share, with what rounding adds to it.
pub(super) const SHARE: std::ops::RangeInclusive<f64> = -1e-6..=1.000_001;
/// Frequencies, Hz.
pub(super) const FREQUENCY_HZ: std::ops::RangeInclusive<f64> = 0.0..=1e6;
/// Places in a song, seconds; a host may begin before its zero.
pub(super) const PLACE_S: std::ops::RangeInclusive<f64> = -DAY_S..=DAY_S;

#[derive(Clone, Serialize)]
pub(super) struct SavedReport {
    verdict: SavedVerdict,
    moves: Vec<SavedMove>,
    findings: Vec<SavedFinding>,
    for_the_mixer: Vec<SavedNote>,
    heard: SavedHeard,
}

#[derive(Clone, Serialize)]
struct SavedVerdict {
    kind: String,
    sentence: String,
    confidence: f64,
}

#[derive(Clone, Serialize)]
struct SavedMove {
    id: String,
    stage: String,
    class: String,
    title: String,
    sentence: String,
    confidence: f64,
    withdraw_if: String,
    settings: Map<String, Value>,
    evidence: Vec<SavedEvidence>,
    effect: Vec<SavedChange>,
    cost: Vec<SavedChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
    mitigation: bool,
}

/// What a move does and costs, measured anew.
#[derive(Clone, Serialize)]
pub(super) struct SavedOutcome {
    id: String,
    effect: Vec<SavedChange>,
    cost: Vec<SavedChange>,
}

#[derive(Clone, Serialize)]
struct SavedNote {
    kind: String,
    severity: String,
    from_s: f64,
    to_s: f64,
    sentence: String,
}

#[derive(Clone, Serialize)]
struct SavedEvidence {
    metric: String,
    value: f64,
    expected: [f64; 2],
    low_hz: Option<f64>,
    high_hz: Option<f64>,
    from_s: f64,
    to_s: f64,
    share: f64,
}

#[derive(Clone, Serialize)]
struct SavedFinding {
    kind: String,
    class: String,
    evidence: SavedEvidence,
    places_s: Vec<(f64, f64)>,
}

#[derive(Clone, Serialize)]
struct SavedChange {
    metric: String,
    before: f64,
    after: f64,
}

/// Reads a report; `None` where there is nothing of one.
pub(super) fn read(reader: &mut Reader<'_>, brief: &Brief) -> Option<Judged> {
    let verdict = reader.object("verdict", |reader| Some(read_verdict(reader)));
    let moves = reader.objects("moves", (MAX_MOVES, None), read_move);
    let findings = reader.objects("findings", (MAX_LINES, None), read_finding);
    let for_the_mixer = reader.objects("for_the_mixer", (MAX_LINES, None), read_note);
    let features = reader.object("heard", |reader| Some(read_heard(reader)));
    let (kind, sentence, confidence) = verdict.unwrap_or_default();
    let kind = kind.or_else(|| kind_of(&moves, &for_the_mixer))?;
    let sentence = sentence.unwrap_or_default();
    let verdict = Verdict { kind, sentence, confidence: confidence.unwrap_or_default() };
    let report = Report { brief: brief.clone(), verdict, moves, findings, for_the_mixer };
    Some(Judged { features: features.unwrap_or_default(), report })
}

fn read_verdict(reader: &mut Reader<'_>) -> (Option<VerdictKind>, Option<String>, Option<f64>) {
    let kind = reader.one_of("kind", VerdictKind::from_key);
    (kind, reader.text("sentence", MAX_TEXT), reader.number("confidence", SHARE))
}

/// What a verdict that cannot be read must have been, from what it led to.
fn kind_of(moves: &[Move], notes: &[MixerNote]) -> Option<VerdictKind> {
    let is_work = |each: &Move| each.class == MoveClass::Needed && !each.is_of_level();
    if notes.iter().any(|note| note.severity == Severity::High) {
        Some(VerdictKind::SendBack)
    } else if moves.iter().any(is_work) {
        Some(VerdictKind::WorkNeeded)
    } else if moves.iter().any(|each| !each.is_of_level()) || !notes.is_empty() {
        Some(VerdictKind::SmallMoves)
    } else {
        (!moves.is_empty()).then_some(VerdictKind::LevelOnly)
    }
}

/// A move of an unknown stage or class comes from elsewhere and cannot be shown.
fn read_move(reader: &mut Reader<'_>) -> Option<Move> {
    let of_stage = |key: &str| Stage::ALL.into_iter().find(|stage| stage.key() == key);
    let mut settings = Vec::new();
    let by_id = reader.map("settings", MAX_LINES, |id, value| {
        settings.push(id.to_owned());
        read_setting(id, value)
    });
    let mut text = |name| reader.text(name, MAX_TEXT).unwrap_or_default();
    let (title, sentence, withdraw_if) = (text("title"), text("sentence"), text("withdraw_if"));
    Some(Move {
        id: reader.exact_text("id", MAX_KEY)?,
        stage: reader.one_of("stage", of_stage)?,
        class: reader.one_of("class", MoveClass::from_key)?,
        title,
        sentence,
        confidence: reader.number("confidence", SHARE).unwrap_or_default(),
        withdraw_if,
        // In the order in which they were proposed.
        settings: settings.into_iter().filter_map(|id| Some((id.clone(), *by_id.get(&id)?))).collect(),
        evidence: reader.objects("evidence", (MAX_LINES, None), read_evidence),
        effect: reader.objects("effect", (MAX_LINES, None), read_change),
        cost: reader.objects("cost", (MAX_LINES, None), read_change),
        finding: reader.one_of("finding", FindingKind::from_key),
        is_mitigation: reader.flag("mitigation"),
    })
}

/// What open moves do and cost, measured anew since a hand moved something.
pub(super) fn read_remeasured(reader: &mut Reader<'_>) -> Vec<Remeasured> {
    reader.objects("remeasured", (MAX_MOVES, Some("id")), |reader| {
        Some(Remeasured {
            id: reader.exact_text("id", MAX_KEY)?,
            effect: reader.objects("effect", (MAX_LINES, None), read_change),
            cost: reader.objects("cost", (MAX_LINES, None), read_change),
        })
    })
}

/// A note about an unknown kind comes from elsewhere and cannot be shown.
fn read_note(reader: &mut Reader<'_>) -> Option<MixerNote> {
    let (from_s, to_s) = read_span(reader);
    Some(MixerNote {
        kind: reader.one_of("kind", FindingKind::from_key)?,
        severity: reader.one_of("severity", Severity::from_key)?,
        from_s,
        to_s,
        sentence: reader.text("sentence", MAX_TEXT).unwrap_or_default(),
    })
}

/// A finding of an unknown kind comes from elsewhere and cannot be shown.
fn read_finding(reader: &mut Reader<'_>) -> Option<Finding> {
    let place = |value: &Value| match numbers::<2>(value, &[PLACE_S, PLACE_S]) {
        Taken::Whole([from_s, to_s]) if from_s <= to_s => Taken::Whole((from_s, to_s)),
        _ => Taken::Not,
    };
    Some(Finding {
        kind: reader.one_of("kind", FindingKind::from_key)?,
        class: reader.one_of("class", FindingClass::from_key)?,
        evidence: reader.object("evidence", read_evidence)?,
        places_s: reader.list("places_s", MAX_PLACES, place),
    })
}

/// Evidence of what nobody measures here comes from elsewhere and cannot be shown.
fn read_evidence(reader: &mut Reader<'_>) -> Option<Evidence> {
    let (from_s, to_s) = read_span(reader);
    let expected = reader.pair("expected", VALUE).filter(|[low, high]| low <= high)?;
    Some(Evidence {
        metric: reader.one_of("metric", metric_name)?,
        value: reader.number("value", VALUE)?,
        expected,
        low_hz: reader.number("low_hz", FREQUENCY_HZ),
        high_hz: reader.number("high_hz", FREQUENCY_HZ),
        from_s,
        to_s,
        share: reader.number("share", SHARE).unwrap_or_default(),
    })
}

fn read_change(reader: &mut Reader<'_>) -> Option<Change> {
    Some(Change {
        metric: reader.one_of("metric", metric_name)?,
        before: reader.number("before", VALUE)?,
        after: reader.number("after", VALUE)?,
    })
}

/// A place in the song; one that ends before it begins is a moment.
fn read_span(reader: &mut Reader<'_>) -> (f64, f64) {
    let from_s = reader.number("from_s", PLACE_S).unwrap_or_default();
    let to_s = reader.field("to_s", |value| super::reader::number(value, &(from_s..=DAY_S)));
    (from_s, to_s.unwrap_or(from_s))
}

impl From<&Judged> for SavedReport {
    fn from(judged: &Judged) -> Self {
        Self {
            verdict: SavedVerdict {
                kind: judged.report.verdict.kind.key().to_owned(),
                sentence: judged.report.verdict.sentence.clone(),
                confidence: judged.report.verdict.confidence,
            },
            moves: judged.report.moves.iter().map(SavedMove::from).collect(),
            findings: judged.report.findings.iter().map(SavedFinding::from).collect(),
            for_the_mixer: judged.report.for_the_mixer.iter().map(SavedNote::from).collect(),
            heard: SavedHeard::from(&judged.features),
        }
    }
}

impl From<&Move> for SavedMove {
    fn from(proposed: &Move) -> Self {
        Self {
            id: proposed.id.clone(),
            stage: proposed.stage.key().to_owned(),
            class: proposed.class.key().to_owned(),
            title: proposed.title.clone(),
            sentence: proposed.sentence.clone(),
            confidence: proposed.confidence,
            withdraw_if: proposed.withdraw_if.clone(),
            settings: proposed.settings.iter().map(|(id, value)| (id.clone(), Value::from(*value))).collect(),
            evidence: proposed.evidence.iter().map(SavedEvidence::from).collect(),
            effect: proposed.effect.iter().map(SavedChange::from).collect(),
            cost: proposed.cost.iter().map(SavedChange::from).collect(),
            finding: proposed.finding.map(|kind| kind.key().to_owned()),
            mitigation: proposed.is_mitigation,
        }
    }
}

impl From<&Remeasured> for SavedOutcome {
    fn from(anew: &Remeasured) -> Self {
        Self {
            id: anew.id.clone(),
            effect: anew.effect.iter().map(SavedChange::from).collect(),
            cost: anew.cost.iter().map(SavedChange::from).collect(),
        }
    }
}

impl From<&Change> for SavedChange {
    fn from(change: &Change) -> Self {
        Self { metric: change.metric.to_owned(), before: change.before, after: change.after }
    }
}

impl From<&MixerNote> for SavedNote {
    fn from(note: &MixerNote) -> Self {
        Self {
            kind: note.kind.key().to_owned(),
            severity: note.severity.key().to_owned(),
            from_s: note.from_s,
            to_s: note.to_s,
            sentence: note.sentence.clone(),
        }
    }
}

impl From<&Finding> for SavedFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            kind: finding.kind.key().to_owned(),
            class: finding.class.key().to_owned(),
            evidence: SavedEvidence::from(&finding.evidence),
            places_s: finding.places_s.clone(),
        }
    }
}

impl From<&Evidence> for SavedEvidence {
    fn from(evidence: &Evidence) -> Self {
        Self {
            metric: evidence.metric.to_owned(),
            value: evidence.value,
            expected: evidence.expected,
            low_hz: evidence.low_hz,
            high_hz: evidence.high_hz,
            from_s: evidence.from_s,
            to_s: evidence.to_s,
            share: evidence.share,
        }
    }
}
