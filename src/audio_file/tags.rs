//! What a file says beside its sound: title, cover, codes, places. Read from the source, written into the master.

mod ape;
mod bext;
mod cues;
mod flac;
mod id3;
mod info;
mod loudness;
mod names;
mod ogg;
mod other;
mod riff;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::open::open;
use super::write::wav::{self, Chunk};
use super::{Container, Spec};
use cues::Cue;
use id3::Id3;

/// How Matroska files begin.
const EBML: &[u8] = &[0x1a, 0x45, 0xdf, 0xa3];

/// All that is kept of a source, in the forms that WAV and FLAC have for it. Nothing in it says how loud the source was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Names and values as Vorbis comments, in their order.
    comments: Vec<(String, String)>,
    pictures: Vec<Picture>,
    cues: Vec<Cue>,
    /// Frames as they were, where the source had such a tag and can keep it.
    id3: Option<Id3>,
    /// Chunks of a WAV file as they were, ID3 aside.
    chunks: Vec<Chunk>,
    /// Whether `chunks` and `id3` are all that a WAV file said, so that nothing is added to them in another.
    is_wav: bool,
    /// Blocks of a FLAC file as they were.
    cue_sheet: Option<Vec<u8>>,
    applications: Vec<Vec<u8>>,
    /// Whether something said how loud the source was.
    is_loudness_removed: bool,
    /// What could not be kept in any form.
    left_out: Vec<String>,
}

/// A picture, of the kinds that FLAC and ID3 number alike (RFC 9639, section 8.8): 3 is the front cover.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Picture {
    kind: u32,
    mime: String,
    description: String,
    /// Width and height in pixels, bits per pixel, colours of a palette; 0 if not known.
    form: [u32; 4],
    data: Vec<u8>,
}

impl Picture {
    /// One that says nothing of itself.
    fn of(kind: u32, data: Vec<u8>) -> Self {
        let mime = match data.as_slice() {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [b'G', b'I', b'F', ..] => "image/gif",
            _ => "image/jpeg",
        };
        Self { kind, mime: mime.to_owned(), description: String::new(), form: [0; 4], data }
    }
}

/// Reads what a sound file says beside its sound. Never fails: what cannot be read is noted ([`Tags::notes`]).
pub fn read(path: &Path) -> Tags {
    let mut tags = Tags::default();
    let read = open(path).map_err(io::Error::other).and_then(|(file, _)| read_file(file, path, &mut tags));
    if read.is_err() {
        tags.left_out.push("tags that cannot be read".to_owned());
    }
    tags
}

fn read_file(mut file: File, path: &Path, tags: &mut Tags) -> io::Result<()> {
    let mut head = Vec::new();
    (&mut file).take(12).read_to_end(&mut head)?;
    let mut in_front = Vec::new();
    let mut begin = 0;
    if let Some(num_bytes) = id3::num_bytes(&head) {
        begin = num_bytes as u64;
        file.rewind()?;
        (&mut file).take(begin).read_to_end(&mut in_front)?;
        head.clear();
        (&mut file).take(12).read_to_end(&mut head)?;
    }
    file.seek(SeekFrom::Start(begin))?;
    match (head.get(..4), head.get(8..12)) {
        (Some(b"RIFF" | b"RF64" | b"BW64"), Some(b"WAVE")) if begin == 0 => riff::read_wav(&mut file, tags),
        (Some(b"FORM"), Some(b"AIFF" | b"AIFC")) if begin == 0 => riff::read_aiff(&mut file, tags),
        (Some(b"fLaC"), _) => {
            let read = flac::read(&mut file, tags);
            tags.add_id3(&in_front, false);
            read
        }
        (Some(b"OggS"), _) => ogg::read(&mut file, tags),
        (start, _) if start == Some(b"caff") || start == Some(EBML) || head.get(4..8) == Some(b"ftyp") => {
            file.rewind()?;
            other::read(file, path, tags);
            Ok(())
        }
        _ => {
            tags.add_id3(&in_front, true);
            ape::read(&mut file, tags)
        }
    }
}

