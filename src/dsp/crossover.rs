//! Fourth-order Linkwitz-Riley crossovers into four bands.
//!
//! S. Linkwitz, *Active Crossover Networks for Noncoincident Drivers*, JAES 24(1) 1976. Low-pass and high-pass are
//! squared Butterworth filters and add up to a second-order all-pass; so the high-pass is that all-pass, which the
//! first filter of the low-pass gives away, minus the low-pass.

use std::f64::consts::{PI, SQRT_2};

use wide::f64x2;

use super::ramp::{Glide, KNOT_SAMPLES};

/// Number of crossovers.
pub const NUM_CROSSOVERS: usize = 3;
/// Number of bands.
pub const NUM_BANDS: usize = NUM_CROSSOVERS + 1;

/// Crossovers in rising order, neighbours at least `min_ratio` apart, all within 20 Hz–20 kHz: what is too low moves
/// up, and what then has no room under 20 kHz moves down.
pub fn ordered(mut crossover_hz: [f64; NUM_CROSSOVERS], min_ratio: f64) -> [f64; NUM_CROSSOVERS] {
    const LOWEST_HZ: f64 = 20.0;
    const HIGHEST_HZ: f64 = 20_000.0;
    let mut lowest = LOWEST_HZ;
    for frequency in &mut crossover_hz {
        *frequency = frequency.max(lowest);
        lowest = *frequency * min_ratio;
    }
    let mut highest = HIGHEST_HZ;
    for frequency in crossover_hz.iter_mut().rev() {
        *frequency = frequency.min(highest);
        highest = *frequency / min_ratio;
    }
    crossover_hz
}

/// Frequency in the bilinear plane, tan(π f / fs), for f up to just below half the sample rate.
pub fn warped(frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    (PI * (frequency_hz / sample_rate_hz).min(0.49)).tan()
}

/// Crossovers on their way: logarithms that glide from knot to knot.
#[derive(Clone, Debug)]
pub struct GlidingCrossovers {
    ln_frequency: [Glide; NUM_CROSSOVERS],
    sample_rate_hz: f64,
}

impl GlidingCrossovers {
    /// All at 1 Hz until they are set.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self { ln_frequency: [Glide::new(0.0, 0.02, 1e-6, sample_rate_hz); NUM_CROSSOVERS], sample_rate_hz }
    }

    /// Goes to frequencies that are in order; at once if it `holds_at_once`.
    pub fn set(&mut self, crossover_hz: [f64; NUM_CROSSOVERS], holds_at_once: bool) {
        for (glide, frequency) in self.ln_frequency.iter_mut().zip(crossover_hz) {
            if holds_at_once {
                glide.jump(frequency.ln());
            } else {
                glide.aim(frequency.ln());
            }
        }
    }

    /// At a knot; whether anything moves.
    pub fn move_to_next_knot(&mut self) -> bool {
        let moves = self.ln_frequency.iter().any(|glide| !glide.is_settled());
        if moves {
            self.ln_frequency.iter_mut().for_each(|glide| _ = glide.advance());
        }
        moves
    }

    /// Where they are, Hz.
    pub fn crossover_hz(&self) -> [f64; NUM_CROSSOVERS] {
        self.ln_frequency.map(|glide| glide.value().exp())
    }

    /// Where they are in the bilinear plane.
    pub fn warped(&self) -> [f64; NUM_CROSSOVERS] {
        self.crossover_hz().map(|frequency| warped(frequency, self.sample_rate_hz))
    }
}

/// A Butterworth pair of poles as a state-variable filter, its coefficients straight lines between knots.
///
/// Straight lines between two sets of (a1, a2, a3) stay stable: the state moves by a matrix that is linear in them and
/// contracts at both ends, hence between.
#[derive(Clone, Copy, Debug)]
struct Pair {
    now: [f64x2; 3],
    step: [f64x2; 3],
    band: f64x2,
    low: f64x2,
}

