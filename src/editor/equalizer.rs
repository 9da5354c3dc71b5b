//! The equalizer's view: spectra, curve, nodes, band strip.

mod callout;
mod evidence;
mod nodes;
mod plot;
mod strip;
mod trend;

pub use strip::makeup;

use egui::{Rect, Ui};

use crate::assistant::Move;
use crate::chain::equalizer::BandCurve;
use crate::chain::settings::{BandChannel, BandSettings, BandShape, NUM_BANDS};
use crate::chain::{Settings, Stage};

use super::layout::Layout;
use super::levels::Levels;
use super::scene::Scene;
use super::session::Session;
use super::widgets::{Button, Kind, push};
use super::words;

/// Height of the controls below the plot: default and compact.
const STRIP_HEIGHT: (f32, f32) = (106.0, 102.0);
/// Scales of the gain axis, dB each way.
const RANGES_DB: [f32; 4] = [3.0, 6.0, 12.0, 18.0];

/// Width of the strip with knobs, points.
const FULL_STRIP: f32 = 704.0;

/// Whether the strip is one of fields: in the compact set, and where the knobs have no room.
pub fn is_narrow(layout: &Layout) -> bool {
    layout.is_compact || layout.stage.width() < FULL_STRIP
}

/// What the view remembers between frames.
pub struct EqualizerView {
    /// Band whose controls are shown.
    pub band_idx: usize,
    /// Gain axis, dB each way.
    pub range_db: f32,
    /// Level of the spectra that lies on the plot's reference line, dB.
    reference_db: Option<f32>,
}

impl Default for EqualizerView {
    fn default() -> Self {
        Self { band_idx: 0, range_db: RANGES_DB[0], reference_db: None }
    }
}

impl EqualizerView {
    /// The next scale of the gain axis, round and round.
    pub fn next_range(&mut self) {
        let position = RANGES_DB.iter().position(|range| *range == self.range_db).unwrap_or(0);
        self.range_db = RANGES_DB[(position + 1) % RANGES_DB.len()];
    }

    /// Widens the gain axis until what a move does fits.
    pub fn fit_move(&mut self, proposed: &Move) {
        let is_gain =
            |id: &str| id.starts_with("equalizer.band_") && (id.ends_with("gain_db") || id.ends_with("range_db"));
        for (_, gain_db) in proposed.settings.iter().filter(|(id, _)| is_gain(id)) {
            self.make_room(*gain_db);
        }
    }

    /// Widens the gain axis until `gain_db` fits.
    fn make_room(&mut self, gain_db: f64) {
        let needed = RANGES_DB.into_iter().find(|range| f64::from(*range) >= gain_db.abs());
        self.range_db = self.range_db.max(needed.unwrap_or(RANGES_DB[3]));
    }
}

/// Draws plot and controls; `open` is the number of the open card.
pub fn show(
    ui: &mut Ui,
    layout: &Layout,
    (session, scene, levels): (&Session, &Scene, &Levels),
    (view, open): (&mut EqualizerView, Option<usize>),
) {
    let strip_height = if is_narrow(layout) { STRIP_HEIGHT.1 } else { STRIP_HEIGHT.0 };
    let area = layout.stage;
    let split = area.bottom() - strip_height;
    let graph = plot::Graph::new(area.with_max_y(split), view.range_db);
    plot::draw(ui, layout, &graph, scene, (&mut *view, open));
    scale(ui, &graph, view);
    nodes::show(ui, &graph, session, (scene, levels), (view, open));
    strip::show(ui, layout, Rect::from_min_max(egui::pos2(area.left(), split), area.max), session, scene, view);
}

/// The range of the gain axis, at the foot of its labels; a press takes the next.
fn scale(ui: &mut Ui, graph: &plot::Graph, view: &mut EqualizerView) {
    let corner = egui::pos2(graph.area.right() - 31.0, graph.plot.bottom() - 28.0);
    let label = format!("\u{00B1}{}", words::decimals(f64::from(view.range_db), 0));
    let help =
        format!("The gain axis reaches {label} dB. Click for the next range; a drag past the edge widens it too.");
    let button = Button::new(&label, Kind::Ghost).named("EQ scale", &help).sized(11.0);
    if push(ui, Rect::from_min_size(corner, egui::vec2(30.0, 24.0)), button).clicked() {
        view.next_range();
    }
}

