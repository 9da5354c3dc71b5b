//! What a note rests on, as a picture of what is stored: the spectrum with its band, else loudness along the song with its
//! places.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::analysis::Spectrum;
use crate::assistant::MixerNote;
use crate::assistant::findings::Finding;
use crate::editor::frequency::FrequencyAxis;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::song_map::bars;
use crate::editor::theme::{GRID_DECADE, MIX, PLOT_BOTTOM, PLOT_TOP, REDUCTION, REDUCTION_TEXT, SEAM, T3, regular};
use crate::editor::widgets::describe;
use crate::editor::words;
use crate::params::Judged;

/// Levels over the height of the spectrum, and space over its highest band, dB.
const RANGE_DB: f64 = 60.0;
const OVER_DB: f64 = 6.0;
/// Narrowest mark, points.
const LEAST_MARK: f32 = 2.0;

/// Draws the picture into `area`.
pub fn show(ui: &mut Ui, area: Rect, scene: &Scene, judged: &Judged, (note, finding): (&MixerNote, Option<&Finding>)) {
    let pen = Pen::of(ui);
    pen.gradient(area, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    pen.horizontal(area.left(), area.right(), area.bottom() - 0.5, SEAM);
    let band_hz = finding.and_then(|finding| Some((finding.evidence.low_hz?, finding.evidence.high_hz?)));
    let highest_db = judged.features.spectrum.mid_db.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let spoken = match band_hz.filter(|_| highest_db.is_finite()) {
        Some(band_hz) => spectrum(&pen, area, (&judged.features.spectrum, highest_db), band_hz),
        None => song(&pen, area, scene, (note, finding)),
    };
    let response = ui.interact(area, ui.scope_id().with("evidence picture"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || spoken.clone());
}

/// Third octaves of all that was heard; the band is hatched under the curve.
fn spectrum(pen: &Pen, area: Rect, (spectrum, highest_db): (&Spectrum, f64), band_hz: (f64, f64)) -> String {
    let axis = FrequencyAxis::new(area);
    let plot = axis.plot;
    for (frequency_hz, label) in [(100.0, "100"), (1000.0, "1k"), (10_000.0, "10k")] {
        pen.vertical(axis.x(frequency_hz), plot.top(), plot.bottom(), GRID_DECADE);
        pen.center(axis.x(frequency_hz), plot.bottom() + 15.0, label, regular(11.0), T3);
    }
    pen.horizontal(plot.left(), plot.right(), plot.bottom() + 0.5, GRID_DECADE);
    pen.right(area.right() - 9.0, plot.bottom() + 15.0, "Hz", regular(11.0), T3);
    let y = |db: f64| {
        let share = ((highest_db + OVER_DB - db) / RANGE_DB).clamp(0.0, 1.0) as f32;
        plot.top() + share * plot.height()
    };
    let inside = pen.clipped(plot);
    let band = (axis.x(band_hz.0.max(20.0)), axis.x(band_hz.1.min(20_000.0)));
    let band = plot.with_min_x(band.0).with_max_x(band.1.max(band.0 + LEAST_MARK));
    inside.fill(band, 0.0, REDUCTION.gamma_multiply(0.14));
    let bands: Vec<(f64, Option<f64>)> =
        spectrum.frequencies_hz.iter().copied().zip(spectrum.mid_db.iter().copied()).collect();
    for run in bands.chunk_by(|a, b| a.1.is_some() == b.1.is_some()) {
        let curve: Vec<_> = run.iter().filter_map(|(hz, db)| Some(pos2(axis.x(*hz), y((*db)?)))).collect();
        if curve.len() > 1 {
            inside.area(
                &curve,
                plot.bottom(),
                (plot.top(), plot.bottom()),
                (MIX.gamma_multiply(0.19), MIX.gamma_multiply(0.02)),
            );
            let foot: Vec<_> = curve.iter().map(|at| pos2(at.x, plot.bottom())).collect();
            inside.clipped(band).hatch_between(&curve, &foot, 5.0, REDUCTION.gamma_multiply(0.7));
            inside.path(curve, 1.1, MIX);
        }
    }
    for x in [band.left(), band.right()] {
        inside.vertical(x, plot.top(), plot.bottom(), REDUCTION);
    }
    let place = format!("{} to {}", words::frequency(band_hz.0), words::frequency(band_hz.1));
    format!("Spectrum of all that I heard of the mix; {place} is marked")
}

/// Loudness along the song; the places of the finding stand out, else all of the note's.
fn song(pen: &Pen, area: Rect, scene: &Scene, (note, finding): (&MixerNote, Option<&Finding>)) -> String {
    let plot = Rect::from_min_max(area.min + vec2(16.0, 12.0), area.max - vec2(16.0, 22.0));
    let end_s = scene.map_end_s();
    let places: Vec<(f64, f64)> = match finding.filter(|finding| !finding.places_s.is_empty()) {
        Some(finding) => finding.places_s.clone(),
        None => vec![(note.from_s, note.to_s)],
    };
    let heights = if end_s > 0.0 { bars(scene.blocks(), end_s, (plot.width() / 3.0) as usize) } else { Vec::new() };
    let x = |time_s: f64| plot.left() + (time_s / end_s.max(1e-9)).clamp(0.0, 1.0) as f32 * plot.width();
    let marks: Vec<Rect> = places
        .iter()
        .map(|(from_s, to_s)| plot.with_min_x(x(*from_s)).with_max_x(x(*to_s).max(x(*from_s) + LEAST_MARK)))
        .collect();
    for mark in &marks {
        pen.fill(mark.expand2(vec2(0.0, 4.0)), 0.0, REDUCTION.gamma_multiply(0.22));
    }
    for (idx, height) in heights.iter().enumerate() {
        let Some(height) = height else { continue };
        let left = plot.left() + idx as f32 * 3.0;
        let bar = Rect::from_min_max(
            pos2(left, plot.bottom() - 2.0 - height * (plot.height() - 2.0)),
            pos2(left + 2.0, plot.bottom()),
        );
        let is_marked = marks.iter().any(|mark| mark.x_range().expand(1.0).intersects(bar.x_range()));
        pen.fill(bar, 0.0, if is_marked { REDUCTION_TEXT } else { MIX.gamma_multiply(0.42) });
    }
    let baseline = area.bottom() - 7.0;
    pen.left(plot.left(), baseline, words::time(0.0), regular(11.0), T3);
    pen.right(plot.right(), baseline, words::time(end_s), regular(11.0), T3);
    let place = match places.as_slice() {
        [(from_s, to_s)] => words::place(*from_s, *to_s),
        more => format!("{} places", more.len()),
    };
    pen.center(plot.center().x, baseline, &*place, regular(11.0), REDUCTION_TEXT);
    format!("Loudness of the mix along the song; {place} marked")
}
