//! A section's magnitude as a function of its moves, and the frequencies where it is held to its prototype.

use std::f64::consts::PI;

use discern::dsp::matched::shape::Shape;
use discern::dsp::matched::table::{Family, MAX_RATIO, NUM_VALUES, Values};
use discern::dsp::prototype::Prototype;

/// Corner over sample rate up to which the bar holds at 44.1 kHz.
pub const BAR_RATIO: f64 = 16_000.0 / 44_100.0;
/// Weight of the fit from there to 20 kHz, where it is only audible.
const HIGH_WEIGHT: f64 = 0.1;
/// Weight above that, where only good behaviour matters.
const TOP_WEIGHT: f64 = 0.03;

/// A frequency at which a section is compared with its prototype.
pub struct Point {
    /// tan²(π f / fs).
    pub u: f32,
    /// ln of the prototype's squared magnitude.
    pub target: f32,
    /// Weight of an error of the magnitude.
    pub weight: f32,
}

/// The points for a corner over sample rate, a quality and a gain in dB > 0.
pub fn points(family: Family, ratio: f64, q: f64, gain_db: f64) -> impl Iterator<Item = Point> {
    let prototype = match family {
        Family::Bell => Prototype::Bell { gain_db, q },
        Family::Shelf => Prototype::HighShelf { gain_db, q },
        Family::HighCut => Prototype::HighCut { q },
        Family::LowCut => Prototype::LowCut { q },
        Family::Notch => Prototype::Notch { q },
        Family::HighCut1 => Prototype::HighCut1,
        Family::LowCut1 => Prototype::LowCut1,
    };
    frequencies(family, ratio, q, gain_db).into_iter().map(move |f| {
        let weight = match f {
            f if f > MAX_RATIO + 1e-9 => TOP_WEIGHT,
            f if f > BAR_RATIO + 1e-9 => HIGH_WEIGHT,
            _ => 1.0,
        };
        Point {
            u: (PI * f).tan().powi(2) as f32,
            target: (2.0 * prototype.magnitude(f / ratio).ln()) as f32,
            weight: weight as f32,
        }
    })
}

/// Frequencies over sample rate: over the whole axis, dense around the resonances, a few near the top.
fn frequencies(family: Family, ratio: f64, q: f64, gain_db: f64) -> Vec<f64> {
    let low = (ratio / 32.0).min(0.01);
    let mut frequencies: Vec<f64> = (0..32).map(|i| low * (MAX_RATIO / low).powf(f64::from(i) / 31.0)).collect();
    frequencies.extend((1..=20).map(|i| f64::from(i) / 20.0 * MAX_RATIO));
    frequencies.extend([0.355, BAR_RATIO, 0.465, 0.478, 0.488, 0.495]);
    let spread = 10f64.powf(gain_db / 80.0);
    let (centres, q): (&[f64], f64) = match family {
        Family::Shelf => (&[ratio * spread, ratio / spread], q),
        Family::Bell => (&[ratio], q * spread * spread),
        _ => (&[ratio], q),
    };
    for centre in centres {
        for i in -9..=9i32 {
            let width = 0.1 * 100f64.powf((f64::from(i.abs()) - 1.0) / 8.0) * f64::from(i.signum());
            frequencies.push(centre * (width / (2.0 * q)).asinh().exp());
        }
    }
    let is_notch_bottom = |f: f64| family == Family::Notch && (f / ratio).ln().abs() < 0.005 / q;
    frequencies.retain(|f| *f < 0.4991 && !is_notch_bottom(*f));
    frequencies
}

/// A section's squared magnitude over u = tan²(π f / fs); frequencies as 1/w², dampings squared.
pub struct Section {
    family: Family,
    pole: f64,
    pole_damping: f64,
    zero: f64,
    zero_damping: f64,
    corrector_pole: f64,
    corrector_zero: f64,
}

impl Section {
    /// The section of a shape.
    pub fn new(family: Family, shape: &Shape) -> Self {
        Self {
            family,
            pole: shape.pole.powi(-2),
            pole_damping: shape.pole_damping.powi(2),
            zero: shape.zero.powi(-2),
            zero_damping: shape.zero_damping.powi(2),
            corrector_pole: shape.corrector_pole.powi(-2),
            corrector_zero: shape.corrector_zero.powi(-2),
        }
    }

    /// Numerator and denominator without the corrector.
    fn parts(&self, u: f64) -> (f64, f64) {
        let (x, y) = (u * self.pole, u * self.zero);
        let numerator = match self.family {
            Family::Bell | Family::Shelf | Family::HighCut | Family::HighCut1 => {
                (1.0 - y).powi(2) + self.zero_damping * y
            }
            Family::LowCut => y * y,
            Family::Notch => (1.0 - y).powi(2),
            Family::LowCut1 => y,
        };
        (numerator, (1.0 - x).powi(2) + self.pole_damping * x)
    }

    /// ln of the squared magnitude.
    pub fn ln_power(&self, u: f64) -> f64 {
        let (numerator, denominator) = self.parts(u);
        let ratio = numerator / denominator;
        match self.family {
            Family::HighCut1 => ratio.ln(),
            Family::LowCut1 => (ratio * (1.0 + u * self.corrector_zero)).ln(),
            _ => (ratio * (1.0 + u * self.corrector_zero) / (1.0 + u * self.corrector_pole)).ln(),
        }
    }

    /// Its slope for every move.
    pub fn slopes(&self, u: f64) -> Values {
        let (numerator, denominator) = self.parts(u);
        let (x, y) = (u * self.pole, u * self.zero);
        let mut slopes = [0.0; NUM_VALUES];
        slopes[0] = 2.0 * x * (self.pole_damping - 2.0 * (1.0 - x)) / denominator;
        slopes[1] = -2.0 * self.pole_damping * x / denominator;
        match self.family {
            Family::Bell | Family::Shelf | Family::HighCut | Family::HighCut1 => {
                slopes[2] = -2.0 * y * (self.zero_damping - 2.0 * (1.0 - y)) / numerator;
                slopes[3] = 2.0 * self.zero_damping * y / numerator;
            }
            Family::LowCut => slopes[2] = -4.0,
            Family::LowCut1 => slopes[2] = -2.0,
            // Stays where it is: exactly on the frequency.
            Family::Notch => {}
        }
        let single = |w: f64| 2.0 * u * w / (1.0 + u * w);
        if !matches!(self.family, Family::HighCut1 | Family::LowCut1) {
            slopes[4] = single(self.corrector_pole);
        }
        if self.family != Family::HighCut1 {
            slopes[5] = -single(self.corrector_zero);
        }
        slopes
    }
}
