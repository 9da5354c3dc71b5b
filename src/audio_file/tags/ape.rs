//! APEv2 tags, at the end of MP3 and WavPack files, and ID3v1.

use std::io::{self, Read, Seek, SeekFrom};

use super::bext::text;
use super::{Picture, Tags, names};

const NUM_FOOTER_BYTES: u64 = 32;
const NUM_ID3V1_BYTES: u64 = 128;
const MAX_BYTES: u64 = 64 << 20;

/// Reads what stands at the end of a file, where nothing else has said it yet.
///
/// # Errors
/// If the file cannot be read.
pub fn read(file: &mut (impl Read + Seek), tags: &mut Tags) -> io::Result<()> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut last = |end: u64, length: u64| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(from) = end.checked_sub(length) {
            file.seek(SeekFrom::Start(from))?;
            (&mut *file).take(length).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    };
    let id3v1 = last(end, NUM_ID3V1_BYTES)?;
    let has_id3v1 = id3v1.starts_with(b"TAG");
    if has_id3v1 {
        end -= NUM_ID3V1_BYTES;
    }
    let footer = last(end, NUM_FOOTER_BYTES)?;
    if footer.starts_with(b"APETAGEX") {
        let size = u64::from(u32::from_le_bytes([footer[12], footer[13], footer[14], footer[15]]));
        if size <= MAX_BYTES {
            items(&last(end, size)?, tags);
        }
    }
    if has_id3v1 {
        for (name, from, to) in [("TITLE", 3, 33), ("ARTIST", 33, 63), ("ALBUM", 63, 93), ("DATE", 93, 97)] {
            tags.add_missing(name, &text(&id3v1[from..to]));
        }
        if id3v1[125] == 0 && id3v1[126] != 0 {
            tags.add_missing("TRACKNUMBER", &id3v1[126].to_string());
        }
    }
    Ok(())
}

fn items(bytes: &[u8], tags: &mut Tags) {
    let mut rest = bytes;
    while let (Some(size), Some(flags)) = (rest.get(..4), rest.get(4..8)) {
        let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
        let is_binary = flags[0] & 0x06 == 0x02;
        let Some(length) = rest[8..].iter().position(|byte| *byte == 0) else { break };
        let key = String::from_utf8_lossy(&rest[8..8 + length]).to_ascii_uppercase();
        let from = 8 + length + 1;
        let Some(value) = rest.get(from..from.saturating_add(size)) else { break };
        rest = &rest[from + size..];
        match (is_binary, key.strip_prefix("COVER ART")) {
            (true, Some(kind)) => {
                let at = value.iter().position(|byte| *byte == 0).map_or(0, |at| at + 1);
                let kind = if kind.contains("BACK") { 4 } else { 3 };
                tags.pictures.push(Picture::of(kind, value[at..].to_vec()));
            }
            (false, _) => {
                let name = match key.as_str() {
                    "TRACK" => Some("TRACKNUMBER".to_owned()),
                    "DISC" => Some("DISCNUMBER".to_owned()),
                    "YEAR" => Some("DATE".to_owned()),
                    "ALBUM ARTIST" => Some("ALBUMARTIST".to_owned()),
                    key => names::comment(key),
                };
                // The names that it has before these are not to be touched by the second value of one.
                let text = String::from_utf8_lossy(value);
                name.iter().for_each(|name| tags.add_missing(name, &text.replace('\0', "; ")));
            }
            _ => {}
        }
    }
}
