//! `master`: listens, accepts, renders.

use anyhow::{Result, bail};

use super::args::{Accept, MasterArgs};
use super::output::Output;
use super::{song, text};
use crate::assistant::{Move, MoveClass, Report};
use crate::audio_file::{AudioFile, WordLength, read};
use crate::chain::Settings;
use crate::chain::settings::{DitherBits, find};
use crate::report::{Master, delivery, json};

/// What was decided and measured, as text or JSON.
///
/// # Errors
/// If the file cannot be read, a move is not there, or the output cannot be written.
pub fn run(arguments: &MasterArgs) -> Result<String> {
    let output = Output::check(&arguments.output, &arguments.file)?;
    let audio = read(&arguments.file)?;
    let format = song::format(&audio);
    // What the format cannot hold is refused before the work.
    drop(output.begin(&format)?);
    let brief = arguments.brief.brief()?;
    let mix = song::analyze(&audio);
    let report = song::judge(&audio, &mix, &brief);
    let accepted = accepted(&report, &arguments.accept)?;

    let mut settings = Settings::default();
    for each in &accepted {
        apply(each, &mut settings);
    }
    let word_length = output.word_length(&format);
    let mut notes = Vec::new();
    let sets_dither = arguments.assignments.iter().any(|assignment| assignment.id.starts_with("dither."));
    let does_something = !accepted.is_empty() || !arguments.assignments.is_empty();
    if word_length == WordLength::Bits16 && does_something && !sets_dither {
        settings.dither.enabled = true;
        settings.dither.bits = DitherBits::Bits16;
        notes.push("Dithered to 16 bit; --set dither.enabled=off leaves that out.".to_owned());
    }
    for assignment in &arguments.assignments {
        assignment.apply(&mut settings);
    }

    let rendered = stored(song::render(&audio, &settings), word_length);
    let mut writer = output.begin(&format)?;
    writer.push(&rendered.channels.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    let written = writer.finish()?;
    notes.push(output.note(&format));
    notes.extend(output.clipping_note(&written));
    let after = song::analyze(&rendered);
    let checks = delivery(&after.levels, &after.stereo, mix.num_non_finite, &brief);
    let source = song::source(&arguments.file, &audio);
    let master = Master {
        file: output.name(),
        accepted: accepted.iter().map(|each| each.id.clone()).collect(),
        set: settings_by_hand(arguments, &settings),
        levels: after.levels,
    };
    if arguments.json {
        return Ok(text::pretty(&json(&source, &mix, &report, &checks, Some(&master))));
    }
    Ok([
        text::heading(&source, &mix),
        text::verdict(&report),
        text::decisions(&report, &master),
        text::before_after(&mix, &after),
        text::checks(&checks),
        notes.join("\n") + "\n",
    ]
    .join("\n"))
}

fn accepted<'a>(report: &'a Report, accept: &Accept) -> Result<Vec<&'a Move>> {
    let moves = report.moves.iter();
    Ok(match accept {
        Accept::None => Vec::new(),
        Accept::All => moves.collect(),
        Accept::Needed => moves.filter(|each| each.class == MoveClass::Needed).collect(),
        Accept::Ids(ids) => {
            if let Some(missing) = ids.iter().find(|id| report.moves.iter().all(|each| &each.id != *id)) {
                let there: Vec<&str> = report.moves.iter().map(|each| each.id.as_str()).collect();
                let there = if there.is_empty() { "there is none".to_owned() } else { there.join(", ") };
                bail!("--accept {missing}: no such move for this song ({there})");
            }
            moves.filter(|each| ids.contains(&each.id)).collect()
        }
    })
}

fn apply(each: &Move, settings: &mut Settings) {
    for (id, value) in &each.settings {
        if let Some(setting) = find(id) {
            setting.set(settings, *value);
        }
    }
}

/// What was set by hand, and the dither that 16 bits brought with them.
fn settings_by_hand(arguments: &MasterArgs, settings: &Settings) -> Vec<(String, String)> {
    let mut ids: Vec<&str> = arguments.assignments.iter().map(|assignment| assignment.id.as_str()).collect();
    if settings.dither.enabled && !ids.contains(&"dither.enabled") {
        ids.extend(["dither.enabled", "dither.bits"]);
    }
    ids.dedup();
    ids.iter()
        .filter_map(|id| find(id))
        .map(|setting| (setting.id.clone(), setting.format(setting.get(settings))))
        .collect()
}

/// The recording as a reader of the file gets it.
fn stored(mut audio: AudioFile, word_length: WordLength) -> AudioFile {
    if word_length == WordLength::Bits16 {
        audio.channels.iter_mut().flatten().for_each(|sample| *sample = word_length.stored(*sample));
    }
    audio
}
