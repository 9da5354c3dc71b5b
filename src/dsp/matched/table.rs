//! The table of moves behind [`design`](super::design): its families, its axes, its reading.

/// Moves of pole, pole damping, zero, zero damping, corrector's pole and corrector's zero, all natural logarithms.
pub type Values = [f64; NUM_VALUES];

/// Numbers per node.
pub const NUM_VALUES: usize = 6;
/// Lowest corner over sample rate; below it the moves no longer change.
pub const MIN_RATIO: f64 = 1e-5;
/// Highest corner over sample rate: 20 kHz at 44.1 kHz.
pub const MAX_RATIO: f64 = 20_000.0 / 44_100.0;
/// Lowest quality.
pub const MIN_Q: f64 = 0.1;
/// Highest quality.
pub const MAX_Q: f64 = 30.0;
/// Highest gain; cuts are boosts turned over.
pub const MAX_GAIN_DB: f64 = 36.0;

/// Curves that share a sub-table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Bell boosts.
    Bell,
    /// High shelf boosts.
    Shelf,
    /// Second-order low-passes.
    HighCut,
    /// Second-order high-passes: both zeros at 0 Hz.
    LowCut,
    /// Notches: both zeros on the unit circle.
    Notch,
    /// First-order low-passes, as a real pole and zero pair.
    HighCut1,
    /// First-order high-passes: one zero at 0 Hz, the corrector's zero is the other.
    LowCut1,
}

impl Family {
    /// All families in the table's order.
    pub const ALL: [Self; 7] =
        [Self::Bell, Self::Shelf, Self::HighCut, Self::LowCut, Self::Notch, Self::HighCut1, Self::LowCut1];

    /// Nodes along ratio, q and gain.
    pub const fn num_nodes(self) -> [usize; 3] {
        match self {
            Self::Bell | Self::Shelf => [NUM_RATIOS, NUM_QS, NUM_GAINS],
            Self::HighCut | Self::LowCut | Self::Notch => [NUM_RATIOS, 3 * (NUM_QS - 1) + 1, 1],
            Self::HighCut1 | Self::LowCut1 => [NUM_RATIOS, 1, 1],
        }
    }

    const fn num_values(self) -> usize {
        let [ratios, qs, gains] = self.num_nodes();
        ratios * qs * gains * NUM_VALUES
    }

    const fn offset(self) -> usize {
        let mut offset = 0;
        let mut idx = 0;
        while idx < self as usize {
            offset += Self::ALL[idx].num_values();
            idx += 1;
        }
        offset
    }
}

// Ratios: logarithmic from MIN_LOG_RATIO to SPLIT_RATIO, then linear to MAX_RATIO.
const MIN_LOG_RATIO: f64 = 1.0 / 4096.0;
const SPLIT_RATIO: f64 = 1.0 / 16.0;
const NUM_LOG_STEPS: usize = 16;
const NUM_LINEAR_STEPS: usize = 20;
const NUM_RATIOS: usize = NUM_LOG_STEPS + NUM_LINEAR_STEPS + 1;
const NUM_QS: usize = 17;
// Gains: every 2 dB to 18 dB, then every 6 dB.
const NUM_GAINS: usize = 13;

/// Position of a ratio on its axis, in nodes.
fn ratio_position(ratio: f64) -> f64 {
    if ratio < SPLIT_RATIO {
        ((ratio / MIN_LOG_RATIO).ln() / (SPLIT_RATIO / MIN_LOG_RATIO).ln() * NUM_LOG_STEPS as f64).max(0.0)
    } else {
        NUM_LOG_STEPS as f64 + (ratio - SPLIT_RATIO) / (MAX_RATIO - SPLIT_RATIO) * NUM_LINEAR_STEPS as f64
    }
}

/// The ratio at a position on its axis.
pub fn ratio_at(position: f64) -> f64 {
    let linear = position - NUM_LOG_STEPS as f64;
    if linear < 0.0 {
        SPLIT_RATIO * (SPLIT_RATIO / MIN_LOG_RATIO).powf(linear / NUM_LOG_STEPS as f64)
    } else {
        SPLIT_RATIO + (MAX_RATIO - SPLIT_RATIO) * linear / NUM_LINEAR_STEPS as f64
    }
}

fn q_position(family: Family, q: f64) -> f64 {
    (q / MIN_Q).ln() / (MAX_Q / MIN_Q).ln() * (family.num_nodes()[1] - 1) as f64
}

/// The quality at a position on its axis, which families divide differently.
pub fn q_at(family: Family, position: f64) -> f64 {
    MIN_Q * (MAX_Q / MIN_Q).powf(position / (family.num_nodes()[1] - 1).max(1) as f64)
}

fn gain_position(gain_db: f64) -> f64 {
    if gain_db < 18.0 { gain_db / 2.0 } else { 9.0 + (gain_db - 18.0) / 6.0 }
}

/// The gain at a position on its axis, dB.
pub fn gain_at(position: f64) -> f64 {
    if position < 9.0 { position * 2.0 } else { 18.0 + (position - 9.0) * 6.0 }
}

/// Little-endian `f32`: families in their order; within one, ratio, q, gain and value from slowest to fastest.
static BYTES: &[u8] = include_bytes!("table.f32");

const _: () = assert!(BYTES.len() == 4 * (Family::LowCut1.offset() + Family::LowCut1.num_values()));

fn value(idx: usize) -> f64 {
    let at = idx * 4;
    f64::from(f32::from_le_bytes([BYTES[at], BYTES[at + 1], BYTES[at + 2], BYTES[at + 3]]))
}

/// The moves for a corner over sample rate, quality and gain within the limits above, linearly interpolated.
pub fn look_up(family: Family, ratio: f64, q: f64, gain_db: f64) -> Values {
    let num_nodes = family.num_nodes();
    let positions = [ratio_position(ratio), q_position(family, q), gain_position(gain_db)];
    // Per axis: the lower node and the weight of the upper one.
    let nodes: [(usize, f64); 3] = std::array::from_fn(|axis| {
        let last = num_nodes[axis] - 1;
        let position = positions[axis].clamp(0.0, last as f64);
        let lower = (position as usize).min(last.saturating_sub(1));
        (lower, position - lower as f64)
    });
    let mut values = [0.0; NUM_VALUES];
    for corner in 0..8usize {
        let mut weight = 1.0;
        let mut node = 0;
        for axis in 0..3 {
            let (lower, upper_weight) = nodes[axis];
            let is_upper = corner >> axis & 1 == 1;
            weight *= if is_upper { upper_weight } else { 1.0 - upper_weight };
            node = node * num_nodes[axis] + (lower + usize::from(is_upper)).min(num_nodes[axis] - 1);
        }
        if weight > 0.0 {
            let first = family.offset() + node * NUM_VALUES;
            for (idx, sum) in values.iter_mut().enumerate() {
                *sum += weight * value(first + idx);
            }
        }
    }
    values
}
