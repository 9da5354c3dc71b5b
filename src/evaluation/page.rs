//! The table as a page to read.

use std::fmt::Write;

use super::broad::BROAD_SIZES_DB;
use super::curve;
use super::record::Record;
use super::table::{Bar, Row, Table, Unit};

/// Songs read aloud.
const NUM_ALOUD: usize = 10;

/// The page; `command` wrote it.
pub fn markdown(table: &Table, command: &str) -> String {
    let mut text = head(table, command);
    text += &figures(table);
    text += &baselines(table);
    text += &curve::markdown(&table.records);
    text += &genres(table);
    text += &kinds(table);
    text += &bins(table);
    text += &touched(table);
    text += &unsteady(table);
    text += &aloud(table);
    text
}

fn head(table: &Table, command: &str) -> String {
    let count = |class: &str| table.records.iter().filter(|record| record.class == class).count();
    let num_faults: usize = table.records.iter().map(|record| record.faults.len()).sum();
    let num_broad: usize = table.records.iter().map(|record| record.broad.len()).sum();
    let by = match &table.judged_by {
        None => "Judged by the factory's ranges (`assets/ranges/factory.toml` says of which records).".to_owned(),
        Some(ranges) => format!("Judged by ranges of its own: {ranges}."),
    };
    format!(
        "# What the assistant is held to\n\nWritten by `{command}`: {} finished songs, {} mixes, {} recordings outside the scope \
         and {} signals that are no music; of each song at most the middle minute. {num_faults} songs with one injected fault, \
         {num_broad} with a broad fault of tone. Moves of the limiter count in no figure but landing, contrast and idempotence. {by}\n",
        count("fin"),
        count("mix"),
        count("ood"),
        table.foreign.len()
    )
}

fn number(unit: Unit, value: f64) -> String {
    let text = match unit {
        Unit::Percent => format!("{:.0} %", 100.0 * value),
        Unit::Ratio => format!("{value:.2}"),
        Unit::Db => format!("{value:.2} dB"),
        Unit::Lu => format!("{value:.2} LU"),
        Unit::Points => format!("{:.0} points", 100.0 * value),
    };
    text.replace('-', "\u{2212}")
}

/// The figure of a row with its unit.
pub fn figure(row: &Row) -> String {
    row.value.map_or("not measured".to_owned(), |value| number(row.definition.unit, value))
}

fn bar(row: &Row) -> String {
    match row.definition.bar {
        Bar::AtLeast(bar) => format!("≥ {}", number(row.definition.unit, bar)),
        Bar::AtMost(bar) => format!("≤ {}", number(row.definition.unit, bar)),
        Bar::None => "–".to_owned(),
    }
}

fn figures(table: &Table) -> String {
    let mut text = "\n| figure | measured | bar | | of | what is counted |\n|---|---|---|---|---|---|\n".to_owned();
    for row in &table.rows {
        let result = match row.is_met() {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "–",
        };
        let of = if row.count == 0 { "–".to_owned() } else { row.count.to_string() };
        let Row { definition, .. } = row;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {result} | {of} | {} |",
            definition.what,
            figure(row),
            bar(row),
            definition.says
        );
    }
    text
}

fn baselines(table: &Table) -> String {
    let mut text = "\n## Beside others\n\nThe same finished songs as they are, and the same broad faults.\n\n\
        | | tonal change of finished songs, median | 95th percentile |"
        .to_owned();
    for size_db in BROAD_SIZES_DB {
        let _ = write!(text, " undone of {size_db} dB |");
    }
    text += " |\n|---|---|---|";
    text += &"---|".repeat(BROAD_SIZES_DB.len() + 1);
    text += "\n";
    let cell = |value: Option<f64>, unit: Unit| value.map_or("–".to_owned(), |value| number(unit, value));
    for each in &table.baselines {
        let change = |idx: usize| cell(each.tonal_change_db.map(|change| change[idx]), Unit::Db);
        let recovery: Vec<String> = each.recovery.iter().map(|&recovery| cell(recovery, Unit::Ratio)).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            each.name,
            change(0),
            change(1),
            recovery.join(" | "),
            each.note
        );
    }
    text
}

fn genres(table: &Table) -> String {
    let mut text = "\n## By genre, the worst first\n\n".to_owned();
    for row in table.rows.iter().filter(|row| !row.by_genre.is_empty()) {
        let one = |(genre, value, count): &(String, f64, usize)| {
            format!("{genre} {} ({count})", number(row.definition.unit, *value))
        };
        let _ = writeln!(
            text,
            "- **{}** ({}): {}",
            row.definition.what,
            figure(row),
            row.by_genre.iter().map(one).collect::<Vec<_>>().join("; ")
        );
    }
    text
}

