//! `listen`: hears a song, prints what was found and draws it.

use anyhow::Result;

use super::args::ListenArgs;
use super::picture::PictureFile;
use super::song::Song;
use super::text;
use crate::report::{delivery, json, picture};

/// The report, as text or JSON.
///
/// # Errors
/// If the file cannot be read, stands above +60 dBFS throughout, or has a rate at which the chain cannot predict anything, or the picture cannot be
/// written.
pub fn run(arguments: &ListenArgs) -> Result<String> {
    let file = arguments.picture.as_deref().map(PictureFile::check).transpose()?;
    let references = arguments.brief.references()?;
    let brief = arguments.brief.brief(&references)?;
    let mut song = Song::hear(&arguments.file)?;
    let report = song.judge(&brief)?;
    let (source, features) = (song.source(references), &song.features);
    let checks = delivery(&features.levels, &features.stereo, features.num_non_finite, &brief);
    if let Some(file) = &file {
        file.write(&picture(&source, features, &report))?;
    }
    if arguments.json {
        return Ok(text::pretty(&json(&source, features, &report, &checks, None)));
    }
    let mut parts = vec![
        text::heading(&source, features),
        text::verdict(&report),
        text::moves(&report),
        text::for_the_mixer(&report),
        text::findings(&report, features),
        text::sections(features),
        text::measurements(features),
        text::checks(&checks),
    ];
    parts.extend(file.map(|file| file.note()));
    parts.retain(|part| !part.is_empty());
    Ok(parts.join("\n"))
}
