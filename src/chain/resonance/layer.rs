//! One resolution of the listening half: how far each place of the spectrum lies above the smooth spectrum in each frame.

use std::f64::consts::{PI, TAU};
use std::ops::Range;

use super::decimator::{LANES, dot};
use crate::dsp::fft_frames::{FrameFft, NUM_PARTS};

/// Grid points per octave.
pub const POINTS_PER_OCTAVE: usize = 24;
/// Portions of a frame's work: transforms, butterflies, levels, baseline.
pub const NUM_LAYER_SLICES: usize = NUM_PARTS + 2 + NUM_BASELINE_SLICES;

const NUM_BASELINE_SLICES: usize = 4;
/// Where in its frame the window is highest: late, so that what begins is heard soon.
const WINDOW_PEAK: f64 = 0.75;
/// The baseline is found at every quarter octave, and drawn straight between them.
const BASELINE_STEP: usize = 6;
/// The baseline's window is an octave, and at least this many bins to either side.
const MIN_HALF_BINS: f64 = 8.0;
/// Rank of the baseline in its window. The median would do for noise, but music is made of tones: against this rank a
/// peak is measured by its peers, not by the gaps between them.
const BASELINE_RANK: f64 = 0.8;
/// The normal deviate of that rank.
const RANK_DEVIATE: f32 = 0.8416;
/// Time constants of the baseline, seconds: the fast one takes out its noise; against the slow one a fall is careful
/// (`dsp.md` section 3, step 3).
const BASELINE_S: [f64; 2] = [0.06, 0.4];
/// How far the slow baseline must lie above the present one to hold, dB: in noise it never does.
const CAREFUL_DB: f32 = 1.5;
/// Powers below are held at it (−130 dBFS).
const FLOOR: f32 = 1e-13;
/// Independent complex values that one bin of a Hann frame gives in the time of the frame, the frames overlapping.
const VALUES_PER_FRAME: f64 = 2.08;
/// A kernel of more bins is wide.
const WIDE_KERNEL: usize = 16;
/// Squared correlation of the powers of bins 0, 1, 2 apart under a Hann window.
const BIN_CORRELATIONS: [f64; 3] = [1.0, 4.0 / 9.0, 1.0 / 36.0];
/// Q of the poles of the resonance that is looked for: that of a bell of +10 dB and Q 20.
const RESONANCE_POLE_Q: f64 = 35.6;

/// One grid point's share of the bins: a triangle of ±1/24 octave, or ±1 bin where bins are wider.
struct Kernel {
    first_bin: usize,
    weights: Vec<f32>,
}

/// One point of the baseline.
struct Neighbourhood {
    points: Range<usize>,
    /// Bins from here to the next one's first, for what the band does as a whole.
    bins: Range<usize>,
    /// Independent values in a level, per channel and frame.
    num_values: f32,
    mid: f32,
    side: f32,
    baseline_db: f32,
    fast_db: f32,
    slow_db: f32,
    band_db: f32,
    /// Number of independent channels, 1–2.
    num_channels: f32,
}

/// The baseline rises at once if it rises by more than this, dB; in noise it hardly ever does.
const RISE_DB: f32 = 4.0;
/// More hops than any frame has in its last three quarters.
const MAX_HOPS: usize = 8;
/// A hop with less than this share of the energy of another (−40 dB) is a pause.
const TORN: f64 = 1e-4;

/// What is constant about a grid point of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Hz.
    pub frequency_hz: f64,
    /// Independent complex values per channel and second.
    pub values_per_s: f64,
    /// Share of the height of a resonance of Q 20 (its power over its surroundings) that the point sees.
    pub seen: f64,
}

/// Frames of one length at one rate.
pub struct Layer {
    frame: FrameFft,
    frame_len: usize,
    num_heard: usize,
    /// Energy since the last frame was taken, and of the hops before, newest first.
    energy: f64,
    energies: [f64; MAX_HOPS],
    /// Hops in that part of a frame that counts: all but its first quarter.
    num_hops: usize,
    kernels: Vec<Kernel>,
    points: Vec<Point>,
    /// The points that are this layer's to judge; the others only surround them.
    core: Range<usize>,
    neighbourhoods: Vec<Neighbourhood>,
    /// Power of both channels per bin.
    sums: Vec<f32>,
    levels: Vec<f32>,
    ranking: Vec<f32>,
    rates: [f32; 2],
    flux_db: f32,
    num_frames: u32,
    is_busy: bool,
    channel_idx: usize,
}

