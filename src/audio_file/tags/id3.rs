//! ID3v2 (2.2, 2.3, 2.4): frames kept as they are, and spoken as comments and pictures.

use super::names;
use super::{Picture, loudness};

/// A tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Id3 {
    /// 3 or 4: the forms in which it can be written again.
    pub version: u8,
    /// In their order.
    pub frames: Vec<Frame>,
}

/// A frame, without the zeros that some versions put between its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Four letters; of version 2.2 already made four.
    pub id: [u8; 4],
    flags: [u8; 2],
    content: Vec<u8>,
}

/// Bytes of the header.
pub const NUM_HEADER_BYTES: usize = 10;
/// The frames of 2.2 that have another name since.
const OLD_IDS: &[(&[u8; 3], &[u8; 4])] = &[
    (b"TT1", b"TIT1"),
    (b"TT2", b"TIT2"),
    (b"TT3", b"TIT3"),
    (b"TP1", b"TPE1"),
    (b"TP2", b"TPE2"),
    (b"TP3", b"TPE3"),
    (b"TP4", b"TPE4"),
    (b"TAL", b"TALB"),
    (b"TRK", b"TRCK"),
    (b"TPA", b"TPOS"),
    (b"TYE", b"TYER"),
    (b"TCO", b"TCON"),
    (b"TCM", b"TCOM"),
    (b"TCR", b"TCOP"),
    (b"TRC", b"TSRC"),
    (b"TPB", b"TPUB"),
    (b"TLA", b"TLAN"),
    (b"TBP", b"TBPM"),
    (b"TKE", b"TKEY"),
    (b"TEN", b"TENC"),
    (b"TSS", b"TSSE"),
    (b"TXT", b"TEXT"),
    (b"TCP", b"TCMP"),
    (b"TXX", b"TXXX"),
    (b"COM", b"COMM"),
    (b"ULT", b"USLT"),
    (b"PIC", b"APIC"),
    (b"RVA", b"RVAD"),
];

/// Bytes of the whole tag that begins with this header; `None` if none does.
pub fn num_bytes(header: &[u8]) -> Option<usize> {
    let header = header.get(..NUM_HEADER_BYTES)?;
    let is_tag = header.starts_with(b"ID3") && (2..=4).contains(&header[3]);
    let footer = if header[3] == 4 && header[5] & 0x10 != 0 { NUM_HEADER_BYTES } else { 0 };
    is_tag.then(|| NUM_HEADER_BYTES + seven_bits(&header[6..]) + footer)
}

fn seven_bits(bytes: &[u8]) -> usize {
    bytes.iter().take(4).fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f))
}

fn eight_bits(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |size, byte| size << 8 | usize::from(*byte))
}

/// Drops the zero after each 255.
fn synchronised(bytes: &[u8]) -> Vec<u8> {
    let mut last = 0;
    let is_kept = |byte: &&u8| std::mem::replace(&mut last, **byte) != 0xff || **byte != 0;
    bytes.iter().filter(is_kept).copied().collect()
}

/// Reads a tag as far as it makes sense.
pub fn parse(bytes: &[u8]) -> Option<Id3> {
    let num_bytes = num_bytes(bytes)?;
    let (version, flags) = (bytes[3], bytes[5]);
    let body = &bytes[NUM_HEADER_BYTES..bytes.len().min(num_bytes)];
    let is_unsynchronised = flags & 0x80 != 0;
    let body = if is_unsynchronised && version < 4 { synchronised(body) } else { body.to_vec() };
    let mut rest = body.as_slice();
    if flags & 0x40 != 0 && version > 2 {
        let size = rest.get(..4)?;
        let length = if version == 3 { eight_bits(size) + 4 } else { seven_bits(size) };
        rest = rest.get(length..)?;
    }
    let mut id3 = Id3 { version: version.max(3), frames: Vec::new() };
    while let Some((frame, length)) = parse_frame(rest, version) {
        id3.frames.extend(frame);
        rest = &rest[length..];
    }
    Some(id3)
}