/// Gain in dB of the bands that work on `channel` or on both, at `num_points` frequencies, log-spaced over
/// 20 Hz–20 kHz; amounts and bypass included.
pub fn curve(settings: &Settings, sample_rate_hz: f64, channel: BandChannel, num_points: usize) -> Vec<(f64, f64)> {
    let sample_rate_hz = if sample_rate_hz > 0.0 { sample_rate_hz } else { 48_000.0 };
    let equalizer = &settings.equalizer;
    let amount = (equalizer.amount_percent * settings.amount_percent / 1e4).min(2.0);
    let is_on = equalizer.enabled && !settings.bypass && amount > 0.0;
    let is_shown = |band: &&BandSettings| {
        is_on && is_working(band) && (band.channel == channel || band.channel == BandChannel::Stereo)
    };
    let bands: Vec<BandCurve> =
        equalizer.bands.iter().filter(is_shown).map(|band| BandCurve::new(band, amount, sample_rate_hz)).collect();
    let point = |idx: usize| {
        let frequency_hz = 20.0 * 1000f64.powf(idx as f64 / (num_points - 1) as f64);
        (frequency_hz, bands.iter().map(|band| band.db(frequency_hz)).sum())
    };
    (0..num_points).map(point).collect()
}

/// The part of the signal that a sketch of the curve shows: what the first band that works is set to.
pub fn main_channel(settings: &Settings) -> BandChannel {
    settings.equalizer.bands.iter().find(|band| is_working(band)).map_or(BandChannel::Stereo, |band| band.channel)
}

/// Whether a band changes the sound.
pub fn is_working(band: &BandSettings) -> bool {
    band.enabled && (band.gain_db != 0.0 || is_cut(band.shape) || is_dynamic(band))
}

/// Whether the selected band changes the sound.
pub fn is_selected_working(settings: &Settings, view: &EqualizerView) -> bool {
    settings.equalizer.bands.get(view.band_idx).is_some_and(is_working)
}

/// Whether a band's gain moves with the signal.
pub fn is_dynamic(band: &BandSettings) -> bool {
    band.dynamic && can_be_dynamic(band.shape) && band.range_db != 0.0
}

/// Shapes whose gain can move.
pub fn can_be_dynamic(shape: BandShape) -> bool {
    matches!(shape, BandShape::Bell | BandShape::LowShelf | BandShape::HighShelf)
}

/// Shapes that remove, and have no gain.
pub fn is_cut(shape: BandShape) -> bool {
    matches!(shape, BandShape::LowCut | BandShape::HighCut | BandShape::Notch)
}

/// Id of a band's setting.
fn band_id(band_idx: usize, parameter: &str) -> String {
    format!("equalizer.band_{}.{parameter}", band_idx + 1)
}

/// All of a band's settings to those of a fresh instance.
pub fn reset_band(session: &Session, band_idx: usize) {
    for parameter in [
        "gain_db",
        "shape",
        "frequency_hz",
        "q",
        "slope_db_per_octave",
        "channel",
        "enabled",
        "dynamic",
        "threshold_db",
        "range_db",
        "attack_ms",
        "release_ms",
    ] {
        session.reset(&band_id(band_idx, parameter));
    }
}

/// The first band that does nothing, for a new one.
fn free_band(settings: &Settings) -> Option<usize> {
    // One that is only switched off is the engineer's.
    let would_work = |idx: usize| is_working(&BandSettings { enabled: true, ..settings.equalizer.bands[idx] });
    (0..NUM_BANDS).find(|&idx| !would_work(idx))
}

/// A band as one sentence.
fn band_sentence(band_idx: usize, band: &BandSettings) -> String {
    let shape = words::label(band.shape).to_lowercase();
    let channel = words::label(band.channel).to_lowercase();
    let amount = match band.shape {
        BandShape::LowCut | BandShape::HighCut => words::label(band.slope).to_owned(),
        BandShape::Notch => format!("Q {}", words::decimals(band.q, 2)),
        _ => format!("{} dB, Q {}", words::signed(band.gain_db), words::decimals(band.q, 2)),
    };
    let state = match (band.enabled, is_dynamic(band)) {
        (false, _) => ", off".to_owned(),
        (true, true) => format!(", dynamic by {} dB", words::signed(band.range_db)),
        (true, false) => String::new(),
    };
    format!("Band {}, {shape}, {}, {amount}, {channel}{state}", band_idx + 1, words::frequency(band.frequency_hz))
}

/// The first band that a move sets something of.
pub fn band_of(proposed: &Move) -> Option<usize> {
    (0..NUM_BANDS).find(|idx| {
        let prefix = format!("equalizer.band_{}.", idx + 1);
        proposed.settings.iter().any(|(id, _)| id.starts_with(&prefix))
    })
}

/// Number of the waiting move that sets something of a band.
fn proposed_move(scene: &Scene, band_idx: usize) -> Option<usize> {
    let prefix = format!("equalizer.band_{}.", band_idx + 1);
    scene
        .open_moves()
        .filter(|(_, proposed)| proposed.stage == Stage::Equalizer)
        .find(|(_, proposed)| proposed.settings.iter().any(|(id, _)| id.starts_with(&prefix)))
        .map(|(number, _)| number)
}

/// The part of the signal that a curve is drawn for: what the selected band works on.
fn shown_channel(settings: &Settings, view: &EqualizerView) -> BandChannel {
    settings.equalizer.bands[view.band_idx].channel
}
