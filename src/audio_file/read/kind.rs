//! What a file is, by its first bytes; names for what is not read.

use std::path::Path;

use anyhow::{Result, bail};

use super::aac::refusal;
use super::input::{Input, Numbers};
use super::sound::Sound;
use super::{READABLE, aac, caf, flac, matroska, mp4, mpeg, ogg, tags};

/// Opens whatever it is.
///
/// # Errors
/// If it is nothing that is read, which is named if it is known, or damaged.
pub fn open(mut input: Input, path: &Path) -> Result<Box<dyn Sound>> {
    let size = input.remaining();
    tags::skip(&mut input)?;
    let ahead = input.peek(64)?.to_vec();
    if let Some(length) = tags::length(&ahead).filter(|&length| length > input.remaining() && ahead.starts_with(b"ID3"))
    {
        bail!("was cut off in its tag ({} of {} kB are there); copy or export it again", size / 1000, length / 1000);
    }
    if let Some(name) = unreadable(&ahead) {
        bail!("{}", refusal(name, ""));
    }
    match ahead.part(0, 4) {
        Some(b"fLaC") => return Ok(Box::new(flac::FlacFile::open(input)?)),
        Some(b"OggS") => return ogg::open(input),
        Some(b"caff") => return caf::open(input),
        Some(b"\x1a\x45\xdf\xa3") => return matroska::open(input),
        _ => {}
    }
    let first_boxes = [&b"ftyp"[..], b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"moof", b"styp"];
    if ahead.part(4, 4).is_some_and(|kind| first_boxes.contains(&kind)) {
        return mp4::open(input);
    }
    if (0..4).all(|idx| input.peek(4 * 188).is_ok_and(|ahead| ahead.get(188 * idx) == Some(&0x47))) {
        bail!("{}", refusal("an MPEG transport stream", ""));
    }
    let input = match aac::open(input)? {
        Ok(sound) => return Ok(sound),
        Err(input) => input,
    };
    if let Ok(sound) = mpeg::open(input)? {
        return Ok(sound);
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("").to_lowercase();
    if ahead.is_empty() || tags::length(&ahead).is_some_and(|length| length >= size) {
        bail!("holds nothing but a tag; export it again");
    }
    if std::str::from_utf8(&ahead).is_ok_and(|text| !text.contains('\0')) {
        bail!("is not audio but text; give a file in {READABLE}");
    }
    let expected = match extension.as_str() {
        "mp3" | "mp2" | "mp1" | "mpga" => "MP3",
        "flac" => "FLAC",
        "ogg" | "oga" | "opus" => "Ogg",
        "m4a" | "mp4" | "m4b" | "mov" => "MP4",
        "aac" => "AAC",
        "mka" | "mkv" | "webm" => "Matroska",
        "caf" => "CAF",
        "wav" | "wave" | "w64" | "rf64" | "bwf" => "WAV",
        "aif" | "aiff" | "aifc" => "AIFF",
        _ => bail!("is not audio in {READABLE}; convert it first"),
    };
    bail!("is named like {expected}, but is none or damaged from its beginning; export it again")
}

/// What is known and not read.
fn unreadable(ahead: &[u8]) -> Option<&'static str> {
    const NAMES: [(&[u8], &str); 26] = [
        (b"wvpk", "WavPack"),
        (b"MAC ", "Monkey's Audio"),
        (b"MPCK", "Musepack"),
        (b"MP+", "Musepack"),
        (b"TTA1", "TTA"),
        (b"TTA2", "TTA"),
        (b"OFR ", "OptimFROG"),
        (b"ajkg", "Shorten"),
        (b"LA0", "Lossless Audio"),
        (b"tBaK", "TAK"),
        (b"DSD ", "DSD"),
        (b"FRM8", "DSD"),
        (b"#!AMR", "AMR"),
        (b".snd", "Sun audio"),
        (b".RMF", "RealMedia"),
        (b".ra\xfd", "RealAudio"),
        (b"MThd", "MIDI, notes without sound"),
        (b"FLV", "Flash video"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
        (b"\x0b\x77", "AC-3"),
        (b"\x7f\xfe\x80\x01", "DTS"),
        (b"\x00\x00\x01\xba", "MPEG video"),
        (b"%PDF", "a PDF, no sound"),
        (b"PK\x03\x04", "an archive, no sound"),
        (b"\x89PNG", "a picture, no sound"),
        (b"\xff\xd8\xff", "a picture, no sound"),
    ];
    if ahead.starts_with(b"RIFF") {
        return match ahead.part(8, 4)? {
            b"AVI " => Some("AVI"),
            b"RMID" => Some("MIDI, notes without sound"),
            _ => None,
        };
    }
    NAMES.iter().find(|(start, _)| ahead.starts_with(start)).map(|(_, name)| *name)
}