impl Pair {
    fn new() -> Self {
        let zero = f64x2::splat(0.0);
        Self { now: [f64x2::splat(1.0), zero, zero], step: [zero; 3], band: zero, low: zero }
    }

    fn coefficients(g: f64) -> [f64x2; 3] {
        let a1 = 1.0 / (1.0 + g * (g + SQRT_2));
        [a1, g * a1, g * g * a1].map(f64x2::splat)
    }

    fn jump(&mut self, g: f64) {
        (self.now, self.step) = (Self::coefficients(g), [f64x2::splat(0.0); 3]);
    }

    /// From where `from` was the frequency at this knot to `to` at the next.
    fn glide(&mut self, from: f64, to: f64) {
        let (from, to) = (Self::coefficients(from), Self::coefficients(to));
        self.now = from;
        self.step = std::array::from_fn(|i| (to[i] - from[i]) * f64x2::splat(1.0 / KNOT_SAMPLES as f64));
    }

    /// Band-pass (before its damping) and low-pass.
    #[inline(always)]
    fn process<const MOVES: bool>(&mut self, input: f64x2) -> (f64x2, f64x2) {
        if MOVES {
            for (now, step) in self.now.iter_mut().zip(&self.step) {
                *now += *step;
            }
        }
        let [a1, a2, a3] = self.now;
        let v3 = input - self.low;
        let v1 = a1 * self.band + a2 * v3;
        let change = a2 * self.band + a3 * v3;
        let v2 = self.low + change;
        self.band = (v1 + v1) - self.band;
        self.low = v2 + change;
        (v1, v2)
    }

    fn settle(&mut self) {
        for state in [&mut self.band, &mut self.low] {
            let tiny = state.abs().simd_lt(f64x2::splat(1e-150));
            *state = tiny.select(f64x2::splat(0.0), *state);
        }
    }
}

/// One crossover: two pairs in a row.
#[derive(Clone, Copy, Debug)]
struct Split {
    pairs: [Pair; 2],
}

impl Split {
    /// Below and above.
    #[inline(always)]
    fn process<const MOVES: bool>(&mut self, input: f64x2) -> [f64x2; 2] {
        let (band, low) = self.pairs[0].process::<MOVES>(input);
        let (_, low) = self.pairs[1].process::<MOVES>(low);
        [low, (input - f64x2::splat(2.0 * SQRT_2) * band) - low]
    }
}

/// Splits a stereo pair into four bands.
///
/// The middle crossover comes first, then each half is split again. With `IS_FLAT` each half also passes the all-pass
/// of the other half's crossover, so that the bands add up to an all-pass: flat, without a ripple.
#[derive(Clone, Debug)]
pub struct Splitter<const IS_FLAT: bool> {
    splits: [Split; NUM_CROSSOVERS],
    /// The all-pass of the upper crossover for the lower half, that of the lower one for the upper half.
    all_passes: [Pair; 2],
    warped: [f64; NUM_CROSSOVERS],
    is_moving: bool,
}

/// Bands to measure.
pub type BandDetector = Splitter<false>;

impl<const IS_FLAT: bool> Splitter<IS_FLAT> {
    /// At rest, to be set with [`Self::jump`].
    pub fn new() -> Self {
        Self {
            splits: [Split { pairs: [Pair::new(); 2] }; NUM_CROSSOVERS],
            all_passes: [Pair::new(); 2],
            warped: [0.0; NUM_CROSSOVERS],
            is_moving: false,
        }
    }

    fn for_each_pair(&mut self, mut action: impl FnMut(&mut Pair, usize)) {
        for (idx, split) in self.splits.iter_mut().enumerate() {
            split.pairs.iter_mut().for_each(|pair| action(pair, idx));
        }
        let [upper, lower] = &mut self.all_passes;
        action(upper, 2);
        action(lower, 0);
    }

