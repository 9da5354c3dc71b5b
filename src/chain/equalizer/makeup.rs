//! Gain after the bands: what was set, and what average music loses by them.

use std::f64::consts::PI;

use wide::f64x2;

use super::lane::GLIDE_S;
use super::still::{Matrix, StillBand};
use crate::chain::settings::{EqualizerSettings, NUM_BANDS};
use crate::dsp::heap::on_heap;
use crate::dsp::k_weighting;
use crate::dsp::ramp::{Glide, KNOT_SAMPLES, Ramp};
use crate::dsp::units::{db_from_power, gain_from_db};

const NUM_POINTS: usize = 30;

/// Third-octave bands of average music from 25 Hz to 20 kHz, dB; only differences count.
///
/// Long-term average spectrum of Elowsson & Friberg (AES 142, 2017, equation 6) with the offsets of contemporary masters.
const PRIOR_DB: [f64; NUM_POINTS] = [
    -11.0, -4.7, -0.8, 1.5, 4.0, 5.2, 5.3, 4.9, 4.4, 3.1, 2.3, 2.0, 1.3, 0.7, 0.3, -0.3, -1.0, -1.9, -2.9, -3.6, -4.5,
    -5.4, -6.5, -7.2, -7.7, -8.8, -10.5, -12.6, -16.7, -25.8,
];
/// Side under mid in modern masters, dB, up to a frequency.
const SIDE_DB: [(f64, f64); 5] = [(120.0, -16.2), (500.0, -8.3), (2000.0, -5.5), (6000.0, -6.0), (f64::INFINITY, -9.3)];

/// The gain that keeps the loudness of average music, dB: exactly 0 where no band does anything.
///
/// From the settings alone, their amount included; `makeup_db` and what dynamic bands do are not. Music is taken as
/// a prior third-octave spectrum with uncorrelated mid and side, its loudness as its K-weighted power (ITU-R BS.1770-5).
/// Allocates nothing; takes a few microseconds.
pub fn auto_makeup_db(settings: &EqualizerSettings, sample_rate_hz: f64) -> f64 {
    let amount = settings.amount_percent / 100.0;
    if !settings.enabled || amount <= 0.0 {
        return 0.0;
    }
    AverageMusic::new(sample_rate_hz).makeup_db(&settings.bands.map(|band| StillBand::new(&band, amount)))
}

/// Average music at one third-octave.
#[derive(Clone, Copy)]
struct Point {
    /// sin²(π f / fs).
    sin2: f64,
    /// K-weighted power of left or right.
    power: f64,
    /// Correlation of left and right.
    correlation: f64,
}

/// What the bands do to average music; only bands that changed are computed again.
struct AverageMusic {
    points: [Point; NUM_POINTS],
    bands: [StillBand; NUM_BANDS],
    magnitudes: [[f64; NUM_POINTS]; NUM_BANDS],
    makeup_db: f64,
    sample_rate_hz: f64,
}

impl AverageMusic {
    fn new(sample_rate_hz: f64) -> Self {
        let weighting = k_weighting::coefficients(sample_rate_hz);
        let points = std::array::from_fn(|idx| {
            let frequency_hz = (1000.0 * 2f64.powf((idx as f64 - 16.0) / 3.0)).min(0.499 * sample_rate_hz);
            let side_db = SIDE_DB.iter().find(|(top_hz, _)| frequency_hz < *top_hz).map_or(0.0, |(_, db)| *db);
            let side = 10f64.powf(side_db / 10.0);
            let weight: f64 = weighting.iter().map(|stage| stage.magnitude(frequency_hz, sample_rate_hz)).product();
            Point {
                sin2: (PI * frequency_hz / sample_rate_hz).sin().powi(2),
                power: 10f64.powf(PRIOR_DB[idx] / 10.0) * weight * weight,
                correlation: (1.0 - side) / (1.0 + side),
            }
        });
        Self {
            points,
            bands: [StillBand::NEUTRAL; NUM_BANDS],
            magnitudes: [[1.0; NUM_POINTS]; NUM_BANDS],
            makeup_db: 0.0,
            sample_rate_hz,
        }
    }

