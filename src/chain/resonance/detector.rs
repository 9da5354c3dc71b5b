//! How far each place of the spectrum sticks out of the smooth spectrum around it.
//!
//! Frames of 85 ms tell a resonance of Q 20 at 250 Hz from its surroundings; frames of 43 ms (2048 samples at 48 kHz)
//! spread it over four of their bins and leave 3 dB of its 10 dB. The statistics of noise depend on the time that is
//! averaged over, not on the frame, so the longer one costs nothing else. The channels take turns: each is heard in every
//! other hop, its frames still overlapping by three quarters.

use crate::dsp::fft_frames::{FrameFft, NUM_PARTS};

/// Grid points per octave.
pub const POINTS_PER_OCTAVE: usize = 24;
/// Lowest grid point, Hz: what lies below cannot be told apart in frames of this length.
pub const LOWEST_HZ: f64 = 60.0;
/// Portions in which a hop's work is done, evenly spaced.
pub const NUM_SLICES: usize = 32;
/// The portion after which [`Detector::prominences_db`] are those of the newest frame.
pub const LAST_SLICE: usize = FIRST_BASELINE + NUM_BASELINE_SLICES;

/// Highest grid point, Hz, and as a part of the sample rate.
const HIGHEST_HZ: f64 = 20_000.0;
const HIGHEST_RATIO: f64 = 0.45;
/// Frame of 48 kHz; it doubles where the sample rate does.
const FRAME_LEN_48K: usize = 4096;
/// Hops per frame.
const HOPS_PER_FRAME: usize = 8;
/// Time constants of the mean power of each bin, seconds, from the lowest to the highest quarter of the grid (60–260 Hz,
/// –1.1 kHz, –4.7 kHz, –20 kHz): above, a grid point has many bins to average; below, it has only time.
const LEVEL_S: [f64; NUM_LEVEL_SLICES] = [0.07, 0.05, 0.04, 0.04];
/// Time constant of the slow baseline, seconds (`dsp.md` section 3, step 3).
const BASELINE_S: f64 = 0.4;
/// Time constant of mean and spread of the flux, seconds.
const FLUX_S: f64 = 1.0;
/// A rise by this many standard deviations is a transient (`dsp.md` section 3, step 7).
const FLUX_DEVIATIONS: f32 = 3.0;
/// Least standard deviation of the flux, dB: a steady tone has none.
const MIN_FLUX_DEVIATION_DB: f32 = 0.3;
/// The baseline is found at every quarter octave, and drawn straight between them.
const BASELINE_STEP: usize = 6;
/// The baseline's window is an octave, and at least this many bins to either side.
const MIN_HALF_BINS: f64 = 8.0;
/// Rank of the baseline in its window, and how far that lies above the smooth spectrum of noise, dB. The median would
/// do for noise, but music is made of tones: against this rank a peak is measured by its peers, not by the gaps between
/// them. (At equal sensitivity a third less is cut of music, and noise on one
/// channel is mistaken an eighth as often.)
const BASELINE_RANK: f64 = 0.8;
const RANK_ABOVE_SMOOTH_DB: f32 = 1.1;
/// Levels are held at this, dBFS.
const FLOOR_DB: f32 = -130.0;
/// Frames before which nothing is known about time.
const NUM_FRAMES_TO_SETTLE: u32 = 8;

// The portions of a hop in their order: short transforms, butterflies, levels, baseline, prominences.
const COMBINE: usize = NUM_PARTS;
const FIRST_LEVEL: usize = COMBINE + 1;
const NUM_LEVEL_SLICES: usize = 4;
const FIRST_BASELINE: usize = FIRST_LEVEL + NUM_LEVEL_SLICES;
const NUM_BASELINE_SLICES: usize = 8;

/// One grid point's share of the bins: a triangle of ±1/24 octave, or ±1 bin where bins are wider.
struct Kernel {
    first_bin: usize,
    weights: Vec<f32>,
}

