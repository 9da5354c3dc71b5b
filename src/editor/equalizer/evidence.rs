//! The open move's evidence on the plot: its band, the departure from the trend, and how large it was measured.

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::assistant::Evidence;
use crate::chain::Stage;
use crate::editor::layout::Layout;
use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{PROPOSAL, PROPOSAL_TEXT, RAISED, T1, medium};
use crate::editor::words;

use super::callout;
use super::plot::Graph;

/// A measured departure of a band.
pub struct Departure {
    /// Where, Hz.
    pub band_hz: (f64, f64),
    /// What the report stores, dB; none where the evidence is of another kind.
    excess_db: Option<f64>,
}

impl Departure {
    /// Of the open move, where it is the equalizer's and its evidence has a band.
    pub fn of_open(scene: &Scene, open: Option<usize>) -> Option<Self> {
        let (_, proposed) = scene.open_moves().find(|(number, _)| Some(*number) == open)?;
        let of_stage = proposed.evidence.iter().filter(|_| proposed.stage == Stage::Equalizer);
        let has_band = |evidence: &Evidence| Some((evidence.low_hz?, evidence.high_hz?));
        let (evidence, band_hz) = of_stage.filter_map(|evidence| Some((evidence, has_band(evidence)?))).next()?;
        let excess_db = (evidence.metric == "band_excess_db").then_some(evidence.value);
        Some(Self { band_hz, excess_db })
    }

    fn edges(&self, graph: &Graph) -> (f32, f32) {
        (graph.x(self.band_hz.0.max(20.0)), graph.x(self.band_hz.1.min(20_000.0)))
    }

    /// A violet wash over the band.
    pub fn wash(&self, pen: &Pen, graph: &Graph) {
        let (left, right) = self.edges(graph);
        let [faint, strong, foot] = [0.03, 0.13, 0.05].map(|share| PROPOSAL.gamma_multiply(share));
        pen.gradient(graph.plot.with_min_x(left).with_max_x(right), &[(0.0, faint), (0.7, strong), (1.0, foot)]);
    }

    /// The part of both curves inside the band where the mix lies on the side that was measured.
    fn inside(&self, graph: &Graph, (mix, trend): (&[Pos2], &[Pos2])) -> (Vec<Pos2>, Vec<Pos2>) {
        let (left, right) = self.edges(graph);
        let is_above = self.excess_db.unwrap_or(1.0) >= 0.0;
        let pairs = mix.iter().zip(trend).filter(|(at, _)| (left..=right).contains(&at.x));
        // On the other side the two lie on one another: nothing is hatched there.
        let held = |(at, trend): (&Pos2, &Pos2)| {
            let y = if is_above { at.y.min(trend.y) } else { at.y.max(trend.y) };
            (pos2(at.x, y), *trend)
        };
        pairs.map(held).unzip()
    }

    /// 45° lines between mix and trend.
    pub fn hatch(&self, pen: &Pen, graph: &Graph, curves: (&[Pos2], &[Pos2])) {
        let (mix, trend) = self.inside(graph, curves);
        pen.between(&mix, &trend, PROPOSAL.gamma_multiply(0.28));
        pen.hatch_between(&mix, &trend, 4.0, PROPOSAL.gamma_multiply(0.9));
    }

    /// What was measured, led to the hatch; beside everything in `taken`.
    pub fn callout(&self, ui: &Ui, layout: &Layout, graph: &Graph, (curves, taken): ((&[Pos2], &[Pos2]), &[Rect])) {
        let Some(excess_db) = self.excess_db else { return };
        let (mix, trend) = self.inside(graph, curves);
        let depth = |pair: &(&Pos2, &Pos2)| (pair.0.y - pair.1.y).abs();
        let widest = mix.iter().zip(&trend).max_by(|a, b| depth(a).total_cmp(&depth(b)));
        let Some(target) = widest.map(|(mix, trend)| pos2(mix.x, (mix.y + trend.y) / 2.0)) else { return };
        let side = if excess_db < 0.0 { "under" } else { "over" };
        let spoken = format!("{} dB {side} own trend", words::signed(excess_db));
        let text = if layout.is_compact { format!("{} dB", words::signed(excess_db)) } else { spoken.clone() };
        let pen = Pen::of(ui);
        let size = vec2(pen.width(text.clone(), medium(12.0)) + 18.0, 24.0);
        let label = callout::place(graph.plot, target, (self.edges(graph), size), taken);
        pen.path(callout::leader(target, label), 1.2, PROPOSAL_TEXT);
        pen.disc(target, 2.6, PROPOSAL_TEXT);
        pen.fill(label, 5.0, RAISED);
        pen.left(label.left() + 9.0, label.center().y + 4.3, text, medium(12.0), T1);
        let response = ui.interact(label, ui.scope_id().with("evidence callout"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    }
}
