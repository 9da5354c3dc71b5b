//! How is the energy spread over frequency, and between mid and side? Spectra of two thirds of a second.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

use super::Spectrum;

/// Nominal centre frequencies of IEC 61260-1, 20 Hz–20 kHz.
pub const NOMINAL_HZ: [f64; NUM_THIRDS] = [
    20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0,
    1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10_000.0, 12_500.0, 16_000.0,
    20_000.0,
];
/// Thirds of an octave.
pub const NUM_THIRDS: usize = 31;
/// Bands per octave of the fine spectrum.
pub const FINE_PER_OCTAVE: f64 = 24.0;
/// Its lower edge, Hz.
pub const LOWEST_FINE_HZ: f64 = 125.0;
/// How many: seven octaves, to 16 kHz.
pub const NUM_FINE: usize = 168;
/// Bands in which left and right are compared (`dsp.md` section 8.3).
pub const NUM_STEREO_BANDS: usize = 5;
/// Their edges, Hz.
pub const STEREO_EDGES_HZ: [f64; NUM_STEREO_BANDS + 1] = [20.0, 120.0, 500.0, 2000.0, 6000.0, 16_000.0];
/// What lies below the lowest note; from 6 Hz on, since nearer to 0 Hz the window's own main lobe is heard.
const RUMBLE_HZ: (f64, f64) = (6.0, 22.0);
/// Long enough to part the lowest bands (20 Hz is 4.6 Hz wide): at least this many seconds.
const FRAME_S: f64 = 0.5;

/// Powers of one frame. A full-scale sine on both channels sums to 1 in mid.
#[derive(Clone, Debug)]
pub struct LongFrame {
    /// Place of its centre, frames since the stream began or broke.
    pub centre: u64,
    /// Mid per third of an octave; 0 where the band is beyond half the sample rate.
    pub mid: [f64; NUM_THIRDS],
    /// Side per third of an octave.
    pub side: [f64; NUM_THIRDS],
    /// Mid and side together per 24th of an octave: not their sum but what the lowest third of the bins of a twelfth of an
    /// octave have per bin at most, so that lines count little and what rings under them does.
    pub fine: [f64; NUM_FINE],
    /// `[mid, side, mid times side]` per stereo band.
    pub stereo: [[f64; 3]; NUM_STEREO_BANDS],
    /// Below 20 Hz.
    pub rumble: f64,
}

impl Default for LongFrame {
    fn default() -> Self {
        Self {
            centre: 0,
            mid: [0.0; NUM_THIRDS],
            side: [0.0; NUM_THIRDS],
            fine: [0.0; NUM_FINE],
            stereo: [[0.0; 3]; NUM_STEREO_BANDS],
            rumble: 0.0,
        }
    }
}

/// Streaming spectra: Hann frames of 0.7 s or so that overlap by half.
pub struct LongFrames {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    bin_hz: f64,
    mid: Vec<f32>,
    side: Vec<f32>,
    num_filled: usize,
    num_frames: u64,
    frame: Vec<f32>,
    mid_bins: Vec<Complex<f32>>,
    side_bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Sums of power over the bins below each: mid, side, mid times side.
    below: [Vec<f64>; 3],
    thirds: Vec<(f64, f64)>,
    /// Power of mid and side per bin, and a place to sort some of it.
    bins: Vec<f32>,
    sorted: Vec<f32>,
    result: LongFrame,
}

