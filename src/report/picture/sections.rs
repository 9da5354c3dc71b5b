//! The song's sections: a band for each, its label and tags in it, or over it where it is too narrow for tags.

use super::axes::{CAPTION, Linear};
use super::geometry::Rect;
use super::labels;
use super::letters::{Face, medium};
use super::palette::{CANVAS, GRID_DECADE, HAIR, PANEL, RAISED, T1, T2, T3};
use super::pen::Pen;
use crate::analysis::{Section, Tag};
use crate::assistant::lufs_text;

/// Height of the bands, of a row of tags over them, and of the space under them.
const BAND: f64 = 28.0;
const TAG_ROW: f64 = 24.0;
const SPACE: f64 = 4.0;
/// Most rows of tags: there are three.
const MAX_ROWS: usize = 3;
/// What is left of a song after its last section, and shorter than this, is taken for a part of it, seconds.
const LEAST_S: f64 = 2.0;
const NAME: Face = medium(15.0);
/// Between the pieces of a label, and between a label and its band's edges.
const GAPS: (f64, f64) = (9.0, 10.0);

/// Sections in their places.
pub struct Sections {
    bands: Vec<Band>,
    /// Tags over bands.
    tags: Vec<Over>,
    num_rows: usize,
}

struct Band {
    edges: (f64, f64),
    is_loudest: bool,
    /// Name, tags, loudness, as far as they fit.
    pieces: Vec<String>,
}

struct Over {
    text: String,
    left: f64,
    row: usize,
    middle: f64,
}

impl Sections {
    /// Places the sections along the song.
    pub fn place(sections: &[Section], duration_s: f64, axis: &Linear) -> Self {
        let bounds = (axis.at(0.0), axis.at(duration_s));
        let edges = |section: &Section| {
            let is_end = duration_s - section.end_s < LEAST_S;
            (axis.at(section.start_s), if is_end { bounds.1 } else { axis.at(section.end_s) })
        };
        let bands: Vec<Band> = sections.iter().map(|section| band(section, edges(section))).collect();
        let is_over = |(section, band): &(&Section, &Band)| !section.tags.is_empty() && band.pieces.len() < 2;
        let over: Vec<(String, f64)> = sections
            .iter()
            .zip(&bands)
            .filter(is_over)
            .map(|(section, band)| {
                (format!("{} {}", section.label, tags(section)), (band.edges.0 + band.edges.1) / 2.0)
            })
            .collect();
        let width = |text: &str| CAPTION.width(text);
        let left =
            |(text, middle): &(String, f64)| labels::keep_inside(middle - width(text) / 2.0, width(text), bounds);
        let extents: Vec<(f64, f64)> = over.iter().map(|each| (left(each), left(each) + width(&each.0))).collect();
        let rows = labels::rows(&extents, MAX_ROWS);
        let tags: Vec<Over> = over
            .into_iter()
            .zip(extents)
            .zip(rows)
            .filter_map(|(((text, middle), extent), row)| row.map(|row| Over { text, left: extent.0, row, middle }))
            .collect();
        let num_rows = tags.iter().map(|tag| tag.row + 1).max().unwrap_or(0);
        Self { bands, tags, num_rows }
    }

    /// Height of bands and tags.
    pub fn height(&self) -> f64 {
        if self.bands.is_empty() { 0.0 } else { self.num_rows as f64 * TAG_ROW + BAND + SPACE }
    }

    /// Draws everything below `top`.
    pub fn draw(&self, pen: &Pen<'_>, top: f64) {
        let bands_top = top + self.num_rows as f64 * TAG_ROW;
        for band in &self.bands {
            draw_band(pen, band, bands_top);
        }
        let baseline = |tag: &Over| top + (self.num_rows - tag.row) as f64 * TAG_ROW - 7.0;
        for tag in &self.tags {
            pen.vertical(tag.middle, (baseline(tag) + 4.0, bands_top), HAIR);
        }
        for tag in &self.tags {
            // The line of a tag in a higher row passes behind this one.
            let right = tag.left + CAPTION.width(&tag.text);
            pen.fill(Rect::new(tag.left - 4.0, baseline(tag) - 14.0, right + 4.0, baseline(tag) + 4.0), CANVAS);
            pen.left((tag.left, baseline(tag)), &tag.text, CAPTION, T2);
        }
    }

