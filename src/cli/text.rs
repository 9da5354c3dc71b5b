//! Reports as a person reads them in a terminal.

use serde_json::Value;

use crate::analysis::Features;
use crate::assistant::{Change, MixerNote, Move, MoveClass, Report, VerdictKind, db_text, number_text};
use crate::report::{Check, Master, Source, words};

/// JSON, indented, with a line end.
pub fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// File, format and how much of it was heard.
pub fn heading(source: &Source, features: &Features) -> String {
    let layout = if source.channels == 1 { "mono" } else { "stereo" };
    let rate_khz = f64::from(source.sample_rate_hz) / 1000.0;
    let mut text = format!("{}: {rate_khz} kHz {layout}, {}\n", source.file, words::time(source.duration_s, false));
    let cut = |what: &str, truncated_s: Option<f64>| {
        truncated_s.map_or(String::new(), |missing_s| {
            format!(
                "{what} ends {}before its header says; it was cut off, and what is there was heard.\n",
                missing(missing_s)
            )
        })
    };
    text += &cut("The file", source.truncated_s);
    text.extend(source.references.iter().map(|reference| cut(&reference.file, reference.truncated_s)));
    if features.num_non_finite > 0 {
        text +=
            &format!("{} samples were not numbers, or beyond ±1e6, and count as silence.\n", features.num_non_finite);
    }
    text
}

/// By how much a file was cut short: "3.2 s ", with the space behind it; nothing where it does not say.
pub fn missing(missing_s: f64) -> String {
    match missing_s {
        ..0.0001 => String::new(),
        ..0.05 => format!("{:.1} ms ", missing_s * 1000.0),
        _ => format!("{missing_s:.1} s "),
    }
}

/// The verdict, with how sure it is.
pub fn verdict(report: &Report) -> String {
    let percent = (report.verdict.confidence * 100.0).round();
    format!("{}\n(confidence {percent} %)\n", report.verdict.sentence)
}

/// All moves with reason, effect and cost.
pub fn moves(report: &Report) -> String {
    let of = |class: MoveClass, title: &str| {
        let moves: Vec<String> = report.moves.iter().filter(|each| each.class == class).map(one_move).collect();
        if moves.is_empty() { String::new() } else { format!("{title}\n{}", moves.concat()) }
    };
    let text = of(MoveClass::Needed, "Needed") + &of(MoveClass::Could, "Could");
    if text.is_empty() { "No moves.\n".to_owned() } else { text }
}

fn one_move(each: &Move) -> String {
    let changes = |title: &str, changes: &[Change]| {
        if changes.is_empty() {
            return String::new();
        }
        wrap(&format!("{title}: {}", changes.iter().map(change).collect::<Vec<_>>().join(", ")), 4)
    };
    let reason = wrap(&each.sentence, 4);
    let withdraw = wrap(&format!("Withdrawn if: {}", each.withdraw_if), 4);
    format!(
        "  {}: {}\n{reason}{}{}{withdraw}",
        each.id,
        each.title,
        changes("Effect", &each.effect),
        changes("Cost", &each.cost)
    )
}

/// What was decided about each move.
pub fn decisions(report: &Report, master: &Master) -> String {
    let mut text = String::new();
    for each in &report.moves {
        let decision = if master.accepted.contains(&each.id) { "Accepted" } else { "Not accepted" };
        text += &format!("{decision} {}: {}\n{}", each.id, each.title, wrap(&each.sentence, 2));
    }
    for (id, value) in &master.set {
        text += &format!("Set {id} = {value}\n");
    }
    if text.is_empty() { "Nothing was changed.\n".to_owned() } else { text }
}

