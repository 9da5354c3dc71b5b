//! How far do peaks stand over the mean, band by band?

use wide::f64x2;

use super::decibel::Level;
use super::texture::NUM_CREST_BANDS;
use crate::dsp::crossover::BandSplitter;

const CROSSOVERS_HZ: [f64; NUM_CREST_BANDS - 1] = [120.0, 1000.0, 6000.0];

/// Splits the stream and hands out peaks and sums.
pub struct CrestMeter {
    splitter: BandSplitter,
}

/// Peaks and powers gathered.
#[derive(Clone, Debug, Default)]
pub struct CrestSums {
    /// Squares, left and right.
    peak: [f64x2; NUM_CREST_BANDS],
    energy: [f64x2; NUM_CREST_BANDS],
    num_frames: f64,
}

impl CrestMeter {
    /// A meter for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let mut splitter = BandSplitter::new(sample_rate_hz);
        splitter.set(CROSSOVERS_HZ, 1.5);
        Self { splitter }
    }

    /// Hears, adding to `sums`.
    pub fn process(&mut self, left: &[f32], right: &[f32], sums: &mut CrestSums) {
        // The sums go on where they were, so that no division into blocks changes the order of additions.
        let (mut peaks, mut energies) = (sums.peak, sums.energy);
        for (&l, &r) in left.iter().zip(right) {
            let bands = self.splitter.process(f64x2::from([f64::from(l), f64::from(r)]));
            for ((band, peak), energy) in bands.into_iter().zip(&mut peaks).zip(&mut energies) {
                let square = band * band;
                *peak = peak.max(square);
                *energy += square;
            }
        }
        (sums.peak, sums.energy) = (peaks, energies);
        sums.num_frames += left.len() as f64;
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        self.splitter.reset();
        self.splitter.set(CROSSOVERS_HZ, 1.5);
    }
}

impl CrestSums {
    /// `(peak power, mean power of both channels)` per band.
    pub fn levels(&self) -> [(Level, Level); NUM_CREST_BANDS] {
        std::array::from_fn(|band| {
            let ([peak_l, peak_r], [energy_l, energy_r]) = (self.peak[band].to_array(), self.energy[band].to_array());
            let mean = (energy_l + energy_r) / (2.0 * self.num_frames.max(1.0));
            (Level::from_power(peak_l.max(peak_r)), Level::from_power(mean))
        })
    }
}
