//! How surely, and how far, each place of the spectrum sticks out of the smooth spectrum around it.
//!
//! Two layers listen: frames of 85 ms at an eighth of the rate for what lies below 600 Hz, frames of 43 ms above.
//!
//! Whether something sticks out is a sequential test (Wald 1945, Page 1954), which is the soonest of all tests at its rate
//! of false alarms. In noise the power of one independent value over its mean, x, is exponentially distributed; under a
//! resonance that raises it r times the log-likelihood ratio is x (1 − 1/r) − ln r. It is summed over time and started
//! anew whenever it falls to 0. A bell of +10 dB and Q 20 at f0 is a Lorentzian of width B = f0/35.6, which gives
//! (9 π − 2 π (√10 − 1)) B/2 = 0.21 f0 nats per second and channel: 51 at 250 Hz, 163 at 800 Hz. Believing it takes 10 at
//! 250 Hz, so 200 ms of one channel, or 100 ms of two independent ones; building up, frame and bell take 60–90 ms more.

use super::bells::BELL_KNOT_SAMPLES;
use super::decimator::Decimator;
pub use super::layer::POINTS_PER_OCTAVE;
use super::layer::{Layer, NUM_LAYER_SLICES, decibels};
use crate::dsp::sample_rate::{octaves_from_48k, scaled};

/// Lowest grid point, Hz: what lies below cannot be told apart in frames of this length.
pub const LOWEST_HZ: f64 = 60.0;
/// Portions in which a hop's work is done, evenly spaced.
pub const NUM_SLICES: usize = 32;
/// The portion after which the results are those of the newest frame.
pub const LAST_SLICE: usize = 2 * NUM_LAYER_SLICES;

/// Highest grid point, Hz, and as a part of the sample rate.
const HIGHEST_HZ: f64 = 20_000.0;
const HIGHEST_RATIO: f64 = 0.45;
/// From here on the upper layer judges, Hz.
const SPLIT_HZ: f64 = 600.0;
/// Each layer hears so much of the other's range, octaves.
const MARGIN_OCTAVES: f64 = 0.5;
/// Samples between two frames at 48 kHz; all lengths double where the sample rate does, and halve where it halves.
const HOP_LEN_48K: usize = 512;
/// Frame of the upper layer.
const UPPER_LEN_48K: usize = 2048;
/// Frame of the lower layer, in samples of the full rate.
const LOWER_LEN_48K: usize = 4096;
/// The resonance that is tested for, dB above its surroundings; evidence for it begins at half of that.
const TESTED_DB: f64 = 9.0;
/// Evidence that is enough up to this frequency, nats, and how much more it takes per octave above: with frequency the
/// number of places where noise could be mistaken grows, and the time that evidence takes falls.
const SURE_NATS: f64 = 10.0;
const SURE_HZ: f64 = 250.0;
const SURE_NATS_PER_OCTAVE: f64 = 1.5;
/// Evidence is counted up to this many times what is enough, so that it ends soon after the resonance.
const MOST_EVIDENCE: f32 = 1.3;
/// Power over the baseline that counts in one frame.
const MOST_IN_A_FRAME: f32 = 30.0;
/// Time constant of the mean power of what stays, seconds.
const MEAN_S: f64 = 0.3;
/// Time constant of the mean level that outlasts notes, seconds, …
const SLOW_S: f64 = 3.0;
/// … the part of each frame that counts for it, dB over the baseline, so that a loud note is no more than a long one, …
const SLOW_RANGE_DB: (f32, f32) = (-5.0, 10.0);
/// … and the rank of an octave that a place is held against.
const SLOW_RANK: f64 = 0.8;
/// Time constant of mean and spread of the flux, seconds.
const FLUX_S: f64 = 1.0;
/// A rise by this many standard deviations is a transient (`dsp.md` section 3, step 7).
const FLUX_DEVIATIONS: f32 = 3.0;
/// Least standard deviation of the flux, dB: a steady tone has none.
const MIN_FLUX_DEVIATION_DB: f32 = 0.3;

/// What is known about one grid point.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence {
    /// Log-likelihood ratio of a resonance against none, since it last spoke for none; nats.
    nats: f32,
    /// Above which it is believed.
    sure_nats: f32,
    /// Independent values per channel and hop.
    num_values: f32,
    /// Gain of evidence per value: this times the power over the baseline, …
    slope: f32,
    /// … less this.
    offset: f32,
    seen: f32,
    /// Values heard since the evidence was last 0.
    num_heard: f32,
    /// Mean power over the baseline since then, later over the last third of a second.
    mean_ratio: f32,
    /// Mean level over the baseline in the last seconds, dB.
    slow_db: f32,
}