    /// Forgets what it heard and splits at these [`warped`] frequencies.
    pub fn jump(&mut self, warped: [f64; NUM_CROSSOVERS]) {
        *self = Self::new();
        self.warped = warped;
        self.for_each_pair(|pair, idx| pair.jump(warped[idx]));
    }

    /// At a knot: splits at these frequencies from the next knot on, between here and there until then.
    pub fn aim(&mut self, warped: [f64; NUM_CROSSOVERS]) {
        let is_moving = warped != self.warped;
        if is_moving || self.is_moving {
            let from = self.warped;
            self.for_each_pair(|pair, idx| pair.glide(from[idx], warped[idx]));
        }
        (self.warped, self.is_moving) = (warped, is_moving);
    }

    /// Ends decays before they become denormal; called at knots.
    pub fn settle(&mut self) {
        self.for_each_pair(|pair, _| pair.settle());
    }

    /// Whether [`Self::process`] must be told that the frequencies move.
    #[inline(always)]
    pub fn is_moving(&self) -> bool {
        self.is_moving
    }

    /// The bands of a frame, from low to high; `MOVES` as [`Self::is_moving`] says.
    #[inline(always)]
    pub fn process<const MOVES: bool>(&mut self, frame: f64x2) -> [f64x2; NUM_BANDS] {
        let [mut lower, mut upper] = self.splits[1].process::<MOVES>(frame);
        if IS_FLAT {
            for (half, all_pass) in [&mut lower, &mut upper].into_iter().zip(&mut self.all_passes) {
                let (band, _) = all_pass.process::<MOVES>(*half);
                *half -= f64x2::splat(2.0 * SQRT_2) * band;
            }
        }
        let [first, second] = self.splits[0].process::<MOVES>(lower);
        let [third, fourth] = self.splits[2].process::<MOVES>(upper);
        [first, second, third, fourth]
    }
}

impl<const IS_FLAT: bool> Default for Splitter<IS_FLAT> {
    fn default() -> Self {
        Self::new()
    }
}

/// Splits audio into four bands whose sum is flat, for listening to one of them; crossovers glide.
#[derive(Clone, Debug)]
pub struct BandSplitter {
    crossovers: GlidingCrossovers,
    splitter: Splitter<true>,
    position: usize,
    is_fresh: bool,
}

