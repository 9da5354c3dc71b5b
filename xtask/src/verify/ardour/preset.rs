//! A VST3 plugin's state as Ardour keeps it in a session file: a preset file in base64.

use anyhow::{Context, Result, ensure};

/// `VST3`, a version, the class in 32 letters, and where the list of chunks is.
const HEADER_BYTES: usize = 48;
const OPEN: &str = "<chunk>";
const CLOSE: &str = "</chunk>";

/// A preset file.
pub struct Preset {
    /// Up to where the list is.
    head: Vec<u8>,
    /// What the plugin gave.
    pub component: Vec<u8>,
}

impl Preset {
    pub fn read(bytes: &[u8]) -> Result<Self> {
        ensure!(bytes.starts_with(b"VST3") && bytes.len() > HEADER_BYTES, "this is no preset");
        let number = |at: usize| -> Result<usize> {
            let bytes = bytes.get(at..at + 8).context("the preset is cut off")?;
            Ok(usize::try_from(u64::from_le_bytes(bytes.try_into()?))?)
        };
        let list = number(HEADER_BYTES - 8)?;
        // `List`, how many, then name, place and size of each; the plugin's own is the first.
        ensure!(bytes.get(list..list + 4) == Some(b"List".as_slice()), "the preset has no list");
        ensure!(bytes.get(list + 8..list + 12) == Some(b"Comp".as_slice()), "the plugin's state is not the first");
        let (start, size) = (number(list + 12)?, number(list + 20)?);
        let component = bytes.get(start..start + size).context("the preset is cut off")?.to_vec();
        Ok(Self { head: bytes[..HEADER_BYTES - 8].to_vec(), component })
    }

    pub fn write(&self) -> Vec<u8> {
        let number = |number: usize| (number as u64).to_le_bytes();
        let mut bytes = self.head.clone();
        bytes.extend(number(HEADER_BYTES + self.component.len()));
        bytes.extend(&self.component);
        bytes.extend(b"List\x01\0\0\0Comp");
        bytes.extend(number(HEADER_BYTES));
        bytes.extend(number(self.component.len()));
        bytes
    }
}

/// The one plugin's preset in a session file.
pub fn chunk_of(session: &str) -> Result<Vec<u8>> {
    let (_, rest) = session.split_once(OPEN).context("the session has no plugin's state")?;
    let (text, _) = rest.split_once(CLOSE).context("the session is cut off")?;
    from_base64(text)
}

/// The session with another one.
pub fn with_chunk(session: &str, bytes: &[u8]) -> Result<String> {
    let (before, rest) = session.split_once(OPEN).context("the session has no plugin's state")?;
    let (_, after) = rest.split_once(CLOSE).context("the session is cut off")?;
    Ok(format!("{before}{OPEN}{}{CLOSE}{after}", to_base64(bytes)))
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn from_base64(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut num_bits) = (0_u32, 0);
    for letter in text.bytes().filter(|letter| !letter.is_ascii_whitespace() && *letter != b'=') {
        let value = LETTERS.iter().position(|each| *each == letter).context("this is not base64")?;
        bits = bits << 6 | value as u32;
        num_bits += 6;
        if num_bits >= 8 {
            num_bits -= 8;
            bytes.push((bits >> num_bits) as u8);
        }
    }
    Ok(bytes)
}

fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for idx in 0..4 {
            let value = (bits >> (18 - 6 * idx)) as usize & 63;
            text.push(if idx <= group.len() { LETTERS[value] as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_and_base64_come_back() {
        for length in 0..50 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte * 5).collect();
            assert_eq!(from_base64(&to_base64(&bytes)).expect("base64"), bytes);
            let preset = Preset { head: [&b"VST3"[..], &[1; 36]].concat(), component: bytes.clone() };
            assert_eq!(Preset::read(&preset.write()).expect("a preset").component, bytes);
        }
        assert_eq!(to_base64(b"Discern"), "RGlzY2Vybg==");
    }
}