/// What departs from what is normal, and where.
pub fn findings(report: &Report, features: &Features) -> String {
    if report.findings.is_empty() {
        return "Nothing departs from what is normal.\n".to_owned();
    }
    let mut text = "Found\n".to_owned();
    for finding in &report.findings {
        let evidence = &finding.evidence;
        let expected = match evidence.bounds() {
            [None, Some(high)] => format!("at most {}", number_text(high)),
            [Some(low), None] => format!("at least {}", number_text(low)),
            _ => format!("{} to {}", number_text(evidence.expected[0]), number_text(evidence.expected[1])),
        };
        let is_whole = evidence.share > 0.95 || evidence.to_s - evidence.from_s > 0.95 * features.duration_s;
        let place = match finding.places_s.len() {
            0 if is_whole => "whole song".to_owned(),
            1 | 0 => format!("{}\u{2013}{}", words::time(evidence.from_s, false), words::time(evidence.to_s, false)),
            count => format!("{count} places from {}", words::time(evidence.from_s, false)),
        };
        text +=
            &format!("  {:<20} {} (expected {expected}), {place}\n", words::kind(finding.kind), words::value(evidence));
    }
    text
}

/// What belongs back in the mix; nothing where nothing does.
pub fn for_the_mixer(report: &Report) -> String {
    let note = |note: &MixerNote| wrap(&format!("{} ({})", note.sentence, note.severity.key()), 2);
    let notes: String = report.for_the_mixer.iter().map(note).collect();
    if notes.is_empty() { notes } else { format!("For the mixer\n{notes}") }
}

/// The parts of the song.
pub fn sections(features: &Features) -> String {
    let mut text = "Sections\n".to_owned();
    for section in &features.sections {
        let tags: Vec<&str> = section.tags.iter().map(|tag| tag.key()).collect();
        let line = format!(
            "  {:<3} {:>5}\u{2013}{:<5} {:>7} LUFS  {}",
            section.label,
            words::time(section.start_s, false),
            words::time(section.end_s, false),
            cell(section.loudness_lufs),
            tags.join(", ")
        );
        text += line.trim_end();
        text.push('\n');
    }
    if features.sections.is_empty() { String::new() } else { text }
}

/// The measurements of one song.
pub fn measurements(features: &Features) -> String {
    let mut text = "Measured\n".to_owned();
    for (name, unit, value) in rows(features) {
        text += &format!("  {name:<20} {:>7} {unit}\n", cell(value)).replace(" \n", "\n");
    }
    text
}

/// Mix and master side by side.
pub fn before_after(mix: &Features, master: &Features) -> String {
    let mut text = format!("{:<22} {:>8} {:>8}\n", "", "Mix", "Master");
    for ((name, unit, before), (_, _, after)) in rows(mix).into_iter().zip(rows(master)) {
        text += format!("{name:<22} {:>8} {:>8} {unit}", cell(before), cell(after)).trim_end();
        text.push('\n');
    }
    text
}

/// The loudness that the master landed on, beside the one that was asked for; nothing where none was.
pub fn landed(report: &Report, master: &Features) -> String {
    let Some((target_lufs, landed_lufs)) = report.brief.target_lufs().zip(master.levels.playback_lufs) else {
        return String::new();
    };
    let off_lu = landed_lufs - target_lufs;
    let off = match number_text(off_lu.abs()) {
        near if near == "0.0" => "on target".to_owned(),
        off => format!("{off} LU {}", if off_lu > 0.0 { "above" } else { "below" }),
    };
    let target = number_text(target_lufs);
    format!("{:<22} {target:>8} {:>8} LUFS, {off}\n", "Asked for, landed on", number_text(landed_lufs))
}

/// What to say last where little or nothing could be done; nothing where something was.
pub fn unchanged(report: &Report, accepted: &[&Move], master: &Master) -> Option<String> {
    let is_by_itself = |id: &str| master.dither_bits.is_some() && id.starts_with("dither.");
    if master.set.iter().any(|(id, _)| !is_by_itself(id)) || accepted.iter().any(|each| !each.is_of_level()) {
        return None;
    }
    let could_not =
        matches!(report.verdict.kind, VerdictKind::NotEnoughHeard | VerdictKind::OutsideScope | VerdictKind::SendBack);
    match (accepted.is_empty(), master.dither_bits) {
        (false, _) if could_not => Some("Nothing but the level was changed.".to_owned()),
        (false, _) => None,
        (true, _) if master.clipped_samples > 0 => {
            Some("Nothing was changed but what was over full scale, which is clipped.".to_owned())
        }
        (true, None) => Some(format!("Nothing was changed: {} sounds as the source does.", master.file)),
        (true, Some(bits)) => Some(format!("Nothing was changed but the word length, {bits} bit.")),
    }
}

