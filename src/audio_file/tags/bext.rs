//! The broadcast chunk of a WAV file (EBU Tech 3285): kept as it is but for its loudness, and spoken as comments.

/// Bytes before the coding history.
const NUM_FIXED: usize = 602;
/// Texts: comment, first byte, bytes. The comments are those that ffmpeg makes of the chunk.
const TEXTS: [(&str, usize, usize); 5] = [
    ("DESCRIPTION", 0, 256),
    ("ORIGINATOR", 256, 32),
    ("ORIGINATOR_REFERENCE", 288, 32),
    ("ORIGINATION_DATE", 320, 10),
    ("ORIGINATION_TIME", 330, 8),
];
const TIME_REFERENCE: &str = "TIME_REFERENCE";
const CODING_HISTORY: &str = "CODING_HISTORY";
const UMID: &str = "UMID";
/// First byte of the sample on the clock where the file begins, of the version, of the identifier, of the loudness.
const TIME_AT: usize = 338;
const VERSION_AT: usize = 346;
const UMID_AT: usize = 348;
const LOUDNESS_AT: usize = 412;
/// Five numbers of 16 bits; this one says that there is none.
const NUM_LOUDNESS: usize = 5;
const NO_LOUDNESS: [u8; 2] = 0x7fff_u16.to_le_bytes();

/// Whether a comment is one of the chunk's.
pub fn is_field(comment: &str) -> bool {
    TEXTS.iter().any(|text| text.0 == comment) || [TIME_REFERENCE, CODING_HISTORY, UMID].contains(&comment)
}

/// Takes the loudness out; whether there was one.
pub fn remove_loudness(chunk: &mut [u8]) -> bool {
    let Some(version) = chunk.get(VERSION_AT) else { return false };
    if *version < 2 || chunk.len() < LOUDNESS_AT + 2 * NUM_LOUDNESS {
        return false; // Older versions have none.
    }
    let loudness = &mut chunk[LOUDNESS_AT..LOUDNESS_AT + 2 * NUM_LOUDNESS];
    let empty = NO_LOUDNESS.repeat(NUM_LOUDNESS);
    let had_any = loudness != empty;
    loudness.copy_from_slice(&empty);
    had_any
}

/// The chunk as comments, what is empty left out.
pub fn comments(chunk: &[u8]) -> Vec<(String, String)> {
    let field = |at: usize, length: usize| chunk.get(at..chunk.len().min(at + length)).unwrap_or_default();
    let mut comments: Vec<(String, String)> =
        TEXTS.iter().map(|(name, at, length)| ((*name).to_owned(), text(field(*at, *length)))).collect();
    if let Ok(time) = field(TIME_AT, 8).try_into() {
        comments.push((TIME_REFERENCE.to_owned(), u64::from_le_bytes(time).to_string()));
    }
    let umid = field(UMID_AT, 64);
    if umid.iter().any(|byte| *byte != 0) {
        let digits: String = umid.iter().map(|byte| format!("{byte:02X}")).collect();
        comments.push((UMID.to_owned(), format!("0x{digits}")));
    }
    comments.push((CODING_HISTORY.to_owned(), text(field(NUM_FIXED, usize::MAX - NUM_FIXED))));
    comments.retain(|(_, value)| !value.is_empty());
    comments
}

/// The chunk that comments speak of, if they name anything that only it can hold.
pub fn from_comments(comments: &[(String, String)]) -> Option<Vec<u8>> {
    let value = |name: &str| comments.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    ["ORIGINATOR", "ORIGINATION_DATE", TIME_REFERENCE, UMID].iter().find_map(|name| value(name))?;
    let mut chunk = vec![0; NUM_FIXED];
    for (name, at, length) in TEXTS {
        let bytes = value(name).unwrap_or_default().as_bytes();
        let length = bytes.len().min(length);
        chunk[at..at + length].copy_from_slice(&bytes[..length]);
    }
    let time: u64 = value(TIME_REFERENCE).and_then(|time| time.trim().parse().ok()).unwrap_or(0);
    chunk[TIME_AT..TIME_AT + 8].copy_from_slice(&time.to_le_bytes());
    chunk[VERSION_AT] = 1;
    let umid = value(UMID).unwrap_or_default().trim_start_matches("0x");
    for (at, digits) in umid.as_bytes().chunks(2).take(64).enumerate() {
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        chunk[UMID_AT + at] = u8::from_str_radix(digits, 16).unwrap_or(0);
    }
    chunk.extend(value(CODING_HISTORY).unwrap_or_default().as_bytes());
    Some(chunk)
}

/// Up to the first zero: UTF-8 if it is, else Latin-1.
pub fn text(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_end().to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect::<String>().trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_and_its_comments_say_the_same() {
        let mut chunk = vec![0; NUM_FIXED];
        chunk[..4].copy_from_slice(b"Take");
        chunk[256..259].copy_from_slice(b"Me!");
        chunk[TIME_AT..TIME_AT + 8].copy_from_slice(&6_000_000_000_u64.to_le_bytes());
        chunk[VERSION_AT] = 2;
        chunk[UMID_AT + 3] = 0xab;
        chunk[LOUDNESS_AT..LOUDNESS_AT + 2].copy_from_slice(&(-2300_i16).to_le_bytes());
        chunk.extend(b"A=PCM\r\n");
        assert!(remove_loudness(&mut chunk));
        assert!(!remove_loudness(&mut chunk), "there is none any more");
        let comments = comments(&chunk);
        assert!(comments.contains(&(TIME_REFERENCE.to_owned(), "6000000000".to_owned())));
        let again = from_comments(&comments).unwrap();
        assert_eq!(again[..LOUDNESS_AT].iter().zip(&chunk).filter(|(a, b)| a != b).count(), 1, "the version alone");
        assert_eq!(super::comments(&again), comments);
    }

    #[test]
    fn cut_chunks_and_other_comments_do_no_harm() {
        for length in [0, 1, 300, 345, 347, 400, 601] {
            remove_loudness(&mut vec![9; length]);
            comments(&vec![b'9'; length]);
        }
        assert_eq!(from_comments(&[("DESCRIPTION".to_owned(), "A song".to_owned())]), None);
        assert!(from_comments(&[(UMID.to_owned(), "0xäöü".to_owned())]).is_some());
    }
}
