//! The table of moves behind [`design`](super::design): its families, its axes, its reading.

use std::f64::consts::PI;

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

    /// Nodes along place, q and gain.
    pub const fn num_nodes(self) -> [usize; 3] {
        match self {
            Self::Bell => [NUM_PLACES, NUM_QS, NUM_GAINS],
            Self::Shelf => [NUM_SHELF_PLACES, NUM_QS, NUM_GAINS],
            Self::HighCut | Self::LowCut | Self::Notch => [NUM_PLACES, 3 * (NUM_QS - 1) + 1, 1],
            Self::HighCut1 | Self::LowCut1 => [NUM_PLACES, 1, 1],
        }
    }

    const fn num_values(self) -> usize {
        let [places, qs, gains] = self.num_nodes();
        places * qs * gains * NUM_VALUES
    }
}

/// Where each family's values begin, and where the last one's end.
const OFFSETS: [usize; 8] = {
    let mut offsets = [0; 8];
    let mut idx = 0;
    while idx < 7 {
        offsets[idx + 1] = offsets[idx] + Family::ALL[idx].num_values();
        idx += 1;
    }
    offsets
};

// Places: even steps of ln tan(π ratio), finer above SPLIT_PLACE.
const MIN_PLACE: f64 = -7.2;
const SPLIT_PLACE: f64 = -1.6;
const MAX_PLACE: f64 = 1.9177;
const NUM_COARSE: usize = 16;
const NUM_FINE: usize = 24;
const NUM_PLACES: usize = NUM_COARSE + NUM_FINE + 1;
// Those of a shelf follow the resonance of its poles, ratio · 10^(gain / 80 dB), as the shape changes most where that
// one passes half the sample rate.
const MAX_SHELF_PLACE: f64 = 4.1;
const NUM_SHELF_FINE: usize = 58;
const NUM_SHELF_PLACES: usize = NUM_COARSE + NUM_SHELF_FINE + 1;
const NUM_QS: usize = 17;
// Gains: every dB to 12 dB, every 2 dB to 18 dB, then every 6 dB.
const NUM_GAINS: usize = 19;

/// Frequency over sample rate from where the places of a shelf lie wider apart.
pub(super) const KNEE: f64 = 0.4;
/// tan(π ratio) at the knee.
pub(super) const KNEE_TANGENT: f64 = 3.077_683_537_175_253;
/// Slope of ln tan(π ratio) at the knee.
pub(super) const KNEE_SLOPE: f64 = 10.689_593_321_155_948;
/// ln tan(π ratio) at the knee.
const KNEE_PLACE: f64 = 1.124_177_215_697_930_2;
/// How slowly places become wider.
const KNEE_SCALE: f64 = 1.5;

/// Place of a shelf's poles that lie by `over` beyond the knee.
pub(super) fn place_beyond(over: f64) -> f64 {
    KNEE_PLACE + KNEE_SCALE * (over * (KNEE_SLOPE / KNEE_SCALE)).ln_1p()
}

fn fine_steps(family: Family) -> (f64, f64) {
    match family {
        Family::Shelf => (MAX_SHELF_PLACE, NUM_SHELF_FINE as f64),
        _ => (MAX_PLACE, NUM_FINE as f64),
    }
}

/// Position of a place on its axis, in nodes.
fn place_position(family: Family, place: f64) -> f64 {
    if place < SPLIT_PLACE {
        (place - MIN_PLACE) * (NUM_COARSE as f64 / (SPLIT_PLACE - MIN_PLACE))
    } else {
        let (last, num_steps) = fine_steps(family);
        NUM_COARSE as f64 + (place - SPLIT_PLACE) * (num_steps / (last - SPLIT_PLACE))
    }
}

/// The corner over sample rate at a position on the axis of places; shelves may have it beyond [`MAX_RATIO`].
pub fn ratio_at(family: Family, position: f64, gain_db: f64) -> f64 {
    let fine = position - NUM_COARSE as f64;
    let place = if fine < 0.0 {
        SPLIT_PLACE + (SPLIT_PLACE - MIN_PLACE) * fine / NUM_COARSE as f64
    } else {
        let (last, num_steps) = fine_steps(family);
        SPLIT_PLACE + (last - SPLIT_PLACE) * fine / num_steps
    };
    match family {
        Family::Shelf => {
            let ratio = if place < KNEE_PLACE {
                place.exp().atan() / PI
            } else {
                KNEE + KNEE_SCALE / KNEE_SLOPE * ((place - KNEE_PLACE) / KNEE_SCALE).exp_m1()
            };
            ratio / 10f64.powf(gain_db / 80.0)
        }
        _ => (place.exp().atan() / PI).min(MAX_RATIO),
    }
}

fn q_position(family: Family, q: f64) -> f64 {
    // 1 over ln(MAX_Q / MIN_Q).
    const SCALE: f64 = 0.175_322_254_038_146_08;
    (q * (1.0 / MIN_Q)).ln() * (SCALE * (family.num_nodes()[1] - 1) as f64)
}

/// The quality at a position on its axis, which families divide differently.
pub fn q_at(family: Family, position: f64) -> f64 {
    MIN_Q * (MAX_Q / MIN_Q).powf(position / (family.num_nodes()[1] - 1).max(1) as f64)
}

fn gain_position(gain_db: f64) -> f64 {
    match gain_db {
        g if g < 12.0 => g,
        g if g < 18.0 => 12.0 + (g - 12.0) / 2.0,
        g => 15.0 + (g - 18.0) / 6.0,
    }
}

/// The gain at a position on its axis, dB.
pub fn gain_at(position: f64) -> f64 {
    match position {
        p if p < 12.0 => p,
        p if p < 15.0 => 12.0 + (p - 12.0) * 2.0,
        p => 18.0 + (p - 15.0) * 6.0,
    }
}

/// Little-endian `f32`: families in their order; within one, place, q, gain and value from slowest to fastest.
static BYTES: &[u8] = include_bytes!("table.f32");

const _: () = assert!(BYTES.len() == 4 * OFFSETS[7]);

/// The moves for a place (see [`Shape::start`](super::shape::Shape::start)), quality and gain within the limits above,
/// linearly interpolated.
pub fn look_up(family: Family, place: f64, q: f64, gain_db: f64) -> Values {
    let num_nodes = family.num_nodes();
    let positions = [place_position(family, place), q_position(family, q), gain_position(gain_db)];
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
            let first = 4 * (OFFSETS[family as usize] + node * NUM_VALUES);
            let (bytes, _) = BYTES[first..first + 4 * NUM_VALUES].as_chunks::<4>();
            for (sum, bytes) in values.iter_mut().zip(bytes) {
                *sum += weight * f64::from(f32::from_le_bytes(*bytes));
            }
        }
    }
    values
}
