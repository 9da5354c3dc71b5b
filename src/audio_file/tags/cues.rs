//! Places in a song: cue points of WAV, markers of AIFF, cue sheets of FLAC.

use super::bext::text;
use crate::audio_file::write::wav::{Chunk, push_chunk};

/// A named place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Frames from the beginning of the file.
    pub frame: u64,
    /// Its name; may be empty.
    pub name: String,
}

/// A cue sheet cannot number more tracks (RFC 9639, section 8.7.1).
const MAX_TRACKS: usize = 254;
const LEAD_OUT: u8 = 255;
const NUM_CATALOG_BYTES: usize = 128;

fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_be(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// Of a WAV file's chunks: the points of `cue `, named by the labels of `LIST adtl`.
pub fn from_wav(chunks: &[Chunk]) -> Vec<Cue> {
    let content = |id: &[u8; 4], kind: &[u8]| {
        chunks.iter().find(|chunk| chunk.0 == *id && chunk.1.starts_with(kind)).map(|chunk| chunk.1.as_slice())
    };
    let mut names = Vec::new();
    let mut labels = content(b"LIST", b"adtl").and_then(|list| list.get(4..)).unwrap_or_default();
    while let Some(length) = u32_le(labels, 4).map(|length| length as usize) {
        let label = labels.get(8..).and_then(|rest| rest.get(..length)).unwrap_or_default();
        if let (true, Some(id), Some(name)) = (labels.starts_with(b"labl"), u32_le(label, 0), label.get(4..)) {
            names.push((id, text(name)));
        }
        labels = labels.get(8 + length + length % 2..).unwrap_or_default();
    }
    let points = content(b"cue ", b"").and_then(|cue| cue.get(4..)).unwrap_or_default();
    let cue = |point: &[u8; 24]| {
        let id = u32_le(point, 0)?;
        let name = names.iter().find(|name| name.0 == id).map(|name| name.1.clone()).unwrap_or_default();
        Some(Cue { frame: u64::from(u32_le(point, 20)?), name })
    };
    points.as_chunks::<24>().0.iter().filter_map(cue).collect()
}

/// As chunks of a WAV file; those that 32 bits cannot count to are left out.
pub fn to_wav(cues: &[Cue]) -> Vec<Chunk> {
    let cues: Vec<(u32, &str)> =
        cues.iter().filter_map(|cue| Some((u32::try_from(cue.frame).ok()?, cue.name.as_str()))).collect();
    if cues.is_empty() {
        return Vec::new();
    }
    let mut points = (cues.len() as u32).to_le_bytes().to_vec();
    let mut labels = b"adtl".to_vec();
    for (id, (frame, name)) in (1_u32..).zip(cues) {
        points.extend([id.to_le_bytes(), frame.to_le_bytes(), *b"data", [0; 4], [0; 4], frame.to_le_bytes()].concat());
        if !name.is_empty() {
            push_chunk(&mut labels, *b"labl", &[&id.to_le_bytes(), name.as_bytes(), &[0]].concat());
        }
    }
    let mut chunks = vec![(*b"cue ", points)];
    if labels.len() > 4 {
        chunks.push((*b"LIST", labels));
    }
    chunks
}

/// Of the markers of an AIFF file (`MARK`).
pub fn from_aiff(chunk: &[u8]) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut at = 2;
    while let (Some(high), Some(low), Some(&length)) = (u16_be(chunk, at + 2), u16_be(chunk, at + 4), chunk.get(at + 6))
    {
        let length = usize::from(length);
        let name = chunk.get(at + 7..at + 7 + length).map(text).unwrap_or_default();
        cues.push(Cue { frame: u64::from(high) << 16 | u64::from(low), name });
        at += 7 + length + (1 + length) % 2;
    }
    cues
}

/// Of a cue sheet.
pub fn from_sheet(block: &[u8]) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut at = NUM_CATALOG_BYTES + 8 + 259;
    let num_tracks = block.get(at).copied().unwrap_or(0);
    at += 1;
    for _ in 0..num_tracks {
        let (Some(start), Some(&number), Some(&num_indices)) =
            (u64_be(block, at), block.get(at + 8), block.get(at + 35))
        else {
            break;
        };
        let indices = block.get(at + 36..at + 36 + 12 * usize::from(num_indices)).unwrap_or_default();
        // Index 1 is where a track begins, 0 the pause before it.
        let begin = indices.as_chunks::<12>().0.iter().find(|index| index[8] == 1);
        let offset = begin.and_then(|index| u64_be(index, 0)).unwrap_or(0);
        if number != LEAD_OUT {
            cues.push(Cue { frame: start.saturating_add(offset), name: format!("Track {number}") });
        }
        at += 36 + 12 * usize::from(num_indices);
    }
    cues
}