    fn makeup_db(&mut self, bands: &[StillBand; NUM_BANDS]) -> f64 {
        if *bands != self.bands {
            for (idx, band) in bands.iter().enumerate() {
                if *band != self.bands[idx] {
                    self.bands[idx] = *band;
                    self.measure(idx);
                }
            }
            self.makeup_db = 0.0 - db_from_power(self.power(&self.bands) / self.power(&[]));
        }
        self.makeup_db
    }

    fn measure(&mut self, band_idx: usize) {
        let (powers, num_sections) = self.bands[band_idx].powers(self.sample_rate_hz);
        for (magnitude, point) in self.magnitudes[band_idx].iter_mut().zip(&self.points) {
            let power: f64 = powers[..num_sections].iter().map(|power| power.at(point.sin2)).product();
            *magnitude = power.sqrt();
        }
    }

    /// K-weighted power after `bands`.
    fn power(&self, bands: &[StillBand]) -> f64 {
        let mut sum = 0.0;
        for (idx, point) in self.points.iter().enumerate() {
            let mut matrix = Matrix::IDENTITY;
            for (band, magnitudes) in bands.iter().zip(&self.magnitudes).filter(|(band, _)| !band.is_neutral()) {
                matrix.apply(band.channel(), magnitudes[idx]);
            }
            let after = |[l, r]: [f64; 2]| l * l + r * r + 2.0 * point.correlation * l * r;
            sum += point.power * (after(matrix.left) + after(matrix.right));
        }
        sum
    }
}

/// The gain after the bands; gliding, and exactly nothing at 0 dB.
pub(super) struct MakeUp {
    music: Box<AverageMusic>,
    gain_db: Glide,
    gain: Ramp,
}

