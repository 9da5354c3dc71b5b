//! From bands to a linear-phase response, a little at a time.

use std::f64::consts::PI;

use crate::chain::equalizer::cascade::MAX_SECTIONS;
use crate::chain::equalizer::still::{Power, StillBand};
use crate::chain::settings::{BandChannel, NUM_BANDS};
use crate::dsp::partitioned_convolution::{NUM_FOLDS, NUM_PARTITIONS, Response, Routing, ZeroPhase};

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Task {
    /// Nothing to do.
    Idle,
    /// A band's magnitude from a frequency on.
    Measure { band_idx: usize, first: usize },
    /// All bands together from a frequency on.
    Combine { first: usize },
    /// One interleaved part of a spectrum's transform.
    Fold { spectrum_idx: usize, idx: usize },
    /// One partition of a spectrum.
    Partition { spectrum_idx: usize, idx: usize },
    /// The response is there to be taken.
    Done,
}

/// Designs one response at a time in steps of about equal cost; computes again only what changed.
pub(super) struct Designer {
    zero_phase: ZeroPhase,
    task: Task,
    designed: [StillBand; NUM_BANDS],
    /// The bands that `magnitudes` are of.
    measured: [StillBand; NUM_BANDS],
    magnitudes: [Vec<f64>; NUM_BANDS],
    powers: [Power; MAX_SECTIONS],
    num_sections: usize,
    gains: [Vec<f64>; 4],
    sin2: Vec<f64>,
    block_len: usize,
    sample_rate_hz: f64,
}

impl Designer {
    pub fn new(block_len: usize, sample_rate_hz: f64) -> Self {
        let zero_phase = ZeroPhase::new(block_len);
        let num_magnitudes = zero_phase.num_magnitudes();
        let last = (num_magnitudes - 1) as f64;
        Self {
            zero_phase,
            task: Task::Idle,
            designed: [StillBand::NEUTRAL; NUM_BANDS],
            measured: [StillBand::NEUTRAL; NUM_BANDS],
            magnitudes: std::array::from_fn(|_| vec![1.0; num_magnitudes]),
            powers: StillBand::NEUTRAL.powers(sample_rate_hz).0,
            num_sections: 0,
            gains: std::array::from_fn(|_| vec![1.0; num_magnitudes]),
            sin2: (0..num_magnitudes).map(|bin| (0.5 * PI * bin as f64 / last).sin().powi(2)).collect(),
            block_len,
            sample_rate_hz,
        }
    }

    /// The bands of the last design that was started.
    pub fn designed(&self) -> &[StillBand; NUM_BANDS] {
        &self.designed
    }

    pub fn is_idle(&self) -> bool {
        self.task == Task::Idle
    }

    /// Begins a design for `bands`, to be written to `response`.
    pub fn start(&mut self, bands: &[StillBand; NUM_BANDS], response: &mut Response) {
        self.designed = *bands;
        let routing = routing(bands);
        response.set_routing(routing);
        self.task = if routing == Routing::Flat { Task::Done } else { self.next_measure(0) };
    }

    /// One step; true when the design is finished.
    pub fn step(&mut self, response: &mut Response) -> bool {
        self.task = match self.task {
            Task::Idle | Task::Done => self.task,
            Task::Measure { band_idx, first } => self.measure(band_idx, first),
            Task::Combine { first } => self.combine(first, response.routing()),
            Task::Fold { spectrum_idx, idx } => {
                // Two at once cost what a step may.
                let gains = &self.gains[gain_idx(response.routing(), spectrum_idx)];
                for idx in idx..(idx + 2).min(NUM_FOLDS) {
                    self.zero_phase.fold(idx, gains);
                }
                if idx + 2 < NUM_FOLDS {
                    Task::Fold { spectrum_idx, idx: idx + 2 }
                } else {
                    Task::Partition { spectrum_idx, idx: 0 }
                }
            }
            Task::Partition { spectrum_idx, idx } => {
                self.zero_phase.partition(idx, response, spectrum_idx);
                if idx + 1 < NUM_PARTITIONS {
                    Task::Partition { spectrum_idx, idx: idx + 1 }
                } else if spectrum_idx + 1 < response.routing().num_spectra() {
                    Task::Fold { spectrum_idx: spectrum_idx + 1, idx: 0 }
                } else {
                    Task::Done
                }
            }
        };
        self.task == Task::Done
    }

    /// True once for each finished design.
    pub fn take(&mut self) -> bool {
        let is_done = self.task == Task::Done;
        if is_done {
            self.task = Task::Idle;
        }
        is_done
    }

    /// Counts a response for `bands`, made before, as the last design.
    pub fn adopt(&mut self, bands: &[StillBand; NUM_BANDS]) {
        self.task = Task::Idle;
        self.designed = *bands;
    }

    /// Steps that the design just started takes.
    pub fn num_steps(&self, routing: Routing) -> usize {
        if self.task == Task::Done {
            return 0;
        }
        let num_magnitudes = self.sin2.len();
        let measuring = |band: &StillBand| num_magnitudes.div_ceil(self.block_len / band.num_sections().max(1));
        let unknown =
            self.designed.iter().zip(&self.measured).filter(|(band, known)| !band.is_neutral() && band != known);
        unknown.map(|(band, _)| measuring(band)).sum::<usize>()
            + num_magnitudes.div_ceil(self.block_len)
            + routing.num_spectra() * (NUM_FOLDS.div_ceil(2) + NUM_PARTITIONS)
    }

