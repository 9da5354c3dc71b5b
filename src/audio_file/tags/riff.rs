//! Tags of WAV and AIFF files: their chunks.

use std::io::{self, Read, Seek, SeekFrom};

use super::{Tags, bext, cues, info};
use crate::audio_file::write::wav::Chunk;

/// Largest chunk that is kept, and all of them together, bytes.
const MAX_CHUNK: u64 = 64 << 20;
const MAX_CHUNKS: u64 = 256 << 20;
/// More chunks than any file has.
const MAX_NUM_CHUNKS: usize = 10_000;
/// What our own header says, what fills room, and what describes the source's samples and not the master's: peaks, overviews,
/// checksums, Dolby's loudness.
const NOT_KEPT: [&[u8; 4]; 15] = [
    b"fmt ", b"data", b"fact", b"ds64", b"JUNK", b"junk", b"PAD ", b"FLLR", b"filr", b"PEAK", b"levl", b"ovwf",
    b"LGWV", b"MD5 ", b"dbmd",
];

/// Whether a WAV file of ours can have a chunk that another had.
pub fn is_kept(id: [u8; 4]) -> bool {
    !NOT_KEPT.contains(&&id) && id.iter().all(|letter| matches!(letter, b' '..=b'~'))
}

/// Reads RIFF, RF64 and BW64 from their beginning on.
///
/// # Errors
/// If the file cannot be read.
pub fn read_wav(file: &mut (impl Read + Seek), tags: &mut Tags) -> io::Result<()> {
    let mut all = Vec::new();
    walk(file, tags, &mut all, u32::from_le_bytes, |id| is_kept(id) || &id == b"ds64")?;
    tags.is_wav = true;
    for (id, content) in all {
        match (&id, content.get(..4)) {
            (b"id3 " | b"ID3 " | b"ID32", _) => tags.add_id3(&content, true),
            (b"ds64", _) => {}
            // Strict readers refuse the whole file for one that is not.
            (b"LIST", Some(kind)) if !is_list(&content) => {
                tags.left_out.push(format!("a damaged list {:?}", String::from_utf8_lossy(kind)));
            }
            _ => tags.chunks.push((id, content)),
        }
    }
    tags.speak_chunks();
    Ok(())
}

/// Reads AIFF and AIFC from their beginning on.
///
/// # Errors
/// If the file cannot be read.
pub fn read_aiff(file: &mut (impl Read + Seek), tags: &mut Tags) -> io::Result<()> {
    let mut all = Vec::new();
    walk(file, tags, &mut all, u32::from_be_bytes, |id| {
        [b"NAME", b"AUTH", b"(c) ", b"ANNO", b"MARK", b"ID3 ", b"id3 "].contains(&&id)
    })?;
    let texts = [(b"NAME", "TITLE"), (b"AUTH", "ARTIST"), (b"(c) ", "COPYRIGHT"), (b"ANNO", "COMMENT")];
    for (id, content) in all.iter().filter(|chunk| chunk.0.eq_ignore_ascii_case(b"ID3 ")) {
        debug_assert!(id.starts_with(b"I") || id.starts_with(b"i"));
        tags.add_id3(content, true);
    }
    for (id, content) in &all {
        if let Some((_, name)) = texts.iter().find(|text| text.0 == id) {
            tags.add_missing(name, &bext::text(content));
        }
        if id == b"MARK" {
            tags.cues = cues::from_aiff(content);
        }
    }
    Ok(())
}

/// Whether a list is made of chunks to its end.
fn is_list(content: &[u8]) -> bool {
    let mut rest = content.get(4..).unwrap_or(&[0]);
    while let Some(size) = rest.get(4..8) {
        let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
        // The last may lack the byte that makes it even.
        match rest.get(8 + size..) {
            Some(after) => rest = after.get(size % 2..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.is_empty()
}

/// Looks at every chunk, and keeps those that are `wanted`.
fn walk(
    file: &mut (impl Read + Seek),
    tags: &mut Tags,
    all: &mut Vec<Chunk>,
    number: impl Fn([u8; 4]) -> u32,
    wanted: impl Fn([u8; 4]) -> bool,
) -> io::Result<()> {
    let num_bytes = file.seek(SeekFrom::End(0))?;
    let (mut at, mut num_kept, mut data_size) = (12, 0, None);
    while at + 8 <= num_bytes && all.len() < MAX_NUM_CHUNKS {
        file.seek(SeekFrom::Start(at))?;
        let mut header = [0; 8];
        file.read_exact(&mut header)?;
        let id = [header[0], header[1], header[2], header[3]];
        let mut size = u64::from(number([header[4], header[5], header[6], header[7]]));
        if &id == b"data" && size == u64::from(u32::MAX) {
            // RF64 says it elsewhere.
            size = data_size.unwrap_or(0);
        }
        if &id == b"data" && size == 0 {
            break; // A stream that was never finished has nothing after its samples.
        }
        if wanted(id) {
            let left = num_bytes - at - 8;
            if size > MAX_CHUNK || num_kept + size > MAX_CHUNKS {
                tags.left_out.push(format!("the chunk {:?}, which is too large", String::from_utf8_lossy(&id)));
            } else if size <= left {
                let mut content = vec![0; size as usize];
                file.read_exact(&mut content)?;
                if &id == b"ds64" {
                    data_size = content.get(8..16).and_then(|size| size.try_into().ok()).map(u64::from_le_bytes);
                }
                num_kept += size;
                all.push((id, content));
            }
        } else if &id == b"dbmd" {
            tags.is_loudness_removed = true;
        }
        at = at.saturating_add(8 + size + size % 2);
    }
    Ok(())
}

/// What the chunks of a WAV file say as comments, where nothing else says it; loudness is taken out of them.
impl Tags {
    pub(super) fn speak_chunks(&mut self) {
        let mut chunks = std::mem::take(&mut self.chunks);
        for (id, content) in &mut chunks {
            match &*id {
                b"bext" => {
                    self.is_loudness_removed |= bext::remove_loudness(content);
                    bext::comments(content).iter().for_each(|(name, value)| self.add_missing(name, value));
                }
                b"LIST" if content.starts_with(b"INFO") => {
                    info::comments(content).iter().for_each(|(name, value)| self.add_missing(name, value));
                }
                // EBU Tech 3352 puts the code into a text of its own form.
                b"axml" => {
                    let xml = String::from_utf8_lossy(content);
                    let code = xml.split("ISRC:").skip(1).find_map(|rest| info::isrc(rest.get(..12)?));
                    code.iter().for_each(|code| self.add_missing("ISRC", code));
                }
                _ => {}
            }
        }
        self.cues = cues::from_wav(&chunks);
        self.chunks = chunks;
    }
}
