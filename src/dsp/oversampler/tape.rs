//! The memory of a filter: the newest samples, in one piece.

use wide::f64x2;

/// Samples to run on before the kept ones are moved to the front.
const ROOM: usize = 256;

/// The newest samples, always in one piece.
#[derive(Clone, Debug)]
pub struct Tape {
    samples: Vec<f64x2>,
    end: usize,
    num_kept: usize,
}

impl Tape {
    /// Remembers `num_kept` samples, zeros at first.
    pub fn new(num_kept: usize) -> Self {
        Self { samples: vec![f64x2::splat(0.0); num_kept + ROOM.max(num_kept)], end: num_kept, num_kept }
    }

    /// Appends as many samples as `fill` is to write, at most [`ROOM`].
    #[inline]
    pub fn grow(&mut self, num_samples: usize) -> &mut [f64x2] {
        if self.end + num_samples > self.samples.len() {
            self.samples.copy_within(self.end - self.num_kept..self.end, 0);
            self.end = self.num_kept;
        }
        self.end += num_samples;
        &mut self.samples[self.end - num_samples..self.end]
    }

    /// `len` samples, oldest first, that end `age` samples before the newest; all within those that are kept.
    #[inline]
    pub fn window(&self, age: usize, len: usize) -> &[f64x2] {
        &self.samples[self.end - age - len..self.end - age]
    }

    /// As new.
    pub fn reset(&mut self) {
        self.samples[..self.num_kept].fill(f64x2::splat(0.0));
        self.end = self.num_kept;
    }
}

/// What a curve added, on its way down: the first and the second sample of every frame.
#[derive(Clone, Debug)]
pub struct Added {
    phases: [Tape; 2],
    num_kept: usize,
    /// Frames until nothing but zeros is kept.
    num_pending: usize,
}

impl Added {
    /// Remembers `num_kept` frames, zeros at first.
    pub fn new(num_kept: usize) -> Self {
        Self { phases: [Tape::new(num_kept), Tape::new(num_kept)], num_kept, num_pending: 0 }
    }

    /// Appends frames of two samples each; `None` for that many frames of zeros.
    ///
    /// False when nothing but zeros is kept: whatever is made of them is 0, and the zeros are not even written.
    #[inline]
    pub fn push(&mut self, samples: Option<&[f64x2]>, num_frames: usize) -> bool {
        if samples.is_none() && self.num_pending == 0 {
            return false;
        }
        let [first, second] = &mut self.phases;
        let (first, second) = (first.grow(num_frames), second.grow(num_frames));
        if let Some(samples) = samples {
            for ((first, second), pair) in first.iter_mut().zip(second).zip(samples.as_chunks::<2>().0) {
                [*first, *second] = *pair;
            }
            self.num_pending = self.num_kept + num_frames;
        } else {
            first.fill(f64x2::splat(0.0));
            second.fill(f64x2::splat(0.0));
        }
        self.num_pending = self.num_pending.saturating_sub(num_frames);
        true
    }

    /// The first samples and the second ones.
    #[inline]
    pub fn phases(&self) -> [&Tape; 2] {
        let [first, second] = &self.phases;
        [first, second]
    }

    /// As new.
    pub fn reset(&mut self) {
        self.phases.iter_mut().for_each(Tape::reset);
        self.num_pending = 0;
    }
}
