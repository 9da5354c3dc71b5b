//! The sum of the newest items of a stream, without the drift of adding and subtracting.

use wide::f64x2;

/// Running sums of the newest [`Self::num_items`] pairs of numbers.
///
/// Items are kept in groups; a sum is put together from whole groups, what has come of the newest one and what is left
/// of the oldest. Nothing is ever subtracted: sums of squares keep full relative precision after any louder past, and
/// are exactly 0 once only zeros are in reach. Costs a few additions a push, twice the group's length at its end.
#[derive(Clone, Debug)]
pub struct SlidingSum {
    items: Vec<f64x2>,
    group_sums: Vec<f64x2>,
    /// Sums of the items that the newest group will replace, from each one to the group's end.
    tails: Vec<f64x2>,
    group_len: usize,
    group_idx: usize,
    num_in_group: usize,
    others: f64x2,
    newest: f64x2,
}

impl SlidingSum {
    /// Over about `num_items` items, at least 16; within 2 % from 100 items on.
    pub fn new(num_items: usize) -> Self {
        let num_items = num_items.max(16);
        let root = num_items.isqrt();
        // The group length that divides best; among equals the one nearest to the root is cheapest.
        let error = |len: usize| ((num_items + len / 2) / len * len).abs_diff(num_items);
        let group_len =
            (root / 2..=2 * root).min_by_key(|&len| (error(len), len.abs_diff(root))).unwrap_or(root).max(1);
        let num_groups = (num_items + group_len / 2) / group_len;
        let zero = f64x2::splat(0.0);
        Self {
            items: vec![zero; num_groups * group_len],
            group_sums: vec![zero; num_groups],
            tails: vec![zero; group_len + 1],
            group_len,
            group_idx: 0,
            num_in_group: 0,
            others: zero,
            newest: zero,
        }
    }

    /// Items that a sum is over.
    pub fn num_items(&self) -> usize {
        self.items.len()
    }

    /// Takes the next item and returns the sums, both exact to rounding.
    pub fn push(&mut self, item: f64x2) -> f64x2 {
        self.items[self.group_idx * self.group_len + self.num_in_group] = item;
        self.newest += item;
        self.num_in_group += 1;
        let sum = self.others + self.newest + self.tails[self.num_in_group];
        if self.num_in_group == self.group_len {
            self.begin_group();
        }
        sum
    }

    fn begin_group(&mut self) {
        self.group_sums[self.group_idx] = self.newest;
        self.group_idx = (self.group_idx + 1) % self.group_sums.len();
        self.num_in_group = 0;
        self.newest = f64x2::splat(0.0);
        let replaced = &self.items[self.group_idx * self.group_len..][..self.group_len];
        let mut tail = f64x2::splat(0.0);
        for (slot, item) in self.tails.iter_mut().zip(replaced).rev() {
            tail += *item;
            *slot = tail;
        }
        self.others = f64x2::splat(0.0);
        for (idx, sum) in self.group_sums.iter().enumerate() {
            if idx != self.group_idx {
                self.others += *sum;
            }
        }
    }

    /// As new.
    pub fn reset(&mut self) {
        let zero = f64x2::splat(0.0);
        self.items.fill(zero);
        self.group_sums.fill(zero);
        self.tails.fill(zero);
        (self.group_idx, self.num_in_group) = (0, 0);
        (self.others, self.newest) = (zero, zero);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::random::Random;

    #[test]
    fn equals_the_sum_over_the_newest_items() {
        for num_items in [16, 100, 827, 900, 1800, 3308, 3600] {
            let mut sum = SlidingSum::new(num_items);
            let num_items = sum.num_items();
            let mut random = Random::new(4, 4);
            let values: Vec<f64> = (0..3 * num_items + 7).map(|_| random.uniform()).collect();
            for n in 0..values.len() {
                let got = sum.push(f64x2::from([values[n], 2.0 * values[n]])).to_array();
                let want: f64 = values[(n + 1).saturating_sub(num_items)..=n].iter().sum();
                assert!((got[0] - want).abs() < 1e-11 * want && got[1] == 2.0 * got[0], "{n}: {got:?} {want}");
            }
        }
    }

    #[test]
    fn loud_pasts_leave_nothing() {
        let mut sum = SlidingSum::new(827);
        (0..2000).for_each(|_| _ = sum.push(f64x2::splat(1e9)));
        let last = (0..sum.num_items()).map(|_| sum.push(f64x2::splat(1e-20))).last();
        assert!((last.unwrap_or_default().to_array()[0] / (1e-20 * sum.num_items() as f64) - 1.0).abs() < 1e-12);
        let last = (0..sum.num_items()).map(|_| sum.push(f64x2::splat(0.0))).last();
        assert_eq!(last.map(f64x2::to_array), Some([0.0; 2]));
    }

    #[test]
    fn lengths_are_near_what_is_asked() {
        for num_items in 100..4000usize {
            let got = SlidingSum::new(num_items).num_items();
            assert!(got.abs_diff(num_items) * 50 <= num_items, "{num_items} {got}");
        }
        // 300 ms in chunks of 16 samples at the usual rates.
        for num_items in [827usize, 900, 1654, 1800, 3308, 3600] {
            assert!(SlidingSum::new(num_items).num_items().abs_diff(num_items) * 400 <= num_items, "{num_items}");
        }
    }
}
