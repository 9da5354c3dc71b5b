//! Bands that stand still, as gains over frequency: what the make-up and the linear phase are computed from.

use super::cascade::{BandDesign, MAX_SECTIONS};
use super::curve::has_gain;
use crate::chain::settings::{BandChannel, BandSettings};
use crate::dsp::svf::Coefficients;

/// A band without its movement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StillBand {
    /// What to design; `None` for a band that does nothing.
    design: Option<BandDesign>,
    channel: BandChannel,
}

impl StillBand {
    /// Does nothing.
    pub const NEUTRAL: Self = Self { design: None, channel: BandChannel::Stereo };

    /// The band with its gain scaled by `amount`.
    pub fn new(band: &BandSettings, amount: f64) -> Self {
        let gain_db = band.gain_db * amount;
        if !band.enabled || (has_gain(band.shape) && gain_db == 0.0) {
            return Self::NEUTRAL;
        }
        let BandSettings { shape, slope, frequency_hz, q, channel, .. } = *band;
        Self { design: Some(BandDesign { shape, slope, frequency_hz, gain_db, q }), channel }
    }

    pub fn is_neutral(&self) -> bool {
        self.design.is_none()
    }

    pub fn channel(&self) -> BandChannel {
        self.channel
    }

    /// How many sections it has.
    pub fn num_sections(&self) -> usize {
        self.design.map_or(0, |design| design.num_sections())
    }

    /// Its sections, of which there are as many as the number says.
    pub fn powers(&self, sample_rate_hz: f64) -> ([Power; MAX_SECTIONS], usize) {
        let mut sections = [Coefficients::IDENTITY; MAX_SECTIONS];
        let num_sections = self.design.map_or(0, |design| design.sections(sample_rate_hz, &mut sections));
        (sections.map(|section| Power::new(&section)), num_sections)
    }
}

/// The squared magnitude of a section as a rational function of sin²(π f / fs), quick to ask for many frequencies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Power {
    /// Of cos⁴, cos² sin² and sin⁴.
    numerator: [f64; 3],
    denominator: [f64; 3],
    /// The corrector, of cos² and sin².
    corrector_numerator: [f64; 2],
    corrector_denominator: [f64; 2],
}

impl Power {
    fn new(section: &Coefficients) -> Self {
        let Coefficients { g, k, m0, m1, m2, corrector, corrector_gain } = *section;
        let square = g * g;
        // |m0 s² + (m0 k + m1) g s + (m0 + m2) g²|² at s = j sin / cos, times cos⁴.
        let quadratic =
            |c2: f64, c1: f64, c0: f64| [(c0 * square).powi(2), (c1 * c1 - 2.0 * c0 * c2) * square, c2 * c2];
        let rest = 1.0 - corrector;
        Self {
            numerator: quadratic(m0, m0 * k + m1, m0 + m2),
            denominator: quadratic(1.0, k, 1.0),
            corrector_numerator: [corrector * corrector, (corrector_gain * rest).powi(2)],
            corrector_denominator: [corrector * corrector, rest * rest],
        }
    }

    /// Squared magnitude where sin²(π f / fs) is `sin2`; never negative.
    #[inline]
    pub fn at(&self, sin2: f64) -> f64 {
        let cos2 = 1.0 - sin2;
        let quadratic = |c: &[f64; 3]| (c[0] * cos2 + c[1] * sin2) * cos2 + c[2] * sin2 * sin2;
        let linear = |c: &[f64; 2]| c[0] * cos2 + c[1] * sin2;
        // Rounding may leave a notch's bottom just below 0.
        let numerator = quadratic(&self.numerator) * linear(&self.corrector_numerator);
        (numerator / (quadratic(&self.denominator) * linear(&self.corrector_denominator))).max(0.0)
    }
}

/// How left and right come out of left and right at one frequency; bands applied in their order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix {
    pub left: [f64; 2],
    pub right: [f64; 2],
}

impl Matrix {
    /// What goes in comes out.
    pub const IDENTITY: Self = Self { left: [1.0, 0.0], right: [0.0, 1.0] };

    /// A band of `channel` with a gain of `magnitude` follows.
    #[inline]
    pub fn apply(&mut self, channel: BandChannel, magnitude: f64) {
        let [left, right] = [&mut self.left, &mut self.right];
        match channel {
            BandChannel::Stereo => left.iter_mut().chain(right).for_each(|gain| *gain *= magnitude),
            BandChannel::Left => left.iter_mut().for_each(|gain| *gain *= magnitude),
            BandChannel::Right => right.iter_mut().for_each(|gain| *gain *= magnitude),
            BandChannel::Mid => {
                for (left, right) in left.iter_mut().zip(right) {
                    let change = 0.5 * (magnitude - 1.0) * (*left + *right);
                    (*left, *right) = (*left + change, *right + change);
                }
            }
            BandChannel::Side => {
                for (left, right) in left.iter_mut().zip(right) {
                    let change = 0.5 * (magnitude - 1.0) * (*left - *right);
                    (*left, *right) = (*left + change, *right - change);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::equalizer::BandCurve;
    use crate::chain::settings::{BandShape, Choice, Settings};

    #[test]
    fn gains_are_those_of_the_curve() {
        for shape in BandShape::ALL {
            for frequency_hz in [20.0, 700.0, 15_000.0] {
                let band = BandSettings {
                    shape: *shape,
                    frequency_hz,
                    gain_db: 7.0,
                    q: 3.0,
                    ..Settings::default().equalizer.bands[0]
                };
                let curve = BandCurve::new(&band, 1.5, 48_000.0);
                let (powers, num_sections) = StillBand::new(&band, 1.5).powers(48_000.0);
                assert_eq!(StillBand::new(&band, 1.5).num_sections(), num_sections);
                for f in [15.0, 40.0, 300.0, 690.0, 5000.0, 18_000.0, 23_000.0] {
                    let sin2 = (std::f64::consts::PI * f / 48_000.0).sin().powi(2);
                    let power: f64 = powers[..num_sections].iter().map(|power| power.at(sin2)).product();
                    assert!((10.0 * power.log10() - curve.db(f)).abs() < 1e-6, "{shape:?} {frequency_hz} {f}");
                }
            }
        }
    }

    #[test]
    fn matrices_do_what_the_channels_say() {
        let mut matrix = Matrix::IDENTITY;
        matrix.apply(BandChannel::Mid, 3.0);
        matrix.apply(BandChannel::Side, 0.5);
        // Mid 1, side 0; then mid 0, side 1.
        let through =
            |l: f64, r: f64| [matrix.left[0] * l + matrix.left[1] * r, matrix.right[0] * l + matrix.right[1] * r];
        assert_eq!(through(1.0, 1.0), [3.0, 3.0]);
        assert_eq!(through(1.0, -1.0), [0.5, -0.5]);
        matrix.apply(BandChannel::Right, 2.0);
        assert_eq!((matrix.left, matrix.right), ([1.75, 1.25], [2.5, 3.5]));
    }
}
