//! The frequency axis of the large plots: 20 Hz to 20 kHz, logarithmic.

use egui::{Rect, pos2, vec2};

use super::pen::Pen;
use super::theme::{GRID, GRID_DECADE, T3, regular};

/// Space for the scale at the right and for the frequencies below.
pub const GUTTER: f32 = 32.0;
const FOOT: f32 = 21.0;
const LOWEST_HZ: f64 = 20.0;
/// Highest over lowest frequency.
const SPAN: f64 = 1000.0;

/// Where frequencies are.
#[derive(Clone, Copy)]
pub struct FrequencyAxis {
    /// Everything, scales included.
    pub area: Rect,
    /// Where curves are.
    pub plot: Rect,
}

impl FrequencyAxis {
    /// Of a plot in `area`.
    pub fn new(area: Rect) -> Self {
        Self { area, plot: Rect::from_min_max(area.min, area.max - vec2(GUTTER, FOOT)) }
    }

    /// x of a frequency; below the plot all are as far as 1 Hz.
    pub fn x(&self, frequency_hz: f64) -> f32 {
        self.plot.left() + self.plot.width() * ((frequency_hz.max(1.0) / LOWEST_HZ).ln() / SPAN.ln()) as f32
    }

    /// Frequency at an x.
    pub fn frequency_hz(&self, x: f32) -> f64 {
        LOWEST_HZ * SPAN.powf(f64::from((x - self.plot.left()) / self.plot.width()))
    }

    /// Frequencies a few pixels apart, from end to end.
    pub fn frequencies_hz(&self) -> Vec<f64> {
        let num_steps = (self.plot.width() / 3.0).clamp(40.0, 320.0) as usize;
        (0..=num_steps).map(|idx| LOWEST_HZ * SPAN.powf(idx as f64 / num_steps as f64)).collect()
    }

    /// Lines and labels; the unit stands at the right end.
    pub fn draw(&self, pen: &Pen, is_compact: bool) {
        let decades = [10.0, 100.0, 1000.0, 10_000.0];
        for frequency_hz in decades.iter().flat_map(|decade| (1..10).map(move |digit| decade * f64::from(digit))) {
            if frequency_hz > 20.0 && frequency_hz < 20_000.0 {
                let color = if decades.contains(&frequency_hz) { GRID_DECADE } else { GRID };
                pen.vertical(self.x(frequency_hz), self.plot.top(), self.plot.bottom(), color);
            }
        }
        pen.horizontal(self.plot.left(), self.plot.right(), self.plot.bottom() + 0.5, GRID_DECADE);
        let baseline = self.plot.bottom() + 15.0;
        let labels = [
            (50.0, "50"),
            (100.0, "100"),
            (200.0, "200"),
            (500.0, "500"),
            (1000.0, "1k"),
            (2000.0, "2k"),
            (5000.0, "5k"),
            (10_000.0, "10k"),
        ];
        for (frequency_hz, label) in labels {
            if is_compact && [50.0, 500.0, 5000.0].contains(&frequency_hz) {
                continue;
            }
            pen.center(self.x(frequency_hz), baseline, label, regular(11.0), T3);
        }
        pen.left(self.plot.left() + 6.0, baseline, "20", regular(11.0), T3);
        pen.right(self.plot.right() - 2.0, baseline, "20k", regular(11.0), T3);
        pen.text(pos2(self.area.right() - 9.0, baseline), egui::Align::Max, "dB", regular(11.0), T3);
    }
}
