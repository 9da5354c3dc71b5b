//! All songs of a folder, two at a time; broken off, a run goes on where it was.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::assistant::{Brief, Ranges};
use crate::audio_file::atomic;

use super::broad::{BROAD_SIZES_DB, NUM_BROAD, broad_faults};
use super::faulty::{try_broad, try_kind};
use super::foreign::{self, is_abstention};
use super::level_only;
use super::music::{Entry, read_manifest};
use super::record::{Foreign, Record};
use super::sound::{Heard, hear};
use super::spectrum::Thirds;
use super::strengths::KINDS;
use super::untouched;

/// Longest part of a song that is looked at, seconds: its middle.
pub const LONGEST_S: f64 = 60.0;
const NUM_WORKERS: usize = 2;
/// Steps per song: untouched, levels and parts, master and landing, the kinds, the broad faults.
const STEPS_PER_SONG: usize = 3 + KINDS.len() + BROAD_SIZES_DB.len() * NUM_BROAD as usize;

/// What is to be done.
pub struct Plan {
    entries: Vec<Entry>,
    partial: PathBuf,
    brief: Brief,
}

/// Everything measured, in the manifest's order.
pub struct Outcome {
    /// Songs.
    pub records: Vec<Record>,
    /// Signals that are no music.
    pub foreign: Vec<Foreign>,
    /// What was judged by; the factory's ranges without them.
    pub ranges: Option<Arc<Ranges>>,
}

impl Plan {
    /// Over a music folder; what is done already is kept in `partial` until the end.
    ///
    /// # Errors
    /// If the folder has no manifest.
    pub fn new(dir: &Path, partial: &Path) -> Result<Self> {
        Ok(Self { entries: read_manifest(dir)?, partial: partial.to_owned(), brief: Brief::default() })
    }

    /// By these ranges, and not by the factory's.
    #[must_use]
    pub fn with_ranges(self, ranges: Option<Arc<Ranges>>) -> Self {
        Self { brief: Brief { ranges, ..self.brief }, ..self }
    }

    /// The songs.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Steps of the whole work.
    pub fn num_steps(&self) -> usize {
        self.entries.len() * STEPS_PER_SONG
    }

    /// Forgets what was kept: the results are written.
    ///
    /// # Errors
    /// If the file is there and cannot be removed.
    pub fn finish(&self) -> Result<()> {
        match std::fs::remove_file(&self.partial) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be removed", self.partial.display()))
            }
            _ => Ok(()),
        }
    }
}

/// Measures every song; `on_steps` hears how many steps were done.
///
/// # Errors
/// If a song cannot be read or the results so far not be kept.
pub fn run(plan: &Plan, on_steps: &(dyn Fn(usize) + Sync)) -> Result<Outcome> {
    let records = Mutex::new(read_partial(plan));
    let (next, is_broken, failure) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..NUM_WORKERS {
            scope.spawn(|| {
                while let Some(entry) = plan.entries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if is_broken.load(Ordering::Relaxed) {
                        break;
                    }
                    if lock(&records).iter().any(|record| record.name == entry.name) {
                        on_steps(STEPS_PER_SONG);
                    } else if let Err(error) = measure_and_keep(entry, plan, &records, on_steps) {
                        is_broken.store(true, Ordering::Relaxed);
                        *lock(&failure) = Some(error);
                    }
                }
            });
        }
    });
    if let Some(error) = failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(error);
    }
    let mut records = records.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let place = |name: &str| plan.entries.iter().position(|entry| entry.name == name);
    records.retain(|record| place(&record.name).is_some());
    records.sort_by_key(|record| place(&record.name));
    Ok(Outcome { records, foreign: foreign::judge_all(&plan.brief), ranges: plan.brief.ranges.clone() })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn measure_and_keep(
    entry: &Entry,
    plan: &Plan,
    records: &Mutex<Vec<Record>>,
    on_steps: &(dyn Fn(usize) + Sync),
) -> Result<()> {
    let record = measure(entry, &plan.brief, on_steps)?;
    let mut records = lock(records);
    records.push(record);
    write_partial(plan, &records)
}

