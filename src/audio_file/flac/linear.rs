//! Linear prediction: coefficients from a block's autocorrelation, and what they leave (RFC 9639, section 9.2.6).

pub(super) const MAX_ORDER: usize = 12;
/// Of the sums: one more than coefficients.
const NUM_LAGS: usize = MAX_ORDER + 1;
/// The most bits that a shift may have; the fifth is its sign, which decoders no longer know.
const MAX_SHIFT: i32 = 15;
/// Adding it to a number below 2⁵¹ rounds that to a whole one, which then stands in the lowest bits.
const ROUNDER: f64 = 1.5 * (1u64 << 52) as f64;

/// A quantised predictor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Predictor {
    /// Coefficients in use.
    pub(super) order: usize,
    /// Bits of each, sign included.
    pub(super) precision: u32,
    /// Bits by which the sum is shifted down.
    pub(super) shift: u32,
    /// The first belongs to the sample just before.
    pub(super) coefficients: [i32; MAX_ORDER],
}

/// The weight of each sample of a block of `len` when its spectrum is estimated: a Tukey window, whose outer halves
/// rise and fall as a cosine.
pub(super) fn window(len: usize) -> Vec<f64> {
    let taper = len as f64 / 4.0;
    let weight = |idx: usize| {
        let edge = (idx.min(len - 1 - idx) as f64 + 0.5) / taper;
        if edge >= 1.0 { 1.0 } else { 0.5 - 0.5 * (std::f64::consts::PI * edge).cos() }
    };
    (0..len).map(weight).collect()
}

/// Sums of products of `values` with themselves 0 to 12 samples later.
pub(super) fn autocorrelation(values: &[f64]) -> [f64; NUM_LAGS] {
    let mut sums = [0.0; NUM_LAGS];
    let whole = values.len().saturating_sub(NUM_LAGS - 1) / LANES * LANES;
    lags::<0, 4>(values, whole, &mut sums);
    lags::<4, 4>(values, whole, &mut sums);
    lags::<8, 4>(values, whole, &mut sums);
    lags::<12, 1>(values, whole, &mut sums);
    for (lag, sum) in sums.iter_mut().enumerate() {
        for idx in whole..values.len().saturating_sub(lag) {
            *sum += values[idx] * values[idx + lag];
        }
    }
    sums
}

/// Sums that are kept side by side, so that processors can add several at once.
const LANES: usize = 4;

fn lags<const FIRST: usize, const NUM: usize>(values: &[f64], whole: usize, sums: &mut [f64; NUM_LAGS]) {
    let mut lanes = [[0.0; LANES]; NUM];
    for start in (0..whole).step_by(LANES) {
        let near = &values[start..start + LANES];
        let far = &values[start + FIRST..start + FIRST + NUM + LANES - 1];
        for lag in 0..NUM {
            for lane in 0..LANES {
                lanes[lag][lane] += near[lane] * far[lag + lane];
            }
        }
    }
    for (sum, lanes) in sums[FIRST..].iter_mut().zip(lanes) {
        *sum = lanes.iter().sum();
    }
}

/// Levinson and Durbin's recursion: coefficients for every order, and the power that each order leaves.
pub(super) struct Solved {
    coefficients: [[f64; MAX_ORDER]; MAX_ORDER],
    errors: [f64; MAX_ORDER],
    max_order: usize,
}

impl Solved {
    /// Up to `max_order`, or up to where nothing is left.
    pub(super) fn new(autocorrelation: &[f64; NUM_LAGS], max_order: usize) -> Self {
        let mut solved = Self { coefficients: [[0.0; MAX_ORDER]; MAX_ORDER], errors: [0.0; MAX_ORDER], max_order: 0 };
        let mut error = autocorrelation[0];
        let mut current = [0.0; MAX_ORDER];
        for order in 0..max_order {
            if error.is_nan() || error <= 0.0 {
                break;
            }
            let known: f64 = (0..order).map(|idx| current[idx] * autocorrelation[order - idx]).sum();
            let reflection = (autocorrelation[order + 1] - known) / error;
            let before = current;
            current[order] = reflection;
            for idx in 0..order {
                current[idx] = before[idx] - reflection * before[order - 1 - idx];
            }
            error *= 1.0 - reflection * reflection;
            solved.coefficients[order] = current;
            solved.errors[order] = error;
            solved.max_order = order + 1;
        }
        solved
    }

    /// The order that lets expect the fewest bits for a block of `len`, each order costing `bits_per_order`.
    pub(super) fn best_order(&self, len: usize, bits_per_order: u32) -> Option<usize> {
        let bits = |order: usize| {
            // Residuals are taken as of Laplace's distribution.
            let power = self.errors[order - 1].max(1e-9) * 0.5 * std::f64::consts::LN_2.powi(2) / len as f64;
            let per_sample = (0.5 * power.log2()).max(0.0);
            per_sample * (len - order) as f64 + f64::from(bits_per_order) * order as f64
        };
        (1..=self.max_order).min_by(|left, right| bits(*left).total_cmp(&bits(*right)))
    }

