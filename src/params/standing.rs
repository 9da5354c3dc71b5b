//! Where a move stands: the one rule for what is shown, counted and accepted.

use std::collections::{BTreeMap, BTreeSet};

use crate::assistant::{Move, MoveClass, Remeasured};
use crate::chain::Settings;
use crate::chain::settings::{Setting, find};

use super::saved::{Decision, Saved};
use super::tweak::{FULL_PERCENT, is_met, settings_at};

/// Where a move stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveState {
    /// Waits for a decision.
    Open,
    /// Accepted and in force.
    Accepted,
    /// Changed by hand: after it was accepted, or instead.
    Tweaked,
    /// What it asks for was done by hand.
    ByHand,
    /// Rejected.
    Rejected,
}

/// Everything that was said of moves, by move id, and what the chain is set to.
pub struct Standing<'a> {
    /// What the engineer said.
    pub decisions: &'a BTreeMap<String, Decision>,
    /// Settings before a move.
    pub before: &'a BTreeMap<String, BTreeMap<String, f64>>,
    /// Moves whose settings a hand moved.
    pub by_hand: &'a BTreeSet<String>,
    /// Amounts, percent, where not 100.
    pub amounts: &'a BTreeMap<String, f64>,
    /// What open moves do now.
    pub remeasured: &'a [Remeasured],
    /// Settings in force.
    pub settings: &'a Settings,
}

impl Standing<'_> {
    /// Where a move stands. One whose values are all set is accepted, whoever set them: the host, a controller.
    pub fn of(&self, proposed: &Move) -> MoveState {
        let now = |setting: &Setting| setting.get(self.settings);
        let is_set = |percent: f64| {
            let before = self.before.get(&proposed.id);
            let without = |setting: &Setting| before.and_then(|before| before.get(&setting.id)).copied();
            settings_at(proposed, percent, |setting| without(setting).unwrap_or_else(|| now(setting)))
                .all(|(setting, value)| now(setting) == value)
        };
        let amount = self.amounts.get(&proposed.id).copied().unwrap_or(FULL_PERCENT);
        match self.decisions.get(&proposed.id) {
            Some(Decision::Rejected) => MoveState::Rejected,
            Some(Decision::Accepted) if is_set(amount) => MoveState::Accepted,
            Some(Decision::Accepted) => MoveState::Tweaked,
            None if self.by_hand.contains(&proposed.id) => self.by_hand(proposed),
            None if is_set(FULL_PERCENT) => MoveState::Accepted,
            None if self.is_mended(proposed) => MoveState::ByHand,
            None => MoveState::Open,
        }
    }

    /// What it is for was brought into its range by something else that was set.
    fn is_mended(&self, proposed: &Move) -> bool {
        let anew = self.remeasured.iter().find(|each| each.id == proposed.id);
        let (Some(effect), Some(evidence)) = (anew.and_then(|anew| anew.effect.first()), proposed.evidence.first())
        else {
            return false;
        };
        let [low, high] = evidence.expected;
        // What was judged by was outside: a move of taste rests on nothing that could be mended.
        let is_inside = |value: f64| (low..=high).contains(&value);
        effect.metric == evidence.metric && is_inside(effect.before) && !is_inside(evidence.value)
    }

    fn by_hand(&self, proposed: &Move) -> MoveState {
        let now = |setting: &Setting| setting.get(self.settings);
        match self.before.get(&proposed.id) {
            Some(before) if is_met(proposed, before, now) => MoveState::ByHand,
            // Taken back by hand too: it waits as before.
            Some(before) if before.iter().all(|(id, was)| find(id).is_some_and(|each| now(each) == *was)) => {
                MoveState::Open
            }
            _ => MoveState::Tweaked,
        }
    }
}

impl Saved {
    /// What was said, with the chain set like this.
    pub fn standing<'a>(&'a self, settings: &'a Settings) -> Standing<'a> {
        Standing {
            decisions: &self.decisions,
            before: &self.before,
            by_hand: &self.by_hand,
            amounts: &self.amounts,
            remeasured: &self.remeasured,
            settings,
        }
    }

    /// Ids of the moves that wait for a decision. Such as something else has mended wait too: it may be taken back, and
    /// only measuring them anew tells.
    pub fn open_moves(&self, settings: &Settings) -> Vec<String> {
        let standing = Standing { remeasured: &[], ..self.standing(settings) };
        let moves = self.judged.iter().flat_map(|judged| &judged.report.moves);
        moves.filter(|each| standing.of(each) == MoveState::Open).map(|each| each.id.clone()).collect()
    }

    /// The Needed moves that wait for a decision.
    pub fn open_needed(&self, settings: &Settings) -> Vec<Move> {
        let standing = self.standing(settings);
        let moves = self.judged.iter().flat_map(|judged| &judged.report.moves);
        let is_open = |each: &&Move| each.class == MoveClass::Needed && standing.of(each) == MoveState::Open;
        moves.filter(is_open).cloned().collect()
    }
}
