//! One fault in one song: is it what comes first, how much of it is undone, and are the moves worth accepting?

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analysis::Features;
use crate::assistant::findings::Finding;
use crate::assistant::{Brief, Move, MoveClass, Reference, Report};
use crate::chain::settings::{Kind as SettingKind, find};

use super::broad::BroadFault;
use super::curve::Offer;
use super::fault_bench::is_in_place;
use super::inject::inject;
use super::kinds::{Ruler, ruler};
use super::level_only;
use super::record::{Broad, Fault, UndoneShare};
use super::sound::{Heard, hear, sound_moves, value};
use super::spectrum::{Thirds, Undone, undone, undone_value};
use super::strengths::Kind;

/// Index of the stronger faults: three times the flag threshold.
const STRONGER: usize = 1;
/// Steps of looking for an amount.
const NUM_STEPS: usize = 5;
/// A local fault counts as named in its place if it is this near, seconds.
const NEAR_S: f64 = 2.0;
/// A move is gone if so much of it is left at most.
const GONE: f64 = 0.2;

/// Puts a fault of a kind into a song that is clean of it; `None` where it has that fault already or cannot have it.
pub fn try_kind(clean: &Heard<'_>, kind: &Kind, seed: u64) -> Option<Fault> {
    let had: BTreeSet<&str> = clean.report.findings.iter().map(|finding| finding.kind.key()).collect();
    if had.contains(kind.name) {
        return None;
    }
    let amount = kind.amount(STRONGER, clean.audio, &clean.features, seed, NUM_STEPS)?;
    let injected = inject(kind.name, clean.audio, amount, seed)?;
    let faulty = Heard::of(&injected.audio, &clean.brief);
    let needed = faulty.needed();
    let mended = (!needed.is_empty()).then(|| hear(&faulty.with(&needed)));
    let first = first_of(&faulty.report);
    let trial = Trial { kind: kind.name, clean, faulty: &faulty };
    Some(Fault {
        kind: kind.name.to_owned(),
        amount,
        is_found: faulty.report.findings.iter().any(|finding| finding.kind.key() == kind.name),
        is_named: needed.iter().filter_map(|each| each.finding).any(|finding| finding.key() == kind.name)
            || faulty.report.for_the_mixer.iter().any(|note| note.kind.key() == kind.name),
        is_first: first.iter().any(|first| first == kind.name),
        is_in_place: place(&faulty.report, kind.name, &injected.places_s),
        first,
        undone: trial.undone(mended.as_ref()),
        counterfactual: trial.counterfactual(&had),
        weighed: trial.weigh(mended.as_ref(), &had),
    })
}

/// The kinds of the first Needed move and of the first line for the mixer; empty where there is none.
fn first_of(report: &Report) -> [String; 2] {
    let of_moves = sound_moves(report).find(|each| each.class == MoveClass::Needed).and_then(|each| each.finding);
    let of_notes = report.for_the_mixer.first().map(|note| note.kind);
    [of_moves, of_notes].map(|kind| kind.map_or(String::new(), |kind| kind.key().to_owned()))
}

/// Whether a fault with places is named in them: by the finding's own places, or by the line for the mixer.
fn place(report: &Report, kind: &str, places_s: &[(f64, f64)]) -> Option<bool> {
    if places_s.is_empty() {
        return None;
    }
    let is_near =
        |from_s: f64, to_s: f64| places_s.iter().any(|place| from_s <= place.1 + NEAR_S && place.0 <= to_s + NEAR_S);
    let finding = report.findings.iter().find(|finding: &&Finding| finding.kind.key() == kind);
    let note = report.for_the_mixer.iter().find(|note| note.kind.key() == kind);
    match (finding, note) {
        (Some(finding), _) => is_in_place(finding, places_s),
        (None, Some(note)) => Some(is_near(note.from_s, note.to_s)),
        (None, None) => Some(false),
    }
}

struct Trial<'a> {
    kind: &'a str,
    clean: &'a Heard<'a>,
    faulty: &'a Heard<'a>,
}

