//! What a finding, a note and a move rest on: a value, where it should lie, and where in the song it was measured.

/// A measurement that a move rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Name with unit: `integrated_lufs`.
    pub metric: &'static str,
    /// Measured.
    pub value: f64,
    /// Where good records lie. Always finite: an open end is that of the scale; [`Self::bounds`] leaves it out.
    pub expected: [f64; 2],
    /// Lower edge of the band concerned, Hz.
    pub low_hz: Option<f64>,
    /// Upper edge of the band concerned, Hz.
    pub high_hz: Option<f64>,
    /// Start, seconds into the song.
    pub from_s: f64,
    /// End, seconds into the song.
    pub to_s: f64,
    /// Share of what was heard, 0–1.
    pub share: f64,
}

/// Further from 0 than this no measure of a song in decibels goes: an end there is that of the scale.
const SCALE_END_DB: f64 = 60.0;

impl Evidence {
    /// The ends of the expected range that are more than the scale's: nothing is said by "no less than nothing". An end
    /// that the value has passed is never the scale's.
    pub fn bounds(&self) -> [Option<f64>; 2] {
        let [low, high] = self.expected;
        let most = match self.metric.rsplit('_').next().unwrap_or_default() {
            "share" | "correlation" => 1.0,
            // Full scale; a true peak may lie above it, so there it is a bound like any other.
            "lufs" => 0.0,
            _ => SCALE_END_DB,
        };
        let is_low_open = self.value >= low && (low <= -SCALE_END_DB || low == 0.0);
        let is_high_open = self.value <= high && high >= most;
        [(!is_low_open).then_some(low), (!is_high_open).then_some(high)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_scale_are_no_bounds() {
        let bounds = |metric, value, expected| {
            let (low_hz, high_hz, from_s, to_s, share) = (None, None, 0.0, 0.0, 1.0);
            Evidence { metric, value, expected, low_hz, high_hz, from_s, to_s, share }.bounds()
        };
        assert_eq!(bounds("band_excess_db", 7.2, [-60.0, 6.5]), [None, Some(6.5)]);
        assert_eq!(bounds("band_excess_db", -8.0, [-5.5, 60.0]), [Some(-5.5), None]);
        assert_eq!(bounds("band_excess_db", 3.1, [-2.0, 2.5]), [Some(-2.0), Some(2.5)]);
        assert_eq!(bounds("noise_floor_lu", -40.0, [-120.0, -60.0]), [None, Some(-60.0)]);
        assert_eq!(bounds("level_spread_share", 0.3, [0.6, 10.0]), [Some(0.6), None]);
        assert_eq!(bounds("clicks_per_minute", 90.0, [0.0, 75.0]), [None, Some(75.0)]);
        assert_eq!(bounds("correlation", -0.4, [-0.1, 1.0]), [Some(-0.1), None]);
        assert_eq!(bounds("integrated_lufs", -18.0, [-14.3, 0.0]), [Some(-14.3), None]);
        assert_eq!(bounds("true_peak_dbtp", 0.8, [-120.0, 0.0]), [None, Some(0.0)]);
        assert_eq!(bounds("balance_db", 1.6, [-0.8, 0.8]), [Some(-0.8), Some(0.8)]);
        assert_eq!(bounds("identical_share", 1.0, [0.0, 0.0]), [None, Some(0.0)]);
    }
}
