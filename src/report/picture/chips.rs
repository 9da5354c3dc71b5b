//! Findings of the whole song: a caption and chips one after the other.

use super::axes::CAPTION;
use super::geometry::Rect;
use super::labels;
use super::marks;
use super::palette::{CARD_BODY, RAISED, T3};
use super::pen::Pen;
use crate::assistant::findings::FindingClass;

/// Height of a line, and of the chips in it.
const LINE: (f64, f64) = (30.0, 25.0);
/// Space between chips, and within a chip before its sign and after its text.
const GAP: f64 = 8.0;

/// From a caption's left edge to the first chip: the captions of all chips end before it.
const COLUMN: f64 = 98.0;

/// Chips in lines under one caption.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chips {
    caption: &'static str,
    left: f64,
    /// Class, text, left edge, line.
    chips: Vec<(FindingClass, String, f64, usize)>,
}

impl Chips {
    /// Sets the chips between the bounds.
    pub fn place(caption: &'static str, chips: Vec<(FindingClass, String)>, (left, right): (f64, f64)) -> Self {
        let widths: Vec<f64> = chips.iter().map(|chip| width(&chip.1)).collect();
        let places = labels::flow(&widths, (left + COLUMN, right), GAP);
        let chips = chips.into_iter().zip(places).map(|((class, text), (left, line))| (class, text, left, line));
        Self { caption, left, chips: chips.collect() }
    }

    /// Height of all lines.
    pub fn height(&self) -> f64 {
        self.chips.last().map_or(0.0, |last| (last.3 + 1) as f64 * LINE.0)
    }

    /// Draws the lines below `top`.
    pub fn draw(&self, pen: &Pen<'_>, top: f64) {
        if self.chips.is_empty() {
            return;
        }
        let middle = |line: usize| top + line as f64 * LINE.0 + LINE.0 / 2.0;
        pen.left((self.left, middle(0) + 5.0), self.caption, CAPTION, T3);
        for (class, text, left, line) in &self.chips {
            let y = middle(*line);
            let chip = Rect::new(*left, y - LINE.1 / 2.0, left + width(text), y + LINE.1 / 2.0);
            pen.rounded(chip, 5.0, RAISED);
            marks::draw(pen, (left + GAP + 7.0, y), *class);
            pen.left((left + GAP + marks::SIGN, y + 5.0), text, CAPTION, CARD_BODY);
        }
    }
}

fn width(text: &str) -> f64 {
    GAP + marks::SIGN + CAPTION.width(text) + GAP + 2.0
}