impl Trial<'_> {
    /// What the Needed moves took back; nothing where there were none.
    fn undone(&self, mended: Option<&Features>) -> Option<UndoneShare> {
        let Some(mended) = mended else { return Some((0.0, false)) };
        let undone = match ruler(self.kind) {
            Ruler::Spectrum => undone(&self.clean.thirds(), &self.faulty.thirds(), &Thirds::of(mended)),
            Ruler::Value { is_less_always_fine } => {
                let [original, faulty] = [self.clean, self.faulty].map(|heard| heard.value(self.kind));
                undone_value(original?, faulty?, value(mended, self.kind)?, is_less_always_fine)
            }
        };
        undone.map(|Undone { share, is_past }| (share, is_past))
    }

    /// Per Needed move for what is not the song's own: whether it is not made without the fault.
    fn counterfactual(&self, had: &BTreeSet<&str>) -> Vec<bool> {
        let of_injected = |each: &&&Move| each.finding.is_some_and(|finding| !had.contains(finding.key()));
        self.faulty.needed().iter().filter(of_injected).map(|each| is_gone(each, &self.clean.report)).collect()
    }

    /// Every move on its own: does it bring the song nearer to what it was? Moves that the song gets without the fault as well,
    /// and those for faults of its own, are not asked: nobody knows what it was before those.
    fn weigh(&self, mended: Option<&Features>, had: &BTreeSet<&str>) -> Vec<(f64, bool)> {
        let num_needed = self.faulty.needed().len();
        let weigh = |each: &Move| {
            let is_same = each.class == MoveClass::Needed && num_needed == 1;
            match mended.filter(|_| is_same) {
                Some(mended) => (each.confidence, self.is_worth(each, mended)),
                None => (each.confidence, self.is_worth(each, &hear(&self.faulty.with(&[each])))),
            }
        };
        let is_own = |each: &&Move| {
            each.finding.is_some_and(|finding| had.contains(finding.key()))
                || sound_moves(&self.clean.report).any(|own| own.id == each.id && own.settings == each.settings)
        };
        sound_moves(&self.faulty.report).filter(|each| !is_own(each)).map(weigh).collect()
    }

    /// By the finding's own measure where it mends what was injected, by the spectrum otherwise.
    fn is_worth(&self, each: &Move, mended: &Features) -> bool {
        let is_of_fault = each.finding.is_some_and(|finding| finding.key() == self.kind);
        let values = || {
            let [original, faulty] = [self.clean, self.faulty].map(|heard| heard.value(self.kind));
            Some((original?, faulty?, value(mended, self.kind)?))
        };
        if let Some((original, faulty, mended)) = values().filter(|_| is_of_fault)
            && (mended - original).abs() < (faulty - original).abs()
        {
            return true;
        }
        let original = self.clean.thirds();
        let distance = |thirds: Thirds| thirds.distance_db(&original);
        distance(Thirds::of(mended)) < distance(self.faulty.thirds())
    }
}

/// Whether a report has no Needed move of the same finding, or only a fifth of it.
pub fn is_gone(each: &Move, report: &Report) -> bool {
    let others = sound_moves(report).filter(|other| other.class == MoveClass::Needed && other.finding == each.finding);
    others.map(size).fold(0.0, f64::max) <= GONE * size(each)
}

/// How large a move is: the farthest that one of its settings in decibels or percent is from its default.
fn size(each: &Move) -> f64 {
    let distance = |(id, value): &(String, f64)| {
        let setting = find(id)?;
        let is_amount = matches!(setting.unit, "dB" | "%") && matches!(setting.kind, SettingKind::Number { .. });
        // Where a move begins is not how far it goes.
        let is_size = is_amount && !id.contains("threshold");
        is_size.then(|| (value - setting.default).abs())
    };
    // A switch is made or it is not.
    each.settings.iter().filter_map(distance).reduce(f64::max).filter(|&size| size > 0.0).unwrap_or(1.0)
}

/// Puts a broad fault into a song.
pub fn try_broad(clean: &Heard<'_>, size_db: f64, fault: &BroadFault) -> Broad {
    let audio = fault.into_song(clean.audio);
    let faulty = Heard::of(&audio, &clean.brief);
    let (original, with_fault) = (clean.thirds(), faulty.thirds());
    let share = |mended: &Thirds| {
        undone(&original, &with_fault, mended).map_or((0.0, false), |undone| (undone.share, undone.is_past))
    };
    let with = |heard: &Heard<'_>, moves: &[&Move]| {
        if moves.is_empty() { (0.0, false) } else { share(&Thirds::of(&hear(&heard.with(moves)))) }
    };
    let accepted = |heard: &Heard<'_>| with(heard, &heard.needed());
    Broad {
        balance: Offer::of(&faulty, |moves| with(&faulty, moves).0),
        size_db,
        measured_db: with_fault.distance_db(&original),
        undone: accepted(&faulty),
        undone_with_reference: brief_with_reference(clean).map(|brief| accepted(&Heard::of(&audio, &brief))),
        undone_by_level: level_only::thirds(&audio, &faulty.features).map_or(0.0, |thirds| share(&thirds).0),
    }
}

/// A brief with a song as its reference.
fn brief_with_reference(song: &Heard<'_>) -> Option<Brief> {
    let reference = Arc::new(Reference::of("the song itself", &song.features));
    Some(Brief { references: vec![reference], ..song.brief.clone() })
}
