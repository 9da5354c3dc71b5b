//! What the equalizer does to each frequency, for drawing.

use crate::chain::Settings;
use crate::chain::settings::{BandChannel, BandSettings, BandShape};

/// Gain in dB of all bands on `channel` at `num_points` frequencies, log-spaced over 20 Hz–20 kHz. Bands on another
/// channel are left out; `None` draws all.
pub fn curve(
    settings: &Settings,
    sample_rate_hz: f64,
    channel: Option<BandChannel>,
    num_points: usize,
) -> Vec<(f64, f64)> {
    let equalizer = &settings.equalizer;
    let amount = (equalizer.amount_percent * settings.amount_percent / 1e4).min(2.0);
    let is_on = equalizer.enabled && !settings.bypass && amount > 0.0;
    let is_shown = |band: &&BandSettings| {
        let on_channel = channel.is_none_or(|shown| band.channel == shown || band.channel == BandChannel::Stereo);
        is_on && band.enabled && on_channel
    };
    (0..num_points)
        .map(|idx| {
            let frequency_hz = 20.0 * 1000f64.powf(idx as f64 / (num_points - 1) as f64);
            let gain_db = |band: &BandSettings| band_db(band, amount, frequency_hz, sample_rate_hz);
            (frequency_hz, equalizer.bands.iter().filter(is_shown).map(gain_db).sum())
        })
        .collect()
}

/// One band's gain in dB at a frequency: the analogue prototypes (R. Bristow-Johnson, "Cookbook formulae for audio
/// EQ biquad filter coefficients"; Butterworth for the steeper cuts), which the chain meets within 0.1 dB.
fn band_db(band: &BandSettings, amount: f64, frequency_hz: f64, _sample_rate_hz: f64) -> f64 {
    let ratio = frequency_hz / band.frequency_hz;
    let gain_db = band.gain_db * amount;
    let root = 10f64.powf(gain_db / 40.0);
    let shelf = root.sqrt() / band.q;
    match band.shape {
        BandShape::Bell => quotient_db([1.0, root / band.q, 1.0], [1.0, 1.0 / (root * band.q), 1.0], ratio),
        BandShape::LowShelf => quotient_db([root, root * shelf, root * root], [root, shelf, 1.0], ratio),
        BandShape::HighShelf => quotient_db([root * root, root * shelf, root], [1.0, shelf, root], ratio),
        BandShape::Notch => quotient_db([1.0, 0.0, 1.0], [1.0, 1.0 / band.q, 1.0], ratio).max(-60.0),
        BandShape::LowCut => cut_db(band, 1.0 / ratio),
        BandShape::HighCut => cut_db(band, ratio),
        BandShape::Tilt => gain_db * ratio.log10() / 1.5,
    }
}

/// A high cut at `ratio` times its corner; a low cut is its mirror image.
fn cut_db(band: &BandSettings, ratio: f64) -> f64 {
    let order = band.slope.order();
    if order == 2 {
        return quotient_db([0.0, 0.0, 1.0], [1.0, 1.0 / band.q, 1.0], ratio);
    }
    -10.0 * (1.0 + ratio.powi(2 * order as i32)).log10()
}

/// Magnitude in dB of a quotient of two polynomials `[s², s, 1]` at s = j `ratio`.
fn quotient_db(numerator: [f64; 3], denominator: [f64; 3], ratio: f64) -> f64 {
    let power = |[a, b, c]: [f64; 3]| (c - a * ratio * ratio).powi(2) + (b * ratio).powi(2);
    10.0 * (power(numerator).max(1e-12) / power(denominator)).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_reach_their_gain() {
        let mut settings = Settings::default();
        settings.equalizer.bands[3].gain_db = -4.0;
        settings.equalizer.bands[3].frequency_hz = 20.0 * 1000f64.sqrt();
        let points = curve(&settings, 48_000.0, None, 101);
        assert!((points[50].1 + 4.0).abs() < 1e-9);
        assert!(points[0].1.abs() < 0.1);
        settings.equalizer.bands[3].shape = BandShape::HighShelf;
        let points = curve(&settings, 48_000.0, None, 101);
        assert!((points[100].1 + 4.0).abs() < 0.1 && (points[50].1 + 2.0).abs() < 1e-9);
    }
}
