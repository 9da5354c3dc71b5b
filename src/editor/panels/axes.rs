//! A plot of gain over frequency: places, grid and labels.

use egui::{Pos2, Rect, pos2, vec2};

use crate::editor::pen::Pen;
use crate::editor::theme::{AXIS_ZERO, GRID, GRID_DECADE, T3, regular};
use crate::editor::words;

/// Room for the gains at the right and for the frequencies below.
const GUTTER: f32 = 32.0;
const FOOT: f32 = 21.0;
/// Narrower plots name decades only.
const WIDE: f32 = 400.0;
const LOWEST_HZ: f64 = 20.0;
/// Highest over lowest frequency.
const SPAN: f64 = 1000.0;

/// Where frequencies (20 Hz–20 kHz) and gains are.
pub struct Axes {
    area: Rect,
    /// The plot without its labels.
    pub plot: Rect,
    top_db: f64,
    bottom_db: f64,
}

impl Axes {
    /// In `area`, `headroom` points under its top, from `top_db` down to `bottom_db`.
    pub fn new(area: Rect, headroom: f32, (top_db, bottom_db): (f64, f64)) -> Self {
        let plot = Rect::from_min_max(area.min + vec2(0.0, headroom), area.max - vec2(GUTTER, FOOT));
        Self { area, plot, top_db, bottom_db }
    }

    /// Place of a frequency.
    pub fn x(&self, frequency_hz: f64) -> f32 {
        self.plot.left() + self.plot.width() * ((frequency_hz / LOWEST_HZ).ln() / SPAN.ln()) as f32
    }

    /// Frequency at an x.
    pub fn frequency_hz(&self, x: f32) -> f64 {
        LOWEST_HZ * SPAN.powf(f64::from((x - self.plot.left()) / self.plot.width()))
    }

    /// Place of a gain, held inside the plot.
    pub fn y(&self, gain_db: f64) -> f32 {
        let share = (self.top_db - gain_db) / (self.top_db - self.bottom_db);
        self.plot.top() + self.plot.height() * share.clamp(0.0, 1.0) as f32
    }

    /// Frequencies a few pixels apart, from 20 Hz to 20 kHz.
    pub fn frequencies_hz(&self) -> Vec<f64> {
        let num_steps = (self.plot.width() / 2.5).clamp(40.0, 240.0) as usize;
        (0..=num_steps).map(|idx| LOWEST_HZ * SPAN.powf(idx as f64 / num_steps as f64)).collect()
    }

    /// The points of a curve.
    pub fn points(&self, frequencies_hz: &[f64], gains_db: impl IntoIterator<Item = f64>) -> Vec<Pos2> {
        frequencies_hz.iter().zip(gains_db).map(|(hz, db)| pos2(self.x(*hz), self.y(db))).collect()
    }

    /// Grid and labels; a line every `step_db`.
    pub fn draw(&self, pen: &Pen, step_db: f64) {
        let is_wide = self.plot.width() >= WIDE;
        let foot = self.area.bottom() - 6.0;
        let labels = [
            (50.0, "50"),
            (100.0, "100"),
            (200.0, "200"),
            (500.0, "500"),
            (1e3, "1k"),
            (2e3, "2k"),
            (5e3, "5k"),
            (1e4, "10k"),
        ];
        for (frequency_hz, label) in labels {
            let is_decade = [100.0, 1e3, 1e4].contains(&frequency_hz);
            let x = self.x(frequency_hz);
            pen.vertical(x, self.plot.top(), self.plot.bottom(), if is_decade { GRID_DECADE } else { GRID });
            if is_wide || is_decade {
                let label = if frequency_hz == 100.0 { "100 Hz" } else { label };
                pen.center(x, foot, label, regular(11.0), T3);
            }
        }
        pen.right(self.area.right() - 9.0, foot, "dB", regular(11.0), T3);
        let num_lines = ((self.top_db - self.bottom_db) / step_db).round() as usize;
        for idx in 0..=num_lines {
            let gain_db = self.top_db - idx as f64 * step_db;
            let color = if gain_db == 0.0 { AXIS_ZERO } else { GRID };
            pen.horizontal(self.plot.left(), self.plot.right(), self.y(gain_db), color);
            let text = if gain_db > 0.0 { format!("+{gain_db}") } else { words::decimals(gain_db, 0) };
            // The lowest keeps clear of the unit below it.
            let baseline = self.y(gain_db) + if idx == num_lines { 0.0 } else { 4.0 };
            pen.right(self.area.right() - 9.0, baseline, text, regular(11.0), T3);
        }
    }
}
