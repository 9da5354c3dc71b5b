//! From findings to moves: each is tried on the song, kept only if it mends what it is for and worsens nothing else.

mod balance;
mod compare;

use super::findings::{Finding, FindingClass, FindingKind};
use super::moves::{Reason, Remedy, Song, of_brief, of_references, remedies};
use super::sentences;
use super::strength::{is_of_tone, needed_from, strength};
use super::workbench::{Outcome, Workbench, local_place};
use super::{Change, Evidence, Move, MoveClass, Restraint};
use crate::chain::Settings;
use crate::chain::settings::find;
pub use balance::tone_caution;
pub use compare::{cost, snapped, wish_effect};
use compare::{differences, worsened};

/// Times a remedy is rendered to find how much of it is right.
const MAX_RENDERINGS: usize = 3;
/// It is right from here to here: the share of what it is to change that it changes.
const RIGHT: (f64, f64) = (0.85, 1.15);
/// A move that changes less than this share of what it is for is dropped.
const LEAST_SHARE: f64 = 0.3;
/// A finding of which less than this share is left is mended.
const LEFT_SHARE: f64 = 0.5;
/// From so much sound on the level of a zone is steady, seconds.
const STEADY_S: f64 = 20.0;

/// What was decided before level.
pub struct Plan {
    /// Moves in the order to read them.
    pub moves: Vec<Move>,
    /// The chain with every Needed move in it.
    pub settings: Settings,
}

/// Tries what the findings, the tone and the brief ask for.
pub struct Planner<'a, 'b> {
    song: &'b Song<'a>,
    bench: &'b Workbench<'a>,
    confidence: f64,
    current: Settings,
    /// The mix as it came in, and what the chain with all that is Needed so far makes of it.
    untouched: Outcome,
    before: Outcome,
    moves: Vec<Move>,
}

/// The kinds in the order in which they are mended: what is below and beside the music, then what is too much, then what is too
/// little.
const ORDER: [FindingKind; 17] = {
    use FindingKind::*;
    [
        DcOffset,
        PhaseInverted,
        SubRumble,
        WideBass,
        Imbalance,
        TooWide,
        TooNarrow,
        OutOfPhase,
        Hum,
        Resonance,
        Boom,
        Mud,
        Boxy,
        Harsh,
        Sibilance,
        Thin,
        TooDynamic,
    ]
};

impl<'a, 'b> Planner<'a, 'b> {
    /// Starting from the chain as it is. `confidence` is that of what was heard.
    pub fn new(song: &'b Song<'a>, bench: &'b Workbench<'a>, settings: &Settings, confidence: f64) -> Self {
        let untouched = bench.hear(&idle(settings));
        let before = if *settings == idle(settings) { untouched.clone() } else { bench.hear(settings) };
        Self { song, bench, confidence, current: *settings, untouched, before, moves: Vec::new() }
    }

    /// Everything. What is done about each finding is written into its class.
    pub fn run(mut self, findings: &mut [Finding]) -> Plan {
        if self.song.brief.restraint == Restraint::Level {
            return Plan { moves: Vec::new(), settings: self.current };
        }
        let has = |kind: FindingKind| findings.iter().any(|finding| finding.kind == kind);
        let (is_bright, is_wide) = (has(FindingKind::Bright), has(FindingKind::TooWide));
        for kind in ORDER {
            if is_bright && kind == FindingKind::Sibilance {
                continue;
            }
            if let Some(finding) = findings.iter_mut().find(|finding| finding.kind == kind) {
                self.mend(finding);
            }
        }
        self.tone(findings);
        for finding in findings.iter_mut().filter(|finding| is_broad(finding.kind)) {
            if finding.class == FindingClass::None {
                self.mend(finding);
            }
        }
        // Treble that is too loud as a whole makes esses sharp; they are asked again once it is mended.
        if let Some(esses) = findings.iter_mut().find(|finding| is_bright && finding.kind == FindingKind::Sibilance) {
            self.mend(esses);
        }
        self.wishes();
        // What must be done first: the strongest finding before the others, what is too much before what is too little, which
        // is often its consequence, and the tone as a whole after what sticks out. What is too wide has a wide bass as well.
        let size = |each: &Move| {
            let finding = findings.iter().find(|finding| Some(finding.kind) == each.finding);
            finding.map_or(0.0, |finding| strength(finding) / needed_from(finding.kind).unwrap_or(2.0))
        };
        let is_late = |each: &Move| match each.finding {
            Some(FindingKind::Thin | FindingKind::Dull) => true,
            Some(FindingKind::Sibilance) => is_bright,
            Some(FindingKind::WideBass) => is_wide,
            _ => false,
        };
        let rank = |each: &Move| (each.class == MoveClass::Could, each.id == "equalizer.balance", is_late(each));
        self.moves.sort_by(|a, b| rank(a).cmp(&rank(b)).then(size(b).total_cmp(&size(a))));
        Plan { moves: self.moves, settings: self.current }
    }

