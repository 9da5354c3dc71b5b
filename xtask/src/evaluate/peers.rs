//! The same finished songs and broad faults, given to Matchering and to libsonare's mastering assistant.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use discern::audio_file::{AudioFile, Container, WordLength, read, write};
use discern::evaluation::{BROAD_SIZES_DB, Baseline, LONGEST_S, Plan, Thirds, baseline, broad_faults, hear, undone};

use crate::workspace::{out, root, run_command, step};

/// Programs, the folders of their results and what is to be known of them.
const PEERS: [(&str, &str, &str); 2] = [
    ("Matchering", "matchering", "its reference is the finished song nearest to the mean of all, which is left out"),
    ("libsonare's mastering assistant", "libsonare", "its own suggestion for every song, to \u{2212}14 LUFS"),
];

/// A file that the programs are given.
struct Case {
    name: String,
    original: Thirds,
    /// Of a song with a fault: its size and its spectrum.
    faulty: Option<(f64, Thirds)>,
}

/// Writes the songs, runs the programs, measures what they made.
///
/// # Errors
/// If a file cannot be read or written, or Python or a module is missing.
pub fn measure(plan: &Plan) -> Result<Vec<Baseline>> {
    let folder = out("behaviour")?;
    let cases = step("write songs for others", || write_cases(plan, &folder))?;
    let reference = nearest_to_mean(&cases).context("there is no finished song to be a reference")?;
    step("run Matchering and libsonare", || {
        let script = root().join("xtask/peers/behaviour.py");
        run_command(Command::new("python3").arg(script).arg(&folder).arg(&reference.name))
    })?;
    step("measure what they made", || {
        PEERS
            .iter()
            .map(|&(name, made, note)| measure_peer(&cases, reference, &folder.join(made), name, note))
            .collect()
    })
}

fn wav(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.wav"))
}

/// Finished songs as they are, and every song with the first fault of each size.
fn write_cases(plan: &Plan, folder: &Path) -> Result<Vec<Case>> {
    let given = folder.join("given");
    // Songs of an earlier run would be mastered again.
    let _ = std::fs::remove_dir_all(&given);
    std::fs::create_dir_all(&given).with_context(|| format!("{} cannot be made", given.display()))?;
    let give = |name: &str, audio: &AudioFile| write(&wav(&given, name), audio, Container::Wav, WordLength::Float32);
    let mut cases = Vec::new();
    for entry in plan.entries().iter().filter(|entry| entry.class != "ood") {
        let audio = entry.read(LONGEST_S)?;
        let original = Thirds::of(&hear(&audio));
        if entry.class == "fin" {
            give(&entry.name, &audio)?;
            cases.push(Case { name: entry.name.clone(), original, faulty: None });
        }
        for size_db in BROAD_SIZES_DB {
            let Some((_, fault)) = broad_faults(entry.seed()).find(|fault| fault.0 == size_db) else { continue };
            let (name, faulty) = (format!("{}_{size_db}", entry.name), fault.into_song(&audio));
            give(&name, &faulty)?;
            cases.push(Case { name, original, faulty: Some((size_db, Thirds::of(&hear(&faulty)))) });
        }
    }
    Ok(cases)
}

fn nearest_to_mean(cases: &[Case]) -> Option<&Case> {
    let finished: Vec<&Case> = cases.iter().filter(|case| case.faulty.is_none()).collect();
    let mean = |idx: usize| finished.iter().map(|case| case.original.0[idx]).sum::<f64>() / finished.len() as f64;
    let mean = Thirds(std::array::from_fn(mean));
    finished.into_iter().min_by(|a, b| {
        let distance = |case: &Case| case.original.distance_db(&mean);
        distance(a).total_cmp(&distance(b))
    })
}

fn measure_peer(cases: &[Case], reference: &Case, made: &Path, name: &str, note: &str) -> Result<Baseline> {
    let (mut changes_db, mut recovery) = (Vec::new(), BROAD_SIZES_DB.map(|_| Vec::new()));
    let mut num_failed = 0;
    // To know the song that is to be restored is another question.
    let is_asked = |case: &&Case| case.original != reference.original || made.ends_with("libsonare");
    for case in cases.iter().filter(is_asked) {
        let path = wav(made, &case.name);
        if !path.exists() {
            num_failed += 1;
            continue;
        }
        let mastered = Thirds::of(&hear(&read(&path)?));
        match &case.faulty {
            None => changes_db.push(mastered.distance_db(&case.original)),
            Some((size_db, faulty)) => {
                let size = BROAD_SIZES_DB.iter().position(|size| size == size_db).unwrap_or_default();
                recovery[size].extend(undone(&case.original, faulty, &mastered).map(|undone| undone.share));
            }
        }
    }
    let failed = if num_failed == 0 { String::new() } else { format!("; {num_failed} songs it would not take") };
    let version = std::fs::read_to_string(made.join("version.txt")).unwrap_or_default();
    let name = format!("{name} {}", version.trim());
    Ok(baseline(name.trim(), &changes_db, &recovery, &format!("{note}{failed}")))
}
