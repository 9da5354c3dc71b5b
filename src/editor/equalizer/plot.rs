//! Grid, spectra and curves of the equalizer.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use crate::analysis::LiveSpectrum;
use crate::chain::Stage;

use crate::editor::layout::Layout;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{
    AXIS_ZERO, GRID, GRID_DECADE, MASTER, MIX, PLOT_BOTTOM, PLOT_TOP, PROPOSAL, T1, T2, T3, regular,
};
use crate::editor::widgets::describe;
use crate::editor::words;

use super::{EqualizerView, curve, is_working, shown_channel};

/// Space for the dB scale and for the frequencies.
const GUTTER: f32 = 32.0;
const FOOT: f32 = 21.0;
/// Levels of the spectra over the plot's height, dB.
const SPECTRUM_RANGE_DB: f32 = 46.0;

/// The plot's scales.
pub struct Graph {
    /// Everything, scales included.
    pub area: Rect,
    /// Where curves are.
    pub plot: Rect,
    range_db: f32,
}

impl Graph {
    /// Of a plot in `area`, its gain axis reaching `range_db` each way.
    pub fn new(area: Rect, range_db: f32) -> Self {
        Self { area, plot: Rect::from_min_max(area.min, area.max - egui::vec2(GUTTER, FOOT)), range_db }
    }

    /// x of a frequency.
    pub fn x(&self, frequency_hz: f64) -> f32 {
        self.plot.left() + self.plot.width() * ((frequency_hz / 20.0).ln() / 1000f64.ln()) as f32
    }

    /// Frequency at an x.
    pub fn frequency_hz(&self, x: f32) -> f64 {
        20.0 * 1000f64.powf(f64::from((x - self.plot.left()) / self.plot.width()))
    }

    /// y of a gain.
    pub fn y(&self, gain_db: f64) -> f32 {
        self.zero() - gain_db as f32 * self.per_db()
    }

    /// Gain at a y.
    pub fn gain_db(&self, y: f32) -> f64 {
        f64::from((self.zero() - y) / self.per_db())
    }

    fn zero(&self) -> f32 {
        self.plot.top() + 0.36 * self.plot.height()
    }

    fn per_db(&self) -> f32 {
        0.33 * self.plot.height() / self.range_db
    }

    /// y of a level of the spectra, relative to their reference.
    fn level_y(&self, level_db: f32) -> f32 {
        self.plot.top() + 0.74 * self.plot.height() - level_db * self.plot.height() / SPECTRUM_RANGE_DB
    }
}

