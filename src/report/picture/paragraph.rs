//! Text in several lines: wraps between words, never between a number and its unit, and never cuts a word off.

use super::geometry::Point;
use super::letters::{Face, Weight, regular};
use super::palette::{CARD_BODY, T1};
use super::pen::Pen;

/// Units that stay with their number.
const UNITS: [&str; 10] = ["dB", "dBTP", "dBFS", "LU", "LUFS", "Hz", "kHz", "%", "s", "per"];

/// Lines that are at most `width` wide.
pub fn wrap(text: &str, face: Face, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words(text).iter().flat_map(|word| pieces(word, face, width)) {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
        if line.is_empty() || face.width(&longer) <= width {
            *line = longer;
        } else {
            lines.push(word);
        }
    }
    lines
}

/// Draws the lines of a sentence, numbers in weight 500 as on the editor's cards; returns the last baseline.
pub fn sentence(pen: &Pen<'_>, lines: &[String], at: Point, face: Face, line_height: f64) -> f64 {
    let space = face.width(" ");
    let mut y = at.1;
    for (idx, line) in lines.iter().enumerate() {
        y = at.1 + idx as f64 * line_height;
        let mut x = at.0;
        for word in line.split(' ') {
            let is_number = word.trim_start_matches(['+', '\u{2212}', '(']).starts_with(|c: char| c.is_ascii_digit());
            let strong = Face { weight: Weight::Medium, ..face };
            let (face, color) = if is_number { (strong, T1) } else { (face, CARD_BODY) };
            x += pen.left((x, y), word, face, color) + space;
        }
    }
    y
}

/// Face and line height of sentences.
pub const BODY: (Face, f64) = (regular(18.0), 26.0);
/// And of long ones.
pub const SMALL_BODY: (Face, f64) = (regular(15.0), 21.0);

/// Words, a unit together with its number.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_unit = UNITS.contains(&word.trim_end_matches([',', '.', ';', ':', ')']));
        match words.last_mut() {
            Some(number) if is_unit && number.ends_with(|c: char| c.is_ascii_digit()) => {
                number.push('\u{00A0}');
                number.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// A word that fits, or its parts if it is wider than a line: the name of a file may have no space.
fn pieces(word: &str, face: Face, width: f64) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        let last = pieces.len() - 1;
        let longer = format!("{}{letter}", pieces[last]);
        if pieces[last].is_empty() || face.width(&longer) <= width {
            pieces[last] = longer;
        } else {
            pieces.push(letter.to_string());
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_within_the_width_and_keep_every_letter() {
        let text =
            "Level only: from \u{2212}18.2 LUFS to \u{2212}14.0 LUFS, name_that_has_no_space_and_goes_on_and_on.";
        for width in [60.0, 200.0, 900.0] {
            let lines = wrap(text, regular(18.0), width);
            assert!(lines.iter().all(|line| regular(18.0).width(line) <= width), "{width} {lines:?}");
            let letters = |text: &str| text.replace([' ', '\u{00A0}'], "");
            assert_eq!(letters(&lines.concat()), letters(text));
        }
        let lines = wrap(text, regular(18.0), 200.0);
        assert!(lines.iter().all(|line| !line.starts_with("LUFS")), "{lines:?}");
    }

    #[test]
    fn nothing_to_say_is_one_empty_line() {
        assert_eq!(wrap("", regular(18.0), 200.0), [""]);
    }
}
