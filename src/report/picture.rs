//! A picture of what was heard: the song map with sections and findings, the spectrum, the numbers, the verdict.

mod axes;
mod canvas;
mod chips;
mod curve;
mod findings;
mod geometry;
mod header;
mod labels;
mod lanes;
mod legend;
mod letters;
mod loudness;
mod marks;
mod palette;
mod paragraph;
mod pen;
mod seal;
mod sections;
mod song_map;
mod spectrum;
#[cfg(test)]
mod tests;

use axes::CAPTION;
use canvas::BOUNDS;
use findings::Findings;
use geometry::Rect;
use header::Header;
use palette::{PANEL, SEAM, T3};
use pen::Pen;
use sections::Sections;
use song_map::SongMap;
use spectrum::SpectrumView;

use super::Source;
use crate::analysis::Features;
use crate::assistant::{Report, VerdictKind};

/// Left edge of everything, and right edge of plots: beside them stand levels.
const PLOTS: (f64, f64) = (32.0, 1504.0);
/// Space beside readouts and the status line.
const MARGIN: f64 = 32.0;
/// Height of the line at the bottom.
const STATUS: f64 = 34.0;
/// Space under the song map and the spectrum.
const GAP: f64 = 12.0;
/// Share of the height free for plots that the song map gets; the height of a plot for which lanes are given up, and
/// the least that it keeps.
const MAP_SHARE: f64 = 0.55;
const LOW_PLOT: f64 = 130.0;
const LEAST_PLOT: f64 = 40.0;

/// The picture as a PNG file of 1600 × 1000 pixels, of features with a block for each 100 ms.
pub fn picture(source: &Source, features: &Features, report: &Report) -> Vec<u8> {
    canvas::png(&canvas::pixels(|pen| draw(pen, source, features, report)))
}

fn draw(pen: &Pen<'_>, source: &Source, features: &Features, report: &Report) {
    // An empty file has a place for everything, too.
    let duration_s = features.duration_s.max(source.duration_s).max(0.1);
    let header = Header::place(source, features, report);
    let time = axes::linear(0.0..duration_s, PLOTS);
    let is_judged = report.verdict.kind != VerdictKind::NotEnoughHeard;
    let spectrum = SpectrumView::place(features, &report.findings, PLOTS);
    let map = |max_rows: usize| SongMap {
        features,
        duration_s,
        sections: Sections::place(&features.sections, duration_s, &time),
        findings: Findings::place(&report.findings, (&time, duration_s), is_judged, max_rows),
        time: time.clone(),
    };
    let fixed = header.height() + spectrum.frame_height() + 2.0 * GAP + STATUS;
    let free = |map: &SongMap<'_>| BOUNDS.height() - fixed - map.frame_height();
    // Where a lane for each finding would leave the plots too low, they are listed.
    let fitting = (0..=findings::MAX_ROWS).rev().map(map).find(|map| free(map) >= 2.0 * LOW_PLOT);
    let map = fitting.unwrap_or_else(|| map(0));
    let free = free(&map).max(2.0 * LEAST_PLOT);
    let map_plot = (free * MAP_SHARE).floor();
    header.draw(pen, (PLOTS.0, BOUNDS.right - MARGIN), BOUNDS.width());
    let mut top = header.height() + 1.0;
    map.draw(pen, PLOTS, top, map_plot);
    top += map.frame_height() + map_plot + GAP;
    pen.fill(Rect::new(0.0, top - 1.0, BOUNDS.right, top), SEAM);
    spectrum.draw(pen, PLOTS, top, free - map_plot);
    draw_status(pen, map.findings.has_parts());
}

fn draw_status(pen: &Pen<'_>, has_parts: bool) {
    let top = BOUNDS.bottom - STATUS;
    pen.fill(Rect { top, ..BOUNDS }, PANEL);
    pen.fill(Rect { top, bottom: top + 1.0, ..BOUNDS }, SEAM);
    let baseline = top + 22.0;
    let text = match has_parts {
        true => {
            "Levels of the mix as it came in. A band under the song map is the longest stretch with that finding, \
             blocks on a line are its places."
        }
        false => "Levels of the mix as it came in.",
    };
    pen.left((PLOTS.0, baseline), text, CAPTION, T3);
    pen.right((BOUNDS.right - MARGIN, baseline), concat!("Discern ", env!("CARGO_PKG_VERSION")), CAPTION, T3);
}
