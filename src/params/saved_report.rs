//! A finished listening as a session keeps it: what the editor shows of it again after loading.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::{Block, Features, Levels, Section, Spectrum, Stereo, Tag};
use crate::assistant::findings::{Finding, FindingClass, FindingKind};
use crate::assistant::{
    Brief, Change, Evidence, MixerNote, Move, MoveClass, Report, Severity, Verdict, VerdictKind, metric_name,
};
use crate::chain::Stage;

use super::saved::Judged;

/// Blocks are kept at this resolution: enough for the song map.
const MAP_STEP_S: f64 = 1.0;

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SavedReport {
    verdict: SavedVerdict,
    #[serde(default)]
    moves: Vec<SavedMove>,
    #[serde(default)]
    findings: Vec<SavedFinding>,
    #[serde(default)]
    for_the_mixer: Vec<SavedNote>,
    #[serde(default)]
    heard: SavedHeard,
}

#[derive(Clone, Serialize, Deserialize)]
struct SavedVerdict {
    kind: String,
    #[serde(default)]
    sentence: String,
    #[serde(default)]
    confidence: f64,
}

#[derive(Clone, Serialize, Deserialize)]
struct SavedMove {
    id: String,
    stage: String,
    class: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    sentence: String,
    #[serde(default)]
    confidence: f64,
    #[serde(default)]
    withdraw_if: String,
    #[serde(default)]
    settings: BTreeMap<String, f64>,
    #[serde(default)]
    evidence: Vec<SavedEvidence>,
    #[serde(default)]
    effect: Vec<SavedChange>,
    #[serde(default)]
    cost: Vec<SavedChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
    #[serde(default)]
    mitigation: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct SavedNote {
    kind: String,
    severity: String,
    from_s: f64,
    to_s: f64,
    sentence: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct SavedEvidence {
    metric: String,
    value: f64,
    expected: [f64; 2],
    #[serde(default)]
    low_hz: Option<f64>,
    #[serde(default)]
    high_hz: Option<f64>,
    from_s: f64,
    to_s: f64,
    share: f64,
}

#[derive(Clone, Serialize, Deserialize)]
struct SavedFinding {
    kind: String,
    class: String,
    evidence: SavedEvidence,
    #[serde(default)]
    places_s: Vec<(f64, f64)>,
}

#[derive(Clone, Serialize, Deserialize)]
struct SavedSection {
    start_s: f64,
    end_s: f64,
    loudness_lufs: Option<f64>,
    label: String,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct SavedChange {
    metric: String,
    before: f64,
    after: f64,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct SavedHeard {
    sample_rate_hz: f64,
    channels: usize,
    duration_s: f64,
    heard_s: f64,
    active_s: f64,
    share: Option<f64>,
    dropped_frames: u64,
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
    sections: Vec<SavedSection>,
    /// `[start in seconds, mean power, peak]`.
    map: Vec<[f64; 3]>,
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

impl SavedReport {
    pub(super) fn into_judged(self, brief: &Brief) -> Judged {
        let kind = VerdictKind::from_key(&self.verdict.kind).unwrap_or(VerdictKind::NotEnoughHeard);
        Judged {
            features: self.heard.into_features(),
            report: Report {
                brief: brief.clone(),
                verdict: Verdict { kind, sentence: self.verdict.sentence, confidence: self.verdict.confidence },
                moves: self.moves.into_iter().filter_map(SavedMove::into_move).collect(),
                findings: self.findings.into_iter().filter_map(SavedFinding::into_finding).collect(),
                for_the_mixer: self.for_the_mixer.into_iter().filter_map(SavedNote::into_note).collect(),
            },
        }
    }
}

impl From<&Move> for SavedMove {
    fn from(proposed: &Move) -> Self {
        let change = |change: &Change| SavedChange {
            metric: change.metric.to_owned(),
            before: change.before,
            after: change.after,
        };
        Self {
            id: proposed.id.clone(),
            stage: proposed.stage.key().to_owned(),
            class: proposed.class.key().to_owned(),
            title: proposed.title.clone(),
            sentence: proposed.sentence.clone(),
            confidence: proposed.confidence,
            withdraw_if: proposed.withdraw_if.clone(),
            settings: proposed.settings.iter().cloned().collect(),
            evidence: proposed.evidence.iter().map(SavedEvidence::from).collect(),
            effect: proposed.effect.iter().map(change).collect(),
            cost: proposed.cost.iter().map(change).collect(),
            finding: proposed.finding.map(|kind| kind.key().to_owned()),
            mitigation: proposed.is_mitigation,
        }
    }
}

impl SavedMove {
    /// A move of an unknown stage or class comes from elsewhere and cannot be shown.
    fn into_move(self) -> Option<Move> {
        let change = |change: SavedChange| {
            Some(Change { metric: metric_name(&change.metric)?, before: change.before, after: change.after })
        };
        Some(Move {
            stage: Stage::ALL.into_iter().find(|stage| stage.key() == self.stage)?,
            class: MoveClass::from_key(&self.class)?,
            id: self.id,
            title: self.title,
            sentence: self.sentence,
            confidence: self.confidence,
            withdraw_if: self.withdraw_if,
            settings: self.settings.into_iter().collect(),
            evidence: self.evidence.into_iter().filter_map(SavedEvidence::into_evidence).collect(),
            effect: self.effect.into_iter().filter_map(change).collect(),
            cost: self.cost.into_iter().filter_map(change).collect(),
            finding: self.finding.and_then(|kind| FindingKind::from_key(&kind)),
            is_mitigation: self.mitigation,
        })
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

impl SavedNote {
    /// A note about an unknown kind comes from elsewhere and cannot be shown.
    fn into_note(self) -> Option<MixerNote> {
        Some(MixerNote {
            kind: FindingKind::from_key(&self.kind)?,
            severity: Severity::from_key(&self.severity)?,
            from_s: self.from_s,
            to_s: self.to_s,
            sentence: self.sentence,
        })
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

impl SavedFinding {
    /// A finding of an unknown kind comes from elsewhere and cannot be shown.
    fn into_finding(self) -> Option<Finding> {
        Some(Finding {
            kind: FindingKind::from_key(&self.kind)?,
            class: FindingClass::from_key(&self.class)?,
            evidence: self.evidence.into_evidence()?,
            places_s: self.places_s,
        })
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

impl SavedSection {
    fn into_section(self) -> Section {
        Section {
            start_s: self.start_s,
            end_s: self.end_s,
            loudness_lufs: self.loudness_lufs,
            label: self.label,
            tags: self.tags.iter().filter_map(|tag| Tag::from_key(tag)).collect(),
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

impl SavedEvidence {
    fn into_evidence(self) -> Option<Evidence> {
        Some(Evidence {
            metric: metric_name(&self.metric)?,
            value: self.value,
            expected: self.expected,
            low_hz: self.low_hz,
            high_hz: self.high_hz,
            from_s: self.from_s,
            to_s: self.to_s,
            share: self.share,
        })
    }
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
            sections: features.sections.iter().map(SavedSection::from).collect(),
            map: map_of(&features.blocks),
        }
    }
}

impl SavedHeard {
    fn into_features(self) -> Features {
        Features {
            sample_rate_hz: self.sample_rate_hz,
            num_channels: self.channels,
            duration_s: self.duration_s,
            heard_s: self.heard_s,
            active_s: self.active_s,
            share: self.share,
            num_dropped_frames: self.dropped_frames,
            levels: Levels {
                integrated_lufs: self.integrated_lufs,
                max_short_term_lufs: self.max_short_term_lufs,
                max_momentary_lufs: self.max_momentary_lufs,
                loudness_range_lu: self.loudness_range_lu,
                true_peak_dbtp: self.true_peak_dbtp,
                sample_peak_dbfs: self.sample_peak_dbfs,
                plr_db: self.plr_db,
                psr_min_db: self.psr_min_db,
                psr_p10_db: self.psr_p10_db,
            },
            stereo: Stereo {
                correlation: self.correlation,
                side_to_mid_db: self.side_to_mid_db,
                balance_db: self.balance_db,
                mono_fold_down_lu: self.mono_fold_down_lu,
                dc_offset: self.dc_offset,
            },
            spectrum: Spectrum { frequencies_hz: self.frequencies_hz, mid_db: self.mid_db, side_db: self.side_db },
            sections: self.sections.into_iter().map(SavedSection::into_section).collect(),
            blocks: self.map.into_iter().map(|[start_s, power, peak]| Block::new(start_s, power, peak)).collect(),
            ..Features::default()
        }
    }
}

/// Blocks joined to one a second: mean power, highest peak.
fn map_of(blocks: &[Block]) -> Vec<[f64; 3]> {
    blocks
        .chunk_by(|a, b| (a.start_s / MAP_STEP_S).floor() == (b.start_s / MAP_STEP_S).floor())
        .map(|second| {
            let power = second.iter().map(|block| block.power()).sum::<f64>() / second.len() as f64;
            let peak = second.iter().map(|block| block.peak()).fold(0.0, f64::max);
            [second[0].start_s, power, peak]
        })
        .collect()
}
