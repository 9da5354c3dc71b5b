//! Medians, quantiles and shares.

/// The value that a share of all lies under, interpolated; `None` of none.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = share * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (sorted[place as usize], sorted[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

/// The middle value; `None` of none.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The mean; `None` of none.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// 1 for yes, so that a mean is a share.
pub fn one_if(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// Bins of confidence: their lower edges; the last ends at 1.
pub const BIN_EDGES: [f64; 4] = [0.0, 0.5, 0.7, 0.85];

/// What a bin of confidence held.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// Lower edge.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
    /// How many fell into it.
    pub count: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// Share of them that were worth it.
    pub worth: f64,
}

/// Sorts `(confidence, was it worth it)` into bins.
pub fn bins(pairs: &[(f64, bool)]) -> Vec<Bin> {
    let bin = |(idx, &low): (usize, &f64)| {
        let high = BIN_EDGES.get(idx + 1).copied().unwrap_or(f64::INFINITY);
        let within: Vec<_> = pairs.iter().filter(|pair| (low..high).contains(&pair.0)).collect();
        let mean_of = |of: fn(&(f64, bool)) -> f64| {
            mean(&within.iter().map(|pair| of(pair)).collect::<Vec<_>>()).unwrap_or_default()
        };
        let (confidence, worth) = (mean_of(|pair| pair.0), mean_of(|pair| one_if(pair.1)));
        Bin { low, high: high.min(1.0), count: within.len(), confidence, worth }
    };
    BIN_EDGES.iter().enumerate().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_between_the_values() {
        assert_eq!(median(&[3.0, 1.0, 2.0, 10.0]), Some(2.5));
        assert_eq!(quantile(&[0.0, 10.0, 20.0], 0.95), Some(19.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn bins_hold_what_lies_between_their_edges() {
        let bins = bins(&[(0.2, false), (0.7, true), (0.8, false), (1.0, true)]);
        assert_eq!(bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [1, 0, 2, 1]);
        assert_eq!((bins[2].confidence, bins[2].worth, bins[3].worth), (0.75, 0.5, 1.0));
        assert_eq!((bins[2].low, bins[2].high, bins[3].high), (0.7, 0.85, 1.0));
    }
}