/// The listening half of the stage.
pub struct Detector {
    lower: Layer,
    upper: Layer,
    decimator: Decimator,
    hop_len: usize,
    frequencies_hz: Vec<f64>,
    evidence: Vec<Evidence>,
    prominences_db: Vec<f32>,
    levels_db: Vec<f32>,
    slow_rate: f32,
    mean_rate: f32,
    flux_rate: f32,
    flux_mean_db: f32,
    flux_variance: f32,
    is_transient: bool,
}

impl Detector {
    /// Allocates everything for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let octaves = octaves_from_48k(sample_rate_hz);
        let hop_len = scaled(HOP_LEN_48K, octaves);
        let hop_s = hop_len as f64 / sample_rate_hz;
        let highest_hz = HIGHEST_HZ.min(HIGHEST_RATIO * sample_rate_hz);
        let frequencies_hz: Vec<f64> = (0..)
            .map(|idx| LOWEST_HZ * 2f64.powf(f64::from(idx) / POINTS_PER_OCTAVE as f64))
            .take_while(|frequency_hz| *frequency_hz <= highest_hz)
            .collect();
        let split = frequencies_hz.partition_point(|hz| *hz < SPLIT_HZ);
        let margin = (MARGIN_OCTAVES * POINTS_PER_OCTAVE as f64) as usize;
        let decimator = Decimator::new(octaves);
        let lower = Layer::new(
            sample_rate_hz / decimator.factor() as f64,
            scaled(LOWER_LEN_48K, octaves) / decimator.factor(),
            hop_s,
            &frequencies_hz[..split + margin],
            0..split,
        );
        let upper_points = &frequencies_hz[split - margin..];
        let upper =
            Layer::new(sample_rate_hz, scaled(UPPER_LEN_48K, octaves), hop_s, upper_points, margin..upper_points.len());
        let evidence = lower
            .points()
            .iter()
            .chain(upper.points())
            .map(|point| (point, 1.0 + point.seen * (10f64.powf(TESTED_DB / 10.0) - 1.0)))
            .map(|(point, tested)| Evidence {
                seen: point.seen as f32,
                num_values: (point.values_per_s * hop_s) as f32,
                slope: (1.0 - 1.0 / tested) as f32,
                offset: tested.ln() as f32,
                sure_nats: (SURE_NATS + SURE_NATS_PER_OCTAVE * (point.frequency_hz / SURE_HZ).max(1.0).log2()) as f32,
                ..Evidence::default()
            })
            .collect();
        let num_points = frequencies_hz.len();
        let rate = |time_s: f64| (1.0 - (-hop_s / time_s).exp()) as f32;
        Self {
            lower,
            upper,
            decimator,
            hop_len,
            frequencies_hz,
            evidence,
            prominences_db: vec![0.0; num_points],
            levels_db: vec![0.0; num_points],
            slow_rate: rate(SLOW_S),
            mean_rate: rate(MEAN_S),
            flux_rate: rate(FLUX_S),
            flux_mean_db: 0.0,
            flux_variance: 0.0,
            is_transient: false,
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

    /// How far a resonance of Q 20 at each grid point would lie above the smooth spectrum, dB.
    pub fn prominences_db(&self) -> &[f32] {
        &self.prominences_db
    }

    /// Level of each grid point, dBFS of a sine.
    pub fn levels_db(&self) -> &[f32] {
        &self.levels_db
    }

    /// Evidence that a grid point sticks out: 0 none, 1 enough to be believed.
    pub fn sureness(&self, idx: usize) -> f32 {
        self.evidence[idx].nats / self.evidence[idx].sure_nats
    }

    /// How far the mean level of the last seconds at a grid point lies above those around it, dB.
    pub fn slow_prominence_db(&self, idx: usize) -> f32 {
        const HALF: usize = POINTS_PER_OCTAVE / 2;
        let num_points = self.evidence.len();
        let here = &self.evidence[idx.saturating_sub(1)..(idx + 2).min(num_points)];
        let top_db = here.iter().fold(f32::NEG_INFINITY, |top_db, evidence| top_db.max(evidence.slow_db));
        let (mut around, mut num_around) = ([0.0; 2 * HALF], 0);
        for (other, evidence) in self.evidence.iter().enumerate().take(idx + HALF).skip(idx.saturating_sub(HALF)) {
            if other.abs_diff(idx) > 1 && num_around < around.len() {
                around[num_around] = evidence.slow_db;
                num_around += 1;
            }
        }
        let rank = (SLOW_RANK * (num_around - 1) as f64).round() as usize;
        let (_, around_db, _) = around[..num_around].select_nth_unstable_by(rank, f32::total_cmp);
        top_db - *around_db
    }

    /// The newest frame rose as only an attack does.
    pub fn is_transient(&self) -> bool {
        self.is_transient
    }

    /// Forgets everything that was heard.
    pub fn reset(&mut self) {
        self.lower.reset();
        self.upper.reset();
        self.decimator.reset();
        self.prominences_db.fill(0.0);
        self.levels_db.fill(0.0);
        for evidence in &mut self.evidence {
            (evidence.nats, evidence.num_heard, evidence.mean_ratio, evidence.slow_db) = (0.0, 0.0, 0.0, 0.0);
        }
        self.is_transient = false;
        (self.flux_mean_db, self.flux_variance) = (0.0, 0.0);
    }

    /// Hears samples, the first of them number `place` < [`BELL_KNOT_SAMPLES`] after a knot; at most up to the next one.
    pub fn push(&mut self, place: usize, left: &[f64], right: &[f64]) {
        let (mut mid, mut side) = ([0.0; BELL_KNOT_SAMPLES], [0.0; BELL_KNOT_SAMPLES]);
        let (mid, side) = (&mut mid[..left.len()], &mut side[..left.len()]);
        for ((mid, side), (left, right)) in mid.iter_mut().zip(side.iter_mut()).zip(left.iter().zip(right)) {
            (*mid, *side) = (0.5 * (left + right), 0.5 * (left - right));
        }
        self.upper.push(mid, side);
        self.decimator.push(place, [mid, side]);
        if place + left.len() == BELL_KNOT_SAMPLES {
            let mut low = [[0.0; BELL_KNOT_SAMPLES]; 2];
            let num_low = self.decimator.take(&mut low);
            self.lower.push(&low[0][..num_low], &low[1][..num_low]);
        }
    }

    /// One portion of the work, `slice` < [`NUM_SLICES`], at its place in the hop; number 0 takes a new frame.
    /// True when there is news that may be acted upon.
    pub fn run_slice(&mut self, slice: usize) -> bool {
        match slice {
            0..NUM_LAYER_SLICES => self.upper.run_slice(slice),
            NUM_LAYER_SLICES..LAST_SLICE => self.lower.run_slice(slice - NUM_LAYER_SLICES),
            LAST_SLICE => {
                let split = self.lower.points().len();
                if self.lower.is_ready() {
                    self.weigh(0, true);
                }
                if self.upper.is_ready() {
                    self.weigh(split, false);
                    self.judge_flux();
                }
                return self.upper.is_ready();
            }
            _ => {}
        }
        false
    }

    /// A step of the sequential test (Page 1954) at each point of a layer.
    fn weigh(&mut self, from: usize, is_lower: bool) {
        let layer = if is_lower { &self.lower } else { &self.upper };
        for (idx, (ratio, baseline_db, num_channels)) in layer.ratios().enumerate() {
            let evidence = &mut self.evidence[from + idx];
            let num_values = evidence.num_values * num_channels;
            let gain = ratio.min(MOST_IN_A_FRAME) * evidence.slope - evidence.offset;
            evidence.nats = (evidence.nats + num_values * gain).clamp(0.0, MOST_EVIDENCE * evidence.sure_nats);
            evidence.num_heard = if evidence.nats == 0.0 { 0.0 } else { evidence.num_heard + num_values };
            let rate =
                if evidence.num_heard > 0.0 { (num_values / evidence.num_heard).max(self.mean_rate) } else { 1.0 };
            evidence.mean_ratio += rate * (ratio.min(1e5) - evidence.mean_ratio);
            let above_db = decibels(ratio);
            evidence.slow_db += self.slow_rate * (above_db.clamp(SLOW_RANGE_DB.0, SLOW_RANGE_DB.1) - evidence.slow_db);
            let mean_db = decibels(evidence.mean_ratio);
            self.levels_db[from + idx] = mean_db + baseline_db;
            // Of what is no peak the true height need not be known.
            self.prominences_db[from + idx] = if evidence.nats > 0.0 && evidence.mean_ratio > 1.0 {
                decibels(1.0 + (evidence.mean_ratio - 1.0) / evidence.seen)
            } else {
                mean_db
            };
        }
    }

    fn judge_flux(&mut self) {
        let flux_db = self.upper.flux_db();
        let deviation_db = self.flux_variance.sqrt().max(MIN_FLUX_DEVIATION_DB);
        let distance_db = flux_db - self.flux_mean_db;
        self.is_transient = distance_db > FLUX_DEVIATIONS * deviation_db;
        self.flux_mean_db += self.flux_rate * distance_db;
        self.flux_variance += self.flux_rate * (distance_db * distance_db - self.flux_variance);
    }
}