    fn mend(&mut self, finding: &mut Finding) {
        let size = strength(finding);
        // The findings are of the mix; what the engineer's hand or another move has mended since is left.
        let measures = |outcome: &Outcome| outcome.of(finding.kind).map_or(0.0, strength);
        let had = measures(&self.untouched);
        if had > 0.0 && measures(&self.before) <= LEFT_SHARE * had {
            return;
        }
        let class = match needed_from(finding.kind) {
            Some(from) if size >= from * self.caution(finding.kind) => MoveClass::Needed,
            _ => MoveClass::Could,
        };
        for remedy in self.with_room(|settings| remedies(finding, self.song, settings)) {
            if self.is_locked(&remedy) {
                continue;
            }
            let class = if remedy.is_taste { MoveClass::Could } else { class };
            if self.keep(finding, &remedy, class, size) {
                finding.class = match class {
                    _ if remedy.is_mitigation => FindingClass::Mixer,
                    MoveClass::Needed => FindingClass::Needed,
                    MoveClass::Could => FindingClass::Could,
                };
                return;
            }
        }
    }

    /// How much stronger a finding has to be where little was heard: ten seconds tell the tone of a song to a few decibels only
    /// (`dsp.md` section 8.6, table of coverage).
    fn caution(&self, kind: FindingKind) -> f64 {
        if is_of_tone(kind) { 1.0 + (1.0 - self.song.features.active_s / STEADY_S).max(0.0) } else { 1.0 }
    }

    fn is_locked(&self, remedy: &Remedy) -> bool {
        self.song.brief.locks.contains(&remedy.stage) || !is_on(&self.current, remedy)
    }

    /// Finds the amount, tries it, and keeps the move if it does what it is for.
    fn keep(&mut self, finding: &Finding, remedy: &Remedy, class: MoveClass, size: f64) -> bool {
        let evidence = &finding.evidence;
        let local = local_place(self.song.features, evidence).map(|place| self.bench.at(place));
        let bench = local.as_ref().unwrap_or(self.bench);
        let heard = local.as_ref().map(|bench| bench.hear(&self.current));
        let before = heard.as_ref().unwrap_or(&self.before);
        let Some(start) = before.of(finding.kind).map(|finding| finding.evidence.value) else { return false };
        // What the chain has done about it so far is not wanted once more.
        let done = match self.untouched.of(finding.kind).zip(self.before.of(finding.kind)) {
            Some((untouched, now)) => now.evidence.value - untouched.evidence.value,
            None => 0.0,
        };
        let value = evidence.value + done;
        let wanted = remedy.aim - value;
        let mut amount = remedy.amount;
        let mut best: Option<(f64, Settings, Outcome, f64)> = None;
        for _ in 0..MAX_RENDERINGS {
            let mut settings = self.current;
            (remedy.apply)(&mut settings, amount);
            let settings = snapped(&settings);
            let outcome = bench.hear(&settings);
            let Some(end) = outcome.of(finding.kind).map(|finding| finding.evidence.value) else { break };
            let share = (end - start) / wanted;
            let distance = |share: f64| (share - 1.0).abs();
            if best.as_ref().is_none_or(|best| distance(share) < distance(best.3)) {
                best = Some((amount, settings, outcome, share));
            }
            if remedy.is_switch || (RIGHT.0..=RIGHT.1).contains(&share) {
                break;
            }
            let next = (amount * (1.0 / share.max(0.05)).clamp(0.4, 2.5)).min(remedy.max_amount);
            if (next - amount).abs() < 0.05 * amount {
                break;
            }
            amount = next;
        }
        let Some((amount, settings, outcome, share)) = best else { return false };
        let is_better = if remedy.is_switch { share > 0.1 } else { share >= LEAST_SHARE };
        // With a channel the right way up, what was measured of the middle before was measured of something else.
        let is_comparable = finding.kind != FindingKind::PhaseInverted;
        if !is_better || (is_comparable && worsened(before, &outcome, Some(finding.kind)).is_some()) {
            return false;
        }
        let after = value + share * wanted;
        let title = (remedy.title)(amount);
        let words = sentences::of_move(finding, &title, after);
        let confidence = self.confidence * confidence_of(finding, class, size);
        let effect = vec![Change { metric: evidence.metric, before: value, after }];
        let mut made = self.made(remedy, class, title, &settings, confidence);
        made.sentence = words.sentence;
        made.withdraw_if = words.withdraw_if;
        made.evidence = vec![evidence.clone()];
        made.effect = effect;
        made.cost = cost(before, &outcome);
        made.finding = Some(finding.kind);
        self.take(made, settings);
        true
    }

    fn made(&self, remedy: &Remedy, class: MoveClass, title: String, settings: &Settings, confidence: f64) -> Move {
        Move {
            id: remedy.id.clone(),
            stage: remedy.stage,
            class,
            title,
            sentence: String::new(),
            confidence: confidence.clamp(0.0, 1.0),
            withdraw_if: String::new(),
            settings: differences(&self.current, settings),
            evidence: Vec::new(),
            effect: Vec::new(),
            cost: Vec::new(),
            finding: None,
            is_mitigation: remedy.is_mitigation,
        }
    }

