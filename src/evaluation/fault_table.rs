//! The fault bench as a page: recall by kind, the worst first, what was found instead, what was found without a fault.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::fault_bench::{Bench, Trial};
use super::strengths::KINDS;

/// Recall of the weaker and the stronger faults, and right places, at least.
const RECALL: [f64; 2] = [0.6, 0.9];
const IN_PLACE: f64 = 0.9;
/// Findings on an untouched finished song that nothing confirms, at most.
const FALSE_PER_SONG: f64 = 0.2;

struct Row {
    kind: &'static str,
    /// Found and tried, weaker and stronger.
    counts: [(usize, usize); 2],
    in_place: (usize, usize),
    amounts: [f64; 2],
    unit: &'static str,
    others: Vec<(String, usize)>,
}

fn rows(bench: &Bench) -> Vec<Row> {
    let mut rows: Vec<Row> = KINDS
        .iter()
        .filter_map(|kind| {
            let trials: Vec<&Trial> = bench.trials.iter().filter(|trial| trial.kind == kind.name).collect();
            let of = |strength: usize| trials.iter().filter(move |trial| trial.strength == strength);
            let counts =
                [0, 1].map(|strength| (of(strength).filter(|trial| trial.is_found).count(), of(strength).count()));
            let median = |strength: usize| {
                let mut amounts: Vec<f64> = of(strength).map(|trial| trial.amount).collect();
                amounts.sort_unstable_by(f64::total_cmp);
                amounts.get(amounts.len() / 2).copied().unwrap_or(f64::NAN)
            };
            let places: Vec<bool> = trials.iter().filter_map(|trial| trial.is_in_place).collect();
            let mut others: BTreeMap<&str, usize> = BTreeMap::new();
            trials.iter().flat_map(|trial| &trial.others).for_each(|other| *others.entry(*other).or_default() += 1);
            let mut others: Vec<(String, usize)> = others.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect();
            others.sort_by_key(|other| std::cmp::Reverse(other.1));
            (!trials.is_empty()).then(|| Row {
                kind: kind.name,
                counts,
                in_place: (places.iter().filter(|&&is_in| is_in).count(), places.len()),
                amounts: [median(0), median(1)],
                unit: kind.unit,
                others,
            })
        })
        .collect();
    let recall = |row: &Row, strength: usize| share(row.counts[strength]);
    rows.sort_by(|a, b| {
        (recall(a, 1), recall(a, 0)).partial_cmp(&(recall(b, 1), recall(b, 0))).unwrap_or(std::cmp::Ordering::Equal)
    });
    rows
}

fn share((found, tried): (usize, usize)) -> f64 {
    if tried == 0 { 1.0 } else { found as f64 / tried as f64 }
}

/// The bars that are missed, one line each.
pub fn missed(bench: &Bench) -> Vec<String> {
    let mut missed = Vec::new();
    for row in rows(bench) {
        for (strength, name) in ["weaker", "stronger"].into_iter().enumerate() {
            let recall = share(row.counts[strength]);
            if recall < RECALL[strength] {
                missed.push(format!("{}: {:.0} % of the {name} found", row.kind, 100.0 * recall));
            }
        }
        if share(row.in_place) < IN_PLACE {
            missed.push(format!("{}: {:.0} % in their place", row.kind, 100.0 * share(row.in_place)));
        }
    }
    let per_song = num_false(bench) as f64 / bench.num_finished.max(1) as f64;
    if per_song > FALSE_PER_SONG {
        missed.push(format!("{per_song:.2} findings per untouched finished song that nothing confirms"));
    }
    missed
}

fn num_false(bench: &Bench) -> usize {
    bench.untouched.iter().filter(|each| each.class == "fin" && each.is_real != Some(true)).count()
}

/// The page.
pub fn markdown(bench: &Bench) -> String {
    let mut text = format!(
        "# What is found\n\nWritten by `cargo xtask evaluate --faults`: {} faults injected into the songs of the music folder \
         that are clean of them ({} left out: the song has the fault already, or it cannot be there). Weaker and stronger \
         are given as the median amount. For tone and resonance they are one and a half and three times the flag threshold as the \
         finding reads it on that song, at most 24 dB: recall there tests that limit, and what else is found.\n\n\
         | injected | weaker | stronger | in place | amounts | also found, of all trials |\n|---|---|---|---|---|---|\n",
        bench.trials.len(),
        bench.num_left_out
    );
    for row in rows(bench) {
        let percent = |counts: (usize, usize)| {
            if counts.1 == 0 { "–".to_owned() } else { format!("{:.0} % of {}", 100.0 * share(counts), counts.1) }
        };
        let others: Vec<String> = row.others.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let amounts = if row.unit.is_empty() {
            "–".to_owned()
        } else {
            format!("{:.1} and {:.1} {}", row.amounts[0], row.amounts[1], row.unit).replace('-', "\u{2212}")
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {amounts} | {} |",
            row.kind,
            percent(row.counts[0]),
            percent(row.counts[1]),
            percent(row.in_place),
            others.join(", ")
        );
    }
    let per_song = num_false(bench) as f64 / bench.num_finished.max(1) as f64;
    let _ = writeln!(
        text,
        "\n## Untouched songs\n\n{} findings on {} finished songs that no plain measurement confirms: {per_song:.2} a song.\n\n\
         | song | class | finding | value | expected | a plain measurement |\n|---|---|---|---|---|---|",
        num_false(bench),
        bench.num_finished
    );
    for each in &bench.untouched {
        let evidence = &each.finding.evidence;
        let confirms = match each.is_real {
            Some(true) => "confirms it",
            Some(false) => "does not",
            None => "there is none",
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.2} | {:.1} … {:.1} | {confirms} |",
            each.song,
            each.class,
            each.finding.kind.key(),
            evidence.value,
            evidence.expected[0],
            evidence.expected[1]
        );
    }
    let missed: Vec<&Trial> =
        bench.trials.iter().filter(|trial| !trial.is_found || trial.is_in_place == Some(false)).collect();
    let _ = writeln!(text, "\n## Missed\n\n| injected | song | amount | measured |\n|---|---|---|---|");
    for trial in missed {
        let value = trial.value.map_or("–".to_owned(), |value| format!("{value:.2}"));
        let strength = ["weaker", "stronger"][trial.strength];
        let place = if trial.is_found { ", found elsewhere" } else { "" };
        let _ =
            writeln!(text, "| {} ({strength}{place}) | {} | {:.2} | {value} |", trial.kind, trial.song, trial.amount);
    }
    text
}