    /// The coefficients of an order as integers; what rounding takes from one is given to the next.
    pub(super) fn quantised(&self, order: usize, precision: u32) -> Option<Predictor> {
        let exact = &self.coefficients[order - 1][..order];
        let largest = exact.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        if !(largest > 0.0 && largest.is_finite()) {
            return None;
        }
        // The largest shall just fit: it is below 2 to the exponent.
        let exponent = largest.log2().floor() as i32 + 1;
        let shift = (precision as i32 - 1 - exponent).min(MAX_SHIFT);
        if shift < 0 {
            return None;
        }
        let max = (1 << (precision - 1)) - 1;
        let mut coefficients = [0; MAX_ORDER];
        let mut owed = 0.0;
        for (coefficient, exact) in coefficients.iter_mut().zip(exact) {
            owed += exact * f64::from(1 << shift);
            *coefficient = (owed.round() as i32).clamp(-max - 1, max);
            owed -= f64::from(*coefficient);
        }
        Some(Predictor { order, precision, shift: shift as u32, coefficients })
    }
}

impl Predictor {
    /// What the predictor leaves of `samples`, one number for each after the first `order`. Whether all of them, and what
    /// was predicted (decoders add in 32 bits), fit into 31 bits and a sign; if not, they are of no use.
    ///
    /// Samples of up to 32 bits and coefficients of 15 make sums below 2⁵¹, so floating point is exact here.
    pub(super) fn residuals(&self, samples: &[f64], residuals: &mut Vec<i32>) -> bool {
        residuals.clear();
        residuals.resize(samples.len() - self.order, 0);
        match self.order {
            1 => self.apply::<1>(samples, residuals),
            2 => self.apply::<2>(samples, residuals),
            3 => self.apply::<3>(samples, residuals),
            4 => self.apply::<4>(samples, residuals),
            5 => self.apply::<5>(samples, residuals),
            6 => self.apply::<6>(samples, residuals),
            7 => self.apply::<7>(samples, residuals),
            8 => self.apply::<8>(samples, residuals),
            9 => self.apply::<9>(samples, residuals),
            10 => self.apply::<10>(samples, residuals),
            11 => self.apply::<11>(samples, residuals),
            _ => self.apply::<12>(samples, residuals),
        }
    }

    fn apply<const ORDER: usize>(&self, samples: &[f64], residuals: &mut [i32]) -> bool {
        // In the order of the samples, the oldest first, shifted down already.
        let scale = 1.0 / f64::from(1u32 << self.shift);
        let nearly_half = 0.5 - scale / 4.0;
        let mut weights = [0.0; ORDER];
        for (idx, weight) in weights.iter_mut().enumerate() {
            *weight = f64::from(self.coefficients[ORDER - 1 - idx]) * scale;
        }
        let mut largest = [0.0f64; LANES];
        let mut chunks = residuals.chunks_exact_mut(LANES);
        let mut start = 0;
        for chunk in &mut chunks {
            let past = &samples[start..start + ORDER + LANES];
            let mut sums = [0.0; LANES];
            for idx in 0..ORDER {
                for lane in 0..LANES {
                    sums[lane] += weights[idx] * past[idx + lane];
                }
            }
            for lane in 0..LANES {
                let expected = floor(sums[lane], nearly_half);
                let residual = past[ORDER + lane] - expected;
                chunk[lane] = integer(residual);
                largest[lane] = larger(largest[lane], larger(expected.abs(), residual.abs()));
            }
            start += LANES;
        }
        for last in chunks.into_remainder() {
            let sum: f64 = weights.iter().zip(&samples[start..]).map(|(weight, sample)| weight * sample).sum();
            let expected = floor(sum, nearly_half);
            let residual = samples[start + ORDER] - expected;
            *last = integer(residual);
            largest[0] = larger(largest[0], larger(expected.abs(), residual.abs()));
            start += 1;
        }
        largest.iter().all(|size| *size < f64::from(1u32 << 31))
    }
}

/// Of two numbers; `f64::max` would mind what is none.
#[inline]
fn larger(left: f64, right: f64) -> f64 {
    if right > left { right } else { left }
}

/// Rounds down, without branches or calls, a multiple of a step: half less a quarter of that step, rounded, is never a tie.
#[inline]
fn floor(value: f64, nearly_half: f64) -> f64 {
    (value - nearly_half + ROUNDER) - ROUNDER
}

/// A whole number as an integer; of those beyond 32 bits, the lowest 32.
#[inline]
fn integer(value: f64) -> i32 {
    (value + ROUNDER).to_bits() as i32
}
