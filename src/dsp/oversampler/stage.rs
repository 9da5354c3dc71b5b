//! Doubling and halving a rate with one linear-phase filter.

use wide::f64x2;

use super::phase::Phase;
use super::tape::{Added, Tape};

/// A low-pass of even order at the doubled rate.
#[derive(Clone, Debug)]
pub struct Stage {
    order: usize,
    /// The even and the odd taps, for halving and, twice as large, for doubling. Of a half-band, the second is one tap.
    down: [Phase; 2],
    up: [Phase; 2],
    is_late: bool,
}

impl Stage {
    /// From the first half of the taps, the middle one last. `is_late`: the way down is one sample longer.
    pub fn new(half: &[f64], is_late: bool) -> Self {
        let (sides, middle) = half.split_at(half.len() - 1);
        let all: Vec<f64> = sides.iter().chain(middle).chain(sides.iter().rev()).copied().collect();
        let every_second = |first: usize| -> Vec<f64> { all.iter().skip(first).step_by(2).copied().collect() };
        Self::from_phases([every_second(0), every_second(1)], 0, is_late)
    }

    /// A half-band whose way down is one sample longer: from the first half of every second tap, and the middle one last.
    pub fn late_half_band(half: &[f64]) -> Self {
        let (sides, middle) = half.split_at(half.len() - 1);
        let even: Vec<f64> = sides.iter().chain(sides.iter().rev()).copied().collect();
        Self::from_phases([even, middle.to_vec()], sides.len() - 1, true)
    }

    /// No filter, for a stage that is not used.
    pub fn none() -> Self {
        Self::new(&[0.5], false)
    }

    fn from_phases([even, odd]: [Vec<f64>; 2], odd_offset: usize, is_late: bool) -> Self {
        let order = 2 * even.len() - 2;
        let down = [Phase::new(0, &even), Phase::new(odd_offset, &odd)];
        let up = [even, odd].map(|taps| taps.iter().map(|tap| 2.0 * tap).collect::<Vec<f64>>());
        Self { order, down, up: [Phase::new(0, &up[0]), Phase::new(odd_offset, &up[1])], is_late }
    }

    /// Length of the filter at the doubled rate, less one.
    pub fn order(&self) -> usize {
        self.order
    }

    /// Frames at the low rate that the filter spans.
    pub fn reach(&self) -> usize {
        self.order / 2 + 1
    }

    /// No sample at the doubled rate is larger than the largest of the low rate times this.
    pub fn peak_gain(&self) -> f64 {
        self.up.iter().map(Phase::sum_of_magnitudes).fold(0.0, f64::max)
    }

    /// Two samples at the doubled rate for each of the newest frames, as many as `output` has room for.
    #[inline]
    pub fn up(&self, input: &Tape, output: &mut [f64x2]) {
        let pairs = output.as_chunks_mut::<2>().0;
        let [even, odd] = &self.up;
        even.filter(input, 0, pairs, |pair, sample| pair[0] = sample);
        odd.filter(input, 0, pairs, |pair, sample| pair[1] = sample);
    }

    /// Halves: one sample for each of the newest frames, as many as `output` has room for.
    ///
    /// The output belongs to the first sample of a frame, so the second counts from the next frame on. One sample later, it is
    /// the other way round, and both count from the next frame on.
    #[inline]
    pub fn down(&self, added: &Added, output: &mut [f64x2]) {
        let [even, odd] = &self.down;
        let [first, second] = added.phases();
        let (of_first, of_second) = if self.is_late { (odd, even) } else { (even, odd) };
        of_first.filter(first, usize::from(self.is_late), output, |output, sample| *output = sample);
        of_second.filter(second, 1, output, |output, sample| *output += sample);
    }

    /// One if the way down is a sample longer, at the doubled rate.
    pub fn lateness(&self) -> usize {
        usize::from(self.is_late)
    }
}
