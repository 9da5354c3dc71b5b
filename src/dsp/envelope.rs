//! Detectors and ballistics of compressors, for stereo pairs.

use wide::f64x2;

use super::ramp::{Glide, KNOT_SAMPLES};
use super::sliding_maximum::SlidingMaximum;

/// Share of the way that a one-pole smoother goes in a step, so that it has gone 63 % after `time_s`.
pub fn rate(time_s: f64, steps_per_s: f64) -> f64 {
    1.0 - (-1.0 / (time_s * steps_per_s).max(1e-9)).exp()
}

/// Where `mask` is true one, elsewhere the other.
#[inline(always)]
fn choose(mask: f64x2, if_true: f64x2, if_false: f64x2) -> f64x2 {
    mask.select(if_true, if_false)
}

/// Smooth branching: one pole that is quick away from 0 and slow on the way back.
///
/// Giannoulis, Massberg, Reiss, JAES 60(6) 2012, equation 17. Other than their decoupled detectors it goes 63 % of
/// either way in the very time that was asked for, and it never passes what it follows.
#[derive(Clone, Copy, Debug)]
pub struct Ballistics {
    /// [`rate`] away from 0.
    pub attack: f64,
    /// [`rate`] back.
    pub release: f64,
}

impl Ballistics {
    /// One step of `value` towards `wanted`, either sign.
    #[inline(always)]
    pub fn advance(&self, value: f64x2, wanted: f64x2) -> f64x2 {
        let grows = wanted.abs().simd_gt(value.abs());
        value + choose(grows, f64x2::splat(self.attack), f64x2::splat(self.release)) * (wanted - value)
    }

    /// The same for values ≥ 0, which do not release below `floor` (≥ `wanted`; at `value` or above nothing is released).
    #[inline(always)]
    pub fn advance_above(&self, value: f64x2, wanted: f64x2, floor: f64x2) -> f64x2 {
        let zero = f64x2::splat(0.0);
        let up = f64x2::splat(self.attack) * (wanted - value).fast_max(zero);
        let down = f64x2::splat(self.release) * (floor - value).fast_min(zero);
        value + (up + down)
    }
}

/// What a long reduction leaves behind: the floor of a second, slow release.
///
/// A follower charges in [`Self::CHARGE_S`] and runs down in [`Self::DISCHARGE_S`]. The first [`Self::FAST_DB`] below
/// it come back with the fast release, the rest with the follower; short reductions never charge it that far.
#[derive(Clone, Copy, Debug)]
pub struct SlowRelease {
    level: f64x2,
    charge: f64,
    discharge: f64,
}

impl SlowRelease {
    /// Time to 63 % of a steady reduction.
    pub const CHARGE_S: f64 = 0.6;
    /// Time to 63 % of the way back.
    pub const DISCHARGE_S: f64 = 1.2;
    /// What the fast release brings back by itself.
    pub const FAST_DB: f64 = 2.0;

    /// Empty.
    pub fn new(steps_per_s: f64) -> Self {
        Self {
            level: f64x2::splat(0.0),
            charge: rate(Self::CHARGE_S, steps_per_s),
            discharge: rate(Self::DISCHARGE_S, steps_per_s),
        }
    }

    /// One step; `reduction` as it is, `wanted` as it is asked for, both ≥ 0.
    pub fn advance(&mut self, reduction: f64x2, wanted: f64x2) {
        let grows = reduction.simd_gt(self.level);
        let target = choose(grows, reduction, wanted.fast_min(self.level));
        let level =
            self.level + choose(grows, f64x2::splat(self.charge), f64x2::splat(self.discharge)) * (target - self.level);
        // Ended before it becomes denormal.
        self.level = choose(level.simd_lt(f64x2::splat(1e-6)), f64x2::splat(0.0), level);
    }

    /// What the reduction may release to at once; where it is lower already, it rests.
    pub fn floor(&self) -> f64x2 {
        (self.level - f64x2::splat(Self::FAST_DB)).fast_max(f64x2::splat(0.0))
    }

    /// As new.
    pub fn reset(&mut self) {
        self.level = f64x2::splat(0.0);
    }
}

/// Ends a decay: `value` becomes 0 where it is all but there and 0 is `wanted`; what is cut off is at −138 dB.
pub fn settle_at_zero(value: f64x2, wanted: f64x2) -> f64x2 {
    let zero = f64x2::splat(0.0);
    let is_done = wanted.abs().simd_le(zero) & value.abs().simd_lt(f64x2::splat(1e-6));
    choose(is_done, zero, value)
}