fn kinds(table: &Table) -> String {
    let mut text = "\n## By kind of fault, the worst first\n\nThree times the flag threshold. Undone is the median by the spectrum \
        for faults of tone and by the finding's own measure otherwise; what is left to the mixer is not undone.\n\n\
        | injected | songs | comes first | found at all | in its place | undone | past the song | first instead |\n\
        |---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let percent = |share: f64| number(Unit::Percent, share);
    for row in &table.kinds {
        let instead: Vec<String> = row.instead.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            row.kind,
            row.count,
            percent(row.first),
            percent(row.found),
            row.in_place.map_or("–".to_owned(), percent),
            row.undone.map_or("–".to_owned(), |undone| number(Unit::Ratio, undone)),
            percent(row.past),
            instead.join(", ")
        );
    }
    text
}

fn bins(table: &Table) -> String {
    let mut text = "\n## Confidence\n\nEvery move on a faulty song that it does not get without the fault, accepted alone: worth it if the song is nearer to what it was \
        then.\n\n| confidence | moves | mean | worth accepting |\n|---|---|---|---|\n"
        .to_owned();
    for bin in &table.bins {
        let share = |share: f64| if bin.count == 0 { "–".to_owned() } else { number(Unit::Percent, share) };
        let _ = writeln!(
            text,
            "| {:.2}–{:.2} | {} | {} | {} |",
            bin.low,
            bin.high,
            bin.count,
            share(bin.confidence),
            share(bin.worth)
        );
    }
    text
}

/// Finished songs that would be changed.
fn touched(table: &Table) -> String {
    let mut text = String::new();
    for record in table.records.iter().filter(|record| record.class == "fin") {
        for copy in record.copies.iter().filter(|copy| !copy.needed.is_empty() || copy.is_falsely_sent_back) {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                record.name,
                copy.gain_db.to_string().replace('-', "\u{2212}"),
                copy.verdict,
                number(Unit::Db, copy.tonal_change_db),
                copy.needed.join(", ")
            );
        }
    }
    let head = "\n## Finished songs that are touched or sent back\n\n";
    if text.is_empty() {
        return format!("{head}None.\n");
    }
    format!("{head}| song | level, dB | verdict | tonal change | Needed |\n|---|---|---|---|---|\n{text}")
}

/// What is not the same when heard again, in part, at another level.
fn unsteady(table: &Table) -> String {
    let mut text = String::new();
    for record in &table.records {
        let all = record.levels.iter().chain(&record.excerpts).chain(&record.own_moves).chain(&record.master);
        for check in all.filter(|check| !check.is_met) {
            let _ = writeln!(text, "| {} | {} | {} |", record.name, check.of, check.instead.join(", "));
        }
        for [asked, got] in record.landings.iter().filter(|[asked, got]| (asked - got).abs() > 0.3) {
            let line = format!("| {} | {asked:.1} LUFS asked for | {got:.2} LUFS |", record.name);
            let _ = writeln!(text, "{}", line.replace('-', "\u{2212}"));
        }
    }
    let head = "\n## Not the same again\n\n";
    if text.is_empty() {
        return format!("{head}Nothing.\n");
    }
    format!("{head}| song | of | instead |\n|---|---|---|\n{text}")
}

/// Songs whose report is read aloud: spread over the folder.
pub fn chosen(records: &[Record]) -> impl Iterator<Item = &Record> {
    let num = records.len().min(NUM_ALOUD);
    (0..num).map(move |at| &records[at * records.len() / num])
}

fn aloud(table: &Table) -> String {
    let mut text = "\n## Read aloud\n\nWhat an engineer objects to in them: [objections](objections.md).\n".to_owned();
    for record in chosen(&table.records) {
        let aloud = &record.aloud;
        let _ = writeln!(text, "\n### {} ({}, {})\n\n{}\n", record.name, record.genre, record.class, aloud.verdict);
        for [id, class, sentence] in &aloud.moves {
            let _ = writeln!(text, "- {id} ({class}): {sentence}");
        }
        for [kind, severity, sentence] in &aloud.for_the_mixer {
            let _ = writeln!(text, "- for the mixer, {kind} ({severity}): {sentence}");
        }
    }
    text
}