impl Tags {
    /// Adds a comment, unless it says how loud the source is or how it is packed.
    fn add(&mut self, name: &str, value: &str) {
        if loudness::is_loudness(name) {
            self.is_loudness_removed = true;
        } else if !loudness::is_packing(name) && !value.is_empty() {
            self.comments.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Adds a comment where there is none of that name.
    fn add_missing(&mut self, name: &str, value: &str) {
        if self.value(name).is_none() {
            self.add(name, value);
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.comments.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Adds what an ID3 tag says, and keeps its frames if it `is_kept`.
    fn add_id3(&mut self, bytes: &[u8], is_kept: bool) {
        let Some(mut id3) = id3::parse(bytes) else { return };
        self.is_loudness_removed |= !id3.remove_loudness().is_empty();
        let (comments, pictures, _) = id3.speak();
        let said: Vec<String> = self.comments.iter().map(|(name, _)| name.clone()).collect();
        for (name, value) in comments.iter().filter(|(name, _)| !said.contains(name)) {
            self.add(name, value);
        }
        if self.pictures.is_empty() {
            self.pictures = pictures;
        }
        if is_kept && self.id3.is_none() {
            self.id3 = Some(id3);
        }
    }

    /// Chunks of a WAV file before and after its samples.
    pub(super) fn chunks(&self, spec: &Spec) -> (Vec<Chunk>, Vec<Chunk>) {
        let mut before = self.kept_chunks(spec);
        let has = |chunks: &[Chunk], id: &[u8; 4], kind: &[u8]| {
            chunks.iter().any(|chunk| chunk.0 == *id && chunk.1.starts_with(kind))
        };
        let mut comments = self.comments.clone();
        if !self.is_wav {
            if !has(&before, b"bext", b"") {
                before.extend(bext::from_comments(&comments).map(|chunk| (*b"bext", chunk)));
            }
            // What the broadcast chunk holds is not said twice.
            if has(&before, b"bext", b"") {
                comments.retain(|(name, _)| !bext::is_field(name));
            }
            if !has(&before, b"cue ", b"") {
                before.extend(cues::to_wav(&self.cues));
            }
            before.extend(info::list(&comments).map(|list| (*b"LIST", list)));
        }
        let id3 = match &self.id3 {
            Some(id3) => Some(id3.clone()),
            None if self.is_wav || (comments.is_empty() && self.pictures.is_empty()) => None,
            None => Some(Id3::from_comments(&comments, &self.pictures)),
        };
        let after = id3.filter(|id3| !id3.frames.is_empty()).map(|id3| (*b"id3 ", id3.write()));
        (before, after.into_iter().collect())
    }

    /// The source's chunks, made right for the new word length.
    fn kept_chunks(&self, spec: &Spec) -> Vec<Chunk> {
        let mut chunks = self.chunks.clone();
        for (id, content) in &mut chunks {
            if id.eq_ignore_ascii_case(b"ixml")
                && let Ok(xml) = std::str::from_utf8(content)
            {
                *content = loudness::without_loudness(xml, spec.word_length.bits()).into_bytes();
            }
        }
        chunks
    }

    /// Metadata blocks of a FLAC file: comments, pictures, places, and the chunks of a WAV file as libFLAC keeps them.
    pub(super) fn blocks(&self, spec: &Spec) -> Vec<(u8, Vec<u8>)> {
        let mut blocks = vec![(flac::VORBIS_COMMENT, flac::comment_block(&self.comments))];
        let sheet = self.cue_sheet.clone().or_else(|| cues::to_sheet(&self.cues, spec.num_frames));
        blocks.extend(sheet.map(|sheet| (flac::CUE_SHEET, sheet)));
        blocks.extend(self.pictures.iter().map(|picture| (flac::PICTURE, flac::picture_block(picture))));
        blocks.extend(self.applications.iter().map(|block| (flac::APPLICATION, block.clone())));
        blocks.extend(self.foreign_blocks(spec));
        blocks.retain(|(_, block)| block.len() <= flac::MAX_BLOCK);
        blocks
    }

    /// Everything but the samples of the WAV file that would say the same, a chunk a block, so that
    /// `flac --decode --keep-foreign-metadata` makes that file.
    fn foreign_blocks(&self, spec: &Spec) -> Vec<(u8, Vec<u8>)> {
        let mut chunks = self.kept_chunks(spec);
        chunks.retain(|(id, content)| {
            !(id == b"LIST" && content.starts_with(b"INFO")) && content.len() + 13 <= flac::MAX_BLOCK
        });
        if chunks.is_empty() {
            return Vec::new();
        }
        let wav = Spec { container: Container::Wav, ..*spec };
        let head = wav::frame(&wav, &chunks, &[]).head;
        let mut parts = vec![head[..12].to_vec()];
        let mut rest = &head[12..];
        while let Some(size) = rest.get(4..8).filter(|_| !rest.starts_with(b"data")) {
            let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
            let (chunk, after) = rest.split_at(8 + size + size % 2);
            parts.push(chunk.to_vec());
            rest = after;
        }
        parts.push(rest.to_vec());
        parts.iter().map(|part| (flac::APPLICATION, [flac::FOREIGN, part.as_slice()].concat())).collect()
    }

    /// What the source said and a file of this format cannot, or must not; one line each.
    pub fn notes(&self, container: Container) -> Vec<String> {
        let mut notes = Vec::new();
        if self.is_loudness_removed {
            notes.push("Left out: loudness in the source's tags, which the master does not have any more.".to_owned());
        }
        let mut lost = self.left_out.clone();
        match container {
            Container::Flac => {
                lost.extend(
                    self.id3.iter().flat_map(|id3| id3.speak().2).map(|frame| format!("the ID3 frame {frame}")),
                );
                let too_large = self.pictures.iter().filter(|picture| picture.data.len() + 200 > flac::MAX_BLOCK);
                lost.extend(too_large.map(|_| "a picture, which is too large".to_owned()));
                let too_large = self.chunks.iter().filter(|chunk| chunk.1.len() + 13 > flac::MAX_BLOCK);
                lost.extend(
                    too_large.map(|(id, _)| format!("the chunk {:?}, which is too large", String::from_utf8_lossy(id))),
                );
            }
            Container::Wav => {
                let names = self
                    .applications
                    .iter()
                    .map(|block| String::from_utf8_lossy(&block[..block.len().min(4)]).into_owned());
                lost.extend(names.map(|name| format!("the FLAC block {name:?}")));
            }
        }
        lost.sort();
        lost.dedup();
        if !lost.is_empty() {
            let format = if container == Container::Wav { "WAV" } else { "FLAC" };
            notes.push(format!("Cannot be carried into {format}: {}.", lost.join(", ")));
        }
        notes
    }
}
