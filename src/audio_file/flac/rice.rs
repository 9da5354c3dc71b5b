//! Residuals in Rice codes: how many partitions, with which parameters (RFC 9639, section 9.2.7).

use super::bits::BitWriter;

const MAX_PARTITION_ORDER: u32 = 8;
/// The highest parameter that four bits can say, and that five can: the next one up is the escape code.
const MAX_NARROW: u32 = 14;
const MAX_WIDE: u32 = 30;

/// How one partition is written.
#[derive(Clone, Copy, Debug)]
enum Code {
    /// Rice codes with so many low bits.
    Rice(u32),
    /// Plain numbers of so many bits.
    Plain(u32),
}

/// A division into partitions and the code of each.
#[derive(Clone, Debug, Default)]
pub(super) struct RicePlan {
    partition_order: u32,
    codes: Vec<Code>,
    num_bits: u64,
    /// Room for sums that is used again.
    sums: Vec<u64>,
}

/// A number folded so that small ones of either sign are small: 0, −1, 1, −2 … become 0, 1, 2, 3 ….
#[inline]
fn fold(residual: i32) -> u32 {
    ((residual << 1) ^ (residual >> 31)) as u32
}

impl RicePlan {
    /// Bits that everything after the predictor takes.
    pub(super) fn num_bits(&self) -> u64 {
        self.num_bits
    }

    /// Chooses for the residuals of a block that is `predictor_order` samples longer, the first ones standing by themselves.
    pub(super) fn choose(&mut self, residuals: &[i32], predictor_order: usize) {
        let block_len = residuals.len() + predictor_order;
        // Every partition has the same share of the block, and the first of them room for what stands by itself.
        let mut finest = MAX_PARTITION_ORDER.min(block_len.trailing_zeros());
        while finest > 0 && block_len >> finest <= predictor_order {
            finest -= 1;
        }
        let partitions = Partitions { block_len, predictor_order };
        self.sums.clear();
        self.sums.extend(partitions.of(residuals, finest).map(sum_folded));
        self.partition_order = finest;
        let mut least = u64::MAX;
        for order in (0..=finest).rev() {
            if order < finest {
                for idx in 0..1 << order {
                    self.sums[idx] = self.sums[2 * idx] + self.sums[2 * idx + 1];
                }
            }
            let num_bits = (0..1usize << order).map(|idx| estimate(self.sums[idx], partitions.len(order, idx))).sum();
            if num_bits < least {
                (least, self.partition_order) = (num_bits, order);
            }
        }
        self.codes.clear();
        let mut num_bits = 0;
        for partition in partitions.of(residuals, self.partition_order) {
            let (code, bits) = best_code(partition);
            self.codes.push(code);
            num_bits += bits;
        }
        let bits_of_parameter = if self.is_wide() { 5 } else { 4 };
        self.num_bits = 6 + num_bits + bits_of_parameter * self.codes.len() as u64;
    }

    /// Whether parameters take five bits.
    fn is_wide(&self) -> bool {
        self.codes.iter().any(|code| matches!(code, Code::Rice(parameter) if *parameter > MAX_NARROW))
    }

    /// Writes the residuals that were chosen for.
    pub(super) fn write(&self, residuals: &[i32], predictor_order: usize, bits: &mut BitWriter) {
        let block_len = residuals.len() + predictor_order;
        let (bits_of_parameter, escape) = if self.is_wide() { (5, MAX_WIDE + 1) } else { (4, MAX_NARROW + 1) };
        bits.put(u32::from(self.is_wide()), 2);
        bits.put(self.partition_order, 4);
        let partitions = Partitions { block_len, predictor_order };
        for (code, partition) in self.codes.iter().zip(partitions.of(residuals, self.partition_order)) {
            match *code {
                Code::Rice(parameter) => {
                    bits.put(parameter, bits_of_parameter);
                    for residual in partition {
                        bits.put_rice(fold(*residual), parameter);
                    }
                }
                Code::Plain(width) => {
                    bits.put(escape, bits_of_parameter);
                    bits.put(width, 5);
                    for residual in partition {
                        bits.put_signed(*residual, width);
                    }
                }
            }
        }
    }
}

/// Equal shares of a block, whose first is shorter by what stands by itself.
#[derive(Clone, Copy)]
struct Partitions {
    block_len: usize,
    predictor_order: usize,
}

impl Partitions {
    /// Residuals in the partition `idx` of 2^`order`.
    fn len(self, order: u32, idx: usize) -> usize {
        (self.block_len >> order) - if idx == 0 { self.predictor_order } else { 0 }
    }

    fn of(self, residuals: &[i32], order: u32) -> impl Iterator<Item = &[i32]> {
        let mut rest = residuals;
        (0..1usize << order).map(move |idx| {
            let (partition, others) = rest.split_at(self.len(order, idx));
            rest = others;
            partition
        })
    }
}

fn sum_folded(partition: &[i32]) -> u64 {
    partition.iter().map(|residual| u64::from(fold(*residual))).sum()
}

/// The parameter that a sum lets expect: one more would save half the sum's zeros and cost a bit for each number.
fn expected_parameter(sum: u64, len: usize) -> u32 {
    let len = len as u64;
    if sum <= 2 * len {
        return 0;
    }
    let mut parameter = (sum.ilog2() - len.ilog2()).saturating_sub(1);
    while parameter < MAX_WIDE && sum > len << (parameter + 1) {
        parameter += 1;
    }
    parameter
}

/// About the bits of a partition. The bits that a parameter cuts off are half set, on the mean.
fn estimate(sum: u64, len: usize) -> u64 {
    if len == 0 {
        return 4;
    }
    if sum == 0 {
        return 4 + 5.min(len as u64);
    }
    let parameter = expected_parameter(sum, len);
    let cut_off = if parameter == 0 { 0 } else { len as u64 / 2 };
    4 + len as u64 * u64::from(parameter + 1) + (sum >> parameter).saturating_sub(cut_off)
}

/// The code that takes the fewest bits, counted, and those bits without the parameter's own.
fn best_code(partition: &[i32]) -> (Code, u64) {
    let num_bits = |parameter: u32| -> u64 {
        let zeros: u64 = partition.iter().map(|residual| u64::from(fold(*residual) >> parameter)).sum();
        zeros + partition.len() as u64 * u64::from(parameter + 1)
    };
    if partition.is_empty() {
        return (Code::Rice(0), 0);
    }
    let set = partition.iter().fold(0, |set, residual| set | fold(*residual));
    let mut best = expected_parameter(sum_folded(partition), partition.len());
    let mut least = num_bits(best);
    // Down the slope on either side; the count has one valley.
    for step in [-1i32, 1] {
        while let Some(next) = best.checked_add_signed(step).filter(|next| *next <= MAX_WIDE) {
            let count = num_bits(next);
            if count >= least {
                break;
            }
            (best, least) = (next, count);
        }
    }
    let width = 32 - set.leading_zeros();
    let plain = 5 + partition.len() as u64 * u64::from(width);
    // Five bits can say no width of 32.
    if width < 32 && plain < least { (Code::Plain(width), plain) } else { (Code::Rice(best), least) }
}