impl Layer {
    /// Frames of `frame_len` samples at `rate_hz`, a new one every `hop_s` seconds, judged at `frequencies_hz`, of which
    /// those of `core` count.
    pub fn new(rate_hz: f64, frame_len: usize, hop_s: f64, frequencies_hz: &[f64], core: Range<usize>) -> Self {
        let bin_hz = rate_hz / frame_len as f64;
        let kernels: Vec<Kernel> = frequencies_hz.iter().map(|hz| kernel(*hz, bin_hz)).collect();
        // Where a kernel is many bins wide what it sees depends no more on the frequency.
        let mut last_seen = 0.0;
        let point = |(kernel, frequency_hz): (&Kernel, &f64)| {
            if kernel.weights.len() <= WIDE_KERNEL {
                last_seen = seen(kernel, *frequency_hz, bin_hz);
            }
            let values_per_s = num_values(kernel) * VALUES_PER_FRAME * bin_hz;
            Point { frequency_hz: *frequency_hz, values_per_s, seen: last_seen }
        };
        let points: Vec<Point> = kernels.iter().zip(frequencies_hz).map(point).collect();
        let centres: Vec<usize> = (0..frequencies_hz.len()).step_by(BASELINE_STEP).collect();
        let neighbourhood = |(idx, point_idx): (usize, &usize)| {
            let frequency_hz = frequencies_hz[*point_idx];
            let lowest_hz = (frequency_hz / 2f64.sqrt()).min(frequency_hz - MIN_HALF_BINS * bin_hz);
            let highest_hz = (frequency_hz * 2f64.sqrt()).max(frequency_hz + MIN_HALF_BINS * bin_hz);
            let from = frequencies_hz.partition_point(|hz| *hz < lowest_hz);
            let to = frequencies_hz.partition_point(|hz| *hz <= highest_hz);
            let first_bin = (frequency_hz / bin_hz).round() as usize;
            let next = centres.get(idx + 1).map_or(first_bin + 1, |next| (frequencies_hz[*next] / bin_hz) as usize);
            Neighbourhood {
                points: from..to,
                bins: first_bin..next.max(first_bin + 1),
                num_values: num_values(&kernels[*point_idx]) as f32,
                mid: 0.0,
                side: 0.0,
                baseline_db: 0.0,
                fast_db: 0.0,
                slow_db: 0.0,
                band_db: 0.0,
                num_channels: 1.0,
            }
        };
        Self {
            frame: FrameFft::with_peak(frame_len, WINDOW_PEAK),
            frame_len,
            num_heard: 0,
            energy: 0.0,
            energies: [0.0; MAX_HOPS],
            num_hops: (0.75 * frame_len as f64 / (hop_s * rate_hz)).round().min(MAX_HOPS as f64) as usize,
            neighbourhoods: centres.iter().enumerate().map(neighbourhood).collect(),
            // Kernels are whole lanes long and may end past the last bin.
            sums: vec![0.0; frame_len / 2 + 1 + LANES],
            levels: vec![FLOOR; points.len()],
            ranking: Vec::with_capacity(points.len()),
            rates: BASELINE_S.map(|time_s| (1.0 - (-hop_s / time_s).exp()) as f32),
            kernels,
            points,
            core,
            flux_db: 0.0,
            num_frames: 0,
            is_busy: false,
            channel_idx: 0,
        }
    }

    /// The points that count.
    pub fn points(&self) -> &[Point] {
        &self.points[self.core.clone()]
    }

    /// Forgets everything that was heard.
    pub fn reset(&mut self) {
        self.frame.reset();
        (self.num_heard, self.num_frames, self.channel_idx) = (0, 0, 0);
        (self.is_busy, self.flux_db) = (false, 0.0);
        (self.energy, self.energies) = (0.0, [0.0; MAX_HOPS]);
        // The first frame would replace them all, but for the rounding of a sum with what was there.
        for here in &mut self.neighbourhoods {
            (here.mid, here.side, here.num_channels) = (0.0, 0.0, 1.0);
            (here.baseline_db, here.fast_db, here.slow_db, here.band_db) = (0.0, 0.0, 0.0, 0.0);
        }
    }

    /// Hears samples of mid and side.
    pub fn push(&mut self, mid: &[f64], side: &[f64]) {
        self.frame.push(mid, side);
        self.num_heard = (self.num_heard + mid.len()).min(self.frame_len);
        // One sample after the other: the sum does not depend on the division into blocks.
        mid.iter().zip(side).for_each(|(mid, side)| self.energy += mid * mid + side * side);
    }

