//! Gain now, how far each band may go, and the spectra below.

use egui::{Color32, Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use crate::chain::multiband::response_db;
use crate::chain::settings::{MIN_CROSSOVER_RATIO, NUM_SPLITS};
use crate::chain::{Settings, Stage};
use crate::dsp::crossover::{NUM_CROSSOVERS, ordered};
use crate::editor::frequency::FrequencyAxis;
use crate::editor::layout::{Layout, between};
use crate::editor::levels::Levels;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::spectra;
use crate::editor::theme::{
    AXIS_ZERO, Face, GRID, PLOT_BOTTOM, PLOT_TOP, PROPOSAL, REDUCTION, REDUCTION_TEXT, T1, T2, T3, regular, semibold,
};
use crate::editor::widgets::describe;
use crate::editor::words;

use super::{NAMES, gains_now_db, is_band_on, reach_db};

/// Reaches of the gain axis below zero, dB.
const REACHES_DB: [f64; 4] = [6.0, 12.0, 18.0, 24.0];
/// Shares of the height: where 0 dB lies, what the axis' reach takes, where thresholds of 0 dBFS lie.
const ZERO: f32 = 0.25;
const REACH: f32 = 0.372;
const FULL_SCALE: f32 = 0.52;
/// Room for the bands' names under the lowest threshold.
const NAMES_HEIGHT: f32 = 26.0;
const LOWEST_DBFS: f64 = -60.0;
/// Levels of the spectra over the plot's height, dB.
const SPECTRUM_RANGE_DB: f32 = 52.0;

/// The plot's scales.
pub struct Graph {
    /// Frequencies.
    pub axis: FrequencyAxis,
    /// Crossovers as they work, in rising order.
    pub crossover_hz: [f64; NUM_CROSSOVERS],
    reach_db: f64,
}

impl Graph {
    /// A plot in `area`, its axis as wide as bands may go and went lately, so that it does not jump with the music.
    pub fn new(area: Rect, scene: &Scene, levels: &Levels) -> Self {
        let gains = levels.peaks.iter().flat_map(|peak| gains_now_db(&scene.settings, &peak.activity));
        let largest_db = gains.chain(reach_db(&scene.settings)).fold(0.0, |largest: f64, db| largest.max(db.abs()));
        Self {
            axis: FrequencyAxis::new(area),
            crossover_hz: ordered(scene.settings.multiband.crossover_hz, MIN_CROSSOVER_RATIO),
            reach_db: REACHES_DB.into_iter().find(|reach| *reach >= largest_db).unwrap_or(REACHES_DB[3]),
        }
    }

    fn plot(&self) -> Rect {
        self.axis.plot
    }

    /// y of a gain.
    pub fn y(&self, gain_db: f64) -> f32 {
        let plot = self.plot();
        let y = plot.top() + plot.height() * (ZERO - REACH * (gain_db / self.reach_db) as f32);
        between(y, plot.top(), plot.bottom())
    }

    fn threshold_span(&self) -> (f32, f32) {
        let plot = self.plot();
        (plot.top() + FULL_SCALE * plot.height(), plot.bottom() - NAMES_HEIGHT)
    }

    /// y of a threshold: its own scale, since it is compared with the peaks of a whole band and the spectra show the
    /// power of a sixth of an octave.
    pub fn threshold_y(&self, level_dbfs: f64) -> f32 {
        let (top, bottom) = self.threshold_span();
        egui::lerp(top..=bottom, (level_dbfs / LOWEST_DBFS) as f32)
    }

    /// Threshold at a y.
    pub fn threshold_dbfs(&self, y: f32) -> f64 {
        let (top, bottom) = self.threshold_span();
        (LOWEST_DBFS * f64::from((y - top) / (bottom - top))).clamp(LOWEST_DBFS, 0.0)
    }

    /// Left and right edge of a band.
    pub fn edges(&self, band_idx: usize) -> (f32, f32) {
        let left = if band_idx == 0 { self.plot().left() } else { self.axis.x(self.crossover_hz[band_idx - 1]) };
        let right =
            if band_idx == NUM_SPLITS - 1 { self.plot().right() } else { self.axis.x(self.crossover_hz[band_idx]) };
        (left, right)
    }

    fn band_at(&self, x: f32) -> usize {
        (0..NUM_SPLITS - 1).find(|idx| x < self.edges(*idx).1).unwrap_or(NUM_SPLITS - 1)
    }
}

/// Draws the plot; returns the band that was pressed.
pub fn draw(
    ui: &mut Ui,
    layout: &Layout,
    graph: &Graph,
    (scene, levels): (&Scene, &Levels),
    selected: usize,
) -> Option<usize> {
    let plot = graph.plot();
    let pen = Pen::of(ui);
    pen.gradient(graph.axis.area, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    let (left, right) = graph.edges(selected);
    pen.fill(plot.with_min_x(left).with_max_x(right), 0.0, T1.gamma_multiply(0.035));
    graph.axis.draw(&pen, layout.is_compact);
    gain_grid(&pen, graph);
    let inside = pen.clipped(plot);
    draw_spectra(ui, &inside, graph, scene);
    gains(&inside, graph, scene, levels);
    names(&pen, graph, &scene.settings, levels, selected);

    let spoken = sentence(&scene.settings, levels);
    let response = ui.interact(plot, ui.scope_id().with("multiband plot"), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || format!("{spoken} from low to high, make-up included. Click selects a band."));
    response.interact_pointer_pos().filter(|_| response.clicked()).map(|pos| graph.band_at(pos.x))
}

fn sentence(settings: &Settings, levels: &Levels) -> String {
    let gains_db = gains_now_db(settings, &levels.activity());
    format!("Multiband gain now, {} dB", gains_db.map(words::signed).join(", "))
}

fn gain_grid(pen: &Pen, graph: &Graph) {
    let plot = graph.plot();
    let step_db = graph.reach_db / 2.0;
    for gain_db in [step_db, 0.0, -step_db, -graph.reach_db] {
        let y = graph.y(gain_db);
        pen.horizontal(plot.left(), plot.right(), y, if gain_db == 0.0 { AXIS_ZERO } else { GRID });
        let text = if gain_db > 0.0 { format!("+{gain_db}") } else { words::decimals(gain_db, 0) };
        pen.right(graph.axis.area.right() - 9.0, y + 4.0, text, regular(11.0), if gain_db == 0.0 { T2 } else { T3 });
    }
}

fn draw_spectra(ui: &Ui, pen: &Pen, graph: &Graph, scene: &Scene) {
    let spectrum = &scene.hearing.spectrum;
    let id = egui::Id::unique("multiband reference level");
    let last = ui.data(|data| data.get_temp::<f32>(id));
    let Some(reference_db) = spectra::reference(spectrum, last) else { return };
    ui.data_mut(|data| data.insert_temp(id, reference_db));
    let plot = graph.plot();
    let y = |level_db: f32| plot.top() + plot.height() * (0.8 - level_db / SPECTRUM_RANGE_DB);
    let points =
        |levels: &[f32]| spectra::points(&spectrum.frequencies_hz, levels, reference_db, (|hz| graph.axis.x(hz), y));
    spectra::draw(pen, points(&spectrum.mix_db), points(&spectrum.master_db), (y(9.0), plot.bottom()));
}

/// Copper from zero to the gain now, a hatch on to where each band may go, violet dashes where a move would let it go.
fn gains(pen: &Pen, graph: &Graph, scene: &Scene, levels: &Levels) {
    let frequencies_hz = graph.axis.frequencies_hz();
    let rate_hz = if scene.sample_rate_hz > 0.0 { scene.sample_rate_hz } else { 48_000.0 };
    let curve = |settings: &Settings, gains_db: &[f64; NUM_SPLITS]| -> Vec<Pos2> {
        let response = response_db(gains_db, settings.multiband.crossover_hz, &frequencies_hz, rate_hz);
        frequencies_hz.iter().zip(response).map(|(hz, db)| pos2(graph.axis.x(*hz), graph.y(db))).collect()
    };
    let settings = &scene.settings;
    let now = curve(settings, &gains_now_db(settings, &levels.activity()));
    let reach = curve(settings, &reach_db(settings));
    pen.hatch_between(&now, &reach, 5.0, REDUCTION.gamma_multiply(0.45));
    let zero = graph.y(0.0);
    let range = (zero, graph.y(-graph.reach_db));
    pen.area(&now, zero, range, (REDUCTION.gamma_multiply(0.7), REDUCTION.gamma_multiply(0.3)));
    if let Some(proposed) = scene.proposed_settings(Stage::Multiband) {
        pen.dashes(&curve(&proposed, &reach_db(&proposed)), (6.0, 4.0), 2.0, PROPOSAL);
    }
    let color = if settings.multiband.enabled { REDUCTION } else { REDUCTION.gamma_multiply(0.4) };
    pen.path(now, 2.0, color);
}

/// Names at the foot, the gain now under each band's reach; what has no room stands in the table alone.
fn names(pen: &Pen, graph: &Graph, settings: &Settings, levels: &Levels, selected: usize) {
    let plot = graph.plot();
    let (now, reach) = (gains_now_db(settings, &levels.activity()), reach_db(settings));
    for (band_idx, name) in NAMES.into_iter().enumerate() {
        let (left, right) = graph.edges(band_idx);
        let (middle, room) = ((left + right) / 2.0, right - left - 10.0);
        let is_selected = band_idx == selected;
        let face = if is_selected { semibold(12.0) } else { regular(12.0) };
        let color = if is_selected { T1 } else { T2 };
        label(pen, pos2(middle, plot.bottom() - 8.0), room, (name.to_owned(), face, color));
        let (text, face, color) = match is_band_on(settings, band_idx) {
            true => (format!("{} dB", words::signed(now[band_idx])), semibold(13.0), REDUCTION_TEXT),
            false => ("off".to_owned(), regular(12.0), T3),
        };
        let lowest = graph.y(now[band_idx].min(reach[band_idx]).min(0.0)) + 18.0;
        let y = lowest.min(graph.threshold_y(0.0) - 4.0);
        label(pen, pos2(middle, y), room, (text, face, color));
    }
}

/// A centred word where there is room for it, on a ground that what lies behind shows through faintly.
fn label(pen: &Pen, at: Pos2, room: f32, (text, face, color): (String, Face, Color32)) {
    let width = pen.width(text.clone(), face);
    if width < room {
        let half = width / 2.0 + 4.0;
        let ground = Rect::from_min_max(pos2(at.x - half, at.y - 13.0), pos2(at.x + half, at.y + 4.0));
        pen.fill(ground, 4.0, PLOT_BOTTOM.gamma_multiply(0.8));
        pen.center(at.x, at.y, text, face, color);
    }
}