    /// Draws where sections begin within the plot.
    pub fn draw_edges(&self, pen: &Pen<'_>, plot: Rect) {
        for band in self.bands.iter().filter(|band| band.edges.0 > plot.left + 1.0) {
            pen.vertical(band.edges.0, (plot.top, plot.bottom), GRID_DECADE);
        }
    }
}

fn tags(section: &Section) -> String {
    section.tags.iter().map(|tag| tag.key()).collect::<Vec<_>>().join(", ")
}

fn band(section: &Section, edges: (f64, f64)) -> Band {
    let loudness = section.loudness_lufs.map(lufs_text);
    let all = [Some(section.label.clone()), Some(tags(section)).filter(|tags| !tags.is_empty()), loudness];
    let mut pieces: Vec<String> = all.into_iter().flatten().collect();
    let width = |pieces: &[String]| {
        let gaps = (pieces.len().max(1) - 1) as f64 * GAPS.0;
        pieces.iter().map(|piece| NAME.width(piece)).sum::<f64>() + gaps + 2.0 * GAPS.1
    };
    while !pieces.is_empty() && width(&pieces) > edges.1 - edges.0 {
        pieces.pop();
    }
    // A name alone needs less space beside it.
    if pieces.is_empty() && NAME.width(&section.label) + 6.0 <= edges.1 - edges.0 {
        pieces.push(section.label.clone());
    }
    Band { edges, is_loudest: section.tags.contains(&Tag::Loudest), pieces }
}

fn draw_band(pen: &Pen<'_>, band: &Band, top: f64) {
    // Where there are more sections than pixels their edges would be all there is.
    let gap = if band.edges.1 - band.edges.0 > 4.0 { 1.0 } else { 0.0 };
    let area = Rect::new(band.edges.0 + gap, top, band.edges.1 - gap, top + BAND);
    let color = if band.is_loudest { RAISED } else { PANEL };
    if area.width() > 8.0 {
        pen.rounded(area, 3.0, color);
    } else {
        pen.fill(area, color);
    }
    let only_name = band.pieces.len() == 1 && area.width() < NAME.width(&band.pieces[0]) + 2.0 * GAPS.1;
    let mut x = if only_name { area.center().0 - NAME.width(&band.pieces[0]) / 2.0 } else { area.left + GAPS.1 };
    for (idx, piece) in band.pieces.iter().enumerate() {
        let is_loudness = piece.ends_with("LUFS");
        let (face, color) = match idx {
            0 => (NAME, T1),
            _ if is_loudness => (CAPTION, T3),
            _ => (CAPTION, T2),
        };
        x += pen.left((x, top + 19.5), piece, face, color) + GAPS.0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::axes::linear;
    use super::*;

    #[test]
    fn tags_are_kept_however_narrow_their_section() {
        let section = |idx: u32| Section {
            start_s: f64::from(idx) * 10.0,
            end_s: f64::from(idx) * 10.0 + 10.0,
            loudness_lufs: Some(-20.0),
            label: "B\u{2032}".to_owned(),
            tags: if idx == 500 { vec![Tag::Loudest, Tag::Typical] } else { Vec::new() },
        };
        let sections: Vec<Section> = (0..1080).map(section).collect();
        let placed = Sections::place(&sections, 10_800.0, &linear(0.0..10_800.0, (32.0, 1504.0)));
        assert_eq!((placed.bands.len(), placed.tags.len(), placed.num_rows), (1080, 1, 1));
        let wide = Sections::place(&sections[500..501], 5010.0, &linear(5000.0..5010.0, (32.0, 1504.0)));
        assert!(wide.tags.is_empty() && wide.bands[0].pieces.len() == 3);
    }
}
