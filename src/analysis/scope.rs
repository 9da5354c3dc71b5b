//! Where do left and right lie against each other now? The newest pairs of samples, for a vectorscope.

/// Pairs that are kept.
const NUM_PAIRS: usize = 512;
/// Time that they span, seconds.
const SPAN_S: f64 = 0.05;

/// The newest pairs of one stereo stream, evenly spread over 50 ms.
pub struct Scope {
    pairs: Vec<[f32; 2]>,
    next: usize,
    stride: usize,
    to_skip: usize,
}

impl Scope {
    /// Empty, for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        let stride = ((sample_rate_hz * SPAN_S / NUM_PAIRS as f64) as usize).max(1);
        Self { pairs: Vec::with_capacity(NUM_PAIRS), next: 0, stride, to_skip: 0 }
    }

    /// Hears; the channels are of equal length.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        let mut idx = self.to_skip;
        while idx < left.len() {
            let pair = [left[idx], right[idx]];
            if self.pairs.len() < NUM_PAIRS {
                self.pairs.push(pair);
            } else {
                self.pairs[self.next] = pair;
                self.next = (self.next + 1) % NUM_PAIRS;
            }
            idx += self.stride;
        }
        self.to_skip = idx - left.len();
    }

    /// The pairs, oldest first.
    pub fn pairs(&self) -> Vec<[f32; 2]> {
        let (newer, older) = self.pairs.split_at(self.next);
        [older, newer].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_pairs_stay_in_order_whatever_the_blocks() {
        let ramp: Vec<f32> = (0..20_000).map(|idx| idx as f32).collect();
        let heard = |block: usize| {
            let mut scope = Scope::new(48_000.0);
            ramp.chunks(block).for_each(|part| scope.process(part, part));
            scope.pairs()
        };
        let pairs = heard(64);
        assert_eq!(pairs.len(), NUM_PAIRS);
        assert!(pairs.windows(2).all(|pair| pair[1][0] - pair[0][0] == 4.0));
        assert_eq!(pairs.last(), Some(&[19_996.0; 2]));
        assert_eq!(pairs, heard(7));
    }
}