    /// Nothing is designed; what the magnitudes of bands are is not forgotten.
    pub fn reset(&mut self) {
        self.adopt(&[StillBand::NEUTRAL; NUM_BANDS]);
    }

    /// The first band from `band_idx` on whose magnitude is not known yet.
    fn next_measure(&mut self, band_idx: usize) -> Task {
        let is_unknown = |idx: &usize| !self.designed[*idx].is_neutral() && self.designed[*idx] != self.measured[*idx];
        match (band_idx..NUM_BANDS).find(is_unknown) {
            Some(band_idx) => {
                (self.powers, self.num_sections) = self.designed[band_idx].powers(self.sample_rate_hz);
                // Until it is known: a design may be given up half way.
                self.measured[band_idx] = StillBand::NEUTRAL;
                Task::Measure { band_idx, first: 0 }
            }
            None => Task::Combine { first: 0 },
        }
    }

    fn measure(&mut self, band_idx: usize, first: usize) -> Task {
        let len = (self.block_len / self.num_sections.max(1)).min(self.sin2.len() - first);
        let powers = &self.powers[..self.num_sections];
        let magnitudes = &mut self.magnitudes[band_idx][first..first + len];
        for (magnitude, sin2) in magnitudes.iter_mut().zip(&self.sin2[first..]) {
            *magnitude = powers.iter().map(|power| power.at(*sin2)).product::<f64>().sqrt();
        }
        if first + len < self.sin2.len() {
            return Task::Measure { band_idx, first: first + len };
        }
        self.measured[band_idx] = self.designed[band_idx];
        self.next_measure(band_idx + 1)
    }

    fn combine(&mut self, first: usize, routing: Routing) -> Task {
        let range = first..(first + self.block_len).min(self.sin2.len());
        let mut gains = self.gains.each_mut().map(|gains| &mut gains[range.clone()]);
        for (gains, start) in gains.iter_mut().zip([1.0, 0.0, 0.0, 1.0]) {
            gains.fill(start);
        }
        for (band, magnitudes) in self.designed.iter().zip(&self.magnitudes).filter(|(band, _)| !band.is_neutral()) {
            apply(&mut gains, band.channel(), &magnitudes[range.clone()], routing);
        }
        if range.end < self.sin2.len() {
            Task::Combine { first: range.end }
        } else {
            Task::Fold { spectrum_idx: 0, idx: 0 }
        }
    }
}

/// A band follows: what [`Matrix::apply`](crate::chain::equalizer::still::Matrix::apply) does, at many frequencies at
/// once. The gains are left from left, left from right, right from left, right from right.
fn apply(gains: &mut [&mut [f64]; 4], channel: BandChannel, magnitudes: &[f64], routing: Routing) {
    let scale = |gains: &mut [f64]| gains.iter_mut().zip(magnitudes).for_each(|(gain, magnitude)| *gain *= magnitude);
    let [left_left, left_right, right_left, right_right] = gains;
    let rows = [(left_left, right_left), (left_right, right_right)];
    for (left, right) in rows {
        match channel {
            BandChannel::Stereo if routing == Routing::Same => {
                // Left from left is all there is.
                scale(left);
                return;
            }
            BandChannel::Stereo => {
                scale(left);
                scale(right);
            }
            BandChannel::Left => scale(left),
            BandChannel::Right => scale(right),
            BandChannel::Mid => {
                for ((left, right), magnitude) in left.iter_mut().zip(right.iter_mut()).zip(magnitudes) {
                    let change = 0.5 * (magnitude - 1.0) * (*left + *right);
                    (*left, *right) = (*left + change, *right + change);
                }
            }
            BandChannel::Side => {
                for ((left, right), magnitude) in left.iter_mut().zip(right.iter_mut()).zip(magnitudes) {
                    let change = 0.5 * (magnitude - 1.0) * (*left - *right);
                    (*left, *right) = (*left + change, *right - change);
                }
            }
        }
    }
}

/// Which of the gains a spectrum is made of.
fn gain_idx(routing: Routing, spectrum_idx: usize) -> usize {
    if routing == Routing::Apart { 3 * spectrum_idx } else { spectrum_idx }
}

/// The least that the bands need.
fn routing(bands: &[StillBand; NUM_BANDS]) -> Routing {
    let has =
        |channels: [BandChannel; 2]| bands.iter().any(|band| !band.is_neutral() && channels.contains(&band.channel()));
    let (has_sides, has_parts) =
        (has([BandChannel::Left, BandChannel::Right]), has([BandChannel::Mid, BandChannel::Side]));
    match (has_sides, has_parts) {
        (true, true) => Routing::Full,
        (true, false) => Routing::Apart,
        (false, true) => Routing::Crossed,
        (false, false) if bands.iter().all(StillBand::is_neutral) => Routing::Flat,
        (false, false) => Routing::Same,
    }
}