/// Draws all but the nodes.
pub fn draw(ui: &mut Ui, layout: &Layout, graph: &Graph, scene: &Scene, view: &mut EqualizerView) {
    let pen = Pen::of(ui);
    pen.gradient(graph.area, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    frequency_grid(&pen, layout, graph);
    gain_grid(&pen, graph, view.range_db);
    let inside = pen.clipped(graph.plot);
    spectra(&inside, graph, &scene.hearing.spectrum, view);
    curves(&inside, graph, scene, view);

    let spoken = sentence(scene);
    let response = ui.interact(graph.plot, ui.scope_id().with("equalizer plot"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || match response.hover_pos() {
        Some(pos) => format!(
            "{}, {} dB. Double-click for a band here.",
            words::frequency(graph.frequency_hz(pos.x)),
            words::signed(graph.gain_db(pos.y))
        ),
        None => spoken.clone(),
    });
}

fn sentence(scene: &Scene) -> String {
    let num_bands = scene.settings.equalizer.bands.iter().filter(|band| is_working(band)).count();
    match (scene.settings.equalizer.enabled, num_bands) {
        (false, _) => "EQ curve, off".to_owned(),
        (true, 0) => "EQ curve, flat".to_owned(),
        (true, 1) => "EQ curve, 1 band".to_owned(),
        (true, num_bands) => format!("EQ curve, {num_bands} bands"),
    }
}

fn frequency_grid(pen: &Pen, layout: &Layout, graph: &Graph) {
    let decades = [10.0, 100.0, 1000.0, 10_000.0];
    for frequency_hz in decades.iter().flat_map(|decade| (1..10).map(move |digit| decade * f64::from(digit))) {
        if frequency_hz > 20.0 && frequency_hz < 20_000.0 {
            let color = if decades.contains(&frequency_hz) { GRID_DECADE } else { GRID };
            pen.vertical(graph.x(frequency_hz), graph.plot.top(), graph.plot.bottom(), color);
        }
    }
    pen.horizontal(graph.plot.left(), graph.plot.right(), graph.plot.bottom() + 0.5, GRID_DECADE);
    let baseline = graph.plot.bottom() + 15.0;
    let labels = [
        (20.0, "20"),
        (50.0, "50"),
        (100.0, "100"),
        (200.0, "200"),
        (500.0, "500"),
        (1000.0, "1k"),
        (2000.0, "2k"),
        (5000.0, "5k"),
        (10_000.0, "10k"),
        (20_000.0, "20k"),
    ];
    for (frequency_hz, label) in labels {
        let x = graph.x(frequency_hz);
        match label {
            "20" => pen.left(x + 6.0, baseline, label, regular(11.0), T3),
            "20k" => pen.right(x - 2.0, baseline, label, regular(11.0), T3),
            "50" | "500" | "5k" if layout.is_compact => 0.0,
            _ => pen.center(x, baseline, label, regular(11.0), T3),
        };
    }
}

fn gain_grid(pen: &Pen, graph: &Graph, range_db: f32) {
    let right = graph.area.right() - 9.0;
    for step in -3..=3 {
        let gain_db = f64::from(step) * f64::from(range_db) / 3.0;
        let y = graph.y(gain_db);
        pen.horizontal(graph.plot.left(), graph.plot.right(), y, if step == 0 { AXIS_ZERO } else { GRID });
        let label = if step == 0 { "0".to_owned() } else { words::signed(gain_db).trim_end_matches(".0").to_owned() };
        pen.right(right, y + 4.0, label, regular(11.0), if step == 0 { T2 } else { T3 });
    }
    pen.right(right, graph.plot.bottom() + 15.0, "dB", regular(11.0), T3);
}

fn spectra(pen: &Pen, graph: &Graph, spectrum: &LiveSpectrum, view: &mut EqualizerView) {
    let Some(reference_db) = reference(spectrum, view.reference_db) else { return };
    view.reference_db = Some(reference_db);
    let points = |levels: &[f32]| -> Vec<Pos2> {
        let pairs = spectrum.frequencies_hz.iter().zip(levels).filter(|(_, level)| level.is_finite());
        pairs
            .map(|(frequency_hz, level)| pos2(graph.x(f64::from(*frequency_hz)), graph.level_y(level - reference_db)))
            .collect()
    };
    let (mix, master) = (points(&spectrum.mix_db), points(&spectrum.master_db));
    let range = (graph.level_y(9.0), graph.plot.bottom());
    let bottom = graph.plot.bottom();
    if mix.len() > 1 {
        pen.area(&mix, bottom, range, (MIX.gamma_multiply(0.19), MIX.gamma_multiply(0.01)));
    }
    if mix.len() == master.len() {
        pen.between(&mix, &master, MASTER.gamma_multiply(0.3));
    }
    if mix.len() > 1 {
        pen.path(mix, 1.1, MIX);
    }
    if master.len() > 1 {
        pen.path(master, 1.9, MASTER);
    }
}

/// Mean level of the mix from 100 Hz to 8 kHz; follows slowly, so that the picture stands still.
fn reference(spectrum: &LiveSpectrum, last: Option<f32>) -> Option<f32> {
    let levels = if spectrum.mix_db.is_empty() { &spectrum.master_db } else { &spectrum.mix_db };
    let inner = spectrum.frequencies_hz.iter().zip(levels);
    let inner = inner.filter(|(hz, level)| (100.0..8000.0).contains(*hz) && level.is_finite()).map(|(_, level)| *level);
    let (sum, count) = inner.fold((0.0, 0), |(sum, count), level| (sum + level, count + 1));
    if count == 0 {
        return last;
    }
    let mean = sum / count as f32;
    Some(last.filter(|last| (last - mean).abs() < 12.0).map_or(mean, |last| last + 0.02 * (mean - last)))
}

fn curves(pen: &Pen, graph: &Graph, scene: &Scene, view: &EqualizerView) {
    let channel = shown_channel(&scene.settings, view);
    let num_points = (graph.plot.width() / 2.0) as usize;
    let points = |settings: &crate::chain::Settings| -> Vec<Pos2> {
        let curve = curve(settings, scene.sample_rate_hz, channel, num_points);
        curve.into_iter().map(|(frequency_hz, gain_db)| pos2(graph.x(frequency_hz), graph.y(gain_db))).collect()
    };
    let active = points(&scene.settings);
    let zero = graph.y(0.0);
    let level: Vec<Pos2> = active.iter().map(|point| pos2(point.x, zero)).collect();
    pen.between(&active, &level, T1.gamma_multiply(0.05));
    if let Some(proposed) = scene.proposed_settings(Stage::Equalizer) {
        let proposed = points(&proposed);
        pen.between(&active, &proposed, PROPOSAL.gamma_multiply(0.24));
        pen.dashes(&proposed, (6.0, 4.0), 2.0, PROPOSAL);
    }
    let color = if scene.settings.equalizer.enabled { T1 } else { T3 };
    pen.path(active, 2.0, color);
}
