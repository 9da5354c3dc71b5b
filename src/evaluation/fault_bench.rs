//! The fault bench: every kind of fault, at two strengths, into every clean song; what is found then and what was before.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::analysis::Features;
use crate::assistant::findings::{Finding, MAX_PLACES, findings, measured};

use super::inject::inject;
use super::music::Song;
use super::ruler;
use super::sound::hear;
use super::strengths::{KINDS, Kind};

/// A local fault counts as found in its place if it is this near, seconds.
const NEAR_S: f64 = 2.0;
/// Steps of looking for an amount.
const NUM_STEPS: usize = 7;

/// One fault in one song.
pub struct Trial {
    /// Kind injected.
    pub kind: &'static str,
    /// 0 weaker, 1 stronger.
    pub strength: usize,
    /// Song.
    pub song: String,
    /// In the injector's unit.
    pub amount: f64,
    /// Whether it was found.
    pub is_found: bool,
    /// Of a local fault that was found: whether in its place.
    pub is_in_place: Option<bool>,
    /// Kinds found that the untouched song has not.
    pub others: Vec<&'static str>,
    /// What its kind measured, with the fault.
    pub value: Option<f64>,
}

/// What an untouched song was found to have.
pub struct Untouched {
    /// Song.
    pub song: String,
    /// `fin`, `mix` or `ood`.
    pub class: String,
    /// The finding.
    pub finding: Finding,
    /// Whether a plain measurement confirms it, where one decides.
    pub is_real: Option<bool>,
}

/// Everything measured.
pub struct Bench {
    /// All trials, by kind and song.
    pub trials: Vec<Trial>,
    /// Findings on untouched songs.
    pub untouched: Vec<Untouched>,
    /// How many finished songs there were.
    pub num_finished: usize,
    /// `(kind, strength)` of songs left out: they have the fault already, or it cannot be there.
    pub num_left_out: usize,
}

/// Runs the bench on two threads.
pub fn run(songs: &[Song], kinds: Option<&[String]>) -> Bench {
    let next = AtomicUsize::new(0);
    let bench = Mutex::new(Bench {
        trials: Vec::new(),
        untouched: Vec::new(),
        num_finished: songs.iter().filter(|song| song.class == "fin").count(),
        num_left_out: 0,
    });
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from).min(songs.len()) {
            scope.spawn(|| {
                while let Some(song) = songs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run_song(song, kinds, &bench);
                    eprintln!("{} done", song.name);
                }
            });
        }
    });
    let mut bench = bench.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    bench.trials.sort_by(|a, b| (a.kind, a.strength, &a.song).cmp(&(b.kind, b.strength, &b.song)));
    bench.untouched.sort_by(|a, b| (&a.class, &a.song).cmp(&(&b.class, &b.song)));
    bench
}

fn run_song(song: &Song, kinds: Option<&[String]>, bench: &Mutex<Bench>) {
    let features = hear(&song.audio);
    let before = findings(&features);
    let had: BTreeSet<&'static str> = before.iter().map(|finding| finding.kind.key()).collect();
    let untouched = before.into_iter().map(|finding| Untouched {
        song: song.name.clone(),
        class: song.class.clone(),
        is_real: ruler::is_real(finding.kind.key(), &song.audio),
        finding,
    });
    with(bench, |bench| bench.untouched.extend(untouched));
    if song.class == "ood" {
        return;
    }
    for kind in KINDS.iter().filter(|kind| kinds.is_none_or(|names| names.iter().any(|name| name == kind.name))) {
        for strength in 0..kind.strengths.len() {
            let trial = (!had.contains(kind.name)).then(|| try_fault(song, &features, kind, strength, &had));
            with(bench, |bench| match trial.flatten() {
                Some(trial) => bench.trials.push(trial),
                None => bench.num_left_out += 1,
            });
        }
    }
}

fn with(bench: &Mutex<Bench>, change: impl FnOnce(&mut Bench)) {
    change(&mut bench.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
}

fn try_fault(
    song: &Song,
    before: &Features,
    kind: &'static Kind,
    strength: usize,
    had: &BTreeSet<&'static str>,
) -> Option<Trial> {
    let seed = song.seed();
    let amount = kind.amount(strength, &song.audio, before, seed, NUM_STEPS)?;
    let injected = inject(kind.name, &song.audio, amount, seed)?;
    let features = hear(&injected.audio);
    let measured = measured(&features);
    let value = measured.iter().find(|finding| finding.kind.key() == kind.name).map(|finding| finding.evidence.value);
    let after = findings(&features);
    let found = after.iter().find(|finding| finding.kind.key() == kind.name);
    Some(Trial {
        kind: kind.name,
        strength,
        song: song.name.clone(),
        amount,
        is_found: found.is_some(),
        is_in_place: found.and_then(|finding| is_in_place(finding, &injected.places_s)),
        others: after
            .iter()
            .map(|finding| finding.kind.key())
            .filter(|other| *other != kind.name && !had.contains(other))
            .collect(),
        value,
    })
}

/// Whether most of the places are near to what is found, and most of what is found to the places; `None` for a fault of
/// the whole song.
pub(super) fn is_in_place(finding: &Finding, places_s: &[(f64, f64)]) -> Option<bool> {
    if places_s.is_empty() {
        return None;
    }
    let whole = [(finding.evidence.from_s, finding.evidence.to_s)];
    let found: &[(f64, f64)] = if finding.places_s.is_empty() { &whole } else { &finding.places_s };
    let touches = |a: &(f64, f64), b: &(f64, f64)| a.0 <= b.1 + NEAR_S && b.0 <= a.1 + NEAR_S;
    let share = |of: &[(f64, f64)], by: &[(f64, f64)]| {
        of.iter().filter(|a| by.iter().any(|b| touches(a, b))).count() as f64 / of.len().max(1) as f64
    };
    let is_listed_whole = finding.places_s.len() < MAX_PLACES;
    Some(share(found, places_s) >= 0.8 && (!is_listed_whole || share(places_s, found) >= 0.5))
}
