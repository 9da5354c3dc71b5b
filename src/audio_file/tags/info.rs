//! `LIST INFO` of WAV files.

use super::bext::text;
use super::names;
use crate::audio_file::write::wav::push_chunk;

/// What the list says, as comments; `list` begins with `INFO`.
pub fn comments(list: &[u8]) -> Vec<(String, String)> {
    let mut comments = Vec::new();
    let mut rest = list.get(4..).unwrap_or_default();
    while let (Some(id), Some(length)) = (rest.get(..4), rest.get(4..8)) {
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let content = &rest[8..rest.len().min(8usize.saturating_add(length))];
        let id = String::from_utf8_lossy(id).into_owned();
        let value = text(content);
        // Officially the supplier of the sound; in practice a code, where it looks like one.
        let is_supplier = id == "ISRC" && isrc(&value).is_none();
        let name = if is_supplier { Some("SOURCE") } else { names::of_info(&id) };
        if let (Some(name), false) = (name.map(str::to_owned).or_else(|| names::comment(&id)), value.is_empty()) {
            comments.push((name, value));
        }
        rest = rest.get(8usize.saturating_add(length).saturating_add(length % 2)..).unwrap_or_default();
    }
    comments
}

/// The list that says what comments do, as far as it has names for it.
pub fn list(comments: &[(String, String)]) -> Option<Vec<u8>> {
    let mut list = b"INFO".to_vec();
    let mut done = Vec::new();
    for (name, _) in comments {
        let Some(id) = names::info(name).filter(|_| !done.contains(&name)) else { continue };
        done.push(name);
        let values: Vec<&str> = comments.iter().filter(|each| each.0 == *name).map(|each| each.1.as_str()).collect();
        let id = id.as_bytes();
        push_chunk(&mut list, [id[0], id[1], id[2], id[3]], &[values.join("; ").as_bytes(), &[0]].concat());
    }
    (list.len() > 4).then_some(list)
}

/// A recording code (ISO 3901): two letters, three letters or digits, seven digits; dashes are left out.
pub fn isrc(text: &str) -> Option<String> {
    let code: String = text.trim().chars().filter(|letter| *letter != '-').collect::<String>().to_ascii_uppercase();
    let is_code = code.len() == 12
        && code.bytes().enumerate().all(|(at, letter)| match at {
            0 | 1 => letter.is_ascii_uppercase(),
            2..5 => letter.is_ascii_alphanumeric(),
            _ => letter.is_ascii_digit(),
        });
    is_code.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_and_its_comments_say_the_same() {
        let pairs = [("TITLE", "Odd"), ("ARTIST", "Möwe"), ("ISRC", "DEA001200001"), ("TRACKNUMBER", "7")];
        let comments: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let list = list(&comments).unwrap();
        assert_eq!(super::comments(&list), comments);
        (0..list.len()).for_each(|length| drop(super::comments(&list[..length])));
        assert_eq!(super::list(&[("MY OWN".to_owned(), "x".to_owned())]), None);
        assert_eq!(super::comments(b"INFOISRC\x04\0\0\0BBC\0"), [("SOURCE".to_owned(), "BBC".to_owned())]);
    }
}
