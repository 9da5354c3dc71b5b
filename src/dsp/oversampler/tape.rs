//! The two memories of a filter: frames that were, in one piece, and sums that will be.

use wide::f64x2;

/// Frames to run on before the kept ones are moved to the front.
const ROOM: usize = 256;

/// The newest frames, always in one piece.
#[derive(Clone, Debug)]
pub struct Tape {
    frames: Vec<f64x2>,
    end: usize,
    num_kept: usize,
}

impl Tape {
    /// Remembers `num_kept` frames, zeros at first.
    pub fn new(num_kept: usize) -> Self {
        Self { frames: vec![f64x2::splat(0.0); num_kept + ROOM.max(num_kept)], end: num_kept, num_kept }
    }

    /// Appends a frame.
    #[inline]
    pub fn push(&mut self, frame: f64x2) {
        if self.end == self.frames.len() {
            self.frames.copy_within(self.end - self.num_kept.., 0);
            self.end = self.num_kept;
        }
        self.frames[self.end] = frame;
        self.end += 1;
    }

    /// The frame `age` pushes ago, 0 being the newest.
    #[inline]
    pub fn newest(&self, age: usize) -> f64x2 {
        self.frames[self.end - 1 - age]
    }

    /// `len` frames, oldest first, that end with the one `age` pushes ago; all within those that are kept.
    #[inline]
    pub fn window(&self, age: usize, len: usize) -> &[f64x2] {
        &self.frames[self.end - age - len..self.end - age]
    }

    /// As new.
    pub fn reset(&mut self) {
        self.frames[..self.num_kept].fill(f64x2::splat(0.0));
        self.end = self.num_kept;
    }
}

/// Output frames under construction: every input adds its impulse response.
#[derive(Clone, Debug)]
pub struct Sum {
    frames: Vec<f64x2>,
    at: usize,
    reach: usize,
    /// Frames from here on that may differ from 0.
    num_pending: usize,
}

impl Sum {
    /// For responses that end within `reach` frames.
    pub fn new(reach: usize) -> Self {
        Self { frames: vec![f64x2::splat(0.0); reach + ROOM.max(reach)], at: 0, reach, num_pending: 0 }
    }

    /// False when all that is to come is 0.
    #[inline]
    pub fn is_pending(&self) -> bool {
        self.num_pending > 0
    }

    /// Adds `value` times `taps`, the first of them `delay` frames from now.
    #[inline]
    pub fn add(&mut self, delay: usize, taps: &[f64x2], value: f64x2) {
        let first = self.at + delay;
        for (frame, tap) in self.frames[first..first + taps.len()].iter_mut().zip(taps) {
            *frame += *tap * value;
        }
        self.num_pending = self.reach;
    }

    /// Adds two values times their taps, from now on.
    #[inline]
    pub fn add_pairs(&mut self, taps: &[[f64x2; 2]], [first, second]: [f64x2; 2]) {
        let frames = &mut self.frames[self.at..self.at + taps.len()];
        let ((frame_fours, frames), (tap_fours, taps)) = (frames.as_chunks_mut::<4>(), taps.as_chunks::<4>());
        for (frames, taps) in frame_fours.iter_mut().zip(tap_fours) {
            for i in 0..4 {
                frames[i] += taps[i][0] * first + taps[i][1] * second;
            }
        }
        for (frame, taps) in frames.iter_mut().zip(taps) {
            *frame += taps[0] * first + taps[1] * second;
        }
        self.num_pending = self.reach;
    }

    /// The frame of now; the next one becomes it.
    #[inline]
    pub fn take(&mut self) -> f64x2 {
        self.num_pending -= 1;
        let frame = std::mem::replace(&mut self.frames[self.at], f64x2::splat(0.0));
        self.at += 1;
        if self.at + self.reach > self.frames.len() {
            let num_left = self.frames.len() - self.at;
            self.frames.copy_within(self.at.., 0);
            self.frames[num_left..].fill(f64x2::splat(0.0));
            self.at = 0;
        }
        frame
    }

    /// As new.
    pub fn reset(&mut self) {
        self.frames.fill(f64x2::splat(0.0));
        (self.at, self.num_pending) = (0, 0);
    }
}
