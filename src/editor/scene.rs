//! Everything that one frame shows, read once so that all views agree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analysis::Block;
use crate::assistant::{Brief, Change, Destination, MixerNote, Move, MoveClass, Remeasured, VerdictKind};
use crate::bridge::{Hearing, Phase};
use crate::chain::makeup_match::StageLoudness;
use crate::chain::monitor::MonitorState;
use crate::chain::settings::Setting;
use crate::chain::{NUM_STAGES, Settings, Stage};
use crate::params::tweak::{FULL_PERCENT, settings_at};
use crate::params::{Decision, Judged, KeptReference, MoveState, Standing};

use super::session::Session;

/// One frame's data.
pub struct Scene {
    /// Settings in force.
    pub settings: Settings,
    /// What was heard.
    pub hearing: Arc<Hearing>,
    /// The last finished listening.
    pub judged: Option<Arc<Judged>>,
    /// Decisions by move id.
    pub decisions: BTreeMap<String, Decision>,
    /// Amounts by move id, percent, where not 100.
    pub amounts: BTreeMap<String, f64>,
    /// Settings before a move, by move id.
    before: BTreeMap<String, BTreeMap<String, f64>>,
    /// Moves whose settings a hand moved.
    by_hand: BTreeSet<String>,
    /// Kinds of findings that are meant to be as they are.
    intended: Vec<String>,
    /// Id of the move that is heard.
    pub heard: Option<String>,
    /// What open moves do and cost now.
    remeasured: Arc<Vec<Remeasured>>,
    /// What the engineer wants.
    pub brief: Brief,
    /// Records that the song is to be like.
    pub references: Vec<KeptReference>,
    /// What is listened to.
    pub monitor: MonitorState,
    /// Song position, seconds, where the host tells one.
    pub position_s: Option<f64>,
    /// What the host plays round and round, seconds, where it tells of it.
    pub loop_s: Option<(f64, f64)>,
    /// Whether the transport runs.
    pub is_playing: bool,
    /// Sample rate in Hz; 0 before the first activation.
    pub sample_rate_hz: f64,
    /// Latency of each stage, samples.
    pub stage_latencies_samples: [u64; NUM_STAGES],
    /// How much the louder side is turned down (negative: the master), dB, and seconds until that is trusted.
    pub match_db: (f32, f32),
    /// What was measured of the stage that is shown, where it has a make-up.
    pub stage_loudness: Option<StageLoudness>,
    /// Settings that the saved state of a newer version holds are kept, not shown.
    pub has_newer_state: bool,
}

impl Scene {
    /// Reads everything.
    pub fn read(session: &Session) -> Self {
        let meters = session.end.meters();
        let (position_s, is_playing) = meters.transport();
        let (sample_rate_hz, stage_latencies_samples) = meters.stream();
        let monitor = session.end.monitor_state();
        session.params.with_saved(|saved| Self {
            settings: session.params.settings(),
            hearing: session.end.hearing(),
            judged: saved.judged.clone(),
            decisions: saved.decisions.clone(),
            amounts: saved.amounts.clone(),
            before: saved.before.clone(),
            by_hand: saved.by_hand.clone(),
            intended: saved.intended.clone(),
            heard: session.heard().filter(|_| monitor.hear.is_some()),
            remeasured: Arc::clone(&saved.remeasured),
            brief: saved.brief.clone(),
            references: saved.references.clone(),
            monitor,
            position_s,
            loop_s: meters.loop_s(),
            is_playing,
            sample_rate_hz,
            stage_latencies_samples,
            match_db: meters.match_db(),
            stage_loudness: meters.stage_loudness(),
            has_newer_state: saved.newer_state.is_some(),
        })
    }

    /// Whether the assistant listens or judges now.
    pub fn is_busy(&self) -> bool {
        matches!(self.hearing.phase, Phase::Listening | Phase::Judging)
    }

    /// The verdict that holds; none while a new one is made.
    pub fn verdict(&self) -> Option<(VerdictKind, &Judged)> {
        let judged = self.judged.as_deref().filter(|_| !self.is_busy())?;
        Some((judged.report.verdict.kind, judged))
    }

    /// Proposed moves with their numbers, as they are shown: 1, 2, 3 ...
    pub fn moves(&self) -> impl Iterator<Item = (usize, &Move)> {
        let moves = self.verdict().map_or(&[][..], |(_, judged)| &judged.report.moves);
        moves.iter().enumerate().map(|(idx, proposed)| (idx + 1, proposed))
    }

    /// Where a move stands.
    pub fn state_of(&self, proposed: &Move) -> MoveState {
        let standing = Standing {
            decisions: &self.decisions,
            before: &self.before,
            by_hand: &self.by_hand,
            amounts: &self.amounts,
            remeasured: &self.remeasured,
            settings: &self.settings,
        };
        standing.of(proposed)
    }

    /// What a move does and costs: as proposed, or as measured anew since a hand moved something.
    pub fn outcome(&self, proposed: &Move) -> (Vec<Change>, Vec<Change>) {
        match self.remeasured.iter().find(|each| each.id == proposed.id) {
            Some(anew) => (anew.effect.clone(), anew.cost.clone()),
            None => (proposed.effect.clone(), proposed.cost.clone()),
        }
    }