impl LongFrames {
    /// Frames for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let len = ((sample_rate_hz * FRAME_S) as usize).next_power_of_two();
        let fft = RealFftPlanner::new().plan_fft_forward(len);
        let sum = || vec![0.0; len / 2 + 2];
        Self {
            window: (0..len).map(|i| (PI * i as f64 / len as f64).sin().powi(2) as f32).collect(),
            bin_hz: sample_rate_hz / len as f64,
            mid: vec![0.0; len],
            side: vec![0.0; len],
            num_filled: 0,
            num_frames: 0,
            frame: fft.make_input_vec(),
            mid_bins: fft.make_output_vec(),
            side_bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            below: [sum(), sum(), sum()],
            thirds: third_octaves(sample_rate_hz),
            bins: vec![0.0; len / 2 + 1],
            sorted: Vec::with_capacity(len / 16),
            result: LongFrame::default(),
            fft,
        }
    }

    /// Hears; `on_frame` gets every frame that becomes complete.
    pub fn process(&mut self, left: &[f32], right: &[f32], mut on_frame: impl FnMut(&LongFrame)) {
        let len = self.window.len();
        let mut from = 0;
        while from < left.len() {
            let to = left.len().min(from + len - self.num_filled);
            let filled = self.num_filled..self.num_filled + to - from;
            let samples = left[from..to].iter().zip(&right[from..to]);
            for ((mid, side), (&l, &r)) in self.mid[filled.clone()].iter_mut().zip(&mut self.side[filled]).zip(samples)
            {
                (*mid, *side) = ((l + r) * 0.5, (l - r) * 0.5);
            }
            self.num_filled += to - from;
            self.num_frames += (to - from) as u64;
            from = to;
            if self.num_filled == len {
                self.measure();
                on_frame(&self.result);
                self.mid.copy_within(len / 2.., 0);
                self.side.copy_within(len / 2.., 0);
                self.num_filled = len / 2;
            }
        }
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        self.num_filled = 0;
        self.num_frames = 0;
    }

    fn measure(&mut self) {
        let len = self.window.len();
        self.result.centre = self.num_frames - len as u64 / 2;
        transform(&*self.fft, &self.window, &self.mid, &mut self.frame, &mut self.mid_bins, &mut self.scratch);
        if self.side.iter().all(|&side| side == 0.0) {
            self.side_bins.fill(Complex::default());
        } else {
            transform(&*self.fft, &self.window, &self.side, &mut self.frame, &mut self.side_bins, &mut self.scratch);
        }
        // Mean square of a sine of amplitude 1 is 1/2, spread over two half-spectra; Hann's mean square is 3/8. So
        // the band of a full-scale sine sums to 1: twice (one-sided) times twice (re sine) over N² · 3/8.
        let scale = 4.0 / ((len * len) as f64 * 0.375);
        let mut sums = [0.0; 3];
        for (place, (mid, side)) in self.mid_bins.iter().zip(&self.side_bins).enumerate() {
            let cross = mid.re * side.re + mid.im * side.im;
            for (sum, power) in sums.iter_mut().zip([mid.norm_sqr(), side.norm_sqr(), cross]) {
                *sum += scale * f64::from(power);
            }
            for (below, sum) in self.below.iter_mut().zip(sums) {
                below[place + 1] = sum;
            }
            self.bins[place] = mid.norm_sqr() + side.norm_sqr();
        }
        self.divide();
    }

    /// Cuts the sums into bands.
    fn divide(&mut self) {
        let bin_hz = self.bin_hz;
        let nyquist_hz = bin_hz * (self.below[0].len() - 2) as f64;
        let band = |below: &[f64], low_hz: f64, high_hz: f64| {
            let high_hz = high_hz.min(nyquist_hz);
            if low_hz >= high_hz {
                0.0
            } else {
                (up_to(below, high_hz / bin_hz) - up_to(below, low_hz / bin_hz)).max(0.0)
            }
        };
        let [mid, side, cross] = &self.below;
        for (idx, &(low_hz, high_hz)) in self.thirds.iter().enumerate() {
            self.result.mid[idx] = band(mid, low_hz, high_hz);
            self.result.side[idx] = band(side, low_hz, high_hz);
        }
        let scale = 4.0 / ((self.window.len() as f64).powi(2) * 0.375);
        for (place, power) in self.result.fine.iter_mut().enumerate() {
            let centre = LOWEST_FINE_HZ * 2f64.powf((place as f64 + 0.5) / FINE_PER_OCTAVE) / bin_hz;
            let reach = 2f64.powf(1.0 / FINE_PER_OCTAVE);
            let (first, last) = ((centre / reach).round() as usize, (centre * reach).round() as usize);
            self.sorted.clear();
            self.sorted.extend(self.bins[first.min(self.bins.len())..(last + 1).min(self.bins.len())].iter());
            let rank = self.sorted.len() / 3;
            *power = if self.sorted.is_empty() {
                0.0
            } else {
                scale * f64::from(*self.sorted.select_nth_unstable_by(rank, f32::total_cmp).1)
            };
        }
        for (powers, edges) in self.result.stereo.iter_mut().zip(STEREO_EDGES_HZ.windows(2)) {
            let high = edges[1].min(nyquist_hz) / bin_hz;
            let product = up_to(cross, high) - up_to(cross, edges[0].min(nyquist_hz) / bin_hz);
            *powers = [band(mid, edges[0], edges[1]), band(side, edges[0], edges[1]), product];
        }
        self.result.rumble = band(mid, RUMBLE_HZ.0, RUMBLE_HZ.1) + band(side, RUMBLE_HZ.0, RUMBLE_HZ.1);
    }
}

fn transform(
    fft: &dyn RealToComplex<f32>,
    window: &[f32],
    samples: &[f32],
    frame: &mut [f32],
    bins: &mut [Complex<f32>],
    scratch: &mut [Complex<f32>],
) {
    for ((to, sample), weight) in frame.iter_mut().zip(samples).zip(window) {
        *to = sample * weight;
    }
    fft.process_with_scratch(frame, bins, scratch).expect("buffers made by the plan");
}