/// A frame, `None` where its name is not known any more, and the bytes that it takes.
fn parse_frame(bytes: &[u8], version: u8) -> Option<(Option<Frame>, usize)> {
    let num_header = if version == 2 { 6 } else { 10 };
    let header = bytes.get(..num_header)?;
    let num_letters = if version == 2 { 3 } else { 4 };
    let is_id = |id: &[u8]| id.iter().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    if !is_id(&header[..num_letters]) {
        return None; // Padding.
    }
    if version == 2 {
        let content = bytes.get(6..6 + eight_bits(&header[3..6]))?;
        let id = OLD_IDS.iter().find(|ids| ids.0 == &header[..3]).map(|ids| *ids.1);
        let frame = id.map(|id| Frame { id, flags: [0; 2], content: content.to_vec() });
        return Some((frame, 6 + content.len()));
    }
    let id = [header[0], header[1], header[2], header[3]];
    let size = &header[4..8];
    // Some programs write the sizes of version 4 as those of version 3: whichever is followed by another frame or the end.
    let is_end = |size: usize| {
        bytes.len() == 10 + size
            || bytes.get(10 + size..).is_some_and(|rest| rest[0] == 0 || rest.get(..4).is_some_and(is_id))
    };
    let length = match version {
        4 if is_end(seven_bits(size)) || !is_end(eight_bits(size)) => seven_bits(size),
        _ => eight_bits(size),
    };
    let content = bytes.get(10..10 + length)?;
    let mut frame = Frame { id, flags: [header[8], header[9]], content: content.to_vec() };
    if version == 4 {
        // Undone, so that the frame can be read and written plainly.
        if frame.flags[1] & 0x02 != 0 {
            frame.content = synchronised(&frame.content);
        }
        if frame.flags[1] & 0x0d == 0x01 {
            frame.content.drain(..frame.content.len().min(4));
            frame.flags[1] &= !0x01;
        }
        frame.flags[1] &= !0x02;
    }
    Some((Some(frame), 10 + length))
}

impl Id3 {
    /// The whole tag.
    pub fn write(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for frame in &self.frames {
            let size = frame.content.len() as u32;
            body.extend(frame.id);
            body.extend(if self.version == 4 { in_seven_bits(size) } else { size.to_be_bytes() });
            body.extend(frame.flags);
            body.extend(&frame.content);
        }
        [b"ID3", &[self.version, 0, 0][..], &in_seven_bits(body.len() as u32), &body].concat()
    }

    /// Takes out what says how loud the source was and how it was packed; the names of the former.
    pub fn remove_loudness(&mut self) -> Vec<String> {
        let mut removed = Vec::new();
        self.frames.retain(|frame| {
            let name = frame.description().unwrap_or_else(|| String::from_utf8_lossy(&frame.id).into_owned());
            let is_loudness = loudness::is_loudness(&name);
            removed.extend(is_loudness.then(|| name.clone()));
            !is_loudness && !loudness::is_packing(&name)
        });
        removed
    }

    /// As comments and pictures, and the names of frames that are neither.
    pub fn speak(&self) -> (Vec<(String, String)>, Vec<Picture>, Vec<String>) {
        let (mut comments, mut pictures, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for frame in &self.frames {
            let (said, picture) = (frame.comments(), frame.picture());
            if said.is_empty() && picture.is_none() {
                others.push(String::from_utf8_lossy(&frame.id).into_owned());
            }
            comments.extend(said);
            pictures.extend(picture);
        }
        (comments, pictures, others)
    }

    /// A tag of version 2.4 that says the same as comments and pictures.
    pub fn from_comments(comments: &[(String, String)], pictures: &[Picture]) -> Self {
        let mut id3 = Self { version: 4, frames: Vec::new() };
        let value = |name: &str| comments.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let totals = [("TRACKNUMBER", ["TRACKTOTAL", "TOTALTRACKS"]), ("DISCNUMBER", ["DISCTOTAL", "TOTALDISCS"])];
        let mut done: Vec<&str> = Vec::new();
        for (name, _) in comments {
            if done.contains(&name.as_str()) {
                continue;
            }
            done.push(name);
            let number = totals.iter().find(|(number, _)| number == name);
            let is_total =
                totals.iter().any(|(number, totals)| totals.contains(&name.as_str()) && value(number).is_some());
            if is_total {
                continue;
            }
            let values: Vec<&str> =
                comments.iter().filter(|each| each.0 == *name).map(|each| each.1.as_str()).collect();
            let total = number.and_then(|(_, totals)| totals.iter().find_map(|total| value(total)));
            let text = match total {
                Some(total) if !values[0].contains('/') => format!("{}/{total}", values[0]),
                _ => values.join("\0"),
            };
            let frame = match names::id3(name) {
                Some(id @ ("COMM" | "USLT")) => frame(id, &[b"\x03XXX\0", text.as_bytes()]),
                Some(id) => frame(id, &[b"\x03", text.as_bytes()]),
                None => frame("TXXX", &[b"\x03", name.as_bytes(), b"\0", text.as_bytes()]),
            };
            id3.frames.push(frame);
        }
        for picture in pictures {
            let head = [b"\x03", picture.mime.as_bytes(), b"\0", &[picture.kind as u8]].concat();
            id3.frames.push(frame("APIC", &[&head, picture.description.as_bytes(), b"\0", &picture.data]));
        }
        id3
    }
}

fn frame(id: &str, parts: &[&[u8]]) -> Frame {
    let id = id.as_bytes();
    Frame { id: [id[0], id[1], id[2], id[3]], flags: [0; 2], content: parts.concat() }
}

fn in_seven_bits(size: u32) -> [u8; 4] {
    [size >> 21, size >> 14, size >> 7, size].map(|part| (part & 0x7f) as u8)
}

impl Frame {
    /// Packed or locked content is not looked into.
    fn plain(&self) -> Option<(u8, &[u8])> {
        let is_plain = self.flags[1] & 0x0c == 0 && self.flags[1] & 0xc0 == 0;
        self.content.split_first().filter(|_| is_plain).map(|(encoding, rest)| (*encoding, rest))
    }

