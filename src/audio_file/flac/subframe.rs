//! One channel of a block, in the form that takes the fewest bits (RFC 9639, section 9.2).

use super::bits::BitWriter;
use super::fixed;
use super::linear::{self, Predictor, Solved};
use super::rice::RicePlan;

/// How the samples are said.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// All are the same.
    Constant,
    /// Each by itself.
    Verbatim,
    /// Differences of this order.
    Fixed(usize),
    /// What a predictor leaves.
    Linear(Predictor),
}

/// A channel and its coding; its room is used for block after block.
#[derive(Debug)]
pub(super) struct Subframe {
    /// Without the lowest bits that none of them uses.
    samples: Vec<i32>,
    num_wasted: u32,
    /// Of a sample, without those.
    num_bits_per_sample: u32,
    kind: Kind,
    num_bits: u64,
    residuals: Vec<i32>,
    plan: RicePlan,
    tried: Tried,
}

/// What a form that may yet be dropped needs.
#[derive(Debug, Default)]
struct Tried {
    residuals: Vec<i32>,
    plan: RicePlan,
    integers: Vec<i32>,
    values: Vec<f64>,
    windowed: Vec<f64>,
}

impl Subframe {
    pub(super) fn new() -> Self {
        Self {
            samples: Vec::new(),
            num_wasted: 0,
            num_bits_per_sample: 0,
            kind: Kind::Constant,
            num_bits: 0,
            residuals: Vec::new(),
            plan: RicePlan::default(),
            tried: Tried::default(),
        }
    }

    /// Bits that [`Self::write`] takes.
    pub(super) fn num_bits(&self) -> u64 {
        self.num_bits
    }

    /// Takes a block of samples of `num_bits` (at least one sample) and finds how to say it; `window` is as long.
    pub(super) fn choose(&mut self, samples: impl Iterator<Item = i32>, num_bits: u32, window: &[f64]) {
        self.samples.clear();
        self.samples.extend(samples);
        self.strip(num_bits);
        let first = self.samples[0];
        let header = 8 + u64::from(self.num_wasted);
        if self.samples.iter().all(|sample| *sample == first) {
            self.kind = Kind::Constant;
            self.num_bits = header + u64::from(self.num_bits_per_sample);
            return;
        }
        self.kind = Kind::Verbatim;
        self.num_bits = header + self.samples.len() as u64 * u64::from(self.num_bits_per_sample);
        self.try_fixed();
        self.try_linear(window);
    }

    /// Shifts away the lowest bits that are 0 throughout.
    fn strip(&mut self, num_bits: u32) {
        let used = self.samples.iter().fold(0, |used, sample| used | sample);
        self.num_wasted = if used == 0 { 0 } else { used.trailing_zeros() };
        self.num_bits_per_sample = num_bits - self.num_wasted;
        if self.num_wasted > 0 {
            for sample in &mut self.samples {
                *sample >>= self.num_wasted;
            }
        }
    }

    fn try_fixed(&mut self) {
        let Tried { residuals, integers, .. } = &mut self.tried;
        if let Some(order) = fixed::choose(&self.samples, self.num_bits_per_sample, residuals, integers) {
            self.keep_if_smaller(Kind::Fixed(order), order, 0);
        }
    }

    fn try_linear(&mut self, window: &[f64]) {
        let len = self.samples.len();
        // Short blocks have not enough to tell coefficients by, nor to win by them.
        let max_order = linear::MAX_ORDER.min(len / 4);
        if max_order == 0 {
            return;
        }
        let precision = precision(len, self.num_bits_per_sample);
        let bits_per_order = precision + self.num_bits_per_sample;
        let Tried { residuals, values, windowed, .. } = &mut self.tried;
        values.clear();
        values.extend(self.samples.iter().map(|sample| f64::from(*sample)));
        windowed.clear();
        windowed.extend(values.iter().zip(window).map(|(value, weight)| value * weight));
        let solved = Solved::new(&linear::autocorrelation(windowed), max_order);
        let Some(order) = solved.best_order(len, bits_per_order) else { return };
        let Some(predictor) = solved.quantised(order, precision) else { return };
        if predictor.residuals(values, residuals) {
            self.keep_if_smaller(Kind::Linear(predictor), order, 9 + u64::from(precision) * order as u64);
        }
    }

    /// Takes what was tried, of which `num_extra` bits are neither residuals nor the samples that stand by themselves.
    fn keep_if_smaller(&mut self, kind: Kind, order: usize, num_extra: u64) {
        let tried = &mut self.tried;
        tried.plan.choose(&tried.residuals, order);
        let alone = order as u64 * u64::from(self.num_bits_per_sample);
        let num_bits = 8 + u64::from(self.num_wasted) + alone + num_extra + tried.plan.num_bits();
        if num_bits < self.num_bits {
            (self.kind, self.num_bits) = (kind, num_bits);
            std::mem::swap(&mut self.residuals, &mut tried.residuals);
            std::mem::swap(&mut self.plan, &mut tried.plan);
        }
    }

    /// Writes what was chosen.
    pub(super) fn write(&self, bits: &mut BitWriter) {
        let kind = match self.kind {
            Kind::Constant => 0,
            Kind::Verbatim => 1,
            Kind::Fixed(order) => 8 + order as u32,
            Kind::Linear(predictor) => 31 + predictor.order as u32,
        };
        bits.put(kind << 1 | u32::from(self.num_wasted > 0), 8);
        if self.num_wasted > 0 {
            bits.put(1, self.num_wasted);
        }
        let alone = match self.kind {
            Kind::Constant => 1,
            Kind::Verbatim => self.samples.len(),
            Kind::Fixed(order) => order,
            Kind::Linear(predictor) => predictor.order,
        };
        for sample in &self.samples[..alone] {
            bits.put_signed(*sample, self.num_bits_per_sample);
        }
        if let Kind::Linear(predictor) = self.kind {
            bits.put(predictor.precision - 1, 4);
            bits.put(predictor.shift, 5);
            for coefficient in &predictor.coefficients[..predictor.order] {
                bits.put_signed(*coefficient, predictor.precision);
            }
        }
        if matches!(self.kind, Kind::Fixed(_) | Kind::Linear(_)) {
            self.plan.write(&self.residuals, alone, bits);
        }
    }
}

/// Bits of a coefficient that are worth their room.
fn precision(len: usize, num_bits_per_sample: u32) -> u32 {
    match (len, num_bits_per_sample) {
        (..=1024, ..=17) => 10,
        (..=1024, _) => 12,
        (_, ..=17) => 13,
        _ => 14,
    }
}
