//! Doubling and halving a rate with one linear-phase filter.

use wide::f64x2;

use super::tape::{Sum, Tape};

/// A low-pass of even order at the doubled rate.
#[derive(Clone, Debug)]
pub struct Stage {
    order: usize,
    /// The even and the odd taps; both symmetric. Of a half-band, the second is one tap.
    taps: [Vec<f64x2>; 2],
    /// Frames before the first tap of each.
    offsets: [usize; 2],
    /// The taps by which the two samples of a frame reach each frame of the output; none for a half-band.
    pairs: Vec<[f64x2; 2]>,
    is_late: bool,
}

impl Stage {
    /// From the first half of the taps, the middle one last. `is_late`: the way down is one sample longer.
    pub fn new(half: &[f64], is_late: bool) -> Self {
        let (sides, middle) = half.split_at(half.len() - 1);
        let all: Vec<f64x2> = sides.iter().chain(middle).chain(sides.iter().rev()).copied().map(f64x2::splat).collect();
        let phase = |first: usize| -> Vec<f64x2> { all.iter().skip(first).step_by(2).copied().collect() };
        let taps = [phase(0), phase(1)];
        let tap = |phase: usize, idx: Option<usize>| {
            idx.and_then(|idx| taps[phase].get(idx)).copied().unwrap_or(f64x2::splat(0.0))
        };
        // The output belongs to the first of the two, so the second counts from the next frame on. One sample later, it is
        // the other way round, and both count from the next frame on.
        let pair = |idx: usize| {
            let before = idx.checked_sub(1);
            if is_late { [tap(1, before), tap(0, before)] } else { [tap(0, Some(idx)), tap(1, before)] }
        };
        let pairs = (0..=taps[0].len()).map(pair).collect();
        Self { order: all.len() - 1, taps, offsets: [0, 0], pairs, is_late }
    }

    /// A half-band whose way down is one sample longer: from the first half of every second tap, and the middle one last.
    pub fn late_half_band(half: &[f64]) -> Self {
        let (sides, middle) = half.split_at(half.len() - 1);
        let even: Vec<f64x2> = sides.iter().chain(sides.iter().rev()).copied().map(f64x2::splat).collect();
        let odd = middle.iter().copied().map(f64x2::splat).collect();
        let order = 2 * even.len() - 2;
        Self { order, taps: [even, odd], offsets: [0, sides.len() - 1], pairs: Vec::new(), is_late: true }
    }

    /// No filter, for a stage that is not used.
    pub fn none() -> Self {
        Self::new(&[0.5], false)
    }

    /// Length of the filter at the doubled rate, less one.
    pub fn order(&self) -> usize {
        self.order
    }

    /// Frames at the low rate that the filter spans.
    pub fn reach(&self) -> usize {
        self.taps[0].len()
    }

    /// No sample at the doubled rate is larger than the largest of the low rate times this.
    pub fn peak_gain(&self) -> f64 {
        let gain = |taps: &[f64x2]| 2.0 * taps.iter().map(|tap| tap.to_array()[0].abs()).sum::<f64>();
        gain(&self.taps[0]).max(gain(&self.taps[1]))
    }

    /// The two samples at the doubled rate that belong to the frame `age` pushes ago.
    #[inline]
    pub fn up(&self, input: &Tape, age: usize) -> [f64x2; 2] {
        let [even, odd] = &self.taps;
        [
            dot(input.window(age + self.offsets[0], even.len()), even),
            dot(input.window(age + self.offsets[1], odd.len()), odd),
        ]
    }

    /// Halves: the two samples of the present frame, into the output that begins with it. Not for half-bands.
    #[inline]
    pub fn down(&self, samples: [f64x2; 2], output: &mut Sum) {
        if samples == [f64x2::splat(0.0); 2] {
            return;
        }
        output.add_pairs(&self.pairs, samples);
    }

    /// The same for a half-band that is late, with the samples of the present frame and of the next one.
    #[inline]
    pub fn down_two_frames(&self, [a, b, c, d]: [f64x2; 4], output: &mut Sum) {
        for (frame, samples) in [[a, b], [c, d]].into_iter().enumerate() {
            if samples != [f64x2::splat(0.0); 2] {
                output.add(frame + 1, &self.taps[0], samples[1]);
                output.add(frame + 1 + self.offsets[1], &self.taps[1], samples[0]);
            }
        }
    }

    /// One if the way down is a sample longer, at the doubled rate.
    pub fn lateness(&self) -> usize {
        usize::from(self.is_late)
    }
}

/// Twice the sum of products. Four sums, so that an addition need not wait for the one before.
#[inline]
fn dot(frames: &[f64x2], taps: &[f64x2]) -> f64x2 {
    let mut sums = [f64x2::splat(0.0); 4];
    let ((frame_fours, frames), (tap_fours, taps)) = (frames.as_chunks::<4>(), taps.as_chunks::<4>());
    for (frames, taps) in frame_fours.iter().zip(tap_fours) {
        for i in 0..4 {
            sums[i] += frames[i] * taps[i];
        }
    }
    for (frame, tap) in frames.iter().zip(taps) {
        sums[0] += *frame * *tap;
    }
    let sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    sum + sum
}