    /// What a text is about, where a frame says it: `TXXX`, `COMM`, `USLT`.
    fn description(&self) -> Option<String> {
        let (encoding, rest) = self.plain()?;
        let rest = match &self.id {
            b"TXXX" => rest,
            b"COMM" | b"USLT" => rest.get(3..)?,
            _ => return None,
        };
        let description = decode(encoding, split(encoding, rest).0);
        (!description.is_empty()).then_some(description)
    }

    fn comments(&self) -> Vec<(String, String)> {
        let Some((encoding, rest)) = self.plain() else { return Vec::new() };
        let id = String::from_utf8_lossy(&self.id).into_owned();
        let (name, text) = match id.as_str() {
            "TXXX" => (self.description().and_then(|name| names::comment(&name)), split(encoding, rest).1),
            "COMM" | "USLT" => {
                let text = split(encoding, rest.get(3..).unwrap_or_default()).1;
                // A comment on something in particular is called after that.
                let about = self.description().filter(|about| id == "COMM" && !about.is_empty());
                let name = about.and_then(|about| names::comment(&about));
                (name.or_else(|| names::of_id3(&id).map(str::to_owned)), text)
            }
            _ if id.starts_with('T') => (names::of_id3(&id).map(str::to_owned).or(Some(id.clone())), rest),
            _ => return Vec::new(),
        };
        let Some(name) = name else { return Vec::new() };
        let text = decode(encoding, text);
        let values = text.split('\0').filter(|value| !value.is_empty());
        let total = match name.as_str() {
            "TRACKNUMBER" => Some("TRACKTOTAL"),
            "DISCNUMBER" => Some("DISCTOTAL"),
            _ => None,
        };
        values
            .flat_map(|value| match (total, value.split_once('/')) {
                (Some(total), Some((number, of))) => {
                    vec![(name.clone(), number.to_owned()), (total.to_owned(), of.to_owned())]
                }
                _ => vec![(name.clone(), value.to_owned())],
            })
            .collect()
    }