    /// Sound begins or ends in the frame, so that less of it is heard than the test counts on. Called once per frame.
    fn is_torn(&mut self) -> bool {
        self.energies.rotate_right(1);
        self.energies[0] = std::mem::take(&mut self.energy);
        let hops = &self.energies[..self.num_hops];
        let most = hops.iter().fold(0.0, |most: f64, energy| most.max(*energy));
        hops.iter().any(|energy| *energy < TORN * most)
    }

    /// One portion of the work, `slice` < [`NUM_LAYER_SLICES`]; number 0 takes a new frame. Mid and side take turns.
    pub fn run_slice(&mut self, slice: usize) {
        const COMBINE: usize = NUM_PARTS;
        const LEVELS: usize = NUM_PARTS + 1;
        if slice == 0 {
            // The rising part of the window may hear silence from before the beginning.
            let is_torn = self.is_torn();
            self.is_busy = !is_torn && 4 * self.num_heard >= 3 * self.frame_len;
            self.flux_db = 0.0;
            if self.is_busy {
                self.frame.mark(self.channel_idx);
                self.channel_idx = 1 - self.channel_idx;
            }
        }
        if !self.is_busy {
            return;
        }
        match slice {
            0..COMBINE => self.frame.transform_part(slice),
            COMBINE => self.frame.combine(0, 1),
            LEVELS => {
                self.find_levels();
                self.num_frames = (self.num_frames + 1).min(1000);
            }
            _ => {
                let (share, num_points) = (slice - LEVELS - 1, self.neighbourhoods.len());
                let from = share * num_points / NUM_BASELINE_SLICES;
                (from..(share + 1) * num_points / NUM_BASELINE_SLICES).for_each(|idx| self.find_baseline(idx));
            }
        }
    }

    /// True once both channels were heard.
    pub fn is_ready(&self) -> bool {
        self.is_busy && self.num_frames >= 2
    }

    /// Mean rise of the bands since the frame before, dB, falls not counted.
    pub fn flux_db(&self) -> f32 {
        self.flux_db
    }

    /// For each point that counts: power over the baseline, baseline in dB, and number of independent channels.
    pub fn ratios(&self) -> impl Iterator<Item = (f32, f32, f32)> {
        let last = self.neighbourhoods.len() - 1;
        self.core.clone().map(move |idx| {
            let place = idx / BASELINE_STEP;
            let (below, above) = (&self.neighbourhoods[place], &self.neighbourhoods[(place + 1).min(last)]);
            let weight = (idx % BASELINE_STEP) as f32 / BASELINE_STEP as f32;
            let baseline_db = below.baseline_db + weight * (above.baseline_db - below.baseline_db);
            (self.levels[idx] * power(-baseline_db), baseline_db, below.num_channels)
        })
    }

    fn find_levels(&mut self) {
        let [mid, side] = self.frame.powers();
        // Before the second frame there is no side.
        let side = if self.num_frames == 0 { mid } else { side };
        let sums = self.sums.iter_mut().zip(mid.iter().zip(side));
        sums.for_each(|(sum, (mid, side))| *sum = mid + side);
        for (level, Kernel { first_bin, weights }) in self.levels.iter_mut().zip(&self.kernels) {
            *level = dot(weights, &self.sums[*first_bin..]).max(FLOOR);
        }
    }

    /// The baseline at one of its points, and how much its band rose since the last frame.
    fn find_baseline(&mut self, idx: usize) {
        let num_bands = self.neighbourhoods.len() as f32;
        let here = &mut self.neighbourhoods[idx];
        let is_first = self.num_frames <= 1;
        let is_second = self.num_frames <= 2;
        let [fast_rate, slow_rate] = self.rates;

        let [mid, side] = self.frame.powers();
        let mid: f32 = mid[here.bins.clone()].iter().sum();
        let side: f32 = if is_first { 0.0 } else { side[here.bins.clone()].iter().sum() };
        let rate = if is_second { 1.0 } else { slow_rate };
        here.mid += rate * (mid - here.mid);
        here.side += rate * (side - here.side);
        let sum = here.mid + here.side;
        let squares = here.mid * here.mid + here.side * here.side;
        here.num_channels = if squares > 0.0 { (sum * sum / squares).clamp(1.0, 2.0) } else { 1.0 };

        let band_db = decibels((mid + side) / here.bins.len() as f32);
        if !is_second {
            self.flux_db += (band_db - here.band_db).max(0.0) / num_bands;
        }
        here.band_db = band_db;

        self.ranking.clear();
        self.ranking.extend(self.levels[here.points.clone()].iter().step_by(2));
        let rank = (BASELINE_RANK * (self.ranking.len() - 1) as f64).round() as usize;
        let (_, level, _) = self.ranking.select_nth_unstable_by(rank, f32::total_cmp);
        // The rank of a gamma distribution over its mean (Wilson & Hilferty 1931).
        let num_values = here.num_values * here.num_channels;
        let above = (1.0 - 1.0 / (9.0 * num_values) + RANK_DEVIATE / (3.0 * num_values.sqrt())).powi(3);
        let baseline_db = decibels(*level / above);
        // After a great rise the mean of before says nothing.
        if baseline_db > here.fast_db + RISE_DB {
            here.fast_db = baseline_db;
        }
        let follow = |state: &mut f32, rate: f32| *state += if is_second { 1.0 } else { rate } * (baseline_db - *state);
        follow(&mut here.fast_db, fast_rate);
        follow(&mut here.slow_db, slow_rate);
        // After a fall the slow one is careful.
        let present_db = 0.5 * (baseline_db + here.fast_db);
        here.baseline_db = present_db.max(here.slow_db - CAREFUL_DB);
    }
}