/// Whether a cue sheet is one, to the last reserved bit: strict readers refuse the whole file for one that is not.
pub fn is_sheet(block: &[u8]) -> bool {
    let is_text = |bytes: &[u8]| {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        bytes[..end].iter().all(|byte| matches!(byte, b' '..=b'~')) && bytes[end..].iter().all(|byte| *byte == 0)
    };
    let are_zero = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    let Some((head, mut rest)) = block.split_at_checked(NUM_CATALOG_BYTES + 8 + 259) else { return false };
    let is_disc = head[NUM_CATALOG_BYTES + 8] & 0x80 != 0;
    let is_place = |frames: Option<u64>| frames.is_some_and(|frames| !is_disc || frames.is_multiple_of(588));
    let is_head = is_text(&head[..NUM_CATALOG_BYTES])
        && (is_disc || u64_be(head, NUM_CATALOG_BYTES) == Some(0))
        && head[NUM_CATALOG_BYTES + 8] & 0x7f == 0
        && are_zero(&head[NUM_CATALOG_BYTES + 9..]);
    let Some((&num_tracks, after)) = rest.split_first() else { return false };
    rest = after;
    for _ in 0..num_tracks {
        let Some((track, after)) = rest.split_at_checked(36) else { return false };
        let Some((indices, after)) = after.split_at_checked(12 * usize::from(track[35])) else { return false };
        rest = after;
        let is_number = if is_disc { matches!(track[8], 1..=99 | 170) } else { track[8] != 0 };
        let is_track = is_number && is_place(u64_be(track, 0)) && is_text(&track[9..21]);
        let are_indices =
            indices.as_chunks::<12>().0.iter().all(|index| is_place(u64_be(index, 0)) && are_zero(&index[9..]));
        let is_reserved = track[21] & 0x3f == 0 && are_zero(&track[22..35]);
        if !(is_track && is_reserved && are_indices) {
            return false;
        }
    }
    is_head && rest.is_empty() && (1..=if is_disc { 100 } else { 255 }).contains(&num_tracks)
}

/// As a cue sheet of a file of so many frames: one track from each place on. `None` where none or too many lie in the file.
pub fn to_sheet(cues: &[Cue], num_frames: u64) -> Option<Vec<u8>> {
    let mut frames: Vec<u64> = cues.iter().map(|cue| cue.frame).filter(|&frame| frame < num_frames).collect();
    frames.sort_unstable();
    frames.dedup();
    if frames.is_empty() || frames.len() > MAX_TRACKS {
        return None;
    }
    let mut block = vec![0; NUM_CATALOG_BYTES + 8 + 259];
    block.push(frames.len() as u8 + 1);
    for (number, frame) in (1..).zip(&frames) {
        block.extend(frame.to_be_bytes());
        block.push(number);
        block.extend([0; 12 + 14]);
        block.push(1);
        block.extend([&[0; 8][..], &[1, 0, 0, 0]].concat());
    }
    block.extend(num_frames.to_be_bytes());
    block.push(LEAD_OUT);
    block.extend([0; 12 + 14 + 1]);
    Some(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cues(cues: &[(u64, &str)]) -> Vec<Cue> {
        cues.iter().map(|(frame, name)| Cue { frame: *frame, name: (*name).to_owned() }).collect()
    }

    #[test]
    fn places_go_through_every_form() {
        let places = cues(&[(0, "Start"), (48_000, ""), (96_001, "Verse, odd")]);
        assert_eq!(from_wav(&to_wav(&places)), places);
        let sheet = to_sheet(&places, 100_000).unwrap();
        assert_eq!(from_sheet(&sheet), cues(&[(0, "Track 1"), (48_000, "Track 2"), (96_001, "Track 3")]));
        assert_eq!(sheet.len(), 396 + 3 * (36 + 12) + 36);
        assert!(is_sheet(&sheet) && !is_sheet(&sheet[1..]) && !is_sheet(&[&sheet[..], &[0]].concat()));
        assert_eq!(to_sheet(&places, 0), None);

        let aiff = b"\0\x02\0\x01\0\0\xbb\x80\x03abc\0\x02\0\x01\0\0\x02hi\0";
        assert_eq!(from_aiff(aiff), cues(&[(48_000, "abc"), (65_536, "hi")]));
    }

    #[test]
    fn cut_chunks_end_where_they_are_cut() {
        let places = cues(&[(1, "one"), (2, "two")]);
        let sheet = to_sheet(&places, 10).unwrap();
        (0..sheet.len()).for_each(|length| drop((from_sheet(&sheet[..length]), is_sheet(&sheet[..length]))));
        for (id, content) in to_wav(&places) {
            (0..content.len()).for_each(|length| drop(from_wav(&[(id, content[..length].to_vec())])));
        }
        (0..20).for_each(|length| drop(from_aiff(&[9; 20][..length])));
    }
}
