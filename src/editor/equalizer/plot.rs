//! Grid, spectra and curves of the equalizer.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use crate::chain::Stage;

use crate::editor::frequency::FrequencyAxis;
use crate::editor::layout::Layout;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::spectra;
use crate::editor::theme::{AXIS_ZERO, GRID, PLOT_BOTTOM, PLOT_TOP, PROPOSAL, T1, T2, T3, regular};
use crate::editor::widgets::describe;
use crate::editor::words;

use super::evidence::Departure;
use super::{EqualizerView, curve, is_working, nodes, shown_channel, trend};

/// Levels of the spectra over the plot's height, dB.
const SPECTRUM_RANGE_DB: f32 = 46.0;

/// The plot's scales.
pub struct Graph {
    axis: FrequencyAxis,
    /// Everything, scales included.
    pub area: Rect,
    /// Where curves are.
    pub plot: Rect,
    range_db: f32,
}

impl Graph {
    /// Of a plot in `area`, its gain axis reaching `range_db` each way.
    pub fn new(area: Rect, range_db: f32) -> Self {
        let axis = FrequencyAxis::new(area);
        Self { axis, area, plot: axis.plot, range_db }
    }

    /// x of a frequency.
    pub fn x(&self, frequency_hz: f64) -> f32 {
        self.axis.x(frequency_hz)
    }

    /// Frequency at an x.
    pub fn frequency_hz(&self, x: f32) -> f64 {
        self.axis.frequency_hz(x)
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
    pub fn level_y(&self, level_db: f32) -> f32 {
        self.plot.top() + 0.74 * self.plot.height() - level_db * self.plot.height() / SPECTRUM_RANGE_DB
    }
}

/// Draws all but the nodes.
pub fn draw(
    ui: &mut Ui,
    layout: &Layout,
    graph: &Graph,
    scene: &Scene,
    (view, open): (&mut EqualizerView, Option<usize>),
) {
    let pen = Pen::of(ui);
    pen.gradient(graph.area, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    graph.axis.draw(&pen, layout.is_compact);
    gain_grid(&pen, graph, view.range_db);
    let inside = pen.clipped(graph.plot);
    let measured = spectra(&inside, graph, scene, (&mut *view, open));
    curves(&inside, graph, scene, view);
    // After the curves, which would cross it, and clear of the nodes, which follow.
    if let Some((departure, mix, trend)) = measured {
        let taken = nodes::covered(graph, scene, (view, open));
        departure.callout(ui, layout, graph, ((&mix, &trend), &taken));
    }

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

fn gain_grid(pen: &Pen, graph: &Graph, range_db: f32) {
    let right = graph.area.right() - 9.0;
    for step in -3..=3 {
        let gain_db = f64::from(step) * f64::from(range_db) / 3.0;
        let y = graph.y(gain_db);
        pen.horizontal(graph.plot.left(), graph.plot.right(), y, if step == 0 { AXIS_ZERO } else { GRID });
        let label = if step == 0 { "0".to_owned() } else { words::signed(gain_db).trim_end_matches(".0").to_owned() };
        pen.right(right, y + 4.0, label, regular(11.0), if step == 0 { T2 } else { T3 });
    }
}

/// The spectra with the song's own trend; the open move's evidence between mix and trend, which are handed back.
fn spectra(
    pen: &Pen,
    graph: &Graph,
    scene: &Scene,
    (view, open): (&mut EqualizerView, Option<usize>),
) -> Option<(Departure, Vec<Pos2>, Vec<Pos2>)> {
    let spectrum = &scene.hearing.spectrum;
    let reference_db = spectra::reference(spectrum, view.reference_db)?;
    view.reference_db = Some(reference_db);
    let scales = (|hz: f64| graph.x(hz), |level_db: f32| graph.level_y(level_db));
    let points = |levels: &[f32]| spectra::points(&spectrum.frequencies_hz, levels, reference_db, scales);
    let (mix, master) = (points(&spectrum.mix_db), points(&spectrum.master_db));
    let evidence = Departure::of_open(scene, open);
    let trend = trend::of(spectrum, evidence.as_ref().map(|departure| departure.band_hz));
    let trend = points(&trend);
    if let Some(departure) = &evidence {
        departure.wash(pen, graph);
    }
    spectra::draw(pen, mix.clone(), master, (graph.level_y(9.0), graph.plot.bottom()));
    if let Some(departure) = &evidence {
        departure.hatch(pen, graph, (&mix, &trend));
    }
    pen.dots(&trend, 4.0, T2);
    evidence.map(|departure| (departure, mix, trend))
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