fn kernel(frequency_hz: f64, bin_hz: f64) -> Kernel {
    let half_step = 2f64.powf(1.0 / POINTS_PER_OCTAVE as f64) - 1.0;
    let half_bins = (frequency_hz * half_step / bin_hz).max(1.0);
    let centre = frequency_hz / bin_hz;
    let bins = (centre - half_bins).ceil() as usize..=(centre + half_bins).floor() as usize;
    let weights: Vec<f64> = bins.clone().map(|bin| 1.0 - (bin as f64 - centre).abs() / half_bins).collect();
    let sum: f64 = weights.iter().sum();
    let mut weights: Vec<f32> = weights.iter().map(|weight| (weight / sum) as f32).collect();
    weights.resize(weights.len().next_multiple_of(LANES), 0.0);
    Kernel { first_bin: *bins.start(), weights }
}

/// Independent complex values in one frame's level.
fn num_values(kernel: &Kernel) -> f64 {
    let mut variance = 0.0;
    for (i, a) in kernel.weights.iter().enumerate() {
        for (j, b) in kernel.weights.iter().enumerate() {
            variance += f64::from(a * b) * BIN_CORRELATIONS.get(i.abs_diff(j)).unwrap_or(&0.0);
        }
    }
    1.0 / variance
}

/// See [`Point::seen`]: a resonance's power density through the window's and the kernel's.
fn seen(kernel: &Kernel, frequency_hz: f64, bin_hz: f64) -> f64 {
    const NUM_STEPS: usize = 128;
    let width = frequency_hz / RESONANCE_POLE_Q / bin_hz;
    let bin_seen = |bins: f64| -> f64 {
        let step = |idx: usize| {
            let u = (idx as f64 + 0.5) / NUM_STEPS as f64;
            // Autocorrelation of a Hann window of length 1.
            let hann = (1.0 - u) * (2.0 + (TAU * u).cos()) / 3.0 + (TAU * u).sin() / TAU;
            hann * (-PI * width * u).exp() * (TAU * bins * u).cos()
        };
        PI * width * (0..NUM_STEPS).map(step).sum::<f64>() / NUM_STEPS as f64
    };
    let centre = frequency_hz / bin_hz;
    let weighted =
        |(idx, weight): (usize, &f32)| f64::from(*weight) * bin_seen((kernel.first_bin + idx) as f64 - centre);
    kernel.weights.iter().enumerate().map(weighted).sum()
}

/// Decibels of a power, held at −130; within 0.001 dB.
pub fn decibels(power: f32) -> f32 {
    // A power is m 2^e with m from √½ to √2; the logarithm of m is a short series in (m − 1)/(m + 1).
    let bits = power.max(FLOOR).to_bits();
    let exponent = bits.wrapping_sub(std::f32::consts::FRAC_1_SQRT_2.to_bits()) as i32 >> 23;
    let m = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32));
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let log2 = 2.0 * std::f32::consts::LOG2_E * s * (1.0 + square * (1.0 / 3.0 + 0.2 * square));
    (exponent as f32 + log2) * (10.0 * std::f32::consts::LOG10_2)
}

/// Power of decibels between ±300, within 0.001 dB.
fn power(decibels: f32) -> f32 {
    let log2 = decibels * (std::f32::consts::LOG2_10 / 10.0);
    // The nearest whole number, without a call.
    let whole = (log2 + 128.5) as i32 - 128;
    let x = (log2 - whole as f32) * std::f32::consts::LN_2;
    // Five terms of the exponential series.
    let part = 1.0 + x * (1.0 + x * (1.0 / 2.0 + x * (1.0 / 6.0 + x / 24.0)));
    part * f32::from_bits(((whole + 127) << 23) as u32)
}
