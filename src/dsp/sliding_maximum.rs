//! Largest value among the newest so many, at a constant mean cost.

/// Sliding maximum by a monotone queue (Lemire, Nordic Journal of Computing 13, 2006): each value enters and leaves once.
#[derive(Clone, Debug)]
pub struct SlidingMaximum {
    /// `(time of entry, value)`, values strictly falling from the front to the back.
    queue: Vec<(u64, f64)>,
    front: usize,
    num_queued: usize,
    window: usize,
    now: u64,
}

impl SlidingMaximum {
    /// Over the newest `window` values (≥ 1).
    pub fn new(window: usize) -> Self {
        Self { queue: vec![(0, 0.0); window.next_power_of_two()], front: 0, num_queued: 0, window, now: 0 }
    }

    /// Takes the next value (not NaN) and gives the largest of the newest `window` ones.
    pub fn push(&mut self, value: f64) -> f64 {
        let mask = self.queue.len() - 1;
        self.now += 1;
        while self.num_queued > 0 && self.queue[self.front].0 + self.window as u64 <= self.now {
            self.front = (self.front + 1) & mask;
            self.num_queued -= 1;
        }
        while self.num_queued > 0 && self.queue[(self.front + self.num_queued - 1) & mask].1 <= value {
            self.num_queued -= 1;
        }
        self.queue[(self.front + self.num_queued) & mask] = (self.now, value);
        self.num_queued += 1;
        self.queue[self.front].1
    }

    /// From the next value on over the newest `window` values (1 … what it was made with); values that are forgotten stay so.
    pub fn set_window(&mut self, window: usize) {
        self.window = window.clamp(1, self.queue.len());
    }

    /// As new, but for the window.
    pub fn reset(&mut self) {
        (self.front, self.num_queued, self.now) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_naive_maximum() {
        let values: Vec<f64> = (0..500u64).map(|n| (n.wrapping_mul(2_654_435_761) % 97) as f64).collect();
        for window in [1, 2, 3, 13, 64] {
            let mut sliding = SlidingMaximum::new(window);
            for (n, &value) in values.iter().enumerate() {
                let newest = &values[(n + 1).saturating_sub(window)..=n];
                assert_eq!(sliding.push(value), newest.iter().copied().fold(0.0, f64::max));
            }
        }
    }
}
