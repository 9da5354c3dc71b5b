//! `master`: listens, accepts, renders.

use anyhow::{Result, bail};

use super::args::{Accept, Assignment, MasterArgs};
use super::landing::{Landing, Loudness};
use super::output::Output;
use super::song::Song;
use super::{dither, note, text};
use crate::assistant::{Move, MoveClass, Report};
use crate::audio_file::{MAX_SONG_S, Written};
use crate::chain::Settings;
use crate::chain::settings::find;
use crate::report::{Master, delivery, json};

/// What was decided and measured, as text or JSON.
///
/// # Errors
/// If the file cannot be read or stands above +60 dBFS throughout, a move is not there, or the output cannot be written.
pub fn run(arguments: &MasterArgs) -> Result<String> {
    let output = Output::check(&arguments.output, &arguments.file)?;
    let references = arguments.brief.references()?;
    let brief = arguments.brief.brief(&references)?;
    let mut song = Song::hear(&arguments.file)?;
    arguments.output.check_whole(&arguments.file, &song.format)?;
    // What the format cannot hold is refused before the judgement.
    drop(output.begin(&song.format)?);
    let report = song.judge(&brief)?;
    let accepted = accepted(&report, &arguments.accept)?;
    let mut settings = Settings::default();
    accepted.iter().for_each(|each| apply(each, &mut settings));
    arguments.assignments.iter().for_each(|assignment| assignment.apply(&mut settings));
    let word_length = output.word_length(&song.format);
    dither::follow(&mut settings, &song, word_length, &arguments.assignments)?;

    let mut landing = Landing::new(&report, &accepted, &arguments.assignments);
    let (settings, written) = render(&song, &output, settings, landing.as_mut())?;
    let after = Song::measure(output.path(), "Measuring", MAX_SONG_S)?.features;
    let checks = delivery(&after.levels, &after.stereo, song.features.num_non_finite, &brief);
    let master = Master {
        file: output.name(),
        accepted: accepted.iter().map(|each| each.id.clone()).collect(),
        set: settings_by_hand(&arguments.assignments, &settings),
        levels: after.levels,
        clipped_samples: written.num_clipped,
        dither_bits: dither::dithered_bits(&settings),
    };
    let unchanged = text::unchanged(&report, &accepted, &master);
    drop(accepted);
    let report = match &landing {
        Some(landing) => landing.noted(report),
        None => report,
    };
    if let Some(clipped) = output.clipping_note(&written) {
        note(&clipped);
    }
    let source = song.source(references);
    if arguments.json {
        return Ok(text::pretty(&json(&source, &song.features, &report, &checks, Some(&master))));
    }
    let notes: Vec<String> =
        dither::note(&settings, word_length).into_iter().chain([output.note(&song.format)]).chain(unchanged).collect();
    Ok([
        text::heading(&source, &song.features),
        text::verdict(&report),
        text::decisions(&report, &master),
        text::before_after(&song.features, &after) + &text::landed(&report, &after),
        text::checks(&checks),
        notes.join("\n") + "\n",
    ]
    .join("\n"))
}

/// Renders and writes until it has landed; the settings that did.
fn render(
    song: &Song,
    output: &Output,
    mut settings: Settings,
    mut landing: Option<&mut Landing>,
) -> Result<(Settings, Written)> {
    loop {
        let mut writer = output.begin(&song.format)?;
        let mut loudness = Loudness::new(&song.format);
        song.render(&settings, |channels| {
            loudness.process(channels);
            writer.push(channels)
        })?;
        // A writer that is not finished leaves nothing behind.
        match landing.as_mut().and_then(|landing| landing.corrected(&settings, loudness.integrated_lufs())) {
            Some(corrected) => settings = corrected,
            None => return Ok((settings, writer.finish()?)),
        }
    }
}

fn accepted<'a>(report: &'a Report, accept: &Accept) -> Result<Vec<&'a Move>> {
    let moves = report.moves.iter();
    Ok(match accept {
        Accept::None => Vec::new(),
        Accept::All => moves.collect(),
        Accept::These { needed, ids } => {
            if let Some(missing) = ids.iter().find(|id| report.moves.iter().all(|each| &each.id != *id)) {
                let there: Vec<&str> = report.moves.iter().map(|each| each.id.as_str()).collect();
                let there = if there.is_empty() { "there is none".to_owned() } else { there.join(", ") };
                bail!("--accept {missing}: no such move for this song ({there})");
            }
            moves.filter(|each| ids.contains(&each.id) || (*needed && each.class == MoveClass::Needed)).collect()
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

/// What was set by hand, and the dither that the output brought with it.
fn settings_by_hand(by_hand: &[Assignment], settings: &Settings) -> Vec<(String, String)> {
    let text = |id: &str, value: f64| find(id).map(|setting| (setting.id.clone(), setting.format(value)));
    let of_dither = ["dither.enabled", "dither.bits"].into_iter().filter(|_| settings.dither.enabled);
    let brought = of_dither.filter(|id| by_hand.iter().all(|each| each.id != *id));
    // Of what was set twice the last holds.
    let is_last = |(idx, each): &(usize, &Assignment)| by_hand[idx + 1..].iter().all(|later| later.id != each.id);
    let set = by_hand.iter().enumerate().filter(is_last).filter_map(|(_, each)| text(&each.id, each.value));
    set.chain(brought.filter_map(|id| text(id, find(id)?.get(settings)))).collect()
}
