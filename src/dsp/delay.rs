//! A delay line that remembers its newest items by age.

/// Ring of the newest items; `T` is a sample, a frame or a chunk.
#[derive(Clone, Debug)]
pub struct DelayLine<T> {
    items: Vec<T>,
    newest: usize,
    initial: T,
}

impl<T: Copy> DelayLine<T> {
    /// Remembers items up to an age of `max_age` pushes, all `initial` at first.
    pub fn new(max_age: usize, initial: T) -> Self {
        Self { items: vec![initial; (max_age + 1).next_power_of_two()], newest: 0, initial }
    }

    /// Takes the next item.
    pub fn push(&mut self, item: T) {
        self.newest = (self.newest + 1) & (self.items.len() - 1);
        self.items[self.newest] = item;
    }

    /// The item `age` pushes ago; 0 is the newest. Ages beyond `max_age` give some other item.
    pub fn get(&self, age: usize) -> &T {
        &self.items[self.newest.wrapping_sub(age) & (self.items.len() - 1)]
    }

    /// Like [`Self::get`], to change the item.
    pub fn get_mut(&mut self, age: usize) -> &mut T {
        let mask = self.items.len() - 1;
        &mut self.items[self.newest.wrapping_sub(age) & mask]
    }

    /// As new.
    pub fn reset(&mut self) {
        self.items.fill(self.initial);
        self.newest = 0;
    }
}

/// Delays a stream by a fixed number of items.
#[derive(Clone, Debug)]
pub struct Delay<T> {
    items: Vec<T>,
    oldest: usize,
    initial: T,
}

impl<T: Copy> Delay<T> {
    /// Delays by `num_items`; what comes out first is `initial`.
    pub fn new(num_items: usize, initial: T) -> Self {
        Self { items: vec![initial; num_items], oldest: 0, initial }
    }

    /// Puts the next items in and hands out as many old ones in their place.
    #[inline]
    pub fn process(&mut self, mut items: &mut [T]) {
        while !items.is_empty() && !self.items.is_empty() {
            let run = items.len().min(self.items.len() - self.oldest);
            let (now, later) = items.split_at_mut(run);
            now.swap_with_slice(&mut self.items[self.oldest..self.oldest + run]);
            self.oldest = (self.oldest + run) % self.items.len();
            items = later;
        }
    }

    /// As new.
    pub fn reset(&mut self) {
        self.items.fill(self.initial);
        self.oldest = 0;
    }
}

/// The newest samples of a stream as one contiguous slice, for filters that look at a window.
#[derive(Clone, Debug)]
pub struct History {
    samples: Vec<f32>,
    end: usize,
    num_kept: usize,
}

impl History {
    /// Keeps the newest `num_kept` samples (zeros at first).
    pub fn new(num_kept: usize) -> Self {
        // Room to run on, so that moving the kept part to the front is rare.
        Self { samples: vec![0.0; num_kept + num_kept.max(4096)], end: num_kept, num_kept }
    }

    /// Appends `samples`, at most 4096.
    pub fn push(&mut self, samples: &[f32]) {
        if self.end + samples.len() > self.samples.len() {
            self.samples.copy_within(self.end - self.num_kept..self.end, 0);
            self.end = self.num_kept;
        }
        self.samples[self.end..self.end + samples.len()].copy_from_slice(samples);
        self.end += samples.len();
    }

    /// `len` samples, of which the first is `age` samples back from the end (`len` ≤ `age` ≤ `num_kept`).
    pub fn window(&self, age: usize, len: usize) -> &[f32] {
        &self.samples[self.end - age..self.end - age + len]
    }

    /// As new.
    pub fn reset(&mut self) {
        self.samples[..self.num_kept].fill(0.0);
        self.end = self.num_kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delay_line_returns_by_age() {
        let mut line = DelayLine::new(5, 0);
        (1..=20).for_each(|item| line.push(item));
        assert_eq!((*line.get(0), *line.get(5)), (20, 15));
        line.reset();
        assert_eq!(*line.get(5), 0);
    }

    #[test]
    fn delay_hands_out_what_came_so_many_items_ago() {
        for num_items in [0, 1, 5, 40] {
            let mut delay = Delay::new(num_items, 0);
            let mut items: Vec<usize> = (1..=200).collect();
            let mut at = 0;
            for run in [1, 3, 64, 16, 5, 111] {
                delay.process(&mut items[at..at + run]);
                at += run;
            }
            let expected: Vec<usize> = (1..=200usize).map(|n| n.saturating_sub(num_items)).collect();
            assert_eq!(items, expected);
        }
    }

    #[test]
    fn history_stays_contiguous_over_its_end() {
        let mut history = History::new(10);
        for start in (0..12_000).step_by(4) {
            let samples: Vec<f32> = (start..start + 4).map(|n| n as f32).collect();
            history.push(&samples);
            let expected: Vec<f32> = (0..10).map(|n| (start as f32 - 6.0 + n as f32).max(0.0)).collect();
            assert_eq!(history.window(10, 10), expected);
        }
    }
}