/// The delivery check.
pub fn checks(checks: &[Check]) -> String {
    let mut text = "Delivery check\n".to_owned();
    for check in checks {
        let (name, digits, unit) = match check.check {
            "true_peak" => ("true peak", 1, " dBTP"),
            "dc_offset" => ("DC offset", 4, ""),
            "mono_fold_down" => ("mono fold-down", 1, " LU"),
            "non_finite_samples" => ("samples not a number", 0, ""),
            "integrated_loudness" => ("loudness", 1, " LUFS"),
            other => (other, 1, ""),
        };
        let number = |value: f64| {
            let text = format!("{value:.digits$}");
            if text.trim_start_matches(['-', '0', '.']).is_empty() {
                text.trim_start_matches('-').to_owned()
            } else {
                text
            }
            .replace('-', "\u{2212}")
        };
        let is_all_gone = check.check == "mono_fold_down" && check.value.is_some_and(|lu| lu <= -119.0);
        let value =
            if is_all_gone { "\u{2212}\u{221e}".to_owned() } else { check.value.map_or("–".to_owned(), number) };
        let result = if check.pass { "ok" } else { "look at this" };
        text += &format!(
            "  {name:<20} {value:>7}{unit} ({} {}{unit}): {result}\n",
            bound(check.check),
            number(check.limit)
        );
    }
    text
}

/// What the number beside a check is to it.
fn bound(check: &str) -> &'static str {
    if check == "integrated_loudness" { "asked for" } else { "limit" }
}

type Row = (&'static str, &'static str, Option<f64>);

fn rows(features: &Features) -> Vec<Row> {
    let (levels, stereo) = (&features.levels, &features.stereo);
    let mut rows = vec![("Integrated", "LUFS", levels.integrated_lufs)];
    // The same number twice says nothing.
    if levels.other_playback_lufs().is_some() {
        rows.push(("As it plays", "LUFS: mono plays from two loudspeakers", levels.playback_lufs));
    }
    rows.extend([
        ("Short-term, highest", "LUFS", levels.max_short_term_lufs),
        ("Momentary, highest", "LUFS", levels.max_momentary_lufs),
        ("Loudness range", "LU", levels.loudness_range_lu),
        ("True peak", "dBTP", levels.true_peak_dbtp),
        ("Sample peak", "dBFS", levels.sample_peak_dbfs),
        ("PLR", "dB", levels.plr_db),
        ("PSR, lowest", "dB", levels.psr_min_db),
        ("Correlation", "", stereo.correlation),
        ("Side to mid", "dB", stereo.side_to_mid_db),
        ("Balance, left \u{2212} right", "dB", stereo.balance_db),
        ("Slope", "dB per octave", features.spectrum.slope_db_per_octave()),
    ]);
    rows
}

fn cell(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), number_text)
}

fn change(change: &Change) -> String {
    if change.metric == "crest_loss_db" {
        return format!("crest in the loudest parts {}", db_text(-change.after));
    }
    let (name, unit) = words::metric(change.metric);
    format!("{name} {} → {} {unit}", number_text(change.before), number_text(change.after)).trim_end().to_owned()
}

/// Breaks a paragraph at 100 columns, indented.
fn wrap(paragraph: &str, indent: usize) -> String {
    const WIDTH: usize = 100;
    let indent = " ".repeat(indent);
    let mut text = String::new();
    let mut line = indent.clone();
    for word in paragraph.split_whitespace() {
        let is_first = line.len() == indent.len();
        if !is_first && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text += &(line + "\n");
            line = indent.clone();
        } else if !is_first {
            line.push(' ');
        }
        line += word;
    }
    text + &line + "\n"
}
