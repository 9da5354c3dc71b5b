//! Tags of FLAC files: their metadata blocks (RFC 9639, section 8).

use std::io::{self, Read};

use super::{Picture, Tags, cues, names, riff};

/// Kinds of block.
pub const APPLICATION: u8 = 2;
/// Names and values.
pub const VORBIS_COMMENT: u8 = 4;
/// Tracks.
pub const CUE_SHEET: u8 = 5;
/// Covers and the like.
pub const PICTURE: u8 = 6;
/// A block cannot be larger, bytes.
pub const MAX_BLOCK: usize = (1 << 24) - 1;
/// The application under which libFLAC keeps chunks of a WAV file.
pub const FOREIGN: &[u8; 4] = b"riff";

/// Reads the blocks of a file that begins with `fLaC` at the place where it is.
///
/// # Errors
/// If the file cannot be read.
pub fn read(file: &mut impl Read, tags: &mut Tags) -> io::Result<()> {
    let read = read_blocks(file, tags);
    tags.speak_chunks();
    if let (true, Some(sheet)) = (tags.cues.is_empty(), &tags.cue_sheet) {
        tags.cues = cues::from_sheet(sheet);
    }
    read
}

fn read_blocks(file: &mut impl Read, tags: &mut Tags) -> io::Result<()> {
    file.read_exact(&mut [0; 4])?;
    loop {
        let mut header = [0; 4];
        file.read_exact(&mut header)?;
        let length = u32::from_be_bytes([0, header[1], header[2], header[3]]);
        let mut content = Vec::new();
        file.take(u64::from(length)).read_to_end(&mut content)?;
        if content.len() < length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match header[0] & 0x7f {
            APPLICATION if content.starts_with(FOREIGN) => read_foreign(&content[4..], tags),
            // Chunks of containers that are not written.
            APPLICATION if content.starts_with(b"aiff") || content.starts_with(b"w64 ") => {}
            APPLICATION if content.len() >= 4 => tags.applications.push(content),
            VORBIS_COMMENT => read_comments(&content, tags),
            CUE_SHEET if cues::is_sheet(&content) => tags.cue_sheet = Some(content),
            CUE_SHEET => tags.left_out.push("a damaged cue sheet".to_owned()),
            PICTURE => tags.pictures.extend(parse_picture(&content)),
            _ => {}
        }
        if header[0] & 0x80 != 0 {
            return Ok(());
        }
    }
}

/// One block holds one chunk. What says the same as comments and pictures is left to those.
fn read_foreign(block: &[u8], tags: &mut Tags) {
    let (Some(id), Some(size)) = (block.get(..4), block.get(4..8)) else { return };
    let id = [id[0], id[1], id[2], id[3]];
    let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
    let is_container = [b"RIFF", b"RF64", b"BW64"].contains(&&id);
    let is_said = id.eq_ignore_ascii_case(b"id3 ") || block.get(8..12) == Some(b"INFO");
    if let (Some(content), true) =
        (block.get(8..8usize.saturating_add(size)), riff::is_kept(id) && !is_container && !is_said)
    {
        tags.chunks.push((id, content.to_vec()));
    }
}

/// Reads a block of comments; covers among them, as Ogg files have them, become pictures.
pub fn read_comments(block: &[u8], tags: &mut Tags) {
    let mut rest = block;
    let mut number = || {
        let (number, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        Some(u32::from_le_bytes(*number) as usize)
    };
    let Some(vendor) = number() else { return };
    rest = rest.get(vendor..).unwrap_or_default();
    let mut entries = rest.get(4..).unwrap_or_default();
    while let Some((length, after)) = entries.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some(entry) = after.get(..length) else { break };
        entries = &after[length..];
        let entry = String::from_utf8_lossy(entry);
        if let Some((name, value)) = entry.split_once('=')
            && let Some(name) = names::comment(name)
        {
            match name.as_str() {
                "METADATA_BLOCK_PICTURE" => tags.pictures.extend(base64(value).and_then(|block| parse_picture(&block))),
                "COVERART" => tags.pictures.extend(base64(value).map(|data| Picture::of(3, data))),
                "COVERARTMIME" => {}
                name => tags.add(name, value),
            }
        }
    }
}

/// Bytes of their text (RFC 4648, section 4); line breaks are skipped.
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut num_bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|letter| !letter.is_ascii_whitespace() && *letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        num_bits += 6;
        if num_bits >= 8 {
            num_bits -= 8;
            bytes.push((bits >> num_bits) as u8);
        }
    }
    Some(bytes)
}

/// The block that says these.
pub fn comment_block(comments: &[(String, String)]) -> Vec<u8> {
    let vendor = concat!("Discern ", env!("CARGO_PKG_VERSION"));
    let text = |text: &str| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let mut block = text(vendor);
    block.extend((comments.len() as u32).to_le_bytes());
    comments.iter().for_each(|(name, value)| block.extend(text(&format!("{name}={value}"))));
    block
}

/// A picture of its block.
pub fn parse_picture(block: &[u8]) -> Option<Picture> {
    let mut rest = block;
    let number = |rest: &mut &[u8]| {
        let (number, after) = rest.split_first_chunk::<4>()?;
        *rest = after;
        Some(u32::from_be_bytes(*number))
    };
    let part = |rest: &mut &[u8], length: u32| {
        let (part, after) = rest.split_at_checked(length as usize)?;
        *rest = after;
        Some(part.to_vec())
    };
    let kind = number(&mut rest)?;
    let length = number(&mut rest)?;
    let mime = part(&mut rest, length)?;
    let length = number(&mut rest)?;
    let description = part(&mut rest, length)?;
    let form = [number(&mut rest)?, number(&mut rest)?, number(&mut rest)?, number(&mut rest)?];
    let length = number(&mut rest)?;
    let data = part(&mut rest, length)?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some(Picture { kind, mime: text(mime), description: text(description), form, data })
}

/// The block of a picture.
pub fn picture_block(picture: &Picture) -> Vec<u8> {
    let part = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    [
        picture.kind.to_be_bytes().to_vec(),
        part(&picture.mime.bytes().filter(|byte| matches!(byte, b' '..=b'~')).collect::<Vec<_>>()),
        part(picture.description.as_bytes()),
        picture.form.map(u32::to_be_bytes).concat(),
        part(&picture.data),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_comments_go_there_and_back() {
        let picture = Picture {
            kind: 3,
            mime: "image/jpeg".to_owned(),
            description: "Cöver".to_owned(),
            form: [600, 400, 24, 0],
            data: vec![0xff, 0xd8, 0, 1],
        };
        let block = picture_block(&picture);
        assert_eq!(parse_picture(&block), Some(picture));
        (0..block.len()).for_each(|length| assert_eq!(parse_picture(&block[..length]), None));

        assert_eq!(base64("AP//\nZm8=").as_deref(), Some(&b"\0\xff\xfffo"[..]));
        assert_eq!(base64("A*"), None);
        let comments = vec![("TITLE".to_owned(), "A=B".to_owned()), ("ARTIST".to_owned(), "Ö".to_owned())];
        let block = comment_block(&comments);
        let mut tags = Tags::default();
        read_comments(&block, &mut tags);
        assert_eq!(tags.comments, comments);
        (0..block.len()).for_each(|length| read_comments(&block[..length], &mut Tags::default()));
    }
}
