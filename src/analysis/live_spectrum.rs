//! What does the spectrum look like now? Averaged, smoothed and tilted spectra of mix and master for the display.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

/// Points per octave, from [`LOWEST_HZ`] to [`HIGHEST_HZ`].
const POINTS_PER_OCTAVE: f64 = 24.0;
const LOWEST_HZ: f64 = 20.0;
const HIGHEST_HZ: f64 = 20_000.0;
/// Each point is the power of a band this wide.
const BAND_OCTAVES: f64 = 1.0 / 6.0;
/// Display tilt, so that most music lies level (`DESIGN.md` section 4).
const TILT_DB_PER_OCTAVE: f64 = 4.5;
const TILT_CENTRE_HZ: f64 = 1000.0;
/// A frame is at least this long; the average forgets with this time constant.
const FRAME_S: f64 = 0.12;
const AVERAGE_S: f64 = 0.8;
/// Below this a band holds no signal, dB.
const FLOOR_DB: f64 = -120.0;
/// Level of a band without signal, dB: below all that a plot shows, and not tilted, or silence would be a slope.
pub const NO_SIGNAL_DB: f32 = -240.0;

/// Averaged spectra, 1/6 octave wide, tilted by 4.5 dB per octave about 1 kHz. A full-scale sine at 1 kHz on both
/// channels reads 0 dB; a band without signal [`NO_SIGNAL_DB`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveSpectrum {
    /// Centre frequencies, log-spaced, Hz.
    pub frequencies_hz: Arc<Vec<f32>>,
    /// Of the mix, dB; empty before there is any.
    pub mix_db: Vec<f32>,
    /// Of the master, dB; empty before there is any.
    pub master_db: Vec<f32>,
}

/// Measures both streams of a [`LiveSpectrum`]: Hann frames that overlap by three quarters, power averaged.
pub struct LiveSpectrumMeter {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    frequencies_hz: Arc<Vec<f32>>,
    /// Per point: lower and upper band edge in bins, tilt in dB.
    bands: Vec<(f64, f64, f64)>,
    /// Mix left, right, master left, right: the newest frame's samples.
    rings: [Vec<f32>; 4],
    num_filled: usize,
    frame: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    cumulative: Vec<f64>,
    averages: [Vec<f64>; 2],
    keep: f64,
}

