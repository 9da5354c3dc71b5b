//! How is the energy spread over frequency? Long-term third-octave spectrum of mid and side.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

use super::Spectrum;
use crate::dsp::units::db_from_power;

/// Nominal centre frequencies of IEC 61260-1, 20 Hz–20 kHz.
const NOMINAL_HZ: [f64; 31] = [
    20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0,
    1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10_000.0, 12_500.0, 16_000.0,
    20_000.0,
];
/// Frames quieter than this (mean square) are pauses and left out: −70 dBFS.
const PAUSE_POWER: f64 = 1e-7;
/// Long enough to part the lowest bands (20 Hz is 4.6 Hz wide): at least this many seconds.
const FRAME_S: f64 = 0.5;

/// Streaming spectrum: Hann frames of 0.6 s or so that overlap by half, their power averaged.
pub struct SpectrumMeter {
    fft: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    mid: Vec<f64>,
    side: Vec<f64>,
    num_filled: usize,
    frame: Vec<f64>,
    bins: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    /// Lowest and one past the highest bin edge per band, in bins.
    bands: Vec<(f64, f64, f64)>,
    mid_power: Vec<f64>,
    side_power: Vec<f64>,
    num_frames: u64,
}

impl SpectrumMeter {
    /// A meter for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let len = ((sample_rate_hz * FRAME_S) as usize).next_power_of_two();
        let fft = RealFftPlanner::new().plan_fft_forward(len);
        let window: Vec<f64> = (0..len).map(|i| (PI * i as f64 / len as f64).sin().powi(2)).collect();
        let bin_hz = sample_rate_hz / len as f64;
        let bands: Vec<_> = NOMINAL_HZ
            .iter()
            .enumerate()
            .filter(|&(_, &nominal_hz)| nominal_hz * 2f64.powf(1.0 / 6.0) <= sample_rate_hz / 2.0)
            .map(|(idx, &nominal_hz)| {
                // Exact centres are powers of 10^(1/10); 1 kHz is number 17.
                let centre_hz = 1000.0 * 10f64.powf((idx as f64 - 17.0) / 10.0);
                let half = 10f64.powf(0.05);
                (nominal_hz, centre_hz / half / bin_hz, centre_hz * half / bin_hz)
            })
            .collect();
        Self {
            window,
            mid: vec![0.0; len],
            side: vec![0.0; len],
            num_filled: 0,
            frame: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            mid_power: vec![0.0; bands.len()],
            side_power: vec![0.0; bands.len()],
            bands,
            num_frames: 0,
            fft,
        }
    }

    /// Hears; `counts` whether frames that become complete enter the mean.
    pub fn process(&mut self, left: &[f32], right: &[f32], counts: bool) {
        let mut from = 0;
        while from < left.len() {
            let to = left.len().min(from + self.mid.len() - self.num_filled);
            for (&l, &r) in left[from..to].iter().zip(&right[from..to]) {
                let (l, r) = (f64::from(l), f64::from(r));
                self.mid[self.num_filled] = (l + r) / 2.0;
                self.side[self.num_filled] = (l - r) / 2.0;
                self.num_filled += 1;
            }
            from = to;
            if self.num_filled == self.mid.len() {
                if counts {
                    self.add_frame();
                }
                let half = self.mid.len() / 2;
                self.mid.copy_within(half.., 0);
                self.side.copy_within(half.., 0);
                self.num_filled = half;
            }
        }
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        self.num_filled = 0;
    }

    /// The spectrum so far; bands are `None` until half a second of sound was heard, the side's of a mono song always.
    pub fn spectrum(&self) -> Spectrum {
        let level = |power: &f64| (*power > 0.0).then(|| db_from_power(power / self.num_frames as f64));
        Spectrum {
            frequencies_hz: self.bands.iter().map(|band| band.0).collect(),
            mid_db: self.mid_power.iter().map(level).collect(),
            side_db: self.side_power.iter().map(level).collect(),
        }
    }

    fn add_frame(&mut self) {
        let power = |samples: &[f64]| samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64;
        let (mid_power, side_power) = (power(&self.mid), power(&self.side));
        if mid_power + side_power < PAUSE_POWER {
            return;
        }
        self.num_frames += 1;
        self.transform(true);
        if side_power > 0.0 {
            self.transform(false);
        }
    }

    fn transform(&mut self, is_mid: bool) {
        let (samples, sums) =
            if is_mid { (&self.mid, &mut self.mid_power) } else { (&self.side, &mut self.side_power) };
        for ((out, sample), window) in self.frame.iter_mut().zip(samples).zip(&self.window) {
            *out = sample * window;
        }
        self.fft
            .process_with_scratch(&mut self.frame, &mut self.bins, &mut self.scratch)
            .expect("buffers made by the plan");
        // Mean square of a sine of amplitude 1 is 1/2, spread over two half-spectra; Hann's mean square is 3/8. So
        // the band of a full-scale sine sums to 1: twice (one-sided) times twice (re sine) over N² · 3/8.
        let len = samples.len() as f64;
        let scale = 4.0 / (len * len * 0.375);
        for (sum, &(_, low, high)) in sums.iter_mut().zip(&self.bands) {
            *sum += scale * band_power(&self.bins, low, high);
        }
    }
}

/// Power between two edges in bins; bin `i` covers `i − ½…i + ½` and counts by the part inside.
fn band_power(bins: &[Complex<f64>], low: f64, high: f64) -> f64 {
    let last = bins.len() - 1;
    let (first, end) = ((low + 0.5) as usize, ((high + 0.5) as usize).min(last));
    (first..=end)
        .map(|idx| {
            let inside = (high.min(idx as f64 + 0.5) - low.max(idx as f64 - 0.5)).max(0.0);
            inside * bins[idx].norm_sqr()
        })
        .sum()
}

impl Spectrum {
    /// Slope of mid, 100 Hz–10 kHz, as power per Hz: the regression over third-octave levels less the 3.01 dB per
    /// octave by which bands widen. Pink noise has −3. `None` where a band is missing.
    pub fn slope_db_per_octave(&self) -> Option<f64> {
        let points: Option<Vec<(f64, f64)>> = self
            .frequencies_hz
            .iter()
            .zip(&self.mid_db)
            .filter(|(hz, _)| (100.0..=10_000.0).contains(*hz))
            .map(|(hz, level)| level.map(|db| (hz.log2(), db)))
            .collect();
        let points = points.filter(|points| points.len() > 1)?;
        let n = points.len() as f64;
        let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / n;
        let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
        let covariance: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let variance: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        Some(covariance / variance - 10.0 * 2f64.log10())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tests::sine;

    #[test]
    fn a_full_scale_sine_reads_0_db_in_its_band() {
        for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
            for (frequency_hz, band_idx) in [(31.6, 2), (1000.0, 17), (10_000.0, 27)] {
                let mono = sine(rate_hz, frequency_hz, 1.0, 4.0);
                let mut meter = SpectrumMeter::new(rate_hz);
                meter.process(&mono, &mono, true);
                let spectrum = meter.spectrum();
                let level = spectrum.mid_db[band_idx].unwrap();
                assert!(level.abs() < 0.1, "{rate_hz} {frequency_hz}: {level}");
                assert!(spectrum.side_db.iter().all(Option::is_none));
            }
        }
    }

    #[test]
    fn silence_has_no_spectrum() {
        let mut meter = SpectrumMeter::new(48_000.0);
        meter.process(&[0.0; 96_000], &[0.0; 96_000], true);
        assert!(meter.spectrum().mid_db.iter().all(Option::is_none));
    }
}