impl BandSplitter {
    /// At rest; [`Self::set`] it before the first frame.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            crossovers: GlidingCrossovers::new(sample_rate_hz),
            splitter: Splitter::new(),
            position: 0,
            is_fresh: true,
        }
    }

    /// Takes crossovers in Hz, which it puts in order ([`ordered`]); they glide once a frame was processed.
    pub fn set(&mut self, crossover_hz: [f64; NUM_CROSSOVERS], min_ratio: f64) {
        self.crossovers.set(ordered(crossover_hz, min_ratio), self.is_fresh);
        if self.is_fresh {
            self.splitter.jump(self.crossovers.warped());
        }
    }

    /// The bands of a frame, from low to high.
    pub fn process(&mut self, frame: f64x2) -> [f64x2; NUM_BANDS] {
        self.is_fresh = false;
        if self.position == 0 {
            self.splitter.settle();
            if self.crossovers.move_to_next_knot() || self.splitter.is_moving() {
                self.splitter.aim(self.crossovers.warped());
            }
        }
        self.position = (self.position + 1) % KNOT_SAMPLES;
        if self.splitter.is_moving() {
            self.splitter.process::<true>(frame)
        } else {
            self.splitter.process::<false>(frame)
        }
    }

    /// As new.
    pub fn reset(&mut self) {
        self.splitter = Splitter::new();
        (self.position, self.is_fresh) = (0, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures;

    /// Gains of the bands and of their sum at a frequency, linear, from the impulse response.
    fn gains(crossover_hz: [f64; 3], frequency_hz: f64, rate: f64) -> [f64; 5] {
        let mut splitter = BandSplitter::new(rate);
        splitter.set(crossover_hz, 1.5);
        let mut sums = [[0.0; 2]; 5];
        for n in 0..(rate * 0.6) as usize {
            let bands = splitter.process(f64x2::splat(f64::from(u8::from(n == 0)))).map(|band| band.to_array()[1]);
            let (sin, cos) = (std::f64::consts::TAU * frequency_hz / rate * n as f64).sin_cos();
            for (sum, y) in sums.iter_mut().zip(bands.into_iter().chain([bands.iter().sum()])) {
                *sum = [sum[0] + y * cos, sum[1] - y * sin];
            }
        }
        sums.map(|[re, im]| re.hypot(im))
    }

    #[test]
    fn bands_add_up_flat_within_0_001_db() {
        for rate in [44_100.0, 192_000.0] {
            for crossovers in [[120.0, 1000.0, 6000.0], [300.0, 450.0, 675.0], [8000.0, 13_000.0, 20_000.0]] {
                for frequency in [25.0, 120.0, 300.0, 500.0, 1000.0, 3000.0, 6000.0, 12_000.0, 19_000.0] {
                    let sum_db = 20.0 * gains(crossovers, frequency, rate)[4].log10();
                    figures::at_most("Multiband", "LR4 split adds up flat", 0.001, "dB", sum_db.abs());
                }
            }
        }
    }

    #[test]
    fn bands_are_products_of_squared_butterworth_filters() {
        let (crossovers, rate) = ([120.0, 1000.0, 6000.0], 96_000.0);
        for frequency in [40.0, 120.0, 250.0, 480.0, 1000.0, 2300.0, 6000.0, 17_000.0] {
            let [first, second, third] =
                crossovers.map(|crossover| (warped(frequency, rate) / warped(crossover, rate)).powi(4));
            let [low, high] = [|r: f64| 1.0 / (1.0 + r), |r: f64| r / (1.0 + r)];
            let wanted = [
                low(second) * low(first),
                low(second) * high(first),
                high(second) * low(third),
                high(second) * high(third),
            ];
            for (got, wanted) in gains(crossovers, frequency, rate).into_iter().zip(wanted) {
                assert!((20.0 * (got / wanted).log10()).abs() < 0.01 || got < 1e-9, "{frequency}: {got}, not {wanted}");
            }
        }
    }

    #[test]
    fn crossovers_are_put_in_order() {
        assert_eq!(ordered([120.0, 1000.0, 6000.0], 1.5), [120.0, 1000.0, 6000.0]);
        assert_eq!(ordered([1000.0, 200.0, 100.0], 1.5), [1000.0, 1500.0, 2250.0]);
        let high = ordered([20_000.0; 3], 1.5);
        assert!(high[2] == 20_000.0 && high[1] <= high[2] / 1.5 && high[0] <= high[1] / 1.5);
        assert_eq!(ordered([5.0, 20.0, 20.0], 1.5), [20.0, 30.0, 45.0]);
    }

    #[test]
    fn gliding_crossovers_keep_a_tone_whole() {
        let rate = 48_000.0;
        let mut splitter = BandSplitter::new(rate);
        splitter.set([120.0, 1000.0, 6000.0], 1.5);
        let mut largest: f64 = 0.0;
        let mut last = [0.0; 4];
        let mut largest_step: f64 = 0.0;
        for n in 0..48_000 {
            if n == 10_000 {
                splitter.set([60.0, 400.0, 15_000.0], 1.5);
            }
            let x = (std::f64::consts::TAU * 500.0 / rate * f64::from(n)).sin();
            let bands = splitter.process(f64x2::splat(x)).map(|band| band.to_array()[0]);
            if n > 5000 {
                largest = largest.max(bands.iter().sum::<f64>().abs());
                for (band, last) in bands.iter().zip(last) {
                    largest_step = largest_step.max((band - last).abs());
                }
            }
            last = bands;
        }
        assert!(largest < 1.02, "{largest}");
        assert!(largest_step < 0.08, "{largest_step}");
    }
}
