//! The head of a picture: seal, file, format, verdict, and the numbers that everybody asks for.

use super::axes::CAPTION;
use super::geometry::{Point, Rect};
use super::letters::{Face, regular, semibold};
use super::palette::{PANEL, SEAM, SOFT, T1, T2, T3};
use super::paragraph::{self, BODY, SMALL_BODY};
use super::pen::Pen;
use super::seal;
use crate::analysis::Features;
use crate::assistant::{Report, number_text};
use crate::report::Source;
use crate::report::words;

/// Where text begins, beside the seal, and where readouts begin.
const TEXT_LEFT: f64 = 136.0;
const READOUTS_LEFT: f64 = 1014.0;
/// Sizes that a file's name is set in, the largest that fits; it wraps in the last.
const NAME_SIZES: [f64; 4] = [27.0, 23.0, 20.0, 16.0];
/// Its first baseline, and the height of a line over the size.
const NAME_TOP: f64 = 48.0;
const LINE: f64 = 1.3;
/// Lines up to which the verdict is set large.
const LARGE_LINES: usize = 3;
/// Least height.
const LEAST_HEIGHT: f64 = 142.0;

/// The head, its lines broken.
pub struct Header<'a> {
    features: &'a Features,
    report: &'a Report,
    name: (Face, Vec<String>),
    format: String,
    body: (Face, f64),
    sentence: Vec<String>,
}

impl<'a> Header<'a> {
    /// Breaks the lines.
    pub fn place(source: &Source, features: &'a Features, report: &'a Report) -> Self {
        let width = READOUTS_LEFT - 40.0 - TEXT_LEFT;
        let file = source.file.rsplit(['/', '\\']).next().unwrap_or(&source.file);
        let fits = |size: &f64| semibold(*size).width(file) <= width;
        let face = semibold(NAME_SIZES.into_iter().find(fits).unwrap_or(NAME_SIZES[NAME_SIZES.len() - 1]));
        let is_large = paragraph::wrap(&report.verdict.sentence, BODY.0, width).len() <= LARGE_LINES;
        let body = if is_large { BODY } else { SMALL_BODY };
        let name = if face.width(file) <= width { vec![file.to_owned()] } else { paragraph::wrap(file, face, width) };
        Self {
            features,
            report,
            name: (face, name),
            format: format(source, features),
            body,
            sentence: paragraph::wrap(&report.verdict.sentence, body.0, width),
        }
    }

    /// Height of the head.
    pub fn height(&self) -> f64 {
        (self.sentence_top() + (self.sentence.len() - 1) as f64 * self.body.1 + 26.0).max(LEAST_HEIGHT).ceil()
    }

    /// Baseline of the format, under the file's name.
    fn format_top(&self) -> f64 {
        NAME_TOP + (self.name.1.len() - 1) as f64 * self.name.0.size * LINE + 29.0
    }

    /// Baseline of the verdict's first line.
    fn sentence_top(&self) -> f64 {
        self.format_top() + 35.0
    }

    /// Draws it at the top of the picture.
    pub fn draw(&self, pen: &Pen<'_>, (left, right): (f64, f64), width: f64) {
        let height = self.height();
        pen.fill(Rect::new(0.0, 0.0, width, height), PANEL);
        pen.fill(Rect::new(0.0, height, width, height + 1.0), SEAM);
        let verdict = &self.report.verdict;
        seal::draw(pen, (left + 40.0, height / 2.0), 38.0, verdict.kind, self.features.share);
        for (idx, line) in self.name.1.iter().enumerate() {
            let y = NAME_TOP + idx as f64 * self.name.0.size * LINE;
            pen.left((TEXT_LEFT, y), line, self.name.0, T1);
        }
        pen.left((TEXT_LEFT, self.format_top()), &self.format, regular(16.0), T3);
        paragraph::sentence(pen, &self.sentence, (TEXT_LEFT, self.sentence_top()), self.body.0, self.body.1);
        pen.vertical(READOUTS_LEFT - 26.0, (28.0, height - 28.0), SOFT);
        self.draw_readouts(pen, right, height / 2.0);
    }

    fn draw_readouts(&self, pen: &Pen<'_>, right: f64, middle: f64) {
        let levels = &self.features.levels;
        let readouts = [
            match levels.other_playback_lufs() {
                Some(lufs) => Readout::new("As it plays", Some(lufs), "LUFS"),
                None => Readout::new("Integrated", levels.integrated_lufs, "LUFS"),
            },
            Readout::new("Range", levels.loudness_range_lu, "LU"),
            Readout::new("True peak", levels.true_peak_dbtp, "dBTP"),
            Readout::new("PLR", levels.plr_db, "dB"),
        ];
        let total: f64 = readouts.iter().map(Readout::width).sum();
        let gap = (right - READOUTS_LEFT - total) / (readouts.len() - 1) as f64;
        let mut x = READOUTS_LEFT;
        for readout in &readouts {
            readout.draw(pen, (x, middle));
            x += readout.width() + gap;
        }
    }
}

/// A number under its name.
struct Readout {
    name: &'static str,
    number: Option<String>,
    unit: &'static str,
}

impl Readout {
    const NUMBER: Face = semibold(33.0);
    const SPACE: f64 = 7.0;

    fn new(name: &'static str, value: Option<f64>, unit: &'static str) -> Self {
        Self { name, number: value.filter(|value| value.is_finite()).map(number_text), unit }
    }

    fn width(&self) -> f64 {
        let number = self.number.as_ref().map(|number| Self::NUMBER.width(number) + Self::SPACE);
        (number.unwrap_or(0.0) + CAPTION.width(self.unit)).max(CAPTION.width(self.name))
    }

    fn draw(&self, pen: &Pen<'_>, (x, middle): Point) {
        let y = middle + 20.0;
        pen.left((x, middle - 22.0), self.name, CAPTION, T2);
        match &self.number {
            Some(number) => {
                let end = x + pen.left((x, y), number, Self::NUMBER, T1);
                pen.left((end + Self::SPACE, y), self.unit, CAPTION, T3);
            }
            None => {
                pen.left((x, y), "\u{2013}", regular(33.0), T3);
            }
        }
    }
}

/// "2:13, 44.1 kHz stereo".
fn format(source: &Source, features: &Features) -> String {
    let layout = if source.channels == 1 { "mono" } else { "stereo" };
    let rate_khz = f64::from(source.sample_rate_hz) / 1000.0;
    let duration = words::time(source.duration_s, source.duration_s < 10.0);
    let mut text = format!("{duration}, {rate_khz} kHz {layout}");
    if let Some(share) = features.share.filter(|share| *share < 0.999) {
        text += &format!(", {:.0} % heard", (share * 100.0).floor());
    }
    text
}