    fn picture(&self) -> Option<Picture> {
        let (encoding, rest) = self.plain().filter(|_| &self.id == b"APIC")?;
        let at = rest.iter().position(|byte| *byte == 0);
        // Version 2.2 has three letters instead of a type, and no zero after them.
        let (mime, rest) = match at {
            Some(at) if at == 0 || rest[..at].contains(&b'/') => (rest[..at].to_vec(), rest.get(at + 1..)?),
            _ => (rest.get(..3)?.to_vec(), rest.get(3..)?),
        };
        let mime = match mime.as_slice() {
            b"JPG" => "image/jpeg".to_owned(),
            b"PNG" => "image/png".to_owned(),
            other => other.iter().map(|byte| char::from(*byte)).filter(|letter| matches!(letter, ' '..='~')).collect(),
        };
        let (kind, rest) = rest.split_first()?;
        let (description, data) = split(encoding, rest);
        Some(Picture {
            kind: u32::from(*kind),
            mime,
            description: decode(encoding, description),
            form: [0; 4],
            data: data.to_vec(),
        })
    }
}

/// At the first zero of an encoding.
fn split(encoding: u8, bytes: &[u8]) -> (&[u8], &[u8]) {
    let is_wide = encoding == 1 || encoding == 2;
    let at = match is_wide {
        true => bytes.as_chunks::<2>().0.iter().position(|pair| *pair == [0, 0]).map(|at| 2 * at),
        false => bytes.iter().position(|byte| *byte == 0),
    };
    let width = if is_wide { 2 } else { 1 };
    at.map_or((bytes, &[][..]), |at| (&bytes[..at], &bytes[at + width..]))
}

fn decode(encoding: u8, bytes: &[u8]) -> String {
    let text = match encoding {
        1 | 2 => {
            let is_little = encoding == 1 && !bytes.starts_with(&[0xfe, 0xff]);
            let number = |pair: &[u8; 2]| if is_little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
            let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(number).collect();
            String::from_utf16_lossy(&units).replace('\u{feff}', "")
        }
        3 => String::from_utf8_lossy(bytes).into_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    text.trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn comments_and_pictures_go_there_and_back() {
        let comments = comments(&[
            ("TITLE", "Überall"),
            ("ARTIST", "One"),
            ("ARTIST", "Two"),
            ("TRACKNUMBER", "3"),
            ("TRACKTOTAL", "12"),
            ("ISRC", "DEA001200001"),
            ("COMMENT", "a\nb"),
            ("LYRICS", "la"),
            ("MY OWN", "text"),
        ]);
        let picture = Picture {
            kind: 3,
            mime: "image/png".to_owned(),
            description: "Cöver".to_owned(),
            form: [0; 4],
            data: vec![0xff, 0, 0, 0xff, 0xe0, 7],
        };
        let id3 = Id3::from_comments(&comments, std::slice::from_ref(&picture));
        let bytes = id3.write();
        assert_eq!(num_bytes(&bytes), Some(bytes.len()));
        let read = parse(&bytes).unwrap();
        assert_eq!(read, id3);
        assert_eq!(read.speak(), (comments, vec![picture], vec![]));
        (0..bytes.len()).for_each(|length| drop(parse(&bytes[..length]).map(|id3| id3.speak())));
    }

    #[test]
    fn older_versions_are_read_and_loudness_is_taken_out() {
        // 2.2, three letters; a title, a picture, a name nobody knows.
        let old = b"ID3\x02\0\0\0\0\0\x26TT2\0\0\x03\0HiPIC\0\0\x08\0JPG\x03\0\xff\xd8XXY\0\0\x05\0abcd";
        let (said, pictures, others) = parse(old).unwrap().speak();
        assert_eq!((said, others), (comments(&[("TITLE", "Hi")]), vec![]));
        assert_eq!((pictures[0].mime.as_str(), &pictures[0].data), ("image/jpeg", &vec![0xff, 0xd8]));

        // 2.3 with all bytes unsynchronised, UTF-16, iTunes' loudness, and a frame of a program's own.
        let frames = [
            &b"TIT2\0\0\0\x07\0\0\x01\xff\xfeH\0i\0"[..],
            b"COMM\0\0\0\x0f\0\0\0engiTunNORM\0 0",
            b"TXXX\0\0\0\x1a\0\0\0REPLAYGAIN_TRACK_GAIN\0 -7",
            b"RVAD\0\0\0\x02\0\0\x01\x01",
            b"PRIV\0\0\0\x03\0\0a\0b",
        ]
        .concat();
        let unsynchronised = frames.iter().flat_map(|byte| if *byte == 0xff { vec![0xff, 0] } else { vec![*byte] });
        let body: Vec<u8> = unsynchronised.collect();
        let bytes = [b"ID3\x03\0\x80", &in_seven_bits(body.len() as u32)[..], &body].concat();
        let mut id3 = parse(&bytes).unwrap();
        assert_eq!(id3.frames.len(), 5);
        assert_eq!(id3.remove_loudness(), ["iTunNORM", "REPLAYGAIN_TRACK_GAIN", "RVAD"]);
        assert_eq!(id3.speak(), (comments(&[("TITLE", "Hi")]), vec![], vec!["PRIV".to_owned()]));
        assert_eq!(parse(&id3.write()).unwrap(), id3);
    }
}
