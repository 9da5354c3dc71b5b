//! The sample rates that everything is made for and tried at.

use std::ops::RangeInclusive;

/// Sample rates of plugin and command line, Hz. Below there is no music to master; above nobody records, and what memory
/// and time the stages take has no bound that was tried.
pub const SAMPLE_RATE_RANGE_HZ: RangeInclusive<f64> = 8_000.0..=384_000.0;

/// Whether everything runs at this rate, Hz; false for what is no number.
pub fn is_sample_rate(sample_rate_hz: f64) -> bool {
    SAMPLE_RATE_RANGE_HZ.contains(&sample_rate_hz)
}

/// How many octaves `sample_rate_hz` lies from 48 kHz, to the nearest whole number: lengths in samples that are powers of
/// two last about as long at every rate when they are [`scaled`] by it.
pub fn octaves_from_48k(sample_rate_hz: f64) -> i32 {
    (sample_rate_hz / 48_000.0).log2().round() as i32
}

/// A length at 48 kHz, samples, so many `octaves` away.
pub fn scaled(num_samples: usize, octaves: i32) -> usize {
    if octaves < 0 { num_samples >> octaves.unsigned_abs() } else { num_samples << octaves }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_includes_its_ends_and_no_strange_numbers() {
        assert!([8000.0, 12_345.0, 48_000.0, 384_000.0].into_iter().all(is_sample_rate));
        let strange = [f64::NAN, f64::INFINITY, -48_000.0, 0.0, 1.0, 7999.9, 384_000.1, f64::MAX];
        assert!(!strange.into_iter().any(is_sample_rate));
    }

    #[test]
    fn lengths_last_about_as_long() {
        for (rate, octaves) in [(8000.0, -3), (22_050.0, -1), (44_100.0, 0), (96_000.0, 1), (384_000.0, 3)] {
            assert_eq!(octaves_from_48k(rate), octaves);
            let length_s = scaled(4096, octaves) as f64 / rate;
            assert!((0.06..0.121).contains(&length_s), "{rate}: {length_s}");
        }
    }
}