    /// Remedies that leave alone the bands of the equalizer that moves before them use, Needed or not: both may be accepted. Where
    /// there is no other band left, one that is only offered has to share its own.
    fn with_room(&self, make: impl Fn(&Settings) -> Vec<Remedy>) -> Vec<Remedy> {
        let apart = make(&self.offered());
        if apart.is_empty() { make(&self.current) } else { apart }
    }

    /// The chain with the bands of all moves so far in use.
    fn offered(&self) -> Settings {
        let mut offered = self.current;
        for (id, value) in
            self.moves.iter().flat_map(|each| &each.settings).filter(|(id, _)| id.starts_with("equalizer.band_"))
        {
            if let Some(setting) = find(id) {
                setting.set(&mut offered, *value);
            }
        }
        offered
    }

    /// Takes a move in; what is Needed is there for those that follow.
    fn take(&mut self, made: Move, settings: Settings) {
        if made.settings.is_empty() || self.moves.iter().any(|other| other.id == made.id) {
            return;
        }
        if made.class == MoveClass::Needed {
            self.current = settings;
            self.before = self.bench.hear(&self.current);
        }
        self.moves.push(made);
    }

    fn evidence_of(&self, reason: Reason) -> Vec<Evidence> {
        let Reason::Reference { metric, value, wanted, band_hz } = reason else { return Vec::new() };
        vec![Evidence {
            low_hz: band_hz.map(|band| band.0),
            high_hz: band_hz.map(|band| band.1),
            ..self.everywhere(metric, value, [wanted.mean - wanted.spread, wanted.mean + wanted.spread])
        }]
    }

    /// Something that is so in all of the song.
    fn everywhere(&self, metric: &'static str, value: f64, expected: [f64; 2]) -> Evidence {
        let blocks = &self.song.features.blocks;
        Evidence {
            metric,
            value,
            expected,
            low_hz: None,
            high_hz: None,
            from_s: blocks.first().map_or(0.0, |block| block.start_s),
            to_s: blocks.last().map_or(0.0, |block| block.start_s + 0.1),
            share: 1.0,
        }
    }

    /// What the brief and the references ask for.
    fn wishes(&mut self) {
        let wishes = of_brief(self.song.brief, self.song.features, &self.current);
        for (remedy, reason) in wishes.into_iter().chain(of_references(self.song, &self.current)) {
            if self.is_locked(&remedy) {
                continue;
            }
            let mut settings = self.current;
            (remedy.apply)(&mut settings, 1.0);
            let settings = snapped(&settings);
            let outcome = self.bench.hear(&settings);
            let title = (remedy.title)(1.0);
            let mut made = self.made(&remedy, MoveClass::Could, title, &settings, self.confidence);
            let words = sentences::of_reason(reason, &made.title);
            made.evidence = self.evidence_of(reason);
            made.sentence = words.sentence;
            made.withdraw_if = words.withdraw_if;
            made.cost = cost(&self.before, &outcome);
            made.effect = wish_effect(&self.before, &outcome);
            if !made.settings.is_empty() {
                self.moves.push(made);
            }
        }
    }
}

/// The chain that does nothing.
fn idle(settings: &Settings) -> Settings {
    Settings { latency_mode: settings.latency_mode, ..Settings::default() }
}

/// Kinds whose cause may be the tone as a whole.
fn is_broad(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::Dull | FindingKind::Bright)
}

/// Kinds of a zone of the spectrum that is too loud or not loud enough.
fn is_of_zone(kind: FindingKind) -> bool {
    is_of_tone(kind) && !matches!(kind, FindingKind::Sibilance | FindingKind::Resonance)
}

/// Whether the stage does anything: what is off by hand is left alone unless the move itself switches it on.
fn is_on(settings: &Settings, remedy: &Remedy) -> bool {
    use crate::chain::Stage;
    match remedy.stage {
        Stage::Equalizer => settings.equalizer.enabled && settings.equalizer.amount_percent > 0.0,
        Stage::Stereo => settings.stereo.enabled && settings.stereo.amount_percent > 0.0,
        Stage::Input => settings.input.enabled,
        _ => true,
    }
}

/// How sure a move is, by how strong its finding is; the coverage comes on top. The lines are those of the share of moves
/// that were worth accepting (`docs/behaviour.md`, Confidence).
fn confidence_of(finding: &Finding, class: MoveClass, size: f64) -> f64 {
    let edge = needed_from(finding.kind).unwrap_or(2.0);
    let over = (size / edge).max(0.0);
    match class {
        MoveClass::Needed => (0.78 + 0.17 * (over - 1.0).min(1.0)).min(0.95),
        MoveClass::Could => (0.35 + 0.3 * over).min(0.65),
    }
}