impl LiveSpectrumMeter {
    /// A meter for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let len = ((sample_rate_hz * FRAME_S) as usize).next_power_of_two();
        let fft = RealFftPlanner::new().plan_fft_forward(len);
        let window: Vec<f32> = (0..len).map(|i| (PI * i as f64 / len as f64).sin().powi(2) as f32).collect();
        let num_points = ((HIGHEST_HZ / LOWEST_HZ).log2() * POINTS_PER_OCTAVE) as usize + 1;
        let centres: Vec<f64> = (0..num_points).map(|i| LOWEST_HZ * 2f64.powf(i as f64 / POINTS_PER_OCTAVE)).collect();
        let bins_per_hz = len as f64 / sample_rate_hz;
        let half = 2f64.powf(BAND_OCTAVES / 2.0);
        let band = |&centre_hz: &f64| {
            let tilt_db = (centre_hz / TILT_CENTRE_HZ).log2() * TILT_DB_PER_OCTAVE;
            (centre_hz / half * bins_per_hz, centre_hz * half * bins_per_hz, tilt_db)
        };
        Self {
            frequencies_hz: Arc::new(centres.iter().map(|&centre_hz| centre_hz as f32).collect()),
            bands: centres.iter().map(band).collect(),
            rings: std::array::from_fn(|_| vec![0.0; len]),
            num_filled: 0,
            frame: vec![0.0; len],
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            cumulative: vec![0.0; len / 2 + 2],
            averages: [Vec::new(), Vec::new()],
            keep: (-(len as f64) / 4.0 / sample_rate_hz / AVERAGE_S).exp(),
            window,
            fft,
        }
    }

    /// Hears aligned mix and master, left and right, of equal length.
    pub fn process(&mut self, mix: [&[f32]; 2], master: [&[f32]; 2]) {
        let len = self.window.len();
        let streams = [mix[0], mix[1], master[0], master[1]];
        let num_frames = streams[0].len();
        let mut from = 0;
        while from < num_frames {
            let to = num_frames.min(from + len - self.num_filled);
            for (ring, stream) in self.rings.iter_mut().zip(streams) {
                ring[self.num_filled..self.num_filled + to - from].copy_from_slice(&stream[from..to]);
            }
            self.num_filled += to - from;
            from = to;
            if self.num_filled == len {
                self.measure(0);
                self.measure(1);
                for ring in &mut self.rings {
                    ring.copy_within(len / 4.., 0);
                }
                self.num_filled = len - len / 4;
            }
        }
    }

    /// The averages so far.
    pub fn spectrum(&self) -> LiveSpectrum {
        let db = |average: &Vec<f64>| {
            let tilted = |(power, (_, _, tilt_db)): (&f64, &(f64, f64, f64))| {
                let level_db = 10.0 * power.log10();
                if level_db > FLOOR_DB { (level_db + tilt_db) as f32 } else { NO_SIGNAL_DB }
            };
            average.iter().zip(&self.bands).map(tilted).collect()
        };
        LiveSpectrum {
            frequencies_hz: Arc::clone(&self.frequencies_hz),
            mix_db: db(&self.averages[0]),
            master_db: db(&self.averages[1]),
        }
    }

    fn measure(&mut self, stream_idx: usize) {
        self.cumulative.fill(0.0);
        for ring in &self.rings[2 * stream_idx..2 * stream_idx + 2] {
            for ((to, sample), weight) in self.frame.iter_mut().zip(ring).zip(&self.window) {
                *to = sample * weight;
            }
            // Lengths are the plan's own, so this cannot fail.
            self.fft.process_with_scratch(&mut self.frame, &mut self.bins, &mut self.scratch).ok();
            for (sum, bin) in self.cumulative[1..].iter_mut().zip(&self.bins) {
                *sum += f64::from(bin.norm_sqr());
            }
        }
        // A Hann window passes 3/8 of the power and these bins hold one half of it; a full-scale sine on both channels,
        // whose mean squares add up to 1, then has power 1.
        let scale = 2.0 / 0.375 / (self.window.len() as f64).powi(2);
        let mut sum = 0.0;
        for power in &mut self.cumulative {
            sum += *power * scale;
            *power = sum;
        }
        let (cumulative, keep) = (&self.cumulative, self.keep);
        // Bin k reaches from k to k + 1 on this axis, its centre at k + 1/2.
        let below = |bin: f64| {
            let position = (bin + 0.5).clamp(0.0, (cumulative.len() - 2) as f64);
            let idx = position as usize;
            cumulative[idx] + (cumulative[idx + 1] - cumulative[idx]) * position.fract()
        };
        let average = &mut self.averages[stream_idx];
        let is_first = average.is_empty();
        average.resize(self.bands.len(), 0.0);
        for (average, &(low, high, _)) in average.iter_mut().zip(&self.bands) {
            let power = below(high) - below(low);
            *average = if is_first { power } else { power + (*average - power) * keep };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_sine_reads_zero_at_one_kilohertz() {
        let mut meter = LiveSpectrumMeter::new(48_000.0);
        let sine: Vec<f32> = (0..96_000).map(|i| (2.0 * PI * 1000.0 * i as f64 / 48_000.0).sin() as f32).collect();
        let quiet: Vec<f32> = sine.iter().map(|sample| sample * 0.5).collect();
        meter.process([&sine, &sine], [&quiet, &quiet]);
        let spectrum = meter.spectrum();
        let highest = |db: &[f32]| db.iter().copied().fold(f32::MIN, f32::max);
        assert!(highest(&spectrum.mix_db).abs() < 0.5, "{}", highest(&spectrum.mix_db));
        assert!((highest(&spectrum.master_db) + 6.02).abs() < 0.5);
    }
    #[test]
    fn where_nothing_sounds_there_is_no_level() {
        let mut meter = LiveSpectrumMeter::new(48_000.0);
        let sine: Vec<f32> = (0..96_000).map(|i| (2.0 * PI * 1000.0 * i as f64 / 48_000.0).sin() as f32).collect();
        let silence = vec![0.0; sine.len()];
        meter.process([&sine, &sine], [&silence, &silence]);
        let spectrum = meter.spectrum();
        assert!(spectrum.master_db.iter().all(|db| *db == NO_SIGNAL_DB));
        assert!(spectrum.mix_db.iter().any(|db| *db > -1.0));
    }
}
