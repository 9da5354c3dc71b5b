//! Tags of MP4, Matroska and whatever else the decoder's readers know.

use std::fs::File;
use std::path::Path;

use symphonia::core::formats::FormatOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::{MetadataContainer, MetadataOptions, RawValue, StandardVisualKey};

use super::{Picture, Tags, names};

/// Reads them, if there are any.
pub fn read(file: File, path: &Path, tags: &mut Tags) {
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let probed =
        symphonia::default::get_probe().probe(&hint, stream, FormatOptions::default(), MetadataOptions::default());
    let Ok(mut format) = probed else { return };
    let mut metadata = format.metadata();
    while let Some(revision) = metadata.current() {
        add(&revision.media, tags);
        revision.per_track.iter().for_each(|track| add(&track.metadata, tags));
        if metadata.is_latest() {
            break;
        }
        metadata.pop();
    }
}

fn add(container: &MetadataContainer, tags: &mut Tags) {
    let mut numbers: Vec<&str> = Vec::new();
    for tag in &container.tags {
        let key = tag.raw.key.as_str();
        let value = match &tag.raw.value {
            RawValue::String(text) => text.to_string(),
            RawValue::StringList(texts) => texts.join("; "),
            RawValue::UnsignedInt(number) => number.to_string(),
            RawValue::SignedInt(number) => number.to_string(),
            RawValue::Float(number) => number.to_string(),
            RawValue::Boolean(is_set) => u8::from(*is_set).to_string(),
            RawValue::Flag => "1".to_owned(),
            _ => continue,
        };
        // Matroska says what a tag is about before its name.
        let key = key.rsplit_once('@').map_or(key, |(_, key)| key);
        // MP4 says a number and how many there are by the same name; atoms that nobody else has a name for are a shop's own.
        let is_four =
            key.chars().count() == 4 && key.chars().any(|letter| letter == '©' || letter.is_ascii_lowercase());
        let name = match key {
            "trkn" if numbers.contains(&key) => Some("TRACKTOTAL".to_owned()),
            "disk" if numbers.contains(&key) => Some("DISCTOTAL".to_owned()),
            "PART_NUMBER" => Some("TRACKNUMBER".to_owned()),
            "DURATION" => None,
            _ if is_four || key.contains(':') => names::of_mp4(key),
            _ => names::comment(key),
        };
        numbers.push(key);
        name.iter().for_each(|name| tags.add(name, &value));
    }
    for visual in &container.visuals {
        let mut picture = Picture::of(kind(visual.usage), visual.data.to_vec());
        picture.mime = visual.media_type.clone().unwrap_or(picture.mime);
        tags.pictures.push(picture);
    }
}

/// The number of a kind of picture (RFC 9639, section 8.8).
fn kind(usage: Option<StandardVisualKey>) -> u32 {
    use StandardVisualKey as Key;
    let order = [
        Key::Other,
        Key::FileIcon,
        Key::OtherIcon,
        Key::FrontCover,
        Key::BackCover,
        Key::Leaflet,
        Key::Media,
        Key::LeadArtistPerformerSoloist,
        Key::ArtistPerformer,
        Key::Conductor,
        Key::BandOrchestra,
        Key::Composer,
        Key::Lyricist,
        Key::RecordingLocation,
        Key::RecordingSession,
        Key::Performance,
        Key::ScreenCapture,
    ];
    // Who does not say shows the front.
    usage.map_or(Some(3), |usage| order.iter().position(|each| *each == usage)).map_or(0, |kind| kind as u32)
}