    /// Amount of a move, percent.
    pub fn amount(&self, proposed: &Move) -> f64 {
        self.amounts.get(&proposed.id).copied().unwrap_or(FULL_PERCENT)
    }

    /// What accepting a move that waits would set.
    pub fn settings_of<'a>(&'a self, proposed: &'a Move) -> impl Iterator<Item = (&'static Setting, f64)> + 'a {
        settings_at(proposed, self.amount(proposed), |setting| setting.get(&self.settings))
    }

    /// What belongs back in the mix and is not meant to be so, with its numbers as shown.
    pub fn notes(&self) -> impl Iterator<Item = (usize, &MixerNote)> {
        let notes = self.verdict().map_or(&[][..], |(_, judged)| &judged.report.for_the_mixer);
        let is_open = |note: &&MixerNote| !self.intended.iter().any(|kind| kind == note.kind.key());
        notes.iter().filter(is_open).enumerate().map(|(idx, note)| (idx + 1, note))
    }

    /// How many notes are meant to be so.
    pub fn num_intended(&self) -> usize {
        self.verdict().map_or(0, |(_, judged)| judged.report.for_the_mixer.len()) - self.notes().count()
    }

    /// Moves that wait for a decision.
    pub fn open_moves(&self) -> impl Iterator<Item = (usize, &Move)> {
        self.moves().filter(|(_, proposed)| self.state_of(proposed) == MoveState::Open)
    }

    /// How many moves of a class wait.
    pub fn num_open(&self, class: MoveClass) -> usize {
        self.open_moves().filter(|(_, proposed)| proposed.class == class).count()
    }

    /// The value that a waiting move would give a setting, and the move's number.
    pub fn proposed(&self, id: &str) -> Option<(usize, f64)> {
        self.open_moves().find_map(|(number, proposed)| {
            self.settings_of(proposed).find(|(setting, _)| setting.id == id).map(|(_, value)| (number, value))
        })
    }

    /// The settings with every waiting move of one stage applied; `None` where there is none.
    pub fn proposed_settings(&self, stage: Stage) -> Option<Settings> {
        let mut settings = self.settings;
        let mut is_changed = false;
        for (_, proposed) in self.open_moves().filter(|(_, proposed)| proposed.stage == stage) {
            for (setting, value) in self.settings_of(proposed) {
                setting.set(&mut settings, value);
                is_changed = true;
            }
        }
        is_changed.then_some(settings)
    }

    /// Loudness of the mix along the song, as far as known.
    pub fn blocks(&self) -> &[Block] {
        match &self.judged {
            Some(judged) if self.hearing.blocks.is_empty() => &judged.features.blocks,
            _ => &self.hearing.blocks,
        }
    }

    /// Length of the song as far as known, seconds.
    pub fn duration_s(&self) -> f64 {
        // A mark made since counts from the next listening on: a verdict that was saved is of the length it was made with.
        let marked = self.hearing.extent_s.filter(|_| !self.hearing.blocks.is_empty());
        marked.map_or_else(|| self.known_s(), |(start_s, end_s)| end_s - start_s)
    }

    /// Last place in the song that a map of it shows, seconds: of what was heard, of what is known, of what is marked.
    pub fn map_end_s(&self) -> f64 {
        self.hearing.extent_s.map_or(0.0, |(_, end_s)| end_s).max(self.heard_end_s())
    }

    fn heard_end_s(&self) -> f64 {
        let last_s = self.blocks().last().map_or(0.0, |block| block.start_s + 0.1);
        self.known_s().max(last_s)
    }

    fn known_s(&self) -> f64 {
        match &self.judged {
            Some(judged) if self.hearing.blocks.is_empty() => judged.features.duration_s,
            _ => self.hearing.duration_s,
        }
    }

    /// Share of the song heard where its length is known, 0–1.
    pub fn share(&self) -> Option<f64> {
        match &self.judged {
            Some(judged) if self.hearing.blocks.is_empty() => judged.features.share,
            _ => self.hearing.share,
        }
    }

    /// Seconds heard.
    pub fn heard_s(&self) -> f64 {
        match &self.judged {
            Some(judged) if self.hearing.blocks.is_empty() => judged.features.heard_s,
            _ => self.hearing.heard_s,
        }
    }

    /// Loudness that the brief asks for, LUFS.
    pub fn target_lufs(&self) -> Option<f64> {
        self.brief.target_lufs()
    }

    /// Ceiling that the brief asks for, dBTP.
    pub fn target_ceiling_dbtp(&self) -> f64 {
        self.brief.ceiling()
    }
}

/// Name of a destination.
pub fn destination_name(destination: Destination) -> &'static str {
    match destination {
        Destination::Streaming => "Streaming",
        Destination::Loud => "Loud",
        Destination::Club => "Club",
        Destination::Broadcast => "Broadcast",
        Destination::Podcast => "Podcast",
        Destination::Vinyl => "Vinyl",
        Destination::Keep => "Keep",
    }
}
