//! The curves that the equalizer really makes, for the editor and for predictions.

use super::cascade::{BandDesign, MAX_SECTIONS};
use crate::chain::settings::{BandChannel, BandSettings, BandShape, EqualizerSettings};
use crate::dsp::svf::Coefficients;

/// The curve of one band; made once, then asked for many frequencies.
#[derive(Clone, Debug)]
pub struct BandCurve {
    sections: [Coefficients; MAX_SECTIONS],
    num_sections: usize,
    sample_rate_hz: f64,
}

impl BandCurve {
    /// The curve of `band` with its gain scaled by `amount` (0–2), as processed at `sample_rate_hz`.
    /// A band that is off, or a gain of 0 dB, gives exactly 0 dB everywhere.
    pub fn new(band: &BandSettings, amount: f64, sample_rate_hz: f64) -> Self {
        let mut sections = [Coefficients::IDENTITY; MAX_SECTIONS];
        let design = BandDesign {
            shape: band.shape,
            slope: band.slope,
            frequency_hz: band.frequency_hz,
            gain_db: band.gain_db * amount,
            q: band.q,
        };
        let is_idle = !band.enabled || amount <= 0.0 || (has_gain(band.shape) && design.gain_db == 0.0);
        let num_sections = if is_idle { 0 } else { design.sections(sample_rate_hz, &mut sections) };
        Self { sections, num_sections, sample_rate_hz }
    }

    /// Gain at `frequency_hz`, dB; held at the value just below half the sample rate above that.
    pub fn db(&self, frequency_hz: f64) -> f64 {
        let frequency_hz = frequency_hz.min(0.499 * self.sample_rate_hz);
        let sections = &self.sections[..self.num_sections];
        // −400 dB instead of −∞ at the bottom of a notch.
        let magnitude = |section: &Coefficients| section.magnitude(frequency_hz, self.sample_rate_hz).max(1e-20);
        sections.iter().map(|section| 20.0 * magnitude(section).log10()).sum()
    }
}

/// Shapes whose gain is a setting; at 0 dB they do nothing.
pub(super) fn has_gain(shape: BandShape) -> bool {
    !matches!(shape, BandShape::LowCut | BandShape::HighCut | BandShape::Notch)
}

/// Gain of one band at `frequency_hz`, dB, on the part of the signal that it works on.
pub fn band_response_db(band: &BandSettings, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    BandCurve::new(band, 1.0, sample_rate_hz).db(frequency_hz)
}

/// Gain of the whole equalizer at `frequency_hz`, dB, its amount included (the chain's is not).
///
/// `channel` says for which signal: `Stereo` counts the bands that work on both channels alike, any other adds the
/// bands of that channel. (Left with mid, or right with side, has no single curve: such bands mix the channels.)
pub fn response_db(settings: &EqualizerSettings, channel: BandChannel, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    let amount = settings.amount_percent / 100.0;
    let is_heard = |band: &&BandSettings| band.channel == BandChannel::Stereo || band.channel == channel;
    if !settings.enabled {
        return 0.0;
    }
    settings
        .bands
        .iter()
        .filter(is_heard)
        .map(|band| BandCurve::new(band, amount, sample_rate_hz).db(frequency_hz))
        .sum()
}