/// Everything about one song.
fn measure(entry: &Entry, brief: &Brief, on_steps: &(dyn Fn(usize) + Sync)) -> Result<Record> {
    let audio = entry.read(LONGEST_S)?;
    let heard = Heard::of(&audio, brief);
    let mut record = Record {
        name: entry.name.clone(),
        title: entry.title.clone(),
        genre: entry.genre.clone(),
        class: entry.class.clone(),
        aloud: untouched::aloud(&heard),
        ..Record::default()
    };
    if entry.class == "ood" {
        record.abstains = Some(is_abstention(heard.report.verdict.kind));
        on_steps(STEPS_PER_SONG);
        return Ok(record);
    }
    record.copies.push(untouched::copied(&heard, 0.0));
    if entry.class == "fin" {
        record.copies.extend(untouched::COPIES_DB.map(|gain_db| untouched::copy_at(&heard, gain_db)));
        record.level_only_db =
            level_only::thirds(&audio, &heard.features).map(|thirds| thirds.distance_db(&heard.thirds()));
    }
    let mastered = Thirds::of(&hear(&heard.with(&heard.needed())));
    record.thirds = Some([heard.thirds(), mastered].map(|thirds| thirds.0.to_vec()));
    on_steps(1);
    record.levels = untouched::levels(&heard);
    record.excerpts = untouched::excerpts(&heard);
    record.own_moves = untouched::own_moves(&heard);
    on_steps(1);
    let (master, contrast) = untouched::master(&heard);
    (record.master, record.contrast) = (Some(master), contrast);
    record.landings = untouched::landings(&heard);
    on_steps(1);
    for kind in &KINDS {
        record.faults.extend(try_kind(&heard, kind, entry.seed()));
        on_steps(1);
    }
    for (size_db, fault) in broad_faults(entry.seed()) {
        record.broad.push(try_broad(&heard, size_db, &fault));
        on_steps(1);
    }
    Ok(record)
}

/// What tells one build from another: results of another one are not continued.
fn build_stamp() -> Value {
    let program = std::env::current_exe().and_then(std::fs::metadata);
    let modified = program.as_ref().ok().and_then(|program| program.modified().ok());
    let seconds = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok()).map(|time| time.as_secs());
    json!([env!("CARGO_PKG_VERSION"), program.map(|program| program.len()).ok(), seconds])
}

/// The same for a run: by other ranges it is another.
fn stamp(plan: &Plan) -> Value {
    json!([build_stamp(), plan.brief.ranges.as_ref().map(|ranges| (&ranges.name, &ranges.source, ranges.num_songs))])
}

/// The records of a run that was broken off; none of another build's.
fn read_partial(plan: &Plan) -> Vec<Record> {
    let read = || {
        let mut kept: Value = serde_json::from_str(&std::fs::read_to_string(&plan.partial).ok()?).ok()?;
        (kept["build"] == stamp(plan)).then(|| serde_json::from_value(kept["songs"].take()).ok())?
    };
    read().unwrap_or_default()
}

fn write_partial(plan: &Plan, records: &[Record]) -> Result<()> {
    let text = json!({ "build": stamp(plan), "songs": records }).to_string();
    atomic(&plan.partial, true, |file| file.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_again_and_another_build_s_is_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("out.partial.json");
        let record = Record { name: "song".to_owned(), landings: vec![[-14.0, -14.1]], ..Record::default() };
        let plan = Plan { entries: Vec::new(), partial: path.clone(), brief: Brief::default() };
        write_partial(&plan, std::slice::from_ref(&record)).expect("written");
        assert_eq!(read_partial(&plan), [record]);
        let text = std::fs::read_to_string(&path).expect("read").replace(env!("CARGO_PKG_VERSION"), "0.0.0-other");
        std::fs::write(&path, text).expect("written");
        assert_eq!(read_partial(&plan), []);
    }
}