/// Power up to a place in bins; bin `i` covers `i − ½…i + ½`.
pub fn up_to(below: &[f64], bin: f64) -> f64 {
    let position = (bin + 0.5).clamp(0.0, (below.len() - 1) as f64);
    let idx = (position as usize).min(below.len() - 2);
    below[idx] + (below[idx + 1] - below[idx]) * (position - idx as f64)
}

/// Lower and upper edges in Hz of the bands that fit below half the sample rate.
fn third_octaves(sample_rate_hz: f64) -> Vec<(f64, f64)> {
    let half = 10f64.powf(0.05);
    (0..num_thirds(sample_rate_hz))
        .map(|idx| {
            // Exact centres are powers of 10^(1/10); 1 kHz is number 17.
            let centre_hz = 1000.0 * 10f64.powf((idx as f64 - 17.0) / 10.0);
            (centre_hz / half, centre_hz * half)
        })
        .collect()
}

/// Whether mid is the remainder of a channel that is upside down, so that what the song is like shows in the side: 6 dB under it,
/// which no second of 22 songs has.
pub fn is_of_side(mid: f64, side: f64) -> bool {
    mid < side * REMAINDER
}

/// As a power.
const REMAINDER: f64 = 0.25;

/// How many thirds of an octave a sample rate has room for.
pub fn num_thirds(sample_rate_hz: f64) -> usize {
    NOMINAL_HZ.iter().filter(|&&hz| hz * 2f64.powf(1.0 / 6.0) <= sample_rate_hz / 2.0).count()
}

impl Spectrum {
    /// Slope of mid (of the side where nothing else is left), 100 Hz–10 kHz, as power per Hz: the regression over third-octave levels less the 3.01 dB per
    /// octave by which bands widen. Pink noise has −3. `None` where a band is missing.
    pub fn slope_db_per_octave(&self) -> Option<f64> {
        self.line().map(|(slope, ..)| slope - 10.0 * 2f64.log10())
    }

    /// Root mean square of what [`Self::slope_db_per_octave`]'s line leaves over, dB.
    pub fn slope_residual_db(&self) -> Option<f64> {
        self.line().map(|(.., residual)| residual)
    }

    /// The levels of mid, or of the side where a channel that is upside down has left nothing of mid.
    fn louder_db(&self) -> &[Option<f64>] {
        let power = |levels: &[Option<f64>]| levels.iter().flatten().map(|db| 10f64.powf(db / 10.0)).sum::<f64>();
        if is_of_side(power(&self.mid_db), power(&self.side_db)) { &self.side_db } else { &self.mid_db }
    }

    /// Slope per octave of third-octave levels, and the RMS about the line.
    fn line(&self) -> Option<(f64, f64)> {
        let points: Option<Vec<(f64, f64)>> = self
            .frequencies_hz
            .iter()
            .zip(self.louder_db())
            .filter(|(hz, _)| (100.0..=10_000.0).contains(*hz))
            .map(|(hz, level)| level.map(|db| (hz.log2(), db)))
            .collect();
        let points = points.filter(|points| points.len() > 1)?;
        let n = points.len() as f64;
        let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / n;
        let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
        let covariance: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let variance: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let slope = covariance / variance;
        let squares: f64 = points.iter().map(|(x, y)| (y - mean_y - slope * (x - mean_x)).powi(2)).sum();
        Some((slope, (squares / n).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tests::sine;
    use crate::dsp::units::db_from_power;

    #[test]
    fn a_full_scale_sine_reads_0_db_in_its_band() {
        for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
            for (frequency_hz, band_idx) in [(31.6, 2), (1000.0, 17), (10_000.0, 27)] {
                let mono = sine(rate_hz, frequency_hz, 1.0, 2.0);
                let mut num_frames = 0;
                LongFrames::new(rate_hz).process(&mono, &mono, |frame| {
                    num_frames += 1;
                    let level = db_from_power(frame.mid[band_idx]);
                    assert!(level.abs() < 0.1, "{rate_hz} {frequency_hz}: {level}");
                    assert!(frame.side.iter().all(|&side| side == 0.0));
                });
                assert!(num_frames > 0);
            }
        }
    }

    #[test]
    fn knows_where_a_frame_lies_and_which_side_is_louder() {
        let left = sine(48_000.0, 1000.0, 1.0, 2.0);
        let right = sine(48_000.0, 1000.0, 0.5, 2.0);
        let mut centres = Vec::new();
        LongFrames::new(48_000.0).process(&left, &right, |frame| {
            centres.push(frame.centre);
            let [mid, side, product] = frame.stereo[2];
            assert!((mid - 0.5625).abs() < 1e-3 && (side - 0.0625).abs() < 1e-3 && (product - 0.1875).abs() < 1e-3);
        });
        assert_eq!(centres[..2], [16_384, 32_768]);
    }
}
