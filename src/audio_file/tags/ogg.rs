//! Tags of Ogg files: the comment packet of Vorbis, Opus and FLAC streams.

use std::io::{self, Read};

use super::{Tags, flac};

/// A packet of comments with covers is not larger, bytes.
const MAX_PACKET: usize = 64 << 20;
/// What stands before the comments.
const HEADS: [&[u8]; 3] = [b"\x03vorbis", b"OpusTags", &[flac::VORBIS_COMMENT]];

/// Reads the first stream's second packet.
///
/// # Errors
/// If the file cannot be read, or ends before.
pub fn read(file: &mut impl Read, tags: &mut Tags) -> io::Result<()> {
    let (mut packet, mut num_whole, mut stream) = (Vec::new(), 0, None);
    loop {
        let mut header = [0; 27];
        file.read_exact(&mut header)?;
        if !header.starts_with(b"OggS") {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let serial = [header[14], header[15], header[16], header[17]];
        let mut lengths = vec![0; usize::from(header[26])];
        file.read_exact(&mut lengths)?;
        let mut body = vec![0; lengths.iter().map(|length| usize::from(*length)).sum()];
        file.read_exact(&mut body)?;
        if *stream.get_or_insert(serial) != serial {
            continue;
        }
        let mut rest = body.as_slice();
        for length in lengths {
            let (part, after) = rest.split_at(usize::from(length));
            rest = after;
            packet.extend(part);
            if length == 255 {
                continue; // It goes on.
            }
            num_whole += 1;
            if num_whole == 2 {
                let head = HEADS.iter().find(|head| packet.starts_with(head));
                // A FLAC block has its length after its kind.
                let skipped = head.map_or(0, |head| if head.len() == 1 { 4 } else { head.len() });
                if let (true, Some(comments)) = (skipped > 0, packet.get(skipped..)) {
                    flac::read_comments(comments, tags);
                }
                return Ok(());
            }
            packet.clear();
        }
        if packet.len() > MAX_PACKET {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(serial: u8, lengths: &[u8], body: &[u8]) -> Vec<u8> {
        let head = [&b"OggS\0\0"[..], &[0; 8], &[serial, 0, 0, 0], &[0; 8], &[lengths.len() as u8]].concat();
        [&head, lengths, body].concat()
    }

    #[test]
    fn comments_are_found_across_pages_and_streams() {
        let long = "x".repeat(300);
        let comments = vec![("TITLE".to_owned(), "Lied".to_owned()), ("COMMENT".to_owned(), long)];
        for head in [&b"\x03vorbis"[..], b"OpusTags", b"\x04\0\0\0"] {
            let packet = [head, &flac::comment_block(&comments)].concat();
            let (first, second) = packet.split_at(255);
            let pages = [
                page(1, &[5], b"first"),
                page(2, &[3], b"not"),
                page(1, &[255], first),
                page(1, &[second.len() as u8, 4], &[second, b"more"].concat()),
            ];
            let bytes = pages.concat();
            let mut tags = Tags::default();
            read(&mut bytes.as_slice(), &mut tags).unwrap();
            assert_eq!(tags.comments, comments);
            (0..bytes.len()).for_each(|length| drop(read(&mut &bytes[..length], &mut Tags::default())));
        }
    }
}
