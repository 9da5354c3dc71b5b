//! The one table of settings: identity, name, unit, range, step, scale and default of each.

use std::sync::LazyLock;

use super::{Choice, NUM_BANDS, Settings};

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
    /// "dB", "dBTP", "Hz", "%" or "".
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
    /// Index of the equalizer band that it belongs to.
    pub fn band(&self) -> Option<usize> {
        self.id.starts_with("equalizer.band_").then_some(self.band_idx)
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

macro_rules! number {
    ($($field:tt)+) => {
        (|s: &Settings, _i: usize| s.$($field)+, |s: &mut Settings, _i: usize, v: f64| s.$($field)+ = v)
    };
}
macro_rules! toggle {
    ($($field:tt)+) => {
        (|s: &Settings, _i: usize| f64::from(u8::from(s.$($field)+)), |s: &mut Settings, _i: usize, v: f64| s.$($field)+ = v >= 0.5)
    };
}
macro_rules! choice {
    ($($field:tt)+) => {
        (|s: &Settings, _i: usize| s.$($field)+.index() as f64, |s: &mut Settings, _i: usize, v: f64| s.$($field)+ = Choice::from_index(v as usize))
    };
}
macro_rules! band {
    (number $field:ident) => {
        (
            |s: &Settings, i: usize| s.equalizer.bands[i].$field,
            |s: &mut Settings, i: usize, v: f64| s.equalizer.bands[i].$field = v,
        )
    };
    (toggle $field:ident) => {
        (
            |s: &Settings, i: usize| f64::from(u8::from(s.equalizer.bands[i].$field)),
            |s: &mut Settings, i: usize, v: f64| s.equalizer.bands[i].$field = v >= 0.5,
        )
    };
    (choice $field:ident) => {
        (
            |s: &Settings, i: usize| s.equalizer.bands[i].$field.index() as f64,
            |s: &mut Settings, i: usize, v: f64| s.equalizer.bands[i].$field = Choice::from_index(v as usize),
        )
    };
}

fn build() -> Vec<Setting> {
    use super::{BandChannel, BandShape, CutSlope, DitherBits, LatencyMode, LimiterStyle};
    const AMOUNT: (f64, f64) = (0.0, 200.0);
    let mut b = Builder { rows: Vec::new(), group: "", band_idx: 0 };
    b.choice("latency_mode", "Latency mode", LatencyMode::NAMES, choice!(latency_mode));
    b.toggle("bypass", "Bypass", toggle!(bypass));
    b.number("chain.amount_percent", "Chain amount", "%", Span(AMOUNT, PERCENT), number!(amount_percent));

    b.group = "Input";
    b.toggle("input.enabled", "On", toggle!(input.enabled));
    b.number("input.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(input.amount_percent));
    b.number("input.gain_db", "Gain", "dB", Span((-24.0, 24.0), DB), number!(input.gain_db));
    b.toggle("input.invert_left", "Invert left", toggle!(input.invert_left));
    b.toggle("input.invert_right", "Invert right", toggle!(input.invert_right));
    b.toggle("input.dc_blocker", "DC blocker", toggle!(input.dc_blocker));
    b.toggle("input.swap_channels", "Swap channels", toggle!(input.swap_channels));

    b.group = "EQ";
    b.toggle("equalizer.enabled", "On", toggle!(equalizer.enabled));
    b.number("equalizer.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(equalizer.amount_percent));
    for band_idx in 0..NUM_BANDS {
        b.band_idx = band_idx;
        let id = |parameter: &str| format!("equalizer.band_{}.{parameter}", band_idx + 1);
        let name = |parameter: &str| format!("Band {} {parameter}", band_idx + 1);
        b.toggle(&id("enabled"), &name("on"), band!(toggle enabled));
        b.choice(&id("shape"), &name("shape"), BandShape::NAMES, band!(choice shape));
        b.ratio(
            &id("frequency_hz"),
            &name("frequency"),
            "Hz",
            Span((10.0, 20_000.0), (0.1, 1)),
            band!(number frequency_hz),
        );
        b.number(&id("gain_db"), &name("gain"), "dB", Span((-18.0, 18.0), DB), band!(number gain_db));
        b.ratio(&id("q"), &name("Q"), "", Span((0.1, 30.0), (0.001, 3)), band!(number q));
        b.choice(&id("slope_db_per_octave"), &name("slope"), CutSlope::NAMES, band!(choice slope));
        b.choice(&id("channel"), &name("channel"), BandChannel::NAMES, band!(choice channel));
    }
    b.band_idx = 0;

    b.group = "Limiter";
    b.toggle("limiter.enabled", "On", toggle!(limiter.enabled));
    b.number("limiter.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(limiter.amount_percent));
    b.number("limiter.gain_db", "Gain", "dB", Span((-24.0, 24.0), DB), number!(limiter.gain_db));
    b.number("limiter.ceiling_dbtp", "Ceiling", "dBTP", Span((-24.0, 0.1), DB), number!(limiter.ceiling_dbtp));
    b.choice("limiter.style", "Style", LimiterStyle::NAMES, choice!(limiter.style));

    b.group = "Dither";
    b.toggle("dither.enabled", "On", toggle!(dither.enabled));
    b.choice("dither.bits", "Word length", DitherBits::NAMES, choice!(dither.bits));
    b.rows
}
