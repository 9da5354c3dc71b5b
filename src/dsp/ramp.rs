//! Movement without clicks: parameters that glide, weights that fade, gains that ramp.

/// Samples between two updates of gliding parameters. The grid starts at the last reset, whatever the blocks are.
pub const KNOT_SAMPLES: usize = 16;

/// A parameter on its way to a target, advanced once per [`KNOT_SAMPLES`].
///
/// Two equal one-pole smoothers in a row: the value starts and ends without a corner, so that a sudden change of a
/// gain puts its side bands near the tone only.
#[derive(Clone, Copy, Debug)]
pub struct Glide {
    target: f64,
    first: f64,
    second: f64,
    rate: f64,
    tolerance: f64,
}

impl Glide {
    /// Rests at `value`. `time_constant_s` is that of each smoother; nearer than `tolerance` the target is reached.
    pub fn new(value: f64, time_constant_s: f64, tolerance: f64, sample_rate_hz: f64) -> Self {
        let rate = 1.0 - (-(KNOT_SAMPLES as f64) / (time_constant_s * sample_rate_hz)).exp();
        Self { target: value, first: value, second: value, rate, tolerance }
    }

    /// Where the parameter is.
    pub fn value(&self) -> f64 {
        self.second
    }

    /// True when nothing moves.
    pub fn is_settled(&self) -> bool {
        self.second == self.target && self.first == self.target
    }

    /// Goes to `target` from here.
    pub fn aim(&mut self, target: f64) {
        self.target = target;
    }

    /// Is at `value` at once.
    pub fn jump(&mut self, value: f64) {
        (self.target, self.first, self.second) = (value, value, value);
    }

    /// Is at `target` at once, or goes there.
    pub fn go(&mut self, target: f64, at_once: bool) {
        if at_once { self.jump(target) } else { self.aim(target) }
    }

    /// One knot further; returns the new value.
    pub fn advance(&mut self) -> f64 {
        if !self.is_settled() {
            self.first += self.rate * (self.target - self.first);
            self.second += self.rate * (self.first - self.second);
            if (self.target - self.first).abs() < self.tolerance && (self.target - self.second).abs() < self.tolerance {
                self.jump(self.target);
            }
        }
        self.second
    }
}

/// The weight of a crossfade: moves between exactly 0 and exactly 1, without a corner at either end.
#[derive(Clone, Copy, Debug)]
pub struct Fade {
    position: u32,
    length: u32,
    is_rising: bool,
}

impl Fade {
    /// Rests at 0 or 1; a full crossfade takes `length_s`.
    pub fn new(is_one: bool, length_s: f64, sample_rate_hz: f64) -> Self {
        let length = (length_s * sample_rate_hz).round().max(1.0) as u32;
        Self { position: if is_one { length } else { 0 }, length, is_rising: is_one }
    }

    /// Goes to 1 (`true`) or 0.
    pub fn aim(&mut self, is_one: bool) {
        self.is_rising = is_one;
    }

    /// Is at 1 (`true`) or 0 at once.
    pub fn jump(&mut self, is_one: bool) {
        self.is_rising = is_one;
        self.position = if is_one { self.length } else { 0 };
    }

    /// Is at 1 (`true`) or 0 at once, or goes there.
    pub fn go(&mut self, is_one: bool, at_once: bool) {
        if at_once { self.jump(is_one) } else { self.aim(is_one) }
    }

    /// Resting at 0.
    pub fn is_zero(&self) -> bool {
        self.position == 0 && !self.is_rising
    }

    /// Resting at 1.
    pub fn is_one(&self) -> bool {
        self.position == self.length && self.is_rising
    }

    /// Samples after which it rests, at most `num_samples`, or `num_samples` where it rests already: how far a run may
    /// reach in which it either moves or rests.
    pub fn run_len(&self, num_samples: usize) -> usize {
        let left = if self.is_rising { self.length - self.position } else { self.position } as usize;
        if left == 0 { num_samples } else { num_samples.min(left) }
    }

    /// The weight for the next sample.
    pub fn advance(&mut self) -> f64 {
        if self.is_rising {
            self.position = (self.position + 1).min(self.length);
        } else {
            self.position = self.position.saturating_sub(1);
        }
        let place = f64::from(self.position) / f64::from(self.length);
        // Far fewer side bands than a straight line has.
        place * place * (3.0 - 2.0 * place)
    }
}

/// From `from` at weight 0 to `to` at weight 1, exact at both ends.
pub fn crossfade(from: f64, to: f64, weight: f64) -> f64 {
    if weight == 1.0 { to } else { from + weight * (to - from) }
}

/// A linear gain that reaches its targets in straight lines.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    value: f64,
    target: f64,
    step: f64,
    num_left: u32,
}

impl Ramp {
    /// Rests at `value`.
    pub fn new(value: f64) -> Self {
        Self { value, target: value, step: 0.0, num_left: 0 }
    }

    /// Reaches `target` after `num_samples`.
    pub fn aim(&mut self, target: f64, num_samples: usize) {
        if num_samples == 0 {
            *self = Self::new(target);
        } else {
            self.target = target;
            self.num_left = num_samples as u32;
            self.step = (target - self.value) / num_samples as f64;
        }
    }

    /// Where it is going.
    pub fn target(&self) -> f64 {
        self.target
    }

    /// The present value, once it rests.
    pub fn resting(&self) -> Option<f64> {
        (self.num_left == 0).then_some(self.value)
    }

    /// The value for the next sample.
    pub fn advance(&mut self) -> f64 {
        if self.num_left > 0 {
            self.num_left -= 1;
            self.value = if self.num_left == 0 { self.target } else { self.value + self.step };
        }
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glide_arrives_exactly_and_never_passes_its_target() {
        let mut glide = Glide::new(0.0, 0.02, 1e-5, 48_000.0);
        glide.aim(6.0);
        let mut last = 0.0;
        let mut num_knots = 0;
        while !glide.is_settled() {
            let value = glide.advance();
            assert!(value >= last && value <= 6.0);
            last = value;
            num_knots += 1;
        }
        assert_eq!(glide.value(), 6.0);
        assert!(num_knots * KNOT_SAMPLES < 24_000, "{num_knots}");
    }

    #[test]
    fn a_fade_reaches_both_ends_exactly() {
        let mut fade = Fade::new(false, 0.02, 44_100.0);
        fade.aim(true);
        let weights: Vec<f64> = (0..882).map(|_| fade.advance()).collect();
        assert!(weights.windows(2).all(|pair| pair[1] > pair[0]));
        assert!(fade.is_one() && weights[881] == 1.0);
        fade.aim(false);
        assert!(!fade.is_one());
        assert_eq!((fade.run_len(10), fade.run_len(1000)), (10, 882));
        assert_eq!((0..882).map(|_| fade.advance()).last(), Some(0.0));
        assert!(fade.is_zero() && fade.run_len(1000) == 1000);
    }

    #[test]
    fn a_ramp_takes_as_long_as_it_was_told() {
        let mut ramp = Ramp::new(1.0);
        ramp.aim(0.5, 10);
        let values: Vec<f64> = (0..10).map(|_| ramp.advance()).collect();
        assert!((values[4] - 0.75).abs() < 1e-12);
        assert_eq!(values[9], 0.5);
        assert_eq!(ramp.resting(), Some(0.5));
    }
}
