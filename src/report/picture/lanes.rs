//! Findings along an axis: a band where each is, its label beside the band, in rows without overlaps.

use super::axes::CAPTION;
use super::geometry::Rect;
use super::labels;
use super::marks;
use super::palette::{CARD_BODY, faint};
use super::pen::Pen;
use crate::assistant::findings::FindingClass;

/// Height of a row.
const ROW: f64 = 30.0;
/// Thickness of a band, and least length of one.
const BAND: (f64, f64) = (4.0, 4.0);

/// One finding along the axis, in pixels of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its class.
    pub class: FindingClass,
    /// Its label.
    pub text: String,
    /// What says where it is in words.
    pub long_text: String,
    /// From where to where it is.
    pub band: (f64, f64),
    /// The places within, if it is in places.
    pub places: Vec<(f64, f64)>,
}

/// Where the plot lies, to which bands are nearer than labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plot {
    /// Over the rows.
    Above,
    /// Under the rows.
    Below,
}

/// Items in rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lanes {
    /// Item, left edge of its label, row.
    placed: Vec<(Item, f64, usize)>,
    /// What found no row.
    pub left_over: Vec<Item>,
}

impl Lanes {
    /// Places items within bounds, the first along the axis first; labels begin with the band or stand in its middle.
    pub fn place(mut items: Vec<Item>, bounds: (f64, f64), plot: Plot, max_rows: usize) -> Self {
        items.sort_by(|a, b| a.band.0.total_cmp(&b.band.0));
        let lefts: Vec<f64> = items.iter().map(|item| label_left(item, bounds, plot)).collect();
        let extent = |(item, &left): (&Item, &f64)| {
            (left.min(item.band.0), (left + width(item)).max(item.band.1).max(item.band.0 + BAND.1))
        };
        let extents: Vec<(f64, f64)> = items.iter().zip(&lefts).map(extent).collect();
        let rows = labels::rows(&extents, max_rows);
        let mut lanes = Self::default();
        for ((item, left), row) in items.into_iter().zip(lefts).zip(rows) {
            match row {
                Some(row) => lanes.placed.push((item, left, row)),
                None => lanes.left_over.push(item),
            }
        }
        lanes
    }

    /// Rows in use.
    pub fn num_rows(&self) -> usize {
        self.placed.iter().map(|placed| placed.2 + 1).max().unwrap_or(0)
    }

    /// Height of all rows.
    pub fn height(&self) -> f64 {
        self.num_rows() as f64 * ROW
    }

    /// Draws the rows below `top`, the first nearest to the plot.
    pub fn draw(&self, pen: &Pen<'_>, top: f64, plot: Plot) {
        let num_rows = self.num_rows();
        for (item, left, row) in &self.placed {
            let (y, band, middle) = match plot {
                Plot::Above => (top + *row as f64 * ROW, 2.0, 15.5),
                Plot::Below => (top + (num_rows - 1 - row) as f64 * ROW, 22.0, 11.0),
            };
            draw_band(pen, item, y + band);
            marks::draw(pen, (left + 7.0, y + middle), item.class);
            pen.left((left + marks::SIGN, y + middle + 5.0), &item.text, CAPTION, CARD_BODY);
        }
    }
}

fn width(item: &Item) -> f64 {
    marks::SIGN + CAPTION.width(&item.text)
}

fn label_left(item: &Item, bounds: (f64, f64), plot: Plot) -> f64 {
    let left = match plot {
        Plot::Above => item.band.0,
        Plot::Below => (item.band.0 + item.band.1 - width(item)) / 2.0,
    };
    labels::keep_inside(left, width(item), bounds)
}

/// A band, or a thin line with the places on it.
fn draw_band(pen: &Pen<'_>, item: &Item, top: f64) {
    let color = marks::band_color(item.class);
    let part = |(from, to): (f64, f64)| Rect::new(from, top, to.max(from + BAND.1), top + BAND.0);
    if item.places.is_empty() {
        pen.rounded(part(item.band), BAND.0 / 2.0, color);
        return;
    }
    let (thin_top, middle) = (faint(color, 0.6), top + BAND.0 / 2.0);
    pen.fill(Rect::new(item.band.0, middle - 0.5, item.band.1, middle + 0.5), thin_top);
    item.places.iter().for_each(|&place| pen.fill(part(place), marks::color(item.class)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_a_row_neither_overlap_nor_leave_the_bounds() {
        let item = |idx: u32| Item {
            class: FindingClass::Could,
            text: format!("Finding number {idx}"),
            long_text: String::new(),
            band: (f64::from(idx * 331 % 1400), f64::from(idx * 331 % 1400 + idx % 90)),
            places: Vec::new(),
        };
        for plot in [Plot::Above, Plot::Below] {
            let lanes = Lanes::place((0..30).map(item).collect(), (0.0, 1472.0), plot, 6);
            assert!(lanes.num_rows() <= 6 && lanes.placed.len() + lanes.left_over.len() == 30);
            for (idx, (item, left, row)) in lanes.placed.iter().enumerate() {
                assert!(*left >= 0.0 && left + width(item) <= 1472.0);
                for (other, other_left, other_row) in &lanes.placed[..idx] {
                    let apart = left + width(item) < *other_left || other_left + width(other) < *left;
                    assert!(row != other_row || apart, "{} over {}", item.text, other.text);
                }
            }
        }
    }
}
