//! What can be done about a finding: for each kind the settings that mend it, as a function of how much.

mod brief;
mod equalizer;
mod narrow;
mod reference;
mod repair;
mod stereo;

use super::findings::{Finding, FindingKind};
use super::reference::Wanted;
use super::{Brief, Ranges};
use crate::analysis::{Features, Texture};
use crate::chain::settings::{BandSettings, BandShape, EqualizerSettings};
use crate::chain::{Settings, Stage};

pub use brief::of_brief;
pub use equalizer::{of_tone, tone_bands};
pub use narrow::hz_text;
pub use reference::of_references;

/// Sets a remedy of so much.
type Apply = Box<dyn Fn(&mut Settings, f64)>;

/// A way to mend something, before it is known how much of it is wanted.
pub struct Remedy {
    /// Begins with its stage.
    pub id: String,
    /// Where.
    pub stage: Stage,
    /// How much is thought to be right, and at most; in the remedy's own unit (dB nearly always).
    pub amount: f64,
    /// The most.
    pub max_amount: f64,
    /// What the finding is to measure afterwards.
    pub aim: f64,
    /// Whether there is no more or less of it.
    pub is_switch: bool,
    /// Whether it is Needed at most for its looks: width and colour never are.
    pub is_taste: bool,
    /// Whether it only softens what belongs back in the mix.
    pub is_mitigation: bool,
    /// Sets it.
    pub apply: Apply,
    /// In a few words.
    pub title: Box<dyn Fn(f64) -> String>,
}

/// Why something is offered that no finding asks for.
#[derive(Clone, Copy, Debug)]
pub enum Reason {
    /// The brief asks for it, in a word.
    Asked(&'static str),
    /// The references have it.
    Reference {
        /// What was measured.
        metric: &'static str,
        /// Of this song.
        value: f64,
        /// Of the references.
        wanted: Wanted,
        /// Where, Hz.
        band_hz: Option<(f64, f64)>,
    },
}

/// What a remedy is made from.
pub struct Song<'a> {
    /// What was heard.
    pub features: &'a Features,
    /// What is no pause of it.
    pub active: Vec<&'a Texture>,
    /// Where good records lie.
    pub ranges: &'a Ranges,
    /// What the engineer wants.
    pub brief: &'a Brief,
}

/// The remedies for a finding, the first to be tried first.
pub fn remedies(finding: &Finding, song: &Song<'_>, settings: &Settings) -> Vec<Remedy> {
    use FindingKind::*;
    match finding.kind {
        Boom | Mud | Boxy | Harsh | Dull | Bright | Thin => equalizer::of_zone(finding, song, settings),
        Sibilance => equalizer::of_esses(finding, song, settings),
        Resonance => narrow::of_resonance(finding, song, settings),
        Hum => narrow::of_hum(finding, settings),
        SubRumble => repair::of_rumble(settings),
        DcOffset => repair::of_offset(finding),
        // What is upside down in a part only would be so in the rest.
        PhaseInverted if finding.places_s.is_empty() => repair::of_polarity(),
        WideBass => stereo::of_wide_bass(finding, settings),
        TooWide | TooNarrow => stereo::of_width(finding, settings),
        Imbalance => stereo::of_imbalance(finding, settings),
        OutOfPhase => stereo::of_phase(settings),
        TooDynamic => repair::of_range(finding, song, settings),
        _ => Vec::new(),
    }
}

impl Remedy {
    fn new(id: &str, stage: Stage, apply: impl Fn(&mut Settings, f64) + 'static) -> Self {
        Self {
            id: id.to_owned(),
            stage,
            amount: 1.0,
            max_amount: 1.0,
            aim: 0.0,
            is_switch: false,
            is_taste: false,
            is_mitigation: false,
            apply: Box::new(apply),
            title: Box::new(|_| String::new()),
        }
    }

    fn switch(self) -> Self {
        Self { is_switch: true, ..self }
    }

    fn taste(self) -> Self {
        Self { is_taste: true, ..self }
    }

    fn mitigation(self) -> Self {
        Self { is_mitigation: true, ..self }
    }

    fn amounts(self, amount: f64, max_amount: f64, aim: f64) -> Self {
        Self { amount: amount.min(max_amount), max_amount, aim, ..self }
    }

    fn titled(self, title: impl Fn(f64) -> String + 'static) -> Self {
        Self { title: Box::new(title), ..self }
    }
}

/// The place of a band of the equalizer that does nothing yet, nearest to a frequency.
fn free_band(settings: &Settings, frequency_hz: f64) -> Option<usize> {
    let idle = |band: &BandSettings| {
        let has_gain = !matches!(band.shape, BandShape::LowCut | BandShape::HighCut | BandShape::Notch);
        !band.enabled || (has_gain && band.gain_db == 0.0 && !band.dynamic)
    };
    let places = EqualizerSettings::default().bands.map(|band| band.frequency_hz);
    let distance = |at: &usize| (places[*at] / frequency_hz).log2().abs();
    (0..places.len())
        .filter(|&at| idle(&settings.equalizer.bands[at]))
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// Sets a band of the equalizer.
fn set_band(settings: &mut Settings, at: usize, band: BandSettings) {
    settings.equalizer.enabled = true;
    settings.equalizer.bands[at] = BandSettings { enabled: true, ..band };
}

/// A band whose other settings are those of a fresh instance.
fn band(shape: BandShape, frequency_hz: f64, q: f64, gain_db: f64) -> BandSettings {
    BandSettings { shape, frequency_hz, q, gain_db, ..EqualizerSettings::default().bands[0] }
}
