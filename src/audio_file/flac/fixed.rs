//! The fixed predictors: differences of order 0 to 4 (RFC 9639, section 9.2.5).

pub(super) const MAX_ORDER: usize = 4;

/// The order whose residuals are smallest, and those residuals, one for each sample after the first `order`.
///
/// `None` where samples of `num_bits` leave no order whose residuals surely fit into 31 bits and a sign.
pub(super) fn choose(
    samples: &[i32],
    num_bits: u32,
    residuals: &mut Vec<i32>,
    scratch: &mut Vec<i32>,
) -> Option<usize> {
    // Each difference may take one bit more than what it is of.
    let max_order = MAX_ORDER.min(31usize.checked_sub(num_bits as usize)?).min(samples.len() - 1);
    residuals.clear();
    residuals.extend_from_slice(samples);
    scratch.clear();
    scratch.extend_from_slice(samples);
    let (mut order, mut least) = (0, size(&samples[max_order..]));
    for next in 1..=max_order {
        // In place, from behind: each takes the one before it away.
        difference(scratch);
        let size = size(&scratch[max_order - next..]);
        if size < least {
            (order, least) = (next, size);
            residuals.clear();
            residuals.extend_from_slice(scratch);
        }
    }
    Some(order)
}

/// Each value less the one before it; one value fewer.
fn difference(values: &mut Vec<i32>) {
    for idx in 1..values.len() {
        values[idx - 1] = values[idx] - values[idx - 1];
    }
    values.pop();
}

fn size(values: &[i32]) -> u64 {
    values.iter().map(|value| u64::from(value.unsigned_abs())).sum()
}