/// The largest magnitude of a while, so that the gain stands still over a period: what follows |x| itself distorts.
///
/// Knots of [`KNOT_SAMPLES`] are held for a number of knots; the knot that is running counts as it is.
#[derive(Clone, Debug)]
pub struct PeakHold {
    partial: f64x2,
    held: f64x2,
    queues: [SlidingMaximum; 2],
    num_knots: usize,
}

impl PeakHold {
    /// Holds up to `max_knots` knots, all of them at first.
    pub fn new(max_knots: usize) -> Self {
        let zero = f64x2::splat(0.0);
        let queue = SlidingMaximum::new(max_knots.max(1));
        Self { partial: zero, held: zero, queues: [queue.clone(), queue], num_knots: max_knots.max(1) }
    }

    /// Holds for `num_knots` (1 … the most), from the next knot on.
    pub fn set_hold(&mut self, num_knots: usize) {
        if num_knots != self.num_knots {
            self.num_knots = num_knots;
            self.queues.iter_mut().for_each(|queue| queue.set_window(num_knots));
        }
    }

    /// Takes a frame.
    #[inline(always)]
    pub fn push(&mut self, frame: f64x2) {
        self.partial = self.partial.fast_max(frame.abs());
    }

    /// Largest magnitude that is held, ≥ 0.
    #[inline(always)]
    pub fn peak(&self) -> f64x2 {
        self.partial.fast_max(self.held)
    }

    /// Ends a knot.
    pub fn end_knot(&mut self) {
        let [left, right] = self.partial.to_array();
        self.held = f64x2::from([self.queues[0].push(left), self.queues[1].push(right)]);
        self.partial = f64x2::splat(0.0);
    }

    /// As new, but for the hold.
    pub fn reset(&mut self) {
        (self.partial, self.held) = (f64x2::splat(0.0), f64x2::splat(0.0));
        self.queues.iter_mut().for_each(SlidingMaximum::reset);
    }
}

/// Hold of a [`PeakHold`] in knots and what it leaves of a time constant: together they take `time_s` to 63 %.
///
/// The hold covers `wanted_s` but at most half of `time_s`.
pub fn hold_and_rest(wanted_s: f64, time_s: f64, sample_rate_hz: f64) -> (usize, f64) {
    let knots_per_s = sample_rate_hz / KNOT_SAMPLES as f64;
    let most = (0.5 * time_s * knots_per_s - 0.5).floor().max(1.0);
    let num_knots = (wanted_s * knots_per_s).ceil().clamp(1.0, most);
    // A peak lies somewhere in its knot: it is held for half a knot more in the mean.
    (num_knots as usize, time_s - (num_knots + 0.5) / knots_per_s)
}

/// Parameters that glide together and are straight lines between knots.
#[derive(Clone, Debug)]
pub struct Glides<const N: usize> {
    glides: [Glide; N],
    values: [f64; N],
    steps: [f64; N],
    is_moving: bool,
    is_resting: bool,
}

impl<const N: usize> Glides<N> {
    /// Time constant of each of the two smoothers of a parameter, seconds.
    const GLIDE_S: f64 = 0.02;

    /// All at 0.
    pub fn new(sample_rate_hz: f64) -> Self {
        let glide = Glide::new(0.0, Self::GLIDE_S, 1e-6, sample_rate_hz);
        Self { glides: [glide; N], values: [0.0; N], steps: [0.0; N], is_moving: false, is_resting: true }
    }

    /// Goes to `values`; at once if it `holds_at_once`.
    pub fn set(&mut self, values: [f64; N], holds_at_once: bool) {
        for (glide, value) in self.glides.iter_mut().zip(values) {
            if holds_at_once {
                glide.jump(value);
            } else {
                glide.aim(value);
            }
        }
        self.is_resting = holds_at_once;
        if holds_at_once {
            (self.values, self.steps, self.is_moving) = (values, [0.0; N], false);
        }
    }

    /// At a knot: the lines to the next one; whether the values are others than at the last call.
    pub fn move_to_next_knot(&mut self) -> bool {
        if self.is_resting {
            return false;
        }
        self.is_moving = self.glides.iter().any(|glide| !glide.is_settled());
        self.is_resting = !self.is_moving;
        for ((glide, value), step) in self.glides.iter_mut().zip(&mut self.values).zip(&mut self.steps) {
            *value = glide.value();
            *step = (glide.advance() - *value) / KNOT_SAMPLES as f64;
        }
        true
    }

