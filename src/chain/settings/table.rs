//! The one table of settings: identity, name, unit, range, step, scale and default of each.

mod rows;

use std::sync::LazyLock;

use super::Settings;

/// What values a setting can take. Values travel as `f64`: toggles as 0 or 1, choices as their position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A number in `min..=max`, a multiple of `step`; `is_log` where the ear hears ratios.
    Number {
        /// Lowest value.
        min: f64,
        /// Highest value.
        max: f64,
        /// Resolution.
        step: f64,
        /// Knobs move in ratios rather than differences.
        is_log: bool,
        /// Digits shown after the decimal point.
        decimals: usize,
    },
    /// Off (0) or on (1).
    Toggle,
    /// One of `(key, label)`.
    Choice(&'static [(&'static str, &'static str)]),
}

/// A row of the table.
pub struct Setting {
    /// `stage.parameter`, as in files, parameters, reports and on the command line. For ever.
    pub id: String,
    /// For people, without its stage ("Gain", "Band 3 frequency").
    pub name: String,
    /// Stage as shown ("EQ"), or "" for the chain's own settings.
    pub group: &'static str,
    /// "dB", "dBFS", "dBTP", "Hz", "ms", "%", "°", ":1" or "".
    pub unit: &'static str,
    /// Range and kind.
    pub kind: Kind,
    /// Value of a fresh instance.
    pub default: f64,
    band_idx: usize,
    read: fn(&Settings, usize) -> f64,
    write: fn(&mut Settings, usize, f64),
}

impl Setting {
    /// Index of the equalizer or multiband band that it belongs to.
    pub fn band(&self) -> Option<usize> {
        ["equalizer.band_", "multiband.band_"].iter().any(|prefix| self.id.starts_with(prefix)).then_some(self.band_idx)
    }

    /// The value in `settings`.
    pub fn get(&self, settings: &Settings) -> f64 {
        (self.read)(settings, self.band_idx)
    }

    /// Stores `value`, snapped into range. Real-time safe.
    pub fn set(&self, settings: &mut Settings, value: f64) {
        (self.write)(settings, self.band_idx, self.snap(value));
    }

    /// The nearest value that this setting can take; its default for NaN.
    ///
    /// Rounding here, in `f64`, is what makes a number typed on the command line and the same number that came
    /// through a host's `f32` parameter the same setting.
    pub fn snap(&self, value: f64) -> f64 {
        if value.is_nan() {
            return self.default;
        }
        match self.kind {
            // 1 / step is a whole number, so the division below gives the double nearest to the decimal.
            Kind::Number { min, max, step, .. } => {
                let per_unit = (1.0 / step).round();
                (value.clamp(min, max) * per_unit).round() / per_unit
            }
            Kind::Toggle => f64::from(u8::from(value >= 0.5)),
            Kind::Choice(names) => value.round().clamp(0.0, (names.len() - 1) as f64),
        }
    }
}

/// All settings in display order.
pub fn table() -> &'static [Setting] {
    static TABLE: LazyLock<Vec<Setting>> = LazyLock::new(build);
    &TABLE
}

/// The setting with this id.
pub fn find(id: &str) -> Option<&'static Setting> {
    table().iter().find(|setting| setting.id == id)
}

const DB: (f64, usize) = (0.01, 2);
const PERCENT: (f64, usize) = (0.1, 1);
const HZ: (f64, usize) = (0.1, 1);
const MS: (f64, usize) = (0.1, 1);

/// Lowest and highest value; step and digits after the point.
struct Span((f64, f64), (f64, usize));

impl Span {
    fn kind(self, is_log: bool) -> Kind {
        let Self((min, max), (step, decimals)) = self;
        Kind::Number { min, max, step, is_log, decimals }
    }
}

struct Builder {
    rows: Vec<Setting>,
    group: &'static str,
    band_idx: usize,
}

type Access = (fn(&Settings, usize) -> f64, fn(&mut Settings, usize, f64));

impl Builder {
    fn push(&mut self, id: &str, name: &str, unit: &'static str, kind: Kind, (read, write): Access) {
        let default = read(&Settings::default(), self.band_idx);
        self.rows.push(Setting {
            id: id.to_owned(),
            name: name.to_owned(),
            group: self.group,
            unit,
            kind,
            default,
            band_idx: self.band_idx,
            read,
            write,
        });
    }

    fn number(&mut self, id: &str, name: &str, unit: &'static str, span: Span, access: Access) {
        self.push(id, name, unit, span.kind(false), access);
    }

    fn ratio(&mut self, id: &str, name: &str, unit: &'static str, span: Span, access: Access) {
        self.push(id, name, unit, span.kind(true), access);
    }

    fn toggle(&mut self, id: &str, name: &str, access: Access) {
        self.push(id, name, "", Kind::Toggle, access);
    }

    fn choice(&mut self, id: &str, name: &str, names: &'static [(&'static str, &'static str)], access: Access) {
        self.push(id, name, "", Kind::Choice(names), access);
    }
}

fn build() -> Vec<Setting> {
    let mut b = Builder { rows: Vec::new(), group: "", band_idx: 0 };
    b.chain();
    b.input();
    b.equalizer();
    b.resonance();
    b.multiband();
    b.glue();
    b.colour();
    b.stereo();
    b.clipper();
    b.limiter();
    b.dither();
    b.rows
}