impl MakeUp {
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            music: on_heap(|| AverageMusic::new(sample_rate_hz)),
            gain_db: Glide::new(0.0, GLIDE_S, 1e-5, sample_rate_hz),
            gain: Ramp::new(1.0),
        }
    }

    /// Takes new settings scaled by `amount`, at once or from here on.
    pub fn set(&mut self, settings: &EqualizerSettings, amount: f64, holds_at_once: bool) {
        let mut gain_db = settings.makeup_db * amount;
        if settings.auto_makeup {
            gain_db += self.music.makeup_db(&settings.bands.map(|band| StillBand::new(&band, amount)));
        }
        self.gain_db.aim(gain_db);
        if holds_at_once {
            self.gain_db.jump(gain_db);
            self.gain = Ramp::new(gain_from_db(gain_db));
        }
    }

    /// Advances the glide; returns whether it moves.
    pub fn move_to_next_knot(&mut self) -> bool {
        let moves = !self.gain_db.is_settled();
        if moves {
            self.gain.aim(gain_from_db(self.gain_db.advance()), KNOT_SAMPLES);
        }
        moves
    }

    /// False when everything passes exactly.
    pub fn is_active(&self) -> bool {
        self.gain.resting() != Some(1.0)
    }

    pub fn process(&mut self, frames: &mut [f64x2]) {
        if self.is_active() {
            frames.iter_mut().for_each(|frame| *frame *= f64x2::splat(self.gain.advance()));
        }
    }

    pub fn reset(&mut self) {
        self.gain_db.jump(0.0);
        self.gain = Ramp::new(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::settings::{BandChannel, BandSettings, BandShape, Settings};

    fn with(bands: &[BandSettings]) -> EqualizerSettings {
        let mut settings = Settings::default().equalizer;
        settings.bands[..bands.len()].copy_from_slice(bands);
        settings
    }

    fn band(shape: BandShape, frequency_hz: f64, gain_db: f64) -> BandSettings {
        BandSettings { shape, frequency_hz, gain_db, ..Settings::default().equalizer.bands[0] }
    }

    #[test]
    fn nothing_needs_nothing() {
        for rate in [44_100.0, 48_000.0, 192_000.0] {
            assert_eq!(auto_makeup_db(&with(&[]), rate).to_bits(), 0f64.to_bits());
            let off = BandSettings { enabled: false, ..band(BandShape::LowCut, 500.0, 0.0) };
            assert_eq!(auto_makeup_db(&with(&[off]), rate), 0.0);
        }
    }

    #[test]
    fn a_gain_of_everything_is_taken_back() {
        // A shelf far below gains all; on mid and side alike too.
        let shelf = band(BandShape::HighShelf, 10.0, 6.0);
        let both = [BandChannel::Mid, BandChannel::Side].map(|channel| BandSettings { channel, ..shelf });
        let sides = [BandChannel::Left, BandChannel::Right].map(|channel| BandSettings { channel, ..shelf });
        let once = auto_makeup_db(&with(&[shelf]), 48_000.0);
        assert!((once + 6.0).abs() < 0.1, "{once}");
        for bands in [both, sides] {
            assert!((auto_makeup_db(&with(&bands), 48_000.0) - once).abs() < 1e-9);
        }
    }

    #[test]
    fn rates_agree_and_the_amount_counts() {
        let mut settings = with(&[band(BandShape::Bell, 100.0, 5.0), band(BandShape::HighShelf, 6000.0, -4.0)]);
        let at_48 = auto_makeup_db(&settings, 48_000.0);
        assert!((auto_makeup_db(&settings, 96_000.0) - at_48).abs() < 0.03);
        settings.amount_percent = 200.0;
        assert!(auto_makeup_db(&settings, 48_000.0) < at_48);
        settings.amount_percent = 0.0;
        assert_eq!(auto_makeup_db(&settings, 48_000.0), 0.0);
    }

    #[test]
    fn only_changed_bands_are_computed_again_and_all_count() {
        let mut music = AverageMusic::new(48_000.0);
        let still = |settings: &EqualizerSettings| settings.bands.map(|band| StillBand::new(&band, 1.0));
        for idx in 0..NUM_BANDS {
            let mut settings = with(&[band(BandShape::Bell, 300.0, -5.0)]);
            settings.bands[idx] = band(BandShape::HighCut, 3000.0, 0.0);
            assert_eq!(music.makeup_db(&still(&settings)), auto_makeup_db(&settings, 48_000.0));
        }
    }

    #[test]
    fn average_music_keeps_its_loudness() {
        use crate::chain::equalizer::Equalizer;
        use crate::chain::settings::LatencyMode;
        use crate::dsp::k_weighting::KWeighting;
        // A tone per third-octave, at the prior's level.
        let num_samples = 96_000;
        let mut mono = vec![0.0; num_samples];
        for (idx, db) in PRIOR_DB.iter().enumerate() {
            let step = 2.0 * PI * 1000.0 * 2f64.powf((idx as f64 - 16.0) / 3.0) / 48_000.0;
            mono.iter_mut().enumerate().for_each(|(n, x)| *x += 0.02 * gain_from_db(*db) * (step * n as f64).sin());
        }
        let loudness = |settings: &EqualizerSettings| {
            let mut equalizer = Equalizer::new(48_000.0, LatencyMode::Standard);
            equalizer.set(settings, 1.0);
            let (mut left, mut right) = (mono.clone(), mono.clone());
            equalizer.process(&mut left, &mut right);
            let mut filter = KWeighting::new(48_000.0);
            let squares = left.iter().zip(&right).map(|(l, r)| {
                let y = filter.process(f64x2::from([*l, *r]));
                (y * y).reduce_add()
            });
            db_from_power(squares.skip(24_000).sum::<f64>())
        };
        let before = loudness(&with(&[]));
        for bands in [
            [band(BandShape::Bell, 80.0, 6.0), band(BandShape::HighShelf, 8000.0, 4.0)],
            [band(BandShape::Tilt, 800.0, -5.0), band(BandShape::LowCut, 60.0, 0.0)],
            [band(BandShape::Bell, 2500.0, -9.0), band(BandShape::LowShelf, 200.0, 8.0)],
        ] {
            let settings = EqualizerSettings { auto_makeup: true, ..with(&bands) };
            let error = loudness(&settings) - before;
            println!("{:.2} dB of make-up leave {error:.3} LU", auto_makeup_db(&settings, 48_000.0));
            assert!(error.abs() < 0.1, "{error}");
        }
    }
}
