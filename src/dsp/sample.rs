//! Which values are samples? What no converter, file or plugin means is heard as silence.

/// Largest magnitude of a sample, full scale being 1: +120 dBFS. What lies beyond is no sound, and one alone would keep every
/// filter and every meter busy for seconds.
pub const MAX_SAMPLE: f32 = 1e6;

/// Whether it is a sample: neither NaN nor infinite nor beyond [`MAX_SAMPLE`].
pub fn is_sample(value: f32) -> bool {
    value.abs() <= MAX_SAMPLE
}

/// The sample, or silence where it is none.
pub fn or_silence(value: f32) -> f32 {
    if is_sample(value) { value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_all_sound_is_silence() {
        for value in [0.0, -0.0, 1.0, -32_768.0, 1e6, -1e6, f32::MIN_POSITIVE] {
            assert_eq!(or_silence(value).to_bits(), value.to_bits());
        }
        for value in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1.000_001e6] {
            assert_eq!(or_silence(value), 0.0);
        }
    }
}