    /// Between this knot and the next something moves.
    #[inline(always)]
    pub fn is_moving(&self) -> bool {
        self.is_moving
    }

    /// The values now.
    #[inline(always)]
    pub fn values(&self) -> &[f64; N] {
        &self.values
    }

    /// `num_samples` further.
    #[inline(always)]
    pub fn advance(&mut self, num_samples: f64) {
        for (value, step) in self.values.iter_mut().zip(&self.steps) {
            *value += num_samples * step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_times_to_63_percent_and_nothing_is_passed() {
        let ballistics = Ballistics { attack: rate(0.03, 48_000.0), release: rate(0.2, 48_000.0) };
        for sign in [1.0, -1.0] {
            let goal = f64x2::splat(sign * 6.0);
            let mut value = f64x2::splat(0.0);
            for (wanted, num_samples) in [(goal, 1440), (f64x2::splat(0.0), 9600)] {
                let from = value.to_array()[0];
                (0..num_samples).for_each(|_| value = ballistics.advance(value, wanted));
                let (to, now) = (wanted.to_array()[0], value.to_array()[0]);
                assert!(((now - to) / (from - to) - (-1f64).exp()).abs() < 1e-9);
                (0..200_000).for_each(|_| value = ballistics.advance(value, wanted));
                assert!(value.to_array()[0].abs() <= to.abs().max(1e-6));
            }
        }
    }

    #[test]
    fn slow_release_takes_over_after_long_reductions_only() {
        let remaining = |held_s: f64| {
            let mut slow = SlowRelease::new(1000.0);
            let ballistics = Ballistics { attack: 0.5, release: rate(0.1, 1000.0) };
            let (mut reduction, zero) = (f64x2::splat(8.0), f64x2::splat(0.0));
            for _ in 0..(held_s * 1000.0) as usize {
                slow.advance(reduction, reduction);
                let floor = slow.floor().fast_max(reduction);
                assert_eq!(ballistics.advance_above(reduction, reduction, floor).to_array()[0], 8.0);
            }
            for _ in 0..500 {
                slow.advance(reduction, zero);
                reduction = ballistics.advance_above(reduction, zero, slow.floor());
            }
            reduction.to_array()[0]
        };
        assert!(remaining(0.1) < 0.1, "{}", remaining(0.1));
        assert!(remaining(5.0) > 2.5 && remaining(5.0) < 4.5, "{}", remaining(5.0));
    }

    #[test]
    fn peaks_are_held_for_whole_knots() {
        let mut hold = PeakHold::new(8);
        hold.set_hold(3);
        hold.push(f64x2::from([-0.5, 0.25]));
        assert_eq!(hold.peak().to_array(), [0.5, 0.25]);
        for _ in 0..3 {
            hold.end_knot();
            assert_eq!(hold.peak().to_array(), [0.5, 0.25]);
        }
        hold.end_knot();
        assert_eq!(hold.peak().to_array(), [0.0, 0.0]);
    }

    #[test]
    fn hold_and_rest_make_up_the_time() {
        for (wanted, time) in [(0.01, 0.2), (0.01, 0.01), (0.0167, 0.03), (1e-5, 0.0005)] {
            for sample_rate_hz in [44_100.0, 48_000.0, 192_000.0] {
                let (num_knots, rest) = hold_and_rest(wanted, time, sample_rate_hz);
                let held = (num_knots as f64 + 0.5) * KNOT_SAMPLES as f64 / sample_rate_hz;
                assert!((held + rest - time).abs() < 1e-12);
                assert!(num_knots == 1 || rest >= 0.5 * time - 1e-12);
            }
        }
    }

    #[test]
    fn gliding_values_arrive_exactly() {
        let mut glides = Glides::<2>::new(48_000.0);
        glides.set([1.0, -2.0], true);
        glides.set([3.0, -2.0], false);
        for _ in 0..2000 {
            glides.move_to_next_knot();
            (0..KNOT_SAMPLES).for_each(|_| glides.advance(1.0));
        }
        assert!(!glides.is_moving());
        assert_eq!(glides.values(), &[3.0, -2.0]);
    }
}