/// One point of the baseline.
struct Neighbourhood {
    from: usize,
    to: usize,
    /// Bins from here to the next one's first, for the flux.
    first_bin: usize,
}

/// The listening half of the stage.
pub struct Detector {
    frame: FrameFft,
    frame_len: usize,
    hop_len: usize,
    kernels: Vec<Kernel>,
    neighbourhoods: Vec<Neighbourhood>,
    frequencies_hz: Vec<f64>,
    /// |mid|² + |side|², which is the mean of both channels, …
    power: Vec<f32>,
    /// … and that over time.
    mean_power: Vec<f32>,
    levels_db: Vec<f32>,
    ranking: Vec<f32>,
    baseline_db: Vec<f32>,
    slow_baseline_db: Vec<f32>,
    band_db: Vec<f32>,
    prominences_db: Vec<f32>,
    level_rates: [f32; NUM_LEVEL_SLICES],
    baseline_rate: f32,
    flux_rate: f32,
    flux_db: f32,
    flux_mean_db: f32,
    flux_variance: f32,
    is_transient: bool,
    num_heard: usize,
    num_frames: u32,
    is_busy: bool,
    /// The channel whose turn it is.
    channel_idx: usize,
}

impl Detector {
    /// Allocates everything for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let doublings = (sample_rate_hz / 48_000.0).log2().round().max(0.0) as u32;
        let frame_len = FRAME_LEN_48K << doublings;
        let hop_len = frame_len / HOPS_PER_FRAME;
        let bin_hz = sample_rate_hz / frame_len as f64;
        let highest_hz = HIGHEST_HZ.min(HIGHEST_RATIO * sample_rate_hz);
        let frequencies_hz: Vec<f64> = (0..)
            .map(|idx| LOWEST_HZ * 2f64.powf(f64::from(idx) / POINTS_PER_OCTAVE as f64))
            .take_while(|frequency_hz| *frequency_hz <= highest_hz)
            .collect();
        let num_points = frequencies_hz.len();
        let half_step = 2f64.powf(1.0 / POINTS_PER_OCTAVE as f64) - 1.0;
        let kernel = |frequency_hz: &f64| {
            let half_bins = (frequency_hz * half_step / bin_hz).max(1.0);
            let centre = frequency_hz / bin_hz;
            let bins = (centre - half_bins).ceil() as usize..=(centre + half_bins).floor() as usize;
            let weights: Vec<f64> = bins.clone().map(|bin| 1.0 - (bin as f64 - centre).abs() / half_bins).collect();
            let sum: f64 = weights.iter().sum();
            Kernel { first_bin: *bins.start(), weights: weights.iter().map(|weight| (weight / sum) as f32).collect() }
        };
        let neighbourhood = |frequency_hz: &f64| {
            let lowest_hz = (frequency_hz / 2f64.sqrt()).min(frequency_hz - MIN_HALF_BINS * bin_hz);
            let highest_hz = (frequency_hz * 2f64.sqrt()).max(frequency_hz + MIN_HALF_BINS * bin_hz);
            Neighbourhood {
                from: frequencies_hz.partition_point(|hz| *hz < lowest_hz),
                to: frequencies_hz.partition_point(|hz| *hz <= highest_hz),
                first_bin: (frequency_hz / bin_hz).round() as usize,
            }
        };
        let neighbourhoods: Vec<_> = frequencies_hz.iter().step_by(BASELINE_STEP).map(neighbourhood).collect();
        let rate = |time_s: f64| (1.0 - (-(hop_len as f64) / (time_s * sample_rate_hz)).exp()) as f32;
        Self {
            frame: FrameFft::new(frame_len),
            frame_len,
            hop_len,
            kernels: frequencies_hz.iter().map(kernel).collect(),
            power: vec![0.0; frame_len / 2 + 1],
            mean_power: vec![0.0; frame_len / 2 + 1],
            levels_db: vec![FLOOR_DB; num_points],
            ranking: Vec::with_capacity(num_points),
            baseline_db: vec![FLOOR_DB; neighbourhoods.len()],
            slow_baseline_db: vec![FLOOR_DB; neighbourhoods.len()],
            band_db: vec![FLOOR_DB; neighbourhoods.len()],
            prominences_db: vec![0.0; num_points],
            neighbourhoods,
            frequencies_hz,
            level_rates: LEVEL_S.map(rate),
            baseline_rate: rate(BASELINE_S),
            flux_rate: rate(FLUX_S),
            flux_db: 0.0,
            flux_mean_db: 0.0,
            flux_variance: 0.0,
            is_transient: false,
            num_heard: 0,
            num_frames: 0,
            is_busy: false,
            channel_idx: 0,
        }
    }

    /// Samples between two frames; a multiple of [`NUM_SLICES`].
    pub fn hop_len(&self) -> usize {
        self.hop_len
    }

    /// The grid, Hz, rising.
    pub fn frequencies_hz(&self) -> &[f64] {
        &self.frequencies_hz
    }

    /// How far the level of each grid point lies above the smooth spectrum, dB.
    pub fn prominences_db(&self) -> &[f32] {
        &self.prominences_db
    }

    /// Level of each grid point, dBFS of a sine.
    pub fn levels_db(&self) -> &[f32] {
        &self.levels_db
    }

    /// The newest frame rose as only an attack does.
    pub fn is_transient(&self) -> bool {
        self.is_transient
    }

    /// Forgets everything that was heard.
    pub fn reset(&mut self) {
        self.frame.reset();
        (self.num_heard, self.num_frames, self.channel_idx) = (0, 0, 0);
        (self.is_busy, self.is_transient) = (false, false);
        (self.flux_db, self.flux_mean_db, self.flux_variance) = (0.0, 0.0, 0.0);
    }

    /// Hears samples.
    pub fn push(&mut self, left: &[f64], right: &[f64]) {
        self.frame.push(left, right);
        self.num_heard = (self.num_heard + left.len()).min(self.frame_len);
    }

    /// One portion of the work, `slice` < [`NUM_SLICES`], at its place in the hop; number 0 takes a new frame.
    /// True when new prominences are there that may be acted upon.
    pub fn run_slice(&mut self, slice: usize) -> bool {
        if slice == 0 {
            self.is_busy = self.num_heard == self.frame_len;
            self.frame.mark(self.channel_idx);
            self.channel_idx = 1 - self.channel_idx;
            self.flux_db = 0.0;
        }
        if !self.is_busy {
            return false;
        }
        match slice {
            0..COMBINE => self.frame.transform_part(slice),
            COMBINE => self.frame.combine(0, 1),
            FIRST_LEVEL..FIRST_BASELINE => self.find_levels(slice - FIRST_LEVEL),
            FIRST_BASELINE..LAST_SLICE => {
                let (share, num_points) = (slice - FIRST_BASELINE, self.neighbourhoods.len());
                let from = share * num_points / NUM_BASELINE_SLICES;
                (from..(share + 1) * num_points / NUM_BASELINE_SLICES).for_each(|idx| self.find_baseline(idx));
            }
            LAST_SLICE => {
                self.find_prominences();
                self.judge_flux();
                self.num_frames = (self.num_frames + 1).min(NUM_FRAMES_TO_SETTLE);
            }
            _ => {}
        }
        slice == LAST_SLICE && self.num_frames == NUM_FRAMES_TO_SETTLE
    }

    /// Averages a share of the bins over time, then reads as much of the grid off them.
    fn find_levels(&mut self, share: usize) {
        let num_points = self.kernels.len();
        let points = share * num_points / NUM_LEVEL_SLICES..(share + 1) * num_points / NUM_LEVEL_SLICES;
        let end_of = |kernel: &Kernel| kernel.first_bin + kernel.weights.len();
        let from = if points.start == 0 { 0 } else { end_of(&self.kernels[points.start - 1]) };
        let to = end_of(&self.kernels[points.end - 1]);
        // The first frames count alike, later ones fade; before the second there is no other channel.
        let is_known = self.num_frames > 0;
        let rate = match self.num_frames {
            0 | 1 => 1.0,
            2..NUM_FRAMES_TO_SETTLE => self.level_rates[share].max(1.0 / self.num_frames as f32),
            _ => self.level_rates[share],
        };
        let [left, right] = self.frame.powers();
        let (left, right) = if is_known { (left, right) } else { (left, left) };
        let means = self.mean_power[from..to].iter_mut().zip(&mut self.power[from..to]);
        for (((mean, power), left), right) in means.zip(&left[from..to]).zip(&right[from..to]) {
            *power = 0.5 * (left + right);
            *mean += rate * (*power - *mean);
        }
        for idx in points {
            let Kernel { first_bin, weights } = &self.kernels[idx];
            let power: f32 = weights.iter().zip(&self.mean_power[*first_bin..]).map(|(weight, p)| weight * p).sum();
            self.levels_db[idx] = decibels(power);
        }
    }

    /// The baseline at one of its points, and how much its band rose since the last frame.
    fn find_baseline(&mut self, idx: usize) {
        let Neighbourhood { from, to, first_bin } = self.neighbourhoods[idx];
        self.ranking.clear();
        self.ranking.extend(self.levels_db[from..to].iter().step_by(2));
        let rank = (BASELINE_RANK * (self.ranking.len() - 1) as f64).round() as usize;
        let (_, baseline_db, _) = self.ranking.select_nth_unstable_by(rank, f32::total_cmp);
        self.baseline_db[idx] = *baseline_db;
        let slow_db = &mut self.slow_baseline_db[idx];
        let is_first = self.num_frames <= 1;
        *slow_db += if is_first { 1.0 } else { self.baseline_rate } * (*baseline_db - *slow_db);

        let end_bin = self.neighbourhoods.get(idx + 1).map_or(first_bin + 1, |next| next.first_bin).max(first_bin + 1);
        let power: f32 = self.power[first_bin..end_bin].iter().sum();
        let band_db = decibels(power / (end_bin - first_bin) as f32);
        let rise_db = band_db - self.band_db[idx];
        self.band_db[idx] = band_db;
        if !is_first {
            self.flux_db += rise_db.max(0.0) / self.neighbourhoods.len() as f32;
        }
    }

    /// Against the higher of the present and the slow baseline: after a rise the present one is true, after a fall the
    /// slow one is careful.
    fn find_prominences(&mut self) {
        let higher = |idx: usize| self.baseline_db[idx].max(self.slow_baseline_db[idx]);
        let last = self.baseline_db.len() - 1;
        for (idx, (prominence_db, level_db)) in self.prominences_db.iter_mut().zip(&self.levels_db).enumerate() {
            let place = idx / BASELINE_STEP;
            let (below, above) = (higher(place), higher((place + 1).min(last)));
            let weight = (idx % BASELINE_STEP) as f32 / BASELINE_STEP as f32;
            *prominence_db = level_db - (below + weight * (above - below)) + RANK_ABOVE_SMOOTH_DB;
        }
    }

    fn judge_flux(&mut self) {
        let deviation_db = self.flux_variance.sqrt().max(MIN_FLUX_DEVIATION_DB);
        let distance_db = self.flux_db - self.flux_mean_db;
        self.is_transient = distance_db > FLUX_DEVIATIONS * deviation_db;
        self.flux_mean_db += self.flux_rate * distance_db;
        self.flux_variance += self.flux_rate * (distance_db * distance_db - self.flux_variance);
    }
}

fn decibels(power: f32) -> f32 {
    (power.log2() * (10.0 * std::f32::consts::LOG10_2)).max(FLOOR_DB)
}
